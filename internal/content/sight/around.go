package sight

import "strings"

// mark stands for a link in the text around it.
const mark = "\x01"

// around is the sentence in which a link stands, or the one before when that has nothing else; from the block around it or, when that
// has nothing else, from the next one.
func (e *element) around() string {
	p := e.parent
	for p != nil && p.parent != nil && p.style.display == "inline" {
		p = p.parent
	}
	for range 4 {
		if p == nil || p.parent == nil || p.tag == "body" {
			break
		}
		if letters(p.textBut(e)) > 0 {
			break
		}
		p = p.parent
	}
	if p == nil {
		return ""
	}
	before, after, _ := strings.Cut(p.textBut(e), mark)
	start := strings.LastIndexAny(strings.TrimRight(before, " \n\t"), ".!?")
	sentence := before[start+1:] + " " + after[:ending(after)]
	if letters(sentence) >= minLetters || start < 0 {
		return sentence
	}
	return before[strings.LastIndexAny(before[:start], ".!?")+1 : start]
}

func ending(s string) int {
	if i := strings.IndexAny(s, ".!?"); i >= 0 {
		return i
	}
	return min(len(s), 300)
}

// textBut is everything displayed in an element, with a mark for one link inside.
func (e *element) textBut(link *element) string {
	var b strings.Builder
	e.write(&b, true, link)
	return b.String()
}

// lineText is the text of an element without that of the blocks inside, which are judged by themselves.
func (e *element) lineText() string {
	var b strings.Builder
	e.write(&b, false, nil)
	return b.String()
}

func (e *element) write(b *strings.Builder, blocks bool, link *element) {
	for _, k := range e.kids {
		switch {
		case k.el == nil:
			b.WriteString(k.text)
		case k.el == link:
			b.WriteString(mark)
		case k.el.style.display == "none":
		case k.el.tag == "br":
			b.WriteByte(' ')
		case k.el.tag == "img":
			b.WriteString(" " + k.el.attr("alt") + " ")
		case k.el.flows() || blocks:
			if !k.el.flows() {
				b.WriteByte(' ')
			}
			k.el.write(b, blocks, link)
		default:
			b.WriteString("\n")
		}
	}
}
