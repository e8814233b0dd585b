package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/content"
	"keruen/test/program"
)

const leave = "https://keruen.invalid/unsubscribe"

type eye struct {
	Seen bool   `json:"seen"`
	Why  string `json:"why"`
}

// AUD-2: what the judge of letters accepts is seen by a real browser, and what the browser does not show is refused. The other way round
// the judge is stricter: it knows other views than this one, reads the words, and counts how far down a link is.
func TestABrowserAgreesWithTheJudgeOfTheWayOut(t *testing.T) {
	t.Parallel()
	chromium := needBrowser(t)
	letters, refused := map[string]string{}, map[string]string{}
	for _, kind := range []string{"hide", "honest"} {
		files, err := filepath.Glob(filepath.Join(program.Root(), "internal/content/testdata", kind, "*.html"))
		require.NoError(t, err)
		require.Greater(t, len(files), 40)
		for _, f := range files {
			b, err := os.ReadFile(f)
			require.NoError(t, err)
			name := kind + "/" + strings.TrimSuffix(filepath.Base(f), ".html")
			src := string(b)
			if kind == "hide" {
				_, src, _ = strings.Cut(src, "\n")
			}
			letters[name] = strings.ReplaceAll(src, "{{unsubscribe_url}}", leave)
			c, problems := content.Compile(content.Letter{Subject: "s", HTML: src}, content.Options{Purpose: "advertising"})
			if c == nil {
				refused[name] = reasonOf(problems)
			}
		}
	}
	for name, e := range look(t, chromium, letters) {
		why, no := refused[name]
		switch {
		case !no && !e.Seen:
			t.Errorf("%s is accepted, but the browser does not show the link: %s", name, e.Why)
		case no && e.Seen:
			t.Logf("%s is refused (%s), though this view of it shows the link", name, why)
		}
	}
}

func reasonOf(problems []content.Problem) string {
	for _, p := range problems {
		if p.Severity == content.Error {
			b, _ := json.Marshal(p.Params)
			return p.Code + " " + string(b)
		}
	}
	return ""
}

// look asks Chromium about all letters at once.
func look(t *testing.T, chromium string, letters map[string]string) map[string]eye {
	ctx, cancel := context.WithTimeout(t.Context(), browserPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", script("sight"), "--chromium", chromium, "--way", leave)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	in, err := json.Marshal(letters)
	require.NoError(t, err)
	var said, wrong bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &said, &wrong
	require.NoError(t, cmd.Run(), wrong.String())
	out := map[string]eye{}
	require.NoError(t, json.Unmarshal(said.Bytes(), &out))
	require.Len(t, out, len(letters))
	return out
}
