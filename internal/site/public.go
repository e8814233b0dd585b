package site

import (
	"embed"
	"fmt"
	"html/template"
	"net/http"

	"keruen/internal/lang"
	"keruen/internal/secret"
	"keruen/internal/terms"
	"keruen/internal/visit"
)

//go:embed page
var pageFiles embed.FS

func parsePages() (*template.Template, error) {
	t, err := template.ParseFS(pageFiles, "page/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse the public pages: %w", err)
	}
	return t, nil
}

// view is what a public page is filled with.
type view struct {
	Nonce, Product, Scheme, Path, Sandbox string
	Lang                                  lang.Lang
	Langs                                 []langLink
	Documents                             []terms.Document
	T                                     words
	Style                                 template.CSS
	Document                              terms.Document
	Text                                  template.HTML
	Old                                   bool // the document has a newer version
}

type langLink struct {
	Lang    lang.Lang
	Name    string
	Current bool
}

var langNames = map[lang.Lang]string{lang.Russian: "Русский", lang.Kazakh: "Қазақша", lang.English: "English"}

func (s *Site) view(r *http.Request) view {
	l := visit.From(r.Context()).Lang
	if asked, ok := lang.Parse(r.URL.Query().Get("lang")); ok {
		l = asked
	}
	v := view{Nonce: secret.NewToken(), Product: s.Product, Scheme: scheme(r), Path: r.URL.Path, Sandbox: s.Sandbox, Lang: l,
		Documents: s.Terms.Current(l), T: wordsIn(l), Style: style}
	for _, other := range lang.All {
		v.Langs = append(v.Langs, langLink{Lang: other, Name: langNames[other], Current: other == l})
	}
	return v
}

// show writes a public page. It has one style block, no script, and nothing from elsewhere.
func (s *Site) show(w http.ResponseWriter, name string, v view) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	h.Add("Vary", "Cookie, Accept-Language")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+v.Nonce+"'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	if err := s.pages.ExecuteTemplate(w, name, v); err != nil {
		s.Log.Error("a public page was not written", "page", name, "error", err)
	}
}

func (s *Site) landing(w http.ResponseWriter, r *http.Request) {
	s.show(w, "landing.html", s.view(r))
}

// document shows a legal document: the version in force, or an older one by its number.
func (s *Site) document(w http.ResponseWriter, r *http.Request) {
	v := s.view(r)
	name, version := r.PathValue("name"), r.PathValue("version")
	now := ""
	for _, d := range v.Documents {
		if d.Name == name {
			now = d.Version
		}
	}
	if version == "" {
		version = now
	}
	d, err := s.Terms.Get(name, version, v.Lang)
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		s.show(w, "absent.html", v)
		return
	}
	v.Document, v.Text, v.Old = d, d.HTML(1), d.Version != now
	s.show(w, "document.html", v)
}
