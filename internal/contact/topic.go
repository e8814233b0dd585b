package contact

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

type topicKind struct{}

func (topicKind) Prefix() string { return "top" }

// TopicID identifies a topic.
type TopicID = id.Of[topicKind]

// Topic is what an account writes about: "News", "Discounts". Contacts choose topics in the preference centre; a campaign may
// have one.
type Topic struct {
	ID        TopicID
	Tenant    id.Tenant
	Name      lang.Text
	About     lang.Text // a sentence for contacts; may be empty
	Position  int       // from 0
	Archived  bool      // offered to nobody any more; what was said about it stays valid
	Version   int64
	CreatedAt time.Time
}

// Limits of topics.
const (
	MaxTopics = 100 // of an account, archived ones not counted
	MaxAbout  = 300 // characters of a description
)

// Errors of topics.
var (
	ErrTopicName     = errs.New(errs.Invalid, "topic.name", "A topic needs a name in Russian, of at most 100 characters in each language.")
	ErrTopicLimit    = errs.New(errs.Conflict, "topic.limit", "An account may have at most 100 topics.")
	ErrTopicUnknown  = errs.New(errs.Invalid, "topic.unknown", "There is no such topic.")
	ErrTopicArchived = errs.New(errs.Conflict, "topic.archived", "The topic is archived. Bring it back first.")
)

// TopicChange holds the new values of a topic; nil leaves one.
type TopicChange struct {
	Name, About *lang.Text
	Archived    *bool
}

// Topics returns all topics in their order, archived ones last.
func (s *Service) Topics(ctx context.Context, who access.Actor) ([]Topic, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	list, err := listTopics(ctx, s.db, who.Tenant)
	if err != nil {
		return nil, fmt.Errorf("list topics: %w", err)
	}
	return list, nil
}

// CreateTopic adds a topic at the end.
func (s *Service) CreateTopic(ctx context.Context, who access.Actor, name, about lang.Text) (Topic, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Topic{}, err
	}
	out := Topic{ID: id.New[topicKind](), Tenant: who.Tenant, Name: name, About: about, Version: 1}
	if err := out.check(); err != nil {
		return Topic{}, err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		have, err := listTopics(ctx, tx, who.Tenant)
		if err != nil {
			return err
		}
		live := slices.DeleteFunc(have, func(t Topic) bool { return t.Archived })
		if len(live) >= MaxTopics {
			return ErrTopicLimit
		}
		out.CreatedAt, out.Position = tx.Now, len(live)
		if err := insertTopic(ctx, tx, out); err != nil {
			return err
		}
		return note(ctx, tx, who, "topic.created", out.ID.String(), nil)
	})
	if err != nil {
		return Topic{}, fmt.Errorf("create topic: %w", err)
	}
	return out, nil
}

// UpdateTopic changes a topic. version is the one that was read, 0 for any. An archived topic stays in the consents that name
// it and is offered nowhere.
func (s *Service) UpdateTopic(ctx context.Context, who access.Actor, t TopicID, version int64, ch TopicChange) (Topic, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Topic{}, err
	}
	var out Topic
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if out, err = getTopic(ctx, tx, who.Tenant, t); err != nil {
			return err
		}
		if version != 0 && version != out.Version {
			return errs.ErrStale
		}
		if err := out.apply(ch); err != nil {
			return err
		}
		if err := saveTopic(ctx, tx, &out); err != nil {
			return err
		}
		return note(ctx, tx, who, "topic.updated", t.String(), map[string]any{"archived": out.Archived})
	})
	if err != nil {
		return Topic{}, fmt.Errorf("update topic: %w", err)
	}
	return out, nil
}

// OrderTopics puts topics in the order given; those that are not named follow in their order.
func (s *Service) OrderTopics(ctx context.Context, who access.Actor, order []TopicID) ([]Topic, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return nil, err
	}
	var list []Topic
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if list, err = listTopics(ctx, tx, who.Tenant); err != nil {
			return err
		}
		at := map[TopicID]int{}
		for i, t := range order {
			if !slices.ContainsFunc(list, func(have Topic) bool { return have.ID == t }) {
				return errs.ErrNotFound
			}
			at[t] = i - len(order) // before all others, whose places begin at 0
		}
		place := func(t Topic) int {
			if i, ok := at[t.ID]; ok {
				return i
			}
			return t.Position
		}
		slices.SortStableFunc(list, func(a, b Topic) int { return place(a) - place(b) })
		for i := range list {
			if list[i].Position == i {
				continue
			}
			list[i].Position = i
			if err := saveTopic(ctx, tx, &list[i]); err != nil {
				return err
			}
		}
		return note(ctx, tx, who, "topic.ordered", "", nil)
	})
	if err != nil {
		return nil, fmt.Errorf("order topics: %w", err)
	}
	return s.Topics(ctx, who)
}

