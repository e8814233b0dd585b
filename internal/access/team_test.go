package access_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/page"
)

// ACC-5
func TestAnInvitedPersonComesInWithItsRole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		owner := w.join(t, "owner@example.kz").Actor
		_, err := w.UpdateAccount(t.Context(), owner, 0, access.AccountPatch{Name: ptr("Пекарня")})
		require.NoError(t, err)
		inv, err := w.Invite(t.Context(), owner, "new@example.kz", access.Marketer)
		require.NoError(t, err)
		l := w.letter(t, "new@example.kz")
		require.Equal(t, access.LetterInvitation, l.Kind)
		require.Equal(t, "Пекарня", l.Account)

		seen, err := w.GetInvitation(t.Context(), l.Token)
		require.NoError(t, err)
		require.Equal(t, access.InvitationView{Account: "Пекарня", Email: "new@example.kz", Role: access.Marketer}, seen)
		_, err = w.AcceptInvitation(t.Context(), home, l.Token, access.Acceptance{Password: goodPassword})
		requireField(t, err, "accept", access.ErrDocuments)
		o, err := w.AcceptInvitation(t.Context(), home, l.Token, access.Acceptance{Password: goodPassword, Accepted: []audit.Document{document}})
		require.NoError(t, err)
		require.Equal(t, access.Marketer, o.Actor.Role)
		require.Equal(t, owner.Tenant, o.Actor.Tenant)
		_, err = w.GetInvitation(t.Context(), l.Token)
		require.ErrorIs(t, err, access.ErrInvitation, "it works once")

		list, err := w.ListMembers(t.Context(), owner, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Len(t, list.Items, 2)
		require.Equal(t, w.clock.Now(), list.Items[1].SeenAt)
		acts, err := w.ListActs(t.Context(), owner, page.Ask{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, "accept_invitation", acts.Items[0].Pressed)
		require.Equal(t, inv.ID.String(), acts.Items[0].CodeID)
	})
}

func TestAMemberOfSeveralAccountsSwitchesBetweenThem(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		owner, guest := w.join(t, "owner@example.kz").Actor, w.join(t, "guest@example.kz")
		_, err := w.Invite(t.Context(), owner, "guest@example.kz", access.Viewer)
		require.NoError(t, err)
		token := w.letter(t, "guest@example.kz").Token
		view, err := w.GetInvitation(t.Context(), token)
		require.NoError(t, err)
		require.True(t, view.Known)

		_, err = w.AcceptInvitation(t.Context(), home, token, access.Acceptance{Password: goodPassword, Accepted: []audit.Document{document}})
		require.ErrorIs(t, err, access.ErrInviteSignIn)
		_, err = w.AcceptInvitation(t.Context(), home, token, access.Acceptance{Who: owner})
		require.ErrorIs(t, err, access.ErrInviteOther)
		in, err := w.AcceptInvitation(t.Context(), home, token, access.Acceptance{Who: guest.Actor})
		require.NoError(t, err)
		require.Equal(t, owner.Tenant, in.Actor.Tenant)
		require.Equal(t, access.Viewer, in.Actor.Role)

		back, err := w.SwitchAccount(t.Context(), in.Actor, guest.Actor.Tenant)
		require.NoError(t, err)
		require.Equal(t, access.Owner, back.Actor.Role)
		_, err = w.Authenticate(t.Context(), home, in.Token)
		require.ErrorIs(t, err, access.ErrSession, "the token changed with the power")
		me, err := w.GetMe(t.Context(), back.Actor)
		require.NoError(t, err)
		require.Len(t, me.Accounts, 2)
		_, err = w.SwitchAccount(t.Context(), back.Actor, id.NewTenant())
		require.ErrorIs(t, err, errs.ErrNotFound)
		_, err = w.SwitchAccount(t.Context(), owner, guest.Actor.Tenant)
		require.ErrorIs(t, err, errs.ErrNotFound)
	})
}

func TestTheLastOwnerStays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		owner := w.join(t, "owner@example.kz").Actor
		require.ErrorIs(t, w.RemoveMember(t.Context(), owner, owner.Member), access.ErrLastOwner)
		require.ErrorIs(t, w.ChangeRole(t.Context(), owner, owner.Member, access.Viewer), access.ErrLastOwner)
		require.NoError(t, w.ChangeRole(t.Context(), owner, owner.Member, access.Owner))

		second := w.invite(t, owner, "second@example.kz", access.Viewer)
		require.NoError(t, w.ChangeRole(t.Context(), owner, second.Actor.Member, access.Owner))
		done := make(chan error, 2) // both go at once: one of them must stay
		for _, m := range []id.Member{owner.Member, second.Actor.Member} {
			go func() { done <- w.RemoveMember(t.Context(), owner, m) }()
		}
		first, last := <-done, <-done
		require.NotEqual(t, first == nil, last == nil)
		require.Equal(t, 1, w.count(t, `SELECT COUNT(*) FROM memberships WHERE tenant_id = ?`, owner.Tenant))
	})
}

func TestARemovedMemberIsOutAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		owner := w.join(t, "owner@example.kz").Actor
		guest := w.invite(t, owner, "guest@example.kz", access.Marketer)
		require.NoError(t, w.ChangeRole(t.Context(), owner, guest.Actor.Member, access.Viewer))
		now, err := w.Authenticate(t.Context(), home, guest.Token)
		require.NoError(t, err)
		require.Equal(t, access.Viewer, now.Role, "a session has the role of this moment")

		require.NoError(t, w.RemoveMember(t.Context(), owner, guest.Actor.Member))
		_, err = w.Authenticate(t.Context(), home, guest.Token)
		require.ErrorIs(t, err, access.ErrSession)
		_, err = w.SignIn(t.Context(), home, "guest@example.kz", goodPassword)
		require.ErrorIs(t, err, access.ErrNoAccount)
		require.ErrorIs(t, w.RemoveMember(t.Context(), owner, guest.Actor.Member), errs.ErrNotFound)
	})
}

func TestInvitationsEndAreSentAgainAndAreWithdrawn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		owner := w.join(t, "owner@example.kz").Actor
		inv, err := w.Invite(t.Context(), owner, "new@example.kz", access.Viewer)
		require.NoError(t, err)
		_, err = w.Invite(t.Context(), owner, "New@example.kz", access.Viewer)
		require.ErrorIs(t, err, access.ErrInvitedBefore)
		_, err = w.Invite(t.Context(), owner, "owner@example.kz", access.Viewer)
		require.ErrorIs(t, err, access.ErrMemberAlready)
		_, err = w.Invite(t.Context(), owner, "x@example.kz", "boss")
		requireField(t, err, "role", access.ErrRole)
		old := w.letter(t, "new@example.kz").Token
		_, err = w.ResendInvitation(t.Context(), owner, inv.ID)
		require.ErrorIs(t, err, access.ErrResendSoon)

		w.clock.Advance(time.Minute)
		_, err = w.ResendInvitation(t.Context(), owner, inv.ID)
		require.NoError(t, err)
		_, err = w.GetInvitation(t.Context(), old)
		require.ErrorIs(t, err, access.ErrInvitation, "only the new link works")
		token := w.letter(t, "new@example.kz").Token
		w.clock.Advance(access.InvitationLife)
		_, err = w.GetInvitation(t.Context(), token)
		require.ErrorIs(t, err, access.ErrInvitation)
		_, err = w.AcceptInvitation(t.Context(), home, token, access.Acceptance{Password: goodPassword, Accepted: []audit.Document{document}})
		require.ErrorIs(t, err, access.ErrInvitation)

		again, err := w.Invite(t.Context(), owner, "new@example.kz", access.Viewer)
		require.NoError(t, err, "an expired one does not stand in the way")
		require.NoError(t, w.RevokeInvitation(t.Context(), owner, again.ID))
		_, err = w.GetInvitation(t.Context(), w.letter(t, "new@example.kz").Token)
		require.ErrorIs(t, err, access.ErrInvitation)
		all, err := w.ListInvitations(t.Context(), owner)
		require.NoError(t, err)
		require.Empty(t, all)
	})
}

func TestAnotherAccountsObjectsAreNotFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		a, b := w.join(t, "a@example.kz").Actor, w.join(t, "b@example.kz").Actor
		inv, err := w.Invite(t.Context(), b, "c@example.kz", access.Viewer)
		require.NoError(t, err)
		key, _, err := w.CreateKey(t.Context(), b, access.NewKey{Name: "k", Scopes: []string{"contacts.view"}})
		require.NoError(t, err)
		w.clock.Advance(time.Hour)

		require.ErrorIs(t, w.ChangeRole(t.Context(), a, b.Member, access.Viewer), errs.ErrNotFound)
		require.ErrorIs(t, w.RemoveMember(t.Context(), a, b.Member), errs.ErrNotFound)
		_, err = w.ResendInvitation(t.Context(), a, inv.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		require.ErrorIs(t, w.RevokeInvitation(t.Context(), a, inv.ID), errs.ErrNotFound)
		require.ErrorIs(t, w.RevokeKey(t.Context(), a, key.ID), errs.ErrNotFound)
		require.ErrorIs(t, w.RevokeSession(t.Context(), a, b.Session), errs.ErrNotFound)
		keys, err := w.ListKeys(t.Context(), a, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Empty(t, keys.Items)
		members, err := w.ListMembers(t.Context(), a, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Len(t, members.Items, 1)
	})
}

