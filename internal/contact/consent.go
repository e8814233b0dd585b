package contact

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

type consentKind struct{}

func (consentKind) Prefix() string { return "cns" }

// ConsentID identifies one record of consent.
type ConsentID = id.Of[consentKind]

type proofKind struct{}

func (proofKind) Prefix() string { return "prf" }

// ProofID identifies a proof; all contacts of one import share one.
type ProofID = id.Of[proofKind]

// Action is what happened to a consent.
type Action string

// Actions. None is only asked for in filters.
const (
	Granted   Action = "granted"
	Withdrawn Action = "withdrawn"
	Absent    Action = "none"
	Undid     Action = "undone" // the import that brought it was taken back: nothing holds, as before. Only in the history.
)

// Source tells how a consent came about or ended.
type Source string

// Sources.
const (
	FromImport      Source = "import"
	FromForm        Source = "form" // of the customer's site, as its account says
	FromAPI         Source = "api"
	ByHand          Source = "hand"
	UnsubscribeLink Source = "unsubscribe_link" // by the page behind the link of a letter: leaving, and coming back
	OneClick        Source = "one_click"
	ByComplaint     Source = "complaint"
	FromMember      Source = "member"           // the member itself, by registering
	ByImportUndo    Source = "import_undo"      // an import was taken back
	ByStopFile      Source = "stop_list_import" // the account brought a list of those who left or complained elsewhere
	PreferencePage  Source = "preference_page"  // by the contact itself, on the page of its choices
)

// ConsentKey is what a consent is about. Topic 0 is the purpose as a whole.
type ConsentKey struct {
	Channel channel.Kind    `json:"channel"`
	Purpose channel.Purpose `json:"purpose"`
	Topic   TopicID         `json:"topic,omitempty"`
}

// general is the key of the purpose as a whole.
func (k ConsentKey) general() ConsentKey { return ConsentKey{Channel: k.Channel, Purpose: k.Purpose} }

// Proof is the evidence of consents: who said what, where and when (AUD-1).
type Proof struct {
	Source         Source
	Wording        string    // the text that was agreed to, in the words of the form or the declaration
	WordingID      WordingID // the wording of the account that it is, 0 for none
	WordingVersion int64
	Evidence       map[string]string // form, submission, page, file (blob key), message, step: whatever can be shown later
	IP             string
	UserAgent      string
	Member         id.Member // who entered it; zero when nobody of the account did
	Act            int64     // number of the act of signature in the audit chain, 0 for none
	Import         int64     // the import, 0 for none
	Obtained       time.Time // when the person agreed; zero = now
}

// MaxWording is the longest wording of a consent, in characters.
const MaxWording = 4000

// Errors of consent.
var (
	ErrWithdrawn = errs.New(errs.Conflict, "consent.withdrawn", "The contact has unsubscribed. Only the contact itself can agree again: by the link in a letter that it got.")
	ErrProof     = errs.New(errs.Invalid, "consent.proof", "Say where the consent comes from and with which words it was given.")
	ErrPurpose   = errs.New(errs.Invalid, "consent.purpose", "The purpose must be advertising, transactional or third_party.")
	ErrTopicless = errs.New(errs.Invalid, "consent.topic_purpose", "Only advertising has topics.")
	ErrComplaint = errs.New(errs.Conflict, "consent.complaint", "The person called a message spam. Nothing is sent to the address any more.")
	ErrChannel   = errs.New(errs.Invalid, "consent.channel", "There is no such channel.")
)

// Consent is one record of the history.
type Consent struct {
	ID        ConsentID                  `db:"id"`
	Contact   ID                         `db:"contact_id"`
	Channel   channel.Kind               `db:"channel"`
	Purpose   channel.Purpose            `db:"purpose"`
	Topic     TopicID                    `db:"topic_id"`
	Action    Action                     `db:"action"`
	At        time.Time                  `db:"at"`
	Source    Source                     `db:"source"`
	Wording   string                     `db:"wording"`
	WordingID WordingID                  `db:"wording_id"`
	Version   int64                      `db:"wording_version"` // of the wording
	Evidence  db.JSON[map[string]string] `db:"evidence"`
	IP        string                     `db:"ip"`
	UserAgent string                     `db:"user_agent"`
	Member    id.Member                  `db:"member_id"`
	Act       int64                      `db:"act_seq"`
	Import    int64                      `db:"import_id"`
	Obtained  time.Time                  `db:"obtained_at"`
}

