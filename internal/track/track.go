// Package track answers the links that go out in messages: the picture that tells of an opening, tracked
// links, and the way out. Nobody signs in here; a signed token says which message it is about.
//
//	GET  /t/o/{token}  picture      GET  /t/c/{token}  → 302 to the link's target
//	GET  /u/{token}    page with a button; following a link never unsubscribes anybody
//	POST /u/{token}    one-click by the mail program (RFC 8058), or the page's buttons: leave, come back
//	/u/{token}/preferences   what the recipient gets, chosen by itself; /u/{token}/why tells why the message came
//	/p/pref/{key}            the same without a message: an address is asked for, and a link sent there
//	/p/pref/me/{token}, /p/pref/address/{token}   what the letters that were asked for lead to
package track

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"keruen/internal/delivery"
	"keruen/internal/errs"
	"keruen/internal/frame"
	"keruen/internal/lang"
	"keruen/internal/preference"
)

// Pipeline is what the links lead to; delivery.Service is one.
type Pipeline interface {
	Open(ctx context.Context, token string, v delivery.Visit) error
	Click(ctx context.Context, token string, v delivery.Visit) (to string, err error)
	ShowLeaving(ctx context.Context, token string) (delivery.Leaving, error)
	Leave(ctx context.Context, token string, scope delivery.LeaveScope, oneClick bool, v delivery.Visit) error
	Return(ctx context.Context, token string, v delivery.Visit) error
	Complain(ctx context.Context, token string, v delivery.Visit) error
}

type server struct {
	pipeline    Pipeline
	preferences *preference.Service
	log         *slog.Logger
}

// Handler serves /t/, /u/ and /p/pref/.
func Handler(p Pipeline, preferences *preference.Service, log *slog.Logger) http.Handler {
	s := &server{pipeline: p, preferences: preferences, log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /t/o/{token}", s.open) // GET also answers HEAD
	mux.HandleFunc("GET /t/c/{token}", s.click)
	mux.HandleFunc("OPTIONS /t/c/{token}", s.click)
	mux.HandleFunc("GET /u/{token}", s.askLeave)
	mux.HandleFunc("POST /u/{token}", s.leave)
	mux.HandleFunc("GET /u/{token}/preferences", s.showPreferences)
	mux.HandleFunc("POST /u/{token}/preferences", s.changePreferences)
	mux.HandleFunc("GET /u/{token}/why", s.showWhy)
	mux.HandleFunc("POST /u/{token}/why", s.askData)
	mux.HandleFunc("GET "+preference.LinkPath+"{token}", s.showPreferences)
	mux.HandleFunc("POST "+preference.LinkPath+"{token}", s.changePreferences)
	mux.HandleFunc("GET "+preference.AddressPath+"{token}", s.showAddress)
	mux.HandleFunc("POST "+preference.AddressPath+"{token}", s.confirmAddress)
	mux.HandleFunc("GET "+preference.PublicPath+"{key}", s.showPublic)
	mux.HandleFunc("POST "+preference.PublicPath+"{key}", s.askLink)
	mux.HandleFunc("GET "+preference.PublicPath+"{key}/logo/{logo}", s.logo)
	mux.HandleFunc("/", s.badLink)
	return mux
}

// visit tells who asks. The address comes from the connection; a proxy in front is the matter of app.
func visit(r *http.Request) delivery.Visit {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	const longest = 300 // bytes of a name that a program gives itself
	agent := r.UserAgent()
	return delivery.Visit{Method: r.Method, UserAgent: agent[:min(len(agent), longest)], IP: host}
}

// pixel is a transparent GIF of one point.
var pixel = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")

// open always answers with the picture: a broken one would only disturb the reader, and a lost opening is
// no great loss.
func (s *server) open(w http.ResponseWriter, r *http.Request) {
	if err := s.pipeline.Open(r.Context(), r.PathValue("token"), visit(r)); err != nil {
		s.note(r, "record opening", err)
	}
	frame.Private(w.Header())
	w.Header().Set("Content-Type", "image/gif")
	_, _ = w.Write(pixel)
}

// click sends the reader on. When only the recording fails the reader still gets there.
func (s *server) click(w http.ResponseWriter, r *http.Request) {
	to, err := s.pipeline.Click(r.Context(), r.PathValue("token"), visit(r))
	if to == "" {
		s.failed(w, r, err)
		return
	}
	if err != nil {
		s.note(r, "record click", err)
	}
	frame.Private(w.Header())
	http.Redirect(w, r, to, http.StatusFound)
}

// askLeave shows the page with the button. It changes nothing: scanners follow links (RFC 8058 §3.1).
func (s *server) askLeave(w http.ResponseWriter, r *http.Request) {
	l, err := s.pipeline.ShowLeaving(r.Context(), r.PathValue("token"))
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, view{Page: asking, Leaving: l})
}

