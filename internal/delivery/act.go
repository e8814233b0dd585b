package delivery

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

// Visit is the request by which somebody acts on a message.
type Visit struct {
	Method    string
	UserAgent string
	IP        string
}

// Open records that the picture of a message was fetched.
func (s *Service) Open(ctx context.Context, token string, v Visit) error {
	ref, _, err := s.readLink(signOpen, token, 0)
	if err != nil {
		return err
	}
	about, err := s.mailings.get(ctx, PartID(ref.Part))
	if err != nil {
		return err
	}
	return s.book.write(ctx, s.newHit(about.Tenant, ref, Opened, noLink, v))
}

// Click records that a link was followed and returns where it leads. When only the recording fails, the address is
// returned beside the error: the reader should get there all the same.
func (s *Service) Click(ctx context.Context, token string, v Visit) (string, error) {
	ref, rest, err := s.readLink(signClick, token, 2)
	if err != nil {
		return "", err
	}
	index := int(binary.BigEndian.Uint16(rest))
	about, err := s.mailings.get(ctx, PartID(ref.Part))
	if err != nil {
		return "", err
	}
	to, err := s.linkTarget(ctx, about, ref, index)
	if err != nil {
		return "", err
	}
	return to, s.book.write(ctx, s.newHit(about.Tenant, ref, Clicked, index, v))
}

// linkTarget finds where a link leads from the frozen letter, never from the request.
func (s *Service) linkTarget(ctx context.Context, about mailing, ref channel.Ref, index int) (string, error) {
	letter, err := s.content.Compiled(ctx, s.db, about.Tenant, about.Revision)
	if err != nil {
		return "", ErrLink.Because(err)
	}
	if to, ok := letter.FixedTarget(index); ok {
		return to, nil
	}
	t, err := s.target(ctx, ref)
	if err != nil {
		return "", err
	}
	part, one, err := s.partOrSingle(ctx, s.db, PartID(ref.Part))
	if err != nil {
		return "", fmt.Errorf("follow link: %w", err)
	}
	person := t.Contact
	if one != nil && one.As != 0 {
		person = one.As
	}
	found, err := contact.GuardRows(ctx, s.db, t.Tenant, t.key(), []contact.ID{person})
	if err != nil {
		return "", fmt.Errorf("follow link: %w", err)
	}
	values, err := s.personal(ctx, letter, found[0].Contact, &part)
	if err != nil {
		return "", fmt.Errorf("follow link: %w", err)
	}
	if one != nil {
		if values.Vars, err = s.openVars(*one); err != nil {
			return "", fmt.Errorf("follow link: %w", err)
		}
	}
	to, ok := letter.Target(index, &values)
	if !ok {
		return "", ErrLink
	}
	return to, nil
}

// Leaving is what the unsubscribe page shows.
type Leaving struct {
	Account   string // whose mailing it is
	Address   string // masked: forwarded letters must not show it (m•••@example.kz)
	Lang      lang.Lang
	Topic     lang.Text // name of the letter's topic; empty when it has none
	Others    bool      // it is an offer of others
	TopicLeft bool      // its topic was left, other mailings come
	Left      bool      // has left already
	Return    bool      // may come back: it left by itself, and the contact is still there
}

// LeaveScope says how much somebody leaves by a message.
type LeaveScope string

// Scopes. What the mail program's own button asks for is LeavePurpose: the safe side (RFC 8058).
const (
	LeavePurpose LeaveScope = ""       // the purpose of the message, on its channel
	LeaveNarrow  LeaveScope = "narrow" // only its topic, or only offers of others
	LeaveAll     LeaveScope = "all"    // every mailing on its channel
)

// keys are the consents that a scope ends.
func (t target) keys(scope LeaveScope) []contact.ConsentKey {
	switch {
	case scope == LeaveNarrow && t.Topic != 0:
		return []contact.ConsentKey{t.key()}
	case scope == LeaveAll && t.Purpose.Advertises():
		return []contact.ConsentKey{{Channel: channel.Email, Purpose: channel.Advertising}, {Channel: channel.Email, Purpose: channel.ThirdParty}}
	default:
		return []contact.ConsentKey{t.whole()}
	}
}

