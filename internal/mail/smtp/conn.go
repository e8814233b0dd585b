package smtp

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Conn is a connection that has said EHLO. Up to Depth goroutines may Send over it at once: the letters go one behind the
// other, and the envelope of the next rides behind the final dot of the one before (RFC 2920 §3.1). Close is safe at any time.
type Conn struct {
	nc       net.Conn
	r        *bufio.Reader
	w        *bufio.Writer
	opt      Options
	ext      map[string]string // keyword in upper case → parameters
	pipes    bool              // the server takes commands in groups
	maxSize  int64
	peer     netip.Addr
	tls      string
	needRset bool // the last transaction was refused
	written  int64
	deadline deadlines

	dead    atomic.Bool
	sent    atomic.Int64 // letters accepted
	tried   atomic.Int64 // transactions begun
	lastUse atomic.Int64 // nanoseconds of the Unix epoch

	mu      sync.Mutex
	holder  *turn   // reads and writes; nobody else may, but for what turn.go says
	line    []*turn // who comes after, in order
	dotOut  bool    // the holder's letter is out, all of it, and its reply is awaited
	watched <-chan struct{}
	active  <-chan struct{} // the Done of the holder's context
	unwatch func() bool
}

// Errors of setting up a connection, found in Result.Err.
var (
	ErrNoTLS      = errors.New("the server offers no TLS, and the settings require it")
	ErrInjected   = errors.New("the server sent data in clear behind STARTTLS")
	ErrNoAuth     = errors.New("the server offers neither PLAIN nor LOGIN for signing in")
	ErrClearLogin = errors.New("the password would travel in clear; turn TLS on")
	ErrClosed     = errors.New("the connection is closed")
)

// Dial connects to addr ("host:port"), greets, starts TLS and signs in as the options say.
// conn is nil when that did not come about, and the Result says at which stage and why.
func Dial(ctx context.Context, addr string, o Options) (*Conn, Result) {
	o.Timeouts = o.Timeouts.withDefaults()
	if o.Helo == "" {
		o.Helo = "localhost"
	}
	if o.Depth <= 0 {
		o.Depth = DefaultDepth
	}
	begun := time.Now()
	nc, err := connect(ctx, addr, o)
	if err != nil {
		return nil, Result{Stage: StageConnect, Err: err, Took: time.Since(begun)}
	}
	c := &Conn{nc: nc, opt: o}
	c.lastUse.Store(begun.UnixNano())
	if ap, err := netip.ParseAddrPort(nc.RemoteAddr().String()); err == nil {
		c.peer = ap.Addr().Unmap()
	}
	c.wrap(nc)
	stop := c.interruptible(ctx)
	res := c.open(ctx, addr)
	stop()
	res.Took = time.Since(begun)
	if res.Err != nil || res.Code/100 != 2 {
		res = c.stamp(res, ctx)
		c.drop()
		return nil, res
	}
	return c, c.stamp(res, ctx)
}

func connect(ctx context.Context, addr string, o Options) (net.Conn, error) {
	d := net.Dialer{Timeout: o.Timeouts.Connect}
	if o.LocalAddr.IsValid() {
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(o.LocalAddr, 0))
	}
	return d.DialContext(ctx, "tcp", addr)
}

// open goes from the first byte to a session ready for letters.
func (c *Conn) open(ctx context.Context, addr string) Result {
	host, _, _ := net.SplitHostPort(addr)
	if c.opt.Security == Implicit {
		if err := c.handshake(ctx, host); err != nil {
			return Result{Stage: StageTLS, Err: err}
		}
	}
	banner, err := c.read(c.opt.Timeouts.Banner)
	if err != nil || banner.Code/100 != 2 {
		return Result{Stage: StageBanner, Reply: banner, Err: err}
	}
	res := c.greet()
	if failed(res) {
		return res
	}
	if c.opt.Security == Opportunistic || c.opt.Security == Required {
		tlsRes := c.startTLS(ctx, host)
		if failed(tlsRes) {
			return tlsRes
		}
	}
	if c.opt.User != "" {
		return c.auth()
	}
	return res
}

func failed(r Result) bool { return r.Err != nil || r.Code/100 != 2 }

