package api

import (
	"context"
	"time"

	"keruen/internal/access"
	"keruen/internal/lang"
	"keruen/internal/status"
)

func (w OutageText) inside() lang.Text  { return lang.Text{Ru: w.Ru, Kk: w.Kk, En: w.En} }
func (w OutageTitle) inside() lang.Text { return lang.Text{Ru: w.Ru, Kk: w.Kk, En: w.En} }

func outageText(t lang.Text) OutageText { return OutageText{Ru: t.Ru, Kk: t.Kk, En: t.En} }

func (a *API) getPlatformStatus(ctx context.Context, who access.Actor, _ *Nothing) (PlatformStatus, error) {
	outages, err := a.Status.List(ctx, who)
	if err != nil {
		return PlatformStatus{}, err
	}
	b := a.Status.Board(ctx)
	return PlatformStatus{State: string(b.Worst()), Parts: many(b.Parts, partStateOf), Outages: many(outages, a.outageOf)}, nil
}

func (a *API) publishOutage(ctx context.Context, who access.Actor, in *OutageInput) (Outage, error) {
	n := status.NewOutage{
		Kind: status.Kind(in.Body.Kind), Impact: status.State(in.Body.Impact), Title: in.Body.Title.inside(), Text: in.Body.Text.inside(),
		Parts: many(in.Body.Parts, func(p string) status.Part { return status.Part(p) }), StartsAt: given(in.Body.StartsAt), EndsAt: given(in.Body.EndsAt),
	}
	o, err := a.Status.Publish(ctx, who, n)
	return a.outageOf(o), err
}

func (a *API) updateOutage(ctx context.Context, who access.Actor, in *OutageUpdateInput) (Outage, error) {
	if err := who.Can(access.RunPlatform); err != nil {
		return Outage{}, err
	}
	id, err := parse[status.OutageID](in.ID)
	if err != nil {
		return Outage{}, err
	}
	o, err := a.Status.Tell(ctx, who, id, status.Update{Stage: status.Stage(in.Body.Stage), Text: in.Body.Text.inside()})
	return a.outageOf(o), err
}

// given is a time that may be left out.
func given(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func partStateOf(r status.Reading) PartState {
	return PartState{Part: string(r.Part), State: string(r.State), Since: instant(r.Since), CheckedAt: instant(r.CheckedAt)}
}

func (a *API) outageOf(o status.Outage) Outage {
	state, now := "coming", a.Clock.Now()
	switch {
	case o.Ended(now):
		state = "over"
	case o.Running(now):
		state = "running"
	}
	return Outage{
		ID: o.ID, Kind: string(o.Kind), Impact: string(o.Impact), Parts: many(o.Parts, func(p status.Part) string { return string(p) }), Title: outageText(o.Title),
		StartsAt: o.StartsAt, EndsAt: instant(o.EndsAt), State: state,
		Updates: many(o.Updates, func(u status.Update) OutageUpdate {
			return OutageUpdate{Stage: string(u.Stage), Text: outageText(u.Text), At: u.At}
		}),
	}
}
