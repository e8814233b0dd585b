package mailhost

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/channel/email"
)

// twoAddresses gives the engine a choice, which it must not make anew for the next attempt.
const twoAddresses = "[[address]]\nip = \"127.0.0.11\"\n\n[[address]]\nip = \"127.0.0.12\"\n"

var refusal = regexp.MustCompile(`reject: RCPT from unknown\[([\d.]+)\]: 450 4\.2\.0 <([^>]+)>.*from=<([^>]+)>`)

// MSG-4: postgrey knows a letter again by the client's address, the envelope sender and the recipient. An engine that changed
// any of them would be sent away for ever.
func TestAGreylistedLetterIsTakenOnTheSecondAttemptFromTheSameAddressAndSender(t *testing.T) {
	t.Parallel()
	domains := []string{"alpha.test", "beta.test", "gamma.test", "delta.test", "epsilon.test", "zeta.test"}
	h := StartWith(t, Greylist(t, "1"), domains...)
	e := newEngine(t, h.MX, twoAddresses, domains...)
	all := e.letters(12, domains...)
	e.untilTaken(t, all, 1500*time.Millisecond) // postgrey's second is over before the next round

	for _, l := range all {
		require.Len(t, l.said, 2, "%s: %+v", l.To, l.said)
		assert.Equal(t, email.Greylisted, l.said[0].Class, "%+v", l.said[0])
		assert.Equal(t, channel.ScopePolicy, l.said[0].Scope)
		assert.GreaterOrEqual(t, l.said[0].After, time.Second, "not before the server said")
		assert.Less(t, l.said[0].After, time.Minute, "the server's own words are heeded")
	}
	require.Eventually(t, func() bool { return h.Count(t) == len(all) }, 20*time.Second, 50*time.Millisecond, h.Log())
	clients := map[string]bool{}
	refused := refusal.FindAllStringSubmatch(h.Log(), -1)
	require.Len(t, refused, len(all), "one refusal each: %s", h.Log())
	for _, r := range refused {
		clients[r[1]] = true
		assert.Regexp(t, `^b\+tok\d+@b\.sender\.test$`, r[3])
	}
	require.Len(t, clients, 2, "both of our addresses were in use, so that keeping to one was a choice")
}
