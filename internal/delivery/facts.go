package delivery

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"keruen/internal/contact"
	"keruen/internal/contact/segment"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/id"
)

// maxLinkParts is in how many of the latest parts a link is looked for when no campaign is named.
const maxLinkParts = 500

// none is a condition that nobody meets.
const none = "1 = 0"

var _ segment.Activity = (*Service)(nil)

// Active is the condition that a person opened or clicked something since a moment.
func (s *Service) Active(ctx context.Context, q db.Querier, t id.Tenant, since time.Time) (string, []any, error) {
	merged, err := contact.HasMerged(ctx, q, t)
	if err != nil {
		return "", nil, err
	}
	f := facts{tenant: t, merged: merged, asked: segment.Asked{Since: since}}
	return f.seen("s.kind IN ('open', 'click')")
}

// Did compiles a question of segments about letters. Who clicked has opened, whether the pictures were loaded or not; what
// machines did is neither. Questions about links look at campaigns only.
func (s *Service) Did(ctx context.Context, q db.Querier, t id.Tenant, a segment.Asked) (string, []any, error) {
	parts, err := s.partsOf(ctx, q, t, a)
	if err != nil {
		return "", nil, fmt.Errorf("find campaigns of a segment: %w", err)
	}
	if parts != nil && len(parts) == 0 {
		return none, nil, nil
	}
	merged, err := contact.HasMerged(ctx, q, t)
	if err != nil {
		return "", nil, err
	}
	f := facts{tenant: t, merged: merged, parts: parts, asked: a}
	switch a.Act {
	case segment.Sent:
		return f.outcome(Accepted, Delivered, Failed, Unknown)
	case segment.Delivered:
		return f.outcome(Accepted, Delivered)
	case segment.Bounced:
		return f.outcome(Failed)
	case segment.Opened:
		return f.seen("s.kind IN ('open', 'click')")
	case segment.Clicked:
		if a.Link == "" {
			return f.seen("s.kind = 'click'")
		}
		return s.followed(ctx, q, f)
	case segment.Unopened:
		return f.unopened()
	}
	return none, nil, nil
}

// partsOf resolves the campaigns that are meant; nil stands for every message. A campaign that is still taking its audience in is none
// of the last ones: its own segment must not change while it does.
func (s *Service) partsOf(ctx context.Context, q db.Querier, t id.Tenant, a segment.Asked) ([]PartID, error) {
	switch {
	case len(a.Campaigns) > 0:
		w := db.Where("tenant_id = ?", t).And(db.In("source", a.Campaigns))
		found, err := db.All[PartID](ctx, q, `SELECT id FROM part WHERE `+w.SQL(), w.Args()...)
		return append([]PartID{}, found...), err
	case a.Last > 0:
		found, err := db.All[PartID](ctx, q, `
			SELECT p.id FROM part p WHERE p.tenant_id = ? AND p.source IN (
				SELECT source FROM part WHERE tenant_id = ? AND start_at <= ? AND filled = TRUE
				GROUP BY source ORDER BY MAX(start_at) DESC, source DESC LIMIT ?)`, t, t, s.clock.Now(), a.Last)
		return append([]PartID{}, found...), err
	}
	return nil, nil
}

// facts builds conditions on the alias c of contacts.
type facts struct {
	tenant id.Tenant
	merged bool     // the account has merges: people are known by several numbers
	parts  []PartID // nil: all messages
	asked  segment.Asked
}

// among narrows a table to the parts and the time that are meant. The plus keeps the engine from looking every part up: a person has
// few rows, and they lie together.
func (f facts) among(alias, at string) (string, []any) {
	var text strings.Builder
	var args []any
	if f.parts != nil {
		text.WriteString(" AND +" + alias + ".part_id IN (" + db.Marks(len(f.parts)) + ")")
		for _, p := range f.parts {
			args = append(args, p)
		}
	}
	if !f.asked.Since.IsZero() {
		text.WriteString(" AND " + alias + "." + at + " >= ?")
		args = append(args, f.asked.Since)
	}
	return text.String(), args
}

