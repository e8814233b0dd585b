package bench

import (
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/db/dbtest"
	"keruen/test/mailhost"
	"keruen/test/program"
)

// BenchmarkDirect sends straight to the recipients' servers, found by DNS, with RSA-2048 signatures of our own: with the machine's OpenSSL and with
// Go alone. The bars are 2,500 and 1,000 letters a second. The reference is the arithmetic alone: signatures a second of the same key on both processors.
func BenchmarkDirect(b *testing.B) {
	sink := startSink(b)
	_, port, err := net.SplitHostPort(sink)
	require.NoError(b, err)
	names := mailhost.StartDNS(b, append(sites(), "sender.test")...)
	settings := func(database, signer string) program.Settings {
		return program.Settings{"database": database, "mail.signer": signer, "dns.servers": names.Addr, "dns.mail_port": port, "dns.allow_private": "true"}
	}
	ready := map[string]*sending{
		"keruen, SQLite, OpenSSL":     direct(b, settings("", "auto")),
		"keruen, PostgreSQL, OpenSSL": direct(b, settings(dbtest.Postgres(b), "auto")),
		"keruen, SQLite, Go":          direct(b, settings("", "go")),
	}
	rate := map[string][]float64{}
	for range rounds {
		rate["openssl speed"] = append(rate["openssl speed"], signatures(b))
		for name, s := range ready {
			rate[name] = append(rate[name], perSecond(letters, func() { s.campaign(b) }))
		}
	}
	table("letters straight to the recipients' servers, signed", "letters/s", "openssl speed", rate)
}

func direct(b *testing.B, s program.Settings) *sending {
	b.Helper()
	p := program.New(b, s)
	p.Start(b)
	c := p.Member(b, "bench@keruen.test")
	sender := c.CreateSender(b, "Bench", "news@sender.test", program.Doc{"kind": "direct"})
	csv, _ := program.People(letters, sites()...)
	c.Import(b, "people.csv", csv, "All")
	return &sending{client: c, sender: sender.Text("id")}
}

// sites are the recipients' mail hosts: so many that manners are not the ceiling. One site takes at most 100 connections a minute of 100 letters each.
func sites() []string {
	list := make([]string, 40)
	for i := range list {
		list[i] = fmt.Sprintf("site%d.test", i)
	}
	return list
}

// signatures is how many RSA-2048 signatures OpenSSL makes in a second on two processors.
func signatures(b *testing.B) float64 {
	b.Helper()
	out, err := exec.Command("openssl", "speed", "-seconds", "2", "-multi", "2", "-mr", "rsa2048").Output()
	require.NoError(b, err)
	// +F2:2:2048:signatures per second:verifications per second
	var bits int
	var sign float64
	for line := range strings.Lines(string(out)) {
		if rest, ok := strings.CutPrefix(line, "+F2:"); ok {
			_, err := fmt.Sscanf(strings.ReplaceAll(rest, ":", " "), "%d %d %f", new(int), &bits, &sign)
			require.NoError(b, err, line)
		}
	}
	require.Positive(b, sign, "%s", out)
	return sign
}

// postfixLetters is less than a campaign: Postfix writes every letter to its queue and calls fsync.
const postfixLetters = 3_000

// BenchmarkPostfix is the comparison with Postfix end to end: its queue, its delivery, the same sink. The bar is ten times Postfix.
func BenchmarkPostfix(b *testing.B) {
	sink := startSink(b)
	postfix := mailhost.StartWith(b, `relayhost = `+bracketed(sink)+`
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
virtual_mailbox_domains =
default_destination_concurrency_limit = 100
smtp_destination_concurrency_limit = 100
default_process_limit = 100
in_flow_delay = 0
`)
	ours := prepare(b, sink, "", true)
	rate := map[string][]float64{}
	for range rounds {
		rate["Postfix, end to end"] = append(rate["Postfix, end to end"], perSecond(postfixLetters, func() {
			out, err := exec.Command("/usr/sbin/smtp-source", "-s", "50", "-l", fmt.Sprint(letterBytes), "-m", fmt.Sprint(postfixLetters),
				"-f", "a@sender.test", "-t", "b@alpha.test", postfix.MX).CombinedOutput()
			require.NoError(b, err, "%s", out)
			postfix.AwaitEmptyQueue(b, 5*time.Minute)
		}))
		rate["keruen, SQLite"] = append(rate["keruen, SQLite"], perSecond(letters, func() { ours.campaign(b) }))
	}
	table("letters through Postfix and through us", "letters/s", "Postfix, end to end", rate)
}

func bracketed(addr string) string {
	host, port, _ := net.SplitHostPort(addr)
	return "[" + host + "]:" + port
}
