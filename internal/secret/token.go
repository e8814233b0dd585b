package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
)

// tagSize is the length of the tag of a signed token: 96 bits. Forging one takes 2^95 tries
// against the server on average (RFC 2104 §5 allows truncation to half of the hash; a link is
// refused one try at a time, so less than that is safe here).
const tagSize = 12

// local is the alphabet of tokens that stand in the local part of an e-mail address: letters of one
// case and digits only, because some servers change the case of local parts.
var local = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Sign returns a URL-safe token that carries the payload, readable by anyone, with a tag that only
// this installation can make. It has (len(payload)+12)·4/3 characters.
func (k *Keys) Sign(purpose string, payload []byte) string {
	return base64.RawURLEncoding.EncodeToString(k.tagged(purpose, payload))
}

// Verify returns the payload of a token made by Sign with the same purpose, or ErrToken.
func (k *Keys) Verify(purpose, token string) ([]byte, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return nil, ErrToken
	}
	return k.untag(purpose, b)
}

// SignLocal is Sign in lower-case base 32, for the local part of an address (VERP). With an
// identifier of 8 bytes it has 32 characters; RFC 5321 §4.5.3.1.1 allows 64.
func (k *Keys) SignLocal(purpose string, payload []byte) string {
	return local.EncodeToString(k.tagged(purpose, payload))
}

// VerifyLocal returns the payload of a token made by SignLocal, or ErrToken. Upper case is
// accepted, since servers on the way may have changed it.
func (k *Keys) VerifyLocal(purpose, token string) ([]byte, error) {
	text := []byte(token)
	for i, c := range text {
		if 'A' <= c && c <= 'Z' {
			text[i] = c | 0x20
		}
	}
	b, err := local.DecodeString(string(text))
	if err != nil || local.EncodeToString(b) != string(text) { // the second refuses loose last bits
		return nil, ErrToken
	}
	return k.untag(purpose, b)
}

func (k *Keys) tagged(purpose string, payload []byte) []byte {
	out := append(make([]byte, 0, len(payload)+tagSize), payload...)
	return append(out, k.MAC("token/"+purpose, payload)[:tagSize]...)
}

func (k *Keys) untag(purpose string, b []byte) ([]byte, error) {
	if len(b) < tagSize {
		return nil, ErrToken
	}
	payload, tag := b[:len(b)-tagSize], b[len(b)-tagSize:]
	if !hmac.Equal(tag, k.MAC("token/"+purpose, payload)[:tagSize]) {
		return nil, ErrToken
	}
	return payload, nil
}

// TokenSize is the number of random bytes in a token made by NewToken.
const TokenSize = 32

// NewToken returns a random token of 256 bits as 52 characters of lower-case base 32.
func NewToken() string { return local.EncodeToString(Random(TokenSize)) }

// Hash returns SHA-256 of a token in hexadecimal. It is for random tokens of NewToken only: they
// cannot be guessed, so they need no salt and no slow hash. Passwords go through Hasher.
func Hash(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

// Equal compares two secrets in time that does not depend on where they differ.
func Equal(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }
