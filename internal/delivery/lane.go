package delivery

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/errs"
)

// lane is one sender's path, held by this node. It sends from the open parts in turn, and retries and
// single messages beside them in a stream of their own, so that a code never waits behind a campaign.
type lane struct {
	s    *Service
	id   channel.SenderID
	bell *bell

	sender  channel.Sender
	deleted bool // nobody to send from: everything expires
	ch      channel.Channel
	window  int
	pacer   *pacer
	slots   chan struct{} // messages in flight, of campaigns
	express chan struct{} // the same of retries and single messages
	windows *purse        // what may be uncertain, of campaigns
	due     *purse        // the same of retries and single messages

	lease    db.Lease
	had      bool // the lane was ours
	deadline deadline
	ctx      context.Context // ends when nothing more may be started
	stop     context.CancelCauseFunc
	sending  context.Context // ends when what is in flight must come to an end

	mu    sync.Mutex
	parts map[PartID]*openPart
	turn  int64     // counts served windows, for taking turns
	work  time.Time // last sign of work
	late  sync.WaitGroup
}

// lastSeconds is how long messages in flight may take once their lane must end; then the channel is told to
// give up. It is shorter than what is left of a lost lease.
const lastSeconds = 10 * time.Second

// Why a lane ends; only the last two are worth a line in the log.
var (
	errIdle     = errors.New("the lane has nothing to do")
	errShutdown = errors.New("the program is ending")
	errHeld     = errors.New("the sender is paused")
	errLost     = errors.New("the lease of the lane was lost")
)

func newLane(s *Service, id channel.SenderID) *lane {
	return &lane{s: s, id: id, bell: newBell(), parts: make(map[PartID]*openPart), work: time.Now()}
}

// run takes the lane, sends until there is nothing to do or it must stop, and gives the lane up once
// everything in flight is on record.
func (l *lane) run(ctx context.Context) error {
	if err := l.load(ctx); err != nil {
		return quiet(err)
	}
	if err := l.acquire(ctx); err != nil {
		return quiet(err)
	}
	l.had = true
	l.ctx, l.stop = context.WithCancelCause(context.WithoutCancel(ctx))
	unhook := context.AfterFunc(ctx, func() { l.stop(errShutdown) })
	defer unhook()
	sending, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	l.sending = sending
	l.windows, l.due = l.s.campaigns.join(l.id, l.window), l.s.express.join(l.id, l.window)
	defer l.windows.leave()
	defer l.due.leave()
	context.AfterFunc(l.ctx, func() { time.AfterFunc(min(lastSeconds, l.s.lease/leaseMargin), cut) })
	var streams sync.WaitGroup
	streams.Go(func() { l.loop(l.sendDue) })
	for range laneStreams {
		streams.Go(func() { l.loop(l.sendPart) })
	}
	l.watch()
	streams.Wait()
	l.late.Wait()
	l.putBack()
	l.release()
	return quiet(context.Cause(l.ctx))
}

// quiet drops the errors that are no news.
func quiet(err error) error {
	for _, usual := range []error{errIdle, errShutdown, errHeld, db.ErrLeaseTaken, context.Canceled} {
		if errors.Is(err, usual) {
			return nil
		}
	}
	return err
}

// load reads the sender and sets the lane's measures.
func (l *lane) load(ctx context.Context) error {
	snd, err := l.s.senders.Load(ctx, l.id)
	if errors.Is(err, errs.ErrNotFound) {
		l.deleted = true
	} else if err != nil {
		return fmt.Errorf("load sender: %w", err)
	}
	if snd.Paused {
		return errHeld
	}
	l.sender, l.ch = snd, l.s.channels[snd.Kind]
	if l.ch == nil && !l.deleted {
		return fmt.Errorf("channel %q does not run here", snd.Kind)
	}
	limits := channel.Limits{Concurrency: defaultConcurrency}
	if t, ok := l.ch.(channel.Tuner); ok {
		limits = t.Limits(snd)
	}
	if limits.Concurrency <= 0 {
		limits.Concurrency = defaultConcurrency
	}
	l.window, l.pacer = windowOf(limits.PerSecond), newPacer(limits.PerSecond)
	l.slots = make(chan struct{}, limits.Concurrency)
	l.express = make(chan struct{}, max(2, limits.Concurrency/2))
	return nil
}

func (l *lane) leaseName() string { return "lane:" + l.id.String() }

// acquire takes the lease and settles what its last owner left in flight.
func (l *lane) acquire(ctx context.Context) error {
	asked := time.Now()
	err := l.s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		l.lease, err = db.AcquireLease(ctx, tx, l.leaseName(), l.s.node, l.s.lease)
		return err
	})
	if err != nil {
		return err
	}
	l.deadline.set(asked.Add(l.s.lease - l.s.lease/leaseMargin))
	return l.settleAbandoned(ctx)
}

