package db_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
)

func TestWhatIsToRunAfterTheCommitRunsOnlyThen(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		makeTable(t, d)
		var seen int64
		err := d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			tx.AfterCommit(func() { seen = count(t, d) })
			return insert(ctx, tx, 1, "a")
		})
		require.NoError(t, err)
		require.EqualValues(t, 1, seen)

		wrong := errors.New("wrong")
		err = d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			tx.AfterCommit(func() { t.Error("ran after a rollback") })
			return errors.Join(insert(ctx, tx, 2, "b"), wrong)
		})
		require.ErrorIs(t, err, wrong)
		require.EqualValues(t, 1, count(t, d))
	})
}

func TestTheTimeOfATransactionIsTheClocks(t *testing.T) {
	t.Parallel()
	at := time.Date(2031, 1, 2, 3, 4, 5, 0, time.UTC)
	dbtest.EachAt(t, clock.NewFake(at), func(t *testing.T, d *db.DB) {
		err := d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			require.Equal(t, at, tx.Now)
			return nil
		})
		require.NoError(t, err)
	})
}

func TestATransactionInsideAnotherIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.InTx(t.Context(), func(ctx context.Context, _ *db.Tx) error {
			return d.InTx(ctx, func(context.Context, *db.Tx) error { return nil })
		})
		require.ErrorIs(t, err, db.ErrNested)
	})
}

func TestATransactionCannotBeUsedAfterItsEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var kept *db.Tx
		require.NoError(t, d.InTx(t.Context(), func(_ context.Context, tx *db.Tx) error { kept = tx; return nil }))
		_, err := db.Exec(t.Context(), kept, `DELETE FROM lease`)
		require.ErrorContains(t, err, "ended")
	})
}

func TestAPanicRollsBackAndGoesOnInTheCaller(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		makeTable(t, d)
		require.PanicsWithValue(t, "boom", func() {
			_ = d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				require.NoError(t, insert(ctx, tx, 1, "a"))
				panic("boom")
			})
		})
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			_ = d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
				_ = insert(ctx, tx, 2, "b")
				runtime.Goexit()
				return nil
			})
		}()
		<-gone

		exec(t, d, `INSERT INTO thing (id) VALUES (3)`)
		ids, err := db.All[int64](t.Context(), d, `SELECT id FROM thing`)
		require.NoError(t, err)
		require.Equal(t, []int64{3}, ids)
	})
}

func TestASwallowedErrorOfAStatementDoomsTheTransaction(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		makeTable(t, d)
		err := d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			require.NoError(t, insert(ctx, tx, 1, "a"))
			require.Error(t, insert(ctx, tx, 1, "again"))
			require.ErrorContains(t, insert(ctx, tx, 2, "b"), "failed before")
			return nil
		})
		require.True(t, db.IsUnique(err), "%v", err)
		require.Zero(t, count(t, d))
	})
}

func TestACancelledContextEndsTheTransactionAtTheNextStatement(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		makeTable(t, d)
		ctx, cancel := context.WithCancel(t.Context())
		err := d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			require.NoError(t, insert(ctx, tx, 1, "a"))
			cancel()
			return insert(ctx, tx, 2, "b")
		})
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, d.InTx(ctx, func(context.Context, *db.Tx) error { return nil }), context.Canceled)
		require.Zero(t, count(t, d))
	})
}

func TestATransactionReadsItsOwnWritesAndOthersDoNot(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		makeTable(t, d)
		err := d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			require.NoError(t, insert(ctx, tx, 1, "a"))
			inside, err := db.One[int64](ctx, tx, `SELECT count(*) FROM thing`)
			require.NoError(t, err)
			require.EqualValues(t, 1, inside)
			require.Zero(t, count(t, d))
			return nil
		})
		require.NoError(t, err)
		require.EqualValues(t, 1, count(t, d))
	})
}

func TestReadingOutsideATransactionCannotWrite(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t), clock.Real{})
	_, err := db.All[int64](t.Context(), d, `INSERT INTO lease (name, owner, token, expires_at) VALUES ('a', '', 1, 1) RETURNING token`)
	require.ErrorContains(t, err, "readonly")
}

