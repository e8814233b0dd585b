package event_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/event"
	"keruen/internal/id"
	"keruen/internal/jobs"
)

type paid struct {
	Tenant id.Tenant
	Order  int
}

func (paid) EventName() string        { return "order.paid" }
func (p paid) EventTenant() id.Tenant { return p.Tenant }

type other struct{}

func (other) EventName() string { return "order.other" }

func run(t *testing.T, q *jobs.Queue) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- q.Run(ctx) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-done) })
}

func receive[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(30 * time.Second):
		t.Fatal("nobody was told")
	}
	return v
}

func TestEverySubscriberHearsOfACommittedFact(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := jobs.New(d, clock.Real{}, dbtest.Log(t))
		bus := event.New(q)
		first, second := make(chan paid, 1), make(chan paid, 1)
		event.Subscribe(bus, "licence", func(_ context.Context, e paid) error { first <- e; return nil })
		failed := false
		event.Subscribe(bus, "letter", func(_ context.Context, e paid) error {
			if !failed {
				failed = true
				return errors.New("try again") // the other subscriber does not wait for this one
			}
			second <- e
			return nil
		})
		event.Subscribe(bus, "nobody", func(context.Context, other) error { return errors.New("not published") })
		want := paid{Tenant: 7, Order: 42}

		require.NoError(t, d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error { return bus.Publish(ctx, tx, want) }))
		run(t, q)

		require.Equal(t, want, receive(t, first))
		require.Equal(t, want, receive(t, second))
		tenants, err := db.All[int64](t.Context(), d, `SELECT DISTINCT tenant_id FROM task`)
		require.NoError(t, err)
		require.Equal(t, []int64{7}, tenants)
	})
}

func TestAFactThatIsRolledBackIsNotAnnounced(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := jobs.New(d, clock.Real{}, dbtest.Log(t))
		bus := event.New(q)
		heard := make(chan paid, 2)
		event.Subscribe(bus, "licence", func(_ context.Context, e paid) error { heard <- e; return nil })
		run(t, q)
		wrong := errors.New("wrong")
		err := d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(bus.Publish(ctx, tx, paid{Order: 1}), wrong)
		})
		require.ErrorIs(t, err, wrong)
		require.NoError(t, d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error { return bus.Publish(ctx, tx, paid{Order: 2}) }))
		require.Equal(t, 2, receive(t, heard).Order)
		require.Empty(t, heard)
	})
}

func TestANameSubscribesOnce(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t), clock.Real{})
	bus := event.New(jobs.New(d, clock.Real{}, dbtest.Log(t)))
	listen := func(context.Context, paid) error { return nil }
	event.Subscribe(bus, "licence", listen)
	require.Panics(t, func() { event.Subscribe(bus, "licence", listen) })
	require.Equal(t, map[string][]string{"order.paid": {"event:order.paid:licence"}}, bus.Subscribers())
}
