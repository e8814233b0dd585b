package dnsbl_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/mail/dnsbl"
	"keruen/internal/mail/mx"
)

// world is a name server on loopback with the records of a test. What it does not have does not exist.
type world struct {
	*dnsbl.Checker
	clock   *clock.Fake
	records map[string][]string // name → addresses or texts
	asked   atomic.Int64
}

func newWorld(t *testing.T, records map[string][]string, zones ...dnsbl.Zone) *world {
	t.Helper()
	w := &world{clock: clock.NewFake(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)), records: records}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	ready := make(chan struct{})
	s := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(w.answer), NotifyStartedFunc: func() { close(ready) }}
	done := make(chan error, 1)
	go func() { done <- s.ActivateAndServe() }()
	<-ready
	t.Cleanup(func() { require.NoError(t, s.Shutdown()); require.NoError(t, <-done) })
	resolver, err := mx.New(mx.Config{Servers: []string{conn.LocalAddr().String()}, Clock: w.clock, Timeout: time.Second})
	require.NoError(t, err)
	if zones == nil {
		zones = dnsbl.Known()
	}
	w.Checker = dnsbl.New(resolver, w.clock, zones)
	return w
}

func (w *world) answer(out dns.ResponseWriter, q *dns.Msg) {
	w.asked.Add(1)
	m := new(dns.Msg).SetReply(q)
	name := strings.TrimSuffix(strings.ToLower(q.Question[0].Name), ".")
	all, ok := w.records[name]
	if !ok {
		m.Rcode = dns.RcodeNameError
	}
	head := dns.RR_Header{Name: q.Question[0].Name, Rrtype: q.Question[0].Qtype, Class: dns.ClassINET, Ttl: 300}
	for _, v := range all {
		a, err := netip.ParseAddr(v)
		switch {
		case v == "servfail":
			m.Rcode = dns.RcodeServerFailure
		case err == nil && head.Rrtype == dns.TypeA:
			m.Answer = append(m.Answer, &dns.A{Hdr: head, A: a.AsSlice()})
		case err != nil && head.Rrtype == dns.TypeTXT:
			m.Answer = append(m.Answer, &dns.TXT{Hdr: head, Txt: []string{v}})
		}
	}
	_ = out.WriteMsg(m)
}

// alive are the controls of all known zones, with more records.
func alive(more map[string][]string) map[string][]string {
	all := map[string][]string{
		"2.0.0.127.zen.spamhaus.org": {"127.0.0.2", "127.0.0.4", "127.0.0.10"}, "2.0.0.127.b.barracudacentral.org": {"127.0.0.2"}, "2.0.0.127.bl.spamcop.net": {"127.0.0.2"},
		"dbltest.com.dbl.spamhaus.org": {"127.0.1.2"}, "surbl-org-permanent-test-point.com.multi.surbl.org": {"127.0.0.254"}, "test.uribl.com.multi.uribl.com": {"127.0.0.14"},
	}
	for k, v := range more {
		all[k] = v
	}
	return all
}

func zone(t *testing.T, all []dnsbl.Finding, name string) dnsbl.Finding {
	t.Helper()
	for _, f := range all {
		if f.Zone == name {
			return f
		}
	}
	require.Fail(t, "no such zone", name)
	return dnsbl.Finding{}
}

// CMP-3
func TestAListedAddressIsFoundWithItsCodeAndReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t, alive(map[string][]string{
		"10.2.0.192.zen.spamhaus.org":                                        {"127.0.0.10", "127.0.0.3", "see https://example.org/css"},
		"1." + strings.Repeat("0.", 23) + "8.b.d.0.1.0.0.2.zen.spamhaus.org": {"127.0.0.2"},
	}))
	all := w.Address(t.Context(), netip.MustParseAddr("192.0.2.10"))
	require.Len(t, all, 3)
	f := zone(t, all, "spamhaus-zen")
	require.Equal(t, dnsbl.Listed, f.State)
	require.Equal(t, dnsbl.Code{Name: "CSS"}, f.Code, "abuse is told before policy")
	require.Equal(t, "see https://example.org/css", f.Reason)
	require.NotEmpty(t, f.Page)
	require.Equal(t, dnsbl.Clean, zone(t, all, "spamcop").State)
	require.Equal(t, dnsbl.Listed, zone(t, w.Address(t.Context(), netip.MustParseAddr("2001:db8::1")), "spamhaus-zen").State)
	require.Equal(t, dnsbl.Clean, zone(t, w.Address(t.Context(), netip.MustParseAddr("2001:db8::2")), "spamhaus-zen").State)
}

// CMP-3
func TestDomainsAreAskedByWhatIsRegisteredInAnyScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t, alive(map[string][]string{
		"bad.kz.dbl.spamhaus.org": {"127.0.1.4"}, "xn--e1afmkfd.xn--p1ai.multi.surbl.org": {"127.0.0.72"}, "bad.kz.multi.uribl.com": {"127.0.0.4"},
	}))
	all := w.Domain(t.Context(), "www.Shop.Bad.kz.")
	require.Equal(t, dnsbl.Code{Name: "phishing"}, zone(t, all, "spamhaus-dbl").Code)
	require.Equal(t, dnsbl.Code{Name: "grey", Policy: true}, zone(t, all, "uribl").Code)
	require.Equal(t, dnsbl.Listed, zone(t, w.Domain(t.Context(), "сайт.пример.рф"), "surbl").State)
	require.Empty(t, w.Domain(t.Context(), "192.0.2.1"), "lists of domains are never asked about addresses")
}

