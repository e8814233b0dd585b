package delivery

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/page"
)

// sealVars is the purpose of the key that seals the values of single messages: codes are among them.
const sealVars = "delivery.vars"

// single is what a single message says, as stored. Its one delivery has the same id and seq 1.
type single struct {
	ID          PartID             `db:"id"`
	Tenant      id.Tenant          `db:"tenant_id"`
	Source      int64              `db:"source"`
	Kind        string             `db:"kind"`
	Sender      channel.SenderID   `db:"sender_id"`
	Contact     contact.ID         `db:"contact_id"`
	As          contact.ID         `db:"as_id"`
	Revision    content.RevisionID `db:"revision_id"`
	Purpose     channel.Purpose    `db:"purpose"`
	Topic       contact.TopicID    `db:"topic_id"`
	TrackOpens  bool               `db:"track_opens"`
	TrackClicks bool               `db:"track_clicks"`
	Vars        []byte             `db:"vars"`
	Key         *string            `db:"key"`
	ExpiresAt   time.Time          `db:"expires_at"`
	CreatedAt   time.Time          `db:"created_at"`
}

const singleColumns = `id, tenant_id, source, kind, sender_id, contact_id, as_id, revision_id, purpose, topic_id, track_opens, track_clicks,
	vars, key, expires_at, created_at`

// firstSeq is the seq of a single message's one delivery.
const firstSeq = 1

// asPart shows a single message as a part of one recipient.
func (m single) asPart() Part {
	return Part{
		ID: m.ID, Tenant: m.Tenant, Source: m.Source, Sender: m.Sender, Revision: m.Revision, Purpose: m.Purpose, Topic: m.Topic,
		TrackOpens: m.TrackOpens, TrackClicks: m.TrackClicks, Filled: true, Total: 1,
		StartAt: m.CreatedAt, ExpiresAt: m.ExpiresAt, CreatedAt: m.CreatedAt,
	}
}

// SubmitTx puts a single message on record; it leaves after the commit. The same Key in one account
// returns the first message again. Whether its contact agrees is asked when it leaves, not here.
func (s *Service) SubmitTx(ctx context.Context, tx *db.Tx, m Single) (channel.Ref, error) {
	if m.Key != "" {
		first, err := db.One[PartID](ctx, tx, `SELECT id FROM single WHERE tenant_id = ? AND key = ?`, m.Tenant, m.Key)
		if !errors.Is(err, errs.ErrNotFound) {
			return channel.Ref{Part: int64(first), Seq: firstSeq}, err
		}
	}
	row, err := s.singleOf(ctx, tx, m)
	if err != nil {
		return channel.Ref{}, fmt.Errorf("submit message: %w", err)
	}
	if err := insertSingle(ctx, tx, row); err != nil {
		return channel.Ref{}, fmt.Errorf("submit message: %w", err)
	}
	tx.AfterCommit(func() { s.wake(m.Sender) })
	return channel.Ref{Part: int64(row.ID), Seq: firstSeq}, nil
}

func (s *Service) singleOf(ctx context.Context, tx *db.Tx, m Single) (single, error) {
	if _, err := s.senders.Find(ctx, tx, m.Tenant, m.Sender); err != nil {
		return single{}, err
	}
	if err := checkTopic(ctx, tx, m); err != nil {
		return single{}, err
	}
	acc, err := s.accounts.get(ctx, m.Tenant)
	if err != nil {
		return single{}, err
	}
	if m.Looks == "" {
		m.Looks = m.Purpose
	}
	options := content.Options{Purpose: m.Looks, Lang: acc.Lang, Vars: slices.Sorted(maps.Keys(m.Vars))}
	rev, err := s.content.ReviseTx(ctx, tx, m.Tenant, m.Letter, options)
	if err != nil {
		return single{}, err
	}
	if m.NotAfter.IsZero() {
		m.NotAfter = tx.Now.Add(maxAge(m.Purpose))
	}
	row := single{
		ID: id.New[partKind](), Tenant: m.Tenant, Source: m.Source, Kind: m.Kind, Sender: m.Sender, Contact: m.Contact, As: m.As,
		Revision: rev.ID, Purpose: m.Purpose, Topic: m.Topic, TrackOpens: m.Tracking.Opens, TrackClicks: m.Tracking.Clicks,
		ExpiresAt: m.NotAfter, CreatedAt: tx.Now,
	}
	if m.Key != "" {
		row.Key = &m.Key
	}
	if len(m.Vars) > 0 {
		plain, err := json.Marshal(m.Vars)
		if err != nil {
			return single{}, err
		}
		row.Vars = s.keys.Seal(sealVars, plain, boundTo(row.ID))
	}
	return row, nil
}

