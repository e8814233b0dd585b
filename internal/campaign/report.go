package campaign

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/page"
)

// Report is what came of a campaign.
type Report struct {
	Campaign  Campaign
	Counts    delivery.Counts
	Breakdown delivery.Breakdown
	Split     *SplitReport // nil: no A/B test
	Usual     Usual        // earlier campaigns
	PerSecond float64      // recipients tried a second, on average since the start; zero when it is not being sent
	EndsAt    time.Time    // expected end of the first tries; zero when not known
	At        time.Time    // the moment of the figures
}

// Report returns the figures of a campaign. A draft has none.
func (s *Service) Report(ctx context.Context, who access.Actor, c ID) (Report, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return Report{}, err
	}
	x, err := get(ctx, s.db, who.Tenant, c)
	if err != nil {
		return Report{}, fmt.Errorf("report campaign: %w", err)
	}
	r := Report{Campaign: x, At: s.clock.Now()}
	if r.Counts, err = s.delivery.Counts(ctx, who.Tenant, int64(c)); err != nil {
		return Report{}, fmt.Errorf("report campaign: %w", err)
	}
	if r.Breakdown, err = s.delivery.Breakdown(ctx, who.Tenant, int64(c)); err != nil {
		return Report{}, fmt.Errorf("report campaign: %w", err)
	}
	if err := s.nameLinks(ctx, x, &r.Breakdown); err != nil {
		return Report{}, fmt.Errorf("report campaign: %w", err)
	}
	if r.Split, err = s.splitReport(ctx, x); err != nil {
		return Report{}, fmt.Errorf("report campaign: %w", err)
	}
	if r.Usual, err = s.usual(ctx, x); err != nil {
		return Report{}, fmt.Errorf("report campaign: %w", err)
	}
	r.PerSecond, r.EndsAt = s.pace(x, r.Counts, r.At)
	return r, nil
}

// Progress is the little that a screen shows while sending.
func (s *Service) Progress(ctx context.Context, who access.Actor, c ID) (Campaign, delivery.Counts, error) {
	x, err := s.Get(ctx, who, c)
	if err != nil {
		return Campaign{}, delivery.Counts{}, err
	}
	n, err := s.delivery.Counts(ctx, who.Tenant, int64(c))
	return x, n, err
}

// nameLinks adds the addresses of the letter's links, also of those nobody followed.
func (s *Service) nameLinks(ctx context.Context, c Campaign, b *delivery.Breakdown) error {
	if c.Revision == 0 {
		return nil
	}
	if c.Split != nil && c.Split.By == ByLetter {
		return s.nameVariantLinks(ctx, c, b)
	}
	var err error
	b.Links, err = s.named(ctx, c, c.Revision, b.Links)
	return err
}

// nameVariantLinks counts the links of each letter of an A/B test of letters by itself; the rest has those of the winner.
func (s *Service) nameVariantLinks(ctx context.Context, c Campaign, b *delivery.Breakdown) error {
	b.Links = nil
	for i, rev := range c.Run.Revisions {
		variants := []string{variantName(i)}
		if !c.Run.DecidedAt.IsZero() && c.Run.Winner == i {
			variants = append(variants, restVariant)
		}
		counted, err := s.delivery.LinksOf(ctx, c.Tenant, int64(c.ID), variants)
		if err != nil {
			return err
		}
		list, err := s.named(ctx, c, rev, counted)
		if err != nil {
			return err
		}
		for _, l := range list {
			l.Variant = variantName(i)
			b.Links = append(b.Links, l)
		}
	}
	return nil
}

// named gives counted links the addresses of a letter, in its order.
func (s *Service) named(ctx context.Context, c Campaign, r content.RevisionID, counted []delivery.LinkCount) ([]delivery.LinkCount, error) {
	rev, err := s.content.Revision(ctx, s.db, c.Tenant, r)
	if err != nil {
		return nil, err
	}
	all := make([]delivery.LinkCount, len(rev.Links))
	for i, to := range rev.Links {
		all[i] = delivery.LinkCount{Index: i, URL: to}
	}
	for _, l := range counted {
		if l.Index < len(all) {
			l.URL = all[l.Index].URL
			all[l.Index] = l
		}
	}
	return all, nil
}

// pace tells how fast a campaign goes, over all of its time so far, and when the first tries would end.
func (s *Service) pace(c Campaign, n delivery.Counts, now time.Time) (perSecond float64, endsAt time.Time) {
	tried := n.Total - n.Pending - n.Cancelled
	spent := now.Sub(c.StartedAt)
	if c.State != Sending || tried <= 0 || spent < time.Second {
		return 0, time.Time{}
	}
	perSecond = float64(tried) / spent.Seconds()
	return perSecond, now.Add(time.Duration(float64(n.Pending) / perSecond * float64(time.Second))).Truncate(time.Second)
}

// Deliveries returns a page of a campaign's messages, one by one.
func (s *Service) Deliveries(ctx context.Context, who access.Actor, c ID, f delivery.Filter, a page.Ask) (page.Of[delivery.Delivery], error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return page.Of[delivery.Delivery]{}, err
	}
	if _, err := get(ctx, s.db, who.Tenant, c); err != nil {
		return page.Of[delivery.Delivery]{}, fmt.Errorf("list deliveries: %w", err)
	}
	return s.delivery.Deliveries(ctx, who.Tenant, int64(c), f, a)
}

// Unknown returns a page of the messages that may have been sent without a record, by name.
func (s *Service) Unknown(ctx context.Context, who access.Actor, c ID, a page.Ask) (page.Of[delivery.Delivery], error) {
	return s.Deliveries(ctx, who, c, delivery.Filter{States: []delivery.State{delivery.Unknown}}, a)
}

// Decision about unknown messages.
type Decision string

// Decisions.
const (
	Resend Decision = "resend" // somebody may get it twice
	Leave  Decision = "leave"  // somebody may have got none
)

// DecideUnknown decides about all unknown messages of a campaign and returns how many there were.
func (s *Service) DecideUnknown(ctx context.Context, who access.Actor, c ID, d Decision) (int64, error) {
	if err := who.Can(access.SendCampaigns); err != nil {
		return 0, err
	}
	if d != Resend && d != Leave {
		return 0, ErrDecision
	}
	var n int64
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		x, err := lock(ctx, tx, who.Tenant, c)
		if err != nil {
			return err
		}
		if n, err = s.delivery.DecideUnknownTx(ctx, tx, who.Tenant, int64(c), d == Resend); err != nil || n == 0 {
			return err
		}
		if d == Resend && x.State == Done {
			x.State, x.FinishedAt = Sending, time.Time{}
			x.Version, x.UpdatedAt = x.Version+1, tx.Now
			if err := save(ctx, tx, x); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: x.Tenant, Who: who.Who(), Action: "campaign.unknown_" + string(d), Object: x.ID.String()})
	})
	if err != nil {
		return 0, fmt.Errorf("decide about unknown: %w", err)
	}
	return n, nil
}