// CMP-3
func TestErrorAnswersAreNoListings(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"127.255.255.252", "127.255.255.254", "127.255.255.255", "127.0.0.1", "127.0.0.77", "127.0.1.2", "servfail"} {
		w := newWorld(t, alive(map[string][]string{"10.2.0.192.zen.spamhaus.org": {answer}}))
		require.Equal(t, dnsbl.Unknown, zone(t, w.Address(t.Context(), netip.MustParseAddr("192.0.2.10")), "spamhaus-zen").State, answer)
	}
	w := newWorld(t, alive(map[string][]string{"10.2.0.192.zen.spamhaus.org": {"198.51.100.7"}, "11.2.0.192.zen.spamhaus.org": {"127.0.0.2", "127.255.255.254"}}))
	require.Equal(t, dnsbl.Clean, zone(t, w.Address(t.Context(), netip.MustParseAddr("192.0.2.10")), "spamhaus-zen").State, "an answer outside of 127/8")
	require.Equal(t, dnsbl.Unknown, zone(t, w.Address(t.Context(), netip.MustParseAddr("192.0.2.11")), "spamhaus-zen").State, "an error beside a listing")
	dbl := newWorld(t, alive(map[string][]string{"bad.kz.dbl.spamhaus.org": {"127.0.1.255"}, "bad.kz.multi.surbl.org": {"127.0.0.1"}, "bad.kz.multi.uribl.com": {"127.0.0.255"}}))
	for _, f := range dbl.Domain(t.Context(), "bad.kz") {
		require.Equal(t, dnsbl.Unknown, f.State, f.Zone)
	}
}

// CMP-3
func TestADeadZoneIsUnknownAndIsTriedAgainSoon(t *testing.T) {
	t.Parallel()
	zen := dnsbl.Known()[0]
	for trouble, records := range map[string]map[string][]string{
		"lists_everything": {"2.0.0.127.zen.spamhaus.org": {"127.0.0.2"}, "1.0.0.127.zen.spamhaus.org": {"127.0.0.2"}, "10.2.0.192.zen.spamhaus.org": {"127.0.0.2"}},
		"not_listing":      {"10.2.0.192.zen.spamhaus.org": {"127.0.0.2"}},
		"no_answer":        {"2.0.0.127.zen.spamhaus.org": {"servfail"}, "10.2.0.192.zen.spamhaus.org": {"127.0.0.2"}},
	} {
		w := newWorld(t, records, zen)
		require.Equal(t, dnsbl.Unknown, w.Address(t.Context(), netip.MustParseAddr("192.0.2.10"))[0].State, trouble)
		h := w.Zones(t.Context())[0]
		require.False(t, h.Believed)
		require.Equal(t, trouble, h.Trouble)
		require.Equal(t, w.clock.Now(), h.CheckedAt)
	}
}

func TestControlsAndAnswersAreRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, alive(nil), dnsbl.Known()[0])
	for range 5 {
		w.Address(t.Context(), netip.MustParseAddr("192.0.2.10"))
	}
	first := w.asked.Load()
	require.LessOrEqual(t, first, int64(6))
	w.clock.Advance(61 * time.Minute)
	w.Address(t.Context(), netip.MustParseAddr("192.0.2.10"))
	require.Greater(t, w.asked.Load(), first)
}

func TestACallerWhoWentAwayLeavesNoJudgement(t *testing.T) {
	t.Parallel()
	w := newWorld(t, alive(nil), dnsbl.Known()[0])
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	require.Equal(t, dnsbl.Unknown, w.Address(gone, netip.MustParseAddr("192.0.2.10"))[0].State)
	require.Equal(t, dnsbl.Clean, w.Address(t.Context(), netip.MustParseAddr("192.0.2.10"))[0].State)
}

func TestAKeyOfSpamhausChangesItsZonesOnly(t *testing.T) {
	t.Parallel()
	all := dnsbl.Known()
	require.Equal(t, "k3y.zen.dq.spamhaus.net", all[0].Keyed("k3y").Host)
	require.Equal(t, "k3y.dbl.dq.spamhaus.net", all[3].Keyed("k3y").Host)
	require.Equal(t, all[4].Host, all[4].Keyed("k3y").Host)
	require.Equal(t, all[0].Host, all[0].Keyed("").Host)
}

// CMP-3
func FuzzNoAnswerOfAnErrorKindIsAListing(f *testing.F) {
	f.Add(byte(127), byte(255), byte(255), byte(254), byte(2))
	f.Add(byte(127), byte(0), byte(0), byte(1), byte(2))
	f.Add(byte(10), byte(0), byte(0), byte(2), byte(0))
	f.Fuzz(func(t *testing.T, a, b, c, d, beside byte) {
		one := netip.AddrFrom4([4]byte{a, b, c, d})
		failure := a == 127 && b == 255 && c == 255 || one.String() == "127.0.0.1"
		for _, z := range dnsbl.Known() {
			alone := dnsbl.Judge(z, one)
			both := dnsbl.Judge(z, netip.AddrFrom4([4]byte{127, 0, 0, beside}), one)
			if failure && (alone != dnsbl.Unknown || both != dnsbl.Unknown) {
				t.Fatalf("%s reads %s as %s, beside another as %s", z.Name, one, alone, both)
			}
			if a != 127 && alone != dnsbl.Clean {
				t.Fatalf("%s reads %s as %s", z.Name, one, alone)
			}
		}
	})
}
