package jobs_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/page"
)

type args struct{ N int }

const tenant, stranger = id.Tenant(5), id.Tenant(6)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// each runs the test on both engines with a clock that stands still and a queue of its own.
func each(t *testing.T, f func(t *testing.T, d *db.DB, q *jobs.Queue, now *clock.Fake)) {
	t.Helper()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := clock.NewFake(start)
			d := dbtest.Open(t, address(t), now)
			f(t, d, jobs.New(d, now, dbtest.Log(t)), now)
		})
	}
}

func inTx(t *testing.T, d *db.DB, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	require.NoError(t, d.InTx(t.Context(), f))
}

func enqueue(t *testing.T, d *db.DB, q *jobs.Queue, task jobs.Task) (job jobs.ID) {
	t.Helper()
	inTx(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		job, err = q.EnqueueTx(ctx, tx, task)
		return err
	})
	return job
}

// work runs the queue until stop is called, or the test ends.
func work(t *testing.T, q *jobs.Queue) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- q.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

const patience = 30 * time.Second

// waitFor returns the task once it is in the state. The clock moves on meanwhile, if there is one.
func waitFor(t *testing.T, q *jobs.Queue, now *clock.Fake, job jobs.ID, state jobs.State) (s jobs.Status) {
	t.Helper()
	require.Eventually(t, func() bool {
		if now != nil {
			now.Advance(q.Poll)
		}
		var err error
		s, err = q.Get(t.Context(), tenant, job)
		return err == nil && s.State == state
	}, patience, 5*time.Millisecond, "waiting for %s", state)
	return s
}

// receive waits for a signal from a worker.
func receive[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Fatal("no signal")
	}
	return v
}

func TestATaskIsDoneAndItsResultIsKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, now *clock.Fake) {
		jobs.Register(q, "add", func(ctx context.Context, j *jobs.Job, a args) error {
			require.Equal(t, tenant, j.Tenant)
			if err := j.Progress(ctx, 1, 2); err != nil {
				return err
			}
			return j.SetResult(ctx, map[string]int{"sum": a.N + 1})
		})
		job := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "add", Args: args{41}, Title: "Sum", Visible: true})

		work(t, q)

		s := waitFor(t, q, nil, job, jobs.Done)
		require.JSONEq(t, `{"sum": 42}`, string(s.Result))
		s.Result = nil
		require.Equal(t, jobs.Status{ID: job, Kind: "add", Title: "Sum", State: jobs.Done, Done: 1, Total: 2, Attempts: 1,
			RunAt: start, CreatedAt: start, StartedAt: start, FinishedAt: start}, s)
	})
}

func TestATaskExistsOnlyIfItsTransactionIsCommitted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, _ *clock.Fake) {
		var job jobs.ID
		wrong := errors.New("wrong")
		err := d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			job, err = q.EnqueueTx(ctx, tx, jobs.Task{Tenant: tenant, Kind: "add", Args: args{}})
			return errors.Join(err, wrong)
		})
		require.ErrorIs(t, err, wrong)
		_, err = q.Get(t.Context(), tenant, job)
		require.ErrorIs(t, err, errs.ErrNotFound)
	})
}

func TestAnErrorIsTriedAgainAfterAPauseUntilItSucceeds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, now *clock.Fake) {
		busy := errs.New(errs.Conflict, "test.busy", "Busy.")
		jobs.Register(q, "flaky", func(_ context.Context, j *jobs.Job, _ args) error {
			switch j.Attempt {
			case 1:
				return busy
			case 2:
				panic("boom")
			}
			return nil
		})
		job := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "flaky", Args: args{}})
		work(t, q)
		require.Eventually(t, func() bool {
			s, err := q.Get(t.Context(), tenant, job)
			return err == nil && s.State == jobs.Queued && s.Attempts == 1 && s.LastError == "test.busy"
		}, patience, 5*time.Millisecond)

		s := waitFor(t, q, now, job, jobs.Done)

		require.Equal(t, 3, s.Attempts)
		require.GreaterOrEqual(t, s.FinishedAt.Sub(start), jobs.Backoff(1)+jobs.Backoff(2))
		require.Empty(t, s.LastError)
	})
}

func TestATaskFailsWhenItsAttemptsAreSpentOrItIsGivenUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, now *clock.Fake) {
		broken := errs.New(errs.Invalid, "test.broken", "Broken.")
		jobs.Register(q, "hopeless", func(context.Context, *jobs.Job, args) error { return broken })
		jobs.Register(q, "given up", func(context.Context, *jobs.Job, args) error { return jobs.Cancel(broken) })
		jobs.Register(q, "misread", func(context.Context, *jobs.Job, []args) error { return nil })
		hopeless := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "hopeless", Args: args{}, MaxAttempts: 3})
		givenUp := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "given up", Args: args{}})
		misread := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "misread", Args: args{}})

		work(t, q)

		s := waitFor(t, q, now, hopeless, jobs.Failed)
		require.Equal(t, 3, s.Attempts)
		require.Equal(t, "test.broken", s.LastError)
		s = waitFor(t, q, now, givenUp, jobs.Failed)
		require.Equal(t, 1, s.Attempts)
		waitFor(t, q, now, misread, jobs.Failed)
	})
}

