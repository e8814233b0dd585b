package email

import (
	"context"
	"time"

	"keruen/internal/channel"
	"keruen/internal/channel/email/shape"
	"keruen/internal/mail/smtp"
)

// held says that a path may not be used now, and why.
type held struct {
	wait time.Duration
	why  shape.Why
}

var heldWords = map[shape.Why]string{
	shape.Paused:    "an operator paused the sending path",
	shape.Rate:      "the sending path has sent as much as it may for the moment",
	shape.WarmUp:    "the address that sends is being warmed up and has sent what it may today",
	shape.Suspended: "the provider refused letters in a way that asks for silence",
	shape.Listed:    "the address that sends stands on a block list",
	shape.NoSource:  "no address is set up for sending such letters",
}

// verdict brings the letter back when the path is free; no attempt is spent.
func (h held) verdict(m channel.Message, site string) channel.Verdict {
	words := heldWords[h.why]
	if words == "" {
		words = string(h.why)
	}
	return channel.Verdict{Outcome: channel.Later, Scope: scopes[RateLimited], Class: RateLimited, Detail: "not tried: " + words,
		After: spread(m, h.wait), Free: true, Site: site}
}

// note tells the path what came of a letter that it let go.
func (c *Channel) note(r route, v channel.Verdict, a attempt) {
	if r.relay || !a.tried {
		return
	}
	c.conf.Shaper.Note(r.path, shape.Outcome{
		Accepted: v.Outcome == channel.Accepted, Class: v.Class, Scope: v.Scope, Code: a.Code, Text: v.Detail,
		ConnectFailed: a.Stage == smtp.StageConnect && a.Err != nil && !isStop(a.Err), Took: a.Took,
	})
}

// Explain tells what bounds letters of a sender to a domain at the moment, without sending anything. Letters to a relay are bound by
// the sender's own settings alone. The errors are those of mx.Plan and of unreadable settings.
func (c *Channel) Explain(ctx context.Context, s channel.Sender, p channel.Purpose, domain string) (channel.Bound, error) {
	own := c.profile(s)
	if own.err != nil {
		return channel.Bound{}, own.err
	}
	route := own.settings.Route
	if route.Kind == Relay {
		return channel.Bound{Provider: route.Host, Connections: or(route.Connections, relayConnections), PerSecond: route.PerSecond}, nil
	}
	plan, err := c.conf.Resolver.Plan(ctx, domain)
	if err != nil {
		return channel.Bound{}, err
	}
	return c.bound(c.direct(plan, route, shape.Share{Tenant: s.Tenant, Purpose: p}), route), nil
}

// siteDown says that no connection to a site came about, so that it is left alone for a while.
const siteDown shape.Why = "down"

// rest tells how long a site is left alone, and whether it asked for that.
func (s *site) rest() (wait time.Duration, hurried bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.restLocked()
}

func (c *Channel) bound(r *route, own Route) channel.Bound {
	state := c.conf.Shaper.Explain(r.path)
	if r.held.wait > 0 && state.Why == shape.Free {
		state.Why, state.Until = r.held.why, c.conf.Clock.Now().Add(r.held.wait)
	}
	if rest, hurried := r.site.rest(); rest > 0 && state.Why == shape.Free {
		state.Why, state.Until = siteDown, c.conf.Clock.Now().Add(rest)
		if hurried {
			state.Why = shape.Rate
		}
	}
	limits := narrowest(state.Limits, own)
	return channel.Bound{
		Provider: r.label, Why: string(state.Why), Until: state.Until, Words: state.Reason, Connections: limits.Connections,
		PerSecond: limits.PerSecond, Narrowest: limits.Bound, Speed: state.PerSecond, Answer: state.Answer, AnswerAt: state.AnswerAt,
	}
}
