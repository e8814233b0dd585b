package form_test

import (
	"bytes"
	"context"
	"net/netip"
	"net/url"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/channel"
	"keruen/internal/channel/channeltest"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/delivery"
	"keruen/internal/event"
	"keruen/internal/form"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/lang"
	"keruen/internal/secret"
)

// shifted is the machine's clock that can be moved forward.
type shifted struct{ by atomic.Int64 }

func (c *shifted) Now() time.Time                         { return clock.Real{}.Now().Add(time.Duration(c.by.Load())) }
func (c *shifted) After(d time.Duration) <-chan time.Time { return time.After(d) }
func (c *shifted) pass(d time.Duration)                   { c.by.Add(int64(d)) }

// world is everything between a visitor's press and the channel, with the queue and the pipeline running.
type world struct {
	*form.Service
	clock    *shifted
	db       *db.DB
	access   *access.Service
	contacts *contact.Service
	senders  *channel.Service
	mailer   *channeltest.Scripted
	who      access.Actor // owner of the account
	another  access.Actor // of another account
	house    id.Tenant

	list    contact.ListID
	tag     contact.TagID
	wording contact.WordingID // advertising by e-mail
}

const base = "https://keruen.test"

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Parallel()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clk := &shifted{}
			f(t, newWorld(t, dbtest.Open(t, address(t), clk), clk))
		})
	}
}

func newWorld(t *testing.T, d *db.DB, clk *shifted) *world {
	t.Helper()
	keys, err := secret.New(bytes.Repeat([]byte{7}, secret.KeySize))
	require.NoError(t, err)
	log := dbtest.Log(t)
	queue := jobs.New(d, clk, log)
	queue.Poll = 20 * time.Millisecond
	bus := event.New(queue)
	w := &world{db: d, clock: clk, senders: channel.NewService(d, keys), mailer: &channeltest.Scripted{}}
	w.access = access.New(access.Parts{DB: d, Clock: clk, Keys: keys, Hasher: secret.NewHasher(secret.Weak, 2), Audit: audit.New(d, clk, keys), Events: bus, Log: log})
	w.house, err = w.access.EnsureHouse(t.Context())
	require.NoError(t, err)
	w.who, w.another = w.account(t, "boss@dala.kz", "Дала"), w.account(t, "boss@tau.kz", "Тау")
	w.contacts = contact.New(d, bus, keys)
	pipeline := delivery.New(delivery.Config{
		DB: d, Clock: clk, Log: log, Keys: keys, Events: bus, Contacts: w.contacts, Content: content.New(d, w.contacts), Senders: w.senders,
		Accounts: w.access, Channels: []channel.Channel{w.mailer}, BaseURL: base,
	})
	w.Service = form.New(form.Parts{DB: d, Clock: clk, Log: log, Keys: keys, Queue: queue, Access: w.access, Contacts: w.contacts, Senders: w.senders,
		Delivery: pipeline, House: w.house, BaseURL: base})
	w.sender(t, w.house, "no-reply@keruen.test")
	w.furnish(t)

	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { _ = queue.Run(ctx) })
	running.Go(func() { _ = pipeline.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	return w
}

func (w *world) account(t *testing.T, email, name string) access.Actor {
	t.Helper()
	m, tenant, err := w.access.CreateMember(t.Context(), access.NewMember{Email: email, Password: "correct horse battery", Lang: lang.Russian, Account: name})
	require.NoError(t, err)
	return access.Actor{Tenant: tenant, Member: m.ID, Via: access.BySession, Role: access.Owner}
}

func (w *world) sender(t *testing.T, tenant id.Tenant, address string) {
	t.Helper()
	_, err := w.senders.Create(t.Context(), access.System(tenant), channel.NewSender{Kind: channel.Email, Name: "Sender", Address: address})
	require.NoError(t, err)
}

var news = contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}

func (w *world) furnish(t *testing.T) {
	t.Helper()
	l, err := w.contacts.CreateList(t.Context(), w.who, "Гости")
	require.NoError(t, err)
	g, err := w.contacts.CreateTag(t.Context(), w.who, "сайт")
	require.NoError(t, err)
	w.list, w.tag = l.ID, g.ID
	w.wording = w.word(t, "Новости", news)
}

