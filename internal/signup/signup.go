// Package signup serves the public pages of sign-up forms: the form itself, the page behind the letter that asks to confirm, and
// the script that shows a form on another site. Everything works without the script.
//
//	GET  /p/f/{key}        the form            POST /p/f/{key}   what was filled in
//	GET  /p/f/{key}/embed  the form as JSON, for the script on sites of the form's list
//	GET  /p/c/{token}      shows what is to be confirmed; changes nothing, because scanners follow links
//	POST /p/c/{token}      confirms
//	GET  /p/form.js        the script
package signup

import (
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	_ "embed"

	"keruen/internal/access"
	"keruen/internal/errs"
	"keruen/internal/form"
	"keruen/internal/frame"
	"keruen/internal/lang"
	"keruen/internal/visit"
)

//go:embed form.js
var script []byte

type server struct {
	forms *form.Service
	log   *slog.Logger
}

// Handler serves /p/f/, /p/c/ and /p/form.js.
func Handler(forms *form.Service, log *slog.Logger) http.Handler {
	s := &server{forms, log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /p/f/{key}", s.show)
	mux.HandleFunc("POST /p/f/{key}", s.submit)
	mux.HandleFunc("OPTIONS /p/f/{key}", s.preflight)
	mux.HandleFunc("GET /p/f/{key}/embed", s.embed)
	mux.HandleFunc("OPTIONS /p/f/{key}/embed", s.preflight)
	mux.HandleFunc("GET /p/c/{token}", s.ask)
	mux.HandleFunc("POST /p/c/{token}", s.confirm)
	mux.HandleFunc("GET /p/form.js", s.script)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, form.ErrGone) })
	return mux
}

// language is what the address or the form asks for, else what the browser asks for; empty when it speaks none of ours.
func language(r *http.Request) lang.Lang {
	if l, ok := frame.Asked(r); ok {
		return l
	}
	if r.Method == http.MethodPost {
		if l, ok := lang.Parse(r.PostFormValue("lang")); ok {
			return l
		}
	}
	return visit.From(r.Context()).Lang
}

// page is the frame of a form's pages.
func page(v form.View, title string, b template.HTML) frame.Page {
	p := frame.Page{Lang: v.Lang, Title: title, Body: b, Palette: v.Palette, Logo: v.Logo, Embed: v.Design.Origins(), KeepPath: true}
	if v.Design.Logo && (v.Logo.URL != "" || v.Design.Texts.Title != (lang.Text{})) { // the built-in title has the name already
		p.Brand = v.Account
	}
	return p
}

// Preview is the page of a draft, for a frame in the cabinet: as visitors will see it, but nothing can be sent.
func Preview(v form.View) (frame.Made, error) {
	b, err := looked{view: v, still: true, action: "#"}.html()
	if err != nil {
		return frame.Made{}, err
	}
	p := page(v, v.Title, b)
	p.NoLangs, p.Embed = true, []string{"'self'"}
	return p.Make(nil)
}

func (s *server) show(w http.ResponseWriter, r *http.Request) {
	v, err := s.forms.Show(r.Context(), r.PathValue("key"), language(r))
	if err == nil && v.Closed {
		err = form.ErrClosed
	}
	if err != nil {
		s.failAs(w, r, v, err)
		return
	}
	if r.Method == http.MethodGet {
		if err := s.forms.Viewed(r.Context(), v, "", "", r.UserAgent()); err != nil {
			s.note(r, "count view", err)
		}
	}
	s.form(w, r, http.StatusOK, looked{view: v, values: r.URL.Query(), action: r.URL.Path})
}

// form writes the page of the form. Of the query only what the form takes is kept: answers do not come by links, or a link could
// tick a consent.
func (s *server) form(w http.ResponseWriter, r *http.Request, status int, k looked) {
	if r.Method != http.MethodPost {
		k.values = onlyParams(k)
	}
	b, err := k.html()
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := page(k.view, k.view.Title, b)
	p.Scripts = []string{form.ScriptPath}
	if k.view.Design.Redirect != "" {
		p.Form = k.view.Design.Origins()
	}
	s.write(w, r, status, p)
}

// onlyParams are the parts of an address that the form takes.
func onlyParams(k looked) url.Values {
	kept := url.Values{}
	for _, p := range k.view.Params {
		if v := k.values.Get(p); v != "" {
			kept.Set(p, v)
		}
	}
	return kept
}

const maxForm = 64 << 10 // bytes of a form that was filled in

