package errs

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnEnrichedErrorStaysTheDeclaredOneAndLeavesItAlone(t *testing.T) {
	t.Parallel()
	declared := New(Conflict, "license.seats_taken", "All seats are in use.")
	cause := errors.New("disk on fire")
	rich := fmt.Errorf("activate: %w", declared.With("seats", 5).At(Field{Path: "key", Code: "taken"}).Because(cause))

	require.ErrorIs(t, rich, declared)
	require.ErrorIs(t, rich, cause)
	require.NotErrorIs(t, rich, ErrNotFound)
	require.Equal(t, Conflict, KindOf(rich))
	require.Equal(t, Internal, KindOf(cause))
	require.Empty(t, declared.Params)
	require.Empty(t, declared.Fields)
}
