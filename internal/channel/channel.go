// Package channel says what every way of sending looks like to the pipeline.
//
// A Channel sends one message and answers with a Verdict. It never retries, never looks at
// consent and never stores anything: the pipeline (internal/delivery) decides. Adapters live in
// sub-packages and pass channeltest.Run. Extra abilities are found by assertion, as in
// database/sql/driver.
package channel

import (
	"context"
	"time"

	"keruen/internal/id"
)

// Kind is a way of sending.
type Kind string

// The kinds of channel.
const (
	Email     Kind = "email"
	SMS       Kind = "sms"
	Viber     Kind = "viber"
	WhatsApp  Kind = "whatsapp"
	Telegram  Kind = "telegram"
	Instagram Kind = "instagram"
)

// Purpose says what a message is for; many rules depend on it (MSG-2).
type Purpose string

// The purposes. Each needs a consent of its own; ThirdParty is for offers of others (AUD-6).
const (
	Transactional Purpose = "transactional"
	Advertising   Purpose = "advertising"
	ThirdParty    Purpose = "third_party"
)

// Advertises tells whether the rules of advertising hold: a way out, the footer, the stop-list's scope of advertising.
func (p Purpose) Advertises() bool { return p == Advertising || p == ThirdParty }

// Ref names one delivery for ever: the part it belongs to and its number inside. Everything that
// must be equal at every attempt (Message-ID, envelope sender, idempotency key) derives from it.
type Ref struct {
	Part int64
	Seq  int32
}

// Message is one message, rendered and ready. Only the fields of its channel are set.
type Message struct {
	Ref     Ref
	Tenant  id.Tenant
	Sender  Sender
	Purpose Purpose
	Attempt int    // 1 for the first
	To      string // address in the channel's form; for e-mail addr-spec, UTF-8 allowed
	ToName  string
	Email   *Letter
}

// Letter is what an e-mail says. Every string is final: personalised, tracked, with its footer.
type Letter struct {
	FromName       string
	From           string // addr-spec of the From header
	ReplyTo        string
	Subject        string
	HTML           string
	Text           string
	Date           time.Time // equal at every attempt
	UnsubscribeURL string    // HTTPS address for RFC 8058; empty for messages one cannot leave (codes)
	UnsubscribeTo  string    // mailto address or empty
	ListID         string    // stable label of the stream
	CampaignLabel  string    // for Feedback-ID and X-Mailru-Msgtype; not personal
	ReturnToken    string    // for the VERP envelope sender; lower-case base 32
}

// Channel sends. Send is called from many goroutines at once.
type Channel interface {
	Kind() Kind
	Send(ctx context.Context, m Message) Verdict
}

// Tuner is an optional ability: how hard one sender may be driven.
type Tuner interface {
	// Limits tells how many messages of a sender may be in flight at once and how many may start per second.
	Limits(s Sender) Limits
}

// Limits bound one lane. Zero means the pipeline's default.
type Limits struct {
	Concurrency int
	PerSecond   float64
}

// Wearer is an optional ability: which refusals show that an address is dead when they repeat.
type Wearer interface {
	// Wears returns the rule for a class of refusals; the zero value says that the class never burns an address.
	Wears(class string) Wear
}

// Wear says how many messages in a row must fail in one way until their address is dead: at least Messages, from the first to
// the last at least Over, and none of them older than Within. Zero durations do not bound.
type Wear struct {
	Messages     int
	Over, Within time.Duration
}

// Explainer is an optional ability: what bounds messages on their way out, told without sending anything.
type Explainer interface {
	// Explain tells what bounds messages of a sender to a domain at the moment. An error says that nobody knows at the moment.
	Explain(ctx context.Context, s Sender, p Purpose, domain string) (Bound, error)
}

// Bound is what bounds messages to one provider at the moment.
type Bound struct {
	Provider    string    // who takes the mail: a provider, or the name that its hosts have in common
	Why         string    // what holds all of them: "paused", "rate", "warm_up", "suspended", "listed", "no_source", "down"; empty: nothing
	Until       time.Time // of Why; zero: until a person acts, or not known
	Words       string    // of the operator, the rule or the list behind Why
	Connections int       // at once; 0: not bounded here
	PerSecond   float64   // messages; 0: not bounded
	Narrowest   string    // what sets these limits: name of a rule, "learned", "reply", "warm_up"
	Speed       float64   // messages a second over the last minute
	Answer      string    // the last refusal, without addresses; empty: the last message was accepted, or none was sent
	AnswerAt    time.Time
}

// Outcome is what came of one attempt.
type Outcome uint8

// Outcomes.
const (
	Accepted Outcome = iota + 1 // the other side has it
	Later                       // not now: try again after Verdict.After
	Never                       // refused for good
	Unknown                     // it may or may not have been taken (connection died after the final dot)
)

// Scope tells whose fault a refusal is. Only Recipient may ever burn an address.
type Scope string

// Scopes.
const (
	ScopeRecipient  Scope = "recipient"
	ScopeReputation Scope = "reputation"
	ScopeContent    Scope = "content"
	ScopePolicy     Scope = "policy"
	ScopeConfig     Scope = "configuration"
	ScopeNetwork    Scope = "network"
)

// Verdict is the answer to one attempt.
type Verdict struct {
	Outcome  Outcome
	Scope    Scope
	Class    string        // "user_unknown", "greylisted" …: key of the plain-words catalogue
	Detail   string        // the server's own words, scrubbed of addresses, at most 500 bytes
	After    time.Duration // with Later: when to try again
	Free     bool          // with Later: the attempt does not count (we were hurried, the path is down)
	Suppress bool          // with Never: the address is dead, write to it no more
	Provider string        // provider's id of the message, if it gave one
	Site     string        // who answered: MX site or gateway, for reports by domain
}

// Took returns the verdict of an accepted message.
func Took(provider string) Verdict { return Verdict{Outcome: Accepted, Provider: provider} }
