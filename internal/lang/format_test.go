package lang

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// MSG-1
func TestDaysAreWrittenAsPeopleOfEachLanguageDo(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.November, 2, 23, 0, 0, 0, time.UTC)
	for l, want := range map[Lang][3]string{
		Russian: {"2\u00a0ноября\u00a02026\u00a0г.", "02.11.2026", "2\u00a0ноября"},
		Kazakh:  {"2026\u00a0ж.\u00a02\u00a0қараша", "02.11.2026", "2\u00a0қараша"},
		English: {"2\u00a0November\u00a02026", "2\u00a0Nov\u00a02026", "2\u00a0November"},
	} {
		for i, s := range Styles {
			require.Equal(t, want[i], l.Day(at, s), "%s %s", l, s)
		}
	}
	require.Equal(t, "2\u00a0ноября", Lang("de").Day(at, DayMonth))
}

// MSG-1
func TestNumbersAndMoneyHaveTheGroupsOfTheLanguage(t *testing.T) {
	t.Parallel()
	number := func(l Lang, x float64, decimals int) string {
		s, ok := l.Number(x, decimals)
		require.True(t, ok)
		return s
	}
	require.Equal(t, "1\u00a0234\u00a0567,5", number(Russian, 1234567.5, -1))
	require.Equal(t, "1,234,567.50", number(English, 1234567.5, 2))
	require.Equal(t, "−12", number(Kazakh, -12.3, 0))
	require.Equal(t, "0", number(Kazakh, -0.3, 0))
	require.Equal(t, "999", number(Russian, 999, -1))
	for _, x := range []float64{math.NaN(), math.Inf(1), 1e16, -1e16} {
		_, ok := Russian.Number(x, -1)
		require.False(t, ok, x)
	}
	money := func(l Lang, x float64, c string) string {
		s, ok := l.Money(x, c)
		require.True(t, ok)
		return s
	}
	require.Equal(t, "12\u00a0500\u00a0₸", money(Kazakh, 12500, "KZT"))
	require.Equal(t, "₸12,500", money(English, 12500, "KZT"))
	require.Equal(t, "−$0.50", money(English, -0.5, "USD"))
	require.Equal(t, "1\u00a0000,05\u00a0₽", money(Russian, 1000.05, "RUB"))
	_, ok := Russian.Money(1, "XXX")
	require.False(t, ok)
}
