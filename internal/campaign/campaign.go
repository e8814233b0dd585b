// Package campaign orders the sending of one letter to an audience at a time, and reports what came of it.
// Sending itself is the pipeline's (internal/delivery). See README.md.
package campaign

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/delivery"
	"keruen/internal/errs"
	"keruen/internal/id"
)

type kind struct{}

func (kind) Prefix() string { return "cmp" }

// ID identifies a campaign.
type ID = id.Of[kind]

// State of a campaign.
type State string

// States. Draft → Scheduled → Sending ⇄ Paused → Done or Cancelled. Scheduled goes back to Draft when it is
// called back, since nothing has left yet.
const (
	Draft     State = "draft"
	Scheduled State = "scheduled"
	Sending   State = "sending"
	Paused    State = "paused"
	Done      State = "done"
	Cancelled State = "cancelled"
)

// Hold is why the program itself stopped a campaign and waits for a person.
type Hold string

// Reasons of a hold.
const (
	HoldGuard Hold = "guard" // its own results speak against going on; delivery has the finding
	HoldLink  Hold = "link"  // a block list has come to name the site of one of its links
	HoldLate  Hold = "late"  // its time passed long ago, while the program was off or its clock was wrong
)

// lateAfter is how much later than ordered a campaign may begin without asking. Less is a restart or a busy queue; more may be
// the wrong day for what the letter says.
const lateAfter = time.Hour

// Campaign is an order, or the draft of one.
type Campaign struct {
	ID          ID
	Tenant      id.Tenant
	Name        string
	State       State
	Sender      channel.SenderID // zero in a draft without one
	Purpose     channel.Purpose
	Topic       contact.TopicID // 0 for none; only with advertising
	Letter      content.Letter
	Audience    contact.Target
	Tracking    delivery.Tracking
	Revision    content.RevisionID // what is sent; zero in a draft
	StartAt     time.Time          // when it leaves; zero in a draft
	StartLocal  string             // the same as the person said it, "2026-12-01T10:00"; empty for "now"
	Zone        string             // IANA name of the zone of StartLocal
	UndoUntil   time.Time          // until then the screen offers to call it back
	Problem     string             // code of what stopped the launch; the campaign is a draft again
	Split       *Split             // its A/B test; nil: none
	Run         SplitRun           // what has become of that
	Local       LocalTime          // StartLocal is each contact's own time
	AgainOf     ID                 // goes to those who did not open that one; zero: an audience of its own
	Wave        int                // with AgainOf: which time again, 1 or 2
	AgainHidden bool               // with AgainOf: also to those for whom only a machine has opened it
	Hold        Hold               // why it waits for a person; empty: it does not, or was paused by one
	CreatedBy   id.Member
	CreatedAt   time.Time
	UpdatedAt   time.Time
	StartedAt   time.Time
	FinishedAt  time.Time
	Version     int64

	round int
}

// Limits of drafts.
const (
	maxName    = 120
	maxSubject = 255
	maxLists   = 50
)

// UndoWindow is how long "send now" waits, so that it can be called back.
const UndoWindow = 30 * time.Second

// Errors of the verbs.
var (
	ErrNotDraft    = errs.New(errs.Conflict, "campaign.not_draft", "Only a draft can be changed. Copy the campaign to make another.")
	ErrNotReady    = errs.New(errs.Invalid, "campaign.not_ready", "The campaign cannot be sent yet. See what is missing.")
	ErrState       = errs.New(errs.Conflict, "campaign.wrong_state", "The campaign is not in a state that allows this.")
	ErrTime        = errs.New(errs.Invalid, "campaign.bad_time", "Give the time as 2026-12-01T10:00 and a time zone such as Asia/Almaty.")
	ErrPast        = errs.New(errs.Invalid, "campaign.time_past", "This time has passed. Choose a later one, or send now.")
	ErrTooFar      = errs.New(errs.Invalid, "campaign.time_too_far", "A campaign can be scheduled at most a year ahead.")
	ErrTestCount   = errs.New(errs.Invalid, "campaign.test_count", "A test goes to one to five addresses.")
	ErrTestAddress = errs.New(errs.Invalid, "campaign.test_address", "A test goes only to confirmed addresses of members of this account.")
	ErrGuarded     = errs.New(errs.Conflict, "campaign.guarded", "The campaign was stopped because of its results. Look at them, and say that it should go on anyway.")
	ErrDecision    = errs.New(errs.Invalid, "campaign.decision", "Decide to resend, or to leave as it is.")
)

