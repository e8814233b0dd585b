package delivery

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/errs"
)

// shot is one message on its way through Guard, Render and Send.
type shot struct {
	part   *Part
	single *single // nil for a message of a campaign
	row    row     // as it will be recorded; State and Reason as they were until settled
	was    *row    // the row as it was claimed; nil for a first attempt of a campaign
	rcpt   contact.Recipient

	settled  bool // an outcome stands without sending
	verdict  channel.Verdict
	phase    atomic.Int32
	recorded chan struct{} // closed when the window that gave it up as late is on record
	late     func(*shot)
	purse    *purse // what it is in flight by
}

// Phases of a shot that was started. Whoever moves it from flying decides who records it.
const (
	flying  int32 = iota
	landed        // finished in time: its window records it
	overdue       // its window was recorded without it
)

// settle gives a shot its outcome without sending it.
func (x *shot) settle(s State, reason, detail string) {
	x.settled = true
	x.row.State, x.row.Reason, x.row.Detail = s, reason, detail
}

// expire settles a shot that is too late: one that was tried has failed, one that was not has expired.
func (x *shot) expire(reason string) {
	if reason == ReasonExpired {
		x.row.Cause = x.row.Reason // of the last attempt, if there was one
	}
	if x.row.Attempts > 1 && reason == ReasonExpired {
		x.settle(Failed, reason, x.row.Detail)
		return
	}
	x.settle(Expired, reason, x.row.Detail)
}

// guarded tells when the guard was read: stops after asked may be missing from the answer, which came at came.
type guarded struct{ asked, came time.Time }

// old tells whether the guard must be read again before a send. The age counts from the answer: counted from the question,
// an answer that took longer than guardAge would never do, and every message would have all that follow it read again.
func (g guarded) old() bool { return time.Since(g.came) > guardAge }

// guard reads consent, stop-list and addresses of the shots that are not settled (AUD-1), and settles those that may
// not be sent.
func (l *lane) guard(ctx context.Context, shots []*shot) (guarded, error) {
	g := guarded{asked: time.Now()}
	var keys []contact.ConsentKey
	groups := make(map[contact.ConsentKey][]*shot)
	for _, x := range shots {
		if x.settled {
			continue
		}
		k := x.part.key(l.sender.Kind)
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], x)
	}
	for _, k := range keys {
		if err := l.s.guardGroup(ctx, k, groups[k]); err != nil {
			return g, err
		}
	}
	g.came = time.Now()
	return g, nil
}

// guardGroup is guard for shots of one account that need the same consent.
func (s *Service) guardGroup(ctx context.Context, key contact.ConsentKey, group []*shot) error {
	ids := make([]contact.ID, len(group))
	for i, x := range group {
		ids[i] = x.row.Contact
	}
	found, err := contact.GuardRows(ctx, s.db, group[0].part.Tenant, key, ids)
	if err != nil {
		return err
	}
	for i, x := range group {
		x.rcpt = found[i]
		x.row.Domain, x.row.Consent = domainOf(found[i].EmailKey), found[i].Consent
		if r := found[i].Reason; r != contact.Reachable {
			x.settle(Skipped, string(r), found[i].Detail)
		}
	}
	return nil
}

func domainOf(addressKey string) string {
	return addressKey[strings.LastIndexByte(addressKey, '@')+1:]
}

// volley starts the shots in order and returns how many have been started or needed no sending; the rest
// have not been touched. It waits until all have landed, but not for long after the last start: those
// that take longer are left overdue and record themselves through late.
func (l *lane) volley(ctx context.Context, slots chan struct{}, shots []*shot, open func(*shot) bool) (int, error) {
	read, err := l.guard(ctx, shots)
	if err != nil {
		return 0, err
	}
	var flight sync.WaitGroup
	n := 0
	for ; n < len(shots); n++ {
		x := shots[n]
		if x.settled {
			continue
		}
		if read, err = l.ready(ctx, slots, shots[n:], read); err != nil {
			break
		}
		if x.settled || !open(x) {
			<-slots
			if x.settled {
				continue
			}
			break
		}
		flight.Go(func() {
			defer func() { <-slots }()
			x.verdict = l.send(x)
			l.landed(x)
		})
	}
	waitAtMost(&flight, straggleAfter)
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return n, err
}

