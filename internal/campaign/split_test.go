package campaign_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/campaign"
	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/delivery"
	"keruen/internal/errs"
)

// timed runs a test on both engines with a clock in hand.
func timed(t *testing.T, do func(w *world, at *clock.Fake)) {
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := clock.NewFake(time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC))
			do(newWorld(t, dbtest.Open(t, address(t), at), at), at)
		})
	}
}

// crowd makes people who agree.
func (w *world) crowd(n int) {
	for i := range n {
		w.person(fmt.Sprintf("p%03d@d.test", i), true)
	}
}

func (w *world) tested(c campaign.Campaign, s campaign.Split) campaign.Campaign {
	test := &s
	c, err := w.Update(w.t.Context(), w.who, c.ID, 0, campaign.Change{Split: &test})
	require.NoError(w.t, err)
	return c
}

// passes lets time pass until something is true.
func (w *world) passes(at *clock.Fake, step time.Duration, done func() bool) {
	require.Eventually(w.t, func() bool {
		at.Advance(step)
		return done()
	}, 60*time.Second, 15*time.Millisecond)
}

// sent counts the letters that went out by subject.
func (w *world) sent() map[string]int {
	out := map[string]int{}
	for _, m := range w.mailer.Seen() {
		out[m.Email.Subject]++
	}
	return out
}

// opens has people open letters with a subject: the first of every n.
func (w *world) opens(subject string, every int) {
	i := 0
	for _, m := range w.mailer.Seen() {
		if m.Email.Subject != subject {
			continue
		}
		if i++; i%every != 0 {
			continue
		}
		require.NoError(w.t, w.delivery.Open(w.t.Context(), pictureOf(w.t, m), delivery.Visit{Method: "GET", UserAgent: "Mozilla/5.0 (Windows NT 10.0) Thunderbird/128.0", IP: "203.0.113.7"}))
	}
}

// pictureOf is the token of a letter's picture that tells of openings.
func pictureOf(t *testing.T, m channel.Message) string {
	_, rest, found := strings.Cut(m.Email.HTML, "https://k.test/t/o/")
	require.True(t, found)
	token, _, _ := strings.Cut(rest, `"`)
	return token
}

var subjects = campaign.Split{By: campaign.BySubject, Variants: []campaign.Variant{{Subject: "Скидка сегодня"}}, Share: 40, Rule: campaign.MostOpens, Wait: 60}

var plain = content.Letter{Subject: "Новости", HTML: letter.HTML}

func (w *world) plainDraft() campaign.Campaign {
	c, err := w.Create(w.t.Context(), w.who, campaign.Change{Name: ptr("Осень"), Sender: &w.sender.ID, Letter: &plain, Audience: &contact.Target{All: true}})
	require.NoError(w.t, err)
	return c
}

// MSG-11
func TestTheWinnerOfAnABTestGoesToTheRest(t *testing.T) {
	t.Parallel()
	timed(t, func(w *world, at *clock.Fake) {
		const people = 200
		w.crowd(people)
		c := w.tested(w.plainDraft(), subjects)
		pre, err := w.Preflight(w.t.Context(), w.who, c.ID)
		require.NoError(w.t, err)
		require.True(w.t, pre.Ready, "%+v", pre.Problems)
		w.run()
		c = w.send(c)

		tested := func() bool { return w.report(c).Split != nil && !w.report(c).Split.Run.TestedAt.IsZero() }
		w.passes(at, 5*time.Second, tested)
		first := w.sent()
		require.Len(w.t, first, 2)
		require.InDelta(w.t, people*40/100/2, first["Новости"], 25)
		require.Less(w.t, first["Новости"]+first["Скидка сегодня"], people)
		x, err := w.Explain(w.t.Context(), w.who, c.ID)
		require.NoError(w.t, err)
		require.Equal(w.t, campaign.WaitsForWinner, x.Waits[0].Why)
		require.Equal(w.t, int64(people-first["Новости"]-first["Скидка сегодня"]), x.Waits[0].N)
		at.Advance(10 * time.Minute) // nobody opens within a moment
		w.opens("Новости", 4)
		w.opens("Скидка сегодня", 2)

		w.passes(at, time.Minute, func() bool { return w.report(c).Campaign.State == campaign.Done })
		r := w.report(c)
		require.Equal(w.t, 1, r.Split.Run.Winner)
		require.Equal(w.t, campaign.WonByRule, r.Split.Run.Basis)
		require.Equal(w.t, first["Новости"], w.sent()["Новости"], "the loser went to nobody else")
		require.Equal(w.t, people, len(w.mailer.Seen()))
		got := map[string]bool{}
		for _, m := range w.mailer.Seen() {
			require.False(w.t, got[m.To], "%s got one letter", m.To)
			got[m.To] = true
		}
		sum := r.Split.Rest.Total
		for _, v := range r.Split.Variants {
			sum += v.Counts.Total
		}
		require.Equal(w.t, r.Counts.Total, sum, "the figures of the variants add up")
		require.False(w.t, r.Split.Run.DecidedAt.Before(r.Split.Run.TestedAt.Add(time.Hour)), "the test had its hour")
	})
}

