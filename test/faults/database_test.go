package faults

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/test/program"
)

// server is a PostgreSQL of the test's own, so that it can be taken away.
type server struct{ dir, bin, port string }

func newServer(t *testing.T) *server {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	require.NoError(t, err)
	require.NotEmpty(t, found, "the tests need PostgreSQL: run `make deps`")
	dir, err := os.MkdirTemp("", "keruen-faults-pg")
	require.NoError(t, err)
	s := &server{dir: dir, bin: filepath.Dir(found[len(found)-1])}
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
	s.start(t)
	return s
}

func (s *server) data() string { return filepath.Join(s.dir, "data") }

func (s *server) url() string {
	return "postgres://postgres@127.0.0.1:" + s.port + "/postgres?sslmode=disable"
}

func (s *server) start(t *testing.T) {
	t.Helper()
	// Processes die here, not the machine: what was written is in the page cache.
	options := "-p " + s.port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=" + s.dir + " -c fsync=off"
	require.NoError(t, s.run("pg_ctl", "-D", s.data(), "-l", filepath.Join(s.dir, "log"), "-o", options, "-w", "start"))
}

// crash stops the server as a power cut would: connections are cut, nothing is finished.
func (s *server) crash(t *testing.T) {
	t.Helper()
	require.NoError(t, s.run("pg_ctl", "-D", s.data(), "-m", "immediate", "stop"))
}

// run runs a command of PostgreSQL as its user. Output goes to a file: the server inherits it, and a pipe would never end.
func (s *server) run(name string, args ...string) error {
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

// MSG-4, AUD-1: the database goes away in the middle of a campaign and of an import, and comes back. The program stays up and says so, and goes on by itself.
func TestALostDatabaseStopsNothingForGood(t *testing.T) {
	t.Parallel()
	const total = 4000
	pg := newServer(t)
	_, c := start(t, program.Settings{"database": pg.url(), "limits.takeover": "3s"})
	s := program.StartSink(t, false)
	sender := c.CreateSender(t, "Магазин", "news@sender.test", s.Route())
	c.Import(t, "people.csv", people("p", total), "Все")
	campaign := c.CreateCampaign(t, sender.Text("id"), "Осень", plain("Осень")).Text("id")
	path := "/api/v1/campaigns/" + campaign
	s.Hold(900)
	c.Launch(t, campaign)
	require.NoError(t, s.Wait(t.Context(), 900))
	const more = 30_000
	im := uploaded(t, c, people("q", more), "Ещё")
	c.Post(t, im+"/start", nil)
	require.Eventually(t, func() bool { return c.Get(t, im).Number("done") > 0 }, program.Patience, 20*time.Millisecond)

	pg.crash(t)
	require.Eventually(t, func() bool { return statusOf(t, c, "/api/v1/health") == 503 }, program.Patience, 50*time.Millisecond, "health says nothing")
	for _, p := range []string{"/api/v1/health", "/api/v1/me", path} {
		d, status := ask(t, c, "GET", p, "", nil)
		require.Equal(t, 503, status, "%s: %v", p, d)
		require.Equal(t, "unavailable", d.Text("code"), p)
	}
	d, status := post(t, c, "/api/v1/contacts", program.Doc{"email": "new@alpha.test"}, "Idempotency-Key", "while-away")
	require.Equal(t, 503, status, "%v", d)
	d, status = post(t, c.Stranger(t), "/api/v1/auth/sign-in", program.Doc{"email": "owner@keruen.test", "password": program.Password})
	require.Equal(t, 503, status, "a good password is not called wrong: %v", d)

	s.Release() // what was under way reaches its readers, and cannot be recorded
	pg.start(t)
	require.Eventually(t, func() bool { return statusOf(t, c, "/api/v1/health") == 200 }, program.Patience, 50*time.Millisecond)
	require.Equal(t, 200, statusOf(t, c, "/api/v1/me"), "who was signed in still is")
	d, status = post(t, c, "/api/v1/contacts", program.Doc{"email": "new@alpha.test"}, "Idempotency-Key", "while-away")
	require.Equal(t, 201, status, "the repeat does what was asked for: %v", d)
	accounted(t, c.Await(t, path, "done"), s, total)
	imported := c.Await(t, im, "done")
	require.Equal(t, more, imported.Number("counts.created"), "%v", imported)
	require.Equal(t, more, imported.Number("counts.rows"), "no row is taken twice: %v", imported)
}
