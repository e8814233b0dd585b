package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/contact/segment"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/delivery"
	"keruen/internal/event"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/page"
	"keruen/internal/secret"
)

// people of the large account; each of the five campaigns was opened by a fifth of them.
const (
	people    = 1_000_000
	campaigns = 5
	segRounds = 5
)

// BenchmarkSegment counts a segment of a million contacts — two fields and one condition on behaviour —, reads the first page of the table and
// looks for the beginning of an address. The reference is COUNT(*) of the same contacts in the same run: machines are noisy.
func BenchmarkSegment(b *testing.B) {
	for name, url := range map[string]string{"SQLite": dbtest.SQLite(b), "PostgreSQL": dbtest.Postgres(b)} {
		w := newLarge(b, url)
		spent := map[string][]float64{}
		for range segRounds {
			for what, ask := range w.questions(b) {
				started := time.Now()
				ask()
				spent[what] = append(spent[what], float64(time.Since(started).Microseconds())/1000)
			}
		}
		table(fmt.Sprintf("%s, %d contacts", name, people), "ms", "count of all", spent)
	}
}

type large struct {
	db       *db.DB
	who      access.Actor
	contacts *contact.Service
	segments *segment.Service
	run      int64          // of the contacts being made, as an import makes them
	list     contact.ListID // one contact of a thousand
	half     contact.ListID // the older half
}

type almaty struct{}

func (almaty) GetAccount(context.Context, access.Actor) (access.Account, error) {
	return access.Account{Zone: "Asia/Almaty"}, nil
}

func (almaty) Names(context.Context, db.Querier, id.Tenant, []segment.CampaignID) (map[segment.CampaignID]string, error) {
	return nil, nil
}

func (almaty) UsesOf(context.Context, db.Querier, id.Tenant, segment.ID) ([]segment.Use, error) {
	return nil, nil
}

func newLarge(b *testing.B, url string) *large {
	b.Helper()
	d := dbtest.Open(b, url, clock.Real{})
	keys, err := secret.New([]byte(strings.Repeat("k", 32)))
	require.NoError(b, err)
	q := jobs.New(d, clock.Real{}, dbtest.Log(b))
	events := event.New(q)
	w := &large{db: d, who: access.System(id.NewTenant()), contacts: contact.New(d, events, keys)}
	w.segments = segment.New(segment.Config{DB: d, Clock: clock.Real{}, Queue: q, Accounts: almaty{}, Contacts: w.contacts})
	acts := delivery.New(delivery.Config{DB: d, Clock: clock.Real{}, Log: dbtest.Log(b), Keys: keys, Events: events, Contacts: w.contacts, Accounts: almaty{}, BaseURL: "http://localhost"})
	w.segments.Connect(acts, almaty{})
	w.fill(b)
	return w
}

type numbered struct{}

func (numbered) Prefix() string { return "ctc" }

func (w *large) fill(b *testing.B) {
	b.Helper()
	ctx, t := b.Context(), w.who.Tenant
	for _, f := range []contact.FieldDraft{{Key: "city", Label: "City", Kind: contact.ChoiceField, Options: cities}, {Key: "spent", Label: "Spent", Kind: contact.NumberField},
		{Key: "birthday", Label: "Birthday", Kind: contact.DateField}, {Key: "source", Label: "Source", Kind: contact.TextField}} {
		_, err := w.contacts.CreateField(ctx, w.who, f)
		require.NoError(b, err)
	}
	for name, l := range map[string]*contact.ListID{"a thousand": &w.list, "half": &w.half} {
		made, err := w.contacts.CreateList(ctx, w.who, name)
		require.NoError(b, err)
		*l = made.ID
	}
	parts := make([]int64, campaigns)
	require.NoError(b, w.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for i := range parts {
			parts[i] = int64(id.New[numbered]())
			_, err := db.Exec(ctx, tx, `INSERT INTO part (id, tenant_id, source, lane_id, revision_id, purpose, track_opens, track_clicks, state, filled, total, chunks, snap_cursor, start_at, expires_at, created_at, changed_at)
				VALUES (?, ?, ?, 1, 1, 'advertising', ?, ?, 3, ?, 0, 0, 0, ?, ?, ?, ?)`, parts[i], t, i+1, true, true, true, tx.Now.Add(-time.Duration(i+1)*time.Hour), tx.Now, tx.Now, tx.Now)
			if err != nil {
				return err
			}
		}
		return nil
	}))
	r := rand.New(rand.NewPCG(1, 2))
	const step = 5000
	for from := 0; from < people; from += step {
		ids := make([]int64, step)
		for i := range ids {
			ids[i] = int64(id.New[numbered]())
		}
		require.NoError(b, w.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return w.batch(ctx, tx, r, from, ids, parts) }))
	}
	require.NoError(b, w.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return db.Analyze(ctx, tx, "contacts", "delivery_seen", "list_member")
	}))
}

var cities = []string{"Алматы", "Астана", "Шымкент", "Караганда", "Актобе", "Тараз", "Павлодар", "Атырау", "Костанай", "Уральск"}

