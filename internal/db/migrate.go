package db

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"regexp"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var embedded embed.FS

// tokens are the types written in braces in the migrations.
var tokens = map[string][2]string{ // SQLite, PostgreSQL
	"big":            {"INTEGER", "BIGINT"},
	"int":            {"INTEGER", "INTEGER"},
	"small":          {"INTEGER", "SMALLINT"},
	"bool":           {"INTEGER", "BOOLEAN"},
	"bytes":          {"BLOB", "BYTEA"},
	"json":           {"BLOB", "JSONB"},
	"float":          {"REAL", "DOUBLE PRECISION"},
	"text":           {"TEXT", "TEXT"},
	"pk":             {"INTEGER PRIMARY KEY", "BIGINT PRIMARY KEY"},
	"strict":         {"STRICT", ""},
	"strict_norowid": {"STRICT, WITHOUT ROWID", ""},
	// At the beginning of a line: the line is for one engine, the other sees a comment.
	"only_sqlite":   {"", "--"},
	"only_postgres": {"--", ""},
}

var token = regexp.MustCompile(`\{[a-z_]+\}`)

// render replaces the tokens by the engine's types.
func render(d Dialect, name string, text []byte) ([]byte, error) {
	var unknown error
	out := token.ReplaceAllFunc(text, func(m []byte) []byte {
		t, ok := tokens[string(m[1:len(m)-1])]
		if !ok {
			unknown = fmt.Errorf("%s: unknown token %s", name, m)
		}
		return []byte(t[d])
	})
	return out, unknown
}

// migrationFiles shows the embedded migrations as text of one engine.
type migrationFiles struct{ d Dialect }

// Open opens a file or the directory.
func (m migrationFiles) Open(name string) (fs.File, error) {
	f, err := embedded.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || info.IsDir() {
		return f, err
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	if text, err = render(m.d, name, text); err != nil {
		return nil, err
	}
	return &renderedFile{File: f, Reader: bytes.NewReader(text)}, nil
}

type renderedFile struct {
	fs.File
	*bytes.Reader
}

// Read reads the rendered text, not the file below.
func (f *renderedFile) Read(p []byte) (int, error) { return f.Reader.Read(p) }

// migrateUp runs what is missing and tells whether there was anything.
func migrateUp(ctx context.Context, on *sql.DB, d Dialect) (changed bool, err error) {
	p, err := migrations(on, d)
	if err != nil {
		return false, err
	}
	done, err := p.Up(ctx)
	return len(done) > 0, kindOf(err)
}

// migrations prepares goose. On PostgreSQL nodes that start together wait for each other, asking for the lock every
// second for five minutes.
func migrations(on *sql.DB, d Dialect) (*goose.Provider, error) {
	files, err := fs.Sub(migrationFiles{d}, "migrations")
	if err != nil {
		return nil, err
	}
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if d == Postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(dialect, on, files, options...)
}

func schemaOf(ctx context.Context, on *sql.DB, d Dialect) (s Schema, err error) {
	p, err := migrations(on, d)
	if err != nil {
		return s, err
	}
	s.Has, s.Knows, err = p.GetVersions(ctx)
	return s, err
}

// Migrations returns the rendered text of every migration in order, for tools and tests that must know
// whether the schema has changed.
func Migrations(d Dialect) ([]byte, error) {
	names, err := fs.Glob(embedded, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var all []byte
	for _, name := range names {
		text, err := embedded.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if text, err = render(d, name, text); err != nil {
			return nil, err
		}
		all = append(append(all, name...), text...)
	}
	return all, nil
}