func (s *server) submit(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseMultipartForm(maxForm); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		s.fail(w, r, errs.ErrInvalid.Because(err))
		return
	}
	if token := r.PostForm.Get("again"); token != "" {
		s.again(w, r, token)
		return
	}
	v := visit.From(r.Context())
	out, err := s.forms.Submit(r.Context(), r.PathValue("key"), form.Sent{Values: r.PostForm, Origin: s.foreign(r), Referer: r.Referer(),
		Lang: language(r), IP: v.IP, UserAgent: r.UserAgent()})
	s.allow(w, r, out.View, err)
	if err != nil {
		s.failAs(w, r, out.View, err)
		return
	}
	if len(out.Bad) > 0 || out.Stale {
		status := http.StatusUnprocessableEntity
		if out.Stale {
			status = http.StatusOK
		}
		s.answer(w, r, status, looked{view: out.View, values: r.PostForm, bad: out.Bad, stale: out.Stale, action: r.URL.Path, page: r.PostForm.Get("page"), embed: wantsJSON(r)})
		return
	}
	s.sent(w, r, out)
}

// sent is the page after sending.
func (s *server) sent(w http.ResponseWriter, r *http.Request, out form.Outcome) {
	v := out.View
	t := told{Title: wordThanksTitle.In(v.Lang), Text: v.Thanks, Onward: v.Design.Redirect, OnwardWord: wordOnward.In(v.Lang), Action: r.URL.Path, Lang: v.Lang}
	if out.AskConfirm {
		t.Title, t.Text, t.Onward = wordSentTitle.In(v.Lang), v.Sent, ""
		t.Address = strings.ReplaceAll(wordSentTo.In(v.Lang), "{address}", out.Address)
		t.Again, t.AgainNote, t.AgainButton = out.Again, wordAgainNote.In(v.Lang), wordAgain.In(v.Lang)
	} else if v.Design.Redirect != "" && !wantsJSON(r) {
		http.Redirect(w, r, v.Design.Redirect, http.StatusSeeOther)
		return
	}
	s.tell(w, r, v, t)
}

// told is a page of few words.
type told struct {
	Title, Text, Address, Action  string
	Again, AgainNote, AgainButton string
	Onward, OnwardWord            string
	Lang                          lang.Lang
}

func (s *server) tell(w http.ResponseWriter, r *http.Request, v form.View, t told) {
	b, err := frame.Render(pages, "sent", t)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if wantsJSON(r) {
		s.json(w, http.StatusOK, embedded{HTML: string(b), Done: t.Again == "", Redirect: t.Onward})
		return
	}
	p := page(v, t.Title, b)
	p.NoLangs = true // the answers are gone: another language would show an empty form
	p.Scripts = []string{form.ScriptPath}
	s.write(w, r, http.StatusOK, p)
}

func (s *server) again(w http.ResponseWriter, r *http.Request, token string) {
	v, err := s.forms.Show(r.Context(), r.PathValue("key"), language(r))
	if err == nil {
		err = s.forms.Again(r.Context(), token, visit.From(r.Context()).IP)
	}
	s.allow(w, r, v, err)
	if err != nil {
		s.failAs(w, r, v, err)
		return
	}
	s.tell(w, r, v, told{Title: wordSentTitle.In(v.Lang), Text: wordAgainDone.In(v.Lang), Action: r.URL.Path, Lang: v.Lang,
		Again: token, AgainNote: wordAgainNote.In(v.Lang), AgainButton: wordAgain.In(v.Lang)})
}

func (s *server) ask(w http.ResponseWriter, r *http.Request) {
	l, _ := frame.Asked(r)
	a, err := s.forms.ShowConfirm(r.Context(), r.PathValue("token"), orNone(r, l))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if a.Done {
		s.confirmed(w, r, a)
		return
	}
	s.asking(w, r, a)
}

// orNone leaves the language of the letter unless the address asks for another.
func orNone(r *http.Request, l lang.Lang) lang.Lang {
	if r.URL.Query().Get("lang") == "" {
		return ""
	}
	return l
}

func (s *server) asking(w http.ResponseWriter, r *http.Request, a form.Asking) {
	l := a.View.Lang
	fill := strings.NewReplacer("{account}", frame.InQuotes(a.View.Account, l), "{address}", a.Address)
	b, err := frame.Render(pages, "confirm", struct {
		Title, Text, Button, Note string
		Words                     []string
	}{wordConfirmTitle.In(l), fill.Replace(wordConfirmText.In(l)), wordConfirmButton.In(l), wordConfirmNote.In(l), a.Words})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := page(a.View, wordConfirmTitle.In(l), b)
	p.Embed, p.KeepPath = nil, false // the address is the key to somebody's subscription
	if a.Redirect != "" {
		p.Form = a.View.Design.Origins()
	}
	s.write(w, r, http.StatusOK, p)
}

