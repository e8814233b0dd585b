package delivery

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/contact/segment"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
)

// whom returns the numbers (from 1) of the people for whom a condition on the alias c of contacts holds.
func (w *world) whom(people []contact.ID, text string, args []any) []int {
	w.t.Helper()
	found, err := db.All[contact.ID](w.t.Context(), w.db, `SELECT c.id FROM contacts c WHERE c.tenant_id = ? AND (`+text+`) ORDER BY c.id`, append([]any{w.who.Tenant}, args...)...)
	require.NoError(w.t, err, text)
	out := []int{}
	for _, id := range found {
		for i, p := range people {
			if p == id {
				out = append(out, i+1)
			}
		}
	}
	return out
}

// AUD-4: what segments ask about letters is answered from what really happened: sent through the pipeline, opened and clicked by
// links, machines apart.
func TestSegmentsAskWhatBecameOfLettersAndWhatPeopleDid(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := clock.NewFake(start)
			w := newWorld(t, dbtest.Open(t, address(t), fake), fake)
			people := w.people(5)
			w.run(w.Service)
			first := w.part(channel.Advertising, people)
			w.finished(first)
			fake.Advance(48 * time.Hour)
			second := w.part(channel.Advertising, people[:4])
			w.finished(second)
			letters := map[PartID]map[contact.ID]channel.Message{first.ID: {}, second.ID: {}}
			for _, m := range w.mailer.Seen() {
				at := people[m.Ref.Seq-1]
				letters[PartID(m.Ref.Part)][at] = m
			}
			fake.Advance(time.Minute)
			person := Visit{Method: "GET", UserAgent: browser}
			open := func(p Part, who int, v Visit) {
				require.NoError(t, w.Open(t.Context(), token(t, letters[p.ID][people[who-1]].Email.HTML, "/t/o/", 0), v))
			}
			click := func(p Part, who, link int, v Visit) {
				_, err := w.Click(t.Context(), token(t, letters[p.ID][people[who-1]].Email.HTML, "/t/c/", link), v)
				require.NoError(t, err)
			}
			open(first, 1, person)
			open(first, 2, Visit{Method: "GET", UserAgent: "Mozilla/5.0"}) // Apple's proxy
			fake.Advance(10 * 24 * time.Hour)
			open(second, 1, person)
			click(second, 3, 1, person) // pictures were off
			click(second, 4, 0, Visit{Method: "HEAD", UserAgent: browser})

			did := func(a segment.Asked) []int {
				a.Times = max(a.Times, 1)
				text, args, err := w.Did(t.Context(), w.db, w.who.Tenant, a)
				require.NoError(t, err)
				return w.whom(people, text, args)
			}
			of := func(parts ...Part) []segment.CampaignID {
				var out []segment.CampaignID
				for _, p := range parts {
					out = append(out, segment.CampaignID(p.Source))
				}
				return out
			}
			require.Equal(t, []int{1, 2, 3, 4, 5}, did(segment.Asked{Act: segment.Delivered}))
			require.Equal(t, []int{1, 2, 3, 4}, did(segment.Asked{Act: segment.Sent, Last: 1}))
			require.Equal(t, []int{1, 2, 3, 4}, did(segment.Asked{Act: segment.Delivered, Times: 2}))
			require.Empty(t, did(segment.Asked{Act: segment.Bounced}))
			require.Equal(t, []int{1, 3}, did(segment.Asked{Act: segment.Opened}), "a machine opened for the second, the third clicked")
			require.Equal(t, []int{1}, did(segment.Asked{Act: segment.Opened, Campaigns: of(first)}))
			require.Equal(t, []int{1}, did(segment.Asked{Act: segment.Opened, Last: 2, Times: 2}))
			require.Equal(t, []int{1, 3}, did(segment.Asked{Act: segment.Opened, Since: fake.Now().Add(-time.Hour)}))
			require.Equal(t, []int{2, 4}, did(segment.Asked{Act: segment.Unopened, Last: 1}))
			require.Equal(t, []int{2, 4, 5}, did(segment.Asked{Act: segment.Unopened, Campaigns: of(first, second)}))
			require.Equal(t, []int{3}, did(segment.Asked{Act: segment.Clicked, Last: 1}), "who only asked for the head is a machine")
			require.Equal(t, []int{3}, did(segment.Asked{Act: segment.Clicked, Link: "SHOP.test/b"}))
			require.Equal(t, []int{3}, did(segment.Asked{Act: segment.Clicked, Link: "https://shop.test/b", Exact: true}))
			require.Empty(t, did(segment.Asked{Act: segment.Clicked, Link: "shop.test/b", Exact: true}))
			require.Empty(t, did(segment.Asked{Act: segment.Clicked, Link: "shop.test/a"}))
			require.Empty(t, did(segment.Asked{Act: segment.Opened, Campaigns: []segment.CampaignID{4711}}))

			active := func() []int {
				text, args, err := w.Active(t.Context(), w.db, w.who.Tenant, fake.Now().Add(-24*time.Hour))
				require.NoError(t, err)
				return w.whom(people, text, args)
			}
			require.Equal(t, []int{1, 3}, active())
			fake.Advance(5 * 24 * time.Hour)
			open(first, 1, person) // an old letter is read again
			require.Equal(t, []int{1}, active(), "the last time counts")

			merge := func(into, from int) contact.MergeID {
				m, err := w.contacts.Merge(t.Context(), w.who, contact.MergeOrder{Into: people[into-1], From: []contact.ID{people[from-1]}})
				require.NoError(t, err)
				return m.ID
			}
			both := merge(5, 3)
			require.Equal(t, []int{1, 5}, did(segment.Asked{Act: segment.Opened}), "the click of the merged contact is the person's")
			require.Equal(t, []int{5}, did(segment.Asked{Act: segment.Clicked, Link: "shop.test/b"}))
			require.Equal(t, []int{1, 2, 4, 5}, did(segment.Asked{Act: segment.Delivered, Times: 2}))
			require.Equal(t, []int{2, 4}, did(segment.Asked{Act: segment.Unopened, Last: 1}))
			chain := merge(2, 5)
			again := merge(4, 1)
			require.Equal(t, []int{2, 4}, did(segment.Asked{Act: segment.Opened}), "also through a merge of a merge")
			require.Equal(t, []int{4}, did(segment.Asked{Act: segment.Opened, Times: 2}))
			require.Empty(t, did(segment.Asked{Act: segment.Unopened}))
			require.Equal(t, []int{4}, active())
			for _, m := range []contact.MergeID{again, chain, both} {
				require.NoError(t, w.contacts.UndoMerge(t.Context(), w.who, m))
			}
			require.Equal(t, []int{1, 3}, did(segment.Asked{Act: segment.Opened}), "after undoing, what each did is each one's again")
			require.Equal(t, []int{1, 2, 3, 4}, did(segment.Asked{Act: segment.Delivered, Times: 2}))
			require.Equal(t, []int{1}, active())
		})
	}
}

// A campaign whose audience is still being taken in is none of the last ones: its own segment must not change meanwhile.
func TestACampaignThatIsBeginningIsNoneOfTheLast(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		p := w.part(channel.Advertising, w.people(2))
		last := func() []PartID {
			got, err := w.partsOf(t.Context(), d, w.who.Tenant, segment.Asked{Last: 1})
			require.NoError(t, err)
			return got
		}
		require.Equal(t, []PartID{p.ID}, last())
		q := w.part(channel.Advertising, nil)
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, `UPDATE part SET filled = ? WHERE tenant_id = ? AND id = ?`, false, w.who.Tenant, q.ID)
			return err
		})
		require.Equal(t, []PartID{p.ID}, last())
	})
}
