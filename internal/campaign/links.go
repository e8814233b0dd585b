package campaign

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keruen/internal/access"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/jobs"
)

// linksKind is the job that looks at the links of a campaign while it is being sent.
const linksKind = "campaign.links"

// linksEvery is how often. Lists come to name a site within minutes once it is seen in mail that nobody wants.
const linksEvery = 10 * time.Minute

func (s *Service) enqueueLinks(ctx context.Context, tx *db.Tx, c Campaign) error {
	_, err := s.queue.EnqueueTx(ctx, tx, jobs.Task{
		Tenant: c.Tenant, Kind: linksKind, Args: launchArgs{c.Tenant, c.ID, c.round},
		UniqueKey: fmt.Sprintf("%d/%d", c.ID, c.round), RunAt: tx.Now.Add(linksEvery),
	})
	return err
}

// listed tells whether a campaign that is about to begin links to what lists name or to a public shortener.
func (s *Service) listed(ctx context.Context, a launchArgs) (bool, error) {
	c, err := get(ctx, s.db, a.Tenant, a.Campaign)
	if errors.Is(err, errs.ErrNotFound) || err == nil && (c.State != Scheduled || c.round != a.Round) {
		return false, nil
	}
	return err == nil && len(s.linkProblems(ctx, c)) > 0, err
}

// watchLinks looks at the links of a campaign again and again until it has ended, and stops it for a person when a list has
// come to name one (CMP-3).
func (s *Service) watchLinks(ctx context.Context, _ *jobs.Job, a launchArgs) error {
	c, err := get(ctx, s.db, a.Tenant, a.Campaign)
	if errors.Is(err, errs.ErrNotFound) || err == nil && (c.round != a.Round || c.State != Sending && c.State != Paused) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("watch links: %w", err)
	}
	if c.State == Sending && len(s.linkProblems(ctx, c)) > 0 {
		if err := s.holdLinks(ctx, a); err != nil {
			return fmt.Errorf("watch links: %w", err)
		}
	}
	return jobs.Snooze(linksEvery)
}

func (s *Service) holdLinks(ctx context.Context, a launchArgs) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := lock(ctx, tx, a.Tenant, a.Campaign)
		if err != nil || c.State != Sending {
			return err
		}
		c.State = Paused
		if err := s.delivery.PauseTx(ctx, tx, c.Tenant, int64(c.ID)); err != nil {
			return err
		}
		return s.holdTx(ctx, tx, &c, HoldLink)
	})
}

// goodLinks refuses that a campaign goes on whose links are listed. There is no "anyway": servers would refuse the letters, and
// the next look would stop it again.
func (s *Service) goodLinks(ctx context.Context, who access.Actor, c ID) error {
	if err := who.Can(access.SendCampaigns); err != nil {
		return err
	}
	x, err := get(ctx, s.db, who.Tenant, c)
	if err != nil {
		return fmt.Errorf("resume campaign: %w", err)
	}
	return content.AsError(s.linkProblems(ctx, x))
}

// linkWaits names the links that hold a campaign now; a group without a host when none does any more.
func (s *Service) linkWaits(ctx context.Context, x Campaign, left int64) []Wait {
	var out []Wait
	for _, p := range s.linkProblems(ctx, x) {
		host, _ := p.Params["host"].(string)
		list, _ := p.Params["list"].(string)
		out = append(out, Wait{Why: WaitsForLink, N: left, Domain: host, Detail: list})
	}
	if out == nil {
		out = []Wait{{Why: WaitsForLink, N: left}}
	}
	return out
}

// linkProblems looks at the links of all that a campaign may send.
func (s *Service) linkProblems(ctx context.Context, c Campaign) []content.Problem {
	out := s.content.LinkProblems(ctx, c.Letter)
	if c.Split == nil || c.Split.By != ByLetter {
		return out
	}
	for i := 1; i < c.Split.count(); i++ {
		out = append(out, s.content.LinkProblems(ctx, c.Split.letter(c.Letter, i))...)
	}
	return out
}
