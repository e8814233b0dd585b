package contact

import (
	"context"
	"fmt"

	"keruen/internal/db"
	"keruen/internal/id"
)

// What a person did under a number that went in a merge is the person's still: conditions on contacts read it through these. They are
// for accounts with merges only (HasMerged), so that others pay nothing.
const (
	// MergedSQL is the condition that others were merged into the contact with the alias c. Its one argument is the account.
	MergedSQL = `c.id IN (SELECT m.into_id FROM contact_merged m WHERE m.tenant_id = ?)`

	// NumbersSQL selects all numbers under which the contact with the alias c was known. Its one argument is the account.
	NumbersSQL = `WITH RECURSIVE known(id) AS (
		SELECT c.id UNION SELECT m.from_id FROM known k JOIN contact_merged m ON m.into_id = k.id WHERE m.tenant_id = ?) SELECT id FROM known`
)

// HasMerged tells whether an account has merges that were not undone.
func HasMerged(ctx context.Context, q db.Querier, t id.Tenant) (bool, error) {
	n, err := db.One[int](ctx, q, `SELECT COUNT(*) FROM (SELECT 1 FROM contact_merged WHERE tenant_id = ? LIMIT 1) AS found`, t)
	if err != nil {
		return false, fmt.Errorf("look for merges: %w", err)
	}
	return n > 0, nil
}
