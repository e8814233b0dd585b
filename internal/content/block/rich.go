package block

import (
	"html"
	"strconv"
	"strings"

	"keruen/internal/lang"
)

// in is the text of a language, or of the letter's own language when it was not translated; what is missing is told once.
func (w *writer) rich(t Texts) Rich {
	if r := t[w.lang]; !r.empty() {
		return r
	}
	main := t[w.doc.Meta.DefaultLang]
	w.untranslated(!main.empty())
	return main
}

func (w *writer) words(t Words) string {
	if s := t[w.lang]; strings.TrimSpace(s) != "" {
		return s
	}
	main := t[w.doc.Meta.DefaultLang]
	w.untranslated(strings.TrimSpace(main) != "")
	return main
}

func (w *writer) untranslated(said bool) {
	if said && w.lang != w.doc.Meta.DefaultLang && w.block != nil {
		w.problem(w.block.ID, "block.untranslated", "lang", string(w.lang))
	}
}

func (r Rich) empty() bool { return strings.TrimSpace(r.plain()) == "" }

// plain is what a text says, without marks.
func (r Rich) plain() string {
	var b strings.Builder
	for i := range r {
		for _, line := range r[i].lines() {
			for k := range line {
				b.WriteString(line[k].plain())
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func (i *Inline) plain() string {
	switch i.Type {
	case "break":
		return "\n"
	case "field":
		return i.placeholder()
	}
	return i.Text
}

// placeholder is a field as letters write it: {{date birthday "long"|soon}}.
func (i *Inline) placeholder() string {
	s := i.Path
	if how, words, _ := strings.Cut(i.Format, " "); how != "" {
		s = strings.TrimSpace(how + " " + s + " " + words)
	}
	fallback := strings.NewReplacer("{{", "", "}}", "").Replace(i.Fallback)
	if strings.ContainsAny(fallback, `"'`) {
		fallback = strings.NewReplacer(`"`, "”", "'", "’").Replace(fallback)
	}
	if fallback == "" {
		return "{{" + s + "}}"
	}
	return "{{" + s + `|"` + fallback + `"}}`
}

// look is how a text is written.
type look struct {
	color Color // of the words
	other Color // when color is empty
	size  int
	bold  bool
	align string
	bare  bool // links keep the colour of the words: on buttons
}

func (w *writer) font(size int) string {
	return ";font-family:" + fonts[w.t.Font] + ";font-size:" + strconv.Itoa(size) + "px;line-height:" + strconv.Itoa(lineHeight(size)) + "px"
}

// lineHeight is 1.5 of the size of a text and 1.25 of that of a heading, in whole pixels.
func lineHeight(size int) int {
	if size >= 20 {
		return (size*5 + 2) / 4
	}
	return (size*3 + 1) / 2
}

// paragraphs writes a text with its paragraphs and lists.
func (w *writer) paragraphs(r Rich, l look) {
	for i := range r {
		n := &r[i]
		margin := "0 0 12px"
		if i == len(r)-1 {
			margin = "0"
			if n.Type == "list" {
				margin = "0 0 0"
			}
		}
		if n.Type == "list" {
			w.list(n, margin, l)
			continue
		}
		align := ""
		if n.Align != "" && n.Align != l.align {
			align = ";text-align:" + n.Align
		}
		w.w(`<p style="margin:`, margin, align, `">`)
		w.inlines(n.Content, l)
		w.w("</p>")
		w.p.WriteString("\n\n")
	}
}

func (w *writer) list(n *Node, margin string, l look) {
	tag := "ul"
	if n.Ordered {
		tag = "ol"
	}
	w.w("<", tag, ` style="margin:`, margin, `;padding:0 0 0 24px">`)
	for i, item := range n.Items {
		mark := "- "
		if n.Ordered {
			mark = strconv.Itoa(i+1) + ". "
		}
		w.p.WriteString(mark)
		w.w(`<li style="margin:0 0 4px">`)
		w.inlines(item, l)
		w.w("</li>")
		w.p.WriteString("\n")
	}
	w.w("</", tag, ">")
	w.p.WriteString("\n")
}

// oneLine writes a text whose paragraphs are lines: headings, buttons.
func (w *writer) oneLine(r Rich, l look) {
	for i := range r {
		for k, line := range r[i].lines() {
			if i+k > 0 {
				w.w("<br>")
				w.p.WriteString("\n")
			}
			w.inlines(line, l)
		}
	}
}

func (w *writer) inlines(list []Inline, l look) {
	for i := 0; i < len(list); {
		if to := list[i].Link; to != "" && list[i].Type != "break" && !l.bare && !w.drops(to) {
			n := i + 1
			for n < len(list) && list[n].Link == to {
				n++
			}
			w.anchor(to, list[i].Color, "", func() { w.pieces(list[i:n], l, true) })
			i = n
			continue
		}
		w.pieces(list[i:i+1], l, false)
		i++
	}
}

// drops tells of a way out in a text of several languages: it would stand in a condition, where it does not count. The footer has it anyway.
func (w *writer) drops(link string) bool {
	return strings.TrimSpace(link) == wayOut && len(w.doc.Meta.Langs) > 1
}

// link is an <a> with the HTML around it that makes no sense alone.
type link struct{ to, class, style, before, after string }

// link writes a link around what inner writes. Nothing is written, and ok is false, for one that leads nowhere, or that is dropped, which
// is told.
func (w *writer) link(l link, inner func()) (ok bool) {
	if strings.TrimSpace(l.to) == "" {
		return false
	}
	if w.drops(l.to) {
		w.problem(w.block.ID, "block.way_in_language")
		return false
	}
	w.w(l.before, `<a`, w.place(), attr("href", l.to), attr("class", l.class), attr("style", l.style), ">")
	inner()
	w.w("</a>", l.after)
	return true
}

// anchor writes a link in a text; before stands in front of it.
func (w *writer) anchor(to string, c Color, before string, inner func()) {
	at := w.p.Len()
	if !w.link(link{to: to, class: w.class(c, "link"), style: "color:" + w.t.color(c, "link") + ";text-decoration:underline", before: before}, inner) {
		return
	}
	if words := strings.TrimSpace(w.p.String()[at:]); words != to && "mailto:"+words != to && !strings.HasPrefix(to, "tel:") {
		w.p.WriteString(" (" + to + ")")
	}
}

// place is the mark of the next link of the block.
func (w *writer) place() string {
	id := ""
	if w.block != nil {
		id = w.block.ID
	}
	w.links++
	return attr(LinkMark, id+":"+strconv.Itoa(w.links-1))
}

// class is that of a colour in the dark scheme; none on a ground that keeps its own.
func (w *writer) class(c, other Color) string {
	if w.own {
		return ""
	}
	return darkClass(c, other)
}

func (w *writer) pieces(list []Inline, l look, linked bool) {
	for k := range list {
		i := &list[k]
		if i.Type == "break" {
			w.w("<br>")
			w.p.WriteString("\n")
			continue
		}
		open, closing := w.marks(i, linked)
		w.w(open, html.EscapeString(i.plain()), closing)
		w.p.WriteString(i.plain())
	}
}

func (w *writer) marks(i *Inline, linked bool) (open, closing string) {
	wrap := func(on bool, tag string) {
		if on {
			open, closing = open+"<"+tag+">", "</"+tag+">"+closing
		}
	}
	wrap(i.B, "strong")
	wrap(i.I, "em")
	wrap(i.U && !linked, "u")
	wrap(i.S, "s")
	if i.Color != "" && !linked {
		class := attr("class", w.class(i.Color, i.Color))
		open, closing = open+"<span"+class+` style="color:`+w.t.color(i.Color, "text")+`">`, "</span>"+closing
	}
	return open, closing
}

// texts of the program itself in letters.
var (
	watch    = lang.Text{Ru: "Смотреть видео", Kk: "Бейнені көру", En: "Watch the video"}
	until    = lang.Text{Ru: "До ", Kk: "Мерзімі: ", En: "Until "}
	promo    = lang.Text{Ru: "Промокод", Kk: "Промокод", En: "Promo code"}
	networks = map[string]string{"instagram": "Instagram", "telegram": "Telegram", "whatsapp": "WhatsApp", "youtube": "YouTube", "tiktok": "TikTok", "facebook": "Facebook",
		"vk": "VK", "x": "X", "linkedin": "LinkedIn", "threads": "Threads", "site": "site", "email": "email"}
	ownWords = map[string]lang.Text{"site": {Ru: "Сайт", Kk: "Сайт", En: "Site"}, "email": {Ru: "Почта", Kk: "Пошта", En: "E-mail"}}
)
