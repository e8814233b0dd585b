package app_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// exported writes all contacts into a file and waits until it is ready.
func exported(t *testing.T, b *browser) string {
	t.Helper()
	made := b.post("/exports", map[string]any{"format": "csv", "reason": "Books are compared"})
	require.Less(t, made.status, 300, made.text)
	export := made.str("id")
	require.Eventually(t, func() bool { return b.get("/exports/"+export).str("state") == "ready" }, 20*time.Second, 50*time.Millisecond)
	return export
}
