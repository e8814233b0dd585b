package campaign

import (
	"context"

	"keruen/internal/contact/segment"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

var _ segment.Campaigns = (*Service)(nil)

// Names returns the names of those of these campaigns that the account has: segments name campaigns.
func (s *Service) Names(ctx context.Context, q db.Querier, t id.Tenant, campaigns []segment.CampaignID) (map[segment.CampaignID]string, error) {
	w := db.Where("tenant_id = ?", t).And(db.In("id", campaigns))
	rows, err := db.All[struct {
		ID   segment.CampaignID `db:"id"`
		Name string             `db:"name"`
	}](ctx, q, `SELECT id, name FROM campaign WHERE `+w.SQL(), w.Args()...)
	out := make(map[segment.CampaignID]string, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Name
	}
	return out, err
}

// UsesOf lists the campaigns that are for a segment. Those that have not left yet are open.
func (s *Service) UsesOf(ctx context.Context, q db.Querier, t id.Tenant, g segment.ID) ([]segment.Use, error) {
	rows, err := db.All[struct {
		ID    ID     `db:"id"`
		Name  string `db:"name"`
		State State  `db:"state"`
	}](ctx, q, `SELECT id, name, state FROM campaign WHERE tenant_id = ? AND audience LIKE ? ESCAPE '!' ORDER BY id DESC LIMIT 100`, t, db.Contains(`"`+g.String()+`"`))
	out := make([]segment.Use, len(rows))
	for i, r := range rows {
		out[i] = segment.Use{Kind: "campaign", ID: r.ID.String(), Name: r.Name, Open: r.State == Draft || r.State == Scheduled}
	}
	return out, err
}

// evaluable returns what went wrong when it is not the segment's own fault: that it was deleted, or names what was deleted.
func evaluable(err error) error {
	if k := errs.KindOf(err); err != nil && (k == errs.NotFound || k == errs.Conflict || k == errs.Invalid) {
		return nil
	}
	return err
}
