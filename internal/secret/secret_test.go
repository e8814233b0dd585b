package secret_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/argon2"

	"keruen/internal/errs"
	"keruen/internal/secret"
)

func newKeys(t testing.TB, fill byte) *secret.Keys {
	t.Helper()
	k, err := secret.New([]byte(strings.Repeat(string(rune(fill)), secret.KeySize)))
	require.NoError(t, err)
	return k
}

func TestTheMasterKeyIsMadeOnceAndForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data", "secret.key")
	var all sync.WaitGroup
	sums := make([]string, 8)
	for i := range sums { // processes that start at once
		all.Go(func() {
			k, err := secret.Load(path)
			if err == nil {
				sums[i] = k.Sign("x", nil)
			}
		})
	}
	all.Wait()
	for _, s := range sums {
		require.NotEmpty(t, s)
		require.Equal(t, sums[0], s)
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing half-written stays")
}

func TestAMasterKeyOfTheWrongLengthIsRefused(t *testing.T) {
	t.Parallel()
	raw := []byte(strings.Repeat("k", secret.KeySize))
	a, err := secret.Parse(hex.EncodeToString(raw) + "\n")
	require.NoError(t, err)
	b, err := secret.Parse(base64.StdEncoding.EncodeToString(raw))
	require.NoError(t, err)
	require.Equal(t, a.Sign("x", nil), b.Sign("x", nil))
	for _, bad := range []string{"", "short", hex.EncodeToString(raw[1:]), hex.EncodeToString(raw) + "00"} {
		_, err := secret.Parse(bad)
		require.ErrorIs(t, err, secret.ErrMasterKey, bad)
	}
	path := filepath.Join(t.TempDir(), "secret.key")
	require.NoError(t, os.WriteFile(path, []byte("damaged"), 0o600))
	_, err = secret.Load(path)
	require.ErrorIs(t, err, secret.ErrMasterKey, "a damaged file is not replaced")
}

func TestASealedValueOpensOnlyWhereItBelongs(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 'a')
	sealed := k.Seal("totp", []byte("value"), []byte("row 1"))
	require.NotContains(t, string(sealed), "value")
	require.NotEqual(t, sealed, k.Seal("totp", []byte("value"), []byte("row 1")), "nonces differ")
	plain, err := k.Open("totp", sealed, []byte("row 1"))
	require.NoError(t, err)
	require.Equal(t, "value", string(plain))

	damaged := append([]byte(nil), sealed...)
	damaged[len(damaged)-1] ^= 1
	other := append([]byte{2}, sealed[1:]...)
	for name, open := range map[string]func() ([]byte, error){
		"another purpose": func() ([]byte, error) { return k.Open("smtp", sealed, []byte("row 1")) },
		"another row":     func() ([]byte, error) { return k.Open("totp", sealed, []byte("row 2")) },
		"another key":     func() ([]byte, error) { return newKeys(t, 'b').Open("totp", sealed, []byte("row 1")) },
		"damaged":         func() ([]byte, error) { return k.Open("totp", damaged, []byte("row 1")) },
		"another version": func() ([]byte, error) { return k.Open("totp", other, []byte("row 1")) },
		"cut":             func() ([]byte, error) { return k.Open("totp", sealed[:10], []byte("row 1")) },
		"nothing":         func() ([]byte, error) { return k.Open("totp", nil, nil) },
	} {
		_, err := open()
		require.ErrorIs(t, err, secret.ErrSealed, name)
	}
}

func TestASignedTokenCannotBeChangedOrMoved(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 'a')
	payload := []byte{0, 1, 2, 3, 4, 5, 6, 255}
	token, address := k.Sign("click", payload), k.SignLocal("bounce", payload)
	require.Regexp(t, `^[A-Za-z0-9_-]+$`, token)
	require.Regexp(t, `^[0-9a-z]{32}$`, address)

	got, err := k.Verify("click", token)
	require.NoError(t, err)
	require.Equal(t, payload, got)
	got, err = k.VerifyLocal("bounce", strings.ToUpper(address))
	require.NoError(t, err, "a server on the way may change the case")
	require.Equal(t, payload, got)

	_, err = k.Verify("open", token)
	require.ErrorIs(t, err, secret.ErrToken)
	_, err = k.VerifyLocal("click", address)
	require.ErrorIs(t, err, secret.ErrToken)
	_, err = newKeys(t, 'b').Verify("click", token)
	require.ErrorIs(t, err, secret.ErrToken)
	for i := range token {
		changed := []byte(token)
		changed[i] = 'A' + (changed[i]-'A'+1)%26
		if string(changed) != token {
			_, err := k.Verify("click", string(changed))
			require.ErrorIs(t, err, secret.ErrToken)
		}
	}
}

func FuzzTokens(f *testing.F) {
	k := newKeys(f, 'a')
	f.Add(k.Sign("p", []byte("payload")))
	f.Add(k.SignLocal("p", []byte("payload")))
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		if b, err := k.Verify("p", s); err == nil {
			require.Equal(t, s, k.Sign("p", b), "only one text says one thing")
		}
		if b, err := k.VerifyLocal("p", s); err == nil {
			require.Equal(t, strings.ToLower(s), k.SignLocal("p", b))
		}
	})
}

func TestPasswordHashesCarryTheirCosts(t *testing.T) {
	t.Parallel()
	h := secret.NewHasher(secret.Strong, 1)
	hash, err := h.Hash(t.Context(), "correct horse")
	require.NoError(t, err)
	require.Regexp(t, `^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, hash)

	parts := strings.Split(hash, "$")
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	require.NoError(t, err)
	want := argon2.IDKey([]byte("correct horse"), salt, 2, 19456, 1, 32)
	require.Equal(t, base64.RawStdEncoding.EncodeToString(want), parts[5])

	for password, right := range map[string]bool{"correct horse": true, "Correct horse": false, "": false} {
		ok, stale, err := h.Verify(t.Context(), password, hash)
		require.NoError(t, err)
		require.Equal(t, right, ok)
		require.False(t, stale)
	}
	ok, stale, err := secret.NewHasher(secret.Weak, 1).Verify(t.Context(), "correct horse", hash)
	require.NoError(t, err)
	require.True(t, ok)
	require.True(t, stale, "made with other costs")
}

func TestAnEmptyHashLetsNobodyIn(t *testing.T) {
	t.Parallel()
	ok, _, err := secret.NewHasher(secret.Weak, 1).Verify(t.Context(), "", "")
	require.NoError(t, err)
	require.False(t, ok)
}

func TestADamagedHashIsAFaultAndTakesNoMemory(t *testing.T) {
	t.Parallel()
	h := secret.NewHasher(secret.Weak, 1)
	for _, bad := range []string{
		"plain", "$2b$12$abc", "$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=8,t=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=8,t=1,p=1$!$!",
	} {
		_, _, err := h.Verify(t.Context(), "x", bad)
		require.ErrorIs(t, err, secret.ErrHash, bad)
	}
}

func TestAHashWaitsForItsTurnOnlyAsLongAsTheCallerDoes(t *testing.T) {
	t.Parallel()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := secret.NewHasher(secret.Weak, 1).Hash(gone, "x")
	require.ErrorIs(t, err, errs.ErrUnavailable)
}

func TestTokensAreLongRandomAndStoredAsHashes(t *testing.T) {
	t.Parallel()
	a, b := secret.NewToken(), secret.NewToken()
	require.Len(t, a, 52)
	require.NotEqual(t, a, b)
	require.Equal(t, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", secret.Hash("abc"), "SHA-256, FIPS 180-4")
}