func (w *world) word(t *testing.T, name string, keys ...contact.ConsentKey) contact.WordingID {
	t.Helper()
	x, err := w.contacts.CreateWording(t.Context(), w.who, contact.WordingDraft{Name: name, Keys: keys,
		Text: lang.Text{Ru: name + ": согласен получать", Kk: name + ": алуға келісемін", En: name + ": I agree to receive"}})
	require.NoError(t, err)
	return x.ID
}

func (w *world) topic(t *testing.T, name string) contact.TopicID {
	t.Helper()
	x, err := w.contacts.CreateTopic(t.Context(), w.who, lang.Text{Ru: name}, lang.Text{})
	require.NoError(t, err)
	return x.ID
}

// design is a form for e-mail with a name.
func (w *world) design() form.Design {
	return form.Design{
		Fields: []form.Field{{Sort: form.Email, Required: true}, {Sort: form.FirstName}}, Boxes: []form.Box{{Wording: w.wording, Required: true}},
		Lists: []contact.ListID{w.list}, Tags: []contact.TagID{w.tag}, Double: true, Domains: []string{"shop.kz"},
	}
}

// published makes a form that visitors see.
func (w *world) published(t *testing.T, d form.Design) form.Detail {
	t.Helper()
	f, err := w.Create(t.Context(), w.who, "Сайт", d)
	require.NoError(t, err)
	f, err = w.Publish(t.Context(), w.who, f.ID, f.Version)
	require.NoError(t, err)
	return f
}

var visitorIP = netip.MustParseAddr("192.0.2.10")

const browser = "Mozilla/5.0 (Windows NT 10.0) Firefox/131.0"

// filled looks at the form, waits as people do, and fills it in.
func (w *world) filled(t *testing.T, f form.Detail, values ...string) form.Sent {
	t.Helper()
	v, err := w.Show(t.Context(), f.Key, lang.Russian)
	require.NoError(t, err)
	in := form.Sent{Values: url.Values{form.FieldToken: {v.Token}}, Lang: lang.Russian, IP: visitorIP, UserAgent: browser}
	for _, b := range v.Boxes {
		in.Values.Set(b.Name(), itoa(b.Version))
	}
	for i := 0; i+1 < len(values); i += 2 {
		in.Values.Set(values[i], values[i+1])
	}
	w.clock.pass(10 * time.Second)
	return in
}

func (w *world) send(t *testing.T, f form.Detail, values ...string) form.Outcome {
	t.Helper()
	out, err := w.Submit(t.Context(), f.Key, w.filled(t, f, values...))
	require.NoError(t, err)
	require.Empty(t, out.Bad)
	require.False(t, out.Stale)
	return out
}

// letter waits until n letters have left and returns the last one.
func (w *world) letter(t *testing.T, n int) channel.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, w.mailer.Wait(ctx, n))
	return w.mailer.Seen()[n-1]
}

var confirmLink = regexp.MustCompile(regexp.QuoteMeta(base+form.ConfirmPath) + `([A-Za-z0-9_-]+)`)

func tokenIn(t *testing.T, m channel.Message) string {
	t.Helper()
	found := confirmLink.FindStringSubmatch(m.Email.Text)
	require.Len(t, found, 2, m.Email.Text)
	return found[1]
}

func (w *world) confirm(t *testing.T, token string) {
	t.Helper()
	require.NoError(t, w.Confirm(t.Context(), token, netip.MustParseAddr("198.51.100.7"), "Mobile Safari"))
}

// entry is the one submission of a form, once it is in a state.
func (w *world) entry(t *testing.T, f form.Detail, state form.State) form.Entry {
	t.Helper()
	var got form.Entry
	require.Eventually(t, func() bool {
		list, err := w.Submissions(context.WithoutCancel(t.Context()), w.who, f.ID, "", ask)
		if err != nil || len(list.Items) == 0 {
			return false
		}
		got = list.Items[0]
		return got.State == state
	}, 30*time.Second, 20*time.Millisecond, "the last submission becomes %s", state)
	return got
}

func (w *world) find(t *testing.T, email string) contact.View {
	t.Helper()
	c, err := w.contacts.ByEmail(t.Context(), w.who, email)
	require.NoError(t, err)
	v, err := w.contacts.Get(t.Context(), w.who, c)
	require.NoError(t, err)
	return v
}

func (w *world) reason(t *testing.T, c contact.ID, key contact.ConsentKey) contact.Reason {
	t.Helper()
	r, err := contact.GuardRows(t.Context(), w.db, w.who.Tenant, key, []contact.ID{c})
	require.NoError(t, err)
	return r[0].Reason
}
