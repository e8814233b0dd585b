package money

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSumsAreExactAndNeverWrapAround(t *testing.T) {
	t.Parallel()
	sum, err := Tenge(125).Add(Amount{Minor: 50, Currency: KZT})
	require.NoError(t, err)
	require.Equal(t, "125.50 KZT", sum.String())
	require.Equal(t, "-0.05 KZT", Amount{Minor: -5, Currency: KZT}.String())

	_, err = Amount{math.MaxInt64, KZT}.Add(Amount{1, KZT})
	require.ErrorIs(t, err, ErrOverflow)
	_, err = Amount{math.MinInt64, KZT}.Add(Amount{-1, KZT})
	require.ErrorIs(t, err, ErrOverflow)
	_, err = Tenge(1).Add(Amount{1, "USD"})
	require.ErrorIs(t, err, ErrMixed)
}
