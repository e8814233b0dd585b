package mailhost

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel/email"
	"keruen/internal/mail/dkim"
)

// MSG-4: what arrives is what was signed, and a second verifier of another school agrees; it also refuses.
func TestOpenDKIMAcceptsWhatArrivesAndRefusesWhatWasChanged(t *testing.T) {
	t.Parallel()
	x := StartExim(t, perConnection, "alpha.test")
	e := newEngine(t, x.MX, "", "alpha.test")
	e.untilTaken(t, e.letters(1, "alpha.test"), 100*time.Millisecond)
	require.Eventually(t, func() bool { return len(x.Mail(t, "alpha.test")) == 1 }, 20*time.Second, 50*time.Millisecond)
	arrived := bytes.ReplaceAll(x.Mail(t, "alpha.test")[0], []byte("\n"), []byte("\r\n")) // Exim keeps lines in the way of Unix

	var s email.Settings
	require.NoError(t, json.Unmarshal(e.sender.Settings, &s))
	setup, err := email.SetupOf("news@sender.test", s, "mail.keruen.test", nil)
	require.NoError(t, err)
	records := map[string]string{dkim.RecordName(setup.Selector, "sender.test"): setup.PublicKey}

	good, said := OpenDKIM(t, arrived, records)
	require.True(t, good, said)
	changed := bytes.Replace(arrived, []byte("autumn-26"), []byte("winter-26"), 1)
	require.NotEqual(t, arrived, changed)
	good, said = OpenDKIM(t, changed, records)
	require.False(t, good, said)
}
