package content

import (
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
	for _, f := range sight.Judge(p.judged(), judgedWay) {
		p.tell(f, own)
	}
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

// judged is the finished letter for the judge: with places, and with something in every field.
func (p *page) judged() string {
	var b strings.Builder
	b.Grow(p.out.size + 40*len(p.out.list))
	for i := range p.out.list {
		switch g := &p.out.list[i]; g.op {
		case opText:
			b.WriteString(g.literal)
		case opPlace:
			b.WriteString(" " + sight.Mark + `="` + strconv.Itoa(g.link) + `"`)
		case opLink:
			b.WriteString(judgedOther)
		case opField:
			b.WriteString(html.EscapeString(sample(g)))
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