// greet says EHLO, and HELO to a server that does not know EHLO (RFC 5321 §3.2).
func (c *Conn) greet() Result {
	c.ext, c.pipes, c.maxSize = map[string]string{}, false, 0
	p, err := c.command("EHLO " + c.opt.Helo)
	if err != nil {
		return Result{Stage: StageEhlo, Err: err}
	}
	if p.Code/100 == 5 {
		p, err = c.command("HELO " + c.opt.Helo)
		return Result{Stage: StageEhlo, Reply: p, Err: err}
	}
	if p.Code/100 == 2 {
		for _, l := range p.lines[min(1, len(p.lines)):] {
			word, rest, _ := strings.Cut(strings.Replace(l, "=", " ", 1), " ")
			c.ext[strings.ToUpper(word)] = strings.TrimSpace(rest)
		}
	}
	c.pipes, c.maxSize = c.Has("PIPELINING"), 0
	if n, err := strconv.ParseInt(c.ext["SIZE"], 10, 64); err == nil && n > 0 {
		c.maxSize = n
	}
	return Result{Stage: StageEhlo, Reply: p}
}

// startTLS leaves the connection in clear when that is allowed. What was learnt before the
// handshake is forgotten (RFC 3207 §4.2).
func (c *Conn) startTLS(ctx context.Context, host string) Result {
	clear := Result{Stage: StageEhlo, Reply: Reply{Code: 250}}
	if !c.Has("STARTTLS") {
		if c.opt.Security == Required {
			return Result{Stage: StageTLS, Err: ErrNoTLS}
		}
		return clear
	}
	p, err := c.command("STARTTLS")
	if err != nil {
		return Result{Stage: StageTLS, Err: err}
	}
	if p.Code != 220 {
		if c.opt.Security == Opportunistic && p.Code != 421 {
			return clear
		}
		return Result{Stage: StageTLS, Reply: p}
	}
	// Bytes that came in clear behind the 220 would be read as if TLS protected them.
	if c.r.Buffered() > 0 {
		return Result{Stage: StageTLS, Err: ErrInjected}
	}
	if err := c.handshake(ctx, host); err != nil {
		return Result{Stage: StageTLS, Err: err}
	}
	return c.greet()
}

func (c *Conn) handshake(ctx context.Context, host string) error {
	conf := c.opt.TLS.Clone()
	if conf == nil {
		conf = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: c.opt.Security == Opportunistic}
	}
	if conf.ServerName == "" {
		conf.ServerName = strings.TrimSuffix(host, ".")
	}
	t := tls.Client(c.nc, conf)
	_ = c.nc.SetDeadline(time.Now().Add(c.opt.Timeouts.Command))
	if err := t.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("tls handshake: %w", err)
	}
	_ = c.nc.SetDeadline(time.Time{})
	c.deadline = deadlines{}
	s := t.ConnectionState()
	c.tls = tls.VersionName(s.Version) + " " + tls.CipherSuiteName(s.CipherSuite)
	c.nc = t
	c.wrap(t)
	return nil
}

func (c *Conn) wrap(nc net.Conn) {
	c.r = bufio.NewReaderSize(nc, 4<<10)
	c.w = bufio.NewWriterSize(blockWriter{c}, 32<<10)
}

// blockWriter gives each block that goes out its own deadline, and counts what the network took.
type blockWriter struct{ c *Conn }

func (w blockWriter) Write(b []byte) (int, error) {
	w.c.deadline.forWrite(w.c.nc, w.c.opt.Timeouts.Block)
	n, err := w.c.nc.Write(b)
	w.c.written += int64(n)
	return n, err
}

// deadlines remembers what was set: moving a timer of the runtime costs more than reading a reply that is here already.
type deadlines struct{ read, write time.Time }

func (d *deadlines) forWrite(nc net.Conn, wait time.Duration) {
	if want := time.Now().Add(wait); !near(d.write, want, wait) {
		d.write = want
		_ = nc.SetWriteDeadline(want)
	}
}

func (d *deadlines) forRead(nc net.Conn, wait time.Duration) {
	if want := time.Now().Add(wait); !near(d.read, want, wait) {
		d.read = want
		_ = nc.SetReadDeadline(want)
	}
}

// near takes a deadline that is off by a twentieth of the patience for the one wanted.
func near(set, want time.Time, wait time.Duration) bool {
	return set.Sub(want).Abs() <= wait/20
}

// auth signs in with PLAIN (RFC 4616) or LOGIN.
func (c *Conn) auth() Result {
	if c.tls == "" && !c.peer.IsLoopback() {
		return Result{Stage: StageAuth, Err: ErrClearLogin}
	}
	offered := " " + strings.ToUpper(c.ext["AUTH"]) + " "
	b64 := base64.StdEncoding.EncodeToString
	switch {
	case strings.Contains(offered, " PLAIN "):
		p, err := c.command("AUTH PLAIN " + b64([]byte("\x00"+c.opt.User+"\x00"+c.opt.Password)))
		return Result{Stage: StageAuth, Reply: p, Err: err}
	case strings.Contains(offered, " LOGIN "):
		for _, line := range []string{"AUTH LOGIN", b64([]byte(c.opt.User))} {
			p, err := c.command(line)
			if err != nil || p.Code != 334 {
				return Result{Stage: StageAuth, Reply: refusal(p), Err: err}
			}
		}
		p, err := c.command(b64([]byte(c.opt.Password)))
		return Result{Stage: StageAuth, Reply: p, Err: err}
	}
	return Result{Stage: StageAuth, Err: ErrNoAuth}
}

