package campaign

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel/email"
	"keruen/internal/delivery"
	"keruen/internal/lang"
)

// MSG-4: the reason of each undelivered message in plain words, in the reader's language.
func TestReasonsAreToldInPlainWordsOfEachLanguage(t *testing.T) {
	t.Parallel()
	for _, l := range lang.All {
		full := reasonIn(delivery.Delivery{Reason: email.MailboxFull}, l)
		require.Equal(t, email.Reason(email.MailboxFull).In(l), full)
		expired := reasonIn(delivery.Delivery{Reason: delivery.ReasonExpired, Cause: email.MailboxFull}, l)
		require.Equal(t, expiredAfter.In(l)+full, expired)
		require.NotEqual(t, expired, reasonIn(delivery.Delivery{Reason: delivery.ReasonExpired}, l))
		require.Empty(t, reasonIn(delivery.Delivery{State: delivery.Accepted}, l))
		for reason, text := range reasons {
			require.NotEmpty(t, text.In(l), "%s in %s", reason, l)
		}
	}
	for reason := range reasons {
		require.Equal(t, email.Reason("no such class"), email.Reason(reason), "%s has words of the channel already", reason)
	}
}
