package email

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
)

// MSG-4: only what is the mailbox's own doing counts against an address.
func TestOnlyTheMailboxsOwnRefusalsWearAnAddressOut(t *testing.T) {
	t.Parallel()
	for class, scope := range scopes {
		if (&Channel{}).Wears(class).Messages > 0 {
			require.Equal(t, channel.ScopeRecipient, scope, class)
		}
	}
	require.Zero(t, (&Channel{}).Wears(ReputationIP))
	require.Equal(t, 5, (&Channel{}).Wears(MailboxFull).Messages)
	require.Equal(t, 2, (&Channel{}).Wears(MailboxDisabled).Messages)
}
