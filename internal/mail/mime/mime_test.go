package mime_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	stdmime "mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/mail/mime"
)

func letter() mime.Letter {
	return mime.Letter{
		From:      mime.Address{Name: "Магазин «Көктем»", Email: "news@почта.рф"},
		To:        []mime.Address{{Name: `Smith, "Jo"`, Email: "jo@example.net"}},
		ReplyTo:   mime.Address{Email: "answer@example.org"},
		Subject:   "Жаңалықтар: скидки до 50 % на всё, что нужно весной 🌷 и ещё немного текста, чтобы сложить строку",
		Date:      time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC),
		MessageID: "abc123@example.org",
		Headers:   []mime.Header{{Name: "X-Test", Value: "plain value"}, {Name: "X-Note", Value: "Новости  недели"}},
		Text:      "Сәлем!\n.одна точка\n.\nтрейлинг пробел \nhttps://example.org/?a=1&b=2\n",
		HTML:      "<p>Сәлем, <b>Jo</b>!</p>\r\n<img src=\"https://example.org/o.gif\">" + strings.Repeat("длинная строка ", 100),
	}
}

func build(t *testing.T, l mime.Letter) []byte {
	t.Helper()
	raw, err := l.Append(nil)
	require.NoError(t, err)
	for i, line := range strings.Split(string(raw), "\r\n") {
		require.LessOrEqual(t, len(line), 998, "line %d", i)
		require.NotContains(t, line, "\n")
		require.NotContains(t, line, "\r")
	}
	return raw
}

func TestALetterIsReadBackByTheStandardLibrary(t *testing.T) {
	t.Parallel()
	l := letter()
	m, err := mail.ReadMessage(bytes.NewReader(build(t, l)))
	require.NoError(t, err)

	from, err := m.Header.AddressList("From")
	require.NoError(t, err)
	require.Equal(t, l.From.Name, from[0].Name)
	require.Equal(t, "news@xn--80a1acny.xn--p1ai", from[0].Address)
	to, err := m.Header.AddressList("To")
	require.NoError(t, err)
	require.Equal(t, &mail.Address{Name: `Smith, "Jo"`, Address: "jo@example.net"}, to[0])
	subject, err := new(stdmime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	require.NoError(t, err)
	require.Equal(t, l.Subject, subject)
	note, err := new(stdmime.WordDecoder).DecodeHeader(m.Header.Get("X-Note"))
	require.NoError(t, err)
	require.Equal(t, "Новости  недели", note)
	date, err := m.Header.Date()
	require.NoError(t, err)
	require.True(t, date.Equal(l.Date))
	require.Equal(t, "<abc123@example.org>", m.Header.Get("Message-ID"))

	kind, params, err := stdmime.ParseMediaType(m.Header.Get("Content-Type"))
	require.NoError(t, err)
	require.Equal(t, "multipart/alternative", kind)
	r := multipart.NewReader(m.Body, params["boundary"])
	require.Equal(t, "Сәлем!\r\n.одна точка\r\n.\r\nтрейлинг пробел \r\nhttps://example.org/?a=1&b=2", nextPart(t, r, "text/plain"))
	require.Equal(t, l.HTML, nextPart(t, r, "text/html"))
	_, err = r.NextPart()
	require.ErrorIs(t, err, io.EOF)
}

func nextPart(t *testing.T, r *multipart.Reader, kind string) string {
	t.Helper()
	p, err := r.NextRawPart()
	require.NoError(t, err)
	require.Equal(t, kind+"; charset=utf-8", p.Header.Get("Content-Type"))
	var decoded io.Reader = quotedprintable.NewReader(p)
	if p.Header.Get("Content-Transfer-Encoding") == "base64" {
		decoded = base64.NewDecoder(base64.StdEncoding, p)
	}
	body, err := io.ReadAll(decoded)
	require.NoError(t, err)
	// The CRLF before the boundary belongs to the boundary; in quoted-printable ours follows a full line.
	return strings.TrimSuffix(string(body), "\r\n")
}

func TestTheSameLetterIsTheSameBytes(t *testing.T) {
	t.Parallel()
	require.Equal(t, build(t, letter()), build(t, letter()))
}

func TestOneBodyNeedsNoMultipart(t *testing.T) {
	t.Parallel()
	l := letter()
	l.HTML = ""
	m, err := mail.ReadMessage(bytes.NewReader(build(t, l)))
	require.NoError(t, err)
	require.Equal(t, "text/plain; charset=utf-8", m.Header.Get("Content-Type"))
}

func TestHeaderInjectionIsRefused(t *testing.T) {
	t.Parallel()
	for _, evil := range []string{"a\r\nBcc: x@example.org", "a\nb", "a\rb", "a\x00b"} {
		for name, spoil := range map[string]func(*mime.Letter){
			"subject":  func(l *mime.Letter) { l.Subject = evil },
			"name":     func(l *mime.Letter) { l.To[0].Name = evil },
			"address":  func(l *mime.Letter) { l.To[0].Email = evil + "@example.org" },
			"reply-to": func(l *mime.Letter) { l.ReplyTo.Email = "x@example.org" + evil },
			"value":    func(l *mime.Letter) { l.Headers[0].Value = evil },
			"field":    func(l *mime.Letter) { l.Headers[0].Name = evil },
			"id":       func(l *mime.Letter) { l.MessageID = evil + "@x" },
		} {
			l := letter()
			spoil(&l)
			out, err := l.Append([]byte("before"))
			require.Error(t, err, "%s %q", name, evil)
			require.Equal(t, "before", string(out))
		}
	}
}

func TestAValueThatCannotBeFoldedIsRefused(t *testing.T) {
	t.Parallel()
	l := letter()
	l.Headers[0].Value = strings.Repeat("x", 1100)
	_, err := l.Append(nil)
	require.ErrorIs(t, err, mime.ErrLineTooLong)

	l.Headers[0].Value = strings.Repeat("x ", 20_000)
	_, err = l.Append(nil)
	require.ErrorIs(t, err, mime.ErrHeaderSize)
}

func TestHeadersAreFoldedAndStayASCII(t *testing.T) {
	t.Parallel()
	l := letter()
	l.Headers = append(l.Headers, mime.Header{Name: "X-Long", Value: strings.Repeat("word ", 60)})
	head, _, _ := bytes.Cut(build(t, l), []byte("\r\n\r\n"))
	for _, line := range strings.Split(string(head), "\r\n") {
		require.LessOrEqual(t, len(line), 76, line)
		require.NotEmpty(t, strings.TrimSpace(line))
		for i := range len(line) {
			require.Less(t, line[i], byte(0x80))
		}
	}
}

func TestAddressesAreCheckedAndTheirDomainsBecomeALabels(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"jo@Example.ORG":        "jo@example.org",
		"Jo.Smith+x@example.kz": "Jo.Smith+x@example.kz",
		"a@почта.рф":            "a@xn--80a1acny.xn--p1ai",
		"почта@example.org":     "почта@example.org",
		"a@example.org.":        "a@example.org",
	}
	for in, want := range good {
		got, err := mime.WireAddress(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got)
	}
	for _, in := range []string{"", "a", "@b.c", "a@", "a b@c.d", "a@b c.d", ".a@b.c", "a.@b.c", "a..b@c.d", `"a"@b.c`, "a<b@c.d", "a@[127.0.0.1]",
		"a@-b.c", "a@b-.c", "a@b..c", strings.Repeat("a", 65) + "@b.c", "a@" + strings.Repeat("b", 64) + ".c", "a@" + strings.Repeat("b.", 130) + "c"} {
		_, err := mime.WireAddress(in)
		require.ErrorIs(t, err, mime.ErrAddress, in)
	}
}