func TestASnoozedTaskWaitsWithoutSpendingAnAttempt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, now *clock.Fake) {
		jobs.Register(q, "patient", func(_ context.Context, j *jobs.Job, _ args) error {
			if now.Now().Sub(start) < time.Minute {
				return jobs.Snooze(20 * time.Second)
			}
			return nil
		})
		job := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "patient", Args: args{}, MaxAttempts: 1})

		work(t, q)

		s := waitFor(t, q, now, job, jobs.Done)
		require.Equal(t, 1, s.Attempts)
		require.GreaterOrEqual(t, s.FinishedAt.Sub(start), time.Minute)
	})
}

// AUD-1, MSG-4: a while without room on the disk is no reason to give a task up, nor to leave it waiting much longer.
func TestAShortageSpendsNoAttemptAndTheTaskGoesOnSoonAfterIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, now *clock.Fake) {
		const short = time.Minute
		jobs.Register(q, "hungry", func(context.Context, *jobs.Job, args) error {
			if now.Now().Sub(start) < short {
				return errs.ErrDiskFull
			}
			return nil
		})
		job := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "hungry", Args: args{}, MaxAttempts: 1})
		work(t, q)
		s := waitFor(t, q, now, job, jobs.Done)
		require.Equal(t, 1, s.Attempts)
		require.Less(t, s.FinishedAt.Sub(start), short+30*time.Second)
	})
}

func TestASnoozeForgetsEarlierFailuresSoPeriodicTasksLiveOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, now *clock.Fake) {
		calls := 0
		jobs.Register(q, "periodic", func(_ context.Context, j *jobs.Job, _ args) error {
			switch calls++; {
			case calls == 7:
				return nil
			case calls%2 == 1:
				return errors.New("a bad day")
			}
			return jobs.Snooze(time.Second)
		})
		job := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "periodic", Args: args{}, MaxAttempts: 2})
		work(t, q)
		waitFor(t, q, now, job, jobs.Done)
	})
}

func TestATaskIsNotRunBeforeItsTime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, now *clock.Fake) {
		jobs.Register(q, "later", func(context.Context, *jobs.Job, args) error { return nil })
		job := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "later", Args: args{}, RunAt: start.Add(time.Minute)})
		work(t, q)
		s := waitFor(t, q, now, job, jobs.Done)
		require.False(t, s.StartedAt.Before(start.Add(time.Minute)))
	})
}

func TestACancelledTaskIsTakenFromItsWorker(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, now *clock.Fake) {
		began, ended := make(chan int), make(chan error)
		jobs.Register(q, "long", func(ctx context.Context, j *jobs.Job, _ args) error {
			began <- j.Attempt
			<-ctx.Done()
			ended <- j.Progress(context.WithoutCancel(ctx), 1, 1)
			return ctx.Err()
		})
		job := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "long", Args: args{}})
		work(t, q)
		receive(t, began)

		cancel := func(ctx context.Context, tx *db.Tx) error { return q.CancelTx(ctx, tx, tenant, job) }
		inTx(t, d, cancel)

		require.ErrorIs(t, receive(t, ended), jobs.ErrTaken)
		s := waitFor(t, q, nil, job, jobs.Cancelled)
		require.Equal(t, start, s.FinishedAt)
		inTx(t, d, cancel) // repeating changes nothing
		err := d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error { return q.PauseTx(ctx, tx, tenant, job) })
		require.ErrorIs(t, err, jobs.ErrFinished)
	})
}

func TestAPausedTaskGoesOnWhenItIsResumed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, now *clock.Fake) {
		began := make(chan int)
		jobs.Register(q, "long", func(ctx context.Context, j *jobs.Job, _ args) error {
			began <- j.Attempt
			if j.Attempt == 1 {
				<-ctx.Done()
			}
			return ctx.Err()
		})
		job := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "long", Args: args{}})
		work(t, q)
		receive(t, began)

		inTx(t, d, func(ctx context.Context, tx *db.Tx) error { return q.PauseTx(ctx, tx, tenant, job) })
		waitFor(t, q, nil, job, jobs.Paused)
		inTx(t, d, func(ctx context.Context, tx *db.Tx) error { return q.ResumeTx(ctx, tx, tenant, job) })

		require.Equal(t, 2, receive(t, began))
		waitFor(t, q, nil, job, jobs.Done)
	})
}

