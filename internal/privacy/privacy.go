// Package privacy carries out what people ask about their own data — a copy, a correction, an erasure — and keeps the register of these
// requests. See README.md.
package privacy

import (
	"context"
	"time"

	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/lang"
)

type requestKind struct{}

func (requestKind) Prefix() string { return "prq" }

// ID identifies a request.
type ID = id.Of[requestKind]

// Kind is what is asked.
type Kind string

// Kinds of requests.
const (
	Copy       Kind = "export"
	Erasure    Kind = "erasure"
	Correction Kind = "correction"
)

// Source tells who brought a request.
type Source string

// Sources.
const (
	FromPage   Source = "page"   // the person itself, on the public page behind a letter's link
	FromMember Source = "member" // a member of the account, who was asked by the person
	FromAPI    Source = "api"
)

// State of a request.
type State string

// States.
const (
	Waiting State = "new"     // waits for a member
	Running State = "running" // is being carried out
	Done    State = "done"
	Refused State = "refused"
)

// FileLife is how long the file of a copy is kept; MaxNote the longest note, in characters.
const (
	FileLife = 7 * 24 * time.Hour
	MaxNote  = 1000
)

// Errors of requests.
var (
	ErrKind    = errs.New(errs.Invalid, "privacy.kind", "There is no such request. Ask for a copy, a correction or an erasure.")
	ErrDone    = errs.New(errs.Conflict, "privacy.done", "The request was answered already.")
	ErrNote    = errs.New(errs.Invalid, "privacy.note", "Say why the request is refused, in at most 1,000 characters.")
	ErrExpired = errs.New(errs.NotFound, "privacy.file_gone", "The file is no longer kept. Make a new copy.")
)

// Request is one entry of the register.
type Request struct {
	ID       ID         `db:"id"`
	Tenant   id.Tenant  `db:"tenant_id"`
	Kind     Kind       `db:"kind"`
	Source   Source     `db:"source"`
	State    State      `db:"state"`
	Contact  contact.ID `db:"contact_id"`
	Hint     string     `db:"hint"` // "a…@mail.ru"; empty after an erasure
	Note     string     `db:"note"`
	Member   id.Member  `db:"member_id"`
	Received time.Time  `db:"received_at"`
	Due      time.Time  `db:"due_at"`
	Done     time.Time  `db:"done_at"`
	Job      jobs.ID    `db:"job_id"`
	Blob     string     `db:"blob_key"`
	Size     int64      `db:"size"`
	Expires  time.Time  `db:"expires_at"`
}

// Late tells that the request is open beyond its day.
func (r Request) Late(now time.Time) bool { return r.Done.IsZero() && now.After(r.Due) }

// zone is the time of the whole of Kazakhstan since 1 March 2024.
var zone = time.FixedZone("+05", 5*60*60)

// dueAt is the end of the day by which a request must be answered. The law on personal data (94-V, article 25) gives three working days for
// information and one for a change or a destruction; state holidays are not counted out, so the day is never too late.
func dueAt(k Kind, received time.Time) time.Time {
	left := 1
	if k == Copy {
		left = 3
	}
	day := received.In(zone)
	for left > 0 {
		day = day.AddDate(0, 0, 1)
		if w := day.Weekday(); w != time.Saturday && w != time.Sunday {
			left--
		}
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 23, 59, 59, 0, zone).UTC()
}

// Section is one part of what is known about a person: a table.
type Section struct {
	Key     string
	Title   lang.Text
	Columns []Column
	Rows    [][]any // texts, numbers, booleans, lang.Text, time.Time, lists of texts
}

// Column is a column of a section.
type Column struct {
	Key  string
	Name lang.Text
}

// A Keeper keeps something about people: a feature with tables of its own.
type Keeper interface {
	// ForgetTx removes what is kept about the person; bare rows without anything personal may stay.
	ForgetTx(ctx context.Context, tx *db.Tx, p contact.Person) error
}

// A FileKeeper also keeps files. ForgetFiles deletes those that name the person and may be repeated; jobs.Snooze when it must wait.
type FileKeeper interface {
	ForgetFiles(ctx context.Context, p contact.Person) error
}

// A Teller tells what is kept about a person, for its copy.
type Teller interface {
	Tell(ctx context.Context, p contact.Person) ([]Section, error)
}

// Forget makes a Keeper of a function.
type Forget func(ctx context.Context, tx *db.Tx, p contact.Person) error

// ForgetTx calls the function.
func (f Forget) ForgetTx(ctx context.Context, tx *db.Tx, p contact.Person) error {
	return f(ctx, tx, p)
}

// Tell makes a Teller of a function.
type Tell func(ctx context.Context, p contact.Person) ([]Section, error)

// Tell calls the function.
func (f Tell) Tell(ctx context.Context, p contact.Person) ([]Section, error) { return f(ctx, p) }
