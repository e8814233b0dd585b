package dnsbl

import (
	"net/netip"
	"strings"
)

// Kind says what a zone lists.
type Kind string

// Kinds of zones.
const (
	Addresses Kind = "address"
	Domains   Kind = "domain"
)

// Code is one documented answer of a zone.
type Code struct {
	Name   string // as the zone calls it: SBL, CSS, phishing …
	Policy bool   // says what the network is for (Spamhaus PBL, grey lists), not that it was abused
}

// Zone is a block list as its owner documents it. An answer that it does not document is never a listing.
type Zone struct {
	Name  string // for people and settings, such as spamhaus-zen
	Host  string // what is asked; after Keyed it holds the key and is never shown
	Kind  Kind
	Exact map[netip.Addr]Code // by the whole answer
	Bits  map[byte]Code       // or by the bits of the last octet of 127.0.0.x
	Test  string              // a domain that is always listed; addresses have 127.0.0.2 (RFC 5782 §5)
	Page  string              // where people look a listing up and ask for its end
}

func exact(codes map[string]Code) map[netip.Addr]Code {
	out := make(map[netip.Addr]Code, len(codes))
	for s, c := range codes {
		out[netip.MustParseAddr(s)] = c
	}
	return out
}

// Known are the zones the program knows. Spamhaus refuses questions that come through public resolvers; with a key of its
// Data Query Service see Keyed. All are free for low volume only.
func Known() []Zone {
	abused := func(kind string) Code { return Code{Name: "abused site: " + kind} }
	return []Zone{
		{Name: "spamhaus-zen", Host: "zen.spamhaus.org", Kind: Addresses, Page: "https://check.spamhaus.org/", Exact: exact(map[string]Code{
			"127.0.0.2": {Name: "SBL"}, "127.0.0.3": {Name: "CSS"}, "127.0.0.4": {Name: "XBL"}, "127.0.0.5": {Name: "XBL"}, "127.0.0.6": {Name: "XBL"},
			"127.0.0.7": {Name: "XBL"}, "127.0.0.9": {Name: "DROP"}, "127.0.0.10": {Name: "PBL", Policy: true}, "127.0.0.11": {Name: "PBL", Policy: true},
		})},
		{Name: "barracuda", Host: "b.barracudacentral.org", Kind: Addresses, Page: "https://www.barracudacentral.org/rbl/removal-request",
			Exact: exact(map[string]Code{"127.0.0.2": {Name: "BRBL"}})},
		{Name: "spamcop", Host: "bl.spamcop.net", Kind: Addresses, Page: "https://www.spamcop.net/bl.shtml",
			Exact: exact(map[string]Code{"127.0.0.2": {Name: "SCBL"}})},
		{Name: "spamhaus-dbl", Host: "dbl.spamhaus.org", Kind: Domains, Test: "dbltest.com", Page: "https://check.spamhaus.org/", Exact: exact(map[string]Code{
			"127.0.1.2": {Name: "spam"}, "127.0.1.4": {Name: "phishing"}, "127.0.1.5": {Name: "malware"}, "127.0.1.6": {Name: "botnet control"},
			"127.0.1.102": abused("spam"), "127.0.1.103": abused("redirector"), "127.0.1.104": abused("phishing"), "127.0.1.105": abused("malware"),
			"127.0.1.106": abused("botnet control"),
		})},
		{Name: "surbl", Host: "multi.surbl.org", Kind: Domains, Test: "surbl-org-permanent-test-point.com", Page: "https://surbl.org/surbl-analysis",
			Bits: map[byte]Code{8: {Name: "phishing"}, 16: {Name: "malware"}, 64: {Name: "abuse"}, 128: {Name: "cracked"}}},
		{Name: "uribl", Host: "multi.uribl.com", Kind: Domains, Test: "test.uribl.com", Page: "https://admin.uribl.com/",
			Bits: map[byte]Code{2: {Name: "black"}, 4: {Name: "grey", Policy: true}, 8: {Name: "red", Policy: true}}},
	}
}

// Keyed asks Spamhaus with the key of its Data Query Service; zones of others stay as they are. An empty key changes nothing.
func (z Zone) Keyed(key string) Zone {
	if name, ok := strings.CutSuffix(z.Host, ".spamhaus.org"); ok && key != "" {
		z.Host = key + "." + name + ".dq.spamhaus.net"
	}
	return z
}

// State is what a zone says about one name.
type State string

// States. Unknown stops nothing: lists die, and dead ones answer everything.
const (
	Clean   State = "clean"
	Listed  State = "listed"
	Unknown State = "unknown"
)

var (
	loopback = netip.MustParsePrefix("127.0.0.0/8")
	failures = netip.MustParsePrefix("127.255.255.0/24") // Spamhaus: a typing error, a public resolver, too many questions
	refused  = netip.MustParseAddr("127.0.0.1")          // SURBL and URIBL: you may not ask
)

// judge reads the A records of an answer. A word of refusal or of failure beside others makes the whole answer unknown.
func (z Zone) judge(answers []netip.Addr) (State, Code) {
	state, code := Clean, Code{}
	for _, a := range answers {
		a = a.Unmap()
		if failures.Contains(a) || a == refused {
			return Unknown, Code{}
		}
		if !loopback.Contains(a) {
			continue // a parked domain or a resolver that sells advertising
		}
		c, ok := z.read(a)
		switch {
		case !ok && state == Clean:
			state = Unknown
		case ok && (state != Listed || code.Policy && !c.Policy):
			state, code = Listed, c
		}
	}
	return state, code
}

// read finds the documented meaning of an answer; of several bits the gravest that is not policy.
func (z Zone) read(a netip.Addr) (Code, bool) {
	if z.Bits == nil {
		c, ok := z.Exact[a]
		return c, ok
	}
	b := a.As4()
	if b[1] != 0 || b[2] != 0 || b[3]&1 != 0 {
		return Code{}, false
	}
	var found Code
	ok := false
	for bit := byte(128); bit > 0; bit >>= 1 {
		if c, known := z.Bits[bit]; known && b[3]&bit != 0 && (!ok || found.Policy && !c.Policy) {
			found, ok = c, true
		}
	}
	return found, ok
}
