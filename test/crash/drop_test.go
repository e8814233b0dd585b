package crash

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/test/program"
)

// MSG-4: a server that has a letter and ends the connection instead of saying so leaves that one letter in doubt, and no other: not
// those in line behind it on the same connection, and nobody gets a second one unasked.
func TestAServerThatDropsTheConnectionAfterTheDotLeavesExactlyThoseLettersInDoubt(t *testing.T) {
	t.Parallel()
	const some, each = 1000, 25
	s := program.StartSink(t, false)
	p := program.New(t, program.Settings{"dns.allow_private": "true"})
	p.Start(t)
	s.DropAfterDot(each)
	c, campaign := order(t, p, s, "advertising", some)
	path := "/api/v1/campaigns/" + campaign
	var counts func(state string) int
	require.Eventually(t, func() bool {
		d := c.Get(t, path)
		counts = func(state string) int { return d.Number("counts." + state) }
		return counts("delivered")+counts("unknown") == s.Count() && counts("delivered")+counts("unknown")+counts("retrying") == some
	}, program.Patience, 100*time.Millisecond)

	require.Equal(t, s.Unanswered(), names(t, c, path+"/unknown?limit=200"), "those in doubt are known by name")
	// Whose connection ended thrice under it, because of letters ahead, waits for its next attempt.
	require.LessOrEqual(t, counts("retrying"), some/100)
	got := s.Letters()
	require.Len(t, got, some-counts("retrying"), "nobody is lost")
	for who, n := range got {
		require.Equal(t, 1, n, "%s got more than one", who)
	}
}
