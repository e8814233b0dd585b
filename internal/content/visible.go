package content

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"keruen/internal/content/sight"
)

// Addresses that stand for the real ones while a letter is judged.
const (
	judgedWay   = "https://keruen.invalid/unsubscribe"
	judgedOther = "https://keruen.invalid/page"
)

// checkWays refuses a letter in which somebody would not see how to leave (AUD-2). What is judged is the finished letter, with the
// footer when there is one: the author's styles may catch that too.
func (p *page) checkWays() {
	own := p.ways > 0
	if !own && len(p.lost) > 0 {
		for _, l := range p.lost {
			p.found.add(p.path, p.src, l.offset, "unsubscribe.hidden", "reason", l.reason, "element", l.in)
		}
		return
	}
	if !own && !p.t.Leaves {
		return
	}
	p.t.Leaves = true
	seen := map[string]bool{}
	for _, take := range p.variants() {
		page := p.judged(take)
		if seen[page] {
			continue
		}
		seen[page] = true
		for _, f := range sight.Judge(page, judgedWay) {
			p.tell(f, own)
		}
		if !p.t.Leaves {
			return
		}
	}
}

// maxVariants bounds how many variants of a letter with conditions are judged, and maxJudged how many bytes of them all.
const (
	maxVariants = 24
	maxJudged   = 1 << 20
)

// variants are the letters that readers may get: all conditions met, none of them, and each of them alone to one or to the other, as far
// as the bounds go. The way out itself is outside of conditions, and so are styles: a condition can only add to what surrounds it.
func (p *page) variants() []func(int) bool {
	all := func(int) bool { return true }
	out := []func(int) bool{all}
	var around []int // the blocks that are open, by their index in the list
	for i := range p.out.list {
		switch g := &p.out.list[i]; {
		case g.op == opEnd:
			around = around[:len(around)-1]
			continue
		case g.op != opIf && g.op != opEach:
			continue
		case !g.chained:
			around = append(around, i)
		}
		if len(out) == 1 {
			out = append(out, func(int) bool { return false })
		}
		if len(out) >= maxVariants || len(out)*p.out.size > maxJudged {
			break
		}
		with := slices.Clone(around)
		out = append(out, func(k int) bool { return k != i }, func(k int) bool { return k == i || slices.Contains(with, k) })
	}
	return out
}

var codeOf = map[sight.Kind]string{
	sight.Hidden: "unsubscribe.hidden", sight.Misleading: "unsubscribe.misleading", sight.Hurdle: "unsubscribe.hurdle", sight.Decoy: "unsubscribe.decoy",
	sight.Doubt: "unsubscribe.doubt",
}

func (p *page) tell(f sight.Finding, own bool) {
	code, src := codeOf[f.Kind], p.src
	if !own && f.Kind == sight.Hidden {
		code = "unsubscribe.footer_hidden"
	}
	if f.Place < 0 {
		src = ""
	}
	if texts[code].severity == Error {
		p.t.Leaves = false
	}
	var params []any
	for _, v := range [][2]string{{"reason", f.Reason}, {"element", f.Element}, {"rule", f.Rule}, {"view", f.View}, {"words", f.Quote}} {
		if v[1] != "" {
			params = append(params, v[0], v[1])
		}
	}
	p.found.add(p.path, src, max(0, f.Place), code, params...)
}

// judged is the finished letter for the judge: with places, and with something in every field. take tells which conditions are met, by
// their index.
func (p *page) judged(take func(int) bool) string {
	var b strings.Builder
	b.Grow(p.out.size + 40*len(p.out.list))
	for i := 0; i < len(p.out.list); i++ {
		switch g := &p.out.list[i]; g.op {
		case opText:
			b.WriteString(g.literal)
		case opPlace:
			b.WriteString(" " + sight.Mark + `="` + strconv.Itoa(g.link) + `"`)
		case opLink:
			b.WriteString(judgedOther)
		case opField:
			b.WriteString(html.EscapeString(sample(g)))
		case opIf, opEach:
			if !take(i) {
				i = g.jump
			}
		case opElse:
			i = g.jump
		default:
		}
	}
	return b.String()
}

func sample(g *segment) string {
	switch {
	case g.field == fieldUnsubscribe:
		return judgedWay
	case g.field == fieldPreferences || g.field == fieldWhy:
		return judgedOther
	case g.literal != "":
		return g.literal
	default:
		return "Anna"
	}
}
