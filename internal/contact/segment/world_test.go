package segment

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/event"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/secret"
)

// A Saturday a minute after midnight in Almaty, still Friday in UTC; the next day is 29 February.
var now = time.Date(2028, 2, 27, 19, 1, 0, 0, time.UTC)

type zone string

func (z zone) GetAccount(context.Context, access.Actor) (access.Account, error) {
	return access.Account{Zone: string(z)}, nil
}

// world is the service on a database of its own, with a person's acts in a table that stands for delivery's.
type world struct {
	*Service
	t        *testing.T
	db       *db.DB
	clock    *clock.Fake
	queue    *jobs.Queue
	contacts *contact.Service
	tenant   id.Tenant
	who      access.Actor
	acts     *actsOf
	above    *campaignsOf
}

func newWorld(t *testing.T, d *db.DB, c *clock.Fake) *world {
	t.Helper()
	keys, err := secret.New([]byte(strings.Repeat("k", 32)))
	require.NoError(t, err)
	q := jobs.New(d, c, dbtest.Log(t))
	w := &world{t: t, db: d, clock: c, queue: q, contacts: contact.New(d, event.New(q), keys), tenant: id.NewTenant(), acts: &actsOf{}, above: &campaignsOf{}}
	w.who = access.System(w.tenant)
	w.Service = New(Config{DB: d, Clock: c, Queue: q, Accounts: zone("Asia/Almaty"), Contacts: w.contacts})
	w.rangeFrom = 10 // so that small accounts are counted in ranges as large ones are
	w.Connect(w.acts, w.above)
	w.contacts.UseSegments(w.Service)
	return w
}

// actsOf answers by the last digit of the contact's number, so that the test need not send letters: what delivery says is
// tested there.
type actsOf struct{}

func (actsOf) Did(_ context.Context, _ db.Querier, _ id.Tenant, a Asked) (string, []any, error) {
	return "c.id % 7 < ?", []any{len(a.Act) % 5}, nil
}

func (actsOf) Active(context.Context, db.Querier, id.Tenant, time.Time) (string, []any, error) {
	return "c.id % 3 = ?", []any{1}, nil
}

type campaignsOf struct {
	names map[CampaignID]string
	uses  []Use
}

func (c *campaignsOf) Names(context.Context, db.Querier, id.Tenant, []CampaignID) (map[CampaignID]string, error) {
	return c.names, nil
}

func (c *campaignsOf) UsesOf(context.Context, db.Querier, id.Tenant, ID) ([]Use, error) {
	return c.uses, nil
}

// person is a contact as the naive judge sees it. Fields are raw JSON, whatever stands there.
type person struct {
	id                              contact.ID
	email, phone, first, last, lang string
	fields                          map[string]any
	created, updated                time.Time
	imported                        int64
	tags, lists                     map[string]bool
	consents                        []consented
	stops                           []stopped
}

type consented struct {
	contact.ConsentKey
	action contact.Action
	source string
}

