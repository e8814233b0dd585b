package delivery

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"keruen/internal/channel"
)

// Verdict says who did something with a message. Segments, automations and comparisons look at people only; reports show all three.
type Verdict string

// Verdicts.
const (
	Human   Verdict = ""
	Unclear Verdict = "unclear"
	Machine Verdict = "machine"
)

// Why an act is not counted as a person's. The reason is kept with the event; the verdict follows from it.
const (
	machineMethod  = "method"        // asked by HEAD or OPTIONS
	machineAgent   = "scanner"       // a known security scanner or program
	machineNetwork = "network"       // from the gateways of a maker of scanners
	machineProxy   = "privacy_proxy" // Apple Mail fetches all pictures by itself
	machineInstant = "instant"       // within a moment of the message's acceptance, or before it
	machineBurst   = "burst"         // several links of one message at once

	unclearSoon   = "soon"         // a click so soon after the acceptance that few people manage
	unclearShared = "shared_place" // one address follows links of many recipients of one domain: a gateway, or a large office
	unclearAgent  = "no_agent"     // it does not say what it is
)

// verdictOf tells which verdict a reason stands for.
func verdictOf(reason string) Verdict {
	switch reason {
	case "":
		return Human
	case unclearSoon, unclearShared, unclearAgent:
		return Unclear
	}
	return Machine
}

// Limits of what a person can do.
const (
	instant   = 2 * time.Second // from acceptance to a click: nobody
	soon      = 5 * time.Second // from acceptance to a click: hardly anybody
	burst     = 2 * time.Second // between two different links of one message
	sharedBy  = 10              // recipients of one domain whose links one address follows …
	sharedFor = time.Minute     // … within this
)

// judgeKeeps is how many messages and places the judge remembers before it forgets old ones.
const judgeKeeps = 50_000

// appleProxy is the whole name under which Apple's Mail Privacy Protection fetches pictures.
const appleProxy = "Mozilla/5.0"

// judge tells people from machines by what one request shows and by what came just before it.
type judge struct {
	mu     sync.Mutex
	clicks map[channel.Ref]lastClick
	places map[place]*visitors
	swept  time.Time
}

type lastClick struct {
	link int
	at   time.Time
}

// place is an address as recipients of one domain come from it.
type place struct {
	ip     netip.Addr
	domain string
}

// visitors are the recipients that came from a place since a moment; more than sharedBy are not told apart.
type visitors struct {
	since time.Time
	who   map[channel.Ref]bool
}

func newJudge() *judge {
	return &judge{clicks: make(map[channel.Ref]lastClick), places: make(map[place]*visitors)}
}

// reason returns why an act is not a person's, empty for a person's. What is sure comes before what is unclear.
func (j *judge) reason(r channel.Ref, e Event, t target, v Visit) string {
	ip, _ := netip.ParseAddr(v.IP)
	ip = ip.Unmap()
	clicked := e.Kind == Clicked
	several, shared := clicked && j.several(r, e), clicked && j.shared(r, e, place{ip, t.Domain})
	after := e.At.Sub(t.Updated) // since the acceptance is on record
	switch {
	case v.Method != "" && v.Method != "GET":
		return machineMethod
	case e.Kind == Opened && strings.TrimSpace(v.UserAgent) == appleProxy:
		return machineProxy
	case known.scans(v.UserAgent):
		return machineAgent
	case known.guards(ip):
		return machineNetwork
	case several:
		return machineBurst
	case clicked && t.State == Accepted && after < instant, t.State == InFlight:
		return machineInstant
	case clicked && t.State == Accepted && after < soon:
		return unclearSoon
	case shared:
		return unclearShared
	case strings.TrimSpace(v.UserAgent) == "":
		return unclearAgent
	}
	return ""
}

// several tells whether another link of the same message was followed a moment ago.
func (j *judge) several(r channel.Ref, e Event) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	last, ok := j.clicks[r]
	j.sweep(e.At)
	j.clicks[r] = lastClick{e.Link, e.At}
	return ok && last.link != e.Link && e.At.Sub(last.at) < burst
}

// shared tells whether links of many recipients of one company are followed from one address. Public mailboxes are left out: their
// people come from shared addresses of mobile networks; so are addresses of one's own network, behind which a proxy may hide everybody.
func (j *judge) shared(r channel.Ref, e Event, p place) bool {
	if !p.ip.IsValid() || p.ip.IsPrivate() || p.ip.IsLoopback() || p.domain == "" || known.public[p.domain] {
		return false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	v := j.places[p]
	if v == nil || e.At.Sub(v.since) > sharedFor {
		v = &visitors{e.At, make(map[channel.Ref]bool)}
		j.places[p] = v
	}
	if len(v.who) < sharedBy {
		v.who[r] = true
	}
	return len(v.who) >= sharedBy
}

// sweep forgets what says nothing any more; in a storm, not with every click.
func (j *judge) sweep(now time.Time) {
	if len(j.clicks)+len(j.places) < judgeKeeps || now.Sub(j.swept) < burst {
		return
	}
	j.swept = now
	for k, c := range j.clicks {
		if now.Sub(c.at) > burst {
			delete(j.clicks, k)
		}
	}
	for k, v := range j.places {
		if now.Sub(v.since) > sharedFor {
			delete(j.places, k)
		}
	}
}
