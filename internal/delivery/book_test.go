package delivery

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
)

// stormOf makes n openings and clicks of a part's recipients, as they come in a storm.
func (w *world) stormOf(p Part, people, n int) []hit {
	list := make([]hit, n)
	for i := range list {
		kind, link := Opened, noLink
		if i%3 > 0 {
			kind, link = Clicked, i%3-1
		}
		r := channel.Ref{Part: int64(p.ID), Seq: int32(i/3%people) + 1}
		list[i] = w.newHit(p.Tenant, r, kind, link, Visit{Method: "GET", UserAgent: browser, IP: fmt.Sprintf("203.0.113.%d", i%250)})
	}
	return list
}

func (w *world) write(list []hit) {
	w.tx(func(ctx context.Context, tx *db.Tx) error { return insertHits(ctx, tx, list) })
}

// MSG-4: what a process that died had written down and not judged is found by others, and nothing is counted twice by two of them.
func TestHitsThatWereWrittenDownAreDigestedByWhoeverLivesAndCountedOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const people, hits = 40, 3000
		w := newWorld(t, d, clock.Real{})
		p, _ := w.letters(people)
		w.write(w.stormOf(p, people, hits))
		var both sync.WaitGroup
		for _, s := range []*Service{w.node("a"), w.node("b")} {
			both.Go(func() { require.NoError(t, s.book.digestWaiting(t.Context())) })
		}
		both.Wait()
		c := w.until(p, func(c Counts) bool { return c.Opens+c.Clicks+c.ClicksMachine+c.ClicksUnclear == hits })
		require.Equal(t, int64(hits/3), c.Opens)
		require.Equal(t, int64(people), c.Opened, "each once")
		left, err := db.One[int64](t.Context(), d, `SELECT COUNT(*) FROM delivery_hit`)
		require.NoError(t, err)
		require.Zero(t, left)
	})
}

// MSG-4
func TestAStormIsWrittenDownAndAQuietHitIsCountedAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		p, _ := w.letters(1)
		other := w.node("web") // answers links, and digests nothing
		require.NoError(t, other.book.record(t.Context(), w.stormOf(p, 1, quietHits)))
		before := w.counts(p)
		require.Equal(t, int64(quietHits), before.Opens+before.Clicks+before.ClicksMachine+before.ClicksUnclear)
		require.NoError(t, other.book.record(t.Context(), w.stormOf(p, 1, quietHits+1)))
		require.NoError(t, other.book.record(t.Context(), w.stormOf(p, 1, 1)), "after a storm everything waits in line")
		w.until(p, func(c Counts) bool { return c.Opens+c.Clicks+c.ClicksMachine+c.ClicksUnclear == 2*quietHits+2 })
	})
}

// CMP-11, MSG-11
func TestAnEventKeepsTheNetworkAndNotTheAddress(t *testing.T) {
	for address, want := range map[string]string{
		"203.0.113.77": "203.0.113.0/24", "::ffff:203.0.113.77": "203.0.113.0/24", "2001:db8:1:2::9": "2001:db8:1::/48", "": "", "x": "",
	} {
		require.Equal(t, want, networkOf(address), address)
	}
}

func BenchmarkDigest(b *testing.B) {
	for name, address := range dbtest.Addresses {
		b.Run(name, func(b *testing.B) {
			const people = 1000
			w := newWorld(b, dbtest.Open(b, address(b), clock.Real{}), clock.Real{})
			p := w.part("advertising", w.people(people))
			stop := w.run(w.Service)
			w.finished(p)
			stop()
			for b.Loop() {
				w.write(w.stormOf(p, people, 20*digestHits))
				began := time.Now()
				require.NoError(b, w.book.digestWaiting(b.Context()))
				b.ReportMetric(float64(20*digestHits)/time.Since(began).Seconds(), "hits/s")
			}
		})
	}
}
