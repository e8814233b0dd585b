package delivery

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/page"
)

// MSG-3
func TestAPauseStopsAWindowInTheMiddle(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.mailer.Bounds = channel.Limits{Concurrency: 2, PerSecond: 100}
		p := w.part(channel.Advertising, w.people(400))
		w.run(w.Service)
		require.NoError(t, w.mailer.Wait(t.Context(), 20))
		w.tx(func(ctx context.Context, tx *db.Tx) error { return w.PauseTx(ctx, tx, w.who.Tenant, p.Source) })
		c := w.until(p, func(c Counts) bool { return c.Accepted == int64(len(w.mailer.Seen())) })
		require.Less(t, c.Accepted, int64(200))
		require.Equal(t, c.Total, c.Accepted+c.Pending)

		w.tx(func(ctx context.Context, tx *db.Tx) error { return w.ResumeTx(ctx, tx, w.who.Tenant, p.Source) })
		require.Equal(t, int64(400), w.finished(p).Accepted)
		for seq, n := range w.received(p) {
			require.Equal(t, 1, n, "seq %d", seq)
		}
	})
}

// MSG-3
func TestACancelledCampaignAccountsForEverybody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.mailer.Bounds = channel.Limits{Concurrency: 2, PerSecond: 200}
		w.mailer.Answer = func(m channel.Message) channel.Verdict {
			if m.Ref.Seq%10 == 0 {
				return channel.Verdict{Outcome: channel.Later, Class: "greylisted", After: time.Hour}
			}
			return channel.Took("")
		}
		p := w.part(channel.Advertising, w.people(1500))
		w.run(w.Service)
		w.until(p, func(c Counts) bool { return c.Retrying > 0 })
		w.tx(func(ctx context.Context, tx *db.Tx) error { return w.CancelTx(ctx, tx, w.who.Tenant, p.Source) })
		c := w.until(p, func(c Counts) bool {
			return c.Retrying == 0 && int64(len(w.mailer.Seen())) == c.Accepted+c.Expired
		})
		require.Positive(t, c.Cancelled)
		require.Equal(t, int64(1500), c.Accepted+c.Expired+c.Cancelled)
		var listed []Delivery
		require.NoError(t, w.Unsent(t.Context(), w.who.Tenant, p.Source, func(d []Delivery) error {
			listed = append(listed, d...)
			return nil
		}))
		require.Len(t, listed, int(c.Cancelled))
		require.NotEmpty(t, listed[0].Email)
	})
}

// MSG-3: one campaign cannot starve another on the same lane.
func TestPartsOfALaneTakeTurns(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.mailer.Bounds = channel.Limits{Concurrency: 4, PerSecond: 300}
		ids := w.people(1500)
		big := w.part(channel.Advertising, ids)
		small := w.part(channel.Advertising, ids[:300])
		w.run(w.Service)
		w.finished(small)
		require.Less(t, w.counts(big).Accepted, int64(1500))
	})
}

func TestAPausedSenderHoldsEverythingAndLosesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		_, err := w.senders.Pause(t.Context(), w.who, w.sender.ID)
		require.NoError(t, err)
		p := w.part(channel.Advertising, w.people(5))
		w.run(w.Service)
		other, err := w.senders.Create(t.Context(), w.who, channel.NewSender{Kind: channel.Email, Name: "Other", Address: "o@dala.test"})
		require.NoError(t, err)
		ref := w.submit(Single{Contact: w.people(1)[0], Sender: other.ID, Purpose: channel.Transactional, Letter: plain, Kind: "test"})
		w.sent(ref) // the pipeline runs, and yet
		require.Equal(t, int64(5), w.counts(p).Pending)
		_, err = w.senders.Resume(t.Context(), w.who, w.sender.ID)
		require.NoError(t, err)
		require.Equal(t, int64(5), w.finished(p).Accepted)
	})
}

var plain = content.Letter{Subject: "Your code is {{code}}", Text: "Enter {{code}}"}

func (w *world) submit(m Single) channel.Ref {
	var ref channel.Ref
	m.Tenant = w.who.Tenant
	w.tx(func(ctx context.Context, tx *db.Tx) (err error) {
		if m.Letter.Text == plain.Text && m.Vars == nil {
			m.Vars = map[string]string{"code": "123456"}
		}
		ref, err = w.SubmitTx(ctx, tx, m)
		return err
	})
	return ref
}

// sent waits until a single message has left and returns it.
func (w *world) sent(ref channel.Ref) channel.Message {
	var out channel.Message
	require.Eventually(w.t, func() bool {
		for _, m := range w.mailer.Seen() {
			if m.Ref == ref {
				out = m
				return true
			}
		}
		return false
	}, 20*time.Second, 5*time.Millisecond)
	return out
}

func (w *world) message(ref channel.Ref, ok func(Message) bool) Message {
	var m Message
	require.Eventually(w.t, func() bool {
		var err error
		m, err = w.GetMessage(w.t.Context(), w.who, PartID(ref.Part))
		require.NoError(w.t, err)
		return ok(m)
	}, 20*time.Second, 5*time.Millisecond)
	return m
}

