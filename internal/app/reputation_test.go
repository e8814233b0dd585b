package app

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/config"
)

// CMP-3
func TestBlockListsAreChosenByTheSettings(t *testing.T) {
	t.Parallel()
	some, err := blocklists(config.Mail{Blocklists: "spamhaus-zen, spamcop", SpamhausKey: "k3y"})
	require.NoError(t, err)
	require.Len(t, some, 2)
	require.Equal(t, "k3y.zen.dq.spamhaus.net", some[0].Host)
	for _, none := range []string{"", "none"} {
		all, err := blocklists(config.Mail{Blocklists: none})
		require.NoError(t, err)
		require.Empty(t, all)
	}
	_, err = blocklists(config.Mail{Blocklists: "spamhous"})
	require.ErrorContains(t, err, "choose from spamhaus-zen")
}
