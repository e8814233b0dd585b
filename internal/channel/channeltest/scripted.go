package channeltest

import (
	"context"
	"sync"

	"keruen/internal/channel"
)

// Scripted is an e-mail channel that answers as it is told and remembers what it was given.
// Set the fields before it is used.
type Scripted struct {
	Answer func(m channel.Message) channel.Verdict // nil: everything is accepted
	Bounds channel.Limits
	Wear   map[string]channel.Wear // by class
	Bound  channel.Bound           // that Explain tells about every domain

	mu   sync.Mutex
	seen []channel.Message
	more chan struct{}
}

var (
	_ channel.Tuner     = (*Scripted)(nil)
	_ channel.Wearer    = (*Scripted)(nil)
	_ channel.Explainer = (*Scripted)(nil)
)

// Kind is channel.Email.
func (c *Scripted) Kind() channel.Kind { return channel.Email }

// Limits returns Bounds.
func (c *Scripted) Limits(channel.Sender) channel.Limits { return c.Bounds }

// Wears returns the rule of Wear.
func (c *Scripted) Wears(class string) channel.Wear { return c.Wear[class] }

// Explain tells Bound.
func (c *Scripted) Explain(context.Context, channel.Sender, channel.Purpose, string) (channel.Bound, error) {
	return c.Bound, nil
}

// Send remembers the message and gives the scripted answer.
func (c *Scripted) Send(_ context.Context, m channel.Message) channel.Verdict {
	c.mu.Lock()
	c.seen = append(c.seen, m)
	if c.more != nil {
		close(c.more)
		c.more = nil
	}
	c.mu.Unlock()
	if c.Answer == nil {
		return channel.Took("")
	}
	return c.Answer(m)
}

// Seen returns the messages given so far, in the order of their start.
func (c *Scripted) Seen() []channel.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]channel.Message(nil), c.seen...)
}

// Wait returns once at least n messages were given, or with the error of ctx.
func (c *Scripted) Wait(ctx context.Context, n int) error {
	for {
		c.mu.Lock()
		if len(c.seen) >= n {
			c.mu.Unlock()
			return nil
		}
		if c.more == nil {
			c.more = make(chan struct{})
		}
		more := c.more
		c.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
