package api

import (
	"context"

	"keruen/internal/access"
	"keruen/internal/contact"
	"keruen/internal/privacy"
)

func (a *API) privacyRequestOf(r privacy.Request) PrivacyRequest {
	return PrivacyRequest{ID: r.ID.String(), Kind: string(r.Kind), Source: string(r.Source), State: string(r.State), Contact: r.Contact.String(), Hint: r.Hint, Note: r.Note,
		Member: r.Member.String(), ReceivedAt: r.Received, DueAt: r.Due, Late: r.Late(a.Clock.Now()), DoneAt: instant(r.Done), Job: r.Job.String(), Size: r.Size,
		ExpiresAt: instant(r.Expires)}
}

func (a *API) listPrivacyRequests(ctx context.Context, who access.Actor, in *PrivacyRequestsInput) (List[PrivacyRequest], error) {
	ask, err := in.ask()
	if err != nil {
		return List[PrivacyRequest]{}, err
	}
	c, err := reference[contact.ID]("contact", in.Contact)
	if err != nil {
		return List[PrivacyRequest]{}, err
	}
	got, err := a.Privacy.List(ctx, who, privacy.Filter{Contact: c, Open: in.Open, Ask: ask})
	if err != nil {
		return List[PrivacyRequest]{}, err
	}
	return listOf(got, a.privacyRequestOf), nil
}

func (a *API) createPrivacyRequest(ctx context.Context, who access.Actor, in *CreatePrivacyRequestInput) (PrivacyRequest, error) {
	c, err := reference[contact.ID]("contact", in.Body.Contact)
	if err != nil {
		return PrivacyRequest{}, err
	}
	kind := privacy.Kind(in.Body.Kind)
	var r privacy.Request
	switch {
	case in.Body.Now && kind == privacy.Copy:
		r, err = a.Privacy.CopyNow(ctx, who, c)
	case in.Body.Now && kind == privacy.Erasure:
		r, err = a.Privacy.EraseNow(ctx, who, c)
	default:
		r, err = a.Privacy.Enter(ctx, who, c, kind)
	}
	if err != nil {
		return PrivacyRequest{}, err
	}
	return a.privacyRequestOf(r), nil
}

// privacyAct answers a request by a verb.
func (a *API) privacyAct(ctx context.Context, who access.Actor, text string, act func(context.Context, access.Actor, privacy.ID) (privacy.Request, error)) (PrivacyRequest, error) {
	id, err := parse[privacy.ID](text)
	if err != nil {
		return PrivacyRequest{}, err
	}
	r, err := act(ctx, who, id)
	if err != nil {
		return PrivacyRequest{}, err
	}
	return a.privacyRequestOf(r), nil
}

func (a *API) getPrivacyRequest(ctx context.Context, who access.Actor, in *PrivacyRequestPath) (PrivacyRequest, error) {
	return a.privacyAct(ctx, who, in.ID, a.Privacy.Get)
}

func (a *API) carryOutPrivacyRequest(ctx context.Context, who access.Actor, in *PrivacyRequestPath) (PrivacyRequest, error) {
	return a.privacyAct(ctx, who, in.ID, a.Privacy.Carry)
}

func (a *API) refusePrivacyRequest(ctx context.Context, who access.Actor, in *RefusePrivacyRequestInput) (PrivacyRequest, error) {
	return a.privacyAct(ctx, who, in.ID, func(ctx context.Context, who access.Actor, id privacy.ID) (privacy.Request, error) {
		return a.Privacy.Refuse(ctx, who, id, in.Body.Note)
	})
}

func (a *API) downloadPrivacyCopy(ctx context.Context, who access.Actor, in *PrivacyRequestPath) (Download, error) {
	id, err := parse[privacy.ID](in.ID)
	if err != nil {
		return Download{}, err
	}
	name, write, err := a.Privacy.File(ctx, who, id)
	return Download{Filename: name, Write: write}, err
}
