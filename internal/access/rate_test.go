package access_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
)

func TestOtherFeaturesKeepRatesOfTheirOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		two := access.Limit{Name: "page", Key: access.Network(netip.MustParseAddr("192.0.2.7")), Burst: 2, Every: time.Hour}
		require.NoError(t, w.TakeLimits(t.Context(), two))
		require.NoError(t, w.TakeLimits(t.Context(), two))
		require.ErrorIs(t, w.TakeLimits(t.Context(), two), access.ErrTooOften)
		other := two
		other.Key = w.AddressKey("a@example.kz")
		require.NotContains(t, other.Key, "example", "the table of rates knows no addresses")
		require.NoError(t, w.TakeLimits(t.Context(), other))
	})
}
