package delivery

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
)

// jumpy is the clock of a machine that somebody sets while it runs.
type jumpy struct {
	clock.Real
	off atomic.Int64
}

func (c *jumpy) Now() time.Time       { return c.Real.Now().Add(time.Duration(c.off.Load())) }
func (c *jumpy) jump(d time.Duration) { c.off.Add(int64(d)) }

// jumps end where they began. None leads to before the start of the campaign, at which it would wait for its hour again.
var jumps = []time.Duration{3 * time.Hour, -2 * time.Hour, 26 * time.Hour, -27 * time.Hour}

// MSG-4: the machine's clock is set hours ahead and back in the middle of a campaign. The lane keeps its lease, nobody is left out, and nobody gets two.
func TestAClockThatIsSetAheadAndBackDisturbsNoCampaign(t *testing.T) {
	t.Parallel()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const total = 4000
			url := address(t)
			w := newWorld(t, dbtest.Open(t, url, clock.Real{}), clock.Real{})
			w.mailer.Bounds = channel.Limits{Concurrency: 10}
			p := w.part(channel.Advertising, w.people(total))
			c := &jumpy{}
			m := w.mortalAt(url, "one", c)
			defer m.kill()
			for i, d := range jumps {
				require.NoError(t, w.mailer.Wait(t.Context(), (i+1)*total/(len(jumps)+1)))
				c.jump(d)
			}
			require.Equal(t, int64(total), w.finished(p).Accepted)
			require.Len(t, w.received(p), total)
			for seq, n := range w.received(p) {
				require.Equal(t, 1, n, "seq %d", seq)
			}
		})
	}
}

// MSG-4: a machine whose clock is an hour ahead takes every lease for expired. It takes the lane from one that is alive: what that one had in flight
// is known by name, all others get one letter.
func TestAMachineWithAWrongClockTakesALaneFromOneThatLivesAndNobodyGetsTwoLetters(t *testing.T) {
	t.Parallel()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const total, machines = 6000, 4
			url := address(t)
			w := newWorld(t, dbtest.Open(t, url, clock.Real{}), clock.Real{})
			w.mailer.Bounds = channel.Limits{Concurrency: 10}
			p := w.part(channel.Advertising, w.people(total))
			for i := range machines { // each is an hour ahead of the one before, and none of them stops
				c := &jumpy{}
				c.jump(time.Duration(i) * time.Hour)
				m := w.mortalAt(url, fmt.Sprint("machine ", i), c)
				defer m.kill()
				require.NoError(t, w.mailer.Wait(t.Context(), (i+1)*total/(machines+1)))
			}
			c := w.finished(p)
			require.Equal(t, int64(total), c.Accepted+c.Unknown)
			owners, err := db.One[int64](t.Context(), w.db, `SELECT MAX(token) FROM lease`)
			require.NoError(t, err)
			require.Greater(t, owners, int64(1), "the lane was taken over")
			got, unknown := w.received(p), w.unknown(p)
			require.LessOrEqual(t, len(unknown), (machines-1)*maxUncertain)
			for seq := int32(1); seq <= total; seq++ {
				require.LessOrEqual(t, got[seq], 1, "seq %d", seq)
				require.True(t, got[seq] == 1 || unknown[seq], "seq %d was neither sent nor named", seq)
			}
		})
	}
}
