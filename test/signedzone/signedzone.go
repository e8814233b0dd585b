// Package signedzone runs name servers that are not ours: Debian's NSD serves a zone that ldns has signed, and Unbound
// answers for it as a validating resolver does.
//
// Each Start makes an instance of its own below a temporary folder, on free loopback ports.
package signedzone

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"
)

// Zones are what is served. Names are relative to the zone, as in its file.
type Zones struct {
	Signed []string // records of signed.test
	Plain  []string // of plain.test, which nobody has signed
	// Forged names TLSA or other records of signed.test, such as "_25._tcp.mx.a", that change after they were signed.
	Forged []string
}

// Start runs both servers until the test ends and returns the address of the resolver.
func Start(t *testing.T, z Zones) string {
	t.Helper()
	for _, program := range []string{"/usr/sbin/nsd", "/usr/sbin/unbound", "/usr/bin/ldns-signzone"} {
		require.FileExists(t, program, "run `make deps` first")
	}
	dir := t.TempDir()
	write(t, dir, "signed.zone", zoneFile("signed.test", z.Signed))
	write(t, dir, "plain.zone", zoneFile("plain.test", z.Plain))
	key := strings.TrimSpace(run(t, dir, "/usr/bin/ldns-keygen", "-r", "/dev/urandom", "-a", "ECDSAP256SHA256", "-k", "signed.test"))
	run(t, dir, "/usr/bin/ldns-signzone", "-f", "signed.zone.signed", "signed.zone", key)
	forge(t, filepath.Join(dir, "signed.zone.signed"), z.Forged)

	authority, resolver := freePort(t), freePort(t)
	write(t, dir, "nsd.conf", fmt.Sprintf(nsdConf, dir, authority))
	write(t, dir, "unbound.conf", fmt.Sprintf(unboundConf, dir, resolver, filepath.Join(dir, key+".key"), authority))
	start(t, "/usr/sbin/nsd", "-d", "-c", filepath.Join(dir, "nsd.conf"))
	start(t, "/usr/sbin/unbound", "-d", "-p", "-c", filepath.Join(dir, "unbound.conf"))
	addr := fmt.Sprintf("127.0.0.1:%d", resolver)
	await(t, addr)
	return addr
}

const nsdConf = `server:
	zonesdir: %[1]q
	ip-address: 127.0.0.1@%[2]d
	username: ""
	database: ""
	pidfile: ""
	xfrdfile: ""
	zonelistfile: "zone.list"
	server-count: 1
	reuseport: no
remote-control:
	control-enable: no
zone:
	name: signed.test
	zonefile: signed.zone.signed
zone:
	name: plain.test
	zonefile: plain.zone
`

const unboundConf = `server:
	directory: %[1]q
	interface: 127.0.0.1@%[2]d
	access-control: 127.0.0.0/8 allow
	username: ""
	chroot: ""
	pidfile: ""
	use-syslog: no
	logfile: ""
	num-threads: 1
	module-config: "validator iterator"
	do-not-query-localhost: no
	local-zone: "test." nodefault
	trust-anchor-file: %[3]q
remote-control:
	control-enable: no
stub-zone:
	name: signed.test
	stub-addr: 127.0.0.1@%[4]d
stub-zone:
	name: plain.test
	stub-addr: 127.0.0.1@%[4]d
`

func zoneFile(origin string, records []string) string {
	return fmt.Sprintf("$ORIGIN %s.\n$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\n%s\n", origin, strings.Join(records, "\n"))
}

// forge changes the last byte of the records of names after their signatures were made.
func forge(t *testing.T, path string, names []string) {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, n := range names {
		line := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(n+".signed.test.") + `\s+\d+\s+IN\s+TLSA\s.*?([0-9a-f])\s*$`)
		at := line.FindSubmatchIndex(b)
		require.NotNil(t, at, "no TLSA record of %s to forge in\n%s", n, b)
		if b[at[2]]++; b[at[2]] > '9' {
			b[at[2]] = '0'
		}
	}
	require.NoError(t, os.WriteFile(path, b, 0o600))
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
}

func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	require.NoError(t, cmd.Run(), "%s: %s", name, complaint.String())
	return out.String()
}

// start runs a server until the test ends.
func start(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
}

// await asks until both servers answer.
func await(t *testing.T, addr string) {
	t.Helper()
	for _, zone := range []string{"signed.test.", "plain.test."} {
		require.Eventually(t, func() bool {
			q := new(dns.Msg)
			q.SetQuestion(zone, dns.TypeSOA)
			m, err := dns.Exchange(q, addr)
			return err == nil && m.Rcode == dns.RcodeSuccess && len(m.Answer) > 0
		}, 20*time.Second, 20*time.Millisecond, "the name servers do not answer for %s", zone)
	}
}

// freePort is free for both UDP and TCP.
func freePort(t *testing.T) int {
	t.Helper()
	for range 20 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		port := l.Addr().(*net.TCPAddr).Port
		pc, err := net.ListenPacket("udp", l.Addr().String())
		_ = l.Close()
		if err == nil {
			_ = pc.Close()
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}