func (t *Topic) apply(ch TopicChange) error {
	if ch.Name != nil {
		t.Name = *ch.Name
	}
	if ch.About != nil {
		t.About = *ch.About
	}
	if ch.Archived != nil {
		t.Archived = *ch.Archived
	}
	return t.check()
}

func (t *Topic) check() error {
	t.Name, t.About = cleanWords(t.Name), cleanWords(t.About)
	if t.Name.Ru == "" || longest(t.Name) > MaxName {
		return errs.ErrInvalid.At(blame("name", ErrTopicName))
	}
	if longest(t.About) > MaxAbout {
		return errs.ErrInvalid.At(tooLong("about", MaxAbout))
	}
	return nil
}

func cleanWords(t lang.Text) lang.Text {
	return lang.Text{Ru: CleanText(t.Ru), Kk: CleanText(t.Kk), En: CleanText(t.En)}
}

// longest is the length of the longest of the three texts, in characters.
func longest(t lang.Text) int {
	n := 0
	for _, s := range []string{t.Ru, t.Kk, t.En} {
		n = max(n, len([]rune(s)))
	}
	return n
}

// note writes an entry of the audit log about a thing of this package.
func note(ctx context.Context, tx *db.Tx, who access.Actor, action, object string, details map[string]any) error {
	return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: action, Object: object, Details: details})
}

type topicRow struct {
	ID        TopicID            `db:"id"`
	Tenant    id.Tenant          `db:"tenant_id"`
	Name      db.JSON[lang.Text] `db:"name"`
	About     db.JSON[lang.Text] `db:"about"`
	Position  int                `db:"position"`
	Archived  bool               `db:"archived"`
	Version   int64              `db:"version"`
	CreatedAt time.Time          `db:"created_at"`
}

func (r topicRow) topic() Topic {
	return Topic{r.ID, r.Tenant, r.Name.V, r.About.V, r.Position, r.Archived, r.Version, r.CreatedAt}
}

const topicColumns = `id, tenant_id, name, about, position, archived, version, created_at`

func listTopics(ctx context.Context, q db.Querier, t id.Tenant) ([]Topic, error) {
	rows, err := db.All[topicRow](ctx, q, `SELECT `+topicColumns+` FROM contact_topic WHERE tenant_id = ? ORDER BY archived, position, id`, t)
	out := make([]Topic, len(rows))
	for i, r := range rows {
		out[i] = r.topic()
	}
	return out, err
}

func getTopic(ctx context.Context, q db.Querier, t id.Tenant, topic TopicID) (Topic, error) {
	r, err := db.One[topicRow](ctx, q, `SELECT `+topicColumns+` FROM contact_topic WHERE tenant_id = ? AND id = ?`, t, topic)
	return r.topic(), err
}

