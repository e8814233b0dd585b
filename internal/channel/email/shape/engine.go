package shape

import (
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"keruen/internal/clock"
	"keruen/internal/db"
)

// lookAgain bounds a wait that may end early: an operator resumes, a list lets go.
const lookAgain = 5 * time.Minute

// mostPaths bounds what is remembered; paths that have been silent longest are forgotten first.
const mostPaths = 20_000

// Engine is the Shaper of a program that has rules. Make it by New, let Run keep it in step with the database.
type Engine struct {
	rules *Rules
	clock clock.Clock
	db    *db.DB
	log   *slog.Logger
	node  string

	mu      sync.RWMutex
	paths   map[place]*path
	kept    map[place]memory    // of paths that were not used since the start
	holds   map[place]Hold      // of operators
	listed  map[place]Hold      // of the watch over block lists
	unsaved map[place]Hold      // listed, not yet written
	seen    map[place]time.Time // when the last word of an operator was said
}

var _ Shaper = (*Engine)(nil)

// place is what a path is known by: the provider if there is one, else the site. An empty target is the whole address.
type place struct {
	source netip.Addr
	target string
}

// providerMark tells providers from sites in a target.
const providerMark = "provider:"

func placeOf(p Path) place {
	if p.Provider != "" {
		return place{p.Source, providerMark + p.Provider}
	}
	return place{p.Source, p.Site}
}

func (p place) path() Path {
	if name, ok := strings.CutPrefix(p.target, providerMark); ok {
		return Path{Source: p.source, Provider: name}
	}
	return Path{Source: p.source, Site: p.target}
}

// Parts are what an engine is built of. Node names the machine: paths without an address of their own are kept by it.
type Parts struct {
	Rules *Rules
	Clock clock.Clock
	DB    *db.DB
	Log   *slog.Logger
	Node  string
}

// New makes an engine. Call Load before the first letter leaves.
func New(p Parts) *Engine {
	return &Engine{rules: p.Rules, clock: p.Clock, db: p.DB, log: p.Log, node: p.Node, paths: map[place]*path{}, kept: map[place]memory{},
		holds: map[place]Hold{}, listed: map[place]Hold{}, unsaved: map[place]Hold{}, seen: map[place]time.Time{}}
}

// Provider returns the key of the provider that runs a mail host, "" when none is known.
func (e *Engine) Provider(host string) string { return e.rules.Provider(host) }

