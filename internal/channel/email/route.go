package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"keruen/internal/channel"
	"keruen/internal/channel/email/shape"
	"keruen/internal/mail/mime"
	"keruen/internal/mail/mx"
	"keruen/internal/mail/smtp"
)

// maxTries is how many addresses one attempt may try to connect to.
const maxTries = 5

// route is where a letter goes and how.
type route struct {
	site   *site
	label  string // who answers, for reports
	domain string // of the recipient, in A-labels; TLS policies are its. Empty to a relay
	relay  bool
	path   shape.Path // what limits it; nothing does to a relay but the sender's settings
	held   held       // no letter may go now
	doors  []door
	opt    smtp.Options // but for TLS
}

// door is one address to knock at; host is the name its certificate should bear.
type door struct {
	addr netip.AddrPort
	host string
}

// route finds the way; without one the verdict tells why.
func (c *Channel) route(ctx context.Context, m channel.Message, r Route, to string) (*route, channel.Verdict) {
	if r.Kind == Relay {
		out, err := c.relay(ctx, r)
		if err != nil {
			return nil, channel.Verdict{Outcome: channel.Later, Scope: channel.ScopeConfig, Class: RelayUnreachable, Detail: scrub(err.Error(), m.To), After: settingsWait, Free: true, Site: r.Host}
		}
		return out, channel.Verdict{}
	}
	domain := to[strings.LastIndexByte(to, '@')+1:]
	plan, err := c.conf.Resolver.Plan(ctx, domain)
	if err != nil {
		if ctx.Err() != nil {
			return nil, stopped()
		}
		return nil, noPlan(m, domain, err)
	}
	return c.direct(plan, r, shape.Share{Tenant: m.Tenant, Purpose: m.Purpose}), channel.Verdict{}
}

func (c *Channel) direct(plan mx.Plan, r Route, s shape.Share) *route {
	src, wait, why := c.conf.Shaper.Choose(s, plan.Provider, plan.Site, plan.Domain)
	out := &route{
		label: plan.Label(), domain: plan.Domain, path: shape.Path{Source: src.Addr, Site: plan.Site, Provider: plan.Provider},
		held: held{wait: wait, why: why}, opt: c.options(),
	}
	if src.Addr.IsValid() {
		out.opt.LocalAddr = src.Addr
	}
	if src.Helo != "" {
		out.opt.Helo = src.Helo
	}
	out.site = c.pool.at("mx "+sourceName(out.opt.LocalAddr)+" "+plan.Site, narrowest(c.conf.Shaper.Limits(out.path), r))
	// Each host gets one try before any gets its second: a dead family or machine must not
	// use them all up.
	for i := 0; len(out.doors) < maxTries; i++ {
		more := false
		for _, h := range plan.Hosts {
			if i < len(h.Addrs) && len(out.doors) < maxTries {
				out.doors = append(out.doors, door{netip.AddrPortFrom(h.Addrs[i], uint16(c.conf.Port)), h.Name})
			}
			more = more || i+1 < len(h.Addrs)
		}
		if !more {
			break
		}
	}
	return out
}

// narrowest applies the sender's own limits within those of the path.
func narrowest(l shape.Limits, r Route) shape.Limits {
	l.Connections, l.PerConnection = or(l.Connections, directConnections), or(l.PerConnection, perConnection)
	l.Connections = min(l.Connections, or(r.Connections, l.Connections))
	l.PerConnection = min(l.PerConnection, or(r.PerConnection, l.PerConnection))
	return l
}

