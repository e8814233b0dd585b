package mx

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/sync/singleflight"

	"keruen/internal/clock"
)

// How long answers are kept, whatever their TTL says.
const (
	minTTL   = time.Minute
	maxTTL   = time.Hour
	failTTL  = 30 * time.Second // a failure is remembered only to spare the servers
	staleFor = 10 * time.Minute // an answer that ran out serves on while the servers are silent
	maxCache = 200_000          // entries
	maxChain = 8                // CNAMEs in a row
)

// Config of a Resolver.
type Config struct {
	Servers      []string // "host:port" or "host"; none: those of /etc/resolv.conf
	Clock        clock.Clock
	Timeout      time.Duration // per question and server; 0 is 3 s
	AllowPrivate bool          // give private and loopback addresses too (tests, the pretend world)
	NoMemory     bool          // ask anew every time: for people who have just changed a record and look whether it is there
	SelfNames    []string      // our own mail hosts, in lower case, for the loop guard
	SelfAddrs    []netip.Addr
	// Validates says that the servers check DNSSEC and that nobody can change what they tell us on the way: they run on
	// this machine, or behind a network that is trusted. Only then does their AD bit count (RFC 7672 §2.1.1).
	Validates bool
	// ProviderOf names the provider that a mail host belongs to, by the end of its name; nil or empty: none known.
	ProviderOf func(host string) string
}

// Resolver asks name servers and remembers. It is safe for concurrent use.
type Resolver struct {
	conf   Config
	udp    *dns.Client
	tcp    *dns.Client
	flight singleflight.Group

	mu    sync.Mutex
	cache map[question]entry
}

type question struct {
	name string
	kind uint16
}

type entry struct {
	rrs     []dns.RR
	err     error
	expires time.Time
	secure  bool   // DNSSEC vouches for the answer, also for one that says there is nothing
	final   string // the name at the end of the aliases, in lower case without the last dot; empty when there were none
}

// New returns a resolver.
func New(conf Config) (*Resolver, error) {
	if len(conf.Servers) == 0 {
		sys, err := dns.ClientConfigFromFile("/etc/resolv.conf")
		if err != nil {
			return nil, fmt.Errorf("read the system's name servers: %w", err)
		}
		for _, s := range sys.Servers {
			conf.Servers = append(conf.Servers, net.JoinHostPort(s, sys.Port))
		}
	}
	conf.Servers = slices.Clone(conf.Servers)
	for i, s := range conf.Servers {
		if _, _, err := net.SplitHostPort(s); err != nil {
			conf.Servers[i] = net.JoinHostPort(strings.Trim(s, "[]"), "53")
		}
	}
	if len(conf.Servers) == 0 {
		return nil, errors.New("no name servers: set them in the configuration or in /etc/resolv.conf")
	}
	if conf.Clock == nil {
		conf.Clock = clock.Real{}
	}
	conf.Timeout = cmp.Or(conf.Timeout, 3*time.Second)
	return &Resolver{
		conf:  conf,
		udp:   &dns.Client{Net: "udp", Timeout: conf.Timeout, UDPSize: 1232},
		tcp:   &dns.Client{Net: "tcp", Timeout: conf.Timeout},
		cache: map[question]entry{},
	}, nil
}

// Addrs returns the addresses of a host, IPv4 first, private ones included. Without any the
// error is ErrNoDomain or ErrNoMail; a failure of one family does not hide the other.
func (r *Resolver) Addrs(ctx context.Context, host string) ([]netip.Addr, error) {
	var out []netip.Addr
	var failure error = ErrNoMail
	for _, kind := range []uint16{dns.TypeA, dns.TypeAAAA} {
		rrs, err := r.query(ctx, host, kind)
		if errors.Is(err, ErrNoDomain) {
			return nil, err
		}
		if err != nil {
			failure = err
		}
		for _, rr := range rrs {
			var ip net.IP
			switch a := rr.(type) {
			case *dns.A:
				ip = a.A
			case *dns.AAAA:
				ip = a.AAAA
			}
			if a, ok := netip.AddrFromSlice(ip); ok {
				out = append(out, a.Unmap())
			}
		}
	}
	if len(out) == 0 {
		return nil, failure
	}
	return out, nil
}

