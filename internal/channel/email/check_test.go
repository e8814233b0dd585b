package email_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel/email"
)

func found(t *testing.T, s email.Setup, b book, kind string) email.Record {
	t.Helper()
	for _, r := range s.Check(t.Context(), b) {
		if r.Kind == kind {
			return r
		}
	}
	t.Fatal("no such record", kind)
	return email.Record{}
}

// MSG-4
func TestAnSPFRecordIsEvaluatedWithItsIncludesAndLimits(t *testing.T) {
	t.Parallel()
	s := setup(t)
	deep := book{txt: map[string][]string{"b.shop.test": {"v=spf1 include:i0.test -all"}}}
	for i := range 12 {
		deep.txt[fmt.Sprintf("i%d.test", i)] = []string{fmt.Sprintf("v=spf1 include:i%d.test -all", i+1)}
	}
	deep.txt["i12.test"] = []string{"v=spf1 ip4:9.9.9.9 -all"}
	for name, c := range map[string]struct {
		dns    book
		advice string
		better string
	}{
		"by an include":      {dns: book{txt: map[string][]string{"b.shop.test": {"v=spf1 include:spf.keruen.test -all"}, "spf.keruen.test": {"v=spf1 ip4:9.9.9.0/24 -all"}}}},
		"by a redirect":      {dns: book{txt: map[string][]string{"b.shop.test": {"v=spf1 redirect=spf.keruen.test"}, "spf.keruen.test": {"v=spf1 ip4:9.9.9.9 -all"}}}},
		"by its mail hosts":  {dns: book{txt: map[string][]string{"b.shop.test": {"v=spf1 mx -all"}}, mx: map[string][]string{"b.shop.test": {"m.test"}}, addrs: map[string][]netip.Addr{"m.test": {ours}}}},
		"another's include":  {book{txt: map[string][]string{"b.shop.test": {"v=spf1 include:_spf.mail.test ~all"}, "_spf.mail.test": {"v=spf1 ip4:8.8.8.8 -all"}}}, email.AdviceSPFMissing, "v=spf1 include:_spf.mail.test ip4:9.9.9.9 ~all"},
		"a redirect without": {book{txt: map[string][]string{"b.shop.test": {"v=spf1 redirect=x.test"}, "x.test": {"v=spf1 -all"}}}, email.AdviceSPFMissing, "v=spf1 ip4:9.9.9.9 redirect=x.test"},
		"too deep":           {dns: deep, advice: email.AdviceSPFLookups},
		"names of nobody":    {dns: book{txt: map[string][]string{"b.shop.test": {"v=spf1 a:n1.test a:n2.test a:n3.test ip4:9.9.9.9 -all"}}}, advice: email.AdviceSPFVoid},
		"a typing error":     {dns: book{txt: map[string][]string{"b.shop.test": {"v=spf1 ipv4:9.9.9.9 -all"}}}, advice: email.AdviceSPFBroken},
	} {
		got := found(t, s, c.dns, "spf")
		require.Equal(t, c.advice, got.Advice, name)
		require.Equal(t, c.advice == "", got.OK, name)
		require.Equal(t, c.better, got.Better, name)
	}
}

// MSG-4
func TestADMARCPolicyIsReadByRFC9989(t *testing.T) {
	t.Parallel()
	s, err := email.NewSettings("news@mail.shop.test", email.Route{Kind: email.Direct}, start)
	require.NoError(t, err)
	in, err := email.SetupOf("news@mail.shop.test", s, "mail.keruen.test", []netip.Addr{ours})
	require.NoError(t, err)
	for record, want := range map[string]string{
		"v=DMARC1; p=reject":                                  "",
		"v=DMARC1;p=quarantine;pct=50;ri=3600;x=y":            "",
		"v=DMARC1; p=none":                                    email.AdviceDMARCNone,
		"v=DMARC1; rua=mailto:d@shop.test":                    email.AdviceDMARCNone,
		"v=DMARC1; sp=reject":                                 email.AdviceDMARCBroken,
		"v=DMARC1; p=reject; t=y":                             email.AdviceDMARCOnTrial,
		"v=DMARC1; p=reject; rua=mailto:a@reports.test":       email.AdviceDMARCReports,
		"v=DMARC1; p=reject; rua=mailto:a@agreed.test!10m":    "",
		"v=dmarc1; p=reject":                                  email.AdviceAdd,
		"p=reject; v=DMARC1":                                  email.AdviceAdd,
		"v=DMARC1; p=reject; adkim=s; rua=mailto:a@shop.test": "",
	} {
		got := found(t, in, book{txt: map[string][]string{"_dmarc.shop.test": {record}, "shop.test._report._dmarc.agreed.test": {"v=DMARC1"}}}, "dmarc")
		require.Equal(t, want, got.Advice, record)
	}
	got := found(t, in, book{txt: map[string][]string{"_dmarc.shop.test": {"v=DMARC1; p=none", "v=DMARC1; p=reject"}}}, "dmarc")
	require.Equal(t, email.AdviceDMARCTwo, got.Advice)

	// Signed by another domain, returned to another: nothing counts for From.
	s.DKIM.Domain, s.BounceDomain = "other.test", "b.other.test"
	stranger, err := email.SetupOf("news@mail.shop.test", s, "mail.keruen.test", []netip.Addr{ours})
	require.NoError(t, err)
	got = found(t, stranger, book{txt: map[string][]string{"_dmarc.mail.shop.test": {"v=DMARC1; p=none"}, "_dmarc.other.test": {"v=DMARC1; p=none"}}}, "dmarc")
	require.Equal(t, email.AdviceDMARCAlignment, got.Advice)
}

func TestRecordsComeInTheFormsThatPeoplePaste(t *testing.T) {
	t.Parallel()
	s, err := email.NewSettings("новости@пример.қаз", email.Route{Kind: email.Direct}, start)
	require.NoError(t, err)
	in, err := email.SetupOf("новости@пример.қаз", s, "mail.keruen.test", nil)
	require.NoError(t, err)
	for _, r := range in.Records() {
		require.NotContains(t, r.Name, "пример", "the DNS knows the A-label")
		if r.Kind == "dkim" {
			require.Equal(t, in.Selector+"._domainkey", r.Short())
			for part := range strings.SplitSeq(strings.TrimSuffix(r.Zone(), " )"), `" "`) {
				require.LessOrEqual(t, len(part), 255+80)
			}
			require.Equal(t, 4, strings.Count(r.Zone(), `"`), "a key of 2048 bits needs two strings")
		}
		if r.Kind == "spf" {
			require.Equal(t, "@", r.Short())
		}
	}
}
