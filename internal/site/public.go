package site

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"keruen/internal/frame"
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
	Nonce, Product, Scheme, Path, Sandbox, Request string
	Title, Lead                                    string // of the window and for search engines
	Base                                           string // https://mail.example.kz
	Hidden                                         bool   // from search engines
	SignedIn                                       bool
	Lang                                           lang.Lang
	Langs                                          []langLink
	Documents                                      []terms.Document
	T                                              words
	Style                                          template.CSS
	Of                                             any // what the page itself shows
}

type langLink struct {
	Lang    lang.Lang
	Name    string
	Current bool
}

// URL is the whole address of the page in a language.
func (v view) URL(l lang.Lang) string { return v.Base + v.Path + "?lang=" + string(l) }

// Bare is the whole address of the page in the language of whoever asks.
func (v view) Bare() string { return v.Base + v.Path }

// Picture is what messengers show beside a link.
func (v view) Picture() string { return v.Base + "/site/" + string(v.Lang) + ".png" }

// Day writes a day.
func (v view) Day(t time.Time) string { return v.Lang.Day(t, lang.LongDay) }

// In chooses a sentence of the page's language.
func (v view) In(t lang.Text) string { return t.In(v.Lang) }

func (s *Site) view(r *http.Request) view {
	l := visit.From(r.Context()).Lang
	if asked, ok := lang.Parse(r.URL.Query().Get("lang")); ok {
		l = asked
	}
	v := view{Nonce: secret.NewToken(), Product: s.Product, Scheme: scheme(r), Path: r.URL.EscapedPath(), Sandbox: s.Sandbox, Base: strings.TrimRight(s.BaseURL, "/"),
		Lang: l, Documents: s.Terms.Shown(l), T: wordsIn(l), Style: style, Request: visit.From(r.Context()).Request}
	for _, other := range lang.All {
		v.Langs = append(v.Langs, langLink{Lang: other, Name: frame.LanguageName(other), Current: other == l})
	}
	return v
}

// page makes a handler of a public page. What goes wrong in it becomes a page of its own.
func (s *Site) page(f func(http.ResponseWriter, *http.Request, view)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := s.view(r)
		defer func() {
			p := recover()
			switch {
			case p == nil:
			case p == http.ErrAbortHandler:
				panic(p)
			default:
				s.Log.Error("a public page crashed", "request", v.Request, "panic", p, "stack", string(debug.Stack()))
				s.failed(w, v)
			}
		}()
		v.SignedIn = s.person(r).Me != nil
		f(w, r, v)
	}
}

// show writes a public page. It has one style block, no script, and nothing from elsewhere.
func (s *Site) show(w http.ResponseWriter, status int, name string, v view) {
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, name, v); err != nil {
		s.Log.Error("a public page was not written", "request", v.Request, "page", name, "error", err)
		b.Reset()
		status = http.StatusInternalServerError
		v.Of = nil
		if err := s.pages.ExecuteTemplate(&b, "failed.html", v); err != nil {
			s.Log.Error("the page of failures was not written", "error", err)
		}
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(v.Lang))
	h.Set("Cache-Control", "no-cache")
	h.Add("Vary", "Cookie, Accept-Language")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+v.Nonce+"'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// failed says that the server is to blame, with what to quote to support.
func (s *Site) failed(w http.ResponseWriter, v view) {
	v.Title, v.Hidden, v.Of = v.T.FailedTitle, true, nil
	s.show(w, http.StatusInternalServerError, "failed.html", v)
}

func (s *Site) absent(w http.ResponseWriter, v view) {
	v.Title, v.Hidden = v.T.AbsentTitle, true
	s.show(w, http.StatusNotFound, "absent.html", v)
}

func (s *Site) landing(w http.ResponseWriter, _ *http.Request, v view) {
	v.Path = "/" // the same page is at /about for those who are signed in
	v.Title, v.Lead = v.T.Title, v.T.Lead
	s.show(w, http.StatusOK, "landing.html", v)
}

type documentView struct {
	terms.Document
	Body template.HTML
	Old  bool // it has a newer version
}

// document shows a legal document: the version in force, or an older one by its number.
func (s *Site) document(w http.ResponseWriter, r *http.Request, v view) {
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
		s.absent(w, v)
		return
	}
	v.Title, v.Hidden = d.Title, d.Version != now
	v.Of = documentView{Document: d, Body: d.HTML(1), Old: d.Version != now}
	s.show(w, http.StatusOK, "document.html", v)
}

// public are the pages for search engines, beside the documents.
var public = []string{"/", "/prices", "/clients", "/status"}

// sitemap lists the public pages in each language (sitemaps.org, with the alternates of Google).
func (s *Site) sitemap(w http.ResponseWriter, r *http.Request, v view) {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">` + "\n")
	paths := append([]string{}, public...)
	for _, d := range v.Documents {
		paths = append(paths, "/docs/"+url.PathEscape(d.Name))
	}
	for _, p := range paths {
		v.Path = p
		for _, l := range lang.All {
			fmt.Fprintf(&b, "<url><loc>%s</loc>", template.HTMLEscapeString(v.URL(l)))
			for _, other := range lang.All {
				fmt.Fprintf(&b, `<xhtml:link rel="alternate" hreflang="%s" href="%s"/>`, other, template.HTMLEscapeString(v.URL(other)))
			}
			b.WriteString("</url>\n")
		}
	}
	b.WriteString("</urlset>\n")
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write([]byte(b.String()))
}

// robots keeps search engines to the public pages.
func (s *Site) robots(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, "User-agent: *\nAllow: /$\nAllow: /?lang=\nAllow: /prices\nAllow: /clients\nAllow: /status\nAllow: /docs/\nAllow: /site/\nAllow: /icon.svg\nDisallow: /\n\nSitemap: %s/sitemap.xml\n",
		strings.TrimRight(s.BaseURL, "/"))
}
