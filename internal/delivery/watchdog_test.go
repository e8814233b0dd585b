package delivery

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
)

// MSG-4: guards while sending, by a table of cases.
func TestGuardsJudgeSharesOnceThereIsEnoughToJudge(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		r     results
		code  string
		level GuardLevel
	}{
		"nothing yet":                          {results{}, "", GuardCalm},
		"few results, half of them dead":       {results{tried: 99, hard: 50}, "", GuardCalm},
		"a clean list":                         {results{tried: 10_000, hard: 100}, "", GuardCalm},
		"two in a hundred may be chance":       {results{tried: 100, hard: 2}, "", GuardCalm},
		"seven in a hundred are surely over 2": {results{tried: 100, hard: 7}, GuardHard, GuardWarn},
		"three in a hundred, many results":     {results{tried: 10_000, hard: 300}, GuardHard, GuardWarn},
		"eleven in a hundred":                  {results{tried: 100, hard: 11}, GuardHard, GuardPause},
		"six in a hundred, many results":       {results{tried: 10_000, hard: 600}, GuardHard, GuardPause},
		"one complaint among few":              {results{reached: 299, complaint: 20}, "", GuardCalm},
		"one complaint of three hundred":       {results{reached: 300, complaint: 1}, "", GuardCalm},
		"complaints over 0.1 %":                {results{reached: 100_000, complaint: 150}, GuardComplaints, GuardWarn},
		"complaints over 0.2 %":                {results{reached: 100_000, complaint: 250}, GuardComplaints, GuardSlow},
		"complaints over 0.3 %":                {results{reached: 100_000, complaint: 350}, GuardComplaints, GuardPause},
		"put off too often":                    {results{tried: 1000, deferred: 150}, GuardDeferrals, GuardSlow},
		"put off now and then":                 {results{tried: 1000, deferred: 100}, "", GuardCalm},
		"nineteen refusals in a row":           {results{row: 19}, "", GuardCalm},
		"twenty refusals in a row":             {results{row: 20}, GuardRefusals, GuardPause},
		"the gravest of several":               {results{tried: 1000, deferred: 300, hard: 100}, GuardHard, GuardPause},
	} {
		f := judgeResults(c.r, nil)
		require.Equal(t, c.code, f.Code, name)
		require.Equal(t, c.level, f.Level, name)
	}
}

func TestWhatAPersonHasExcusedIsNotHeldAgainstTheCampaign(t *testing.T) {
	t.Parallel()
	r := results{tried: 1000, hard: 200, row: refusalsInRow}
	require.Equal(t, GuardHard, judgeResults(r, nil).Code)
	require.Equal(t, GuardRefusals, judgeResults(r, []string{GuardHard}).Code)
	require.Equal(t, GuardCalm, judgeResults(r, []string{GuardHard, GuardRefusals}).Level)
}

// MSG-4
func TestACampaignWithManyDeadAddressesStopsByItself(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.mailer.Answer = func(m channel.Message) channel.Verdict {
			if m.Ref.Seq%5 == 0 {
				return channel.Verdict{Outcome: channel.Never, Scope: channel.ScopeRecipient, Class: "user_unknown", Suppress: true}
			}
			return channel.Took("")
		}
		p := w.part(channel.Advertising, w.people(3000))
		w.run(w.Service)
		w.heldBy(p, GuardHard)
		c := w.counts(p)
		require.Positive(t, c.Pending, "the rest has not left")
		require.Equal(t, c.Total, c.Pending+c.Settled()+c.Retrying)

		w.tx(func(ctx context.Context, tx *db.Tx) error {
			if err := w.ExcuseTx(ctx, tx, w.who.Tenant, p.Source, GuardHard); err != nil {
				return err
			}
			return w.ResumeTx(ctx, tx, w.who.Tenant, p.Source)
		})
		require.Equal(t, int64(600), w.finished(p).Failed, "it goes on to the end")
	})
}

// MSG-4
func TestRefusalsOfTheLetterInARowStopACampaign(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.mailer.Answer = func(channel.Message) channel.Verdict {
			return channel.Verdict{Outcome: channel.Never, Scope: channel.ScopeConfig, Class: "auth_failed", Detail: "550 5.7.26"}
		}
		p := w.part(channel.Advertising, w.people(2000))
		w.run(w.Service)
		f := w.heldBy(p, GuardRefusals)
		require.Equal(t, "auth_failed", f.Reason)
		require.Equal(t, "550 5.7.26", f.Detail)
		require.Positive(t, w.counts(p).Pending)
	})
}

// MSG-4
func TestServersThatPutLettersOffSlowACampaignAndDoNotStopIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.mailer.Answer = func(m channel.Message) channel.Verdict {
			if m.Ref.Seq%4 == 0 {
				return channel.Verdict{Outcome: channel.Later, Scope: channel.ScopePolicy, Class: "rate_limited"}
			}
			return channel.Took("")
		}
		p := w.part(channel.Advertising, w.people(2000))
		w.run(w.Service)
		require.Equal(t, int64(500), w.until(p, func(c Counts) bool { return c.Pending == 0 }).Retrying)
		f, err := w.FindingOf(t.Context(), d, w.who.Tenant, p.Source)
		require.NoError(t, err)
		require.Equal(t, Finding{Code: GuardDeferrals, Level: GuardSlow, N: f.N, Of: f.Of, Domain: f.Domain}, f)
	})
}

// heldBy waits until a guard has stopped the part.
func (w *world) heldBy(p Part, code string) Finding {
	var f Finding
	w.until(p, func(Counts) bool {
		now, err := getPart(w.t.Context(), w.db, w.who.Tenant, p.ID)
		f = findingOf(now.Guard)
		return err == nil && now.State == PartPaused
	})
	require.Equal(w.t, code, f.Code)
	return f
}
