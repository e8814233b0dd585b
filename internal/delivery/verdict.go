package delivery

import (
	"time"

	"keruen/internal/channel"
)

// Reasons that the pipeline itself gives.
const (
	ReasonExpired     = "expired"           // too old, or tried too often
	ReasonCancelled   = "cancelled"         // its campaign was cancelled
	ReasonNoSender    = "sender_deleted"    // nobody to send it from
	ReasonUnconfirmed = "unconfirmed"       // the connection died after the last byte: the server may have it
	ReasonCrash       = "interrupted"       // in flight when a process died
	ReasonNoChannel   = "channel_not_ready" // this installation does not run the channel
	ReasonNotRendered = "not_rendered"      // its letter could not be made at the moment
)

// defaultAfter is when a message is tried again if the channel says Later without a time.
const defaultAfter = 10 * time.Minute

// resendUncertain says, by purpose, what happens to a message that may have been sent without a record.
// A code that comes twice does no harm and one that never comes does; advertising that comes
// twice earns complaints, so it is listed by name (Unknown) and a person decides.
func resendUncertain(p channel.Purpose) bool { return p == channel.Transactional }

// unconfirmedAfter is when an uncertain message is sent again, where it is.
const unconfirmedAfter = time.Minute

// rule is what decides about a verdict, beside the verdict itself.
type rule struct {
	purpose  channel.Purpose
	attempt  int // the number of this attempt, 1 for the first
	now      time.Time
	notAfter time.Time
}

// ruling is what a verdict means for the ledger.
type ruling struct {
	state    State
	due      time.Time // with Retry
	reason   string
	cause    string // with ReasonExpired: why it did not go before
	attempts int    // that count against the limit
	suppress bool
}

// decide turns the answer to an attempt into what is recorded.
func decide(v channel.Verdict, r rule) ruling {
	switch v.Outcome {
	case channel.Accepted:
		return ruling{state: Accepted, attempts: r.attempt}
	case channel.Never:
		return ruling{state: Failed, reason: v.Class, attempts: r.attempt, suppress: v.Suppress && v.Scope == channel.ScopeRecipient}
	case channel.Unknown:
		if !resendUncertain(r.purpose) {
			return ruling{state: Unknown, reason: ReasonUnconfirmed, attempts: r.attempt}
		}
		v.Class, v.After = ReasonUnconfirmed, max(v.After, unconfirmedAfter)
	}
	return again(v, r)
}

// again decides about a message that should be tried later: whether that is still worth it.
func again(v channel.Verdict, r rule) ruling {
	after := v.After
	if after <= 0 {
		after = defaultAfter
	}
	out := ruling{state: Retry, due: r.now.Add(after), reason: v.Class, attempts: r.attempt}
	if v.Free {
		out.attempts--
	}
	if out.attempts >= maxAttempts || out.due.After(r.notAfter) {
		return ruling{state: Failed, reason: ReasonExpired, cause: v.Class, attempts: r.attempt}
	}
	return out
}
