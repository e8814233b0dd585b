package receiver

import (
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"time"
)

// Kind names one way to treat a letter. The names are also local parts: a letter to
// full@any.domain meets a full mailbox.
type Kind string

// Kinds of behaviour, and the stage at which each shows.
const (
	Accept      Kind = "accept"
	Grey        Kind = "grey"        // RCPT: greylisting (RFC 6647)
	Unknown     Kind = "unknown"     // RCPT: there is no such user
	Disabled    Kind = "disabled"    // RCPT: the mailbox is switched off
	Full        Kind = "full"        // RCPT: no room now, 452
	OverQuota   Kind = "overquota"   // RCPT: no room, for good, 552
	TempFail    Kind = "tempfail"    // RCPT: a fault of the server, 451
	RateLimited Kind = "ratelimited" // RCPT: too fast for this mailbox or from this client, 4xx
	Blocked     Kind = "blocked"     // RCPT: the client's address has a bad name, 5xx
	Busy        Kind = "busy"        // MAIL would be too early to know whom: RCPT 421 and the end of the connection
	Reset       Kind = "reset"       // RCPT: the connection is cut without a word
	Spam        Kind = "spam"        // dot: the letter looks like spam
	Virus       Kind = "virus"       // dot: the letter carries something bad
	Slow        Kind = "slow"        // dot: accepted after a long wait
	Drop        Kind = "drop"        // dot: kept, but the connection is cut before the answer
	Lose        Kind = "lose"        // dot: not kept, and the connection is cut before the answer
)

// Kinds lists every kind that a letter may be sent to by its local part.
var Kinds = []Kind{Accept, Grey, Unknown, Disabled, Full, OverQuota, TempFail, RateLimited, Blocked, Busy, Reset, Spam, Virus, Slow, Drop, Lose}

// Kinds of the log that are not chosen but provoked.
const (
	Hurried         Kind = "hurried"         // connect or MAIL: over the limits of the provider
	Relaying        Kind = "relaying"        // RCPT: not a domain of this server
	Unauthenticated Kind = "unauthenticated" // dot: no valid DKIM signature
	NoUnsubscribe   Kind = "nounsubscribe"   // dot: bulk without one-click unsubscribing
	DiskFull        Kind = "diskfull"        // dot: the world itself has no room
	NeedsUTF8       Kind = "needsutf8"       // RCPT: a local part that this server cannot take
	Broken          Kind = "broken"          // dot: too large, a line too long, or the client broke off
	Custom          Kind = "custom"          // RCPT: a reply that a test has ordered
)

// Behaviour is how a receiver treats one address or domain.
type Behaviour struct {
	Kind  Kind
	Reply *Reply        // with Custom: what is answered at RCPT
	Times int           // for how many letters; 0 is for ever, afterwards letters are accepted
	Delay time.Duration // before the answer, on the clock of the world; 0 is none, for Slow the configured wait
}

// Shares are parts of all addresses, from 0 to 1, that have a trouble. Which ones is fixed by
// the seed: an address keeps its trouble.
type Shares struct {
	Grey, Unknown, Disabled, Full, OverQuota, Slow float64
	TempFail                                       float64 // fails once per letter, then accepts
}

// DefaultShares make a campaign look like one to a list of fair quality.
var DefaultShares = Shares{Grey: 0.06, Unknown: 0.02, Disabled: 0.005, Full: 0.005, OverQuota: 0.005, Slow: 0.01, TempFail: 0.01}

// decide chooses the behaviour for an address: what was ordered for the address, then for its
// domain, then what its local part asks for, then its share of the world's troubles.
func (w *Receivers) decide(sender, addr string) Behaviour {
	addr = strings.ToLower(addr)
	local, domain := cutAddress(addr)
	for _, target := range []string{addr, domain} {
		if b, ok := w.ordered(target); ok {
			return b
		}
	}
	if k, ok := KindOf(local); ok {
		return Behaviour{Kind: k}
	}
	if w.spared(sender, addr) {
		return Behaviour{Kind: Accept}
	}
	return w.shares.pick(Part(w.seed, "trouble", addr))
}

// pick turns a number in [0, 1) into a behaviour.
func (s Shares) pick(at float64) Behaviour {
	for _, c := range []struct {
		share float64
		b     Behaviour
	}{
		{s.Grey, Behaviour{Kind: Grey}},
		{s.Unknown, Behaviour{Kind: Unknown}},
		{s.Disabled, Behaviour{Kind: Disabled}},
		{s.Full, Behaviour{Kind: Full}},
		{s.OverQuota, Behaviour{Kind: OverQuota}},
		{s.Slow, Behaviour{Kind: Slow}},
		{s.TempFail, Behaviour{Kind: TempFail, Times: 1}},
	} {
		if at < c.share {
			return c.b
		}
		at -= c.share
	}
	return Behaviour{Kind: Accept}
}

// KindOf reads a local part: "full", also "full7", "full-7" and "full+anything".
func KindOf(local string) (Kind, bool) {
	word, _, _ := strings.Cut(strings.ToLower(local), "+")
	k := Kind(strings.TrimRight(word, "0123456789-._"))
	return k, slices.Contains(Kinds, k)
}

// IsKind tells whether a word names a kind that can be ordered.
func IsKind(word string) bool { return slices.Contains(Kinds, Kind(word)) }

func cutAddress(addr string) (local, domain string) {
	at := strings.LastIndexByte(addr, '@')
	if at < 0 {
		return addr, ""
	}
	return addr[:at], addr[at+1:]
}

// draw gives the same number for the same seed and words, for ever.
func draw(seed int64, words ...string) uint64 {
	h := fnv.New64a()
	for i := range 8 {
		h.Write([]byte{byte(seed >> (8 * i))})
	}
	for _, w := range words {
		h.Write([]byte(w))
		h.Write([]byte{0})
	}
	x := h.Sum64() // the last steps spread near inputs apart (the finisher of SplitMix64)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Part gives a number in [0, 1), the same for the same seed and words.
func Part(seed int64, words ...string) float64 {
	return float64(draw(seed, words...)>>11) / (math.MaxUint64 >> 11)
}
