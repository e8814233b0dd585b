// Package sight tells whether the readers of a letter can see the link by which they leave, and read what it is (AUD-2).
//
// Judge reads the finished page as a browser does: the cascade of all its styles, the way boxes lie, what hides what. It tries every view
// that the style sheets ask about: widths, dark, Outlook with its comments, programs with private selectors, the mouse over the link.
// In each of them at least one way out must be seen. It knows no layout exactly and refuses only what it is sure of; the rest are doubts.
package sight

import (
	"slices"
	"strings"
)

// Kind of a finding.
type Kind string

// Kinds of findings.
const (
	Hidden     Kind = "hidden"     // no way out can be seen in some view
	Misleading Kind = "misleading" // its words say something else
	Hurdle     Kind = "hurdle"     // the letter says that leaving is dear, hard or impossible
	Decoy      Kind = "decoy"      // one way out is masked, but another one is honest
	Doubt      Kind = "doubt"      // it may be hard to see
)

// Finding is something wrong with the ways out of a page.
type Finding struct {
	Kind    Kind
	Reason  string // display, colour, covered …; a word, never a sentence
	Place   int    // in the source, bytes, from the nearest Mark; -1 when there is none
	Element string // what hides it: "td#foot"
	Rule    string // the selector that says so, "" when the element does itself
	View    string // phone, dark, outlook …; "" = everywhere
	Quote   string // the words in question
}

// Judge looks a finished page over. way is the address of the links that leave; the page must have one.
func Judge(page, way string) []Finding {
	d, ok := parse(page, way)
	if !ok {
		return tooComplex
	}
	j := &judge{best: map[int]string{}}
	ways := d.ways()
	other, differs := forOutlook(page)
	if len(ways) > 0 {
		j.document(d, ways, d.sheet.views())
	}
	if differs {
		o, ok := parse(other, way)
		if !ok {
			return tooComplex
		}
		j.outlook(o, len(ways) > 0)
		d.steps += o.steps
	}
	if j.failed {
		return j.found
	}
	if len(j.best) == 0 { // browsers drop it
		return []Finding{{Kind: Hidden, Reason: "removed", Place: -1}}
	}
	j.bare(d, ways)
	if d.heavy() {
		return tooComplex
	}
	return append(j.found, j.decoys()...)
}

// tooComplex is said of pages that nobody can judge in a reasonable time.
var tooComplex = []Finding{{Kind: Hidden, Reason: "too_complex", Place: -1}}

func (d *document) heavy() bool { return d.steps > maxSteps || d.sheet.heavy }

type judge struct {
	found  []Finding
	failed bool
	best   map[int]string    // of each way by its place in the page: "" once it was seen
	last   map[int][]Finding // what was wrong with it
	doubts map[string]bool
}

// document judges all views of a page; the first one without a way out ends it.
func (j *judge) document(d *document, ways []*element, views []view) {
	d.match(false)
	j.last, j.doubts = map[int][]Finding{}, map[string]bool{}
	for i, v := range views {
		if v.hover {
			d.match(true)
		}
		if d.turn(v) && !(i < 2 && len(views) > 1) {
			continue // nothing is different from a view before
		}
		if j.view(d, ways, v, i == 0); j.failed {
			return
		}
	}
}

func (j *judge) view(d *document, ways []*element, v view, first bool) {
	l := d.see(v)
	if first && j.hurdles(d) {
		return
	}
	var wrong []Finding
	seen := false
	for _, w := range ways {
		verdict := d.wayOut(w, l, v)
		if verdict.seen {
			j.best[w.order] = ""
			seen = true
			continue
		}
		if _, ok := j.best[w.order]; !ok {
			j.best[w.order] = verdict.finding.Reason
			j.last[w.order] = []Finding{verdict.finding}
		}
		wrong = append(wrong, verdict.finding)
	}
	if seen {
		j.doubt(d, ways, l, v)
		return
	}
	j.failed = true
	j.found = append(j.found, wrong...)
}

