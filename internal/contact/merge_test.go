package contact_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/lang"
	"keruen/internal/page"
)

func (w *world) merge(into contact.ID, from ...contact.ID) contact.Merge {
	w.t.Helper()
	m, err := w.Merge(w.t.Context(), w.who, contact.MergeOrder{Into: into, From: from})
	require.NoError(w.t, err)
	return m
}

func (w *world) person(d contact.Draft) contact.Contact {
	w.t.Helper()
	c, err := w.Create(w.t.Context(), w.who, d)
	require.NoError(w.t, err)
	return c
}

// AUD-8
func TestTwoContactsBecomeOneWithTheValuesThatWereChosen(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		list, err := w.CreateList(t.Context(), w.who, "One")
		require.NoError(t, err)
		other, err := w.CreateList(t.Context(), w.who, "Two")
		require.NoError(t, err)
		a := w.person(contact.Draft{Email: "anna@example.kz", FirstName: "Анна", Lists: []contact.ListID{list.ID}})
		b := w.person(contact.Draft{Email: "a.kim@work.kz", Phone: "+77011234567", FirstName: "Anna", LastName: "Ким", Lists: []contact.ListID{list.ID, other.ID}})
		order := contact.MergeOrder{Into: a.ID, From: []contact.ID{b.ID}, Take: map[string]contact.ID{"first_name": b.ID}}

		plan, err := w.PlanMerge(t.Context(), w.who, order)
		require.NoError(t, err)
		_, err = w.Merge(t.Context(), w.who, order)
		require.NoError(t, err)

		got, err := w.Get(t.Context(), w.who, a.ID)
		require.NoError(t, err)
		require.Equal(t, []string{"anna@example.kz", "+77011234567", "Anna", "Ким"}, []string{got.Email, got.Phone, got.FirstName, got.LastName})
		require.Equal(t, plan.Result.FirstName, got.FirstName)
		require.ElementsMatch(t, []contact.ListID{list.ID, other.ID}, got.Lists)
		require.Len(t, plan.Conflicts, 2, "e-mail and first name; whoever has no value differs from nobody")
		gone, err := w.Get(t.Context(), w.who, b.ID)
		require.NoError(t, err)
		require.Equal(t, a.ID, gone.ID, "the old number leads to the person")
		aliases, err := w.Aliases(t.Context(), w.who, a.ID)
		require.NoError(t, err)
		require.Len(t, aliases, 1)
		require.Equal(t, "a.kim@work.kz", aliases[0].Address)

		_, err = w.PlanMerge(t.Context(), w.another, order)
		require.ErrorIs(t, err, errs.ErrNotFound)
		_, err = w.Merge(t.Context(), w.another, order)
		require.ErrorIs(t, err, errs.ErrNotFound)
		viewer := w.who
		viewer.Role = access.Viewer
		_, err = w.Merge(t.Context(), viewer, order)
		require.Equal(t, errs.Forbidden, errs.KindOf(err))
	})
}

// AUD-3, AUD-8: two who are one left as one.
func TestWhoeverLeftUnderOneAddressHasLeftUnderAll(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b := w.create("a@example.kz"), w.create("b@example.kz")
		w.grant(a.ID)
		w.grant(b.ID)
		require.NoError(t, w.WithdrawByLink(t.Context(), w.who.Tenant, b.ID, advertising[0], byLink))

		w.merge(a.ID, b.ID)

		require.Equal(t, contact.HasUnsubscribed, w.reason(a.ID))
		require.NoError(t, w.Delete(t.Context(), w.who, a.ID))
		for _, email := range []string{"a@example.kz", "b@example.kz"} { // and stays so for both addresses
			again := w.create(email)
			require.ErrorIs(t, w.Grant(t.Context(), w.who, again.ID, advertising[0], byForm), contact.ErrWithdrawn, email)
		}
	})
}

// AUD-1, AUD-8: a grant belongs to the address for which it was given.
func TestAConsentDoesNotMoveToAnotherAddress(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b := w.create("a@example.kz"), w.create("b@example.kz")
		w.grant(b.ID)
		plan, err := w.PlanMerge(t.Context(), w.who, contact.MergeOrder{Into: a.ID, From: []contact.ID{b.ID}})
		require.NoError(t, err)
		require.Len(t, plan.Lost, 1)

		w.merge(a.ID, b.ID)
		require.Equal(t, contact.NoConsent, w.reason(a.ID))

		c, d := w.create("c@example.kz"), w.create("d@example.kz")
		w.grant(d.ID)
		_, err = w.Merge(t.Context(), w.who, contact.MergeOrder{Into: c.ID, From: []contact.ID{d.ID}, Take: map[string]contact.ID{"email": d.ID}})
		require.NoError(t, err)
		require.Equal(t, contact.Reachable, w.reason(c.ID), "the address for which it was given was chosen")
	})
}