func (s *server) confirm(w http.ResponseWriter, r *http.Request) {
	token := r.PathValue("token")
	v := visit.From(r.Context())
	if err := s.forms.Confirm(r.Context(), token, v.IP, r.UserAgent()); err != nil {
		s.fail(w, r, err)
		return
	}
	l, _ := frame.Asked(r)
	a, err := s.forms.ShowConfirm(r.Context(), token, orNone(r, l))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.confirmed(w, r, a)
}

func (s *server) confirmed(w http.ResponseWriter, r *http.Request, a form.Asking) {
	if a.Redirect != "" && r.Method == http.MethodPost {
		frame.Private(w.Header())
		http.Redirect(w, r, a.Redirect, http.StatusSeeOther)
		return
	}
	l := a.View.Lang
	b, err := frame.Render(pages, "sent", told{Title: wordConfirmed.In(l), Text: a.View.Thanks, Onward: a.Redirect, OnwardWord: wordOnward.In(l)})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := page(a.View, wordConfirmed.In(l), b)
	p.Embed, p.KeepPath = nil, false
	s.write(w, r, http.StatusOK, p)
}

func (s *server) script(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // it is made for other sites
	_, _ = w.Write(script)
}

func (s *server) write(w http.ResponseWriter, r *http.Request, status int, p frame.Page) {
	if err := frame.Write(w, r, status, p); err != nil {
		s.log.Error("a page of a form was not written", "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
	}
}

func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.failAs(w, r, form.View{}, err)
}

// failAs shows a page that says what is wrong in the reader's language.
func (s *server) failAs(w http.ResponseWriter, r *http.Request, v form.View, err error) {
	l := v.Lang
	if l == "" {
		l = language(r)
	}
	status, title, text := problem(err)
	fill := strings.NewReplacer("{account}", frame.InQuotes(v.Account, l), "{site}", siteOf(err))
	if status >= http.StatusInternalServerError {
		s.note(r, "serve form", err)
	}
	b, failed := frame.Render(pages, "problem", told{Title: title.In(l), Text: fill.Replace(text.In(l))})
	if failed != nil {
		s.log.Error("a page of a form was not written", "error", failed)
	}
	if wantsJSON(r) {
		s.json(w, status, embedded{HTML: string(b)})
		return
	}
	s.write(w, r, status, frame.Page{Lang: l, Title: title.In(l), Body: b})
}

func problem(err error) (status int, title, text lang.Text) {
	switch {
	case errors.Is(err, form.ErrGone):
		return http.StatusNotFound, goneTitle, goneText
	case errors.Is(err, form.ErrClosed):
		return http.StatusConflict, closedTitle, closedText
	case errors.Is(err, form.ErrOrigin):
		return http.StatusForbidden, originTitle, originText
	case errors.Is(err, access.ErrTooOften):
		return http.StatusTooManyRequests, oftenTitle, oftenText
	case errors.Is(err, form.ErrLink), errs.KindOf(err) == errs.NotFound:
		return http.StatusNotFound, linkTitle, linkText
	case errs.KindOf(err) == errs.Invalid:
		return http.StatusBadRequest, busyTitle, busyText
	default:
		return http.StatusServiceUnavailable, busyTitle, busyText
	}
}

func siteOf(err error) string {
	var e *errs.Error
	if !errors.As(err, &e) {
		return ""
	}
	site, _ := e.Params["site"].(string)
	return site
}

// note logs what went wrong, without the path: it may be the key to a person's subscription.
func (s *server) note(r *http.Request, what string, err error) {
	if !errors.Is(err, context.Canceled) {
		s.log.Warn(what, "route", r.Pattern, "error", err)
	}
}

// embedded is an answer to the script.
type embedded struct {
	HTML     string `json:"html"`
	Style    string `json:"style,omitempty"`
	Button   string `json:"button,omitempty"`
	Done     bool   `json:"done"`
	Redirect string `json:"redirect,omitempty"`
}

func (s *server) json(w http.ResponseWriter, status int, e embedded) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(e); err != nil {
		s.log.Debug("an answer to a form's script was not written", "error", err)
	}
}
