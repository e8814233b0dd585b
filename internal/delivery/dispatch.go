package delivery

import (
	"context"
	"sync"
	"time"

	"keruen/internal/channel"
)

// bell wakes everyone who waits. Take the channel before looking for work, so that no ring is missed.
type bell struct {
	mu sync.Mutex
	ch chan struct{}
}

func newBell() *bell { return &bell{ch: make(chan struct{})} }

func (b *bell) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ch
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.ch)
	b.ch = make(chan struct{})
}

// dispatcher finds the lanes that have work and runs those that this node can get.
type dispatcher struct {
	s    *Service
	bell *bell

	mu      sync.Mutex
	lanes   map[channel.SenderID]*lane
	refused map[channel.SenderID]time.Time // not before: another node has it, or its sender is paused
	running sync.WaitGroup
}

// refusedFor is how long a lane that could not be had is left alone.
const refusedFor = time.Second

func newDispatcher(s *Service) *dispatcher {
	return &dispatcher{s: s, bell: newBell(), lanes: make(map[channel.SenderID]*lane), refused: make(map[channel.SenderID]time.Time)}
}

func (d *dispatcher) wake() { d.bell.ring() }

func (d *dispatcher) wakeLane(id channel.SenderID) {
	d.mu.Lock()
	l := d.lanes[id]
	delete(d.refused, id)
	d.mu.Unlock()
	if l != nil {
		l.bell.ring()
	}
	d.bell.ring()
}

// run looks for work until ctx ends, then waits for the lanes to put everything on record. The first
// look takes every lane that has rows waiting: a process that died here may have left some in flight.
func (d *dispatcher) run(ctx context.Context) error {
	defer d.running.Wait()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for first := true; ; first = false {
		rung := d.bell.wait()
		if err := d.look(ctx, first); err != nil && ctx.Err() == nil {
			d.s.log.Warn("look for lanes with work", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-rung:
		case <-poll.C:
		}
	}
}

func (d *dispatcher) look(ctx context.Context, all bool) error {
	now := d.s.clock.Now()
	ids, err := lanesOfParts(ctx, d.s.db, now)
	if err != nil {
		return err
	}
	waiting, err := waitingLanes(ctx, d.s.db)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		if all || !w.Due.After(now) {
			ids = append(ids, w.Lane)
		}
	}
	for _, id := range ids {
		d.start(ctx, id)
	}
	return nil
}

// start runs a lane unless it runs already or was refused a moment ago.
func (d *dispatcher) start(ctx context.Context, id channel.SenderID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lanes[id] != nil || time.Now().Before(d.refused[id]) || ctx.Err() != nil {
		return
	}
	l := newLane(d.s, id)
	d.lanes[id] = l
	d.running.Go(func() {
		err := l.run(ctx)
		if err != nil && ctx.Err() == nil {
			d.s.log.Warn("lane stopped", "sender", id.String(), "error", err)
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.lanes, id)
		if !l.had || err != nil {
			d.refused[id] = time.Now().Add(refusedFor)
		}
	})
}
