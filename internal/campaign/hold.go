package campaign

import (
	"context"
	"errors"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/errs"
)

// holdTx has a campaign wait for a person.
func (s *Service) holdTx(ctx context.Context, tx *db.Tx, c *Campaign, why Hold) error {
	c.Hold, c.Version, c.UpdatedAt = why, c.Version+1, tx.Now
	s.delivery.ChangedTx(tx, c.Tenant)
	err := audit.Record(ctx, tx, audit.Entry{Tenant: c.Tenant, Who: audit.Who{Via: "system"}, Action: "campaign.held", Object: c.ID.String(), Details: map[string]any{"why": string(why)}})
	if err != nil {
		return err
	}
	return save(ctx, tx, *c)
}

// partHeld pauses a campaign whose results have stopped its part.
func (s *Service) partHeld(ctx context.Context, e delivery.PartHeld) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := lock(ctx, tx, e.Tenant, ID(e.Source))
		if err != nil || c.State != Sending {
			return err
		}
		p, err := s.delivery.PartTx(ctx, tx, e.Tenant, e.Part)
		if err != nil || p.State != delivery.PartPaused {
			return err
		}
		if err := s.delivery.PauseTx(ctx, tx, c.Tenant, int64(c.ID)); err != nil { // the other variants of an A/B test
			return err
		}
		c.State = Paused
		return s.holdTx(ctx, tx, &c, HoldGuard)
	})
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	return err
}

// Resumption says how a campaign goes on.
type Resumption struct {
	Anyway bool // in spite of its results, after a guard has stopped it; recorded in the audit log
}

// Resume lets a paused campaign go on, and one that waits because its time has passed begin now. One whose links lead to
// listed hosts does neither, until they are off the lists.
func (s *Service) Resume(ctx context.Context, who access.Actor, c ID, how Resumption) (Campaign, error) {
	if err := s.goodLinks(ctx, who, c); err != nil {
		return Campaign{}, err
	}
	return s.turn(ctx, who, c, "campaign.resumed", func(ctx context.Context, tx *db.Tx, x *Campaign) error {
		switch {
		case x.State == Scheduled && x.Hold == HoldLate:
			return s.beginLate(ctx, tx, x)
		case x.State != Paused:
			return ErrState.With("state", x.State)
		case x.Hold == HoldGuard:
			if err := s.excuse(ctx, tx, who, *x, how); err != nil {
				return err
			}
		}
		x.State, x.Hold = Sending, ""
		return s.delivery.ResumeTx(ctx, tx, x.Tenant, int64(x.ID))
	})
}

// beginLate orders a campaign anew whose time has passed: a person wants it in spite of that.
func (s *Service) beginLate(ctx context.Context, tx *db.Tx, x *Campaign) error {
	x.StartAt, x.UndoUntil, x.Hold = tx.Now, tx.Now, ""
	if x.Local == OneMoment { // otherwise the wall time stays: each zone has a rule for a time that has passed
		x.StartLocal, x.Zone = "", ""
	}
	x.round++
	return s.enqueueLaunch(ctx, tx, *x)
}

// excuse records that a person has a campaign go on in spite of what its results say.
func (s *Service) excuse(ctx context.Context, tx *db.Tx, who access.Actor, x Campaign, how Resumption) error {
	if !how.Anyway {
		return ErrGuarded
	}
	f, err := s.delivery.FindingOf(ctx, tx, x.Tenant, int64(x.ID))
	if err != nil {
		return err
	}
	err = audit.Record(ctx, tx, audit.Entry{Tenant: x.Tenant, Who: who.Who(), Action: "campaign.guard_excused", Object: x.ID.String(),
		Details: map[string]any{"code": f.Code, "n": f.N, "of": f.Of, "domain": f.Domain}})
	if err != nil {
		return err
	}
	return s.delivery.ExcuseTx(ctx, tx, x.Tenant, int64(x.ID), f.Code)
}
