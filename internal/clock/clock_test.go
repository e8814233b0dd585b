package clock

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAFakeClockWakesOnlyThoseWhoseTimeHasCome(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	f := NewFake(start)
	soon, late := f.After(time.Minute), f.After(time.Hour)
	require.NoError(t, f.BlockUntil(t.Context(), 2))

	f.Advance(time.Minute)

	require.Equal(t, start.Add(time.Minute), <-soon)
	require.Empty(t, late)
	require.Equal(t, start.Add(time.Minute), <-f.After(0))
}

func TestSleepEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, Sleep(ctx, NewFake(time.Now()), time.Hour), context.Canceled)
}
