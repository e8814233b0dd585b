package delivery

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/contact"
	"keruen/internal/contact/segment"
	"keruen/internal/db"
	"keruen/internal/id"
)

// Unopened is the condition, on the alias c of contacts, that a server has taken the message of the first of some campaigns and that no
// person has opened or clicked a message of any of them. Without hidden, an opening by a machine or an unclear one counts as opened as
// well: somebody may have read it unseen.
func (s *Service) Unopened(ctx context.Context, q db.Querier, t id.Tenant, sources []int64, hidden bool) (string, []any, error) {
	first, err := sourceParts(ctx, q, t, sources[:1])
	if err != nil {
		return "", nil, err
	}
	all, err := sourceParts(ctx, q, t, sources)
	if err != nil || len(first) == 0 {
		return none, nil, err
	}
	merged, err := contact.HasMerged(ctx, q, t)
	if err != nil {
		return "", nil, err
	}
	f := facts{tenant: t, merged: merged, parts: first, asked: segment.Asked{Times: 1}}
	got, args, err := f.outcome(Accepted, Delivered)
	if err != nil {
		return "", nil, err
	}
	kinds := "s.kind IN ('open', 'click')"
	if !hidden {
		kinds = "s.kind IN ('open', 'click', 'open_machine', 'open_unclear', 'click_machine', 'click_unclear')"
	}
	f.parts = all
	opened, more, err := f.seen(kinds)
	return got + " AND NOT " + opened, append(args, more...), err
}

func sourceParts(ctx context.Context, q db.Querier, t id.Tenant, sources []int64) ([]PartID, error) {
	w := db.Where("tenant_id = ?", t).And(db.In("source", sources))
	parts, err := db.All[PartID](ctx, q, `SELECT id FROM part WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("find parts: %w", err)
	}
	return parts, nil
}

// Undecided tells how many recipients of a campaign wait until it is decided what they get.
func (s *Service) Undecided(ctx context.Context, t id.Tenant, source int64) (int64, error) {
	n, err := db.One[int64](ctx, s.db, `
		SELECT CAST(COALESCE(SUM(total), 0) AS BIGINT) FROM part WHERE tenant_id = ? AND source = ? AND state = ?`, t, source, PartUndecided)
	if err != nil {
		return 0, fmt.Errorf("count undecided: %w", err)
	}
	return n, nil
}

// NotDue tells how many recipients of a campaign have a time of their own that has not come, and the first of these times.
func (s *Service) NotDue(ctx context.Context, t id.Tenant, source int64) (int64, time.Time, error) {
	r, err := db.One[struct {
		N    int64
		Next time.Time
	}](ctx, s.db, `
		SELECT CAST(COALESCE(SUM(c.n - c.done), 0) AS BIGINT) AS n, MIN(c.due_at) AS next FROM part p JOIN chunk c ON c.part_id = p.id
		WHERE p.tenant_id = ? AND p.source = ? AND p.state = ? AND c.state < 2 AND c.due_at > ?`, t, source, PartOpen, s.clock.Now())
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("count what is not due: %w", err)
	}
	return r.N, r.Next, nil
}
