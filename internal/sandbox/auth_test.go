package sandbox_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/stretchr/testify/require"

	"keruen/internal/sandbox"
)

// signer makes a key and returns how to sign with it, and the DNS text of its public half.
func signer(t *testing.T) (sign func(string) string, txt string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	pub, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	sign = func(letter string) string {
		var b bytes.Buffer
		require.NoError(t, dkim.Sign(&b, strings.NewReader(letter), &dkim.SignOptions{Domain: "sender.test", Selector: "s1", Signer: key}))
		return b.String()
	}
	return sign, "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(pub)
}

// A demanding provider wants a signature that holds (RFC 6376).
func TestADemandingProviderRefusesWhatIsNotSigned(t *testing.T) {
	t.Parallel()
	w, _ := world(t)
	sign, txt := signer(t)
	signed := sign(plain("a@gmail.com"))

	unsigned := send(t, w, "a@gmail.com", plain("a@gmail.com"))
	require.ErrorContains(t, unsigned, "5.7.26")
	require.ErrorContains(t, send(t, w, "a@outlook.com", plain("a@outlook.com")), "5.7.515")
	require.NoError(t, send(t, w, "a@mail.ru", plain("a@mail.ru")), "others are not so strict")

	require.NoError(t, send(t, w, "a@gmail.com", signed))
	require.Equal(t, "no_key", w.Messages(sandbox.Filter{To: "a@gmail.com"})[0].DKIM)

	w.Publish("s1._domainkey.sender.test", txt)
	require.NoError(t, send(t, w, "b@gmail.com", signed))
	require.Equal(t, "pass", w.Messages(sandbox.Filter{To: "b@gmail.com"})[0].DKIM)

	forged := strings.Replace(signed, "Hello", "Hallo", 1)
	require.ErrorContains(t, send(t, w, "c@gmail.com", forged), "5.7.26")
}

// Bulk needs one-click unsubscribing (RFC 8058).
func TestBulkWithoutAWayOutIsRefused(t *testing.T) {
	t.Parallel()
	w, _ := world(t)
	sign, txt := signer(t)
	w.Publish("s1._domainkey.sender.test", txt)
	bulk := "Precedence: bulk\r\n" + plain("a@gmail.com")
	link := "List-Unsubscribe: <https://sender.test/u>\r\n" + bulk
	full := "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" + link

	require.ErrorContains(t, send(t, w, "a@gmail.com", sign(bulk)), "unsubscribe")
	require.ErrorContains(t, send(t, w, "a@gmail.com", sign(link)), "unsubscribe")
	require.NoError(t, send(t, w, "a@gmail.com", sign(full)))
	require.ErrorContains(t, send(t, w, "a@mail.ru", bulk), "List-Unsubscribe")
	require.NoError(t, send(t, w, "a@mail.ru", link))
}

func TestHostileLettersDoNotStopTheWorld(t *testing.T) {
	t.Parallel()
	w, _ := world(t)
	for _, raw := range []string{
		"", "\r\n", "no header at all", ": empty name\r\n\r\n", "\x00\xff: \x80\r\n\r\n\x00",
		"DKIM-Signature: v=1; a=rsa-sha256; b=!!; bh==; d=; s=; h=from\r\nDKIM-Signature: ;;==\r\nFrom: x\r\n\r\nbody",
		"DKIM-Signature: v=1; a=rsa-sha256; d=x.test; s=y; h=from:from:from; bh=AA==; b=AA==; l=99999999999999999999\r\nFrom: a@x.test\r\n\r\nbody",
		"Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n--\r\n",
		"Subject: " + strings.Repeat("=?utf-8?b?", 150) + "\r\n\r\nx",
	} {
		_ = send(t, w, "a@gmail.com", raw) // may be refused, in words
		require.NoError(t, send(t, w, "a@mail.ru", raw))
		l := w.Messages(sandbox.Filter{Limit: 1})[0]
		for _, view := range []string{"", "?view=text", "?view=headers", "?view=raw", "/html", "/raw"} {
			resp, _ := get(t, w, "/sandbox/m/"+itoa(l.ID)+view)
			require.Equal(t, 200, resp.StatusCode)
		}
	}
}
