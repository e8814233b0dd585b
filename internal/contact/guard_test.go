package contact_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
)

// AUD-1. PostgreSQL counts the rows that a query reads. The tables were analyzed when they were empty, as those of a new
// installation are.
func TestTheGuardReadsOnlyItsRecipientsRightAfterAnImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, dbtest.Postgres(t), clock.Real{}))
	rows := make([]contact.Row, 1000)
	for i := range rows {
		rows[i] = row(t, fmt.Sprintf("p%d@example.kz", i), "", "")
	}
	imported := w.bulk(contact.Bulk{OnExisting: contact.UpdateEmpty, Consents: advertising, Rows: rows})
	ids := make([]contact.ID, 250)
	for i := range ids {
		ids[i] = imported[i].Contact
	}
	require.NoError(t, w.db.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		before := consentsRead(ctx, t, tx)
		found, err := contact.GuardRows(ctx, tx, w.who.Tenant, advertising[0], ids)
		require.NoError(t, err)
		for _, r := range found {
			require.Equal(t, contact.Reachable, r.Reason)
			require.NotZero(t, r.Consent)
		}
		require.LessOrEqual(t, consentsRead(ctx, t, tx)-before, int64(2*len(ids)), "not each consent of the account for each recipient")
		return nil
	}))
}

func consentsRead(ctx context.Context, t *testing.T, tx *db.Tx) int64 {
	n, err := db.One[int64](ctx, tx, `
		SELECT CAST(COALESCE(SUM(seq_tup_read + idx_tup_fetch), 0) AS BIGINT)
		FROM pg_stat_xact_user_tables WHERE relname = 'consent_state'`)
	require.NoError(t, err)
	return n
}
