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

// browserPatience is how long the whole journey may take on the machine of reference, busy with other tests.
const browserPatience = 5 * time.Minute

// ACC-1, AUD-2, AUD-3, AUD-5, MSG-1, MSG-3, MSG-11: a newcomer does the main job in a real browser, as told in
// browser/journey.mjs. Pictures of every screen stay in artifacts/e2e.
func TestANewcomerDoesTheMainJobInABrowser(t *testing.T) {
	t.Parallel()
	chromium := needBrowser(t)
	out := filepath.Join(artifacts(), "e2e")
	require.NoError(t, os.RemoveAll(out), "pictures of an earlier run must not be taken for today's")
	p := program.New(t, program.Settings{"sandbox": "true"})
	p.Start(t)

	ctx, cancel := context.WithTimeout(t.Context(), browserPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", filepath.Join(program.Root(), "test/e2e/browser/journey.mjs"), "--base", p.URL, "--out", out, "--chromium", chromium)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // lets it close its browser
	cmd.WaitDelay = 10 * time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	t.Logf("%s\npictures: %s", said.String(), out)
	require.NoError(t, err)
}

// AUD-3, AUD-5: the wizard of imports to the full, as told in browser/import.mjs.
func TestTheImportWizardInABrowser(t *testing.T) {
	t.Parallel()
	chromium := needBrowser(t)
	out := filepath.Join(artifacts(), "import")
	require.NoError(t, os.RemoveAll(out))
	p := program.New(t, program.Settings{})
	p.Start(t)
	p.Member(t, "import@keruen.test")
	ctx, cancel := context.WithTimeout(t.Context(), browserPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", filepath.Join(program.Root(), "test/e2e/browser/import.mjs"), "--base", p.URL, "--out", out,
		"--email", "import@keruen.test", "--password", program.Password, "--chromium", chromium)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	said, err := cmd.CombinedOutput()
	t.Logf("%s\npictures: %s", said, out)
	require.NoError(t, err)
}

// AUD-1, AUD-3, AUD-7: a sign-up form with double opt-in from the cabinet to the contact, with scripts on and off, as told in
// browser/forms.mjs. The account has no sender, so the installation writes the letters.
func TestASignUpFormInABrowser(t *testing.T) {
	t.Parallel()
	chromium := needBrowser(t)
	out := filepath.Join(artifacts(), "forms")
	require.NoError(t, os.RemoveAll(out))
	p := program.New(t, program.Settings{"sandbox": "true"})
	p.Start(t)
	p.Member(t, "forms@keruen.test")
	ctx, cancel := context.WithTimeout(t.Context(), browserPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", filepath.Join(program.Root(), "test/e2e/browser/forms.mjs"), "--base", p.URL, "--out", out,
		"--email", "forms@keruen.test", "--password", program.Password, "--chromium", chromium)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	said, err := cmd.CombinedOutput()
	t.Logf("%s\npictures: %s", said, out)
	require.NoError(t, err)
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

// AUD-4: segments from a recipe to the contacts they find, frozen under a deleted field, mended, and on a phone, as told in
// browser/segment.mjs.
func TestSegmentsAreBuiltInABrowser(t *testing.T) {
	t.Parallel()
	chromium := needBrowser(t)
	out := filepath.Join(artifacts(), "segments")
	require.NoError(t, os.RemoveAll(out))
	p := program.New(t, program.Settings{})
	p.Start(t)
	p.Member(t, "segments@keruen.test")
	ctx, cancel := context.WithTimeout(t.Context(), browserPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", filepath.Join(program.Root(), "test/e2e/browser/segment.mjs"), "--base", p.URL, "--out", out,
		"--email", "segments@keruen.test", "--password", program.Password, "--chromium", chromium)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	said, err := cmd.CombinedOutput()
	t.Logf("%s\npictures: %s", said, out)
	require.NoError(t, err)
}
