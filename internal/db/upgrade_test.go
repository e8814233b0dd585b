package db_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
)

// before is what a database of the last release holds of the tables that were rebuilt or grew since.
const before = `
INSERT INTO consent_state (tenant_id, contact_id, channel, purpose, action, consent_id, at) VALUES (1, 10, 'email', 'advertising', 'granted', 100, 5);
INSERT INTO consent_state (tenant_id, contact_id, channel, purpose, action, consent_id, at) VALUES (1, 11, 'email', 'advertising', 'withdrawn', 101, 6);
INSERT INTO consent (id, tenant_id, contact_id, channel, purpose, action, proof_id, at) VALUES (100, 1, 10, 'email', 'advertising', 'granted', 7, 5);
INSERT INTO consent_proof (id, tenant_id, source, wording, evidence, ip, user_agent, act_seq, import_id, obtained_at, at) VALUES (7, 1, 'import', 'words', 'null', '', '', 0, 0, 5, 5);
INSERT INTO suppression (id, tenant_id, channel, address_hash, address, scope, reason, detail, at) VALUES (1, 1, 'email', 'h', 'a', 'advertising', 'unsubscribed', '', 6);
INSERT INTO suppression (id, tenant_id, channel, address_hash, address, scope, reason, detail, at) VALUES (2, 1, 'email', 'k', 'b', 'all', 'hard_bounce', '', 6);
INSERT INTO contact_field (id, tenant_id, field_key, label, kind, created_at) VALUES (3, 1, 'city', 'City', 'text', 1)`

// AUD-1, AUD-3: a database of the last release comes along with every consent, withdrawal and entry of the stop-list that it has.
func TestADatabaseOfTheLastReleaseKeepsItsConsents(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]func(testing.TB) string{
		"sqlite":   func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "old.db") },
		"postgres": dbtest.EmptyPostgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, ctx := dbtest.Open(t, address(t), clock.Real{}), t.Context()
			require.NoError(t, d.MigrateTo(ctx, 12))
			require.NoError(t, d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
				for text := range strings.SplitSeq(before, ";\n") {
					if _, err := db.Exec(ctx, tx, text); err != nil {
						return err
					}
				}
				return nil
			}))
			require.NoError(t, d.Migrate(ctx))

			lines, err := db.All[string](ctx, d, `
				SELECT action || ' ' || CAST(contact_id AS TEXT) || ' ' || CAST(topic_id AS TEXT) || ' ' || CAST(consent_id AS TEXT) || ' ' || CAST(at AS TEXT)
				FROM consent_state WHERE tenant_id = 1 ORDER BY contact_id`)
			require.NoError(t, err)
			require.Equal(t, []string{"granted 10 0 100 5", "withdrawn 11 0 101 6"}, lines)
			lines, err = db.All[string](ctx, d, `SELECT reason || ' ' || left_scope FROM suppression WHERE tenant_id = 1 ORDER BY id`)
			require.NoError(t, err)
			require.Equal(t, []string{"unsubscribed advertising", "hard_bounce "}, lines)
			lines, err = db.All[string](ctx, d, `SELECT c.action || ' ' || CAST(c.topic_id AS TEXT) || ' ' || p.wording || ' ' || CAST(p.wording_version AS TEXT)
				FROM consent c JOIN consent_proof p ON p.id = c.proof_id WHERE c.tenant_id = 1`)
			require.NoError(t, err)
			require.Equal(t, []string{"granted 0 words 0"}, lines)
			lines, err = db.All[string](ctx, d, `SELECT kind || ' ' || options || ' ' || CAST(version AS TEXT) FROM contact_field WHERE tenant_id = 1`)
			require.NoError(t, err)
			require.Equal(t, []string{"text [] 1"}, lines)
		})
	}
}
