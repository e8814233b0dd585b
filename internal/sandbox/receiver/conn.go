package receiver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"
)

// how long the last words of a server may take to arrive before the line is cut.
const farewell = 2 * time.Second

// gate lets so many connections in at once and turns the others away.
type gate struct {
	net.Listener
	room chan struct{}
	away func(net.Conn)
}

func newGate(l net.Listener, limit int, away func(net.Conn)) *gate {
	return &gate{Listener: l, room: make(chan struct{}, max(1, limit)), away: away}
}

// Accept returns the next connection there is room for.
func (g *gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case g.room <- struct{}{}:
			return &conn{Conn: c, leave: sync.OnceFunc(func() { <-g.room })}, nil
		default:
			go g.away(c)
		}
	}
}

// conn is a connection that can end after the words now being written.
type conn struct {
	net.Conn
	leave   func()
	letters int // MAIL commands seen; used by one session at a time
	last    atomic.Bool
	over    atomic.Bool
}

// endAfterReply makes the next write the last one.
func (c *conn) endAfterReply() { c.last.Store(true) }

// Write sends a reply, and half-closes after the last one.
func (c *conn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	if c.last.Load() && !c.over.Swap(true) {
		closeWrite(c.Conn)
	}
	return n, err
}

// Read ends the stream once the last words are out. What the client still had in the pipe is
// read away first: closing over unread bytes resets the line, and the last words would be lost.
func (c *conn) Read(b []byte) (int, error) {
	if c.over.Load() {
		drain(c.Conn)
		return 0, io.EOF
	}
	return c.Conn.Read(b)
}

// Close closes the connection and makes room for another.
func (c *conn) Close() error {
	c.leave()
	return c.Conn.Close()
}

func hangUp(c net.Conn) {
	closeWrite(c)
	drain(c)
	_ = c.Close() // nothing is left to lose
}

func closeWrite(c net.Conn) {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // the other side may be gone already
	}
}

func drain(c net.Conn) {
	_ = c.SetReadDeadline(time.Now().Add(farewell))
	_, _ = io.Copy(io.Discard, io.LimitReader(c, 1<<20))
}

// cut ends a connection without a word, as a crash would.
func cut(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0) // a reset instead of a polite end
	}
	_ = c.Close()
}

// underneath finds our connection below the server library's, with or without TLS.
func underneath(c *smtp.Conn) *conn {
	raw := c.Conn()
	if t, ok := raw.(*tls.Conn); ok {
		raw = t.NetConn()
	}
	return raw.(*conn)
}

// selfSigned makes the certificate that all servers show, valid for a year.
func selfSigned(providers []Provider) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now()
	c := x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: "pretend world"},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, p := range providers {
		for _, host := range p.MX {
			if !strings.HasSuffix(host, "%") {
				c.DNSNames = append(c.DNSNames, strings.Replace(host, "%", "*", 1))
			}
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, &c, &c, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
