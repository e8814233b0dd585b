package sight

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const leave = "https://keruen.invalid/unsubscribe"

func page(css, inline, more string) string {
	return `<html><head><style>` + css + `</style></head><body><div class="a" id="b"><p><a href="` + leave + `" style="` + inline + `">Отписаться</a></p></div>` + more + `</body></html>`
}

func hidden(found []Finding) bool {
	for _, f := range found {
		if f.Kind == Hidden || f.Kind == Misleading || f.Kind == Hurdle {
			return true
		}
	}
	return false
}

// AUD-2: whatever a style sheet says, a link that its own style hides for good is never taken for visible; nor does any style bring the judge down.
func FuzzNoStyleSheetRescuesAHiddenLink(f *testing.F) {
	files, _ := filepath.Glob("../testdata/*/*.html")
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		_, css, _ := strings.Cut(string(b), "<style")
		css, _, _ = strings.Cut(css, "</style>")
		f.Add(css, string(b))
	}
	f.Add(`a{display:block!important} @media (min-width:1px){a:not(:hover){x:y}}`, `<!--[if mso]><p>x</p><![endif]-->`)
	f.Add(`@keyframes k{to{display:block}} a{animation:k 1s} a{ & b { c:d } } \`, `<a href="x">`)
	f.Fuzz(func(t *testing.T, css, more string) {
		if len(css)+len(more) > 8<<10 || strings.Contains(more, "unsubscribe") || strings.Contains(css, "</") || strings.Contains(css, "<!") {
			return
		}
		Judge(page(css, "", more), leave)
		Judge(more+page(css, "", ""), leave)
		for _, style := range []string{"display:none!important", "visibility:hidden !important", "font-size:1px!important", "opacity:0!important"} {
			if !hidden(Judge(page(css, style, ""), leave)) {
				t.Fatalf("%s is taken for visible under %q", style, css)
			}
		}
	})
}
