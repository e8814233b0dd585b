package mailhost

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// OpenDKIM has Debian's OpenDKIM verify a letter, and returns whether it did and what was said. Records maps DNS names to TXT values.
func OpenDKIM(t *testing.T, letter []byte, records map[string]string) (good bool, said string) {
	t.Helper()
	require.FileExists(t, "/usr/sbin/opendkim", "run `make deps` first")
	dir := folder(t)
	var names strings.Builder
	for name, value := range records {
		names.WriteString(name + " " + value + "\n")
	}
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		return path
	}
	conf := file("conf", "Mode v\nUserID nobody\nTestDNSData file:"+file("names", names.String())+"\n")
	out, err := exec.Command("/usr/sbin/opendkim", "-x", conf, "-vv", "-t", file("letter", string(letter))).CombinedOutput()
	return err == nil && strings.Contains(string(out), "verification (s=") && strings.Contains(string(out), "succeeded"), string(out)
}
