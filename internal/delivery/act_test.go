package delivery

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
)

const browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"

// token takes the token out of the address with this path in a letter.
func token(t *testing.T, html, path string, n int) string {
	parts := strings.Split(html, "https://k.test"+path)
	require.Greater(t, len(parts), n+1, "%s", html)
	return parts[n+1][:strings.IndexAny(parts[n+1], `"`)]
}

// letters sends a campaign to n people and returns what they got, by seq.
func (w *world) letters(n int) (Part, map[int32]channel.Message) {
	p := w.part(channel.Advertising, w.people(n))
	w.run(w.Service)
	w.finished(p)
	out := make(map[int32]channel.Message)
	for _, m := range w.mailer.Seen() {
		out[m.Ref.Seq] = m
	}
	return p, out
}

// MSG-11
func TestOpeningsAndClicksOfPeopleAndMachinesAreCountedApart(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := clock.NewFake(start)
			w := newWorld(t, dbtest.Open(t, address(t), fake), fake)
			p, got := w.letters(4)
			fake.Advance(time.Minute)
			person := Visit{Method: "GET", UserAgent: browser}
			open := func(seq int32, v Visit) {
				require.NoError(t, w.Open(t.Context(), token(t, got[seq].Email.HTML, "/t/o/", 0), v))
			}
			click := func(seq int32, link int, v Visit) string {
				to, err := w.Click(t.Context(), token(t, got[seq].Email.HTML, "/t/c/", link), v)
				require.NoError(t, err)
				return to
			}
			open(1, person)
			open(1, person)
			open(2, Visit{Method: "GET", UserAgent: "Mozilla/5.0"}) // Apple's proxy
			open(3, Visit{Method: "GET", UserAgent: "Mozilla/5.0"})
			open(3, person)
			require.Equal(t, "https://shop.test/a?n=Name0", click(1, 0, person))
			fake.Advance(time.Minute)
			require.Equal(t, "https://shop.test/b", click(1, 1, person))
			click(2, 0, Visit{Method: "HEAD", UserAgent: browser})
			click(3, 0, Visit{Method: "GET", UserAgent: "Mozilla/5.0 (compatible; Barracuda Sentinel)"})
			click(4, 0, person)
			click(4, 1, person) // both links in the same moment

			c := w.counts(p)
			require.Equal(t, int64(2), c.Opened)
			require.Equal(t, int64(3), c.Opens)
			require.Equal(t, int64(1), c.OpenedMachine)
			require.Equal(t, int64(2), c.OpensMachine)
			require.Equal(t, int64(2), c.Clicked)
			require.Equal(t, int64(3), c.Clicks)
			require.Equal(t, int64(3), c.ClicksMachine)
			b, err := w.Breakdown(t.Context(), w.who.Tenant, p.Source)
			require.NoError(t, err)
			require.Equal(t, []LinkCount{{Index: 0, Clicks: 2, People: 2, Machine: 2, ByDevice: map[Device]int64{Desktop: 2}}, {Index: 1, Clicks: 1, People: 1, Machine: 1, ByDevice: map[Device]int64{Desktop: 1}}}, b.Links)
			require.NotEmpty(t, b.Timeline)
			require.Equal(t, slotSize, b.Step)
		})
	}
}

// AUD-3, CMP-1
func TestLeavingByTheLinkOfALetterIsForGood(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		p, got := w.letters(2)
		first := got[1].Email.UnsubscribeURL[len("https://k.test/u/"):]
		show, err := w.ShowLeaving(t.Context(), first)
		require.NoError(t, err)
		require.Equal(t, Leaving{Account: "Dala Books", Address: "p•••@d0.test", Lang: "en"}, show)
		require.NoError(t, w.Leave(t.Context(), first, LeavePurpose, true, Visit{Method: "POST"}))
		require.NoError(t, w.Leave(t.Context(), first, LeavePurpose, false, Visit{Method: "POST"}))
		show, err = w.ShowLeaving(t.Context(), first)
		require.NoError(t, err)
		require.True(t, show.Left)

		second := got[2].Email.UnsubscribeURL[len("https://k.test/u/"):]
		require.NoError(t, w.Leave(t.Context(), second, LeavePurpose, false, Visit{Method: "POST"}))
		require.NoError(t, w.Complain(t.Context(), second, Visit{Method: "POST"}))
		c := w.counts(p)
		require.Equal(t, int64(2), c.Unsubscribed)
		require.Equal(t, int64(1), c.Complained)

		ids := []contact.ID{w.contactOf(p, 1), w.contactOf(p, 2)}
		again := w.part(channel.Advertising, ids)
		require.Equal(t, int64(2), w.finished(again).Skipped)
	})
}

