package privacy

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// CMP-11: law 94-V, article 25 — three working days for information, one for a change or a destruction.
func TestARequestIsDueByWorkingDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind          Kind
		received, due string
	}{
		{Copy, "2026-03-02T10:00:00+05:00", "2026-03-05"},       // Monday → Thursday
		{Erasure, "2026-03-02T10:00:00+05:00", "2026-03-03"},    // Monday → Tuesday
		{Erasure, "2026-03-06T10:00:00+05:00", "2026-03-09"},    // Friday → Monday
		{Copy, "2026-03-05T23:30:00+05:00", "2026-03-10"},       // Thursday → Tuesday
		{Correction, "2026-03-07T01:00:00+05:00", "2026-03-09"}, // Saturday → Monday
		{Erasure, "2026-03-01T20:00:00Z", "2026-03-03"},         // Monday already, in Kazakhstan
	} {
		at, err := time.Parse(time.RFC3339, c.received)
		require.NoError(t, err)
		require.Equal(t, c.due, dueAt(c.kind, at).In(zone).Format(time.DateOnly), c)
	}
}
