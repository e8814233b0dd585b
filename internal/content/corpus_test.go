package content_test

import (
	"encoding/json"
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
