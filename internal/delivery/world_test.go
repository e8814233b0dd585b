package delivery

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/channel/channeltest"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/event"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/lang"
	"keruen/internal/page"
	"keruen/internal/secret"
)

// world is a pipeline with one account, one sender and a scripted channel.
type world struct {
	t        testing.TB
	db       *db.DB
	clock    clock.Clock
	keys     *secret.Keys
	bus      *event.Bus
	contacts *contact.Service
	content  *content.Service
	senders  *channel.Service
	who      access.Actor
	sender   channel.Sender
	mailer   *channeltest.Scripted
	*Service
}

type oneAccount struct{}

func (oneAccount) GetAccount(context.Context, access.Actor) (access.Account, error) {
	return access.Account{Name: "Dala Books", PostalAddress: "Almaty, Abai 1", Lang: lang.English}, nil
}

func newWorld(t testing.TB, d *db.DB, c clock.Clock) *world {
	keys, err := secret.New(bytes.Repeat([]byte{7}, secret.KeySize))
	require.NoError(t, err)
	w := &world{t: t, db: d, clock: c, keys: keys, mailer: &channeltest.Scripted{}}
	w.bus = event.New(jobs.New(d, c, dbtest.Log(t)))
	w.contacts = contact.New(d, w.bus, keys)
	w.content = content.New(d, w.contacts)
	w.senders = channel.NewService(d, keys)
	w.who = access.Actor{Tenant: 101, Member: 5, Via: access.BySession, Role: access.Owner}
	w.sender, err = w.senders.Create(t.Context(), w.who, channel.NewSender{Kind: channel.Email, Name: "Dala Books", Address: "news@dala.test"})
	require.NoError(t, err)
	w.Service = w.node("one")
	return w
}

// node makes another process's pipeline on the same database.
func (w *world) node(name string) *Service {
	return New(Config{
		DB: w.db, Clock: w.clock, Log: dbtest.Log(w.t), Keys: w.keys, Events: w.bus, Contacts: w.contacts, Content: w.content,
		Senders: w.senders, Accounts: oneAccount{}, Channels: []channel.Channel{w.mailer}, BaseURL: "https://k.test",
		Node: name, Lease: 30 * time.Second,
	})
}

// run starts a pipeline and returns how to stop it; it is stopped at the end of the test in any case.
func (w *world) run(s *Service) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.t.Context()))
	var done sync.WaitGroup
	done.Go(func() { _ = s.Run(ctx) })
	done.Go(func() { _ = s.Digest(ctx) })
	stop = func() {
		cancel()
		done.Wait()
	}
	w.t.Cleanup(stop)
	return stop
}

// people makes n contacts who agreed to advertising and transactional letters.
func (w *world) people(n int) []contact.ID {
	rows := make([]contact.Row, n)
	for i := range rows {
		a, err := contact.ParseEmail(fmt.Sprintf("p%06d@d%d.test", i, i%7))
		require.NoError(w.t, err)
		rows[i] = contact.Row{Email: a, FirstName: fmt.Sprintf("Name%d", i)}
	}
	var ids []contact.ID
	for len(rows) > 0 {
		batch := rows[:min(1000, len(rows))]
		rows = rows[len(batch):]
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			proof, err := contact.SaveProofTx(ctx, tx, w.who.Tenant, contact.Proof{Source: contact.FromForm, Wording: "I agree to news"})
			if err != nil {
				return err
			}
			done, err := w.contacts.BulkUpsert(ctx, tx, contact.Bulk{
				Tenant: w.who.Tenant, By: contact.ByEmail, OnExisting: contact.UpdateEmpty, Proof: proof, Rows: batch,
				Consents: []contact.ConsentKey{{Channel: channel.Email, Purpose: channel.Advertising}, {Channel: channel.Email, Purpose: channel.Transactional}},
			})
			for _, r := range done {
				ids = append(ids, r.Contact)
			}
			return err
		})
	}
	return ids
}

func (w *world) tx(fn func(context.Context, *db.Tx) error) {
	require.NoError(w.t, w.db.InTx(w.t.Context(), fn))
}

var someLetter = content.Letter{
	Subject: "News for {{first_name|reader}}",
	HTML:    `<html><body><p>Dear {{first_name|reader}}, <a href="https://shop.test/a?n={{first_name}}">look</a> or <a href="https://shop.test/b">see</a>.</p></body></html>`,
}

// part makes a campaign's part over all recipients. The source is fresh.
func (w *world) part(p channel.Purpose, ids []contact.ID) Part { return w.partOn(p, 0, ids) }

// partOn is part of a campaign with a topic.
func (w *world) partOn(p channel.Purpose, topic contact.TopicID, ids []contact.ID) Part {
	var out Part
	source := int64(id.New[partKind]())
	w.tx(func(ctx context.Context, tx *db.Tx) error {
		rev, err := w.content.ReviseTx(ctx, tx, w.who.Tenant, someLetter, content.Options{Purpose: p, Lang: lang.English})
		if err != nil {
			return err
		}
		part, err := w.CreatePartTx(ctx, tx, PartSpec{
			Tenant: w.who.Tenant, Source: source, Sender: w.sender.ID, Revision: rev.ID, Purpose: p, Topic: topic,
			Tracking: Tracking{Opens: true, Clicks: true},
		})
		if err != nil {
			return err
		}
		if err := w.AppendChunksTx(ctx, tx, w.who.Tenant, part, ids); err != nil {
			return err
		}
		if err := w.ClosePartTx(ctx, tx, w.who.Tenant, part); err != nil {
			return err
		}
		out, err = lockPart(ctx, tx, w.who.Tenant, part)
		return err
	})
	return out
}

func (w *world) counts(p Part) Counts {
	c, err := w.Counts(context.WithoutCancel(w.t.Context()), w.who.Tenant, p.Source)
	require.NoError(w.t, err)
	return c
}

// until waits for the figures of a part to satisfy a condition.
func (w *world) until(p Part, ok func(Counts) bool) Counts {
	var last Counts
	require.Eventually(w.t, func() bool {
		last = w.counts(p)
		return ok(last)
	}, 60*time.Second, 10*time.Millisecond, "figures stay at %+v", &last)
	return last
}

func (w *world) finished(p Part) Counts {
	return w.until(p, func(c Counts) bool { return c.Settled() == c.Total })
}

// ledger counts the rows of a part by state, from the rows themselves.
func (w *world) ledger(p Part) map[State]int64 {
	rows, err := db.All[struct {
		State State
		N     int64
	}](w.t.Context(), w.db, `SELECT state, COUNT(*) AS n FROM delivery WHERE part_id = ? GROUP BY state`, p.ID)
	require.NoError(w.t, err)
	out := make(map[State]int64)
	for _, r := range rows {
		out[r.State] = r.N
	}
	return out
}

// received counts how often each contact's message was handed to the channel.
func (w *world) received(p Part) map[int32]int {
	out := make(map[int32]int)
	for _, m := range w.mailer.Seen() {
		if m.Ref.Part == int64(p.ID) {
			out[m.Ref.Seq]++
		}
	}
	return out
}

// deliveries lists the messages of a part.
func (w *world) deliveries(p Part) []Delivery {
	list, err := w.Deliveries(w.t.Context(), w.who.Tenant, p.Source, Filter{}, page.Ask{Limit: 100})
	require.NoError(w.t, err)
	return list.Items
}