func checkTopic(ctx context.Context, tx *db.Tx, m Single) error {
	err := contact.SendableTopic(ctx, tx, m.Tenant, m.Topic)
	if err == nil && m.Topic != 0 && m.Purpose != channel.Advertising {
		err = contact.ErrTopicless
	}
	if err != nil && errs.KindOf(err) != errs.Internal {
		return errs.ErrInvalid.At(contact.Blame("topic", err))
	}
	return err
}

func boundTo(m PartID) []byte { return binary.BigEndian.AppendUint64(nil, uint64(m)) }

func (s *Service) openVars(m single) (map[string]string, error) {
	if len(m.Vars) == 0 {
		return nil, nil
	}
	plain, err := s.keys.Open(sealVars, m.Vars, boundTo(m.ID))
	if err != nil {
		return nil, err
	}
	var vars map[string]string
	return vars, json.Unmarshal(plain, &vars)
}

func insertSingle(ctx context.Context, tx *db.Tx, m single) error {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO single(`+singleColumns+`) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		m.ID, m.Tenant, m.Source, m.Kind, m.Sender, m.Contact, m.As, m.Revision, m.Purpose, m.Topic, m.TrackOpens, m.TrackClicks,
		m.Vars, m.Key, m.ExpiresAt, m.CreatedAt)
	if err != nil {
		return err
	}
	return insertDeliveries(ctx, tx, []row{{
		Part: m.ID, Seq: firstSeq, Tenant: m.Tenant, Contact: m.Contact, State: Queued,
		Updated: tx.Now, Due: tx.Now, Lane: m.Sender,
	}})
}

func loadSingle(ctx context.Context, q db.Querier, m PartID) (single, error) {
	return db.One[single](ctx, q, `SELECT `+singleColumns+` FROM single WHERE id = ?`, m)
}

// wipeVars forgets the values of single messages that are done.
func wipeVars(ctx context.Context, tx *db.Tx, done []PartID) error {
	if len(done) == 0 {
		return nil
	}
	w := db.Where("vars IS NOT NULL")
	w.And(db.In("id", done))
	_, err := db.Exec(ctx, tx, `UPDATE single SET vars = NULL WHERE `+w.SQL(), w.Args()...)
	return err
}

