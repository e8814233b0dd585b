package program

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Client is a person or a program that speaks to the API with a session of its own.
type Client struct {
	base string
	http *http.Client
	Key  string // API key; empty for a session by cookie
}

// Doc is any JSON object.
type Doc map[string]any

// NewClient returns a client that is not signed in.
func (p *Program) NewClient(t testing.TB) *Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &Client{base: p.URL, http: &http.Client{Jar: jar, Timeout: Patience}}
}

// Stranger returns a client of the same program that is not signed in.
func (c *Client) Stranger(t testing.TB) *Client {
	t.Helper()
	return (&Program{URL: c.base}).NewClient(t)
}

// Call sends JSON and expects one of the statuses (2xx if none is given). It returns the answer and its status.
func (c *Client) Call(t testing.TB, method, path string, in any, statuses ...int) (Doc, int) {
	t.Helper()
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		require.NoError(t, err)
		body = bytes.NewReader(b)
	}
	raw, status := c.Raw(t, method, path, "application/json", body, statuses...)
	return decode(t, raw), status
}

// decode reads an object; anything else (an empty answer, a list, a file) is an empty one.
func decode(t testing.TB, raw []byte) Doc {
	t.Helper()
	out := Doc{}
	if len(raw) > 0 && raw[0] == '{' {
		require.NoError(t, json.Unmarshal(raw, &out))
	}
	return out
}

// Do sends any body with further headers, names and values in turn, and returns the answer whatever it is, its body read.
func (c *Client) Do(t testing.TB, method, path, contentType string, body io.Reader, header ...string) ([]byte, *http.Response) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, c.base+path, body)
	require.NoError(t, err)
	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	if c.Key != "" {
		req.Header.Set("Authorization", "Bearer "+c.Key)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.http.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return raw, resp
}

// Raw sends any body and returns the bytes of the answer. It expects one of the statuses, 2xx if none is given.
func (c *Client) Raw(t testing.TB, method, path, contentType string, body io.Reader, statuses ...int) ([]byte, int) {
	t.Helper()
	raw, resp := c.Do(t, method, path, contentType, body)
	if len(statuses) == 0 {
		require.Equal(t, 2, resp.StatusCode/100, "%s %s: %s %s", method, path, resp.Status, raw)
	} else {
		require.Contains(t, statuses, resp.StatusCode, "%s %s: %s", method, path, raw)
	}
	return raw, resp.StatusCode
}

// Get reads one object.
func (c *Client) Get(t testing.TB, path string) Doc {
	t.Helper()
	d, _ := c.Call(t, http.MethodGet, path, nil)
	return d
}

// Post sends one object.
func (c *Client) Post(t testing.TB, path string, in any) Doc {
	t.Helper()
	d, _ := c.Call(t, http.MethodPost, path, in)
	return d
}

// Items returns the items of a list answer.
func (d Doc) Items() []Doc {
	raw, _ := d["items"].([]any)
	items := make([]Doc, 0, len(raw))
	for _, r := range raw {
		if m, ok := r.(map[string]any); ok {
			items = append(items, m)
		}
	}
	return items
}

// At reads a value by a dotted path; nil when there is none.
func (d Doc) At(path string) any {
	var v any = map[string]any(d)
	for name := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

// Text reads a value as text, "" when there is none.
func (d Doc) Text(path string) string {
	if v := d.At(path); v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

// Number reads a number, 0 when there is none.
func (d Doc) Number(path string) int {
	n, _ := d.At(path).(float64)
	return int(n)
}