// ShowLeaving tells what an unsubscribe link is about. It changes nothing: scanners follow links.
func (s *Service) ShowLeaving(ctx context.Context, token string) (Leaving, error) {
	ref, _, err := s.readLink(signLeave, token, 0)
	if err != nil {
		return Leaving{}, err
	}
	t, err := s.target(ctx, ref)
	if err != nil {
		return Leaving{}, err
	}
	acc, err := s.accounts.get(ctx, t.Tenant)
	if err != nil {
		return Leaving{}, err
	}
	found, err := contact.GuardRows(ctx, s.db, t.Tenant, t.whole(), []contact.ID{t.Contact})
	if err != nil {
		return Leaving{}, fmt.Errorf("show unsubscribe page: %w", err)
	}
	c := found[0]
	out := Leaving{Account: acc.Name, Address: mask(c.Email), Lang: acc.Lang, Others: t.Purpose == channel.ThirdParty}
	out.Left = c.Reason == contact.HasUnsubscribed || c.Reason == contact.Gone
	out.Return = c.Reason == contact.HasUnsubscribed
	if l, ok := lang.Parse(c.Lang); ok && c.Lang != "" {
		out.Lang = l
	}
	if t.Topic == 0 || out.Left {
		return out, nil
	}
	topic, err := s.contacts.TopicOf(ctx, t.Tenant, t.Topic)
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return Leaving{}, fmt.Errorf("show unsubscribe page: %w", err)
	}
	found, err = contact.GuardRows(ctx, s.db, t.Tenant, t.key(), []contact.ID{t.Contact})
	if err != nil {
		return Leaving{}, fmt.Errorf("show unsubscribe page: %w", err)
	}
	out.Topic, out.TopicLeft = topic.Name, found[0].Reason == contact.TopicLeft
	return out, nil
}

// mask hides an address so that its owner still knows it: m•••@example.kz.
func mask(address string) string {
	for i, r := range address {
		if i > 0 || r == '@' {
			return address[:i] + "•••" + address[lastAt(address):]
		}
	}
	return ""
}

func lastAt(s string) int { return len(s) - len(domainOf(s)) - 1 }

// Leave withdraws the contact's consent (AUD-3): at once, also for messages that are queued. Repeating it
// changes nothing. oneClick tells the mail program's button, which leaves the whole purpose, from our page.
func (s *Service) Leave(ctx context.Context, token string, scope LeaveScope, oneClick bool, v Visit) error {
	if oneClick {
		scope = LeavePurpose
	}
	return s.leave(ctx, token, v, func(t target, proof contact.Proof) error {
		proof.Source = contact.UnsubscribeLink
		if oneClick {
			proof.Source = contact.OneClick
		}
		for _, key := range t.keys(scope) {
			if err := s.contacts.WithdrawByLink(ctx, t.Tenant, t.Contact, key, proof); err != nil {
				return err
			}
		}
		return nil
	})
}

// Return takes back an unsubscription, for somebody who pressed the button by mistake. The link came to the mailbox that
// had agreed, so it is the contact itself that acts (AUD-3). Where there is nothing to take back it changes nothing; with a topic it
// also takes back that the topic was left.
func (s *Service) Return(ctx context.Context, token string, v Visit) error {
	ref, _, err := s.readLink(signLeave, token, 0)
	if err != nil {
		return err
	}
	t, err := s.target(ctx, ref)
	if err != nil {
		return err
	}
	proof := proofOf(ref, v, "Came back by the link of the message")
	proof.Source = contact.UnsubscribeLink
	keys := []contact.ConsentKey{t.whole()}
	if t.Topic != 0 {
		keys = append(keys, t.key())
	}
	for _, key := range keys {
		if err := s.contacts.ReturnByLink(ctx, t.Tenant, t.Contact, key, proof); err != nil {
			return fmt.Errorf("return: %w", err)
		}
	}
	return nil
}

// proofOf is the evidence of what a recipient did by a link.
func proofOf(ref channel.Ref, v Visit, wording string) contact.Proof {
	return contact.Proof{
		Wording: wording, IP: v.IP, UserAgent: v.UserAgent,
		Evidence: map[string]string{"message": fmt.Sprintf("%s/%d", PartID(ref.Part), ref.Seq)},
	}
}

// Complain is Leave with "this is spam" said: the contact is not written to again, and it counts (CMP-1).
func (s *Service) Complain(ctx context.Context, token string, v Visit) error {
	err := s.leave(ctx, token, v, func(t target, proof contact.Proof) error {
		proof.Source = contact.ByComplaint
		return s.contacts.Complain(ctx, t.Tenant, t.Contact, channel.Email, proof)
	})
	if err != nil {
		return err
	}
	ref, _, err := s.readLink(signLeave, token, 0)
	if err != nil {
		return err
	}
	return s.happened(ctx, ref, Complained, noLink, v)
}

