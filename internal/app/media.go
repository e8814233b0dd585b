package app

import (
	"context"

	"keruen/internal/id"
	"keruen/internal/media"
)

// usage tells the library which letters show its files.
type usage struct{ a *App }

// UsesOf asks everybody who keeps letters.
func (u usage) UsesOf(ctx context.Context, t id.Tenant, address string) ([]media.Use, error) {
	var out []media.Use
	letters, err := u.a.Content.UsesOf(ctx, t, address)
	if err != nil {
		return nil, err
	}
	campaigns, err := u.a.Campaigns.Naming(ctx, t, address)
	if err != nil {
		return nil, err
	}
	shown, err := u.a.Brands.Names(ctx, t, address)
	if err != nil {
		return nil, err
	}
	if shown {
		out = append(out, media.Use{What: "brand"})
	}
	for _, c := range campaigns {
		out = append(out, media.Use{What: "campaign", ID: c.ID.String(), Name: c.Name})
	}
	for _, l := range letters {
		out = append(out, media.Use{What: l.What, ID: l.ID, Name: l.Name})
	}
	return out, nil
}
