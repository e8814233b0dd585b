package campaign

import (
	"context"
	"fmt"

	"keruen/internal/db"
	"keruen/internal/id"
)

// Using is a campaign whose letter names an address.
type Using struct {
	ID   ID     `db:"id"`
	Name string `db:"name"`
}

// Naming returns campaigns whose letter names an address, the newest first, at most ten.
func (s *Service) Naming(ctx context.Context, t id.Tenant, address string) ([]Using, error) {
	out, err := db.All[Using](ctx, s.db, `SELECT id, name FROM campaign WHERE tenant_id = ? AND `+s.db.Dialect().Holds("letter")+` ORDER BY id DESC LIMIT 10`, t, address)
	if err != nil {
		return nil, fmt.Errorf("find uses: %w", err)
	}
	return out, nil
}
