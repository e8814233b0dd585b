package delivery

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/channel/email"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db/dbtest"
)

const day = 24 * time.Hour

// wearing runs a test on both engines, with a clock of its own and the rules of e-mail.
func wearing(t *testing.T, test func(t *testing.T, w *world, fake *clock.Fake)) {
	t.Parallel()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := clock.NewFake(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
			w := newWorld(t, dbtest.Open(t, address(t), fake), fake)
			rules := (&email.Channel{}).Wears
			w.mailer.Wear = map[string]channel.Wear{email.MailboxFull: rules(email.MailboxFull), email.MailboxDisabled: rules(email.MailboxDisabled)}
			test(t, w, fake)
		})
	}
}

func refusing(class string, scope channel.Scope) func(channel.Message) channel.Verdict {
	return func(channel.Message) channel.Verdict {
		return channel.Verdict{Outcome: channel.Never, Scope: scope, Class: class}
	}
}

// sends sends one campaign to a contact, lets it end, and returns whether the contact may still be written to.
func (w *world) sends(to contact.ID, fake *clock.Fake, after time.Duration) contact.Reason {
	w.t.Helper()
	fake.Advance(after)
	stop := w.run(w.Service)
	w.finished(w.part(channel.Advertising, []contact.ID{to}))
	stop()
	found, err := contact.GuardRows(w.t.Context(), w.db, w.who.Tenant, contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}, []contact.ID{to})
	require.NoError(w.t, err)
	w.Service = w.node("one")
	return found[0].Reason
}

// MSG-4: reference/email-delivery.md §5.
func TestAMailboxThatStaysFullForAMonthIsWrittenToNoMore(t *testing.T) {
	wearing(t, func(t *testing.T, w *world, fake *clock.Fake) {
		to := w.people(2)
		w.mailer.Answer = refusing(email.MailboxFull, channel.ScopeRecipient)
		for range 4 {
			require.Equal(t, contact.Reachable, w.sends(to[0], fake, 9*day))
		}
		require.Equal(t, contact.OnStopList, w.sends(to[0], fake, 9*day), "the fifth, on the 36th day")

		for range 6 {
			require.Equal(t, contact.Reachable, w.sends(to[1], fake, day), "often, but within a month")
		}
		w.mailer.Answer = nil
		require.Equal(t, contact.Reachable, w.sends(to[1], fake, 25*day), "it was emptied")
		w.mailer.Answer = refusing(email.MailboxFull, channel.ScopeRecipient)
		require.Equal(t, contact.Reachable, w.sends(to[1], fake, 9*day), "and what was before counts no more")
	})
}

// MSG-4
func TestAMailboxThatIsDisabledTwiceInAMonthIsWrittenToNoMore(t *testing.T) {
	wearing(t, func(t *testing.T, w *world, fake *clock.Fake) {
		to := w.people(1)[0]
		w.mailer.Answer = refusing(email.MailboxDisabled, channel.ScopeRecipient)
		require.Equal(t, contact.Reachable, w.sends(to, fake, day))
		require.Equal(t, contact.Reachable, w.sends(to, fake, 31*day), "the first is too long ago")
		require.Equal(t, contact.OnStopList, w.sends(to, fake, 29*day))
		stops, err := w.contacts.Get(t.Context(), w.who, to)
		require.NoError(t, err)
		require.Equal(t, contact.HardBounce, stops.Suppressed[0].Reason)
		require.Equal(t, email.MailboxDisabled, stops.Suppressed[0].Detail)
	})
}

// MSG-4: warming an address up must not cost the customer its contacts.
func TestRefusalsForOurReputationNeverBurnAnAddress(t *testing.T) {
	wearing(t, func(t *testing.T, w *world, fake *clock.Fake) {
		to := w.people(1)[0]
		for _, class := range []string{email.ReputationIP, email.ReputationDomain, email.AuthFailed, email.ContentSpam, email.PolicyOther} {
			w.mailer.Answer = refusing(class, channel.ScopeReputation)
			for range 2 {
				require.Equal(t, contact.Reachable, w.sends(to, fake, 20*day), class)
			}
		}
	})
}

// MSG-4: "expired" says that time ran out; people also want to know why.
func TestAMessageThatExpiresKeepsWhatStoodInTheWay(t *testing.T) {
	wearing(t, func(t *testing.T, w *world, fake *clock.Fake) {
		w.mailer.Answer = func(m channel.Message) channel.Verdict {
			v := channel.Verdict{Outcome: channel.Later, Scope: channel.ScopePolicy, Class: email.Greylisted, Detail: "451 greylisted, come back", After: 40 * time.Hour}
			if m.Ref.Seq == 2 {
				v.Class, v.Detail, v.After = email.MailboxFull, "452 quota", 60*time.Hour
			}
			return v
		}
		p := w.part(channel.Advertising, w.people(2))
		stop := w.run(w.Service)
		w.until(p, func(c Counts) bool { return c.Retrying == 1 && c.Failed == 1 })
		fake.Advance(50 * time.Hour)
		require.Equal(t, int64(2), w.finished(p).Failed)
		stop()
		for _, d := range w.deliveries(p) {
			require.Equal(t, Failed, d.State)
			require.Equal(t, "expired", d.Reason)
			require.Equal(t, map[int32]string{1: email.Greylisted, 2: email.MailboxFull}[d.Seq], d.Cause)
			require.NotEmpty(t, d.Detail)
		}
	})
}
