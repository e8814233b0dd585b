package jobs_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/id"
	"keruen/internal/jobs"
)

type args struct{ N int }

func enqueue(t *testing.T, d *db.DB, q *jobs.Queue, task jobs.Task) (job jobs.ID) {
	t.Helper()
	err := d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		job, err = q.EnqueueTx(ctx, tx, task)
		return err
	})
	require.NoError(t, err)
	return job
}

// work runs the queue until the test ends.
func work(t *testing.T, q *jobs.Queue) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- q.Run(ctx) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-done) })
}

func TestATaskIsDoneAndItsResultIsKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := jobs.New(d, clock.Real{}, dbtest.Log(t))
		tenant := id.Tenant(5)
		jobs.Register(q, "add", func(ctx context.Context, j *jobs.Job, a args) error {
			if err := j.Progress(ctx, 1, 2); err != nil {
				return err
			}
			return j.SetResult(ctx, map[string]int{"sum": a.N + 1})
		})
		job := enqueue(t, d, q, jobs.Task{Tenant: tenant, Kind: "add", Args: args{41}, Title: "Sum", Visible: true})

		work(t, q)

		s := waitFor(t, q, tenant, job, jobs.Done)
		require.JSONEq(t, `{"sum": 42}`, string(s.Result))
		require.EqualValues(t, 1, s.Done)
		require.EqualValues(t, 2, s.Total)
	})
}

// waitFor returns the task once it is in the state.
func waitFor(t *testing.T, q *jobs.Queue, tenant id.Tenant, job jobs.ID, state jobs.State) (s jobs.Status) {
	t.Helper()
	require.Eventually(t, func() bool {
		var err error
		s, err = q.Get(t.Context(), tenant, job)
		require.NoError(t, err)
		return s.State == state
	}, 20*time.Second, 5*time.Millisecond)
	return s
}
