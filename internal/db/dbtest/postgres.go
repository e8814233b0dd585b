package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers "pgx"

	"keruen/internal/db"
	"keruen/internal/id"
)

// The server that the tests start for themselves.
const (
	serverPort = "54329"
	serverURL  = "postgres://postgres@127.0.0.1:" + serverPort + "/postgres?sslmode=disable"
	needed     = "the tests need PostgreSQL: run `make deps`, or set KERUEN_TEST_PG to the address of a server"
)

// Postgres returns the address of a new migrated database, dropped after the test.
func Postgres(t testing.TB) string {
	t.Helper()
	admin := server(t)
	template := "keruen_tpl_" + fingerprint(t, db.Postgres)
	ensureTemplate(t, admin, template)
	return create(t, admin, template)
}

// EmptyPostgres returns the address of a new database without tables, dropped after the test.
func EmptyPostgres(t testing.TB) string {
	t.Helper()
	return create(t, server(t), "template0")
}

func create(t testing.TB, admin, template string) string {
	t.Helper()
	name := "keruen_" + id.New[databaseKind]().String()
	run(t, admin, "CREATE DATABASE "+name+" TEMPLATE "+template)
	t.Cleanup(func() { run(t, admin, "DROP DATABASE "+name+" WITH (FORCE)") })
	return databaseURL(t, admin, name)
}

// databaseKind names test databases by the time they were made.
type databaseKind struct{}

func (databaseKind) Prefix() string { return "db" }

func databaseURL(t testing.TB, admin, name string) string {
	t.Helper()
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatalf("KERUEN_TEST_PG is not an address: %v", err)
	}
	u.Path = "/" + name
	return u.String()
}

// ensureTemplate makes the template under another name and renames it when it is complete.
func ensureTemplate(t testing.TB, admin, template string) {
	t.Helper()
	unlock := lock(t, filepath.Join(shared(t), template+".lock"))
	defer unlock()
	if exists(t, admin, template) {
		return
	}
	sweep(t, admin)
	part := template + "_part"
	run(t, admin, "DROP DATABASE IF EXISTS "+part+" WITH (FORCE)")
	run(t, admin, "CREATE DATABASE "+part+" TEMPLATE template0")
	migrate(t, databaseURL(t, admin, part))
	run(t, admin, "ALTER DATABASE "+part+" RENAME TO "+template)
}

// sweep drops all but the 200 newest databases: old templates and what killed test runs left behind. Whatever is
// in use stays.
func sweep(t testing.TB, admin string) {
	t.Helper()
	pool := connect(t, admin)
	defer pool.Close()
	rows, err := pool.Query("SELECT datname FROM pg_database WHERE datname LIKE 'keruen\\_%' ORDER BY oid DESC OFFSET 200")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		_, _ = pool.Exec("DROP DATABASE " + name)
	}
}

func exists(t testing.TB, admin, name string) bool {
	t.Helper()
	pool := connect(t, admin)
	defer pool.Close()
	var n int
	err := pool.QueryRow("SELECT count(*) FROM pg_database WHERE datname = $1", name).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n > 0
}

func run(t testing.TB, admin, statement string) {
	t.Helper()
	pool := connect(t, admin)
	defer pool.Close()
	if _, err := pool.Exec(statement); err != nil {
		t.Errorf("%s: %v", statement, err)
		t.FailNow()
	}
}

func connect(t testing.TB, address string) *sql.DB {
	t.Helper()
	pool, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

// server returns the address of a running server, starting it if need be.
func server(t testing.TB) string {
	t.Helper()
	if u := os.Getenv("KERUEN_TEST_PG"); u != "" {
		return u
	}
	unlock := lock(t, filepath.Join(shared(t), "postgres.lock"))
	defer unlock()
	if answers(serverURL) == nil {
		return serverURL
	}
	if err := start(filepath.Join(os.TempDir(), "keruen-test-pg")); err != nil {
		t.Fatalf("start PostgreSQL: %v\n%s", err, needed)
	}
	return serverURL
}

func answers(address string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	pool, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer pool.Close()
	return pool.PingContext(ctx)
}

// start makes a cluster once and starts it. The server outlives the tests: the next run finds it.
func start(dir string) error {
	bin, err := binaries()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		// PostgreSQL refuses to run as root.
		if out, err := exec.Command("chown", "postgres:", dir).CombinedOutput(); err != nil {
			return fmt.Errorf("chown %s: %s", dir, out)
		}
	}
	data := filepath.Join(dir, "data")
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); err != nil {
		if err := unprivileged(dir, bin+"/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"); err != nil {
			return err
		}
	}
	// Test data need not survive a power cut.
	options := "-p " + serverPort + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=" + dir +
		" -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=500 -c shared_buffers=128MB"
	return unprivileged(dir, bin+"/pg_ctl", "-D", data, "-l", filepath.Join(dir, "log"), "-o", options, "-w", "-t", "60", "start")
}

// binaries returns the directory of the newest server installed.
func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", fmt.Errorf("no initdb in /usr/lib/postgresql/*/bin or PATH")
	}
	return filepath.Dir(path), nil
}

// unprivileged runs a command as the user postgres if we are root. Its output goes to a file: the server
// inherits it, and a pipe would never end.
func unprivileged(dir, name string, args ...string) error {
	if os.Geteuid() == 0 {
		args = append([]string{"-u", "postgres", "--", name}, args...)
		name = "runuser"
	}
	out, err := os.Create(filepath.Join(dir, "start.log"))
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, out
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s: %w: %s", filepath.Base(name), err, text)
	}
	return nil
}