// MSG-11
func TestWhereTooLittleHappensTheRestGetsTheCampaignItself(t *testing.T) {
	t.Parallel()
	timed(t, func(w *world, at *clock.Fake) {
		w.crowd(60)
		c := w.tested(w.plainDraft(), subjects)
		w.run()
		c = w.send(c)
		w.passes(at, time.Minute, func() bool { return w.report(c).Campaign.State == campaign.Done })
		r := w.report(c)
		require.Equal(w.t, campaign.WonByLack, r.Split.Run.Basis)
		require.Zero(w.t, r.Split.Run.Winner)
		require.Len(w.t, w.mailer.Seen(), 60)
	})
}

// MSG-11
func TestAPersonMayChooseTheWinnerOnce(t *testing.T) {
	t.Parallel()
	timed(t, func(w *world, at *clock.Fake) {
		w.crowd(80)
		s := subjects
		s.By, s.Rule, s.Variants = campaign.ByName, campaign.ByHand, []campaign.Variant{{FromName: "Айгуль из Dala Books"}}
		c := w.tested(w.plainDraft(), s)
		w.run()
		c = w.send(c)
		w.passes(at, 5*time.Second, func() bool { return !w.report(c).Split.Run.TestedAt.IsZero() })
		n := len(w.mailer.Seen())
		at.Advance(30 * 24 * time.Hour)
		require.Equal(w.t, campaign.Sending, w.report(c).Campaign.State, "nobody chose, so the rest waits")
		_, err := w.Choose(w.t.Context(), w.another, c.ID, "b")
		require.ErrorIs(w.t, err, errs.ErrNotFound)
		_, err = w.Choose(w.t.Context(), w.who, c.ID, "d")
		require.ErrorIs(w.t, err, campaign.ErrSplit)
		c, err = w.Choose(w.t.Context(), w.who, c.ID, "b")
		require.NoError(w.t, err)
		_, err = w.Choose(w.t.Context(), w.who, c.ID, "a")
		require.ErrorIs(w.t, err, campaign.ErrSplitState)
		w.passes(at, time.Second, func() bool { return w.report(c).Campaign.State == campaign.Done })
		for _, m := range w.mailer.Seen()[n:] {
			require.Equal(w.t, "Айгуль из Dala Books", m.Email.FromName)
		}
		require.Len(w.t, w.mailer.Seen(), 80)
	})
}

// MSG-11, MSG-4
func TestAGuardThatStopsOneVariantStopsTheTest(t *testing.T) {
	t.Parallel()
	timed(t, func(w *world, at *clock.Fake) {
		w.crowd(200)
		w.mailer.Answer = func(m channel.Message) channel.Verdict {
			if m.Email.Subject == "Скидка сегодня" {
				return channel.Verdict{Outcome: channel.Never, Scope: channel.ScopeContent, Class: "content_refused", Detail: "554 spam"}
			}
			return channel.Took("")
		}
		s := subjects
		s.Share = 80
		c := w.tested(w.plainDraft(), s)
		w.run()
		c = w.send(c)
		w.passes(at, 5*time.Second, func() bool { return w.report(c).Campaign.Hold == campaign.HoldGuard })
		at.Advance(48 * time.Hour)
		r := w.report(c)
		require.Equal(w.t, campaign.Paused, r.Campaign.State)
		require.True(w.t, r.Split.Run.DecidedAt.IsZero(), "nothing is decided while a person is asked")
		require.Equal(w.t, r.Split.Rest.Total, r.Split.Rest.Pending)
		_, err := w.Choose(w.t.Context(), w.who, c.ID, "a")
		require.ErrorIs(w.t, err, campaign.ErrSplitState)
		c, err = w.Cancel(w.t.Context(), w.who, c.ID)
		require.NoError(w.t, err)
		r = w.report(c)
		require.Equal(w.t, r.Split.Rest.Total, r.Split.Rest.Cancelled)
	})
}

func TestAnABTestThatCannotSayAnythingIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		w.crowd(3)
		c := w.plainDraft()
		for _, bad := range []campaign.Split{
			{By: campaign.BySubject, Rule: campaign.MostOpens, Share: 20, Wait: 60},
			{By: campaign.BySubject, Rule: campaign.MostOpens, Share: 101, Wait: 60, Variants: subjects.Variants},
			{By: campaign.BySubject, Rule: campaign.MostOpens, Share: 20, Wait: 1, Variants: subjects.Variants},
			{By: "colour", Rule: campaign.MostOpens, Share: 20, Wait: 60, Variants: subjects.Variants},
			{By: campaign.BySubject, Rule: campaign.MostOpens, Share: 20, Wait: 60, Variants: make([]campaign.Variant, 4)},
		} {
			test := &bad
			_, err := w.Update(t.Context(), w.who, c.ID, 0, campaign.Change{Split: &test})
			require.Error(t, err)
		}
		codes := func(s campaign.Split) []string {
			p, err := w.Preflight(t.Context(), w.who, w.tested(c, s).ID)
			require.NoError(t, err)
			var out []string
			for _, q := range p.Problems {
				if strings.HasPrefix(q.Code, "campaign.split") {
					out = append(out, q.Code)
				}
			}
			return out
		}
		same := subjects
		same.Variants = []campaign.Variant{{Subject: "Новости"}}
		require.Equal(t, []string{"campaign.split_same", "campaign.split_tiny"}, codes(same))
		require.Equal(t, []string{"campaign.split_tiny"}, codes(subjects))
		broken := subjects
		broken.Variants = []campaign.Variant{{Subject: "Скидка {{"}}
		require.Contains(t, codes(broken), "campaign.split_letter")
		_, err := w.Update(t.Context(), w.who, c.ID, 0, campaign.Change{Tracking: &delivery.Tracking{Clicks: true}})
		require.NoError(t, err)
		require.Contains(t, codes(subjects), "campaign.split_untracked")
		_, err = w.Send(t.Context(), w.who, w.tested(c, campaign.Split{By: campaign.ByTime, Rule: campaign.MostClicks, Share: 20, Wait: 60, Variants: []campaign.Variant{{After: 60}}}).ID, 0,
			campaign.Order{At: "2030-01-01T10:00", Zone: "Asia/Almaty", Local: campaign.NextDay})
		require.ErrorIs(t, err, campaign.ErrSplitLocal)
	})
}

// MSG-11
func TestAnABTestGoesOnInAnotherProcess(t *testing.T) {
	t.Parallel()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := clock.NewFake(time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC))
			d := dbtest.Open(t, address(t), at)
			one := newWorld(t, d, at)
			one.crowd(100)
			ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
			var done sync.WaitGroup
			done.Go(func() { _ = one.queue.Run(ctx) })
			done.Go(func() { _ = one.delivery.Run(ctx) })
			c := one.send(one.tested(one.plainDraft(), subjects))
			one.passes(at, 5*time.Second, func() bool { x := one.report(c).Split; return x != nil && !x.Run.TestedAt.IsZero() })
			stop()
			done.Wait()
			tested := one.report(c).Split.Run.TestedAt

			two := newWorld(t, d, at)
			two.run()
			two.passes(at, time.Minute, func() bool { return two.report(c).Campaign.State == campaign.Done })
			r := two.report(c)
			require.Equal(t, tested, r.Split.Run.TestedAt, "the hour of waiting did not begin anew")
			got := map[string]int{}
			for _, w := range []*world{one, two} {
				for _, m := range w.mailer.Seen() {
					got[m.To]++
				}
			}
			require.Len(t, got, 100)
			for to, n := range got {
				require.Equal(t, 1, n, to)
			}
		})
	}
}

// MSG-11: with everybody in the test nobody is left, and the campaign waits for no choice.
func TestATestThatTakesInEverybodyEndsByItself(t *testing.T) {
	t.Parallel()
	timed(t, func(w *world, at *clock.Fake) {
		w.crowd(40)
		s := subjects
		s.Share, s.Rule = 100, campaign.ByHand
		c := w.tested(w.plainDraft(), s)
		w.run()
		c = w.send(c)
		w.passes(at, 5*time.Second, func() bool { return w.report(c).Campaign.State == campaign.Done })
		require.Len(w.t, w.mailer.Seen(), 40)
	})
}
