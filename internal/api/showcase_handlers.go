package api

import (
	"context"
	"errors"
	"io"
	"net/http"

	"keruen/internal/access"
	"keruen/internal/showcase"
)

func (a *API) getShowcase(ctx context.Context, who access.Actor, _ *Nothing) (Showcase, error) {
	c, err := a.Clients.Get(ctx, who)
	if errors.Is(err, showcase.ErrNotAsked) {
		return Showcase{State: "none"}, nil
	}
	return showcaseOf(c, ownLogos), err
}

func (a *API) allowShowcase(ctx context.Context, who access.Actor, in *ShowcaseInput) (Showcase, error) {
	c, err := a.Clients.Allow(ctx, who, showcase.Offer{Name: in.Body.Name, Site: in.Body.Site, Logo: in.Body.Logo})
	return showcaseOf(c, ownLogos), err
}

func (a *API) withdrawShowcase(ctx context.Context, who access.Actor, _ *Nothing) (None, error) {
	return None{}, a.Clients.Withdraw(ctx, who)
}

func (a *API) getShowcaseLogo(ctx context.Context, who access.Actor, in *ShowcaseLogoInput) (Download, error) {
	id, err := parse[showcase.ID](in.ID)
	if err != nil {
		return Download{}, err
	}
	logo, err := a.Clients.Picture(ctx, who, id)
	if err != nil {
		return Download{}, err
	}
	write := func(_ context.Context, w io.Writer) error {
		_, err := w.Write(logo.Picture)
		return err
	}
	return Download{Header: http.Header{"Content-Type": {logo.Type}, "Content-Security-Policy": {"default-src 'none'; sandbox"}}, Write: write}, nil
}

func (a *API) listShowcase(ctx context.Context, who access.Actor, _ *Nothing) (List[ShowcaseClient], error) {
	all, err := a.Clients.List(ctx, who)
	return whole(all, showcaseClientOf), err
}

func (a *API) decideShowcase(ctx context.Context, who access.Actor, in *ShowcaseDecisionInput) (ShowcaseClient, error) {
	if err := who.Can(access.RunPlatform); err != nil {
		return ShowcaseClient{}, err
	}
	id, err := parse[showcase.ID](in.ID)
	if err != nil {
		return ShowcaseClient{}, err
	}
	c, err := a.Clients.Decide(ctx, who, showcase.Decision{Client: id, AllowedAt: in.Body.AllowedAt, Show: in.Body.Show, Reason: in.Body.Reason})
	return showcaseClientOf(c), err
}

func showcaseClientOf(c showcase.Client) ShowcaseClient {
	return ShowcaseClient{Showcase: showcaseOf(c, platformLogos), Account: c.Tenant.String()}
}
