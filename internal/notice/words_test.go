package notice

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/content"
	"keruen/internal/lang"
)

// everyLetter has one letter of each kind with words.
func everyLetter() []access.Letter {
	var all []access.Letter
	for _, k := range []access.LetterKind{
		access.LetterCode, access.LetterKnown, access.LetterReset, access.LetterNobody, access.LetterInvitation, access.LetterNewSignIn,
		access.LetterPasswordChanged, access.LetterMove, access.LetterMoved,
	} {
		all = append(all, access.Letter{Kind: k})
	}
	return append(all, access.Letter{Kind: access.LetterSecondFactor, Note: "on"}, access.Letter{Kind: access.LetterSecondFactor, Note: "off"})
}

func TestEveryLetterHasWordsInThreeLanguagesAndPassesTheChecksOfContent(t *testing.T) {
	t.Parallel()
	all := everyLetter()
	require.Len(t, letters, len(all))
	for _, l := range all {
		subjects := map[string]bool{}
		for _, l.Lang = range lang.All {
			l.Code, l.Token, l.Account, l.Inviter, l.Role = "123456", "tkn", "Пекарня", "boss@example.kz", access.Marketer
			l.IP, l.Browser, l.At = "192.0.2.1", "Chrome, Windows", time.Date(2026, 11, 24, 19, 30, 0, 0, time.UTC)
			c, ok := compose(l, "https://keruen.test")
			require.True(t, ok, "%s %s", l.Kind, l.Lang)
			require.NotContains(t, c.Letter.HTML, "[[")
			names := []string{}
			for n := range c.Vars {
				names = append(names, n)
			}
			compiled, problems := content.Compile(c.Letter, content.Options{Purpose: channel.Transactional, Lang: l.Lang, Vars: names})
			require.Empty(t, problems, "%s %s", l.Kind, l.Lang)
			r := compiled.Render(&content.Values{Vars: c.Vars}, nil, "")
			require.NotContains(t, r.Subject+r.HTML+r.Text, "{{")
			require.False(t, subjects[r.Subject], "a language has no words of its own: %s", r.Subject)
			subjects[r.Subject] = true
			if _, shown := c.Vars["when"]; shown {
				require.Contains(t, r.Text, "25.11.2026 00:30 (UTC+5)")
			}
			keep(t, key(l)+"."+string(l.Lang), r.HTML)
		}
	}
}

// keep writes a letter into the folder of KERUEN_ARTIFACTS, where people look at how it is drawn.
func keep(t *testing.T, name, html string) {
	t.Helper()
	dir := os.Getenv("KERUEN_ARTIFACTS")
	if dir == "" {
		return
	}
	dir = filepath.Join(dir, "letters")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, strings.ReplaceAll(name, " ", "_")+".html"), []byte(html), 0o644))
}

func TestValuesThatAreMissingAreSaidInWords(t *testing.T) {
	t.Parallel()
	c, ok := compose(access.Letter{Kind: access.LetterPasswordChanged, Lang: lang.Russian}, "https://keruen.test")
	require.True(t, ok)
	compiled, problems := content.Compile(c.Letter, content.Options{Purpose: channel.Transactional, Vars: []string{"when", "ip", "browser"}})
	require.Empty(t, problems)
	r := compiled.Render(&content.Values{Vars: c.Vars}, nil, "")
	require.Contains(t, r.Text, "IP-адрес: неизвестен")
}