// refusal makes an answer that was out of place (2xx where 3xx belongs) a refusal.
func refusal(p Reply) Reply {
	if p.Code/100 == 2 || p.Code/100 == 3 {
		return Reply{Code: 503, Text: "unexpected answer " + strconv.Itoa(p.Code) + " " + p.Text}
	}
	return p
}

// Has tells whether the server offers an extension, by its EHLO keyword in capitals.
func (c *Conn) Has(keyword string) bool {
	_, ok := c.ext[keyword]
	return ok
}

// MaxSize is the largest letter the server takes, in bytes; 0 when it did not say (RFC 1870).
func (c *Conn) MaxSize() int64 { return c.maxSize }

// Depth is how many letters may be under way at once: one when the server takes no commands in groups.
func (c *Conn) Depth() int {
	if !c.pipes {
		return 1
	}
	return c.opt.Depth
}

// Host is Options.Host.
func (c *Conn) Host() string { return c.opt.Host }

// TLS is the state of the protection; nil in clear.
func (c *Conn) TLS() *tls.ConnectionState {
	t, ok := c.nc.(*tls.Conn)
	if !ok {
		return nil
	}
	s := t.ConnectionState()
	return &s
}

// Sent is how many letters the server accepted over this connection.
func (c *Conn) Sent() int { return int(c.sent.Load()) }

// Reused tells that an earlier transaction was begun over this connection.
func (c *Conn) Reused() bool { return c.tried.Load() > 0 }

// Alive tells whether another letter may be tried.
func (c *Conn) Alive() bool { return !c.dead.Load() }

// LastUse is when the connection last finished something, in the machine's time.
func (c *Conn) LastUse() time.Time { return time.Unix(0, c.lastUse.Load()) }

// Close says QUIT, waits a second at most, and closes. It may be called twice. Letters under way are cut off.
func (c *Conn) Close() {
	c.mu.Lock()
	quiet := c.holder == nil
	c.mu.Unlock()
	if quiet && !c.dead.Swap(true) {
		_ = c.nc.SetDeadline(time.Now().Add(time.Second))
		if _, err := c.nc.Write([]byte("QUIT\r\n")); err == nil {
			_, _ = readReply(c.r)
		}
	}
	c.drop()
}

func (c *Conn) drop() {
	c.kill()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.unwatch != nil {
		c.unwatch()
		c.unwatch, c.watched = nil, nil
	}
}

func (c *Conn) kill() {
	c.dead.Store(true)
	_ = c.nc.Close()
}

// command writes one line and reads its reply.
func (c *Conn) command(line string) (Reply, error) {
	_, _ = c.w.WriteString(line)
	_, _ = c.w.WriteString("\r\n")
	if err := c.w.Flush(); err != nil {
		return Reply{}, err
	}
	return c.read(c.opt.Timeouts.Command)
}

// read waits for a whole reply; the deadline covers all its lines.
func (c *Conn) read(wait time.Duration) (Reply, error) {
	if !c.replyIsHere() {
		c.deadline.forRead(c.nc, wait)
	}
	return readReply(c.r)
}

// replyIsHere tells that the next reply, of one line, was received whole.
func (c *Conn) replyIsHere() bool {
	b, _ := c.r.Peek(c.r.Buffered())
	return len(b) > 4 && b[3] != '-' && bytes.IndexByte(b, '\n') > 0
}

// interruptible makes the end of ctx end every wait on the socket. stop must be called.
func (c *Conn) interruptible(ctx context.Context) (stop func()) {
	nc := c.nc
	end := context.AfterFunc(ctx, func() { _ = nc.Close() })
	return func() {
		if !end() {
			c.dead.Store(true)
		}
	}
}

// stamp adds what is known of the connection, and names ctx as the cause when it was.
func (c *Conn) stamp(r Result, ctx context.Context) Result {
	r.Peer, r.TLS = c.peer, c.tls
	if r.Err != nil && ctx.Err() != nil {
		r.Err = ctx.Err()
	}
	return r
}
