package campaign

import (
	"context"
	"time"

	"keruen/internal/db"
	"keruen/internal/id"
)

// LastMailing tells when a campaign of the account began to leave last; zero when none ever did.
func (s *Service) LastMailing(ctx context.Context, t id.Tenant) (time.Time, error) {
	last, err := db.All[time.Time](ctx, s.db, `
		SELECT started_at FROM campaign
		WHERE tenant_id = ? AND started_at IS NOT NULL
		ORDER BY started_at DESC LIMIT 1`, t)
	if err != nil || len(last) == 0 {
		return time.Time{}, err
	}
	return last[0], nil
}
