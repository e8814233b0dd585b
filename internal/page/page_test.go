package page

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPagesFollowOneAnotherWithoutGapOrRepeat(t *testing.T) {
	t.Parallel()
	all := make([]int64, 120)
	for i := range all {
		all[i] = int64(i + 1)
	}
	var got []int64
	for cursor := ""; ; {
		ask, err := Read(cursor, 50)
		require.NoError(t, err)
		rows := all[ask.After:min(int(ask.After)+ask.Limit+1, len(all))] // what a query for one more would give
		p := Cut(rows, ask, func(v int64) int64 { return v })
		got = append(got, p.Items...)
		if p.Next == "" {
			break
		}
		cursor = p.Next
	}
	require.Equal(t, all, got)
}

func TestAForeignCursorIsRefusedAndTheLimitIsBounded(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"!", "AAAA", "LTU", cursor(-3)} {
		_, err := Read(bad, 10)
		require.ErrorIs(t, err, ErrCursor, bad)
	}
	ask, err := Read("", 100000)
	require.NoError(t, err)
	require.Equal(t, Ask{Limit: MaxLimit}, ask)
}
