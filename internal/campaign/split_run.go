package campaign

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/errs"
	"keruen/internal/jobs"
)

// decideKind is the job that watches an A/B test and lets the winner go.
const decideKind = "campaign.decide"

// decideEvery is how often a test is looked at whose letters have not all been tried, or that is paused.
const decideEvery = 30 * time.Second

// freezeSplit freezes the letters of the variants; A's revision is the campaign's.
func (s *Service) freezeSplit(ctx context.Context, tx *db.Tx, x *Campaign, options content.Options) error {
	x.Run = SplitRun{}
	if x.Split == nil {
		return nil
	}
	for i := range x.Split.count() {
		rev, err := s.content.ReviseTx(ctx, tx, x.Tenant, x.Split.letter(x.Letter, i), options)
		if err != nil {
			return err
		}
		x.Run.Revisions = append(x.Run.Revisions, rev.ID)
	}
	return nil
}

// splitSpecs are the parts of an A/B test: one of each variant, and one of the rest, which waits for the winner.
func splitSpecs(c Campaign) []delivery.PartSpec {
	var out []delivery.PartSpec
	for i, rev := range c.Run.Revisions {
		p := partSpec(c)
		p.Revision, p.Variant, p.FromName, p.StartAt = rev, variantName(i), c.Split.fromName(i), c.StartAt.Add(c.Split.after(i))
		out = append(out, p)
	}
	if c.Split.Share < 100 {
		p := partSpec(c)
		p.Variant, p.Undecided = restVariant, true
		out = append(out, p)
	}
	return out
}

// enqueueDecide has a test looked at once its last variant has begun.
func (s *Service) enqueueDecide(ctx context.Context, tx *db.Tx, c Campaign) error {
	if c.Split == nil {
		return nil
	}
	_, err := s.queue.EnqueueTx(ctx, tx, jobs.Task{
		Tenant: c.Tenant, Kind: decideKind, Args: launchArgs{c.Tenant, c.ID, c.round},
		UniqueKey: fmt.Sprintf("%d/%d", c.ID, c.round), RunAt: c.StartAt.Add(c.Split.lastAfter()),
	})
	return err
}

// decide looks at a test: it notes when everybody was tried, waits, and lets the winner go. It may be called at any time and again: what
// it finds out is in the campaign, so a crash costs nothing. While the campaign is paused nothing is decided.
func (s *Service) decide(ctx context.Context, _ *jobs.Job, a launchArgs) error {
	before, err := get(ctx, s.db, a.Tenant, a.Campaign)
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("decide A/B test: %w", err)
	}
	results, err := s.delivery.CountsByVariant(ctx, a.Tenant, int64(a.Campaign))
	if err != nil {
		return fmt.Errorf("decide A/B test: %w", err)
	}
	var again time.Duration
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		again = 0
		c, err := lock(ctx, tx, a.Tenant, a.Campaign)
		if errors.Is(err, errs.ErrNotFound) || err == nil && (c.round != a.Round || c.Split == nil || !c.Run.DecidedAt.IsZero()) {
			return nil
		}
		if err != nil {
			return err
		}
		if c.Run.Closed && !before.Run.Closed { // the figures are of before the audience was in, and would say that nobody is untried
			again = decideEvery
			return nil
		}
		again, err = s.stepTest(ctx, tx, &c, variantsOf(c, results))
		return err
	})
	if err != nil {
		return fmt.Errorf("decide A/B test: %w", err)
	}
	if again > 0 {
		return jobs.Snooze(again)
	}
	return nil
}

// variantsOf puts figures into the order of the variants.
func variantsOf(c Campaign, results map[string]delivery.Counts) []delivery.Counts {
	out := make([]delivery.Counts, c.Split.count())
	for i := range out {
		out[i] = results[variantName(i)]
	}
	return out
}