// turn switches the rules on that count in a view, and tells whether the same ones were looked at before.
func (d *document) turn(v view) bool {
	var set strings.Builder
	for i := range d.sheet.rules {
		r := &d.sheet.rules[i]
		r.on = !v.bare && (r.selector.client == "" || r.selector.client == v.client) && v.holds(r.when)
		if len(r.when) > 0 || r.selector.client != "" {
			set.WriteByte(map[bool]byte{true: '1', false: '0'}[r.on])
		}
	}
	if v.hover {
		set.WriteString("hover")
	}
	if v.animated {
		set.WriteString("animated")
	}
	if v.dark && v.width > phone {
		set.WriteString("wide") // what is dark is looked at in both layouts
	}
	before := d.tried[set.String()]
	d.tried[set.String()] = true
	return before
}

// see works the styles and places of everything out.
func (d *document) see(v view) *layout {
	d.compute(d.root, v)
	l := d.lay(v)
	for _, e := range d.all {
		l.gather(e)
		for _, k := range e.kids {
			if k.el != nil && k.el.pseudo != "" {
				l.gather(k.el)
			}
		}
	}
	return l
}

// gather notes an element that may lie over others.
func (l *layout) gather(e *element) {
	if e.couldCover() && e.blocks() && e.shown() {
		l.covers = append(l.covers, e)
	}
}

// outlook judges the page that Outlook for Windows shows.
func (j *judge) outlook(d *document, others bool) {
	if j.failed {
		return
	}
	ways := d.ways()
	switch {
	case len(ways) == 0 && others:
		j.failed = true
		j.found = append(j.found, Finding{Kind: Hidden, Reason: "not_in_outlook", Place: -1, View: "outlook"})
	case len(ways) > 0 && !others:
		j.failed = true
		j.found = append(j.found, Finding{Kind: Hidden, Reason: "outlook_only", Place: ways[0].place})
	case len(ways) > 0:
		best, last := j.best, j.last
		j.best = map[int]string{}
		j.document(d, ways, []view{{name: "outlook", width: desktop, outlook: true}})
		j.best, j.last = best, last
	}
}

// bare adds a doubt when programs that drop style sheets show no way out.
func (j *judge) bare(d *document, ways []*element) {
	v := view{name: "no_styles", width: desktop, bare: true}
	d.turn(v)
	l := d.see(v)
	var wrong []Finding
	for _, w := range ways {
		verdict := d.wayOut(w, l, v)
		if verdict.seen {
			return
		}
		verdict.finding.Kind = Doubt
		wrong = append(wrong, verdict.finding)
	}
	if len(wrong) > 0 {
		j.found = append(j.found, wrong[0])
	}
}

// doubt tells of ways that are seen, but badly: only when no better one is there.
func (j *judge) doubt(d *document, ways []*element, l *layout, v view) {
	var worst *Finding
	for _, w := range ways {
		verdict := d.wayOut(w, l, v)
		if verdict.seen && verdict.doubt == nil {
			return
		}
		if verdict.seen && worst == nil {
			worst = verdict.doubt
		}
	}
	if worst != nil && !j.doubts[worst.Reason] {
		j.doubts[worst.Reason] = true
		j.found = append(j.found, *worst)
	}
}

// decoys are ways that no view shows, beside an honest one.
func (j *judge) decoys() (out []Finding) {
	var orders []int
	for order, reason := range j.best {
		if reason != "" {
			orders = append(orders, order)
		}
	}
	slices.Sort(orders)
	for _, o := range orders {
		f := j.last[o][0]
		f.Kind, f.View = Decoy, ""
		out = append(out, f)
	}
	return out
}

func (j *judge) hurdles(d *document) bool {
	for _, e := range d.all {
		if e.style.display == "inline" || !e.shown() {
			continue
		}
		if quote, ok := hurdle(e.lineText()); ok {
			j.failed = true
			j.found = append(j.found, Finding{Kind: Hurdle, Reason: "hurdle", Place: e.place, Element: e.describe(), Quote: quote})
			return true
		}
	}
	return false
}

// ways lists the links that leave.
func (d *document) ways() (out []*element) {
	for _, e := range d.all {
		if e.tag != "a" && e.tag != "area" || len(out) >= maxWays {
			continue
		}
		if href, ok := attr(e.node, "href"); ok && strings.TrimSpace(href) == d.way {
			out = append(out, e)
		}
	}
	return out
}
