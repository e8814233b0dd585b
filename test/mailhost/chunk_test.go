package mailhost

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/mail/smtp"
)

// MSG-4: Postfix takes letters by BDAT, a refused recipient between them, all over one connection and byte for byte.
func TestPostfixTakesLettersInChunks(t *testing.T) {
	t.Parallel()
	h := Start(t, "alpha.test")
	conn, res := smtp.Dial(t.Context(), h.MX, smtp.Options{Helo: "mail.keruen.test", Chunking: true})
	require.NotNil(t, conn, res.String())
	defer conn.Close()
	require.True(t, conn.Has("CHUNKING"))
	const head = "From: news@sender.test\r\nDate: Tue, 24 Nov 2026 10:00:00 +0500\r\nMessage-ID: <tok@sender.test>\r\nSubject: bytes\r\n\r\n"
	for to, raw := range map[string]string{
		"dots@alpha.test":  head + ".\r\n..\r\n.a\r\n\r\n.\r\n",
		"large@alpha.test": head + strings.Repeat("0123456789abcdef.\r\n.\r\n", 50_000),
	} {
		res := conn.Send(t.Context(), smtp.Envelope{From: "b@sender.test", To: "jo@elsewhere.test"}, []byte(raw))
		require.Equal(t, smtp.StageRcpt, res.Stage, res.String())
		res = conn.Send(t.Context(), smtp.Envelope{From: "b@sender.test", To: to}, []byte(raw))
		require.True(t, res.Accepted(), "%s: %s", to, res)
		require.True(t, bytes.HasSuffix(h.awaitOne(t, to), []byte(raw)), "%s: the letter was changed on its way", to)
	}
}
