package content

import (
	"strings"

	"keruen/internal/channel"
	"keruen/internal/content/block"
)

// ofBlocks tells a letter of blocks from one whose HTML its author wrote.
func (l Letter) ofBlocks() bool { return len(l.Doc) > 0 && string(l.Doc) != "null" }

// drawn makes HTML and text of a letter of blocks, and says what is wrong with the blocks. Other letters come back as they are.
func (l Letter) drawn(o Options) (Letter, []Problem) {
	if !l.ofBlocks() {
		return l, nil
	}
	f := &found{}
	d, err := block.Read(l.Doc)
	if err != nil {
		f.add("html", "", 0, "block.shape")
		return l, f.list
	}
	options := block.Options{Subject: l.Subject, Preheader: l.Preheader, Lead: footerWhy, Text: TextOf}
	if o.Purpose == channel.ThirdParty {
		options.Lead = footerOthers
	}
	if o.Purpose == "" || o.Purpose.Advertises() {
		for _, w := range footerLinks {
			options.Ways = append(options.Ways, block.Way{Words: w.words, Link: "{{" + nameOf(w.to) + "}}"})
		}
	}
	r := block.Render(&d, options)
	l.Subject, l.Preheader, l.HTML, l.Text = r.Subject, r.Preheader, r.HTML, r.Text
	return l, told(r.Problems)
}

// looked says what readers and mail servers would object to in a letter of blocks that was drawn. It is for people who write; nothing here keeps
// a letter from being sent.
func (l Letter) looked() []Problem {
	if !l.ofBlocks() {
		return nil
	}
	d, err := block.Read(l.Doc)
	if err != nil {
		return nil // drawn says so
	}
	return told(block.Look(&d, block.Result{Subject: l.Subject, Preheader: l.Preheader}))
}

// told gives problems of blocks their words, severity and place.
func told(list []block.Problem) (out []Problem) {
	for _, p := range list {
		t := texts[p.Code]
		path := "html"
		if head, _, _ := strings.Cut(p.Code, "."); p.Block == "" && (head == "subject" || head == "preheader" || head == "spam") {
			path = strings.Replace(head, "spam", "subject", 1)
		}
		out = append(out, Problem{Severity: t.severity, Path: path, Code: p.Code, Text: t.text, Block: p.Block, Params: p.Params})
	}
	return out
}

// nameOf is how letters name a field that all of them know.
func nameOf(f field) string {
	for name, known := range names {
		if known == f {
			return name
		}
	}
	return ""
}

// blockAt is the id of the block, or the row, that a place of the HTML belongs to; "" before the first.
func blockAt(page string, offset int) string {
	const mark = ` ` + block.BlockMark + `="`
	end := min(offset, len(page))
	if tag := strings.IndexByte(page[end:], '>'); tag >= 0 {
		end += tag // the element itself may be the block
	}
	i := strings.LastIndex(page[:end], mark)
	if i < 0 {
		return ""
	}
	id, _, _ := strings.Cut(page[i+len(mark):], `"`)
	return id
}
