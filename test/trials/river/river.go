package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	_ "modernc.org/sqlite"

	"keruen/internal/db"
)

type worker struct {
	river.WorkerDefaults[trialArgs]
	done *atomic.Int64
}

func (w *worker) Work(context.Context, *river.Job[trialArgs]) error {
	w.done.Add(1)
	return nil
}

// rivered is a working River client reduced to what the trial asks of it.
type rivered struct {
	done    atomic.Int64
	errors  *atomic.Int64
	enqueue func(ctx context.Context, n int) error
	stop    func(ctx context.Context) error
}

// startRiver opens the same database with a pool of River's own: our writer's transactions are savepoints in a
// group, and River's InsertTx wants a *sql.Tx, so on SQLite it cannot join them in any case.
func startRiver(ctx context.Context, url string) (*rivered, error) {
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		pool, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
		if err != nil {
			return nil, err
		}
		pool.SetMaxOpenConns(1) // as the driver's documentation advises
		begin := func(ctx context.Context) (*sql.Tx, error) { return pool.BeginTx(ctx, nil) }
		return start(ctx, riversqlite.New(pool), begin, func(_ context.Context, tx *sql.Tx) error { return tx.Commit() }, func() { _ = pool.Close() })
	}
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, err
	}
	return start(ctx, riverpgxv5.New(pool), pool.Begin, func(ctx context.Context, tx pgx.Tx) error { return tx.Commit(ctx) }, pool.Close)
}

func start[T any](ctx context.Context, driver riverdriver.Driver[T], begin func(context.Context) (T, error),
	commit func(context.Context, T) error, closePool func()) (*rivered, error) {
	migrator, err := rivermigrate.New(driver, nil)
	if err != nil {
		return nil, err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, err
	}
	r := &rivered{}
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{done: &r.done})
	log, errors := countingLog()
	r.errors = errors
	client, err := river.NewClient(driver, &river.Config{
		// More than the default, which would bound it to 160 jobs a second: River at its best.
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 100}},
		FetchCooldown:     time.Millisecond,
		FetchPollInterval: 500 * time.Millisecond, // like the task table's
		Workers:           workers,
		Logger:            log,
	})
	if err != nil {
		return nil, err
	}
	r.enqueue = func(ctx context.Context, n int) error {
		for i := 0; i < n; i += inOneTx {
			params := make([]river.InsertManyParams, inOneTx)
			for k := range params {
				params[k].Args = trialArgs{i + k}
			}
			tx, err := begin(ctx)
			if err != nil {
				return err
			}
			if _, err := client.InsertManyFastTx(ctx, tx, params); err != nil {
				return err
			}
			if err := commit(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	}
	r.stop = func(ctx context.Context) error {
		defer closePool()
		return client.Stop(ctx)
	}
	return r, client.Start(ctx)
}

func withRiver(ctx context.Context, url string, f func(r *rivered) (measured, error)) (measured, error) {
	r, err := startRiver(ctx, url)
	if err != nil {
		return measured{}, err
	}
	m, err := f(r)
	m.errors += int(r.errors.Load())
	if stopped := r.stop(ctx); stopped != nil && err == nil {
		err = fmt.Errorf("stop River: %w", stopped)
	}
	return m, err
}

func measureRiverIdle(ctx context.Context, d *db.DB, url string) (measured, error) {
	return withRiver(ctx, url, func(*rivered) (measured, error) { return load(ctx, d), nil })
}

func measureRiverBusy(ctx context.Context, d *db.DB, url string) (measured, error) {
	return withRiver(ctx, url, func(r *rivered) (measured, error) {
		return beside(ctx, d, &r.done, func(ctx context.Context) error { return r.enqueue(ctx, inOneTx) })
	})
}

func measureRiverJobs(ctx context.Context, _ *db.DB, url string) (measured, error) {
	return withRiver(ctx, url, func(r *rivered) (measured, error) {
		return throughput(&r.done, func() error { return r.enqueue(ctx, allJobs) })
	})
}

func freshPostgres(ctx context.Context, admin string) (url string, drop func(), err error) {
	pool, err := pgxpool.New(ctx, admin)
	if err != nil {
		return "", nil, err
	}
	name := fmt.Sprintf("trial_%d", time.Now().UnixNano())
	if _, err := pool.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		return "", nil, err
	}
	drop = func() {
		_, _ = pool.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
		pool.Close()
	}
	return strings.Replace(admin, "/postgres?", "/"+name+"?", 1), drop, nil
}
