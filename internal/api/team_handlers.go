package api

import (
	"context"
	"net/netip"

	"keruen/internal/access"
	"keruen/internal/id"
)

func teamMemberOf(m access.TeamMember) TeamMember {
	return TeamMember{ID: m.ID.String(), Email: m.Email, FirstName: m.FirstName, LastName: m.LastName, Role: string(m.Role),
		TOTPEnabled: m.TOTP, JoinedAt: m.JoinedAt, SeenAt: instant(m.SeenAt)}
}

func (a *API) listMembers(ctx context.Context, who access.Actor, in *Paging) (List[TeamMember], error) {
	ask, err := in.ask()
	if err != nil {
		return List[TeamMember]{}, err
	}
	got, err := a.Access.ListMembers(ctx, who, ask)
	if err != nil {
		return List[TeamMember]{}, err
	}
	return listOf(got, teamMemberOf), nil
}

func (a *API) patchMember(ctx context.Context, who access.Actor, in *PatchMemberInput) (None, error) {
	m, err := parse[id.Member](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Access.ChangeRole(ctx, who, m, access.Role(in.Body.Role))
}

func (a *API) removeMember(ctx context.Context, who access.Actor, in *MemberPath) (None, error) {
	m, err := parse[id.Member](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Access.RemoveMember(ctx, who, m)
}

func (a *API) invitationOf(i access.Invitation) Invitation {
	state := "pending"
	if !a.Clock.Now().Before(i.ExpiresAt) {
		state = "expired"
	}
	return Invitation{ID: i.ID.String(), Email: i.Email, Role: string(i.Role), State: state, CreatedAt: i.CreatedAt, ExpiresAt: i.ExpiresAt}
}

func (a *API) listInvitations(ctx context.Context, who access.Actor, _ *Nothing) (List[Invitation], error) {
	all, err := a.Access.ListInvitations(ctx, who)
	if err != nil {
		return List[Invitation]{}, err
	}
	return whole(all, a.invitationOf), nil
}

func (a *API) invite(ctx context.Context, who access.Actor, in *InviteInput) (Invitation, error) {
	i, err := a.Access.Invite(ctx, who, in.Body.Email, access.Role(in.Body.Role))
	if err != nil {
		return Invitation{}, err
	}
	return a.invitationOf(i), nil
}

func (a *API) withdrawInvitation(ctx context.Context, who access.Actor, in *InvitationPath) (None, error) {
	i, err := parse[access.InvitationID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Access.RevokeInvitation(ctx, who, i)
}

func (a *API) resendInvitation(ctx context.Context, who access.Actor, in *InvitationPath) (Invitation, error) {
	i, err := parse[access.InvitationID](in.ID)
	if err != nil {
		return Invitation{}, err
	}
	got, err := a.Access.ResendInvitation(ctx, who, i)
	if err != nil {
		return Invitation{}, err
	}
	return a.invitationOf(got), nil
}

func apiKeyOf(k access.Key) APIKey {
	return APIKey{ID: k.ID.String(), Name: k.Name, Scopes: many(k.Scopes, func(p access.Permission) string { return string(p) }),
		AllowedAddresses: many(k.Allowed, netip.Prefix.String), CreatedAt: k.CreatedAt, ExpiresAt: instant(k.ExpiresAt),
		LastUsedAt: instant(k.LastUsedAt), LastUsedIP: k.LastUsedIP}
}

func (a *API) listAPIKeys(ctx context.Context, who access.Actor, in *Paging) (List[APIKey], error) {
	ask, err := in.ask()
	if err != nil {
		return List[APIKey]{}, err
	}
	got, err := a.Access.ListKeys(ctx, who, ask)
	if err != nil {
		return List[APIKey]{}, err
	}
	return listOf(got, apiKeyOf), nil
}

func (a *API) createAPIKey(ctx context.Context, who access.Actor, in *CreateAPIKeyInput) (NewAPIKey, error) {
	b := in.Body
	k, token, err := a.Access.CreateKey(ctx, who, access.NewKey{Name: b.Name, Scopes: b.Scopes, ExpiresAt: orZero(b.ExpiresAt), Allowed: b.AllowedAddresses})
	if err != nil {
		return NewAPIKey{}, err
	}
	return NewAPIKey{APIKey: apiKeyOf(k), Token: token}, nil
}

func (a *API) revokeAPIKey(ctx context.Context, who access.Actor, in *APIKeyPath) (None, error) {
	k, err := parse[access.KeyID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Access.RevokeKey(ctx, who, k)
}
