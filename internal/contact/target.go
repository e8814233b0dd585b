package contact

import (
	"context"
	"fmt"
	"strings"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

type segmentKind struct{}

func (segmentKind) Prefix() string { return "seg" }

// SegmentID identifies a segment: contacts that meet a condition now. Segments are a feature of their own; this package only
// counts and walks them.
type SegmentID = id.Of[segmentKind]

// Segments compiles segments; app supplies it by UseSegments.
type Segments interface {
	// Where returns conditions on the alias c of contacts. It fails for a segment that is not the account's, or that cannot
	// be evaluated now.
	Where(ctx context.Context, q db.Querier, t id.Tenant, s SegmentID) (*db.Conditions, error)
}

// UseSegments gives the service its segments, before the first request.
func (s *Service) UseSegments(g Segments) { s.segments = g }

// ErrNoSegments is returned for a segment where nothing evaluates them.
var ErrNoSegments = errs.New(errs.NotFound, "not_found", "There is no such object, or it belongs to another account.")

func (s *Service) segment(ctx context.Context, q db.Querier, t id.Tenant, g SegmentID) (*db.Conditions, error) {
	if s.segments == nil {
		return nil, ErrNoSegments
	}
	return s.segments.Where(ctx, q, t, g)
}

// Target says whom a campaign is for: everyone, or who is on one of some lists or in one of some segments (each contact once).
type Target struct {
	All      bool        `json:"all"`
	Lists    []ListID    `json:"lists,omitempty"`
	Segments []SegmentID `json:"segments,omitempty"`
}

// Empty tells that nobody was chosen.
func (a Target) Empty() bool { return !a.All && len(a.Lists) == 0 && len(a.Segments) == 0 }

// where builds the conditions of a target on the alias c of contacts.
func (s *Service) where(ctx context.Context, q db.Querier, t id.Tenant, a Target) (*db.Conditions, error) {
	w := db.Where("c.tenant_id = ?", t).And("c.sort = ?", Audience)
	if a.All {
		return w, nil
	}
	in, lists := db.In("m.list_id", a.Lists)
	any, args := []string{"EXISTS (SELECT 1 FROM list_member m WHERE m.tenant_id = ? AND " + in + " AND m.contact_id = c.id)"}, []any{t, lists}
	for _, g := range a.Segments {
		of, err := s.segment(ctx, q, t, g)
		if err != nil {
			return nil, fmt.Errorf("read segment: %w", err)
		}
		any, args = append(any, "("+of.SQL()+")"), append(args, of.Args()...)
	}
	return w.And(strings.Join(any, " OR "), args...), nil
}

// Walk returns up to limit contacts of a target with ids above after, ascending: call it again with the last id until
// it returns fewer. Consent is not looked at: that is the guard's, at the moment of sending.
func (s *Service) Walk(ctx context.Context, q db.Querier, t id.Tenant, a Target, after ID, limit int) ([]ID, error) {
	if !a.All && len(a.Lists) == 1 && len(a.Segments) == 0 {
		return db.All[ID](ctx, q, `
			SELECT m.contact_id FROM list_member m JOIN contacts c ON c.tenant_id = m.tenant_id AND c.id = m.contact_id
			WHERE m.tenant_id = ? AND m.list_id = ? AND m.contact_id > ? AND c.sort = ?
			ORDER BY m.contact_id LIMIT ?`, t, a.Lists[0], int64(after), Audience, limit)
	}
	w, err := s.where(ctx, q, t, a)
	if err != nil {
		return nil, err
	}
	w.And("c.id > ?", int64(after))
	return db.All[ID](ctx, q, `SELECT c.id FROM contacts c WHERE `+w.SQL()+` ORDER BY c.id LIMIT ?`, w.Args(limit)...)
}

// Counts tells how a target divides for one channel, purpose and topic. The parts add up to Total.
type Counts struct {
	Total, Reachable, NoAddress, Suppressed, Unsubscribed, TopicLeft, NoConsent, Paused int64
}

// CountByReason counts a target as the guard would judge it now, for the check before sending.
func (s *Service) CountByReason(ctx context.Context, t id.Tenant, a Target, key ConsentKey) (Counts, error) {
	w, err := s.where(ctx, s.db, t, a)
	if err != nil {
		return Counts{}, fmt.Errorf("count audience: %w", err)
	}
	return s.CountWhere(ctx, w, key)
}

// CountWhere is CountByReason for conditions on the alias c of contacts, the account's among them.
func (s *Service) CountWhere(ctx context.Context, w *db.Conditions, key ConsentKey) (Counts, error) {
	joins, _, args := judged(db.SQLite, s.db.Moment(), key) // plain joins: the whole account is read anyway
	rows, err := db.All[struct {
		Reason Reason
		N      int64
	}](ctx, s.db, `
		SELECT reason, COUNT(*) AS n FROM (SELECT `+reasonSQL(key)+` AS reason FROM contacts c`+joins+` WHERE `+w.SQL()+`) AS judged
		GROUP BY reason`, append(args, w.Args()...)...)
	if err != nil {
		return Counts{}, fmt.Errorf("count audience: %w", err)
	}
	var out Counts
	for _, r := range rows {
		out.add(r.Reason, r.N)
	}
	return out, nil
}

func (n *Counts) add(r Reason, k int64) {
	n.Total += k
	switch r {
	case Reachable:
		n.Reachable = k
	case NoAddress:
		n.NoAddress = k
	case OnStopList:
		n.Suppressed = k
	case HasUnsubscribed:
		n.Unsubscribed = k
	case TopicLeft:
		n.TopicLeft = k
	case NoConsent:
		n.NoConsent = k
	case Paused:
		n.Paused = k
	}
}

// WalkWhere is Walk for conditions on the alias c of contacts, the account's among them.
func (s *Service) WalkWhere(ctx context.Context, q db.Querier, w *db.Conditions, after ID, limit int) ([]ID, error) {
	return db.All[ID](ctx, q, `SELECT c.id FROM contacts c WHERE `+w.SQL()+` AND c.sort = ? AND c.id > ? ORDER BY c.id LIMIT ?`,
		w.Args(Audience, int64(after), limit)...)
}
