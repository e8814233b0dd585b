// Package e2e plays whole journeys on the real binary: with mail servers that are not ours, and in a real browser.
package e2e

import (
	"net"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"keruen/internal/db/dbtest"
	"keruen/test/mailhost"
	"keruen/test/program"
)

const contacts = 500

var letter = program.Doc{
	"subject": "{{first_name|друг}}, новости осени",
	"html": `<html><body><h1>Сәлем, {{first_name|друг}}!</h1><p>Скидки в городе {{city|Алматы}} на <a href="https://shop.test/sale?a=1&b=2">странице</a>.</p>` +
		`<p>Ұлттық өнім, ₸ 1 200.</p></body></html>`,
	"preheader": "Только до воскресенья", "text": "",
}

// MSG-4, AUD-2, ACC-1: five hundred letters straight to the recipients' Postfix, found by MX through DNS, and
// read back over IMAP from Dovecot. Python and dkimpy judge signature, headers and structure.
func TestACampaignGoesStraightToTheRecipientsServers(t *testing.T) {
	t.Parallel()
	domains := []string{"alpha.test", "beta.test", "gamma.test"}
	host := mailhost.Start(t, domains...)
	names := mailhost.StartDNS(t, append(domains, "keruen.test", "sender.test")...)
	_, port, err := net.SplitHostPort(host.MX)
	require.NoError(t, err)
	p := program.New(t, program.Settings{
		"dns.servers": names.Addr, "dns.mail_port": port, "dns.allow_private": "true", "mail.from": "no-reply@keruen.test",
	})
	p.Start(t)
	c := p.SignUp(t, "owner@alpha.test", func() string { return codeFor(t, host, "owner@alpha.test") })

	sender := c.CreateSender(t, "Магазин «Күн»", "news@sender.test", program.Doc{"kind": "direct"})
	publish(t, c, names, sender.Text("id"))
	addresses := sendAndRead(t, c, host, names, sender.Text("id"), domains)

	names.Host(mailhost.JudgedHelo, mailhost.JudgedIP)
	filter := mailhost.StartRspamd(t, names)
	j := filter.Judge(t, mailhost.AsSent(host.Read(t, addresses[0])[0]), "news@sender.test", addresses[0])
	for _, good := range []string{"R_DKIM_ALLOW", "DMARC_POLICY_ALLOW", "HAS_LIST_UNSUB", "MIME_GOOD"} {
		assert.Contains(t, j.Symbols, good)
	}
	assert.Empty(t, j.Faults("HTTP_TO_IP", "VIOLATED_DIRECT_SPF"), "the program runs at an address without a name, and Postfix has not the address that it judges")
}

// MSG-4: the same through a relay that demands STARTTLS and a password, with PostgreSQL underneath.
func TestACampaignGoesThroughARelay(t *testing.T) {
	t.Parallel()
	domains := []string{"delta.test", "epsilon.test"}
	host := mailhost.Start(t, domains...)
	names := mailhost.StartDNS(t, append(domains, "keruen.test", "sender.test")...)
	_, port, err := net.SplitHostPort(host.Submission)
	require.NoError(t, err)
	p := program.New(t, program.Settings{
		"database": dbtest.Postgres(t), "dns.servers": names.Addr, "dns.allow_private": "true",
		"mail.from": "no-reply@keruen.test", "mail.relay_host": "localhost", "mail.relay_port": port,
		"mail.relay_user": "house@keruen.test", "mail.relay_password": mailhost.Password,
	}, "SSL_CERT_FILE="+host.CAFile)
	p.Start(t)
	c := p.SignUp(t, "owner@delta.test", func() string { return codeFor(t, host, "owner@delta.test") })

	relay := program.Doc{"kind": "relay", "host": "localhost", "port": number(t, port), "tls": "starttls", "user": "shop@sender.test", "password": mailhost.Password}
	sender := c.CreateSender(t, "Магазин «Күн»", "news@sender.test", relay)
	publish(t, c, names, sender.Text("id"))
	sendAndRead(t, c, host, names, sender.Text("id"), domains)
}

