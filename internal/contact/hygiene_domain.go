package contact

import (
	"context"
	"errors"
	"time"

	"keruen/internal/mail/mx"
)

// MailHosts finds the mail servers of a domain; app supplies the resolver of the DNS.
type MailHosts interface {
	Plan(ctx context.Context, domain string) (mx.Plan, error)
}

// DomainState is what the DNS says about a domain's mail.
type DomainState string

// States of a domain.
const (
	DomainUnasked    DomainState = ""
	DomainMail       DomainState = "mail"       // has mail servers
	DomainImplicit   DomainState = "implicit"   // none, but the domain itself is a host (RFC 5321 §5.1)
	DomainNullMX     DomainState = "null_mx"    // says that it takes no mail (RFC 7505)
	DomainNoMail     DomainState = "no_mail"    // exists, and nothing there takes mail
	DomainGone       DomainState = "no_domain"  // does not exist
	DomainUnanswered DomainState = "unanswered" // the name servers did not answer
)

// How long an answer is good, and when a missing domain is looked for again before it is believed to be missing: zones vanish for a
// while when they are moved.
const (
	domainGoodFor   = 30 * 24 * time.Hour
	domainDeadFor   = 7 * 24 * time.Hour
	domainSecondAsk = time.Hour
)

// DomainCheck is the last word of the DNS about one domain, shared by all contacts there.
type DomainCheck struct {
	Domain    string      `db:"domain"` // A-label
	State     DomainState `db:"state"`
	Confirmed bool        `db:"confirmed"` // a missing domain was still missing an hour later, or the domain says itself that it takes no mail
	At        time.Time   `db:"checked_at"`
}

// Undeliverable tells that mail to the domain cannot arrive.
func (d DomainCheck) Undeliverable() bool { return d.dead() && d.Confirmed }

func (d DomainCheck) dead() bool {
	return d.State == DomainNullMX || d.State == DomainNoMail || d.State == DomainGone
}

// due tells whether the DNS should be asked again.
func (d DomainCheck) due(now time.Time) bool {
	age := now.Sub(d.At)
	switch {
	case d.State == DomainUnasked:
		return true
	case d.State == DomainUnanswered, d.dead() && !d.Confirmed:
		return age >= domainSecondAsk
	case d.dead():
		return age >= domainDeadFor
	default:
		return age >= domainGoodFor
	}
}

// next is the check after the DNS said state. When the servers do not answer, what was known stays.
func (d DomainCheck) next(state DomainState, now time.Time) DomainCheck {
	was := d
	if state == DomainUnanswered && was.State != DomainUnasked {
		d.At = now
		return d
	}
	d.State, d.At = state, now
	d.Confirmed = state == DomainNullMX || d.dead() && was.dead() && (was.Confirmed || now.Sub(was.At) >= domainSecondAsk)
	if d.dead() && was.dead() && !d.Confirmed {
		d.At = was.At // asked too early: the hour still runs from the first time
	}
	return d
}

// stateFrom turns the outcome of a look-up into a state.
func stateFrom(p mx.Plan, err error) DomainState {
	switch {
	case err == nil && p.Implicit:
		return DomainImplicit
	case err == nil, errors.Is(err, mx.ErrLoop): // it is our own mail
		return DomainMail
	case errors.Is(err, mx.ErrNullMX):
		return DomainNullMX
	case errors.Is(err, mx.ErrNoMail), errors.Is(err, mx.ErrForbidden):
		return DomainNoMail
	case errors.Is(err, mx.ErrNoDomain), errors.Is(err, mx.ErrName):
		return DomainGone
	default:
		return DomainUnanswered
	}
}