// TXT returns the text records of a name, each with its strings joined. None is not an error.
func (r *Resolver) TXT(ctx context.Context, name string) ([]string, error) {
	return texts(r.query(ctx, name, dns.TypeTXT))(func(rr dns.RR) (string, bool) {
		t, ok := rr.(*dns.TXT)
		if !ok {
			return "", false
		}
		return strings.Join(t.Txt, ""), true
	})
}

// MX returns the mail hosts published for a name, without falling back. None is not an error.
func (r *Resolver) MX(ctx context.Context, name string) ([]string, error) {
	return texts(r.query(ctx, name, dns.TypeMX))(func(rr dns.RR) (string, bool) {
		m, ok := rr.(*dns.MX)
		if !ok {
			return "", false
		}
		return strings.ToLower(strings.TrimSuffix(m.Mx, ".")), true
	})
}

// PTR returns the names of an address. None is not an error.
func (r *Resolver) PTR(ctx context.Context, addr netip.Addr) ([]string, error) {
	name, err := dns.ReverseAddr(addr.Unmap().String())
	if err != nil {
		return nil, ErrName
	}
	return texts(r.query(ctx, name, dns.TypePTR))(func(rr dns.RR) (string, bool) {
		p, ok := rr.(*dns.PTR)
		if !ok {
			return "", false
		}
		return strings.ToLower(strings.TrimSuffix(p.Ptr, ".")), true
	})
}

func texts(rrs []dns.RR, err error) func(func(dns.RR) (string, bool)) ([]string, error) {
	return func(take func(dns.RR) (string, bool)) ([]string, error) {
		if err != nil && !errors.Is(err, ErrNoDomain) {
			return nil, err
		}
		var out []string
		for _, rr := range rrs {
			if s, ok := take(rr); ok {
				out = append(out, s)
			}
		}
		return out, nil
	}
}

// query returns the records of one kind. No records is an empty answer.
func (r *Resolver) query(ctx context.Context, name string, kind uint16) ([]dns.RR, error) {
	e := r.lookup(ctx, name, kind)
	return e.rrs, e.err
}

// lookup answers from memory while that is fresh. Callers that ask the same at the same time share one question.
func (r *Resolver) lookup(ctx context.Context, name string, kind uint16) entry {
	q := question{strings.ToLower(dns.Fqdn(name)), kind}
	if _, ok := dns.IsDomainName(q.name); !ok {
		return entry{err: ErrName}
	}
	old, known := r.recall(q)
	if known && r.conf.Clock.Now().Before(old.expires) {
		return old
	}
	// The question outlives the caller that happened to ask first: others wait for it too.
	ch := r.flight.DoChan(q.name+" "+dns.TypeToString[kind], func() (any, error) {
		if e, ok := r.recall(q); ok && r.conf.Clock.Now().Before(e.expires) {
			return e, nil // answered between our look and now
		}
		e := r.ask(context.WithoutCancel(ctx), q)
		if errors.Is(e.err, ErrTemporary) && known && !errors.Is(old.err, ErrTemporary) && r.conf.Clock.Now().Before(old.expires.Add(staleFor)) {
			return old, nil
		}
		r.remember(q, e)
		return e, nil
	})
	select {
	case <-ctx.Done():
		return entry{err: fmt.Errorf("%w: %w", ErrTemporary, ctx.Err())}
	case res := <-ch:
		return res.Val.(entry)
	}
}

func (r *Resolver) recall(q question) (entry, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.cache[q]
	return e, ok && !r.conf.NoMemory
}

func (r *Resolver) remember(q question, e entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.cache) >= maxCache {
		r.forgetSome()
	}
	r.cache[q] = e
}

