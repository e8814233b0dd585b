package block

import (
	"html"
	"strconv"
	"strings"
	"time"

	"keruen/internal/lang"
)

// writeBlock writes one block in the language of now, or in all of them.
func (w *writer) writeBlock(b *Block, class, style string) {
	if f, ok := b.Body.(*Footer); ok {
		w.footer(b, f, class, style)
		return
	}
	w.each(func() { w.links = 0; w.part(b, class, style) })
}

func (w *writer) part(b *Block, class, style string) {
	switch x := b.Body.(type) {
	case *Heading:
		w.heading(b, x, class, style)
	case *Text:
		size := x.Size
		if size == 0 {
			size = w.t.Size
		}
		l := look{color: x.Color, other: "text", size: size, align: x.Align}
		w.textCell(b, class, style, l)
		w.paragraphs(w.rich(x.Text), l)
		w.cellEnd()
	case *Image:
		w.cell(b, class, style, side(x.Align, "center"), w.font(14)+";color:"+w.t.Muted)
		w.linked(x.Link, func() { w.picture(x) })
		w.cellEnd()
	case *Button:
		w.cell(b, class, style, side(x.Align, "left"), "")
		radius := w.t.Radius
		if x.Radius != nil {
			radius = *x.Radius
		}
		text := w.rich(x.Text)
		w.button(x.Link, button{bg: x.Bg, color: x.Color, radius: radius, full: x.Full, align: side(x.Align, "left")}, text.plain(), func(l look) { w.oneLine(text, l) })
		w.cellEnd()
	case *Divider:
		color := x.Color
		if color == "" {
			color = "#DFE6EA"
		}
		w.cell(b, class, style, "", "")
		w.w(table, `><tr><td style="border-top:`, strconv.Itoa(max(x.Thickness, 1)), `px solid `, w.t.color(color, "muted"), `;font-size:0;line-height:0">&nbsp;</td></tr></table>`)
		w.cellEnd()
	case *Spacer:
		height := strconv.Itoa(x.Height)
		w.w(table, attr("class", class), attr(BlockMark, b.ID), attr("style", style), `><tr><td height="`, height, `" style="height:`, height, `px;font-size:0;line-height:`, height, `px">&nbsp;</td></tr></table>`)
	case *Social:
		w.social(b, x, class, style)
	case *Menu:
		w.menu(b, x, class, style)
	case *Product:
		w.product(b, x, class, style)
	case *Countdown:
		w.countdown(b, x, class, style)
	case *Video:
		w.video(b, x, class, style)
	case *Coupon:
		w.coupon(b, x, class, style)
	case *HTML:
		w.html(b, x, class, style)
	default:
		w.problem(b.ID, "block.unknown", "type", b.Type)
	}
}

func side(align, other string) string {
	if align == "" {
		return other
	}
	return align
}

func (w *writer) textCell(b *Block, class, style string, l look) {
	color := w.class(l.color, l.other)
	w.w(table, attr("class", class), attr(BlockMark, b.ID), attr("style", style), `><tr><td`, attr("class", color), attr("align", side(l.align, "left")),
		` style="padding:`, b.Pad.css(), w.font(l.size), ";color:", w.t.color(l.color, l.other), ";text-align:", side(l.align, "left"), `">`)
	w.readable(b, l)
}

var headings = [4]int{0, 28, 22, 18}

func (w *writer) heading(b *Block, x *Heading, class, style string) {
	size := headings[x.Level]
	l := look{color: x.Color, other: "text", size: size, align: x.Align}
	w.textCell(b, class, style, l)
	level := strconv.Itoa(x.Level)
	w.w("<h", level, ` class="k`, level, `" style="margin:0;font-size:`, strconv.Itoa(size), "px;line-height:", strconv.Itoa((size*5+2)/4), `px;font-weight:700">`)
	w.oneLine(w.rich(x.Text), l)
	w.w("</h", level, ">")
	w.cellEnd()
}

