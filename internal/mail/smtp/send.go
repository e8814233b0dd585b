package smtp

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Send hands over one letter: message with CRLF line ends, before dot-stuffing. After a refusal
// the connection may be used again; after a failure or a 421 it is closed and Alive is false.
// When ctx ends the connection is closed at once.
func (c *Conn) Send(ctx context.Context, env Envelope, message []byte) Result {
	begun := time.Now()
	if c.dead {
		return c.stamp(Result{Stage: StageMail, Err: ErrClosed}, ctx)
	}
	if err := ctx.Err(); err != nil {
		return c.stamp(Result{Stage: StageMail, Err: err}, ctx)
	}
	if res, ok := c.refuse(env, message); ok {
		return c.stamp(res, ctx)
	}
	stop := c.interruptible(ctx)
	res := c.transaction(env, message)
	stop()
	c.tried++
	c.lastUse = time.Now()
	if res.Accepted() {
		c.sent++
	}
	res = c.stamp(res, ctx)
	if res.Err != nil || res.Code == 421 || c.dead {
		c.drop()
	}
	res.Took = time.Since(begun)
	return res
}

// refuse finds the letters that this server could not take, without asking it.
func (c *Conn) refuse(env Envelope, message []byte) (Result, bool) {
	local := func(code int, enhanced, text string) (Result, bool) {
		return Result{Stage: StageMail, Local: true, Reply: Reply{Code: code, Enhanced: enhanced, Text: text}}, true
	}
	if strings.ContainsAny(env.From+env.To, "\r\n\x00<> ") || env.To == "" || !utf8.ValidString(env.From+env.To) {
		return local(553, "5.1.3", "the address cannot be written in SMTP")
	}
	if !c.Has("SMTPUTF8") && !(ascii(env.From+env.To) && asciiBytes(header(message))) {
		return local(553, "5.6.7", "the server takes no addresses in other scripts (SMTPUTF8)")
	}
	if !c.Has("8BITMIME") && !asciiBytes(message) {
		return local(554, "5.6.3", "the server takes no 8-bit letters")
	}
	if limit := c.MaxSize(); limit > 0 && int64(len(message)) > limit {
		return local(552, "5.3.4", "the letter is larger than the "+strconv.FormatInt(limit, 10)+" bytes that the server takes")
	}
	return Result{}, false
}

// transaction sends the envelope, and the letter when the envelope was taken.
func (c *Conn) transaction(env Envelope, message []byte) Result {
	commands := c.envelope(env, message)
	var res Result
	if c.Has("PIPELINING") {
		res = c.pipelined(commands)
	} else {
		res = c.lockstep(commands)
	}
	if res.Err != nil || res.Code != 354 {
		return res
	}
	return c.body(message)
}

type command struct {
	stage Stage
	line  string
}

func (c *Conn) envelope(env Envelope, message []byte) []command {
	var b strings.Builder
	b.WriteString("MAIL FROM:<" + env.From + ">")
	if c.Has("SIZE") {
		b.WriteString(" SIZE=" + strconv.Itoa(len(message)))
	}
	if c.Has("8BITMIME") && !asciiBytes(message) {
		b.WriteString(" BODY=8BITMIME")
	}
	if c.Has("SMTPUTF8") && (!ascii(env.From+env.To) || !asciiBytes(header(message))) {
		b.WriteString(" SMTPUTF8")
	}
	list := []command{{StageMail, b.String()}, {StageRcpt, "RCPT TO:<" + env.To + ">"}, {StageData, "DATA"}}
	if c.needRset {
		list = append([]command{{StageMail, "RSET"}}, list...)
	}
	return list
}

// lockstep asks one by one and stops at the first refusal.
func (c *Conn) lockstep(list []command) Result {
	var p Reply
	for _, cmd := range list {
		var err error
		if p, err = c.command(cmd.line); err != nil {
			return Result{Stage: cmd.stage, Err: err}
		}
		if !taken(cmd, p) {
			c.needRset = true
			return Result{Stage: cmd.stage, Reply: refusal(p)}
		}
	}
	return Result{Stage: StageData, Reply: p}
}

