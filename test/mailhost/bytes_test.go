package mailhost

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"keruen/internal/channel/email"
	"keruen/internal/mail/dkim"
	"keruen/internal/mail/smtp"
)

// patient is how long mail may take from Postfix to the mailbox.
const patient = 20 * time.Second

// utf8Boxes has Postfix itself keep the mail of utf8.test, in one box: Dovecot's LMTP does not know SMTPUTF8 and is never offered such a letter.
const utf8Boxes = `transport_maps = inline:{ { utf8.test = virtual } }
virtual_mailbox_base = $queue_directory/../mail
virtual_mailbox_maps = static:utf8.test/box/
virtual_uid_maps = static:8
virtual_gid_maps = static:8
virtual_minimum_uid = 1
`

// MSG-4: what we hand over lies in the mailbox byte for byte, behind the trace of the servers: lines of dots, lines of the longest kind, bytes of
// eight bits, and letters whose addresses are not ASCII. All go over one connection, one behind the other.
func TestWhatIsHandedOverLiesInTheMailboxByteForByte(t *testing.T) {
	t.Parallel()
	h := StartWith(t, utf8Boxes, "alpha.test", "utf8.test")
	conn, res := smtp.Dial(t.Context(), h.MX, smtp.Options{Helo: "mail.keruen.test"})
	require.NotNil(t, conn, res.String())
	defer conn.Close()
	const head = "From: news@sender.test\r\nDate: Tue, 24 Nov 2026 10:00:00 +0500\r\nMessage-ID: <tok@sender.test>\r\nSubject: bytes\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
	for to, raw := range map[string]string{
		"dots@alpha.test":  head + "\r\n.\r\n..\r\n.a\r\n\r\n.\r\n...b.\r\n. \r\n",
		"long@alpha.test":  head + "\r\n" + strings.Repeat("x", 998) + "\r\n." + strings.Repeat("y", 997) + "\r\n",
		"eight@alpha.test": head + "\r\nСәлем, әлем! 1 200 ₸\r\n  two spaces at both ends  \r\n\ttab\t\r\n\r\n\r\n",
		"әсел@utf8.test":   "To: әсел@utf8.test\r\n" + head + "\r\nҚайырлы күн\r\n",
		"large@alpha.test": head + "\r\n" + strings.Repeat("0123456789abcdef.\r\n.\r\n", 100_000),
	} {
		res := conn.Send(t.Context(), smtp.Envelope{From: "b+tok@b.sender.test", To: to}, []byte(raw))
		require.True(t, res.Accepted(), "%s: %s", to, res)
		got := h.awaitOne(t, to)
		trace, whole := bytes.CutSuffix(got, []byte(raw))
		require.True(t, whole, "%s: the letter was changed on its way", to)
		require.Equal(t, 1, bytes.Count(trace, []byte("Return-Path: <b+tok@b.sender.test>")), "%s", trace)
		require.NotContains(t, string(trace), "Subject:", "nothing of the letter comes twice")
	}
	require.Equal(t, 5, conn.Sent())
}

// awaitOne returns the only letter of a mailbox once it is there.
func (h *Host) awaitOne(t *testing.T, address string) []byte {
	t.Helper()
	var letters [][]byte
	require.Eventually(t, func() bool {
		if strings.HasSuffix(address, "@utf8.test") {
			letters = h.kept(t)
		} else {
			letters = h.Read(t, address)
		}
		return len(letters) > 0
	}, patient, 20*time.Millisecond, h.Log())
	require.Len(t, letters, 1)
	return letters[0]
}

// kept returns the letters that Postfix has put into the box of utf8.test, with the line ends of the wire.
func (h *Host) kept(t *testing.T) (out [][]byte) {
	t.Helper()
	files, err := filepath.Glob(h.path("mail/utf8.test/box/new/*"))
	require.NoError(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		out = append(out, bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")))
	}
	return out
}

// MSG-4: a letter of a campaign with all that is hard to carry reads as it was written, to people with addresses of every script, and its signature
// holds: nothing on the way had to change it.
func TestALetterThatIsHardToCarryReadsAsItWasWritten(t *testing.T) {
	t.Parallel()
	domains := []string{"alpha.test", "utf8.test", "xn--80aswg.test"}
	h := StartWith(t, utf8Boxes, domains...)
	e := newEngine(t, h.MX, "", domains...)
	text := ".\n..\n.com\nFrom the start\n" + strings.Repeat("ұзын жол ", 300) + "\n" + strings.Repeat("a", 3000) + "\nend "
	all := e.letters(3, "alpha.test")
	for i, to := range []string{"ascii@alpha.test", "айгүл@utf8.test", "box@сайт.test"} {
		all[i].To, all[i].Email.Text, all[i].Email.HTML = to, text, "<html><body><pre>"+text+"</pre></body></html>"
	}
	e.untilTaken(t, all, 100*time.Millisecond)

	var s email.Settings
	require.NoError(t, json.Unmarshal(e.sender.Settings, &s))
	setup, err := email.SetupOf("news@sender.test", s, "mail.keruen.test", nil)
	require.NoError(t, err)
	records := map[string]string{dkim.RecordName(setup.Selector, "sender.test"): setup.PublicKey}
	for _, box := range []string{"ascii@alpha.test", "айгүл@utf8.test", "box@xn--80aswg.test"} {
		r := Verify(t, h.awaitOne(t, box), records)
		assert.True(t, r.DKIM, box)
		assert.Empty(t, r.Defects, box)
		assert.LessOrEqual(t, r.Longest, 998)
		if assert.Len(t, r.Parts, 2, box) {
			assert.Equal(t, text, unix(r.Parts[0].Text), box)
			assert.Contains(t, unix(r.Parts[1].Text), text, box)
		}
	}
}

// unix takes the line ends of the wire away; a text that ends without one may get one.
func unix(s string) string { return strings.TrimSuffix(strings.ReplaceAll(s, "\r\n", "\n"), "\n") }
