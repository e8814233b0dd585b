package site_test

import (
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/db/dbtest"
	"keruen/internal/lang"
	"keruen/internal/showcase"
	"keruen/internal/site"
	"keruen/internal/status"
	"keruen/internal/terms"
	"keruen/internal/visit"
)

const index = `<html lang="{{.Lang}}" data-scheme="{{.Scheme}}"><meta name="csp-nonce" content="{{.Nonce}}">{{.Preloads}}` +
	`<script nonce="{{.Nonce}}"></script><script type="application/json" id="boot">{{.Boot}}</script></html>`

const preload = `{"shared":["/assets/vendor.js"],"fonts":{"ru":["/assets/latin.woff2"]},"langs":{"ru":["/assets/ru.js"]},"routes":[
	{"path":"/contacts","scripts":["/assets/contacts.js"],"styles":["/assets/contacts.css"],"texts":{"ru":["/assets/contact-ru.js"]}},
	{"path":"/contacts/$id","scripts":["/assets/card.js"],"styles":[],"texts":{}},
	{"path":"/contacts/new","scripts":["/assets/new.js"],"styles":[],"texts":{}}]}`

func bundle() fstest.MapFS {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"index.html": file(index), "preload.json": file(preload), "icon.svg": file("<svg/>"), ".vite/manifest.json": file("{}"),
		"assets/a-1.js": file("plain"), "assets/a-1.js.br": file("brotli"), "assets/a-1.js.gz": file("gzip"), "assets/f-1.woff2": file("font"),
	}
}

func open(t *testing.T, dist fs.FS, p site.Person) http.Handler {
	t.Helper()
	documents, err := terms.New(nil, clock.Real{}, nil, terms.Operator{})
	require.NoError(t, err)
	log := slog.New(slog.DiscardHandler)
	d := dbtest.Open(t, dbtest.SQLite(t), clock.Real{})
	return made(t, site.Config{Log: log, Dist: dist, Terms: documents, Product: "Keruen", Version: "1", BaseURL: "https://mail.example.kz",
		Status: status.New(d, clock.Real{}, log), Clients: showcase.New(d, clock.Real{}, nil),
		Who: func(*http.Request) (site.Person, error) { return p, nil }})
}

func made(t *testing.T, c site.Config) http.Handler {
	t.Helper()
	s, err := site.New(c)
	require.NoError(t, err)
	return visit.Wrap(visit.Config{Log: c.Log}, s)
}

func fetch(t *testing.T, h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var somebody = site.Person{Me: map[string]string{"email": "</script><b>"}, Lang: lang.Russian}

func TestAssetsAreServedCompressedAndForEver(t *testing.T) {
	t.Parallel()
	h := open(t, bundle(), site.Person{})
	for accept, want := range map[string]string{"gzip, br": "brotli", "gzip": "gzip", "": "plain", "br;q=0, gzip": "gzip", "identity": "plain"} {
		w := fetch(t, h, "/assets/a-1.js", "Accept-Encoding", accept)
		require.Equal(t, want, w.Body.String(), accept)
		require.Equal(t, "text/javascript; charset=utf-8", w.Header().Get("Content-Type"))
		require.Contains(t, w.Header().Get("Cache-Control"), "immutable")
		require.Contains(t, w.Header().Values("Vary"), "Accept-Encoding")
	}
	require.Equal(t, "font/woff2", fetch(t, h, "/assets/f-1.woff2").Header().Get("Content-Type"))
	require.Equal(t, "<svg/>", fetch(t, h, "/icon.svg").Body.String())
	require.Equal(t, "/icon.svg", fetch(t, h, "/favicon.ico").Header().Get("Location"), "asked for by browsers on pages without an icon")
}

func TestWhatOnlyTheServerReadsIsNotGivenOut(t *testing.T) {
	t.Parallel()
	h := open(t, bundle(), somebody)
	for _, path := range []string{"/preload.json", "/index.html", "/.vite/manifest.json"} {
		w := fetch(t, h, path)
		require.Contains(t, w.Body.String(), `id="boot"`, "%s is the cabinet's page", path)
	}
	for _, path := range []string{"/assets/gone.js", "/assets/a-1.js.br", "/assets/"} {
		require.Equal(t, http.StatusNotFound, fetch(t, h, path).Code, path)
	}
}

func TestThePageOfTheCabinetHasOneNonceAndNoWayForDataToBecomeMarkup(t *testing.T) {
	t.Parallel()
	h := open(t, bundle(), somebody)
	first, second := fetch(t, h, "/contacts", "Cookie", "scheme=dark"), fetch(t, h, "/contacts")
	nonce := regexp.MustCompile(`nonce="([^"]+)"`).FindStringSubmatch(first.Body.String())[1]
	require.Contains(t, first.Header().Get("Content-Security-Policy"), "script-src 'self' 'nonce-"+nonce+"'")
	require.NotContains(t, second.Body.String(), nonce, "every page has another one")
	require.Contains(t, first.Body.String(), `data-scheme="dark"`)
	require.NotContains(t, first.Body.String(), "</script><b>")
	require.Contains(t, first.Header().Get("Cache-Control"), "no-store")
}

func TestThePageNamesTheFilesOfTheRequestedRoute(t *testing.T) {
	t.Parallel()
	h := open(t, bundle(), somebody)
	list := fetch(t, h, "/contacts").Body.String()
	require.Contains(t, list, `href="/assets/contacts.js"`)
	require.Contains(t, list, `<link rel="stylesheet" crossorigin href="/assets/contacts.css">`)
	require.Contains(t, list, `href="/assets/contact-ru.js"`)
	require.Contains(t, list, `as="font"`)
	require.Contains(t, fetch(t, h, "/contacts/ctc_1").Body.String(), "card.js")
	require.Contains(t, fetch(t, h, "/contacts/new").Body.String(), "new.js", "a route without a parameter goes first")
	require.NotContains(t, fetch(t, h, "/elsewhere").Body.String(), "contacts.js")
}

// SUP-2
func TestThePublicPagesAreThereInThreeLanguages(t *testing.T) {
	t.Parallel()
	h := open(t, bundle(), site.Person{})
	for _, l := range lang.All {
		w := fetch(t, h, "/?lang="+string(l))
		require.Equal(t, http.StatusOK, w.Code)
		require.Contains(t, w.Body.String(), `<html lang="`+string(l)+`"`)
		require.Contains(t, w.Header().Get("Set-Cookie"), "lang="+string(l))
		require.NotContains(t, w.Body.String(), "<script")
		for _, name := range slices.Concat(terms.Names, terms.Notices) {
			d := fetch(t, h, "/docs/"+name+"?lang="+string(l))
			require.Equal(t, http.StatusOK, d.Code, "%s in %s", name, l)
			require.Regexp(t, `SHA-256: [0-9a-f]{64}`, d.Body.String())
		}
	}
	require.Equal(t, http.StatusNotFound, fetch(t, h, "/docs/offer/999").Code)
	require.Contains(t, fetch(t, h, "/robots.txt").Body.String(), "Disallow: /")
}

func TestAProgramWithoutItsCabinetSaysHowToBuildIt(t *testing.T) {
	t.Parallel()
	h := open(t, fstest.MapFS{".gitkeep": &fstest.MapFile{}}, somebody)
	w := fetch(t, h, "/contacts")
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.Contains(t, w.Body.String(), "make build")
	require.Equal(t, http.StatusOK, fetch(t, open(t, fstest.MapFS{}, site.Person{}), "/").Code, "the public page needs no bundle")
}