type stopped struct {
	channel channel.Kind
	reason  string
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// stage is what a random account has.
type stage struct {
	fields []contact.Field
	tags   []string
	lists  []string
	topics []contact.TopicID
	saved  []saved
	people []person
}

type saved struct {
	id   string
	tree Condition
}

func raw(t *testing.T, tx *db.Tx, text string, args ...any) {
	t.Helper()
	_, err := db.Exec(t.Context(), tx, text, args...)
	require.NoError(t, err)
}

// build fills the account with random people of every kind of oddity.
func (w *world) build(r *rand.Rand, n int) *stage {
	w.t.Helper()
	s := &stage{}
	err := w.db.InTx(w.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		*s = stage{}
		for _, d := range []contact.FieldDraft{{Key: "city", Label: "Город", Kind: contact.TextField}, {Key: "spent", Label: "Сумма", Kind: contact.NumberField},
			{Key: "birthday", Label: "День рождения", Kind: contact.DateField}, {Key: "vip", Label: "VIP", Kind: contact.BooleanField},
			{Key: "size", Label: "Размер", Kind: contact.ChoiceField, Options: []string{"S", "M", "L"}}, {Key: "likes", Label: "Интересы", Kind: contact.ListField}} {
			f, err := contact.CreateFieldTx(ctx, tx, w.tenant, d)
			require.NoError(w.t, err)
			s.fields = append(s.fields, f)
		}
		for i := range 3 {
			tag, list, topic := id.New[tagTag](), id.New[listTag](), contact.TopicID(id.New[tagTag]())
			raw(w.t, tx, `INSERT INTO tag (id, tenant_id, name, name_key, version, created_at) VALUES (?, ?, ?, ?, 1, ?)`, tag, w.tenant, fmt.Sprint("t", i), fmt.Sprint("t", i), now)
			raw(w.t, tx, `INSERT INTO contact_list (id, tenant_id, name, name_key, version, created_at) VALUES (?, ?, ?, ?, 1, ?)`, list, w.tenant, fmt.Sprint("l", i), fmt.Sprint("l", i), now)
			raw(w.t, tx, `INSERT INTO contact_topic (id, tenant_id, name, about, position, archived, version, created_at) VALUES (?, ?, '{}', '{}', ?, ?, 1, ?)`, topic, w.tenant, i, false, now)
			s.tags, s.lists, s.topics = append(s.tags, tag.String()), append(s.lists, list.String()), append(s.topics, topic)
		}
		for _, k := range []contact.DomainCheck{{Domain: "gmail_com.kz", State: "no_mail", Confirmed: true}, {Domain: "mail.ru", State: "no_domain"}, {Domain: "gmail.com", State: "fine", Confirmed: true}} {
			raw(w.t, tx, `INSERT INTO domain_check (tenant_id, domain, state, confirmed, checked_at) VALUES (?, ?, ?, ?, ?)`, w.tenant, k.Domain, k.State, k.Confirmed, now)
		}
		for i := range n {
			s.people = append(s.people, w.person(r, tx, s, i))
		}
		return nil
	})
	require.NoError(w.t, err)
	return s
}

func (w *world) person(r *rand.Rand, tx *db.Tx, s *stage, i int) person {
	zone, _ := time.LoadLocation("Asia/Almaty")
	midnight := func(days int) time.Time { return time.Date(2028, 2, 28+days, 0, 0, 0, 0, zone) }
	p := person{id: contact.ID(id.New[tagTag]()), lang: pick(r, "", "ru", "kk", "en"), first: pick(r, "", "Айгерим", "АЙГЕРИМ", "айгерим", "Анна Мария", "O'Neil", "100%_"),
		last: pick(r, "", "Сейтжанова", "сейтжанова", "Ким"), fields: map[string]any{}, tags: map[string]bool{}, lists: map[string]bool{},
		created: midnight(-r.IntN(5)).Add(time.Duration(r.IntN(3)-1) * time.Millisecond), updated: midnight(-r.IntN(40)), imported: pick(r, int64(0), 11, 12)}
	if r.IntN(8) > 0 {
		p.email = fmt.Sprintf("u%d@%s", i, pick(r, "gmail.com", "mail.ru", "xn--80a1acny.kz", "sub.gmail.com", "gmail_com.kz"))
	}
	if p.email == "" || r.IntN(2) == 0 {
		p.phone = pick(r, "+7701", "+7705", "+7727", "+7913", "+99650", "+7608") + fmt.Sprintf("%07d", i)
	}
	odd := []any{nil, "", "abc", 5.0, true, []any{}, []any{"x", 5.0}, "2028-02-29", []any{"кофе"}, "[]", "true", "5"}
	values := map[string][]any{
		"city": {"Алматы", "алматы", "АЛМАТЫ", "Астана", "100%_x", `с "кавычкой"`, "aLmAtY"}, "spent": {0.0, -1.5, 100.0, 100.5, 1e9},
		"birthday": {"1988-02-29", "1990-02-28", "2000-12-31", "2000-01-01", "2028-02-28", "2028-02-27", "2028-03-01", "1899-01-01", "2150-01-01"}, "vip": {true, false},
		"size": {"S", "M", "L"}, "likes": {[]any{"чай"}, []any{"Чай", "кофе"}, []any{"кофе", "сок", "чай"}},
	}
	for _, f := range s.fields {
		switch r.IntN(6) {
		case 0:
		case 1:
			p.fields[f.Key] = pick(r, odd...)
		default:
			p.fields[f.Key] = pick(r, values[f.Key]...)
		}
	}
	doc, err := json.Marshal(p.fields)
	require.NoError(w.t, err)
	hash := func(kind, s string) any {
		if s == "" {
			return nil
		}
		return kind + s
	}
	empty := func(s string) any { return hash("", s) }
	raw(w.t, tx, `INSERT INTO contacts (id, tenant_id, sort, email, email_key, email_hash, phone, phone_hash, first_name, last_name, lang, fields, search_key, version, created_at, updated_at, import_id)
		VALUES (?, ?, 'audience', ?, ?, ?, ?, ?, ?, ?, ?, `+tx.Dialect().JSONWrite()+`, '', 1, ?, ?, ?)`,
		p.id, w.tenant, p.email, empty(p.email), hash("e:", p.email), empty(p.phone), hash("p:", p.phone), p.first, p.last, p.lang, string(doc), p.created, p.updated, p.imported)
	for _, g := range s.tags {
		if r.IntN(3) == 0 {
			p.tags[g] = true
			n, _ := id.Parse[tagTag](g)
			raw(w.t, tx, `INSERT INTO contact_tag (tenant_id, tag_id, contact_id, added_at) VALUES (?, ?, ?, ?)`, w.tenant, n, p.id, now)
		}
	}
	for _, g := range s.lists {
		if r.IntN(3) == 0 {
			p.lists[g] = true
			n, _ := id.Parse[listTag](g)
			raw(w.t, tx, `INSERT INTO list_member (tenant_id, list_id, contact_id, added_at) VALUES (?, ?, ?, ?)`, w.tenant, n, p.id, now)
		}
	}
	w.consents(r, tx, s, &p)
	w.stops(r, tx, &p)
	return p
}

