package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/db/dbtest"
	"keruen/test/program"
)

const (
	readers    = 3_000 // recipients, each with a picture and two links, one of them personalised
	hits       = 60_000
	keptOpen   = 256 // connections
	calmBefore = 500 * time.Millisecond

	longerThanDigest = 1500 * time.Millisecond // hits that a dead process left are found within a second
)

// BenchmarkTrack follows pictures and links of letters over connections that stay open, beside a bare net/http server that answers the
// same bytes and writes nothing down; the bar is 10,000 a second. At a random moment of every round the program is killed with kill -9:
// everything that was answered must be on record afterwards. PostgreSQL of the tests runs without fsync, SQLite with it.
func BenchmarkTrack(b *testing.B) {
	rate := map[string][]float64{}
	plain := startPlain(b)
	var lost []string
	ready := map[string]*tracked{"keruen, SQLite": prepareTracked(b, ""), "keruen, PostgreSQL": prepareTracked(b, dbtest.Postgres(b))}
	for range rounds {
		rate["net/http"] = append(rate["net/http"], perSecond(hits, func() {
			s := program.Storm{Host: plain, Paths: ready["keruen, SQLite"].paths, Conns: keptOpen}
			require.NoError(b, s.Run(b.Context(), hits))
		}))
		for name, k := range ready {
			rate[name] = append(rate[name], perSecond(hits, func() { k.storm(b, hits) }))
			lost = append(lost, name+"\t"+k.killed(b))
		}
	}
	table("pictures and links followed", "hits/s", "net/http", rate)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nkilled at a random moment\tanswered\ton record\tin flight at most\tdigested after")
	for _, l := range lost {
		fmt.Fprintln(w, l)
	}
	_ = w.Flush()
}

// tracked is an instance whose letters have arrived.
type tracked struct {
	p        *program.Program
	paths    []string
	client   *program.Client
	campaign string
	known    int64 // hits on record
}

func prepareTracked(b *testing.B, database string) *tracked {
	b.Helper()
	sink := program.StartSink(b, true)
	p := program.New(b, program.Settings{"database": database, "dns.allow_private": "true"})
	p.Start(b)
	k := &tracked{p: p}
	k.paths, k.client, k.campaign = p.TrackedPaths(b, sink, readers)
	return k
}

func (k *tracked) host() string { return strings.TrimPrefix(k.p.URL, "http://") }

// storm has n hits answered.
func (k *tracked) storm(b *testing.B, n int64) {
	b.Helper()
	s := program.Storm{Host: k.host(), Paths: k.paths, Conns: keptOpen}
	require.NoError(b, s.Run(b.Context(), n))
	require.Zero(b, s.Odd.Load())
	k.known += s.Answered.Load()
}

// killed kills the program in the middle of a storm, compares what was answered with what is on record, and starts it again.
func (k *tracked) killed(b *testing.B) string {
	b.Helper()
	s := program.Storm{Host: k.host(), Paths: k.paths, Conns: keptOpen}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(b.Context(), 100*hits) }()
	ctx, cancel := context.WithTimeout(b.Context(), calmBefore+time.Duration(rand.Int64N(int64(2*time.Second))))
	defer cancel()
	<-ctx.Done()
	k.p.Kill()
	require.NoError(b, <-ended)
	started := time.Now()
	k.p.Start(b)
	answered, asked := s.Answered.Load(), s.Asked.Load()
	took := k.settled(b, k.known+answered, started)
	recorded := k.client.Hits(b, k.campaign) - k.known
	require.GreaterOrEqual(b, recorded, answered, "an answered hit is lost")
	require.LessOrEqual(b, recorded, asked, "a hit is on record twice")
	k.known += recorded
	return fmt.Sprintf("%d\t%d\t%d\t%s", answered, recorded, asked-answered, took)
}

// settled waits until the report has so many hits and grows no more, and returns how long after the start it had them.
func (k *tracked) settled(b *testing.B, atLeast int64, started time.Time) (took time.Duration) {
	b.Helper()
	before := int64(-1)
	require.Eventually(b, func() bool {
		n := k.client.Hits(b, k.campaign)
		if n >= atLeast && took == 0 {
			took = time.Since(started).Round(100 * time.Millisecond)
		}
		still := n == before
		before = n
		return still && n >= atLeast
	}, 5*time.Minute, longerThanDigest, "at least %d hits were answered", atLeast)
	return took
}

// startPlain runs a server that answers with a picture and does nothing else.
func startPlain(b *testing.B) string {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/gif")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(make([]byte, 43))
	})}
	go func() { _ = s.Serve(ln) }()
	b.Cleanup(func() { _ = s.Close() })
	return ln.Addr().String()
}
