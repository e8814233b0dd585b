package delivery

import (
	"context"
	"sync"
	"time"
)

// pacer lets messages of one lane start at an even rate. It measures the machine's time: pacing protects
// real servers, whatever clock the program runs on.
type pacer struct {
	mu   sync.Mutex
	gap  time.Duration // zero: no limit
	next time.Time
}

func newPacer(perSecond float64) *pacer {
	p := &pacer{}
	if perSecond > 0 {
		p.gap = time.Duration(float64(time.Second) / perSecond)
	}
	return p
}

// catchUp is how much of a pause may be made good: short hiccups of the machine do not lower the rate,
// and an idle second does not become a burst.
const catchUp = 20 * time.Millisecond

// wait returns when the next message may start, or the error of ctx. A call that ends by ctx gives its turn up.
func (p *pacer) wait(ctx context.Context) error {
	if p.gap == 0 {
		return ctx.Err()
	}
	p.mu.Lock()
	now := time.Now()
	at := p.next
	if floor := now.Add(-catchUp); at.Before(floor) {
		at = floor
	}
	p.next = at.Add(p.gap)
	p.mu.Unlock()
	d := at.Sub(now)
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// windowOf is how many messages one committed intent covers at most: the windows of a lane together are one second of
// its rate, and no more than campaigns may have in flight (storage.md §4, rule 5). Among other lanes it gets less (budget.go).
func windowOf(perSecond float64) int {
	if perSecond <= 0 || perSecond >= laneStreams*maxWindow {
		return maxWindow
	}
	return max(1, int(perSecond/laneStreams))
}
