package export

import (
	"context"
	"fmt"

	"keruen/internal/contact"
	"keruen/internal/db"
)

// ForgetFiles deletes the files that name a person, for its erasure (CMP-11). The export stays in the list, as one whose time is over.
func (s *Service) ForgetFiles(ctx context.Context, p contact.Person) error {
	rows, err := db.All[row](ctx, s.db, `SELECT `+columns+` FROM export WHERE tenant_id = ? AND blob_key <> ''`, p.Tenant)
	if err != nil {
		return fmt.Errorf("forget exports: %w", err)
	}
	for _, r := range rows {
		hit, err := s.blobs.Mentions(ctx, p.Tenant, r.Blob, p.Mentions)
		if err != nil {
			return fmt.Errorf("forget exports: %w", err)
		}
		if !hit {
			continue
		}
		err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, `UPDATE export SET blob_key = '', state = ? WHERE tenant_id = ? AND id = ?`, Expired, p.Tenant, r.ID)
			return err
		})
		if err != nil {
			return fmt.Errorf("forget exports: %w", err)
		}
		if err := s.blobs.Delete(ctx, p.Tenant, r.Blob); err != nil {
			return fmt.Errorf("forget exports: %w", err)
		}
	}
	return nil
}

// ForgetTx takes a person out of what exports were asked for: somebody may have searched for its address.
func (s *Service) ForgetTx(ctx context.Context, tx *db.Tx, p contact.Person) error {
	rows, err := db.All[row](ctx, tx, `SELECT `+columns+` FROM export WHERE tenant_id = ?`, p.Tenant)
	if err != nil {
		return fmt.Errorf("forget exports: %w", err)
	}
	for _, r := range rows {
		if !p.Mentions(r.Ask.V.Filter.Search) {
			continue
		}
		r.Ask.V.Filter.Search = "…"
		if _, err := db.Exec(ctx, tx, `UPDATE export SET ask = ? WHERE tenant_id = ? AND id = ?`, r.Ask, p.Tenant, r.ID); err != nil {
			return fmt.Errorf("forget exports: %w", err)
		}
	}
	return nil
}
