package email_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	server "github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/channel/email"
	"keruen/internal/clock"
	"keruen/internal/mail/mx"
)

var start = time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC)

// inbox is a mail server that is not ours. What a recipient's local part begins with decides.
type inbox struct {
	mu       sync.Mutex
	letters  []letter
	sessions int
	open     int
	most     int                 // connections at once
	tries    map[string][]string // envelope senders by recipient, also of refused attempts
	perConn  int                 // letters after which a connection is ended with 421; 0: never
	maxConns int                 // 0: any
	gate     chan struct{}       // letters wait here before they are answered; nil: none do
	came     int                 // letters that reached the gate
	from     netip.Addr          // of the last connection
	helo     string              // of its first letter
	inClear  int                 // letters that came without TLS
	addr     netip.AddrPort
	srv      *server.Server
	ln       net.Listener
}

type letter struct{ from, to, raw string }

func newInbox(t testing.TB, tune func(*server.Server, *inbox)) *inbox {
	t.Helper()
	in := &inbox{tries: map[string][]string{}}
	in.srv = server.NewServer(in)
	in.srv.Domain = "inbox.test"
	in.srv.AllowInsecureAuth = true
	in.srv.EnableSMTPUTF8 = true
	in.srv.ErrorLog = quiet{}
	if tune != nil {
		tune(in.srv, in)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	in.ln = ln
	in.addr = netip.MustParseAddrPort(ln.Addr().String())
	done := make(chan struct{})
	go func() { defer close(done); _ = in.srv.Serve(ln) }()
	t.Cleanup(func() { _ = in.srv.Close(); _ = ln.Close(); <-done })
	return in
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func (in *inbox) NewSession(c *server.Conn) (server.Session, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.sessions++
	in.open++
	if in.maxConns > 0 && in.open > in.maxConns {
		in.open--
		return nil, &server.SMTPError{Code: 421, EnhancedCode: server.EnhancedCode{4, 7, 0}, Message: "Too many concurrent connections"}
	}
	in.most = max(in.most, in.open)
	in.from, in.helo = netip.MustParseAddrPort(c.Conn().RemoteAddr().String()).Addr(), c.Hostname()
	return &session{in: in, nc: c.Conn()}, nil
}

func (in *inbox) got() []letter {
	in.mu.Lock()
	defer in.mu.Unlock()
	return append([]letter(nil), in.letters...)
}

// clear counts the letters that came without TLS.
func (in *inbox) clear() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.inClear
}

type session struct {
	in   *inbox
	nc   net.Conn
	n    int
	from string
	to   string
}

func (s *session) Mail(from string, _ *server.MailOptions) error {
	s.from = from
	if s.in.perConn > 0 && s.n >= s.in.perConn {
		return &server.SMTPError{Code: 421, EnhancedCode: server.EnhancedCode{4, 7, 0}, Message: "too many messages in this session"}
	}
	return nil
}

func (s *session) Rcpt(to string, _ *server.RcptOptions) error {
	s.to = to
	s.in.mu.Lock()
	s.in.tries[to] = append(s.in.tries[to], s.from)
	s.in.mu.Unlock()
	switch local, _, _ := strings.Cut(to, "@"); {
	case strings.HasPrefix(local, "unknown"):
		return &server.SMTPError{Code: 550, EnhancedCode: server.EnhancedCode{5, 1, 1}, Message: "No such user here"}
	case strings.HasPrefix(local, "grey"):
		return &server.SMTPError{Code: 450, EnhancedCode: server.EnhancedCode{4, 2, 0}, Message: "Greylisted, please retry in 300 seconds"}
	case strings.HasPrefix(local, "hurry"):
		return &server.SMTPError{Code: 450, EnhancedCode: server.EnhancedCode{4, 7, 28}, Message: "You are sending too fast"}
	case strings.HasPrefix(local, "quote"):
		return &server.SMTPError{Code: 554, EnhancedCode: server.EnhancedCode{5, 7, 1}, Message: "the user " + strings.ToUpper(local) + " <" + to + "> is not welcome, ask " + s.from}
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	b, err := s.in.hold(r)
	if err != nil {
		return err
	}
	if strings.HasPrefix(s.to, "drop") {
		_ = s.nc.Close()
	}
	s.n++
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	s.in.letters = append(s.in.letters, letter{s.from, s.to, string(b)})
	if _, protected := s.nc.(*tls.Conn); !protected {
		s.in.inClear++
	}
	return nil
}

func (s *session) Reset() {}

func (s *session) Logout() error {
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	s.in.open--
	return nil
}

// zone leads every domain to the addresses given, or to an error by name.
type zone struct {
	addrs []netip.Addr
	errs  map[string]error
}

func (z zone) Plan(_ context.Context, domain string) (mx.Plan, error) {
	if err, ok := z.errs[domain]; ok {
		return mx.Plan{}, fmt.Errorf("look up: %w", err)
	}
	return mx.Plan{Domain: domain, Site: "mx1.inbox.test,mx2.inbox.test", Hosts: []mx.Host{{Name: "mx1.inbox.test", Addrs: z.addrs}}}, nil
}

func plain(s channel.Sender) ([]byte, error) { return s.Settings, nil }

// direct makes a channel whose every recipient lives in the inbox.
func direct(t testing.TB, in *inbox, tune func(*email.Config)) *email.Channel {
	t.Helper()
	conf := email.Config{Clock: clock.NewFake(start), Resolver: zone{addrs: []netip.Addr{in.addr.Addr()}}, Settings: plain, Helo: "mail.keruen.test", Port: int(in.addr.Port())}
	if tune != nil {
		tune(&conf)
	}
	c, err := email.New(conf)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func sender(t testing.TB, s email.Settings) channel.Sender {
	t.Helper()
	doc, err := json.Marshal(s)
	require.NoError(t, err)
	return channel.Sender{ID: 5, Tenant: 9, Kind: channel.Email, Name: "Shop", Address: "news@shop.test", Settings: doc, Version: 1}
}

func message(to string, n int) channel.Message {
	return channel.Message{
		Ref: channel.Ref{Part: 77, Seq: int32(n)}, Tenant: 9, Purpose: channel.Advertising, Attempt: 1, To: to, ToName: "Айгүл",
		Email: &channel.Letter{
			FromName: "Магазин", From: "news@shop.test", ReplyTo: "help@shop.test", Subject: "Скидки", Date: start,
			HTML: "<p>Сәлем!</p>", Text: "Сәлем!", UnsubscribeURL: "https://t.shop.test/u/abc", UnsubscribeTo: "u+abc@b.shop.test",
			ListID: "weekly", CampaignLabel: "spring-26", ReturnToken: fmt.Sprintf("tok%d", n),
		},
	}
}

func from(s channel.Sender, m channel.Message) channel.Message {
	m.Sender = s
	return m
}
