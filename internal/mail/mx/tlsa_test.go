package mx_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/mail/dane"
	"keruen/internal/mail/mx"
)

const digest = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

func validating(c *mx.Config) { c.Validates = true }

// MSG-4 (RFC 7672 §2.2)
func TestTLSARecordsCountOnlyWhenEverythingThatLeadsToThemIsSecure(t *testing.T) {
	t.Parallel()
	lines := []string{"d.test. 60 MX 1 mx.d.test.", "mx.d.test. 60 A 9.9.9.9", "_25._tcp.mx.d.test. 60 TLSA 3 1 1 " + digest, "_2525._tcp.mx.d.test. 60 TLSA 2 0 1 " + digest}
	z := newZone(t, lines...)
	got, err := resolver(t, z, validating).TLSA(t.Context(), "d.test", "mx.d.test", 25)
	require.NoError(t, err)
	require.Equal(t, "mx.d.test", got.Base)
	require.Len(t, got.Records, 1)
	require.Equal(t, []uint8{dane.EE, dane.SPKI, dane.SHA256}, []uint8{got.Records[0].Usage, got.Records[0].Selector, got.Records[0].Matching})
	require.Len(t, got.Records[0].Data, 32)
	other, err := resolver(t, z, validating).TLSA(t.Context(), "d.test", "mx.d.test", 2525)
	require.NoError(t, err)
	require.EqualValues(t, dane.TA, other.Records[0].Usage)

	believing, err := resolver(t, z, nil).TLSA(t.Context(), "d.test", "mx.d.test", 25)
	require.NoError(t, err)
	require.Empty(t, believing.Records, "a resolver that is not said to validate is not believed")
	for _, name := range []string{"d.test.", "mx.d.test.", "_25._tcp.mx.d.test."} {
		z := newZone(t, lines...)
		z.unsign(name)
		none, err := resolver(t, z, validating).TLSA(t.Context(), "d.test", "mx.d.test", 25)
		require.NoError(t, err, name)
		require.Empty(t, none.Records, name)
	}
}

// RFC 7672 §2.1.2: whoever can suppress an answer must not get the letter by it.
func TestWhetherThereAreTLSARecordsMustBeKnown(t *testing.T) {
	t.Parallel()
	z := newZone(t, "d.test. 60 MX 1 mx.d.test.", "mx.d.test. 60 A 9.9.9.9", "p.test. 60 MX 1 mx.p.test.", "mx.p.test. 60 A 9.9.9.9")
	z.unsign("mx.p.test.")
	for _, host := range []string{"mx.d.test.", "mx.p.test."} {
		z.breakDown("_25._tcp."+host, true)
	}
	r := resolver(t, z, validating)
	_, err := r.TLSA(t.Context(), "d.test", "mx.d.test", 25)
	require.ErrorIs(t, err, mx.ErrTemporary)
	_, err = r.TLSA(t.Context(), "p.test", "mx.p.test", 25)
	require.NoError(t, err, "a host whose addresses are not secure is not asked for records (§2.1.1)")
}

// RFC 7672 §2.2.2
func TestARecordWhereTheAliasOfAHostLeadsComesFirst(t *testing.T) {
	t.Parallel()
	z := newZone(t, "d.test. 60 MX 1 mx.d.test.", "mx.d.test. 60 CNAME real.h.test.", "real.h.test. 60 A 9.9.9.9", "_25._tcp.mx.d.test. 60 TLSA 3 1 1 "+digest)
	got, err := resolver(t, z, validating).TLSA(t.Context(), "d.test", "mx.d.test", 25)
	require.NoError(t, err)
	require.Equal(t, "mx.d.test", got.Base)

	z.add("_25._tcp.real.h.test. 60 TLSA 3 1 1 " + digest)
	got, err = resolver(t, z, validating).TLSA(t.Context(), "d.test", "mx.d.test", 25)
	require.NoError(t, err)
	require.Equal(t, "real.h.test", got.Base)
}

func TestADomainWithoutMXMayHaveRecordsOfItsOwn(t *testing.T) {
	t.Parallel()
	z := newZone(t, "d.test. 60 A 9.9.9.9", "_25._tcp.d.test. 60 TLSA 3 1 1 "+digest)
	r := resolver(t, z, validating)
	p, err := r.Plan(t.Context(), "d.test")
	require.NoError(t, err)
	require.True(t, p.Implicit)
	require.True(t, p.Secure)
	got, err := r.TLSA(t.Context(), "d.test", p.Hosts[0].Name, 25)
	require.NoError(t, err)
	require.Len(t, got.Records, 1)
}

// MSG-4: shaping belongs to providers, and to sites whose machines come and go.
func TestASetOfHostsRollsUpAndBelongsToAProvider(t *testing.T) {
	t.Parallel()
	z := newZone(t, "mx1.h.test. 60 A 9.9.9.1", "mx2.h.test. 60 A 9.9.9.2", "mx-03.h.test. 60 A 9.9.9.3", "c12345.h.test. 60 A 9.9.9.4", "c12346.h.test. 60 A 9.9.9.4", "own.test. 60 A 9.9.9.5",
		"one.test. 60 MX 1 mx1.h.test.", "two.test. 60 MX 1 mx1.h.test.", "two.test. 60 MX 2 mx2.h.test.", "two.test. 60 MX 3 mx-03.h.test.",
		"a.test. 60 MX 1 c12345.h.test.", "b.test. 60 MX 1 c12346.h.test.", "mixed.test. 60 MX 1 own.test.", "mixed.test. 60 MX 2 mx1.h.test.")
	r := resolver(t, z, func(c *mx.Config) {
		c.ProviderOf = func(host string) string {
			if strings.HasSuffix(host, ".h.test") {
				return "hoster"
			}
			return ""
		}
	})
	plan := func(domain string) mx.Plan {
		p, err := r.Plan(t.Context(), domain)
		require.NoError(t, err)
		return p
	}
	require.Equal(t, plan("one.test").Rollup, plan("two.test").Rollup)
	require.NotEqual(t, plan("one.test").Site, plan("two.test").Site, "connections belong to the exact set")
	require.NotEqual(t, plan("a.test").Rollup, plan("b.test").Rollup, "a long number names a customer")
	require.Equal(t, "hoster", plan("two.test").Provider)
	require.Equal(t, "hoster", plan("mixed.test").Provider)
	require.Empty(t, plan("own.test").Provider)
	require.Equal(t, "own.test", plan("own.test").Rollup)
}
