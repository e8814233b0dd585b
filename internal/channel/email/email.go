// Package email is the e-mail channel: it builds a letter, signs it, and hands it to a relay or to
// the mail servers of the recipient's domain over warm connections.
//
// Send says what came of one attempt and when to try again; it never retries by itself, except that
// a kept connection which turns out to be closed is replaced by a new one.
package email

import (
	"context"
	"crypto/tls"
	"errors"
	"net/netip"
	"sync"
	"time"

	"keruen/internal/channel"
	"keruen/internal/channel/email/shape"
	"keruen/internal/clock"
	"keruen/internal/errs"
	"keruen/internal/mail/mx"
	"keruen/internal/mail/smtp"
)

// Resolver finds the mail hosts of a domain. *mx.Resolver is one.
type Resolver interface {
	Plan(ctx context.Context, domain string) (mx.Plan, error)
}

// Config of the channel. Settings and Resolver are required.
type Config struct {
	Clock    clock.Clock
	Resolver Resolver
	// Settings opens the sealed document of a sender (channel.OpenSettings).
	Settings func(channel.Sender) ([]byte, error)
	// Helo is our host name; it must resolve to our address and back, or large providers refuse us.
	Helo      string
	LocalAddr netip.Addr // source address; zero: the system chooses
	Port      int        // of recipients' servers; 0 is 25
	// AllowPrivate lets a relay have a private or loopback address. (For recipients' servers it is the resolver's choice.)
	AllowPrivate bool
	RelayTLS     *tls.Config // base for relays, with further roots; nil: those of the system
	Timeouts     smtp.Timeouts
	Chunking     bool // letters go by BDAT to servers that offer it
	// Shaper limits the paths to recipients' servers and chooses our address. nil: shape.None.
	Shaper shape.Shaper
	// TLSPolicy is asked before every connection to a recipient's server. nil: nobody asks for more than TLS when it is offered.
	TLSPolicy TLSPolicy
	TLSTally  *TLSTally // counts what came of it; nil: nobody does
	Rules     *Rules    // what servers' answers mean; nil: as the program has it
	Signer    string    // who does the arithmetic of signatures: a mode of dkim.Choose
}

// Defaults of connections.
const (
	relayConnections  = 10
	directConnections = 5 // to one site
	perConnection     = 100
	directInFlight    = 400 // letters of one sender under way at once, over all sites
)

// Channel sends e-mail. It is safe for concurrent use; Close it at the end.
type Channel struct {
	conf  Config
	pool  *pool
	rules *Rules
	tls   tls.ClientSessionCache
	trust *tlsTrust

	mu       sync.Mutex
	profiles map[channel.SenderID]*profile
}

var _ interface {
	channel.Channel
	channel.Tuner
	channel.Explainer
} = (*Channel)(nil)

// New makes the channel.
func New(conf Config) (*Channel, error) {
	if conf.Clock == nil {
		conf.Clock = clock.Real{}
	}
	if conf.Port == 0 {
		conf.Port = 25
	}
	if conf.Settings == nil || conf.Resolver == nil {
		return nil, errors.New("email channel: settings and resolver are required")
	}
	if conf.Shaper == nil {
		conf.Shaper = shape.None
	}
	return &Channel{
		conf: conf, pool: newPool(conf.Clock), rules: conf.Rules.orBuiltin(),
		tls: tls.NewLRUClientSessionCache(1024), trust: newTLSTrust(conf.Clock), profiles: map[channel.SenderID]*profile{},
	}, nil
}

// Close says goodbye to all servers.
func (c *Channel) Close() { c.pool.shut() }

// Kind is channel.Email.
func (c *Channel) Kind() channel.Kind { return channel.Email }

// Limits lets as many letters under way as keep all connections of a relay full. To recipients' servers they are so many that
// one slow site, whose line is bounded, does not hold up the others.
func (c *Channel) Limits(s channel.Sender) channel.Limits {
	p := c.profile(s)
	if p.err != nil {
		return channel.Limits{Concurrency: 1}
	}
	r := p.settings.Route
	if r.Kind == Relay {
		return channel.Limits{Concurrency: or(r.Connections, relayConnections) * smtp.DefaultDepth, PerSecond: r.PerSecond}
	}
	return channel.Limits{Concurrency: directInFlight, PerSecond: r.PerSecond}
}

// Send makes one attempt.
func (c *Channel) Send(ctx context.Context, m channel.Message) channel.Verdict {
	if ctx.Err() != nil {
		return stopped()
	}
	p := c.profile(m.Sender)
	if p.err != nil {
		return channel.Verdict{Outcome: channel.Later, Scope: channel.ScopeConfig, Class: SenderSettings, Detail: scrub(p.err.Error(), m.To), After: settingsWait, Free: true}
	}
	env, letter, err := compose(m, p)
	if err != nil {
		return unsendable(m, err)
	}
	r, v := c.route(ctx, m, p.settings.Route, env.To)
	if r == nil {
		return v
	}
	a := c.deliver(ctx, m, *r, env, letter)
	if a.held.wait > 0 {
		return a.held.verdict(m, r.label)
	}
	v = c.judge(m, *r, a)
	c.note(*r, v, a)
	return v
}

func stopped() channel.Verdict {
	return channel.Verdict{Outcome: channel.Later, Scope: channel.ScopeNetwork, Class: Stopped, Detail: "not sent: the program is stopping", After: 5 * time.Second, Free: true}
}

// unsendable is for what no server was asked about.
func unsendable(m channel.Message, err error) channel.Verdict {
	v := channel.Verdict{Outcome: channel.Never, Scope: channel.ScopeContent, Class: LetterInvalid, Detail: scrub(err.Error(), m.To)}
	if badRecipient(m) {
		v.Scope, v.Class, v.Suppress = channel.ScopeRecipient, BadAddress, true
	}
	var e *errs.Error
	if errors.As(err, &e) {
		v.Detail = scrub(e.Text, m.To)
	}
	return v
}

func or(v, d int) int {
	if v > 0 {
		return v
	}
	return d
}
