// Package secret keeps secrets: one master key for the installation, keys derived from it by
// purpose, sealed values, signed tokens, password hashes, random tokens.
//
// The master key is 32 bytes, from the configuration or from a file made at the first start.
// Whoever loses it loses every sealed value, so it belongs to the backup — apart from the data.
// A purpose is a short constant such as "access.totp"; two purposes never share a key.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"keruen/internal/errs"
)

// KeySize is the length of the master key in bytes.
const KeySize = 32

// Errors of keys and sealed values.
var (
	ErrMasterKey = errs.New(errs.Internal, "secret.master_key", "The master key must be 32 bytes, written as 64 hexadecimal digits or as base64.")
	ErrSealed    = errs.New(errs.Internal, "secret.sealed", "A sealed value cannot be opened. The master key was changed or the value is damaged.")
	ErrToken     = errs.New(errs.NotFound, "secret.token", "The link is not valid. Open it again from the letter, or ask for a new one.")
)

// Keys holds the master key and derives all others. It is safe for concurrent use.
type Keys struct{ master []byte }

// New makes Keys of a master key of KeySize bytes.
func New(master []byte) (*Keys, error) {
	if len(master) != KeySize {
		return nil, ErrMasterKey.With("length", len(master))
	}
	return &Keys{master: append([]byte(nil), master...)}, nil
}

// Parse reads a master key written as hexadecimal digits or base64, as the configuration has it.
func Parse(text string) (*Keys, error) {
	text = strings.TrimSpace(text)
	if b, err := hex.DecodeString(text); err == nil && len(b) == KeySize {
		return New(b)
	}
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if b, err := enc.DecodeString(text); err == nil && len(b) == KeySize {
			return New(b)
		}
	}
	return nil, ErrMasterKey
}

// Load reads the master key from a file, and makes the file (mode 0600) when there is none.
// Two processes that start at once end up with the same key.
func Load(path string) (*Keys, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return create(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read master key: %w", err)
	}
	k, err := Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("master key in %s: %w", path, err)
	}
	return k, nil
}

// create writes a whole new file beside and links it into place; link refuses to replace a file
// that another process has made meanwhile, and that one then counts.
func create(path string) (*Keys, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("create master key: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".secret-*") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("create master key: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(hex.EncodeToString(Random(KeySize)) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, fmt.Errorf("create master key: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("create master key: %w", err)
	}
	return Load(path)
}

// derive returns n bytes for one purpose by HKDF-SHA256 (RFC 5869).
func (k *Keys) derive(purpose string, n int) []byte {
	b, err := hkdf.Expand(sha256.New, k.master, "keruen/"+purpose, n)
	if err != nil { // only for n over 255 hashes
		panic(err)
	}
	return b
}

// sealVersion is the first byte of a sealed value, so that the way of sealing can change.
const sealVersion = 1

// Seal encrypts and authenticates plain (AES-256-GCM, random nonce). The value opens only under the
// same purpose and with the same bound data, which is not stored; bind the row's identifier, so
// that a sealed value copied to another row does not open there.
func (k *Keys) Seal(purpose string, plain, bound []byte) []byte {
	gcm := k.gcm(purpose)
	out := append(make([]byte, 0, 1+gcm.NonceSize()+len(plain)+gcm.Overhead()), sealVersion)
	nonce := Random(gcm.NonceSize())
	return gcm.Seal(append(out, nonce...), nonce, plain, bound)
}

// Open returns what Seal was given, or ErrSealed.
func (k *Keys) Open(purpose string, sealed, bound []byte) ([]byte, error) {
	gcm := k.gcm(purpose)
	if len(sealed) < 1+gcm.NonceSize()+gcm.Overhead() || sealed[0] != sealVersion {
		return nil, ErrSealed
	}
	nonce, box := sealed[1:1+gcm.NonceSize()], sealed[1+gcm.NonceSize():]
	plain, err := gcm.Open(nil, nonce, box, bound)
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

func (k *Keys) gcm(purpose string) cipher.AEAD {
	block, err := aes.NewCipher(k.derive("seal/"+purpose, 32))
	if err != nil { // only for a wrong key length
		panic(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil { // only for a wrong block size
		panic(err)
	}
	return gcm
}

// MAC returns HMAC-SHA256 of the parts under the key of the purpose. The parts are told apart:
// ("ab","c") and ("a","bc") differ.
func (k *Keys) MAC(purpose string, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, k.derive("mac/"+purpose, 32))
	for _, p := range parts {
		n := uint64(len(p))
		m.Write([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
		m.Write(p)
	}
	return m.Sum(nil)
}

// Ed25519 returns the signing key of the purpose; it is the same as long as the master key is.
func (k *Keys) Ed25519(purpose string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(k.derive("ed25519/"+purpose, ed25519.SeedSize))
}

// Random returns n random bytes.
func Random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return b
}
