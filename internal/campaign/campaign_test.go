package campaign_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/campaign"
	"keruen/internal/channel"
	"keruen/internal/channel/channeltest"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/delivery"
	"keruen/internal/errs"
	"keruen/internal/event"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/lang"
	"keruen/internal/page"
	"keruen/internal/secret"
)

// world is the whole way of a campaign, with a scripted channel at its end.
type world struct {
	t        *testing.T
	contacts *contact.Service
	senders  *channel.Service
	delivery *delivery.Service
	queue    *jobs.Queue
	who      access.Actor
	another  access.Actor
	sender   channel.Sender
	mailer   *channeltest.Scripted
	lists    *lists
	*campaign.Service
}

// account is what campaigns ask about accounts; colleague@dala.test is a member.
type account struct{}

func (account) GetAccount(context.Context, access.Actor) (access.Account, error) {
	return access.Account{Name: "Dala Books", Lang: lang.Russian}, nil
}

func (account) ConfirmedEmails(_ context.Context, _ id.Tenant, list []string) ([]bool, error) {
	out := make([]bool, len(list))
	for i, a := range list {
		out[i] = a == "colleague@dala.test"
	}
	return out, nil
}

func newWorld(t *testing.T, d *db.DB, c clock.Clock) *world {
	keys, err := secret.New(bytes.Repeat([]byte{7}, secret.KeySize))
	require.NoError(t, err)
	w := &world{t: t, mailer: &channeltest.Scripted{}, lists: &lists{}}
	w.queue = jobs.New(d, c, dbtest.Log(t))
	w.queue.Poll = 50 * time.Millisecond
	bus := event.New(w.queue)
	w.contacts = contact.New(d, bus, keys)
	letters := content.New(d, w.contacts)
	letters.UseLinks(w.lists)
	w.senders = channel.NewService(d, keys)
	w.delivery = delivery.New(delivery.Config{
		DB: d, Clock: c, Log: dbtest.Log(t), Keys: keys, Events: bus, Contacts: w.contacts, Content: letters, Senders: w.senders,
		Accounts: account{}, Channels: []channel.Channel{w.mailer}, BaseURL: "https://k.test",
	})
	w.Service = campaign.New(campaign.Config{
		DB: d, Clock: c, Log: dbtest.Log(t), Queue: w.queue, Events: bus, Contacts: w.contacts, Content: letters,
		Senders: w.senders, Delivery: w.delivery, Access: account{},
	})
	owner := func(tenant id.Tenant) access.Actor {
		return access.Actor{Tenant: tenant, Member: 5, Via: access.BySession, Role: access.Owner}
	}
	w.who, w.another = owner(101), owner(202)
	w.sender, err = w.senders.Create(t.Context(), w.who, channel.NewSender{Kind: channel.Email, Name: "Dala Books", Address: "news@dala.test"})
	require.NoError(t, err)
	return w
}

// run starts the queue and the pipeline until the end of the test.
func (w *world) run() {
	ctx, stop := context.WithCancel(context.WithoutCancel(w.t.Context()))
	var done sync.WaitGroup
	done.Go(func() { _ = w.queue.Run(ctx) })
	done.Go(func() { _ = w.delivery.Run(ctx) })
	w.t.Cleanup(func() {
		stop()
		done.Wait()
	})
}

func (w *world) person(email string, agrees bool) contact.ID {
	c, err := w.contacts.Create(w.t.Context(), w.who, contact.Draft{Email: email, FirstName: "Aru"})
	require.NoError(w.t, err)
	if agrees {
		proof := contact.Proof{Source: contact.ByHand, Wording: "Agreed on the telephone"}
		require.NoError(w.t, w.contacts.Grant(w.t.Context(), w.who, c.ID, contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}, proof))
	}
	return c.ID
}

func ptr[T any](v T) *T { return &v }

var letter = content.Letter{
	Subject: "Новости, {{first_name|друг}}",
	HTML:    `<p>Здравствуйте, {{first_name|друг}}! <a href="https://shop.test/new">Новинки</a></p>`,
}

func (w *world) draft() campaign.Campaign {
	c, err := w.Create(w.t.Context(), w.who, campaign.Change{
		Name: ptr("Осень"), Sender: &w.sender.ID, Letter: &letter, Audience: &contact.Target{All: true},
	})
	require.NoError(w.t, err)
	return c
}

func (w *world) send(c campaign.Campaign) campaign.Campaign {
	c, err := w.Send(w.t.Context(), w.who, c.ID, 0, campaign.Order{Undo: ptr(time.Duration(0))})
	require.NoError(w.t, err)
	return c
}

func (w *world) report(c campaign.Campaign) campaign.Report {
	r, err := w.Report(context.WithoutCancel(w.t.Context()), w.who, c.ID)
	require.NoError(w.t, err)
	return r
}