// State is what holds now for one channel, purpose and topic.
type State struct {
	Contact ID              `db:"contact_id"`
	Channel channel.Kind    `db:"channel"`
	Purpose channel.Purpose `db:"purpose"`
	Topic   TopicID         `db:"topic_id"` // 0: the purpose as a whole
	Action  Action          `db:"action"`
	Consent ConsentID       `db:"consent_id"`
	At      time.Time       `db:"at"`
}

// Channels lists every channel a consent may be about.
var Channels = []channel.Kind{channel.Email, channel.SMS, channel.Viber, channel.WhatsApp, channel.Telegram, channel.Instagram}

// Purposes lists every purpose.
var Purposes = []channel.Purpose{channel.Advertising, channel.Transactional, channel.ThirdParty}

// Key returns what the state is about.
func (s State) Key() ConsentKey { return ConsentKey{s.Channel, s.Purpose, s.Topic} }

// Check tells whether a consent can be about k. Whether its topic is there is for the database to say.
func (k ConsentKey) Check() error {
	switch {
	case !slices.Contains(Channels, k.Channel):
		return ErrChannel
	case !slices.Contains(Purposes, k.Purpose):
		return ErrPurpose
	case k.Topic != 0 && k.Purpose != channel.Advertising:
		return ErrTopicless
	default:
		return nil
	}
}

func (p Proof) check() error {
	if p.Source == "" || utf8.RuneCountInString(CleanText(p.Wording)) < 3 {
		return ErrProof
	}
	if utf8.RuneCountInString(p.Wording) > MaxWording {
		return errs.ErrInvalid.At(tooLong("wording", MaxWording))
	}
	return nil
}

// Grant records that the contact agrees to messages of a purpose on a channel, as a whole or on one topic. Repeating it changes
// nothing. It is the account that says so, whatever source it names, so a consent that the contact withdrew does not come back:
// ErrWithdrawn (AUD-3).
func (s *Service) Grant(ctx context.Context, who access.Actor, c ID, key ConsentKey, proof Proof) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.GrantTx(ctx, tx, who.Tenant, c, key, proof.of(who))
	})
	if err != nil {
		return fmt.Errorf("grant consent: %w", err)
	}
	return nil
}

// of names the member that entered a proof.
func (p Proof) of(who access.Actor) Proof {
	p.Member = who.Member
	if p.IP == "" && who.IP.IsValid() {
		p.IP = who.IP.String()
	}
	if p.UserAgent == "" {
		p.UserAgent = who.UserAgent
	}
	return p
}

// GrantTx is Grant inside the caller's transaction, which has asked the permission.
func (s *Service) GrantTx(ctx context.Context, tx *db.Tx, t id.Tenant, c ID, key ConsentKey, proof Proof) error {
	if err := errors.Join(key.Check(), proof.check()); err != nil {
		return err
	}
	got, err := getContact(ctx, tx, t, c)
	if err != nil {
		return err
	}
	if err := haveTopics(ctx, tx, t, key.Topic); err != nil {
		return err
	}
	now, err := stateOf(ctx, tx, t, c, key)
	if err != nil || now.Action == Granted {
		return err
	}
	left, err := s.hasLeft(ctx, tx, got, key)
	if err != nil {
		return err
	}
	if now.Action == Withdrawn || left {
		return ErrWithdrawn
	}
	return saveConsent(ctx, tx, t, c, key, Granted, proof)
}

// hasLeft tells whether the person left the purpose, the topic or everything: as this contact, or as one with its address
// that was deleted.
func (s *Service) hasLeft(ctx context.Context, tx *db.Tx, c Contact, key ConsentKey) (bool, error) {
	stop, err := s.stopFor(ctx, tx, c, key.Channel)
	if err != nil || stop.left(key.Purpose) || key.Topic == 0 {
		return stop.left(key.Purpose), err
	}
	general, err := stateOf(ctx, tx, c.Tenant, c.ID, key.general())
	if err != nil || general.Action == Withdrawn {
		return general.Action == Withdrawn, err
	}
	return s.topicStopped(ctx, tx, c, key)
}

