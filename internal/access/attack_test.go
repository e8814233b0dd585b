package access_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/audit"
)

// Each test of this file is an attack that must fail.

// ACC-5: an owner who is shown the door does not come back by an invitation that it sent to another mailbox before.
func TestARemovedOwnerDoesNotComeBackByAnInvitationOfItsOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		owner := w.join(t, "owner@example.kz").Actor
		bad, worse := w.invite(t, owner, "bad@example.kz", access.Owner), w.invite(t, owner, "worse@example.kz", access.Owner)
		for from, to := range map[string]access.Actor{"second@example.kz": bad.Actor, "third@example.kz": worse.Actor} {
			_, err := w.Invite(t.Context(), to, from, access.Owner)
			require.NoError(t, err)
		}
		_, err := w.Invite(t.Context(), owner, "honest@example.kz", access.Viewer)
		require.NoError(t, err)

		require.NoError(t, w.RemoveMember(t.Context(), owner, bad.Actor.Member))
		require.NoError(t, w.ChangeRole(t.Context(), owner, worse.Actor.Member, access.Viewer))

		give := access.Acceptance{Password: goodPassword, Accepted: []audit.Document{document}}
		for _, mailbox := range []string{"second@example.kz", "third@example.kz"} {
			_, err := w.AcceptInvitation(t.Context(), abroad, w.letter(t, mailbox).Token, give)
			require.ErrorIs(t, err, access.ErrInvitation, mailbox)
		}
		_, err = w.AcceptInvitation(t.Context(), abroad, w.letter(t, "honest@example.kz").Token, give)
		require.NoError(t, err, "those of others stand")
	})
}

// ACC-1, ACC-3: somebody reads a member's old mailbox and has asked for a reset there; the member moves to another address.
func TestAResetAskedFromTheOldMailboxIsVoidAfterTheMove(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		o := w.join(t, "old@example.kz")
		r, err := w.RequestReset(t.Context(), abroad, "old@example.kz")
		require.NoError(t, err)
		stolen := w.letter(t, "old@example.kz").Code
		change, err := w.RequestEmailChange(t.Context(), o.Actor, goodPassword, "new@example.kz")
		require.NoError(t, err)
		_, err = w.ConfirmEmailChange(t.Context(), o.Actor, change.ID, w.letter(t, "new@example.kz").Code)
		require.NoError(t, err)

		require.ErrorIs(t, w.ConfirmReset(t.Context(), abroad, r.ID, stolen, "a password of the thief"), access.ErrCodeFinished)
		_, err = w.SignIn(t.Context(), home, "new@example.kz", goodPassword)
		require.NoError(t, err)
	})
}

// ACC-1: of several resets that were begun one wins, and a new password voids the others.
func TestANewPasswordVoidsEveryResetThatWasBegun(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		o := w.join(t, "a@example.kz")
		first, err := w.RequestReset(t.Context(), abroad, "a@example.kz")
		require.NoError(t, err)
		stolen := w.letter(t, "a@example.kz").Code
		_, err = w.ChangePassword(t.Context(), o.Actor, goodPassword, "another good password")
		require.NoError(t, err)
		require.ErrorIs(t, w.ConfirmReset(t.Context(), abroad, first.ID, stolen, "a password of the thief"), access.ErrCodeFinished)

		again, err := w.RequestReset(t.Context(), home, "a@example.kz")
		require.NoError(t, err)
		require.NoError(t, w.ConfirmReset(t.Context(), home, again.ID, w.letter(t, "a@example.kz").Code, "a third good password"))
	})
}
