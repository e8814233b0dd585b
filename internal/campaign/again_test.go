package campaign_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/campaign"
	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/delivery"
	"keruen/internal/errs"
)

// MSG-11
func TestALetterGoesAgainOnlyToThoseWhoGotItAndDidNotOpenIt(t *testing.T) {
	t.Parallel()
	timed(t, func(w *world, at *clock.Fake) {
		ids := map[string]contact.ID{}
		for i := range 8 {
			to := fmt.Sprintf("p%d@d.test", i)
			ids[to] = w.person(to, true)
		}
		w.mailer.Answer = func(m channel.Message) channel.Verdict {
			if m.To == "p7@d.test" {
				return channel.Verdict{Outcome: channel.Never, Scope: channel.ScopeRecipient, Class: "user_unknown", Suppress: true}
			}
			return channel.Took("")
		}
		w.run()
		c := w.send(w.plainDraft())
		_, err := w.Repeat(t.Context(), w.who, c.ID, "Вы не видели", true)
		require.ErrorIs(w.t, err, campaign.ErrAgainState)
		w.passes(at, 5*time.Second, func() bool { return w.report(c).Campaign.State == campaign.Done })
		at.Advance(time.Minute)
		w.reads("p0@d.test", "Mozilla/5.0 (Windows NT 10.0) Thunderbird/128.0")
		w.reads("p1@d.test", "Mozilla/5.0") // Apple's machine: a person may have read it
		require.Eventually(w.t, func() bool { n := w.report(c).Counts; return n.Opened == 1 && n.OpenedMachine == 1 }, 20*time.Second, 10*time.Millisecond)

		a, err := w.Again(t.Context(), w.who, c.ID)
		require.NoError(w.t, err)
		require.Equal(w.t, int64(6), a.Unopened)
		require.Equal(w.t, int64(1), a.Hidden)
		require.Equal(w.t, 1, a.Wave)
		_, err = w.Again(t.Context(), w.another, c.ID)
		require.ErrorIs(w.t, err, errs.ErrNotFound)

		again, err := w.Repeat(t.Context(), w.who, c.ID, "новости ", false)
		require.NoError(w.t, err)
		_, err = w.Repeat(t.Context(), w.who, c.ID, "Ещё раз", false)
		require.ErrorIs(w.t, err, campaign.ErrAgainExists)
		_, err = w.Update(t.Context(), w.who, again.ID, 0, campaign.Change{Audience: &contact.Target{All: true}})
		require.ErrorIs(w.t, err, campaign.ErrAgainFixed)
		pre, err := w.Preflight(t.Context(), w.who, again.ID)
		require.NoError(w.t, err)
		require.Equal(w.t, "campaign.again_subject", pre.Problems[0].Code, "the same subject is no new one")
		_, err = w.Update(t.Context(), w.who, again.ID, 0, campaign.Change{Letter: &content.Letter{Subject: "Вы не видели", HTML: letter.HTML}})
		require.NoError(w.t, err)
		_, err = w.Send(t.Context(), w.who, again.ID, 0, campaign.Order{Undo: ptr(time.Duration(0))})
		require.ErrorIs(w.t, err, campaign.ErrAgainTooSoon)

		at.Advance(25 * time.Hour)
		require.NoError(w.t, w.contacts.Withdraw(t.Context(), w.who, ids["p2@d.test"], contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}, contact.Proof{Source: contact.ByHand, Wording: "By telephone"}))
		w.reads("p3@d.test", "Mozilla/5.0 (Windows NT 10.0) Thunderbird/128.0") // late, but read
		require.Eventually(w.t, func() bool { return w.report(c).Counts.Opened == 2 }, 20*time.Second, 10*time.Millisecond)
		before := len(w.mailer.Seen())
		again = w.send(again)
		w.passes(at, 5*time.Second, func() bool { return w.report(again).Campaign.State == campaign.Done })
		var got []string
		for _, m := range w.mailer.Seen()[before:] {
			require.Equal(w.t, "Вы не видели", m.Email.Subject)
			got = append(got, m.To)
		}
		require.ElementsMatch(w.t, []string{"p4@d.test", "p5@d.test", "p6@d.test"}, got, "nobody who has opened it, left, or never got it")
		require.Equal(w.t, int64(1), w.report(again).Counts.Skipped, "who has left is judged again at the moment of sending")

		third, err := w.Repeat(t.Context(), w.who, again.ID, "В последний раз", true)
		require.NoError(w.t, err)
		require.Equal(w.t, 2, third.Wave)
		at.Advance(25 * time.Hour)
		third = w.send(third)
		w.passes(at, 5*time.Second, func() bool { return w.report(third).Campaign.State == campaign.Done })
		_, err = w.Again(t.Context(), w.who, third.ID)
		require.ErrorIs(w.t, err, campaign.ErrAgainTwice)
	})
}

