package mx_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/mail/mx"
)

// zone is a name server with the records it is given; names that it does not have do not exist.
type zone struct {
	t       *testing.T
	mu      sync.Mutex
	records map[string][]dns.RR // by name; an empty list: the name exists, without records
	fail    map[string]bool
	plain   map[string]bool // names outside of what is signed; the others are secure for whoever asks
	asked   atomic.Int64
	gate    chan struct{} // when set, answers wait for it
	addr    string
}

func newZone(t *testing.T, lines ...string) *zone {
	t.Helper()
	z := &zone{t: t, records: map[string][]dns.RR{}, fail: map[string]bool{}, plain: map[string]bool{}}
	z.add(lines...)
	pc, ln := listenBoth(t)
	z.addr = pc.LocalAddr().String()
	for _, s := range []*dns.Server{{PacketConn: pc, Handler: z}, {Listener: ln, Handler: z}} {
		done := make(chan struct{})
		started := make(chan struct{})
		s.NotifyStartedFunc = func() { close(started) }
		go func() { defer close(done); _ = s.ActivateAndServe() }()
		<-started
		t.Cleanup(func() { _ = s.Shutdown(); <-done })
	}
	return z
}

// listenBoth finds a port that is free for UDP and for TCP: what the system gives for one may be taken for the other.
func listenBoth(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 50 {
		pc, err := net.ListenPacket("udp", "127.0.0.1:0")
		require.NoError(t, err)
		ln, err := net.Listen("tcp", pc.LocalAddr().String())
		if err == nil {
			return pc, ln
		}
		_ = pc.Close()
	}
	t.Fatal("no port is free for both UDP and TCP")
	return nil, nil
}

func (z *zone) add(lines ...string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	for _, l := range lines {
		rr, err := dns.NewRR(l)
		require.NoError(z.t, err, l)
		n := strings.ToLower(rr.Header().Name)
		z.records[n] = append(z.records[n], rr)
	}
}

func (z *zone) clear(name string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	delete(z.records, name)
}

func (z *zone) breakDown(name string, broken bool) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.fail[name] = broken
}

// unsign takes a name out of what is signed.
func (z *zone) unsign(name string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.plain[name] = true
}

func (z *zone) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	z.mu.Lock()
	gate := z.gate
	z.mu.Unlock()
	z.asked.Add(1)
	if gate != nil {
		<-gate
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	m := new(dns.Msg)
	m.SetReply(q)
	name := strings.ToLower(q.Question[0].Name)
	list, exists := z.records[name]
	if !exists {
		m.Rcode = dns.RcodeNameError
	}
	if z.fail[name] {
		m.Rcode = dns.RcodeServerFailure
	}
	for _, rr := range list {
		if k := rr.Header().Rrtype; k == q.Question[0].Qtype || k == dns.TypeCNAME {
			m.Answer = append(m.Answer, dns.Copy(rr))
		}
	}
	m.AuthenticatedData = q.AuthenticatedData && !z.plain[name]
	if w.LocalAddr().Network() == "udp" {
		m.Truncate(512)
	}
	_ = w.WriteMsg(m)
}

func resolver(t *testing.T, z *zone, tune func(*mx.Config)) *mx.Resolver {
	t.Helper()
	c := mx.Config{Servers: []string{z.addr}, Clock: clock.NewFake(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))}
	if tune != nil {
		tune(&c)
	}
	r, err := mx.New(c)
	require.NoError(t, err)
	return r
}

func names(p mx.Plan) string {
	var out []string
	for _, h := range p.Hosts {
		out = append(out, h.Name)
	}
	return strings.Join(out, " ")
}

