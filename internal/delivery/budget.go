package delivery

import (
	"context"
	"slices"
	"sync"

	"keruen/internal/channel"
)

// What a crash of this process leaves uncertain: everything that was committed as "about to be sent" and is not on record. All lanes
// share one allowance of it, however many there are (docs/guarantee.md).
const (
	maxUncertain   = 500                         // messages in flight per process: windows, retries, single messages and stragglers together
	expressShare   = 100                         // of them kept for retries and single messages, so that a code never waits for a campaign
	campaignShare  = maxUncertain - expressShare // of them for windows of campaigns
	newcomersPart  = 8                           // one part in so many is not shared out: a lane that starts finds room at once, also while slow servers hold the rest
	smallestWindow = 5                           // rather than take less, lanes wait for their turn
)

// budget is an allowance of messages in flight that lanes take from before they commit an intent and give back once the outcome
// is on record. A lane's part of it follows from the lanes that are there: none gets more than it can use, and what it leaves
// goes to the others. Who must wait is served in the order of coming. Safe for concurrent use.
type budget struct {
	streams int // of a lane that take at once

	mu    sync.Mutex
	total int
	free  int
	lanes map[channel.SenderID]*purse
	queue []*asking
}

// purse is what one lane has of a budget.
type purse struct {
	b     *budget
	lane  channel.SenderID
	want  int // it can use, with all its streams
	share int // it may hold while others are there
	held  int
}

// asking is a stream that waits.
type asking struct {
	p    *purse
	n    int
	gave chan int
}

func newBudget(total, streams int) *budget {
	return &budget{streams: streams, total: total, free: total, lanes: make(map[channel.SenderID]*purse)}
}

// join makes a lane's purse; window is the most that one of its streams takes at once. The lane leaves with leave.
func (b *budget) join(lane channel.SenderID, window int) *purse {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := &purse{b: b, lane: lane, want: window * b.streams}
	b.lanes[lane] = p
	b.divide()
	return p
}

// leave ends the purse of a lane that has nothing in flight.
func (p *purse) leave() {
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	if p.b.lanes[p.lane] == p {
		delete(p.b.lanes, p.lane)
	}
	p.b.divide()
	p.b.serve()
}

// divide sets the shares: those who want least get it all, and what they leave is divided among the others.
func (b *budget) divide() {
	list := make([]*purse, 0, len(b.lanes))
	for _, p := range b.lanes {
		list = append(list, p)
	}
	slices.SortFunc(list, func(x, y *purse) int { return x.want - y.want })
	rest := b.total - b.total/newcomersPart
	for i, p := range list {
		p.share = min(p.want, max(smallestWindow*b.streams, rest/(len(list)-i)))
		rest = max(0, rest-p.share)
	}
}

// window is how much one stream of the lane may take at once.
func (p *purse) window() int { return max(1, p.share/p.b.streams) }

// take waits until the lane may have up to n messages more in flight, and returns how many: at least one.
func (p *purse) take(ctx context.Context, n int) (int, error) {
	a := &asking{p: p, n: n, gave: make(chan int, 1)}
	p.b.mu.Lock()
	p.b.queue = append(p.b.queue, a)
	p.b.serve()
	p.b.mu.Unlock()
	select {
	case got := <-a.gave:
		return got, nil
	case <-ctx.Done():
	}
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	if i := slices.Index(p.b.queue, a); i >= 0 {
		p.b.queue = slices.Delete(p.b.queue, i, i+1)
		p.b.serve()
		return 0, ctx.Err()
	}
	p.put(<-a.gave) // it came at the same moment
	return 0, ctx.Err()
}

// give returns n messages whose outcome is on record, or that were not sent after all.
func (p *purse) give(n int) {
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	p.put(n)
}

func (p *purse) put(n int) {
	p.held -= n
	p.b.free += n
	p.b.serve()
}

// keeps tells whether a stream that holds n may go on with them: nobody waits, and they are neither too many nor few.
func (p *purse) keeps(n int) bool {
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	w := p.window()
	return n > 0 && len(p.b.queue) == 0 && p.held <= p.share && n <= w && 2*n >= w
}

// serve gives to those who wait, in their order. A lane that has its share is passed over; when nothing worth a
// window is left, everybody waits, so that the first in the queue is not overtaken for ever.
func (b *budget) serve() {
	waiting := b.queue[:0]
	blocked := false
	for _, a := range b.queue {
		n := min(a.n, a.p.window())
		least, left := min(n, smallestWindow), a.p.share-a.p.held
		if left >= least && b.free < least {
			blocked = true
		}
		if blocked || left < least {
			waiting = append(waiting, a)
			continue
		}
		n = min(n, left, b.free)
		a.p.held += n
		b.free -= n
		a.gave <- n
	}
	clear(b.queue[len(waiting):])
	b.queue = waiting
}
