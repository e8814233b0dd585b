package content_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/content"
)

// corpus returns the letters of a folder by name. The first line of one that hides the way out tells the expected reason.
func corpus(t testing.TB, folder string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.html"))
	require.NoError(t, err)
	out := map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		out[strings.TrimSuffix(filepath.Base(f), ".html")] = string(b)
	}
	return out
}

// AUD-2
func TestLettersThatHideTheWayOutAreRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	letters := corpus(t, "hide")
	require.GreaterOrEqual(t, len(letters), 100)
	for name, src := range letters {
		first, html, _ := strings.Cut(src, "\n")
		want := strings.TrimSuffix(strings.TrimPrefix(first, "<!-- expect: "), " -->")
		c, problems := content.Compile(letter(html), advertising)
		var got []string
		for _, p := range problems {
			if p.Severity == content.Error {
				reason, _ := p.Params["reason"].(string)
				got = append(got, reason)
			}
		}
		if c != nil || len(got) == 0 {
			t.Errorf("%s: accepted, should be refused for %s", name, want)
			continue
		}
		if got[0] != want {
			t.Errorf("%s: refused for %v, should be for %s", name, got, want)
		}
	}
}

// AUD-2
func TestHonestDesignsAreAccepted(t *testing.T) {
	t.Parallel()
	letters := corpus(t, "honest")
	require.GreaterOrEqual(t, len(letters), 50)
	for name, html := range letters {
		c, problems := content.Compile(letter(html), advertising)
		if c == nil {
			t.Errorf("%s: refused: %v", name, problems)
			continue
		}
		require.True(t, c.Leaves, name)
		for _, p := range problems {
			if strings.HasPrefix(p.Code, "unsubscribe.") {
				t.Logf("%s: %v", name, p)
			}
		}
	}
}

// AUD-2: every reason and view that the judge may name has words in three languages.
func TestEveryReasonHasWordsInThreeLanguages(t *testing.T) {
	t.Parallel()
	need := map[string]bool{"reason.faint": true, "reason.unsure": true, "reason.too_complex": true, "reason.outlook_only": true, "reason.link_changed": true, "reason.no_picture": true, "reason.quoted": true,
		"reason.split": true, "reason.lookalike": true, "reason.in_query": true, "reason.glued": true,
		"reason.no_number": true, "problem.wayout.hidden": true, "problem.wayout.hurdle": true, "problem.wayout.button": true, "problem.wayout.added": true,
		"view.phone_dark": true, "view.outlook_web": true, "view.mail_program": true, "view.no_styles": true, "view.hover": true, "view.animation": true}
	for _, src := range corpus(t, "hide") {
		_, problems := content.Compile(letter(src), advertising)
		for _, p := range problems {
			need["problem."+p.Code] = true
			if !strings.HasPrefix(p.Code, "unsubscribe.") || p.Code == "unsubscribe.hurdle" {
				continue
			}
			if r, ok := p.Params["reason"].(string); ok {
				need["reason."+r] = true
			}
			if v, ok := p.Params["view"].(string); ok && !strings.HasPrefix(v, "width_") {
				need["view."+v] = true
			}
		}
	}
	require.Greater(t, len(need), 35)
	for _, lang := range []string{"ru", "kk", "en"} {
		b, err := os.ReadFile(filepath.Join("../../web/src/i18n", lang, "content.json"))
		require.NoError(t, err)
		words := map[string]string{}
		require.NoError(t, json.Unmarshal(b, &words))
		for key := range need {
			require.NotEmpty(t, words[key], "%s in %s", key, lang)
		}
	}
}

// AUD-2: the author's styles may not catch the platform's own footer either; the rule that does is named.
func TestStylesThatCatchTheFooterAreRefused(t *testing.T) {
	t.Parallel()
	for css, rule := range map[string]string{
		"body > div:last-of-type { max-height:0 !important; overflow:hidden !important }": "body > div:last-of-type",
		"body { visibility:hidden } div { opacity:0 }":                                    "",
		"div:last-child a { clip-path:inset(100%) }":                                      "div:last-child a",
		"a { -webkit-text-fill-color:transparent }":                                       "a",
		"div { filter:blur(9px) }":                                                        "div",
		"a::after { content:''; position:absolute; inset:0 } div { pointer-events:none }": "div",
		"@media (max-width:500px) { div { transform:translateX(-3000px) } }":              "div",
	} {
		c, problems := content.Compile(letter("<html><head><style>"+css+"</style></head><body><p>Новости</p></body></html>"), advertising)
		if rule == "" { // our own declarations win
			require.NotNil(t, c, "%s: %v", css, problems)
			continue
		}
		require.Nil(t, c, css)
		var got []string
		for _, p := range problems {
			if p.Code == "unsubscribe.footer_hidden" {
				got = append(got, fmt.Sprint(p.Params["rule"]))
			}
		}
		require.Equal(t, []string{rule}, got, css)
	}
}

// AUD-2
func TestALinkThatIsNotQuiteTheWayOutIsRefused(t *testing.T) {
	t.Parallel()
	for html, reason := range map[string]string{
		`<a href="{{unsubscribe_url}}x">Отписаться</a>`:                             "link_changed",
		`<a href="{{unsubscribe_url}}?gift=1">Отписаться</a>`:                       "link_changed",
		`<a href="https://shop.example/" href="{{unsubscribe_url}}">Отписаться</a>`: "removed",
		`<a href="{{unsubscribe_url}}"><a href="https://x.kz">Отписаться</a></a>`:   "no_text",
	} {
		c, problems := content.Compile(letter("<p>Новости</p>"+html), advertising)
		require.Nil(t, c, html)
		var got []any
		for _, p := range problems {
			if p.Code == "unsubscribe.hidden" {
				got = append(got, p.Params["reason"])
			}
		}
		require.Equal(t, []any{reason}, got, html)
	}
}