// AUD-3, AUD-8: letters that went out before the merge still carry the old number.
func TestTheWayOutOfAnOldLetterWorksAfterAMerge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b := w.create("a@example.kz"), w.create("b@example.kz")
		w.grant(a.ID)
		w.merge(a.ID, b.ID)
		require.Equal(t, contact.Reachable, w.reason(a.ID))

		require.NoError(t, w.WithdrawByLink(t.Context(), w.who.Tenant, b.ID, advertising[0], byLink))

		require.Equal(t, contact.HasUnsubscribed, w.reason(a.ID))
		history, err := w.History(t.Context(), w.who, a.ID)
		require.NoError(t, err)
		require.Len(t, history, 2)
	})
}

// AUD-8: a bounce of the old address stops the old address.
func TestADeadSecondAddressDoesNotStopTheFirst(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b := w.create("a@example.kz"), w.create("b@example.kz")
		w.grant(a.ID)
		w.merge(a.ID, b.ID)
		require.NoError(t, w.db.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return w.SuppressTx(ctx, tx, w.who.Tenant, b.ID, channel.Email, contact.HardBounce, "550 no such user")
		}))
		require.Equal(t, contact.Reachable, w.reason(a.ID))
		stops, err := w.Suppressions(t.Context(), w.who, contact.StopFilter{Search: "b@example.kz", Ask: page.Ask{Limit: 10}})
		require.NoError(t, err)
		require.Len(t, stops.Items, 1)
	})
}

// AUD-5, AUD-8
func TestAnImportFindsThePersonByItsSecondAddress(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.person(contact.Draft{Email: "a@example.kz"})
		b := w.person(contact.Draft{Email: "b@example.kz", Phone: "+77011234567"})
		c := w.person(contact.Draft{Phone: "+77051112233"})
		w.merge(a.ID, b.ID, c.ID)

		for _, by := range []contact.Identity{contact.ByEmail, contact.ByPhone} {
			for _, how := range []contact.OnExisting{contact.UpdateEmpty, contact.Overwrite} {
				results := w.upsert(contact.Bulk{By: by, OnExisting: how, Rows: []contact.Row{rowOf(t, "b@example.kz", "Анна"), rowOf(t, "new@example.kz", "Жаңа"), {Phone: "+77051112233", LastName: "Ким"}}})
				require.Equal(t, a.ID, results[0].Contact)
				require.Equal(t, a.ID, results[2].Contact)
				require.NotEqual(t, a.ID, results[1].Contact)
				require.False(t, results[0].Kept)
				got, err := w.Get(t.Context(), w.who, a.ID)
				require.NoError(t, err)
				require.Equal(t, "a@example.kz", got.Email, "an import does not change the address back")
			}
		}
		_, err := w.Create(t.Context(), w.who, contact.Draft{Email: "b@example.kz"})
		require.ErrorIs(t, err, contact.ErrEmailTaken)
	})
}

func rowOf(t *testing.T, email, first string) contact.Row {
	a, err := contact.ParseEmail(email)
	require.NoError(t, err)
	return contact.Row{Email: a, FirstName: first}
}

func (w *world) upsert(b contact.Bulk) (out []contact.Result) {
	b.Tenant = w.who.Tenant
	require.NoError(w.t, w.db.InTx(w.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = w.BulkUpsert(ctx, tx, b)
		return err
	}))
	return out
}

// AUD-8
func TestUndoingKeepsWhatWasChangedSince(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.person(contact.Draft{Email: "a@example.kz", FirstName: "Анна"})
		b := w.person(contact.Draft{Email: "b@example.kz", FirstName: "Аня", LastName: "Ким"})
		w.grant(a.ID)
		w.grant(b.ID)
		m := w.merge(a.ID, b.ID)
		name := "Анна-Мария"
		_, err := w.Update(t.Context(), w.who, a.ID, 0, contact.Change{FirstName: &name})
		require.NoError(t, err)
		require.NoError(t, w.WithdrawByLink(t.Context(), w.who.Tenant, a.ID, advertising[0], byLink))

		require.NoError(t, w.UndoMerge(t.Context(), w.who, m.ID))

		got, err := w.Get(t.Context(), w.who, a.ID)
		require.NoError(t, err)
		require.Equal(t, name, got.FirstName, "changed since")
		require.Empty(t, got.LastName, "came by the merge")
		back, err := w.Get(t.Context(), w.who, b.ID)
		require.NoError(t, err)
		require.Equal(t, b.ID, back.ID)
		require.Equal(t, "Аня", back.FirstName)
		require.Equal(t, contact.HasUnsubscribed, w.reason(a.ID))
		require.Equal(t, contact.HasUnsubscribed, w.reason(b.ID), "it left while it was one person")
		require.ErrorIs(t, w.UndoMerge(t.Context(), w.who, m.ID), contact.ErrMergeUsed)
		require.ErrorIs(t, w.UndoMerge(t.Context(), w.another, m.ID), errs.ErrNotFound)
	})
}

