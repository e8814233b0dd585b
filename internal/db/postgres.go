package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"keruen/internal/clock"
	"keruen/internal/errs"
)

// postgresDB is a pool of connections to PostgreSQL.
type postgresDB struct{ pool *sql.DB }

const (
	defaultConns = 16
	maxAttempts  = 6
	firstPause   = 10 * time.Millisecond // doubled at every attempt, with jitter
)

func openPostgres(ctx context.Context, c Config) (*postgresDB, error) {
	config, err := pgx.ParseConfig(c.URL)
	if err != nil {
		// The cause repeats the address, possibly with its password.
		return nil, ErrURL
	}
	n := c.Conns
	if n == 0 {
		n = defaultConns
	}
	nameSession(config)
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(kindOf(err), pool.Close())
	}
	return &postgresDB{pool}, nil
}

// nameSession sets what the address leaves open. A process that is frozen in the middle of a transaction loses it
// after a minute, so that others get the rows it has locked. Poolers refuse such parameters: behind one
// (default_query_exec_mode=exec or simple_protocol in the address) the operator sets them in the server.
func nameSession(config *pgx.ConnConfig) {
	if config.DefaultQueryExecMode != pgx.QueryExecModeCacheStatement {
		return
	}
	for name, value := range map[string]string{"application_name": "keruen", "idle_in_transaction_session_timeout": "60000"} {
		if config.RuntimeParams[name] == "" {
			config.RuntimeParams[name] = value
		}
	}
}

func (p *postgresDB) dialect() Dialect { return Postgres }

func (p *postgresDB) reader() runner { return p.pool }

func (p *postgresDB) close() error { return p.pool.Close() }

func (p *postgresDB) migrate(ctx context.Context) error {
	changed, err := migrateUp(ctx, p.pool, Postgres)
	if err != nil || !changed {
		return err
	}
	_, err = p.pool.ExecContext(ctx, "ANALYZE")
	return kindOf(err)
}

func (p *postgresDB) schema(ctx context.Context) (Schema, error) {
	return schemaOf(ctx, p.pool, Postgres)
}

func (p *postgresDB) inTx(ctx context.Context, d *DB, fn func(context.Context, *Tx) error) error {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		again, err := p.attempt(ctx, d, fn)
		if err == nil || !again || attempt == maxAttempts {
			return err
		}
		if clock.Sleep(ctx, clock.Real{}, pause/2+rand.N(pause)) != nil {
			return err
		}
		pause *= 2
	}
}

// attempt runs the transaction once. again says that nothing was committed and repeating may help.
func (p *postgresDB) attempt(ctx context.Context, d *DB, fn func(context.Context, *Tx) error) (again bool, err error) {
	sqlTx, err := p.pool.BeginTx(ctx, nil)
	if err != nil {
		return connectionLost(err), kindOf(err)
	}
	defer func() { _ = sqlTx.Rollback() }() // also when fn panics; nothing after a commit
	tx := d.newTx(sqlTx)
	if err := tx.call(ctx, fn); err != nil {
		return repeatable(err) || repeatable(tx.failed), err
	}
	if err := sqlTx.Commit(); err != nil {
		return p.commitFailed(err)
	}
	tx.committed()
	return false, nil
}

// commitFailed: when the connection broke, nobody knows whether the commit took place, so it is not repeated.
func (p *postgresDB) commitFailed(err error) (again bool, _ error) {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return mustRetry(pg.Code), kindOf(err)
	}
	if pgconn.SafeToRetry(err) { // it was never sent
		return true, kindOf(err)
	}
	return false, errs.ErrUnavailable.Because(fmt.Errorf("outcome of the commit is unknown: %w", err))
}

func repeatable(err error) bool {
	if err == nil {
		return false
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return mustRetry(pg.Code) || pg.Code[:3] == "57P" // the server is being stopped or restarted
	}
	return connectionLost(err)
}
