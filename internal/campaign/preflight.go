package campaign

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"keruen/internal/access"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// Problem is something to mend before sending, or worth knowing.
type Problem struct {
	Code     string
	Text     string
	Params   map[string]any
	Jump     string // part of the builder to open: name, sender, topic, audience, subject, html, text
	Line     int    // in the letter, from 1; 0 when it is about the whole
	Column   int
	Severity content.Severity
}

// Preflight tells what sending would do now.
type Preflight struct {
	Audience contact.Counts // by reason
	Problems []Problem      // the errors first
	Size     int            // bytes of the HTML
	Duration time.Duration  // expected, for the reachable; zero when the channel sets no pace
	Ready    bool           // no error among the problems

	version int64 // of the draft that was looked at
}

// Preflight looks a draft over: whom it would reach, what is missing or wrong, how long it would take.
func (s *Service) Preflight(ctx context.Context, who access.Actor, c ID) (Preflight, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return Preflight{}, err
	}
	return s.preflight(ctx, who.Tenant, c)
}

func (s *Service) preflight(ctx context.Context, t id.Tenant, c ID) (Preflight, error) {
	x, err := get(ctx, s.db, t, c)
	if err != nil {
		return Preflight{}, fmt.Errorf("check campaign: %w", err)
	}
	p := Preflight{version: x.Version}
	if err := s.checkLetter(ctx, x, &p); err != nil {
		return Preflight{}, fmt.Errorf("check campaign: %w", err)
	}
	if err := s.checkWhom(ctx, x, &p); err != nil {
		return Preflight{}, fmt.Errorf("check campaign: %w", err)
	}
	if err := s.checkTopic(ctx, x, &p); err != nil {
		return Preflight{}, fmt.Errorf("check campaign: %w", err)
	}
	if err := s.checkWay(ctx, x, &p); err != nil {
		return Preflight{}, fmt.Errorf("check campaign: %w", err)
	}
	gravity := map[content.Severity]int{content.Error: 0, content.Warning: 1, content.Notice: 2}
	slices.SortStableFunc(p.Problems, func(a, b Problem) int { return gravity[a.Severity] - gravity[b.Severity] })
	p.Ready = true
	for _, q := range p.Problems {
		p.Ready = p.Ready && q.Severity != content.Error
	}
	return p, nil
}

func (p *Preflight) add(severity content.Severity, jump, code, text string, params map[string]any) {
	p.Problems = append(p.Problems, Problem{Code: code, Text: text, Params: params, Jump: jump, Severity: severity})
}

func (s *Service) checkLetter(ctx context.Context, c Campaign, p *Preflight) error {
	options, err := s.options(ctx, c)
	if err != nil {
		return err
	}
	r, err := s.content.Check(ctx, access.System(c.Tenant), c.Letter, options)
	if err != nil {
		return err
	}
	p.Size = r.Size
	r.Problems = append(r.Problems, s.content.LinkProblems(ctx, c.Letter)...)
	for _, severity := range []content.Severity{content.Error, content.Warning, content.Notice} {
		for _, q := range r.Problems {
			if q.Severity == severity {
				p.Problems = append(p.Problems, Problem{
					Code: q.Code, Text: q.Text, Params: q.Params, Jump: q.Path, Line: q.Line, Column: q.Column, Severity: q.Severity,
				})
			}
		}
	}
	return nil
}

// options say in which language the footer is added: the account's.
func (s *Service) options(ctx context.Context, c Campaign) (content.Options, error) {
	acc, err := s.access.GetAccount(ctx, access.System(c.Tenant))
	return content.Options{Purpose: c.Purpose, Lang: acc.Lang}, err
}

// checkWhom looks at whom the campaign is for: its audience, or who did not open another campaign.
func (s *Service) checkWhom(ctx context.Context, c Campaign, p *Preflight) error {
	if c.AgainOf != 0 {
		return s.checkAgain(ctx, c, p)
	}
	if err := s.checkAudience(ctx, c, p); err != nil {
		return err
	}
	return s.checkSplit(ctx, c, p)
}

func (s *Service) checkAudience(ctx context.Context, c Campaign, p *Preflight) error {
	if c.Audience.Empty() {
		p.add(content.Error, "audience", "campaign.no_audience", "Choose to whom the campaign goes.", nil)
		return nil
	}
	if err := s.contacts.CheckTarget(ctx, s.db, c.Tenant, c.Audience); evaluable(err) != nil {
		return err
	} else if err != nil {
		p.add(content.Error, "audience", "campaign.segment", "A segment of the audience was deleted, or it names something that was. Mend it or choose another.", nil)
		return nil
	}
	n, err := s.contacts.CountByReason(ctx, c.Tenant, c.Audience, c.key())
	if err != nil {
		return err
	}
	p.Audience = n
	p.judgeAudience()
	return nil
}

func (p *Preflight) judgeAudience() {
	switch n := p.Audience; {
	case n.Total == 0:
		p.add(content.Error, "audience", "campaign.empty_audience", "There is nobody in the audience.", nil)
	case n.Reachable == 0:
		p.add(content.Error, "audience", "campaign.nobody_reachable", "Nobody in the audience may be written to now. See the reasons.", nil)
	case n.Reachable*2 < n.Total:
		p.add(content.Warning, "audience", "campaign.few_reachable", "Less than half of the audience may be written to.",
			map[string]any{"reachable": n.Reachable, "total": n.Total})
	}
}

// checkTopic looks at the topic, which may have been archived since it was chosen.
func (s *Service) checkTopic(ctx context.Context, c Campaign, p *Preflight) error {
	err := contact.SendableTopic(ctx, s.db, c.Tenant, c.Topic)
	var e *errs.Error
	if err == nil || errs.KindOf(err) == errs.Internal || !errors.As(err, &e) {
		return err
	}
	p.add(content.Error, "topic", e.Code, e.Text, nil)
	return nil
}

// checkWay looks at the sender and says how long the campaign would take at its pace.
func (s *Service) checkWay(ctx context.Context, c Campaign, p *Preflight) error {
	snd, err := s.senders.Find(ctx, s.db, c.Tenant, c.Sender)
	if errs.KindOf(err) == errs.NotFound {
		p.add(content.Error, "sender", "campaign.no_sender", "Choose the sender.", nil)
		return nil
	}
	if err != nil {
		return err
	}
	if snd.Paused {
		p.add(content.Warning, "sender", "campaign.sender_paused", "The sender is paused: nothing leaves until it is resumed.", nil)
	}
	if rate := s.delivery.Rate(snd); rate > 0 {
		p.Duration = time.Duration(float64(p.Audience.Reachable) / rate * float64(time.Second)).Round(time.Second)
	}
	return nil
}

// fields are the errors as fields of the input.
func (p Preflight) fields() []errs.Field {
	var out []errs.Field
	for _, q := range p.Problems {
		if q.Severity != content.Error {
			continue
		}
		f := errs.Field{Path: q.Jump, Code: q.Code, Text: q.Text, Params: map[string]any{}}
		for k, v := range q.Params {
			f.Params[k] = v
		}
		if q.Line > 0 {
			f.Params["line"], f.Params["column"] = q.Line, q.Column
		}
		out = append(out, f)
	}
	return out
}
