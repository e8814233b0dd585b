package email

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"keruen/internal/clock"
	"keruen/internal/mail/smtp"
)

const (
	idleLimit   = 30 * time.Second // servers drop idle connections after 60 to 300 s
	slotWait    = 20 * time.Second // how long a letter waits for one of the site's connections
	manySites   = 20_000
	hurryPause  = 30 * time.Second
	probeAgain  = 30 * time.Second
	maxPauseFor = 10 * time.Minute
	maxIdle     = 400 // idle connections to all sites together
	narrowFor   = time.Hour
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
	closed  bool
	closing sync.WaitGroup
}

func newPool(clk clock.Clock) *pool {
	return &pool{clk: clk, sites: map[string]*site{}}
}

// site is one relay, or the set of mail hosts of a provider.
type site struct {
	pool  *pool
	key   string
	slots chan struct{} // one for each connection in use

	mu       sync.Mutex
	idle     []*smtp.Conn // last used last
	per      int          // letters over one connection
	failures int          // in a row
	until    time.Time    // nothing goes there before
	probing  bool         // one letter tries whether the site is back
	narrowed int          // slots held back, because the site takes fewer connections
	widen    time.Time    // when they are given back
	sweeping bool
}

// at returns the site of a key, made with the limits when it is new.
func (p *pool) at(key string, connections, per int) *site {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, ok := p.sites[key]
	if !ok {
		if len(p.sites) >= manySites {
			p.forgetQuiet()
		}
		s = &site{pool: p, key: key, slots: make(chan struct{}, connections), per: per}
		p.sites[key] = s
	}
	return s
}

// forgetQuiet drops the sites about which there is nothing to know.
func (p *pool) forgetQuiet() {
	now := p.clk.Now()
	for k, s := range p.sites {
		s.mu.Lock()
		quiet := len(s.idle) == 0 && len(s.slots) == 0 && s.failures == 0 && !s.until.After(now)
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
	now := s.pool.clk.Now()
	if s.narrowed > 0 && !s.widen.After(now) {
		for ; s.narrowed > 0; s.narrowed-- {
			<-s.slots
		}
	}
	if s.until.After(now) {
		return s.until.Sub(now), s.failures == 0
	}
	if s.failures > 0 {
		if s.probing {
			return probeAgain, false
		}
		s.probing = true
	}
	return 0, false
}

// acquire takes one of the site's connections in use, waiting for it for a while.
// busy means that all stayed in use.
func (s *site) acquire(ctx context.Context) (busy bool, err error) {
	select {
	case s.slots <- struct{}{}:
		return false, nil
	default:
	}
	t := time.NewTimer(slotWait)
	defer t.Stop()
	select {
	case s.slots <- struct{}{}:
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
	case <-t.C:
		return true, nil
	}
}

func (s *site) release() { <-s.slots }

// narrow is a release after the site said that we hold too many connections: the slot is kept
// back for an hour, unless it is the last.
func (s *site) narrow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.narrowed+1 >= cap(s.slots) {
		<-s.slots
		return
	}
	s.narrowed++
	s.widen = s.pool.clk.Now().Add(narrowFor)
}

// warm takes an idle connection that will do, the one used last; nil when there is none. fits is asked without the lock,
// because it may have to look a policy up.
func (s *site) warm(fits func(*smtp.Conn) bool) *smtp.Conn {
	s.mu.Lock()
	idle := slices.Clone(s.idle)
	s.mu.Unlock()
	for _, c := range slices.Backward(idle) {
		if fits(c) && s.take(c) {
			return c
		}
	}
	return nil
}

// take claims an idle connection, unless somebody was faster.
func (s *site) take(c *smtp.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.idle, c)
	if i < 0 {
		return false
	}
	s.idle = slices.Delete(s.idle, i, i+1)
	s.pool.idle.Add(-1)
	return true
}

// keep puts a connection back, unless it is spent or too many are kept already.
func (s *site) keep(c *smtp.Conn) {
	s.mu.Lock()
	if c.Alive() && c.Sent() < s.per && s.pool.idle.Load() < maxIdle && !s.pool.isClosed() {
		s.idle = append(s.idle, c)
		s.pool.idle.Add(1)
		s.sweepLater()
		s.mu.Unlock()
		return
	}
	s.mu.Unlock()
	c.Close() // here, so that the site never sees one connection more than there are slots
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
	kept := s.idle[:0]
	for _, c := range s.idle {
		if time.Since(c.LastUse()) >= idleLimit {
			s.pool.idle.Add(-1)
			s.pool.close(c)
			continue
		}
		kept = append(kept, c)
	}
	s.idle = kept
	if len(kept) > 0 {
		s.sweepLater()
	}
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
	s.per = min(s.per, max(n, 1))
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
	return p.closed
}

// shut closes all idle connections and waits for the goodbyes. Letters under way finish, and
// their connections are closed then.
func (p *pool) shut() {
	p.bye.Lock()
	p.closed = true
	p.bye.Unlock()
	p.mu.Lock()
	sites := p.sites
	p.sites = map[string]*site{}
	p.mu.Unlock()
	var wg sync.WaitGroup
	for _, s := range sites {
		s.mu.Lock()
		for _, c := range s.idle {
			p.idle.Add(-1)
			wg.Go(c.Close)
		}
		s.idle = nil
		s.mu.Unlock()
	}
	wg.Wait()
	p.closing.Wait()
}
