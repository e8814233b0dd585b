package mailhost

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"keruen/internal/channel/email"
	"keruen/internal/mail/dkim"
)

// MSG-4: a filter that many receivers use finds the signature, the envelope and the policy good, and nothing missing or odd in letters of every
// make; it also finds what is wrong with a letter that was spoilt.
func TestRspamdFindsNothingWrongWithOurLettersAndMuchWithSpoiltOnes(t *testing.T) {
	t.Parallel()
	h := Start(t, "alpha.test")
	e := newEngine(t, h.MX, "", "alpha.test", "sender.test", "b.sender.test")
	e.publish(t)
	r := StartRspamd(t, e.names)
	long := strings.Repeat("<p>We have moved to a larger house, and all our books came with us. Come and see them on Saturday, the door is open from ten.</p>\n", 40)
	makes := []struct{ name, text, html string }{
		{"two languages", "", ""}, // as letters makes it
		{"text alone", "Good day!\n\nThe shop is open: https://sender.test/hours\n\n-- \nThe shop\n", ""},
		{"english", "Good day! " + strings.Repeat("All our books came with us. ", 60) + "https://sender.test/\n", "<html><head><title>News</title></head><body>" + long + `<a href="https://sender.test/">Come</a><img src="https://sender.test/a.png" alt="The shop" width="600" height="200"></body></html>`},
		{"қазақша", strings.Repeat("Жаңа кітаптар келді. ", 200), "<html><body><p>" + strings.Repeat("Жаңа кітаптар келді. ", 200) + "</p></body></html>"},
	}
	all := e.letters(len(makes), "alpha.test")
	for i, m := range makes[1:] {
		all[i+1].Email.Text, all[i+1].Email.HTML = m.text, m.html
	}
	e.untilTaken(t, all, 100*time.Millisecond)
	for i, l := range all {
		raw := AsSent(h.awaitOne(t, l.To))
		assertClean(t, r.Judge(t, raw, "b+"+l.Email.ReturnToken+"@b.sender.test", l.To), makes[i].name)
		if i > 0 {
			continue
		}
		for what, spoilt := range map[string]struct{ from, to, symbol string }{
			"another campaign":       {"autumn-26", "winter-26", "R_DKIM_REJECT"},
			"without a date":         {"\r\nDate: ", "\r\nX-Date: ", "MISSING_DATE"},
			"without an identity":    {"\r\nMessage-ID: ", "\r\nX-Message-ID: ", "MISSING_MID"},
			"without a recipient":    {"\r\nTo: ", "\r\nX-To: ", "MISSING_TO"},
			"without a MIME version": {"\r\nMIME-Version: ", "\r\nX-MIME-Version: ", "MISSING_MIME_VERSION"},
		} {
			changed := bytes.ReplaceAll(raw, []byte(spoilt.from), []byte(spoilt.to))
			require.NotEqual(t, raw, changed, what)
			require.Contains(t, r.Judge(t, changed, "b+tok0@b.sender.test", l.To).Symbols, spoilt.symbol, what)
		}
	}
}

// publish enters the records of the sender's domain, of its return addresses and of the machine that Judge calls the client.
func (e *engine) publish(t *testing.T) {
	t.Helper()
	var s email.Settings
	require.NoError(t, json.Unmarshal(e.sender.Settings, &s))
	setup, err := email.SetupOf("news@sender.test", s, "mail.keruen.test", nil)
	require.NoError(t, err)
	e.names.Publish(dkim.RecordName(setup.Selector, "sender.test"), setup.PublicKey)
	e.names.Publish("b.sender.test", "v=spf1 ip4:"+JudgedIP+" -all")
	e.names.Publish("_dmarc.sender.test", "v=DMARC1; p=reject; adkim=s")
	e.names.Host(JudgedHelo, JudgedIP)
}

func assertClean(t *testing.T, j Judgement, name string) {
	t.Helper()
	assert.Equal(t, "no action", j.Action, name)
	for _, good := range []string{"R_DKIM_ALLOW", "R_SPF_ALLOW", "DMARC_POLICY_ALLOW", "MIME_GOOD", "HAS_LIST_UNSUB", "FROM_HAS_DN", "TO_DN_ALL", "MID_RHS_MATCH_FROM"} {
		assert.Contains(t, j.Symbols, good, name)
	}
	assert.Empty(t, j.Faults(), name)
}