// MSG-4
func TestADomainLeadsToItsMailHostsInOrderOfPreference(t *testing.T) {
	t.Parallel()
	z := newZone(t, "d.test. 300 MX 20 B.d.test.", "d.test. 300 MX 10 a.d.test.", "a.d.test. 300 A 9.9.9.1", "a.d.test. 300 AAAA 2620:fe::1", "b.d.test. 300 A 9.9.9.2",
		"other.test. 300 MX 5 a.d.test.", "other.test. 300 MX 1 b.d.test.", "xn--80a1acny.xn--p1ai. 300 MX 1 a.d.test.")
	r := resolver(t, z, nil)
	p, err := r.Plan(t.Context(), "D.test.")
	require.NoError(t, err)
	require.Equal(t, "a.d.test b.d.test", names(p))
	require.Equal(t, []netip.Addr{netip.MustParseAddr("9.9.9.1"), netip.MustParseAddr("2620:fe::1")}, p.Hosts[0].Addrs)
	require.False(t, p.Implicit)

	q, err := r.Plan(t.Context(), "other.test")
	require.NoError(t, err)
	require.Equal(t, "b.d.test a.d.test", names(q))
	require.Equal(t, p.Site, q.Site, "one set of hosts is one site")

	u, err := r.Plan(t.Context(), "почта.рф")
	require.NoError(t, err)
	require.Equal(t, "a.d.test", names(u))
}

func TestEveryKindOfDomainHasItsOutcome(t *testing.T) {
	t.Parallel()
	z := newZone(t,
		"implicit.test. 60 A 9.9.9.3", "empty.test. 60 TXT x", "null.test. 60 MX 0 .",
		"mixed.test. 60 MX 0 .", "mixed.test. 60 MX 5 ok.test.", "ok.test. 60 A 9.9.9.4",
		"unresolved.test. 60 MX 5 gone.test.", "unresolved.test. 60 A 9.9.9.5",
		"literal.test. 60 MX 5 127.0.0.1.", "literal.test. 60 A 9.9.9.6",
		"alias.test. 60 CNAME real.test.", "real.test. 60 MX 1 cname.test.", "cname.test. 60 CNAME ok.test.",
		"private.test. 60 MX 1 inner.test.", "inner.test. 60 A 10.0.0.1", "inner.test. 60 A 127.0.0.1", "inner.test. 60 AAAA ::ffff:192.168.0.1",
		"partly.test. 60 MX 1 inner.test.", "partly.test. 60 MX 2 ok.test.",
		"self.test. 60 MX 1 ok.test.", "self.test. 60 MX 5 us.test.", "self.test. 60 MX 9 cname.test.",
		"loop.test. 60 MX 5 us.test.", "loop.test. 60 MX 9 ok.test.", "ouraddr.test. 60 MX 1 ouraddr.test.", "ouraddr.test. 60 A 9.9.9.9",
		"circle.test. 60 CNAME circle2.test.", "circle2.test. 60 CNAME circle.test.",
	)
	z.add("broken.test. 60 MX 1 ok.test.")
	z.breakDown("broken.test.", true)
	r := resolver(t, z, func(c *mx.Config) {
		c.SelfNames, c.SelfAddrs = []string{"us.test"}, []netip.Addr{netip.MustParseAddr("9.9.9.9")}
	})
	for domain, want := range map[string]any{
		"implicit.test": "implicit.test", "empty.test": mx.ErrNoMail, "null.test": mx.ErrNullMX, "mixed.test": "ok.test", "absent.test": mx.ErrNoDomain,
		"unresolved.test": mx.ErrTemporary, "literal.test": "literal.test", "alias.test": "cname.test", "private.test": mx.ErrForbidden, "partly.test": "ok.test",
		"self.test": "ok.test", "loop.test": mx.ErrLoop, "ouraddr.test": mx.ErrLoop, "broken.test": mx.ErrTemporary, "circle.test": mx.ErrTemporary,
		"": mx.ErrName, "a b.test": mx.ErrName, strings.Repeat("x", 70) + ".test": mx.ErrName,
	} {
		p, err := r.Plan(t.Context(), domain)
		if e, ok := want.(error); ok {
			require.ErrorIs(t, err, e, domain)
			continue
		}
		require.NoError(t, err, domain)
		require.Equal(t, want, names(p), domain)
	}
	p, err := r.Plan(t.Context(), "implicit.test")
	require.NoError(t, err)
	require.True(t, p.Implicit)
}

