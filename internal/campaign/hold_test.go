package campaign_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/campaign"
	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/delivery"
)

// holds waits until the program has stopped a campaign by itself.
func (w *world) holds(c campaign.Campaign, why campaign.Hold) campaign.Campaign {
	var now campaign.Campaign
	require.Eventually(w.t, func() bool {
		var err error
		now, err = w.Get(w.t.Context(), w.who, c.ID)
		return err == nil && now.Hold == why
	}, 20*time.Second, 10*time.Millisecond)
	return now
}

// overdue orders a campaign for ten o'clock and starts the program so much later.
func overdue(t *testing.T, late time.Duration, then func(w *world, c campaign.Campaign, at *clock.Fake)) {
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := clock.NewFake(time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC))
			w := newWorld(t, dbtest.Open(t, address(t), at), at)
			w.person("a@d.test", true)
			c, err := w.Send(t.Context(), w.who, w.draft().ID, 0, campaign.Order{At: "2026-12-01T10:00", Zone: "UTC"})
			require.NoError(t, err)
			at.Advance(time.Hour + late)
			w.run()
			then(w, c, at)
		})
	}
}

// leaves waits for the first letter while the clock goes on.
func (w *world) leaves(at *clock.Fake) {
	require.Eventually(w.t, func() bool {
		at.Advance(time.Second)
		return len(w.mailer.Seen()) > 0
	}, 30*time.Second, 20*time.Millisecond)
}

// MSG-4
func TestACampaignWhoseTimePassedLongAgoWaitsForAPerson(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]time.Duration{"the program was off": 3 * time.Hour, "the clock jumped a year ahead": 366 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			overdue(t, late, func(w *world, c campaign.Campaign, at *clock.Fake) {
				c = w.holds(c, campaign.HoldLate)
				require.Equal(w.t, campaign.Scheduled, c.State)
				require.Empty(w.t, w.mailer.Seen(), "nothing has left")
				x, err := w.Explain(w.t.Context(), w.who, c.ID)
				require.NoError(w.t, err)
				require.Equal(w.t, []campaign.Wait{{Why: campaign.WaitsForDecision}}, x.Waits)

				c, err = w.Resume(w.t.Context(), w.who, c.ID, campaign.Resumption{})
				require.NoError(w.t, err)
				require.Empty(w.t, c.Hold)
				w.leaves(at)
			})
		})
	}
}

func TestACampaignThatIsALittleLateBeginsWithoutAsking(t *testing.T) {
	t.Parallel()
	overdue(t, 50*time.Minute, func(w *world, _ campaign.Campaign, at *clock.Fake) { w.leaves(at) })
}

func TestALateCampaignCanBeCalledBackInstead(t *testing.T) {
	t.Parallel()
	overdue(t, 8*time.Hour, func(w *world, c campaign.Campaign, _ *clock.Fake) {
		w.holds(c, campaign.HoldLate)
		c, err := w.Cancel(w.t.Context(), w.who, c.ID)
		require.NoError(w.t, err)
		require.Equal(w.t, campaign.Draft, c.State)
		require.Empty(w.t, c.Hold)
	})
}

// MSG-4
func TestACampaignStoppedByItsResultsGoesOnOnlyWhenAPersonSaysSo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.mailer.Bounds = channel.Limits{Concurrency: 1, PerSecond: 100} // small windows
		w.mailer.Answer = func(channel.Message) channel.Verdict {
			return channel.Verdict{Outcome: channel.Never, Scope: channel.ScopeContent, Class: "content_spam", Detail: "554 5.7.1 spam"}
		}
		for i := range 150 {
			w.person(fmt.Sprintf("p%d@d.test", i), true)
		}
		c := w.send(w.draft())
		w.run()
		c = w.holds(c, campaign.HoldGuard)
		require.Equal(t, campaign.Paused, c.State)

		x, err := w.Explain(t.Context(), w.who, c.ID)
		require.NoError(t, err)
		require.Equal(t, delivery.GuardRefusals, x.Finding.Code)
		require.Equal(t, "content_spam", x.Finding.Reason)
		require.Equal(t, campaign.WaitsForGuard, x.Waits[0].Why)
		_, err = w.Explain(t.Context(), w.another, c.ID)
		require.Error(t, err)

		_, err = w.Resume(t.Context(), w.who, c.ID, campaign.Resumption{})
		require.ErrorIs(t, err, campaign.ErrGuarded)
		c, err = w.Resume(t.Context(), w.who, c.ID, campaign.Resumption{Anyway: true})
		require.NoError(t, err)
		require.Equal(t, campaign.Sending, c.State)
		w.until(c, campaign.Done)
		n, err := db.One[int64](t.Context(), d, `SELECT COUNT(*) FROM audit_records WHERE tenant_id = ? AND action = 'campaign.guard_excused'`, w.who.Tenant)
		require.NoError(t, err)
		require.Equal(t, int64(1), n, "who took the decision stands in the audit log")
	})
}

// MSG-4
func TestACampaignTellsWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.mailer.Answer = func(m channel.Message) channel.Verdict {
			if m.Ref.Seq == 1 {
				return channel.Verdict{Outcome: channel.Later, Scope: channel.ScopePolicy, Class: "greylisted", Detail: "450 4.2.0 try again", After: 10 * time.Minute}
			}
			return channel.Took("")
		}
		for i := range 3 {
			w.person(fmt.Sprintf("p%d@d.test", i), true)
		}
		c, err := w.Send(t.Context(), w.who, w.draft().ID, 0, campaign.Order{})
		require.NoError(t, err)
		x, err := w.Explain(t.Context(), w.who, c.ID)
		require.NoError(t, err)
		require.Equal(t, campaign.WaitsForTime, x.Waits[0].Why)
		require.Equal(t, c.StartAt, x.Waits[0].Next)

		other := w.send(w.draft())
		w.run()
		require.Eventually(t, func() bool {
			x, err = w.Explain(t.Context(), w.who, other.ID)
			return err == nil && len(x.Waits) == 1 && x.Waits[0].Why == campaign.WaitsForRetry
		}, 20*time.Second, 10*time.Millisecond)
		wait := x.Waits[0]
		require.Equal(t, "greylisted", wait.Reason)
		require.Equal(t, "450 4.2.0 try again", wait.Detail)
		require.Equal(t, "d.test", wait.Domain)
		require.Equal(t, int64(1), wait.N)
		require.Greater(t, wait.Next, wait.Since)
	})
}
