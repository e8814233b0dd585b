package contact

import (
	"context"

	"keruen/internal/db"
	"keruen/internal/id"
)

// RunSize is how many contacts of an import share a run: few enough that the names of one lie in the memory of the engine, many enough
// that an account of millions has few runs to search.
const RunSize = 50_000

// OpenRunTx begins a run: contacts that a Bulk brings with it are indexed by name apart from all others, which makes an import of many
// several times as fast. A search asks each run, so only what is large is worth one.
func OpenRunTx(ctx context.Context, tx *db.Tx, t id.Tenant) (int64, error) {
	run := int64(id.New[contactKind]())
	_, err := db.Exec(ctx, tx, `INSERT INTO contact_run (tenant_id, run) VALUES (?, ?)`, t, run)
	return run, err
}

// runs are those of an account; 0 is the one of contacts that came singly.
func runs(ctx context.Context, q db.Querier, t id.Tenant) ([]int64, error) {
	list, err := db.All[int64](ctx, q, `SELECT run FROM contact_run WHERE tenant_id = ? ORDER BY run`, t)
	return append([]int64{0}, list...), err
}
