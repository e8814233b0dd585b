package terms

import (
	"fmt"
	"html"
	"html/template"
	"regexp"
	"strings"
)

// HTML returns the text as HTML, for pages. Of Markdown it knows what the documents use: headings, paragraphs, lists of "- ",
// tables, **strong** and *emphasis*; everything else is shown as it is written. Headings begin at the level top (1 for h1).
func (d Document) HTML(top int) template.HTML {
	var b strings.Builder
	for block := range strings.SplitSeq(strings.TrimSpace(d.Text), "\n\n") {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		switch {
		case strings.HasPrefix(lines[0], "#"):
			marks, text, _ := strings.Cut(lines[0], " ")
			level := min(top+len(marks)-1, 6)
			fmt.Fprintf(&b, "<h%d>%s</h%d>\n", level, inline(text), level)
		case strings.HasPrefix(lines[0], "- "):
			b.WriteString(list(lines))
		case strings.HasPrefix(lines[0], "|"):
			b.WriteString(table(lines))
		default:
			fmt.Fprintf(&b, "<p>%s</p>\n", inline(strings.Join(lines, " ")))
		}
	}
	return template.HTML(b.String()) // every text in it went through html.EscapeString
}

// list makes items of lines; a line without the mark goes on with the item before it.
func list(lines []string) string {
	var items []string
	for _, line := range lines {
		if text, ok := strings.CutPrefix(line, "- "); ok {
			items = append(items, text)
			continue
		}
		items[len(items)-1] += " " + strings.TrimSpace(line)
	}
	var b strings.Builder
	b.WriteString("<ul>\n")
	for _, item := range items {
		b.WriteString("<li>" + inline(item) + "</li>\n")
	}
	b.WriteString("</ul>\n")
	return b.String()
}

// table reads rows of cells between bars; the second line, of dashes, ends the head.
func table(lines []string) string {
	var b strings.Builder
	b.WriteString("<table>\n")
	for i, line := range lines {
		if strings.Trim(line, "|-: ") == "" {
			continue
		}
		cell := "td"
		if i == 0 {
			cell = "th"
		}
		b.WriteString("<tr>")
		for text := range strings.SplitSeq(strings.Trim(line, "| "), "|") {
			fmt.Fprintf(&b, "<%s>%s</%s>", cell, inline(strings.TrimSpace(text)), cell)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</table>\n")
	return b.String()
}

var (
	strong   = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	emphasis = regexp.MustCompile(`\*([^*]+)\*`)
)

func inline(text string) string {
	text = strong.ReplaceAllString(html.EscapeString(text), "<strong>$1</strong>")
	return emphasis.ReplaceAllString(text, "<em>$1</em>")
}