func (w *world) until(c campaign.Campaign, s campaign.State) campaign.Report {
	var r campaign.Report
	require.Eventually(w.t, func() bool {
		r = w.report(c)
		return r.Campaign.State == s
	}, 30*time.Second, 10*time.Millisecond, "state is %s", &r.Campaign.State)
	return r
}

// MSG-3, MSG-11
func TestACampaignGoesFromDraftToReport(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		for i := range 8 {
			w.person(fmt.Sprintf("p%d@d.test", i), i != 3)
		}
		w.mailer.Answer = func(m channel.Message) channel.Verdict {
			if m.To == "p5@d.test" {
				return channel.Verdict{Outcome: channel.Never, Scope: channel.ScopeRecipient, Class: "user_unknown", Detail: "550 5.1.1 no such user", Suppress: true}
			}
			return channel.Took("")
		}
		c := w.draft()
		pre, err := w.Preflight(t.Context(), w.who, c.ID)
		require.NoError(t, err)
		require.True(t, pre.Ready, "%+v", pre.Problems)
		require.Equal(t, contact.Counts{Total: 8, Reachable: 7, NoConsent: 1}, pre.Audience)
		w.run()
		c = w.send(c)
		require.Equal(t, campaign.Scheduled, c.State)
		r := w.until(c, campaign.Done)
		require.Equal(t, int64(8), r.Counts.Total)
		require.Equal(t, int64(6), r.Counts.Accepted)
		require.Equal(t, []delivery.ReasonCount{{State: "failed", Reason: "user_unknown", N: 1, Example: "550 5.1.1 no such user"}, {State: "skipped", Reason: "no_consent", N: 1}}, r.Breakdown.Reasons)
		require.Equal(t, []delivery.LinkCount{{Index: 0, URL: "https://shop.test/new"}}, r.Breakdown.Links)
		require.Equal(t, "d.test", r.Breakdown.Domains[0].Domain)
		require.Equal(t, int64(8), r.Breakdown.Domains[0].Total)
		require.False(t, r.Campaign.FinishedAt.IsZero())

		var b bytes.Buffer
		require.NoError(t, w.ExportCSV(t.Context(), w.who, c.ID, delivery.Filter{}, lang.English, &b))
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff"))).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 9)
		k := slices.IndexFunc(rows, func(r []string) bool { return r[0] == "p5@d.test" })
		require.Equal(t, []string{"p5@d.test", "Aru", "failed", "There is no such address. We write to it no more.", "550 5.1.1 no such user", "1"}, rows[k][:6])
		require.Equal(t, "user_unknown", rows[k][len(rows[k])-1])
	})
}

// MSG-3
func TestAnOrderCanBeCalledBackWithinThirtySeconds(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := clock.NewFake(start)
			w := newWorld(t, dbtest.Open(t, address(t), fake), fake)
			w.person("p@d.test", true)
			c := w.draft()
			c, err := w.Send(t.Context(), w.who, c.ID, c.Version, campaign.Order{})
			require.NoError(t, err)
			require.Equal(t, start.Add(30*time.Second), c.StartAt)
			require.Equal(t, c.StartAt, c.UndoUntil)
			_, err = w.Update(t.Context(), w.who, c.ID, 0, campaign.Change{Name: ptr("Other")})
			require.ErrorIs(t, err, campaign.ErrNotDraft)
			c, err = w.Cancel(t.Context(), w.who, c.ID)
			require.NoError(t, err)
			require.Equal(t, campaign.Draft, c.State)

			w.run()
			c, err = w.Send(t.Context(), w.who, c.ID, 0, campaign.Order{At: "2026-11-24T20:00", Zone: "Asia/Almaty"})
			require.NoError(t, err)
			require.Equal(t, time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC), c.StartAt)
			fake.Advance(time.Hour)
			require.Empty(t, w.mailer.Seen(), "the first order was called back")
			require.Eventually(t, func() bool {
				fake.Advance(10 * time.Minute) // again and again: a poll may begin just after one step
				return len(w.mailer.Seen()) > 0
			}, 30*time.Second, 20*time.Millisecond)
			require.False(t, fake.Now().Before(c.StartAt))
			require.Eventually(t, func() bool {
				fake.Advance(time.Second)
				return w.report(c).Campaign.State == campaign.Done
			}, 30*time.Second, 20*time.Millisecond)
			require.Len(t, w.mailer.Seen(), 1)
		})
	}
}

func TestTimesThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.person("p@d.test", true)
		c := w.draft()
		for _, o := range []struct {
			campaign.Order
			want error
		}{
			{campaign.Order{At: "tomorrow", Zone: "Asia/Almaty"}, campaign.ErrTime},
			{campaign.Order{At: "2030-01-01T10:00", Zone: "Asia/Nowhere"}, campaign.ErrTime},
			{campaign.Order{At: "2020-01-01T10:00", Zone: "Asia/Almaty"}, campaign.ErrPast},
			{campaign.Order{At: "2090-01-01T10:00", Zone: "Asia/Almaty"}, campaign.ErrTooFar},
		} {
			_, err := w.Send(t.Context(), w.who, c.ID, 0, o.Order)
			require.ErrorIs(t, err, o.want)
		}
		now, err := w.Get(t.Context(), w.who, c.ID)
		require.NoError(t, err)
		require.Equal(t, campaign.Draft, now.State)
	})
}

func TestWhatIsMissingIsNamedWithItsPlace(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		c, err := w.Create(t.Context(), w.who, campaign.Change{Name: ptr("Empty")})
		require.NoError(t, err)
		pre, err := w.Preflight(t.Context(), w.who, c.ID)
		require.NoError(t, err)
		require.False(t, pre.Ready)
		jumps := make(map[string]string)
		for _, p := range pre.Problems {
			jumps[p.Jump] = p.Code
		}
		require.Equal(t, map[string]string{"subject": "subject.missing", "html": "body.missing", "audience": "campaign.no_audience", "sender": "campaign.no_sender"}, jumps)
		_, err = w.Send(t.Context(), w.who, c.ID, 0, campaign.Order{})
		require.ErrorIs(t, err, campaign.ErrNotReady)
		var e *errs.Error
		require.ErrorAs(t, err, &e)
		require.Len(t, e.Fields, 4)
	})
}

func TestACampaignIsPausedResumedAndCancelled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.mailer.Bounds = channel.Limits{Concurrency: 1, PerSecond: 20}
		for i := range 60 {
			w.person(fmt.Sprintf("p%d@d.test", i), true)
		}
		c := w.send(w.draft())
		w.run()
		require.NoError(t, w.mailer.Wait(t.Context(), 3))
		_, err := w.Pause(t.Context(), w.who, c.ID)
		require.NoError(t, err)
		_, err = w.Pause(t.Context(), w.who, c.ID)
		require.ErrorIs(t, err, campaign.ErrState)
		_, err = w.Resume(t.Context(), w.who, c.ID, campaign.Resumption{})
		require.NoError(t, err)
		n := len(w.mailer.Seen())
		require.NoError(t, w.mailer.Wait(t.Context(), n+3))
		_, err = w.Cancel(t.Context(), w.who, c.ID)
		require.NoError(t, err)
		var r campaign.Report
		require.Eventually(t, func() bool {
			r = w.until(c, campaign.Cancelled)
			return r.Counts.Accepted == int64(len(w.mailer.Seen()))
		}, 10*time.Second, 20*time.Millisecond)
		require.Equal(t, int64(60), r.Counts.Accepted+r.Counts.Cancelled)
		require.Less(t, r.Counts.Accepted, int64(60))

		var b bytes.Buffer
		require.NoError(t, w.ExportCSV(t.Context(), w.who, c.ID, delivery.Filter{}, lang.Russian, &b))
		require.Equal(t, 61, strings.Count(b.String(), "\n"), "everybody is in the export")
		require.ErrorIs(t, w.Delete(t.Context(), w.who, c.ID), campaign.ErrNotDraft)
		again, err := w.Copy(t.Context(), w.who, c.ID, "")
		require.NoError(t, err)
		require.Equal(t, "Осень (2)", again.Name)
		require.Equal(t, campaign.Draft, again.State)
		require.NoError(t, w.Delete(t.Context(), w.who, again.ID))
	})
}

// MSG-1
func TestATestGoesToColleaguesOnlyAndIsMarked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		aru := w.person("aru@d.test", true)
		c := w.draft()
		_, err := w.Test(t.Context(), w.who, c.ID, []string{"stranger@d.test"}, 0)
		require.ErrorIs(t, err, campaign.ErrTestAddress)
		_, err = w.Test(t.Context(), w.who, c.ID, nil, 0)
		require.ErrorIs(t, err, campaign.ErrTestCount)
		_, err = w.Test(t.Context(), w.who, c.ID, []string{"colleague@dala.test"}, aru)
		require.NoError(t, err)
		w.run()
		require.NoError(t, w.mailer.Wait(t.Context(), 1))
		m := w.mailer.Seen()[0]
		require.Equal(t, "colleague@dala.test", m.To)
		require.Equal(t, "[Тест] Новости, Aru", m.Email.Subject)
		require.Contains(t, m.Email.HTML, "Отписаться", "the footer is shown as the campaign would have it")
		n, err := w.delivery.Counts(t.Context(), w.who.Tenant, int64(c.ID))
		require.NoError(t, err)
		require.Zero(t, n, "a test is in no report")
	})
}

