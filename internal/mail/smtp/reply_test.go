package smtp

import (
	"bufio"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
)

func read(s string) (Reply, error) { return readReply(bufio.NewReaderSize(strings.NewReader(s), 16)) }

func TestRepliesOfAllShapesAreRead(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Reply{
		"250 ok\r\n":     {Code: 250, Text: "ok"},
		"250\r\n":        {Code: 250},
		"250 2.1.5 ok\n": {Code: 250, Enhanced: "2.1.5", Text: "ok"},
		"550-5.1.1 The email account\r\n550 5.1.1 gone":                            {},
		"550-5.1.1 The email account\r\n550-5.1.1 does not\r\n550 5.1.1 exist\r\n": {Code: 550, Enhanced: "5.1.1", Text: "The email account does not exist"},
		"250-a\r\n450 b\r\n":          {Code: 450, Text: "a b"},
		"550 4.1.1 class differs\r\n": {Code: 550, Text: "4.1.1 class differs"},
		"421 1.2 short\r\n":           {Code: 421, Text: "1.2 short"},
		"550 a\x00b\x1b[31m\tc\r\n":   {Code: 550, Text: "a b [31m c"},
	} {
		got, err := read(in)
		if want.Code == 0 {
			require.Error(t, err, in)
			continue
		}
		require.NoError(t, err, in)
		got.lines = nil
		require.Equal(t, want, got, in)
	}
}

func TestWhatIsNotSMTPIsRefused(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"", "\r\n", "HTTP/1.1 400 Bad Request\r\n", "25\r\n", "25x ok\r\n", "999 x\r\n", "100 x\r\n", "250_x\r\n", "250 no end",
		"250-" + strings.Repeat("x", 70<<10) + "\r\n250 x\r\n", strings.Repeat("250-x\r\n", 20_000) + "250 x\r\n"} {
		_, err := read(in)
		require.Error(t, err)
	}
}

func TestRussianRepliesInOldCharsetsAreRead(t *testing.T) {
	t.Parallel()
	const text = "Пользователь не существует"
	for _, enc := range []*charmap.Charmap{charmap.KOI8R, charmap.Windows1251} {
		raw, err := enc.NewEncoder().String(text)
		require.NoError(t, err)
		p, err := read("550 5.1.1 " + raw + "\r\n")
		require.NoError(t, err)
		require.Equal(t, text, p.Text)
	}
}

func FuzzReadReply(f *testing.F) {
	for _, s := range []string{"250 ok\r\n", "250-a\r\n250 b\r\n", "550 5.1.1 \xd0\xcf\r\n", "421\r\n", "250-\r\n250-\r\n", "354 go\n250 x\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := read(s)
		if err != nil {
			return
		}
		if p.Code < 200 || p.Code > 599 || len(p.Text) > maxText || !utf8.ValidString(p.Text) || strings.ContainsAny(p.Text, "\r\n\x00") {
			t.Fatalf("%+v", p)
		}
		if p.Enhanced != "" && int(p.Enhanced[0]-'0') != p.Code/100 {
			t.Fatalf("%+v", p)
		}
	})
}
