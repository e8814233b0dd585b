package access_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/errs"
)

// ACC-3
func TestANewAddressIsProvenBeforeItCounts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		o := w.join(t, "a@example.kz")
		other := signIn(t, w, abroad)
		_, err := w.RequestEmailChange(t.Context(), o.Actor, "not the password", "b@example.kz")
		requireField(t, err, "password", access.ErrPassword)
		change, err := w.RequestEmailChange(t.Context(), o.Actor, goodPassword, "b@example.kz")
		require.NoError(t, err)
		l := w.letter(t, "b@example.kz")
		require.Equal(t, access.LetterMove, l.Kind)
		signIn(t, w, home) // with the old one, until the code is entered

		_, err = w.ConfirmEmailChange(t.Context(), o.Actor, change.ID, wrongFor(l.Code))
		require.ErrorIs(t, err, access.ErrCode)
		renewed, err := w.ConfirmEmailChange(t.Context(), o.Actor, change.ID, l.Code)
		require.NoError(t, err)
		for _, dead := range []string{o.Token, other.Token} {
			_, err = w.Authenticate(t.Context(), home, dead)
			require.ErrorIs(t, err, access.ErrSession)
		}
		me, err := w.GetMe(t.Context(), renewed.Actor)
		require.NoError(t, err)
		require.Equal(t, "b@example.kz", me.Member.Email)
		require.Equal(t, access.LetterMoved, w.letter(t, "a@example.kz").Kind)
		_, err = w.SignIn(t.Context(), home, "b@example.kz", goodPassword)
		require.NoError(t, err)
		_, err = w.SignIn(t.Context(), home, "a@example.kz", goodPassword)
		require.ErrorIs(t, err, access.ErrSignIn)
	})
}

func TestAnAddressOfSomebodyElseIsNotToldAndNotTaken(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		a, b := w.join(t, "a@example.kz"), w.join(t, "b@example.kz")
		change, err := w.RequestEmailChange(t.Context(), a.Actor, goodPassword, "b@example.kz")
		require.NoError(t, err)
		require.Equal(t, access.LetterKnown, w.letter(t, "b@example.kz").Kind)
		_, err = w.ConfirmEmailChange(t.Context(), a.Actor, change.ID, "123456")
		require.ErrorIs(t, err, access.ErrCode)
		_, err = w.ConfirmEmailChange(t.Context(), b.Actor, change.ID, "123456")
		require.ErrorIs(t, err, errs.ErrNotFound)

		first, err := w.RequestEmailChange(t.Context(), a.Actor, goodPassword, "free@example.kz")
		require.NoError(t, err)
		code := w.letter(t, "free@example.kz").Code
		w.join(t, "free@example.kz") // somebody was faster
		_, err = w.ConfirmEmailChange(t.Context(), a.Actor, first.ID, code)
		require.ErrorIs(t, err, access.ErrTaken)
	})
}