// rows asks for rows of a person in a table. Where the account has merges, those into whom others were merged are asked under all of
// their numbers.
func (f facts) rows(table, alias, rest string, args []any) (string, []any, error) {
	own, ownArgs := f.times(table, alias, "= c.id", nil, rest, args)
	if !f.merged {
		return own, ownArgs, nil
	}
	all, allArgs := f.times(table, alias, "IN ("+contact.NumbersSQL+")", []any{f.tenant}, rest, args)
	return "CASE WHEN " + contact.MergedSQL + " THEN " + all + " ELSE " + own + " END", slices.Concat([]any{f.tenant}, allArgs, ownArgs), nil
}

// times asks for one row, or for rows of several messages.
func (f facts) times(table, alias, person string, personArgs []any, rest string, args []any) (string, []any) {
	from := "FROM " + table + " " + alias + " WHERE " + alias + ".tenant_id = ? AND " + alias + ".contact_id " + person + " AND " + rest
	all := slices.Concat([]any{f.tenant}, personArgs, args)
	if f.asked.Times <= 1 {
		return "EXISTS (SELECT 1 " + from + ")", all
	}
	return "(SELECT COUNT(DISTINCT " + alias + ".part_id) " + from + ") >= ?", append(all, f.asked.Times)
}

func (f facts) outcome(states ...State) (string, []any, error) {
	text, args := f.among("d", "updated_at")
	list := make([]string, len(states))
	for i, s := range states {
		list[i] = fmt.Sprint(int(s))
	}
	return f.rows("delivery", "d", "d.state IN ("+strings.Join(list, ", ")+")"+text, args)
}

func (f facts) seen(kinds string, more ...any) (string, []any, error) {
	text, args := f.among("s", "at")
	return f.rows("delivery_seen", "s", kinds+text, slices.Concat(more, args))
}

// unopened: delivered, as often as asked, and none of them opened.
func (f facts) unopened() (string, []any, error) {
	got, args, err := f.outcome(Accepted, Delivered)
	if err != nil {
		return "", nil, err
	}
	f.asked.Times = 1
	opened, more, err := f.seen("s.kind IN ('open', 'click')")
	return got + " AND NOT " + opened, append(args, more...), err
}

// letterOf is a part with the frozen letter that it sends.
type letterOf struct {
	Part     PartID             `db:"id"`
	Revision content.RevisionID `db:"revision_id"`
}

// followed is who clicked a link: its index is looked up in the frozen letter of each campaign.
func (s *Service) followed(ctx context.Context, q db.Querier, f facts) (string, []any, error) {
	w := db.Where("tenant_id = ?", f.tenant)
	if f.parts != nil {
		w.And(db.In("id", f.parts))
	}
	letters, err := db.All[letterOf](ctx, q, `SELECT id, revision_id FROM part WHERE `+w.SQL()+` ORDER BY start_at DESC LIMIT ?`, w.Args(maxLinkParts)...)
	if err != nil {
		return "", nil, fmt.Errorf("find links of a segment: %w", err)
	}
	var either []string
	var args []any
	for _, l := range letters {
		kinds, err := s.linkKinds(ctx, q, f, l)
		if err != nil {
			return "", nil, err
		}
		if len(kinds) > 0 {
			either = append(either, "s.part_id = ? AND s.kind IN ("+db.Marks(len(kinds))+")")
			args = append(append(args, l.Part), kinds...)
		}
	}
	if len(either) == 0 {
		return none, nil, nil
	}
	f.parts = nil // they are in either
	return f.seen("("+strings.Join(either, " OR ")+")", args...)
}

// linkKinds returns the kinds under which clicks on the asked link of one letter are kept: "link:3".
func (s *Service) linkKinds(ctx context.Context, q db.Querier, f facts, l letterOf) ([]any, error) {
	rev, err := s.content.Revision(ctx, q, f.tenant, l.Revision)
	if err != nil {
		return nil, fmt.Errorf("find links of a segment: %w", err)
	}
	want := strings.ToLower(f.asked.Link)
	var kinds []any
	for i, to := range rev.Links {
		to = strings.ToLower(to)
		if to == want || !f.asked.Exact && strings.Contains(to, want) {
			kinds = append(kinds, fmt.Sprintf("%s:%d", statLink, i))
		}
	}
	return kinds, nil
}