// at returns the path, made when it is new.
func (e *Engine) at(key Path) *path {
	w := placeOf(key)
	e.mu.RLock()
	p := e.paths[w]
	e.mu.RUnlock()
	if p != nil {
		return p
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.paths[w]; p != nil {
		return p
	}
	now := e.clock.Now()
	if len(e.paths) >= mostPaths {
		e.forget(now)
	}
	p = newPath(w.path(), e.rules.Rule(key.Provider), e.plan(key.Source), now)
	if m, ok := e.kept[w]; ok {
		p.recall(m, now)
		delete(e.kept, w)
	}
	e.paths[w] = p
	return p
}

func (e *Engine) address(addr netip.Addr) *Address {
	i := slices.IndexFunc(e.rules.Addresses, func(a Address) bool { return a.Addr == addr })
	if i < 0 {
		return nil
	}
	return &e.rules.Addresses[i]
}

func (e *Engine) plan(addr netip.Addr) []int64 {
	if a := e.address(addr); a != nil {
		return e.rules.Plans[a.WarmUp]
	}
	return nil
}

// forget drops the half of the paths that has been silent longest. What they have learned is in the database.
func (e *Engine) forget(now time.Time) {
	type used struct {
		at    place
		since time.Duration
	}
	var all []used
	for w, p := range e.paths {
		p.mu.Lock()
		if !p.dirty && !p.memory.Suspended.holds(now) {
			all = append(all, used{w, now.Sub(p.memory.Used)})
		}
		p.mu.Unlock()
	}
	slices.SortFunc(all, func(a, b used) int { return int(min(max(b.since-a.since, -1), 1)) })
	for _, u := range all[:len(all)/2] {
		delete(e.paths, u.at)
	}
}

// Choose picks the address a letter leaves from. Of the addresses that serve the share the first in the order of the
// domain is taken that has leave; one that is only slow keeps its domains, unless the provider is known not to greylist.
func (e *Engine) Choose(s Share, provider, site, domain string) (Source, time.Duration, Why) {
	if len(e.rules.Addresses) == 0 {
		return Source{}, 0, Free
	}
	all := e.rules.eligible(s, domain)
	if len(all) == 0 {
		return Source{}, lookAgain, NoSource
	}
	spread := e.rules.Rule(provider).Spread
	soonest, because := time.Duration(-1), Free
	for _, a := range all {
		got, wait, why := e.ask(a, s, provider, site, domain)
		if wait == 0 || why == Rate && !spread {
			return got, 0, Free // Take tells how long it is slow
		}
		if soonest < 0 || wait < soonest {
			soonest, because = wait, why
		}
	}
	return Source{}, soonest, because
}

// ask tries one address, and what stands in for it when its day's quota is used up.
func (e *Engine) ask(a *Address, s Share, provider, site, domain string) (Source, time.Duration, Why) {
	wait, why := e.peek(Path{a.Addr, site, provider})
	if why != WarmUp || a.Overflow == "" {
		return a.source(), wait, why
	}
	for _, other := range e.rules.warm(a.Overflow, s, domain) {
		if w, _ := e.peek(Path{other.Addr, site, provider}); w == 0 {
			return other.source(), 0, Free
		}
	}
	return a.source(), wait, why
}

func (e *Engine) peek(key Path) (time.Duration, Why) {
	now := e.clock.Now()
	if wait, why := e.held(key, now); wait > 0 {
		return wait, why
	}
	return e.at(key).wait(now)
}

// Take asks leave for one letter now.
func (e *Engine) Take(key Path) (time.Duration, Why) {
	now := e.clock.Now()
	if wait, why := e.held(key, now); wait > 0 {
		return wait, why
	}
	return e.at(key).take(now)
}

// Note tells what came of an attempt.
func (e *Engine) Note(key Path, o Outcome) { e.at(key).note(o, e.clock.Now()) }

// Limits tells how many connections a path may have, and what makes it no more.
func (e *Engine) Limits(key Path) Limits { return e.at(key).limits(e.clock.Now()) }

func (p *path) limits(now time.Time) Limits {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bounds(now)
}

func (p *path) bounds(now time.Time) Limits {
	l := Limits{Connections: p.connections(now), PerConnection: p.perConnection(now), PerSecond: p.rate(now),
		ConnectsPerMinute: p.rule.ConnectsPerMinute, Bound: p.rule.Key}
	m := &p.memory
	switch {
	case p.warm != nil && !p.warm.warm():
		l.Bound = string(WarmUp)
	case m.RateCap.holds(now):
		l.Bound = m.RateCap.Reason
	case m.Conns.holds(now):
		l.Bound = m.Conns.Reason
	case m.Rate != p.rule.PerSecond:
		l.Bound = "learned"
	}
	return l
}

// Explain tells how a path stands, for people.
func (e *Engine) Explain(key Path) State {
	now := e.clock.Now()
	s := e.at(key).state(now)
	if h, ok := e.hold(key, now); ok {
		s.Why, s.Until, s.Reason = h.Why, h.Until, h.Reason
	}
	if a := e.address(key.Source); a != nil {
		s.Pool = a.Pool
	}
	return s
}

func (p *path) state(now time.Time) State {
	p.mu.Lock()
	defer p.mu.Unlock()
	wait, why := p.waits(now)
	m := &p.memory
	s := State{Path: p.key, Limits: p.bounds(now), Ceiling: p.rule.Ceiling, PerSecond: p.speed(now), Why: why,
		Answer: m.Answer, AnswerAt: m.AnswerAt, Sent: m.Day.Sent, Deferred: m.Day.Deferred}
	switch why {
	case Suspended:
		s.Until, s.Reason = m.Suspended.Until, m.Suspended.Reason
	case WarmUp:
		s.Until = now.Add(wait)
	case Rate:
		s.Why = Free // a rate that is used is no trouble
		if m.RateCap.holds(now) {
			s.Why, s.Until, s.Reason = Rate, m.RateCap.Until, m.RateCap.Reason
		}
	}
	if p.warm != nil && !p.warm.warm() {
		s.WarmUp = &Quota{Step: p.warm.Step + 1, Steps: len(p.warm.plan), Sent: m.Day.Sent, Limit: p.warm.limit()}
	}
	return s
}

// speed is letters a second over about the last minute.
func (p *path) speed(now time.Time) float64 {
	passed := now.Sub(p.count.since).Seconds()
	share := passed / window.Seconds()
	return p.previous*(1-share) + float64(p.count.taken)/window.Seconds()
}
