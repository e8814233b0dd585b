package content

import (
	_ "embed"
	"html"
	"strings"

	"keruen/internal/lang"
)

//go:embed note.html
var noteHTML string

// Note is a short letter of service with one button: a link that was asked for, an address to confirm. The account's name stands
// above it. Placeholders may stand in every text; the address of the button has a fixed beginning.
type Note struct {
	Lang        lang.Lang
	Subject     string
	Heading     string
	Lead        string // what it is about
	Button, URL string // both empty: no button
	After       string // how long it works, what to do when it was not asked for
}

// Letter puts the note into words for every mail program, dark ones included, and into plain text.
func (n Note) Letter() Letter {
	button := ""
	if n.URL != "" {
		button = `<tr><td class="pad" style="padding:4px 36px 24px"><a href="` + html.EscapeString(n.URL) + `" style="display:inline-block;padding:13px 26px;background:#08768b;` +
			`border-radius:8px;font-family:Arial,sans-serif;font-size:16px;line-height:20px;font-weight:bold;color:#ffffff;text-decoration:none">` + html.EscapeString(n.Button) + `</a></td></tr>`
	}
	page := strings.NewReplacer("[[lang]]", string(n.Lang), "[[heading]]", html.EscapeString(n.Heading), "[[lead]]", html.EscapeString(n.Lead),
		"[[button]]", button, "[[after]]", html.EscapeString(n.After)).Replace(noteHTML)
	parts := []string{n.Heading, n.Lead}
	if n.URL != "" {
		parts = append(parts, n.Button+":\n"+n.URL)
	}
	return Letter{Subject: n.Subject, HTML: page, Text: strings.Join(append(parts, n.After, "--\n{{account_name}}"), "\n\n") + "\n"}
}