// pipelined writes all commands at once and reads the replies in order. The first refusal
// is the outcome; those behind it only follow from it. A 421 ends everything.
func (c *Conn) pipelined(list []command) Result {
	for _, cmd := range list {
		_, _ = c.w.WriteString(cmd.line)
		_, _ = c.w.WriteString("\r\n")
	}
	if err := c.w.Flush(); err != nil {
		return c.lastWords(list[0].stage, err)
	}
	var refused *Result
	var last Reply
	for _, cmd := range list {
		p, err := c.read(c.opt.Timeouts.Command)
		if err != nil {
			if refused != nil {
				c.dead = true
				return *refused
			}
			return Result{Stage: cmd.stage, Err: err}
		}
		if last = p; taken(cmd, p) {
			continue
		}
		if refused == nil {
			refused = &Result{Stage: cmd.stage, Reply: refusal(p)}
		}
		if p.Code == 421 {
			c.dead = true
			return *refused
		}
	}
	if refused == nil {
		return Result{Stage: StageData, Reply: last}
	}
	c.needRset = true
	if last.Code == 354 {
		c.emptyLetter()
	}
	return *refused
}

// emptyLetter ends a DATA that the server began although it had refused every recipient
// (RFC 2920 §3.1): a lone dot, whose reply means nothing.
func (c *Conn) emptyLetter() {
	if p, err := c.command("."); err != nil || p.Code == 421 {
		c.dead = true
	}
}

func taken(cmd command, p Reply) bool {
	if cmd.line == "DATA" {
		return p.Code == 354
	}
	return p.Code/100 == 2
}

// body writes the letter and the final dot. From the moment the dot is out until the reply is
// read, nobody knows who owns the letter.
func (c *Conn) body(message []byte) Result {
	c.writeStuffed(message)
	if err := c.w.Flush(); err != nil {
		// Not all was taken by the network, so the dot, which is last, did not arrive.
		return c.lastWords(StageData, err)
	}
	p, err := c.read(c.opt.Timeouts.Dot)
	if err != nil {
		return Result{Stage: StageDot, Err: err, MaybeSent: true}
	}
	if p.Code/100 != 2 {
		c.needRset = true
		return Result{Stage: StageDot, Reply: refusal(p)}
	}
	c.needRset = false
	return Result{Stage: StageDot, Reply: p}
}

// writeStuffed doubles the dots that begin a line (RFC 5321 §4.5.2) and adds the final one.
// Errors are kept by the writer until Flush.
func (c *Conn) writeStuffed(message []byte) {
	if bytes.HasPrefix(message, []byte(".")) {
		_ = c.w.WriteByte('.')
	}
	for rest := message; ; {
		i := bytes.Index(rest, []byte("\n."))
		if i < 0 {
			_, _ = c.w.Write(rest)
			break
		}
		_, _ = c.w.Write(rest[:i+2])
		_ = c.w.WriteByte('.')
		rest = rest[i+2:]
	}
	if !bytes.HasSuffix(message, []byte("\r\n")) {
		_, _ = c.w.WriteString("\r\n")
	}
	_, _ = c.w.WriteString(".\r\n")
}

// lastWords looks for a reply of a server that closed while we wrote ("552 too large" in the
// middle of a letter): it says more than "broken pipe". It is a refusal whatever its code.
func (c *Conn) lastWords(stage Stage, cause error) Result {
	p, err := c.read(time.Second)
	c.dead = true
	if err != nil || p.Code < 400 {
		return Result{Stage: stage, Err: errors.Join(cause, err)}
	}
	return Result{Stage: stage, Reply: p}
}

func header(message []byte) []byte {
	head, _, _ := bytes.Cut(message, []byte("\r\n\r\n"))
	return head
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func asciiBytes(b []byte) bool {
	for len(b) >= 8 {
		if (b[0]|b[1]|b[2]|b[3]|b[4]|b[5]|b[6]|b[7])&0x80 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
