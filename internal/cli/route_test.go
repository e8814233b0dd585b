package cli_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/db/dbtest"
	"keruen/test/signedzone"
)

// MSG-4: against NSD, a zone signed by ldns, and Unbound.
func TestTheAdministratorSeesWhereLettersToADomainGoAndHowTheyAreProtected(t *testing.T) {
	t.Parallel()
	digest := "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	servers := signedzone.Start(t, signedzone.Zones{
		Signed: []string{"shop MX 10 mx1.shop", "shop MX 20 mx2.shop", "mx1.shop A 127.0.0.1", "mx2.shop A 127.0.0.2", "_25._tcp.mx1.shop TLSA 3 1 1 " + digest,
			"hurt MX 1 mx.hurt", "mx.hurt A 127.0.0.1", "_25._tcp.mx.hurt TLSA 3 1 1 " + digest, "null MX 0 ."},
		Plain:  []string{"shop A 127.0.0.1"},
		Forged: []string{"_25._tcp.mx.hurt"},
	})
	k := on(t, dbtest.SQLite(t))
	k.ok("", "migrate")
	route := func(domain, validates string) string {
		return k.ok("", "route", domain, "--set", "dns.servers="+servers, "--set", "dns.allow_private=true", "--set", "dns.validates="+validates)
	}
	good := route("Shop.signed.test", "true")
	require.Regexp(t, `DNSSEC +yes`, good)
	require.Regexp(t, `mx1\.shop\.signed\.test +10 +127\.0\.0\.1 +TLS or nothing, certificate as published \(DANE\)\n`, good)
	require.Regexp(t, `mx2\.shop\.signed\.test +20 +127\.0\.0\.2 +TLS when offered\n`, good)

	require.Contains(t, route("shop.signed.test", "false"), "dns.validates is off")
	require.Contains(t, route("hurt.signed.test", "true"), "letters wait: whether the server has DANE records cannot be told")
	plain := route("shop.plain.test", "true")
	require.Contains(t, plain, "DANE records do not count")
	require.Contains(t, plain, "its own address takes the mail")
	require.Contains(t, route("null.signed.test", "true"), "the domain says that it takes no mail")
}
