package block

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// allowed are the elements that an author's own HTML may have, and kept the attributes.
var (
	allowed = set("a abbr b blockquote br caption center code col colgroup dd div dl dt em font h1 h2 h3 h4 h5 h6 hr i img li ol p pre s small span strike strong sub sup table tbody td tfoot th thead tr u ul")
	kept    = set("align alt bgcolor border cellpadding cellspacing color colspan dir face height href lang rowspan size src style title valign width")
	silent  = set("script style head title iframe object embed form input select textarea button svg math template noscript audio video link meta base")
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// html writes the author's own HTML through the allow-list. It is parsed and written anew, so that nothing in it can end the letter around it.
func (w *writer) html(b *Block, x *HTML, class, style string) {
	w.textCell(b, class, style, look{other: "text", size: w.t.Size})
	nodes, err := html.ParseFragment(strings.NewReader(w.words(x.HTML)), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		w.problem(b.ID, "block.html")
	}
	at := w.h.Len()
	for _, n := range nodes {
		w.node(n, 0)
	}
	if w.opts.Text != nil {
		w.p.WriteString(w.opts.Text(w.h.String()[at:]))
	}
	w.cellEnd()
}

const maxHTMLDepth = 100

func (w *writer) node(n *html.Node, depth int) {
	switch {
	case n.Type == html.TextNode:
		w.w(html.EscapeString(n.Data))
		return
	case n.Type != html.ElementNode:
		return
	case silent[n.Data] || depth > maxHTMLDepth:
		w.problem(w.block.ID, "block.removed", "element", n.Data)
		return
	}
	ok := allowed[n.Data]
	if ok {
		w.tag(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c, depth+1)
	}
	if ok && n.FirstChild != nil || ok && !slices.Contains([]string{"br", "hr", "img", "col"}, n.Data) {
		w.w("</", n.Data, ">")
	}
}

func (w *writer) tag(n *html.Node) {
	w.w("<", n.Data)
	if n.Data == "a" {
		w.w(w.place())
	}
	for _, a := range n.Attr {
		if !kept[a.Key] {
			continue
		}
		if a.Key == "href" && w.drops(a.Val) {
			continue
		}
		w.w(attr(a.Key, a.Val))
	}
	w.w(">")
}
