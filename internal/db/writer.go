package db

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"time"

	"keruen/internal/errs"
)

// A group ends after so many members or so long, whichever comes first: it bounds how long the first
// member waits for its commit.
const (
	maxGroup     = 128
	maxGroupTime = 50 * time.Millisecond
)

// slowTurn is when a transaction is worth a warning: everybody else waits for it.
const slowTurn = time.Second

// writer is the one goroutine that owns the writing connection of SQLite. It collects the transactions
// that wait into one, each in a savepoint, and answers them after the common commit. The
// functions themselves run in their callers' goroutines while the writer waits.
type writer struct {
	conn  *sql.Conn
	run   *statements
	log   *slog.Logger
	wrote func()     // told after every commit
	queue chan *turn // unbuffered: who has handed a turn over is being served
	quit  chan struct{}
	done  chan struct{}
	once  sync.Once
}

// turn is a caller's wish to write.
type turn struct {
	d      *DB
	tx     chan *Tx   // the writer says: go on; closed if it could not begin
	ran    chan error // the caller says how it went
	result chan error // the writer says whether it is committed
}

// lostGroup is what members get when another one made the engine roll back everything.
type lostGroup struct{ cause error }

func (l lostGroup) Error() string { return "the group was rolled back: " + l.cause.Error() }

// errAborted stands for a function that left by panic or runtime.Goexit.
var errAborted = errors.New("the function did not return")

func startWriter(conn *sql.Conn, wrote func(), log *slog.Logger) *writer {
	w := &writer{
		conn: conn, run: newStatements(conn), log: log, wrote: wrote,
		queue: make(chan *turn), quit: make(chan struct{}), done: make(chan struct{}),
	}
	go w.loop()
	return w
}

// stop lets the group in progress finish. It returns false when it was called before.
func (w *writer) stop() (first bool) {
	w.once.Do(func() {
		first = true
		close(w.quit)
		<-w.done
		w.do("PRAGMA analysis_limit = 400")
		w.do("PRAGMA optimize")
		_ = w.conn.Close()
	})
	return first
}

// maxLosses is how often a member is run again because another one made the engine roll back the group.
const maxLosses = 3

func (w *writer) inTx(ctx context.Context, d *DB, fn func(context.Context, *Tx) error) error {
	for losses := 0; ; losses++ {
		err := w.attempt(ctx, d, fn)
		var lost lostGroup
		if !errors.As(err, &lost) {
			return err
		}
		if losses == maxLosses {
			return lost.cause
		}
	}
}

func (w *writer) attempt(ctx context.Context, d *DB, fn func(context.Context, *Tx) error) error {
	t := &turn{d: d, tx: make(chan *Tx, 1), ran: make(chan error, 1), result: make(chan error, 1)}
	select {
	case <-w.quit:
		return ErrClosed
	default:
	}
	select {
	case w.queue <- t:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.quit:
		return ErrClosed
	}
	tx, ok := <-t.tx
	if !ok {
		return <-t.result
	}
	if err := t.serve(ctx, tx, fn); err != nil {
		return err
	}
	tx.committed()
	return nil
}

// serve runs fn and waits for the commit. A panic goes on in the caller, after the rollback.
func (t *turn) serve(ctx context.Context, tx *Tx, fn func(context.Context, *Tx) error) error {
	returned := false
	defer func() {
		if !returned {
			t.ran <- errAborted
			<-t.result
		}
	}()
	err := tx.call(ctx, fn)
	returned = true
	t.ran <- err
	return <-t.result
}

func (w *writer) loop() {
	defer close(w.done)
	for {
		select {
		case <-w.quit:
			return
		case t := <-w.queue:
			w.group(t)
		}
	}
}

// group runs one transaction of SQLite for first and whoever else waits.
func (w *writer) group(first *turn) {
	if err := w.do("BEGIN IMMEDIATE"); err != nil {
		first.refuse(kindOf(err))
		return
	}
	started := time.Now()
	kept, err := w.lead(first)
	if err != nil {
		first.result <- w.rollback(err)
		return
	}
	if !kept {
		return
	}
	members := []*turn{first}
	for t := w.next(len(members), started); t != nil; t = w.next(len(members), started) {
		kept, err := w.give(t)
		if err != nil {
			err = w.rollback(err)
			t.result <- err
			answer(members, lostGroup{err})
			return
		}
		if kept {
			members = append(members, t)
		}
	}
	if err := w.do("COMMIT"); err != nil {
		answer(members, w.rollback(err))
		return
	}
	answer(members, nil)
	w.wrote()
}

// next returns a caller that waits already, nil if there is none or the group is full.
func (w *writer) next(members int, started time.Time) *turn {
	if members >= maxGroup || time.Since(started) > maxGroupTime {
		return nil
	}
	select {
	case t := <-w.queue:
		return t
	default:
		return nil
	}
}

// lead runs the first member of a group. It has nothing before it that must be kept, so it needs no savepoint, for which SQLite
// would copy every page that a long import touches; if it fails, the transaction ends with it and kept is false.
func (w *writer) lead(t *turn) (kept bool, lost error) {
	tx, err := w.serve(t)
	if err == nil {
		return true, nil
	}
	if lost := w.do("ROLLBACK"); lost != nil {
		return false, cmp.Or(tx.failed, lost)
	}
	t.result <- err
	return false, nil
}

// serve lets a member run and returns what it answered.
func (w *writer) serve(t *turn) (*Tx, error) {
	tx := t.d.newTx(w.run)
	started := time.Now()
	t.tx <- tx
	err := <-t.ran
	if took := time.Since(started); took > slowTurn {
		w.log.Warn("slow transaction", "took", took)
	}
	return tx, err
}

// give runs one more member in a savepoint. kept is false if it was undone and answered. An error means that
// the whole group is lost and the member is not answered.
func (w *writer) give(t *turn) (kept bool, lost error) {
	if err := w.do("SAVEPOINT member"); err != nil {
		close(t.tx)
		return false, err
	}
	tx, err := w.serve(t)
	if err != nil {
		// The savepoint is gone if the engine has rolled back everything by itself (disk full, I/O error;
		// https://sqlite.org/lang_transaction.html, "Response To Errors Within A Transaction").
		if lost := w.do("ROLLBACK TO member"); lost != nil {
			return false, cmp.Or(tx.failed, lost)
		}
	}
	if lost := w.do("RELEASE member"); lost != nil {
		return false, lost
	}
	if err != nil {
		t.result <- err
	}
	return err == nil, nil
}

// rollback ends the transaction, which the engine may have done by itself, and returns the error to tell.
func (w *writer) rollback(cause error) error {
	_ = w.do("ROLLBACK") // "no transaction is active" when the engine was first
	cause = kindOf(cause)
	if errs.KindOf(cause) == errs.Internal {
		cause = errs.ErrUnavailable.Because(cause)
	}
	return cause
}

func answer(members []*turn, err error) {
	for _, t := range members {
		t.result <- err
	}
}

func (t *turn) refuse(err error) {
	t.result <- err
	close(t.tx)
}

func (w *writer) do(text string) error {
	_, err := w.run.ExecContext(context.Background(), text)
	return err
}
