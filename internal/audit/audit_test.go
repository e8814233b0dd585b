package audit_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/audit"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/id"
	"keruen/internal/page"
	"keruen/internal/secret"
)

func newService(t *testing.T, d *db.DB) *audit.Service {
	t.Helper()
	keys, err := secret.New(make([]byte, secret.KeySize))
	require.NoError(t, err)
	return audit.New(d, clock.NewFake(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)), keys)
}

func record(t *testing.T, d *db.DB, tenant id.Tenant, actions ...string) {
	t.Helper()
	for _, a := range actions {
		require.NoError(t, d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return audit.Record(ctx, tx, audit.Entry{
				Tenant: tenant, Who: audit.Who{Member: 7, Via: "session", IP: "192.0.2.1"}, Action: a,
				Details: map[string]any{"from": "a<b>&", "to": 2},
			})
		}))
	}
}

func sign(t *testing.T, d *db.DB, tenant id.Tenant) (seq int64) {
	t.Helper()
	require.NoError(t, d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		seq, err = audit.RecordAct(ctx, tx, audit.Act{
			Tenant: tenant, Who: audit.Who{Member: 7, Via: "session"}, Pressed: "register", CodeID: "cod_1", Code: "123456",
			Document: audit.Document{Name: "offer", Version: "1", Lang: "ru", SHA256: "ab"},
		})
		return err
	}))
	return seq
}

func execute(t *testing.T, d *db.DB, text string, args ...any) error {
	t.Helper()
	return d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, text, args...)
		return err
	})
}

func TestAChainThatNobodyTouchedIsWhole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, a, b := newService(t, d), id.NewTenant(), id.NewTenant()
		record(t, d, a, "one", "two")
		record(t, d, b, "other")
		require.EqualValues(t, 3, sign(t, d, a))

		rep, err := s.Verify(t.Context(), a)
		require.NoError(t, err)
		require.True(t, rep.Whole)
		require.EqualValues(t, 3, rep.Records)

		none, err := s.Verify(t.Context(), id.NewTenant())
		require.NoError(t, err)
		require.True(t, none.Whole)
	})
}

func TestRecordsRefuseToBeChangedOrRemoved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := id.NewTenant()
		record(t, d, a, "one")

		require.ErrorContains(t, execute(t, d, `UPDATE audit_records SET action = 'x' WHERE tenant_id = ?`, a), "never changed")
		require.Error(t, execute(t, d, `DELETE FROM audit_records WHERE tenant_id = ?`, a))
	})
}

// ACC-2: whoever gets past the triggers is still found out.
func TestAChangedOrMissingRecordIsFound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, c := range map[string]struct {
			damage string
			at     int64
		}{
			"text":    {`UPDATE audit_records SET text = replace(text, 'two', 'TWO') WHERE tenant_id = ? AND seq = 2`, 2},
			"column":  {`UPDATE audit_records SET action = 'x' WHERE tenant_id = ? AND seq = 2`, 2},
			"removed": {`DELETE FROM audit_records WHERE tenant_id = ? AND seq = 2`, 2},
			"cut":     {`DELETE FROM audit_records WHERE tenant_id = ? AND seq = 3`, 3},
			"emptied": {`DELETE FROM audit_records WHERE tenant_id = ?`, 1},
		} {
			s, a := newService(t, d), id.NewTenant()
			record(t, d, a, "one", "two", "three")
			unlocked(t, d, func() { require.NoError(t, execute(t, d, c.damage, a), name) })

			rep, err := s.Verify(t.Context(), a)
			require.NoError(t, err)
			require.False(t, rep.Whole, name)
			require.Equal(t, c.at, rep.BrokenAt, name)
			require.NotEmpty(t, rep.Reason)
		}
	})
}

// unlocked takes the triggers away for as long as f runs, as a burglar with the database in hand could.
func unlocked(t *testing.T, d *db.DB, f func()) {
	t.Helper()
	if d.Dialect() == db.Postgres {
		require.NoError(t, execute(t, d, `ALTER TABLE audit_records DISABLE TRIGGER USER`))
		defer func() { require.NoError(t, execute(t, d, `ALTER TABLE audit_records ENABLE TRIGGER USER`)) }()
		f()
		return
	}
	for _, name := range []string{"audit_records_no_update", "audit_records_no_delete"} {
		ddl, err := db.One[string](t.Context(), d, `SELECT sql FROM sqlite_schema WHERE name = ?`, name)
		require.NoError(t, err)
		require.NoError(t, execute(t, d, `DROP TRIGGER `+name))
		defer func() { require.NoError(t, execute(t, d, ddl)) }()
	}
	f()
}

// ACC-2: the proof convinces without us, and no longer once a byte was changed.
func TestAProofHoldsOnlyAsItWasMade(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, a := newService(t, d), id.NewTenant()
		record(t, d, a, "one")
		sign(t, d, a)
		record(t, d, a, "two")

		p, err := s.Prove(t.Context(), a)
		require.NoError(t, err)
		st, err := p.Check(s.PublicKey())
		require.NoError(t, err)
		require.Len(t, st.Chain, 3)
		require.Empty(t, st.Chain[0].Text, "what is not an act shows its digest only")
		require.Contains(t, st.Chain[1].Text, `"pressed":"register"`)
		require.Contains(t, st.Chain[1].Text, `"code":"123456"`)

		forged := p
		forged.Statement = p.Statement[:len(p.Statement)-2] + " }"
		_, err = forged.Check(s.PublicKey())
		require.ErrorIs(t, err, audit.ErrProof)
		other, err := secret.New([]byte("0123456789abcdef0123456789abcdef"))
		require.NoError(t, err)
		_, err = p.Check(audit.New(d, clock.Real{}, other).PublicKey())
		require.ErrorIs(t, err, audit.ErrProof)
	})
}

func TestListsShowTheNewestFirstAndOnlyOnesOwn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, a := newService(t, d), id.NewTenant()
		record(t, d, a, "one", "two")
		sign(t, d, a)
		record(t, d, id.NewTenant(), "foreign")

		first, err := s.List(t.Context(), a, page.Ask{Limit: 2})
		require.NoError(t, err)
		require.Len(t, first.Items, 2)
		require.Equal(t, "document.signed", first.Items[0].Action)
		ask, err := page.Read(first.Next, 2)
		require.NoError(t, err)
		second, err := s.List(t.Context(), a, ask)
		require.NoError(t, err)
		require.Len(t, second.Items, 1)
		require.Equal(t, "one", second.Items[0].Action)
		require.Equal(t, "a<b>&", second.Items[0].Details["from"])

		acts, err := s.Acts(t.Context(), a, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Len(t, acts.Items, 1)
		require.Equal(t, "offer", acts.Items[0].Document.Name)
		require.Equal(t, id.Member(7), acts.Items[0].Who.Member)
	})
}

func TestRecordsWrittenAtOnceFollowOneAnother(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, a := newService(t, d), id.NewTenant()
		const n = 20
		done := make(chan error, n)
		for range n {
			go func() {
				done <- d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					return audit.Record(ctx, tx, audit.Entry{Tenant: a, Action: "at_once"})
				})
			}()
		}
		for range n {
			require.NoError(t, <-done)
		}
		rep, err := s.Verify(t.Context(), a)
		require.NoError(t, err)
		require.True(t, rep.Whole)
		require.EqualValues(t, n, rep.Records)
	})
}
