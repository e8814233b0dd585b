package shape

import (
	"net/netip"
	"time"
)

// Hold stops a path, or a whole address when it names no provider and no site.
type Hold struct {
	Source   netip.Addr
	Provider string
	Site     string
	Why      Why       // Paused or Listed; Free says that it was lifted
	Reason   string    // words of the operator, or the name of the list
	Until    time.Time // zero: until it is resumed
	SetAt    time.Time
}

func (h Hold) place() place { return placeOf(Path{h.Source, h.Site, h.Provider}) }

func (h Hold) holds(now time.Time) bool {
	return h.Why != Free && (h.Until.IsZero() || h.Until.After(now))
}

// hold returns what stops a path now: the word of an operator before that of a list, the address before the path.
func (e *Engine) hold(key Path, now time.Time) (Hold, bool) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if len(e.holds) == 0 && len(e.listed) == 0 {
		return Hold{}, false
	}
	for _, w := range []place{{source: key.Source}, placeOf(key)} {
		for _, all := range []map[place]Hold{e.holds, e.listed} {
			if h, ok := all[w]; ok && h.holds(now) {
				return h, true
			}
		}
	}
	return Hold{}, false
}

// held is hold as a wait. It is short, because an operator may resume at any time.
func (e *Engine) held(key Path, now time.Time) (time.Duration, Why) {
	h, ok := e.hold(key, now)
	switch {
	case !ok:
		return 0, Free
	case h.Until.IsZero():
		return lookAgain, h.Why
	}
	return min(h.Until.Sub(now), lookAgain), h.Why
}

// Suspend takes one of our addresses out of rotation until then, because it stands on a block list. A time that has
// passed puts it back. Other machines hear of it with the next round of Run.
func (e *Engine) Suspend(addr netip.Addr, why string, until time.Time) {
	h := Hold{Source: addr, Why: Listed, Reason: why, Until: until, SetAt: e.clock.Now()}
	if !until.After(h.SetAt) {
		h.Why = Free
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.listed[h.place()], e.unsaved[h.place()] = h, h
}

// obey takes over the words that stand in the database. A path that an operator resumed forgets what answers had taught.
func (e *Engine) obey(operator, listed []Hold) {
	var freed []*path
	e.mu.Lock()
	for _, h := range operator {
		w := h.place()
		if last, known := e.seen[w]; known && !h.SetAt.After(last) {
			continue
		}
		e.seen[w], e.holds[w] = h.SetAt, h
		if h.Why == Free {
			freed = append(freed, e.under(w)...)
		}
	}
	for _, h := range listed {
		if old, ok := e.listed[h.place()]; !ok || h.SetAt.After(old.SetAt) {
			e.listed[h.place()] = h
		}
	}
	e.mu.Unlock()
	for _, p := range freed {
		p.resume(e.clock.Now())
	}
}

// under lists the paths of a place: one, or all of an address. The caller holds the lock.
func (e *Engine) under(w place) []*path {
	if w.target != "" {
		if p := e.paths[w]; p != nil {
			return []*path{p}
		}
		return nil
	}
	var all []*path
	for at, p := range e.paths {
		if at.source == w.source {
			all = append(all, p)
		}
	}
	return all
}
