package dkim_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	oracle "github.com/emersion/go-msgauth/dkim"
	"github.com/stretchr/testify/require"

	"keruen/internal/mail/dkim"
)

var letterBody = strings.Repeat("Some text of the letter, some more of it.\r\n", 240)

func backends(t testing.TB) []*dkim.Backend {
	t.Helper()
	fast, err := dkim.Choose(dkim.Auto)
	require.NoError(t, err)
	return []*dkim.Backend{dkim.Go(), fast}
}

func rsaKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := dkim.Generate()
	require.NoError(t, err)
	return key
}

// MSG-4
func TestEveryBackendGivesTheSameSignature(t *testing.T) {
	t.Parallel()
	key := rsaKey(t)
	message := []byte(head + "\r\n" + letterBody)
	var first []byte
	for _, b := range backends(t) {
		s, err := dkim.NewSigner(b, dkim.Key{Domain: "example.org", Selector: "k2611", Private: key})
		require.NoError(t, err)
		sig, err := s.Sign(message, at)
		require.NoError(t, err)
		if first == nil {
			first = sig
		}
		require.Equal(t, string(first), string(sig), "%s %s", b.Name, b.Detail)
	}
}

// MSG-4
func TestManyGoroutinesSignWithManyKeysAtOnce(t *testing.T) {
	t.Parallel()
	for _, b := range backends(t) {
		var wg sync.WaitGroup
		for n := range 8 {
			key := rsaKey(t)
			record, err := dkim.Record(&key.PublicKey)
			require.NoError(t, err)
			s, err := dkim.NewSigner(b, dkim.Key{Domain: "example.org", Selector: "k2611", Private: key})
			require.NoError(t, err)
			for i := range 4 {
				wg.Go(func() {
					message := []byte(head + "\r\n" + fmt.Sprint("letter ", n, i, "\r\n"))
					for range 10 {
						sig, err := s.Sign(message, at)
						if err != nil {
							t.Error(err)
							return
						}
						if err := (keyed{s, record}).verify(t, append(sig, message...)); err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		wg.Wait()
	}
}

// MSG-4
func TestThreeSignaturesStandAndAreAllRight(t *testing.T) {
	t.Parallel()
	own, platform := rsaKey(t), rsaKey(t)
	pub, ed, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	s, err := dkim.NewSigner(nil, dkim.Key{Domain: "example.org", Selector: "k2611", Private: own},
		dkim.Key{Domain: "example.org", Selector: "e2611", Private: ed}, dkim.Key{Domain: "mail.keruen.test", Selector: "p1", Private: platform})
	require.NoError(t, err)
	texts := map[string]string{"e2611._domainkey.example.org": dkim.RecordEd25519(pub)}
	for name, k := range map[string]*rsa.PrivateKey{"k2611._domainkey.example.org": own, "p1._domainkey.mail.keruen.test": platform} {
		texts[name], err = dkim.Record(&k.PublicKey)
		require.NoError(t, err)
	}
	message := []byte(head + "\r\nHello\r\n")
	sig, err := s.Sign(message, at)
	require.NoError(t, err)
	vs, err := oracle.VerifyWithOptions(bytes.NewReader(append(sig, message...)), &oracle.VerifyOptions{LookupTXT: func(name string) ([]string, error) { return []string{texts[name]}, nil }})
	require.NoError(t, err)
	require.Len(t, vs, 3)
	for _, v := range vs {
		require.NoError(t, v.Err)
	}
	require.Equal(t, []string{"example.org", "example.org", "mail.keruen.test"}, []string{vs[0].Domain, vs[1].Domain, vs[2].Domain})
	require.True(t, strings.HasPrefix(string(sig), "DKIM-Signature: v=1; a=rsa-sha256;"), "who looks at the first one only sees RSA")
}

func TestASignerWithoutAUsableKeyIsNotMade(t *testing.T) {
	t.Parallel()
	for _, keys := range [][]dkim.Key{nil, {{Domain: "a.test", Selector: "s"}}, {{Domain: "a.test", Selector: "s", Private: (*rsa.PrivateKey)(nil)}},
		{{Domain: "a.test\r\nBcc: x", Selector: "s", Private: rsaKey(t)}}, {{Domain: "a.test", Selector: "s", Private: ed25519.PrivateKey{1}}}} {
		_, err := dkim.NewSigner(nil, keys...)
		require.ErrorIs(t, err, dkim.ErrKey)
	}
	_, err := dkim.Choose("fastest")
	require.ErrorIs(t, err, dkim.ErrMode)
}

func TestASettingKeepsToGo(t *testing.T) {
	t.Parallel()
	b, err := dkim.Choose(dkim.Pure)
	require.NoError(t, err)
	require.Equal(t, "go", b.Name)
}

func benchSign(b *testing.B, backend *dkim.Backend, parallel bool) {
	s, err := dkim.NewSigner(backend, dkim.Key{Domain: "example.org", Selector: "k2611", Private: rsaKey(b)})
	require.NoError(b, err)
	m := []byte(head + "\r\n" + letterBody)
	b.SetBytes(int64(len(m)))
	b.ReportAllocs()
	before := resident(b)
	b.ResetTimer()
	if parallel {
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				if _, err := s.Sign(m, at); err != nil {
					b.Error(err)
				}
			}
		})
	} else {
		for range b.N {
			if _, err := s.Sign(m, at); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.StopTimer()
	runtime.GC()
	b.ReportMetric(float64(resident(b)-before)/(1<<20), "MB-grown")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s")
}

// resident is the memory of the process in bytes; the library's is part of it.
func resident(t testing.TB) int64 {
	raw, err := os.ReadFile("/proc/self/statm")
	require.NoError(t, err)
	pages, err := strconv.ParseInt(strings.Fields(string(raw))[1], 10, 64)
	require.NoError(t, err)
	return pages * int64(os.Getpagesize())
}

// With -benchtime 1000000x the memory must stay flat.
func BenchmarkSign(b *testing.B) {
	for _, backend := range backends(b) {
		b.Run(backend.Name+"/one", func(b *testing.B) { benchSign(b, backend, false) })
		b.Run(backend.Name+"/all", func(b *testing.B) { benchSign(b, backend, true) })
	}
}

// BenchmarkCanonical shows what a signature costs beside the arithmetic of RSA: Ed25519 is nearly free.
func BenchmarkCanonical(b *testing.B) {
	_, ed, err := ed25519.GenerateKey(nil)
	require.NoError(b, err)
	s, err := dkim.NewSigner(nil, dkim.Key{Domain: "example.org", Selector: "e", Private: ed})
	require.NoError(b, err)
	m := []byte(head + "\r\n" + letterBody)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Sign(m, at); err != nil {
			b.Fatal(err)
		}
	}
}
