package campaign_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/campaign"
	"keruen/internal/clock"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/delivery"
	"keruen/internal/errs"
)

// lists name hosts, and may change their mind.
type lists struct {
	mu  sync.Mutex
	bad []content.Listed
}

func (l *lists) name(bad ...content.Listed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bad = bad
}

func (l *lists) Check(_ context.Context, hosts []string) []content.Listed {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []content.Listed
	for _, b := range l.bad {
		if slices.Contains(hosts, b.Host) {
			out = append(out, b)
		}
	}
	return out
}

var badShop = content.Listed{Host: "shop.test", List: "spamhaus-dbl", Page: "https://check.spamhaus.org/"}

func problem(p campaign.Preflight, code string) *campaign.Problem {
	i := slices.IndexFunc(p.Problems, func(q campaign.Problem) bool { return q.Code == code })
	if i < 0 {
		return nil
	}
	return &p.Problems[i]
}

// CMP-3
func TestAListedLinkKeepsACampaignFromBeingSentAndIsNamed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.person("a@d.test", true)
		c := w.draft()
		w.lists.name(badShop)
		p, err := w.Preflight(t.Context(), w.who, c.ID)
		require.NoError(t, err)
		require.False(t, p.Ready)
		found := problem(p, "link.listed")
		require.NotNil(t, found)
		require.Equal(t, map[string]any{"host": "shop.test", "list": "spamhaus-dbl", "page": "https://check.spamhaus.org/"}, found.Params)
		require.Equal(t, "html", found.Jump)
		_, err = w.Send(t.Context(), w.who, c.ID, 0, campaign.Order{})
		require.ErrorIs(t, err, campaign.ErrNotReady)
		var e *errs.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, "link.listed", e.Fields[0].Code)

		w.lists.name(content.Listed{Host: "shop.test", Shortener: true})
		p, err = w.Preflight(t.Context(), w.who, c.ID)
		require.NoError(t, err)
		require.False(t, p.Ready)
		require.NotNil(t, problem(p, "link.shortener"))

		w.lists.name()
		p, err = w.Preflight(t.Context(), w.who, c.ID)
		require.NoError(t, err)
		require.True(t, p.Ready)
	})
}

// CMP-3
func TestACampaignWhoseLinkWasListedAfterItsOrderDoesNotBegin(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.person("a@d.test", true)
		c := w.send(w.draft())
		w.lists.name(badShop)
		w.run()
		r := w.until(c, campaign.Draft)
		require.Equal(t, "campaign.link_listed", r.Campaign.Problem)
		require.Empty(t, w.mailer.Seen(), "nothing has left")
	})
}

// CMP-3
func TestALinkThatIsListedDuringALongSendStopsTheCampaignForAPerson(t *testing.T) {
	t.Parallel()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := clock.NewFake(time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC))
			w := newWorld(t, dbtest.Open(t, address(t), at), at)
			w.mailer.Bounds.PerSecond = 0.001 // a long send
			for _, a := range []string{"a@d.test", "b@d.test", "c@d.test"} {
				w.person(a, true)
			}
			c := w.send(w.draft())
			w.run()
			w.until(c, campaign.Sending)
			w.lists.name(badShop)
			at.Advance(11 * time.Minute)
			c = w.holds(c, campaign.HoldLink)
			require.Equal(t, campaign.Paused, c.State)
			x, err := w.Explain(t.Context(), w.who, c.ID)
			require.NoError(t, err)
			require.Equal(t, campaign.WaitsForLink, x.Waits[0].Why)
			require.Equal(t, "shop.test", x.Waits[0].Domain)
			require.Equal(t, "spamhaus-dbl", x.Waits[0].Detail)

			_, err = w.Resume(t.Context(), w.who, c.ID, campaign.Resumption{Anyway: true})
			require.ErrorIs(t, err, content.ErrLetter, "not while it is listed")
			w.lists.name()
			c, err = w.Resume(t.Context(), w.who, c.ID, campaign.Resumption{})
			require.NoError(t, err)
			require.Equal(t, campaign.Sending, c.State)
			require.Empty(t, c.Hold)
		})
	}
}

// CMP-3
func TestASingleMessageWithAListedLinkIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		m := delivery.Single{Sender: w.sender.ID, Contact: w.person("a@d.test", true), Purpose: "transactional", Key: "order-1",
			Letter: content.Letter{Subject: "Заказ", Text: "Ваш заказ: {{link}}"}, Vars: map[string]string{"link": "https://shop.test/1"}}
		w.lists.name(badShop)
		_, err := w.delivery.Submit(t.Context(), w.who, m)
		require.ErrorIs(t, err, content.ErrLetter)
		var e *errs.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, []errs.Field{{Path: "text", Code: "link.listed", Text: e.Fields[0].Text,
			Params: map[string]any{"line": 0, "column": 0, "host": "shop.test", "list": "spamhaus-dbl", "page": "https://check.spamhaus.org/"}}}, e.Fields)

		w.lists.name()
		first, err := w.delivery.Submit(t.Context(), w.who, m)
		require.NoError(t, err)
		w.lists.name(badShop)
		again, err := w.delivery.Submit(t.Context(), w.who, m)
		require.NoError(t, err, "what was accepted stays accepted")
		require.Equal(t, first.ID, again.ID)
	})
}
