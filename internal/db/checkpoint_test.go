package db_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
)

// The log is written back while nobody commits, and long before a commit has to do it; what was written is all there.
func TestTheLogIsWrittenBackBesideTheWriter(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t), clock.Real{})
	exec(t, d, `CREATE TABLE piece (id BIGINT NOT NULL PRIMARY KEY, body BLOB)`)
	body := bytes.Repeat([]byte("k"), 1<<20)
	const pieces = 48 // MB; a commit writes back at 128
	for i := range pieces {
		require.NoError(t, d.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, `INSERT INTO piece (id, body) VALUES (?, ?)`, i, body)
			return err
		}))
	}
	require.Eventually(t, func() bool {
		back, err := d.WrittenBack(t.Context())
		return err == nil && back > 0
	}, 10*time.Second, 20*time.Millisecond)
	n, err := db.One[int](t.Context(), d, `SELECT SUM(LENGTH(body)) FROM piece`)
	require.NoError(t, err)
	require.Equal(t, pieces<<20, n)
}
