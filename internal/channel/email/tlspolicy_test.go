package email_test

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	server "github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/channel/email"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/mail/mtasts"
	"keruen/internal/mail/mx"
	"keruen/test/authority"
	"keruen/test/signedzone"
)

// secured is the channel with everything that finds policies, against name servers that are not ours.
type secured struct {
	*email.Channel
	in     *inbox
	ca     *authority.Authority
	keeper *mtasts.Keeper
	tally  *email.TLSTally
}

// policies are those of the domains, by what is before ".signed.test".
var policies = map[string]string{
	"sts":      "version: STSv1\nmode: enforce\nmx: mx.sts.signed.test\nmax_age: 86400\n",
	"badcert":  "version: STSv1\nmode: enforce\nmx: other.signed.test\nmax_age: 86400\n",
	"unlisted": "version: STSv1\nmode: enforce\nmx: *.elsewhere.test\nmax_age: 86400\n",
	"testing":  "version: STSv1\nmode: testing\nmx: *.elsewhere.test\nmax_age: 86400\n",
	"beats":    "version: STSv1\nmode: enforce\nmx: *.elsewhere.test\nmax_age: 86400\n",
}

// secure starts a mail server whose certificate is good for mx.sts.signed.test, and channels to it. Without protected it offers no TLS.
func secure(t *testing.T, protected bool) *secured {
	t.Helper()
	s := &secured{ca: authority.New(t, time.Now())}
	cert := s.ca.Issue(t, "mx.sts.signed.test")
	s.in = newInbox(t, func(srv *server.Server, _ *inbox) {
		if protected {
			srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
		}
	})
	port := int(s.in.addr.Port())
	resolver, err := mx.New(mx.Config{Servers: []string{signedzone.Start(t, zones(port, cert.Leaf, s.ca.Cert))}, AllowPrivate: true, Validates: true})
	require.NoError(t, err)
	d := dbtest.Open(t, dbtest.SQLite(t), clock.Real{})
	s.keeper = mtasts.NewKeeper(mtasts.Sources{Texts: resolver, Fetcher: policySite(t, s.ca, resolver)}, email.PolicyStore{DB: d}, clock.Real{}, dbtest.Log(t))
	t.Cleanup(s.keeper.Close)
	s.tally = &email.TLSTally{DB: d, Clock: clock.Real{}, Log: dbtest.Log(t)}
	s.Channel = direct(t, s.in, func(c *email.Config) {
		c.Resolver = resolver
		c.TLSTally = s.tally
		c.TLSPolicy = &email.TLSRules{DANE: resolver, STS: s.keeper, Port: port, Roots: s.ca.Pool(), Clock: clock.Real{}}
	})
	return s
}

func zones(port int, leaf, issuer *x509.Certificate) signedzone.Zones {
	hash := func(b []byte) string { sum := sha256.Sum256(b); return hex.EncodeToString(sum[:]) }
	right, wrong := "3 1 1 "+hash(leaf.RawSubjectPublicKeyInfo), "3 1 1 "+hash([]byte("another"))
	z := signedzone.Zones{
		Signed: []string{"null MX 0 .", "other A 127.0.0.1", "badcert MX 1 other", "open MX 1 other"},
		Plain:  []string{"wrong MX 1 mx.wrong", "mx.wrong A 127.0.0.1", fmt.Sprintf("_%d._tcp.mx.wrong TLSA %s", port, wrong), "mixed MX 1 mx.mismatch.signed.test."},
		Forged: []string{fmt.Sprintf("_%d._tcp.mx.bogus", port)},
	}
	for _, name := range []string{"match", "issuer", "mismatch", "bogus", "unusable", "beats", "sts", "unlisted", "testing"} {
		z.Signed = append(z.Signed, name+" MX 1 mx."+name, "mx."+name+" A 127.0.0.1")
	}
	for name := range policies {
		z.Signed = append(z.Signed, fmt.Sprintf(`_mta-sts.%s TXT "v=STSv1; id=1;"`, name), "mta-sts."+name+" A 127.0.0.1")
	}
	for name, record := range map[string]string{
		"match": right, "mismatch": wrong, "bogus": right, "beats": right, "unusable": "0 0 1 " + hash(leaf.Raw), "issuer": "2 0 1 " + hash(issuer.Raw),
	} {
		z.Signed = append(z.Signed, fmt.Sprintf("_%d._tcp.mx.%s TLSA %s", port, name, record))
	}
	return z
}

// policySite serves the policies over HTTPS.
func policySite(t *testing.T, ca *authority.Authority, resolver *mx.Resolver) *mtasts.Fetcher {
	t.Helper()
	var names []string
	for name := range policies {
		names = append(names, "mta-sts."+name+".signed.test")
	}
	site := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimSuffix(strings.TrimPrefix(r.Host, "mta-sts."), ".signed.test")
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, policies[name])
	}))
	site.Config.ErrorLog = log.New(io.Discard, "", 0)
	site.TLS = &tls.Config{Certificates: []tls.Certificate{ca.Issue(t, names...)}}
	site.StartTLS()
	t.Cleanup(site.Close)
	at := netip.MustParseAddrPort(site.Listener.Addr().String())
	return &mtasts.Fetcher{Addrs: resolver.Addrs, AllowPrivate: true, Roots: ca.Pool(), Port: int(at.Port())}
}

