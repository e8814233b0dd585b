package e2e

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/test/program"
)

// browserPatience is how long one journey may take on the machine of reference, busy with other tests.
const browserPatience = 5 * time.Minute

// play runs a journey of browser/ in Chromium. Pictures of every screen it passes stay in the folder it returns; its name is that of the
// journey, or of the variant.
func play(t *testing.T, journey, variant string, args ...string) (pictures string) {
	t.Helper()
	chromium := needBrowser(t)
	out := filepath.Join(artifacts(), variant)
	require.NoError(t, os.RemoveAll(out), "pictures of an earlier run must not be taken for today's")
	ctx, cancel := context.WithTimeout(t.Context(), browserPatience)
	defer cancel()
	args = append([]string{script(journey), "--out", out, "--chromium", chromium}, args...)
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // lets it close its browser
	cmd.WaitDelay = 10 * time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	t.Logf("%s\npictures: %s", said.String(), out)
	require.NoError(t, err)
	return out
}

// as says who plays: a member of the program.
func as(p *program.Program, email string) []string {
	return []string{"--base", p.URL, "--email", email, "--password", program.Password}
}

func script(journey string) string {
	return filepath.Join(program.Root(), "test/e2e/browser", journey+".mjs")
}

// artifacts is the folder for what people look at after a run.
func artifacts() string {
	if dir := os.Getenv("KERUEN_ARTIFACTS"); dir != "" {
		return dir
	}
	return filepath.Join(program.Root(), "artifacts")
}

// needBrowser fails with what to install, and returns the path of the browser.
func needBrowser(t *testing.T) string {
	t.Helper()
	_, err := exec.LookPath("node")
	require.NoError(t, err, "Node 20 is needed: apt-get install nodejs npm")
	web := filepath.Join(program.Root(), "web")
	for _, need := range []string{"node_modules/playwright-core/package.json", "node_modules/axe-core/axe.min.js", "dist/index.html"} {
		require.FileExists(t, filepath.Join(web, need), "the cabinet is not built: run make web")
	}
	if path := os.Getenv("CHROMIUM"); path != "" {
		return path
	}
	path, err := exec.LookPath("chromium")
	require.NoError(t, err, "Chromium is needed: run make deps, or name another build of it in CHROMIUM")
	return path
}