func TestASenderDeletedBeforeTheStartMakesADraftOfTheCampaign(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.person("p@d.test", true)
		c := w.send(w.draft())
		require.NoError(t, w.senders.Delete(t.Context(), w.who, w.sender.ID))
		w.run()
		r := w.until(c, campaign.Draft)
		require.Equal(t, "campaign.sender", r.Campaign.Problem)
	})
}

func TestAnotherAccountFindsNoCampaign(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.person("p@d.test", true)
		c := w.draft()
		ctx, they := t.Context(), w.another
		verbs := map[string]func() error{
			"get":       func() error { _, err := w.Get(ctx, they, c.ID); return err },
			"update":    func() error { _, err := w.Update(ctx, they, c.ID, 0, campaign.Change{}); return err },
			"copy":      func() error { _, err := w.Copy(ctx, they, c.ID, ""); return err },
			"delete":    func() error { return w.Delete(ctx, they, c.ID) },
			"preflight": func() error { _, err := w.Preflight(ctx, they, c.ID); return err },
			"test":      func() error { _, err := w.Test(ctx, they, c.ID, []string{"colleague@dala.test"}, 0); return err },
			"send":      func() error { _, err := w.Send(ctx, they, c.ID, 0, campaign.Order{}); return err },
			"pause":     func() error { _, err := w.Pause(ctx, they, c.ID); return err },
			"resume":    func() error { _, err := w.Resume(ctx, they, c.ID, campaign.Resumption{}); return err },
			"cancel":    func() error { _, err := w.Cancel(ctx, they, c.ID); return err },
			"report":    func() error { _, err := w.Report(ctx, they, c.ID); return err },
			"list": func() error {
				_, err := w.Deliveries(ctx, they, c.ID, delivery.Filter{}, page.Ask{Limit: 1})
				return err
			},
			"export":  func() error { return w.ExportCSV(ctx, they, c.ID, delivery.Filter{}, lang.Russian, &bytes.Buffer{}) },
			"unknown": func() error { _, err := w.DecideUnknown(ctx, they, c.ID, campaign.Leave); return err },
		}
		for name, call := range verbs {
			require.ErrorIs(t, call(), errs.ErrNotFound, name)
		}
		list, err := w.List(ctx, they, "", page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Empty(t, list.Items)
		_, err = w.Create(ctx, they, campaign.Change{Name: ptr("x"), Sender: &w.sender.ID})
		require.ErrorIs(t, err, errs.ErrInvalid, "another account's sender")
	})
}

func TestWithoutTheRightNothingIsDone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		c := w.draft()
		viewer := w.who
		viewer.Role = access.Viewer
		_, err := w.Get(t.Context(), viewer, c.ID)
		require.NoError(t, err)
		_, err = w.Update(t.Context(), viewer, c.ID, 0, campaign.Change{Name: ptr("x")})
		require.ErrorIs(t, err, errs.ErrForbidden)
		_, err = w.Send(t.Context(), viewer, c.ID, 0, campaign.Order{})
		require.ErrorIs(t, err, errs.ErrForbidden)
		require.ErrorIs(t, w.ExportCSV(t.Context(), viewer, c.ID, delivery.Filter{}, lang.Russian, &bytes.Buffer{}), errs.ErrForbidden)
	})
}

func TestAChangeOverSomebodyElsesIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		c := w.draft()
		_, err := w.Update(t.Context(), w.who, c.ID, c.Version, campaign.Change{Name: ptr("A")})
		require.NoError(t, err)
		_, err = w.Update(t.Context(), w.who, c.ID, c.Version, campaign.Change{Name: ptr("B")})
		require.ErrorIs(t, err, errs.ErrStale)
	})
}

// AUD-7: a draft whose topic was archived meanwhile is not sent on it.
func TestACampaignOnAnArchivedTopicIsNotReady(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		topic, err := w.contacts.CreateTopic(t.Context(), w.who, lang.Text{Ru: "Новости"}, lang.Text{})
		require.NoError(t, err)
		c := w.draft()
		c, err = w.Update(t.Context(), w.who, c.ID, 0, campaign.Change{Topic: &topic.ID})
		require.NoError(t, err)
		require.Equal(t, topic.ID, c.Topic)
		archived := true
		_, err = w.contacts.UpdateTopic(t.Context(), w.who, topic.ID, 0, contact.TopicChange{Archived: &archived})
		require.NoError(t, err)
		p, err := w.Preflight(t.Context(), w.who, c.ID)
		require.NoError(t, err)
		require.False(t, p.Ready)
		require.Contains(t, p.Problems, campaign.Problem{Code: "topic.archived", Text: contact.ErrTopicArchived.Text, Jump: "topic", Severity: content.Error})

		transactional := channel.Transactional
		c, err = w.Update(t.Context(), w.who, c.ID, 0, campaign.Change{Purpose: &transactional})
		require.NoError(t, err)
		require.Zero(t, c.Topic, "only advertising has topics")
	})
}
