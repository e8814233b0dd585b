// Package status tells visitors whether the installation works: the state of its parts now, how each day of the last three
// months went, and what operators say about outages and planned work (SUP-2).
//
// Each process looks at the parts that it runs, once a minute (Run), and puts on record what it saw. Minutes in which nobody
// looked are counted too, so a program that stood still does not look as if it had worked.
package status

import (
	"slices"
	"strings"
	"time"

	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

// Part is a part of the installation that visitors know.
type Part string

// Parts.
const (
	Database Part = "database"
	Work     Part = "work"    // imports, exports, launches
	Sending  Part = "sending" // the pipeline
	MailIn   Part = "mail_in" // bounces, complaints and replies
)

// Parts lists them in the order in which they are shown.
var Parts = []Part{Database, Sending, Work, MailIn}

// State says how a part is.
type State string

// States, from good to bad; unknown when nobody has looked for Stale.
const (
	Works   State = "works"
	Slow    State = "slow"
	Down    State = "down"
	Unknown State = "unknown"
)

// States lists them.
var States = []State{Works, Slow, Down, Unknown}

// How often parts are looked at, when a reading is too old to be believed, and how many days are shown.
const (
	Every = time.Minute
	Stale = 5 * time.Minute
	Days  = 90
)

// Reading is a part as it was seen last.
type Reading struct {
	Part      Part
	State     State
	Since     time.Time // when this state began; zero for unknown
	CheckedAt time.Time // zero when it was never looked at
}

// believed turns a reading that is too old into the unknown.
func (r Reading) believed(now time.Time) Reading {
	if now.Sub(r.CheckedAt) > Stale {
		r.State, r.Since = Unknown, time.Time{}
	}
	return r
}

// Day is one day of a part: its minutes that were looked at, those with trouble among them, and those in which nobody looked.
type Day struct {
	Part     Part
	Day      string // 2026-11-24, by UTC
	Checks   int
	Troubled int
	Missed   int
}

// Good is the share of minutes in which the part worked, from 0 to 1; ok is false for a day without a record.
func (d Day) Good() (share float64, ok bool) {
	all := d.Checks + d.Missed
	if all == 0 {
		return 0, false
	}
	return float64(d.Checks-d.Troubled) / float64(all), true
}

// missedBetween counts the whole minutes between two looks that nobody made, by day. Two minutes may always pass: looks are not exact.
func missedBetween(last, now time.Time) map[string]int {
	out := map[string]int{}
	if last.IsZero() || now.Sub(last) <= 2*Every {
		return out
	}
	if oldest := now.Add(-Days * 24 * time.Hour); last.Before(oldest) {
		last = oldest
	}
	for at := last.Add(Every); at.Before(now.Add(-Every / 2)); {
		end := at.Truncate(24 * time.Hour).Add(24 * time.Hour)
		if end.After(now) {
			end = now
		}
		out[dayOf(at)] += max(int((end.Sub(at)+Every/2)/Every), 1)
		at = end
	}
	return out
}

func dayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

type outageKind struct{}

func (outageKind) Prefix() string { return "out" }

// OutageID identifies an outage.
type OutageID = id.Of[outageKind]

type updateKind struct{}

func (updateKind) Prefix() string { return "upd" }

// Kind tells a fault from planned work.
type Kind string

// Kinds.
const (
	Fault   Kind = "fault"
	Planned Kind = "planned"
)

// Stage is how far an outage has come.
type Stage string

// Stages. Announced is the only one before planned work begins.
const (
	Seen      Stage = "seen"     // we know of it and look for the cause
	Found     Stage = "found"    // the cause is known, it is being mended
	Watching  Stage = "watching" // mended; we watch
	Announced Stage = "planned"
	Over      Stage = "over"
)

// Outage is what operators tell of: a fault or planned work.
type Outage struct {
	ID        OutageID
	Kind      Kind
	Impact    State // slow or down
	Parts     []Part
	Title     lang.Text
	StartsAt  time.Time
	EndsAt    time.Time // zero while a fault goes on
	CreatedAt time.Time
	Updates   []Update // the newest first
}

// Update is one message about an outage.
type Update struct {
	Stage Stage
	Text  lang.Text
	At    time.Time
}

// Stage is the stage of the newest update.
func (o Outage) Stage() Stage {
	if len(o.Updates) == 0 {
		return ""
	}
	return o.Updates[0].Stage
}

// Running tells whether the parts suffer now.
func (o Outage) Running(now time.Time) bool {
	return !o.Ended(now) && !o.StartsAt.After(now)
}

// Ended tells whether it is over. Planned work ends by itself when its time has passed, unless an operator says otherwise by a longer one.
func (o Outage) Ended(now time.Time) bool {
	return o.Stage() == Over || !o.EndsAt.IsZero() && !o.EndsAt.After(now)
}

// Errors of outages.
var (
	ErrOver  = errs.New(errs.Conflict, "status.over", "This outage is over. Publish a new one.")
	ErrTimes = errs.New(errs.Invalid, "status.times", "Planned work needs a beginning in the future and an end after it, at most 7 days long.")
	ErrStage = errs.New(errs.Invalid, "status.stage", "This stage does not fit this kind of outage.")
	ErrParts = errs.New(errs.Invalid, "status.parts", "Name the parts that suffer.")
	ErrWords = errs.New(errs.Invalid, "status.words", "Write it in Russian at least.")
)

// Limits of what operators write, in characters.
const (
	MaxTitle   = 120
	MaxText    = 2000
	maxPlanned = 7 * 24 * time.Hour
)

// NewOutage is what an operator publishes.
type NewOutage struct {
	Kind     Kind
	Impact   State
	Parts    []Part
	Title    lang.Text
	Text     lang.Text
	StartsAt time.Time // of planned work; a fault began now unless it says an earlier time
	EndsAt   time.Time // of planned work
}

// check returns the outage as it is kept, without an identifier.
func (n NewOutage) check(now time.Time) (Outage, error) {
	o := Outage{Kind: n.Kind, Impact: n.Impact, Title: trimmed(n.Title), StartsAt: n.StartsAt, EndsAt: n.EndsAt, CreatedAt: now}
	for _, p := range Parts {
		if slices.Contains(n.Parts, p) {
			o.Parts = append(o.Parts, p)
		}
	}
	switch {
	case len(o.Parts) == 0:
		return o, errs.ErrInvalid.At(blame("parts", ErrParts))
	case o.Title.Ru == "":
		return o, errs.ErrInvalid.At(blame("title.ru", ErrWords))
	case trimmed(n.Text).Ru == "":
		return o, errs.ErrInvalid.At(blame("text.ru", ErrWords))
	case n.Kind == Fault:
		o.EndsAt = time.Time{}
		if o.StartsAt.IsZero() || o.StartsAt.After(now) {
			o.StartsAt = now
		}
		return o, nil
	case !o.StartsAt.After(now) || !o.EndsAt.After(o.StartsAt) || o.EndsAt.Sub(o.StartsAt) > maxPlanned:
		return o, errs.ErrInvalid.At(blame("starts_at", ErrTimes))
	}
	return o, nil
}

// fits tells whether an update of this stage may be added.
func (o Outage) fits(s Stage) bool {
	if o.Kind == Planned {
		return s == Announced || s == Over
	}
	return s == Seen || s == Found || s == Watching || s == Over
}

func blame(path string, e *errs.Error) errs.Field {
	return errs.Field{Path: path, Code: e.Code, Text: e.Text}
}

func trimmed(t lang.Text) lang.Text {
	return lang.Text{Ru: strings.TrimSpace(t.Ru), Kk: strings.TrimSpace(t.Kk), En: strings.TrimSpace(t.En)}
}
