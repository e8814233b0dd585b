package preference_test

import (
	"bytes"
	"context"
	"strings"
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
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/lang"
	"keruen/internal/preference"
	"keruen/internal/secret"
)

// world is an account with a sender, two topics, the queue and the pipeline; letters end in a scripted channel.
type world struct {
	t           testing.TB
	db          *db.DB
	access      *access.Service
	contacts    *contact.Service
	senders     *channel.Service
	delivery    *delivery.Service
	mailer      *channeltest.Scripted
	who         access.Actor
	sender      channel.Sender
	news, sales contact.TopicID
	privacy     *requests
	busy        *atomic.Bool // the recipient's server asks to try again
	*preference.Service
}

type requests struct {
	mu   sync.Mutex
	list []string
}

func (r *requests) Request(_ context.Context, t id.Tenant, c contact.ID, kind string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, t.String()+" "+c.String()+" "+kind)
	return nil
}

var reader = delivery.Visit{Method: "POST", IP: "192.0.2.77", UserAgent: "Firefox"}

// each runs the test on each engine.
func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, newWorld(t, d)) })
}

// fuzzWorld is a world on SQLite for a fuzz target.
func fuzzWorld(f *testing.F) *world {
	f.Helper()
	return newWorld(f, dbtest.Open(f, dbtest.Addresses["sqlite"](f), clock.Real{}))
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	keys, err := secret.New(bytes.Repeat([]byte{7}, secret.KeySize))
	require.NoError(t, err)
	clk, log := clock.Real{}, dbtest.Log(t)
	queue := jobs.New(d, clk, log)
	bus := event.New(queue)
	w := &world{t: t, db: d, senders: channel.NewService(d, keys), privacy: &requests{}, busy: &atomic.Bool{}}
	w.mailer = &channeltest.Scripted{Answer: w.answer}
	w.access = access.New(access.Parts{
		DB: d, Clock: clk, Keys: keys, Hasher: secret.NewHasher(secret.Weak, 2), Audit: audit.New(d, clk, keys), Events: bus, Log: log,
	})
	w.contacts = contact.New(d, bus, keys)
	w.delivery = delivery.New(delivery.Config{
		DB: d, Clock: clk, Log: log, Keys: keys, Events: bus, Contacts: w.contacts, Content: content.New(d, w.contacts), Senders: w.senders,
		Accounts: w.access, Channels: []channel.Channel{w.mailer}, BaseURL: "https://k.test",
	})
	w.Service = preference.New(preference.Parts{
		DB: d, Clock: clk, Log: log, Keys: keys, Queue: queue, Access: w.access, Contacts: w.contacts, Delivery: w.delivery, Senders: w.senders,
		Privacy: w.privacy, BaseURL: "https://k.test",
	})
	w.who = w.account("owner@dala.test", "Дала")
	w.sender, err = w.senders.Create(t.Context(), w.who, channel.NewSender{Kind: channel.Email, Name: "Дала", Address: "news@dala.test"})
	require.NoError(t, err)
	w.news, w.sales = w.topic("Новости"), w.topic("Скидки")
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { _ = queue.Run(ctx) })
	running.Go(func() { _ = w.delivery.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	return w
}

func (w *world) answer(channel.Message) channel.Verdict {
	if w.busy.Load() {
		return channel.Verdict{Outcome: channel.Later, Scope: channel.ScopeConfig, Class: "busy", Free: true, After: 100 * time.Millisecond}
	}
	return channel.Verdict{Outcome: channel.Accepted}
}

func (w *world) account(owner, name string) access.Actor {
	m, tenant, err := w.access.CreateMember(w.t.Context(), access.NewMember{Email: owner, Password: "correct horse battery", Account: name})
	require.NoError(w.t, err)
	return access.Actor{Tenant: tenant, Member: m.ID, Via: access.BySession, Role: access.Owner}
}

func (w *world) topic(name string) contact.TopicID {
	topic, err := w.contacts.CreateTopic(w.t.Context(), w.who, lang.Text{Ru: name}, lang.Text{Ru: "раз в неделю"})
	require.NoError(w.t, err)
	return topic.ID
}

func key(p channel.Purpose, topic contact.TopicID) contact.ConsentKey {
	return contact.ConsentKey{Channel: channel.Email, Purpose: p, Topic: topic}
}

var agreed = contact.Proof{Source: contact.FromForm, Wording: "Согласна получать новости лавки", IP: "198.51.100.9", Evidence: map[string]string{"form": "Касса", "page": "https://dala.test/join?email=secret@dala.test"}}

// person is a contact who agreed to advertising by e-mail.
func (w *world) person(email string) contact.ID {
	c, err := w.contacts.Create(w.t.Context(), w.who, contact.Draft{
		Email: email, FirstName: "Айгерим", Lang: "ru", Consent: &contact.Given{Key: key(channel.Advertising, 0), Proof: agreed},
	})
	require.NoError(w.t, err)
	return c.ID
}

// submit hands a letter to the pipeline.
func (w *world) submit(c contact.ID, p channel.Purpose, topic contact.TopicID) delivery.PartID {
	m, err := w.delivery.Submit(w.t.Context(), w.who, delivery.Single{
		Contact: c, Sender: w.sender.ID, Purpose: p, Topic: topic, Kind: "api", Letter: content.Letter{Subject: "s", Text: "Сәлем {{preferences_url}} {{why_url}}"},
	})
	require.NoError(w.t, err)
	return m.ID
}

// outcome waits until the message has one, and returns the state and the reason.
func (w *world) outcome(m delivery.PartID) (delivery.State, string) {
	var got delivery.Message
	require.Eventually(w.t, func() bool {
		var err error
		got, err = w.delivery.GetMessage(context.WithoutCancel(w.t.Context()), w.who, m)
		return err == nil && got.State != delivery.Queued && got.State != delivery.InFlight && got.State != delivery.Retry
	}, 30*time.Second, 10*time.Millisecond)
	return got.State, got.Reason
}

// sent tells whether a letter reaches the contact now, and if not, why.
func (w *world) sent(c contact.ID, p channel.Purpose, topic contact.TopicID) string {
	state, reason := w.outcome(w.submit(c, p, topic))
	if state == delivery.Skipped {
		return reason
	}
	require.Contains(w.t, []delivery.State{delivery.Accepted, delivery.Delivered}, state)
	return ""
}

// letter sends a letter to the contact and opens the page behind its link.
func (w *world) letter(c contact.ID, p channel.Purpose, topic contact.TopicID) (preference.Entry, string) {
	before := len(w.mailer.Seen())
	require.Empty(w.t, w.sent(c, p, topic))
	m := w.mailer.Seen()[before]
	token := strings.TrimPrefix(m.Email.UnsubscribeURL, "https://k.test/u/")
	require.Contains(w.t, m.Email.Text, "https://k.test/u/"+token+"/preferences")
	e, err := w.ByMessage(w.t.Context(), token)
	require.NoError(w.t, err)
	return e, token
}

func (w *world) show(e preference.Entry) preference.Show {
	s, err := w.Show(w.t.Context(), e, "")
	require.NoError(w.t, err)
	return s
}

// choose ticks and clears boxes of the page as it is shown now.
func (w *world) choose(e preference.Entry, change func(on map[string]bool)) error {
	shown := strings.Fields(w.show(e).Shown())
	on := map[string]bool{}
	for _, name := range shown {
		on[name] = true
	}
	change(on)
	var wanted []string
	for name, is := range on {
		if is {
			wanted = append(wanted, name)
		}
	}
	return w.Choose(w.t.Context(), e, "", preference.Picks{Shown: shown, Wanted: wanted}, reader)
}

func (w *world) history(c contact.ID) []contact.Consent {
	list, err := w.contacts.History(w.t.Context(), w.who, c)
	require.NoError(w.t, err)
	return list
}
