// Package mailhost runs mail servers that are not ours: Debian's Postfix takes letters and hands
// them to Debian's Dovecot, which keeps them in mailboxes that are read back over IMAP.
//
// Each Start makes an instance of its own below a temporary folder, on free loopback ports; the
// machine's own Postfix and Dovecot, if any, are not touched. Both need root to change to
// their users, as CI and a Debian container have it.
package mailhost

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:embed main.cf
var mainCF string

//go:embed master.cf
var masterCF string

//go:embed dovecot.conf
var dovecotConf string

// Password opens every mailbox and every relay login.
const Password = "secret"

// Host is one running pair of servers.
type Host struct {
	MX         string // host:port that takes mail for the domains, plain or STARTTLS
	Submission string // host:port of the relay: STARTTLS and AUTH required
	IMAP       string // host:port, plain text
	CAFile     string // certificate to trust for STARTTLS; its names are localhost and 127.0.0.1
	dir        string
}

type settings struct {
	Dir, Domains, More, Users        string
	MX, Submission, IMAP, LMTP, Auth int
}

// Start runs the servers for the given domains until the test ends. Every address in them exists; the mailbox "full" of each
// is over its quota, so that Dovecot refuses what Postfix has taken.
// A machine without the packages fails the test with the command that installs them.
func Start(t testing.TB, domains ...string) *Host {
	t.Helper()
	return StartWith(t, "", domains...)
}

// StartWith is Start with further lines of main.cf; they win over those there are.
func StartWith(t testing.TB, more string, domains ...string) *Host {
	t.Helper()
	for _, program := range []string{"/usr/sbin/postfix", "/usr/sbin/dovecot"} {
		require.FileExists(t, program, "run `make deps` first")
	}
	require.Zero(t, os.Geteuid(), "Postfix and Dovecot start as root only")

	// Unix socket paths are limited to 107 bytes, and t.TempDir() is not readable by the servers' users.
	dir, err := os.MkdirTemp("", "mh")
	require.NoError(t, err)
	ports := freePorts(t, 5)
	s := settings{dir, strings.Join(domains, ", "), more, fullBoxes(domains), ports[0], ports[1], ports[2], ports[3], ports[4]}
	h := &Host{
		MX: local(s.MX), Submission: local(s.Submission), IMAP: local(s.IMAP),
		CAFile: filepath.Join(dir, "cert.pem"), dir: dir,
	}
	h.write(t, s)
	t.Cleanup(func() { h.stop(t) })
	run(t, "/usr/sbin/dovecot", "-c", h.path("dovecot.conf"))
	run(t, "/usr/sbin/postfix", "-c", h.path("conf"), "start")
	for _, addr := range []string{h.MX, h.Submission, h.IMAP} {
		h.await(t, addr)
	}
	return h
}

// Read fetches all letters of a mailbox as they lie there, oldest first.
func (h *Host) Read(t testing.TB, address string) [][]byte {
	t.Helper()
	c := dialIMAP(t, h.IMAP)
	defer c.close()
	c.command(t, "LOGIN %q %q", address, Password)
	return c.fetchAll(t)
}

// Count tells how many letters lie in all mailboxes together.
func (h *Host) Count(t testing.TB) int {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(h.dir, "mail", "*", "*", "new", "*"))
	require.NoError(t, err)
	read, err := filepath.Glob(filepath.Join(h.dir, "mail", "*", "*", "cur", "*"))
	require.NoError(t, err)
	return len(found) + len(read)
}

// AwaitEmptyQueue returns when Postfix has passed on all that it had taken.
func (h *Host) AwaitEmptyQueue(t testing.TB, patience time.Duration) {
	t.Helper()
	empty := func() bool {
		for _, q := range []string{"incoming", "active", "deferred"} {
			files, err := filepath.Glob(filepath.Join(h.dir, "queue", q, "*"))
			deeper, errDeeper := filepath.Glob(filepath.Join(h.dir, "queue", q, "*", "*"))
			if err != nil || errDeeper != nil || slices.ContainsFunc(append(files, deeper...), isFile) {
				return false
			}
		}
		return true
	}
	require.Eventually(t, empty, patience, 20*time.Millisecond, h.Log())
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// Log returns what Postfix wrote, for messages of failed assertions.
func (h *Host) Log() string {
	b, _ := os.ReadFile(h.path("log"))
	return string(b)
}

func (h *Host) path(name string) string { return filepath.Join(h.dir, name) }

func (h *Host) write(t testing.TB, s settings) {
	t.Helper()
	require.NoError(t, os.Chmod(h.dir, 0o755))
	for _, d := range []string{"conf", "queue", "data", "mail"} {
		require.NoError(t, os.Mkdir(h.path(d), 0o755))
	}
	run(t, "chown", "postfix", h.path("data"))
	run(t, "chown", "mail:mail", h.path("mail"))
	certificate(t, h.dir)
	for name, text := range map[string]string{"conf/main.cf": mainCF, "conf/master.cf": masterCF, "dovecot.conf": dovecotConf, "users": s.Users} {
		var b bytes.Buffer
		require.NoError(t, template.Must(template.New(name).Parse(text)).Execute(&b, s))
		require.NoError(t, os.WriteFile(h.path(name), b.Bytes(), 0o644))
	}
}

// fullBoxes are the lines of Dovecot's passwd-file for mailboxes that have no room for a letter. Whoever is not there has a mailbox without limits.
func fullBoxes(domains []string) string {
	var b strings.Builder
	for _, d := range domains {
		fmt.Fprintf(&b, "full@%s::mail:mail::::userdb_quota_rule=*:bytes=64\n", d)
	}
	return b.String()
}

// certificate makes cert.pem and key.pem in a folder.
func certificate(t testing.TB, dir string) {
	t.Helper()
	run(t, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
		"-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", filepath.Join(dir, "key.pem"), "-out", filepath.Join(dir, "cert.pem"))
}

func (h *Host) await(t testing.TB, addr string) {
	t.Helper()
	await(t, addr, h.Log)
}

func await(t testing.TB, addr string, said func() string) {
	t.Helper()
	up := func() bool {
		c, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}
	if !assert.Eventually(t, up, 20*time.Second, 50*time.Millisecond) {
		t.Fatalf("%s does not answer; log: %s", addr, said())
	}
}

func (h *Host) stop(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_ = exec.CommandContext(ctx, "/usr/sbin/postfix", "-c", h.path("conf"), "stop").Run()
	_ = exec.CommandContext(ctx, "/usr/bin/doveadm", "-c", h.path("dovecot.conf"), "stop").Run()
	if t.Failed() {
		t.Logf("the servers' files stay in %s", h.dir)
		return
	}
	_ = os.RemoveAll(h.dir)
}

func run(t testing.TB, program string, args ...string) {
	t.Helper()
	// A daemon keeps what it inherits: with a pipe instead of a file, Run would wait for its end.
	out, err := os.CreateTemp(t.TempDir(), "out")
	require.NoError(t, err)
	defer out.Close()
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = out, out
	err = cmd.Run()
	said, _ := os.ReadFile(out.Name())
	require.NoError(t, err, "%s: %s", program, said)
}

func local(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// freePorts asks the system for ports and gives them back at once; they are all held together so
// that no two are equal.
func freePorts(t testing.TB, n int) []int {
	t.Helper()
	ports := make([]int, n)
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports
}