func insertTopic(ctx context.Context, tx *db.Tx, t Topic) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO contact_topic (`+topicColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, t.Tenant, db.AsJSON(t.Name), db.AsJSON(t.About), t.Position, t.Archived, t.Version, t.CreatedAt)
	return err
}

func saveTopic(ctx context.Context, tx *db.Tx, t *Topic) error {
	n, err := db.Exec(ctx, tx, `
		UPDATE contact_topic SET name = ?, about = ?, position = ?, archived = ?, version = version + 1
		WHERE tenant_id = ? AND id = ? AND version = ?`, db.AsJSON(t.Name), db.AsJSON(t.About), t.Position, t.Archived, t.Tenant, t.ID, t.Version)
	if err == nil && n == 0 {
		return errs.ErrStale
	}
	t.Version++
	return err
}

// haveTopics returns ErrTopicUnknown unless every topic is the account's; 0 is no topic.
func haveTopics(ctx context.Context, q db.Querier, t id.Tenant, topics ...TopicID) error {
	topics = slices.DeleteFunc(slices.Clone(topics), func(topic TopicID) bool { return topic == 0 })
	if len(topics) == 0 {
		return nil
	}
	w := db.Where("tenant_id = ?", t).And(db.In("id", topics))
	n, err := db.One[int](ctx, q, `SELECT COUNT(*) FROM contact_topic WHERE `+w.SQL(), w.Args()...)
	if err == nil && n != distinct(topics) {
		return ErrTopicUnknown
	}
	return err
}

// SendableTopic returns ErrTopicUnknown or ErrTopicArchived for a topic on which no new campaign may go out; 0 may.
func SendableTopic(ctx context.Context, q db.Querier, t id.Tenant, topic TopicID) error {
	if topic == 0 {
		return nil
	}
	got, err := getTopic(ctx, q, t, topic)
	if errors.Is(err, errs.ErrNotFound) {
		return ErrTopicUnknown
	}
	if err == nil && got.Archived {
		return ErrTopicArchived
	}
	return err
}

// stopTopic remembers for the addresses of the person that a topic was left.
func (s *Service) stopTopic(ctx context.Context, tx *db.Tx, c Contact, key ConsentKey) error {
	keys, err := addressesOf(ctx, tx, c, key.Channel)
	if err != nil {
		return err
	}
	for _, address := range keys {
		if _, err := stopTopicAt(ctx, tx, c.Tenant, s.hash(c.Tenant, address), key); err != nil {
			return err
		}
	}
	return nil
}

// stopTopicAt reports how many rows it made: none when the topic was left before.
func stopTopicAt(ctx context.Context, tx *db.Tx, t id.Tenant, hash string, key ConsentKey) (int64, error) {
	return db.Exec(ctx, tx, `INSERT INTO topic_stop (tenant_id, address_hash, channel, purpose, topic_id, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		t, hash, key.Channel, key.Purpose, key.Topic, tx.Now)
}

func (s *Service) dropTopicStop(ctx context.Context, tx *db.Tx, c Contact, key ConsentKey) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM topic_stop WHERE tenant_id = ? AND address_hash = ? AND channel = ? AND purpose = ? AND topic_id = ?`,
		c.Tenant, s.hash(c.Tenant, c.key(key.Channel)), key.Channel, key.Purpose, key.Topic)
	return err
}

func (s *Service) topicStopped(ctx context.Context, q db.Querier, c Contact, key ConsentKey) (bool, error) {
	n, err := db.One[int](ctx, q, `SELECT COUNT(*) FROM topic_stop WHERE tenant_id = ? AND address_hash = ? AND channel = ? AND purpose = ? AND topic_id = ?`,
		c.Tenant, s.hash(c.Tenant, c.key(key.Channel)), key.Channel, key.Purpose, key.Topic)
	return n > 0, err
}

// topicsLeft returns what the addresses of a batch have left, by hash: for the topics among keys.
func (s *Service) topicsLeft(ctx context.Context, q db.Querier, t id.Tenant, items []*item, keys []ConsentKey) (map[string]bool, error) {
	var topics []TopicID
	for _, k := range keys {
		if k.Topic != 0 {
			topics = append(topics, k.Topic)
		}
	}
	if len(topics) == 0 {
		return nil, nil
	}
	var hashes []string
	for _, it := range items {
		for _, key := range []string{it.EmailKey, it.Phone} {
			if key != "" {
				hashes = append(hashes, s.hash(t, key))
			}
		}
	}
	w := db.Where("tenant_id = ?", t).And(db.In("address_hash", hashes)).And(db.In("topic_id", topics))
	rows, err := db.All[struct {
		Hash    string          `db:"address_hash"`
		Channel channel.Kind    `db:"channel"`
		Purpose channel.Purpose `db:"purpose"`
		Topic   TopicID         `db:"topic_id"`
	}](ctx, q, `SELECT address_hash, channel, purpose, topic_id FROM topic_stop WHERE `+w.SQL(), w.Args()...)
	out := make(map[string]bool, len(rows))
	for _, r := range rows {
		out[leftMark(r.Hash, ConsentKey{r.Channel, r.Purpose, r.Topic})] = true
	}
	return out, err
}

func leftMark(hash string, k ConsentKey) string {
	return strings.Join([]string{hash, string(k.Channel), string(k.Purpose), k.Topic.String()}, " ")
}