// reads has somebody's mail program fetch the picture of its letter.
func (w *world) reads(to, agent string) {
	for _, m := range w.mailer.Seen() {
		if m.To != to {
			continue
		}
		require.NoError(w.t, w.delivery.Open(w.t.Context(), pictureOf(w.t, m), delivery.Visit{Method: "GET", UserAgent: agent, IP: "203.0.113.7"}))
		return
	}
	require.Fail(w.t, "no letter", to)
}

// MSG-3
func TestEveryContactGetsTheLetterAtItsOwnTimeOfDay(t *testing.T) {
	t.Parallel()
	timed(t, func(w *world, at *clock.Fake) {
		_, err := w.contacts.CreateField(t.Context(), w.who, contact.FieldDraft{Key: "timezone", Label: "Пояс"})
		require.NoError(w.t, err)
		in := func(zone string, n int) {
			for i := range n {
				to := fmt.Sprintf("p%d@%s.test", i, zone[len(zone)-4:])
				c := w.person(to, true)
				value := contact.TextValue(zone)
				_, err := w.contacts.Update(t.Context(), w.who, c, 0, contact.Change{Fields: map[string]*contact.Value{"timezone": &value}})
				require.NoError(w.t, err)
			}
		}
		in("Asia/Tokyo", 2)
		in("Europe/Paris", 3)
		w.person("home@d.test", true) // the account's zone
		c := w.plainDraft()
		o := campaign.Order{At: "2026-12-01T16:00", Zone: "Asia/Almaty", Local: campaign.NextDay}
		z, err := w.Zones(t.Context(), w.who, c.ID, o)
		require.NoError(w.t, err)
		require.Equal(w.t, int64(6), z.Looked)
		day := func(d, h int) time.Time { return time.Date(2026, 12, d, h, 0, 0, 0, time.UTC) }
		require.Equal(w.t, []campaign.ZoneStart{
			{Zone: "Asia/Almaty", Offset: 300, At: day(1, 11), N: 1},
			{Zone: "Europe/Paris", Offset: 60, At: day(1, 15), N: 3, Known: 3},
			{Zone: "Asia/Tokyo", Offset: 540, At: day(2, 7), N: 2, Known: 2, Passed: true},
		}, z.Starts)
		c, err = w.Send(t.Context(), w.who, c.ID, 0, o)
		require.NoError(w.t, err)
		require.Equal(w.t, day(1, 11), c.StartAt)
		w.run()
		when := map[string]time.Time{}
		w.passes(at, 5*time.Minute, func() bool {
			for _, m := range w.mailer.Seen() {
				if _, ok := when[m.To]; !ok {
					when[m.To] = at.Now()
				}
			}
			return w.report(c).Campaign.State == campaign.Done
		})
		require.Len(w.t, when, 6)
		for to, want := range map[string]time.Time{"home@d.test": day(1, 11), "p0@aris.test": day(1, 15), "p1@okyo.test": day(2, 7)} {
			require.False(w.t, when[to].Before(want), "%s at %s", to, when[to])
			require.Less(w.t, when[to].Sub(want), 4*time.Hour, "%s at %s", to, when[to])
		}
	})
}

// MSG-3, MSG-4: a campaign at local times that the program slept through goes on for all zones once a person says so.
func TestALateCampaignOfLocalTimesReachesEveryZone(t *testing.T) {
	t.Parallel()
	timed(t, func(w *world, at *clock.Fake) {
		_, err := w.contacts.CreateField(t.Context(), w.who, contact.FieldDraft{Key: "timezone", Label: "Пояс"})
		require.NoError(w.t, err)
		tokyo := contact.TextValue("Asia/Tokyo")
		_, err = w.contacts.Update(t.Context(), w.who, w.person("far@d.test", true), 0, contact.Change{Fields: map[string]*contact.Value{"timezone": &tokyo}})
		require.NoError(w.t, err)
		w.person("home@d.test", true)
		c, err := w.Send(t.Context(), w.who, w.plainDraft().ID, 0, campaign.Order{At: "2026-12-01T16:00", Zone: "Asia/Almaty", Local: campaign.NextDay})
		require.NoError(w.t, err)
		at.Advance(5 * time.Hour) // 14:00 UTC, 19:00 in Almaty
		w.run()
		c = w.holds(c, campaign.HoldLate)
		_, err = w.Resume(t.Context(), w.who, c.ID, campaign.Resumption{})
		require.NoError(w.t, err)
		w.passes(at, 10*time.Minute, func() bool { return w.report(c).Campaign.State == campaign.Done })
		require.Len(w.t, w.mailer.Seen(), 2)
		require.False(w.t, at.Now().Before(time.Date(2026, 12, 2, 11, 0, 0, 0, time.UTC)), "the rule for a time that has passed was the next day")
	})
}
