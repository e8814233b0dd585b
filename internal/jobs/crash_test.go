package jobs_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/jobs"
)

// node opens the database once more, as another process would.
func node(t *testing.T, address string, c clock.Clock) (*db.DB, *jobs.Queue) {
	t.Helper()
	d := dbtest.Open(t, address, c)
	return d, jobs.New(d, c, dbtest.Log(t))
}

func TestEveryTaskIsRunOnceWhenFourNodesCompete(t *testing.T) {
	t.Parallel()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const tasks = 300
			url := address(t)
			var mu sync.Mutex
			runs := map[int]int{}
			nodes := map[int]bool{}
			all, met := make(chan struct{}), make(chan struct{})
			announce := sync.OnceFunc(func() { close(met) })
			meet := func(n int) {
				mu.Lock()
				defer mu.Unlock()
				if nodes[n] = true; len(nodes) == 4 {
					announce()
				}
			}
			for n := range 4 {
				_, q := node(t, url, clock.Real{})
				jobs.Register(q, "count", func(_ context.Context, _ *jobs.Job, a args) error {
					meet(n)
					<-met // nobody goes on before every node has a task
					mu.Lock()
					defer mu.Unlock()
					if runs[a.N]++; len(runs) == tasks && runs[a.N] == 1 {
						close(all)
					}
					return nil
				})
				q.Poll = time.Millisecond
				work(t, q)
			}
			d, q := node(t, url, clock.Real{})
			for i := range tasks {
				enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "count", Args: args{i}})
			}
			receive(t, all)
			mu.Lock()
			defer mu.Unlock()
			for n, times := range runs {
				require.Equal(t, 1, times, "task %d", n)
			}
		})
	}
}

func TestTheTaskOfAFrozenNodeIsTakenOverAndTheFrozenOneRecordsNothing(t *testing.T) {
	t.Parallel()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := address(t)
			d1, frozen := node(t, url, clock.NewFake(start)) // its clock stands still, so it never renews
			began, thaw, refused := make(chan struct{}), make(chan struct{}), make(chan error)
			jobs.Register(frozen, "long", func(ctx context.Context, j *jobs.Job, _ args) error {
				close(began)
				<-thaw
				refused <- j.SetResult(ctx, "from the frozen one")
				return nil
			})
			job := enqueue(t, d1, frozen, jobs.Task{Tenant: tenant, Kind: "long", Args: args{}})
			stopFrozen := work(t, frozen)
			receive(t, began)

			now := clock.NewFake(start)
			_, second := node(t, url, now)
			jobs.Register(second, "long", func(ctx context.Context, j *jobs.Job, _ args) error {
				return j.SetResult(ctx, "from the second")
			})
			work(t, second)
			s := waitFor(t, second, now, job, jobs.Done)
			require.Equal(t, 2, s.Attempts)
			require.GreaterOrEqual(t, s.StartedAt.Sub(start), second.Lease)

			close(thaw)
			require.ErrorIs(t, receive(t, refused), jobs.ErrTaken)
			stopFrozen()
			after, err := second.Get(t.Context(), tenant, job)
			require.NoError(t, err)
			require.Equal(t, s, after)
			require.JSONEq(t, `"from the second"`, string(after.Result))
		})
	}
}

func TestALongTaskKeepsItsLease(t *testing.T) {
	t.Parallel()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := address(t)
			now := clock.NewFake(start)
			d1, q := node(t, url, now)
			began, goOn := make(chan struct{}, 2), make(chan struct{})
			jobs.Register(q, "long", func(context.Context, *jobs.Job, args) error {
				began <- struct{}{}
				<-goOn
				return nil
			})
			job := enqueue(t, d1, q, jobs.Task{Tenant: tenant, Kind: "long", Args: args{}})
			work(t, q)
			receive(t, began)

			// Step by step, each when the queue has settled: three leases' worth of time.
			for now.Now().Before(start.Add(3 * q.Lease)) {
				require.NoError(t, now.BlockUntil(t.Context(), 1))
				now.Advance(q.Poll)
			}

			require.True(t, leaseOf(t, d1, job).After(now.Now()))
			goOn <- struct{}{}
			s := waitFor(t, q, nil, job, jobs.Done)
			require.Equal(t, 1, s.Attempts)
			require.Empty(t, began)
		})
	}
}

func leaseOf(t *testing.T, d *db.DB, job jobs.ID) time.Time {
	t.Helper()
	at, err := db.One[time.Time](t.Context(), d, `SELECT lease_until FROM task WHERE id = ?`, job)
	require.NoError(t, err)
	return at
}

func TestTheOnlyProcessGoesOnAtOnceWithWhatAFormerOneLeft(t *testing.T) {
	t.Parallel()
	now := clock.NewFake(start) // it stands still: no lease runs out
	d, err := db.Open(t.Context(), db.Config{URL: dbtest.SQLite(t), Clock: now, Log: dbtest.Log(t), Exclusive: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	require.True(t, d.Alone())
	q := jobs.New(d, now, dbtest.Log(t))
	jobs.Register(q, "import", func(context.Context, *jobs.Job, args) error { return nil })
	job := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "import", Args: args{}})
	inTx(t, d, func(ctx context.Context, tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, `UPDATE task SET state = 1, attempts = 1, token = 1, owner = 'killed', lease_until = ? WHERE id = ?`,
			start.Add(q.Lease), job)
		return err
	})

	work(t, q)

	require.Equal(t, 2, waitFor(t, q, nil, job, jobs.Done).Attempts)
}

func TestATaskThatKillsEveryProcessIsGivenUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, now *clock.Fake) {
		job := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "deadly", Args: args{}, MaxAttempts: 2})
		// What two processes leave behind that died in the middle of the task.
		inTx(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, `UPDATE task SET state = 1, attempts = 2, token = 2, owner = 'dead', lease_until = ? WHERE id = ?`,
				start.Add(time.Second), job)
			return err
		})
		jobs.Register(q, "deadly", func(context.Context, *jobs.Job, args) error {
			t.Error("it ran again")
			return nil
		})
		work(t, q)
		s := waitFor(t, q, now, job, jobs.Failed)
		require.Equal(t, "job.crashed", s.LastError)
	})
}

func TestAStoppingProcessPutsItsTasksBackWithoutAnAttemptSpent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, now *clock.Fake) {
		began := make(chan struct{})
		jobs.Register(q, "long", func(ctx context.Context, _ *jobs.Job, _ args) error {
			close(began)
			<-ctx.Done()
			return ctx.Err()
		})
		job := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "long", Args: args{}})
		stop := work(t, q)
		receive(t, began)
		stop()
		s, err := q.Get(t.Context(), tenant, job)
		require.NoError(t, err)
		require.Equal(t, jobs.Queued, s.State)
		require.Zero(t, s.Attempts)
	})
}
