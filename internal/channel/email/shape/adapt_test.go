package shape_test

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel/email/shape"
)

// MSG-4
func TestAPathSendsAtItsRateWithoutBursts(t *testing.T) {
	t.Parallel()
	w := alone(t, steady)
	require.Equal(t, 10, w.pump(toSteady, 0, nobody), "a second's worth may leave at once")
	for range 20 {
		require.InDelta(t, 1, w.pump(toSteady, 100*time.Millisecond, nobody), 1, "the bucket is filled evenly, not by the second")
	}
}

func TestACleanMinuteRaisesTheRateUpToTheCeiling(t *testing.T) {
	t.Parallel()
	w := alone(t, steady)
	w.pump(toSteady, 62*time.Second, accepted)
	require.InDelta(t, 10.5, w.Limits(toSteady).PerSecond, 0.01)
	require.Equal(t, "learned", w.Limits(toSteady).Bound)
	w.pump(toSteady, time.Hour, accepted)
	require.Equal(t, 20.0, w.Limits(toSteady).PerSecond)
}

func TestARateThatIsNotUsedIsNotRaised(t *testing.T) {
	t.Parallel()
	w := alone(t, steady)
	for range 30 {
		w.Take(toSteady)
		w.Note(toSteady, accepted)
		w.now.Advance(time.Minute)
	}
	require.Equal(t, 10.0, w.Limits(toSteady).PerSecond)
}

func TestAMinuteWithTroubleDoesNotRaiseTheRate(t *testing.T) {
	t.Parallel()
	w := alone(t, steady)
	trouble := shape.Outcome{Class: "timeout"}
	for range 700 {
		w.pump(toSteady, 100*time.Millisecond, accepted)
		w.Note(toSteady, trouble)
	}
	require.Equal(t, 10.0, w.Limits(toSteady).PerSecond)
}

func TestAnAnswerToSlowDownHalvesTheRateOnceForLettersThatWereUnderWayTogether(t *testing.T) {
	t.Parallel()
	w := alone(t, steady)
	for range 50 {
		w.Note(toSteady, hurried)
	}
	require.Equal(t, 5.0, w.Limits(toSteady).PerSecond)
	for range 20 {
		w.now.Advance(15 * time.Second)
		w.Note(toSteady, hurried)
	}
	require.InDelta(t, 1.0/60, w.Limits(toSteady).PerSecond, 1e-9, "one letter a minute is the least")
	wait, why := w.Take(toSteady)
	require.Equal(t, shape.Rate, why)
	require.LessOrEqual(t, wait, time.Minute)
}

func TestAPathWithoutARateGetsHalfOfWhatItSentAndIsFreeAgainLater(t *testing.T) {
	t.Parallel()
	w := alone(t, "")
	site := shape.Path{Site: "mx.example.kz"}
	for range 600 {
		w.Take(site)
		w.Note(site, accepted)
		w.now.Advance(100 * time.Millisecond)
	}
	w.Note(site, hurried)
	require.InDelta(t, 5, w.Limits(site).PerSecond, 0.5)
	w.pump(site, 3*time.Hour, accepted)
	require.Zero(t, w.Limits(site).PerSecond)
}

func TestMailboxesThatDoNotExistSayNothingAboutThePath(t *testing.T) {
	t.Parallel()
	w := alone(t, steady)
	w.pump(toSteady, 62*time.Second, nobody)
	require.Greater(t, w.Limits(toSteady).PerSecond, 10.0)
}

func TestTooManyConnectionsLowersTheirNumberForAnHour(t *testing.T) {
	t.Parallel()
	w := alone(t, steady)
	busy := shape.Outcome{Class: "rate_limited", Code: 421, Text: "4.7.0 Too many concurrent connections from your address"}
	w.Note(toSteady, busy)
	l := w.Limits(toSteady)
	require.Equal(t, 4, l.Connections)
	require.Equal(t, "too many connections", l.Bound)
	require.Equal(t, 10.0, l.PerSecond, "our limit was too high, not our rate")
	w.now.Advance(time.Hour + time.Second)
	require.Equal(t, 8, w.Limits(toSteady).Connections)
}

