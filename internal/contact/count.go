package contact

import (
	"context"
	"fmt"

	"keruen/internal/access"
	"keruen/internal/db"
)

// CountAll is Count to the last contact, for work that goes through all of them and shows how far it is. It may take a second for
// a million contacts.
func (s *Service) CountAll(ctx context.Context, who access.Actor, f Filter) (int64, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return 0, err
	}
	f, err := s.complete(ctx, who.Tenant, f)
	if err != nil {
		return 0, err
	}
	w := filterContacts(who.Tenant, f)
	n, err := db.One[int64](ctx, s.db, `SELECT COUNT(*) FROM contacts c WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return 0, fmt.Errorf("count contacts: %w", err)
	}
	return n, nil
}
