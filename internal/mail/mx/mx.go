// Package mx finds the hosts that take mail for a domain (RFC 5321 §5, RFC 7505), and answers
// the other questions of DNS that mail asks.
//
//	plan, err := resolver.Plan(ctx, "example.org")
//	for _, h := range plan.Hosts { for _, a := range h.Addrs { … dial … } }
//
// A domain of a recipient is a stranger's input, so an address of ours, of this machine or of a
// private network never comes out, unless Config.AllowPrivate says so.
package mx

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"keruen/internal/mail/mime"
)

// Outcomes of a look-up that are not a plan. All but ErrTemporary are final; ErrNoDomain
// deserves a second look after an hour, because zones vanish for a while when they are moved.
var (
	ErrNoDomain  = errors.New("the domain does not exist")
	ErrNoMail    = errors.New("the domain has no mail server")
	ErrNullMX    = errors.New("the domain says that it takes no mail") // RFC 7505
	ErrLoop      = errors.New("the domain's mail leads back to us")
	ErrForbidden = errors.New("the domain's mail servers have private addresses only")
	ErrName      = errors.New("the domain name is not valid")
	ErrTemporary = errors.New("the name servers do not answer")
)

// Bounds on what a zone can make us do.
const (
	maxHosts  = 10
	maxAddrs  = 6  // per host
	maxLooked = 20 // hosts whose addresses are looked up
)

// Plan says where to deliver, best first.
type Plan struct {
	Domain string // A-labels
	// Site names the set of mail hosts, the same for every domain served by that set. Limits,
	// health and connections belong to sites, because a provider sees one sender, not our domains.
	Site string
	// Rollup is Site with numbered hosts made one: alt1 to alt4 and mx01, mx02 are what a provider adds and takes
	// away. It is for limits only. A connection belongs to a Site: two sets that roll up alike need not take
	// mail for the same domains.
	Rollup   string
	Provider string // by Config.ProviderOf; empty: none known
	Hosts    []Host
	Implicit bool // no MX: the domain itself is the host (RFC 5321 §5.1)
	// Secure says that DNSSEC vouches for the hosts' names (for an implicit one, that there is no MX). It says nothing
	// about their addresses; see Resolver.TLSA.
	Secure bool
}

// Host is one mail server. IPv4 addresses come first: reputation is built on them.
type Host struct {
	Name       string
	Preference uint16
	Addrs      []netip.Addr
}

// Plan resolves a domain in any script.
func (r *Resolver) Plan(ctx context.Context, domain string) (Plan, error) {
	name, err := mime.ASCIIDomain(domain)
	if err != nil {
		return Plan{}, ErrName
	}
	hosts, secure, err := r.mxHosts(ctx, name)
	if err != nil {
		return Plan{}, err
	}
	p := Plan{Domain: name, Secure: secure}
	if len(hosts) == 0 {
		p.Implicit = true
		hosts = []Host{{Name: name}}
	}
	p.Site, p.Rollup, p.Provider = siteOf(hosts), rollupOf(hosts), r.providerOf(hosts)
	if hosts = r.cutLoop(hosts); len(hosts) == 0 {
		return Plan{}, ErrLoop
	}
	p.Hosts, err = r.withAddrs(ctx, hosts, p.Implicit)
	return p, err
}

// mxHosts returns the MX targets by preference; none means that the domain itself is the host.
func (r *Resolver) mxHosts(ctx context.Context, name string) (hosts []Host, secure bool, err error) {
	e := r.lookup(ctx, name, dns.TypeMX)
	if e.err != nil {
		return nil, false, e.err
	}
	null := false
	for _, rr := range e.rrs {
		m, ok := rr.(*dns.MX)
		if !ok {
			continue
		}
		target := strings.ToLower(strings.TrimSuffix(m.Mx, "."))
		if target == "" {
			null = true // beside others it is malformed and means nothing
			continue
		}
		if _, err := netip.ParseAddr(target); err == nil {
			continue // an address is not a host name
		}
		hosts = append(hosts, Host{Name: target, Preference: m.Preference})
	}
	if null && len(hosts) == 0 {
		return nil, false, ErrNullMX
	}
	order(hosts)
	return hosts, e.secure, nil
}

// order sorts by preference, in random order within one (RFC 5321 §5.1).
func order(hosts []Host) {
	rand.Shuffle(len(hosts), func(i, j int) { hosts[i], hosts[j] = hosts[j], hosts[i] })
	slices.SortStableFunc(hosts, func(a, b Host) int { return int(a.Preference) - int(b.Preference) })
}

