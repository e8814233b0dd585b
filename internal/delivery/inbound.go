package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// signLeaveMail is the purpose of the key that signs addresses by which somebody leaves by mail (RFC 2369 §3.2).
const signLeaveMail = "delivery.leave_mail"

// reportWindow is how long after a message reports about it are believed. A later one is on record and changes nothing: tokens stand
// in letters that are forwarded and kept for years.
const reportWindow = 30 * 24 * time.Hour

// Booked says what became of something that came back by mail.
type Booked string

// Outcomes of booking. All but BookedEarly are final.
const (
	BookedNew    Booked = "booked"
	BookedRepeat Booked = "repeat" // known already, or the message has an outcome that a report does not change
	BookedLate   Booked = "late"   // outside of the window
	BookedEarly  Booked = "early"  // the attempt is not on record yet: try again in a moment
	BookedGone   Booked = "gone"   // the message is not kept any more
)

// Letters that come back, beside what people do (EventKind).
const (
	Bounced EventKind = "bounce" // taken by the server, and returned later
	Replied EventKind = "reply"  // the recipient has answered the letter
)

// unsubscribeLocal is the local part to which a mail program writes when its reader leaves (List-Unsubscribe: <mailto:…>). It is
// equal at every attempt.
func (s *Service) unsubscribeLocal(r channel.Ref) string {
	return "u+" + s.keys.SignLocal(signLeaveMail, refBytes(r))
}

// unsubscribeTo is that address; empty while this installation receives no mail.
func (s *Service) unsubscribeTo(r channel.Ref) string {
	if s.inbound == "" {
		return ""
	}
	return s.unsubscribeLocal(r) + "@" + s.inbound
}

// ReadUnsubscribe reads the token of an address made by unsubscribeTo. ErrLink for one that was not made here.
func (s *Service) ReadUnsubscribe(token string) (channel.Ref, error) {
	b, err := s.keys.VerifyLocal(signLeaveMail, token)
	if err != nil {
		return channel.Ref{}, ErrLink.Because(err)
	}
	r, _, err := readRef(b, 0)
	return r, err
}

// BookBounce records that a message which a server had taken came back. v is what the report means; its Outcome must be Never.
// The state moves forward only: a message that has failed, was skipped or has expired stays so. The address is judged as by
// a refusal at once: the same suppression, the same wear (MSG-4).
func (s *Service) BookBounce(ctx context.Context, r channel.Ref, v channel.Verdict) (id.Tenant, Booked, error) {
	t, booked, err := s.reported(ctx, r)
	if err != nil || booked != BookedNew {
		return t.Tenant, booked, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		booked, err = s.bounceTx(ctx, tx, t, r, v)
		return err
	})
	if err != nil {
		return t.Tenant, "", fmt.Errorf("book bounce: %w", err)
	}
	return t.Tenant, booked, nil
}

func (s *Service) bounceTx(ctx context.Context, tx *db.Tx, t target, r channel.Ref, v channel.Verdict) (Booked, error) {
	was, err := db.One[row](ctx, tx, `
		SELECT `+deliveryColumnList+` FROM delivery WHERE tenant_id = ? AND part_id = ? AND seq = ?`+tx.Dialect().Lock(), t.Tenant, r.Part, r.Seq)
	if errors.Is(err, errs.ErrNotFound) {
		return BookedEarly, nil
	}
	if err != nil {
		return "", err
	}
	switch was.State {
	case Queued, InFlight, Retry:
		return BookedEarly, nil
	case Failed, Skipped, Expired:
		return BookedRepeat, nil
	}
	part, one, err := s.partOrSingle(ctx, tx, PartID(r.Part))
	if err != nil {
		return "", err
	}
	out := decide(v, rule{purpose: t.Purpose, attempt: was.Attempts, now: tx.Now})
	x := &shot{part: &part, single: one, was: &was, row: was}
	x.row.State, x.row.Reason, x.row.Detail, x.row.suppress, x.row.Updated = Failed, out.reason, v.Detail, out.suppress, tx.Now
	_, err = db.Exec(ctx, tx, `
		UPDATE delivery SET state = ?, reason = ?, cause = '', detail = ?, updated_at = ? WHERE tenant_id = ? AND part_id = ? AND seq = ?`,
		x.row.State, x.row.Reason, x.row.Detail, x.row.Updated, t.Tenant, r.Part, r.Seq)
	if err != nil {
		return "", err
	}
	if err := s.bookTx(ctx, tx, t.Tenant, channel.Email, []*shot{x}); err != nil {
		return "", err
	}
	return BookedNew, s.digestTx(ctx, tx, []hit{s.newHit(t.Tenant, r, Bounced, noLink, Visit{})})
}