func TestAHostileZoneIsBounded(t *testing.T) {
	t.Parallel()
	z := newZone(t)
	for i := range 500 {
		z.add(fmt.Sprintf("gone.test. 60 MX %d x%d.gone.test.", i, i))
	}
	for i := range 200 {
		z.add(fmt.Sprintf("many.test. 60 MX %d h%d.many.test.", i, i), fmt.Sprintf("h%d.many.test. 60 A 9.9.9.9", i))
		z.add(fmt.Sprintf("h0.many.test. 60 A 9.9.8.%d", i))
	}
	p, err := resolver(t, z, nil).Plan(t.Context(), "many.test")
	require.NoError(t, err)
	require.Len(t, p.Hosts, 10)
	require.Len(t, p.Hosts[0].Addrs, 6)

	before := z.asked.Load()
	_, err = resolver(t, z, nil).Plan(t.Context(), "gone.test")
	require.ErrorIs(t, err, mx.ErrTemporary)
	require.Less(t, z.asked.Load()-before, int64(50), "hosts that do not exist are bounded too")
}

func TestPrivateAddressesComeOutOnlyWhenAllowed(t *testing.T) {
	t.Parallel()
	z := newZone(t, "d.test. 60 MX 1 h.d.test.", "h.d.test. 60 A 127.0.10.1")
	_, err := resolver(t, z, nil).Plan(t.Context(), "d.test")
	require.ErrorIs(t, err, mx.ErrForbidden)
	p, err := resolver(t, z, func(c *mx.Config) { c.AllowPrivate = true }).Plan(t.Context(), "d.test")
	require.NoError(t, err)
	require.Equal(t, "127.0.10.1", p.Hosts[0].Addrs[0].String())
}

func TestOnlyAddressesOfTheWorldArePublic(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{
		"9.9.9.9": true, "8.8.8.8": true, "2620:fe::fe": true, "64:ff9b::909:909": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "0.1.2.3": false, "224.0.0.1": false, "255.255.255.255": false, "192.0.2.1": false, "198.51.100.7": false, "203.0.113.9": false, "198.18.0.1": false,
		"::": false, "::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "fe80::1": false, "fc00::1": false, "ff02::1": false, "2001:db8::1": false,
		"64:ff9b::7f00:1": false, "64:ff9b::a00:1": false, "2002:7f00:1::": false, "::7f00:1": false,
	} {
		require.Equal(t, want, mx.Public(netip.MustParseAddr(addr)), addr)
	}
}

