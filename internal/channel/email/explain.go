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

// Explain tells what bounds letters of an account to a domain at the moment, without sending anything. The errors are those
// of mx.Plan.
func (c *Channel) Explain(ctx context.Context, s shape.Share, domain string) (shape.State, error) {
	plan, err := c.conf.Resolver.Plan(ctx, domain)
	if err != nil {
		return shape.State{}, err
	}
	r := c.direct(plan, Route{Kind: Direct}, s)
	state := c.conf.Shaper.Explain(r.path)
	if r.held.wait > 0 && state.Why == shape.Free {
		state.Why, state.Until = r.held.why, c.conf.Clock.Now().Add(r.held.wait)
	}
	return state, nil
}
