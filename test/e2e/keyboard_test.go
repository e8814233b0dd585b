package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/test/program"
)

// The keys of the cabinet without a mouse, as told in browser/keyboard.mjs: the palette within 100 ms and in any layout, shortcuts, the way
// past the menu (web-cabinet.md §12).
func TestTheCabinetObeysTheKeyboardInAnyLayout(t *testing.T) {
	t.Parallel()
	chromium := needBrowser(t)
	out := filepath.Join(artifacts(), "keyboard")
	require.NoError(t, os.RemoveAll(out))
	p := program.New(t, program.Settings{})
	p.Start(t)
	p.Member(t, "keys@keruen.test")
	ctx, cancel := context.WithTimeout(t.Context(), browserPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", filepath.Join(program.Root(), "test/e2e/browser/keyboard.mjs"), "--base", p.URL, "--out", out,
		"--email", "keys@keruen.test", "--password", program.Password, "--chromium", chromium)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	said, err := cmd.CombinedOutput()
	t.Logf("%s\npictures: %s", said, out)
	require.NoError(t, err)
}