// linked puts a link around what inner writes; nothing around it when there is none.
func (w *writer) linked(to string, inner func()) {
	if !w.link(link{to: to, style: "color:" + w.t.Link + ";text-decoration:none"}, inner) {
		inner()
		return
	}
	w.p.WriteString(" (" + to + ")")
}

// picture writes an image, and the one for the dark scheme beside it.
func (w *writer) picture(x *Image) {
	if strings.TrimSpace(x.Src) == "" {
		w.problem(w.block.ID, "block.no_picture")
		return
	}
	alt := w.alt(x.Alt)
	width := w.width
	if x.Width > 0 {
		width = min(x.Width, width)
	}
	w.p.WriteString(alt)
	if x.DarkSrc == "" {
		w.img(x.Src, alt, width, "")
		return
	}
	w.img(x.Src, alt, width, "kx")
	w.w(`<!--[if !mso]><!--><div class="ky" style="display:none;mso-hide:all">`)
	w.img(x.DarkSrc, alt, width, "")
	w.w(`</div><!--<![endif]-->`)
}

func (w *writer) alt(words Words) string {
	alt := strings.TrimSpace(w.words(words))
	if alt == "" {
		w.problem(w.block.ID, "block.no_alt")
	}
	return alt
}

func (w *writer) img(src, alt string, width int, class string) {
	size := strconv.Itoa(width)
	w.w(`<img`, attr("class", class), ` src="`, html.EscapeString(src), `" alt="`, html.EscapeString(alt), `" width="`, size, `" style="width:100%;max-width:`, size, `px;height:auto;display:inline-block;vertical-align:top">`)
}

type button struct {
	bg, color Color
	radius    int
	full      bool
	align     string
}

// button writes a link in a coloured cell: the padding is the cell's in Word and the link's elsewhere, so that all of it can be pressed.
func (w *writer) button(to string, o button, words string, inner func(look)) {
	if strings.TrimSpace(words) == "" {
		w.problem(w.block.ID, "block.no_words")
		return
	}
	if strings.TrimSpace(to) == "" {
		w.problem(w.block.ID, "block.no_link")
		return
	}
	bg, color := w.t.color(o.bg, "primary"), w.t.color(o.color, "on_primary")
	width := ""
	if o.full {
		width = ` width="100%"`
	}
	radius := strconv.Itoa(o.radius) + "px"
	l := link{
		to: to,
		before: `<table role="presentation"` + attr("align", o.align) + width + ` cellpadding="0" cellspacing="0" border="0" style="border-collapse:separate"><tr><td align="center" bgcolor="` + bg +
			`" style="border-radius:` + radius + `;background-color:` + bg + `;mso-padding-alt:12px 24px">`,
		style: "display:" + map[bool]string{true: "block", false: "inline-block"}[o.full] + ";padding:12px 24px" + w.font(w.t.Size) + ";font-weight:700;color:" + color + ";text-decoration:none;border-radius:" + radius,
		after: "</td></tr></table>",
	}
	if w.link(l, func() { inner(look{color: Color(color), other: "on_primary", size: w.t.Size, bare: true}) }) {
		w.contrast(color, bg, 4.5)
		w.p.WriteString(" (" + to + ")")
	}
}

// plainButton is a button whose words are one line.
func (w *writer) plainButton(to, words string, align string) {
	w.button(to, button{radius: w.t.Radius, align: align}, words, func(look) {
		w.w(html.EscapeString(words))
		w.p.WriteString(words)
	})
}

// between separates the item of a list from those before it.
func between(i int, by string) string {
	if i == 0 {
		return ""
	}
	return by
}

func (w *writer) social(b *Block, x *Social, class, style string) {
	w.cell(b, class, style, side(x.Align, "center"), w.font(13))
	for i, item := range x.Items {
		if strings.TrimSpace(item.Link) == "" {
			w.problem(b.ID, "block.no_link")
			continue
		}
		name := networks[item.Network]
		if own, ok := ownWords[item.Network]; ok {
			name = own.In(w.lang)
		}
		w.link(link{
			to: item.Link, before: between(i, " "),
			style: "display:inline-block;margin:4px;padding:6px 14px;border-radius:16px;background-color:" + w.t.Primary + ";color:" + w.t.OnPrimary + ";text-decoration:none",
		}, func() {
			w.w(html.EscapeString(name))
			w.p.WriteString(name + ": " + item.Link + "\n")
		})
	}
	w.cellEnd()
}

