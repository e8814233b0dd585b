package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Tx is a running transaction. It belongs to the function that was given it, and to one goroutine.
//
// A statement that fails dooms the transaction on both engines, also when its error is swallowed:
// InTx then returns that error. Use ON CONFLICT where a conflict is expected.
type Tx struct {
	// Now is the one time of everything in the transaction: UTC, milliseconds.
	Now time.Time

	d      *DB
	run    runner
	after  []func()
	failed error // the first statement that failed
	ended  bool
}

var errEnded = errors.New("the transaction has ended")

type txKey struct{ d *DB }

// InTx runs fn in a transaction: commits if it returns nil, else rolls back and returns its error.
//
// On PostgreSQL (READ COMMITTED) fn is run again after a deadlock, a serialization failure or a
// connection lost before the commit. On SQLite transactions run one after another; several share one
// commit, each in a savepoint, and are run again when one of them made the engine roll back all (disk full).
// So fn must be repeatable, and it must not touch the network.
// When ctx ends the next statement fails with its error. Inside a transaction InTx fails with ErrNested.
func (d *DB) InTx(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if ctx.Value(txKey{d}) != nil {
		return ErrNested
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return d.engine.inTx(ctx, d, fn)
}

// AfterCommit has f run once the transaction is committed, in the goroutine of InTx. It does not
// run after a rollback. It is for effects inside the process; durable ones are written in the transaction.
func (tx *Tx) AfterCommit(f func()) { tx.after = append(tx.after, f) }

// Dialect tells which engine runs.
func (tx *Tx) Dialect() Dialect { return tx.d.Dialect() }

// Moment is Now, for functions that run in and out of a transaction.
func (t *Tx) Moment() time.Time { return t.Now }

func (d *DB) newTx(run runner) *Tx { return &Tx{Now: d.clock.Now(), d: d, run: run} }

// call runs fn and returns what spoils the transaction: its error, or a statement's that it swallowed.
func (tx *Tx) call(ctx context.Context, fn func(context.Context, *Tx) error) error {
	defer func() { tx.ended = true }()
	if err := fn(context.WithValue(ctx, txKey{tx.d}, tx), tx); err != nil {
		return err
	}
	return tx.failed
}

func (tx *Tx) committed() {
	for _, f := range tx.after {
		f()
	}
}

// ready returns the context for a statement. On SQLite it cannot be cancelled: an interrupt
// inside a transaction rolls the whole of it back, with the other members of the group.
func (tx *Tx) ready(ctx context.Context) (context.Context, error) {
	switch {
	case tx.ended:
		return nil, errEnded
	case tx.failed != nil:
		return nil, fmt.Errorf("the transaction has failed before: %w", tx.failed)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case tx.Dialect() == SQLite:
		return context.WithoutCancel(ctx), nil
	}
	return ctx, nil
}

func (tx *Tx) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	ctx, err := tx.ready(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.run.QueryContext(ctx, tx.Dialect().rewrite(text), tx.Dialect().bindAll(args)...)
	return rows, tx.noted(err)
}

func (tx *Tx) exec(ctx context.Context, text string, args []any) (int64, error) {
	ctx, err := tx.ready(ctx)
	if err != nil {
		return 0, err
	}
	res, err := tx.run.ExecContext(ctx, tx.Dialect().rewrite(text), tx.Dialect().bindAll(args)...)
	if err != nil {
		return 0, tx.noted(err)
	}
	n, err := res.RowsAffected()
	return n, tx.noted(err)
}

// noted classifies a statement's error and remembers it as the one that dooms the transaction.
func (tx *Tx) noted(err error) error {
	err = kindOf(err)
	if tx.failed == nil {
		tx.failed = err
	}
	return err
}
