package campaign

import (
	"context"
	"errors"
	"fmt"

	"keruen/internal/contact"
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
	c, parts, err := s.begin(ctx, a, listed)
	if err != nil || len(parts) == 0 {
		return err
	}
	for {
		n, err := s.takeIn(ctx, c, parts)
		if err != nil {
			return fmt.Errorf("launch campaign: %w", err)
		}
		if n < batchContacts {
			return nil
		}
	}
}

// begin makes the parts, unless the order was called back; then there are none. A campaign with listed links becomes a draft again.
func (s *Service) begin(ctx context.Context, a launchArgs, listed bool) (Campaign, []delivery.PartID, error) {
	var c Campaign
	var parts []delivery.PartID
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		parts = nil
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
			parts, err = s.openParts(ctx, tx, &c)
		case Sending, Paused:
			parts, err = s.unfilledParts(ctx, tx, c)
		}
		return err
	})
	return c, parts, err
}

// openParts moves the campaign from scheduled to sending. One whose sender was deleted, or whose segment cannot be evaluated,
// becomes a draft again, with the problem named.
func (s *Service) openParts(ctx context.Context, tx *db.Tx, c *Campaign) ([]delivery.PartID, error) {
	if _, err := s.senders.Find(ctx, tx, c.Tenant, c.Sender); errors.Is(err, errs.ErrNotFound) {
		return nil, s.giveBack(ctx, tx, c, "campaign.sender")
	} else if err != nil {
		return nil, err
	}
	if err := s.contacts.CheckTarget(ctx, tx, c.Tenant, c.Audience); evaluable(err) != nil {
		return nil, err
	} else if err != nil {
		return nil, s.giveBack(ctx, tx, c, "campaign.segment")
	}
	specs := []delivery.PartSpec{partSpec(*c)}
	if c.Split != nil {
		specs = splitSpecs(*c)
	}
	var parts []delivery.PartID
	for _, spec := range specs {
		part, err := s.delivery.CreatePartTx(ctx, tx, spec)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	c.State, c.StartedAt = Sending, tx.Now
	if err := s.enqueueLinks(ctx, tx, *c); err != nil {
		return nil, err
	}
	if err := s.enqueueDecide(ctx, tx, *c); err != nil {
		return nil, err
	}
	return parts, s.touch(ctx, tx, c)
}

// partSpec is the part of a campaign that is no A/B test. At local times it lasts until the last zone has had its time.
func partSpec(c Campaign) delivery.PartSpec {
	p := delivery.PartSpec{
		Tenant: c.Tenant, Source: int64(c.ID), Sender: c.Sender, Revision: c.Revision, Purpose: c.Purpose, Topic: c.Topic,
		Tracking: c.Tracking, StartAt: c.StartAt,
	}
	if c.Local != OneMoment {
		p.MaxAge = delivery.MaxAge(c.Purpose) + widest
	}
	return p
}

// giveBack makes a draft again of a campaign that cannot start, with the problem named.
func (s *Service) giveBack(ctx context.Context, tx *db.Tx, c *Campaign, problem string) error {
	c.callBack(problem)
	c.Version, c.UpdatedAt = c.Version+1, tx.Now
	s.delivery.ChangedTx(tx, c.Tenant)
	return save(ctx, tx, *c)
}

func (s *Service) unfilledParts(ctx context.Context, tx *db.Tx, c Campaign) ([]delivery.PartID, error) {
	parts, err := s.delivery.PartsOf(ctx, tx, c.Tenant, int64(c.ID))
	if err != nil {
		return nil, err
	}
	var out []delivery.PartID
	for _, p := range parts {
		if !p.Filled {
			out = append(out, p.ID)
		}
	}
	return out, nil
}

// takeIn adds one batch of the audience to the parts. Fewer than batchContacts means that it was the last.
func (s *Service) takeIn(ctx context.Context, c Campaign, parts []delivery.PartID) (int, error) {
	var n int
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n = 0
		p, err := s.delivery.PartTx(ctx, tx, c.Tenant, parts[0])
		if err != nil || p.Filled || p.State == delivery.PartCancelled {
			return err
		}
		ids, err := s.walk(ctx, tx, c, p.Cursor, batchContacts)
		if err != nil {
			return err
		}
		n = len(ids)
		if n > 0 {
			shares, err := s.divide(ctx, tx, c, parts, ids)
			if err != nil {
				return err
			}
			if err := s.delivery.AppendSharesTx(ctx, tx, c.Tenant, parts, ids[n-1], shares); err != nil {
				return err
			}
		}
		if n == batchContacts {
			return nil
		}
		return s.closeParts(ctx, tx, c, parts)
	})
	return n, err
}

// divide tells who of a stretch of the audience belongs to which part, and when. The parts are in the order of the variants, the rest last.
func (s *Service) divide(ctx context.Context, tx *db.Tx, c Campaign, parts []delivery.PartID, ids []contact.ID) ([]delivery.Share, error) {
	if c.Local != OneMoment {
		return s.byZone(ctx, tx, c, parts[0], ids)
	}
	if c.Split == nil {
		return []delivery.Share{{Part: parts[0], IDs: ids}}, nil
	}
	shares := make([]delivery.Share, len(parts))
	for i, p := range parts {
		shares[i].Part = p
	}
	for _, who := range ids {
		at := c.Split.place(c.ID, who)
		if at < 0 {
			at = len(parts) - 1
		}
		shares[at].IDs = append(shares[at].IDs, who)
	}
	return shares, nil
}

// closeParts says that the audience is in.
func (s *Service) closeParts(ctx context.Context, tx *db.Tx, c Campaign, parts []delivery.PartID) error {
	for _, p := range parts {
		if err := s.delivery.ClosePartTx(ctx, tx, c.Tenant, p); err != nil {
			return err
		}
	}
	if c.Split == nil {
		return nil
	}
	x, err := lock(ctx, tx, c.Tenant, c.ID)
	if err != nil {
		return err
	}
	x.Run.Closed = true
	return s.touch(ctx, tx, &x)
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
