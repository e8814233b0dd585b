package smtp_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	server "github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"keruen/internal/mail/smtp"
)

const hello = "From: a@example.org\r\nSubject: x\r\n\r\nHello\r\n.\r\n..two\r\nend\r\n"

// sink is a server that is not ours; it keeps what it received.
type sink struct {
	mu       sync.Mutex
	got      []got
	sessions int
	mailErr  error
	rcptErr  error
	dataErr  error
	user     string
}

type got struct {
	from, to, body string
	opts           server.MailOptions
}

func (s *sink) NewSession(*server.Conn) (server.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions++
	return &session{sink: s}, nil
}

func (s *sink) letters() []got {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]got(nil), s.got...)
}

type session struct {
	*sink
	cur got
}

func (s *session) Mail(from string, o *server.MailOptions) error {
	s.cur = got{from: from, opts: *o}
	return s.mailErr
}

func (s *session) Rcpt(to string, _ *server.RcptOptions) error {
	s.cur.to = to
	return s.rcptErr
}

func (s *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.cur.body = string(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dataErr == nil {
		s.got = append(s.got, s.cur)
	}
	return s.dataErr
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != "right" {
			return &server.SMTPError{Code: 535, EnhancedCode: server.EnhancedCode{5, 7, 8}, Message: "no"}
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.user = user
		return nil
	}), nil
}

func serve(t testing.TB, be *sink, tune func(*server.Server)) string {
	t.Helper()
	return serveBackend(t, be, tune)
}

func serveBackend(t testing.TB, be server.Backend, tune ...func(*server.Server)) string {
	t.Helper()
	srv := server.NewServer(be)
	srv.Domain = "sink.test"
	srv.AllowInsecureAuth = true
	srv.ErrorLog = quiet{}
	for _, f := range tune {
		if f != nil {
			f(srv)
		}
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(ln) }()
	t.Cleanup(func() { _ = srv.Close(); _ = ln.Close(); <-done })
	return ln.Addr().String()
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// scripted is a server that says exactly what the test wants.
func scripted(t *testing.T, play func(s *stage)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer nc.Close()
				play(&stage{nc: nc, r: bufio.NewReader(nc)})
			})
		}
	})
	t.Cleanup(func() { _ = ln.Close(); wg.Wait() })
	return ln.Addr().String()
}

type stage struct {
	nc net.Conn
	r  *bufio.Reader
}

func (s *stage) say(lines ...string) { _, _ = io.WriteString(s.nc, strings.Join(lines, "\r\n")+"\r\n") }

// hear reads lines until one begins with want; "" when the client went away.
func (s *stage) hear(want string) string {
	for {
		l, err := s.r.ReadString('\n')
		if err != nil {
			return ""
		}
		if l = strings.TrimRight(l, "\r\n"); strings.HasPrefix(l, want) {
			return l
		}
	}
}

// greet plays the beginning, up to the EHLO reply.
func (s *stage) greet(extensions ...string) {
	s.say("220 test ESMTP")
	s.hear("EHLO")
	s.say(append([]string{"250-test"}, append(prefixed(extensions), "250 HELP")...)...)
}

func prefixed(list []string) []string {
	var out []string
	for _, e := range list {
		out = append(out, "250-"+e)
	}
	return out
}

func (s *stage) cut() { _ = s.nc.(*net.TCPConn).SetLinger(0); _ = s.nc.Close() }

func dial(t testing.TB, addr string, o smtp.Options) *smtp.Conn {
	t.Helper()
	conn, res := smtp.Dial(context.Background(), addr, o)
	require.NotNil(t, conn, res.String())
	t.Cleanup(conn.Close)
	return conn
}

func env() smtp.Envelope { return smtp.Envelope{From: "b+1@example.org", To: "jo@example.net"} }

// certificate makes a self-signed one for name, and a pool that trusts it.
func certificate(t *testing.T, name string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	tpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	if ip := net.ParseIP(name); ip != nil {
		tpl.IPAddresses = []net.IP{ip}
	}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, &key.PublicKey, key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

var errRefused = &server.SMTPError{Code: 550, EnhancedCode: server.EnhancedCode{5, 1, 1}, Message: "No such user here"}

var loopback = netip.MustParseAddr("127.0.0.1")
