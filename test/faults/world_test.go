// Package faults does to the running program what happens to every program: files that are broken, disks that fill up, a database
// that goes away, requests that come twice, people with bad intentions. Each ends in a clear message, and nothing is lost.
package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/test/program"
)

// start runs a program with an account, signed in.
func start(t *testing.T, s program.Settings) (*program.Program, *program.Client) {
	t.Helper()
	if s == nil {
		s = program.Settings{}
	}
	s["dns.allow_private"] = "true"
	p := program.New(t, s)
	p.Start(t)
	return p, p.Member(t, "owner@keruen.test")
}

// upload sends a file and returns the answer, whatever it is.
func upload(t *testing.T, c *program.Client, name string, file io.Reader) (program.Doc, int) {
	t.Helper()
	return ask(t, c, "POST", "/api/v1/imports?filename="+url.QueryEscape(name), "application/octet-stream", file)
}

// ask sends any body and returns the answer, whatever it is. What is refused must be a problem in words.
func ask(t *testing.T, c *program.Client, method, path, contentType string, body io.Reader, header ...string) (program.Doc, int) {
	t.Helper()
	raw, resp := c.Do(t, method, path, contentType, body, header...)
	d := program.Doc{}
	if resp.StatusCode >= 400 {
		require.Equal(t, "application/problem+json", resp.Header.Get("Content-Type"), "%s %s: %s %s", method, path, resp.Status, raw)
	}
	if len(raw) > 0 && raw[0] == '{' {
		require.NoError(t, json.Unmarshal(raw, &d))
	}
	if resp.StatusCode >= 400 {
		require.NotEmpty(t, d.Text("code"))
		require.Greater(t, len(d.Text("detail")), 20, "a refusal says what is wrong and what to do: %s", raw)
	}
	return d, resp.StatusCode
}

// post sends JSON with further headers and returns the answer, whatever it is.
func post(t *testing.T, c *program.Client, path string, in any, header ...string) (program.Doc, int) {
	t.Helper()
	b, err := json.Marshal(in)
	require.NoError(t, err)
	return ask(t, c, "POST", path, "application/json", bytes.NewReader(b), header...)
}

// groups returns the causes of rejected rows by code: count and lines of the file.
func groups(im program.Doc) map[string][]int {
	out := map[string][]int{}
	list, _ := im["error_groups"].([]any)
	for _, raw := range list {
		g := program.Doc(raw.(map[string]any))
		rows := []int{}
		examples, _ := g["examples"].([]any)
		for _, e := range examples {
			rows = append(rows, program.Doc(e.(map[string]any)).Number("row"))
		}
		out[g.Text("code")] = rows
	}
	return out
}

// names returns the first name of every contact by address.
func names(t *testing.T, c *program.Client) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, d := range all(t, c, "/api/v1/contacts?limit=200") {
		out[d.Text("email")] = d.Text("first_name")
	}
	return out
}

// all reads every page of a list.
func all(t *testing.T, c *program.Client, path string) []program.Doc {
	t.Helper()
	var out []program.Doc
	for cursor := ""; ; {
		d := c.Get(t, path+"&cursor="+url.QueryEscape(cursor))
		out = append(out, d.Items()...)
		if cursor = d.Text("next"); cursor == "" {
			return out
		}
	}
}

// people writes a CSV of n contacts whose addresses begin with head.
func people(head string, n int) []byte {
	var b strings.Builder
	b.WriteString("E-mail;Имя\n")
	for i := range n {
		fmt.Fprintf(&b, "%s%06d@alpha.test;Имя%d\n", head, i, i)
	}
	return []byte(b.String())
}

// plain is a letter that anybody may get.
func plain(subject string) program.Doc {
	return program.Doc{"subject": subject, "preheader": "", "html": "", "text": "Новости для {{first_name|вас}}"}
}

// accounted holds a finished campaign against what the mail server got: everybody is delivered or known by name, and nobody
// got two letters.
func accounted(t *testing.T, done program.Doc, s *program.Sink, total int) {
	t.Helper()
	counts := func(state string) int { return done.Number("counts." + state) }
	require.Equal(t, total, counts("total"), "%v", done["counts"])
	require.Equal(t, total, counts("delivered")+counts("unknown"), "everybody is accounted for: %v", done["counts"])
	got := s.Letters()
	require.GreaterOrEqual(t, len(got), counts("delivered"), "who counts as delivered has a letter")
	for who, n := range got {
		require.Equal(t, 1, n, "%s got several letters", who)
	}
}

func statusOf(t *testing.T, c *program.Client, path string) int {
	t.Helper()
	_, resp := c.Do(t, http.MethodGet, path, "", nil)
	return resp.StatusCode
}