func TestAnswersAreRememberedWithinBounds(t *testing.T) {
	t.Parallel()
	z := newZone(t, "d.test. 1 TXT one", "long.test. 90000 TXT one")
	clk := clock.NewFake(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	r := resolver(t, z, func(c *mx.Config) { c.Clock = clk })
	ask := func(name, want string) {
		t.Helper()
		got, err := r.TXT(t.Context(), name)
		require.NoError(t, err)
		require.Equal(t, []string{want}, got)
	}
	ask("d.test", "one")
	ask("long.test", "one")
	for _, n := range []string{"d.test.", "long.test."} {
		z.clear(n)
		z.add(n + " 1 TXT two")
	}
	clk.Advance(59 * time.Second)
	ask("d.test", "one") // a TTL under a minute counts as a minute
	clk.Advance(2 * time.Second)
	ask("d.test", "two")
	clk.Advance(58 * time.Minute)
	ask("long.test", "one")
	clk.Advance(2 * time.Minute)
	ask("long.test", "two") // and one over an hour as an hour
}

func TestAnOldAnswerServesWhileTheServersFail(t *testing.T) {
	t.Parallel()
	z := newZone(t, "d.test. 60 TXT one")
	clk := clock.NewFake(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	r := resolver(t, z, func(c *mx.Config) { c.Clock = clk })
	_, err := r.TXT(t.Context(), "d.test")
	require.NoError(t, err)
	z.breakDown("d.test.", true)
	clk.Advance(5 * time.Minute)
	got, err := r.TXT(t.Context(), "d.test")
	require.NoError(t, err)
	require.Equal(t, []string{"one"}, got)
	clk.Advance(10 * time.Minute)
	_, err = r.TXT(t.Context(), "d.test")
	require.ErrorIs(t, err, mx.ErrTemporary)
	z.breakDown("d.test.", false)
	clk.Advance(time.Minute)
	_, err = r.TXT(t.Context(), "d.test")
	require.NoError(t, err, "a failure is not remembered for long")
}

func TestADomainThatAppearsIsFoundAfterItsNegativeAnswerRanOut(t *testing.T) {
	t.Parallel()
	z := newZone(t)
	clk := clock.NewFake(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	r := resolver(t, z, func(c *mx.Config) { c.Clock = clk })
	_, err := r.Plan(t.Context(), "new.test")
	require.ErrorIs(t, err, mx.ErrNoDomain)
	z.add("new.test. 60 A 9.9.9.9")
	clk.Advance(6 * time.Minute)
	_, err = r.Plan(t.Context(), "new.test")
	require.NoError(t, err)
}

func TestManyWhoAskTheSameShareOneQuestion(t *testing.T) {
	t.Parallel()
	z := newZone(t, "d.test. 60 TXT one")
	gate := make(chan struct{})
	z.mu.Lock()
	z.gate = gate
	z.mu.Unlock()
	r := resolver(t, z, nil)
	cancelled, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() { _, err := r.TXT(cancelled, "d.test"); first <- err }()
	require.Eventually(t, func() bool { return z.asked.Load() == 1 }, 5*time.Second, time.Millisecond)
	var wg sync.WaitGroup
	var good atomic.Int64
	for range 20 {
		wg.Go(func() {
			if _, err := r.TXT(t.Context(), "d.test"); err == nil {
				good.Add(1)
			}
		})
	}
	cancel()
	require.ErrorIs(t, <-first, context.Canceled, "the one who gives up does not take the others along")
	close(gate)
	wg.Wait()
	require.EqualValues(t, 20, good.Load())
	require.EqualValues(t, 1, z.asked.Load())
}

func TestTextAndReverseRecordsAreRead(t *testing.T) {
	t.Parallel()
	z := newZone(t, `k._domainkey.d.test. 60 TXT "v=DKIM1; k=rsa; " "p=abc"`, "9.9.9.9.in-addr.arpa. 60 PTR Mail.d.test.", "d.test. 60 MX 5 In.d.test.")
	r := resolver(t, z, nil)
	txt, err := r.TXT(t.Context(), "k._domainkey.d.test")
	require.NoError(t, err)
	require.Equal(t, []string{"v=DKIM1; k=rsa; p=abc"}, txt)
	ptr, err := r.PTR(t.Context(), netip.MustParseAddr("9.9.9.9"))
	require.NoError(t, err)
	require.Equal(t, []string{"mail.d.test"}, ptr)
	hosts, err := r.MX(t.Context(), "d.test")
	require.NoError(t, err)
	require.Equal(t, []string{"in.d.test"}, hosts)
	none, err := r.TXT(t.Context(), "absent.test")
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestASiteHasAShortNameForPeople(t *testing.T) {
	t.Parallel()
	for site, want := range map[string]string{
		"alt1.gmail-smtp-in.l.google.com,alt2.gmail-smtp-in.l.google.com,gmail-smtp-in.l.google.com": "gmail-smtp-in.l.google.com",
		"mta5.am0.yahoodns.net,mta6.am0.yahoodns.net":                                                "am0.yahoodns.net",
		"mxs.mail.ru":       "mxs.mail.ru",
		"a.one.kz,b.two.kz": "a.one.kz",
	} {
		require.Equal(t, want, mx.Plan{Site: site}.Label())
	}
}

// MSG-4: whoever has just published a record and presses "check" must not be told what was true a minute ago.
func TestAResolverWithoutMemorySeesAChangeAtOnce(t *testing.T) {
	t.Parallel()
	z := newZone(t)
	r, err := mx.New(mx.Config{Servers: []string{z.addr}, NoMemory: true})
	require.NoError(t, err)
	before, err := r.TXT(t.Context(), "k1.shop.test")
	require.NoError(t, err)
	z.add(`k1.shop.test. 3600 IN TXT "v=DKIM1"`)

	after, err := r.TXT(t.Context(), "k1.shop.test")

	require.NoError(t, err)
	require.Empty(t, before)
	require.Equal(t, []string{"v=DKIM1"}, after)
}