// ACC-5: what is not the owner's may not run the account; a key may not act for a person.
func TestEveryVerbAsksForItsPermission(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		owner := w.join(t, "owner@example.kz").Actor
		for _, r := range access.Roles[1:] {
			who := w.invite(t, owner, string(r)+"@example.kz", r).Actor
			for name, f := range running(w, who) {
				require.ErrorIs(t, f(t), errs.ErrForbidden, "%s as %s", name, r)
			}
		}
		key := access.Actor{Tenant: owner.Tenant, Via: access.ByKey, Scopes: access.KeyScopes()}
		for name, f := range running(w, key) {
			require.ErrorIs(t, f(t), errs.ErrForbidden, "%s with a key", name)
		}
		for name, f := range personal(w, key) {
			require.ErrorIs(t, f(t), errs.ErrForbidden, "%s with a key", name)
		}
		require.ErrorIs(t, access.Actor{}.Can(access.ViewContacts), errs.ErrForbidden)
		require.NoError(t, access.System(owner.Tenant).Can(access.ManageAccount))
	})
}

type check func(t *testing.T) error

// running are the verbs that run an account.
func running(w *world, who access.Actor) map[string]check {
	return map[string]check{
		"ListMembers":  func(t *testing.T) error { _, err := w.ListMembers(t.Context(), who, page.Ask{Limit: 1}); return err },
		"ChangeRole":   func(t *testing.T) error { return w.ChangeRole(t.Context(), who, who.Member, access.Owner) },
		"RemoveMember": func(t *testing.T) error { return w.RemoveMember(t.Context(), who, who.Member) },
		"Invite": func(t *testing.T) error {
			_, err := w.Invite(t.Context(), who, "x@example.kz", access.Owner)
			return err
		},
		"ListInvitations":  func(t *testing.T) error { _, err := w.ListInvitations(t.Context(), who); return err },
		"ResendInvitation": func(t *testing.T) error { _, err := w.ResendInvitation(t.Context(), who, 1); return err },
		"RevokeInvitation": func(t *testing.T) error { return w.RevokeInvitation(t.Context(), who, 1) },
		"CreateKey":        func(t *testing.T) error { _, _, err := w.CreateKey(t.Context(), who, access.NewKey{}); return err },
		"ListKeys":         func(t *testing.T) error { _, err := w.ListKeys(t.Context(), who, page.Ask{Limit: 1}); return err },
		"RevokeKey":        func(t *testing.T) error { return w.RevokeKey(t.Context(), who, 1) },
		"UpdateAccount": func(t *testing.T) error {
			_, err := w.UpdateAccount(t.Context(), who, 0, access.AccountPatch{})
			return err
		},
		"ListAudit": func(t *testing.T) error { _, err := w.ListAudit(t.Context(), who, page.Ask{Limit: 1}); return err },
		"ListActs":  func(t *testing.T) error { _, err := w.ListActs(t.Context(), who, page.Ask{Limit: 1}); return err },
		"ProveActs": func(t *testing.T) error { _, err := w.ProveActs(t.Context(), who); return err },
	}
}

// personal are the verbs of a person about itself.
func personal(w *world, who access.Actor) map[string]check {
	return map[string]check{
		"GetMe": func(t *testing.T) error { _, err := w.GetMe(t.Context(), who); return err },
		"UpdateMember": func(t *testing.T) error {
			_, err := w.UpdateMember(t.Context(), who, 0, access.MemberPatch{})
			return err
		},
		"ListSessions":        func(t *testing.T) error { _, err := w.ListSessions(t.Context(), who); return err },
		"RevokeSession":       func(t *testing.T) error { return w.RevokeSession(t.Context(), who, 1) },
		"RevokeOtherSessions": func(t *testing.T) error { _, err := w.RevokeOtherSessions(t.Context(), who); return err },
		"ListVisits":          func(t *testing.T) error { _, err := w.ListVisits(t.Context(), who, page.Ask{Limit: 1}); return err },
		"SignOut":             func(t *testing.T) error { return w.SignOut(t.Context(), who) },
		"ChangePassword":      func(t *testing.T) error { _, err := w.ChangePassword(t.Context(), who, "", ""); return err },
		"StartTOTP":           func(t *testing.T) error { _, err := w.StartTOTP(t.Context(), who); return err },
		"ConfirmTOTP":         func(t *testing.T) error { _, err := w.ConfirmTOTP(t.Context(), who, ""); return err },
		"DisableTOTP":         func(t *testing.T) error { return w.DisableTOTP(t.Context(), who, "") },
		"RenewRecoveryCodes":  func(t *testing.T) error { _, err := w.RenewRecoveryCodes(t.Context(), who, ""); return err },
		"RequestEmailChange":  func(t *testing.T) error { _, err := w.RequestEmailChange(t.Context(), who, "", ""); return err },
		"ConfirmEmailChange":  func(t *testing.T) error { _, err := w.ConfirmEmailChange(t.Context(), who, 1, ""); return err },
		"SwitchAccount":       func(t *testing.T) error { _, err := w.SwitchAccount(t.Context(), who, 1); return err },
	}
}
