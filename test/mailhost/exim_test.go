package mailhost

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// perConnection is fewer letters than we would send over one connection by ourselves.
const perConnection = 10

var (
	envelopeTo = regexp.MustCompile(`(?m)^Envelope-to: (\S+)$`)
	received   = regexp.MustCompile(`(?m)^.* <= b\+tok.* H=.*\[127\.0\.0\.1\]:(\d+) .*$`)
	grouped    = regexp.MustCompile(` L[.*]? `) // PIPELINING was used; "L-" is offered and not used
)

// MSG-4: Exim ends a session in which a command comes before it may, so it judges how we send envelopes ahead.
func TestEximTakesSeveralLettersOverOneConnectionAndFindsNoFaultWithOurOrder(t *testing.T) {
	t.Parallel()
	x := StartExim(t, perConnection, "alpha.test", "beta.test")
	e := newEngine(t, x.MX, "", "alpha.test", "beta.test")
	all := e.letters(120, "alpha.test", "beta.test")
	e.untilTaken(t, all, 100*time.Millisecond)

	boxes := func() [][]byte { return append(x.Mail(t, "alpha.test"), x.Mail(t, "beta.test")...) }
	require.Eventually(t, func() bool { return len(boxes()) == len(all) }, 20*time.Second, 50*time.Millisecond)
	got := map[string]int{}
	for _, l := range boxes() {
		to := envelopeTo.FindSubmatch(l)
		require.NotNil(t, to, "%s", l)
		got[string(to[1])]++
	}
	for _, l := range all {
		require.Equal(t, 1, got[l.To], "%s: %+v", l.To, l.said)
	}

	log := x.Log()
	for _, fault := range []string{"synchronization", "protocol error", "syntax error", "unexpected disconnection", "lost while"} {
		assert.NotContains(t, log, fault)
	}
	connections, ahead := map[string]int{}, 0
	for _, line := range received.FindAllStringSubmatch(log, -1) {
		connections[line[1]]++
		if grouped.MatchString(line[0]) {
			ahead++
		}
	}
	require.NotEmpty(t, connections, log)
	assert.LessOrEqual(t, len(connections), 2*len(all)/perConnection, "connections are used for several letters: %v", connections)
	assert.Greater(t, ahead, len(all)/2, "commands are sent in groups: %s", log)
}