func (w *large) batch(ctx context.Context, tx *db.Tx, r *rand.Rand, from int, ids, parts []int64) error {
	t := w.who.Tenant
	if from%contact.RunSize == 0 {
		var err error
		if w.run, err = contact.OpenRunTx(ctx, tx, t); err != nil {
			return err
		}
	}
	columns := []string{"id", "tenant_id", "run", "sort", "email", "email_key", "email_hash", "phone", "phone_hash", "first_name", "last_name", "lang", "fields:json", "search_key", "version", "created_at", "updated_at"}
	err := db.InsertRows(ctx, tx, "contacts", columns, len(ids), func(i int) []any {
		email, phone := fmt.Sprintf("person%d@example%d.kz", from+i, (from+i)%50), fmt.Sprintf("+7701%07d", from+i)
		fields := fmt.Sprintf(`{"birthday":"%04d-%02d-%02d","city":%q,"source":"landing-%d","spent":%d.5}`, 1950+r.IntN(55), 1+r.IntN(12), 1+r.IntN(28), cities[r.IntN(len(cities))], r.IntN(50), r.IntN(10_000))
		first, last := called(r, from+i)
		return []any{ids[i], t, w.run, contact.Audience, email, email, fmt.Sprintf("%022d", from+i), phone, fmt.Sprintf("p%021d", from+i), first, last, "ru", fields,
			strings.ToLower(" " + email + " " + first + " " + last + " " + phone), 1, tx.Now, tx.Now}
	}, "")
	if err != nil {
		return err
	}
	err = db.InsertRows(ctx, tx, "list_member", []string{"tenant_id", "list_id", "contact_id", "added_at"}, len(ids)/1000, func(i int) []any { return []any{t, w.list, ids[i*1000], tx.Now} }, "")
	if err != nil {
		return err
	}
	if from < people/2 {
		err = db.InsertRows(ctx, tx, "list_member", []string{"tenant_id", "list_id", "contact_id", "added_at"}, len(ids), func(i int) []any { return []any{t, w.half, ids[i], tx.Now} }, "")
		if err != nil {
			return err
		}
	}
	return db.InsertRows(ctx, tx, "delivery_seen", []string{"tenant_id", "contact_id", "part_id", "kind", "seq", "at"}, len(ids), func(i int) []any {
		return []any{t, ids[i], parts[(from+i)%campaigns], "open", from + i, tx.Now.Add(-time.Duration(r.IntN(200*24)) * time.Hour)}
	}, "")
}

// called gives names with patronymics; one of a thousand is Жибек, one of five Айгерим, and one person has a name that nobody else has.
func called(r *rand.Rand, i int) (first, last string) {
	if i == 123_456 {
		return "Несравненная Единственновна", "Неповторимова"
	}
	first, last = []string{"Айгерим", "Ержан", "Мадина", "Анна", "Данияр"}[i%5], fmt.Sprintf("Сейт%s", string([]rune{'а' + rune(r.IntN(30)), 'а' + rune(r.IntN(30)), 'о', 'в'}))
	if i%1000 == 7 {
		first = "Жибек"
	}
	return first + " Болатовна", last
}

func (w *large) questions(b *testing.B) map[string]func() {
	two := []segment.Condition{{Kind: segment.OfField, Key: "city", Op: segment.AnyOf, Values: []string{"Алматы"}},
		{Kind: segment.OfField, Key: "spent", Op: segment.More, Value: contact.NumberValue(5000)}}
	count := func(c ...segment.Condition) func() {
		return func() {
			n, err := w.segments.CountOf(b.Context(), w.who, segment.Condition{All: append(append([]segment.Condition{}, two...), c...)})
			require.NoError(b, err)
			require.Positive(b, n)
		}
	}
	list := func(f contact.Filter) func() {
		return func() {
			f.Ask = page.Ask{Limit: 50}
			got, err := w.contacts.List(b.Context(), w.who, f)
			require.NoError(b, err)
			require.NotEmpty(b, got.Items)
		}
	}
	total := func(f contact.Filter) func() {
		return func() {
			n, err := w.contacts.Count(b.Context(), w.who, f)
			require.NoError(b, err)
			require.Positive(b, n.N)
		}
	}
	return map[string]func(){
		"count of all": func() {
			n, err := db.One[int](b.Context(), w.db, `SELECT COUNT(*) FROM contacts WHERE tenant_id = ?`, w.who.Tenant)
			require.NoError(b, err)
			require.Equal(b, people, n)
		},
		"segment: two fields":                        count(),
		"segment: and opened any of the last five":   count(segment.Condition{Kind: segment.OfAct, Op: segment.Did, Act: segment.Opened, Last: campaigns}),
		"segment: and no activity for 90 days":       count(segment.Condition{Kind: segment.OfIdle, Days: 90}),
		"first page of the contacts":                 list(contact.Filter{}),
		"the beginning of an address that one has":   list(contact.Filter{Search: "person777777"}),
		"the beginning of a name that everybody has": list(contact.Filter{Search: "сейт"}),
		"a first name of one in a thousand":          list(contact.Filter{Search: "жиб"}),
		"a first name that one has":                  list(contact.Filter{Search: "несрав"}),
		"a last name that one has":                   list(contact.Filter{Search: "неповт"}),
		"a patronymic that one has":                  list(contact.Filter{Search: "единст"}),
		"two words":                                  list(contact.Filter{Search: "сейта жибек"}),
		"the beginning of a telephone that ten have": list(contact.Filter{Search: "+770104444"}),
		"total of one in a thousand":                 total(contact.Filter{Search: "жиб"}),
		"total of what everybody has":                total(contact.Filter{Search: "сейт"}),
		"total of all":                               total(contact.Filter{}),
		"first page by address":                      list(contact.Filter{Sort: "email"}),
		"first page by last name":                    list(contact.Filter{Sort: "-last_name"}),
		"first page by first name":                   list(contact.Filter{Sort: "first_name"}),
		"first page of a list of a thousand":         list(contact.Filter{List: w.list}),
		"first page of a list of half":               list(contact.Filter{List: w.half}),
		"total of a list of a thousand":              total(contact.Filter{List: w.list}),
	}
}