// AUD-8
func TestWhatCannotBeUndoneSaysWhy(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b, c := w.create("a@example.kz"), w.create("b@example.kz"), w.create("c@example.kz")
		first := w.merge(a.ID, b.ID)
		second := w.merge(c.ID, a.ID)
		require.ErrorIs(t, w.UndoMerge(t.Context(), w.who, first.ID), contact.ErrMergeLater)
		require.NoError(t, w.UndoMerge(t.Context(), w.who, second.ID))
		require.NoError(t, w.Delete(t.Context(), w.who, a.ID))
		require.ErrorIs(t, w.UndoMerge(t.Context(), w.who, first.ID), contact.ErrMergeOver)

		d, e := w.create("d@example.kz"), w.create("e@example.kz")
		third := w.merge(d.ID, e.ID)
		w.expire(third.ID)
		require.ErrorIs(t, w.UndoMerge(t.Context(), w.who, third.ID), contact.ErrMergeOver)
		_, err := w.Merge(t.Context(), w.who, contact.MergeOrder{Into: d.ID, From: []contact.ID{d.ID}})
		require.Equal(t, errs.Invalid, errs.KindOf(err))
		_, err = w.Merge(t.Context(), w.who, contact.MergeOrder{Into: d.ID, From: []contact.ID{c.ID}, Take: map[string]contact.ID{"email": b.ID}})
		require.Equal(t, errs.Invalid, errs.KindOf(err))
	})
}

func (w *world) expire(m contact.MergeID) {
	require.NoError(w.t, w.db.InTx(w.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, `UPDATE contact_merge SET undo_until = ? WHERE tenant_id = ? AND id = ?`, tx.Now.Add(-time.Hour), w.who.Tenant, m)
		return err
	}))
}

// dump writes everything that a merge touches; versions and times of changes of those that stay are left out.
func (w *world) dump() string {
	var b strings.Builder
	for _, q := range []string{
		`SELECT CAST(id AS TEXT) || '|' || sort || '|' || email || '|' || COALESCE(email_key, '') || '|' || COALESCE(email_hash, '') || '|' || COALESCE(phone, '') || '|' || COALESCE(phone_hash, '') || '|' ||
			first_name || '|' || last_name || '|' || lang || '|' || ` + w.db.Dialect().JSONRead("fields") + ` || '|' || COALESCE(external_id, '') || '|' || CAST(created_at AS TEXT) AS line FROM contacts ORDER BY id`,
		`SELECT CAST(list_id AS TEXT) || '|' || CAST(contact_id AS TEXT) || '|' || CAST(added_at AS TEXT) AS line FROM list_member ORDER BY 1`,
		`SELECT CAST(tag_id AS TEXT) || '|' || CAST(contact_id AS TEXT) || '|' || CAST(added_at AS TEXT) AS line FROM contact_tag ORDER BY 1`,
		`SELECT CAST(contact_id AS TEXT) || '|' || channel || '|' || purpose || '|' || CAST(topic_id AS TEXT) || '|' || action || '|' || CAST(consent_id AS TEXT) || '|' || CAST(at AS TEXT) AS line FROM consent_state ORDER BY 1`,
		`SELECT CAST(contact_id AS TEXT) || '|' || channel || '|' || CAST(until_at AS TEXT) AS line FROM contact_pause ORDER BY 1`,
		`SELECT address_hash || '|' || channel || '|' || address || '|' || scope || '|' || reason || '|' || detail || '|' || left_scope || '|' || CAST(at AS TEXT) AS line FROM suppression ORDER BY 1`,
		`SELECT address_hash || '|' || channel || '|' || purpose || '|' || CAST(topic_id AS TEXT) AS line FROM topic_stop ORDER BY 1`,
		`SELECT address_key || '|' || address || '|' || CAST(contact_id AS TEXT) AS line FROM contact_alias ORDER BY 1`,
		`SELECT CAST(from_id AS TEXT) AS line FROM contact_merged ORDER BY 1`,
	} {
		lines, err := db.All[string](w.t.Context(), w.db, q)
		require.NoError(w.t, err)
		fmt.Fprintln(&b, strings.Join(lines, "\n"), "\n--")
	}
	return b.String()
}

