package delivery

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
)

// openPart is a part that a lane sends from at the moment, with the chunks it has in hand.
type openPart struct {
	id     PartID
	now    atomic.Pointer[Part] // as it was read last; what it points to never changes
	ctx    context.Context      // ends when the part is paused, cancelled or done, and with the lane
	cancel context.CancelFunc
	closed bool
	held   []*chunk     // in hand, between two windows; done == intent in each
	inHand map[int]bool // numbers of chunks in hand, held or being sent
	turn   int64        // when it was served last
	rested time.Time    // a slowed part is not served before
}

func newOpenPart(ctx context.Context, p Part) *openPart {
	o := &openPart{id: p.ID, inHand: make(map[int]bool)}
	o.ctx, o.cancel = context.WithCancel(ctx)
	o.set(p)
	return o
}

// set takes the newest state of the part, which is open.
func (o *openPart) set(p Part) { o.now.Store(&p) }

func (o *openPart) part() *Part { return o.now.Load() }

func (o *openPart) close() {
	o.closed = true
	o.cancel()
}

// slowed tells whether a guard has halved the pace of the part.
func (o *openPart) slowed() bool { return findingOf(o.part().Guard).Level == GuardSlow }

// busy tells whether a stream is sending from the part.
func (o *openPart) busy() bool { return len(o.inHand) > len(o.held) }

// candidates is how many chunk numbers are read to find one that is not in hand.
const candidates = 2*laneStreams + 2

// pick chooses the next window of the lane: the part that was served longest ago, and in it a chunk in hand or a new
// one, whose first window is size. nil means that there is nothing to send.
func (l *lane) pick(ctx context.Context, size int) (*openPart, *chunk, error) {
	for _, p := range l.inTurn() {
		c, err := l.pickFrom(ctx, p, size)
		if err != nil || c != nil {
			return p, c, err
		}
	}
	return nil, nil, nil
}

// inTurn returns the open parts in the order of their turns. Parts closed and out of hand are forgotten.
func (l *lane) inTurn() []*openPart {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make([]*openPart, 0, len(l.parts))
	for id, p := range l.parts {
		switch {
		case !p.closed && time.Now().Before(p.rested):
		case !p.closed:
			list = append(list, p)
		case len(p.inHand) == 0:
			delete(l.parts, id)
		}
	}
	slices.SortFunc(list, func(a, b *openPart) int {
		return cmp.Or(cmp.Compare(a.turn, b.turn), cmp.Compare(a.id, b.id))
	})
	return list
}

func (l *lane) pickFrom(ctx context.Context, p *openPart, size int) (*chunk, error) {
	if c := l.takeHeld(p); c != nil {
		return c, nil
	}
	numbers, err := freeChunks(ctx, l.s.db, p.id, l.s.clock.Now(), candidates)
	if err != nil {
		return nil, err
	}
	no, ok := l.reserve(p, numbers)
	if !ok {
		if len(numbers) == 0 {
			return nil, l.finish(ctx, p)
		}
		return nil, nil
	}
	c, err := l.claim(ctx, *p.part(), no, size)
	if err != nil {
		l.letGo(p, no)
		if errors.Is(err, errs.ErrNotFound) {
			err = nil // closed by the other stream meanwhile
		}
		return nil, err
	}
	return c, nil
}

func (l *lane) takeHeld(p *openPart) *chunk {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn++
	p.turn = l.turn
	if len(p.held) == 0 {
		return nil
	}
	c := p.held[0]
	p.held = p.held[1:]
	return c
}

func (l *lane) reserve(p *openPart, numbers []int) (int, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, no := range numbers {
		if !p.inHand[no] {
			p.inHand[no] = true
			return no, true
		}
	}
	return 0, false
}

func (l *lane) letGo(p *openPart, no int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(p.inHand, no)
}

// hold keeps a chunk for its part's next turn, or lets it go when it is finished.
func (l *lane) hold(p *openPart, c *chunk) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.Done == c.N {
		delete(p.inHand, c.No)
		return
	}
	p.held = append(p.held, c)
}

// rest keeps a slowed part from being served for as long as its last window took, so that other parts have the lane.
func (l *lane) rest(p *openPart, took time.Duration) {
	if !p.slowed() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	p.rested = time.Now().Add(took)
}

// alone tells whether the part has the lane for itself, so that its next window may be intended at once.
func (l *lane) alone(p *openPart) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range l.parts {
		if o != p && !o.closed {
			return false
		}
	}
	return true
}

// claim takes a chunk with the intent of its first window. What a former owner had intended and not
// recorded is uncertain: it is sent again, or written down as unknown, by the purpose. What is sent again may take several
// windows: the size is what the budget allows.
func (l *lane) claim(ctx context.Context, p Part, no, size int) (*chunk, error) {
	var c chunk
	err := l.s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if err = l.holdTx(ctx, tx); err != nil {
			return err
		}
		if c, err = claimChunk(ctx, tx, p.ID, no); err != nil {
			return err
		}
		if c.ids, err = unpackIDs(c.Packed, c.N); err != nil {
			return err
		}
		if c.Intent > c.Done && !resendUncertain(p.Purpose) {
			if err := l.s.bookUnknownTx(ctx, tx, p, c); err != nil {
				return err
			}
			c.Done = c.Intent
		}
		c.Intent = min(c.N, c.Done+size)
		return saveChunk(ctx, tx, c)
	})
	if err != nil {
		return nil, err
	}
	return &c, nil
}

// putBack gives the chunks in hand up, so that nothing about them is uncertain. It runs when nothing is being sent.
func (l *lane) putBack() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.parts {
		p.cancel()
		p.held = nil
	}
}

// finish marks the part done when everything has an outcome. Called when it has no chunk left to claim.
func (l *lane) finish(ctx context.Context, p *openPart) error {
	l.mu.Lock()
	part := p.part()
	ready := part.Filled && len(p.inHand) == 0 && !p.closed
	l.mu.Unlock()
	if !ready {
		return nil
	}
	c, err := l.s.countPart(ctx, *part)
	if err != nil || c.Settled() < c.Total {
		return err
	}
	return l.s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return l.s.finishIfDoneTx(ctx, tx, part.Tenant, part.ID)
	})
}
