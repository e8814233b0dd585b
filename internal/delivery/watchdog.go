package delivery

import (
	"cmp"
	"math"
	"slices"

	"keruen/internal/channel"
)

// Codes of findings; each has its words in three languages in the cabinet.
const (
	GuardHard       = "hard_bounces" // addresses that do not exist: an old or a bought list
	GuardComplaints = "complaints"   // recipients call it spam
	GuardDeferrals  = "deferrals"    // servers put the letters off
	GuardRefusals   = "refusals"     // sender, domain or letter is refused, message after message
)

// GuardLevel says what a finding leads to.
type GuardLevel int8

// Levels, from harmless to grave.
const (
	GuardCalm  GuardLevel = 0
	GuardWarn  GuardLevel = 1 // people are told
	GuardSlow  GuardLevel = 2 // the part takes twice its time
	GuardPause GuardLevel = 3 // the part stops until a person decides
)

// Finding is what the results of a part say against sending on.
type Finding struct {
	Code   string     `json:"code"`
	Level  GuardLevel `json:"level"`
	Domain string     `json:"domain,omitempty"` // of the addresses; empty: the campaign as a whole
	N      int64      `json:"n"`                // of Of results; of refusals: so many in a row
	Of     int64      `json:"of"`
	Reason string     `json:"reason,omitempty"` // class of the last refusal
	Detail string     `json:"detail,omitempty"` // the server's own words, without addresses
}

// results are the figures that guards judge, of one domain or of the whole part.
type results struct {
	domain    string
	tried     int64 // messages with a first answer
	reached   int64 // taken by the recipient's server
	hard      int64 // the address does not exist
	deferred  int64 // put off at the first try; greylisting, which strangers always meet, is left out
	complaint int64
	row       int64 // refusals of the sender or the letter in a row, up to now
	reason    string
	detail    string
}

// limit is a share at which a guard acts. It is compared with the lower end of the Wilson interval, so that few results
// never stop a campaign by chance.
type limit struct {
	share float64
	level GuardLevel
}

// Limits of the guards, gravest first (MSG-4). Google and Yahoo ask senders for under 0.1 % of complaints and act from 0.3 %.
var (
	hardLimits      = []limit{{0.05, GuardPause}, {0.02, GuardWarn}}
	complaintLimits = []limit{{0.003, GuardPause}, {0.002, GuardSlow}, {0.001, GuardWarn}}
	deferralLimits  = []limit{{0.10, GuardSlow}}
)

const (
	enoughTried   = 100 // results below which shares of bounces and deferrals mean nothing
	enoughReached = 300 // the same for complaints, which are rare
	refusalsInRow = 20
)

// judgeResults returns the gravest finding about one set of results, and its Level GuardCalm when there is none. Findings with a
// code that a person has excused do not count.
func judgeResults(r results, excused []string) Finding {
	list := []Finding{
		r.share(GuardHard, r.hard, r.tried, enoughTried, hardLimits),
		r.share(GuardComplaints, r.complaint, r.reached, enoughReached, complaintLimits),
		r.share(GuardDeferrals, r.deferred, r.tried, enoughTried, deferralLimits),
	}
	if r.row >= refusalsInRow {
		list = append(list, Finding{Code: GuardRefusals, Level: GuardPause, Domain: r.domain, N: r.row, Of: r.row, Reason: r.reason, Detail: r.detail})
	}
	list = slices.DeleteFunc(list, func(f Finding) bool { return slices.Contains(excused, f.Code) })
	return gravest(list)
}

func (r results) share(code string, n, of, enough int64, limits []limit) Finding {
	if of < enough {
		return Finding{}
	}
	low := wilsonLow(n, of)
	for _, l := range limits {
		if low >= l.share {
			return Finding{Code: code, Level: l.level, Domain: r.domain, N: n, Of: of}
		}
	}
	return Finding{}
}

// gravest returns the finding with the highest level; among equals the first.
func gravest(list []Finding) Finding {
	if len(list) == 0 {
		return Finding{}
	}
	return slices.MaxFunc(list, func(a, b Finding) int { return cmp.Compare(a.Level, b.Level) })
}

// wilsonLow is the lower end of the 95 % Wilson interval of a share: the share is that much at least.
func wilsonLow(n, of int64) float64 {
	if of <= 0 || n <= 0 {
		return 0
	}
	const z = 1.96
	m := float64(of)
	p := min(1, float64(n)/m)
	return (p + z*z/(2*m) - z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))) / (1 + z*z/m)
}

// Classes of the e-mail channel that guards leave to others: a stranger's first answer, and the address that a path sends from.
const (
	classGreylisted   = "greylisted"
	classReputationIP = "reputation_ip"
)

// answered tells whether a shot carries a server's answer.
func (x *shot) answered() bool { return !x.settled && x.row.State != InFlight }

// putOff tells whether the first answer to a message was "later", for a reason that speaks against the sending.
func (x *shot) putOff() bool {
	v := x.verdict
	return x.answered() && x.row.Attempts == 1 && v.Outcome == channel.Later && v.Class != classGreylisted &&
		(v.Scope == channel.ScopeReputation || v.Scope == channel.ScopePolicy)
}

// refusedUs tells whether the sender, its domain or the letter was refused, and not the recipient.
func (x *shot) refusedUs() bool {
	v := x.verdict
	if !x.answered() || v.Outcome == channel.Accepted || v.Class == classReputationIP {
		return false
	}
	return v.Scope == channel.ScopeReputation || v.Scope == channel.ScopeContent || v.Scope == channel.ScopeConfig && v.Class != ReasonNotRendered
}