// ReturnByLink takes back what the recipient withdrew: it came with a signed link of a letter to its own mailbox and needs no
// permission. This and AgreeTx are the only ways in which a withdrawn consent revives (AUD-3). A consent that never was does not
// arise so, nothing revives after a complaint, and a deleted contact is no error.
func (s *Service) ReturnByLink(ctx context.Context, t id.Tenant, c ID, key ConsentKey, proof Proof) error {
	return s.byRecipient(ctx, t, c, func(ctx context.Context, tx *db.Tx, got Contact) error {
		now, err := stateOf(ctx, tx, t, got.ID, key)
		if err != nil || now.Action != Withdrawn {
			return err
		}
		err = s.agree(ctx, tx, got, key, proof)
		if errors.Is(err, ErrComplaint) {
			return nil
		}
		if err != nil || key.Topic != 0 {
			return err
		}
		return countMembers(ctx, tx, t, got.ID, ByOwnReturn, func(x *tally) { x.joined++ })
	})
}

// AgreeTx records that the contact itself agrees, by an act from its own mailbox: a button behind a link that only its address
// got. It also takes back what the contact withdrew (AUD-3); ErrComplaint after a complaint. Agreeing to a topic after leaving the whole
// purpose needs the purpose agreed to as well.
func (s *Service) AgreeTx(ctx context.Context, tx *db.Tx, t id.Tenant, c ID, key ConsentKey, proof Proof) error {
	if err := errors.Join(key.Check(), proof.check()); err != nil {
		return err
	}
	if err := haveTopics(ctx, tx, t, key.Topic); err != nil {
		return err
	}
	got, err := getContact(ctx, tx, t, c)
	if err != nil {
		return err
	}
	now, err := stateOf(ctx, tx, t, c, key)
	if err != nil {
		return err
	}
	left, err := s.hasLeft(ctx, tx, got, key)
	if err != nil || now.Action == Granted && !left {
		return err
	}
	return s.agree(ctx, tx, got, key, proof)
}

func (s *Service) agree(ctx context.Context, tx *db.Tx, c Contact, key ConsentKey, proof Proof) error {
	stop, err := s.stopFor(ctx, tx, c, key.Channel)
	if err != nil {
		return err
	}
	if stop.Reason == Complaint {
		return ErrComplaint
	}
	if err := saveConsent(ctx, tx, c.Tenant, c.ID, key, Granted, proof); err != nil {
		return err
	}
	if key.Topic != 0 {
		return s.dropTopicStop(ctx, tx, c, key)
	}
	if !stop.left(key.Purpose) {
		return nil
	}
	back := []channel.Purpose{key.Purpose}
	if key.Purpose == channel.Advertising { // offers of others were stopped with it, also where the contact has chosen them since
		others, err := stateOf(ctx, tx, c.Tenant, c.ID, ConsentKey{Channel: key.Channel, Purpose: channel.ThirdParty})
		if err != nil {
			return err
		}
		if others.Action == Granted && others.At.After(stop.At) {
			back = append(back, channel.ThirdParty)
		}
	}
	return s.comeBack(ctx, tx, c.Tenant, stop, back)
}

// Withdraw records that the person no longer agrees, on one channel; an empty purpose means all of them.
// Repeating it changes nothing. It takes effect before the next send.
func (s *Service) Withdraw(ctx context.Context, who access.Actor, c ID, key ConsentKey, proof Proof) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		got, err := getContact(ctx, tx, who.Tenant, c)
		if err != nil {
			return err
		}
		return s.withdraw(ctx, tx, got, key, proof.of(who))
	})
	if err != nil {
		return fmt.Errorf("withdraw consent: %w", err)
	}
	return nil
}

// WithdrawByLink is Withdraw by the recipient itself, who came with a signed link and needs no permission. A contact that was
// deleted meanwhile is no error: nothing more will be sent to it.
func (s *Service) WithdrawByLink(ctx context.Context, t id.Tenant, c ID, key ConsentKey, proof Proof) error {
	return s.byRecipient(ctx, t, c, func(ctx context.Context, tx *db.Tx, got Contact) error {
		return s.withdraw(ctx, tx, got, key, proof)
	})
}

