package contact

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

type suppressionKind struct{}

func (suppressionKind) Prefix() string { return "sup" }

// SuppressionID identifies an entry of the stop-list.
type SuppressionID = id.Of[suppressionKind]

// StopReason tells why an address is on the stop-list.
type StopReason string

// Reasons, from the strongest. A stronger one replaces a weaker one, never the other way round.
const (
	Complaint    StopReason = "complaint"
	HardBounce   StopReason = "hard_bounce"
	Manual       StopReason = "manual"
	Unsubscribed StopReason = "unsubscribed"
)

var strength = map[StopReason]int{Complaint: 4, HardBounce: 3, Manual: 2, Unsubscribed: 1}

// StopScope tells which messages an entry stops.
type StopScope string

// Scopes.
const (
	ScopeAll           StopScope = "all"
	ScopeAdvertising   StopScope = "advertising" // also offers of others
	ScopeThirdParty    StopScope = "third_party"
	ScopeTransactional StopScope = "transactional"
	ScopeAllButOwn     StopScope = "all_but_advertising" // came back to the account's own advertising only
)

// stopped lists the purposes that a scope stops. Scopes narrower than all arise only from what people left.
var stopped = map[StopScope][]channel.Purpose{
	ScopeAll:           {channel.Advertising, channel.ThirdParty, channel.Transactional},
	ScopeAdvertising:   {channel.Advertising, channel.ThirdParty},
	ScopeThirdParty:    {channel.ThirdParty},
	ScopeTransactional: {channel.Transactional},
	ScopeAllButOwn:     {channel.ThirdParty, channel.Transactional},
}

// stops tells whether a scope holds messages of a purpose back.
func (sc StopScope) stops(p channel.Purpose) bool { return slices.Contains(stopped[sc], p) }

// scopeOf returns the narrowest scope that stops all these purposes, empty for none.
func scopeOf(purposes []channel.Purpose) StopScope {
	if len(purposes) == 0 {
		return ""
	}
	best := ScopeAll
	for sc, list := range stopped {
		if len(list) < len(stopped[best]) && !slices.ContainsFunc(purposes, func(p channel.Purpose) bool { return !sc.stops(p) }) {
			best = sc
		}
	}
	return best
}

// stoppedBy lists what leaving a purpose stops: advertising takes offers of others with it.
func stoppedBy(p channel.Purpose) []channel.Purpose {
	if p == channel.Advertising {
		return []channel.Purpose{p, channel.ThirdParty}
	}
	return []channel.Purpose{p}
}

// with is the scope that stops what either stops.
func (sc StopScope) with(other StopScope) StopScope {
	return scopeOf(append(slices.Clone(stopped[sc]), stopped[other]...))
}

// without is the scope that lets some purposes through, as far as scopes go: whoever left advertising gets no offers of others either.
func (sc StopScope) without(back []channel.Purpose) StopScope {
	return scopeOf(slices.DeleteFunc(slices.Clone(stopped[sc]), func(p channel.Purpose) bool { return slices.Contains(back, p) }))
}

// Suppression is one entry of the stop-list: nothing goes to the address, whatever consent says.
type Suppression struct {
	ID      SuppressionID `db:"id"`
	Channel channel.Kind  `db:"channel"`
	Address string        `db:"address"` // as it was given; only a hint when its contact was deleted
	Scope   StopScope     `db:"scope"`
	Reason  StopReason    `db:"reason"`
	Detail  string        `db:"detail"` // the server's words, the note of a member
	Member  id.Member     `db:"member_id"`
	At      time.Time     `db:"at"`
	Left    StopScope     `db:"left_scope"` // what the person itself left, also under a stronger reason; empty for nothing
	File    StopFileID    `db:"file_id"`    // the file that brought it, 0 for none
}

// Stops tells whether messages of a purpose are held back.
func (s Suppression) Stops(p channel.Purpose) bool { return s.ID != 0 && s.Scope.stops(p) }