func TestARefusalForReputationSuspendsThePathAndTheEndOfItIsNoStampede(t *testing.T) {
	t.Parallel()
	w := alone(t, steady)
	for range 3 {
		w.Note(toSteady, refused)
	}
	wait, why := w.Take(toSteady)
	require.Equal(t, shape.Suspended, why)
	require.LessOrEqual(t, wait, 5*time.Minute, "an operator may resume, so nobody sleeps through it")
	s := w.Explain(toSteady)
	require.Equal(t, start.Add(90*time.Minute), s.Until)
	require.Equal(t, "refused for reputation", s.Reason)
	require.Equal(t, refused.Text, s.Answer)

	w.now.Advance(90 * time.Minute)
	require.Zero(t, w.pump(toSteady, 0, nobody), "the bucket is empty after a suspension")
	require.InDelta(t, 10, w.pump(toSteady, time.Second, nobody), 1)
}

func TestReactionsCountAnswersWithinAnHour(t *testing.T) {
	t.Parallel()
	w := alone(t, "")
	gmail := shape.Path{Provider: "gmail"}
	unusual := shape.Outcome{Class: "rate_limited", Code: 421, Text: "4.7.28 unusual rate of unsolicited mail"}
	w.Note(gmail, unusual)
	w.now.Advance(61 * time.Minute)
	w.Note(gmail, unusual)
	require.Equal(t, 10.0, w.Limits(gmail).PerSecond)
	w.Note(gmail, unusual)
	require.InDelta(t, 10.0/60, w.Limits(gmail).PerSecond, 1e-9)
	require.Equal(t, "unusual rate", w.Limits(gmail).Bound)
	w.now.Advance(31 * time.Minute)
	require.Equal(t, 10.0, w.Limits(gmail).PerSecond)
}

// Whatever is answered, in whatever order, a path never sends faster than its ceiling and never stops for good.
func TestNoStoryOfAnswersBreaksTheBoundsOfAPath(t *testing.T) {
	t.Parallel()
	answers := []shape.Outcome{accepted, accepted, accepted, hurried, refused, nobody, {Class: "timeout"}, {ConnectFailed: true},
		{Class: "rate_limited", Code: 421, Text: "too many connections"}}
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 1))
		w := alone(t, steady)
		last := w.now.Now()
		for range 300 {
			before := w.now.Now()
			sent := w.pump(toSteady, time.Duration(r.IntN(20_000))*time.Millisecond, answers[r.IntN(len(answers))])
			require.LessOrEqual(t, float64(sent), 20*(w.now.Now().Sub(before).Seconds()+1)+1, "seed %d", seed)
			l := w.Limits(toSteady)
			require.GreaterOrEqual(t, l.PerSecond, 1.0/60-1e-9)
			require.LessOrEqual(t, l.PerSecond, 20.0)
			require.GreaterOrEqual(t, l.Connections, 1)
			require.LessOrEqual(t, l.Connections, 8)
			last = w.now.Now()
		}
		require.False(t, last.IsZero())
		w.now.Advance(3 * time.Hour)
		wait, _ := w.Take(toSteady)
		require.LessOrEqual(t, wait, time.Minute, "seed %d: after silence a letter leaves within a minute", seed)
	}
}

func TestManyMayAskAtOnce(t *testing.T) {
	t.Parallel()
	w := alone(t, steady)
	var all sync.WaitGroup
	var mu sync.Mutex
	left := 0
	for range 16 {
		all.Go(func() {
			for range 200 {
				if wait, _ := w.Take(toSteady); wait == 0 {
					w.Note(toSteady, accepted)
					mu.Lock()
					left++
					mu.Unlock()
				}
				w.Limits(toSteady)
				w.Explain(toSteady)
				w.Choose(advertising(1), "steady", "", "example.kz")
			}
		})
	}
	all.Wait()
	require.Equal(t, 10, left)
	require.EqualValues(t, 10, w.Explain(toSteady).Sent)
}
