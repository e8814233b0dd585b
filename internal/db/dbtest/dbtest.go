// Package dbtest gives every test a migrated database of its own, on both engines.
//
//	dbtest.Each(t, func(t *testing.T, d *db.DB) { … })
//
// A database is a copy of a template that is migrated once per state of the migrations. PostgreSQL is
// the server of KERUEN_TEST_PG, or one that is started for the whole machine and stays for later runs.
package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"keruen/internal/clock"
	"keruen/internal/db"
)

// Each runs the test on an empty migrated database of each engine, as subtests "sqlite" and
// "postgres" that run in parallel.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	EachAt(t, clock.Real{}, f)
}

// Addresses make a new migrated database of each engine, for tests that open it several times.
var Addresses = map[string]func(testing.TB) string{"sqlite": SQLite, "postgres": Postgres}

// EachAt is Each with a clock of the test's own. Both engines share it.
func EachAt(t *testing.T, c clock.Clock, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	for name, address := range Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, Open(t, address(t), c))
		})
	}
}

// Open opens a database for the test and closes it at the end.
func Open(t testing.TB, url string, c clock.Clock) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), db.Config{URL: url, Clock: c, Conns: 6, Log: Log(t)})
	if err != nil {
		t.Fatalf("open %s: %v", url, err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	return d
}

// Log returns a log that is shown when the test fails.
func Log(t testing.TB) *slog.Logger { return slog.New(slog.NewTextHandler(t.Output(), nil)) }

// SQLite returns the address of a new migrated file, removed after the test.
func SQLite(t testing.TB) string {
	t.Helper()
	template := filepath.Join(shared(t), "sqlite-"+fingerprint(t, db.SQLite)+".db")
	unlock := lock(t, template+".lock")
	if _, err := os.Stat(template); err != nil {
		migrateFile(t, template)
	}
	unlock()
	path := filepath.Join(t.TempDir(), "keruen.db")
	copyFile(t, template, path)
	return "sqlite:" + path
}

// migrateFile makes the template under another name first, so that a killed test leaves no half of it.
func migrateFile(t testing.TB, template string) {
	t.Helper()
	part := template + ".part"
	_ = os.Remove(part)
	migrate(t, "sqlite:"+part)
	if err := os.Rename(part, template); err != nil {
		t.Fatal(err)
	}
}

func migrate(t testing.TB, url string) {
	t.Helper()
	ctx := context.Background() // a template outlives the test that makes it
	d, err := db.Open(ctx, db.Config{URL: url, Conns: 2})
	if err != nil {
		t.Fatalf("open %s: %v", url, err)
	}
	if err := d.Migrate(ctx); err != nil {
		_ = d.Close()
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

func fingerprint(t testing.TB, d db.Dialect) string {
	t.Helper()
	text, err := db.Migrations(d)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// shared is the directory of what all test runs on this machine share.
func shared(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(os.TempDir(), "keruen-test")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

// lock waits for the lock file, which other test binaries take too.
func lock(t testing.TB, path string) (unlock func()) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	return func() { _ = f.Close() }
}
