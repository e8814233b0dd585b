package mailhost

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

//go:embed verify.py
var verifyScript string

// Report is what Python's mail parser and dkimpy found in a letter.
type Report struct {
	DKIM    bool              `json:"dkim"`    // there is a signature and each verifies
	Signed  []string          `json:"signed"`  // header names in h= of the first signature, lower case, repeats kept
	Headers map[string]string `json:"headers"` // last value by lower-case name
	Root    string            `json:"root"`    // media type of the whole
	Parts   []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	} `json:"parts"`
	Defects []string `json:"defects"` // what the parser had to forgive
	Longest int      `json:"longest"` // bytes of the longest line
}

// Verify has a letter judged by programs that are not ours. Records maps DNS names to TXT values.
func Verify(t *testing.T, letter []byte, records map[string]string) Report {
	t.Helper()
	names, err := json.Marshal(records)
	require.NoError(t, err)
	// Debian's interpreter by its full name: another python3 on the PATH would lack python3-dkim.
	cmd := exec.Command("/usr/bin/python3", "-c", verifyScript, string(names))
	cmd.Stdin = bytes.NewReader(letter)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	require.NoError(t, cmd.Run(), "verify.py: %s (`make deps` installs python3-dkim)", complaint.String())
	var r Report
	require.NoError(t, json.Unmarshal(out.Bytes(), &r))
	return r
}
