package email

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"keruen/internal/clock"
	"keruen/internal/mail/smtp"
)

// What a letter is kept back for before there is a connection.
var (
	errNotNamed     = errors.New("the domain's policy (MTA-STS) does not name the server")
	errPolicyLookup = errors.New("whether the server has DANE records cannot be told: the name servers do not answer, or their signatures are wrong")
)

// keptBack is a failure because of a policy: the letter could have gone, but not as its domain asks. It says nothing about
// the health of the server, whose other domains may ask for nothing.
type keptBack struct {
	source string
	err    error
}

func (e keptBack) Error() string {
	if !errors.Is(e.err, smtp.ErrNoTLS) {
		return e.err.Error()
	}
	name := "MTA-STS"
	if e.source == SourceDANE {
		name = "DANE"
	}
	return "the server offers no TLS, which the domain's policy (" + name + ") requires"
}

func (e keptBack) Unwrap() error { return e.err }

func isKeptBack(r smtp.Result) bool {
	var e keptBack
	return errors.As(r.Err, &e)
}

func keepBack(source string, err error) smtp.Result {
	return smtp.Result{Stage: smtp.StageTLS, Err: keptBack{source, err}}
}

// policyFor is policyAt for a connection that is to be made: one that must not be is counted.
func (c *Channel) policyFor(ctx context.Context, r route, host string) (Policy, smtp.Result) {
	p, no := c.policyAt(ctx, r, host)
	var kept keptBack
	if errors.As(no.Err, &kept) {
		c.conf.TLSTally.count(r.domain, kept.source, host, kept.err)
	}
	return p, no
}

// policyAt returns what a letter to the route's domain needs at a host. A result with an error says why not to go there.
func (c *Channel) policyAt(ctx context.Context, r route, host string) (Policy, smtp.Result) {
	if r.relay || c.conf.TLSPolicy == nil {
		return Policy{Mode: TLSOpportunistic, Allowed: true}, smtp.Result{}
	}
	p, err := c.conf.TLSPolicy.For(ctx, r.domain, host)
	switch {
	case ctx.Err() != nil:
		return Policy{}, smtp.Result{Stage: smtp.StageConnect, Err: ctx.Err()}
	case err != nil:
		return Policy{}, keepBack(SourceDANE, errPolicyLookup)
	case !p.Allowed:
		return Policy{}, keepBack(p.Source, errNotNamed)
	}
	return p, smtp.Result{}
}

// fits tells whether a warm connection will do for a letter: the site is the same, but its domain may ask for more than
// the one that the connection was opened for. What is asked is looked up beforehand, because the answer is wanted under a lock.
func (c *Channel) fits(ctx context.Context, r route) func(*smtp.Conn) bool {
	if r.relay || c.conf.TLSPolicy == nil {
		return func(*smtp.Conn) bool { return true }
	}
	known := map[string]Policy{}
	for _, d := range r.doors {
		if p, no := c.policyAt(ctx, r, d.host); no.Err == nil {
			known[d.host] = p
		}
	}
	return func(conn *smtp.Conn) bool {
		p, ok := known[conn.Host()]
		return ok && p.admits(conn.TLS())
	}
}

// knockAs connects to a stranger's server as its policy asks. Without a policy a server whose TLS does not work is tried
// again in clear, at once and for some days: a letter in clear is what it would get if it offered none. With one, never.
func (c *Channel) knockAs(ctx context.Context, r route, d door, p Policy) (*smtp.Conn, smtp.Result) {
	if p.Mode != TLSOpportunistic {
		return c.knockProtected(ctx, r, d, p)
	}
	opt := r.opt
	opt.Host, opt.TLS = d.host, c.tlsFor(r, d)
	place := r.site.key + " " + d.host
	if c.trust.broken(place) {
		opt.Security = smtp.Clear
	}
	conn, res := smtp.Dial(ctx, d.addr.String(), opt)
	if conn != nil || res.Stage != smtp.StageTLS || opt.Security == smtp.Clear || ctx.Err() != nil {
		return conn, res
	}
	c.trust.breakFor(place)
	opt.Security = smtp.Clear
	return smtp.Dial(ctx, d.addr.String(), opt)
}

// knockProtected remembers for some minutes that the door did not satisfy the policy: thousands of letters of one campaign
// need not learn it each by itself.
func (c *Channel) knockProtected(ctx context.Context, r route, d door, p Policy) (*smtp.Conn, smtp.Result) {
	place := strings.Join([]string{r.domain, d.host, d.addr.String()}, " ")
	if err := c.trust.refused(place); err != nil {
		return nil, keepBack(p.Source, err)
	}
	opt := r.opt
	opt.Host, opt.TLS, opt.Security = d.host, c.tlsFor(r, d), smtp.Required
	opt.TLS.InsecureSkipVerify = true // the policy's own check takes its place
	opt.TLS.VerifyConnection = p.Verify
	if p.Name != "" {
		opt.TLS.ServerName = p.Name
	}
	conn, res := smtp.Dial(ctx, d.addr.String(), opt)
	if conn != nil {
		c.conf.TLSTally.count(r.domain, p.Source, d.host, nil)
	}
	if conn != nil || res.Stage != smtp.StageTLS || ctx.Err() != nil {
		return conn, res
	}
	c.conf.TLSTally.count(r.domain, p.Source, d.host, res.Err)
	if res.Err == nil { // STARTTLS was refused in words
		res.Err, res.Reply = errors.New(detail(res)), smtp.Reply{}
	}
	c.trust.refuse(place, res.Err)
	res.Err = keptBack{p.Source, res.Err}
	return nil, res
}

const (
	brokenFor  = 3 * 24 * time.Hour // how long a host with broken TLS is spared it
	refusedFor = 5 * time.Minute    // how long a door that did not satisfy a policy is not tried again for its domain
	manyPlaces = 20_000
)

// tlsTrust remembers what went wrong with TLS, and where.
type tlsTrust struct {
	clk clock.Clock

	mu       sync.Mutex
	noTLS    map[string]time.Time // by site and host: broken until
	refusals map[string]refusal   // by domain, host and address
}

type refusal struct {
	err   error
	until time.Time
}

func newTLSTrust(clk clock.Clock) *tlsTrust {
	return &tlsTrust{clk: clk, noTLS: map[string]time.Time{}, refusals: map[string]refusal{}}
}

func (t *tlsTrust) broken(place string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.noTLS[place].After(t.clk.Now())
}

func (t *tlsTrust) breakFor(place string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.noTLS) >= manyPlaces {
		clear(t.noTLS)
	}
	t.noTLS[place] = t.clk.Now().Add(brokenFor)
}

func (t *tlsTrust) refused(place string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r := t.refusals[place]; r.until.After(t.clk.Now()) {
		return r.err
	}
	return nil
}

func (t *tlsTrust) refuse(place string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.refusals) >= manyPlaces {
		clear(t.refusals)
	}
	t.refusals[place] = refusal{err, t.clk.Now().Add(refusedFor)}
}
