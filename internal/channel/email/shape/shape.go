// Package shape decides how fast, over how many connections and from which of our addresses letters leave.
//
// A path is one of our addresses and the provider it writes to. Rules (rules.toml and the operator's own file) give each
// path its limits; answers of the other side bend them; a new address is warmed up by the day; an operator may pause.
// The channel asks before every letter (Choose, Take) and tells what came of it (Note). Those calls never block and do
// no I/O: what has to outlive the process is written by Engine.Run.
package shape

import (
	"net/netip"
	"time"

	"keruen/internal/channel"
	"keruen/internal/id"
)

// Path is one way out: from one of our addresses to one provider, or to one site when no provider is known.
type Path struct {
	Source   netip.Addr // zero: the system chooses
	Site     string     // the set of mail hosts (mx.Plan.Site)
	Provider string     // by the suffix of a mail host (Rules.Provider); "" = none known
}

// Share says whose letter it is and what for; pools and dedicated addresses depend on it.
type Share struct {
	Tenant  id.Tenant
	Purpose channel.Purpose
}

// Source is one of our own addresses. The zero value lets the system choose.
type Source struct {
	Addr netip.Addr
	Helo string // "" = the channel's own
	Pool string
}

// Limits bound one path.
type Limits struct {
	Connections       int
	PerConnection     int     // letters over one connection
	PerSecond         float64 // 0 = none
	ConnectsPerMinute int     // 0 = none
	Bound             string  // what is narrowest, for people: the name of a rule, "learned", "reply", "warm_up"
}

// Why says why a letter has to wait.
type Why string

// Reasons to wait. They are keys of the catalogue of plain words.
const (
	Free      Why = ""
	Paused    Why = "paused"    // an operator stopped the path
	Rate      Why = "rate"      // the rate of the path is used up
	WarmUp    Why = "warm_up"   // a new address has sent what it may today
	Suspended Why = "suspended" // the provider refused in a way that asks for silence
	Listed    Why = "listed"    // the address stands on a block list
	NoSource  Why = "no_source" // no address is configured for such letters
)

// Outcome is what came of one attempt.
type Outcome struct {
	Accepted      bool
	Class         string        // of the refusal, as the channel classifies
	Scope         channel.Scope // whose fault it was
	Code          int           // reply code; 0 = none came
	Text          string        // the reply, scrubbed of addresses
	ConnectFailed bool          // no connection came about
	Took          time.Duration
}

// State is what a path looks like to people.
type State struct {
	Path      Path
	Pool      string
	Limits    Limits    // as they hold now
	Ceiling   float64   // letters a second that the rules allow; 0 = none
	PerSecond float64   // letters a second over the last minute
	Why       Why       // what holds it at the moment
	Until     time.Time // of Why; zero with Paused: until it is resumed
	Reason    string    // words of the rule, the list or the operator behind Why
	Answer    string    // last refusal, scrubbed; "" = the last one was accepted or none came
	AnswerAt  time.Time
	Sent      int64 // accepted since the start of the day (UTC)
	Deferred  int64 // temporary refusals of the same day
	WarmUp    *Quota
}

// Quota is how far the warming up of a path has come.
type Quota struct {
	Step, Steps int   // Step counts from 1; after Steps the path is warm
	Sent, Limit int64 // today (UTC)
}

// Shaper is asked by the e-mail channel. It is safe for concurrent use, never blocks and does no I/O.
type Shaper interface {
	// Choose picks the source address of a letter: dedicated to the account, or of a pool. It is the same for every
	// attempt of one account to one domain as long as it is in rotation (greylisting). wait > 0: none may send now, come back then, because of why.
	Choose(s Share, provider, site, domain string) (src Source, wait time.Duration, why Why)
	Limits(p Path) Limits
	// Take asks leave for one letter now. wait > 0 means not now, come back then, because of why.
	Take(p Path) (wait time.Duration, why Why)
	// Note tells what came of an attempt, once for each that Take let through.
	Note(p Path, o Outcome)
	Explain(p Path) State
}

// None is a Shaper that bounds nothing but connections: 5 to one site, 100 letters over each.
var None Shaper = none{}

type none struct{}

func (none) Choose(Share, string, string, string) (Source, time.Duration, Why) {
	return Source{}, 0, Free
}
func (none) Limits(Path) Limits {
	return Limits{Connections: 5, PerConnection: 100, Bound: "default"}
}
func (none) Take(Path) (time.Duration, Why) { return 0, Free }
func (none) Note(Path, Outcome)             {}
func (n none) Explain(p Path) State         { return State{Path: p, Limits: n.Limits(p)} }