// stepTest advances a test, and tells in how long to look again; zero: it is over.
func (s *Service) stepTest(ctx context.Context, tx *db.Tx, c *Campaign, results []delivery.Counts) (time.Duration, error) {
	switch {
	case c.State == Cancelled || c.State == Draft:
		return 0, nil
	case c.State == Paused || c.State == Scheduled || !c.Run.Closed || untried(results):
		return decideEvery, nil
	case c.Run.TestedAt.IsZero():
		c.Run.TestedAt = tx.Now
		if c.Split.Rule != ByHand {
			c.Run.DecideAt = tx.Now.Add(c.Split.wait())
		}
		if err := s.touch(ctx, tx, c); err != nil || c.Run.DecideAt.IsZero() {
			return 0, err
		}
		return c.Split.wait(), nil
	case c.Split.Rule == ByHand:
		return 0, nil
	case tx.Now.Before(c.Run.DecideAt):
		return c.Run.DecideAt.Sub(tx.Now), nil
	}
	x := compare(c.Split.Rule, results)
	return 0, s.releaseWinner(ctx, tx, c, x.Best, x.Basis)
}

// untried tells whether somebody in the test has not had a first try.
func untried(results []delivery.Counts) bool {
	for _, n := range results {
		if n.Pending > 0 {
			return true
		}
	}
	return false
}

// touch saves a change of a campaign that no person made.
func (s *Service) touch(ctx context.Context, tx *db.Tx, c *Campaign) error {
	c.Version, c.UpdatedAt = c.Version+1, tx.Now
	s.delivery.ChangedTx(tx, c.Tenant)
	return save(ctx, tx, *c)
}

// releaseWinner notes who has won and lets the rest go.
func (s *Service) releaseWinner(ctx context.Context, tx *db.Tx, c *Campaign, winner int, why Basis) error {
	if err := s.winTx(ctx, tx, c, winner, why); err != nil {
		return err
	}
	if err := s.touch(ctx, tx, c); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{Tenant: c.Tenant, Who: audit.Who{Via: "system"}, Action: "campaign.winner", Object: c.ID.String(),
		Details: map[string]any{"variant": variantName(winner), "basis": string(why)}})
}

