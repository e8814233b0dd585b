// Package site serves pages to browsers: the public ones, the legal documents, and the cabinet itself.
//
// The cabinet is a bundle of files made by `npm run build` in web/. Its index.html is a template: the server
// writes into it the nonce of the content policy, the language, the colour scheme, which files to load first and who
// is signed in, so that the first screen needs no further request (web/README.md). At / a visitor without a
// session sees the public page, everyone else the cabinet.
package site

import (
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"

	"keruen/internal/config"
	"keruen/internal/lang"
	"keruen/internal/showcase"
	"keruen/internal/status"
	"keruen/internal/terms"
	"keruen/internal/visit"
)

// Config is what the site is built from.
type Config struct {
	Log     *slog.Logger
	Dist    fs.FS // the built bundle; without index.html there, a page says how to build it
	Terms   *terms.Service
	Status  *status.Service
	Clients *showcase.Service
	Who     func(*http.Request) (Person, error)
	Product string // name of this installation
	Version string
	BaseURL string // https://mail.example.kz, for search engines and messengers
	Sandbox string // path of the pretend mailbox, empty when the pretend world is off
	Plans   []config.Plan
	Email   string // of the operator; may be empty
}

// Person is who sits before the browser. The zero Person is nobody.
type Person struct {
	Me   any       // the answer of GET /api/v1/me, written into the page as it is
	Lang lang.Lang // of the person; empty for nobody
}

// Site is the handler of everything that is not the API, a tracked link or the pretend world.
type Site struct {
	Config
	files *files
	shell *shell
	pages *template.Template
	mux   *http.ServeMux
}

// New makes the site. It fails when the bundle is there but broken.
func New(c Config) (*Site, error) {
	s := &Site{Config: c, mux: http.NewServeMux()}
	var err error
	if s.pages, err = parsePages(); err != nil {
		return nil, err
	}
	if s.files, err = readFiles(c.Dist); err != nil {
		return nil, err
	}
	if s.shell, err = readShell(c.Dist); err != nil {
		return nil, err
	}
	s.mux.HandleFunc("GET /assets/", s.asset)
	// Browsers ask for it on pages that name no icon, such as a letter's and those of a form.
	s.mux.Handle("GET /favicon.ico", http.RedirectHandler("/icon.svg", http.StatusMovedPermanently))
	s.mux.HandleFunc("GET /robots.txt", s.robots)
	s.mux.HandleFunc("GET /site/{name}", s.picture)
	s.mux.HandleFunc("GET "+showcase.LogoPath+"{id}/{hash}", s.logo)
	s.mux.HandleFunc("GET /sitemap.xml", s.page(s.sitemap))
	s.mux.HandleFunc("GET /about", s.page(s.landing))
	s.mux.HandleFunc("GET /prices", s.page(s.prices))
	s.mux.HandleFunc("GET /clients", s.page(s.clients))
	s.mux.HandleFunc("GET /status", s.page(s.status))
	s.mux.HandleFunc("GET /docs/{name}", s.page(s.document))
	s.mux.HandleFunc("GET /docs/{name}/{version}", s.page(s.document))
	s.mux.HandleFunc("GET /{$}", s.home)
	s.mux.HandleFunc("GET /", s.cabinet)
	return s, nil
}

// ServeHTTP serves a page or a file.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if l, ok := lang.Parse(r.URL.Query().Get("lang")); ok && r.Method == http.MethodGet {
		http.SetCookie(w, &http.Cookie{Name: visit.LangCookie, Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600, SameSite: http.SameSiteLaxMode})
	}
	s.mux.ServeHTTP(w, r)
}

// home is the public page for visitors and the cabinet for people who are signed in.
func (s *Site) home(w http.ResponseWriter, r *http.Request) {
	p := s.person(r)
	if p.Me == nil {
		s.page(s.landing)(w, r)
		return
	}
	s.serveShell(w, r, p)
}

// cabinet answers every address that the browser's own router knows. Files of the bundle's root (the icon) come first. Those who
// are signed in are told by the cabinet that a page is not there, visitors by a public page.
func (s *Site) cabinet(w http.ResponseWriter, r *http.Request) {
	if s.files.has(r.URL.Path) {
		s.files.serve(w, r, "public, max-age=3600")
		return
	}
	p := s.person(r)
	if p.Me == nil && s.shell != nil && !s.shell.knows(r.URL.Path) {
		s.absent(w, s.view(r))
		return
	}
	s.serveShell(w, r, p)
}

func (s *Site) person(r *http.Request) Person {
	p, err := s.Who(r)
	if err != nil {
		v := visit.From(r.Context())
		s.Log.Error("the session of a page was not read", "request", v.Request, "error", err)
		return Person{}
	}
	return p
}

// picture gives a picture of the public pages.
func (s *Site) picture(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=86400")
	http.ServeFileFS(w, r, pictures, "picture/"+r.PathValue("name"))
}
