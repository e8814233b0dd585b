package mailhost

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"text/template"

	"github.com/stretchr/testify/require"
)

//go:embed rspamd.conf
var rspamdConf string

// rspamdOptions win over Debian's. Every question goes to the name server of the test. The public suffixes are few, since reading all takes a quarter of a minute.
const rspamdOptions = `pidfile = "{{.Dir}}/pid";
filters = "chartable,dkim,regexp";
local_addrs = [];
disable_hyperscan = true;
url_tld = "{{.Dir}}/tld";
dns { nameserver = ["{{.DNS}}"]; timeout = 1s; retransmits = 1; sockets = 4; }
`

// rspamdWithout are the modules that ask somebody outside.
var rspamdWithout = []string{"rbl", "surbl", "fuzzy_check", "asn", "phishing", "mid"}

// Rspamd is a running filter that judges letters as many receivers do. It asks the given name server and nobody else.
type Rspamd struct{ addr string }

// Judgement is what rspamd finds in a letter: its symbols with what they weigh (more is worse), and what it would do.
type Judgement struct {
	Action  string  `json:"action"`
	Score   float64 `json:"score"`
	Symbols map[string]struct {
		Score   float64  `json:"score"`
		Options []string `json:"options"`
	} `json:"symbols"`
}

// StartRspamd runs Debian's rspamd until the test ends.
func StartRspamd(t *testing.T, names *DNS) *Rspamd {
	t.Helper()
	dir := folder(t)
	r := &Rspamd{addr: local(freePorts(t, 1)[0])}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "local.d"), 0o755))
	files := map[string]string{"rspamd.conf": rspamdConf, "local.d/options.inc": rspamdOptions, "tld": "test\ncom\n"}
	for _, module := range rspamdWithout {
		files["local.d/"+module+".conf"] = "enabled = false;\n"
	}
	for name, text := range files {
		var b bytes.Buffer
		require.NoError(t, template.Must(template.New(name).Parse(text)).Execute(&b, map[string]string{"Dir": dir, "Addr": r.addr, "DNS": names.Addr}))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644))
	}
	run(t, "chown", "-R", "_rspamd:_rspamd", dir)
	daemon(t, dir, r.addr, "/usr/bin/rspamd", "-f", "-u", "_rspamd", "-g", "_rspamd", "-c", filepath.Join(dir, "rspamd.conf"), "--var=DBDIR="+dir, "--var=LOCAL_CONFDIR="+dir)
	return r
}

// The client from which Judge says that a letter came: it calls itself as it is called.
const (
	JudgedIP   = "192.0.2.10"
	JudgedHelo = "mail.keruen.test"
)

// Judge gives rspamd a letter with its envelope as a mail server would.
func (r *Rspamd) Judge(t *testing.T, letter []byte, from, to string) Judgement {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+r.addr+"/checkv2", bytes.NewReader(letter))
	require.NoError(t, err)
	for name, value := range map[string]string{"IP": JudgedIP, "Helo": JudgedHelo, "Hostname": JudgedHelo, "From": from, "Rcpt": to} {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, "%s", body)
	var j Judgement
	require.NoError(t, json.Unmarshal(body, &j), "%s", body)
	return j
}

// tolerated are the symbols that cost a letter something and are as we want them: base64 is the shorter way to write Cyrillic, and addresses of
// pictures stand in the page alone, so that both parts together may have an odd number of them, and the preheader is not seen in the letter itself.
var tolerated = map[string]float64{"MIME_BASE64_TEXT": 0.1, "URI_COUNT_ODD": 1, "MANY_INVISIBLE_PARTS": 0.05}

// Faults are what rspamd holds against a letter, without symbols that the surroundings of a test explain.
func (j Judgement) Faults(explained ...string) (out []string) {
	for symbol, found := range j.Symbols {
		if found.Score > tolerated[symbol] && !slices.Contains(explained, symbol) {
			out = append(out, fmt.Sprint(symbol, " ", found.Score, " ", found.Options))
		}
	}
	return out
}

// AsSent is a signed letter without what servers have put before it on its way.
func AsSent(letter []byte) []byte {
	return letter[max(bytes.Index(letter, []byte("DKIM-Signature:")), 0):]
}
