package content

import (
	"context"
	"fmt"

	"keruen/internal/db"
	"keruen/internal/id"
)

// Using is a letter that names an address: a template, a saved block, or a letter that was frozen for sending.
type Using struct {
	What string // template, saved_block, letter
	ID   string // empty for letters
	Name string // of letters the subject
}

// maxUsing is how many places of one sort are named.
const maxUsing = 10

// UsesOf returns what names an address, as it stands in letters.
func (s *Service) UsesOf(ctx context.Context, t id.Tenant, address string) ([]Using, error) {
	holds := s.db.Dialect().Holds
	templates, err := db.All[templateRow](ctx, s.db, `SELECT `+templateColumns+` FROM template WHERE tenant_id = ? AND `+holds("letter")+` ORDER BY id DESC LIMIT ?`, t, address, maxUsing)
	if err != nil {
		return nil, fmt.Errorf("find uses: %w", err)
	}
	var out []Using
	for _, r := range templates {
		out = append(out, Using{"template", r.ID.String(), r.Name})
	}
	blocks, err := db.All[savedRow](ctx, s.db, `SELECT `+savedColumns+` FROM saved_block WHERE tenant_id = ? AND `+holds("block")+` ORDER BY id DESC LIMIT ?`, t, address, maxUsing)
	if err != nil {
		return nil, fmt.Errorf("find uses: %w", err)
	}
	for _, r := range blocks {
		out = append(out, Using{"saved_block", r.ID.String(), r.Name})
	}
	letters, err := db.All[db.JSON[Letter]](ctx, s.db, `SELECT letter FROM revision WHERE tenant_id = ? AND `+holds("letter")+` ORDER BY id DESC LIMIT ?`, t, address, maxUsing)
	if err != nil {
		return nil, fmt.Errorf("find uses: %w", err)
	}
	for _, r := range letters {
		out = append(out, Using{What: "letter", Name: r.V.Subject})
	}
	return out, nil
}
