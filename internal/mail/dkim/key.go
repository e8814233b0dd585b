package dkim

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"

	"keruen/internal/errs"
)

// KeyBits is the size of the keys we make: 1024 is the least that verifiers accept
// (RFC 8301 §3.2), and the record of a 4096-bit key does not fit everywhere.
const KeyBits = 2048

// ErrKey is returned for a text that is not a usable private key.
var ErrKey = errs.New(errs.Invalid, "dkim.key", "This is not an RSA private key of at least 1024 bits in PEM form.")

// Generate makes a new private key.
func Generate() (*rsa.PrivateKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, KeyBits)
	if err != nil {
		return nil, fmt.Errorf("generate dkim key: %w", err)
	}
	return key, nil
}

// EncodePEM writes the key as PKCS #8 in PEM. The text is a secret.
func EncodePEM(key *rsa.PrivateKey) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", fmt.Errorf("encode dkim key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// ParsePEM reads PKCS #8 and PKCS #1.
func ParsePEM(text string) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(bytes.TrimSpace([]byte(text)))
	if block == nil {
		return nil, ErrKey
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return checked(key)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, ErrKey.Because(err)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, ErrKey
	}
	return checked(key)
}

func checked(key *rsa.PrivateKey) (*rsa.PrivateKey, error) {
	if key.N.BitLen() < 1024 {
		return nil, ErrKey
	}
	return key, nil
}

// RecordName is where the public key is published (RFC 6376 §3.6.2.1).
func RecordName(selector, domain string) string { return selector + "._domainkey." + domain }

// Record is the text of the TXT record. Most DNS panels take it as it is; a zone file needs
// it cut by Strings.
func Record(pub *rsa.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return "", fmt.Errorf("dkim record: %w", err)
	}
	return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der), nil
}

// RecordEd25519 is the same for an Ed25519 key, which is published bare (RFC 8463 §4).
func RecordEd25519(pub ed25519.PublicKey) string {
	return "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(pub)
}

// SameKey tells whether a published record holds the same public key as want, whatever the
// order of tags and the white space.
func SameKey(published, want string) bool {
	p := publicKey(published)
	return p != "" && p == publicKey(want)
}

func publicKey(record string) string {
	for tag := range strings.SplitSeq(record, ";") {
		name, value, ok := strings.Cut(tag, "=")
		if ok && strings.TrimSpace(name) == "p" {
			return strings.Join(strings.Fields(value), "")
		}
	}
	return ""
}

// Strings cuts a record into the pieces of at most 255 bytes that one TXT record holds.
func Strings(record string) []string {
	var out []string
	for len(record) > 255 {
		out = append(out, record[:255])
		record = record[255:]
	}
	return append(out, record)
}
