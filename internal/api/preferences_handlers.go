package api

import (
	"context"
	"errors"
	"io"
	"net/http"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/errs"
	"keruen/internal/frame"
	"keruen/internal/lang"
	"keruen/internal/preference"
	"keruen/internal/track"
)

func preferenceTextsOf(t lang.Text) PreferenceTexts { return PreferenceTexts{t.Ru, t.Kk, t.En} }

func (t PreferenceTexts) inside() lang.Text { return lang.Text{Ru: t.Ru, Kk: t.Kk, En: t.En} }

func preferenceDesignOf(d preference.Design) PreferenceDesign {
	topic := func(t contact.TopicID) string { return t.String() }
	out := PreferenceDesign{
		Title: preferenceTextsOf(d.Title), Intro: preferenceTextsOf(d.Intro), Farewell: preferenceTextsOf(d.Farewell), Colour: d.Colour,
		Channels: many(d.Channels, func(c channel.Kind) string { return string(c) }), Topics: many(d.Topics, topic), Hidden: many(d.Hidden, topic),
		Pause: d.Pause, Others: d.Others,
	}
	if d.Logo != 0 {
		out.Logo = d.Logo.String()
	}
	return out
}

func (d PreferenceDesign) inside() (preference.Design, error) {
	out := preference.Design{
		Title: d.Title.inside(), Intro: d.Intro.inside(), Farewell: d.Farewell.inside(), Colour: d.Colour,
		Channels: many(d.Channels, func(s string) channel.Kind { return channel.Kind(s) }), Pause: d.Pause, Others: d.Others,
	}
	var err error
	if out.Logo, err = reference[preference.LogoID]("logo", d.Logo); err != nil {
		return out, err
	}
	if out.Topics, err = topicsOf("topics", d.Topics); err != nil {
		return out, err
	}
	out.Hidden, err = topicsOf("hidden", d.Hidden)
	return out, err
}

func topicsOf(field string, texts []string) ([]contact.TopicID, error) {
	out := make([]contact.TopicID, len(texts))
	for i, text := range texts {
		t, err := reference[contact.TopicID](field, text)
		if err != nil {
			return nil, err
		}
		out[i] = t
	}
	return out, nil
}

func (a *API) preferencePageOf(p preference.Page) PreferencePage {
	palette := frame.PaletteOf(p.Draft.Colour)
	out := PreferencePage{
		URL: a.Preferences.BaseURL + preference.PublicPath + p.Key, Draft: preferenceDesignOf(p.Draft), Published: preferenceDesignOf(p.Published),
		Palette: PreferencePalette(palette), Live: p.Version, Changes: p.Changes, Version: p.Edit, ChangedAt: p.ChangedAt, PublishedAt: instant(p.At),
	}
	if p.Draft.Logo != 0 {
		out.Logo = &PreferenceLogo{ID: p.Draft.Logo.String(), URL: preference.LogoPath(p.Key, p.Draft.Logo), Width: p.Draft.LogoWidth, Height: p.Draft.LogoHeight}
	}
	return out
}

func (a *API) preferenceAnswer(p preference.Page, err error) (PreferencePage, error) {
	if err != nil {
		return PreferencePage{}, err
	}
	return a.preferencePageOf(p), nil
}

func (a *API) getPreferencePage(ctx context.Context, who access.Actor, _ *Nothing) (PreferencePage, error) {
	return a.preferenceAnswer(a.Preferences.Get(ctx, who))
}

func (a *API) savePreferenceDraft(ctx context.Context, who access.Actor, in *PreferenceDraftInput) (PreferencePage, error) {
	v, err := in.version()
	if err != nil {
		return PreferencePage{}, err
	}
	d, err := in.Body.inside()
	if err != nil {
		return PreferencePage{}, err
	}
	return a.preferenceAnswer(a.Preferences.SaveDraft(ctx, who, v, d))
}

func (a *API) publishPreferencePage(ctx context.Context, who access.Actor, in *PreferencePublishInput) (PreferencePage, error) {
	v, err := in.version()
	if err != nil {
		return PreferencePage{}, err
	}
	return a.preferenceAnswer(a.Preferences.Publish(ctx, who, v))
}

func (a *API) listPreferenceVersions(ctx context.Context, who access.Actor, _ *Nothing) (List[PreferenceVersion], error) {
	all, err := a.Preferences.Versions(ctx, who)
	if err != nil {
		return List[PreferenceVersion]{}, err
	}
	return whole(all, func(v preference.Version) PreferenceVersion {
		out := PreferenceVersion{Live: v.Version, Design: preferenceDesignOf(v.Design.V), At: v.At}
		if v.Member != 0 {
			out.Member = v.Member.String()
		}
		return out
	}), nil
}

func (a *API) restorePreferenceVersion(ctx context.Context, who access.Actor, in *PreferenceVersionPath) (PreferencePage, error) {
	return a.preferenceAnswer(a.Preferences.Restore(ctx, who, in.Live))
}

func (a *API) addPreferenceLogo(ctx context.Context, who access.Actor, in *PreferenceLogoInput) (PreferenceLogo, error) {
	picture, err := io.ReadAll(http.MaxBytesReader(nil, io.NopCloser(in.picture), preference.MaxLogo))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return PreferenceLogo{}, preference.ErrLogo
	}
	if err != nil {
		return PreferenceLogo{}, errs.ErrInvalid.Because(err)
	}
	p, err := a.Preferences.Get(ctx, who)
	if err != nil {
		return PreferenceLogo{}, err
	}
	l, err := a.Preferences.AddLogo(ctx, who, picture)
	if err != nil {
		return PreferenceLogo{}, err
	}
	return PreferenceLogo{ID: l.ID.String(), URL: preference.LogoPath(p.Key, l.ID), Width: l.Width, Height: l.Height}, nil
}

func (a *API) previewPreferencePage(ctx context.Context, who access.Actor, in *PreferencePreviewInput) (Download, error) {
	show, err := a.Preferences.Preview(ctx, who, lang.Lang(in.Lang))
	if err != nil {
		return Download{}, err
	}
	page, err := track.Preview(show)
	if err != nil {
		return Download{}, err
	}
	write := func(_ context.Context, w io.Writer) error {
		_, err := w.Write(page.HTML)
		return err
	}
	return Download{Header: http.Header{"Content-Security-Policy": {page.Policy}}, Write: write}, nil
}
