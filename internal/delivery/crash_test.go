package delivery

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
)

// mortal is a node that can be cut off in the middle of its work: from then on nothing of it reaches the
// database, as after kill -9. (test/crash kills the whole program.)
type mortal struct {
	*Service
	db   *db.DB
	stop context.CancelFunc
	done sync.WaitGroup
}

func (w *world) mortal(url, name string) *mortal { return w.mortalAt(url, name, clock.Real{}) }

// mortalAt is mortal on a clock of its own.
func (w *world) mortalAt(url, name string, c clock.Clock) *mortal {
	d, err := db.Open(context.WithoutCancel(w.t.Context()), db.Config{URL: url, Clock: c, Log: dbtest.Log(w.t)})
	require.NoError(w.t, err)
	m := &mortal{db: d}
	m.Service = New(Config{
		DB: d, Clock: c, Log: dbtest.Log(w.t), Keys: w.keys, Events: w.bus, Contacts: w.contacts, Content: w.content,
		Senders: channel.NewService(d, w.keys), Accounts: oneAccount{}, Channels: []channel.Channel{w.mailer}, BaseURL: "https://k.test",
		Node: name, Lease: 600 * time.Millisecond,
	})
	var ctx context.Context
	ctx, m.stop = context.WithCancel(context.WithoutCancel(w.t.Context()))
	m.done.Go(func() { _ = m.Run(ctx) })
	return m
}

func (m *mortal) kill() {
	_ = m.db.Close()
	m.stop()
	m.done.Wait()
}

const crashKills = 6

// MSG-4: the crash rules of the ledger.
func TestAfterCrashesEverybodyIsAccountedFor(t *testing.T) {
	t.Parallel()
	for name, address := range dbtest.Addresses {
		for _, purpose := range []channel.Purpose{channel.Advertising, channel.Transactional} {
			t.Run(fmt.Sprintf("%s %s", name, purpose), func(t *testing.T) {
				t.Parallel()
				crash(t, address(t), purpose)
			})
		}
	}
}

func crash(t *testing.T, url string, purpose channel.Purpose) {
	const total, window = 6000, 100
	w := newWorld(t, dbtest.Open(t, url, clock.Real{}), clock.Real{})
	w.mailer.Bounds = channel.Limits{Concurrency: 10}
	var sent atomic.Int64
	w.mailer.Answer = func(m channel.Message) channel.Verdict {
		if n := sent.Add(1); n%50 == 0 && m.Attempt == 1 {
			return channel.Verdict{Outcome: channel.Later, Class: "greylisted", After: time.Millisecond}
		}
		return channel.Took("")
	}
	p := w.part(purpose, w.people(total))
	for k := range crashKills {
		m := w.mortal(url, fmt.Sprintf("node%d", k))
		until := len(w.mailer.Seen()) + 1 + rand.IntN(total/crashKills/2)
		require.NoError(t, w.mailer.Wait(t.Context(), until))
		m.kill()
	}
	last := w.mortal(url, "last")
	defer last.kill()
	c := w.finished(p)

	require.Equal(t, int64(total), c.Total)
	require.Equal(t, int64(total), c.Accepted+c.Unknown)
	rows := w.ledger(p)
	require.Equal(t, map[State]int64{Accepted: c.Accepted, Unknown: c.Unknown}, nonZero(rows), "the figures are those of the rows")
	got, again := w.received(p), 0
	unknown := w.unknown(p)
	for seq := int32(1); seq <= total; seq++ {
		if got[seq] == 0 {
			require.True(t, unknown[seq], "seq %d was neither sent nor named", seq)
		}
		if got[seq] > 1 {
			again++
		}
	}
	bound := crashKills * maxUncertain
	require.LessOrEqual(t, len(unknown), bound)
	if purpose == channel.Transactional {
		require.Empty(t, unknown)
		require.LessOrEqual(t, again, bound+total/50)
	}
}

func nonZero(m map[State]int64) map[State]int64 {
	out := make(map[State]int64)
	for _, s := range []State{Accepted, Unknown} {
		out[s] = m[s]
	}
	for s, n := range m {
		out[s] = n
	}
	return out
}

func (w *world) unknown(p Part) map[int32]bool {
	seqs, err := db.All[int32](w.t.Context(), w.db, `SELECT seq FROM delivery WHERE part_id = ? AND state = 6`, p.ID)
	require.NoError(w.t, err)
	out := make(map[int32]bool)
	for _, s := range seqs {
		out[s] = true
	}
	return out
}