func TestAUniqueTaskThatWaitsIsNotAddedTwiceAndOneThatRunsIsRunOnceMore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, now *clock.Fake) {
		task := func(n int) jobs.Task {
			return jobs.Task{Tenant: tenant, Kind: "sync", Args: args{n}, UniqueKey: "k", RunAt: start.Add(time.Duration(-n) * time.Second)}
		}
		seen, goOn := make(chan int), make(chan struct{})
		jobs.Register(q, "sync", func(_ context.Context, _ *jobs.Job, a args) error {
			seen <- a.N
			<-goOn
			return nil
		})
		first := enqueue(t, d, q, task(1))
		require.Equal(t, first, enqueue(t, d, q, task(2)))
		other := task(1)
		other.Tenant = stranger
		require.NotEqual(t, first, enqueue(t, d, q, other))
		inTx(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, `DELETE FROM task WHERE tenant_id = 6`)
			return err
		})
		s, err := q.Get(t.Context(), tenant, first)
		require.NoError(t, err)
		require.Equal(t, start.Add(-2*time.Second), s.RunAt, "the earlier time counts")

		work(t, q)
		require.Equal(t, 1, receive(t, seen), "the first arguments count")
		require.Equal(t, first, enqueue(t, d, q, task(3)))
		require.Equal(t, first, enqueue(t, d, q, task(4)))
		goOn <- struct{}{}
		require.Equal(t, 4, receive(t, seen))
		goOn <- struct{}{}

		waitFor(t, q, nil, first, jobs.Done)
		require.NotEqual(t, first, enqueue(t, d, q, task(5)), "what has ended is over")
		require.Equal(t, 5, receive(t, seen))
		goOn <- struct{}{}
	})
}

func TestATaskOfAnUnknownKindStaysQueued(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, now *clock.Fake) {
		unknown := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "unknown", Args: args{}})
		known := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "known", Args: args{}})
		jobs.Register(q, "known", func(context.Context, *jobs.Job, args) error { return nil })
		work(t, q)
		waitFor(t, q, now, known, jobs.Done)
		s, err := q.Get(t.Context(), tenant, unknown)
		require.NoError(t, err)
		require.Equal(t, jobs.Queued, s.State)

		newer := jobs.New(d, now, dbtest.Log(t))
		jobs.Register(newer, "unknown", func(context.Context, *jobs.Job, args) error { return nil })
		work(t, newer)
		waitFor(t, newer, now, unknown, jobs.Done)
	})
}

func TestAnotherTenantFindsNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, _ *clock.Fake) {
		job := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "x", Args: args{}, Visible: true})
		_, err := q.Get(t.Context(), stranger, job)
		require.ErrorIs(t, err, errs.ErrNotFound)
		list, err := q.List(t.Context(), stranger, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Empty(t, list.Items)
		for _, verb := range []func(context.Context, *db.Tx, id.Tenant, jobs.ID) error{q.CancelTx, q.PauseTx, q.ResumeTx} {
			err = d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, stranger, job) })
			require.ErrorIs(t, err, errs.ErrNotFound)
		}
	})
}

func TestTheListShowsVisibleTasksNewestFirstInPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, _ *clock.Fake) {
		var all []jobs.ID
		for range 3 {
			all = append([]jobs.ID{enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "x", Args: args{}, Visible: true})}, all...)
			enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "x", Args: args{}})
		}
		var got []jobs.ID
		ask := page.Ask{Limit: 2}
		for range 2 {
			list, err := q.List(t.Context(), tenant, ask)
			require.NoError(t, err)
			for _, s := range list.Items {
				got = append(got, s.ID)
			}
			ask, err = page.Read(list.Next, 2)
			require.NoError(t, err)
		}
		require.Equal(t, all, got)
	})
}

func TestFinishedTasksAreKeptForAWhile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, q *jobs.Queue, now *clock.Fake) {
		jobs.Register(q, "x", func(context.Context, *jobs.Job, args) error { return nil })
		hidden := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "x", Args: args{}})
		visible := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "x", Args: args{}, Visible: true})
		stop := work(t, q)
		waitFor(t, q, nil, hidden, jobs.Done)
		waitFor(t, q, nil, visible, jobs.Done)
		stop()
		exists := func(job jobs.ID) bool {
			_, err := q.Get(t.Context(), tenant, job)
			return !errors.Is(err, errs.ErrNotFound)
		}
		for _, c := range []struct {
			after           time.Duration
			hidden, visible bool
		}{{6, true, true}, {2, false, true}, {23, false, false}} {
			now.Advance(c.after * 24 * time.Hour)
			require.NoError(t, q.Prune(t.Context()))
			require.Equal(t, c.hidden, exists(hidden))
			require.Equal(t, c.visible, exists(visible))
		}
	})
}

func TestThePauseGrowsToAnHour(t *testing.T) {
	t.Parallel()
	require.Equal(t, time.Second, jobs.Backoff(0))
	require.Equal(t, time.Second, jobs.Backoff(1))
	require.Equal(t, 16*time.Second, jobs.Backoff(2))
	require.Equal(t, 2401*time.Second, jobs.Backoff(7))
	require.Equal(t, time.Hour, jobs.Backoff(8))
	require.Equal(t, time.Hour, jobs.Backoff(1000))
}
