package receiver

import (
	"net/netip"
	"sync"
	"time"
)

// Greylist are the manners of greylisting, after postgrey. Zero values take the defaults.
type Greylist struct {
	Delay  time.Duration // from the first try to the earliest good one; 20 s, so that a demo shows it (postgrey: 300 s)
	Window time.Duration // a retry later than this is a first try again; 48 h
	Life   time.Duration // how long a passed sender is remembered; 35 days
	// Clients that passed this often are greeted without the test; 0 never. With one address
	// per machine the list would switch itself off after a few letters.
	TrustAfter int
}

func (g Greylist) withDefaults() Greylist {
	if g.Delay <= 0 {
		g.Delay = 20 * time.Second
	}
	if g.Window <= 0 {
		g.Window = 48 * time.Hour
	}
	if g.Life <= 0 {
		g.Life = 35 * 24 * time.Hour
	}
	return g
}

// A triplet is what greylisting goes by: the network of the client, the envelope sender, the recipient.
type triplet struct{ network, sender, to string }

type seen struct{ first, passed time.Time }

// greyBook remembers triplets. It is safe for concurrent use.
type greyBook struct {
	rules Greylist

	mu      sync.Mutex
	seen    map[triplet]seen
	trusted map[string]int // by network: how often it passed
}

// most triplets remembered; over it those are swept out that have run their time.
const maxTriplets = 100_000

func newGreyBook(rules Greylist) *greyBook {
	return &greyBook{rules: rules.withDefaults(), seen: map[triplet]seen{}, trusted: map[string]int{}}
}

// ask tells how long a sender has to wait; 0 lets it pass.
func (b *greyBook) ask(client, sender, to string, now time.Time) time.Duration {
	t := triplet{network(client), sender, to}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rules.TrustAfter > 0 && b.trusted[t.network] >= b.rules.TrustAfter {
		return 0
	}
	s, known := b.seen[t]
	if known && !s.passed.IsZero() && now.Sub(s.passed) < b.rules.Life {
		return 0
	}
	if !known || now.Sub(s.first) > b.rules.Window {
		b.remember(t, now)
		return b.rules.Delay
	}
	if wait := s.first.Add(b.rules.Delay).Sub(now); wait > 0 {
		return wait
	}
	b.seen[t] = seen{first: s.first, passed: now}
	b.trusted[t.network]++
	return 0
}

// remember takes the first try of a triplet; it also brings tries back after a restart.
func (b *greyBook) remember(t triplet, at time.Time) {
	if len(b.seen) >= maxTriplets {
		b.sweep(at)
	}
	b.seen[t] = seen{first: at}
}

// restore brings a first try back that was seen before a restart.
func (b *greyBook) restore(client, sender, to string, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := triplet{network(client), sender, to}
	if s, known := b.seen[t]; !known || at.Before(s.first) {
		b.remember(t, at)
	}
}

func (b *greyBook) sweep(now time.Time) {
	for t, s := range b.seen {
		old := s.passed.IsZero() && now.Sub(s.first) > b.rules.Delay*10
		if old || now.Sub(s.first) > b.rules.Life {
			delete(b.seen, t)
		}
	}
	if len(b.seen) >= maxTriplets {
		clear(b.seen)
	}
}

// network is the /24 of an IPv4 client, the /64 of an IPv6 one.
func network(client string) string {
	ip, err := netip.ParseAddr(client)
	if err != nil {
		return client
	}
	bits := 24
	if ip.Is6() && !ip.Is4In6() {
		bits = 64
	}
	p, _ := ip.Unmap().Prefix(bits)
	return p.String()
}
