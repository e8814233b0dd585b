// Package frame draws the pages that people see without signing in: sign-up forms, preferences, the way out, "why did I get this?".
// One look for all of them: one style, light and dark, in an account's own colour, in three languages, without a script.
//
// A feature renders the body by its own html/template and hands it to Write, which adds the head, the account's name or logo, the
// choice of languages and the headers. Everything is inline, so a page is one small answer; its policy allows exactly that style.
//
// Classes for bodies: field (label, input, p.hint, p.wrong), check (label with a box and a span), box (note; bad, good), soft, lead,
// button and button.quiet, trap (a honeypot), hide (for screen readers only).
package frame

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"keruen/internal/lang"
)

//go:embed style.css
var style string

//go:embed page.html
var layout string

var page = template.Must(template.New("page").Parse(layout))

// Page is one page. Lang, Title and Body are always given.
type Page struct {
	Lang     lang.Lang
	Title    string // of the window; the body has its own h1
	Body     template.HTML
	Brand    string   // name of the account, on top; empty for none
	Logo     Logo     // instead of the name
	Palette  Palette  // zero = the product's colours
	Wide     bool     // 640 points instead of 480
	Bare     bool     // without a card, for a frame on another site
	NoLangs  bool     // without the choice of languages: where following a link would lose something
	Foot     string   // small print below the card
	Scripts  []string // addresses of our own scripts; the page must work without them
	Embed    []string // origins that may show the page in a frame; none otherwise
	Form     []string // further places a form's answer may lead to, such as "https://shop.kz"
	KeepPath bool     // the address holds no secret: the next site may be told where people came from
}

// Logo is a picture of an account, with its size in points.
type Logo struct {
	URL           string // on this installation
	Width, Height int
}

// Languages in their own words.
var languageNames = map[lang.Lang]string{lang.Russian: "Русский", lang.Kazakh: "Қазақша", lang.English: "English"}

// LanguageName is a language in its own words.
func LanguageName(l lang.Lang) string { return languageNames[l] }

var wordLanguage = lang.Text{Ru: "Язык", Kk: "Тіл", En: "Language"}

type language struct {
	Code    lang.Lang
	Name    string
	Href    string
	Current bool
}

type filled struct {
	Page
	Style, Colours template.CSS
	LanguageWord   string
	Languages      []language
}

// Asked returns the language that the address asks for by ?lang=; ok is false when it asks for none that we speak.
func Asked(r *http.Request) (l lang.Lang, ok bool) {
	return lang.Parse(r.URL.Query().Get("lang"))
}

// Render writes a body by the feature's own template.
func Render(t *template.Template, name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("render %s: %w", name, err)
	}
	return template.HTML(b.String()), nil // html/template has escaped it
}

// Made is a page as it is sent, with the policy that fits it.
type Made struct {
	HTML   []byte
	Policy string // Content-Security-Policy
}

// Make puts a page together. q is the query of its address, which the choice of languages keeps.
func (p Page) Make(q url.Values) (Made, error) {
	if p.Lang == "" {
		p.Lang = lang.Russian
	}
	f := filled{Page: p, Style: template.CSS(style), Colours: template.CSS(p.Palette.css()), LanguageWord: wordLanguage.In(p.Lang)}
	if !p.NoLangs {
		f.Languages = languages(p.Lang, q)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, f); err != nil {
		return Made{}, fmt.Errorf("render page: %w", err)
	}
	return Made{HTML: b.Bytes(), Policy: p.policy(string(f.Colours))}, nil
}

// Write answers with the page. Nothing of it is stored on the way, and its address is not told to the next site.
func Write(w http.ResponseWriter, r *http.Request, status int, p Page) error {
	made, err := p.Make(r.URL.Query())
	if err != nil {
		return err
	}
	h := w.Header()
	Private(h)
	if p.KeepPath {
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Language")
	h.Set("Content-Security-Policy", made.Policy)
	w.WriteHeader(status)
	_, _ = w.Write(made.HTML)
	return nil
}

// languages keeps what else the address says, so that changing the language loses nothing.
func languages(now lang.Lang, q url.Values) []language {
	var out []language
	for _, l := range lang.All {
		q.Set("lang", string(l))
		out = append(out, language{l, languageNames[l], "?" + q.Encode(), l == now})
	}
	return out
}

// Private keeps answers out of caches and search engines, and the address of the link from the next site (email-delivery.md §15).
func Private(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("X-Content-Type-Options", "nosniff")
}

// policy lets in the page's own style and, where named, its scripts and frames: nothing from elsewhere.
func (p Page) policy(colours string) string {
	rules := []string{"default-src 'none'", "style-src " + styleSource, "img-src 'self'", "base-uri 'none'"}
	if colours != "" {
		rules[1] += " " + source(colours)
	}
	if len(p.Scripts) > 0 {
		rules = append(rules, "script-src 'self'", "connect-src 'self'")
	}
	rules = append(rules, "form-action "+strings.Join(append([]string{"'self'"}, p.Form...), " "))
	frames := "'none'"
	if len(p.Embed) > 0 {
		frames = strings.Join(p.Embed, " ")
	}
	return strings.Join(append(rules, "frame-ancestors "+frames), "; ")
}

var styleSource = source(style)

func source(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// InQuotes prepares a name that a sentence puts between «»: its own quotation marks become the inner ones, „“.
func InQuotes(name string, l lang.Lang) string {
	if l == lang.English {
		return name
	}
	return strings.NewReplacer("«", "„", "»", "“").Replace(name)
}

// ShadowStyle is the style of a body that is shown inside another site's page, in a shadow root, in the colours of a palette. It is
// light whatever the visitor's machine prefers: whether the site is dark then too is not known.
func ShadowStyle(p Palette) string {
	return strings.ReplaceAll(lightOnly+p.css(), ":root", ":host") + shadow
}

var lightOnly = strings.Replace(regexp.MustCompile(`(?m)^@media\(prefers-color-scheme:dark\).*$`).ReplaceAllString(style, ""), "color-scheme:light dark", "color-scheme:light", 1)

// shadow keeps what a site says about its own page from the form, and the form from filling the site's page.
const shadow = `:host{all:initial;display:block;color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}` +
	`dialog{width:min(480px,calc(100vw - 32px));max-height:calc(100vh - 32px);padding:28px 24px;border:1px solid var(--line);border-radius:12px;background:var(--card);color:var(--ink)}` +
	`.open{display:inline-block;width:auto}dialog::backdrop{background:rgb(0 0 0/.5)}.inline{max-width:480px;padding:24px;border:1px solid var(--line);border-radius:12px;background:var(--card);color:var(--ink)}` +
	`.close{position:absolute;top:8px;right:8px;width:44px;min-height:44px;padding:0;border:0;background:none;color:var(--soft);font-size:24px;line-height:1}`
