package campaign

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/access"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/errs"
)

// Step is how wide the points of a trend are.
type Step string

// Steps.
const (
	ByDay   Step = "day"
	ByWeek  Step = "week"
	ByMonth Step = "month"
)

// maxPoints is how many points a trend has at the most: a chart shows no more.
const maxPoints = 400

// ErrPeriod is returned for a period that cannot be shown.
var ErrPeriod = errs.New(errs.Invalid, "report.period", "Give a period of at least a day whose beginning is before its end, and at most 400 days, weeks or months of it.")

// Trend is an account over time.
type Trend struct {
	Points []delivery.TrendPoint
	Zone   string
}

// Trend returns what came of all campaigns from one day to another, both included, by days, weeks or months of the account's zone (MSG-11).
// Days are written 2026-12-01.
func (s *Service) Trend(ctx context.Context, who access.Actor, from, to string, step Step) (Trend, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return Trend{}, err
	}
	acc, err := s.access.GetAccount(ctx, who)
	if err != nil {
		return Trend{}, fmt.Errorf("report trend: %w", err)
	}
	zone, err := time.LoadLocation(acc.Zone)
	if err != nil {
		zone = time.UTC
	}
	marks, end, err := marksOf(from, to, step, zone)
	if err != nil {
		return Trend{}, err
	}
	points, err := s.delivery.Trend(ctx, who.Tenant, marks, end)
	return Trend{Points: points, Zone: zone.String()}, err
}

// marksOf cuts a period into steps. Weeks begin on Monday, months on their first day; the first step may be cut.
func marksOf(from, to string, step Step, zone *time.Location) (marks []time.Time, end time.Time, err error) {
	first, err := time.ParseInLocation(time.DateOnly, from, zone)
	if err != nil {
		return nil, end, ErrPeriod.Because(err)
	}
	last, err := time.ParseInLocation(time.DateOnly, to, zone)
	if err != nil {
		return nil, end, ErrPeriod.Because(err)
	}
	end = last.AddDate(0, 0, 1)
	for at := first; at.Before(end); at = step.next(at) {
		if marks = append(marks, at); len(marks) > maxPoints {
			return nil, end, ErrPeriod
		}
	}
	if len(marks) == 0 {
		return nil, end, ErrPeriod
	}
	return marks, end, nil
}

func (s Step) next(at time.Time) time.Time {
	switch s {
	case ByWeek:
		return at.AddDate(0, 0, 7-(int(at.Weekday())+6)%7)
	case ByMonth:
		return at.AddDate(0, 1, 1-at.Day())
	}
	return at.AddDate(0, 0, 1)
}

// Usual is what the account's earlier campaigns came to, for comparison.
type Usual struct {
	Campaigns                                            int     // that were looked at; 0: there are none to compare with
	Delivered, Opened, Clicked, Unsubscribed, Complained float64 // mean shares: of the tried, the rest of the delivered; 0–1
}

// usualOver is over how many earlier campaigns the mean is taken.
const usualOver = 10

// usual looks at the campaigns of the same purpose that had ended before this one began. Each counts the same, however large.
func (s *Service) usual(ctx context.Context, c Campaign) (Usual, error) {
	if c.StartedAt.IsZero() {
		return Usual{}, nil
	}
	before, err := db.All[int64](ctx, s.db, `
		SELECT id FROM campaign WHERE tenant_id = ? AND state = ? AND purpose = ? AND started_at < ? ORDER BY started_at DESC LIMIT ?`,
		c.Tenant, Done, c.Purpose, c.StartedAt, usualOver)
	if err != nil || len(before) == 0 {
		return Usual{}, err
	}
	counts, err := s.delivery.CountsOf(ctx, c.Tenant, before)
	if err != nil {
		return Usual{}, err
	}
	var u Usual
	for _, n := range counts {
		reached, tried := float64(n.Reached()), float64(n.Reached()+n.Failed+n.Expired)
		if reached == 0 {
			continue
		}
		u.Campaigns++
		u.Delivered += reached / tried
		u.Opened += float64(n.Opened) / reached
		u.Clicked += float64(n.Clicked) / reached
		u.Unsubscribed += float64(n.Unsubscribed) / reached
		u.Complained += float64(n.Complained) / reached
	}
	if k := float64(u.Campaigns); k > 0 {
		u.Delivered, u.Opened, u.Clicked, u.Unsubscribed, u.Complained = u.Delivered/k, u.Opened/k, u.Clicked/k, u.Unsubscribed/k, u.Complained/k
	}
	return u, nil
}

// ClickMap draws the letter that was sent with a label on every link. Of an A/B test variant says which one (empty: the winner, or A).
// device narrows the clicks to one; empty: all.
func (s *Service) ClickMap(ctx context.Context, who access.Actor, c ID, variant string, device delivery.Device, label func(people, clicks int64, share float64) string) (content.PreviewID, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return 0, err
	}
	x, err := get(ctx, s.db, who.Tenant, c)
	if err != nil {
		return 0, fmt.Errorf("draw click map: %w", err)
	}
	options, err := s.options(ctx, x)
	if err != nil {
		return 0, fmt.Errorf("draw click map: %w", err)
	}
	if x.Revision == 0 { // nobody has got it yet: the letter as it stands
		p, err := s.content.Preview(ctx, who, content.PreviewAsk{Letter: x.Letter, Options: options, Values: content.Sample(options.Lang)})
		return p.ID, err
	}
	rev, at := x.Revision, x.Run.Winner
	if len(x.Run.Revisions) > 0 {
		for i := range x.Run.Revisions {
			if variantName(i) == variant {
				at = i
			}
		}
		rev = x.Run.Revisions[at]
	}
	var sum int64
	clicks := func(l delivery.LinkCount) int64 {
		switch device {
		case "":
			return l.Clicks
		case delivery.Phone:
			return l.ByDevice[delivery.Phone] + l.ByDevice[delivery.Tablet]
		}
		return l.ByDevice[device]
	}
	mine := func(l delivery.LinkCount) bool { return l.Variant == "" || l.Variant == variantName(at) }
	b, err := s.delivery.Breakdown(ctx, who.Tenant, int64(c))
	if err != nil {
		return 0, fmt.Errorf("draw click map: %w", err)
	}
	if err := s.nameLinks(ctx, x, &b); err != nil {
		return 0, fmt.Errorf("draw click map: %w", err)
	}
	for _, l := range b.Links {
		if mine(l) {
			sum += clicks(l)
		}
	}
	labels := make(map[int]string)
	for _, l := range b.Links {
		if n := clicks(l); mine(l) {
			labels[l.Index] = label(l.People, n, share(n, sum))
		}
	}
	return s.content.ClickMap(ctx, who, rev, content.Sample(options.Lang), labels)
}

func share(n, of int64) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}
