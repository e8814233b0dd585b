// Package delivery is the one outbound pipeline: Accept → Lease → Guard → Render → Send → Record → Announce.
// Campaigns and single messages pass through the same door. See README.md.
package delivery

import (
	"time"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/id"
)

type partKind struct{}

func (partKind) Prefix() string { return "prt" }

// PartID identifies a part: the share of a campaign that leaves by one lane, or a run of single messages.
type PartID = id.Of[partKind]

// State of a delivery. It only moves forward; Unknown may later become Delivered or Failed.
type State int8

// States, as stored (reference: storage.md §4).
const (
	Queued    State = 0 // single message waiting for its first attempt
	InFlight  State = 1
	Accepted  State = 2
	Delivered State = 3
	Failed    State = 4
	Retry     State = 5
	Unknown   State = 6 // may have been sent, no record: never lost, decided by purpose
	Skipped   State = 7 // the guard said no; Reason tells why
	Expired   State = 8 // too old, or cancelled
)

// Reasons why the guard leaves a contact out; each has its words in three languages in the cabinet.
const (
	SkipNoConsent    = "no_consent"
	SkipUnsubscribed = "unsubscribed"
	SkipTopicLeft    = "topic_left" // of the campaign's topic only
	SkipSuppressed   = "suppressed" // hard bounce, complaint, by hand: the detail says which
	SkipNoAddress    = "no_address"
	SkipGone         = "contact_deleted"
	SkipBreak        = "paused" // the contact wants no mailings for a while
	SkipPaused       = "sender_paused"
	SkipTemplate     = "template_error"
)

// PartSpec is what a campaign hands over.
type PartSpec struct {
	Tenant    id.Tenant
	Source    int64 // the campaign's id; delivery does not look inside
	Sender    channel.SenderID
	Revision  content.RevisionID
	Purpose   channel.Purpose
	Topic     contact.TopicID // 0 for none
	Tracking  Tracking
	StartAt   time.Time // not before; zero = now
	MaxAge    time.Duration
	Variant   string // which share of an A/B test it is; empty: the whole
	FromName  string // instead of the sender's name; empty: that
	Undecided bool   // what it says is told by ReleaseTx later
}

// Tracking says what is followed. Off is really off: no pixel, no rewritten links.
type Tracking struct {
	Opens, Clicks bool
}

// Single is one message outside any campaign: a code, a test, an API call.
type Single struct {
	Tenant   id.Tenant
	Contact  contact.ID
	Sender   channel.SenderID
	Purpose  channel.Purpose
	Topic    contact.TopicID   // 0 for none
	Letter   content.Letter    // still with placeholders; Vars fill them beside the contact's fields
	Vars     map[string]string // values by name; sealed at rest, wiped when the message is done unless its clicks are tracked
	Looks    channel.Purpose   // the purpose that the letter is composed for, with its footer; empty = Purpose
	As       contact.ID        // whose values fill the letter; zero = Contact's. For tests
	Tracking Tracking
	Source   int64     // campaign id for a test send, else 0
	Kind     string    // "code", "test", "api": shown in the log of messages
	NotAfter time.Time // give up after this moment; zero = 24 h, advertising 48 h
	Key      string    // idempotency key inside the tenant; a repeat returns the first Ref
}
