// Package zone is the name service of the pretend world: an authoritative DNS server for
// everything, on loopback. Names that nobody declared are answered by a rule (every domain
// has the mail servers of its provider); a test may declare a zone of its own, or make one fail.
package zone

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// TTL of every answer, in seconds. Short, so that a changed world is noticed soon.
const TTL = 60

// most CNAMEs followed in one answer; a loop ends there.
const maxChase = 8

// A name of a TXT string may hold 255 bytes (RFC 1035 §3.3); longer texts are cut into several.
const maxString = 255

// Zone is a declared zone. Names under it are answered from Records only; a name
// that no record mentions does not exist.
type Zone struct {
	// Records in master-file form (RFC 1035 §5.1) with full names: "shop.test. MX 10 mx.shop.test."
	Records []string
	// Rcode, when not zero, is the answer to every question: dns.RcodeNameError, dns.RcodeServerFailure, …
	Rcode int
	// Silent zones never answer, so that the asker runs into its timeout.
	Silent bool
	// Delay before an answer, on the clock of the machine.
	Delay time.Duration
}

// MX is a mail server of a domain.
type MX struct {
	Pref uint16
	Host string
}

// Rules answer for names that nobody declared.
type Rules struct {
	Mail func(domain string) []MX                     // mail servers of a domain
	Host func(name string) (addr netip.Addr, ok bool) // address of a host
}

// Names knows the answers. It is safe for concurrent use.
type Names struct {
	rules Rules

	mu    sync.RWMutex
	zones map[string]zone     // by apex, without the last dot
	texts map[string][]string // published TXT values, by name
}

type zone struct {
	Zone
	records map[string][]dns.RR // by lower-case name without the last dot
}

// New returns names that know the rules only.
func New(r Rules) *Names {
	return &Names{rules: r, zones: map[string]zone{}, texts: map[string][]string{}}
}

// Declare sets or replaces a zone. A record that cannot be read is an error and changes nothing.
func (n *Names) Declare(apex string, z Zone) error {
	made := zone{Zone: z, records: map[string][]dns.RR{}}
	for _, text := range z.Records {
		rr, err := dns.NewRR(text)
		if err != nil {
			return fmt.Errorf("declare zone: record %q: %w", text, err)
		}
		if rr == nil {
			return fmt.Errorf("declare zone: record %q is empty", text)
		}
		rr.Header().Ttl = TTL
		name := Fold(rr.Header().Name)
		made.records[name] = append(made.records[name], rr)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.zones[Fold(apex)] = made
	return nil
}

// Forget takes a declared zone back.
func (n *Names) Forget(apex string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.zones, Fold(apex))
}

// Publish sets the TXT values of a name; without values the name has none.
// It works beside declared zones as well.
func (n *Names) Publish(name string, values ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(values) == 0 {
		delete(n.texts, Fold(name))
		return
	}
	n.texts[Fold(name)] = slices.Clone(values)
}

// Text is one published TXT value.
type Text struct{ Name, Value string }

