package dkim_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	oracle "github.com/emersion/go-msgauth/dkim"
	"github.com/stretchr/testify/require"

	"keruen/internal/mail/dkim"
)

var at = time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC)

const head = "From: =?utf-8?b?0KE=?=\r\n <news@example.org>\r\nTo: jo@example.net\r\nsubject:  Hello \t world \r\nDate: Tue, 24 Nov 2026 05:00:00 +0000\r\n" +
	"Message-ID: <a@example.org>\r\nList-Unsubscribe: <https://example.org/u/1>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nX-Other: 1\r\n"

type keyed struct {
	*dkim.Signer
	record string
}

func newKeyed(t testing.TB) keyed {
	t.Helper()
	key, err := dkim.Generate()
	require.NoError(t, err)
	s, err := dkim.NewSigner(nil, dkim.Key{Domain: "example.org", Selector: "k2611", Private: key})
	require.NoError(t, err)
	record, err := dkim.Record(&key.PublicKey)
	require.NoError(t, err)
	return keyed{s, record}
}

// verify asks an implementation that is not ours.
func (k keyed) verify(t *testing.T, message []byte) error {
	t.Helper()
	vs, err := oracle.VerifyWithOptions(bytes.NewReader(message), &oracle.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		require.Equal(t, "k2611._domainkey.example.org", name)
		return []string{k.record}, nil
	}})
	require.NoError(t, err)
	require.Len(t, vs, 1)
	require.Equal(t, "example.org", vs[0].Domain)
	return vs[0].Err
}

// MSG-4
func TestASignatureIsAcceptedByAnIndependentVerifier(t *testing.T) {
	t.Parallel()
	k := newKeyed(t)
	for name, body := range map[string]string{
		"plain": "Hello\r\n", "empty": "", "only empty lines": "\r\n\r\n\r\n", "trailing spaces": "a  b\t \r\n \t\r\nc \r\n\r\n\r\n",
		"no final line end": "a\r\nb", "dots": ".\r\n..\r\n.a\r\n", "long": strings.Repeat(strings.Repeat("x y ", 200)+"\r\n", 100), "spaces only": "   ",
	} {
		message := head + "\r\n" + body
		sig, err := k.Sign([]byte(message), at)
		require.NoError(t, err, name)
		require.NoError(t, k.verify(t, append(sig, message...)), name)
	}
}

func TestAChangeOfTheLetterBreaksTheSignature(t *testing.T) {
	t.Parallel()
	k := newKeyed(t)
	message := head + "\r\nHello\r\n"
	sig, err := k.Sign([]byte(message), at)
	require.NoError(t, err)
	good := string(sig) + message
	for _, bad := range []string{
		strings.Replace(good, "Hello\r\n", "Hello!\r\n", 1),
		strings.Replace(good, "jo@", "ann@", 1),
		"Subject: another\r\n" + good, // a second one of a field that is present
		"Reply-To: a@b.c\r\n" + good,  // a first one of a field that is absent
		"List-Unsubscribe: <x>\r\n" + good,
		strings.Replace(good, "One-Click", "No-Click", 1),
	} {
		require.Error(t, k.verify(t, []byte(bad)))
	}
	require.NoError(t, k.verify(t, []byte(strings.Replace(good, "X-Other: 1", "X-Other: 2", 1))), "fields that are not covered may change")
}

func TestTheSameLetterGetsTheSameSignature(t *testing.T) {
	t.Parallel()
	k := newKeyed(t)
	a, err := k.Sign([]byte(head+"\r\nHello\r\n"), at)
	require.NoError(t, err)
	b, err := k.Sign([]byte(head+"\r\nHello\r\n"), at)
	require.NoError(t, err)
	require.Equal(t, a, b)
	for line := range strings.SplitSeq(string(a), "\r\n") {
		require.LessOrEqual(t, len(line), 78)
	}
	require.NotContains(t, string(a), " l=")
}

func TestALetterWithoutFromOrWithABrokenHeaderIsRefused(t *testing.T) {
	t.Parallel()
	k := newKeyed(t)
	for _, m := range []string{"", "From: a@b.c\r\n", "To: a@b.c\r\n\r\nx", "no colon\r\n\r\nx", "From: a@b.c\n\nx"} {
		_, err := k.Sign([]byte(m), at)
		require.ErrorIs(t, err, dkim.ErrMessage, "%q", m)
	}
}

func TestAKeySurvivesItsText(t *testing.T) {
	t.Parallel()
	key, err := dkim.Generate()
	require.NoError(t, err)
	require.Equal(t, 2048, key.N.BitLen())
	text, err := dkim.EncodePEM(key)
	require.NoError(t, err)
	back, err := dkim.ParsePEM("\n" + text + "\n")
	require.NoError(t, err)
	require.True(t, key.Equal(back))
	for _, bad := range []string{"", "hello", strings.ReplaceAll(text, "A", "B"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"} {
		_, err := dkim.ParsePEM(bad)
		require.ErrorIs(t, err, dkim.ErrKey)
	}
}

func TestARecordIsComparedByItsKeyOnly(t *testing.T) {
	t.Parallel()
	a, b := newKeyed(t).record, newKeyed(t).record
	spaced := "k=rsa;p= " + strings.TrimPrefix(a, "v=DKIM1; k=rsa; p=")[:50] + " " + strings.TrimPrefix(a, "v=DKIM1; k=rsa; p=")[50:] + ";"
	require.True(t, dkim.SameKey(spaced, a))
	require.False(t, dkim.SameKey(b, a))
	require.False(t, dkim.SameKey("v=DKIM1; p=", "v=DKIM1; p="), "an empty key is a revoked one")
	require.Equal(t, a, strings.Join(dkim.Strings(a), ""))
	for _, s := range dkim.Strings(a) {
		require.LessOrEqual(t, len(s), 255)
	}
}
