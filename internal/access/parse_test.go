package access

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/id"
	"keruen/internal/secret"
)

func TestAddressesAreComparedWithoutCaseAndInOneSpelling(t *testing.T) {
	t.Parallel()
	for in, key := range map[string]string{
		" Aigul.S+tag@Example.KZ ": "aigul.s+tag@example.kz",
		"почта@пример.қаз":         "почта@xn--e1afmkfd.xn--80ao21a",
		"a@xn--e1afmkfd.kz":        "a@xn--e1afmkfd.kz",
		"no-at.example.kz":         "", "@example.kz": "", "a@": "", "a@b": "", "a b@example.kz": "", "a@example..kz": "", "<a@example.kz>": "",
		"a@example.kz,b@example.kz":              "",
		strings.Repeat("a", 65) + "@example.kz":  "",
		"a@" + strings.Repeat("a.", 130) + "kz":  "",
		"\"quoted local\"@example.kz":            "",
		"a@[192.0.2.1]":                          "",
		"Aigul <a@example.kz>":                   "",
		"a@example.kz\r\nBcc: victim@example.kz": "",
		"a\x00@example.kz":                       "",
		"a@exa\u202emple.kz":                     "",
	} {
		e, err := parseEmail(in)
		require.Equal(t, key, e.Key, in)
		require.Equal(t, key == "", err != nil, in)
	}
}

func TestNetworksOfVisitors(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
	} {
		require.Equal(t, want, network(netip.MustParseAddr(in)))
	}
}

// The vectors of RFC 6238, appendix B, for SHA-1, cut to six digits.
func TestTOTPAgreesWithItsStandard(t *testing.T) {
	t.Parallel()
	key := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		require.Equal(t, want, totpAt(key, at/30))
	}
}

func FuzzEmail(f *testing.F) {
	f.Add("a@example.kz")
	f.Add("почта@пример.қаз")
	f.Add("a@[1.2.3.4]")
	f.Fuzz(func(t *testing.T, s string) {
		e, err := parseEmail(s)
		if err != nil {
			return
		}
		require.False(t, strings.ContainsAny(e.Address, "\r\n\x00 <>,"), "an address never breaks a header")
		again, err := parseEmail(e.Key)
		require.NoError(t, err, "a key is an address")
		require.Equal(t, e.Key, again.Key, "and its own key")
	})
}

func FuzzKeyToken(f *testing.F) {
	f.Add(keyToken(id.New[keyKind](), secret.NewToken()))
	f.Add("krn_")
	f.Fuzz(func(t *testing.T, s string) {
		k, tail, err := parseKeyToken(s)
		if err == nil {
			require.Equal(t, s, keyToken(k, tail), "only one text says one thing")
		}
	})
}
