package frame

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/lang"
)

func written(t *testing.T, path string, p Page) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	require.NoError(t, Write(w, httptest.NewRequest(http.MethodGet, path, nil), http.StatusOK, p))
	return w
}

func TestThePolicyAllowsExactlyTheStylesOfThePage(t *testing.T) {
	t.Parallel()
	for _, palette := range []Palette{{}, PaletteOf("#c2185b")} {
		w := written(t, "/p", Page{Lang: lang.Kazakh, Title: "t", Palette: palette})
		styles := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindAllStringSubmatch(w.Body.String(), -1)
		require.NotEmpty(t, styles)
		for _, s := range styles {
			sum := sha256.Sum256([]byte(s[1]))
			require.Contains(t, w.Header().Get("Content-Security-Policy"), "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
		}
		require.NotContains(t, w.Body.String(), " style=", "attributes are not allowed by the policy")
	}
}

func TestOnlyNamedSitesMayShowThePage(t *testing.T) {
	t.Parallel()
	w := written(t, "/p", Page{Title: "t"})
	require.Contains(t, w.Header().Get("Content-Security-Policy"), "frame-ancestors 'none'")
	require.NotContains(t, w.Header().Get("Content-Security-Policy"), "script-src")
	w = written(t, "/p", Page{Title: "t", Embed: []string{"https://shop.kz"}, Scripts: []string{"/p/s.js"}})
	require.Contains(t, w.Header().Get("Content-Security-Policy"), "frame-ancestors https://shop.kz")
	require.Contains(t, w.Header().Get("Content-Security-Policy"), "script-src 'self'")
}

func TestChangingTheLanguageKeepsTheRestOfTheAddress(t *testing.T) {
	t.Parallel()
	w := written(t, "/p?utm_source=a%26b&lang=kk", Page{Lang: lang.Kazakh, Title: "t"})
	require.Contains(t, w.Body.String(), `href="?lang=ru&amp;utm_source=a%26b"`)
	require.Contains(t, w.Body.String(), `<span lang="kk" aria-current="true">Қазақша</span>`)
	require.Contains(t, w.Body.String(), `<html lang="kk">`)
}

func TestNamesOfAccountsAreOnlyText(t *testing.T) {
	t.Parallel()
	w := written(t, "/p", Page{Title: `</title><script>`, Brand: `<img src=x>`, Foot: `"><b>`, Body: template.HTML("<h1>ok</h1>")})
	require.NotContains(t, w.Body.String(), "<script>")
	require.NotContains(t, w.Body.String(), "<img src=x>")
	require.Contains(t, w.Body.String(), "<h1>ok</h1>")
}

func TestInnerQuotationMarks(t *testing.T) {
	t.Parallel()
	require.Equal(t, "Кофейня „Дән“", InQuotes("Кофейня «Дән»", lang.Russian))
	require.Equal(t, "The «Dan»", InQuotes("The «Dan»", lang.English))
}

func TestAStrangeSiteShowsTheFormInLightColours(t *testing.T) {
	t.Parallel()
	css := ShadowStyle(PaletteOf("#c2185b"))
	require.NotContains(t, css, "prefers-color-scheme")
	require.NotContains(t, css, ":root")
	require.Contains(t, css, "--button:#c2185b")
}
