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
// When ctx ends the connection is closed at once. Letters of other callers under way over the connection then fail too:
// MaybeSent tells the one whose final dot was out from those that certainly did not go.
func (c *Conn) Send(ctx context.Context, env Envelope, message []byte) Result {
	begun := time.Now()
	if c.dead.Load() {
		return c.stamp(Result{Stage: StageMail, Err: ErrClosed}, ctx)
	}
	if err := ctx.Err(); err != nil {
		return c.stamp(Result{Stage: StageMail, Err: err}, ctx)
	}
	t := &turn{env: env, message: message, eight: !asciiBytes(message)}
	if res, ok := c.refuse(t); ok {
		return c.stamp(res, ctx)
	}
	if err := c.await(ctx, t); err != nil {
		return c.stamp(Result{Stage: StageMail, Err: err}, ctx)
	}
	res := c.serve(ctx, t)
	res.Took = time.Since(begun)
	return res
}

// serve is the turn of one letter.
func (c *Conn) serve(ctx context.Context, t *turn) Result {
	defer c.pass()
	if c.dead.Load() {
		return c.stamp(Result{Stage: StageMail, Err: ErrClosed}, ctx)
	}
	c.watch(ctx)
	if err := ctx.Err(); err != nil {
		if t.out { // no body will follow
			c.drop()
		}
		return c.stamp(Result{Stage: StageMail, Err: err}, ctx)
	}
	res := c.transaction(t)
	c.tried.Add(1)
	c.lastUse.Store(time.Now().UnixNano())
	if res.Accepted() {
		c.sent.Add(1)
	}
	res = c.stamp(res, ctx)
	if res.Err != nil || res.Code == 421 || c.dead.Load() {
		c.drop()
	}
	return res
}

// refuse finds the letters that this server could not take, without asking it.
func (c *Conn) refuse(t *turn) (Result, bool) {
	env, message := t.env, t.message
	local := func(code int, enhanced, text string) (Result, bool) {
		return Result{Stage: StageMail, Local: true, Reply: Reply{Code: code, Enhanced: enhanced, Text: text}}, true
	}
	if strings.ContainsAny(env.From+env.To, "\r\n\x00<> ") || env.To == "" || !utf8.ValidString(env.From+env.To) {
		return local(553, "5.1.3", "the address cannot be written in SMTP")
	}
	if t.needsUTF8() && !c.Has("SMTPUTF8") {
		return local(553, "5.6.7", "the server takes no addresses in other scripts (SMTPUTF8)")
	}
	if t.eight && !c.Has("8BITMIME") {
		return local(554, "5.6.3", "the server takes no 8-bit letters")
	}
	if limit := c.MaxSize(); limit > 0 && int64(len(message)) > limit {
		return local(552, "5.3.4", "the letter is larger than the "+strconv.FormatInt(limit, 10)+" bytes that the server takes")
	}
	return Result{}, false
}

// transaction sends the envelope, unless it is out already, and the letter when the envelope was taken.
func (c *Conn) transaction(t *turn) Result {
	var res Result
	switch {
	case t.out:
		res = c.answers(c.stages(c.chunks()))
	case c.pipes:
		res = c.pipelined(t)
	default:
		res = c.lockstep(t)
	}
	if res.Err != nil || res.Stage != StageData || res.Code >= 400 {
		return res
	}
	return c.body(t)
}

var (
	envelopeStages = []Stage{StageMail, StageMail, StageRcpt, StageData} // RSET belongs to the envelope
	chunkedStages  = []Stage{StageMail, StageMail, StageRcpt}            // BDAT asks for no leave
)

// stages are the replies to the commands of an envelope, with or without a RSET before it.
func (c *Conn) stages(reset bool) []Stage {
	all := envelopeStages
	if c.chunks() {
		all = chunkedStages
	}
	if reset {
		return all
	}
	return all[1:]
}

// chunks tells that letters go by BDAT (RFC 3030).
func (c *Conn) chunks() bool { return c.opt.Chunking && c.Has("CHUNKING") }

func (c *Conn) mailLine(t *turn) string {
	b := make([]byte, 0, 160)
	b = append(append(append(b, "MAIL FROM:<"...), t.env.From...), '>')
	if c.maxSize > 0 || c.Has("SIZE") {
		b = strconv.AppendInt(append(b, " SIZE="...), int64(len(t.message)), 10)
	}
	if t.eight && c.Has("8BITMIME") {
		b = append(b, " BODY=8BITMIME"...)
	}
	if t.needsUTF8() && c.Has("SMTPUTF8") {
		b = append(b, " SMTPUTF8"...)
	}
	if c.asksReports() {
		b = append(b, " RET=HDRS"...)
		if t.env.ID != "" {
			b = appendXtext(append(b, " ENVID="...), t.env.ID)
		}
	}
	return string(b)
}

func (c *Conn) rcptLine(t *turn) string {
	line := "RCPT TO:<" + t.env.To + ">"
	if c.asksReports() {
		line += " NOTIFY=FAILURE"
	}
	return line
}

func (c *Conn) asksReports() bool { return c.opt.DSN && c.Has("DSN") }

// appendXtext writes what is not plain as +XX (RFC 3461 §4).
func appendXtext(b []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	for i := 0; i < len(s); i++ {
		if ch := s[i]; ch > ' ' && ch <= '~' && ch != '+' && ch != '=' {
			b = append(b, ch)
			continue
		}
		b = append(b, '+', hex[s[i]>>4], hex[s[i]&15])
	}
	return b
}

