package block

import (
	"math"
	"strings"

	"keruen/internal/frame"
)

// readable warns of words that can hardly be told from what lies behind them, in the light and in the dark scheme. WCAG 2.2: 4.5, and 3 for
// large text.
func (w *writer) readable(b *Block, l look) {
	limit := 4.5
	if l.size >= 24 {
		limit = 3
	}
	ground := w.t.Surface
	if w.row != nil && w.row.Bg != nil {
		ground = w.t.color(*w.row.Bg, "surface")
	}
	w.contrast(w.t.color(l.color, l.other), ground, limit)
	if w.own || l.color == "" {
		return
	}
	if _, named := colorNames[l.color]; !named && frame.Contrast(string(l.color), dark["surface"]) < limit-1 {
		w.problem(b.ID, "block.contrast_dark", "color", string(l.color))
	}
}

func (w *writer) contrast(color, ground string, limit float64) {
	if c := frame.Contrast(color, ground); c < limit {
		w.problem(w.block.ID, "block.contrast", "ratio", math.Floor(c*10)/10, "limit", limit)
	}
}

// Limits of what lists of letters show.
const (
	shortLine = 9  // characters of a subject: less says nothing
	seenWords = 60 // characters of the letter: fewer are no text beside pictures
)

// Look says what a reader or a mail server would object to in the letter as a whole. Of one without rows Render has said all.
func Look(d *Doc, r Result) []Problem {
	if len(d.Rows) == 0 {
		return nil
	}
	var out []Problem
	add := func(block, code string, params ...any) {
		w := writer{}
		w.problem(block, code, params...)
		out = append(out, w.problems...)
	}
	words, pictures := 0, 0
	main := d.Meta.DefaultLang
	walk(d, func(b *Block) {
		switch x := b.Body.(type) {
		case *Image, *Video:
			pictures++
		case *Product:
			pictures++
			words += len([]rune(x.Title[main] + x.Text[main]))
		case *Heading:
			words += len([]rune(x.Text[main].plain()))
		case *Text:
			words += len([]rune(x.Text[main].plain()))
		case *Coupon:
			words += len([]rune(x.Text[main].plain()))
		case *HTML:
			words += len(strings.TrimSpace(x.HTML[main]))
		}
	})
	if pictures > 0 && words < seenWords {
		add("", "block.only_pictures")
	}
	if n := len([]rune(r.Subject)); n > 0 && n < shortLine {
		add("", "subject.short")
	}
	if strings.TrimSpace(r.Preheader) == "" {
		add("", "preheader.missing")
	}
	return append(out, spam(d, r.Subject)...)
}

func walk(d *Doc, f func(*Block)) {
	for i := range d.Rows {
		d.Rows[i].any(func(b *Block) bool { f(b); return false })
	}
}
