package main

import (
	"context"
	"sync/atomic"
	"time"

	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/jobs"
)

type trialArgs struct{ N int }

// Kind is River's name for a kind of job.
func (trialArgs) Kind() string { return "trial" }

// withTaskQueue runs f beside a working queue whose jobs do nothing but count.
func withTaskQueue(ctx context.Context, d *db.DB, f func(q *jobs.Queue, done *atomic.Int64) (measured, error)) (measured, error) {
	log, errors := countingLog()
	q := jobs.New(d, clock.Real{}, log)
	var done atomic.Int64
	jobs.Register(q, "trial", func(context.Context, *jobs.Job, trialArgs) error {
		done.Add(1)
		return nil
	}, jobs.AtMost(16))
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	m, err := f(q, &done)
	stop()
	<-ended
	m.errors += int(errors.Load())
	return m, err
}

func enqueueTasks(ctx context.Context, d *db.DB, q *jobs.Queue, n int) error {
	for i := 0; i < n; i += inOneTx {
		err := d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			for k := range inOneTx {
				if _, err := q.EnqueueTx(ctx, tx, jobs.Task{Kind: "trial", Args: trialArgs{i + k}}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func measureTaskIdle(ctx context.Context, d *db.DB, _ string) (measured, error) {
	return withTaskQueue(ctx, d, func(*jobs.Queue, *atomic.Int64) (measured, error) { return load(ctx, d), nil })
}

func measureTaskBusy(ctx context.Context, d *db.DB, _ string) (measured, error) {
	return withTaskQueue(ctx, d, func(q *jobs.Queue, done *atomic.Int64) (measured, error) {
		return beside(ctx, d, done, func(ctx context.Context) error { return enqueueTasks(ctx, d, q, inOneTx) })
	})
}

func measureTaskJobs(ctx context.Context, d *db.DB, _ string) (measured, error) {
	return withTaskQueue(ctx, d, func(q *jobs.Queue, done *atomic.Int64) (measured, error) {
		return throughput(done, func() error { return enqueueTasks(ctx, d, q, allJobs) })
	})
}

// beside measures the load while fifty jobs are enqueued every 100 ms.
func beside(ctx context.Context, d *db.DB, done *atomic.Int64, enqueue func(context.Context) error) (measured, error) {
	ctx, stop := context.WithCancel(ctx)
	failed := make(chan error, 1)
	go func() {
		for ctx.Err() == nil {
			if err := enqueue(context.WithoutCancel(ctx)); err != nil {
				failed <- err
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		failed <- nil
	}()
	m := load(context.WithoutCancel(ctx), d)
	stop()
	m.jobsSecond = float64(done.Load()) / loadTime.Seconds()
	return m, <-failed
}

// throughput measures jobs from the first enqueue to the last end.
func throughput(done *atomic.Int64, enqueue func() error) (measured, error) {
	started := time.Now()
	if err := enqueue(); err != nil {
		return measured{}, err
	}
	for done.Load() < allJobs {
		time.Sleep(time.Millisecond)
	}
	return measured{jobsSecond: allJobs / time.Since(started).Seconds()}, nil
}
