package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/app"
	"keruen/internal/config"
	"keruen/internal/db/dbtest"
	"keruen/internal/id"
	"keruen/internal/sandbox"
	"keruen/internal/secret"
)

// each runs a test of the whole program on both engines.
func each(t *testing.T, test func(t *testing.T, a *app.App)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, start(t, dbtest.SQLite(t), nil)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, start(t, dbtest.Postgres(t), nil)) })
}

// calm is a pretend world in which nobody has troubles and nobody does anything unasked.
func calm(c *sandbox.Config) {
	c.Shares, c.Habits = &sandbox.Shares{}, &sandbox.Habits{}
}

// start runs the program on a free port, in the pretend world, with cheap password hashes.
func start(t *testing.T, database string, change map[string]string) *app.App {
	t.Helper()
	a, err := app.New(t.Context(), settings(t, database, change), app.Options{Passwords: &secret.Weak, World: calm})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	require.NoError(t, a.Start(t.Context()))
	return a
}

func settings(t *testing.T, database string, change map[string]string) config.Config {
	t.Helper()
	flags := map[string]string{"listen": "127.0.0.1:0", "data": t.TempDir(), "database": database, "sandbox": "true"}
	for k, v := range change {
		flags[k] = v
	}
	c, err := config.Load(config.Sources{File: "testdata/empty.toml", Flags: flags})
	require.NoError(t, err)
	return c
}

// browser is somebody with an own cookie jar, or with a key.
type browser struct {
	t      *testing.T
	url    string
	cookie string
	bearer string
}

const goodPassword = "a long enough password"

// member makes a login with an account of its own (or in one that is given) and signs it in.
func member(t *testing.T, a *app.App, email string, role access.Role, in id.Tenant) (*browser, id.Tenant) {
	t.Helper()
	_, account, err := a.Access.CreateMember(t.Context(), access.NewMember{Email: email, Password: goodPassword, Role: role, Tenant: in, Account: "Account of " + email})
	require.NoError(t, err)
	b := &browser{t: t, url: a.URL}
	got := b.post("/auth/sign-in", map[string]any{"email": email, "password": goodPassword})
	require.Equal(t, http.StatusOK, got.status, got.text)
	return b, account
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	text   string
	t      *testing.T
}

// into decodes the body.
func (a answer) json() map[string]any {
	a.t.Helper()
	var v map[string]any
	require.NoError(a.t, json.Unmarshal([]byte(a.text), &v), a.text)
	return v
}

// str digs a text out of the body: str("me", "member", "email").
func (a answer) str(path ...string) string {
	a.t.Helper()
	var v any = a.json()
	for _, step := range path {
		m, ok := v.(map[string]any)
		require.True(a.t, ok, "%v in %s", path, a.text)
		v = m[step]
	}
	s, ok := v.(string)
	require.True(a.t, ok, "%v in %s", path, a.text)
	return s
}

func (b *browser) get(path string) answer { return b.do(http.MethodGet, path, nil, nil) }
func (b *browser) post(path string, body any, header ...string) answer {
	return b.do(http.MethodPost, path, body, header)
}
func (b *browser) patch(path string, body any, header ...string) answer {
	return b.do(http.MethodPatch, path, body, header)
}

// do makes one request of the API. A string body is sent as it is. header holds names and values in turn.
func (b *browser) do(method, path string, body any, header []string) answer {
	b.t.Helper()
	var r io.Reader
	contentType := "application/json"
	switch v := body.(type) {
	case nil:
	case string:
		r, contentType = strings.NewReader(v), "text/csv"
	default:
		raw, err := json.Marshal(v)
		require.NoError(b.t, err)
		r = bytes.NewReader(raw)
	}
	ctx, cancel := context.WithTimeout(b.t.Context(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, b.url+"/api/v1"+path, r)
	require.NoError(b.t, err)
	if r != nil {
		req.Header.Set("Content-Type", contentType)
	}
	if b.cookie != "" {
		req.Header.Set("Cookie", b.cookie)
	}
	if b.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+b.bearer)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(b.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(b.t, err)
	for _, c := range resp.Cookies() {
		b.cookie = c.Name + "=" + c.Value
	}
	return answer{status: resp.StatusCode, header: resp.Header, text: string(text), t: b.t}
}
