package api

import (
	"context"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/errs"
	"keruen/internal/lang"
	"keruen/internal/terms"
)

func registrationOf(r access.Registration) Registration {
	return Registration{Registration: r.ID.String(), Email: r.Email, ResendAt: r.ResendAt, ExpiresAt: r.ExpiresAt}
}

func (a *API) register(ctx context.Context, c *call, in *RegisterInput) (Registration, error) {
	b := in.Body
	l, _ := lang.Parse(b.Lang)
	docs, err := a.accepted(l, b.Accept)
	if err != nil {
		return Registration{}, err
	}
	r, err := a.Access.Register(ctx, c.Visitor, access.NewRegistration{Email: b.Email, Password: b.Password, Lang: l, News: b.News, Accepted: docs})
	if err != nil {
		return Registration{}, err
	}
	return registrationOf(r), nil
}

// accepted turns the names that the browser sends into documents with their hashes, as they stand now.
func (a *API) accepted(l lang.Lang, named []AcceptedDocument) ([]audit.Document, error) {
	refs := make([]terms.Ref, len(named))
	for i, n := range named {
		refs[i] = terms.Ref{Name: n.Document, Version: n.Version}
	}
	return a.Terms.Check(refs, l)
}

func (a *API) confirmRegistration(ctx context.Context, c *call, in *ConfirmRegistrationInput) (Me, error) {
	r, err := parse[access.RegistrationID](in.Body.Registration)
	if err != nil {
		return Me{}, err
	}
	o, err := a.Access.ConfirmRegistration(ctx, c.Visitor, r, in.Body.Code)
	if err != nil {
		return Me{}, err
	}
	return a.welcome(ctx, c, o)
}

// welcome gives the browser its session and says who it is.
func (a *API) welcome(ctx context.Context, c *call, o access.Opened) (Me, error) {
	c.keep(o, a.Clock.Now())
	return a.me(ctx, o.Actor)
}

func (a *API) resendRegistration(ctx context.Context, c *call, in *RegistrationInput) (Registration, error) {
	r, err := parse[access.RegistrationID](in.Body.Registration)
	if err != nil {
		return Registration{}, err
	}
	got, err := a.Access.ResendRegistration(ctx, c.Visitor, r)
	if err != nil {
		return Registration{}, err
	}
	return registrationOf(got), nil
}

func (a *API) changeRegistrationEmail(ctx context.Context, c *call, in *ChangeRegistrationEmailInput) (Registration, error) {
	r, err := parse[access.RegistrationID](in.Body.Registration)
	if err != nil {
		return Registration{}, err
	}
	got, err := a.Access.ChangeRegistrationEmail(ctx, c.Visitor, r, in.Body.Email)
	if err != nil {
		return Registration{}, err
	}
	return registrationOf(got), nil
}

func (a *API) signIn(ctx context.Context, c *call, in *SignInInput) (SignIn, error) {
	got, err := a.Access.SignIn(ctx, c.Visitor, in.Body.Email, in.Body.Password)
	if err != nil {
		return SignIn{}, err
	}
	if got.Challenge != "" {
		return SignIn{State: "second_factor", Challenge: got.Challenge}, nil
	}
	me, err := a.welcome(ctx, c, got.Opened)
	if err != nil {
		return SignIn{}, err
	}
	return SignIn{State: "signed_in", Me: &me}, nil
}

func (a *API) secondFactor(ctx context.Context, c *call, in *SecondFactorInput) (Me, error) {
	o, err := a.Access.SecondFactor(ctx, c.Visitor, in.Body.Challenge, in.Body.Code)
	if err != nil {
		return Me{}, err
	}
	return a.welcome(ctx, c, o)
}

// signOut also works without a session: the wish is that there be none.
func (a *API) signOut(ctx context.Context, c *call, _ *Nothing) (None, error) {
	who, err := a.maybe(ctx, c)
	if err != nil {
		return None{}, err
	}
	if who.Session != 0 {
		if err := a.Access.SignOut(ctx, who); err != nil {
			return None{}, err
		}
	}
	c.forget()
	return None{}, nil
}

// maybe returns the person with the session if there is one, and nobody otherwise.
func (a *API) maybe(ctx context.Context, c *call) (access.Actor, error) {
	if c.token == "" {
		return access.Actor{}, nil
	}
	who, err := a.Access.Authenticate(ctx, c.Visitor, c.token)
	if errs.KindOf(err) == errs.Unauthenticated {
		return access.Actor{}, nil
	}
	return who, err
}

func (a *API) requestReset(ctx context.Context, c *call, in *ResetInput) (Reset, error) {
	r, err := a.Access.RequestReset(ctx, c.Visitor, in.Body.Email)
	if err != nil {
		return Reset{}, err
	}
	return Reset{Reset: r.ID.String(), ResendAt: r.ResendAt, ExpiresAt: r.ExpiresAt}, nil
}

func (a *API) confirmReset(ctx context.Context, c *call, in *ConfirmResetInput) (None, error) {
	r, err := parse[access.ResetID](in.Body.Reset)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Access.ConfirmReset(ctx, c.Visitor, r, in.Body.Code, in.Body.Password)
}

func (a *API) previewInvitation(ctx context.Context, _ *call, in *InvitationToken) (InvitationPreview, error) {
	v, err := a.Access.GetInvitation(ctx, in.Token)
	if err != nil {
		return InvitationPreview{}, err
	}
	return InvitationPreview{Email: v.Email, AccountName: v.Account, Role: string(v.Role), HasLogin: v.Known}, nil
}

func (a *API) acceptInvitation(ctx context.Context, c *call, in *AcceptInvitationInput) (Me, error) {
	who, err := a.maybe(ctx, c)
	if err != nil {
		return Me{}, err
	}
	l, ok := lang.Parse(in.Body.Lang)
	if !ok {
		l = c.Lang
	}
	give := access.Acceptance{Who: who, Password: in.Body.Password, Lang: l}
	if len(in.Body.Accept) > 0 {
		if give.Accepted, err = a.accepted(l, in.Body.Accept); err != nil {
			return Me{}, err
		}
	}
	o, err := a.Access.AcceptInvitation(ctx, c.Visitor, in.Token, give)
	if err != nil {
		return Me{}, err
	}
	return a.welcome(ctx, c, o)
}
