package program

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Postgres is a PostgreSQL server of the test's own, so that it can be taken away.
type Postgres struct{ dir, bin, port string }

// StartPostgres makes a server with an empty database, which runs until the test ends.
func StartPostgres(t testing.TB) *Postgres {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	require.NoError(t, err)
	require.NotEmpty(t, found, "the tests need PostgreSQL: run `make deps`")
	dir, err := os.MkdirTemp("", "keruen-pg")
	require.NoError(t, err)
	s := &Postgres{dir: dir, bin: filepath.Dir(found[len(found)-1])}
	t.Cleanup(func() {
		_ = s.run("pg_ctl", "-D", s.data(), "-m", "immediate", "stop") // it may be stopped already
		require.NoError(t, os.RemoveAll(dir))
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.port = strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	require.NoError(t, l.Close())
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		require.NoError(t, exec.Command("chown", "postgres:", dir).Run())
	}
	require.NoError(t, s.run("initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"))
	s.Start(t)
	return s
}

func (s *Postgres) data() string { return filepath.Join(s.dir, "data") }

// URL is the address of its database.
func (s *Postgres) URL() string {
	return "postgres://postgres@127.0.0.1:" + s.port + "/postgres?sslmode=disable"
}

// Start starts a server that was stopped or killed.
func (s *Postgres) Start(t testing.TB) {
	t.Helper()
	// Processes die here, not the machine: what was written is in the page cache.
	options := "-p " + s.port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=" + s.dir + " -c fsync=off"
	require.Eventually(t, func() bool { // after Kill its children may still be on their way out
		return s.run("pg_ctl", "-D", s.data(), "-l", filepath.Join(s.dir, "log"), "-o", options, "-w", "start") == nil
	}, time.Minute, 100*time.Millisecond, "PostgreSQL does not start: %s", s.Log())
}

// Log returns what the server wrote.
func (s *Postgres) Log() string {
	text, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return string(text)
}

// Kill ends the server's first process by kill -9; the others see it and end by themselves, each in its own time.
func (s *Postgres) Kill(t testing.TB) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	require.NoError(t, err)
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
}

// Crash stops the server as a power cut would: connections are cut, nothing is finished.
func (s *Postgres) Crash(t testing.TB) {
	t.Helper()
	require.NoError(t, s.run("pg_ctl", "-D", s.data(), "-m", "immediate", "stop"))
}

// run runs a command of PostgreSQL as its user. Output goes to a file: the server inherits it, and a pipe would never end.
func (s *Postgres) run(name string, args ...string) error {
	name = filepath.Join(s.bin, name)
	if os.Geteuid() == 0 {
		name, args = "runuser", append([]string{"-u", "postgres", "--", name}, args...)
	}
	out, err := os.Create(filepath.Join(s.dir, "out"))
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, out, out
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%v: %w: %s", args, err, text)
	}
	return nil
}