func (w *writer) menu(b *Block, x *Menu, class, style string) {
	w.cell(b, class, style, side(x.Align, "center"), w.font(w.t.Size))
	for i, item := range x.Items {
		words := strings.TrimSpace(w.words(item.Text))
		if words == "" || strings.TrimSpace(item.Link) == "" {
			w.problem(b.ID, "block.no_link")
			continue
		}
		w.anchor(item.Link, "", between(i, " &nbsp; "), func() { w.w(html.EscapeString(words)); w.p.WriteString(words) })
		w.p.WriteString("\n")
	}
	w.cellEnd()
}

func (w *writer) product(b *Block, x *Product, class, style string) {
	w.cell(b, class, style, "left", w.font(w.t.Size)+";color:"+w.t.Text)
	if x.Src != "" {
		w.linked(x.Link, func() { w.picture(&Image{Src: x.Src, Alt: x.Alt}) })
		w.p.WriteString("\n")
	}
	line := func(words string, c Color, style string) {
		if strings.TrimSpace(words) == "" {
			return
		}
		w.w(`<p`, attr("class", w.class(c, c)), ` style="margin:8px 0 0;color:`, w.t.color(c, "text"), style, `">`, html.EscapeString(words), "</p>")
		w.p.WriteString(words + "\n")
	}
	line(w.words(x.Title), "text", ";font-weight:700")
	line(w.words(x.Text), "muted", "")
	if x.Price != "" {
		w.w(`<p`, attr("class", w.class("text", "text")), ` style="margin:8px 0 0;color:`, w.t.Text, `"><strong>`, html.EscapeString(x.Price), "</strong>")
		w.p.WriteString(x.Price)
		if x.OldPrice != "" {
			w.w(` <s`, attr("class", w.class("muted", "muted")), ` style="color:`, w.t.Muted, `">`, html.EscapeString(x.OldPrice), "</s>")
			w.p.WriteString(" (" + x.OldPrice + ")")
		}
		w.w("</p>")
		w.p.WriteString("\n")
	}
	if words := w.words(x.Button); strings.TrimSpace(words) != "" {
		w.w(`<div style="padding:12px 0 0">`)
		w.plainButton(x.Link, words, "left")
		w.w("</div>")
	}
	w.cellEnd()
}

// countdown writes the moment in words: it is true whenever the letter is read, and needs no picture.
func (w *writer) countdown(b *Block, x *Countdown, class, style string) {
	at, err := time.Parse(time.RFC3339, x.Until)
	if err != nil {
		return
	}
	zone, err := time.LoadLocation(side(x.Zone, "Asia/Almaty"))
	if err != nil {
		zone = time.UTC
		w.problem(b.ID, "block.zone", "zone", x.Zone)
	}
	at = at.In(zone)
	words := until.In(w.lang) + w.lang.Day(at, lang.LongDay) + ", " + at.Format("15:04")
	bg, color := w.t.color(x.Bg, "primary"), w.t.color(x.Color, "on_primary")
	w.contrast(color, bg, 4.5)
	align := side(x.Align, "center")
	w.cell(b, class, style, align, "")
	w.w(`<table role="presentation"`, attr("align", align), ` cellpadding="0" cellspacing="0" border="0" style="border-collapse:separate"><tr><td align="center" bgcolor="`, bg, `" style="padding:12px 24px;border-radius:`, strconv.Itoa(w.t.Radius), `px;background-color:`, bg, w.font(20), ";font-weight:700;color:", color, `">`)
	inner := func() { w.w(html.EscapeString(words)); w.p.WriteString(words) }
	if w.link(link{to: x.Link, style: "color:" + color + ";text-decoration:none"}, inner) {
		w.p.WriteString(" (" + x.Link + ")")
	} else {
		inner()
	}
	w.w("</td></tr></table>")
	w.cellEnd()
}