func (w *world) consents(r *rand.Rand, tx *db.Tx, s *stage, p *person) {
	for _, key := range []contact.ConsentKey{{Channel: channel.Email, Purpose: channel.Advertising}, {Channel: channel.Email, Purpose: channel.Advertising, Topic: s.topics[0]},
		{Channel: channel.SMS, Purpose: channel.Transactional}, {Channel: channel.Email, Purpose: channel.ThirdParty}} {
		if r.IntN(2) == 0 {
			continue
		}
		c := consented{key, pick(r, contact.Granted, contact.Withdrawn), pick(r, "import", "form", "api")}
		p.consents = append(p.consents, c)
		proof, record := id.New[tagTag](), id.New[tagTag]()
		raw(w.t, tx, `INSERT INTO consent_proof (id, tenant_id, source, wording, evidence, ip, user_agent, act_seq, import_id, obtained_at, at) VALUES (?, ?, ?, '', '{}', '', '', 0, 0, ?, ?)`, proof, w.tenant, c.source, now, now)
		raw(w.t, tx, `INSERT INTO consent (id, tenant_id, contact_id, channel, purpose, topic_id, action, proof_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, record, w.tenant, p.id, key.Channel, key.Purpose, int64(key.Topic), c.action, proof, now)
		raw(w.t, tx, `INSERT INTO consent_state (tenant_id, contact_id, channel, purpose, topic_id, action, consent_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, w.tenant, p.id, key.Channel, key.Purpose, int64(key.Topic), c.action, record, now)
	}
}

func (w *world) stops(r *rand.Rand, tx *db.Tx, p *person) {
	for ch, hash := range map[channel.Kind]string{channel.Email: "e:" + p.email, channel.SMS: "p:" + p.phone} {
		if len(hash) == 2 || r.IntN(4) > 0 {
			continue
		}
		st := stopped{ch, pick(r, "complaint", "hard_bounce", "manual", "unsubscribed")}
		p.stops = append(p.stops, st)
		raw(w.t, tx, `INSERT INTO suppression (id, tenant_id, channel, address_hash, address, scope, reason, detail, at) VALUES (?, ?, ?, ?, '', 'all', ?, '', ?)`, id.New[tagTag](), w.tenant, ch, hash, st.reason, now)
	}
}
