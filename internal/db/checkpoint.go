package db

import (
	"context"
	"database/sql"
	"log/slog"
	"sync"
	"time"
)

// Pages of the log (4 KB each) at which it is written back into the database.
const (
	// backAt is when the checkpointer does it, beside the writer.
	backAt = 8_000
	// backHere is when SQLite itself does it, within a commit, and everybody waits: what the writer added meanwhile. Only then can the log begin anew
	// during an import without a pause, so this bounds the file.
	backHere = 32_000
)

// checkEvery is how often the checkpointer looks while there are commits.
const checkEvery = 100 * time.Millisecond

// checkpointer writes the log back while the writer goes on: a checkpoint writes and syncs the whole of 32 MB, which took a tenth of a large import
// when it was part of commits. It is a convenience: if it fails, the writer's own checkpoints do.
type checkpointer struct {
	db    *sql.DB
	log   *slog.Logger
	wrote chan struct{} // of one: there were commits
	quit  context.CancelFunc
	done  sync.WaitGroup
}

func startCheckpointer(own *sql.DB, log *slog.Logger) *checkpointer {
	ctx, quit := context.WithCancel(context.Background())
	c := &checkpointer{db: own, log: log, wrote: make(chan struct{}, 1), quit: quit}
	c.done.Go(func() { c.loop(ctx) })
	return c
}

// committed is told after every commit; it never waits.
func (c *checkpointer) committed() {
	select {
	case c.wrote <- struct{}{}:
	default:
	}
}

func (c *checkpointer) stop() error {
	c.quit()
	c.done.Wait()
	return c.db.Close()
}

func (c *checkpointer) loop(ctx context.Context) {
	pause := time.NewTicker(checkEvery)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
		select {
		case <-ctx.Done():
			return
		case <-c.wrote:
		}
		if err := c.writeBack(ctx); err != nil && ctx.Err() == nil {
			c.log.Debug("checkpoint beside the writer failed", "cause", err)
		}
	}
}

func (c *checkpointer) writeBack(ctx context.Context) error {
	var busy, pages, back int
	// NOOP tells how long the log is and how much of it is written back (https://sqlite.org/pragma.html#pragma_wal_checkpoint).
	if err := c.db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(NOOP)").Scan(&busy, &pages, &back); err != nil || pages-back < backAt {
		return err
	}
	return c.db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &pages, &back)
}
