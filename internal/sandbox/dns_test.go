package sandbox_test

import (
	"strings"
	"testing"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"keruen/internal/sandbox"
)

func TestBrokenDomainsAreBrokenInTheirOwnWay(t *testing.T) {
	t.Parallel()
	w, _ := world(t)

	require.Equal(t, dns.RcodeNameError, ask(t, w, "nxdomain.test", dns.TypeMX).Rcode)
	require.Equal(t, dns.RcodeServerFailure, ask(t, w, "broken.test", dns.TypeMX).Rcode)

	null := ask(t, w, "nullmx.test", dns.TypeMX)
	require.Len(t, null.Answer, 1)
	require.Equal(t, ".", null.Answer[0].(*dns.MX).Mx)

	implicit := ask(t, w, "implicit.test", dns.TypeMX)
	require.Equal(t, dns.RcodeSuccess, implicit.Rcode)
	require.Empty(t, implicit.Answer)
	require.NotEmpty(t, ask(t, w, "implicit.test", dns.TypeA).Answer)
	require.NoError(t, send(t, w, "someone@implicit.test", plain("someone@implicit.test")))

	require.NotEmpty(t, ask(t, w, "deadmx.test", dns.TypeMX).Answer)
	require.Equal(t, dns.RcodeNameError, ask(t, w, "mx.deadmx.test", dns.TypeA).Rcode)
}

func TestProvidersHaveTheirHostsAndCompaniesTheirOwn(t *testing.T) {
	t.Parallel()
	w, _ := world(t)

	gmail := ask(t, w, "GMail.com", dns.TypeMX)
	require.Len(t, gmail.Answer, 5)
	require.Equal(t, "gmail-smtp-in.l.google.com.", gmail.Answer[0].(*dns.MX).Mx)
	require.EqualValues(t, 5, gmail.Answer[0].(*dns.MX).Preference)
	require.Equal(t, "hotmail-com.olc.protection.outlook.com.", ask(t, w, "hotmail.com", dns.TypeMX).Answer[0].(*dns.MX).Mx)
	require.Equal(t, "mx1.firma.kz.", ask(t, w, "firma.kz", dns.TypeMX).Answer[0].(*dns.MX).Mx)
	require.Empty(t, ask(t, w, "firma.kz", dns.TypeAAAA).Answer)
}

func TestATextIsThereOnceItIsPublished(t *testing.T) {
	t.Parallel()
	w, _ := world(t)
	const name = "s1._domainkey.shop.kz"
	require.Empty(t, ask(t, w, name, dns.TypeTXT).Answer)
	long := "v=DKIM1; k=rsa; p=" + strings.Repeat("A", 400)

	w.Publish(name, long)

	rr := ask(t, w, name, dns.TypeTXT).Answer[0].(*dns.TXT)
	require.Len(t, rr.Txt, 2)
	require.Equal(t, long, strings.Join(rr.Txt, ""))

	w.Publish(name)
	require.Empty(t, ask(t, w, name, dns.TypeTXT).Answer)
}

func TestADeclaredZoneAnswersFromItsRecordsOnly(t *testing.T) {
	t.Parallel()
	w, _ := world(t)
	require.NoError(t, w.Declare("shop.test", sandbox.Zone{Records: []string{
		"shop.test. MX 10 mail.shop.test.",
		"mail.shop.test. CNAME a.deep.shop.test.",
		"a.deep.shop.test. A 127.0.10.21",
		"loop.shop.test. CNAME loop.shop.test.",
	}}))

	m := ask(t, w, "mail.shop.test", dns.TypeA)
	require.Len(t, m.Answer, 2, "the alias and what it stands for")
	require.Equal(t, dns.RcodeNameError, ask(t, w, "other.shop.test", dns.TypeA).Rcode)
	require.Equal(t, dns.RcodeSuccess, ask(t, w, "deep.shop.test", dns.TypeA).Rcode, "a name above another exists")
	require.Equal(t, dns.RcodeServerFailure, ask(t, w, "loop.shop.test", dns.TypeA).Rcode)
	require.Error(t, w.Declare("bad.test", sandbox.Zone{Records: []string{"bad.test. MX nonsense"}}))
}

func TestALongAnswerIsCutOverUDPAndWholeOverTCP(t *testing.T) {
	t.Parallel()
	w, _ := world(t)
	var records []string
	for i := range 200 {
		records = append(records, "many.test. MX 10 mx"+strings.Repeat("x", i%40)+".many.test.")
	}
	require.NoError(t, w.Declare("many.test", sandbox.Zone{Records: records}))

	require.True(t, ask(t, w, "many.test", dns.TypeMX).Truncated)
	q := new(dns.Msg)
	q.SetQuestion("many.test.", dns.TypeMX)
	m, _, err := (&dns.Client{Net: "tcp"}).Exchange(q, w.DNSAddr())
	require.NoError(t, err)
	require.Len(t, m.Answer, 200)
}
