package form

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"keruen/internal/contact"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
	"keruen/internal/secret"
)

type submissionKind struct{}

func (submissionKind) Prefix() string { return "sbm" }

// SubmissionID identifies one sending of a form.
type SubmissionID = id.Of[submissionKind]

// State is where a submission is on its way.
type State string

// States. Only pending and held wait for something.
const (
	Pending     State = "pending"     // a letter asks the person to confirm
	Held        State = "held"        // looks like a program's work: a member decides
	Confirmed   State = "confirmed"   // the person pressed the button behind the letter
	Accepted    State = "accepted"    // consent by the form alone
	Unreachable State = "unreachable" // no letter may be sent to the address: Reason says why
	Rejected    State = "rejected"    // by a member
	Expired     State = "expired"     // nobody answered the letter, or decided, in time
)

// States lists all of them.
var States = []State{Pending, Held, Confirmed, Accepted, Unreachable, Rejected, Expired}

// Why a submission is held.
const (
	HeldTrap  = "trap"  // a field was filled in that people do not see
	HeldFast  = "fast"  // sent sooner than anybody reads
	HeldRate  = "rate"  // many from one network, without the work that the page's script does
	HeldLinks = "links" // addresses of sites where a name belongs
)

// Life is how long an unconfirmed submission is kept (AUD-7).
const Life = 7 * 24 * time.Hour

// MaxLetters is how many times the letter of one submission is sent at most, with AgainAfter between.
const (
	MaxLetters = 3
	AgainAfter = time.Minute
)

// Submission is one sending of a form.
type Submission struct {
	ID           SubmissionID      `db:"id"`
	Tenant       id.Tenant         `db:"tenant_id"`
	Form         ID                `db:"form_id"`
	Version      int64             `db:"version"`
	Nonce        string            `db:"nonce"`
	State        State             `db:"state"`
	Reason       string            `db:"reason"`
	Answers      []byte            `db:"answers"` // sealed; nil once wiped
	AddressHash  string            `db:"address_hash"`
	Lang         lang.Lang         `db:"lang"`
	Page         string            `db:"page"`
	IP           string            `db:"ip"`
	UserAgent    string            `db:"user_agent"`
	Letters      int               `db:"letters"`
	LetterAt     time.Time         `db:"letter_at"`
	Contact      contact.ID        `db:"contact_id"`
	GuestTenant  id.Tenant         `db:"guest_tenant"`
	Guest        contact.ID        `db:"guest_id"`
	GuestConsent contact.ConsentID `db:"guest_consent"`
	At           time.Time         `db:"at"`
	Expires      time.Time         `db:"expires_at"`
	Done         time.Time         `db:"done_at"`
}

func (s Submission) bound() []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(s.Tenant)), uint64(s.ID))
}

// seal puts answers into a submission.
func (s *Submission) seal(k *secret.Keys, a Answers) error {
	plain, err := json.Marshal(a)
	if err != nil {
		return err
	}
	s.Answers = k.Seal(sealAnswers, plain, s.bound())
	s.AddressHash = hashOf(k, s.Tenant, a.address())
	return nil
}

// open returns the answers; the zero Answers once they are wiped.
func (s Submission) open(k *secret.Keys) (Answers, error) {
	if s.Answers == nil {
		return Answers{}, nil
	}
	plain, err := k.Open(sealAnswers, s.Answers, s.bound())
	if err != nil {
		return Answers{}, err
	}
	var a Answers
	return a, json.Unmarshal(plain, &a)
}

// wipe forgets what the person said; who and when stays as a count.
func (s *Submission) wipe() { s.Answers, s.AddressHash = nil, "" }

// address is what a submission is found by: the e-mail as addresses are compared, or the number.
func (a Answers) address() string {
	if e, err := contact.ParseEmail(a.Email); err == nil {
		return e.Key
	}
	return a.Phone
}

func hashOf(k *secret.Keys, t id.Tenant, address string) string {
	if address == "" {
		return ""
	}
	return secret.Hash(string(k.MAC(hashAddress, binary.BigEndian.AppendUint64(nil, uint64(t)), []byte(address))))[:32]
}

const maxPage = 200 // bytes of a page's address

// cleanPage writes where a form stood: the site and the path. What follows ? may name the visitor.
func cleanPage(text string) string {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	page := strings.ToLower(u.Host) + u.EscapedPath()
	return strings.TrimSuffix(strings.ToValidUTF8(page[:min(len(page), maxPage)], ""), "/")
}

// errorOf finds the error that people may see.
func errorOf(err error) *errs.Error {
	var e *errs.Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}
