package site

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"keruen/internal/lang"
	"keruen/internal/secret"
	"keruen/internal/visit"
)

// shell is the page of the cabinet. A nil shell means that the bundle was not built.
type shell struct {
	page     string
	preloads preloads
}

// preloads is preload.json of the bundle: which files a route needs, so that the page can name them at once.
type preloads struct {
	Fonts  map[lang.Lang][]string `json:"fonts"`
	Langs  map[lang.Lang][]string `json:"langs"`
	Routes []route                `json:"routes"`
}

type route struct {
	Path    string                 `json:"path"` // "/contacts/$id"
	Scripts []string               `json:"scripts"`
	Styles  []string               `json:"styles"`
	Texts   map[lang.Lang][]string `json:"texts"`
}

func readShell(dist fs.FS) (*shell, error) {
	page, err := fs.ReadFile(dist, "index.html")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the cabinet's page: %w", err)
	}
	s := &shell{page: string(page)}
	raw, err := fs.ReadFile(dist, "preload.json")
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil // slower to start, right all the same
	}
	if err == nil {
		err = json.Unmarshal(raw, &s.preloads)
	}
	if err != nil {
		return nil, fmt.Errorf("read preload.json of the cabinet: %w", err)
	}
	return s, nil
}

// boot is what the browser knows without asking; see web/src/app/boot.ts.
type boot struct {
	Me      any       `json:"me"`
	Lang    lang.Lang `json:"lang"`
	Product string    `json:"product"`
	Version string    `json:"version"`
	Sandbox string    `json:"sandbox"`
}

// serveShell writes the cabinet's page for one person. It is never stored: it holds who is signed in.
func (s *Site) serveShell(w http.ResponseWriter, r *http.Request, p Person) {
	if s.shell == nil {
		s.unbuilt(w)
		return
	}
	l := p.Lang
	if l == "" {
		l = visit.From(r.Context()).Lang
	}
	b, err := json.Marshal(boot{Me: p.Me, Lang: l, Product: s.Product, Version: s.Version, Sandbox: s.Sandbox}) // < > & are escaped
	if err != nil {
		s.Log.Error("the cabinet's page was not made", "error", err)
		http.Error(w, "The server failed.", http.StatusInternalServerError)
		return
	}
	nonce := secret.NewToken()
	page := strings.NewReplacer(
		"{{.Nonce}}", nonce,
		"{{.Lang}}", string(l),
		"{{.Scheme}}", scheme(r),
		"<!--{{.Preloads}}-->", s.shell.links(l, r.URL.Path),
		"{{.Preloads}}", s.shell.links(l, r.URL.Path),
		"{{.Boot}}", string(b),
	).Replace(s.shell.page)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-cache, no-store, private")
	h.Add("Vary", "Cookie, Accept-Language")
	h.Set("Content-Security-Policy", cabinetPolicy(nonce))
	_, _ = w.Write([]byte(page))
}

// cabinetPolicy lets nothing in from elsewhere. The kit writes style attributes, which no nonce can allow.
func cabinetPolicy(nonce string) string {
	n := "'nonce-" + nonce + "'"
	return "default-src 'self'; script-src 'self' " + n + "; style-src 'self' " + n + "; style-src-attr 'unsafe-inline'; " +
		"img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self'; object-src 'none'; " +
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}

// scheme is the colour scheme that the person chose in this browser.
func scheme(r *http.Request) string {
	c, err := r.Cookie(visit.SchemeCookie)
	if err != nil || !slices.Contains([]string{"light", "dark"}, c.Value) {
		return "auto"
	}
	return c.Value
}

// links names the files that the requested route needs.
func (s *shell) links(l lang.Lang, path string) string {
	var b strings.Builder
	seen := map[string]bool{}
	add := func(format string, names []string) {
		for _, n := range names {
			if !seen[n] {
				seen[n] = true
				fmt.Fprintf(&b, format, html.EscapeString(n))
			}
		}
	}
	const module = `<link rel="modulepreload" crossorigin href="%s">`
	add(`<link rel="preload" as="font" type="font/woff2" crossorigin href="%s">`, s.preloads.Fonts[l])
	add(module, s.preloads.Langs[l])
	if r, ok := s.preloads.route(path); ok {
		add(`<link rel="stylesheet" crossorigin href="%s">`, r.Styles)
		add(module, r.Scripts)
		add(module, r.Texts[l])
	}
	return b.String()
}

// route finds the route of a path; one without parameters goes before one with.
func (p preloads) route(path string) (route, bool) {
	best, found := route{}, false
	for _, r := range p.Routes {
		if !matches(r.Path, path) || found && strings.Count(r.Path, "$") >= strings.Count(best.Path, "$") {
			continue
		}
		best, found = r, true
	}
	return best, found
}

// knows tells whether the browser's router has a route for a path; when the bundle does not say, that is up to the router.
func (s *shell) knows(path string) bool {
	if _, ok := s.preloads.route(path); ok || len(s.preloads.Routes) == 0 {
		return true
	}
	above := strings.TrimSuffix(path, "/") + "/" // "/settings" leads to one of its pages
	return slices.ContainsFunc(s.preloads.Routes, func(r route) bool { return strings.HasPrefix(r.Path, above) })
}

// matches compares a path with a pattern of the browser's router: "$id" stands for one step.
func matches(pattern, path string) bool {
	want, have := strings.Split(strings.Trim(pattern, "/"), "/"), strings.Split(strings.Trim(path, "/"), "/")
	if len(want) != len(have) {
		return false
	}
	for i := range want {
		if want[i] != have[i] && !(strings.HasPrefix(want[i], "$") && have[i] != "") {
			return false
		}
	}
	return true
}

// unbuilt explains a program that was built without its cabinet.
func (s *Site) unbuilt(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte("The cabinet is not inside this program: it was built without the bundle.\n\n" +
		"In the source folder say:   make build\n(or: cd web && npm ci && npm run build && cd .. && go build ./cmd/keruen)\n\n" +
		"The API works all the same: /api/v1/openapi.json\n"))
}
