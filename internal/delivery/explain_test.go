package delivery

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
)

// story explains one message of a part.
func (w *world) story(p Part, seq int32) Explanation {
	x, err := w.Explain(w.t.Context(), w.who, channel.Ref{Part: int64(p.ID), Seq: seq})
	require.NoError(w.t, err)
	return x
}

// eachAt is dbtest.Each with a database that keeps the time of a fake clock.
func eachAt(t *testing.T, test func(t *testing.T, d *db.DB, at *clock.Fake)) {
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := clock.NewFake(time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC))
			test(t, dbtest.Open(t, address(t), at), at)
		})
	}
}

// MSG-4
func TestAMessageTellsWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, d *db.DB, at *clock.Fake) {
		w := newWorld(t, d, at)
		w.mailer.Answer = func(m channel.Message) channel.Verdict {
			switch m.Ref.Seq {
			case 1:
				return channel.Verdict{Outcome: channel.Later, Scope: channel.ScopePolicy, Class: "greylisted", Detail: "450 4.2.0 try again", After: 10 * time.Minute}
			case 2:
				return channel.Verdict{Outcome: channel.Unknown, Class: "uncertain", Detail: "the connection broke"}
			case 3:
				return channel.Verdict{Outcome: channel.Never, Scope: channel.ScopeRecipient, Class: "user_unknown", Detail: "550 5.1.1 no such user"}
			}
			return channel.Took("")
		}
		ids := w.people(6)
		p := w.part(channel.Advertising, ids)
		waiting := w.story(p, 4)
		require.Equal(t, WaitTurn, waiting.Why, "nobody has taken the lane yet")
		require.EqualValues(t, 3, waiting.Ahead)
		require.Equal(t, ids[3], waiting.Contact)
		require.Equal(t, "d3.test", waiting.Domain)
		require.Equal(t, p.ExpiresAt, waiting.GivesUpAt)

		w.run(w.Service)
		w.until(p, func(c Counts) bool { return c.Pending == 0 && c.Retrying == 1 })
		put := w.story(p, 1)
		require.Equal(t, WaitRetry, put.Why)
		require.Equal(t, "greylisted", put.Reason)
		require.Equal(t, "450 4.2.0 try again", put.Detail)
		require.Equal(t, 1, put.Attempts)
		require.Equal(t, at.Now().Add(10*time.Minute), put.Next)
		require.Equal(t, "p000000@d0.test", put.Email)
		require.Equal(t, WaitUncertain, w.story(p, 2).Why)
		failed := w.story(p, 3)
		require.Equal(t, WaitNothing, failed.Why)
		require.Equal(t, "user_unknown", failed.Reason)
		require.Zero(t, failed.GivesUpAt)
		require.Equal(t, Accepted, w.story(p, 4).State)
	})
}

// MSG-4
func TestAMessageTellsWhoHoldsIt(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, d *db.DB, at *clock.Fake) {
		w := newWorld(t, d, at)
		w.mailer.Bound = channel.Bound{Provider: "mail.test", Connections: 2}
		p := w.part(channel.Advertising, w.people(3))
		require.Equal(t, "mail.test", w.story(p, 1).Bound.Provider)

		until := at.Now().Add(3 * time.Hour)
		w.mailer.Bound.Why, w.mailer.Bound.Until, w.mailer.Bound.Words = "suspended", until, "too much mail"
		held := w.story(p, 1)
		require.Equal(t, WaitPath, held.Why)
		require.Equal(t, until, held.Next)
		w.mailer.Bound.Until = time.Time{}
		require.Zero(t, w.story(p, 1).Next, "a person must act")

		w.tx(func(ctx context.Context, tx *db.Tx) error { return w.PauseTx(ctx, tx, w.who.Tenant, p.Source) })
		require.Equal(t, WaitResume, w.story(p, 1).Why)
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, `UPDATE part SET guard = ? WHERE tenant_id = ? AND id = ?`, `{"code":"refusals","level":3}`, p.Tenant, p.ID)
			return err
		})
		require.Equal(t, WaitGuard, w.story(p, 1).Why)
		w.tx(func(ctx context.Context, tx *db.Tx) error { return w.CancelTx(ctx, tx, w.who.Tenant, p.Source) })
		gone := w.story(p, 2)
		require.Equal(t, Expired, gone.State)
		require.True(t, gone.Cancelled)
		require.Equal(t, WaitNothing, gone.Why)
	})
}

// MSG-4
func TestAPausedSenderAndAQueuedMessageAreExplained(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		ids := w.people(1)
		var ref channel.Ref
		w.tx(func(ctx context.Context, tx *db.Tx) (err error) {
			ref, err = w.SubmitTx(ctx, tx, Single{Tenant: w.who.Tenant, Contact: ids[0], Sender: w.sender.ID, Purpose: channel.Transactional, Kind: "api",
				Letter: content.Letter{Subject: "x", Text: "y"}})
			return err
		})
		x, err := w.Explain(t.Context(), w.who, ref)
		require.NoError(t, err)
		require.Equal(t, WaitTurn, x.Why)
		require.Equal(t, "api", x.Kind)
		_, err = w.senders.Pause(t.Context(), w.who, w.sender.ID)
		require.NoError(t, err)
		x, err = w.Explain(t.Context(), w.who, ref)
		require.NoError(t, err)
		require.Equal(t, WaitSender, x.Why)

		another := w.who
		another.Tenant = 102
		_, err = w.Explain(t.Context(), another, ref)
		require.Equal(t, errs.NotFound, errs.KindOf(err))
		_, err = w.Explain(t.Context(), w.who, channel.Ref{Part: ref.Part, Seq: 2})
		require.Equal(t, errs.NotFound, errs.KindOf(err))
		_, err = w.Explain(t.Context(), access.Actor{Tenant: w.who.Tenant, Via: access.BySession, Role: "guest"}, ref)
		require.Equal(t, errs.Forbidden, errs.KindOf(err))
	})
}

func TestNamesOfMessagesAreReadStrictly(t *testing.T) {
	t.Parallel()
	ref := channel.Ref{Part: 1 << 50, Seq: 17}
	got, err := ParseName(NameOf(ref))
	require.NoError(t, err)
	require.Equal(t, ref, got)
	got, err = ParseName(PartID(ref.Part).String())
	require.NoError(t, err)
	require.EqualValues(t, 1, got.Seq)
	for _, bad := range []string{"", "-1", NameOf(ref) + "x", PartID(ref.Part).String() + "-", PartID(ref.Part).String() + "-0", PartID(ref.Part).String() + "--2", "cmp_05a9yj0ms9201-1", PartID(ref.Part).String() + "-99999999999"} {
		_, err := ParseName(bad)
		require.ErrorIs(t, err, errs.ErrNotFound, bad)
	}
}
