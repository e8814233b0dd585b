package segment

import (
	"context"
	"fmt"

	"keruen/internal/contact"
	"keruen/internal/db"
)

// ForgetTx takes the addresses of a person out of the conditions and names of segments, for its erasure (CMP-11). Nobody has these
// addresses any more, so no segment finds anybody else by it.
func (s *Service) ForgetTx(ctx context.Context, tx *db.Tx, p contact.Person) error {
	list, err := listSegments(ctx, tx, p.Tenant)
	if err != nil {
		return fmt.Errorf("forget segments: %w", err)
	}
	for _, g := range list {
		tree := g.Condition.forget(p)
		if !tree && !p.Mentions(g.Name) {
			continue
		}
		if p.Mentions(g.Name) {
			g.Name = "… " + g.ID.String() // names are different from each other
		}
		g.Version, g.UpdatedAt = g.Version+1, tx.Now
		if err := saveSegment(ctx, tx, g); err != nil {
			return fmt.Errorf("forget segments: %w", err)
		}
	}
	return nil
}

// forget puts "…" in the place of values that name a person, and tells whether there were any.
func (c *Condition) forget(p contact.Person) bool {
	changed := false
	for _, v := range []*contact.Value{&c.Value, &c.From, &c.To} {
		if v.Kind() == contact.TextField && p.Mentions(v.Text()) {
			*v, changed = contact.TextValue("…"), true
		}
	}
	for i, v := range c.Values {
		if p.Mentions(v) {
			c.Values[i], changed = "…", true
		}
	}
	if p.Mentions(c.Link) {
		c.Link, changed = "…", true
	}
	for _, list := range [][]Condition{c.All, c.Any} {
		for i := range list {
			changed = list[i].forget(p) || changed
		}
	}
	return c.Not != nil && c.Not.forget(p) || changed
}
