package mtasts

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"keruen/internal/mail/mx"
)

// Fetcher gets policies over HTTPS. The host is a stranger's choice, so it is dialled at public
// addresses only, unless AllowPrivate says so. Safe for concurrent use.
type Fetcher struct {
	Addrs        func(ctx context.Context, host string) ([]netip.Addr, error) // (*mx.Resolver).Addrs
	AllowPrivate bool
	Roots        *x509.CertPool // nil: those of the system
	Port         int            // 0 is 443
	Timeout      time.Duration  // of the whole; 0 is 10 s
}

// Fetch returns the text of the domain's policy. The certificate must be good for mta-sts.<domain>,
// redirects are not followed, and nothing but 200 and text/plain counts (RFC 8461 §3.3).
func (f *Fetcher) Fetch(ctx context.Context, domain string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, or(f.Timeout, 10*time.Second))
	defer cancel()
	host := "mta-sts." + domain
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, (&url.URL{Scheme: "https", Host: host, Path: "/.well-known/mta-sts.txt"}).String(), nil)
	if err != nil {
		return nil, fmt.Errorf("fetch policy: %w", err)
	}
	t := &http.Transport{
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return f.dial(ctx, host) },
		TLSClientConfig:   &tls.Config{RootCAs: f.Roots, ServerName: host, MinVersion: tls.VersionTLS12},
		DisableKeepAlives: true, MaxResponseHeaderBytes: 16 << 10,
	}
	defer t.CloseIdleConnections()
	resp, err := t.RoundTrip(req) // by itself it follows no redirect and keeps no cookie
	if err != nil {
		return nil, fmt.Errorf("fetch policy: %w", err)
	}
	defer resp.Body.Close()
	return policyText(resp)
}

func policyText(resp *http.Response) ([]byte, error) {
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch policy: the answer is %d", resp.StatusCode)
	}
	if kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || kind != "text/plain" {
		return nil, errors.New("fetch policy: the answer is not text/plain")
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("fetch policy: %w", err)
	}
	return body, nil
}

func (f *Fetcher) dial(ctx context.Context, host string) (net.Conn, error) {
	addrs, err := f.Addrs(ctx, host)
	if err != nil {
		return nil, err
	}
	last := errors.New("the policy host has private addresses only")
	for i, a := range addrs {
		if i == 4 {
			break
		}
		if !f.AllowPrivate && !mx.Public(a) {
			continue
		}
		// One silent address must not use up the time of the others.
		d := net.Dialer{Timeout: or(f.Timeout, 10*time.Second) / 3}
		conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(a.String(), strconv.Itoa(or(f.Port, 443))))
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, last
}

func or[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}