func TestOnlyALocalPartInAnotherScriptNeedsUTF8(t *testing.T) {
	t.Parallel()
	l := letter()
	require.False(t, l.NeedsUTF8())
	l.To[0].Email = "почта@example.org"
	require.True(t, l.NeedsUTF8())
}

func TestQuotedPrintableIsReadBackByTheStandardLibrary(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"", "a", "a ", "a\t\nb", "a\rb\r\nc\n", "=3D", strings.Repeat("ж", 200), strings.Repeat("x", 76), strings.Repeat("x", 75) + " \n", "..\n.", "\x00\x01\x7f", "🌷" + strings.Repeat("=", 80)} {
		out := mime.AppendQuoted(nil, in)
		for _, line := range strings.Split(string(out), "\r\n") {
			require.LessOrEqual(t, len(line), 76)
			require.Equal(t, strings.TrimRight(line, " \t"), line)
		}
		require.True(t, bytes.HasSuffix(out, []byte("\r\n")))
		back, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(out)))
		require.NoError(t, err)
		want := strings.ReplaceAll(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(in), "\n", "\r\n")
		require.Equal(t, strings.TrimSuffix(want, "\r\n"), strings.TrimSuffix(string(back), "\r\n"), "%q", in)
	}
}

func TestBase64IsReadBackByTheStandardLibrary(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"", "ж", "a\nb", "a\rb\r\nc\n", "\n\r\n\r", strings.Repeat("ж\n", 200), strings.Repeat("x", 57), strings.Repeat("x", 56) + "\n", strings.Repeat("Қ", 1000)} {
		out := mime.AppendBase64(nil, in)
		for _, line := range strings.Split(string(out), "\r\n") {
			require.LessOrEqual(t, len(line), 76)
		}
		require.True(t, in == "" || bytes.HasSuffix(out, []byte("\r\n")))
		back, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(out)))
		require.NoError(t, err)
		want := strings.ReplaceAll(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(in), "\n", "\r\n")
		require.Equal(t, want, string(back), "%q", in)
	}
}

func TestTheShorterEncodingIsTaken(t *testing.T) {
	t.Parallel()
	for html, want := range map[string]string{
		"<p>Plain text</p>": "quoted-printable", "<p>Café, mostly plain text with a few letters of another kind</p>": "quoted-printable",
		"<p>" + strings.Repeat("Осенние новости магазина. ", 40) + "</p>": "base64", "<p>" + strings.Repeat("Күзгі жаңалықтар. ", 40) + "</p>": "base64",
	} {
		l := letter()
		l.Text, l.HTML = "", html
		require.Contains(t, string(build(t, l)), "Content-Transfer-Encoding: "+want, html)
	}
}

func TestAPhraseKeepsItsMeaning(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Jo", "Jo Smith", "Jo. Smith", `a "b" \c`, "=?utf-8?b?0KE=?=", "Қазақ", strings.Repeat("Ә", 100), "a, b", "x@y"} {
		l := letter()
		l.From.Name = name
		m, err := mail.ReadMessage(bytes.NewReader(build(t, l)))
		require.NoError(t, err)
		got, err := m.Header.AddressList("From")
		require.NoError(t, err, fmt.Sprint(m.Header["From"]))
		require.Equal(t, name, got[0].Name)
	}
}

func BenchmarkAppend(b *testing.B) {
	l := letter()
	l.HTML = strings.Repeat("<p>Строка письма with some markup</p>\n", 500)
	var buf []byte
	for b.Loop() {
		buf, _ = l.Append(buf[:0])
	}
	b.SetBytes(int64(len(buf)))
}
