package mailhost

import (
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"
)

// DNS is a name server for the test: every domain that it was told has its mail at 127.0.0.1.
type DNS struct {
	Addr string
	mu   sync.Mutex
	mail map[string]bool
	txt  map[string][]string
	host map[string]net.IP
}

// StartDNS serves until the test ends.
func StartDNS(t testing.TB, domains ...string) *DNS {
	t.Helper()
	d := &DNS{mail: map[string]bool{}, txt: map[string][]string{}, host: map[string]net.IP{}}
	for _, name := range domains {
		d.mail[dns.Fqdn(name)] = true
	}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	d.Addr = conn.LocalAddr().String()
	up := make(chan struct{})
	server := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(d.answer), NotifyStartedFunc: func() { close(up) }}
	go func() { _ = server.ActivateAndServe() }()
	<-up
	t.Cleanup(func() { _ = server.Shutdown() })
	return d
}

// Publish adds a TXT record, in pieces of at most 255 bytes as RFC 1035 §3.3 asks.
func (d *DNS) Publish(name, value string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.txt[dns.Fqdn(strings.ToLower(name))] = append(d.txt[dns.Fqdn(strings.ToLower(name))], value)
}

// Host adds the address of a machine.
func (d *DNS) Host(name, ip string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.host[dns.Fqdn(name)] = net.ParseIP(ip)
}

// Records returns what was published, for Verify.
func (d *DNS) Records() map[string]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := map[string]string{}
	for name, values := range d.txt {
		out[strings.TrimSuffix(name, ".")] = values[0]
	}
	return out
}

func (d *DNS) answer(w dns.ResponseWriter, q *dns.Msg) {
	d.mu.Lock()
	defer d.mu.Unlock()
	m := new(dns.Msg)
	m.SetReply(q)
	m.Authoritative = true
	name := strings.ToLower(q.Question[0].Name)
	host, isHost := strings.CutPrefix(name, "mx.")
	head := dns.RR_Header{Name: name, Rrtype: q.Question[0].Qtype, Class: dns.ClassINET, Ttl: 60}
	switch {
	case q.Question[0].Qtype == dns.TypeMX && d.mail[name]:
		m.Answer = append(m.Answer, &dns.MX{Hdr: head, Preference: 10, Mx: "mx." + name})
	case q.Question[0].Qtype == dns.TypeA && (d.mail[name] || isHost && d.mail[host]):
		m.Answer = append(m.Answer, &dns.A{Hdr: head, A: net.IPv4(127, 0, 0, 1)})
	case q.Question[0].Qtype == dns.TypeA && d.host[name] != nil:
		m.Answer = append(m.Answer, &dns.A{Hdr: head, A: d.host[name]})
	case q.Question[0].Qtype == dns.TypeTXT && len(d.txt[name]) > 0:
		for _, value := range d.txt[name] {
			m.Answer = append(m.Answer, &dns.TXT{Hdr: head, Txt: pieces(value)})
		}
	case !d.mail[name] && !isHost && len(d.txt[name]) == 0 && d.host[name] == nil:
		m.Rcode = dns.RcodeNameError
	}
	_ = w.WriteMsg(m)
}

func pieces(s string) (out []string) {
	for len(s) > 255 {
		out, s = append(out, s[:255]), s[255:]
	}
	return append(out, s)
}
