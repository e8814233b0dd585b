package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	statusRow = regexp.MustCompile(`(?m)^\| ([A-Z]{3}-\d+) \| (\S+) \|.*\| ([^|]*) \|$`)
	testHead  = regexp.MustCompile(`(?m)((?:^//.*\n)*)^func (Test\w+)\(`)
)

// What docs/spec-status.md says is done must be shown by tests that are there and carry the id.
func TestEveryRowOfTheStatusIsShownByTestsWithItsId(t *testing.T) {
	t.Parallel()
	comments := testComments(t, "../../internal", "../../test")
	page, err := os.ReadFile("../../docs/spec-status.md")
	require.NoError(t, err)
	rows := statusRow.FindAllStringSubmatch(string(page), -1)
	require.Greater(t, len(rows), 15, "the table is read")
	for _, row := range rows {
		require.Contains(t, []string{"done", "part"}, row[2], row[1])
		for name := range strings.SplitSeq(row[3], ", ") {
			comment, there := comments[name]
			require.True(t, there, "%s is said to be shown by %s, which does not exist", row[1], name)
			require.Regexp(t, `\b`+row[1]+`\b`, comment, "the comment of %s does not carry the id", name)
		}
	}
}

// testComments returns the comment above each test of the trees.
func testComments(t *testing.T, trees ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, tree := range trees {
		require.NoError(t, filepath.WalkDir(tree, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range testHead.FindAllStringSubmatch(string(text), -1) {
				out[m[2]] += m[1]
			}
			return err
		}))
	}
	return out
}