func siteOf(hosts []Host) string {
	names := make([]string, 0, len(hosts))
	for _, h := range hosts {
		names = append(names, h.Name)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ",")
}

// numbered is a first label that ends in a number of one or two digits. Longer ones name a customer more often
// than a machine.
var numbered = regexp.MustCompile(`^([a-z-]*[a-z])-?\d{1,2}\.`)

func rollupOf(hosts []Host) string {
	folded := slices.Clone(hosts)
	for i, h := range folded {
		folded[i].Name = numbered.ReplaceAllString(h.Name, "$1#.")
	}
	return siteOf(folded)
}

// providerOf asks for the best host first, so that a backup server elsewhere does not decide.
func (r *Resolver) providerOf(hosts []Host) string {
	if r.conf.ProviderOf == nil {
		return ""
	}
	for _, h := range hosts {
		if p := r.conf.ProviderOf(h.Name); p != "" {
			return p
		}
	}
	return ""
}

// Label is a short name of the site for people: what the names of its hosts end in alike, or
// the first of them. All of Gmail is "gmail-smtp-in.l.google.com".
func (p Plan) Label() string {
	names := strings.Split(p.Site, ",")
	common := strings.Split(names[0], ".")
	for _, n := range names[1:] {
		labels := strings.Split(n, ".")
		i := 0
		for i < min(len(labels), len(common)) && labels[len(labels)-1-i] == common[len(common)-1-i] {
			i++
		}
		common = common[len(common)-i:]
	}
	if len(common) < 2 {
		return names[0]
	}
	return strings.Join(common, ".")
}

// cutLoop drops our own names and everything that is not better than them.
func (r *Resolver) cutLoop(hosts []Host) []Host {
	for _, h := range hosts {
		if slices.Contains(r.conf.SelfNames, h.Name) {
			return betterThan(hosts, h.Preference)
		}
	}
	return hosts
}

func betterThan(hosts []Host, preference uint16) []Host {
	return slices.DeleteFunc(slices.Clone(hosts), func(h Host) bool { return h.Preference >= preference })
}

// withAddrs looks the addresses up until enough hosts have some. A domain with MX records of
// which none resolves is broken for now, not without mail: its own address is no substitute.
func (r *Resolver) withAddrs(ctx context.Context, hosts []Host, implicit bool) ([]Host, error) {
	var out []Host
	var forbidden, temporary bool
	for _, h := range hosts[:min(len(hosts), maxLooked)] {
		addrs, err := r.Addrs(ctx, h.Name)
		if err != nil {
			temporary = temporary || errors.Is(err, ErrTemporary)
			continue
		}
		if r.ours(addrs) {
			out = betterThan(out, h.Preference)
			if len(out) == 0 {
				return nil, ErrLoop
			}
			return out, nil
		}
		allowed := r.allowed(addrs)
		if len(allowed) == 0 {
			forbidden = forbidden || len(addrs) > 0
			continue
		}
		h.Addrs = allowed[:min(len(allowed), maxAddrs)]
		if out = append(out, h); len(out) == maxHosts {
			break
		}
	}
	switch {
	case len(out) > 0:
		return out, nil
	case temporary:
		return nil, ErrTemporary
	case forbidden:
		return nil, ErrForbidden
	case implicit:
		return nil, ErrNoMail
	}
	return nil, ErrTemporary
}

func (r *Resolver) ours(addrs []netip.Addr) bool {
	return slices.ContainsFunc(addrs, func(a netip.Addr) bool { return slices.Contains(r.conf.SelfAddrs, a) })
}

func (r *Resolver) allowed(addrs []netip.Addr) []netip.Addr {
	if r.conf.AllowPrivate {
		return addrs
	}
	return slices.DeleteFunc(slices.Clone(addrs), func(a netip.Addr) bool { return !Public(a) })
}

// notPublic are the ranges that no mail server of the world has (RFC 6890 and its registry),
// besides those that netip knows by itself.
var notPublic = func() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
	} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}()

// Public tells whether an address may belong to a mail server of the world.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	if nat64.Contains(a) {
		b := a.As16()
		return Public(netip.AddrFrom4([4]byte(b[12:])))
	}
	return !slices.ContainsFunc(notPublic, func(p netip.Prefix) bool { return p.Contains(a) })
}

var nat64 = netip.MustParsePrefix("64:ff9b::/96")