func (c *Channel) relay(ctx context.Context, r Route) (*route, error) {
	addrs, err := c.relayAddrs(ctx, r.Host)
	if err != nil {
		return nil, err
	}
	port := r.port()
	opt := c.options()
	opt.Security, opt.User, opt.Password = security[r.TLS], r.User, r.Password
	// The user is in the key: connections that signed in as one are no good for another. The
	// protection and the secret are too, so a change of settings takes effect at once.
	key := fmt.Sprintf("relay %s %s %d %s %q %q", sourceName(opt.LocalAddr), r.Host, port, r.TLS, r.User, r.Password)
	out := &route{
		site:  c.pool.at(key, shape.Limits{Connections: or(r.Connections, relayConnections), PerConnection: or(r.PerConnection, perConnection)}),
		label: r.Host, relay: true, opt: opt,
	}
	for _, a := range addrs[:min(len(addrs), maxTries)] {
		out.doors = append(out.doors, door{netip.AddrPortFrom(a, uint16(port)), r.Host})
	}
	return out, nil
}

var errPrivateRelay = errors.New("the relay has a private address, which this installation does not allow")

// relayAddrs asks the system, so that names of its own network and hosts file work.
func (c *Channel) relayAddrs(ctx context.Context, host string) ([]netip.Addr, error) {
	addrs := []netip.Addr{}
	if a, err := netip.ParseAddr(host); err == nil {
		addrs = append(addrs, a)
	} else {
		name, err := mime.ASCIIDomain(host)
		if err != nil {
			return nil, err
		}
		if addrs, err = net.DefaultResolver.LookupNetIP(ctx, "ip", name); err != nil {
			return nil, fmt.Errorf("look up the relay: %w", err)
		}
	}
	var out []netip.Addr
	for _, a := range addrs {
		if a = a.Unmap(); c.conf.AllowPrivate || mx.Public(a) {
			out = append(out, a)
		}
	}
	if len(out) == 0 {
		return nil, errPrivateRelay
	}
	return out, nil
}

func sourceName(a netip.Addr) string {
	if a.IsValid() {
		return a.String()
	}
	return "any"
}

func (c *Channel) options() smtp.Options {
	return smtp.Options{LocalAddr: c.conf.LocalAddr, Helo: c.conf.Helo, Timeouts: c.conf.Timeouts, Chunking: c.conf.Chunking}
}

// attempt is what came of one try to deliver.
type attempt struct {
	smtp.Result
	hold    time.Duration // positive: not tried, the site is left alone so long
	hurried bool          // with hold: because it asked us to slow down
	busy    bool          // not tried, all connections stayed in use
	down    time.Duration // positive: no connection came about, the site is left alone so long
	cut     bool          // connections ended under it again and again, because of other letters
	held    held          // not tried, its path may not be used now
	tried   bool          // the path gave leave, and is told what came of it
}

// maxStale is how many connections may end under a letter that is not to blame before it goes back to the queue.
const maxStale = 3

// deliver sends over a warm connection, or a new one. A connection that was idle may have been
// closed by the other side meanwhile, or have reached the number of letters it takes, or have ended because of a letter ahead;
// that says nothing about the letter, so it gets another one.
func (c *Channel) deliver(ctx context.Context, m channel.Message, r route, env smtp.Envelope, letter []byte) attempt {
	if r.held.wait > 0 {
		return attempt{held: r.held}
	}
	if hold, hurried := r.site.admit(); hold > 0 {
		return attempt{hold: hold, hurried: hurried}
	}
	w := &waiter{tenant: m.Tenant, urgent: m.Purpose == channel.Transactional, fits: c.fits(ctx, r)}
	tried := false
	for n := 1; ; n++ {
		p, err := r.site.place(ctx, w)
		if err != nil || !p.granted() {
			r.site.unproven()
			return attempt{Result: smtp.Result{Stage: smtp.StageConnect, Err: err}, busy: p.busy, hold: p.hold, hurried: p.hurried, tried: tried}
		}
		if held := c.leave(r, tried); held.wait > 0 {
			r.site.unboard(p.link)
			r.site.unproven()
			return attempt{held: held}
		}
		tried = true
		a, again := c.hand(ctx, r, p.link, env, letter)
		if a.tried = true; !again {
			return a
		}
		if n == maxStale {
			a.cut = true
			return a
		}
	}
}

// leave asks the path for leave to send one letter, once for each attempt.
func (c *Channel) leave(r route, tried bool) held {
	if r.relay || tried {
		return held{}
	}
	wait, why := c.conf.Shaper.Take(r.path)
	return held{wait: wait, why: why}
}