func (s *Service) leave(ctx context.Context, token string, v Visit, do func(target, contact.Proof) error) error {
	ref, _, err := s.readLink(signLeave, token, 0)
	if err != nil {
		return err
	}
	t, err := s.target(ctx, ref)
	if err != nil {
		return err
	}
	if err := do(t, proofOf(ref, v, "Unsubscribed by the link of the message")); err != nil && !errors.Is(err, errs.ErrNotFound) {
		return fmt.Errorf("leave: %w", err)
	}
	return s.note(ctx, t, ref, Unsubscribed, noLink, Visit{Method: "POST", UserAgent: v.UserAgent, IP: v.IP})
}

func (s *Service) happened(ctx context.Context, ref channel.Ref, kind EventKind, link int, v Visit) error {
	t, err := s.target(ctx, ref)
	if err != nil {
		return err
	}
	return s.note(ctx, t, ref, kind, link, v)
}

// note puts an act on record and counts it at once.
func (s *Service) note(ctx context.Context, t target, ref channel.Ref, kind EventKind, link int, v Visit) error {
	h := s.newHit(t.Tenant, ref, kind, link, v)
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.digestTx(ctx, tx, []hit{h}) })
}

// target finds the delivery of a link. A row that does not exist yet is a message whose window is not on
// record: somebody opened it within the second; the part then tells the rest.
func (s *Service) target(ctx context.Context, ref channel.Ref) (target, error) {
	t, err := db.One[target](ctx, s.db, `
		SELECT d.tenant_id, d.contact_id, d.state, d.updated_at, d.domain, d.consent_id, p.revision_id, p.purpose, p.topic_id, FALSE AS single
		FROM delivery d JOIN part p ON p.id = d.part_id WHERE d.part_id = ? AND d.seq = ?
		UNION ALL
		SELECT d.tenant_id, d.contact_id, d.state, d.updated_at, d.domain, d.consent_id, m.revision_id, m.purpose, m.topic_id, TRUE
		FROM delivery d JOIN single m ON m.id = d.part_id WHERE d.part_id = ? AND d.seq = ?`,
		ref.Part, ref.Seq, ref.Part, ref.Seq)
	if errors.Is(err, errs.ErrNotFound) {
		return s.targetInWindow(ctx, s.db, ref)
	}
	return t, err
}

func (s *Service) targetInWindow(ctx context.Context, q db.Querier, ref channel.Ref) (target, error) {
	p, err := loadPart(ctx, q, PartID(ref.Part))
	if err != nil {
		return target{}, ErrLink.Because(err)
	}
	c, err := db.One[chunk](ctx, q, `
		SELECT part_id, no, first_seq, n, done, intent, token, ids FROM chunk
		WHERE part_id = ? AND first_seq <= ? AND first_seq + n > ?`, ref.Part, ref.Seq, ref.Seq)
	if err != nil {
		return target{}, ErrLink.Because(err)
	}
	ids, err := unpackIDs(c.Packed, c.N)
	if err != nil {
		return target{}, err
	}
	return target{
		Tenant: p.Tenant, Contact: ids[ref.Seq-c.First], State: InFlight, Updated: s.clock.Now(),
		Revision: p.Revision, Purpose: p.Purpose, Topic: p.Topic,
	}, nil
}

// target is the delivery that a link is about.
type target struct {
	Tenant   id.Tenant          `db:"tenant_id"`
	Contact  contact.ID         `db:"contact_id"`
	State    State              `db:"state"`
	Updated  time.Time          `db:"updated_at"`
	Domain   string             `db:"domain"`
	Consent  contact.ConsentID  `db:"consent_id"` // that allowed it; zero while its window is not on record
	Revision content.RevisionID `db:"revision_id"`
	Purpose  channel.Purpose    `db:"purpose"`
	Topic    contact.TopicID    `db:"topic_id"`
	Single   bool               `db:"single"`
}

// key is what the message needed a consent for.
func (t target) key() contact.ConsentKey {
	return contact.ConsentKey{Channel: channel.Email, Purpose: t.Purpose, Topic: t.Topic}
}

// whole is the purpose of the message on its channel: what the one-press way out ends, whatever the topic.
func (t target) whole() contact.ConsentKey {
	return contact.ConsentKey{Channel: channel.Email, Purpose: t.Purpose}
}
