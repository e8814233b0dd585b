package content

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"keruen/internal/content/sight"
)

// TextOf makes the plain text of an HTML letter: paragraphs and lists by lines, links with their addresses in brackets,
// pictures by their descriptions. Placeholders stay. What is hidden — the preheader above all — is left out.
func TextOf(src string) string {
	w := &textWriter{}
	z := html.NewTokenizer(strings.NewReader(src))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return w.String()
		case html.StartTagToken, html.SelfClosingTagToken:
			name, attrs := attributes(string(z.Raw()))
			w.start(name, attrs)
		case html.EndTagToken:
			name, _ := tagName(string(z.Raw()))
			w.end(name)
		case html.TextToken:
			w.text(html.UnescapeString(string(z.Raw())))
		}
	}
}

var (
	newLine   = set("tr li dt dd option")
	newBlock  = set("p div table ul ol h1 h2 h3 h4 h5 h6 blockquote section article header footer center dl hr pre")
	wordless  = set("head style script title template noscript iframe object svg math textarea select")
	cellBlock = set("td th")
)

type textWriter struct {
	b      strings.Builder
	breaks int // line breaks to write before the next word
	space  bool
	hidden []string // elements that hide what is inside, innermost last
	open   []string
	href   string
	linked int // where the text of the open link began
}

func (w *textWriter) start(name string, attrs []attribute) {
	if !void[name] {
		w.open = append(w.open, name)
		a, _ := find(attrs, "style")
		if len(w.hidden) > 0 || wordless[name] || hides(a.text()) {
			w.hidden = append(w.hidden, name)
		}
	}
	if len(w.hidden) > 0 {
		return
	}
	switch {
	case newBlock[name]:
		w.breaks = max(w.breaks, 2)
	case newLine[name]:
		w.breaks = max(w.breaks, 1)
	case cellBlock[name]:
		w.space = true
	}
	switch name {
	case "br":
		w.breaks = min(w.breaks+1, 2)
	case "li":
		w.word("- ")
	case "img":
		if alt, ok := find(attrs, "alt"); ok {
			w.text(alt.text())
		}
	case "a":
		href, _ := find(attrs, "href")
		w.href, w.linked = clean(href.text()), w.b.Len()
	}
}

func hides(css string) bool {
	d := sight.Declarations(css)
	return d["display"] == "none" || d["visibility"] == "hidden" || d["mso-hide"] == "all" && d["opacity"] == "0"
}

func (w *textWriter) end(name string) {
	at := len(w.open) - 1
	for at >= 0 && w.open[at] != name {
		at--
	}
	if at < 0 {
		return
	}
	hidden := len(w.hidden) > 0
	closed := len(w.open) - at
	w.open = w.open[:at]
	w.hidden = w.hidden[:max(0, len(w.hidden)-closed)]
	if hidden {
		return
	}
	if name == "a" {
		w.endLink()
	}
	if newBlock[name] {
		w.breaks = max(w.breaks, 2)
	}
	if newLine[name] {
		w.breaks = max(w.breaks, 1)
	}
}

// endLink writes the address after the words of a link, unless the words are the address.
func (w *textWriter) endLink() {
	href := w.href
	w.href = ""
	if href == "" || href[0] == '#' || strings.HasPrefix(strings.ToLower(href), "javascript:") {
		return
	}
	words := strings.TrimSpace(w.b.String()[min(w.linked, w.b.Len()):])
	plain := strings.TrimPrefix(href, "mailto:")
	if words == "" || words == href || words == plain || strings.HasPrefix(href, "tel:") {
		if words == "" {
			w.text(href)
		}
		return
	}
	w.text(" (" + href + ")")
}

func (w *textWriter) text(s string) {
	if len(w.hidden) > 0 {
		return
	}
	for s != "" {
		i := strings.IndexFunc(s, unicode.IsSpace)
		if strings.HasPrefix(s, "{{") { // a placeholder stays in one piece
			if n := closing(s[2:]); n >= 0 {
				if directive(s[2 : n+2]) {
					w.spot(s[:n+4])
				} else {
					w.word(s[:n+4])
				}
				s = s[n+4:]
				continue
			}
		}
		if at := strings.Index(s, "{{"); at > 0 && (i < 0 || at < i) {
			i = at
			w.word(s[:i])
			s = s[i:]
			continue
		}
		switch {
		case i < 0:
			w.word(s)
			return
		case i > 0:
			w.word(s[:i])
		}
		w.space = true
		s = strings.TrimLeftFunc(s[i:], unicode.IsSpace)
	}
}

// spot writes the beginning or the end of a condition, which is no text itself: the space or the break that is due stays on the side where
// it was.
func (w *textWriter) spot(s string) {
	if w.breaks > 0 {
		w.b.WriteString(strings.Repeat("\n", w.breaks))
	} else if w.space && w.b.Len() > 0 {
		w.b.WriteByte(' ')
	}
	w.breaks, w.space = 0, false
	w.b.WriteString(s)
}

// word writes text that has no space inside, with the space or the line breaks that are due before it.
func (w *textWriter) word(s string) {
	s = strings.Map(dropFiller, s)
	if s == "" {
		return
	}
	if w.b.Len() > 0 {
		if w.breaks > 0 {
			w.b.WriteString(strings.Repeat("\n", w.breaks))
		} else if w.space && !strings.HasSuffix(w.b.String(), " ") {
			w.b.WriteByte(' ')
		}
	}
	w.breaks, w.space = 0, false
	w.b.WriteString(s)
}

// dropFiller takes out the invisible characters that pad preheaders.
func dropFiller(r rune) rune {
	if r == 0x34F || r >= 0x200B && r <= 0x200F || r == 0xFEFF || r == 0xAD {
		return -1
	}
	return r
}

func (w *textWriter) String() string { return strings.TrimSpace(w.b.String()) }