// video writes a picture and a bar below it that both lead to the film: mail programs play none.
func (w *writer) video(b *Block, x *Video, class, style string) {
	if strings.TrimSpace(x.Link) == "" {
		w.problem(b.ID, "block.no_link")
	}
	w.cell(b, class, style, "center", w.font(14))
	w.linked(x.Link, func() { w.picture(&Image{Src: x.Src, Alt: x.Alt}) })
	w.link(link{
		to: x.Link, before: table + `><tr><td align="center" bgcolor="#14212B" style="background-color:#14212B` + w.font(15) + `;font-weight:700">`,
		style: "display:block;padding:12px;color:#FFFFFF;text-decoration:none", after: "</td></tr></table>",
	}, func() { w.w("&#9654;&nbsp; ", html.EscapeString(watch.In(w.lang))) })
	w.cellEnd()
}

func (w *writer) coupon(b *Block, x *Coupon, class, style string) {
	if strings.TrimSpace(x.Code) == "" {
		w.problem(b.ID, "block.no_code")
	}
	w.cell(b, class, style, "center", "")
	w.w(table, ` style="border-collapse:separate"><tr><td align="center"`, attr("class", w.class("text", "text")), ` style="padding:16px;border:2px dashed `, w.t.Primary, ";border-radius:", strconv.Itoa(w.t.Radius), "px", w.font(w.t.Size), ";color:", w.t.Text, `">`)
	w.paragraphs(w.rich(x.Text), look{other: "text", size: w.t.Size, align: "center"})
	w.w(`<p style="margin:8px 0 0;font-family:'Courier New',Courier,monospace;font-size:22px;line-height:28px;font-weight:700;letter-spacing:1px">`, html.EscapeString(x.Code), "</p></td></tr></table>")
	w.p.WriteString(promo.In(w.lang) + ": " + x.Code)
	w.cellEnd()
}

// footer writes small text and the ways out. They stand outside of every condition; only their words are chosen by the language.
func (w *writer) footer(b *Block, x *Footer, class, style string) {
	l := look{other: "muted", size: 13, align: side(x.Align, "left")}
	w.textCell(b, class, style, l)
	w.each(func() {
		w.links = 0
		if text := w.rich(x.Text); !text.empty() {
			w.paragraphs(text, l)
			return
		}
		w.w(`<p style="margin:0">`, html.EscapeString(w.opts.Lead.In(w.lang)), "{{account_name}}</p>")
		w.p.WriteString(w.opts.Lead.In(w.lang) + "{{account_name}}\n")
	})
	if len(w.opts.Ways) > 0 && !w.leaves(x) {
		w.w(`<p style="margin:12px 0 0">`)
		w.p.WriteString("\n\n")
		for i, way := range w.opts.Ways {
			if i > 0 {
				w.w(" &nbsp;&middot;&nbsp; ")
			}
			w.w(`<a href="`, way.Link, `"`, attr("class", w.class("link", "link")), ` style="color:`, w.t.Link, `;text-decoration:underline">`)
			w.each(func() { w.w(html.EscapeString(way.Words.In(w.lang))); w.p.WriteString(way.Words.In(w.lang)) })
			w.w("</a>")
			w.p.WriteString(": " + way.Link + "\n")
		}
		w.w("</p>")
	}
	w.cellEnd()
}

// leaves tells whether a footer has a way out in its own text. In several languages it would stand in a condition, so it does not count.
func (w *writer) leaves(x *Footer) bool {
	if len(w.doc.Meta.Langs) > 1 {
		return false
	}
	for _, n := range x.Text[w.doc.Meta.DefaultLang] {
		for _, line := range n.lines() {
			for _, i := range line {
				if i.Link == wayOut {
					return true
				}
			}
		}
	}
	return false
}