// Message is a single message and what has become of it.
type Message struct {
	ID        PartID
	Kind      string
	Contact   contact.ID
	Sender    channel.SenderID
	Purpose   channel.Purpose
	State     State
	Attempts  int
	Reason    string    // class of the refusal, or why it waits or was left out
	Detail    string    // the server's own words
	NextTry   time.Time // zero when nothing more will be tried
	UpdatedAt time.Time
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Submit is SubmitTx for people and API keys.
func (s *Service) Submit(ctx context.Context, who access.Actor, m Single) (Message, error) {
	if err := who.Can(access.SendMessages); err != nil {
		return Message{}, err
	}
	m.Tenant = who.Tenant
	if err := s.checkLinks(ctx, m); err != nil {
		return Message{}, err
	}
	var ref channel.Ref
	submit := func(ctx context.Context, tx *db.Tx) (err error) {
		ref, err = s.SubmitTx(ctx, tx, m)
		return err
	}
	err := s.db.InTx(ctx, submit)
	if db.IsUnique(err) { // the same key at the same moment: the other one was first
		err = s.db.InTx(ctx, submit)
	}
	if err != nil {
		return Message{}, err
	}
	return getMessage(ctx, s.db, who.Tenant, PartID(ref.Part))
}

// checkLinks refuses a message whose links lead to listed hosts (CMP-3). One that was accepted before under the same key is not
// judged again: the caller asks what became of it.
func (s *Service) checkLinks(ctx context.Context, m Single) error {
	bad := content.AsError(s.content.LinkProblems(ctx, m.Letter, slices.Collect(maps.Values(m.Vars))...))
	if bad == nil || m.Key == "" {
		return bad
	}
	_, err := db.One[PartID](ctx, s.db, `SELECT id FROM single WHERE tenant_id = ? AND key = ?`, m.Tenant, m.Key)
	if errors.Is(err, errs.ErrNotFound) {
		return bad
	}
	return err
}

// mayReadMessages lets in those who send single messages and those who look after campaigns.
func mayReadMessages(who access.Actor) error {
	if who.Can(access.SendMessages) == nil {
		return nil
	}
	return who.Can(access.ViewCampaigns)
}

// GetMessage returns a single message.
func (s *Service) GetMessage(ctx context.Context, who access.Actor, m PartID) (Message, error) {
	if err := mayReadMessages(who); err != nil {
		return Message{}, err
	}
	return getMessage(ctx, s.db, who.Tenant, m)
}

// ListMessages returns a page of single messages, newest first.
func (s *Service) ListMessages(ctx context.Context, who access.Actor, a page.Ask) (page.Of[Message], error) {
	if err := mayReadMessages(who); err != nil {
		return page.Of[Message]{}, err
	}
	w := db.Where("m.tenant_id = ?", who.Tenant)
	if a.After > 0 {
		w.And("m.id < ?", a.After)
	}
	rows, err := db.All[messageRow](ctx, s.db, messageSelect+` WHERE `+w.SQL()+` ORDER BY m.id DESC LIMIT ?`, w.Args(a.Limit+1)...)
	if err != nil {
		return page.Of[Message]{}, fmt.Errorf("list messages: %w", err)
	}
	cut := page.Cut(rows, a, func(r messageRow) int64 { return int64(r.ID) })
	out := page.Of[Message]{Next: cut.Next}
	for _, r := range cut.Items {
		out.Items = append(out.Items, r.message())
	}
	return out, nil
}

type messageRow struct {
	ID        PartID           `db:"id"`
	Kind      string           `db:"kind"`
	Contact   contact.ID       `db:"contact_id"`
	Sender    channel.SenderID `db:"sender_id"`
	Purpose   channel.Purpose  `db:"purpose"`
	State     State            `db:"state"`
	Attempts  int              `db:"attempts"`
	Reason    string           `db:"reason"`
	Detail    string           `db:"detail"`
	Due       time.Time        `db:"due_at"`
	UpdatedAt time.Time        `db:"updated_at"`
	CreatedAt time.Time        `db:"created_at"`
	ExpiresAt time.Time        `db:"expires_at"`
}

func (r messageRow) message() Message {
	m := Message{
		ID: r.ID, Kind: r.Kind, Contact: r.Contact, Sender: r.Sender, Purpose: r.Purpose, State: r.State, Attempts: r.Attempts,
		Reason: r.Reason, Detail: r.Detail, UpdatedAt: r.UpdatedAt, CreatedAt: r.CreatedAt, ExpiresAt: r.ExpiresAt,
	}
	if r.State == Queued || r.State == Retry {
		m.NextTry = r.Due
	}
	return m
}

const messageSelect = `
	SELECT m.id, m.kind, m.contact_id, m.sender_id, m.purpose, d.state, d.attempts, d.reason, d.detail, d.due_at,
		d.updated_at, m.created_at, m.expires_at
	FROM single m JOIN delivery d ON d.part_id = m.id AND d.seq = 1`

func getMessage(ctx context.Context, q db.Querier, t id.Tenant, m PartID) (Message, error) {
	r, err := db.One[messageRow](ctx, q, messageSelect+` WHERE m.tenant_id = ? AND m.id = ?`, t, m)
	return r.message(), err
}