// renew prolongs the lease; the deadline counts from before the question was asked.
func (l *lane) renew() error {
	asked := time.Now()
	err := l.s.db.InTx(context.WithoutCancel(l.ctx), func(ctx context.Context, tx *db.Tx) (err error) {
		_, err = db.RenewLease(ctx, tx, l.lease, l.s.lease)
		return err
	})
	if err == nil {
		l.deadline.set(asked.Add(l.s.lease - l.s.lease/leaseMargin))
	}
	return err
}

// holdTx makes sure that the lane is still ours before something new is taken in hand: somebody whose lease was taken over, because his clock
// or the other's is wrong, must not take chunks from the new owner.
func (l *lane) holdTx(ctx context.Context, tx *db.Tx) error {
	err := db.HoldLease(ctx, tx, l.lease)
	if errors.Is(err, db.ErrLeaseTaken) {
		l.stop(errLost)
	}
	return err
}

func (l *lane) release() {
	ctx, cancel := context.WithTimeout(context.Background(), l.s.lease)
	defer cancel()
	err := l.s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return db.ReleaseLease(ctx, tx, l.lease) })
	if err != nil {
		l.s.log.Warn("release lane", "sender", l.id.String(), "error", err)
	}
}

// deadline is the moment, by the machine's monotonic clock, after which nothing may be started.
type deadline struct {
	mu sync.Mutex
	at time.Time
}

func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = t
}

func (d *deadline) passed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !time.Now().Before(d.at)
}

// watch keeps the lease, sees pauses and new parts, and ends the lane when it must or may. It runs at
// every poll and whenever something of this lane changed in this process.
func (l *lane) watch() {
	poll := time.NewTicker(min(pollEvery, l.s.lease/10))
	defer poll.Stop()
	renewed := time.Now()
	for l.ctx.Err() == nil {
		rung := l.bell.wait()
		if err := l.refresh(); err != nil {
			l.s.log.Warn("refresh lane", "sender", l.id.String(), "error", err)
		}
		if time.Since(renewed) > l.s.lease/leaseMargin/2 {
			if err := l.renew(); errors.Is(err, db.ErrLeaseTaken) {
				l.stop(errLost)
			} else if err == nil {
				renewed = time.Now()
			}
		}
		if l.deadline.passed() {
			l.stop(errLost)
		}
		if l.idle() {
			l.stop(errIdle)
		}
		select {
		case <-l.ctx.Done():
		case <-rung:
		case <-poll.C:
		}
	}
}

// refresh reads the sender and the open parts.
func (l *lane) refresh() error {
	snd, err := l.s.senders.Load(l.ctx, l.id)
	switch {
	case errors.Is(err, errs.ErrNotFound) != l.deleted || err == nil && snd.Version != l.sender.Version:
		l.stop(errHeld) // changed: start afresh with the new settings, if it is not paused
		return nil
	case err != nil && !l.deleted:
		return err
	}
	list, err := openParts(l.ctx, l.s.db, l.id, l.s.clock.Now())
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	open := make(map[PartID]bool, len(list))
	for _, p := range list {
		open[p.ID] = true
		if have := l.parts[p.ID]; have != nil {
			have.set(p)
			continue
		}
		l.parts[p.ID] = newOpenPart(l.ctx, p)
	}
	for id, p := range l.parts {
		if !open[id] && !p.closed {
			p.close()
		}
	}
	return nil
}

// idle tells whether the lane may be given up: no open part and no work for a while.
func (l *lane) idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.parts {
		if !p.closed || p.busy() {
			return false
		}
	}
	return time.Since(l.work) > laneIdle
}

func (l *lane) worked() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.work = time.Now()
}

// retryAfter is the pause of a stream after an error, so that a database that is away is not hammered.
const retryAfter = time.Second

// loop repeats a step until the lane ends, and waits when there was nothing to do.
func (l *lane) loop(step func(context.Context) (worked bool, err error)) {
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for l.ctx.Err() == nil {
		rung := l.bell.wait()
		worked, err := step(l.ctx)
		if worked {
			l.worked()
			continue
		}
		pause := poll.C
		if err != nil && l.ctx.Err() == nil {
			l.s.log.Warn("send", "sender", l.id.String(), "error", err)
			rung, pause = nil, time.After(retryAfter)
		}
		select {
		case <-l.ctx.Done():
		case <-rung:
		case <-pause:
		}
	}
}

// mayStart tells whether a message may be started now. It is asked before every send.
func (l *lane) mayStart() bool { return l.ctx.Err() == nil && !l.deadline.passed() }
