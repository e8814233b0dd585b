package channel

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
)

// Due returns senders of all accounts whose adapter wanted to look at their keys by now, the longest overdue first.
func (s *Service) Due(ctx context.Context, now time.Time, limit int) ([]Sender, error) {
	out, err := dueSenders(ctx, s.db, now, limit)
	if err != nil {
		return nil, fmt.Errorf("find senders whose keys are due: %w", err)
	}
	return out, nil
}

// SaveKeys is for adapters: it keeps the document of a sender whose keys moved on, and when to look at them next; zero is never. A
// document of nil leaves the stored one. errs.ErrStale: somebody changed the sender meanwhile.
func (s *Service) SaveKeys(ctx context.Context, snd Sender, settings []byte, due time.Time) (Sender, error) {
	out := snd
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		x, err := getSender(ctx, tx, snd.Tenant, snd.ID)
		if err != nil {
			return err
		}
		if x.Version != snd.Version {
			return errs.ErrStale
		}
		if settings != nil {
			x.Settings = s.seal(x.ID, settings)
			x.Version++
			if err := updateSender(ctx, tx, x); err != nil {
				return err
			}
		}
		out = x
		return saveKeysDue(ctx, tx, x, due)
	})
	return out, err
}
