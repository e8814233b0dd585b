// Package ready holds the letters that come with the product, in three languages each. Their texts are our own.
package ready

import (
	"encoding/json"
	"fmt"
	"strings"

	"keruen/internal/lang"
)

// Letter is a ready letter.
type Letter struct {
	Key                      string // stable
	Name, Subject, Preheader lang.Text
	look                     look
	parts                    []part
}

// look is the palette: ground of the letter's head, ground behind, and the colours of links.
type look struct{ primary, bg, link, linkDark string }

// part makes one row; n numbers the ids.
type part func(l lang.Lang, n int) row

type (
	row   map[string]any
	block = map[string]any
)

// Doc is the document of a letter in one language, as the editor writes it.
func (r Letter) Doc(l lang.Lang) json.RawMessage {
	rows := make([]row, len(r.parts))
	for i, p := range r.parts {
		rows[i] = p(l, i+1)
		rows[i]["id"] = fmt.Sprintf("r%d", i+1)
		number := 0
		for _, c := range rows[i]["cols"].([]block) {
			for _, b := range c["blocks"].([]block) {
				number++
				b["id"] = fmt.Sprintf("b%d_%d", i+1, number)
			}
		}
	}
	text, err := json.Marshal(map[string]any{
		"v":    1,
		"meta": map[string]any{"title": plain(r.Name.In(l)), "langs": []lang.Lang{l}, "default_lang": l},
		"theme": map[string]any{"width": 600, "bg": r.look.bg, "surface": "#FFFFFF", "text": "#14212B", "muted": "#51626E", "link": r.look.link, "link_dark": r.look.linkDark,
			"primary": r.look.primary, "on_primary": "#FFFFFF", "font": "arial", "size": 16, "radius": 8, "gap": 24},
		"rows": rows,
	})
	if err != nil {
		panic(err) // maps of texts and numbers: cannot be
	}
	return text
}

func plain(s string) string { return s }

func tr(ru, kk, en string) lang.Text { return lang.Text{Ru: ru, Kk: kk, En: en} }

// rich reads **bold** and {field|fallback}; an empty line begins a paragraph.
func rich(s string) []block {
	var out []block
	for p := range strings.SplitSeq(s, "\n\n") {
		if strings.HasPrefix(p, "- ") {
			items := [][]block{}
			for item := range strings.SplitSeq(p, "\n") {
				items = append(items, inlines(strings.TrimPrefix(item, "- ")))
			}
			out = append(out, block{"type": "list", "items": items})
			continue
		}
		out = append(out, block{"type": "paragraph", "content": inlines(p)})
	}
	return out
}

func inlines(s string) []block {
	out := []block{}
	for i, piece := range strings.Split(s, "**") {
		for piece != "" {
			at := strings.IndexByte(piece, '{')
			if at < 0 {
				out = append(out, styled(block{"type": "text", "text": piece}, i%2 == 1))
				break
			}
			if at > 0 {
				out = append(out, styled(block{"type": "text", "text": piece[:at]}, i%2 == 1))
			}
			name, rest, _ := strings.Cut(piece[at+1:], "}")
			path, fallback, _ := strings.Cut(name, "|")
			field := block{"type": "field", "path": path}
			if fallback != "" {
				field["fallback"] = fallback
			}
			out = append(out, styled(field, i%2 == 1))
			piece = rest
		}
	}
	return out
}

func styled(b block, bold bool) block {
	if bold {
		b["b"] = true
	}
	return b
}

func texts(l lang.Lang, t lang.Text) map[string]any { return map[string]any{string(l): rich(t.In(l))} }
func words(l lang.Lang, t lang.Text) map[string]any { return map[string]any{string(l): t.In(l)} }

func one(pad [4]int, blocks ...block) row {
	return row{"pad": pad, "cols": []block{{"span": 12, "blocks": blocks}}}
}

// hero is the coloured head of a letter.
func hero(kicker, title, lead lang.Text) part {
	return func(l lang.Lang, _ int) row {
		r := one([4]int{40, 40, 40, 40},
			block{"type": "text", "size": 14, "color": "on_primary", "align": "center", "text": texts(l, kicker), "pad": [4]int{0, 0, 12, 0}},
			block{"type": "heading", "level": 1, "color": "on_primary", "align": "center", "text": texts(l, title), "pad": [4]int{0, 0, 12, 0}},
			block{"type": "text", "color": "on_primary", "align": "center", "text": texts(l, lead)})
		r["bg"] = "primary"
		return r
	}
}

