package shape

import (
	"hash/fnv"
	"math"
	"net/netip"
	"slices"
	"strconv"

	"keruen/internal/channel"
	"keruen/internal/id"
)

// Address is one of our own addresses. It belongs to one machine: the file of no other one may name it.
type Address struct {
	Addr     netip.Addr
	Helo     string // host name that resolves to Addr and back; "" = mail.hello_name
	Pool     string
	Purposes []channel.Purpose // "" = all
	Accounts []id.Tenant       // dedicated to them; none = shared
	Weight   int               // share of the domains of its pool
	WarmUp   string            // plan; "" = warm already
	Overflow string            // pool that takes what the plan leaves over; "" = it waits
}

type address struct {
	IP       string   `toml:"ip"`
	Helo     string   `toml:"helo"`
	Pool     string   `toml:"pool"`
	Purposes []string `toml:"purposes"`
	Accounts []string `toml:"accounts"`
	Weight   int      `toml:"weight"`
	WarmUp   string   `toml:"warm_up"`
	Overflow string   `toml:"overflow"`
}

// Missing lists the addresses that are not among those of a machine. All of 127.0.0.0/8 is on every machine.
func (r *Rules) Missing(has []netip.Addr) []netip.Addr {
	var out []netip.Addr
	for _, a := range r.Addresses {
		if !slices.Contains(has, a.Addr) && !a.Addr.IsLoopback() {
			out = append(out, a.Addr)
		}
	}
	return out
}

// KeepLoopback drops the addresses from which one could leave the machine. For practice mode, before New.
func (r *Rules) KeepLoopback() {
	r.Addresses = slices.DeleteFunc(r.Addresses, func(a Address) bool { return !a.Addr.IsLoopback() })
}

func (a *Address) source() Source { return Source{Addr: a.Addr, Helo: a.Helo, Pool: a.Pool} }

// serves tells whether letters of a purpose may leave from it. Offers of others go the way of advertising.
func (a *Address) serves(p channel.Purpose) bool {
	if p.Advertises() {
		p = channel.Advertising
	}
	return len(a.Purposes) == 0 || slices.Contains(a.Purposes, p)
}

// eligible lists the addresses of a share, the first choice for the domain at the front. An account that has addresses
// of its own uses no others.
func (r *Rules) eligible(s Share, domain string) []*Address {
	var own, shared []*Address
	for i := range r.Addresses {
		a := &r.Addresses[i]
		switch {
		case !a.serves(s.Purpose):
		case slices.Contains(a.Accounts, s.Tenant):
			own = append(own, a)
		case len(a.Accounts) == 0:
			shared = append(shared, a)
		}
	}
	if len(own) > 0 {
		return ranked(own, domain)
	}
	return ranked(shared, domain)
}

// warm lists the addresses of a pool that are not being warmed up, as far as the share may use them.
func (r *Rules) warm(pool string, s Share, domain string) []*Address {
	all := r.eligible(s, domain)
	return slices.DeleteFunc(all, func(a *Address) bool { return a.Pool != pool || a.WarmUp != "" })
}

// ranked puts addresses in the order of a domain by weighted rendezvous hashing: adding or losing one moves only the
// domains that were, or will be, its own.
func ranked(all []*Address, domain string) []*Address {
	slices.SortStableFunc(all, func(a, b *Address) int {
		x, y := a.score(domain), b.score(domain)
		switch {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return a.Addr.Compare(b.Addr)
	})
	return all
}

func (a *Address) score(domain string) float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(domain)) // never fails
	_, _ = h.Write([]byte(strconv.Itoa(a.Addr.BitLen())))
	_, _ = h.Write(a.Addr.AsSlice())
	unit := (float64(mixed(h.Sum64())>>11) + 0.5) / (1 << 53)
	return -float64(a.Weight) / math.Log(unit)
}

// mixed spreads the last bytes of what FNV has hashed over all bits (the finalizer of MurmurHash3, public domain).
func mixed(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// Own returns the addresses that this machine's file names.
func (e *Engine) Own() []netip.Addr {
	out := make([]netip.Addr, len(e.rules.Addresses))
	for i, a := range e.rules.Addresses {
		out[i] = a.Addr
	}
	return out
}
