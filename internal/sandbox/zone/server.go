package zone

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/miekg/dns"
)

// how often a free port is tried that both UDP and TCP can have.
const portTries = 20

// Server answers over UDP and TCP on one loopback port.
type Server struct {
	names    *Names
	addr     string
	udp, tcp *dns.Server
}

// Serve starts to listen on addr, "127.0.0.1:0" for a free port, and returns at once.
// An address outside loopback is refused.
func Serve(names *Names, addr string) (*Server, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("pretend DNS: address %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("pretend DNS: %q is not a loopback address; use 127.0.0.1", host)
	}
	tries := 1
	if port == "0" {
		tries = portTries
	}
	var last error
	for range tries {
		pc, l, err := listen(addr)
		if err == nil {
			return start(names, pc, l), nil
		}
		last = err
	}
	return nil, fmt.Errorf("pretend DNS: listen on %s: %w", addr, last)
}

func listen(addr string) (net.PacketConn, net.Listener, error) {
	pc, err := net.ListenPacket("udp", addr)
	if err != nil {
		return nil, nil, err
	}
	l, err := net.Listen("tcp", pc.LocalAddr().String())
	if err != nil {
		return nil, nil, errors.Join(err, pc.Close())
	}
	return pc, l, nil
}

func start(names *Names, pc net.PacketConn, l net.Listener) *Server {
	s := &Server{names: names, addr: pc.LocalAddr().String()}
	up := make(chan struct{}, 2)
	started := func() { up <- struct{}{} }
	s.udp = &dns.Server{PacketConn: pc, Handler: s, NotifyStartedFunc: started}
	s.tcp = &dns.Server{Listener: l, Handler: s, NotifyStartedFunc: started}
	// Both end with an error when they are shut down; there is nobody to tell.
	go func() { _ = s.udp.ActivateAndServe() }()
	go func() { _ = s.tcp.ActivateAndServe() }()
	<-up
	<-up
	return s
}

// Addr is where the server listens, host:port, the same for UDP and TCP.
func (s *Server) Addr() string { return s.addr }

// Close stops answering.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return errors.Join(s.udp.ShutdownContext(ctx), s.tcp.ShutdownContext(ctx))
}

// ServeDNS answers one query.
func (s *Server) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	m := new(dns.Msg)
	m.SetReply(q)
	m.Authoritative = true
	if len(q.Question) != 1 {
		m.Rcode = dns.RcodeFormatError
		_ = w.WriteMsg(m)
		return
	}
	if !s.patience(q.Question[0].Name) {
		return
	}
	m.Answer, m.Rcode = s.names.answer(q.Question[0].Name, q.Question[0].Qtype)
	m.Truncate(room(w, q))
	_ = w.WriteMsg(m) // the asker has gone; it will ask again
}

// patience waits as the zone wishes; false means that no answer is to be given.
func (s *Server) patience(name string) bool {
	s.names.mu.RLock()
	z, _ := s.names.covering(Fold(name))
	s.names.mu.RUnlock()
	if z.Silent {
		return false
	}
	if z.Delay > 0 {
		<-time.After(z.Delay)
	}
	return true
}

// room is how many bytes the asker takes: 512 over UDP unless EDNS says more (RFC 6891).
func room(w dns.ResponseWriter, q *dns.Msg) int {
	if w.RemoteAddr().Network() == "tcp" {
		return dns.MaxMsgSize
	}
	if opt := q.IsEdns0(); opt != nil {
		return max(dns.MinMsgSize, int(opt.UDPSize()))
	}
	return dns.MinMsgSize
}