// winTx is releaseWinner without saving the campaign.
func (s *Service) winTx(ctx context.Context, tx *db.Tx, c *Campaign, winner int, why Basis) error {
	c.Run.Winner, c.Run.Basis, c.Run.DecidedAt = winner, why, tx.Now
	parts, err := s.delivery.PartsOf(ctx, tx, c.Tenant, int64(c.ID))
	if err != nil {
		return err
	}
	for _, p := range parts {
		if p.State != delivery.PartUndecided {
			continue
		}
		err := s.delivery.ReleaseTx(ctx, tx, c.Tenant, p.ID, delivery.Release{
			Revision: c.Run.Revisions[winner], FromName: c.Split.fromName(winner), StartAt: c.Split.restStart(*c, winner, tx.Now),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Choose lets a variant win by a person's word, at any time while the rest waits. Variants are called a, b, c and d.
func (s *Service) Choose(ctx context.Context, who access.Actor, c ID, variant string) (Campaign, error) {
	if err := who.Can(access.SendCampaigns); err != nil {
		return Campaign{}, err
	}
	return s.move(ctx, who.Tenant, c, 0, func(ctx context.Context, tx *db.Tx, x *Campaign) error {
		if x.Split == nil || x.State != Sending || !x.Run.Closed || !x.Run.DecidedAt.IsZero() {
			return ErrSplitState
		}
		for i := range x.Split.count() {
			if variantName(i) != variant {
				continue
			}
			if err := s.winTx(ctx, tx, x, i, WonByHand); err != nil {
				return err
			}
			return audit.Record(ctx, tx, audit.Entry{Tenant: x.Tenant, Who: who.Who(), Action: "campaign.winner", Object: x.ID.String(),
				Details: map[string]any{"variant": variant, "basis": string(WonByHand)}})
		}
		return ErrSplit
	})
}

// SplitReport is an A/B test in a report.
type SplitReport struct {
	Split    Split
	Run      SplitRun
	Variants []VariantReport // A first
	Rest     delivery.Counts // who gets, or got, the winner; zero with a share of 100
	Compared Comparison
}

// VariantReport is what came of one variant.
type VariantReport struct {
	Name     string // a, b, c, d
	Subject  string
	FromName string        // empty: the sender's own
	After    time.Duration // after the start of the campaign
	Counts   delivery.Counts
}

func (s *Service) splitReport(ctx context.Context, c Campaign) (*SplitReport, error) {
	if c.Split == nil || len(c.Run.Revisions) == 0 {
		return nil, nil
	}
	results, err := s.delivery.CountsByVariant(ctx, c.Tenant, int64(c.ID))
	if err != nil {
		return nil, err
	}
	figures := variantsOf(c, results)
	out := &SplitReport{Split: *c.Split, Run: c.Run, Rest: results[restVariant], Compared: compare(c.Split.Rule, figures)}
	for i, n := range figures {
		out.Variants = append(out.Variants, VariantReport{
			Name: variantName(i), Subject: c.Split.letter(c.Letter, i).Subject, FromName: c.Split.fromName(i), After: c.Split.after(i), Counts: n,
		})
	}
	return out, nil
}

// checkSplit looks an A/B test over: its letters, that the variants differ, that its rule can be followed, and what it can show.
func (s *Service) checkSplit(ctx context.Context, c Campaign, p *Preflight) error {
	if c.Split == nil {
		return nil
	}
	seen := map[string]bool{}
	for i := range c.Split.count() {
		if d := c.Split.difference(c.Letter, i); seen[d] || i > 0 && d == "" {
			p.add(content.Error, "split", "campaign.split_same", "Two variants of the A/B test are the same. Change one of them, or take it away.", map[string]any{"variant": variantName(i)})
		} else {
			seen[d] = true
		}
		if err := s.checkVariant(ctx, c, i, p); err != nil {
			return err
		}
	}
	switch {
	case c.Split.Rule == MostOpens && !c.Tracking.Opens:
		p.add(content.Error, "split", "campaign.split_untracked", "The rule of the A/B test needs openings, and they are not followed.", nil)
	case c.Split.Rule == MostClicks && !c.Tracking.Clicks:
		p.add(content.Error, "split", "campaign.split_untracked", "The rule of the A/B test needs clicks, and they are not followed.", nil)
	}
	each := p.Audience.Reachable * int64(c.Split.Share) / 100 / int64(c.Split.count())
	params := map[string]any{"each": each, "points": int64(visible(each) + 0.5)}
	switch {
	case each < minReached:
		p.add(content.Warning, "split", "campaign.split_tiny", "Too few people take part in the A/B test to choose a winner: variant A would go to the rest.", params)
	case each < goodReached:
		p.add(content.Notice, "split", "campaign.split_small", "So many people of each variant show only large differences.", params)
	}
	return nil
}

// checkVariant looks over the letter of a variant other than A where it differs in its own way.
func (s *Service) checkVariant(ctx context.Context, c Campaign, i int, p *Preflight) error {
	if i == 0 || c.Split.By != BySubject && c.Split.By != ByLetter {
		return nil
	}
	options, err := s.options(ctx, c)
	if err != nil {
		return err
	}
	l := c.Split.letter(c.Letter, i)
	r, err := s.content.Check(ctx, access.System(c.Tenant), l, options)
	if err != nil {
		return err
	}
	if c.Split.By == ByLetter {
		r.Problems = append(r.Problems, s.content.LinkProblems(ctx, l)...)
	}
	for _, q := range r.Problems {
		if q.Severity != content.Error || c.Split.By == BySubject && q.Path != "subject" {
			continue
		}
		p.add(q.Severity, "split", "campaign.split_letter", "The letter of a variant has an error: "+q.Text, map[string]any{"variant": variantName(i), "code": q.Code})
	}
	return nil
}

// later tells which messages wait for a winner or for a time of their own, and how many.
func (s *Service) later(ctx context.Context, c Campaign) ([]Wait, int64, error) {
	undecided, err := s.delivery.Undecided(ctx, c.Tenant, int64(c.ID))
	if err != nil {
		return nil, 0, err
	}
	due, next, err := s.delivery.NotDue(ctx, c.Tenant, int64(c.ID))
	if err != nil {
		return nil, 0, err
	}
	var out []Wait
	if undecided > 0 {
		out = append(out, Wait{Why: WaitsForWinner, N: undecided, Next: c.Run.DecideAt})
	}
	if due > 0 {
		out = append(out, Wait{Why: WaitsForHour, N: due, Next: next})
	}
	return out, undecided + due, nil
}
