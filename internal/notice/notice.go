// Package notice writes the product's own letters to members: codes, invitations, security notices.
//
// access seals a letter and announces it; this package puts it into words and hands it to the one pipeline as a
// transactional message of the operator's own account. Nothing here sends.
package notice

import (
	_ "embed"
	"html"
	"net/url"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/content"
	"keruen/internal/lang"
)

//go:embed layout.html
var layout string

// almaty is the time of Kazakhstan, one zone since 1 March 2024; a fixed offset needs no zone data.
var almaty = time.FixedZone("UTC+5", 5*60*60)

// composed is a letter ready for the pipeline: the words are the same for everyone, so that they are compiled
// once; what is personal or secret stands in the values, which the pipeline seals and wipes.
type composed struct {
	Letter content.Letter
	Vars   map[string]string
}

// key names the words of a letter.
func key(l access.Letter) string {
	if l.Note != "" {
		return string(l.Kind) + " " + l.Note
	}
	return string(l.Kind)
}

// compose puts a letter into words; ok is false for a kind that has none.
func compose(l access.Letter, base string) (c composed, ok bool) {
	w, ok := letters[key(l)]
	if !ok {
		return composed{}, false
	}
	vars := map[string]string{}
	if w.code {
		vars["code"] = l.Code
	}
	if w.place {
		vars["when"] = l.At.In(almaty).Format("02.01.2006 15:04") + " (UTC+5)"
		vars["ip"], vars["browser"] = l.IP, l.Browser
	}
	if l.Kind == access.LetterInvitation {
		vars["team"], vars["inviter"], vars["role"], vars["token"] = l.Account, l.Inviter, roleNames[l.Role].In(l.Lang), l.Token
	}
	return composed{Letter: w.letter(l.Lang, base), Vars: vars}, true
}

// letter is the HTML and the text of one kind in one language.
func (w words) letter(l lang.Lang, base string) content.Letter {
	based := strings.NewReplacer("{{base}}", base)
	lead, after := w.lead.In(l), based.Replace(w.after.In(l))
	site := base
	if u, err := url.Parse(base); err == nil && u.Host != "" {
		site = u.Host
	}
	page := strings.NewReplacer(
		"[[lang]]", string(l), "[[heading]]", safe(w.heading.In(l)), "[[lead]]", safe(lead), "[[body]]", w.body(l, base),
		"[[after]]", safe(after), "[[why]]", safe(wordWhy.In(l)), "[[base]]", safe(base), "[[site]]", safe(site),
	).Replace(layout)
	return content.Letter{Subject: w.subject.In(l), HTML: page, Text: w.text(l, base, lead, after)}
}

// body is the rows between the first words and the last: the code, the place, the button.
func (w words) body(l lang.Lang, base string) string {
	var b strings.Builder
	if w.code {
		b.WriteString(`<tr><td class="pad" style="padding:0 36px 24px"><p class="code box text" style="margin:0;padding:20px 12px;background:#e3f4f7;border-radius:8px;` +
			`text-align:center;font-family:Consolas,Menlo,monospace;font-size:36px;line-height:44px;font-weight:bold;letter-spacing:8px;color:#14212b">{{code}}</p></td></tr>`)
	}
	if w.place {
		b.WriteString(`<tr><td class="pad" style="padding:0 36px 20px"><table role="presentation" cellpadding="0" cellspacing="0" border="0">`)
		for _, r := range place {
			b.WriteString(`<tr><td class="muted" valign="top" style="padding:0 16px 6px 0;font-family:Arial,sans-serif;font-size:14px;line-height:20px;color:#51626e">` +
				safe(r.label.In(l)) + `</td><td class="text" valign="top" style="padding:0 0 6px;font-family:Arial,sans-serif;font-size:14px;line-height:20px;color:#14212b">` +
				`{{` + r.name + `|` + safe(wordUnknown.In(l)) + `}}</td></tr>`)
		}
		b.WriteString(`</table></td></tr>`)
	}
	if w.path != "" {
		b.WriteString(`<tr><td class="pad" style="padding:0 36px 24px"><a href="` + safe(base+w.path) + `" style="display:inline-block;padding:13px 26px;background:#08768b;` +
			`border-radius:8px;font-family:Arial,sans-serif;font-size:16px;line-height:20px;font-weight:bold;color:#ffffff;text-decoration:none">` + safe(w.button.In(l)) + `</a></td></tr>`)
	}
	return b.String()
}

// place are the rows that tell where from.
var place = []struct {
	label lang.Text
	name  string
}{{wordWhen, "when"}, {wordIP, "ip"}, {wordBrowser, "browser"}}

func (w words) text(l lang.Lang, base, lead, after string) string {
	parts := []string{wordGreet.In(l) + ".", lead}
	if w.code {
		parts = append(parts, "    {{code}}")
	}
	if w.place {
		var rows []string
		for _, r := range place {
			rows = append(rows, r.label.In(l)+": {{"+r.name+"|"+wordUnknown.In(l)+"}}")
		}
		parts = append(parts, strings.Join(rows, "\n"))
	}
	if w.path != "" {
		parts = append(parts, w.button.In(l)+": "+base+w.path)
	}
	return strings.Join(append(parts, after, "--\n"+wordWhy.In(l)+"\n"+base+"/"), "\n\n") + "\n"
}

// safe writes words into HTML. Placeholders have nothing that is escaped.
func safe(s string) string { return html.EscapeString(s) }
