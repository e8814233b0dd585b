// Package bench measures speed on the real binary and prints tables. It is run by `make bench`:
//
//	go test ./test/bench -run '^$' -bench . -benchtime 1x
//
// Machines are noisy: rounds of ours and of the reference take turns in the same run, the table
// shows medians, and the ratio is what counts from one machine to the next.
package bench

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/db/dbtest"
	"keruen/test/program"
)

const (
	rounds      = 3
	letters     = 20_000
	letterBytes = 10 * 1024
	sessions    = 20 // parallel SMTP sessions of both sides
	importRows  = 1_000_000
)

// BenchmarkRelay compares a whole campaign through a relay (guard, personalisation, tracking links,
// durable ledger) with Postfix's smtp-source, which repeats one fixed letter from memory. Both
// speak to the same smtp-sink, 10 KB a letter.
func BenchmarkRelay(b *testing.B) {
	sink := startSink(b)
	rate := map[string][]float64{}
	ready := senders(b, sink)
	for range rounds {
		rate["smtp-source"] = append(rate["smtp-source"], perSecond(letters, func() { source(b, sink) }))
		for name, s := range ready {
			rate[name] = append(rate[name], perSecond(letters, func() { s.campaign(b) }))
		}
	}
	table("letters through a relay", "letters/s", "smtp-source", rate)
}

// BenchmarkImport brings a CSV of a million rows with six fields, consent and de-duplication in: from the start of the run to its
// report, and separately with the upload and the dry run; the bar is 25,000 rows a second on SQLite, 20,000 on PostgreSQL, within
// 300 MB. The reference is awk splitting the same file into fields and counting distinct addresses: the least that any import does.
func BenchmarkImport(b *testing.B) {
	csv := guests(importRows)
	file := b.TempDir() + "/guests.csv"
	require.NoError(b, os.WriteFile(file, csv, 0o600))
	whole, run, memory := map[string][]float64{}, map[string][]float64{}, map[string]int64{}
	for range rounds {
		awk := perSecond(importRows, func() {
			require.NoError(b, exec.Command("awk", "-F;", "!seen[$1]++ {n++} END {print n}", file).Run())
		})
		whole["awk"], run["awk"] = append(whole["awk"], awk), append(run["awk"], awk)
		for name, url := range map[string]string{"keruen, SQLite": "", "keruen, PostgreSQL": dbtest.Postgres(b)} {
			p, c := start(b, url)
			var done program.Doc
			whole[name] = append(whole[name], perSecond(importRows, func() { done = c.Import(b, "guests.csv", csv, "All") }))
			require.Equal(b, importRows, done.Number("counts.created"))
			run[name] = append(run[name], importRows/seconds(b, done))
			memory[name] = max(memory[name], p.Peak(b))
			p.Stop()
		}
	}
	table("rows of an import, from its start to the report", "rows/s", "awk", run)
	table("rows of an import, upload and dry run included", "rows/s", "awk", whole)
	for name, bytes := range memory {
		fmt.Printf("%s: at most %d MB\n", name, bytes>>20)
	}
}

// seconds is how long an import ran.
func seconds(b *testing.B, i program.Doc) float64 {
	b.Helper()
	from, err := time.Parse(time.RFC3339Nano, i.Text("started_at"))
	require.NoError(b, err)
	to, err := time.Parse(time.RFC3339Nano, i.Text("finished_at"))
	require.NoError(b, err)
	return to.Sub(from).Seconds()
}

// guests makes n rows of six columns, in no order of the addresses.
func guests(n int) []byte {
	var out bytes.Buffer
	out.WriteString("E-mail;Имя;Фамилия;Телефон;Язык;Теги\n")
	for i := range n {
		fmt.Fprintf(&out, "u%08x@example.kz;Имя%d;Фамилия%d;8 70%d %07d;ru;%s\n", uint32(i)*2654435761, i%1000, i%5000, i%9, i%10_000_000, []string{"vip", "", "новые"}[i%3])
	}
	return out.Bytes()
}