// hand sends over the link, or over a new one when it is nil. again tells that the link ended by itself.
func (c *Channel) hand(ctx context.Context, r route, l *link, env smtp.Envelope, letter []byte) (a attempt, again bool) {
	if l == nil {
		return c.handNew(ctx, r, env, letter), false
	}
	res := l.conn.Send(ctx, env, letter)
	again = stale(ctx, l.conn, res)
	switch {
	case !again:
		r.site.answered(res)
	case tooManyLetters(res):
		r.site.tooMany(l.conn.Sent())
	}
	c.heed(r, res)
	r.site.done(l)
	return attempt{Result: res}, again
}

func (c *Channel) handNew(ctx context.Context, r route, env smtp.Envelope, letter []byte) attempt {
	conn, res := c.connect(ctx, r)
	if conn == nil {
		down := c.unreachable(ctx, r, res)
		c.heed(r, res)
		r.site.unopened()
		return attempt{Result: res, down: down}
	}
	l := r.site.open(conn)
	res = conn.Send(ctx, env, letter)
	c.heed(r, res)
	r.site.done(l)
	return attempt{Result: res}
}

// heed holds a connection back when the server says that there are too many.
func (c *Channel) heed(r route, res smtp.Result) {
	if res.Code/100 == 4 && tooManyConnections(res.Text) {
		r.site.narrow()
	}
}

// stale tells a kept connection that had ended from a letter that was refused.
func stale(ctx context.Context, conn *smtp.Conn, res smtp.Result) bool {
	if conn.Alive() || res.MaybeSent || res.Accepted() || ctx.Err() != nil {
		return false
	}
	var slow net.Error
	if errors.As(res.Err, &slow) && slow.Timeout() {
		return false
	}
	return res.Err != nil || res.Code == 421 && res.Stage != smtp.StageDot
}

// unreachable books a connection that did not come about. A server that answered lives: it is busy,
// or refuses our password, and is not left alone as a dead one is.
func (c *Channel) unreachable(ctx context.Context, r route, res smtp.Result) time.Duration {
	switch {
	case ctx.Err() != nil:
		r.site.unproven()
		return 0
	case isKeptBack(res):
		r.site.unproven()
		return 0
	case res.Code/100 == 4, res.Stage == smtp.StageAuth && res.Code != 0:
		r.site.reached()
		return 0
	}
	return r.site.failed()
}

// connect knocks at the doors in order. The last refusal is the answer.
func (c *Channel) connect(ctx context.Context, r route) (*smtp.Conn, smtp.Result) {
	res := smtp.Result{Stage: smtp.StageConnect, Err: errors.New("no address to connect to")}
	for _, d := range r.doors {
		var conn *smtp.Conn
		if conn, res = c.knock(ctx, r, d); conn != nil {
			return conn, res
		}
		if ctx.Err() != nil || res.Stage == smtp.StageAuth {
			break
		}
	}
	return nil, res
}

// knock connects to one address.
func (c *Channel) knock(ctx context.Context, r route, d door) (*smtp.Conn, smtp.Result) {
	if r.relay {
		opt := r.opt
		opt.Host, opt.TLS = d.host, c.tlsFor(r, d)
		return smtp.Dial(ctx, d.addr.String(), opt)
	}
	p, no := c.policyFor(ctx, r, d.host)
	if no.Err != nil {
		return nil, no
	}
	return c.knockAs(ctx, r, d, p)
}

func (c *Channel) tlsFor(r route, d door) *tls.Config {
	conf := &tls.Config{}
	if r.relay && c.conf.RelayTLS != nil {
		conf = c.conf.RelayTLS.Clone()
	}
	conf.MinVersion = tls.VersionTLS12
	conf.ServerName = d.host
	conf.ClientSessionCache = c.tls
	conf.InsecureSkipVerify = r.opt.Security == smtp.Opportunistic
	return conf
}
