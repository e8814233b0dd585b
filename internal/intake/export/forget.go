package export

import (
	"context"
	"fmt"

	"keruen/internal/contact"
	"keruen/internal/db"
)

// Of returns the exports whose files name a person, as far as the files are kept (CMP-11).
func (s *Service) Of(ctx context.Context, p contact.Person) ([]Export, error) {
	rows, err := s.naming(ctx, p)
	out := make([]Export, len(rows))
	for i, r := range rows {
		out[i] = r.export()
	}
	return out, err
}

// naming reads through the files that are kept.
func (s *Service) naming(ctx context.Context, p contact.Person) ([]row, error) {
	rows, err := db.All[row](ctx, s.db, `SELECT `+columns+` FROM export WHERE tenant_id = ? AND blob_key <> '' ORDER BY id`, p.Tenant)
	if err != nil {
		return nil, fmt.Errorf("find exports of a person: %w", err)
	}
	var out []row
	for _, r := range rows {
		hit, err := s.blobs.Mentions(ctx, p.Tenant, r.Blob, p.Mentions)
		if err != nil {
			return nil, fmt.Errorf("find exports of a person: %w", err)
		}
		if hit {
			out = append(out, r)
		}
	}
	return out, nil
}

// ForgetFiles deletes the files that name a person, for its erasure (CMP-11). The export stays in the list, as one whose time is over.
func (s *Service) ForgetFiles(ctx context.Context, p contact.Person) error {
	rows, err := s.naming(ctx, p)
	if err != nil {
		return err
	}
	for _, r := range rows {
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
		search, reason := p.Mentions(r.Ask.V.Filter.Search), p.Mentions(r.Reason)
		if !search && !reason {
			continue
		}
		if search {
			r.Ask.V.Filter.Search = "…"
		}
		if reason {
			r.Reason = "…"
		}
		if _, err := db.Exec(ctx, tx, `UPDATE export SET ask = ?, reason = ? WHERE tenant_id = ? AND id = ?`, r.Ask, r.Reason, p.Tenant, r.ID); err != nil {
			return fmt.Errorf("forget exports: %w", err)
		}
	}
	return nil
}
