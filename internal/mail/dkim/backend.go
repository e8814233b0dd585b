package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// Modes of choosing a backend (the setting mail.signer).
const (
	Auto = "auto" // the fastest that works
	Pure = "go"   // Go's own arithmetic, whatever the machine has
)

// Backend does the arithmetic of signatures. Both are safe for concurrent use and give the same bytes for the same key and digest.
type Backend struct {
	// Name is "go" or "libcrypto"; Detail says more to people: the version, or why the faster one is not used.
	Name, Detail string

	open func(*rsa.PrivateKey) (digester, error) // nil: Go
	// turns bounds the signatures that are being made to the number of processors: with more, threads only take turns, and the
	// library's calls, which Go cannot interrupt, would each want a thread.
	turns chan struct{}
}

// digester signs the SHA-256 digest of something.
type digester interface {
	sign(digest []byte) ([]byte, error)
}

// Go is the backend that is always there.
func Go() *Backend { return &Backend{Name: "go", turns: make(chan struct{}, runtime.GOMAXPROCS(0))} }

// ErrMode is for a mode that there is not.
var ErrMode = errors.New(`dkim: the signer is "auto" or "go"`)

var fastest = sync.OnceValue(findFastest)

// Choose returns the backend of a mode. The first call with Auto tries what the machine has, which takes some milliseconds; whatever
// is wrong with it, Go signs.
func Choose(mode string) (*Backend, error) {
	switch mode {
	case Pure:
		b := Go()
		b.Detail = "chosen by the settings"
		return b, nil
	case Auto, "":
		return fastest(), nil
	}
	return nil, ErrMode
}

// findFastest lets both sign with a fresh key and takes the library only if it is faster and right.
func findFastest() *Backend {
	b := Go()
	lib, err := loadLibrary()
	if err != nil {
		b.Detail = err.Error()
		return b
	}
	key, err := Generate()
	if err != nil {
		b.Detail = err.Error()
		return b
	}
	fast, err := lib.open(key)
	if err != nil {
		b.Detail = err.Error()
		return b
	}
	if pace(fast) >= pace(goRSA{key}) {
		b.Detail = lib.Detail + " is not faster here"
		return b
	}
	return lib
}

// pace is the shortest of a few signatures: others on the machine can only make one longer.
func pace(d digester) time.Duration {
	best := time.Hour
	digest := sha256.Sum256([]byte("pace"))
	for range 5 {
		begun := time.Now()
		if _, err := d.sign(digest[:]); err != nil {
			return time.Hour
		}
		best = min(best, time.Since(begun))
	}
	return best
}

// digesterOf prepares a private key. One that the library does not take, or signs wrongly with, is left to Go.
func (b *Backend) digesterOf(private crypto.Signer) (digester, error) {
	switch key := private.(type) {
	case ed25519.PrivateKey:
		if len(key) != ed25519.PrivateKeySize {
			return nil, ErrKey
		}
		return goEd25519{key}, nil
	case *rsa.PrivateKey:
		if key == nil {
			return nil, ErrKey
		}
		if b.open != nil {
			if d, err := b.open(key); err == nil {
				return d, nil
			}
		}
		return goRSA{key}, nil
	}
	return nil, ErrKey
}

// sign waits for a processor.
func (b *Backend) sign(d digester, digest []byte) ([]byte, error) {
	b.turns <- struct{}{}
	defer func() { <-b.turns }()
	return d.sign(digest)
}

type goRSA struct{ key *rsa.PrivateKey }

func (g goRSA) sign(digest []byte) ([]byte, error) {
	sig, err := rsa.SignPKCS1v15(nil, g.key, crypto.SHA256, digest)
	if err != nil {
		return nil, fmt.Errorf("dkim sign: %w", err)
	}
	return sig, nil
}

// goEd25519 signs the digest as its message (RFC 8463 §3).
type goEd25519 struct{ key ed25519.PrivateKey }

func (g goEd25519) sign(digest []byte) ([]byte, error) { return ed25519.Sign(g.key, digest), nil }
