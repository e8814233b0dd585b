package campaign

import (
	"context"
	"errors"
	"fmt"

	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
)

// launchKind is the job that turns the audience into recipients.
const launchKind = "campaign.launch"

// batchContacts is how many recipients one transaction takes in: twenty chunks.
const batchContacts = 20 * delivery.ChunkSize

type launchArgs struct {
	Tenant   id.Tenant `json:"tenant"`
	Campaign ID        `json:"campaign"`
	Round    int       `json:"round"`
}

func (s *Service) enqueueLaunch(ctx context.Context, tx *db.Tx, c Campaign) error {
	_, err := s.queue.EnqueueTx(ctx, tx, jobs.Task{
		Tenant: c.Tenant, Kind: launchKind, Args: launchArgs{c.Tenant, c.ID, c.round},
		UniqueKey: fmt.Sprintf("%d/%d", c.ID, c.round), RunAt: c.StartAt,
	})
	return err
}

// launch starts a campaign whose time has come and takes its audience in, batch by batch. It goes on
// where it stopped: the part remembers the last contact. Sending begins with the first batch.
func (s *Service) launch(ctx context.Context, _ *jobs.Job, a launchArgs) error {
	listed, err := s.listed(ctx, a) // asks name servers, so before the transaction
	if err != nil {
		return fmt.Errorf("launch campaign: %w", err)
	}
	c, part, err := s.begin(ctx, a, listed)
	if err != nil || part == 0 {
		return err
	}
	for {
		n, err := s.takeIn(ctx, c, part)
		if err != nil {
			return fmt.Errorf("launch campaign: %w", err)
		}
		if n < batchContacts {
			return nil
		}
	}
}

// begin makes the part, unless the order was called back; part is zero then. A campaign with listed links becomes a draft again.
func (s *Service) begin(ctx context.Context, a launchArgs, listed bool) (Campaign, delivery.PartID, error) {
	var c Campaign
	var part delivery.PartID
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		part = 0
		c, err = lock(ctx, tx, a.Tenant, a.Campaign)
		if errors.Is(err, errs.ErrNotFound) || err == nil && c.round != a.Round {
			return nil
		}
		if err != nil {
			return err
		}
		switch c.State {
		case Scheduled:
			if tx.Now.Sub(c.StartAt) > lateAfter {
				return s.holdTx(ctx, tx, &c, HoldLate)
			}
			if listed {
				return s.giveBack(ctx, tx, &c, "campaign.link_listed")
			}
			part, err = s.openPart(ctx, tx, &c)
		case Sending, Paused:
			part, err = s.unfilledPart(ctx, tx, c)
		}
		return err
	})
	return c, part, err
}

// openPart moves the campaign from scheduled to sending. One whose sender was deleted, or whose segment cannot be evaluated,
// becomes a draft again, with the problem named.
func (s *Service) openPart(ctx context.Context, tx *db.Tx, c *Campaign) (delivery.PartID, error) {
	if _, err := s.senders.Find(ctx, tx, c.Tenant, c.Sender); errors.Is(err, errs.ErrNotFound) {
		return 0, s.giveBack(ctx, tx, c, "campaign.sender")
	} else if err != nil {
		return 0, err
	}
	if err := s.contacts.CheckTarget(ctx, tx, c.Tenant, c.Audience); evaluable(err) != nil {
		return 0, err
	} else if err != nil {
		return 0, s.giveBack(ctx, tx, c, "campaign.segment")
	}
	part, err := s.delivery.CreatePartTx(ctx, tx, delivery.PartSpec{
		Tenant: c.Tenant, Source: int64(c.ID), Sender: c.Sender, Revision: c.Revision, Purpose: c.Purpose, Topic: c.Topic,
		Tracking: c.Tracking, StartAt: c.StartAt,
	})
	if err != nil {
		return 0, err
	}
	c.State, c.StartedAt = Sending, tx.Now
	c.Version, c.UpdatedAt = c.Version+1, tx.Now
	s.delivery.ChangedTx(tx, c.Tenant)
	if err := s.enqueueLinks(ctx, tx, *c); err != nil {
		return 0, err
	}
	return part, save(ctx, tx, *c)
}

// giveBack makes a draft again of a campaign that cannot start, with the problem named.
func (s *Service) giveBack(ctx context.Context, tx *db.Tx, c *Campaign, problem string) error {
	c.callBack(problem)
	c.Version, c.UpdatedAt = c.Version+1, tx.Now
	s.delivery.ChangedTx(tx, c.Tenant)
	return save(ctx, tx, *c)
}

func (s *Service) unfilledPart(ctx context.Context, tx *db.Tx, c Campaign) (delivery.PartID, error) {
	parts, err := s.delivery.PartsOf(ctx, tx, c.Tenant, int64(c.ID))
	if err != nil {
		return 0, err
	}
	for _, p := range parts {
		if !p.Filled {
			return p.ID, nil
		}
	}
	return 0, nil
}

// takeIn adds one batch. Fewer than batchContacts means that it was the last.
func (s *Service) takeIn(ctx context.Context, c Campaign, part delivery.PartID) (int, error) {
	var n int
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.delivery.PartTx(ctx, tx, c.Tenant, part)
		if err != nil {
			return err
		}
		if p.Filled || p.State == delivery.PartCancelled {
			n = 0
			return nil
		}
		ids, err := s.contacts.Walk(ctx, tx, c.Tenant, c.Audience, p.Cursor, batchContacts)
		if err != nil {
			return err
		}
		n = len(ids)
		if err := s.delivery.AppendChunksTx(ctx, tx, c.Tenant, part, ids); err != nil {
			return err
		}
		if n == batchContacts {
			return nil
		}
		return s.delivery.ClosePartTx(ctx, tx, c.Tenant, part)
	})
	return n, err
}

// partDone finishes a campaign when the last of its parts is done.
func (s *Service) partDone(ctx context.Context, e delivery.PartFinished) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := lock(ctx, tx, e.Tenant, ID(e.Source))
		if err != nil || c.State != Sending && c.State != Paused {
			return err
		}
		parts, err := s.delivery.PartsOf(ctx, tx, e.Tenant, e.Source)
		if err != nil {
			return err
		}
		for _, p := range parts {
			if p.State != delivery.PartDone {
				return nil
			}
		}
		c.State, c.FinishedAt = Done, tx.Now
		c.Version, c.UpdatedAt = c.Version+1, tx.Now
		s.delivery.ChangedTx(tx, c.Tenant)
		return save(ctx, tx, c)
	})
	if errors.Is(err, errs.ErrNotFound) {
		return nil // a test send, or an account that was erased
	}
	return err
}
