package segment

import (
	"context"
	"strings"
	"time"

	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

type row struct {
	ID        ID                 `db:"id"`
	Tenant    id.Tenant          `db:"tenant_id"`
	Name      string             `db:"name"`
	Tree      db.JSON[Condition] `db:"tree"`
	Count     int64              `db:"counted"`
	CountedAt time.Time          `db:"counted_at"`
	CreatedBy id.Member          `db:"created_by"`
	Version   int64              `db:"version"`
	CreatedAt time.Time          `db:"created_at"`
	UpdatedAt time.Time          `db:"updated_at"`
}

func (r row) segment() Segment {
	return Segment{ID: r.ID, Tenant: r.Tenant, Name: r.Name, Condition: r.Tree.V, Count: r.Count, CountedAt: r.CountedAt,
		CreatedBy: r.CreatedBy, Version: r.Version, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
}

const columns = `id, tenant_id, name, tree, counted, counted_at, created_by, version, created_at, updated_at`

func getSegment(ctx context.Context, q db.Querier, t id.Tenant, s ID) (Segment, error) {
	r, err := db.One[row](ctx, q, `SELECT `+columns+` FROM segment WHERE tenant_id = ? AND id = ?`, t, s)
	return r.segment(), err
}

func listSegments(ctx context.Context, q db.Querier, t id.Tenant) ([]Segment, error) {
	rows, err := db.All[row](ctx, q, `SELECT `+columns+` FROM segment WHERE tenant_id = ? ORDER BY name_key`, t)
	out := make([]Segment, len(rows))
	for i, r := range rows {
		out[i] = r.segment()
	}
	return out, err
}

func insertSegment(ctx context.Context, tx *db.Tx, s Segment) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO segment (id, tenant_id, name, name_key, tree, counted, counted_at, created_by, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, 0, NULL, ?, ?, ?, ?)`,
		s.ID, s.Tenant, s.Name, strings.ToLower(s.Name), db.AsJSON(s.Condition), s.CreatedBy, s.Version, s.CreatedAt, s.UpdatedAt)
	return taken(err)
}

// saveSegment writes s over the version before. What was counted of another condition is forgotten.
func saveSegment(ctx context.Context, tx *db.Tx, s Segment) error {
	n, err := db.Exec(ctx, tx, `UPDATE segment SET name = ?, name_key = ?, tree = ?, counted = ?, counted_at = ?, version = ?, updated_at = ? WHERE tenant_id = ? AND id = ? AND version = ?`,
		s.Name, strings.ToLower(s.Name), db.AsJSON(s.Condition), s.Count, s.CountedAt, s.Version, s.UpdatedAt, s.Tenant, s.ID, s.Version-1)
	if err == nil && n == 0 {
		return errs.ErrStale
	}
	return taken(err)
}

func taken(err error) error {
	if db.IsUnique(err) {
		return errs.ErrInvalid.At(contact.Blame("name", ErrTaken))
	}
	return err
}

// keepCount remembers a count, unless the condition changed meanwhile.
func keepCount(ctx context.Context, tx *db.Tx, s Segment, n int64) error {
	_, err := db.Exec(ctx, tx, `UPDATE segment SET counted = ?, counted_at = ? WHERE tenant_id = ? AND id = ? AND version = ?`, n, tx.Now, s.Tenant, s.ID, s.Version)
	return err
}

func deleteSegment(ctx context.Context, tx *db.Tx, t id.Tenant, s ID) error {
	n, err := db.Exec(ctx, tx, `DELETE FROM segment WHERE tenant_id = ? AND id = ?`, t, s)
	if err == nil && n == 0 {
		return errs.ErrNotFound
	}
	return err
}

// idsOf returns which of these identifiers a table of the account has.
func idsOf(ctx context.Context, q db.Querier, table string, t id.Tenant) (map[int64]bool, error) {
	list, err := db.All[int64](ctx, q, `SELECT id FROM `+table+` WHERE tenant_id = ?`, t)
	have := make(map[int64]bool, len(list))
	for _, n := range list {
		have[n] = true
	}
	return have, err
}

// rangeFrom is the least number of contacts worth a range of their own.
const rangeFrom = 50_000

// divide finds the last contact of every range but the last; none for a small account. Not into more ranges than readers: one that is bounded on both sides
// makes SQLite read the table by its key instead of contacts_scan, which takes twice the time.
func divide(ctx context.Context, q db.Querier, t id.Tenant, ranges, least int64) ([]contact.ID, error) {
	total, err := db.One[int64](ctx, q, `SELECT COUNT(*) FROM contacts WHERE tenant_id = ?`, t)
	if err != nil {
		return nil, err
	}
	var ends []contact.ID
	n := min(ranges, total/least)
	for last := int64(0); int64(len(ends)) < n-1; {
		at, err := db.All[contact.ID](ctx, q, `SELECT id FROM contacts WHERE tenant_id = ? AND id > ? ORDER BY id LIMIT 1 OFFSET ?`, t, last, total/n-1)
		if err != nil || len(at) == 0 {
			return ends, err
		}
		last = int64(at[0])
		ends = append(ends, at[0])
	}
	return ends, nil
}