func TestAConnectionThatIsLostBeforeTheCommitIsReplaced(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.Postgres(t), clock.Real{})
	makeTable(t, d)
	calls := 0
	err := d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		if err := insert(ctx, tx, 1, "a"); err != nil {
			return err
		}
		if calls++; calls == 1 {
			_, err := db.One[bool](ctx, tx, `SELECT pg_terminate_backend(pg_backend_pid())`)
			return err
		}
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, 2, calls)
	require.EqualValues(t, 1, count(t, d))
}

func TestDeadlocksAreRepeatedUntilBothSucceed(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.Postgres(t), clock.Real{})
	makeTable(t, d)
	exec(t, d, `INSERT INTO thing (id, weight) VALUES (1, 0), (2, 0)`)
	var calls atomic.Int32
	var meet sync.WaitGroup // both hold their first row before they ask for the second
	meet.Add(2)
	swap := func(first, second int) error {
		met := false
		return d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			calls.Add(1)
			if _, err := db.Exec(ctx, tx, `UPDATE thing SET weight = weight + 1 WHERE id = ?`, first); err != nil {
				return err
			}
			if !met {
				met = true
				meet.Done()
				meet.Wait()
			}
			_, err := db.Exec(ctx, tx, `UPDATE thing SET weight = weight + 1 WHERE id = ?`, second)
			return err
		})
	}
	other := make(chan error)
	go func() { other <- swap(2, 1) }()
	require.NoError(t, swap(1, 2))
	require.NoError(t, <-other)
	require.GreaterOrEqual(t, calls.Load(), int32(3))
	sum, err := db.One[float64](t.Context(), d, `SELECT sum(weight) FROM thing`)
	require.NoError(t, err)
	require.EqualValues(t, 4, sum)
}

func TestSerializationFailuresEndAsUnavailableWhenTheyDoNotStop(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.Postgres(t), clock.Real{})
	calls := 0
	err := d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		calls++
		_, err := db.Exec(ctx, tx, `DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$`)
		return err
	})
	require.ErrorIs(t, err, errs.ErrUnavailable)
	require.Equal(t, 6, calls)
}

func TestAClosedDatabaseRefusesTransactions(t *testing.T) {
	t.Parallel()
	d, err := db.Open(t.Context(), db.Config{URL: dbtest.SQLite(t)})
	require.NoError(t, err)
	require.NoError(t, d.Close())
	require.NoError(t, d.Close(), "closing twice changes nothing")
	require.ErrorIs(t, d.InTx(t.Context(), func(context.Context, *db.Tx) error { return nil }), db.ErrClosed)
}

func TestASecondProgramOnTheSameFileIsRefusedButTheCommandLineIsNot(t *testing.T) {
	t.Parallel()
	c := db.Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "new folder #1", "keruen?.db"), Exclusive: true}
	_, err := db.Open(t.Context(), c)
	require.ErrorIs(t, err, db.ErrURL, "a question mark would begin SQLite's options")
	c.URL = "sqlite:" + filepath.Join(t.TempDir(), "new folder #1 50%", "keruen.db")
	first, err := db.Open(t.Context(), c)
	require.NoError(t, err)

	_, err = db.Open(t.Context(), c)
	require.ErrorIs(t, err, db.ErrInUse)
	c.Exclusive = false
	command, err := db.Open(t.Context(), c)
	require.NoError(t, err)
	require.NoError(t, command.Migrate(t.Context()))
	require.NoError(t, command.Close())

	require.NoError(t, first.Close())
	c.Exclusive = true
	again, err := db.Open(t.Context(), c)
	require.NoError(t, err)
	require.NoError(t, again.Close())
}

