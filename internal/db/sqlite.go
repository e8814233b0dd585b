package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"keruen/internal/clock"
)

// sqliteDB is a file opened twice: one connection that writes and a pool that reads.
type sqliteDB struct {
	path    string
	dsn     string
	writers *sql.DB // one connection, held by the writer
	readers *sql.DB
	read    *statements
	writer  *writer
	back    *checkpointer
	lock    *os.File // nil unless exclusive
}

// pragmas in the order in which they must be set: busy_timeout before journal_mode.
// synchronous FULL because NORMAL loses acknowledged commits when the power is cut.
const pragmas = "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
	"&_pragma=foreign_keys(1)&_pragma=cache_size(-65536)&_pragma=temp_store(MEMORY)&_pragma=secure_delete(1)&_txlock=immediate"

// ownBack has the writing connection write the log back by itself once it holds backHere pages.
var ownBack = fmt.Sprintf("&_pragma=wal_autocheckpoint(%d)", backHere)

const defaultReaders = 8

func openSQLite(ctx context.Context, c Config, log *slog.Logger) (*sqliteDB, error) {
	keepPieces()
	path, err := sqlitePath(c.URL)
	if err != nil {
		return nil, err
	}
	if err := prepareFile(path); err != nil {
		return nil, err
	}
	s := &sqliteDB{path: path, dsn: "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas}
	if c.Exclusive {
		if s.lock, err = lockFile(path + ".lock"); err != nil {
			return nil, err
		}
	}
	if err := s.open(ctx, c, log); err != nil {
		return nil, errors.Join(err, s.closeHandles())
	}
	return s, nil
}

func (s *sqliteDB) open(ctx context.Context, c Config, log *slog.Logger) (err error) {
	if s.writers, err = sql.Open("sqlite", s.dsn+ownBack); err != nil {
		return err
	}
	s.writers.SetMaxOpenConns(1)
	conn, err := s.writers.Conn(ctx)
	if err != nil {
		return kindOf(err)
	}
	if s.readers, err = sql.Open("sqlite", s.dsn+"&_pragma=query_only(1)&_pragma=cache_size(-16384)"); err != nil {
		return err
	}
	n := c.Conns
	if n == 0 {
		n = defaultReaders
	}
	s.readers.SetMaxOpenConns(n)
	s.readers.SetMaxIdleConns(n)
	s.read = newStatements(s.readers)
	own, err := s.another()
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	s.back = startCheckpointer(own, log)
	s.writer = startWriter(conn, s.back.committed, log)
	return nil
}

// sqlitePath takes the path out of sqlite:/path, sqlite:relative and sqlite:///path.
func sqlitePath(address string) (string, error) {
	path := strings.TrimPrefix(address, "sqlite:")
	if rest, ok := strings.CutPrefix(path, "//"); ok {
		path = rest
	}
	if path == "" || strings.HasSuffix(path, "/") || strings.Contains(path, ":memory:") || strings.ContainsAny(path, "?\x00") {
		return "", ErrURL
	}
	return filepath.Abs(path)
}

// prepareFile makes the directory and the file, readable by us only, and refuses network disks.
func prepareFile(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make directory of the database: %w", err)
	}
	if err := localDisk(dir); err != nil {
		return err
	}
	// A file that exists is not opened here: closing it would release SQLite's locks on it, if this
	// process had it open already (fcntl(2)).
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create database file: %w", err)
	}
	return f.Close()
}

func (s *sqliteDB) dialect() Dialect { return SQLite }

func (s *sqliteDB) reader() runner { return s.read }

func (s *sqliteDB) inTx(ctx context.Context, d *DB, fn func(context.Context, *Tx) error) error {
	return s.writer.inTx(ctx, d, fn)
}

// migrate works on a connection of its own: the writer holds the other one. Processes take turns.
func (s *sqliteDB) migrate(ctx context.Context) error {
	lock, err := waitForLock(ctx, s.path+".migrate.lock")
	if err != nil {
		return err
	}
	defer lock.Close()
	own, err := s.another()
	if err != nil {
		return err
	}
	defer own.Close()
	changed, err := migrateUp(ctx, own, SQLite)
	if err != nil || !changed {
		return err
	}
	_, err = own.ExecContext(ctx, "ANALYZE")
	return kindOf(err)
}

func (s *sqliteDB) schema(ctx context.Context) (Schema, error) {
	own, err := s.another()
	if err != nil {
		return Schema{}, err
	}
	defer own.Close()
	return schemaOf(ctx, own, SQLite)
}

// another opens one more writing connection.
func (s *sqliteDB) another() (*sql.DB, error) {
	own, err := sql.Open("sqlite", s.dsn)
	if err != nil {
		return nil, err
	}
	own.SetMaxOpenConns(1)
	return own, nil
}

func waitForLock(ctx context.Context, path string) (*os.File, error) {
	for {
		f, err := lockFile(path)
		if !errors.Is(err, ErrInUse) {
			return f, err
		}
		if err := clock.Sleep(ctx, clock.Real{}, 50*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

func (s *sqliteDB) close() error {
	if !s.writer.stop() {
		return nil // closed before
	}
	return s.closeHandles()
}

func (s *sqliteDB) closeHandles() error {
	var err error
	if s.back != nil {
		err = s.back.stop()
	}
	if s.readers != nil {
		err = errors.Join(err, s.readers.Close())
	}
	if s.writers != nil {
		err = errors.Join(err, s.writers.Close())
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}