// AUD-1, AUD-3, AUD-8: for any people with any history, merging and undoing changes nothing, and no address is reachable after a merge for
// anything for which it was not before.
func TestAMergeIsUndoneToTheLetterAndNeverWidensConsent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		r := rand.New(rand.NewPCG(seed, 1))
		topic, err := w.CreateTopic(t.Context(), w.who, lang.Text{Ru: "Новости", Kk: "Жаңалықтар", En: "News"}, lang.Text{})
		require.NoError(t, err)
		_, err = w.CreateField(t.Context(), w.who, contact.FieldDraft{Key: "city", Label: "City", Kind: contact.TextField})
		require.NoError(t, err)
		keys := []contact.ConsentKey{advertising[0], {Channel: channel.Email, Purpose: channel.Transactional}, {Channel: channel.Email, Purpose: channel.ThirdParty},
			{Channel: channel.Email, Purpose: channel.Advertising, Topic: topic.ID}, {Channel: channel.SMS, Purpose: channel.Advertising}}
		var lists []contact.ListID
		for i := range 3 {
			l, err := w.CreateList(t.Context(), w.who, fmt.Sprint("list ", i))
			require.NoError(t, err)
			lists = append(lists, l.ID)
		}
		for round := range 12 {
			people := w.crowd(r, round, lists, keys)
			order := contact.MergeOrder{Into: people[0], From: people[1:], Take: map[string]contact.ID{}}
			for _, f := range []string{"email", "phone", "first_name", "fields.city"} {
				if r.IntN(2) == 0 {
					order.Take[f] = people[r.IntN(len(people))]
				}
			}
			plan, err := w.PlanMerge(t.Context(), w.who, order)
			require.NoError(t, err)
			if plan.Result.Email == "" && plan.Result.Phone == "" {
				continue
			}
			before, reach := w.dump(), w.reachable(people, keys)

			m, err := w.Merge(t.Context(), w.who, order)
			require.NoError(t, err)
			for address := range w.reachable(people[:1], keys) {
				require.Contains(t, reach, address, "reachable only by the merge")
			}
			require.NoError(t, w.UndoMerge(t.Context(), w.who, m.ID))
			require.Equal(t, before, w.dump())
		}
	})
}

// crowd makes two to four people with random addresses, fields and histories of consent.
func (w *world) crowd(r *rand.Rand, round int, lists []contact.ListID, keys []contact.ConsentKey) []contact.ID {
	var out []contact.ID
	for i := range 2 + r.IntN(3) {
		d := contact.Draft{Email: fmt.Sprintf("p%d-%d@example.kz", round, i), FirstName: fmt.Sprint("Name", r.IntN(3)), Fields: map[string]contact.Value{}}
		if r.IntN(2) == 0 {
			d.Phone = fmt.Sprintf("+7701000%02d%02d", round, r.IntN(2))
		}
		if r.IntN(2) == 0 {
			d.Fields["city"] = contact.TextValue(fmt.Sprint("City", r.IntN(3)))
		}
		for _, l := range lists {
			if r.IntN(2) == 0 {
				d.Lists = append(d.Lists, l)
			}
		}
		c := w.person(d)
		out = append(out, c.ID)
		for range r.IntN(6) {
			w.happen(r, c.ID, keys[r.IntN(len(keys))])
		}
	}
	return out
}

func (w *world) happen(r *rand.Rand, c contact.ID, key contact.ConsentKey) {
	ctx, t := w.t.Context(), w.who.Tenant
	switch r.IntN(6) {
	case 0, 1, 2:
		if err := w.Grant(ctx, w.who, c, key, byForm); err != nil {
			require.ErrorIs(w.t, err, contact.ErrWithdrawn)
		}
	case 3:
		require.NoError(w.t, w.WithdrawByLink(ctx, t, c, key, byLink))
	case 4:
		require.NoError(w.t, w.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			return w.SuppressTx(ctx, tx, t, c, key.Channel, []contact.StopReason{contact.Manual, contact.HardBounce, contact.Complaint}[r.IntN(3)], "")
		}))
	case 5:
		require.NoError(w.t, w.PauseByLink(ctx, t, c, time.Now().Add(240*time.Hour).Truncate(time.Millisecond), byLink))
	}
}

// reachable lists which addresses may be written to for what.
func (w *world) reachable(people []contact.ID, keys []contact.ConsentKey) map[string]bool {
	out := map[string]bool{}
	for _, key := range keys {
		rows, err := contact.GuardRows(w.t.Context(), w.db, w.who.Tenant, key, people)
		require.NoError(w.t, err)
		for _, row := range rows {
			if row.Reason == contact.Reachable {
				out[fmt.Sprint(row.Address, key)] = true
			}
		}
	}
	return out
}
