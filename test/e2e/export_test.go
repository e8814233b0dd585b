package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/test/program"
)

// AUD-5: contacts go out of the cabinet in a file, as told in browser/export.mjs; then another account takes the file in.
func TestContactsGoOutInAFileInABrowser(t *testing.T) {
	t.Parallel()
	chromium := needBrowser(t)
	out := filepath.Join(artifacts(), "export")
	require.NoError(t, os.RemoveAll(out))
	p := program.New(t, program.Settings{})
	p.Start(t)
	c := p.Member(t, "export@keruen.test")
	var csv strings.Builder
	csv.WriteString("E-mail;Имя;Телефон\n")
	for i := range 1200 {
		fmt.Fprintf(&csv, "guest%d@example.kz;Гость %d;+7701%07d\n", i, i, i)
	}
	require.Equal(t, 1200, c.Import(t, "guests.csv", []byte(csv.String()), "Гости").Number("counts.created"))

	ctx, cancel := context.WithTimeout(t.Context(), browserPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", filepath.Join(program.Root(), "test/e2e/browser/export.mjs"), "--base", p.URL, "--out", out,
		"--email", "export@keruen.test", "--password", program.Password, "--chromium", chromium)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	said, err := cmd.CombinedOutput()
	t.Logf("%s\npictures: %s", said, out)
	require.NoError(t, err)

	file, err := os.ReadFile(filepath.Join(out, "contacts.xlsx"))
	require.NoError(t, err)
	other := p.Member(t, "other@keruen.test")
	require.Equal(t, 1200, other.Import(t, "contacts.xlsx", file, "Гости").Number("counts.created"))
	require.Equal(t, "Гость 7", other.Get(t, "/api/v1/contacts?search=guest7@").Items()[0].Text("first_name"))
}
