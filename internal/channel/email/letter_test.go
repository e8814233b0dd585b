package email_test

import (
	"math/rand/v2"
	"net/mail"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
)

// nasty are pieces that would begin a field, end the header or hide something, if they got through.
var nasty = []string{"\r\n", "\n", "\r", "\x00", "Bcc: all@example.test", "\r\nBcc: all@example.test\r\n", "\r\n\r\n<script>", "\u2028", "\u202e", ":", ";", "\"", "<x@y.test>", "=?utf-8?q?=0D=0ABcc:x?=", "Скидки", strings.Repeat("x", 1200), " ", "\t"}

// MSG-4
func TestNoValueOfALetterEverBecomesAHeaderFieldOfItsOwn(t *testing.T) {
	t.Parallel()
	in := newInbox(t, nil)
	c := direct(t, in, nil)
	r := rand.New(rand.NewPCG(1, 2))
	value := func() string {
		var b strings.Builder
		for range 1 + r.IntN(4) {
			b.WriteString(nasty[r.IntN(len(nasty))])
		}
		return b.String()
	}
	taken := 0
	for n := range 300 {
		m := message("jo@example.test", n)
		for _, field := range []*string{&m.ToName, &m.Email.FromName, &m.Email.Subject, &m.Email.ReplyTo, &m.Email.ListID, &m.Email.CampaignLabel, &m.Email.UnsubscribeURL, &m.Email.UnsubscribeTo} {
			if r.IntN(4) == 0 {
				*field = value()
			}
		}
		if c.Send(t.Context(), m).Outcome == channel.Accepted {
			taken++
		}
	}
	require.Greater(t, taken, 20, "some are harmless once they are encoded")
	for _, l := range in.got() {
		got, err := mail.ReadMessage(strings.NewReader(l.raw))
		require.NoError(t, err)
		for _, field := range []string{"Bcc", "Script"} {
			require.Empty(t, got.Header.Get(field), "%q", l.raw[:200])
		}
		for name, values := range got.Header {
			require.Len(t, values, 1, "%s stands once", name)
		}
		if id := got.Header.Get("Feedback-ID"); id != "" {
			parts := strings.Split(id, ":")
			require.Len(t, parts, 4)
			require.GreaterOrEqual(t, len(parts[3]), 5)
			require.LessOrEqual(t, len(parts[3]), 15)
		}
		head, _, _ := strings.Cut(l.raw, "\r\n\r\n")
		require.Less(t, len(head), 32<<10)
		for line := range strings.SplitSeq(head, "\r\n") {
			require.LessOrEqual(t, len(line), 998, "RFC 5322 §2.1.1")
		}
	}
}
