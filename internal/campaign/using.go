package campaign

import (
	"context"
	"fmt"

	"keruen/internal/db"
	"keruen/internal/id"
)

// Using is a campaign whose letter, or one of the letters of its A/B test, names an address.
type Using struct {
	ID   ID     `db:"id"`
	Name string `db:"name"`
}

// Naming returns campaigns that name an address in a letter, the newest first, at most ten.
func (s *Service) Naming(ctx context.Context, t id.Tenant, address string) ([]Using, error) {
	holds := s.db.Dialect().Holds
	out, err := db.All[Using](ctx, s.db, `SELECT id, name FROM campaign WHERE tenant_id = ? AND (`+holds("letter")+` OR `+holds("split")+`) ORDER BY id DESC LIMIT 10`, t, address, address)
	if err != nil {
		return nil, fmt.Errorf("find uses: %w", err)
	}
	return out, nil
}
