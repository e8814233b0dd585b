package mailhost

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/mail/dkim"
)

// A verifier that accepts anything would prove nothing: it must also refuse.
func TestTheStrangerAcceptsASignedLetterAndRefusesAChangedOne(t *testing.T) {
	key, err := dkim.Generate()
	require.NoError(t, err)
	signer, err := dkim.NewSigner(nil, dkim.Key{Domain: "alpha.test", Selector: "k1", Private: key})
	require.NoError(t, err)
	record, err := dkim.Record(&key.PublicKey)
	require.NoError(t, err)
	published := map[string]string{dkim.RecordName("k1", "alpha.test"): record}

	letter := []byte("From: a@alpha.test\r\nTo: b@beta.test\r\nSubject: hello\r\nDate: Tue, 24 Nov 2026 10:00:00 +0500\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGood day.\r\n")
	header, err := signer.Sign(letter, time.Now())
	require.NoError(t, err)
	signed := append(header, letter...)

	good := Verify(t, signed, published)
	require.True(t, good.DKIM)
	require.Contains(t, good.Signed, "subject")
	require.Empty(t, good.Defects)
	require.Equal(t, "text/plain", good.Root)
	require.False(t, Verify(t, bytes.Replace(signed, []byte("Good day"), []byte("Bad day"), 1), published).DKIM)
	require.False(t, Verify(t, signed, nil).DKIM)
	require.False(t, Verify(t, letter, published).DKIM)
}
