// Package segment owns segments: named conditions over contacts, evaluated by the database at the moment they are asked.
// See README.md.
package segment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// ID identifies a segment.
type ID = contact.SegmentID

type campaignKind struct{}

func (campaignKind) Prefix() string { return "cmp" }

// CampaignID is the identifier of a campaign, as campaigns themselves write it.
type CampaignID = id.Of[campaignKind]

type importKind struct{}

func (importKind) Prefix() string { return "imp" }

// ImportID is the identifier of an import, as imports themselves write it.
type ImportID = id.Of[importKind]

// Condition is a tree: a group (all, any, not) or a leaf with a kind. Exactly one of All, Any, Not and Kind is set.
type Condition struct {
	All []Condition `json:"all,omitempty"`
	Any []Condition `json:"any,omitempty"`
	Not *Condition  `json:"not,omitempty"`

	Kind Kind   `json:"kind,omitempty"`
	Key  string `json:"key,omitempty"` // of an attribute, or of a custom field
	Op   Op     `json:"op,omitempty"`

	Value  contact.Value `json:"value,omitzero"`
	Values []string      `json:"values,omitempty"` // texts, or identifiers of lists, tags, imports, segments
	From   contact.Value `json:"from,omitzero"`    // between: both ends belong to it
	To     contact.Value `json:"to,omitzero"`
	Days   int           `json:"days,omitempty"`

	Channel channel.Kind    `json:"channel,omitempty"` // of consent and of the stop-list
	Purpose channel.Purpose `json:"purpose,omitempty"`
	Topic   contact.TopicID `json:"topic,omitempty"`
	State   contact.Action  `json:"state,omitempty"`

	Act       Act          `json:"act,omitempty"`
	Last      int          `json:"last,omitempty"`      // any of the last N campaigns
	Campaigns []CampaignID `json:"campaigns,omitempty"` // any of these
	Link      string       `json:"link,omitempty"`      // of a click: the address, or a part of it
	Exact     bool         `json:"exact,omitempty"`     // Link is the whole address
	Times     int          `json:"times,omitempty"`     // in that many different letters at least; 0 is 1
}

// Kind tells what a leaf looks at.
type Kind string

// Kinds of leaves.
const (
	OfAttribute Kind = "attribute" // what every contact has
	OfField     Kind = "field"     // a custom field
	OfTag       Kind = "tag"
	OfList      Kind = "list"
	OfConsent   Kind = "consent"
	OfStop      Kind = "stop_list"
	OfAct       Kind = "activity"   // what became of letters and what the person did with them
	OfIdle      Kind = "inactivity" // opened and clicked nothing for Days
	OfImport    Kind = "import"     // created by an import
	OfSegment   Kind = "segment"    // belongs to another segment
)

// Act is what happened with a letter.
type Act string

// Acts. Openings and clicks of machines are none.
const (
	Sent      Act = "sent" // it left, whatever became of it
	Delivered Act = "delivered"
	Bounced   Act = "bounced"
	Opened    Act = "opened"
	Clicked   Act = "clicked"
	Unopened  Act = "unopened" // delivered, and not opened
)

// Op is how a leaf compares.
type Op string

// Operators.
const (
	Is          Op = "is"
	IsNot       Op = "is_not"
	Contains    Op = "contains"
	NotContains Op = "not_contains"
	Begins      Op = "begins"
	Ends        Op = "ends"
	AnyOf       Op = "any_of"
	AllOf       Op = "all_of"
	NoneOf      Op = "none_of"
	Empty       Op = "empty"
	Filled      Op = "filled"
	Less        Op = "lt"
	AtMost      Op = "lte"
	More        Op = "gt"
	AtLeast     Op = "gte"
	Between     Op = "between"
	On          Op = "on"
	Before      Op = "before"
	After       Op = "after"
	LastDays    Op = "last_days"   // from Days ago to today
	NextDays    Op = "next_days"   // from today to Days ahead
	OlderDays   Op = "older_days"  // more than Days ago
	Anniversary Op = "anniversary" // its day and month come within Days from today; 0 is today
	Yes         Op = "yes"
	No          Op = "no"
	Did         Op = "did"
	DidNot      Op = "did_not"
)

// Limits of a condition.
const (
	MaxDepth     = 6
	MaxLeaves    = 50
	MaxValues    = 100
	MaxText      = 200 // characters of a value
	MaxDays      = 3660
	MaxLast      = 50
	MaxTimes     = 100
	MaxCondition = 64 << 10 // bytes of JSON
	maxNesting   = 5        // segments of segments
	maxCompiled  = 500      // leaves with those of the segments it uses
)

// Errors of conditions; each is at a path of the tree, "condition.all[1].value".
var (
	ErrShape     = errs.New(errs.Invalid, "segment.shape", "A condition is one of all, any, not, or a kind with what belongs to it.")
	ErrEmptyTree = errs.New(errs.Invalid, "segment.empty_group", "A group needs at least one condition.")
	ErrDeep      = errs.New(errs.Invalid, "segment.too_deep", "Groups may stand at most 6 inside each other.")
	ErrMany      = errs.New(errs.Invalid, "segment.too_many", "A segment has at most 50 conditions.")
	ErrKind      = errs.New(errs.Invalid, "segment.kind", "There is no such kind of condition.")
	ErrKey       = errs.New(errs.Invalid, "segment.key", "There is no such attribute of contacts.")
	ErrOp        = errs.New(errs.Invalid, "segment.op", "This comparison does not fit.")
	ErrValue     = errs.New(errs.Invalid, "segment.value", "A value is missing, or it does not fit the comparison.")
	ErrRange     = errs.New(errs.Invalid, "segment.range", "The number is outside of what is allowed.")
	ErrBounds    = errs.New(errs.Invalid, "segment.bounds", "The first value must not be above the second.")
	ErrForeign   = errs.New(errs.Invalid, "segment.unknown_member", "This property does not belong to this kind of condition.")
)

// Parse reads a condition. Unknown properties are an error: a misspelt one would silently widen the segment.
func Parse(text []byte) (Condition, error) {
	var c Condition
	if len(text) > MaxCondition {
		return c, errs.ErrInvalid.At(contact.Blame("condition", ErrMany))
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, errs.ErrInvalid.Because(fmt.Errorf("read condition: %w", err)).At(contact.Blame("condition", ErrShape))
	}
	if _, err := d.Token(); err != io.EOF {
		return c, errs.ErrInvalid.At(contact.Blame("condition", ErrShape))
	}
	return c, nil
}

// Leaf tells a leaf from a group.
func (c Condition) Leaf() bool { return c.Kind != "" }

// walk visits every leaf with its path.
func (c Condition) walk(path string, visit func(path string, leaf Condition)) {
	switch {
	case c.Leaf():
		visit(path, c)
	case c.Not != nil:
		c.Not.walk(path+".not", visit)
	}
	for i, k := range c.All {
		k.walk(fmt.Sprintf("%s.all[%d]", path, i), visit)
	}
	for i, k := range c.Any {
		k.walk(fmt.Sprintf("%s.any[%d]", path, i), visit)
	}
}