// BookComplaint records that the recipient called a message spam and its provider said so (CMP-1): the contact is not written to
// again, and it counts. from names the loop in the evidence.
func (s *Service) BookComplaint(ctx context.Context, r channel.Ref, from string) (id.Tenant, Booked, error) {
	return s.once(ctx, r, Complained, func(t target) error {
		proof := proofOf(r, Visit{}, "Called spam in the mail program")
		proof.Evidence["feedback"] = from
		return s.contacts.Complain(ctx, t.Tenant, t.Contact, channel.Email, proof)
	})
}

// BookUnsubscribe records that somebody left by mail: the purpose of the message, at once, as by the button of the mail program
// (AUD-3). There is no window: a way out never closes.
func (s *Service) BookUnsubscribe(ctx context.Context, r channel.Ref) (id.Tenant, Booked, error) {
	t, err := s.target(ctx, r)
	if errors.Is(err, errs.ErrNotFound) {
		return 0, BookedGone, nil
	}
	if err != nil {
		return 0, "", err
	}
	proof := proofOf(r, Visit{}, "Unsubscribed by a letter (List-Unsubscribe)")
	proof.Source = contact.OneClick
	if err := s.contacts.WithdrawByLink(ctx, t.Tenant, t.Contact, t.whole(), proof); err != nil && !errors.Is(err, errs.ErrNotFound) {
		return t.Tenant, "", fmt.Errorf("leave by mail: %w", err)
	}
	seen, err := s.seen(ctx, t, r, Unsubscribed)
	if err != nil || seen {
		return t.Tenant, BookedRepeat, err
	}
	return t.Tenant, BookedNew, s.note(ctx, t, r, Unsubscribed, noLink, Visit{Method: "POST"})
}

// BookReply records that the recipient has answered.
func (s *Service) BookReply(ctx context.Context, r channel.Ref) (id.Tenant, Booked, error) {
	return s.once(ctx, r, Replied, func(target) error { return nil })
}

// once does what a report asks for and puts it on record, unless it is there already.
func (s *Service) once(ctx context.Context, r channel.Ref, kind EventKind, do func(target) error) (id.Tenant, Booked, error) {
	t, booked, err := s.reported(ctx, r)
	if err != nil || booked != BookedNew {
		return t.Tenant, booked, err
	}
	seen, err := s.seen(ctx, t, r, kind)
	if err != nil {
		return t.Tenant, "", err
	}
	// The act is repeated also for a known report: a crash may have come between the two.
	if err := do(t); err != nil && !errors.Is(err, errs.ErrNotFound) {
		return t.Tenant, "", fmt.Errorf("book %s: %w", kind, err)
	}
	if seen {
		return t.Tenant, BookedRepeat, nil
	}
	return t.Tenant, BookedNew, s.note(ctx, t, r, kind, noLink, Visit{Method: "POST"})
}

// reported finds the message of a report and whether the report is in time.
func (s *Service) reported(ctx context.Context, r channel.Ref) (target, Booked, error) {
	t, err := s.target(ctx, r)
	switch {
	case errors.Is(err, errs.ErrNotFound):
		return target{}, BookedGone, nil
	case err != nil:
		return target{}, "", fmt.Errorf("find the message of a report: %w", err)
	case s.clock.Now().Sub(t.Updated) > reportWindow:
		return t, BookedLate, nil
	}
	return t, BookedNew, nil
}

func (s *Service) seen(ctx context.Context, t target, r channel.Ref, kind EventKind) (bool, error) {
	n, err := db.One[int64](ctx, s.db, `
		SELECT COUNT(*) FROM delivery_seen WHERE tenant_id = ? AND contact_id = ? AND part_id = ? AND kind = ? AND seq = ?`,
		t.Tenant, t.Contact, r.Part, kind, r.Seq)
	if err != nil {
		return false, fmt.Errorf("look for a known report: %w", err)
	}
	return n > 0, nil
}
