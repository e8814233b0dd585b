package db

import (
	"context"
	"database/sql"
	"time"

	"keruen/internal/errs"
)

// Querier reads: *DB outside a transaction (a snapshot of what is committed), *Tx inside one.
type Querier interface {
	Dialect() Dialect
	Moment() time.Time // of the transaction; outside of one, by the clock
	query(ctx context.Context, text string, args []any) (*sql.Rows, error)
}

// noter is a Querier that must know when reading the rows failed.
type noter interface{ noted(error) error }

// All returns every row of a query. T is a struct whose fields carry `db:"column"` tags (the
// snake_case name of the field otherwise; embedded structs are flattened), or a scalar for one column.
// A column without a field is an error, a field without a column stays zero. No rows: nil.
func All[T any](ctx context.Context, q Querier, text string, args ...any) ([]T, error) {
	return collect[T](ctx, q, 0, text, args)
}

// One returns the first row, errs.ErrNotFound if there is none.
func One[T any](ctx context.Context, q Querier, text string, args ...any) (T, error) {
	rows, err := collect[T](ctx, q, 1, text, args)
	if err == nil && len(rows) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return rows[0], nil
}

// Exec runs a statement in the transaction and returns the number of rows it changed.
func Exec(ctx context.Context, tx *Tx, text string, args ...any) (int64, error) {
	return tx.exec(ctx, text, args)
}

// collect reads up to limit rows, all of them if it is zero.
func collect[T any](ctx context.Context, q Querier, limit int, text string, args []any) ([]T, error) {
	rows, err := q.query(ctx, text, args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out, err := scanRows[T](rows, limit)
	if err != nil {
		return nil, err
	}
	// RETURNING reports a violated constraint while the rows are read.
	if err := rows.Err(); err != nil {
		if n, ok := q.(noter); ok {
			return nil, n.noted(err)
		}
		return nil, kindOf(err)
	}
	return out, nil
}
