package mailhost

import (
	"bytes"
	_ "embed"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/template"

	"github.com/stretchr/testify/require"
)

//go:embed exim.conf
var eximConf string

// Exim is a running mail server that takes everything for its domains and insists that nobody speaks before his turn.
type Exim struct {
	MX  string // host:port
	dir string
}

// StartExim runs Debian's Exim until the test ends. It takes at most so many letters over one connection.
func StartExim(t *testing.T, perConnection int, domains ...string) *Exim {
	t.Helper()
	dir := folder(t)
	port := freePorts(t, 1)[0]
	x := &Exim{MX: local(port), dir: dir}
	for _, d := range []string{"spool", "mail"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, d), 0o755))
	}
	certificate(t, dir)
	run(t, "chown", "-R", "mail:mail", dir)
	var conf bytes.Buffer
	require.NoError(t, template.Must(template.New("exim").Parse(eximConf)).Execute(&conf, map[string]any{
		"Dir": dir, "Domains": strings.Join(domains, " : "), "MX": port, "PerConnection": perConnection,
	}))
	file := filepath.Join(dir, "exim.conf")
	require.NoError(t, os.WriteFile(file, conf.Bytes(), 0o644))
	daemon(t, dir, x.MX, "/usr/lib/keruen-test/exim4", "-C", file, "-bdf")
	return x
}

// Mail returns the letters that lie in the mailbox of a domain, with the recipient in Envelope-to.
func (x *Exim) Mail(t *testing.T, domain string) [][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(x.dir, "mail", domain, "new", "*"))
	require.NoError(t, err)
	out := make([][]byte, len(files))
	for i, f := range files {
		out[i], err = os.ReadFile(f)
		require.NoError(t, err)
	}
	return out
}

// Log returns what Exim wrote of its work, and of what it refused or did not understand.
func (x *Exim) Log() string {
	main, _ := os.ReadFile(filepath.Join(x.dir, "mainlog"))
	reject, _ := os.ReadFile(filepath.Join(x.dir, "rejectlog"))
	panicked, _ := os.ReadFile(filepath.Join(x.dir, "paniclog"))
	return string(main) + string(reject) + string(panicked)
}
