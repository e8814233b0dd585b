package jobs_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/jobs"
)

// A request that is being committed just while the task ends must not be swallowed by the end: PostgreSQL lets the end wait for it.
func TestATaskAskedForWhileItEndsIsRunAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, _ *clock.Fake) {
		called, end := make(chan int, 4), make(chan struct{}, 4)
		jobs.Register(q, "sync", func(_ context.Context, _ *jobs.Job, a args) error {
			called <- a.N
			<-end
			return nil
		})
		work(t, q)
		task := func(n int) jobs.Task { return jobs.Task{Tenant: tenant, Kind: "sync", Args: args{n}, UniqueKey: "k"} }
		enqueue(t, d, q, task(1))
		require.Equal(t, 1, <-called)
		inTx(t, d, func(ctx context.Context, tx *db.Tx) error {
			if _, err := q.EnqueueTx(ctx, tx, task(2)); err != nil {
				return err
			}
			end <- struct{}{}
			if d.Dialect() != db.Postgres {
				return nil // one writer at a time: the end comes after this anyway
			}
			return waiting(ctx, d)
		})
		end <- struct{}{}
		select {
		case n := <-called:
			require.Equal(t, 2, n)
		case <-time.After(10 * time.Second):
			t.Fatal("what was asked for while the task ended was forgotten")
		}
	})
}

// waiting returns when a statement about tasks waits for the transaction that calls it.
func waiting(ctx context.Context, d *db.DB) error {
	for {
		n, err := db.One[int](ctx, d, `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%UPDATE task%'`)
		if err != nil || n > 0 {
			return err
		}
	}
}
