package app

import (
	"context"

	"keruen/internal/access"
	"keruen/internal/frame"
	"keruen/internal/id"
	"keruen/internal/preference"
)

// brands gives forms the colour and the logo of the account's preference page, so that its public pages look alike.
type brands struct{ pages *preference.Service }

// Brand reads the published page.
func (b brands) Brand(ctx context.Context, t id.Tenant) (string, frame.Logo, error) {
	p, err := b.pages.Get(ctx, access.System(t))
	if err != nil {
		return "", frame.Logo{}, err
	}
	d := p.Published
	if d.Logo == 0 {
		return d.Colour, frame.Logo{}, nil
	}
	return d.Colour, frame.Logo{URL: preference.LogoPath(p.Key, d.Logo), Width: d.LogoWidth, Height: d.LogoHeight}, nil
}