// sending is an instance with contacts and a sender, ready to send again and again.
type sending struct {
	client *program.Client
	sender string
	n      int
}

// senders are programs ready to send through a sink: on either engine with the signature left to the relay, and one that signs.
func senders(b *testing.B, sink string) map[string]*sending {
	b.Helper()
	return map[string]*sending{
		"keruen, SQLite":                   prepare(b, sink, "", true),
		"keruen, PostgreSQL":               prepare(b, sink, dbtest.Postgres(b), true),
		"keruen, SQLite, signed by itself": prepare(b, sink, "", false),
	}
}

// prepare makes an instance ready to send; unsigned leaves DKIM to the relay.
func prepare(b *testing.B, sink, databaseURL string, unsigned bool) *sending {
	b.Helper()
	_, c := start(b, databaseURL)
	host, port, err := net.SplitHostPort(sink)
	require.NoError(b, err)
	number, err := strconv.Atoi(port)
	require.NoError(b, err)
	sender := c.CreateSender(b, "Bench", "news@sender.test", program.Doc{"kind": "relay", "host": host, "port": number, "tls": "off", "relay_signs": unsigned})
	csv, _ := program.People(letters, "alpha.test", "beta.test")
	c.Import(b, "people.csv", csv, "All")
	return &sending{client: c, sender: sender.Text("id")}
}

func (s *sending) campaign(b *testing.B) {
	b.Helper()
	s.n++
	filler := strings.Repeat("<p>Осенние новости магазина.</p>", (letterBytes*3/4-2800)/53) // with the footer 10 KB of base64 on the wire, as smtp-source counts
	c := s.client.CreateCampaign(b, s.sender, fmt.Sprintf("bench %d", s.n), program.Doc{
		"subject": "{{first_name|друг}}, новости", "preheader": "", "text": "Новости",
		"html": `<html><body><p>Здравствуйте, {{first_name|друг}}</p>` + filler + `<a href="https://shop.test/">Магазин</a></body></html>`,
	})
	s.client.Launch(b, c.Text("id"))
	done := s.client.Await(b, "/api/v1/campaigns/"+c.Text("id"), "done")
	require.Equal(b, letters, done.Number("counts.delivered"), "%v", done["counts"])
}

func start(b *testing.B, databaseURL string) (*program.Program, *program.Client) {
	b.Helper()
	p := program.New(b, program.Settings{"database": databaseURL, "dns.allow_private": "true"})
	p.Start(b)
	return p, p.Member(b, "bench@keruen.test")
}

func startSink(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	addr := l.Addr().String()
	require.NoError(b, l.Close())
	cmd := exec.Command("/usr/sbin/smtp-sink", "-u", "postfix", "-m", "2000", addr, "1000") // programs of other rows keep idle connections: 256 is too few
	require.NoError(b, cmd.Start(), "run `make deps` first")
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	require.Eventually(b, func() bool {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}, 10*time.Second, 50*time.Millisecond)
	return addr
}

func source(b *testing.B, sink string) {
	b.Helper()
	out, err := exec.Command("/usr/sbin/smtp-source", "-s", strconv.Itoa(sessions), "-l", strconv.Itoa(letterBytes),
		"-m", strconv.Itoa(letters), "-f", "a@sender.test", "-t", "b@alpha.test", sink).CombinedOutput()
	require.NoError(b, err, "%s", out)
}

func perSecond(n int, f func()) float64 {
	started := time.Now()
	f()
	return float64(n) / time.Since(started).Seconds()
}

func table(title, unit, reference string, rate map[string][]float64) {
	fmt.Printf("\n%s (median of %d)\n", title, rounds)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\t%s\tratio\tall rounds\t\n", unit)
	names := make([]string, 0, len(rate))
	for name := range rate {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		m := median(rate[name])
		fmt.Fprintf(w, "%s\t%.0f\t%.3f\t%.0f\t\n", name, m, m/median(rate[reference]), rate[name])
	}
	_ = w.Flush()
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}
