package access_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/page"
)

func TestThereIsOneHouseHoweverManyNodesStart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		type result struct {
			house id.Tenant
			err   error
		}
		got := make(chan result, 4)
		for range 4 {
			go func() {
				h, err := w.EnsureHouse(t.Context())
				got <- result{h, err}
			}()
		}
		first := <-got
		require.NoError(t, first.err)
		for range 3 {
			require.Equal(t, first, <-got)
		}
		require.Equal(t, 1, w.count(t, `SELECT COUNT(*) FROM accounts`))
		_, in, err := w.CreateMember(t.Context(), access.NewMember{Email: "boss@example.kz", Password: goodPassword, House: true})
		require.NoError(t, err)
		require.Equal(t, first.house, in)
	})
}

func TestTheAdministratorMakesLoginsAndSetsPasswords(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		m, in, err := w.CreateMember(t.Context(), access.NewMember{Email: "a@example.kz", Password: goodPassword, Account: "Демо"})
		require.NoError(t, err)
		_, again, err := w.CreateMember(t.Context(), access.NewMember{Email: "A@example.kz", Password: "another good password", Tenant: in, Role: access.Viewer})
		require.NoError(t, err)
		require.Equal(t, in, again)
		o := signIn(t, w, home)
		require.Equal(t, access.Owner, o.Actor.Role, "who belongs already keeps its role and password")

		require.NoError(t, w.SetPassword(t.Context(), "a@example.kz", "another good password"))
		_, err = w.Authenticate(t.Context(), home, o.Token)
		require.ErrorIs(t, err, access.ErrSession)
		require.ErrorIs(t, w.SetPassword(t.Context(), "b@example.kz", goodPassword), access.ErrNoMember)
		_, _, err = w.CreateMember(t.Context(), access.NewMember{Email: "c@example.kz", Password: goodPassword, Tenant: id.NewTenant()})
		require.ErrorIs(t, err, errs.ErrNotFound)
		people, err := w.ListPeople(t.Context(), page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Len(t, people.Items, 1)
		require.Equal(t, m.ID, people.Items[0].ID)

		yes, err := w.ConfirmedEmails(t.Context(), in, []string{"A@Example.kz", "b@example.kz", "nonsense"})
		require.NoError(t, err)
		require.Equal(t, []bool{true, false, false}, yes)
	})
}