// lockstep asks one by one and stops at the first refusal.
func (c *Conn) lockstep(t *turn) Result {
	lines, stages := []string{"RSET", c.mailLine(t), c.rcptLine(t), "DATA"}, c.stages(c.needRset)
	if !c.needRset {
		lines = lines[1:]
	}
	var p Reply
	for i := range stages {
		var err error
		if p, err = c.command(lines[i]); err != nil {
			return Result{Stage: stages[i], Err: err}
		}
		if !taken(stages[i], p) {
			c.refused(p)
			return Result{Stage: stages[i], Reply: refusal(p)}
		}
	}
	return Result{Stage: StageData, Reply: p}
}

// pipelined writes the envelope at once and reads the replies.
func (c *Conn) pipelined(t *turn) Result {
	stages := c.stages(c.needRset)
	if c.needRset {
		_, _ = c.w.WriteString("RSET\r\n")
	}
	c.writeEnvelope(t)
	if err := c.w.Flush(); err != nil {
		return c.lastWords(StageMail, err)
	}
	return c.answers(stages)
}

// writeEnvelope puts MAIL, RCPT and, where the letter needs leave, DATA into the buffer.
func (c *Conn) writeEnvelope(t *turn) {
	t.out = true
	_, _ = c.w.WriteString(c.mailLine(t))
	_, _ = c.w.WriteString("\r\n")
	_, _ = c.w.WriteString(c.rcptLine(t))
	_, _ = c.w.WriteString("\r\n")
	if !c.chunks() {
		_, _ = c.w.WriteString("DATA\r\n")
	}
}

// answers reads the replies to an envelope in order. The first refusal is the outcome; those behind it only follow
// from it. A 421 ends everything.
func (c *Conn) answers(stages []Stage) Result {
	var refused *Result
	var last Reply
	for _, stage := range stages {
		p, err := c.read(c.opt.Timeouts.Command)
		if err != nil {
			if refused != nil {
				c.dead.Store(true)
				return *refused
			}
			return Result{Stage: stage, Err: err}
		}
		if last = p; taken(stage, p) {
			continue
		}
		if refused == nil {
			refused = &Result{Stage: stage, Reply: refusal(p)}
		}
		c.refused(p)
		if p.Code == 421 || p.Code == 354 && stage != StageData {
			c.dead.Store(true)
			return *refused
		}
	}
	if refused == nil {
		return c.leave(last)
	}
	if last.Code == 354 {
		c.emptyLetter()
	}
	return *refused
}

// leave is the 354, or with chunks the reply to RCPT. What the server said beyond it answers nothing that we asked: were it taken for the reply to the
// letter, a refused letter could count as accepted. Nothing of the letter is out yet, so a failure is certain.
func (c *Conn) leave(p Reply) Result {
	if c.r.Buffered() == 0 {
		return Result{Stage: StageData, Reply: p}
	}
	extra, err := c.read(c.opt.Timeouts.Command)
	c.dead.Store(true)
	if err != nil || extra.Code < 400 {
		return Result{Stage: StageData, Err: errors.Join(ErrReply, err)}
	}
	return Result{Stage: StageData, Reply: extra}
}

// refused notes what has to happen before the next letter. A 2xx or 3xx out of place means that replies and
// commands no longer match, and no further reply could be believed.
func (c *Conn) refused(p Reply) {
	c.needRset = true
	if p.Code < 400 {
		c.dead.Store(true)
	}
}

// emptyLetter ends a DATA that the server began although it had refused every recipient
// (RFC 2920 §3.1): a lone dot, whose reply means nothing.
func (c *Conn) emptyLetter() {
	if p, err := c.command("."); err != nil || p.Code == 421 {
		c.dead.Store(true)
	}
}

func taken(stage Stage, p Reply) bool {
	if stage == StageData {
		return p.Code == 354
	}
	return p.Code/100 == 2
}

// body writes the letter with its end, the final dot or the last chunk, and, in the same write, the envelope of the letter that comes next. From the
// moment the dot is out until the reply is read, nobody knows who owns the letter.
func (c *Conn) body(t *turn) Result {
	c.writeLetter(t.message)
	dot := c.written + int64(c.w.Buffered())
	c.writeNext()
	if err := c.w.Flush(); err != nil && c.written < dot {
		// Not all was taken by the network, so the dot did not arrive.
		return c.lastWords(StageData, err)
	}
	c.letterIsOut()
	p, err := c.read(c.opt.Timeouts.Dot)
	if err != nil {
		return Result{Stage: StageDot, Err: err, MaybeSent: true}
	}
	// A dot ends the transaction whatever the reply (RFC 5321 §4.1.1.4); a chunk that was refused leaves it open (RFC 3030 §2).
	c.needRset = c.chunks() && p.Code/100 != 2
	if p.Code/100 != 2 {
		if p.Code < 400 {
			c.dead.Store(true)
		}
		return Result{Stage: StageDot, Reply: refusal(p)}
	}
	return Result{Stage: StageDot, Reply: p}
}

func (c *Conn) writeLetter(message []byte) {
	if !c.chunks() {
		c.writeStuffed(message)
		return
	}
	end := ""
	if !bytes.HasSuffix(message, []byte("\r\n")) {
		end = "\r\n"
	}
	_, _ = c.w.WriteString("BDAT " + strconv.Itoa(len(message)+len(end)) + " LAST\r\n")
	_, _ = c.w.Write(message)
	_, _ = c.w.WriteString(end)
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
	c.dead.Store(true)
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