func TestASingleMessageLeavesOnceAndForgetsItsValues(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		to := w.people(1)[0]
		m := Single{Contact: to, Sender: w.sender.ID, Purpose: channel.Transactional, Letter: plain, Kind: "code", Key: "sign-in 7"}
		first, again := w.submit(m), w.submit(m)
		require.Equal(t, first, again)
		w.run(w.Service)
		got := w.sent(first)
		require.Equal(t, "Your code is 123456", got.Email.Subject)
		require.Empty(t, got.Email.UnsubscribeURL, "there is no list to leave")
		w.message(first, func(m Message) bool { return m.State == Accepted })
		left, err := db.One[int64](t.Context(), d, `SELECT COUNT(*) FROM single WHERE vars IS NOT NULL`)
		require.NoError(t, err)
		require.Zero(t, left)
		require.Len(t, w.mailer.Seen(), 1)
	})
}

func TestACodeThatIsTooOldIsNotSent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		ref := w.submit(Single{
			Contact: w.people(1)[0], Sender: w.sender.ID, Purpose: channel.Transactional, Letter: plain, Kind: "code",
			NotAfter: w.clock.Now().Add(-time.Second),
		})
		w.run(w.Service)
		m := w.message(ref, func(m Message) bool { return m.State == Expired })
		require.Equal(t, "expired", m.Reason)
		require.Zero(t, m.Attempts)
		require.Empty(t, w.mailer.Seen())
	})
}

func TestSingleMessagesDoNotWaitBehindACampaign(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.mailer.Bounds = channel.Limits{Concurrency: 4, PerSecond: 200}
		ids := w.people(2000)
		p := w.part(channel.Advertising, ids)
		w.run(w.Service)
		require.NoError(t, w.mailer.Wait(t.Context(), 10))
		w.sent(w.submit(Single{Contact: ids[0], Sender: w.sender.ID, Purpose: channel.Transactional, Letter: plain, Kind: "code"}))
		require.Positive(t, w.counts(p).Pending)
	})
}

// MSG-2: a connection that dies after the last byte leaves it open whether the message was taken.
func TestUncertainMessagesAreResentOrNamedByPurpose(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.mailer.Answer = func(m channel.Message) channel.Verdict {
			if m.Attempt == 1 {
				return channel.Verdict{Outcome: channel.Unknown, Scope: channel.ScopeNetwork, Class: "timeout"}
			}
			return channel.Took("")
		}
		ids := w.people(3)
		p := w.part(channel.Advertising, ids)
		w.run(w.Service)
		require.Equal(t, int64(3), w.finished(p).Unknown)
		ref := w.submit(Single{Contact: ids[0], Sender: w.sender.ID, Purpose: channel.Transactional, Letter: plain, Kind: "code"})
		m := w.message(ref, func(m Message) bool { return m.State == Retry })
		require.Equal(t, "unconfirmed", m.Reason)

		var n int64
		w.tx(func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = w.DecideUnknownTx(ctx, tx, w.who.Tenant, p.Source, true)
			return err
		})
		require.Equal(t, int64(3), n)
		require.Equal(t, int64(3), w.until(p, func(c Counts) bool { return c.Accepted == 3 }).Accepted)
		w.tx(func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = w.DecideUnknownTx(ctx, tx, w.who.Tenant, p.Source, true)
			return err
		})
		require.Zero(t, n, "there is nothing left to decide")
	})
}

func TestAnotherAccountSeesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		ids := w.people(3)
		p := w.part(channel.Advertising, ids)
		ref := w.submit(Single{Contact: ids[0], Sender: w.sender.ID, Purpose: channel.Transactional, Letter: plain, Kind: "code"})
		w.run(w.Service)
		w.finished(p)
		thief := w.who
		thief.Tenant = 202
		_, err := w.GetMessage(t.Context(), thief, PartID(ref.Part))
		require.ErrorIs(t, err, errs.ErrNotFound)
		c, err := w.Counts(t.Context(), thief.Tenant, p.Source)
		require.NoError(t, err)
		require.Zero(t, c)
		list, err := w.Deliveries(t.Context(), thief.Tenant, p.Source, Filter{}, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Empty(t, list.Items)
		err = d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := w.SubmitTx(ctx, tx, Single{Tenant: thief.Tenant, Contact: ids[0], Sender: w.sender.ID, Purpose: channel.Transactional, Letter: plain})
			return err
		})
		require.ErrorIs(t, err, errs.ErrNotFound)
		w.tx(func(ctx context.Context, tx *db.Tx) error { return w.PauseTx(ctx, tx, thief.Tenant, p.Source) })
		now, err := getPart(t.Context(), d, w.who.Tenant, p.ID)
		require.NoError(t, err)
		require.NotEqual(t, PartPaused, now.State)
	})
}

func TestDeliveriesArePagedWithTheirPeople(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.mailer.Answer = func(m channel.Message) channel.Verdict {
			if m.Ref.Seq%2 == 0 {
				return channel.Verdict{Outcome: channel.Never, Scope: channel.ScopeRecipient, Class: "user_unknown", Detail: "550 5.1.1"}
			}
			return channel.Took("")
		}
		p := w.part(channel.Advertising, w.people(25))
		w.run(w.Service)
		w.finished(p)
		f := Filter{States: []State{Failed}, Reason: "user_unknown"}
		ask, seen := page.Ask{Limit: 5}, 0
		for {
			list, err := w.Deliveries(t.Context(), w.who.Tenant, p.Source, f, ask)
			require.NoError(t, err)
			for _, x := range list.Items {
				require.Equal(t, "550 5.1.1", x.Detail)
				require.NotEmpty(t, x.Email)
			}
			seen += len(list.Items)
			if list.Next == "" {
				break
			}
			ask, err = page.Read(list.Next, 5)
			require.NoError(t, err)
		}
		require.Equal(t, 12, seen)
	})
}
