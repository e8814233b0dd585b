package email

import (
	"context"
	"slices"
	"time"

	"keruen/internal/id"
	"keruen/internal/mail/smtp"
)

// queue holds the letters that wait for room at a site: those that somebody waits for first (codes, receipts), and the accounts in
// turn among each kind, so that a large campaign of one account does not hold up the letters of another.
type queue struct {
	urgent, rest ring
}

// waiter is a letter in a queue.
type waiter struct {
	tenant    id.Tenant
	urgent    bool
	fits      func(*smtp.Conn) bool
	ready     chan struct{} // room may be there, or displaced is true
	woken     bool
	displaced bool
}

func (q *queue) len() int { return q.urgent.n + q.rest.n }

func (q *queue) of(w *waiter) *ring {
	if w.urgent {
		return &q.urgent
	}
	return &q.rest
}

func (q *queue) push(w *waiter)      { q.of(w).push(w) }
func (q *queue) pushFront(w *waiter) { q.of(w).pushFront(w) }
func (q *queue) remove(w *waiter)    { q.of(w).remove(w) }

// next takes the one whose turn it is; nil when nobody waits.
func (q *queue) next() *waiter {
	if w := q.urgent.next(); w != nil {
		return w
	}
	return q.rest.next()
}

// displace takes out the last letter of the account with most of them waiting, to make room for w: an urgent letter may take
// the room of one that is not; otherwise only an account that has fewer waiting may.
func (q *queue) displace(w *waiter) *waiter {
	if w.urgent && q.rest.n > 0 {
		return q.rest.last(q.rest.longest())
	}
	r := q.of(w)
	t := r.longest()
	if len(r.by[w.tenant])+1 >= len(r.by[t]) {
		return nil
	}
	return r.last(t)
}

// ring is one line for each account, served in turn.
type ring struct {
	turns []id.Tenant
	by    map[id.Tenant][]*waiter
	n     int
}

func (r *ring) push(w *waiter) {
	if r.by == nil {
		r.by = map[id.Tenant][]*waiter{}
	}
	if len(r.by[w.tenant]) == 0 {
		r.turns = append(r.turns, w.tenant)
	}
	r.by[w.tenant] = append(r.by[w.tenant], w)
	r.n++
}

// pushFront gives one its turn again, which it could not use.
func (r *ring) pushFront(w *waiter) {
	r.push(w)
	line := r.by[w.tenant]
	copy(line[1:], line)
	line[0] = w
	i := slices.Index(r.turns, w.tenant)
	r.turns = slices.Insert(slices.Delete(r.turns, i, i+1), 0, w.tenant)
}

func (r *ring) next() *waiter {
	if r.n == 0 {
		return nil
	}
	t := r.turns[0]
	w := r.by[t][0]
	r.remove(w)
	if i := slices.Index(r.turns, t); i >= 0 {
		r.turns = append(slices.Delete(r.turns, i, i+1), t)
	}
	return w
}

func (r *ring) remove(w *waiter) {
	i := slices.Index(r.by[w.tenant], w)
	if i < 0 {
		return
	}
	r.by[w.tenant] = slices.Delete(r.by[w.tenant], i, i+1)
	r.n--
	if len(r.by[w.tenant]) == 0 {
		delete(r.by, w.tenant)
		i := slices.Index(r.turns, w.tenant)
		r.turns = slices.Delete(r.turns, i, i+1)
	}
}

func (r *ring) longest() (most id.Tenant) {
	for _, t := range r.turns {
		if len(r.by[t]) > len(r.by[most]) {
			most = t
		}
	}
	return most
}

func (r *ring) last(t id.Tenant) *waiter {
	line := r.by[t]
	if len(line) == 0 {
		return nil
	}
	w := line[len(line)-1]
	r.remove(w)
	return w
}

// place is what a letter gets at a site.
type place struct {
	link    *link         // nil: open one, unless one of the others says no
	busy    bool          // no room came free
	hold    time.Duration // positive: the site is left alone so long
	hurried bool          // with hold: because it asked us to slow down
}

func (p place) granted() bool { return !p.busy && p.hold <= 0 }

// place finds a letter room at the site, waiting for it for a while.
func (s *site) place(ctx context.Context, w *waiter) (place, error) {
	w.ready = make(chan struct{}, 1)
	p, waits := s.tryNow(w)
	if !waits {
		return p, nil
	}
	t := time.NewTimer(slotWait)
	defer t.Stop()
	for {
		select {
		case <-w.ready:
			if p, waits := s.tryWoken(w); !waits {
				return p, nil
			}
		case <-ctx.Done():
			s.giveUp(w)
			return place{}, ctx.Err()
		case <-t.C:
			s.giveUp(w)
			return place{busy: true}, nil
		}
	}
}

// tryNow takes room that nobody waits for, or queues.
func (s *site) tryNow(w *waiter) (p place, waits bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting.len() == 0 {
		if l, ok := s.takeLocked(w.fits); ok {
			return place{link: l}, false
		}
	}
	if s.waiting.len() >= s.mostLocked()*lineForEach {
		out := s.waiting.displace(w)
		if out == nil {
			return place{busy: true}, false
		}
		out.displaced = true
		out.wake()
	}
	s.waiting.push(w)
	s.wakeLocked()
	return place{}, true
}

func (s *site) tryWoken(w *waiter) (p place, waits bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.woken = false
	if w.displaced {
		return place{busy: true}, false
	}
	if wait, hurried := s.restLocked(); wait > 0 {
		s.wakeAllLocked()
		return place{hold: wait, hurried: hurried}, false
	}
	l, ok := s.takeLocked(w.fits)
	if !ok {
		s.waiting.pushFront(w)
		return place{}, true
	}
	s.wakeLocked()
	return place{link: l}, false
}

// giveUp leaves the line; a call that was not answered goes to the next.
func (s *site) giveUp(w *waiter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting.remove(w)
	if w.woken {
		s.wakeLocked()
	}
}

// wakeLocked calls the next letter when there may be room for it. It calls the one after in its turn.
func (s *site) wakeLocked() {
	if s.waiting.len() == 0 || !s.roomLocked() {
		return
	}
	s.waiting.next().wake()
}

// wakeAllLocked lets all that wait see that the site is left alone.
func (s *site) wakeAllLocked() {
	for w := s.waiting.next(); w != nil; w = s.waiting.next() {
		w.wake()
	}
}

func (s *site) roomLocked() bool {
	return s.mayOpenLocked() || slices.ContainsFunc(s.links, func(l *link) bool {
		return !s.spentLocked(l) && l.load < l.conn.Depth()
	})
}

func (w *waiter) wake() {
	w.woken = true
	w.ready <- struct{}{}
}