func sendAndRead(t *testing.T, c *program.Client, host *mailhost.Host, names *mailhost.DNS, sender string, domains []string) (addresses []string) {
	t.Helper()
	c.Post(t, "/api/v1/fields", program.Doc{"key": "city", "label": "Город"})
	csv, addresses := program.People(contacts, domains...)
	im := c.Import(t, "люди.csv", csv, "Осень")
	require.Equal(t, contacts, im.Number("counts.created"), "%v", im)

	before := host.Count(t)
	campaign := c.CreateCampaign(t, sender, "Осень", letter)
	c.Launch(t, campaign.Text("id"))
	done := c.Await(t, "/api/v1/campaigns/"+campaign.Text("id"), "done")
	require.Equal(t, contacts, done.Number("counts.delivered"), "%v", done["counts"])
	require.Eventually(t, func() bool { return host.Count(t) == before+contacts }, program.Patience, 100*time.Millisecond)

	for i := 0; i < contacts; i += contacts / 20 {
		letters := host.Read(t, addresses[i])
		require.Len(t, letters, 1, "every mailbox gets exactly one letter")
		judge(t, mailhost.Verify(t, letters[0], names.Records()), addresses[i])
	}
	return addresses
}

// judge holds one letter against RFC 8058, RFC 2045 and what the campaign says.
func judge(t *testing.T, r mailhost.Report, to string) {
	t.Helper()
	assert.True(t, r.DKIM, "the DKIM signature verifies")
	assert.Empty(t, r.Defects)
	assert.LessOrEqual(t, r.Longest, 998)
	assert.Equal(t, "multipart/alternative", r.Root)
	assert.Equal(t, to, address(r.Headers["to"]))
	assert.Contains(t, r.Headers["from"], "news@sender.test")
	assert.Regexp(t, `^Имя\d+, новости осени$`, r.Headers["subject"])
	assert.Regexp(t, `<https?://[^>]+>`, r.Headers["list-unsubscribe"])
	assert.Equal(t, "List-Unsubscribe=One-Click", r.Headers["list-unsubscribe-post"])
	for _, name := range []string{"from", "to", "subject", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post"} {
		assert.Contains(t, r.Signed, name)
	}
	if !assert.Len(t, r.Parts, 2) {
		return
	}
	assert.Equal(t, "text/plain", r.Parts[0].Type)
	assert.Equal(t, "text/html", r.Parts[1].Type)
	assert.Contains(t, r.Parts[1].Text, "Ұлттық өнім, ₸ 1 200.")
	assert.Contains(t, r.Parts[1].Text, "Скидки в городе Алматы")
	assert.NotContains(t, r.Parts[1].Text, "shop.test/sale", "the link is tracked")
	assert.NotContains(t, r.Parts[1].Text, "{{")
	assert.Contains(t, r.Parts[0].Text, "Сәлем, Имя")
}

// publish enters the records that the program asks for, and has it look again.
func publish(t *testing.T, c *program.Client, names *mailhost.DNS, sender string) {
	t.Helper()
	asked := c.Post(t, "/api/v1/senders/"+sender+"/check", nil)
	records, _ := asked["records"].([]any)
	require.NotEmpty(t, records)
	for _, raw := range records {
		if r := program.Doc(raw.(map[string]any)); r.Text("type") == "TXT" {
			names.Publish(r.Text("name"), r.Text("expected"))
		}
	}
	checked := c.Post(t, "/api/v1/senders/"+sender+"/check", nil)
	for _, raw := range checked["records"].([]any) {
		if r := program.Doc(raw.(map[string]any)); r.Text("kind") == "dkim" {
			require.Equal(t, true, r["ok"], "%v", r)
		}
	}
}

var (
	sixDigits = regexp.MustCompile(`(?:^|\D)(\d{6})(?:\D|$)`)
	inAngles  = regexp.MustCompile(`<([^>]+)>`)
)

// codeFor waits for the letter with the code and reads it from the subject, where people read it too.
func codeFor(t *testing.T, host *mailhost.Host, mailbox string) string {
	t.Helper()
	var letters [][]byte
	require.Eventually(t, func() bool {
		letters = host.Read(t, mailbox)
		return len(letters) > 0
	}, program.Patience, 200*time.Millisecond, "no letter with a code; %s", host.Log())
	subject := mailhost.Verify(t, letters[0], nil).Headers["subject"]
	found := sixDigits.FindStringSubmatch(subject)
	require.NotNil(t, found, "no code in the subject %q", subject)
	return found[1]
}

func address(header string) string {
	if m := inAngles.FindStringSubmatch(header); m != nil {
		return m[1]
	}
	return strings.TrimSpace(header)
}

func number(t *testing.T, port string) int {
	t.Helper()
	n, err := strconv.Atoi(port)
	require.NoError(t, err)
	return n
}
