package main

import (
	"context"
	"log/slog"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"keruen/internal/db"
)

const (
	callers  = 8
	loadTime = 3 * time.Second
	pause    = 2 * time.Millisecond // between two transactions of a caller: the product is not a benchmark
	allJobs  = 3000
	inOneTx  = 50 // jobs enqueued per transaction
)

var nextID atomic.Int64

// load runs small transactions and measures their latency.
func load(ctx context.Context, d *db.DB) measured {
	var mu sync.Mutex
	var took []time.Duration
	errors := 0
	var all sync.WaitGroup
	end := time.Now().Add(loadTime)
	for range callers {
		all.Go(func() {
			for time.Now().Before(end) {
				started := time.Now()
				err := d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
					_, err := db.Exec(ctx, tx, `INSERT INTO trial (id, name, at) VALUES (?, ?, ?)`, nextID.Add(1), "trial", tx.Now)
					return err
				})
				d := time.Since(started)
				mu.Lock()
				took = append(took, d)
				if err != nil {
					errors++
				}
				mu.Unlock()
				time.Sleep(pause)
			}
		})
	}
	all.Wait()
	sort.Slice(took, func(i, k int) bool { return took[i] < took[k] })
	return measured{
		p50: took[len(took)/2], p99: took[len(took)*99/100],
		perSecond: float64(len(took)) / loadTime.Seconds(), errors: errors,
	}
}

// counting is a log that counts errors and shows nothing.
type counting struct{ errors *atomic.Int64 }

func (c counting) Enabled(context.Context, slog.Level) bool { return true }
func (c counting) Handle(_ context.Context, r slog.Record) error {
	if r.Level >= slog.LevelWarn {
		c.errors.Add(1)
	}
	return nil
}
func (c counting) WithAttrs([]slog.Attr) slog.Handler { return c }
func (c counting) WithGroup(string) slog.Handler      { return c }

func countingLog() (*slog.Logger, *atomic.Int64) {
	var n atomic.Int64
	return slog.New(counting{&n}), &n
}

func measureAlone(ctx context.Context, d *db.DB, _ string) (measured, error) {
	return load(ctx, d), nil
}
