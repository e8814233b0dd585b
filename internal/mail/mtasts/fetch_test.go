package mtasts_test

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/mail/mtasts"
	"keruen/test/authority"
)

// site serves HTTPS with a certificate for mta-sts.d.test, and a fetcher that finds it.
func site(t *testing.T, h http.HandlerFunc) *mtasts.Fetcher {
	t.Helper()
	ca := authority.New(t, time.Now())
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{ca.Issue(t, "mta-sts.d.test")}}
	s.StartTLS()
	t.Cleanup(s.Close)
	at := netip.MustParseAddrPort(s.Listener.Addr().String())
	return &mtasts.Fetcher{
		Addrs:        func(context.Context, string) ([]netip.Addr, error) { return []netip.Addr{at.Addr()}, nil },
		AllowPrivate: true, Roots: ca.Pool(), Port: int(at.Port()),
	}
}

// MSG-4 (RFC 8461 §3.3)
func TestAPolicyComesOverHTTPSFromItsOwnHost(t *testing.T) {
	t.Parallel()
	f := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Host != "mta-sts.d.test" || r.URL.Path != "/.well-known/mta-sts.txt" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, policy("enforce", "mx.d.test"))
	})
	body, err := f.Fetch(t.Context(), "d.test")
	require.NoError(t, err)
	require.Equal(t, policy("enforce", "mx.d.test"), string(body))

	_, err = f.Fetch(t.Context(), "other.test")
	require.ErrorContains(t, err, "certificate", "the certificate is of another name")
	f.Roots = authority.New(t, time.Now()).Pool()
	_, err = f.Fetch(t.Context(), "d.test")
	require.ErrorContains(t, err, "certificate", "nobody known vouches for it")
}

func TestAPolicyHostOnAPrivateAddressIsNotAsked(t *testing.T) {
	t.Parallel()
	asked := false
	f := site(t, func(http.ResponseWriter, *http.Request) { asked = true })
	f.AllowPrivate = false
	_, err := f.Fetch(t.Context(), "d.test")
	require.ErrorContains(t, err, "private")
	require.False(t, asked)
}

func TestAnswersThatAreNoPolicyAreRefused(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"elsewhere": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/policy.txt", http.StatusFound) },
		"gone":      func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) },
		"html":      func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
	} {
		_, err := site(t, h).Fetch(t.Context(), "d.test")
		require.ErrorContains(t, err, "the answer is", name)
	}
	body, err := site(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, policy("enforce", "mx.d.test")+strings.Repeat("x: y\n", 1<<20))
	}).Fetch(t.Context(), "d.test")
	require.NoError(t, err)
	require.Len(t, body, 64<<10+1, "no more is read than shows that it is too much")
	_, err = mtasts.Parse(body)
	require.Error(t, err)
}

func TestAPolicyHostThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	f := site(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	f.Timeout = 150 * time.Millisecond
	_, err := f.Fetch(t.Context(), "d.test")
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