// forgetSome makes room: what ran out goes, and a tenth of the rest, in the map's own order.
func (r *Resolver) forgetSome() {
	now, extra := r.conf.Clock.Now(), maxCache/10
	for q, e := range r.cache {
		if expired := now.After(e.expires.Add(staleFor)); expired || extra > 0 {
			delete(r.cache, q)
			if !expired {
				extra--
			}
		}
	}
}

// ask follows CNAMEs that the server did not follow itself. The answer is secure when every step was.
func (r *Resolver) ask(ctx context.Context, q question) entry {
	now, ttl := r.conf.Clock.Now(), maxTTL
	e := entry{secure: r.conf.Validates}
	for range maxChain {
		m, err := r.exchange(ctx, q)
		if err != nil {
			return entry{err: fmt.Errorf("%w: %w", ErrTemporary, err), expires: now.Add(failTTL)}
		}
		found, next := pick(m, q)
		ttl = min(ttl, ttlOf(m))
		e.secure = e.secure && m.AuthenticatedData
		e.expires = now.Add(max(ttl, minTTL))
		if next != "" {
			e.final = strings.TrimSuffix(next, ".")
		}
		switch {
		case len(found) > 0:
			e.rrs = found
			return e
		case m.Rcode == dns.RcodeNameError:
			e.err = ErrNoDomain
			return e
		case next == "":
			return e
		}
		q.name = next
	}
	return entry{err: fmt.Errorf("%w: too many aliases", ErrTemporary), expires: now.Add(failTTL)}
}

// pick returns the records asked for, at the end of the aliases in the answer; next is where
// the aliases lead, empty without any.
func pick(m *dns.Msg, q question) (found []dns.RR, next string) {
	name := q.name
	for range maxChain {
		alias := ""
		for _, rr := range m.Answer {
			h := rr.Header()
			if !strings.EqualFold(h.Name, name) {
				continue
			}
			if h.Rrtype == q.kind {
				found = append(found, rr)
			}
			if c, ok := rr.(*dns.CNAME); ok {
				alias = strings.ToLower(c.Target)
			}
		}
		if len(found) > 0 || alias == "" {
			break
		}
		name = alias
	}
	if name == q.name {
		return found, ""
	}
	return found, name
}

// ttlOf is the least TTL of the answer; of a negative one, that of its SOA (RFC 2308 §5).
func ttlOf(m *dns.Msg) time.Duration {
	ttl := maxTTL
	for _, rr := range m.Answer {
		ttl = min(ttl, time.Duration(rr.Header().Ttl)*time.Second)
	}
	if len(m.Answer) > 0 {
		return ttl
	}
	ttl = 5 * time.Minute
	for _, rr := range m.Ns {
		if soa, ok := rr.(*dns.SOA); ok {
			ttl = min(ttl, time.Duration(min(soa.Minttl, soa.Hdr.Ttl))*time.Second)
		}
	}
	return ttl
}

// exchange asks the servers in order, twice around, until one gives a real answer.
func (r *Resolver) exchange(ctx context.Context, q question) (*dns.Msg, error) {
	m := new(dns.Msg)
	m.SetQuestion(q.name, q.kind)
	m.SetEdns0(1232, false)
	m.AuthenticatedData = r.conf.Validates // asks whether the answer was checked (RFC 6840 §5.7)
	var last error
	for i := range 2 * len(r.conf.Servers) {
		server := r.conf.Servers[i%len(r.conf.Servers)]
		in, _, err := r.udp.ExchangeContext(ctx, m, server)
		if err == nil && in.Truncated {
			in, _, err = r.tcp.ExchangeContext(ctx, m, server)
		}
		switch {
		case err != nil:
			last = err
		case in.Rcode == dns.RcodeSuccess, in.Rcode == dns.RcodeNameError:
			return in, nil
		case in.Rcode == dns.RcodeFormatError && m.IsEdns0() != nil:
			m.Extra = nil // an old server that knows no EDNS
			last = errors.New(dns.RcodeToString[in.Rcode])
		default:
			last = errors.New(dns.RcodeToString[in.Rcode])
		}
	}
	return nil, last
}
