package api

import (
	"context"
	"encoding/json"

	"keruen/internal/access"
	"keruen/internal/brand"
	"keruen/internal/content"
	"keruen/internal/media"
)

func (a *API) logoOf(l brand.Logo) BrandLogo {
	if l.ID == 0 {
		return BrandLogo{}
	}
	return BrandLogo{ID: l.ID.String(), URL: a.Media.Address(l.Path), Width: l.Width, Height: l.Height, Alt: l.Alt}
}

func (a *API) brandOf(b brand.Brand) Brand {
	k := b.Kit
	return Brand{OnPrimary: k.OnPrimary(), LinkDark: k.LinkDark(), Weak: k.Weak(), Version: b.Version, UpdatedAt: instant(b.UpdatedAt), Kit: BrandKit{
		Logo: a.logoOf(k.Logo), LogoDark: a.logoOf(k.LogoDark), Primary: k.Primary, Link: k.Link, Text: k.Text, Muted: k.Muted, Bg: k.Bg, Surface: k.Surface, Font: k.Font, Radius: k.Radius,
		Company: k.Company, Address: k.Address, Phone: k.Phone, Email: k.Email,
		Social: many(k.Social, func(s brand.Social) BrandSocial { return BrandSocial{Network: s.Network, Link: s.Link} }),
	}}
}

func (k BrandKit) inside() (brand.Kit, error) {
	out := brand.Kit{Primary: k.Primary, Link: k.Link, Text: k.Text, Muted: k.Muted, Bg: k.Bg, Surface: k.Surface, Font: k.Font, Radius: k.Radius,
		Company: k.Company, Address: k.Address, Phone: k.Phone, Email: k.Email,
		Social: many(k.Social, func(s BrandSocial) brand.Social { return brand.Social{Network: s.Network, Link: s.Link} })}
	var err error
	if out.Logo.ID, err = reference[media.ID]("logo", k.Logo.ID); err != nil {
		return out, err
	}
	out.LogoDark.ID, err = reference[media.ID]("logo_dark", k.LogoDark.ID)
	return out, err
}

func (a *API) getBrand(ctx context.Context, who access.Actor, _ *Nothing) (Brand, error) {
	b, err := a.Brands.Get(ctx, who)
	if err != nil {
		return Brand{}, err
	}
	return a.brandOf(b), nil
}

func (a *API) saveBrand(ctx context.Context, who access.Actor, in *SaveBrandInput) (Brand, error) {
	k, err := in.Body.inside()
	if err != nil {
		return Brand{}, err
	}
	v, err := in.version()
	if err != nil {
		return Brand{}, err
	}
	b, err := a.Brands.Save(ctx, who, k, v)
	if err != nil {
		return Brand{}, err
	}
	return a.brandOf(b), nil
}

func (a *API) proposeBrand(ctx context.Context, who access.Actor, in *BrandPaletteInput) (BrandPalette, error) {
	id, err := parse[media.ID](in.Logo)
	if err != nil {
		return BrandPalette{}, err
	}
	found, k, err := a.Brands.Propose(ctx, who, id)
	if err != nil {
		return BrandPalette{}, err
	}
	return BrandPalette{Colours: found, Primary: k.Primary, OnPrimary: k.OnPrimary(), Link: k.Link, LinkDark: k.LinkDark()}, nil
}

func savedBlockOf(b content.Saved) SavedBlock {
	return SavedBlock{ID: b.ID.String(), Name: b.Name, Block: LetterDoc(b.Block), Locked: b.Locked, Version: b.Version, CreatedAt: b.CreatedAt, UpdatedAt: b.UpdatedAt}
}

func (b SavedBlockBody) inside() content.Saved {
	return content.Saved{Name: b.Name, Block: json.RawMessage(b.Block), Locked: b.Locked}
}

func (a *API) savedBlock(b content.Saved, err error) (SavedBlock, error) {
	if err != nil {
		return SavedBlock{}, err
	}
	return savedBlockOf(b), nil
}

func (a *API) listSavedBlocks(ctx context.Context, who access.Actor, _ *Nothing) (List[SavedBlock], error) {
	all, err := a.Content.SavedBlocks(ctx, who)
	if err != nil {
		return List[SavedBlock]{}, err
	}
	return whole(all, savedBlockOf), nil
}

func (a *API) saveBlock(ctx context.Context, who access.Actor, in *SaveBlockInput) (SavedBlock, error) {
	return a.savedBlock(a.Content.SaveBlock(ctx, who, in.Body.inside()))
}

func (a *API) getSavedBlock(ctx context.Context, who access.Actor, in *SavedBlockPath) (SavedBlock, error) {
	id, err := parse[content.SavedID](in.ID)
	if err != nil {
		return SavedBlock{}, err
	}
	return a.savedBlock(a.Content.SavedBlock(ctx, who, id))
}

func (a *API) changeSavedBlock(ctx context.Context, who access.Actor, in *ChangeBlockInput) (SavedBlock, error) {
	id, err := parse[content.SavedID](in.ID)
	if err != nil {
		return SavedBlock{}, err
	}
	v, err := in.version()
	if err != nil {
		return SavedBlock{}, err
	}
	b := in.Body.inside()
	b.ID = id
	return a.savedBlock(a.Content.ChangeBlock(ctx, who, b, v))
}

func (a *API) deleteSavedBlock(ctx context.Context, who access.Actor, in *SavedBlockPath) (None, error) {
	id, err := parse[content.SavedID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Content.DropBlock(ctx, who, id)
}
