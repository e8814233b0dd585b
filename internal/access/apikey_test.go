package access_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/errs"
	"keruen/internal/page"
)

// ACC-6
func TestAKeyDoesWhatItsScopesSayFromWhereItMay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		owner := w.join(t, "owner@example.kz").Actor
		k, token, err := w.CreateKey(t.Context(), owner, access.NewKey{
			Name: "Магазин", Scopes: []string{"contacts.view", "messages.send"}, ExpiresAt: w.clock.Now().Add(time.Hour),
			Allowed: []string{"203.0.113.5", "2001:db8::/32"},
		})
		require.NoError(t, err)
		require.Regexp(t, `^krn_[0-9a-hjkmnp-tv-z]{65}$`, token)
		require.Zero(t, w.count(t, `SELECT COUNT(*) FROM api_keys WHERE hash = ?`, token[17:]), "only a hash is kept")

		from := func(ip string) access.Visitor { return access.Visitor{IP: netip.MustParseAddr(ip)} }
		for _, ip := range []string{"203.0.113.5", "::ffff:203.0.113.5", "2001:db8::77"} {
			who, err := w.AuthenticateKey(t.Context(), from(ip), token)
			require.NoError(t, err, ip)
			require.Equal(t, owner.Tenant, who.Tenant)
			require.NoError(t, who.Can(access.SendMessages))
			require.ErrorIs(t, who.Can(access.EditContacts), errs.ErrForbidden)
			require.ErrorIs(t, who.Can(access.ManageKeys), errs.ErrForbidden)
		}
		_, err = w.AuthenticateKey(t.Context(), from("203.0.113.6"), token)
		require.ErrorIs(t, err, access.ErrKeyAddress)
		list, err := w.ListKeys(t.Context(), owner, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Len(t, list.Items, 1)
		require.Equal(t, w.clock.Now(), list.Items[0].LastUsedAt)
		require.Equal(t, "203.0.113.5", list.Items[0].LastUsedIP)

		w.clock.Advance(time.Hour)
		_, err = w.AuthenticateKey(t.Context(), from("203.0.113.5"), token)
		require.ErrorIs(t, err, access.ErrKeyExpired)
		require.NoError(t, w.RevokeKey(t.Context(), owner, k.ID))
		require.ErrorIs(t, w.RevokeKey(t.Context(), owner, k.ID), errs.ErrNotFound)
	})
}

func TestARevokedForgedOrDamagedKeyIsRefusedInTheSameWords(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		owner := w.join(t, "owner@example.kz").Actor
		k, token, err := w.CreateKey(t.Context(), owner, access.NewKey{Name: "k", Scopes: []string{"contacts.view"}})
		require.NoError(t, err)
		last := "0"
		if strings.HasSuffix(token, "0") {
			last = "1"
		}
		for _, bad := range []string{"", "krn_", token[:len(token)-1], token + "0", token[:len(token)-1] + last, "krn_0000000000001" + token[17:], strings.ToUpper(token)} {
			_, err := w.AuthenticateKey(t.Context(), home, bad)
			require.ErrorIs(t, err, access.ErrKey, bad)
		}
		_, err = w.AuthenticateKey(t.Context(), home, token)
		require.NoError(t, err)
		require.NoError(t, w.RevokeKey(t.Context(), owner, k.ID))
		_, err = w.AuthenticateKey(t.Context(), home, token)
		require.ErrorIs(t, err, access.ErrKey)
	})
}

func TestMakingAKeySaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		owner := w.join(t, "owner@example.kz").Actor
		_, _, err := w.CreateKey(t.Context(), owner, access.NewKey{
			Scopes: []string{"contacts.view", "team.manage"}, Allowed: []string{"10.0.0.0/8", "10.0.0.0/99"}, ExpiresAt: w.clock.Now(),
		})
		requireField(t, err, "name", access.ErrEmpty)
		requireField(t, err, "scopes[1]", access.ErrScope)
		requireField(t, err, "allowed_addresses[1]", access.ErrNetwork)
		requireField(t, err, "expires_at", access.ErrExpiry)
		_, _, err = w.CreateKey(t.Context(), owner, access.NewKey{Name: "k"})
		requireField(t, err, "scopes", access.ErrEmpty)
	})
}
