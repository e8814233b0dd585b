package email_test

import (
	"context"
	"errors"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel/email"
	"keruen/internal/errs"
	"keruen/internal/mail/mx"
)

func fieldsOf(err error) []string {
	var e *errs.Error
	if !errors.As(err, &e) {
		return nil
	}
	var out []string
	for _, f := range e.Fields {
		out = append(out, f.Path)
	}
	return out
}

// book is a DNS of known answers.
type book struct {
	txt, mx, ptr map[string][]string
	addrs        map[string][]netip.Addr
	down         bool
}

func (b book) answer(m map[string][]string, name string) ([]string, error) {
	if b.down {
		return nil, mx.ErrTemporary
	}
	return m[name], nil
}

func (b book) TXT(_ context.Context, n string) ([]string, error) { return b.answer(b.txt, n) }
func (b book) MX(_ context.Context, n string) ([]string, error)  { return b.answer(b.mx, n) }
func (b book) PTR(_ context.Context, a netip.Addr) ([]string, error) {
	return b.answer(b.ptr, a.String())
}
func (b book) Addrs(_ context.Context, h string) ([]netip.Addr, error) {
	return b.addrs[h], nil
}

var ours = netip.MustParseAddr("9.9.9.9")

func setup(t *testing.T) email.Setup {
	t.Helper()
	s, err := email.NewSettings("news@shop.test", email.Route{Kind: email.Direct}, start)
	require.NoError(t, err)
	s.BounceDomain = "b.shop.test"
	out, err := email.SetupOf("news@shop.test", s, "mail.keruen.test", []netip.Addr{ours})
	require.NoError(t, err)
	return out
}

func TestTheRecordsToPublishMakeTheCheckPass(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := book{txt: map[string][]string{}, mx: map[string][]string{}, ptr: map[string][]string{}, addrs: map[string][]netip.Addr{"mail.keruen.test": {ours}}}
	for _, r := range s.Records() {
		switch r.Type {
		case "TXT":
			b.txt[r.Name] = []string{"unrelated", r.Expected}
		case "MX":
			b.mx[r.Name] = []string{"mail.keruen.test"}
		case "PTR":
			b.ptr[r.Name] = []string{r.Expected}
		}
	}
	kinds := map[string]bool{}
	for _, r := range s.Check(t.Context(), b) {
		require.True(t, r.OK, "%+v", r)
		kinds[r.Kind] = true
	}
	require.Len(t, kinds, 5)
}

func TestEachWrongRecordHasItsAdvice(t *testing.T) {
	t.Parallel()
	s := setup(t)
	advice := func(b book) map[string]string {
		out := map[string]string{}
		for _, r := range s.Check(t.Context(), b) {
			require.NotNil(t, r.Found)
			out[r.Kind] = r.Advice
		}
		return out
	}
	require.Equal(t, map[string]string{"dkim": email.AdviceAdd, "spf": email.AdviceAdd, "dmarc": email.AdviceAdd, "mx": email.AdviceAdd, "ptr": email.AdviceAdd}, advice(book{}))
	require.Equal(t, email.AdviceDNS, advice(book{down: true})["spf"])
	other := setup(t).PublicKey
	got := advice(book{
		txt: map[string][]string{s.Selector + "._domainkey.shop.test": {other}, "b.shop.test": {"v=spf1 ip4:1.2.3.4 -all"}, "_dmarc.shop.test": {"v=DMARC1; p=none"}},
		mx:  map[string][]string{"b.shop.test": {"other.test"}}, ptr: map[string][]string{"9.9.9.9": {"static-9-9.isp.test"}},
	})
	require.Equal(t, map[string]string{"dkim": email.AdviceKey, "spf": email.AdviceSPFMissing, "dmarc": email.AdviceDMARCNone, "mx": email.AdviceDiffers, "ptr": email.AdvicePTR}, got)
	require.Equal(t, email.AdviceSPFTwo, advice(book{txt: map[string][]string{"b.shop.test": {"v=spf1 -all", "v=spf1 ip4:9.9.9.9 -all"}}})["spf"])
	require.Empty(t, advice(book{txt: map[string][]string{"b.shop.test": {"v=spf1 ip4:9.9.9.0/24 -all"}}})["spf"])
	require.Empty(t, advice(book{txt: map[string][]string{"b.shop.test": {"v=spf1 a:mail.keruen.test ~all"}}, addrs: map[string][]netip.Addr{"mail.keruen.test": {ours}}})["spf"])
}

func TestARelayAsksOnlyForWhatTheSenderMustPublish(t *testing.T) {
	t.Parallel()
	s, err := email.NewSettings("news@shop.test", email.Route{Kind: email.Relay, Host: "relay.test"}, start)
	require.NoError(t, err)
	out, err := email.SetupOf("news@shop.test", s, "mail.keruen.test", []netip.Addr{ours})
	require.NoError(t, err)
	var kinds []string
	for _, r := range out.Records() {
		kinds = append(kinds, r.Kind)
	}
	require.Equal(t, []string{"dkim", "dmarc"}, kinds)
}
