// Package visit knows who stands behind an HTTP request: address, browser, language, and whether it came by HTTPS.
//
// Wrap is the outermost handler of the web server. What it finds travels in the context of the request to
// the edges (api, site, track), which turn it into an access.Actor by the session or the key.
package visit

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/lang"
	"keruen/internal/secret"
)

// SessionCookie holds the token of a session; LangCookie and SchemeCookie what the person chose, written by the cabinet too.
const (
	SessionCookie = "keruen_session"
	LangCookie    = "lang"
	SchemeCookie  = "scheme"
)

// Visit is one request as the edges see it.
type Visit struct {
	access.Visitor
	Request string // names the request in the log and to support
	Secure  bool   // the browser speaks HTTPS, with us or with the proxy in front
}

type key struct{}

// From returns the visit of a request; the zero Visit outside of one.
func From(ctx context.Context) Visit {
	v, _ := ctx.Value(key{}).(Visit)
	return v
}

// Config says whom to believe and where to write.
type Config struct {
	Trusted []netip.Prefix // proxies whose forwarding headers are believed
	Log     *slog.Logger
}

// Wrap names each request, finds out who asks, adds the headers that every answer carries, catches panics
// and writes one line to the log. The line has the pattern of the route, not the path: paths hold tokens.
func Wrap(c Config, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		v := c.visit(r)
		r = r.WithContext(context.WithValue(r.Context(), key{}, v))
		headers(w.Header(), v)
		rec := &recorder{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				c.crashed(rec, v, p)
			}
			c.Log.LogAttrs(r.Context(), level(rec.status), "request", slog.String("request", v.Request),
				slog.String("method", r.Method), slog.String("route", r.Pattern), slog.Int("status", rec.status),
				slog.Duration("took", time.Since(began)))
		}()
		next.ServeHTTP(rec, r)
	})
}

func headers(h http.Header, v Visit) {
	h.Set("X-Request-Id", v.Request)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
	if v.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

func level(status int) slog.Level {
	if status >= 500 {
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

// crashed answers for a handler that panicked. http.ErrAbortHandler is a handler's wish to cut the connection.
func (c Config) crashed(rec *recorder, v Visit, p any) {
	if p == http.ErrAbortHandler {
		panic(p)
	}
	c.Log.Error("a handler crashed", "request", v.Request, "panic", p, "stack", string(debug.Stack()))
	if rec.status == 0 {
		http.Error(rec, "The server failed. Quote the request "+v.Request+" to support.", http.StatusInternalServerError)
	}
}

func (c Config) visit(r *http.Request) Visit {
	v := Visit{Request: secret.NewToken()[:12], Secure: r.TLS != nil}
	v.UserAgent = r.UserAgent()
	v.IP = c.address(r, &v.Secure)
	v.Lang = language(r)
	return v
}

// address returns the client's address: the peer's, or, when the peer is a trusted proxy, the last one in
// X-Forwarded-For that is not a trusted proxy itself. Everything before that one may be invented.
func (c Config) address(r *http.Request, secure *bool) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	peer, err := netip.ParseAddr(host)
	if err != nil || !c.trusts(peer) {
		return peer.Unmap()
	}
	*secure = *secure || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
	chain := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(chain) - 1; i >= 0; i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(chain[i]))
		if err != nil {
			break
		}
		if peer = a; !c.trusts(a) {
			break
		}
	}
	return peer.Unmap()
}

func (c Config) trusts(a netip.Addr) bool {
	for _, p := range c.Trusted {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// language is what the person chose, else what the browser asks for, else Russian.
func language(r *http.Request) lang.Lang {
	if c, err := r.Cookie(LangCookie); err == nil {
		if l, ok := lang.Parse(c.Value); ok {
			return l
		}
	}
	return lang.FromHeader(r.Header.Get("Accept-Language"))
}

// recorder remembers the status. Unwrap lets http.ResponseController reach flushing and deadlines.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
