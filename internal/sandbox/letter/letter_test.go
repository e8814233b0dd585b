package letter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/sandbox/letter"
)

func TestALetterIsReadAsAMailProgramWould(t *testing.T) {
	t.Parallel()
	c := letter.Parse([]byte("From: =?koi8-r?B?7cHHwdrJzg==?= <Shop@Sender.test>\r\nSubject: =?utf-8?b?0J/RgNC4?=\r\n =?utf-8?b?0LLQtdGC?=\r\n" +
		"List-Unsubscribe: <mailto:x@y.test>, <https://y.test/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n" +
		"--a\r\nContent-Type: text/plain; charset=windows-1251\r\nContent-Transfer-Encoding: base64\r\n\r\nz/Do4uXy\r\n" +
		"--a\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<a href=3D\"https://y.test/u\">=D0=92=D1=8B=D0=B9=D1=82=D0=B8</a>\r\n--a--\r\n" +
		"--m\r\nContent-Type: application/pdf; name=price.pdf\r\nContent-Disposition: attachment; filename=price.pdf\r\n\r\n%PDF\r\n--m--\r\n"))

	require.Empty(t, c.Problems)
	require.Equal(t, "Привет", c.Get("subject"))
	require.Equal(t, "shop@sender.test", c.From())
	require.Equal(t, "Привет", c.Text)
	require.Equal(t, "https://y.test/u", c.OneClick())
	require.Equal(t, []letter.Link{{URL: "https://y.test/u", Text: "Выйти"}}, c.Links())
	require.True(t, c.IsUnsubscribe(c.Links()[0]))
	require.Equal(t, []letter.Attachment{{Name: "price.pdf", Type: "application/pdf", Size: 4}}, c.Attachments)
}

// Hostile are letters that break parsers.
var hostile = map[string]string{
	"nothing":              "",
	"no header":            "\r\n\r\nbody",
	"no body":              "Subject: x",
	"binary":               "\x00\xff\xfe: \x80\r\n\x00\r\n\r\n\x00\x01",
	"boundary never ends":  "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nabc",
	"boundary missing":     "Content-Type: multipart/mixed\r\n\r\nabc",
	"boundary too long":    "Content-Type: multipart/mixed; boundary=" + strings.Repeat("x", 5000) + "\r\n\r\nabc",
	"bad base64":           "Content-Transfer-Encoding: base64\r\n\r\n!!!!",
	"bad quoted-printable": "Content-Transfer-Encoding: quoted-printable\r\n\r\n=ZZ=",
	"unknown charset":      "Content-Type: text/plain; charset=klingon\r\n\r\nabc\xff",
	"bad content type":     "Content-Type: ;;;===\r\n\r\nabc",
	"many headers":         strings.Repeat("X-A: b\r\n", 10_000) + "\r\nabc",
	"one endless line":     "Subject: " + strings.Repeat("я", 1<<20) + "\r\n\r\nabc",
	"bad encoded word":     "Subject: =?utf-8?b?!!!?= =?x?q?=FF?=\r\n\r\nabc",
	"deep html":            "Content-Type: text/html\r\n\r\n" + strings.Repeat("<div><a href=x>", 50_000),
	"nested multiparts":    nested(100),
	"many parts":           "Content-Type: multipart/mixed; boundary=x\r\n\r\n" + strings.Repeat("--x\r\n\r\na\r\n", 10_000) + "--x--\r\n",
	"bad signature":        "DKIM-Signature: v=1; a=; b=;;;=; h=\r\nDKIM-Signature: \xff\r\nFrom: a@b.test\r\n\r\nabc",
}

func nested(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=x%dy\r\n\r\n--x%dy\r\n", i, i)
	}
	return b.String()
}

func TestHostileLettersAreReadAsFarAsTheyGo(t *testing.T) {
	t.Parallel()
	for name, raw := range hostile {
		t.Run(name, func(t *testing.T) {
			c := letter.Parse([]byte(raw))

			require.LessOrEqual(t, len(c.Headers), 500)
			require.NotPanics(t, func() { c.Links(); c.Images(); c.OneClick(); c.From() })
		})
	}
	require.Contains(t, letter.Parse([]byte(hostile["bad base64"])).Problems[0], "breaks off")
	require.Contains(t, strings.Join(letter.Parse([]byte(hostile["nested multiparts"])).Problems, " "), "nested deeper")
}

func FuzzParse(f *testing.F) {
	for _, raw := range hostile {
		if len(raw) < 10_000 {
			f.Add([]byte(raw))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		c := letter.Parse(raw)
		c.Links()
		c.Images()
		letter.FindForm(c.HTML)
	})
}
