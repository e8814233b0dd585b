package report_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel/email"
	"keruen/internal/mail/report"
)

var update = flag.Bool("update", false, "write docs/bounces.md anew")

const table = "../../../docs/bounces.md"

// sample is one letter of testdata: what it is expected to be stands in its first lines, before "---".
type sample struct {
	name string
	want map[string]string // kind, class, status, token, incidents, from, to
	raw  []byte
}

func samples(t testing.TB) []sample {
	t.Helper()
	files, err := filepath.Glob("testdata/*.eml")
	require.NoError(t, err)
	var out []sample
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		head, raw, ok := strings.Cut(string(b), "---\n")
		require.True(t, ok, f)
		s := sample{name: strings.TrimSuffix(filepath.Base(f), ".eml"), want: map[string]string{}, raw: []byte(raw)}
		for _, l := range strings.Split(strings.TrimSpace(head), "\n") {
			k, v, _ := strings.Cut(l, ": ")
			s.want[k] = v
		}
		out = append(out, s)
	}
	return out
}

func (s sample) read() report.Report {
	var to []string
	if v := s.want["to"]; v != "" {
		to = append(to, v)
	}
	return report.Read(s.raw, s.want["from"], to...)
}

// CMP-1, MSG-4: reports in the forms that servers and providers write.
func TestReportsOfEveryKnownFormAreRead(t *testing.T) {
	t.Parallel()
	all := samples(t)
	require.GreaterOrEqual(t, len(all), 60)
	var lines strings.Builder
	for _, s := range all {
		r := s.read()
		require.Equal(t, s.want["kind"], string(r.Kind), s.name)
		class, scope := "", ""
		if r.Kind == report.Bounce {
			v := email.Returned(r.Code, r.Status, r.Text, r.Recipient)
			class, scope = v.Class, string(v.Scope)
			require.NotContains(t, v.Detail, "@", s.name)
		}
		require.Equal(t, s.want["class"], class, "%s: %d %s %s", s.name, r.Code, r.Status, r.Text)
		if want, ok := s.want["status"]; ok {
			require.Equal(t, want, r.Status, s.name)
		}
		if want, ok := s.want["incidents"]; ok {
			require.Equal(t, want, fmt.Sprint(r.Incidents), s.name)
		}
		named := "—"
		if want := s.want["token"]; want != "" {
			require.NotEmpty(t, r.Tokens, s.name)
			require.Equal(t, want, strings.TrimPrefix(r.Tokens[0], "b+"), s.name)
			named = "yes"
		} else {
			require.Empty(t, r.Tokens, s.name)
		}
		fmt.Fprintf(&lines, "| %s | %s | %s | %s | %s | %s |\n", s.name, r.Kind, orDash(r.Status), orDash(class), orDash(scope), named)
	}
	text := head + lines.String()
	if *update {
		require.NoError(t, os.WriteFile(table, []byte(text), 0o644))
	}
	have, err := os.ReadFile(table)
	require.NoError(t, err)
	require.Equal(t, text, string(have), "docs/bounces.md is out of date: go test ./internal/mail/report -update")
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

const head = `# What comes back by mail

Made by the tests of internal/mail/report from the samples in its testdata; do not edit. *Named*: the report carries the token of our message;
one without is put on record and changes nothing.

| Sample | Kind | Status | Class | Scope | Named |
|---|---|---|---|---|---|
`

func TestForwardersWrappingsAreTakenOff(t *testing.T) {
	t.Parallel()
	for wrapped, want := range map[string]string{
		"b+abc":                                       "b+abc",
		"SRS0=HHH=TT=dala.test=b+abc":                 "b+abc",
		"srs0+hhh=tt=dala.test=b+abc":                 "b+abc",
		"SRS1=HHH=fwd.test==HHH=TT=dala.test=b+abc":   "b+abc",
		"prvs=1234567890=b+abc":                       "b+abc",
		"prvs=b+abc/1234567890":                       "b+abc",
		"SRS0=HHH=TT=dala.test=prvs=1234567890=b+abc": "b+abc",
		"SRS0=broken":                                 "SRS0=broken",
		"prvs=":                                       "prvs=",
	} {
		require.Equal(t, want, report.Unwrap(wrapped), wrapped)
	}
}

func TestHostileLettersAreBounded(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("Content-Type: multipart/mixed; boundary=a\n\n--a\n", 5000)
	wide := "Content-Type: multipart/mixed; boundary=a\n\n" + strings.Repeat("--a\nContent-Type: text/plain\n\nx\n", 50_000)
	folded := "Subject: a\n" + strings.Repeat(" b\n", 200_000)
	long := "Content-Type: multipart/report; report-type=delivery-status; boundary=a\n\n--a\nContent-Type: message/delivery-status\n\n" +
		strings.Repeat("Final-Recipient: rfc822; x@y.test\n", 20_000)
	for _, raw := range []string{deep, wide, folded, long, strings.Repeat("x", 2<<20)} {
		r := report.Read([]byte(raw), "")
		require.LessOrEqual(t, len(r.Text), 1000)
		require.LessOrEqual(t, len(r.Tokens), 20)
	}
}

func FuzzAnyLetterIsRead(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(s.raw, s.want["from"])
	}
	f.Fuzz(func(t *testing.T, raw []byte, from string) {
		r := report.Read(raw, from)
		require.NotEmpty(t, r.Kind)
		require.LessOrEqual(t, len(r.Text), 1000)
		require.Positive(t, r.Incidents)
	})
}
