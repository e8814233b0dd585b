package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"keruen/internal/errs"
)

// kindOf gives the errors of the drivers a kind. What it does not know stays as it is: a fault of ours.
func kindOf(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var known *errs.Error
	if errors.As(err, &known) {
		return err
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return sqliteKind(lite, err)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return postgresKind(pg, err)
	}
	if connectionLost(err) {
		return errs.ErrUnavailable.Because(err)
	}
	return err
}

func sqliteKind(e *sqlite.Error, err error) error {
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return errs.ErrDiskFull.Because(err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return errs.ErrUnavailable.Because(err)
	}
	if e.Code() == sqlite3.SQLITE_IOERR_SHMSIZE { // the index of the WAL could not grow
		return errs.ErrDiskFull.Because(err)
	}
	return err
}

func postgresKind(e *pgconn.PgError, err error) error {
	switch {
	case e.Code == "53100":
		return errs.ErrDiskFull.Because(err)
	case mustRetry(e.Code), e.Code[:2] == "08", e.Code[:2] == "53", e.Code[:3] == "57P", e.Code == "55P03":
		return errs.ErrUnavailable.Because(err)
	}
	return err
}

// mustRetry tells whether PostgreSQL asks to repeat the transaction: serialization failure or deadlock.
func mustRetry(code string) bool { return code == "40001" || code == "40P01" }

func connectionLost(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// IsUnique tells whether a unique or primary key was violated.
func IsUnique(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY ||
			lite.Code() == sqlite3.SQLITE_CONSTRAINT_ROWID
	}
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505"
}
