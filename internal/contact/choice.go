package contact

import (
	"context"
	"errors"
	"slices"
	"time"

	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// Choice is one thing that a contact chose on its own page.
type Choice struct {
	Key     ConsentKey
	Wanted  bool
	Wording string // what stood beside the box
}

// ChooseByLink records what the recipient chose itself, all of it or nothing: it came with a signed link to its own mailbox and
// needs no permission. What it wants it gets, also what it had withdrawn (AUD-3), or never agreed to before — except after a
// complaint: then wishes on that channel are passed by. Repeating it changes nothing, and a deleted contact is no error.
func (s *Service) ChooseByLink(ctx context.Context, t id.Tenant, c ID, list []Choice, proof Proof) error {
	return s.byRecipient(ctx, t, c, func(ctx context.Context, tx *db.Tx, got Contact) error {
		for _, ch := range list {
			proof.Wording = ch.Wording
			if err := s.choose(ctx, tx, got, ch, proof); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) choose(ctx context.Context, tx *db.Tx, c Contact, ch Choice, proof Proof) error {
	if !ch.Wanted {
		return s.withdraw(ctx, tx, c, ch.Key, proof)
	}
	err := s.AgreeTx(ctx, tx, c.Tenant, c.ID, ch.Key, proof)
	if errors.Is(err, ErrComplaint) {
		return nil
	}
	return err
}

// Pause is a time in which a contact wants no mailings on a channel. Messages of service go on.
type Pause struct {
	Contact ID           `db:"contact_id"`
	Channel channel.Kind `db:"channel"`
	Until   time.Time    `db:"until_at"`
	Consent ConsentID    `db:"consent_id"` // the record of it
}

// Actions of the history that change no consent: mailings pause, and come again before their time.
const (
	PauseBegun Action = "paused"
	PauseEnded Action = "resumed"
)

// PauseByLink holds mailings to a contact back until a moment, on every channel on which it has an address; a zero moment ends
// the pause. It is the recipient's own act, takes effect before the next send, and is on record in the history. A deleted
// contact is no error.
func (s *Service) PauseByLink(ctx context.Context, t id.Tenant, c ID, until time.Time, proof Proof) error {
	return s.byRecipient(ctx, t, c, func(ctx context.Context, tx *db.Tx, got Contact) error {
		pid, err := SaveProofTx(ctx, tx, t, proof)
		if err != nil {
			return err
		}
		for _, ch := range Channels {
			if got.Address(ch) == "" {
				continue
			}
			if err := pause(ctx, tx, got, ch, until, pid); err != nil {
				return err
			}
			if !until.IsZero() {
				s.announceStop(tx, Stopped{Tenant: t, Contact: got.ID, Channel: ch})
			}
		}
		return nil
	})
}

// pause writes the record of the history and the state that the guard reads.
func pause(ctx context.Context, tx *db.Tx, c Contact, ch channel.Kind, until time.Time, proof ProofID) error {
	if until.IsZero() {
		n, err := db.Exec(ctx, tx, `DELETE FROM contact_pause WHERE tenant_id = ? AND contact_id = ? AND channel = ?`, c.Tenant, c.ID, ch)
		if err != nil || n == 0 {
			return err
		}
		_, err = addRecord(ctx, tx, c, ConsentKey{Channel: ch, Purpose: channel.Advertising}, PauseEnded, proof)
		return err
	}
	record, err := addRecord(ctx, tx, c, ConsentKey{Channel: ch, Purpose: channel.Advertising}, PauseBegun, proof)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `
		INSERT INTO contact_pause (tenant_id, contact_id, channel, until_at, consent_id) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (tenant_id, contact_id, channel) DO UPDATE SET until_at = excluded.until_at, consent_id = excluded.consent_id`,
		c.Tenant, c.ID, ch, until, record)
	return err
}

// addRecord appends to the history alone.
func addRecord(ctx context.Context, tx *db.Tx, c Contact, key ConsentKey, a Action, proof ProofID) (ConsentID, error) {
	record := id.New[consentKind]()
	_, err := db.Exec(ctx, tx, `INSERT INTO consent (id, tenant_id, contact_id, channel, purpose, topic_id, action, proof_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		record, c.Tenant, c.ID, key.Channel, key.Purpose, int64(key.Topic), a, proof, tx.Now)
	return record, err
}

// pausesOf returns the pauses of each contact that are not over at the moment.
func pausesOf(ctx context.Context, q db.Querier, t id.Tenant, ids []ID) ([]Pause, error) {
	w := db.Where("tenant_id = ?", t).And(db.In("contact_id", ids)).And("until_at > ?", q.Moment())
	return db.All[Pause](ctx, q, `SELECT contact_id, channel, until_at, consent_id FROM contact_pause WHERE `+w.SQL()+` ORDER BY contact_id, channel`, w.Args()...)
}

// ConsentOf returns one record of a contact's history, for the page that tells why a message came: the recipient asks itself.
func (s *Service) ConsentOf(ctx context.Context, t id.Tenant, c ID, consent ConsentID) (Consent, error) {
	got, err := getConsent(ctx, s.db, t, consent)
	if err != nil || got.Contact == c {
		return got, err
	}
	people, err := People(ctx, s.db, t, c)
	if err == nil && !slices.Contains(people, got.Contact) {
		err = errs.ErrNotFound
	}
	if err != nil {
		return Consent{}, err
	}
	return got, nil
}

// CorrectTx changes what a contact holds by the contact's own act: names, language, address. A member of the account who was there
// only for our own letters gives the address up. ErrEmailTaken when another contact of the audience has it.
func (s *Service) CorrectTx(ctx context.Context, tx *db.Tx, t id.Tenant, c ID, ch Change) error {
	got, err := getContact(ctx, tx, t, c)
	if err != nil {
		return err
	}
	was := got
	if err := got.apply(Change{Email: ch.Email, FirstName: ch.FirstName, LastName: ch.LastName, Lang: ch.Lang}, nil); err != nil {
		return err
	}
	if err := s.dropStaff(ctx, tx, got); err != nil {
		return err
	}
	if err := s.free(ctx, tx, &got); err != nil {
		return err
	}
	ok, err := s.updateContact(ctx, tx, got)
	if err != nil {
		return taken(err)
	}
	if !ok {
		return errs.ErrStale
	}
	return s.carryLeft(ctx, tx, was, got)
}

// dropStaff removes the contact that holds the e-mail address of c and was there only for letters of ours. What it had withdrawn stays
// on the stop-list.
func (s *Service) dropStaff(ctx context.Context, tx *db.Tx, c Contact) error {
	if c.EmailKey == "" {
		return nil
	}
	same, err := byEmail(ctx, tx, c.Tenant, []string{c.EmailKey})
	if err != nil || len(same) == 0 || same[0].ID == c.ID || same[0].Sort == Audience {
		return err
	}
	return deleteRows(ctx, tx, same[0])
}

// FindEmailTx returns the contact of the audience with an address, 0 when there is none.
func (s *Service) FindEmailTx(ctx context.Context, tx *db.Tx, t id.Tenant, email string) (ID, error) {
	a, err := ParseEmail(email)
	if err != nil {
		return 0, err
	}
	have, err := byEmail(ctx, tx, t, []string{a.Key})
	if err != nil || len(have) == 0 || have[0].Sort != Audience {
		return 0, err
	}
	return have[0].ID, nil
}

// TopicsLeft returns the topics that the addresses of a contact have left, also under a contact that was deleted since.
func (s *Service) TopicsLeft(ctx context.Context, c Contact) ([]ConsentKey, error) {
	var hashes []string
	for _, key := range []string{c.EmailKey, c.Phone} {
		if key != "" {
			hashes = append(hashes, s.hash(c.Tenant, key))
		}
	}
	w := db.Where("tenant_id = ?", c.Tenant).And(db.In("address_hash", hashes))
	rows, err := db.All[struct {
		Channel channel.Kind    `db:"channel"`
		Purpose channel.Purpose `db:"purpose"`
		Topic   TopicID         `db:"topic_id"`
	}](ctx, s.db, `SELECT channel, purpose, topic_id FROM topic_stop WHERE `+w.SQL(), w.Args()...)
	out := make([]ConsentKey, len(rows))
	for i, r := range rows {
		out[i] = ConsentKey{r.Channel, r.Purpose, r.Topic}
	}
	return out, err
}

// TopicOf returns a topic by its id, for pages of recipients.
func (s *Service) TopicOf(ctx context.Context, t id.Tenant, topic TopicID) (Topic, error) {
	return getTopic(ctx, s.db, t, topic)
}

// deleteRows removes a contact with all that is kept beside it.
func deleteRows(ctx context.Context, tx *db.Tx, c Contact) error {
	for _, table := range belongings {
		if _, err := db.Exec(ctx, tx, `DELETE FROM `+table+` WHERE tenant_id = ? AND contact_id = ?`, c.Tenant, c.ID); err != nil {
			return err
		}
	}
	_, err := db.Exec(ctx, tx, `DELETE FROM contacts WHERE tenant_id = ? AND id = ?`, c.Tenant, c.ID)
	return err
}
