package smtp

import (
	"context"
	"slices"
)

// turn is the place of a letter in the line of a connection. Who holds the turn has the socket for itself, and hands
// it on when its own reply is read; so replies are matched with letters by the order of the line.
//
// Two things go ahead of the turn. The holder writes the envelope of the next letter behind its own final dot; and a
// letter that arrives while the holder merely awaits the reply to its dot writes its envelope itself, under Conn.mu.
type turn struct {
	env     Envelope
	message []byte
	eight   bool // the message is not in ASCII alone
	ready   chan struct{}
	out     bool // the envelope is written
	gone    bool // its caller left; with out, the connection ends at its turn
}

// needsUTF8 tells that an address or a header field is in another script.
func (t *turn) needsUTF8() bool {
	return !ascii(t.env.From) || !ascii(t.env.To) || t.eight && !asciiBytes(header(t.message))
}

// await returns when it is t's turn, or with an error when ctx ended before.
func (c *Conn) await(ctx context.Context, t *turn) error {
	c.mu.Lock()
	if c.holder == nil {
		c.holder = t
		c.mu.Unlock()
		return nil
	}
	t.ready = make(chan struct{}, 1)
	c.line = append(c.line, t)
	if c.dotOut && len(c.line) == 1 && c.pipes && !c.dead.Load() {
		c.writeAhead(t)
		if c.w.Flush() != nil {
			c.dead.Store(true) // the holder still gets its reply if there is one
		}
	}
	c.mu.Unlock()
	select {
	case <-t.ready:
		return nil
	case <-ctx.Done():
		return c.quitLine(ctx, t)
	}
}

// quitLine gives the place up. A letter whose turn came meanwhile keeps it, so that it can hand it on.
func (c *Conn) quitLine(ctx context.Context, t *turn) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.line, t)
	if i < 0 {
		<-t.ready
		return nil
	}
	t.gone = true
	if !t.out {
		c.line = slices.Delete(c.line, i, i+1)
	}
	return ctx.Err()
}

// pass hands the turn on.
func (c *Conn) pass() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dotOut, c.active, c.holder = false, nil, nil
	for len(c.line) > 0 {
		next := c.line[0]
		c.line = slices.Delete(c.line, 0, 1)
		if next.gone { // its envelope is out, and nobody is left to send its body
			c.kill()
			continue
		}
		c.holder = next
		next.ready <- struct{}{}
		return
	}
}

// writeNext puts the envelope of the next letter into the buffer, behind the holder's dot.
func (c *Conn) writeNext() {
	if !c.pipes {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.line) > 0 && !c.line[0].gone {
		c.writeAhead(c.line[0])
	}
}

// writeAhead puts an envelope into the buffer before the letter in front of it is answered. A chunk that is refused leaves its transaction open (RFC 3030 §2),
// so behind one the envelope begins with a RSET: in the same write, at no further round trip.
func (c *Conn) writeAhead(t *turn) {
	if c.chunks() {
		_, _ = c.w.WriteString("RSET\r\n")
	}
	c.writeEnvelope(t)
}

// letterIsOut lets the next letter write its envelope when it comes.
func (c *Conn) letterIsOut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dotOut = true
	if c.pipes && len(c.line) > 0 && !c.line[0].out && !c.line[0].gone { // it came while we wrote
		c.writeAhead(c.line[0])
		if c.w.Flush() != nil {
			c.dead.Store(true)
		}
	}
}

// watch makes the end of ctx close the connection, as long as the turn is the caller's. Most letters bring the same
// context, and it is registered once.
func (c *Conn) watch(ctx context.Context) {
	done := ctx.Done()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.active = done
	if done == nil || done == c.watched {
		return
	}
	if c.unwatch != nil {
		c.unwatch()
	}
	c.watched = done
	c.unwatch = context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.active == done {
			c.kill()
		}
	})
}