func (w *world) contactOf(p Part, seq int32) contact.ID {
	c, err := db.One[contact.ID](w.t.Context(), w.db, `SELECT contact_id FROM delivery WHERE part_id = ? AND seq = ?`, p.ID, seq)
	require.NoError(w.t, err)
	return c
}

func TestForgedAndCutLinksAreRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		_, got := w.letters(1)
		click := token(t, got[1].Email.HTML, "/t/c/", 0)
		for _, bad := range []string{"", "x", click[:len(click)-1], click + "A", "B" + click[1:], token(t, got[1].Email.HTML, "/t/o/", 0)} {
			_, err := w.Click(t.Context(), bad, Visit{Method: "GET", UserAgent: browser})
			require.ErrorIs(t, err, ErrLink, "%q", bad)
		}
		_, err := w.ShowLeaving(t.Context(), click)
		require.ErrorIs(t, err, ErrLink, "a link of one kind is nothing in the place of another")
		ref, err := w.ReadReturn(strings.ToUpper(got[1].Email.ReturnToken))
		require.NoError(t, err)
		require.Equal(t, got[1].Ref, ref)
		_, err = w.ReadReturn(got[1].Email.ReturnToken + "0")
		require.ErrorIs(t, err, ErrLink)
	})
}

// An opening that comes before its window is on record still belongs to somebody.
func TestActsWithinTheWindowAreNotLost(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		hold := make(chan struct{})
		w.mailer.Answer = func(m channel.Message) channel.Verdict {
			if m.Ref.Seq == 2 {
				<-hold
			}
			return channel.Took("")
		}
		p := w.part(channel.Advertising, w.people(2))
		w.run(w.Service)
		require.NoError(t, w.mailer.Wait(t.Context(), 2))
		m := w.mailer.Seen()[0]
		if m.Ref.Seq != 1 {
			m = w.mailer.Seen()[1]
		}
		leave := m.Email.UnsubscribeURL[len("https://k.test/u/"):]
		require.NoError(t, w.Leave(t.Context(), leave, LeavePurpose, true, Visit{Method: "POST"}))
		close(hold)
		w.finished(p)
		require.Equal(t, int64(1), w.counts(p).Unsubscribed)
	})
}

// AUD-3
func TestWhoLeftComesBackByTheLinkOfItsLetter(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		p, got := w.letters(1)
		leave := got[1].Email.UnsubscribeURL[len("https://k.test/u/"):]
		require.NoError(t, w.Leave(t.Context(), leave, LeavePurpose, false, Visit{Method: "POST"}))
		l, err := w.ShowLeaving(t.Context(), leave)
		require.NoError(t, err)
		require.True(t, l.Left && l.Return)
		who := w.deliveries(p)[0].Contact
		byForm := contact.Proof{Source: contact.FromForm, Wording: "I agree to news"}
		require.ErrorIs(t, w.contacts.Grant(t.Context(), w.who, who, contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}, byForm), contact.ErrWithdrawn)

		require.ErrorIs(t, w.Return(t.Context(), leave+"x", Visit{Method: "POST"}), ErrLink)
		require.NoError(t, w.Return(t.Context(), leave, Visit{Method: "POST", IP: "10.0.0.1"}))
		l, err = w.ShowLeaving(t.Context(), leave)
		require.NoError(t, err)
		require.False(t, l.Left)
		history, err := w.contacts.History(t.Context(), w.who, who)
		require.NoError(t, err)
		require.Equal(t, contact.Granted, history[0].Action)
		require.Equal(t, "10.0.0.1", history[0].IP)

		require.NoError(t, w.Complain(t.Context(), leave, Visit{Method: "POST"}))
		require.NoError(t, w.Return(t.Context(), leave, Visit{Method: "POST"}))
		found, err := contact.GuardRows(t.Context(), d, w.who.Tenant, contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}, []contact.ID{who})
		require.NoError(t, err)
		require.Equal(t, contact.OnStopList, found[0].Reason, "a complaint is for good")
	})
}

func TestManyEventsAtOnceAreAllCountedOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		p, got := w.letters(40)
		var all sync.WaitGroup
		for range 5 {
			for seq := range got {
				all.Go(func() {
					err := w.Open(t.Context(), token(t, got[seq].Email.HTML, "/t/o/", 0), Visit{Method: "GET", UserAgent: browser})
					if err != nil {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		c := w.until(p, func(c Counts) bool { return c.Opens == 200 })
		require.Equal(t, int64(40), c.Opened)
	})
}

func TestWatchersHearOfChanges(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		changes := w.node("screen").Watch(t.Context(), w.who.Tenant) // another process than the one that sends
		p := w.part(channel.Advertising, w.people(3))
		w.run(w.Service)
		for sources := range changes {
			if len(sources) > 0 {
				require.Equal(t, []int64{p.Source}, sources)
				break
			}
		}
	})
}
