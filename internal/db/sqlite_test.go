package db_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
)

func TestTransactionsThatWaitShareACommitAndOneFailureUndoesOnlyItself(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t), clock.Real{})
	makeTable(t, d)
	wrong := errors.New("wrong")
	var shared atomic.Int32 // saw an earlier member's row before it was committed

	results := queued(t, d, 40, func(i int) func(context.Context, *db.Tx) error {
		return func(ctx context.Context, tx *db.Tx) error {
			inside, err := db.One[int64](ctx, tx, `SELECT count(*) FROM thing`)
			if err != nil {
				return err
			}
			if inside > count(t, d) {
				shared.Add(1)
			}
			if err := insert(ctx, tx, int64(i), ""); err != nil {
				return err
			}
			if i == 7 {
				return wrong
			}
			if i == 8 {
				return insert(ctx, tx, 8, "twice")
			}
			_, err = db.Exec(ctx, tx, `UPDATE thing SET name = ? WHERE id = ?`, "n"+string(rune('a'+i)), i)
			return err
		}
	})

	for i, err := range results {
		switch i {
		case 7:
			require.ErrorIs(t, err, wrong)
		case 8:
			require.True(t, db.IsUnique(err), "%v", err)
		default:
			require.NoError(t, err)
		}
	}
	require.Positive(t, shared.Load(), "no group was formed")
	require.EqualValues(t, 38, count(t, d))
}

// pages bounds the size of the file, as a full disk does: SQLite then returns SQLITE_FULL.
func pages(t *testing.T, d *db.DB, text string) int64 {
	t.Helper()
	var n int64
	require.NoError(t, d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = db.One[int64](ctx, tx, text)
		return err
	}))
	return n
}

func TestAFullDiskStopsOnlyWhoNeedsSpaceAndWorkGoesOnWhenThereIsSome(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t), clock.Real{})
	makeTable(t, d)
	exec(t, d, `INSERT INTO thing (id) VALUES (1000)`)
	pages(t, d, `PRAGMA max_page_count = 1`) // SQLite takes the present size instead
	big := make([]byte, 1<<20)

	results := queued(t, d, 12, func(i int) func(context.Context, *db.Tx) error {
		return func(ctx context.Context, tx *db.Tx) error {
			if i != 5 {
				return insert(ctx, tx, int64(i), "n"+string(rune('a'+i)))
			}
			_, err := db.Exec(ctx, tx, `INSERT INTO thing (id, photo) VALUES (?, ?)`, i, big)
			require.ErrorIs(t, err, errs.ErrDiskFull)
			return nil // even if it is swallowed
		}
	})

	for i, err := range results {
		if i == 5 {
			require.ErrorIs(t, err, errs.ErrDiskFull)
			continue
		}
		require.NoError(t, err, "it fits into the pages there are")
	}
	var kept int64 = 12
	require.Equal(t, kept, count(t, d))

	pages(t, d, `PRAGMA max_page_count = 1000000`)
	exec(t, d, `INSERT INTO thing (id, photo) VALUES (5, ?)`, big)
	require.Equal(t, kept+1, count(t, d))
	check, err := db.One[string](t.Context(), d, `PRAGMA integrity_check`)
	require.NoError(t, err)
	require.Equal(t, "ok", check)
}

func TestAnotherProgramThatKeepsTheWriteLockMakesUsUnavailable(t *testing.T) {
	t.Parallel()
	address := dbtest.SQLite(t)
	d, other := dbtest.Open(t, address, clock.Real{}), dbtest.Open(t, address, clock.Real{})
	pages(t, d, `PRAGMA busy_timeout = 20`)
	locked, free, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- other.InTx(context.Background(), func(context.Context, *db.Tx) error {
			close(locked)
			<-free
			return nil
		})
	}()
	<-locked
	err := d.InTx(t.Context(), func(context.Context, *db.Tx) error { return nil })
	require.ErrorIs(t, err, errs.ErrUnavailable)
	close(free)
	require.NoError(t, <-done)
	require.NoError(t, d.InTx(t.Context(), func(context.Context, *db.Tx) error { return nil }))
}

func TestACallerWhoseContextEndsWhileItWaitsLeavesTheQueue(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t), clock.Real{})
	busy, free, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- d.InTx(context.Background(), func(context.Context, *db.Tx) error {
			close(busy)
			<-free
			return nil
		})
	}()
	<-busy
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	go func() {
		waiting <- d.InTx(ctx, func(context.Context, *db.Tx) error { return errors.New("it ran") })
	}()
	cancel()
	require.ErrorIs(t, <-waiting, context.Canceled)
	close(free)
	require.NoError(t, <-done)
}