// Change holds the new values of a draft; nil leaves a value as it is.
type Change struct {
	Name     *string
	Sender   *channel.SenderID
	Purpose  *channel.Purpose
	Topic    *contact.TopicID
	Letter   *content.Letter
	Audience *contact.Target
	Tracking *delivery.Tracking
	Split    **Split // a pointer to nil takes the test away
}

// apply changes a draft and tells what is wrong with the new values. A draft may be incomplete;
// what is missing is said by Preflight.
func (c *Campaign) apply(ch Change) error {
	if ch.Name != nil {
		c.Name = strings.TrimSpace(*ch.Name)
	}
	if ch.Sender != nil {
		c.Sender = *ch.Sender
	}
	if ch.Purpose != nil {
		c.Purpose = *ch.Purpose
	}
	if ch.Topic != nil {
		c.Topic = *ch.Topic
	}
	if c.Purpose != channel.Advertising && ch.Topic == nil {
		c.Topic = 0
	}
	if ch.Letter != nil {
		c.Letter = *ch.Letter
	}
	if ch.Audience != nil {
		c.Audience = *ch.Audience
	}
	if ch.Tracking != nil {
		c.Tracking = *ch.Tracking
	}
	if ch.Split != nil {
		c.Split = *ch.Split
	}
	return c.check()
}

func (c *Campaign) check() error {
	var bad []errs.Field
	blame := func(path, code, text string) { bad = append(bad, errs.Field{Path: path, Code: code, Text: text}) }
	if n := utf8.RuneCountInString(c.Name); n == 0 || n > maxName {
		blame("name", "campaign.name", "Give the campaign a name of at most 120 characters. Recipients do not see it.")
	}
	if !slices.Contains(contact.Purposes, c.Purpose) {
		blame("purpose", "campaign.purpose", "The purpose is advertising, transactional or third_party.")
	}
	if c.Topic != 0 && c.Purpose != channel.Advertising {
		blame("topic", contact.ErrTopicless.Code, contact.ErrTopicless.Text)
	}
	if utf8.RuneCountInString(c.Letter.Subject) > maxSubject {
		blame("subject", "campaign.subject_long", "The subject has more than 255 characters. Readers see about 40 to 60.")
	}
	if strings.ContainsAny(c.Letter.Subject+c.Letter.Preheader, "\r\n\x00") {
		blame("subject", "campaign.subject_lines", "The subject and the preview text are one line each.")
	}
	if len(c.Audience.Lists)+len(c.Audience.Segments) > maxLists {
		blame("audience", "campaign.lists", "Choose at most 50 lists and segments.")
	}
	if c.Split != nil {
		bad = append(bad, c.Split.check()...)
		if c.AgainOf != 0 {
			blame("split", ErrAgainSplit.Code, ErrAgainSplit.Text)
		}
	}
	if bad != nil {
		return errs.ErrInvalid.At(bad...)
	}
	return nil
}

// key is what its messages need a consent for.
func (c Campaign) key() contact.ConsentKey {
	return contact.ConsentKey{Channel: channel.Email, Purpose: c.Purpose, Topic: c.Topic}
}

// Order says when a campaign leaves.
type Order struct {
	At    string         // wall time "2026-12-01T10:00"; empty: now
	Zone  string         // IANA zone of At; empty: UTC
	Local LocalTime      // the wall time is each contact's own; what becomes of those whose time has passed
	Undo  *time.Duration // with an empty At: how long it can be called back; nil: UndoWindow. Zero for programs
}

// maxAhead bounds schedules.
const maxAhead = 366 * 24 * time.Hour

// startOf returns when an order leaves. A wall time that the clocks skip (or show twice) is taken as Go
// does: at the shift forward it moves by the shift, at the shift back it is one of the two.
func (o Order) startOf(now time.Time) (start, undoUntil time.Time, err error) {
	if o.At == "" {
		wait := UndoWindow
		if o.Undo != nil {
			wait = min(max(*o.Undo, 0), 10*time.Minute)
		}
		return now.Add(wait), now.Add(wait), nil
	}
	zone, err := time.LoadLocation(o.Zone)
	if err != nil {
		return time.Time{}, time.Time{}, ErrTime.Because(err)
	}
	at, err := time.ParseInLocation(wallTime, o.At, zone)
	if err != nil {
		return time.Time{}, time.Time{}, ErrTime.Because(err)
	}
	switch {
	case at.Before(now):
		return time.Time{}, time.Time{}, ErrPast
	case at.Sub(now) > maxAhead:
		return time.Time{}, time.Time{}, ErrTooFar
	}
	return at.UTC(), time.Time{}, nil
}
