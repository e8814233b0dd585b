package email

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/mail/mtasts"
)

// PolicyStore keeps policies of MTA-STS, so that a restart does not open the door that they close. They belong to no account.
type PolicyStore struct{ DB *db.DB }

var _ mtasts.Store = PolicyStore{}

type policyRow struct {
	RecordID  string
	Mode      string
	MX        db.JSON[[]string] `db:"mx"`
	MaxAge    int64
	FetchedAt time.Time
}

// LoadPolicy finds the policy of a domain, also one whose time is over.
func (s PolicyStore) LoadPolicy(ctx context.Context, domain string) (mtasts.Kept, bool, error) {
	r, err := db.One[policyRow](ctx, s.DB, `SELECT record_id, mode, mx, max_age, fetched_at FROM mta_sts_policy WHERE domain = ?`, domain)
	if errors.Is(err, errs.ErrNotFound) {
		return mtasts.Kept{}, false, nil
	}
	if err != nil {
		return mtasts.Kept{}, false, fmt.Errorf("load TLS policy: %w", err)
	}
	return mtasts.Kept{
		Domain: domain, RecordID: r.RecordID, Fetched: r.FetchedAt,
		Policy: mtasts.Policy{Mode: mtasts.Mode(r.Mode), MX: r.MX.V, MaxAge: time.Duration(r.MaxAge) * time.Second},
	}, true, nil
}

// SavePolicy keeps a policy in place of an older one of its domain, and drops those whose time is over.
func (s PolicyStore) SavePolicy(ctx context.Context, k mtasts.Kept) error {
	err := s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := db.Exec(ctx, tx, `
			INSERT INTO mta_sts_policy (domain, record_id, mode, mx, max_age, fetched_at, expires_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (domain) DO UPDATE SET
				record_id = excluded.record_id, mode = excluded.mode, mx = excluded.mx, max_age = excluded.max_age,
				fetched_at = excluded.fetched_at, expires_at = excluded.expires_at
			WHERE excluded.fetched_at >= mta_sts_policy.fetched_at`,
			k.Domain, k.RecordID, string(k.Policy.Mode), db.AsJSON(k.Policy.MX), int64(k.Policy.MaxAge/time.Second), k.Fetched, k.Fetched.Add(k.Policy.MaxAge)); err != nil {
			return err
		}
		_, err := db.Exec(ctx, tx, `DELETE FROM mta_sts_policy WHERE expires_at < ?`, tx.Now)
		return err
	})
	if err != nil {
		return fmt.Errorf("save TLS policy: %w", err)
	}
	return nil
}