// ready waits for the turn of shots[0] and looks at consent once more if the answer is old or the contact was
// stopped since. On nil it has taken a slot.
func (l *lane) ready(ctx context.Context, slots chan struct{}, shots []*shot, read guarded) (guarded, error) {
	if err := l.pacer.wait(ctx); err != nil {
		return read, err
	}
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return read, ctx.Err()
	}
	again := shots[:0:0]
	if read.old() {
		again = shots
	} else if l.s.gate.since(shots[0].row.Contact, read.asked) {
		again = shots[:1]
	}
	if len(again) > 0 {
		now, err := l.guard(ctx, again)
		if err != nil {
			<-slots
			return read, err
		}
		if len(again) == len(shots) {
			read = now
		}
	}
	if !l.mayStart() || ctx.Err() != nil {
		<-slots
		return read, context.Canceled
	}
	return read, nil
}

// landed hands a finished shot to its window, or records it alone when that has not waited for it.
func (l *lane) landed(x *shot) {
	if x.phase.CompareAndSwap(flying, landed) {
		return
	}
	<-x.recorded
	x.late(x)
}

// gather gives the shots of a window their outcomes. Those still flying stay in flight; they are recorded later, and their
// number is returned: each gives its place in the budget back by itself.
func (l *lane) gather(shots []*shot, now time.Time) (late int) {
	for _, x := range shots {
		switch {
		case x.settled:
			x.row.Due, x.row.Lane = time.Time{}, 0
			x.row.charge(x.row.Attempts - 1) // it was not tried
		case x.phase.CompareAndSwap(flying, overdue):
			l.late.Add(1)
			late++
			x.row.State, x.row.Due, x.row.Lane = InFlight, now.Add(l.s.lease), l.id
		default:
			l.rule(x, now)
		}
	}
	return late
}

// rule writes what the verdict means into the row.
func (l *lane) rule(x *shot, now time.Time) {
	out := decide(x.verdict, rule{x.part.Purpose, x.row.Attempts, now, x.part.ExpiresAt})
	x.row.State, x.row.Reason, x.row.Due, x.row.Lane = out.state, out.reason, out.due, l.id
	x.row.charge(out.attempts)
	x.row.Cause = out.cause
	x.row.Detail, x.row.Provider = x.verdict.Detail, x.verdict.Provider
	x.row.suppress = out.suppress
	if out.due.IsZero() {
		x.row.Lane = 0
	}
	if x.verdict.Class == SkipTemplate && x.verdict.Scope == channel.ScopeContent {
		x.row.State = Skipped // it never left the house
	}
}

func waitAtMost(wg *sync.WaitGroup, d time.Duration) {
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-done:
	case <-t.C:
	}
}

// send renders and sends one message. A letter that cannot be rendered is settled by its verdict, not retried.
func (l *lane) send(x *shot) channel.Verdict {
	m, err := l.s.message(l.sending, l.sender, x)
	if errors.Is(err, errTemplate) {
		return channel.Verdict{Outcome: channel.Never, Scope: channel.ScopeContent, Class: SkipTemplate}
	}
	if err != nil {
		if errs.KindOf(err) == errs.Internal && l.sending.Err() == nil {
			l.s.log.Error("render message", "tenant", x.part.Tenant.String(), "part", x.part.ID.String(), "error", err)
		}
		return channel.Verdict{Outcome: channel.Later, Scope: channel.ScopeConfig, Class: ReasonNotRendered, Free: true, After: time.Minute}
	}
	return l.ch.Send(l.sending, m)
}
