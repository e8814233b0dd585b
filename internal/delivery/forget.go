package delivery

import (
	"context"
	"fmt"

	"keruen/internal/contact"
	"keruen/internal/db"
)

// ForgetTx removes what the ledger of deliveries tells about a person beside the bare rows: sealed values of single messages, servers'
// words, the domain of the address, with what and from where letters were opened (CMP-11). Figures stay.
func (s *Service) ForgetTx(ctx context.Context, tx *db.Tx, p contact.Person) error {
	w := db.Where("tenant_id = ?", p.Tenant).And(db.In("contact_id", p.IDs))
	if _, err := db.Exec(ctx, tx, `UPDATE delivery SET detail = '', provider = '', domain = '' WHERE `+w.SQL(), w.Args()...); err != nil {
		return fmt.Errorf("forget deliveries: %w", err)
	}
	if err := forgetVisits(ctx, tx, p); err != nil {
		return fmt.Errorf("forget deliveries: %w", err)
	}
	in, ids := db.In("contact_id", p.IDs)
	also, asIDs := db.In("as_id", p.IDs)
	w = db.Where("tenant_id = ?", p.Tenant).And("("+in+" OR "+also+")", ids, asIDs)
	if _, err := db.Exec(ctx, tx, `UPDATE single SET vars = NULL WHERE `+w.SQL(), w.Args()...); err != nil {
		return fmt.Errorf("forget deliveries: %w", err)
	}
	return nil
}

func forgetVisits(ctx context.Context, tx *db.Tx, p contact.Person) error {
	of := db.Where("tenant_id = ?", p.Tenant).And(db.In("contact_id", p.IDs))
	w := db.Where("tenant_id = ?", p.Tenant).And("(part_id, seq) IN (SELECT part_id, seq FROM delivery WHERE "+of.SQL()+")", of.Args()...)
	if _, err := db.Exec(ctx, tx, `UPDATE delivery_event SET agent = '', network = '' WHERE `+w.SQL(), w.Args()...); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `UPDATE delivery_hit SET agent = '', ip = '' WHERE `+w.SQL(), w.Args()...)
	return err
}