// Published lists the published TXT values in the order of their names.
func (n *Names) Published() []Text {
	n.mu.RLock()
	defer n.mu.RUnlock()
	var all []Text
	for name, values := range n.texts {
		for _, v := range values {
			all = append(all, Text{name, v})
		}
	}
	slices.SortStableFunc(all, func(a, b Text) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// TXT returns the values of a name, as a verifier of DKIM asks for them.
func (n *Names) TXT(name string) []string {
	var values []string
	rrs, _ := n.answer(name, dns.TypeTXT)
	for _, rr := range rrs {
		if t, ok := rr.(*dns.TXT); ok {
			values = append(values, strings.Join(t.Txt, ""))
		}
	}
	return values
}

// MailHosts returns the names of the hosts that take mail for a domain: its MX, or itself
// when it has none (RFC 5321 §5.1). A null MX (RFC 7505) gives nothing.
func (n *Names) MailHosts(domain string) []string {
	var hosts []string
	rrs, rcode := n.answer(domain, dns.TypeMX)
	for _, rr := range rrs {
		if mx, ok := rr.(*dns.MX); ok {
			hosts = append(hosts, Fold(mx.Mx))
		}
	}
	if rcode == dns.RcodeSuccess && len(hosts) == 0 {
		return []string{Fold(domain)}
	}
	return slices.DeleteFunc(hosts, func(h string) bool { return h == "" })
}

// Addrs returns the IPv4 addresses of a host.
func (n *Names) Addrs(host string) []netip.Addr {
	var addrs []netip.Addr
	rrs, _ := n.answer(host, dns.TypeA)
	for _, rr := range rrs {
		if a, ok := rr.(*dns.A); ok {
			if ip, ok := netip.AddrFromSlice(a.A.To4()); ok {
				addrs = append(addrs, ip)
			}
		}
	}
	return addrs
}

// answer returns the records and the response code for one question.
func (n *Names) answer(name string, kind uint16) ([]dns.RR, int) {
	name = Fold(name)
	n.mu.RLock()
	defer n.mu.RUnlock()
	var out []dns.RR
	for range maxChase {
		rrs, rcode := n.at(name, kind)
		out = append(out, rrs...)
		next, isAlias := alias(rrs, kind)
		if !isAlias || rcode != dns.RcodeSuccess {
			return out, rcode
		}
		name = next
	}
	return out, dns.RcodeServerFailure
}

// at answers for one name without following aliases. The caller holds the lock.
func (n *Names) at(name string, kind uint16) ([]dns.RR, int) {
	z, declared := n.covering(name)
	if declared && z.Rcode != dns.RcodeSuccess {
		return nil, z.Rcode
	}
	texts := n.texts[name]
	if kind == dns.TypeTXT && len(texts) > 0 {
		return txtRecords(name, texts), dns.RcodeSuccess
	}
	if !declared {
		return n.byRule(name, kind), dns.RcodeSuccess
	}
	var out []dns.RR
	for _, rr := range z.records[name] {
		if t := rr.Header().Rrtype; t == kind || t == dns.TypeCNAME {
			out = append(out, dns.Copy(rr))
		}
	}
	if len(z.records[name]) == 0 && len(texts) == 0 && !z.parentOf(name) {
		return nil, dns.RcodeNameError
	}
	return out, dns.RcodeSuccess
}

// byRule answers for a name that nobody declared.
func (n *Names) byRule(name string, kind uint16) []dns.RR {
	switch kind {
	case dns.TypeMX:
		if _, isHost := n.rules.Host(name); isHost || strings.HasPrefix(name, "_") || strings.HasSuffix(name, ".arpa") {
			return nil
		}
		var out []dns.RR
		for _, mx := range n.rules.Mail(name) {
			out = append(out, &dns.MX{Hdr: header(name, dns.TypeMX), Preference: mx.Pref, Mx: dns.Fqdn(mx.Host)})
		}
		return out
	case dns.TypeA:
		if addr, ok := n.rules.Host(name); ok {
			return []dns.RR{&dns.A{Hdr: header(name, dns.TypeA), A: addr.AsSlice()}}
		}
	}
	return nil
}

// covering returns the declared zone with the longest apex above or at the name.
func (n *Names) covering(name string) (zone, bool) {
	for rest := name; rest != ""; {
		if z, ok := n.zones[rest]; ok {
			return z, true
		}
		_, rest, _ = strings.Cut(rest, ".")
	}
	return zone{}, false
}

// parentOf tells whether a record lies below the name, so that the name exists without
// records of its own (RFC 8020).
func (z zone) parentOf(name string) bool {
	for other := range z.records {
		if strings.HasSuffix(other, "."+name) {
			return true
		}
	}
	return false
}

func alias(rrs []dns.RR, kind uint16) (target string, ok bool) {
	if kind == dns.TypeCNAME {
		return "", false
	}
	for _, rr := range rrs {
		if c, isAlias := rr.(*dns.CNAME); isAlias {
			return Fold(c.Target), true
		}
	}
	return "", false
}

func txtRecords(name string, values []string) []dns.RR {
	var out []dns.RR
	for _, v := range values {
		rr := &dns.TXT{Hdr: header(name, dns.TypeTXT)}
		for chunk := range slices.Chunk([]byte(v), maxString) {
			rr.Txt = append(rr.Txt, string(chunk))
		}
		if v == "" {
			rr.Txt = []string{""}
		}
		out = append(out, rr)
	}
	return out
}

func header(name string, kind uint16) dns.RR_Header {
	return dns.RR_Header{Name: dns.Fqdn(name), Rrtype: kind, Class: dns.ClassINET, Ttl: TTL}
}

// Fold brings a name to the form of comparison: lower case, no last dot.
func Fold(name string) string {
	return strings.TrimSuffix(strings.ToLower(strings.TrimSpace(name)), ".")
}
