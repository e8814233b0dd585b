// Package reputation watches whether our own sending addresses and names stand on block lists (CMP-3).
// See README.md.
package reputation

import (
	"net/netip"
	"time"

	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/mail/dnsbl"
)

type incidentKind struct{}

func (incidentKind) Prefix() string { return "inc" }

// ID identifies an incident.
type ID = id.Of[incidentKind]

// State of an incident.
type State string

// States. The watch alone closes an incident, when the list no longer names us.
const (
	Open         State = "open"
	Acknowledged State = "acknowledged"
	Closed       State = "closed"
)

// ErrNote is told when the words of an operator are too long.
var ErrNote = errs.New(errs.Invalid, "incident.note", "A note has at most 500 characters. Shorten it.")

const (
	longestNote = 500
	// keepOut is how long an address stays out after the last time that a list was seen to name it. A list that falls
	// silent thus cannot keep an address out for ever.
	keepOut = 24 * time.Hour
)

// Incident is one of our addresses or domains on one block list, from when it was found until it was gone.
type Incident struct {
	ID      ID
	Subject string
	Zone    string
	Code    string
	Reason  string // words of the list; may be empty
	Page    string // where to look it up and ask for its end
	Policy  bool   // the list says what the network is for; nothing is suspended
	State   State
	Note    string
	Since   time.Time
	SeenAt  time.Time
	EndedAt time.Time // zero while it goes on
}

// Check is what a list said last about one of our names.
type Check struct {
	Subject   string
	Zone      string
	State     dnsbl.State
	CheckedAt time.Time
}

// holds tells until when an address stays out of rotation because of its incidents, and because of which list. A zero time
// lets it send.
func holds(all []Incident, now time.Time) (until time.Time, why string) {
	for _, i := range all {
		end := i.SeenAt.Add(keepOut)
		if i.Policy || !i.EndedAt.IsZero() || !end.After(now) || !end.After(until) {
			continue
		}
		until, why = end, i.Zone+" "+i.Code
	}
	return until, why
}

// Own is what the installation sends with.
type Own struct {
	Addresses []netip.Addr
	Domains   []string
}
