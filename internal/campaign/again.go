package campaign

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// Limits of sending again.
const (
	maxWaves  = 2              // times that one letter may go again
	againRest = 24 * time.Hour // between the end of one wave and the start of the next
)

// Errors of sending again.
var (
	ErrAgainState   = errs.New(errs.Conflict, "campaign.again_state", "Only a campaign that has ended can go again to those who did not open it.")
	ErrAgainTwice   = errs.New(errs.Conflict, "campaign.again_twice", "The letter has gone to the same people twice again already. More would only make them complain.")
	ErrAgainExists  = errs.New(errs.Conflict, "campaign.again_exists", "There is a campaign already that goes again to those who did not open this one.")
	ErrAgainTrack   = errs.New(errs.Conflict, "campaign.again_untracked", "Openings of this campaign were not followed, so nobody knows who did not open it.")
	ErrAgainFixed   = errs.New(errs.Conflict, "campaign.again_fixed", "The audience of a repeated campaign is who did not open the first one. It cannot be changed.")
	ErrAgainSplit   = errs.New(errs.Invalid, "campaign.again_split", "A repeated campaign cannot be an A/B test or go at local times.")
	ErrAgainTooSoon = errs.New(errs.Conflict, "campaign.again_soon", "Leave a day between the campaign and its repetition, so that people have time to open it.")
)

// Again is whom a campaign would go to once more.
type Again struct {
	Unopened int64     // a server has taken the letter, no person has opened it or clicked
	Hidden   int64     // of them: a machine has opened it, so a person may have read it unseen
	From     time.Time // not before
	Wave     int       // 1 or 2: which time again it would be
}

// Again tells whom a campaign would go to once more, or why it cannot (MSG-11).
func (s *Service) Again(ctx context.Context, who access.Actor, c ID) (Again, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return Again{}, err
	}
	x, err := get(ctx, s.db, who.Tenant, c)
	if err != nil {
		return Again{}, fmt.Errorf("look who did not open: %w", err)
	}
	if err := s.repeatable(ctx, s.db, x); err != nil {
		return Again{}, err
	}
	out := Again{From: x.FinishedAt.Add(againRest), Wave: x.Wave + 1}
	all, err := s.countUnopened(ctx, x, true)
	if err != nil {
		return Again{}, err
	}
	sure, err := s.countUnopened(ctx, x, false)
	out.Unopened, out.Hidden = all, all-sure
	return out, err
}

// repeatable tells why a campaign cannot go again to those who did not open it.
func (s *Service) repeatable(ctx context.Context, q db.Querier, x Campaign) error {
	switch {
	case x.State != Done:
		return ErrAgainState.With("state", x.State)
	case x.Wave >= maxWaves:
		return ErrAgainTwice
	case !x.Tracking.Opens:
		return ErrAgainTrack
	}
	n, err := db.One[int64](ctx, q, `SELECT COUNT(*) FROM campaign WHERE tenant_id = ? AND again_of = ?`, x.Tenant, x.ID)
	if err == nil && n > 0 {
		return ErrAgainExists
	}
	return err
}

// chainOf returns a campaign and those that it repeats, the latest first.
func chainOf(ctx context.Context, q db.Querier, x Campaign) ([]int64, error) {
	list := []int64{int64(x.ID)}
	for x.AgainOf != 0 {
		before, err := get(ctx, q, x.Tenant, x.AgainOf)
		if err != nil {
			return nil, err
		}
		list, x = append(list, int64(before.ID)), before
	}
	return list, nil
}

// unopened are the contacts whose servers have taken a campaign, and who have opened neither it nor what it repeats.
func (s *Service) unopened(ctx context.Context, q db.Querier, x Campaign, hidden bool) (*db.Conditions, error) {
	chain, err := chainOf(ctx, q, x)
	if err != nil {
		return nil, err
	}
	text, args, err := s.delivery.Unopened(ctx, q, x.Tenant, chain, hidden)
	return db.Where("c.tenant_id = ?", x.Tenant).And(text, args...), err
}