// left tells whether the person itself left the purpose, or complained.
func (s Suppression) left(p channel.Purpose) bool {
	return s.ID != 0 && (s.Left.stops(p) || s.Reason == Complaint)
}

// CanRelease tells whether a member may take the entry off: not when the person itself asked for it.
func (s Suppression) CanRelease() bool { return s.Reason != Complaint && s.Reason != Unsubscribed }

// over is the entry that remains when n comes to s: the stronger reason holds, and what the person left is never forgotten.
// changed is false when n says nothing new.
func (s Suppression) over(n Suppression) (out Suppression, changed bool) {
	if n.Reason == Unsubscribed {
		n.Left = n.Scope
	}
	if s.ID == 0 {
		return n, true
	}
	left := s.Left.with(n.Left)
	switch {
	case strength[n.Reason] > strength[s.Reason]:
		n.Left = left
		return n, true
	case n.Reason == Unsubscribed && s.Reason == Unsubscribed && left != s.Left:
		n.Left, n.Scope = left, left
		return n, true
	default:
		changed = left != s.Left
		s.Left = left
		return s, changed
	}
}

// Errors of the stop-list.
var (
	ErrRelease  = errs.New(errs.Conflict, "suppression.permanent", "People who complained or unsubscribed are not released by hand. Only they can agree again.")
	ErrReason   = errs.New(errs.Invalid, "suppression.reason", "There is no such reason.")
	ErrTheirs   = errs.New(errs.Invalid, "suppression.address", "The address is not one of this channel.")
	maxStopNote = 500
)

// key is the normalised address of a channel, as it is hashed.
func (c Contact) key(ch channel.Kind) string {
	if ch == channel.Email {
		return c.EmailKey
	}
	return c.Address(ch)
}

// Suppress puts an address on the stop-list by hand. An address that is there already stays with its reason.
func (s *Service) Suppress(ctx context.Context, who access.Actor, ch channel.Kind, address, note string) (Suppression, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Suppression{}, err
	}
	given, key, err := addressOf(ch, address)
	if err != nil {
		return Suppression{}, errs.ErrInvalid.At(blame("address", err))
	}
	if len([]rune(note)) > maxStopNote {
		return Suppression{}, errs.ErrInvalid.At(tooLong("note", maxStopNote))
	}
	var out Suppression
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.ownerOf(ctx, tx, who.Tenant, ch, key)
		if err != nil {
			return err
		}
		e := Suppression{Channel: ch, Address: given, Scope: ScopeAll, Reason: Manual, Detail: CleanText(note), Member: who.Member}
		if err := s.suppress(ctx, tx, who.Tenant, e, key, c); err != nil {
			return err
		}
		if out, err = s.stop(ctx, tx, who.Tenant, ch, key); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "suppression.added", Object: out.ID.String()})
	})
	if err != nil {
		return Suppression{}, fmt.Errorf("suppress address: %w", err)
	}
	return out, nil
}

// SuppressTx puts the address of a contact on the stop-list, for the pipeline: a dead address, a complaint. A contact that was
// deleted meanwhile is no error.
func (s *Service) SuppressTx(ctx context.Context, tx *db.Tx, t id.Tenant, c ID, ch channel.Kind, reason StopReason, detail string) error {
	if strength[reason] == 0 {
		return ErrReason.With("reason", reason)
	}
	got, own, err := follow(ctx, tx, t, c)
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	e := Suppression{Channel: ch, Address: got.Address(ch), Scope: ScopeAll, Reason: reason, Detail: detail}
	if reason == Complaint {
		return s.suppressPerson(ctx, tx, got, e)
	}
	key := got.key(ch)
	for _, a := range own { // the message went to the address of a contact that was merged since
		if slices.Contains(a.Kind.channels(), ch) {
			e.Address, key = a.Address, a.Key
		}
	}
	return s.suppress(ctx, tx, t, e, key, got.ID)
}

