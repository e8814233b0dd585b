package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/test/program"
)

// AUD-5: contacts go out of the cabinet in a file, as told in browser/export.mjs; then another account takes the file in.
func TestContactsGoOutInAFileInABrowser(t *testing.T) {
	t.Parallel()
	p := program.New(t, program.Settings{})
	p.Start(t)
	c := p.Member(t, "export@keruen.test")
	var csv strings.Builder
	csv.WriteString("E-mail;Имя;Телефон\n")
	for i := range 1200 {
		fmt.Fprintf(&csv, "guest%d@example.kz;Гость %d;+7701%07d\n", i, i, i)
	}
	require.Equal(t, 1200, c.Import(t, "guests.csv", []byte(csv.String()), "Гости").Number("counts.created"))

	out := play(t, "export", "export", as(p, "export@keruen.test")...)
	file, err := os.ReadFile(filepath.Join(out, "contacts.xlsx"))
	require.NoError(t, err)
	other := p.Member(t, "other@keruen.test")
	require.Equal(t, 1200, other.Import(t, "contacts.xlsx", file, "Гости").Number("counts.created"))
	require.Equal(t, "Гость 7", other.Get(t, "/api/v1/contacts?search=guest7@").Items()[0].Text("first_name"))
}