func (s *Service) countUnopened(ctx context.Context, x Campaign, hidden bool) (int64, error) {
	w, err := s.unopened(ctx, s.db, x, hidden)
	if err != nil {
		return 0, fmt.Errorf("count who did not open: %w", err)
	}
	n, err := s.contacts.CountWhere(ctx, w, x.key())
	return n.Total, err
}

// Repeat makes the draft of a campaign that goes to those who did not open another one, with a subject of its own. hidden also takes
// those in for whom only a machine has opened it.
func (s *Service) Repeat(ctx context.Context, who access.Actor, c ID, subject string, hidden bool) (Campaign, error) {
	if err := who.Can(access.EditCampaigns); err != nil {
		return Campaign{}, err
	}
	var out Campaign
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		x, err := lock(ctx, tx, who.Tenant, c)
		if err != nil {
			return err
		}
		if err := s.repeatable(ctx, tx, x); err != nil {
			return err
		}
		out = Campaign{
			ID: id.New[kind](), Tenant: x.Tenant, State: Draft, Name: copyName(x.Name), Sender: x.Sender, Purpose: x.Purpose, Topic: x.Topic,
			Letter: s.sentLetter(x), Tracking: x.Tracking, AgainOf: x.ID, Wave: x.Wave + 1, AgainHidden: hidden,
			CreatedBy: who.Member, CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1,
		}
		out.Letter.Subject = strings.TrimSpace(subject)
		if err := out.check(); err != nil {
			return err
		}
		return insert(ctx, tx, out)
	})
	if err != nil {
		return Campaign{}, fmt.Errorf("repeat campaign: %w", err)
	}
	return out, nil
}

// sentLetter is what most people got: of an A/B test the winner.
func (s *Service) sentLetter(x Campaign) content.Letter {
	if x.Split == nil {
		return x.Letter
	}
	return x.Split.letter(x.Letter, x.Run.Winner)
}

// checkAgain looks a repetition over: whether there is anybody, and a new subject. Whether enough time lies between is judged when it is ordered (rested).
func (s *Service) checkAgain(ctx context.Context, c Campaign, p *Preflight) error {
	first, err := get(ctx, s.db, c.Tenant, c.AgainOf)
	if err != nil {
		return err
	}
	w, err := s.unopened(ctx, s.db, first, c.AgainHidden)
	if err != nil {
		return err
	}
	if p.Audience, err = s.contacts.CountWhere(ctx, w, c.key()); err != nil {
		return err
	}
	p.judgeAudience()
	if sameSubject(c.Letter.Subject, s.sentLetter(first).Subject) {
		p.add(content.Error, "subject", "campaign.again_subject", "The letter was not opened under this subject. Give it another one.", nil)
	}
	return nil
}

func sameSubject(a, b string) bool {
	fields := func(s string) []string { return strings.Fields(strings.ToLower(s)) }
	return slices.Equal(fields(a), fields(b))
}

// rested refuses a start that is too soon after what is repeated.
func (s *Service) rested(ctx context.Context, tx *db.Tx, c Campaign) error {
	if c.AgainOf == 0 {
		return nil
	}
	first, err := get(ctx, tx, c.Tenant, c.AgainOf)
	if err != nil {
		return err
	}
	if from := first.FinishedAt.Add(againRest); c.StartAt.Before(from) {
		return ErrAgainTooSoon.With("from", from)
	}
	return nil
}

// walk returns the next contacts of a campaign's audience, ascending.
func (s *Service) walk(ctx context.Context, q db.Querier, c Campaign, after contact.ID, limit int) ([]contact.ID, error) {
	if c.AgainOf == 0 {
		return s.contacts.Walk(ctx, q, c.Tenant, c.Audience, after, limit)
	}
	first, err := get(ctx, q, c.Tenant, c.AgainOf)
	if err != nil {
		return nil, err
	}
	w, err := s.unopened(ctx, q, first, c.AgainHidden)
	if err != nil {
		return nil, err
	}
	return s.contacts.WalkWhere(ctx, q, w, after, limit)
}
