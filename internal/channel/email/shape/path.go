package shape

import (
	"math"
	"sync"
	"time"
)

// How a path adapts (reference/email-delivery.md §7).
const (
	floor      = 1.0 / 60 // letters a second: one a minute is the least
	window     = time.Minute
	cleanShare = 0.95 // of answers without trouble that earn a higher rate
	usedShare  = 0.5  // of the rate that must have been used to earn a higher one
	growth     = 0.05
	halveEvery = 10 * time.Second // answers to letters that were under way together are one complaint
	quietDays  = 3                // a learned rate begins to be forgotten after so many days without a letter
)

// path is one of our addresses and a provider, or a site: how fast it may be used and what is known of it.
type path struct {
	key  Path
	rule *Rule

	mu     sync.Mutex
	memory memory
	warm   *warming // nil: warm
	tokens float64
	filled time.Time // until when tokens are counted

	count    minute    // of the window that runs
	halved   time.Time // when the rate was cut last
	hits     map[int][]time.Time
	previous float64 // letters a second in the window before
	dirty    bool
}

// memory is what a path keeps over a restart.
type memory struct {
	Rate      float64   `json:"rate,omitempty"` // letters a second; 0 = none
	RateCap   bound     `json:"rate_cap,omitzero"`
	Conns     bound     `json:"connections,omitzero"`
	Per       bound     `json:"per_connection,omitzero"`
	Suspended bound     `json:"suspended,omitzero"`
	Answer    string    `json:"answer,omitempty"`
	AnswerAt  time.Time `json:"answer_at,omitzero"`
	Used      time.Time `json:"used,omitzero"`
	Day       day       `json:"day"`
	Warming   warming   `json:"warming"`
}

// bound is a limit that a reaction has set for a time.
type bound struct {
	Value  float64   `json:"value,omitempty"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`
}

func (b bound) holds(now time.Time) bool { return b.Until.After(now) }

// minute counts letters and answers of one window.
type minute struct {
	since           time.Time
	taken, ok, poor int
}

func newPath(key Path, rule *Rule, plan []int64, now time.Time) *path {
	p := &path{key: key, rule: rule, hits: map[int][]time.Time{}, filled: now, count: minute{since: now}}
	p.memory.Rate = rule.PerSecond
	if len(plan) > 0 {
		p.warm = &p.memory.Warming
		p.warm.plan = plan
	}
	p.tokens = p.burst(now)
	return p
}

// recall takes over what was kept. A rate above today's ceiling is cut to it.
func (p *path) recall(m memory, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	plan := p.memory.Warming.plan
	p.memory = m
	p.memory.Warming.plan = plan
	p.memory.Rate = decayed(min(m.Rate, p.rule.Ceiling), p.rule.PerSecond, now.Sub(m.Used))
	p.tokens, p.filled = 0, now
}

// decayed moves a learned rate to where it began: half of the way for each day of silence after the third.
func decayed(rate, start float64, silent time.Duration) float64 {
	days := math.Floor(silent.Hours()/24) - quietDays
	if days <= 0 || rate == start {
		return rate
	}
	if start == 0 {
		return 0 // nobody has asked us to slow down for days
	}
	return start + (rate-start)*math.Pow(0.5, days)
}

// rate is what holds now, in letters a second; 0 = none.
func (p *path) rate(now time.Time) float64 {
	r := p.memory.Rate
	if c := p.memory.RateCap; c.holds(now) && (r == 0 || c.Value < r) {
		r = c.Value
	}
	return r
}

// burst is what may leave at once after a pause: a second's worth.
func (p *path) burst(now time.Time) float64 { return max(p.rate(now), 1) }

// wait tells how long a letter would have to wait, and takes nothing.
func (p *path) wait(now time.Time) (time.Duration, Why) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waits(now)
}

// take is wait for a letter that leaves if it may.
func (p *path) take(now time.Time) (time.Duration, Why) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if d, why := p.waits(now); d > 0 {
		return d, why
	}
	p.tokens--
	p.count.taken++
	p.memory.Used, p.dirty = now, true
	if p.warm != nil {
		p.warm.out++
	}
	return 0, Free
}

func (p *path) waits(now time.Time) (time.Duration, Why) {
	p.turn(now)
	if s := p.memory.Suspended; s.holds(now) {
		return min(s.Until.Sub(now), lookAgain), Suspended
	}
	if p.warm != nil {
		if d := p.warm.wait(p.memory.Day, now); d > 0 {
			return d, WarmUp
		}
	}
	r := p.rate(now)
	if r == 0 {
		p.tokens, p.filled = 1, now
		return 0, Free
	}
	// The bucket is filled by the time that went by, never by whole seconds, so that a hundred a second is no burst of a
	// hundred; and not while the path was silent on purpose, so that a suspension ends without a stampede.
	p.tokens = min(p.tokens+now.Sub(p.filled).Seconds()*r, p.burst(now))
	p.filled = now
	if p.tokens >= 1-1e-9 {
		return 0, Free
	}
	return max(time.Duration((1-p.tokens)/r*float64(time.Second)), time.Millisecond), Rate
}

// turn closes windows and days that have ended.
func (p *path) turn(now time.Time) {
	if today := dayOf(now); p.memory.Day.Day != today {
		if p.warm != nil {
			p.warm.roll(p.memory.Day, today)
		}
		p.memory.Day, p.dirty = day{Day: today}, true
	}
	passed := now.Sub(p.count.since)
	if passed < window {
		return
	}
	p.grow(passed)
	p.previous = 0
	if passed < 2*window {
		p.previous = float64(p.count.taken) / passed.Seconds()
	}
	p.count = minute{since: now}
}

