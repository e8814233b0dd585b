package delivery

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
)

func TestOneLaneHasTheBudgetForItself(t *testing.T) {
	t.Parallel()
	b := newBudget(campaignShare, laneStreams)
	p := b.join(1, maxWindow)
	for range laneStreams {
		n, err := p.take(t.Context(), maxWindow)
		require.NoError(t, err)
		require.Equal(t, maxWindow, n)
	}
	require.True(t, p.keeps(maxWindow))
	late := b.join(2, maxWindow)
	n, err := late.take(t.Context(), maxWindow)
	require.NoError(t, err)
	require.Equal(t, campaignShare-laneStreams*maxWindow, n, "there is room for who comes while all is shared out")
	require.False(t, p.keeps(maxWindow), "the first makes room at the end of its window")
}

func TestSlowLanesLeaveTheirShareToTheOthers(t *testing.T) {
	t.Parallel()
	b := newBudget(campaignShare, laneStreams)
	slow, fast := b.join(1, 1), b.join(2, maxWindow)
	require.Equal(t, 1, slow.window())
	require.Equal(t, maxWindow-1, fast.window())
}

func TestALaneThatGivesUpWaitingLosesNothingOfTheBudget(t *testing.T) {
	t.Parallel()
	b := newBudget(campaignShare, laneStreams)
	p := b.join(1, maxWindow)
	for range laneStreams {
		_, err := p.take(t.Context(), maxWindow)
		require.NoError(t, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.take(gone, maxWindow)
	require.ErrorIs(t, err, context.Canceled)
	p.give(laneStreams * maxWindow)
	p.leave()
	require.Equal(t, b.total, b.free)
	require.Empty(t, b.queue)
}

// Many lanes, each greedy: the sum holds, everybody is served, and nobody is left waiting.
func TestTheBudgetHoldsOverManyLanesAndServesEachOfThem(t *testing.T) {
	t.Parallel()
	const lanes, turns = 150, 40
	b := newBudget(campaignShare, laneStreams)
	var held, most atomic.Int64
	var all sync.WaitGroup
	for k := range lanes {
		p := b.join(channel.SenderID(k+1), 1+rand.IntN(maxWindow))
		for range laneStreams {
			all.Go(func() {
				for range turns {
					n, err := p.take(t.Context(), maxWindow)
					if err != nil || n < 1 {
						t.Errorf("took %d: %v", n, err)
						return
					}
					for now := held.Add(int64(n)); ; {
						if old := most.Load(); now <= old || most.CompareAndSwap(old, now) {
							break
						}
					}
					held.Add(int64(-n))
					p.give(n)
				}
			})
		}
	}
	all.Wait()
	require.LessOrEqual(t, most.Load(), int64(campaignShare))
	require.Equal(t, campaignShare, b.free)
	require.Empty(t, b.queue)
}

// MSG-4: at most 500 messages of a process are uncertain after a crash, however many lanes it runs.
func TestACrashOfManyLanesLeavesNoMoreUncertainThanOne(t *testing.T) {
	t.Parallel()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			crashOfManyLanes(t, address(t))
		})
	}
}

func crashOfManyLanes(t *testing.T, url string) {
	const lanes, people = 15, 300
	w := newWorld(t, dbtest.Open(t, url, clock.Real{}), clock.Real{})
	w.mailer.Bounds = channel.Limits{Concurrency: 100}
	hold := make(chan struct{})
	var slow atomic.Bool
	slow.Store(true)
	w.mailer.Answer = func(channel.Message) channel.Verdict {
		if slow.Load() {
			<-hold // servers that do not answer: all that may be in flight is
		}
		return channel.Took("")
	}
	ids := w.people(people)
	var parts []Part
	for k := range lanes {
		snd, err := w.senders.Create(t.Context(), w.who, channel.NewSender{Kind: channel.Email, Name: "Dala Books", Address: fmt.Sprintf("n%d@dala.test", k)})
		require.NoError(t, err)
		w.sender = snd
		parts = append(parts, w.part(channel.Advertising, ids))
		for range 15 {
			w.submit(Single{Contact: ids[k], Sender: snd.ID, Purpose: channel.Transactional, Letter: plain, Kind: "test"})
		}
	}
	m := w.mortal(url, "first")
	require.NoError(t, w.mailer.Wait(t.Context(), maxUncertain/2))
	_ = m.db.Close() // as kill -9: nothing of it reaches the database any more
	intended := w.one(`SELECT CAST(COALESCE(SUM(intent - done), 0) AS BIGINT) FROM chunk WHERE state < 2`)
	flying := w.one(`SELECT COUNT(*) FROM delivery WHERE state = 1`)
	require.LessOrEqual(t, intended+flying, int64(maxUncertain))
	require.GreaterOrEqual(t, intended+flying, int64(maxUncertain/2), "the lanes were busy")
	lanesBusy := w.one(`SELECT COUNT(DISTINCT part_id) FROM chunk WHERE state < 2 AND intent > done`)
	require.Greater(t, lanesBusy, int64(1))
	slow.Store(false)
	close(hold)
	m.kill()

	last := w.mortal(url, "last")
	defer last.kill()
	var unknown int64
	for _, p := range parts {
		c := w.finished(p)
		require.Equal(t, int64(people), c.Accepted+c.Unknown, "nobody is lost")
		unknown += c.Unknown
		got, named := w.received(p), w.unknown(p)
		for seq := int32(1); seq <= people; seq++ {
			require.True(t, got[seq] > 0 || named[seq], "seq %d was neither sent nor named", seq)
			require.LessOrEqual(t, got[seq], 1, "advertising is never sent twice")
		}
	}
	require.LessOrEqual(t, unknown, int64(maxUncertain))
}

func (w *world) one(query string) int64 {
	n, err := db.One[int64](w.t.Context(), w.db, query)
	require.NoError(w.t, err)
	return n
}
