// Package db opens the database and runs hand-written SQL on it.
//
// One text serves SQLite (the default, a file) and PostgreSQL (a URL). Placeholders are `?`;
// where the engines differ a named fragment of Dialect is put into the text. Reading outside a
// transaction goes through *DB, everything that writes through InTx:
//
//	err := d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
//		n, err := db.Exec(ctx, tx, `UPDATE lists SET name = ? WHERE tenant_id = ? AND id = ?`, name, tenant, id)
//		…
//	})
//
// Instants are BIGINT Unix milliseconds, identifiers BIGINT, JSON that SQL never looks into is
// text (JSON[T]). A zero time or identifier is NULL, and NULL reads as the zero value.
package db

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"keruen/internal/clock"
	"keruen/internal/errs"
)

// Errors of opening and of using the database wrongly.
var (
	ErrURL = errs.New(errs.Invalid, "db.bad_url",
		"The database address is not understood. Write sqlite:/path/to/keruen.db or postgres://user:password@host/name.")
	ErrNetworkDisk = errs.New(errs.Invalid, "db.network_disk",
		"The SQLite file lies on a network or FUSE file system, where it can be damaged. Move it to a local disk or use PostgreSQL.")
	ErrInUse = errs.New(errs.Conflict, "db.in_use",
		"Another running Keruen uses this SQLite file. Stop it first, or use PostgreSQL to run several.")
	ErrNewer = errs.New(errs.Conflict, "db.newer",
		"The database was changed by a newer version of Keruen. Install that version; this one could damage the data.")
	ErrClosed = errs.New(errs.Unavailable, "db.closed", "The service is stopping. Try again in a minute.")
	ErrNested = errs.New(errs.Internal, "db.nested_transaction",
		"A transaction was begun inside another one. Pass the transaction on instead.")
)

// Config says which database to open.
type Config struct {
	URL       string       // sqlite:/path/keruen.db or postgres://…
	Clock     clock.Clock  // gives Tx.Now; the machine's clock if nil
	Log       *slog.Logger // slog.Default() if nil
	Conns     int          // PostgreSQL: most connections (default 16); SQLite: readers (default 8)
	Exclusive bool         // SQLite: refuse when another process opened the file exclusively too
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	clock   clock.Clock
	log     *slog.Logger
	engine  engine
	alone   bool
	columns sync.Map // PostgreSQL: table → types of its columns, for InsertRows
}

// engine is what SQLite and PostgreSQL do differently.
type engine interface {
	dialect() Dialect
	reader() runner
	inTx(ctx context.Context, d *DB, fn func(context.Context, *Tx) error) error
	migrate(ctx context.Context) error
	schema(ctx context.Context) (Schema, error)
	close() error
}

// runner runs statements: a pool, a connection or a transaction of database/sql.
type runner interface {
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
}

// Open opens the database and creates the SQLite file if there is none. It runs no migrations.
func Open(ctx context.Context, c Config) (*DB, error) {
	d := &DB{clock: c.Clock, log: c.Log}
	if d.clock == nil {
		d.clock = clock.Real{}
	}
	if d.log == nil {
		d.log = slog.Default()
	}
	var err error
	switch {
	case strings.HasPrefix(c.URL, "sqlite:"):
		d.engine, err = openSQLite(ctx, c, d.log)
	case strings.HasPrefix(c.URL, "postgres://"), strings.HasPrefix(c.URL, "postgresql://"):
		d.engine, err = openPostgres(ctx, c)
	default:
		return nil, ErrURL
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	d.alone = c.Exclusive && d.Dialect() == SQLite
	return d, nil
}

// Alone tells that no other process works on this database: a SQLite file opened with Exclusive. Leases that a
// former process left behind are then void at once.
func (d *DB) Alone() bool { return d.alone }

// Close waits for the running transactions and closes the database. Later calls fail with ErrClosed.
func (d *DB) Close() error { return d.engine.close() }

// Migrate brings the schema up to date. Several nodes may call it at once. Repeating it changes nothing.
// ErrNewer if the database has migrations that this program does not know.
func (d *DB) Migrate(ctx context.Context) error {
	s, err := d.Schema(ctx)
	if err != nil {
		return err
	}
	if s.Has > s.Knows {
		return ErrNewer.With("has", s.Has).With("knows", s.Knows)
	}
	if err := d.engine.migrate(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Schema is the state of the tables: the number of the last migration that has run, and of the last one this program
// knows. Equal: up to date. Has above Knows: the database belongs to a newer program.
type Schema struct{ Has, Knows int64 }

// Schema tells how far the migrations have come. It is for checks; Migrate needs nobody to ask first.
func (d *DB) Schema(ctx context.Context) (Schema, error) {
	s, err := d.engine.schema(ctx)
	if err != nil {
		return Schema{}, fmt.Errorf("look at the schema: %w", kindOf(err))
	}
	return s, nil
}

// Dialect tells which engine runs, for the fragments that differ.
func (d *DB) Dialect() Dialect { return d.engine.dialect() }

// Ping tells whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	_, err := One[int64](ctx, d, "SELECT 1")
	return err
}

func (d *DB) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	rows, err := d.engine.reader().QueryContext(ctx, d.Dialect().rewrite(text), d.Dialect().bindAll(args)...)
	return rows, kindOf(err)
}

// Moment is the time by the clock of the database.
func (d *DB) Moment() time.Time { return d.clock.Now() }