func (s *secured) send(t *testing.T, domain string, n int) channel.Verdict {
	t.Helper()
	return s.Send(t.Context(), from(sender(t, email.Settings{Route: email.Route{Kind: email.Direct}}), message(fmt.Sprintf("jo%d@%s", n, domain), n)))
}

// MSG-4 (RFC 7672, RFC 8461): against NSD, a zone signed by ldns, and Unbound.
func TestLettersGoUnderTheProtectionThatTheirDomainAsksFor(t *testing.T) {
	t.Parallel()
	s := secure(t, true)
	for domain, want := range map[string]struct{ class, words string }{
		"match.signed.test": {}, "issuer.signed.test": {email.TLS, "DANE"}, "unusable.signed.test": {}, "beats.signed.test": {}, "sts.signed.test": {}, "testing.signed.test": {},
		"wrong.plain.test":     {}, // records that nobody has signed mean nothing
		"mixed.plain.test":     {}, // nor do those of a host that an unsigned MX names
		"open.signed.test":     {},
		"mismatch.signed.test": {email.TLS, "DANE"},
		"bogus.signed.test":    {email.DNSTemporary, "signatures"},
		"badcert.signed.test":  {email.TLS, "certificate is not valid"},
		"unlisted.signed.test": {email.TLS, "does not name the server"},
	} {
		before := len(s.in.got())
		v := s.send(t, domain, before)
		if want.class == "" {
			require.Equal(t, channel.Accepted, v.Outcome, "%s: %s", domain, v.Detail)
			require.Len(t, s.in.got(), before+1, domain)
			continue
		}
		require.Equal(t, channel.Later, v.Outcome, domain)
		require.Equal(t, want.class, v.Class, "%s: %s", domain, v.Detail)
		require.Contains(t, v.Detail, want.words, domain)
		require.Len(t, s.in.got(), before, domain)
		require.False(t, v.Suppress, domain)
	}
	require.Zero(t, s.in.clear(), "nothing came in clear")

	null := s.send(t, "null.signed.test", 99)
	require.Equal(t, channel.Never, null.Outcome)
	require.True(t, null.Suppress)
}

// MSG-4: the same server takes the letters of domains that ask for nothing.
func TestALetterThatAPolicyKeepsBackDoesNotStopTheServersOtherDomains(t *testing.T) {
	t.Parallel()
	s := secure(t, true)
	require.Equal(t, channel.Accepted, s.send(t, "open.signed.test", 1).Outcome)
	kept := s.send(t, "badcert.signed.test", 2)
	require.Equal(t, channel.Later, kept.Outcome, "the warm connection of another domain is no way around the policy")
	sessions := s.in.sessions
	require.Equal(t, kept.Detail, s.send(t, "badcert.signed.test", 3).Detail)
	require.Equal(t, sessions, s.in.sessions, "the server is not asked again for each letter")
	require.Equal(t, channel.Accepted, s.send(t, "open.signed.test", 4).Outcome)
}

// MSG-4: a policy forbids the way in clear.
func TestAServerWithoutTLSNeverGetsInClearWhatMustBeProtected(t *testing.T) {
	t.Parallel()
	s := secure(t, false)
	for domain, policy := range map[string]string{"match.signed.test": "DANE", "unusable.signed.test": "DANE", "sts.signed.test": "MTA-STS"} {
		v := s.send(t, domain, 1)
		require.Equal(t, channel.Later, v.Outcome, domain)
		require.Equal(t, email.TLS, v.Class, domain)
		require.Contains(t, v.Detail, "offers no TLS, which the domain's policy ("+policy+")", domain)
	}
	require.Empty(t, s.in.got())
	require.Equal(t, channel.Accepted, s.send(t, "open.signed.test", 2).Outcome, "a domain that asks for nothing gets it")
	require.Equal(t, 1, s.in.clear())
}

// MSG-4 (RFC 8461 §10.2)
func TestPoliciesAreKeptOverARestartUntilTheirTimeIsOver(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(start)
	dbtest.EachAt(t, clk, func(t *testing.T, d *db.DB) {
		s := email.PolicyStore{DB: d}
		_, found, err := s.LoadPolicy(t.Context(), "d.test")
		require.NoError(t, err)
		require.False(t, found)

		kept := mtasts.Kept{Domain: "d.test", RecordID: "7", Fetched: start, Policy: mtasts.Policy{Mode: mtasts.Enforce, MX: []string{"*.d.test", "x.test"}, MaxAge: time.Hour}}
		require.NoError(t, s.SavePolicy(t.Context(), kept))
		older := kept
		older.RecordID, older.Fetched = "6", start.Add(-time.Minute)
		require.NoError(t, s.SavePolicy(t.Context(), older))
		got, found, err := s.LoadPolicy(t.Context(), "d.test")
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, kept, got, "an older fetch that comes late changes nothing")

		late := mtasts.Kept{Domain: "late.test", RecordID: "1", Fetched: start.Add(-2 * time.Hour), Policy: mtasts.Policy{Mode: mtasts.None, MaxAge: time.Hour}}
		require.NoError(t, s.SavePolicy(t.Context(), late))
		_, found, err = s.LoadPolicy(t.Context(), "late.test")
		require.NoError(t, err)
		require.False(t, found)
	})
}
