package email

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"keruen/internal/channel/email/shape"
	"keruen/internal/clock"
	"keruen/internal/mail/smtp"
)

const (
	idleLimit   = 30 * time.Second // servers drop idle connections after 60 to 300 s
	slotWait    = 20 * time.Second // how long a letter waits for room on one of the site's connections
	manySites   = 20_000
	hurryPause  = 30 * time.Second
	probeAgain  = 30 * time.Second
	maxPauseFor = 10 * time.Minute
	maxIdle     = 400 // idle connections to all sites together
	narrowFor   = time.Hour
	overlap     = 2  // letters of one connection that save each other time
	lineForEach = 20 // letters that may wait, for each connection there may be

	spentForGood = 1 << 30
)

// hostBackoff is how long a site is left alone after failures to connect in a row.
var hostBackoff = []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 40 * time.Minute}

// pool keeps warm connections and the health of the places they lead to.
type pool struct {
	clk   clock.Clock
	mu    sync.Mutex
	sites map[string]*site

	idle atomic.Int64 // connections kept for the next letter, of all sites

	// Goodbyes have a lock of their own, taken last.
	bye     sync.Mutex
	leaving bool // nothing is kept any more
	closed  bool // goodbyes are said at once, nobody waits for others
	closing sync.WaitGroup
}

func newPool(clk clock.Clock) *pool {
	return &pool{clk: clk, sites: map[string]*site{}}
}

// site is one relay, or the set of mail hosts of a provider, as reached from one of our addresses.
type site struct {
	pool *pool
	key  string

	mu       sync.Mutex
	limits   shape.Limits
	per      int // letters over one connection, as learnt; 0: nothing learnt
	links    []*link
	opening  int
	opened   []time.Time // of the last minute; kept when the limits count them
	waiting  queue
	failures int       // in a row
	until    time.Time // nothing goes there before
	probing  bool      // one letter tries whether the site is back
	narrowed int       // connections held back, because the site takes fewer
	widen    time.Time // when they are given back
	sweeping bool
}

// link is an open connection to a site.
type link struct {
	conn  *smtp.Conn
	load  int // letters under way
	begun int
}

// at returns the site of a key, and makes the limits hold from now on.
func (p *pool) at(key string, l shape.Limits) *site {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, ok := p.sites[key]
	if !ok {
		if len(p.sites) >= manySites {
			p.forgetQuiet()
		}
		s = &site{pool: p, key: key}
		p.sites[key] = s
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits = l
	return s
}

// forgetQuiet drops the sites about which there is nothing to know.
func (p *pool) forgetQuiet() {
	now := p.clk.Now()
	for k, s := range p.sites {
		s.mu.Lock()
		quiet := len(s.links) == 0 && s.opening == 0 && s.waiting.len() == 0 && s.failures == 0 && !s.until.After(now)
		s.mu.Unlock()
		if quiet {
			delete(p.sites, k)
		}
	}
}

// admit asks whether a letter may try the site now. A positive wait means no, come back then:
// the site is being left alone, and one letter at a time finds out when it is back.
//
// hurried tells that the site lives and asked for the pause.
func (s *site) admit() (wait time.Duration, hurried bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if wait, hurried := s.restLocked(); wait > 0 {
		return wait, hurried
	}
	if s.failures > 0 {
		if s.probing {
			return probeAgain, false
		}
		s.probing = true
	}
	return 0, false
}

func (s *site) restLocked() (wait time.Duration, hurried bool) {
	now := s.pool.clk.Now()
	if !s.until.After(now) {
		return 0, false
	}
	return s.until.Sub(now), s.failures == 0
}

// mostLocked is how many connections there may be.
func (s *site) mostLocked() int {
	if s.narrowed > 0 && !s.widen.After(s.pool.clk.Now()) {
		s.narrowed = 0
	}
	return max(1, s.limits.Connections-s.narrowed)
}

// narrow notes that the site said we hold too many connections: one less for an hour, but never none.
func (s *site) narrow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mostLocked() > 1 {
		s.narrowed++
	}
	s.widen = s.pool.clk.Now().Add(narrowFor)
}

func (s *site) perLocked() int {
	if s.per == 0 {
		return s.limits.PerConnection
	}
	return min(s.per, s.limits.PerConnection)
}

// spentLocked tells that no further letter may go over a connection.
func (s *site) spentLocked(l *link) bool { return !l.conn.Alive() || l.begun >= s.perLocked() }

// mayOpenLocked tells whether there may be one more connection now.
func (s *site) mayOpenLocked() bool {
	return len(s.links)+s.opening < s.mostLocked() && s.mayConnectLocked()
}

// mayConnectLocked keeps to the number of connections a minute.
func (s *site) mayConnectLocked() bool {
	if s.limits.ConnectsPerMinute <= 0 {
		return true
	}
	old := s.pool.clk.Now().Add(-time.Minute)
	s.opened = slices.DeleteFunc(s.opened, func(t time.Time) bool { return !t.After(old) })
	return len(s.opened) < s.limits.ConnectsPerMinute
}

func (s *site) openLocked() {
	s.opening++
	if s.limits.ConnectsPerMinute > 0 {
		s.opened = append(s.opened, s.pool.clk.Now())
	}
}

