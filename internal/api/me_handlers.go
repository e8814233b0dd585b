package api

import (
	"context"

	"keruen/internal/access"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

func (a *API) getMe(ctx context.Context, c *call, _ *Nothing) (Me, error) {
	return a.me(ctx, c.Actor)
}

// me is what the browser needs to know about the person behind it.
func (a *API) me(ctx context.Context, who access.Actor) (Me, error) {
	me, err := a.Access.GetMe(ctx, who)
	if err != nil {
		return Me{}, err
	}
	return a.meOf(me), nil
}

func (a *API) meOf(me access.Me) Me {
	return Me{
		Member: memberOf(me.Member), Account: accountOf(me.Account), Role: string(me.Role),
		Permissions: many(me.Permissions, func(p access.Permission) string { return string(p) }),
		Accounts: many(me.Accounts, func(m access.Membership) AccountRef {
			return AccountRef{ID: m.Tenant.String(), Name: m.Name, Role: string(m.Role)}
		}),
		Limits: a.limits(),
	}
}

func memberOf(m access.Member) Member {
	return Member{ID: m.ID.String(), Email: m.Email, FirstName: m.FirstName, LastName: m.LastName, Patronymic: m.Patronymic,
		Phone: m.Phone, Position: m.Position, Username: m.Username, Country: m.Country, News: m.News, Lang: string(m.Lang),
		TOTPEnabled: m.TOTP, Version: m.Version, CreatedAt: m.CreatedAt}
}

func accountOf(a access.Account) Account {
	return Account{ID: a.ID.String(), Name: a.Name, Kind: string(a.Kind), Company: a.Company, TaxNumber: a.TaxNumber,
		Country: a.Country, PostalAddress: a.PostalAddress, ActualAddress: a.ActualAddress, Phone: a.Phone, Lang: string(a.Lang),
		Goal: a.Goal, IBAN: a.IBAN, BIC: a.BIC, Zone: a.Zone, Version: a.Version, CreatedAt: a.CreatedAt}
}

func (a *API) patchMe(ctx context.Context, c *call, in *PatchMeInput) (Member, error) {
	v, err := in.version()
	if err != nil {
		return Member{}, err
	}
	b := in.Body
	m, err := a.Access.UpdateMember(ctx, c.Actor, v, access.MemberPatch{FirstName: b.FirstName, LastName: b.LastName,
		Patronymic: b.Patronymic, Phone: b.Phone, Position: b.Position, Username: b.Username, Country: b.Country, News: b.News, Lang: b.Lang})
	if err != nil {
		return Member{}, err
	}
	return memberOf(m), nil
}

func (a *API) patchAccount(ctx context.Context, who access.Actor, in *PatchAccountInput) (Account, error) {
	v, err := in.version()
	if err != nil {
		return Account{}, err
	}
	b := in.Body
	acc, err := a.Access.UpdateAccount(ctx, who, v, access.AccountPatch{Name: b.Name, Kind: b.Kind, Company: b.Company,
		TaxNumber: b.TaxNumber, Country: b.Country, Zone: b.Zone, Lang: b.Lang, Phone: b.Phone, PostalAddress: b.PostalAddress,
		ActualAddress: b.ActualAddress, IBAN: b.IBAN, BIC: b.BIC, Goal: b.Goal})
	if err != nil {
		return Account{}, err
	}
	return accountOf(acc), nil
}

func (a *API) changePassword(ctx context.Context, c *call, in *ChangePasswordInput) (None, error) {
	o, err := a.Access.ChangePassword(ctx, c.Actor, in.Body.Current, in.Body.New)
	if err != nil {
		return None{}, err
	}
	c.keep(o, a.Clock.Now())
	return None{}, nil
}

func (a *API) listSessions(ctx context.Context, c *call, _ *Nothing) (List[Session], error) {
	all, err := a.Access.ListSessions(ctx, c.Actor)
	if err != nil {
		return List[Session]{}, err
	}
	return whole(all, func(s access.Session) Session {
		return Session{ID: s.ID.String(), Current: s.Current, IP: s.IP, Browser: access.Browser(s.UserAgent), UserAgent: s.UserAgent,
			CreatedAt: s.CreatedAt, SeenAt: s.SeenAt, ExpiresAt: s.ExpiresAt}
	}), nil
}

func (a *API) endSession(ctx context.Context, c *call, in *SessionPath) (None, error) {
	ses, err := parse[access.SessionID](in.ID)
	if err != nil {
		return None{}, err
	}
	if err := a.Access.RevokeSession(ctx, c.Actor, ses); err != nil {
		return None{}, err
	}
	if ses == c.Actor.Session {
		c.forget()
	}
	return None{}, nil
}

func (a *API) endOtherSessions(ctx context.Context, c *call, _ *Nothing) (Ended, error) {
	n, err := a.Access.RevokeOtherSessions(ctx, c.Actor)
	return Ended{N: n}, err
}

func (a *API) listVisits(ctx context.Context, c *call, in *Paging) (List[Visit], error) {
	ask, err := in.ask()
	if err != nil {
		return List[Visit]{}, err
	}
	all, err := a.Access.ListVisits(ctx, c.Actor, ask)
	if err != nil {
		return List[Visit]{}, err
	}
	return listOf(all, func(v access.Visit) Visit {
		return Visit{ID: v.ID.String(), At: v.At, IP: v.IP, Browser: v.Browser, UserAgent: v.UserAgent, Result: string(v.Result)}
	}), nil
}

func (a *API) beginTOTP(ctx context.Context, c *call, _ *Nothing) (TOTP, error) {
	t, err := a.Access.StartTOTP(ctx, c.Actor)
	return TOTP{Secret: t.Secret, URI: t.URI}, err
}

func (a *API) confirmTOTP(ctx context.Context, c *call, in *ConfirmTOTPInput) (RecoveryCodes, error) {
	on, err := a.Access.ConfirmTOTP(ctx, c.Actor, in.Body.Code)
	if err != nil {
		return RecoveryCodes{}, err
	}
	c.keep(on.Opened, a.Clock.Now())
	return RecoveryCodes{RecoveryCodes: on.RecoveryCodes}, nil
}

func (a *API) renewRecoveryCodes(ctx context.Context, c *call, in *PasswordInput) (RecoveryCodes, error) {
	codes, err := a.Access.RenewRecoveryCodes(ctx, c.Actor, in.Body.Password)
	return RecoveryCodes{RecoveryCodes: codes}, err
}

func (a *API) removeTOTP(ctx context.Context, c *call, in *PasswordInput) (None, error) {
	return None{}, a.Access.DisableTOTP(ctx, c.Actor, in.Body.Password)
}

func (a *API) switchAccount(ctx context.Context, c *call, in *SwitchAccountInput) (Me, error) {
	t, err := parse[id.Tenant](in.Body.Account)
	if err != nil {
		return Me{}, errs.ErrNotFound
	}
	o, err := a.Access.SwitchAccount(ctx, c.Actor, t)
	if err != nil {
		return Me{}, err
	}
	c.keep(o, a.Clock.Now())
	return a.me(ctx, o.Actor)
}

// WhoIs returns what GET /me would answer for the token of a session, and the person's language, for the page of the cabinet.
func (a *API) WhoIs(ctx context.Context, v access.Visitor, token string) (Me, lang.Lang, error) {
	who, err := a.Access.Authenticate(ctx, v, token)
	if err != nil {
		return Me{}, "", err
	}
	me, err := a.Access.GetMe(ctx, who)
	if err != nil {
		return Me{}, "", err
	}
	return a.meOf(me), me.Member.Lang, nil
}
