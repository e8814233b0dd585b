package mailhost

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
)

// anvil lets a client have two connections and twenty letters a second or so; the count begins anew with each unit of time.
const anvil = `smtpd_client_connection_count_limit = 2
smtpd_client_message_rate_limit = 20
smtpd_client_event_limit_exceptions =
anvil_rate_time_unit = 1s
`

// MSG-4: Postfix counts our connections and letters and sends us away above its limits. We slow down at the first such answer
// instead of bringing the same question again with every letter, and every letter arrives once.
func TestAServerThatLimitsUsGetsEveryLetterOnceAndIsNotPestered(t *testing.T) {
	t.Parallel()
	h := StartWith(t, anvil, "alpha.test")
	e := newEngine(t, h.MX, "", "alpha.test")
	all := e.letters(60, "alpha.test")
	e.untilTaken(t, all, 1100*time.Millisecond)
	require.Eventually(t, func() bool { return h.Count(t) == len(all) }, 20*time.Second, 50*time.Millisecond, h.Log())
	for _, l := range all {
		require.Len(t, h.Read(t, l.To), 1, l.To)
	}

	for _, l := range all {
		for _, v := range l.said[:len(l.said)-1] {
			require.Equal(t, channel.Later, v.Outcome, "%+v", v)
			assert.Positive(t, v.After)
			assert.True(t, v.Free, "waiting for leave is no failed attempt: %+v", v)
		}
	}
	connections := strings.Count(h.Log(), "Connection concurrency limit exceeded")
	letters := strings.Count(h.Log(), "Message delivery request rate limit exceeded")
	assert.Positive(t, connections, "the limit of connections was felt")
	assert.LessOrEqual(t, connections, 3, "of the five we would have, three are too many; nobody tries again what was refused")
	assert.Positive(t, letters, "the limit of letters was felt")
	assert.LessOrEqual(t, letters, len(all)/5, "one refusal speaks for those behind it")
}
