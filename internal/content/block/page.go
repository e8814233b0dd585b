package block

import (
	"html"
	"strconv"
	"strings"
)

// head writes everything before the first row.
func (w *writer) head() {
	language := w.languageAttr()
	w.w(`<!doctype html><html lang="`, language, `" dir="ltr" xmlns="http://www.w3.org/1999/xhtml" xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta charset="utf-8">`,
		`<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="x-apple-disable-message-reformatting">`,
		`<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">`,
		`<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">`,
		`<title>`, html.EscapeString(w.doc.Meta.Title), `</title>`,
		`<!--[if mso]><noscript><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml></noscript><![endif]-->`,
		`<style>`, w.css(), `</style></head>`)
	width := strconv.Itoa(w.t.Width)
	w.w(`<body class="kb" style="margin:0;padding:0;background-color:`, w.t.Bg, `;-webkit-text-size-adjust:100%;-ms-text-size-adjust:100%">`,
		`<div role="article" aria-roledescription="email" lang="`, language, `"`, attr("aria-label", w.doc.Meta.Title), ` class="kb" style="background-color:`, w.t.Bg, `">`,
		`<!--[if mso]><table role="presentation" align="center" width="`, width, `" cellpadding="0" cellspacing="0" border="0" style="width:`, width, `px"><tr><td><![endif]-->`,
		`<div class="ks" style="max-width:`, width, `px;margin:0 auto;background-color:`, w.t.Surface, `">`)
}

func (w *writer) foot() {
	w.w(`</div><!--[if mso]></td></tr></table><![endif]--></div></body></html>`)
}

// languageAttr is the language of the letter, by that of the contact when there are several.
func (w *writer) languageAttr() string {
	main := w.doc.Meta.DefaultLang
	if len(w.doc.Meta.Langs) == 1 {
		return string(main)
	}
	var b strings.Builder
	for _, l := range w.doc.Meta.Langs {
		if l != main {
			b.WriteString(html.EscapeString(opening(b.Len() == 0)+`lang is "`+string(l)+`"}}`) + string(l))
		}
	}
	return b.String() + "{{else}}" + string(main) + "{{/if}}"
}

// css are the rules that cannot stand inline: phones and the dark scheme, also as Outlook on the web writes it.
func (w *writer) css() string {
	t := w.t
	var b strings.Builder
	b.WriteString(`table{border-collapse:collapse}img{border:0;line-height:100%;outline:none;text-decoration:none}u+.kb a{text-decoration:inherit}` +
		`@media (max-width:` + strconv.Itoa(t.Width-1) + `px){.kc{max-width:100%!important}.kg{padding-left:0!important;padding-right:0!important}.kn{padding-top:16px!important}` +
		`.kr{padding-left:20px!important;padding-right:20px!important}.k1{font-size:24px!important;line-height:30px!important}.k2{font-size:20px!important;line-height:26px!important}` +
		`.kd{display:none!important}.kp{display:table!important}}`)
	rules := [][2]string{
		{".kb", "background-color:" + dark["bg"]}, {".ks", "background-color:" + dark["surface"]}, {".kt", "color:" + dark["text"]},
		{".km", "color:" + dark["muted"]}, {".kl", "color:" + t.LinkDark}, {".kx", "display:none"}, {".ky", "display:block"},
	}
	b.WriteString(`@media (prefers-color-scheme:dark){`)
	for _, r := range rules {
		b.WriteString(r[0] + "{" + r[1] + "!important}")
	}
	b.WriteString("}")
	for _, r := range rules {
		mode := "[data-ogsc] "
		if strings.HasPrefix(r[1], "background") {
			mode = "[data-ogsb] "
		}
		b.WriteString(mode + r[0] + "{" + r[1] + "!important}")
	}
	return b.String()
}

// tidy leaves at most one empty line between what a text says.
func tidy(s string) string {
	lines := strings.Split(s, "\n")
	out := lines[:0]
	empty := true
	for _, l := range lines {
		l = strings.TrimRight(l, " \t")
		if l == "" && empty {
			continue
		}
		empty = l == ""
		out = append(out, l)
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}
