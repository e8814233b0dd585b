package access_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/errs"
	"keruen/internal/page"
)

// ACC-5: running the installation is no matter of a role in an account.
func TestOnlyStaffRunsTheInstallation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		in := w.join(t, "owner@example.kz")
		who := func() access.Actor {
			a, err := w.Authenticate(t.Context(), home, in.Token)
			require.NoError(t, err)
			return a
		}
		require.ErrorIs(t, who().Can(access.RunPlatform), errs.ErrForbidden, "an owner runs its account, not the installation")
		require.NotContains(t, who().Permissions(), access.RunPlatform)

		require.NoError(t, w.SetStaff(t.Context(), "Owner@example.kz", access.Operator))
		require.NoError(t, w.SetStaff(t.Context(), "owner@example.kz", access.Operator), "twice changes nothing")
		require.NoError(t, who().Can(access.RunPlatform))
		require.Contains(t, who().Permissions(), access.RunPlatform)
		log, err := w.ListAudit(t.Context(), who(), page.Ask{Limit: 50})
		require.NoError(t, err)
		recorded := 0
		for _, item := range log.Items {
			if item.Action == "member.staff_set" {
				recorded++
			}
		}
		require.Equal(t, 1, recorded)

		require.NoError(t, w.SetStaff(t.Context(), "owner@example.kz", access.NoStaff))
		require.Error(t, who().Can(access.RunPlatform))
		require.ErrorIs(t, w.SetStaff(t.Context(), "nobody@example.kz", access.Operator), access.ErrNoMember)
	})
}

func TestNoKeyRunsTheInstallation(t *testing.T) {
	t.Parallel()
	key := access.Actor{Tenant: 1, Via: access.ByKey, Scopes: []access.Permission{access.RunPlatform}, Staff: access.Operator}
	require.ErrorIs(t, key.Can(access.RunPlatform), errs.ErrForbidden)
	require.NotContains(t, access.KeyScopes(), access.RunPlatform)
}
