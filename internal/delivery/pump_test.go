package delivery

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
)

// MSG-4, MSG-11
func TestEveryRecipientOfACampaignGetsOneLetterAndIsCounted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		ids := w.people(2500)
		p := w.part(channel.Advertising, ids)
		w.run(w.Service)
		c := w.finished(p)
		require.Equal(t, int64(2500), c.Total)
		require.Equal(t, int64(2500), c.Accepted)
		require.Equal(t, map[State]int64{Accepted: 2500}, w.ledger(p))
		got := w.received(p)
		require.Len(t, got, 2500)
		for seq, n := range got {
			require.Equal(t, 1, n, "seq %d", seq)
		}
		require.Eventually(t, func() bool {
			now, err := getPart(t.Context(), d, w.who.Tenant, p.ID)
			return err == nil && now.State == PartDone
		}, 10*time.Second, 10*time.Millisecond)
	})
}

// AUD-1
func TestNobodyWithoutLiveConsentIsWrittenTo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		ids := w.people(20)
		proof := contact.Proof{Source: contact.UnsubscribeLink, Wording: "link of the letter"}
		require.NoError(t, w.contacts.WithdrawByLink(t.Context(), w.who.Tenant, ids[3], contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}, proof))
		require.NoError(t, w.contacts.Delete(t.Context(), w.who, ids[5]))
		p := w.part(channel.Advertising, ids)
		w.run(w.Service)
		c := w.finished(p)
		require.Equal(t, int64(18), c.Accepted)
		require.Equal(t, int64(2), c.Skipped)
		require.NotContains(t, w.received(p), int32(4))
		require.NotContains(t, w.received(p), int32(6))
		b, err := w.Breakdown(t.Context(), w.who.Tenant, p.Source)
		require.NoError(t, err)
		require.ElementsMatch(t, []ReasonCount{{"skipped", SkipUnsubscribed, 1, ""}, {"skipped", SkipGone, 1, ""}}, b.Reasons)
	})
}

// AUD-3
func TestWhoUnsubscribesWhileTheWindowIsBeingSentGetsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		ids := w.people(50)
		w.mailer.Bounds.Concurrency = 1
		first := make(chan struct{})
		w.mailer.Answer = func(m channel.Message) channel.Verdict {
			if m.Ref.Seq == 1 {
				<-first
			}
			return channel.Took("")
		}
		p := w.part(channel.Advertising, ids)
		w.run(w.Service)
		require.NoError(t, w.mailer.Wait(t.Context(), 1))
		proof := contact.Proof{Source: contact.OneClick, Wording: "one click"}
		require.NoError(t, w.contacts.WithdrawByLink(t.Context(), w.who.Tenant, ids[49], contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}, proof))
		close(first)
		c := w.finished(p)
		require.Equal(t, int64(49), c.Accepted)
		require.Equal(t, int64(1), c.Skipped)
		require.NotContains(t, w.received(p), int32(50))
	})
}

// MSG-4
func TestWhatIsPutOffIsTriedAgainWithTheSameIdentity(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := clock.NewFake(start)
			w := newWorld(t, dbtest.Open(t, address(t), fake), fake)
			ids := w.people(10)
			w.mailer.Answer = func(m channel.Message) channel.Verdict {
				if m.Ref.Seq == 7 && m.Attempt == 1 {
					return channel.Verdict{Outcome: channel.Later, Scope: channel.ScopePolicy, Class: "greylisted", After: 5 * time.Minute}
				}
				return channel.Took("")
			}
			p := w.part(channel.Advertising, ids)
			w.run(w.Service)
			c := w.until(p, func(c Counts) bool { return c.Accepted == 9 && c.Retrying == 1 })
			require.Equal(t, c.Total, c.Accepted+c.Retrying)
			fake.Advance(5 * time.Minute)
			w.finished(p)
			var tries []channel.Message
			for _, m := range w.mailer.Seen() {
				if m.Ref.Seq == 7 {
					tries = append(tries, m)
				}
			}
			require.Len(t, tries, 2)
			require.Equal(t, 2, tries[1].Attempt)
			require.Equal(t, tries[0].Email, tries[1].Email)
		})
	}
}

// MSG-4
func TestDeadAddressesGoToTheStopList(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		ids := w.people(3)
		w.mailer.Answer = func(m channel.Message) channel.Verdict {
			switch m.Ref.Seq {
			case 2:
				return channel.Verdict{Outcome: channel.Never, Scope: channel.ScopeRecipient, Class: "user_unknown", Detail: "550 no such user", Suppress: true}
			case 3:
				return channel.Verdict{Outcome: channel.Never, Scope: channel.ScopeReputation, Class: "reputation_ip", Suppress: true}
			}
			return channel.Took("")
		}
		p := w.part(channel.Advertising, ids)
		w.run(w.Service)
		c := w.finished(p)
		require.Equal(t, int64(2), c.Failed)
		found, err := contact.GuardRows(t.Context(), d, w.who.Tenant, contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}, ids)
		require.NoError(t, err)
		require.Equal(t, contact.OnStopList, found[1].Reason)
		require.Equal(t, contact.Reachable, found[2].Reason, "a refusal of our address is not the recipient's fault")
	})
}