// suppressPerson writes an entry for every address of a person on its channel.
func (s *Service) suppressPerson(ctx context.Context, tx *db.Tx, c Contact, e Suppression) error {
	keys, err := addressesOf(ctx, tx, c, e.Channel)
	if err != nil {
		return err
	}
	for i, key := range keys {
		e.Address = key
		if i == 0 && c.key(e.Channel) == key {
			e.Address = c.Address(e.Channel)
		}
		if err := s.suppress(ctx, tx, c.Tenant, e, key, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// suppress writes an entry unless a stronger one is there.
func (s *Service) suppress(ctx context.Context, tx *db.Tx, t id.Tenant, e Suppression, key string, c ID) error {
	if key == "" {
		return nil
	}
	if e.Scope == "" {
		e.Scope = ScopeAll
	}
	old, err := s.stop(ctx, tx, t, e.Channel, key)
	if err != nil {
		return err
	}
	e, changed := old.over(e)
	if !changed {
		return nil
	}
	e.ID = id.New[suppressionKind]()
	if e.At.IsZero() {
		e.At = tx.Now
	}
	if err := upsertSuppression(ctx, tx, t, e, s.hash(t, key)); err != nil {
		return err
	}
	if c != 0 {
		s.announceStop(tx, Stopped{Tenant: t, Contact: c, Channel: e.Channel})
	}
	if old.ID == 0 {
		if err := countMembers(ctx, tx, t, c, lossOf[e.Reason], func(x *tally) { x.gone++ }); err != nil {
			return err
		}
	}
	return s.events.Publish(ctx, tx, Suppressed{Tenant: t, Contact: c, Channel: e.Channel, Reason: e.Reason, At: tx.Now})
}

// Release takes an address off the stop-list: one that bounced or was put there by hand. ErrRelease for the others.
func (s *Service) Release(ctx context.Context, who access.Actor, sup SuppressionID) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		e, err := getSuppression(ctx, tx, who.Tenant, sup)
		if err != nil {
			return err
		}
		if !e.CanRelease() {
			return ErrRelease.With("reason", string(e.Reason))
		}
		if err := restore(ctx, tx, who.Tenant, e); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "suppression.released", Object: sup.String(),
			Details: map[string]any{"reason": string(e.Reason)}})
	})
	if err != nil {
		return fmt.Errorf("release address: %w", err)
	}
	return nil
}

// restore takes a reason off an address. What the person itself had left before holds on.
func restore(ctx context.Context, tx *db.Tx, t id.Tenant, e Suppression) error {
	if e.Left == "" {
		return deleteSuppression(ctx, tx, t, e.ID)
	}
	_, err := db.Exec(ctx, tx, `UPDATE suppression SET scope = left_scope, reason = ?, detail = '', member_id = NULL, file_id = NULL WHERE tenant_id = ? AND id = ?`, Unsubscribed, t, e.ID)
	return err
}

// comeBack takes what the person returned to out of its entry: under another reason the address stays on the list.
func (s *Service) comeBack(ctx context.Context, tx *db.Tx, t id.Tenant, e Suppression, back []channel.Purpose) error {
	left := e.Left.without(back)
	switch {
	case e.Reason == Unsubscribed && left == "":
		return deleteSuppression(ctx, tx, t, e.ID)
	case e.Reason == Unsubscribed:
		_, err := db.Exec(ctx, tx, `UPDATE suppression SET scope = ?, left_scope = ? WHERE tenant_id = ? AND id = ?`, left, left, t, e.ID)
		return err
	default:
		_, err := db.Exec(ctx, tx, `UPDATE suppression SET left_scope = ? WHERE tenant_id = ? AND id = ?`, left, t, e.ID)
		return err
	}
}

// addressOf parses an address of a channel into what is shown and what is hashed.
func addressOf(ch channel.Kind, s string) (given, key string, err error) {
	switch ch {
	case channel.Email:
		a, err := ParseEmail(s)
		return a.Given, a.Key, err
	case channel.SMS, channel.Viber, channel.WhatsApp:
		p, err := ParsePhone(s, "")
		return p, p, err
	default:
		return "", "", ErrTheirs
	}
}
