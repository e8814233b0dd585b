package shape_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel/email/shape"
)

const warming = steady + `
[warm_up.short]
steps = [10, 20, 40]

[[address]]
ip = "192.0.2.1"
helo = "mx1.example.kz"
pool = "fresh"
warm_up = "short"
`

var fresh = shape.Path{Source: ip("192.0.2.1"), Provider: "steady"}

// MSG-4: a new address is warmed up day by day, for each provider.
func TestANewAddressSendsNoMoreThanTheStepOfTheDay(t *testing.T) {
	t.Parallel()
	w := alone(t, warming)
	require.Equal(t, 10, w.pump(fresh, time.Hour, accepted))
	wait, why := w.Take(fresh)
	require.Equal(t, shape.WarmUp, why)
	require.Equal(t, 14*time.Hour, wait, "until midnight in UTC")
	require.Equal(t, &shape.Quota{Step: 1, Steps: 3, Sent: 10, Limit: 10}, w.Explain(fresh).WarmUp)

	other := shape.Path{Source: fresh.Source, Site: "mx.example.kz"}
	wait, _ = w.Take(other)
	require.Zero(t, wait, "other providers have quotas of their own")

	w.now.Advance(wait + 14*time.Hour)
	require.Equal(t, 20, w.pump(fresh, time.Hour, accepted))
	w.now.Advance(24 * time.Hour)
	require.Equal(t, 40, w.pump(fresh, time.Hour, accepted))
	w.now.Advance(24 * time.Hour)
	require.Greater(t, w.pump(fresh, time.Minute, accepted), 100, "the address is warm")
	require.Nil(t, w.Explain(fresh).WarmUp)
}

func TestLettersUnderWayCountAgainstTheQuota(t *testing.T) {
	t.Parallel()
	w := alone(t, warming)
	for range 10 {
		wait, _ := w.Take(fresh)
		require.Zero(t, wait)
	}
	wait, why := w.Take(fresh)
	require.Equal(t, shape.WarmUp, why)
	require.Equal(t, 30*time.Second, wait, "they may come back, so it is worth asking soon")
	w.Note(fresh, nobody)
	w.now.Advance(time.Second)
	wait, _ = w.Take(fresh)
	require.Zero(t, wait)
}

func TestTheGatesHoldOrLowerTheStep(t *testing.T) {
	t.Parallel()
	deferred := shape.Outcome{Class: "greylisted", Code: 450, Text: "come back later"}
	for name, day := range map[string]struct {
		answers map[*shape.Outcome]int
		step    int
	}{
		"a good day":               {map[*shape.Outcome]int{&accepted: 20}, 3},
		"too little to know":       {map[*shape.Outcome]int{&accepted: 5}, 2},
		"many temporary refusals":  {map[*shape.Outcome]int{&accepted: 16, &deferred: 4}, 2},
		"many unknown users":       {map[*shape.Outcome]int{&accepted: 18, &nobody: 2}, 1},
		"refused for the address":  {map[*shape.Outcome]int{&accepted: 19, &refused: 1}, 1},
		"a day without any letter": {nil, 2},
	} {
		w := alone(t, warming)
		w.pump(fresh, time.Hour, accepted)
		w.now.Advance(24 * time.Hour)
		for o, n := range day.answers {
			for range n {
				w.Note(fresh, *o)
			}
		}
		require.Equal(t, 2, w.Explain(fresh).WarmUp.Step, name)
		w.now.Advance(24 * time.Hour)
		require.Equal(t, day.step, w.Explain(fresh).WarmUp.Step, name)
	}
}

func TestAfterAMonthOfSilenceWarmingUpBeginsLower(t *testing.T) {
	t.Parallel()
	w := alone(t, warming)
	for range 3 {
		w.pump(fresh, time.Hour, accepted)
		w.now.Advance(24 * time.Hour)
	}
	require.Nil(t, w.Explain(fresh).WarmUp)
	w.pump(fresh, time.Minute, accepted)
	w.now.Advance(31 * 24 * time.Hour)
	require.NotNil(t, w.Explain(fresh).WarmUp)
}