// takeLocked gives a letter a link, or leave to open one (link nil).
//
// One letter more rides along on a busy connection, because its envelope and the other's body share a round trip. Beyond
// that a new connection is better than a longer line, as long as there may be one.
func (s *site) takeLocked(fits func(*smtp.Conn) bool) (l *link, ok bool) {
	var best *link
	for _, l := range slices.Backward(s.links) {
		if s.spentLocked(l) || l.load >= l.conn.Depth() || best != nil && l.load >= best.load || !fits(l.conn) {
			continue
		}
		best = l
	}
	if best != nil && (best.load < overlap || !s.mayOpenLocked()) {
		s.boardLocked(best)
		return best, true
	}
	if s.mayOpenLocked() || s.makeWayLocked() {
		s.openLocked()
		return nil, true
	}
	return nil, false
}

func (s *site) boardLocked(l *link) {
	if l.load == 0 {
		s.pool.idle.Add(-1)
	}
	l.load++
	l.begun++
}

// makeWayLocked closes an idle connection that will not do for the letter at hand, when it is in the way of one that will.
func (s *site) makeWayLocked() bool {
	if !s.mayConnectLocked() || s.opening >= s.mostLocked() {
		return false
	}
	for i, l := range s.links {
		if l.load == 0 && l.begun < spentForGood {
			s.links = slices.Delete(s.links, i, i+1)
			s.pool.idle.Add(-1)
			s.pool.close(l.conn)
			return true
		}
	}
	return false
}

// open is a connection that came about; its first letter is the caller's.
func (s *site) open(c *smtp.Conn) *link {
	l := &link{conn: c, load: 1, begun: 1}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opening--
	s.links = append(s.links, l)
	s.failures, s.probing = 0, false
	s.wakeLocked()
	return l
}

// unopened gives the leave to open a connection back.
func (s *site) unopened() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opening--
	s.wakeLocked()
}

// unboard gives a place back that was not used.
func (s *site) unboard(l *link) {
	if l == nil {
		s.unopened()
		return
	}
	s.mu.Lock()
	l.begun--
	s.mu.Unlock()
	s.done(l)
}

// done is the end of one letter's use of a link, which is kept for the next unless it is spent or too many are kept already.
func (s *site) done(l *link) {
	s.mu.Lock()
	l.load--
	if l.load > 0 {
		s.wakeLocked()
		s.mu.Unlock()
		return
	}
	if !s.spentLocked(l) && s.pool.idle.Load() < maxIdle && !s.pool.isClosed() {
		s.pool.idle.Add(1)
		s.sweepLater()
		s.wakeLocked()
		s.mu.Unlock()
		return
	}
	l.begun = spentForGood
	s.mu.Unlock()
	l.conn.Close() // still listed, so that the site never sees one connection more than it may
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.links, l); i >= 0 {
		s.links = slices.Delete(s.links, i, i+1)
	}
	s.wakeLocked()
}

// sweepLater closes idle connections when their time is over. s.mu is held.
func (s *site) sweepLater() {
	if s.sweeping {
		return
	}
	s.sweeping = true
	time.AfterFunc(idleLimit, s.sweep)
}

func (s *site) sweep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweeping = false
	s.closeIdleLocked(func(c *smtp.Conn) bool { return time.Since(c.LastUse()) >= idleLimit })
	if slices.ContainsFunc(s.links, func(l *link) bool { return l.load == 0 }) {
		s.sweepLater()
	}
}

func (s *site) closeIdleLocked(which func(*smtp.Conn) bool) {
	s.links = slices.DeleteFunc(s.links, func(l *link) bool {
		if l.load > 0 || l.begun >= spentForGood || !which(l.conn) {
			return false
		}
		s.pool.idle.Add(-1)
		s.pool.close(l.conn)
		return true
	})
}

// reached notes that the site let us in.
func (s *site) reached() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures, s.probing = 0, false
}

// answered notes what a warm connection shows of the site's health.
func (s *site) answered(r smtp.Result) {
	if r.Code != 0 && !r.Local {
		s.reached()
		return
	}
	s.unproven()
}

// failed notes that no connection came about, and returns how long the site is left alone.
// Connections that fail side by side count once.
func (s *site) failed() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.pool.clk.Now()
	s.probing = false
	if !s.until.After(now) {
		s.failures++
		s.until = now.Add(hostBackoff[min(s.failures, len(hostBackoff))-1])
	}
	s.wakeAllLocked()
	return s.until.Sub(now)
}

// unproven takes a probe back that neither reached the site nor failed to.
func (s *site) unproven() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.probing = false
}

// hurried notes that the site asks us to slow down: it is left alone for a moment.
func (s *site) hurried(wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	until := s.pool.clk.Now().Add(min(max(wait, hurryPause), maxPauseFor))
	if until.After(s.until) {
		s.until = until
	}
}

// tooMany notes that the site takes no more than n letters over one connection.
func (s *site) tooMany(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.per = min(s.perLocked(), max(n, 1))
}

// close says goodbye without keeping anyone waiting.
func (p *pool) close(c *smtp.Conn) {
	p.bye.Lock()
	defer p.bye.Unlock()
	if p.closed {
		c.Close()
		return
	}
	p.closing.Go(c.Close)
}

func (p *pool) isClosed() bool {
	p.bye.Lock()
	defer p.bye.Unlock()
	return p.leaving
}

// shut closes all idle connections and waits for the goodbyes. Letters under way finish, and
// their connections are closed then.
func (p *pool) shut() {
	p.mu.Lock()
	sites := p.sites
	p.sites = map[string]*site{}
	p.mu.Unlock()
	p.bye.Lock()
	p.leaving = true
	p.bye.Unlock()
	for _, s := range sites {
		s.mu.Lock()
		s.closeIdleLocked(func(*smtp.Conn) bool { return true })
		s.mu.Unlock()
	}
	p.bye.Lock()
	p.closed = true
	p.bye.Unlock()
	p.closing.Wait()
}
