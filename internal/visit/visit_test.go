package visit_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/lang"
	"keruen/internal/visit"
)

func seen(t *testing.T, c visit.Config, change func(*http.Request)) visit.Visit {
	t.Helper()
	c.Log = slog.New(slog.DiscardHandler)
	var v visit.Visit
	h := visit.Wrap(c, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { v = visit.From(r.Context()) }))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = "10.0.0.1:4000"
	change(r)
	h.ServeHTTP(httptest.NewRecorder(), r)
	return v
}

func TestForwardingHeadersAreBelievedFromTrustedProxiesOnly(t *testing.T) {
	t.Parallel()
	forwarded := func(r *http.Request) {
		r.Header.Set("X-Forwarded-For", "6.6.6.6, 203.0.113.9, 10.0.0.2")
		r.Header.Set("X-Forwarded-Proto", "https")
	}

	direct := seen(t, visit.Config{}, forwarded)
	require.Equal(t, "10.0.0.1", direct.IP.String())
	require.False(t, direct.Secure)

	proxied := seen(t, visit.Config{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, forwarded)
	require.Equal(t, "203.0.113.9", proxied.IP.String(), "what the client itself wrote before its address is not believed")
	require.True(t, proxied.Secure)
}

func TestTheChosenLanguageBeatsThatOfTheBrowser(t *testing.T) {
	t.Parallel()
	v := seen(t, visit.Config{}, func(r *http.Request) { r.Header.Set("Accept-Language", "en-US,en;q=0.9") })
	require.Equal(t, lang.English, v.Lang)
	v = seen(t, visit.Config{}, func(r *http.Request) {
		r.Header.Set("Accept-Language", "en-US")
		r.AddCookie(&http.Cookie{Name: visit.LangCookie, Value: "kk"})
	})
	require.Equal(t, lang.Kazakh, v.Lang)
}

func TestACrashIsAnsweredAndLoggedAndNamesTheRequest(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := visit.Wrap(visit.Config{Log: slog.New(slog.NewTextHandler(&log, nil))},
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))

	require.Equal(t, http.StatusInternalServerError, w.Code)
	id := w.Header().Get("X-Request-Id")
	require.NotEmpty(t, id)
	require.Contains(t, w.Body.String(), id)
	require.Contains(t, log.String(), id)
	require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
}

func TestTheLogHoldsThePatternOfARouteAndNotItsTokens(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	mux := http.NewServeMux()
	mux.HandleFunc("GET /t/{token}", func(http.ResponseWriter, *http.Request) {})
	h := visit.Wrap(visit.Config{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}, mux)
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/t/secret-token", nil))

	require.NotContains(t, log.String(), "secret-token")
	require.Contains(t, log.String(), "/t/{token}")
}