func says(t lang.Text) part {
	return func(l lang.Lang, _ int) row {
		return one([4]int{28, 40, 8, 40}, block{"type": "text", "text": texts(l, t)})
	}
}

func title(t lang.Text) part {
	return func(l lang.Lang, _ int) row {
		return one([4]int{28, 40, 0, 40}, block{"type": "heading", "level": 2, "text": texts(l, t)})
	}
}

func press(t lang.Text, link string) part {
	return func(l lang.Lang, _ int) row {
		return one([4]int{20, 40, 28, 40}, block{"type": "button", "align": "center", "link": link, "text": texts(l, t)})
	}
}

func line() part {
	return func(lang.Lang, int) row {
		return one([4]int{12, 40, 12, 40}, block{"type": "divider"})
	}
}

// pair is two columns, each a small heading with words.
func pair(a, aText, b, bText lang.Text) part {
	return func(l lang.Lang, _ int) row {
		col := func(h, t lang.Text) block {
			return block{"span": 6, "blocks": []block{
				{"type": "heading", "level": 3, "text": texts(l, h), "pad": [4]int{0, 0, 6, 0}},
				{"type": "text", "size": 15, "color": "muted", "text": texts(l, t)}}}
		}
		return row{"pad": [4]int{20, 40, 20, 40}, "cols": []block{col(a, aText), col(b, bText)}}
	}
}

// goods is one thing for sale.
type goods struct {
	title, text lang.Text
	price, old  string
}

func sells(button lang.Text, items ...goods) part {
	return func(l lang.Lang, n int) row {
		cols := make([]block, len(items))
		for i, g := range items {
			b := block{"type": "product", "src": "", "alt": words(l, g.title), "title": words(l, g.title), "text": words(l, g.text), "price": g.price, "button": words(l, button),
				"link": fmt.Sprintf("https://example.kz/shop/%d-%d", n, i+1)}
			if g.old != "" {
				b["old_price"] = g.old
			}
			cols[i] = block{"span": 12 / len(items), "blocks": []block{b}}
		}
		return row{"pad": [4]int{20, 40, 20, 40}, "cols": cols}
	}
}

func coupon(code string, t lang.Text) part {
	return func(l lang.Lang, _ int) row {
		return one([4]int{20, 40, 20, 40}, block{"type": "coupon", "code": code, "text": texts(l, t)})
	}
}

// sums is a table of two columns, as in a receipt.
func sums(lines ...[2]lang.Text) part {
	return func(l lang.Lang, _ int) row {
		left, right := []block{}, []block{}
		for _, s := range lines {
			left = append(left, block{"type": "text", "text": texts(l, s[0]), "pad": [4]int{6, 0, 6, 0}})
			right = append(right, block{"type": "text", "align": "right", "text": texts(l, s[1]), "pad": [4]int{6, 0, 6, 0}})
		}
		return row{"pad": [4]int{8, 40, 8, 40}, "stack": "keep", "cols": []block{{"span": 8, "blocks": left}, {"span": 4, "blocks": right}}}
	}
}

func links(items ...[2]string) part {
	return func(lang.Lang, int) row {
		list := make([]block, len(items))
		for i, s := range items {
			list[i] = block{"network": s[0], "link": s[1]}
		}
		return one([4]int{16, 40, 16, 40}, block{"type": "social", "align": "center", "items": list})
	}
}

// foot says from whom the letter is and why it came; the ways out follow by themselves.
func foot() part {
	why := tr("Вы получили это письмо, потому что согласились на рассылку от {account_name}.", "Бұл хатты {account_name} таратылымына келіскеніңіз үшін алдыңыз.",
		"You received this letter because you agreed to mailings from {account_name}.")
	return func(l lang.Lang, _ int) row {
		r := one([4]int{24, 40, 28, 40}, block{"type": "footer", "align": "center", "text": texts(l, why)})
		r["bg"] = "bg"
		return r
	}
}
