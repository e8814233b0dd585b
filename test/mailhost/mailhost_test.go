package mailhost

import (
	"crypto/tls"
	"crypto/x509"
	"net/smtp"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestALetterHandedOverBySMTPIsReadBackByIMAP(t *testing.T) {
	h := Start(t, "alpha.test", "beta.test")
	require.Empty(t, h.Read(t, "nobody@alpha.test"))

	handOver(t, connect(t, h.MX), "one@alpha.test", "direct")
	relay := connect(t, h.Submission)
	require.NoError(t, relay.StartTLS(&tls.Config{RootCAs: roots(t, h), ServerName: "127.0.0.1"}))
	require.NoError(t, relay.Auth(smtp.PlainAuth("", "relay@keruen.test", Password, "127.0.0.1")))
	handOver(t, relay, "two@beta.test", "relayed")

	require.Eventually(t, func() bool { return h.Count(t) == 2 }, 20*time.Second, 50*time.Millisecond, h.Log())
	require.Contains(t, string(h.Read(t, "one@alpha.test")[0]), "Subject: direct")
	require.Contains(t, string(h.Read(t, "two@beta.test")[0]), "Subject: relayed")
}

func connect(t *testing.T, addr string) *smtp.Client {
	t.Helper()
	c, err := smtp.Dial(addr)
	require.NoError(t, err)
	return c
}

func roots(t *testing.T, h *Host) *x509.CertPool {
	t.Helper()
	pem, err := os.ReadFile(h.CAFile)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(pem))
	return pool
}

func handOver(t *testing.T, c *smtp.Client, to, subject string) {
	t.Helper()
	require.NoError(t, c.Mail("from@x.test"))
	require.NoError(t, c.Rcpt(to))
	w, err := c.Data()
	require.NoError(t, err)
	_, err = w.Write([]byte("Subject: " + subject + "\r\n\r\nhello\r\n"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, c.Quit())
}
