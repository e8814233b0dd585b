package signup

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"keruen/internal/form"
	"keruen/internal/frame"
)

// wantsJSON tells the script from a browser that shows a page.
func wantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

// embed gives the form to the script on another site: HTML for a shadow root and its style. Only sites of the form's list get it.
func (s *server) embed(w http.ResponseWriter, r *http.Request) {
	v, err := s.forms.Show(r.Context(), r.PathValue("key"), language(r))
	if err == nil && v.Closed {
		err = form.ErrClosed
	}
	if origin := s.foreign(r); err == nil && origin != "" && !v.Design.Allows(origin) {
		err = form.ErrOrigin.With("site", strings.TrimPrefix(origin, "https://"))
	}
	s.allow(w, r, v, err)
	if err != nil {
		s.refuse(w, r, v, err)
		return
	}
	where := r.URL.Query().Get("page")
	if err := s.forms.Viewed(r.Context(), v, r.Referer(), where, r.UserAgent()); err != nil {
		s.note(r, "count view", err)
	}
	s.answer(w, r, http.StatusOK, looked{view: v, values: r.URL.Query(), action: form.PagePath + v.Key, page: where, embed: true})
}

// foreign is the origin of a page of another site, as its browser says; empty for our own pages, and where the browser keeps it to
// itself ("null": a page in a sandbox, a file).
func (s *server) foreign(r *http.Request) string {
	origin := r.Header.Get("Origin")
	u, err := url.Parse(origin)
	if err != nil || origin == s.forms.BaseURL || u.Host == r.Host {
		return ""
	}
	if origin == "null" {
		return ""
	}
	return origin
}

// answer gives the form with what was typed to whoever asked: a page, or the script.
func (s *server) answer(w http.ResponseWriter, r *http.Request, status int, k looked) {
	if !k.embed {
		s.form(w, r, status, k)
		return
	}
	if r.Method != http.MethodPost {
		k.values = onlyParams(k)
	}
	b, err := k.html()
	if err != nil {
		s.refuse(w, r, k.view, err)
		return
	}
	s.json(w, status, embedded{HTML: string(b), Style: frame.ShadowStyle(k.view.Palette), Button: k.view.Button})
}

// refuse answers the script in JSON whatever it asked for.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, v form.View, err error) {
	r.Header.Set("Accept", "application/json")
	s.failAs(w, r, v, err)
}

// allow lets a page of another site read the answer, when the form knows the site (Fetch §3.2). There are no cookies in this.
func (s *server) allow(w http.ResponseWriter, r *http.Request, v form.View, err error) {
	h := w.Header()
	h.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if errors.Is(err, form.ErrOrigin) || origin == "" || !v.Design.Allows(origin) {
		return
	}
	h.Set("Access-Control-Allow-Origin", origin)
}

// preflight answers what browsers ask before they send something unusual. The script sends nothing unusual; others may.
func (s *server) preflight(w http.ResponseWriter, r *http.Request) {
	v, err := s.forms.Show(r.Context(), r.PathValue("key"), language(r))
	s.allow(w, r, v, err)
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
	w.Header().Set("Access-Control-Allow-Headers", "Accept, Content-Type")
	w.WriteHeader(http.StatusNoContent)
}
