// Package dnsbl asks block lists in the DNS about addresses and domains (RFC 5782).
//
//	all := checker.Address(ctx, addr) // what each zone of addresses says
//	all := checker.Domain(ctx, "shop.example.kz")
//
// A zone is believed only while its controls hold: what must be listed is, what must not be is not. Whatever goes wrong
// yields Unknown, never Listed. Answers are remembered by the resolver for as long as their TTL allows, and questions
// that are asked at once are shared.
package dnsbl

import (
	"context"
	"encoding/hex"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"

	"keruen/internal/clock"
	"keruen/internal/mail/mime"
	"keruen/internal/mail/mx"
)

const (
	controlFor    = time.Hour       // how long the controls of a zone that held are believed
	controlAgain  = 5 * time.Minute // when a zone that failed them is tried again
	atOnce        = 8               // questions under way
	longestReason = 300             // characters of a TXT record
)

// DNS asks name servers; mx.Resolver does.
type DNS interface {
	Addrs(ctx context.Context, host string) ([]netip.Addr, error)
	TXT(ctx context.Context, name string) ([]string, error)
}

// Finding is what one zone says.
type Finding struct {
	Zone   string
	State  State
	Code   Code   // when listed
	Reason string // words of the zone, at most 300 characters; may be empty
	Page   string
}

// Health is how a zone stands.
type Health struct {
	Zone      string
	Kind      Kind
	Page      string
	Believed  bool
	Trouble   string // empty, or no_answer, not_listing, lists_everything
	CheckedAt time.Time
}

// Checker asks the zones. It is safe for concurrent use.
type Checker struct {
	dns   DNS
	clock clock.Clock
	zones []*watched
	slots chan struct{}
}

type watched struct {
	Zone
	mu     sync.Mutex // also makes one caller at a time look at the controls
	health Health
}

// New returns a checker of the zones; without any it finds nothing.
func New(dns DNS, c clock.Clock, zones []Zone) *Checker {
	k := &Checker{dns: dns, clock: c, slots: make(chan struct{}, atOnce)}
	for _, z := range zones {
		k.zones = append(k.zones, &watched{Zone: z, health: Health{Zone: z.Name, Kind: z.Kind, Page: z.Page}})
	}
	return k
}

// Address asks every zone of addresses about an address, IPv4 or IPv6.
func (k *Checker) Address(ctx context.Context, a netip.Addr) []Finding {
	return k.ask(ctx, Addresses, Reverse(a))
}

// Domain asks every zone of domains about the registered domain of a host, in any script. A host without one, such as an
// address, gets no findings.
func (k *Checker) Domain(ctx context.Context, host string) []Finding {
	name, err := Registered(host)
	if err != nil {
		return nil
	}
	return k.ask(ctx, Domains, name)
}

// Zones tells how the zones stand; controls that are due are looked at first.
func (k *Checker) Zones(ctx context.Context) []Health {
	out := make([]Health, 0, len(k.zones))
	for _, z := range k.zones {
		out = append(out, k.control(ctx, z))
	}
	return out
}

// Registered is the domain that somebody registered, in A-labels: the part of a host that lists name.
func Registered(host string) (string, error) {
	name, err := mime.ASCIIDomain(strings.TrimSuffix(host, "."))
	if err != nil {
		return "", err
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return "", errors.New("an address is not a domain")
	}
	return publicsuffix.EffectiveTLDPlusOne(strings.ToLower(name))
}

// Reverse writes an address as lists want it: octets, or the 32 nibbles of IPv6, from the last to the first.
func Reverse(a netip.Addr) string {
	a = a.Unmap()
	var parts []string
	if a.Is4() {
		parts = strings.Split(a.String(), ".")
	} else {
		b := a.As16()
		parts = strings.Split(hex.EncodeToString(b[:]), "")
	}
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return strings.Join(parts, ".")
}

func (k *Checker) ask(ctx context.Context, kind Kind, name string) []Finding {
	var zones []*watched
	for _, z := range k.zones {
		if z.Kind == kind {
			zones = append(zones, z)
		}
	}
	out := make([]Finding, len(zones))
	var all sync.WaitGroup
	for i, z := range zones {
		all.Go(func() { out[i] = k.one(ctx, z, name) })
	}
	all.Wait()
	return out
}

func (k *Checker) one(ctx context.Context, z *watched, name string) Finding {
	f := Finding{Zone: z.Name, State: Unknown, Page: z.Page}
	if !k.control(ctx, z).Believed {
		return f
	}
	f.State, f.Code = k.query(ctx, z.Zone, name)
	if f.State == Listed {
		f.Reason = k.reason(ctx, name+"."+z.Host)
	}
	return f
}

func (k *Checker) query(ctx context.Context, z Zone, name string) (State, Code) {
	select {
	case k.slots <- struct{}{}:
		defer func() { <-k.slots }()
	case <-ctx.Done():
		return Unknown, Code{}
	}
	addrs, err := k.dns.Addrs(ctx, name+"."+z.Host)
	switch {
	case err == nil:
		return z.judge(addrs)
	case errors.Is(err, mx.ErrNoDomain), errors.Is(err, mx.ErrNoMail):
		return Clean, Code{}
	}
	return Unknown, Code{}
}

// reason is for people; that it is missing changes nothing.
func (k *Checker) reason(ctx context.Context, name string) string {
	texts, err := k.dns.TXT(ctx, name)
	if err != nil || len(texts) == 0 {
		return ""
	}
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(texts[0], " "))
	if r := []rune(clean); len(r) > longestReason {
		clean = string(r[:longestReason])
	}
	return strings.TrimSpace(clean)
}

// control looks whether a zone is alive (RFC 5782 §5), once an hour.
func (k *Checker) control(ctx context.Context, z *watched) Health {
	z.mu.Lock()
	defer z.mu.Unlock()
	keep := controlAgain
	if z.health.Believed {
		keep = controlFor
	}
	now := k.clock.Now()
	if !z.health.CheckedAt.IsZero() && now.Sub(z.health.CheckedAt) < keep {
		return z.health
	}
	trouble := k.trouble(ctx, z.Zone)
	if ctx.Err() != nil {
		return z.health // the caller went away; that says nothing about the zone
	}
	z.health.Trouble, z.health.Believed, z.health.CheckedAt = trouble, trouble == "", now
	return z.health
}

func (k *Checker) trouble(ctx context.Context, z Zone) string {
	bad, good := "2.0.0.127", "1.0.0.127"
	if z.Kind == Domains {
		bad, good = z.Test, "invalid"
	}
	listed, _ := k.query(ctx, z, bad)
	clean, _ := k.query(ctx, z, good)
	switch {
	case clean == Listed:
		return "lists_everything"
	case listed == Unknown || clean == Unknown:
		return "no_answer"
	case listed != Listed:
		return "not_listing"
	}
	return ""
}
