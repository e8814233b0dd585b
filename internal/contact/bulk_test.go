package contact_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
)

var advertising = []contact.ConsentKey{{Channel: channel.Email, Purpose: channel.Advertising}}

var service = contact.ConsentKey{Channel: channel.Email, Purpose: channel.Transactional}

func row(t testing.TB, email, phone, first string) contact.Row {
	r := contact.Row{Phone: phone, FirstName: first}
	if email != "" {
		a, err := contact.ParseEmail(email)
		require.NoError(t, err)
		r.Email = a
	}
	return r
}

// bulk runs a batch with a proof of its own.
func (w *world) bulk(b contact.Bulk) (got []contact.Result) {
	b.Tenant = w.who.Tenant
	planned, err := w.BulkPlan(w.t.Context(), w.db, b)
	require.NoError(w.t, err)
	require.NoError(w.t, w.db.InTx(w.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		b.Proof, err = contact.SaveProofTx(ctx, tx, b.Tenant, contact.Proof{Source: contact.FromImport, Wording: "declared"})
		if err != nil {
			return err
		}
		got, err = w.BulkUpsert(ctx, tx, b)
		return err
	}))
	for i := range planned {
		planned[i].Contact = got[i].Contact
	}
	require.Equal(w.t, planned, got, "the plan says what then happens")
	return got
}

func what(list []contact.Result) (out []contact.What) {
	for _, r := range list {
		out = append(out, r.What)
	}
	return out
}

func TestABulkCreatesUpdatesAndLeavesAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rows := []contact.Row{row(t, "a@example.kz", "", "Anna"), row(t, "b@example.kz", "+77010000001", ""), row(t, "A@example.kz", "+77010000002", "Other")}
		first := w.bulk(contact.Bulk{OnExisting: contact.UpdateEmpty, Consents: advertising, Rows: rows})
		require.Equal(t, []contact.What{contact.Created, contact.Created, contact.Repeated}, what(first))
		require.Equal(t, first[0].Contact, first[2].Contact)

		again := w.bulk(contact.Bulk{OnExisting: contact.UpdateEmpty, Consents: advertising, Rows: rows})
		require.Equal(t, []contact.What{contact.Unchanged, contact.Unchanged, contact.Repeated}, what(again), "twice changes nothing")

		a, err := w.Get(t.Context(), w.who, first[0].Contact)
		require.NoError(t, err)
		require.Equal(t, "Anna", a.FirstName)
		require.Equal(t, "+77010000002", a.Phone, "what was empty was filled in")
		require.Equal(t, contact.Reachable, w.reason(a.ID))
		history, err := w.History(t.Context(), w.who, a.ID)
		require.NoError(t, err)
		require.Len(t, history, 1)
		require.Equal(t, "declared", history[0].Wording)
	})
}

func TestTheRuleForExistingContactsIsKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.CreateField(t.Context(), w.who, contact.FieldDraft{Key: "city", Label: "Город"})
		require.NoError(t, err)
		old, err := w.Create(t.Context(), w.who, contact.Draft{Email: "a@example.kz", FirstName: "Old", Fields: map[string]contact.Value{"city": contact.TextValue("Алматы")}})
		require.NoError(t, err)
		r := row(t, "a@example.kz", "", "New")
		r.LastName, r.Fields = "Last", map[string]contact.Value{"city": contact.TextValue("Астана")}
		read := func() contact.View {
			v, err := w.Get(t.Context(), w.who, old.ID)
			require.NoError(t, err)
			return v
		}

		require.Equal(t, []contact.What{contact.Unchanged}, what(w.bulk(contact.Bulk{OnExisting: contact.Skip, Rows: []contact.Row{r}})))
		require.Empty(t, read().LastName)

		require.Equal(t, []contact.What{contact.Updated}, what(w.bulk(contact.Bulk{OnExisting: contact.UpdateEmpty, Rows: []contact.Row{r}})))
		require.Equal(t, []string{"Old", "Last", "Алматы"}, []string{read().FirstName, read().LastName, read().Fields["city"].Text()})

		require.Equal(t, []contact.What{contact.Updated}, what(w.bulk(contact.Bulk{OnExisting: contact.Overwrite, Rows: []contact.Row{r}})))
		require.Equal(t, []string{"New", "Last", "Астана"}, []string{read().FirstName, read().LastName, read().Fields["city"].Text()})
	})
}

func TestAContactRecognisedByPhoneGetsAnAddressThatIsFree(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		byPhone, err := w.Create(t.Context(), w.who, contact.Draft{Phone: "+77010000001"})
		require.NoError(t, err)
		w.create("taken@example.kz")

		got := w.bulk(contact.Bulk{By: contact.ByPhone, OnExisting: contact.UpdateEmpty, Rows: []contact.Row{row(t, "taken@example.kz", "+77010000001", "")}})
		require.Equal(t, byPhone.ID, got[0].Contact)
		require.True(t, got[0].Kept)

		got = w.bulk(contact.Bulk{By: contact.ByPhone, OnExisting: contact.UpdateEmpty, Rows: []contact.Row{row(t, "free@example.kz", "+77010000001", "")}})
		require.Equal(t, []contact.Result{{Contact: byPhone.ID, What: contact.Updated}}, got)
	})
}

// AUD-3
func TestABulkNeverRevivesWhoLeft(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		left, complained, deleted := w.create("left@example.kz"), w.create("complained@example.kz"), w.create("deleted@example.kz")
		for _, c := range []contact.Contact{left, complained, deleted} {
			w.grant(c.ID)
		}
		one := contact.Proof{Source: contact.OneClick}
		require.NoError(t, w.WithdrawByLink(t.Context(), w.who.Tenant, left.ID, advertising[0], one))
		require.NoError(t, w.Complain(t.Context(), w.who.Tenant, complained.ID, channel.Email, one))
		require.NoError(t, w.WithdrawByLink(t.Context(), w.who.Tenant, deleted.ID, advertising[0], one))
		require.NoError(t, w.Delete(t.Context(), w.who, deleted.ID))

		got := w.bulk(contact.Bulk{OnExisting: contact.Overwrite, Consents: advertising, Rows: []contact.Row{
			row(t, "left@example.kz", "", "X"), row(t, "complained@example.kz", "", "X"), row(t, "deleted@example.kz", "", "X"), row(t, "new@example.kz", "", "X"),
		}})

		reasons := make([]contact.Reason, 4)
		for i, r := range got {
			reasons[i] = w.reason(r.Contact)
			require.Equal(t, i < 3, r.Stopped)
		}
		require.Equal(t, []contact.Reason{contact.HasUnsubscribed, contact.OnStopList, contact.HasUnsubscribed, contact.Reachable}, reasons)
	})
}