// Complain records that the recipient called a message spam: the address goes to the stop-list for good, and all consent to
// advertising ends. A deleted contact is no error.
func (s *Service) Complain(ctx context.Context, t id.Tenant, c ID, ch channel.Kind, proof Proof) error {
	proof.Source = ByComplaint
	return s.byRecipient(ctx, t, c, func(ctx context.Context, tx *db.Tx, got Contact) error {
		if err := s.withdraw(ctx, tx, got, ConsentKey{Channel: ch, Purpose: channel.Advertising}, proof); err != nil {
			return err
		}
		return s.suppressPerson(ctx, tx, got, Suppression{Channel: ch, Scope: ScopeAll, Reason: Complaint, Detail: proof.Wording})
	})
}

// byRecipient acts on a contact by its own act: on the one that it was merged into, when it was.
func (s *Service) byRecipient(ctx context.Context, t id.Tenant, c ID, act func(context.Context, *db.Tx, Contact) error) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		got, _, err := follow(ctx, tx, t, c)
		if errors.Is(err, errs.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return act(ctx, tx, got)
	})
	if err != nil {
		return fmt.Errorf("change consent: %w", err)
	}
	return nil
}

// withdraw ends consent. Leaving advertising ends offers of others too; leaving everything ends all purposes.
func (s *Service) withdraw(ctx context.Context, tx *db.Tx, c Contact, key ConsentKey, proof Proof) error {
	if key.Topic != 0 {
		return s.withdrawTopic(ctx, tx, c, key, proof)
	}
	purposes, scope := []channel.Purpose{key.Purpose}, scopeOf(stoppedBy(key.Purpose))
	switch key.Purpose {
	case "":
		purposes, scope = Purposes, ScopeAll
	case channel.Advertising:
		others, err := stateOf(ctx, tx, c.Tenant, c.ID, ConsentKey{Channel: key.Channel, Purpose: channel.ThirdParty})
		if err != nil {
			return err
		}
		if others.Action == Granted {
			purposes = append(purposes, channel.ThirdParty)
		}
	}
	changed := false
	for _, p := range purposes {
		did, err := s.withdrawOne(ctx, tx, c, ConsentKey{Channel: key.Channel, Purpose: p}, proof)
		if err != nil {
			return err
		}
		changed = changed || did
	}
	if !changed {
		return nil
	}
	// The stop-list remembers it for the address, so deleting and importing the contact again changes nothing.
	stop := Suppression{Channel: key.Channel, Scope: scope, Reason: Unsubscribed, Detail: string(proof.Source), Member: proof.Member}
	return s.suppressPerson(ctx, tx, c, stop)
}

func (s *Service) withdrawTopic(ctx context.Context, tx *db.Tx, c Contact, key ConsentKey, proof Proof) error {
	if err := haveTopics(ctx, tx, c.Tenant, key.Topic); err != nil {
		return err
	}
	did, err := s.withdrawOne(ctx, tx, c, key, proof)
	if err != nil || !did {
		return err
	}
	return s.stopTopic(ctx, tx, c, key)
}

func (s *Service) withdrawOne(ctx context.Context, tx *db.Tx, c Contact, key ConsentKey, proof Proof) (bool, error) {
	if err := key.Check(); err != nil {
		return false, err
	}
	now, err := stateOf(ctx, tx, c.Tenant, c.ID, key)
	if err != nil || now.Action == Withdrawn {
		return false, err
	}
	if err := saveConsent(ctx, tx, c.Tenant, c.ID, key, Withdrawn, proof); err != nil {
		return false, err
	}
	s.announceStop(tx, Stopped{Tenant: c.Tenant, Contact: c.ID, Channel: key.Channel, Purpose: key.Purpose})
	return true, s.events.Publish(ctx, tx, ConsentWithdrawn{Tenant: c.Tenant, Contact: c.ID, Channel: key.Channel, Purpose: key.Purpose, Topic: key.Topic, Source: proof.Source, At: tx.Now})
}

// History returns every record of consent of one contact, and of those merged into it, the newest first.
func (s *Service) History(ctx context.Context, who access.Actor, c ID) ([]Consent, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	if _, err := getContact(ctx, s.db, who.Tenant, c); err != nil {
		return nil, fmt.Errorf("list consents: %w", err)
	}
	people, err := People(ctx, s.db, who.Tenant, c)
	if err != nil {
		return nil, err
	}
	list, err := listConsents(ctx, s.db, who.Tenant, people)
	if err != nil {
		return nil, fmt.Errorf("list consents: %w", err)
	}
	return list, nil
}
