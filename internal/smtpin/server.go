package smtpin

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"keruen/internal/mail/report"
)

// Limits of strangers.
const (
	maxLetter      = 10 << 20 // bytes
	maxLine        = 8 << 10  // bytes; RFC 5321 asks for 1000
	maxRecipients  = 10
	maxConnections = 200
	maxPerAddress  = 20
	silence        = 2 * time.Minute
	maxBadRcpts    = 20 // then the connection ends: somebody guesses
)

// operatorBoxes are the local parts that exist beside signed ones: feedback loops, and what RFC 2142 asks for.
var operatorBoxes = map[string]bool{"fbl": true, "abuse": true, "postmaster": true}

// Answers.
var (
	errNoRelay   = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "No relaying: this server takes only what comes back to its own letters"}
	errNoBox     = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such mailbox here"}
	errGuessing  = &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 7, 0}, Message: "Too many unknown mailboxes, closing"}
	errNullMany  = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 5, 3}, Message: "A report has one recipient"}
	errNotStored = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Cannot store the letter at the moment, try again later"}
)

// Serve takes letters from l until ctx ends.
func (s *Service) Serve(ctx context.Context, l net.Listener) error {
	srv := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{s: s, ctx: ctx}, nil
	}))
	srv.Domain, srv.TLSConfig = s.Domain, s.TLS
	srv.MaxMessageBytes, srv.MaxLineLength, srv.MaxRecipients = maxLetter, maxLine, maxRecipients
	srv.ReadTimeout, srv.WriteTimeout = silence, silence
	srv.EnableSMTPUTF8 = true
	srv.ErrorLog = quiet{s.Log}
	stop := context.AfterFunc(ctx, func() {
		// Sessions under way may end: what they have said is not lost, but sent again.
		_ = srv.Close()
	})
	defer stop()
	err := srv.Serve(&guarded{Listener: l, per: map[string]int{}})
	if ctx.Err() != nil || errors.Is(err, smtp.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// quiet hands the library's complaints to the log for developers only: they may hold what strangers sent.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(string, ...any) { q.log.Debug("inbound mail: a session went wrong") }
func (q quiet) Println(...any)        { q.log.Debug("inbound mail: a session went wrong") }

// session is one envelope after another of one connection.
type session struct {
	s    *Service
	ctx  context.Context
	from string
	to   []string
	bad  int
}

func (x *session) Reset()        { x.from, x.to = "", nil }
func (x *session) Logout() error { return nil }

func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	x.from = from
	return nil
}

// Rcpt takes addresses that we have signed, whatever their domain: it is a customer's, and the signature says enough.
func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	at := strings.LastIndexByte(to, '@')
	if at < 0 {
		at = len(to)
	}
	local, domain := to[:at], strings.TrimPrefix(to[at:], "@")
	if err := x.s.accepts(local, domain); err != nil {
		x.bad++
		if x.bad >= maxBadRcpts {
			return errGuessing
		}
		return err
	}
	if x.from == "" && len(x.to) > 0 {
		return errNullMany
	}
	x.to = append(x.to, local)
	return nil
}

func (s *Service) accepts(local, domain string) error {
	plain := strings.ToLower(report.Unwrap(local))
	if token, ok := strings.CutPrefix(plain, "b+"); ok {
		if _, err := s.Pipeline.ReadReturn(token); err == nil {
			return nil
		}
		return errNoBox
	}
	if token, ok := strings.CutPrefix(plain, "u+"); ok {
		if _, err := s.Pipeline.ReadUnsubscribe(token); err == nil {
			return nil
		}
		return errNoBox
	}
	ours := strings.EqualFold(strings.TrimSuffix(domain, "."), s.Domain)
	switch {
	case operatorBoxes[plain] && (ours || domain == "" && plain == "postmaster"): // RFC 5321 §4.5.1
		return nil
	case ours:
		return errNoBox
	}
	return errNoRelay
}

// Data answers 250 only when the letter is on record.
func (x *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	l := letter{From: x.from, To: x.to, Raw: raw}
	if err := x.s.forPeople(l); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.ctx), silence)
	defer cancel()
	if err := x.s.take(ctx, l); err != nil {
		x.s.Log.Error("take a letter that came in", "error", err)
		return errNotStored
	}
	return nil
}

// forPeople refuses a letter that a person wrote to the operator's addresses and that names none of our letters: nobody would read
// it here, and the writer should know.
func (s *Service) forPeople(l letter) error {
	if !l.forOperator() {
		return nil
	}
	r := report.Read(l.Raw, l.From)
	if r.Kind != report.Reply {
		return nil
	}
	if _, ok := s.named(r.Tokens); ok {
		return nil
	}
	text := "Reports are read by a program here; forward the letter that you complain of, with its header"
	if s.Contact != "" {
		text += ", or write to " + s.Contact
	}
	return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: text}
}

// guarded bounds connections, all together and those of one address.
type guarded struct {
	net.Listener
	mu  sync.Mutex
	all int
	per map[string]int
}

// Accept turns away who has too many connections, and returns the next one that may stay.
func (g *guarded) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		host, _, err := net.SplitHostPort(c.RemoteAddr().String())
		if err != nil {
			host = c.RemoteAddr().String()
		}
		if g.enter(host) {
			return &counted{Conn: c, leave: sync.OnceFunc(func() { g.leave(host) })}, nil
		}
		_ = c.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = io.WriteString(c, "421 4.7.0 Too many connections, come back later\r\n")
		_ = c.Close()
	}
}

func (g *guarded) enter(host string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all >= maxConnections || g.per[host] >= maxPerAddress {
		return false
	}
	g.all++
	g.per[host]++
	return true
}

func (g *guarded) leave(host string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all--
	if g.per[host]--; g.per[host] <= 0 {
		delete(g.per, host)
	}
}

type counted struct {
	net.Conn
	leave func()
}

func (c *counted) Close() error {
	c.leave()
	return c.Conn.Close()
}
