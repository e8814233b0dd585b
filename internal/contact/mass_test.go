package contact_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/jobs"
	"keruen/internal/page"
)

// masses runs acts to their end.
type masses struct {
	*world
	*contact.Masses
	queue *jobs.Queue
}

func newMasses(t *testing.T, d *db.DB) *masses {
	w := newWorld(t, d)
	q := jobs.New(d, clock.Real{}, dbtest.Log(t))
	q.Poll = 5 * time.Millisecond
	m := &masses{w, contact.NewMasses(w.Service, q), q}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	return m
}

// do orders an act, waits for its end and returns how many contacts it reached.
func (m *masses) do(act contact.Mass) int64 {
	job, err := m.Start(m.t.Context(), m.who, act)
	require.NoError(m.t, err)
	var got jobs.Status
	require.Eventually(m.t, func() bool {
		got, err = m.queue.Get(m.t.Context(), m.who.Tenant, job)
		return err == nil && got.State.Finished()
	}, 20*time.Second, 5*time.Millisecond)
	require.Equal(m.t, jobs.Done, got.State)
	var r contact.MassResult
	require.NoError(m.t, json.Unmarshal(got.Result, &r))
	return r.Contacts
}

func (m *masses) count(f contact.Filter) int64 {
	n, err := m.Count(m.t.Context(), m.who, f)
	require.NoError(m.t, err)
	return n.N
}

// AUD-4: what a filter lets through is tagged, listed and deleted as a whole, also when the act itself changes what the filter lets through.
func TestOneActReachesEverythingThatAFilterLetsThrough(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m := newMasses(t, d)
		const many = 1203 // more than two batches
		var rows []contact.Row
		for i := range many {
			a, err := contact.ParseEmail(fmt.Sprintf("p%d@%s.test", i, map[bool]string{true: "even", false: "odd"}[i%2 == 0]))
			require.NoError(t, err)
			rows = append(rows, contact.Row{Email: a})
		}
		require.NoError(t, d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := m.BulkUpsert(ctx, tx, contact.Bulk{Tenant: m.who.Tenant, By: contact.ByEmail, OnExisting: contact.Skip, Rows: rows})
			return err
		}))
		tag, err := m.CreateTag(t.Context(), m.who, "Even")
		require.NoError(t, err)
		list, err := m.CreateList(t.Context(), m.who, "Evens")
		require.NoError(t, err)

		require.EqualValues(t, 602, m.do(contact.Mass{Act: contact.MassTag, Search: "@even.test", Tags: []contact.TagID{tag.ID}}))
		require.EqualValues(t, 602, m.count(contact.Filter{Tag: tag.ID}))
		require.EqualValues(t, 602, m.do(contact.Mass{Act: contact.MassJoin, Tag: tag.ID, Lists: []contact.ListID{list.ID}}))
		require.EqualValues(t, 602, m.count(contact.Filter{List: list.ID}))
		require.EqualValues(t, 602, m.do(contact.Mass{Act: contact.MassUntag, Tag: tag.ID, Tags: []contact.TagID{tag.ID}}), "the act empties its own filter")
		require.Zero(t, m.count(contact.Filter{Tag: tag.ID}))
		require.EqualValues(t, 602, m.do(contact.Mass{Act: contact.MassLeave, List: list.ID, Lists: []contact.ListID{list.ID}}))
		require.Zero(t, m.count(contact.Filter{List: list.ID}))
		require.EqualValues(t, 601, m.do(contact.Mass{Act: contact.MassDelete, Search: "@odd.test"}))
		require.EqualValues(t, 602, m.count(contact.Filter{}))
	})
}

// AUD-3: deleting many at once forgets no withdrawal.
func TestWhoLeftStaysOutAfterBeingDeletedWithMany(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m := newMasses(t, d)
		left, other := m.create("left@example.test"), m.create("other@example.test")
		m.grant(left.ID)
		require.NoError(t, m.Withdraw(t.Context(), m.who, left.ID, advertising[0], byHand))
		require.EqualValues(t, 2, m.do(contact.Mass{Act: contact.MassDelete, IDs: []contact.ID{left.ID, other.ID}}))

		again := m.create("left@example.test")
		err := m.Grant(t.Context(), m.who, again.ID, advertising[0], byHand)
		require.ErrorIs(t, err, contact.ErrWithdrawn)
		require.Equal(t, contact.HasUnsubscribed, m.guard(channel.Advertising, again.ID)[0].Reason)
	})
}

func TestActsOnManyContactsNameWhatIsWrong(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m := newMasses(t, d)
		mine := m.create("a@example.test")
		theirs, err := m.Create(t.Context(), m.another, contact.Draft{Email: "b@example.test"})
		require.NoError(t, err)
		list, err := m.CreateList(t.Context(), m.another, "Theirs")
		require.NoError(t, err)

		for name, act := range map[string]contact.Mass{
			"nobody": {Act: contact.MassDelete},
			"no act": {Act: "paint", IDs: []contact.ID{mine.ID}},
			"no tag": {Act: contact.MassTag, IDs: []contact.ID{mine.ID}},
			"many":   {Act: contact.MassDelete, IDs: make([]contact.ID, contact.MaxChosen+1)},
		} {
			_, err := m.Start(t.Context(), m.who, act)
			require.ErrorIs(t, err, errs.ErrInvalid, name)
		}
		for name, act := range map[string]contact.Mass{
			"their contact": {Act: contact.MassDelete, IDs: []contact.ID{mine.ID, theirs.ID}},
			"their list":    {Act: contact.MassJoin, IDs: []contact.ID{mine.ID}, Lists: []contact.ListID{list.ID}},
			"their filter":  {Act: contact.MassDelete, List: list.ID},
		} {
			_, err := m.Start(t.Context(), m.who, act)
			require.ErrorIs(t, err, errs.ErrNotFound, name)
		}
		viewer := m.who
		viewer.Role = access.Viewer
		_, err = m.Start(t.Context(), viewer, contact.Mass{Act: contact.MassDelete, All: true})
		require.ErrorIs(t, err, errs.ErrForbidden)
		list2, err := m.List(t.Context(), m.another, contact.Filter{Ask: page.Ask{Limit: 10}})
		require.NoError(t, err)
		require.Len(t, list2.Items, 1)
	})
}
