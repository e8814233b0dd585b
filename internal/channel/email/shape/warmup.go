package shape

import "time"

// Gates of warming up (reference/email-delivery.md §7).
const (
	enoughVolume = 0.5  // share of the day's quota that must have been sent to earn the next step
	holdDeferred = 0.10 // temporary refusals above it hold the step
	fallUnknown  = 0.02 // unknown users above it take one step back
	restAfter    = 30   // days of silence that cost restSteps
	restSteps    = 3
)

// day counts what came of letters of one path since midnight (UTC).
type day struct {
	Day      int64 `json:"day"` // days since 1970
	Sent     int64 `json:"sent"`
	Deferred int64 `json:"deferred"`
	Blocked  int64 `json:"blocked"` // refused for the reputation of the address
	Unknown  int64 `json:"unknown"` // users that do not exist
}

func dayOf(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// tomorrow is how long the present day (UTC) still lasts.
func tomorrow(now time.Time) time.Duration {
	return now.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now)
}

// next returns the step of the day that follows d, of a plan with so many steps. Steps count from 0; steps itself means warm.
// A day on which the provider refused the address costs two steps, one with many unknown users one; many temporary
// refusals, or too little volume to know, hold the step.
func next(step int, d day, limit int64, steps int) int {
	tried := float64(d.Sent + d.Deferred + d.Blocked + d.Unknown)
	switch {
	case d.Blocked > 0:
		step -= 2
	case float64(d.Unknown) > fallUnknown*tried:
		step--
	case float64(d.Deferred) > holdDeferred*tried, float64(d.Sent) < enoughVolume*float64(limit):
	default:
		step++
	}
	return min(max(step, 0), steps)
}

// rested lowers a step after silence: three steps for each 30 days.
func rested(step int, silent int64) int { return max(step-restSteps*int(silent/restAfter), 0) }

// warming is how far one path of a new address has come.
type warming struct {
	Step int `json:"step"`
	plan []int64
	out  int64 // letters that Take let through and Note has not heard of
}

func (w *warming) limit() int64 { return w.plan[min(w.Step, len(w.plan)-1)] }

// warm tells that the plan is behind us.
func (w *warming) warm() bool { return w.Step >= len(w.plan) }

// roll ends the day of d: the step follows from it, and from the days without a letter since.
func (w *warming) roll(d day, today int64) {
	if w.out = 0; d.Day == 0 {
		return
	}
	if w.Step = rested(w.Step, today-d.Day); !w.warm() {
		w.Step = next(w.Step, d, w.limit(), len(w.plan))
	}
}

// probe is how long a letter waits when the quota may be used up by letters that are still under way.
const probe = 30 * time.Second

func (w *warming) wait(d day, now time.Time) time.Duration {
	switch {
	case w.warm() || d.Sent+w.out < w.limit():
		return 0
	case d.Sent >= w.limit():
		return tomorrow(now)
	}
	return probe
}
