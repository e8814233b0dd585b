package crash

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/db/dbtest"
	"keruen/test/program"
)

const (
	readers     = 200
	stormKills  = 3
	stormOpen   = 128   // connections
	stormHits   = 4_000 // answered before the kill, at the most
	stormNoEnd  = 1 << 40
	letDigested = time.Second + 500*time.Millisecond // hits that a dead process left are found within a second
)

// MSG-4: pictures and links are followed by the thousand when the program is killed; whatever was answered is in the report afterwards, once.
func TestNoOpeningOrClickIsLostThatWasAnsweredBeforeAKill(t *testing.T) {
	for name, database := range map[string]func(testing.TB) string{
		"sqlite":   func(testing.TB) string { return "" },
		"postgres": dbtest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			again(t, func(t *testing.T) { stormed(t, database(t)) })
		})
	}
}

func stormed(t *testing.T, database string) {
	sink := program.StartSink(t, true)
	p := program.New(t, program.Settings{"database": database, "dns.allow_private": "true"})
	p.Start(t)
	paths, c, campaign := p.TrackedPaths(t, sink, readers)
	known := int64(0)
	for range stormKills {
		s := &program.Storm{Host: strings.TrimPrefix(p.URL, "http://"), Paths: paths, Conns: stormOpen}
		ended := make(chan error, 1)
		go func() { ended <- s.Run(t.Context(), stormNoEnd) }()
		until := 1 + rand.Int64N(stormHits)
		require.Eventually(t, func() bool { return s.Answered.Load() >= until }, program.Patience, time.Millisecond)
		p.Kill()
		require.NoError(t, <-ended)
		require.Zero(t, s.Odd.Load())
		p.Start(t)

		before := int64(-1)
		require.Eventually(t, func() bool {
			n := c.Hits(t, campaign)
			still := n == before
			before = n
			return still && n >= known+s.Answered.Load()
		}, program.Patience, letDigested, "%d hits were answered", s.Answered.Load())
		require.LessOrEqual(t, before-known, s.Asked.Load(), "a hit is counted twice")
		known = before
	}
}
