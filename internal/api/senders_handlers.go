package api

import (
	"context"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/channel/email"
)

func senderOf(v email.View) Sender {
	return Sender{ID: v.ID.String(), Channel: string(v.Kind), Name: v.Name, Address: v.Address, ReplyTo: v.ReplyTo,
		Route: Route{Kind: v.Route.Kind, Host: v.Route.Host, Port: v.Route.Port, TLS: v.Route.TLS, User: v.Route.User, HasPassword: v.HasPassword, RelaySigns: v.Route.RelaySigns},
		State: senderState(v), Paused: v.Paused, Records: many(v.Records, senderRecordOf), CheckedAt: instant(v.CheckedAt),
		BounceDomain: v.BounceDomain, Selector: v.Selector, KeySince: instant(v.KeySince),
		Version: v.Version, CreatedAt: v.CreatedAt}
}

func senderState(v email.View) string {
	switch {
	case v.Paused:
		return "paused"
	case v.CheckedAt.IsZero():
		return "not_checked"
	case v.Ready():
		return "ready"
	default:
		return "records_missing"
	}
}

func senderRecordOf(r email.Record) SenderRecord {
	return SenderRecord{Kind: r.Kind, Type: r.Type, Name: r.Name, Expected: r.Expected, Found: r.Found, OK: r.OK, Required: r.Required, Advice: r.Advice,
		Better: r.Better, Short: r.Short(), Zone: r.Zone(), Stage: r.Stage, Until: instant(r.Until)}
}

func (r Route) inside() email.Route {
	return email.Route{Kind: r.Kind, Host: r.Host, Port: r.Port, TLS: r.TLS, User: r.User, Password: r.Password, RelaySigns: r.RelaySigns}
}

func (a *API) listSenders(ctx context.Context, who access.Actor, in *Paging) (List[Sender], error) {
	ask, err := in.ask()
	if err != nil {
		return List[Sender]{}, err
	}
	got, err := a.Senders.List(ctx, who, ask)
	if err != nil {
		return List[Sender]{}, err
	}
	return listOf(got, senderOf), nil
}

func (a *API) createSender(ctx context.Context, who access.Actor, in *CreateSenderInput) (Sender, error) {
	b := in.Body
	return senderAnswer(a.Senders.Create(ctx, who, email.Draft{Name: b.Name, Address: b.Address, ReplyTo: b.ReplyTo, BounceDomain: b.BounceDomain, Route: b.Route.inside()}))
}

func senderAnswer(v email.View, err error) (Sender, error) {
	if err != nil {
		return Sender{}, err
	}
	return senderOf(v), nil
}

func (a *API) getSender(ctx context.Context, who access.Actor, in *SenderPath) (Sender, error) {
	s, err := parse[channel.SenderID](in.ID)
	if err != nil {
		return Sender{}, err
	}
	return senderAnswer(a.Senders.Get(ctx, who, s))
}

func (a *API) patchSender(ctx context.Context, who access.Actor, in *PatchSenderInput) (Sender, error) {
	s, err := parse[channel.SenderID](in.ID)
	if err != nil {
		return Sender{}, err
	}
	v, err := in.version()
	if err != nil {
		return Sender{}, err
	}
	ch := email.Change{Name: in.Body.Name, Address: in.Body.Address, ReplyTo: in.Body.ReplyTo, BounceDomain: in.Body.BounceDomain}
	if in.Body.Route != nil {
		route := in.Body.Route.inside()
		ch.Route = &route
	}
	return senderAnswer(a.Senders.Update(ctx, who, s, v, ch))
}

func (a *API) deleteSender(ctx context.Context, who access.Actor, in *SenderPath) (None, error) {
	s, err := parse[channel.SenderID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Senders.Senders.Delete(ctx, who, s)
}

func (a *API) checkSender(ctx context.Context, who access.Actor, in *SenderPath) (Sender, error) {
	s, err := parse[channel.SenderID](in.ID)
	if err != nil {
		return Sender{}, err
	}
	return senderAnswer(a.Senders.Check(ctx, who, s))
}

func (a *API) replaceSenderKey(ctx context.Context, who access.Actor, in *SenderPath) (Sender, error) {
	s, err := parse[channel.SenderID](in.ID)
	if err != nil {
		return Sender{}, err
	}
	return senderAnswer(a.Senders.ReplaceKey(ctx, who, s))
}

func (a *API) dropSenderKey(ctx context.Context, who access.Actor, in *SenderPath) (Sender, error) {
	s, err := parse[channel.SenderID](in.ID)
	if err != nil {
		return Sender{}, err
	}
	return senderAnswer(a.Senders.DropKey(ctx, who, s))
}

func (a *API) pauseSender(ctx context.Context, who access.Actor, in *SenderPath) (Sender, error) {
	return a.holdSender(ctx, who, in.ID, a.Senders.Senders.Pause)
}

func (a *API) resumeSender(ctx context.Context, who access.Actor, in *SenderPath) (Sender, error) {
	return a.holdSender(ctx, who, in.ID, a.Senders.Senders.Resume)
}

func (a *API) holdSender(ctx context.Context, who access.Actor, id string,
	verb func(context.Context, access.Actor, channel.SenderID) (channel.Sender, error)) (Sender, error) {
	s, err := parse[channel.SenderID](id)
	if err != nil {
		return Sender{}, err
	}
	if _, err := verb(ctx, who, s); err != nil {
		return Sender{}, err
	}
	return senderAnswer(a.Senders.Get(ctx, who, s))
}