func TestNodesThatStartTogetherMigrateOnce(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{
		"sqlite":   "sqlite:" + filepath.Join(t.TempDir(), "keruen.db"),
		"postgres": dbtest.EmptyPostgres(t),
	} {
		t.Run(name, func(t *testing.T) {
			fresh, err := dbtest.Open(t, address, clock.Real{}).Schema(t.Context())
			require.NoError(t, err)
			require.Zero(t, fresh.Has)
			require.Positive(t, fresh.Knows)

			results := make(chan error, 3)
			for range cap(results) {
				d := dbtest.Open(t, address, clock.Real{})
				go func() { results <- d.Migrate(context.Background()) }()
			}
			for range cap(results) {
				require.NoError(t, <-results)
			}
			d := dbtest.Open(t, address, clock.Real{})
			n, err := db.One[int](t.Context(), d, `SELECT count(*) FROM task`)
			require.NoError(t, err)
			require.Zero(t, n)
			now, err := d.Schema(t.Context())
			require.NoError(t, err)
			require.Equal(t, db.Schema{Has: fresh.Knows, Knows: fresh.Knows}, now)
		})
	}
}

func TestADatabaseOfANewerProgramIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		exec(t, d, `INSERT INTO goose_db_version (version_id, is_applied) SELECT 9000, is_applied FROM goose_db_version WHERE version_id = 1`)
		require.ErrorIs(t, d.Migrate(t.Context()), db.ErrNewer)
	})
}

func TestALeaseHasOneOwnerAndItsTokenFencesTheFormerOne(t *testing.T) {
	t.Parallel()
	now := clock.NewFake(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	for name, address := range map[string]string{"sqlite": dbtest.SQLite(t), "postgres": dbtest.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			d := dbtest.Open(t, address, now)
			var l db.Lease
			in := func(f func(ctx context.Context, tx *db.Tx) error) error { return d.InTx(t.Context(), f) }
			acquire := func(owner string) error {
				return in(func(ctx context.Context, tx *db.Tx) (err error) {
					got, err := db.AcquireLease(ctx, tx, "lane:1", owner, time.Minute)
					if err == nil {
						l = got
					}
					return err
				})
			}
			renew := func(l db.Lease) error {
				return in(func(ctx context.Context, tx *db.Tx) (err error) {
					_, err = db.RenewLease(ctx, tx, l, time.Minute)
					return err
				})
			}
			release := func(l db.Lease) error {
				return in(func(ctx context.Context, tx *db.Tx) error { return db.ReleaseLease(ctx, tx, l) })
			}

			require.NoError(t, acquire("a"))
			first := l
			require.NoError(t, acquire("a"), "the owner may ask again")
			require.Equal(t, first.Token, l.Token)
			require.ErrorIs(t, acquire("b"), db.ErrLeaseTaken)
			now.Advance(50 * time.Second)
			require.NoError(t, renew(first))
			now.Advance(50 * time.Second)
			require.ErrorIs(t, acquire("b"), db.ErrLeaseTaken, "it was renewed")
			now.Advance(11 * time.Second)
			require.NoError(t, acquire("b"))
			require.Greater(t, l.Token, first.Token)
			require.ErrorIs(t, renew(first), db.ErrLeaseTaken)
			require.NoError(t, release(first), "giving up what is lost changes nothing")
			require.ErrorIs(t, acquire("a"), db.ErrLeaseTaken)
			require.NoError(t, release(l))
			require.NoError(t, acquire("a"))
		})
	}
}

// queued starts callers one by one while the writer is busy, so that they wait in a row.
func queued(t *testing.T, d *db.DB, callers int, fn func(i int) func(context.Context, *db.Tx) error) []error {
	t.Helper()
	busy, free := make(chan struct{}), make(chan struct{})
	results := make([]error, callers)
	var all sync.WaitGroup
	announce := sync.OnceFunc(func() { close(busy) })
	all.Go(func() {
		err := d.InTx(context.Background(), func(context.Context, *db.Tx) error {
			announce()
			<-free
			return nil
		})
		if err != nil {
			t.Error(fmt.Errorf("the transaction that kept the writer busy: %w", err))
		}
	})
	<-busy
	started := make(chan struct{})
	for i := range callers {
		all.Go(func() {
			started <- struct{}{}
			results[i] = d.InTx(context.Background(), fn(i))
		})
		<-started
	}
	close(free)
	all.Wait()
	return results
}
