package delivery

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/channel/email"
	"keruen/internal/clock"
	"keruen/internal/contact"
)

// arrived sends one campaign to n people and returns its part and their messages.
func (w *world) arrived(n int, fake *clock.Fake) (Part, []contact.ID, []channel.Ref) {
	ids := w.people(n)
	stop := w.run(w.Service)
	p := w.part(channel.Advertising, ids)
	w.finished(p)
	stop()
	w.Service = w.node("two")
	refs := make([]channel.Ref, n)
	for i := range refs {
		refs[i] = channel.Ref{Part: int64(p.ID), Seq: int32(i + 1)}
	}
	fake.Advance(time.Minute)
	return p, ids, refs
}

func (w *world) mayWrite(c contact.ID) contact.Reason {
	found, err := contact.GuardRows(w.t.Context(), w.db, w.who.Tenant, contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}, []contact.ID{c})
	require.NoError(w.t, err)
	return found[0].Reason
}

// MSG-4
func TestALetterThatComesBackHasFailedAndItsAddressIsJudgedAsByARefusal(t *testing.T) {
	wearing(t, func(t *testing.T, w *world, fake *clock.Fake) {
		p, ids, refs := w.arrived(3, fake)
		require.EqualValues(t, 3, w.counts(p).Accepted)

		unknown := email.Returned(550, "5.1.1", "user unknown", "")
		tenant, booked, err := w.BookBounce(t.Context(), refs[0], unknown)
		require.NoError(t, err)
		require.Equal(t, BookedNew, booked)
		require.Equal(t, w.who.Tenant, tenant)
		_, booked, err = w.BookBounce(t.Context(), refs[1], email.Returned(552, "5.2.2", "mailbox full", ""))
		require.NoError(t, err)
		require.Equal(t, BookedNew, booked)

		c := w.counts(p)
		require.EqualValues(t, 1, c.Accepted)
		require.EqualValues(t, 2, c.Failed)
		require.Equal(t, contact.OnStopList, w.mayWrite(ids[0]))
		require.Equal(t, contact.Reachable, w.mayWrite(ids[1]), "one full mailbox burns nothing")

		_, booked, err = w.BookBounce(t.Context(), refs[0], unknown)
		require.NoError(t, err)
		require.Equal(t, BookedRepeat, booked)
		require.Equal(t, c, w.counts(p), "a report that comes again changes nothing")

		acts, err := w.OfContact(t.Context(), w.who.Tenant, ids[0])
		require.NoError(t, err)
		require.Equal(t, Failed, acts[0].State)
		require.Equal(t, email.UserUnknown, acts[0].Reason)
		require.Equal(t, Bounced, acts[0].Acts[0].Kind)
	})
}

func TestAReportThatComesTooLateOrTooEarlyChangesNothing(t *testing.T) {
	wearing(t, func(t *testing.T, w *world, fake *clock.Fake) {
		p, ids, refs := w.arrived(1, fake)
		fake.Advance(31 * day)
		_, booked, err := w.BookBounce(t.Context(), refs[0], email.Returned(550, "5.1.1", "user unknown", ""))
		require.NoError(t, err)
		require.Equal(t, BookedLate, booked)
		_, booked, err = w.BookComplaint(t.Context(), refs[0], "test")
		require.NoError(t, err)
		require.Equal(t, BookedLate, booked)
		require.EqualValues(t, 1, w.counts(p).Accepted)
		require.Equal(t, contact.Reachable, w.mayWrite(ids[0]))

		_, booked, err = w.BookBounce(t.Context(), channel.Ref{Part: 12345, Seq: 1}, email.Returned(550, "5.1.1", "", ""))
		require.NoError(t, err)
		require.Equal(t, BookedGone, booked)

		waits := w.part(channel.Advertising, ids)
		_, booked, err = w.BookBounce(t.Context(), channel.Ref{Part: int64(waits.ID), Seq: 1}, email.Returned(550, "5.1.1", "", ""))
		require.NoError(t, err)
		require.Equal(t, BookedEarly, booked)
	})
}

// CMP-1: a complaint is tied to its delivery, stops the contact, and counts once.
func TestAComplaintOfAFeedbackLoopStopsTheContactAndCountsOnce(t *testing.T) {
	wearing(t, func(t *testing.T, w *world, fake *clock.Fake) {
		p, ids, refs := w.arrived(2, fake)
		for i, want := range []Booked{BookedNew, BookedRepeat} {
			_, booked, err := w.BookComplaint(t.Context(), refs[0], "arf.mail.ru")
			require.NoError(t, err)
			require.Equal(t, want, booked, i)
		}
		c := w.counts(p)
		require.EqualValues(t, 1, c.Complained)
		require.EqualValues(t, 2, c.Accepted, "a letter that was called spam has arrived")
		require.Equal(t, contact.OnStopList, w.mayWrite(ids[0]))
		require.Equal(t, contact.Reachable, w.mayWrite(ids[1]))
	})
}

// AUD-3
func TestWhoLeavesByMailIsWrittenToNoMore(t *testing.T) {
	wearing(t, func(t *testing.T, w *world, fake *clock.Fake) {
		w.Service.inbound = "back.k.test"
		p, ids, refs := w.arrived(1, fake)
		ref, err := w.ReadUnsubscribe(w.unsubscribeLocal(refs[0])[2:])
		require.NoError(t, err)
		require.Equal(t, refs[0], ref)
		require.Equal(t, w.unsubscribeLocal(refs[0])+"@back.k.test", w.mailer.Seen()[0].Email.UnsubscribeTo)
		require.LessOrEqual(t, len(w.unsubscribeLocal(refs[0])), 64)

		_, err = w.ReadUnsubscribe(w.returnToken(refs[0]))
		require.ErrorIs(t, err, ErrLink, "the token of a bounce is none of leaving")

		fake.Advance(200 * day)
		for i, want := range []Booked{BookedNew, BookedRepeat} {
			_, booked, err := w.BookUnsubscribe(t.Context(), ref)
			require.NoError(t, err)
			require.Equal(t, want, booked, i)
		}
		require.Equal(t, contact.HasUnsubscribed, w.mayWrite(ids[0]))
		require.EqualValues(t, 1, w.counts(p).Unsubscribed)
	})
}

func TestAReplyIsSeenOnTheMessage(t *testing.T) {
	wearing(t, func(t *testing.T, w *world, fake *clock.Fake) {
		_, ids, refs := w.arrived(1, fake)
		_, booked, err := w.BookReply(t.Context(), refs[0])
		require.NoError(t, err)
		require.Equal(t, BookedNew, booked)
		got, err := w.OfContact(t.Context(), w.who.Tenant, ids[0])
		require.NoError(t, err)
		require.Equal(t, Replied, got[0].Acts[0].Kind)
		require.Equal(t, Accepted, got[0].State)
	})
}