// maxForm is the size of a body that a mail program or our page sends.
const maxForm = 8 << 10

// leave takes the person off the list. A mail program wants 200 and nothing else: no redirect, no cookies, no page (RFC 8058 §3.1).
func (s *server) leave(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	oneClick := r.PostFormValue("List-Unsubscribe") == "One-Click" // reads both encodings of RFC 8058 §3.2
	spam := r.PostFormValue("spam") != ""
	v, token := visit(r), r.PathValue("token")
	if r.PostFormValue("back") != "" && !oneClick {
		s.comeBack(w, r, token, v)
		return
	}
	scope := delivery.LeaveScope(r.PostFormValue("scope"))
	err := s.pipeline.Leave(r.Context(), token, scope, oneClick, v)
	if err == nil && spam && !oneClick {
		err = s.pipeline.Complain(r.Context(), token, v)
	}
	switch {
	case err != nil && oneClick:
		frame.Private(w.Header())
		http.Error(w, "not unsubscribed", status(err))
		s.note(r, "unsubscribe", err)
	case err != nil:
		s.failed(w, r, err)
	case oneClick:
		frame.Private(w.Header())
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("unsubscribed\n"))
	default:
		s.left(w, r, token, scope, spam)
	}
}

func (s *server) left(w http.ResponseWriter, r *http.Request, token string, scope delivery.LeaveScope, spam bool) {
	l, err := s.pipeline.ShowLeaving(r.Context(), token)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, view{Page: done, Leaving: l, Scope: scope, Spam: spam, Now: true})
}

// comeBack takes an unsubscription back, for whoever pressed the button by mistake.
func (s *server) comeBack(w http.ResponseWriter, r *http.Request, token string, v delivery.Visit) {
	if err := s.pipeline.Return(r.Context(), token, v); err != nil {
		s.failed(w, r, err)
		return
	}
	l, err := s.pipeline.ShowLeaving(r.Context(), token)
	switch {
	case err != nil:
		s.failed(w, r, err)
	case l.Left:
		s.show(w, r, http.StatusOK, view{Page: done, Leaving: l})
	default:
		s.show(w, r, http.StatusOK, view{Page: back, Leaving: l})
	}
}

func (s *server) badLink(w http.ResponseWriter, r *http.Request) { s.failed(w, r, delivery.ErrLink) }

// failed shows a page that says what is wrong in the reader's language.
func (s *server) failed(w http.ResponseWriter, r *http.Request, err error) {
	s.note(r, "follow link", err)
	page := wrong
	if status(err) >= 500 {
		page = busy
	}
	s.show(w, r, status(err), view{Page: page, Leaving: delivery.Leaving{Lang: lang.FromHeader(r.Header.Get("Accept-Language"))}})
}

func status(err error) int {
	if errs.KindOf(err) == errs.NotFound {
		return http.StatusNotFound
	}
	return http.StatusServiceUnavailable
}

// note logs what went wrong, without the token: it is the key to a person's subscription.
func (s *server) note(r *http.Request, what string, err error) {
	if errs.KindOf(err) == errs.NotFound || errors.Is(err, context.Canceled) {
		return
	}
	kind, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	s.log.Warn(what, "path", kind, "error", err)
}
