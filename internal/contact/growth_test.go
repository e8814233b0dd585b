package contact_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
)

// AUD-5
func TestAListTellsWhoCameAndWhoWasLostByCause(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		l, err := w.CreateList(ctx, w.who, "Клуб")
		require.NoError(t, err)
		byKey := w.who
		byKey.Via, byKey.Scopes = access.ByKey, []access.Permission{access.EditContacts, access.ViewContacts}
		hand, api, leaver, bad := w.create("hand@example.kz"), w.create("api@example.kz"), w.create("leaver@example.kz"), w.create("bad@example.kz")
		require.NoError(t, w.Join(ctx, w.who, l.ID, []contact.ID{hand.ID, leaver.ID, bad.ID}))
		require.NoError(t, w.Join(ctx, w.who, l.ID, []contact.ID{hand.ID}), "who is on the list does not join again")
		require.NoError(t, w.Join(ctx, byKey, l.ID, []contact.ID{api.ID}))
		rows := []contact.Row{{Phone: "+77010000001"}, {Phone: "+77010000002"}, {Phone: "+77010000001"}}
		require.NoError(t, w.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.BulkUpsert(ctx, tx, contact.Bulk{Tenant: w.who.Tenant, By: contact.ByPhone, OnExisting: contact.Skip, Lists: []contact.ListID{l.ID}, Rows: rows})
			return err
		}))

		w.grant(leaver.ID)
		key := contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}
		proof := contact.Proof{Source: contact.OneClick}
		require.NoError(t, w.WithdrawByLink(ctx, w.who.Tenant, leaver.ID, key, proof))
		require.NoError(t, w.ReturnByLink(ctx, w.who.Tenant, leaver.ID, key, proof))
		require.NoError(t, w.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			return w.SuppressTx(ctx, tx, w.who.Tenant, bad.ID, channel.Email, contact.HardBounce, "550")
		}))
		require.NoError(t, w.Leave(ctx, w.who, l.ID, []contact.ID{hand.ID}))
		require.NoError(t, w.Leave(ctx, w.who, l.ID, []contact.ID{hand.ID}), "who is gone does not go again")
		require.NoError(t, w.Delete(ctx, w.who, api.ID))

		now := time.Now()
		days, err := w.Growth(ctx, w.who, l.ID, 3, now, time.UTC)
		require.NoError(t, err)
		require.Len(t, days, 3)
		require.Empty(t, days[0].Joined)
		joined, gone := map[contact.Cause]int64{}, map[contact.Cause]int64{}
		for _, d := range days { // midnight may pass while the test runs
			for c, n := range d.Joined {
				joined[c] += n
			}
			for c, n := range d.Gone {
				gone[c] += n
			}
		}
		require.Equal(t, map[contact.Cause]int64{contact.ByMember: 3, contact.ByAPI: 1, contact.ByImport: 2, contact.ByOwnReturn: 1}, joined)
		require.Equal(t, map[contact.Cause]int64{contact.ByUnsubscribing: 1, contact.ByBounce: 1, contact.ByMember: 1, contact.ByDeletion: 1}, gone)

		_, err = w.Growth(ctx, w.another, l.ID, 3, now, time.UTC)
		require.ErrorIs(t, err, errs.ErrNotFound)
		require.NoError(t, w.DeleteList(ctx, w.who, l.ID))
		left, err := db.One[int](ctx, w.db, `SELECT COUNT(*) FROM list_change WHERE tenant_id = ?`, w.who.Tenant)
		require.NoError(t, err)
		require.Zero(t, left, "a list that is deleted leaves no figures")
	})
}

// The days of an account begin at its own midnight.
func TestGrowthIsCountedByTheDaysOfTheAccount(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		l, err := w.CreateList(ctx, w.who, "Клуб")
		require.NoError(t, err)
		c := w.create("a@example.kz")
		require.NoError(t, w.Join(ctx, w.who, l.ID, []contact.ID{c.ID}))
		for _, zone := range []string{"Asia/Almaty", "America/New_York", "UTC"} {
			at, err := time.LoadLocation(zone)
			require.NoError(t, err)
			now := time.Now()
			days, err := w.Growth(ctx, w.who, l.ID, 2, now, at)
			require.NoError(t, err)
			require.Equal(t, now.In(at).Format(time.DateOnly), days[1].Day.Format(time.DateOnly))
			require.EqualValues(t, 1, days[0].Joined[contact.ByMember]+days[1].Joined[contact.ByMember], zone)
		}
	})
}
