package sight

import "strings"

// around is the text beside a link: of the block in which it stands, or of the next one when that has nothing else.
func (e *element) around() string {
	p := e.parent
	for p != nil && p.parent != nil && p.style.display == "inline" {
		p = p.parent
	}
	own := letters(e.allText())
	for range 4 {
		if p == nil || p.parent == nil || p.tag == "body" {
			break
		}
		if letters(p.allText()) > own {
			break
		}
		p = p.parent
	}
	if p == nil {
		return ""
	}
	text := p.allText()
	if len(text) > 2000 {
		return ""
	}
	return text
}

// allText is everything in an element that is displayed.
func (e *element) allText() string {
	var b strings.Builder
	e.write(&b, true)
	return b.String()
}

// lineText is the text of an element without that of the blocks inside, which are judged by themselves.
func (e *element) lineText() string {
	var b strings.Builder
	e.write(&b, false)
	return b.String()
}

func (e *element) write(b *strings.Builder, blocks bool) {
	for _, k := range e.kids {
		switch {
		case k.el == nil:
			b.WriteString(k.text)
		case k.el.style.display == "none":
		case k.el.tag == "br":
			b.WriteByte(' ')
		case k.el.tag == "img":
			b.WriteString(" " + k.el.attr("alt") + " ")
		case k.el.flows() || blocks:
			if !k.el.flows() {
				b.WriteByte(' ')
			}
			k.el.write(b, blocks)
		default:
			b.WriteString("\n")
		}
	}
}