// grow raises the rate after a clean window that used it. At the ceiling, a path that began without a rate is free again.
func (p *path) grow(passed time.Duration) {
	r := p.memory.Rate
	answers := p.count.ok + p.count.poor
	clean := answers > 0 && float64(p.count.ok) >= cleanShare*float64(answers)
	if r == 0 || !clean || float64(p.count.taken) < usedShare*r*passed.Seconds() {
		return
	}
	p.memory.Rate = min(r+max(growth*r, floor), p.rule.Ceiling)
	if p.memory.Rate == p.rule.Ceiling && p.rule.PerSecond == 0 {
		p.memory.Rate = 0
	}
	p.dirty = true
}

// note books one attempt.
func (p *path) note(o Outcome, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn(now)
	p.memory.Used, p.dirty = now, true
	if p.warm != nil && p.warm.out > 0 {
		p.warm.out--
	}
	if o.Accepted {
		p.memory.Day.Sent++
		p.count.ok++
		p.memory.Answer, p.memory.AnswerAt = "", now
		return
	}
	p.memory.Answer, p.memory.AnswerAt = answer(o), now
	p.booked(o)
	reacted := p.react(o, now)
	if !reacted && throttles(o) {
		p.halve(now)
	}
}

func (p *path) booked(o Outcome) {
	d := &p.memory.Day
	switch {
	case o.Class == "reputation_ip":
		d.Blocked++
	case o.Class == "user_unknown":
		d.Unknown++
	case o.Code/100 == 4:
		d.Deferred++
	}
	if troubles(o) {
		p.count.poor++
		return
	}
	p.count.ok++
}

// halve cuts the rate. Without one, half of what was really sent becomes it.
func (p *path) halve(now time.Time) {
	if now.Sub(p.halved) < halveEvery {
		return
	}
	r := p.memory.Rate
	if r == 0 {
		r = max(p.previous, float64(p.count.taken)/max(now.Sub(p.count.since).Seconds(), 1))
	}
	p.memory.Rate = min(max(r/2, floor), p.rule.Ceiling)
	p.tokens, p.filled, p.halved = min(p.tokens, 0), now, now
}

// react applies the reactions of the rule, and tells whether one of them says what this answer means: then the rate is
// not halved as well.
func (p *path) react(o Outcome, now time.Time) (known bool) {
	for i, r := range p.rule.React {
		if !r.matches(o) {
			continue
		}
		known = known || r.Action != ActSuspend
		recent := append(p.hits[i], now)
		for len(recent) > 0 && now.Sub(recent[0]) > time.Hour {
			recent = recent[1:]
		}
		p.hits[i] = recent
		if len(recent) >= r.PerHour {
			delete(p.hits, i)
			p.apply(r, now)
		}
	}
	return known
}

func (p *path) apply(r Reaction, now time.Time) {
	b := bound{Value: float64(r.Value), Until: now.Add(r.For), Reason: r.Name}
	switch r.Action {
	case ActSuspend:
		p.memory.Suspended = b
		p.tokens, p.filled = 0, b.Until
	case ActRate:
		b.Value = r.PerMinute / 60
		p.memory.RateCap = b
		p.tokens, p.filled = min(p.tokens, 0), now
	case ActConnections:
		b.Value = lowered(p.connections(now), r.Value)
		p.memory.Conns = b
	case ActPerConnection:
		b.Value = lowered(p.perConnection(now), r.Value)
		p.memory.Per = b
	}
}

// lowered is the wanted limit, or half of the present one when none is wanted.
func lowered(present, wanted int) float64 {
	if wanted == 0 {
		wanted = present / 2
	}
	return float64(max(min(wanted, present), 1))
}

func (p *path) connections(now time.Time) int {
	return narrower(p.rule.Connections, p.memory.Conns, now)
}
func (p *path) perConnection(now time.Time) int {
	return narrower(p.rule.PerConnection, p.memory.Per, now)
}

func narrower(limit int, b bound, now time.Time) int {
	if b.holds(now) {
		return min(limit, int(b.Value))
	}
	return limit
}

// resume forgets what answers have taught: suspensions and limits, not the counts of the day.
func (p *path) resume(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := &p.memory
	m.Suspended, m.RateCap, m.Conns, m.Per = bound{}, bound{}, bound{}, bound{}
	m.Rate, p.hits, p.tokens, p.filled, p.dirty = p.rule.PerSecond, map[int][]time.Time{}, 0, now, true
}

// throttles tells answers that ask us to slow down.
func throttles(o Outcome) bool { return o.Class == "rate_limited" }

// troubles tells answers that speak about the path. A mailbox that does not exist says nothing about it.
func troubles(o Outcome) bool {
	switch o.Class {
	case "rate_limited", "reputation_ip", "policy_other", "protocol", "network", "timeout", "system_busy":
		return true
	}
	return o.ConnectFailed
}

// longestAnswer is how much of a reply is kept, in bytes.
const longestAnswer = 300

func answer(o Outcome) string {
	text := o.Text
	if text == "" {
		text = o.Class
	}
	if len(text) > longestAnswer {
		text = text[:longestAnswer]
	}
	return text
}
