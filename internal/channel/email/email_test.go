package email_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net/mail"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	oracle "github.com/emersion/go-msgauth/dkim"
	server "github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/channel/channeltest"
	"keruen/internal/channel/email"
	"keruen/internal/clock"
	"keruen/internal/mail/mx"
)

func TestTheEmailChannelIsAChannel(t *testing.T) {
	t.Parallel()
	local := map[channeltest.Behaviour]string{channeltest.Accept: "jo", channeltest.Refuse: "unknown", channeltest.Defer: "grey", channeltest.Quote: "quote"}
	world := func(t *testing.T, s func(*inbox) email.Settings) channeltest.World {
		in := newInbox(t, nil)
		snd := sender(t, s(in))
		return channeltest.World{
			Channel:  direct(t, in, func(c *email.Config) { c.AllowPrivate = true }),
			Received: func() int { return len(in.got()) },
			Message: func(b channeltest.Behaviour, n int) channel.Message {
				return from(snd, message(local[b]+".person@example.test", n))
			},
		}
	}
	t.Run("direct", func(t *testing.T) {
		channeltest.Run(t, func(t *testing.T) channeltest.World {
			return world(t, func(*inbox) email.Settings { return email.Settings{Route: email.Route{Kind: email.Direct}} })
		})
	})
	t.Run("relay", func(t *testing.T) {
		channeltest.Run(t, func(t *testing.T) channeltest.World {
			return world(t, func(in *inbox) email.Settings { return email.Settings{Route: relayTo(in)} })
		})
	})
}

func relayTo(in *inbox) email.Route {
	return email.Route{Kind: email.Relay, Host: in.addr.Addr().String(), Port: int(in.addr.Port()), TLS: email.NoTLS}
}

// MSG-4, AUD-2
func TestALetterIsSignedAndCarriesWhatReceiversExpect(t *testing.T) {
	t.Parallel()
	in := newInbox(t, nil)
	s, err := email.NewSettings("news@shop.test", email.Route{Kind: email.Direct}, start)
	require.NoError(t, err)
	s.BounceDomain = "b.shop.test"
	v := direct(t, in, nil).Send(t.Context(), from(sender(t, s), message("jo@example.test", 1)))
	require.Equal(t, channel.Accepted, v.Outcome, "%+v", v)
	require.Equal(t, "inbox.test", v.Site)

	got := in.got()[0]
	require.Equal(t, "b+tok1@b.shop.test", got.from)
	m, err := mail.ReadMessage(strings.NewReader(got.raw))
	require.NoError(t, err)
	for name, want := range map[string]string{
		"List-Unsubscribe": "<https://t.shop.test/u/abc>, <mailto:u+abc@b.shop.test>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"List-Id": "<weekly.shop.test>", "X-Mailru-Msgtype": "spring-26", "X-Postmaster-Msgtype": "spring-26", "Precedence": "bulk",
		"Auto-Submitted": "", "X-Auto-Response-Suppress": "OOF, AutoReply", "Message-Id": "<tok1@shop.test>", "X-Keruen-Msg": "tok1",
		"Cfbl-Address": "fbl@b.shop.test; report=arf",
	} {
		require.Equal(t, want, m.Header.Get(name), name)
	}
	require.Regexp(t, `^spring-26:acc_\w+:weekly:keruen$`, m.Header.Get("Feedback-ID"))

	setup, err := email.SetupOf("news@shop.test", s, "mail.keruen.test", nil)
	require.NoError(t, err)
	sigs, err := oracle.VerifyWithOptions(strings.NewReader(got.raw), &oracle.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		require.Equal(t, setup.Selector+"._domainkey.shop.test", name)
		return []string{setup.PublicKey}, nil
	}})
	require.NoError(t, err)
	require.Len(t, sigs, 1)
	require.NoError(t, sigs[0].Err)
	for _, covered := range []string{"From", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "CFBL-Address", "X-Keruen-Msg"} {
		require.Contains(t, sigs[0].HeaderKeys, covered)
	}
}

func TestACodeIsNoBulkMail(t *testing.T) {
	t.Parallel()
	in := newInbox(t, nil)
	m := message("jo@example.test", 1)
	m.Purpose = channel.Transactional
	m.Email.UnsubscribeURL, m.Email.UnsubscribeTo, m.Email.ListID, m.Email.CampaignLabel, m.Email.ReturnToken = "", "", "", "", ""
	require.Equal(t, channel.Accepted, direct(t, in, nil).Send(t.Context(), m).Outcome)
	got := in.got()[0]
	require.Equal(t, "news@shop.test", got.from, "without a bounce domain bounces go to the sender")
	h, err := mail.ReadMessage(strings.NewReader(got.raw))
	require.NoError(t, err)
	require.Equal(t, "auto-generated", h.Header.Get("Auto-Submitted"))
	require.Empty(t, h.Header.Get("Precedence"))
	require.Empty(t, h.Header.Get("List-Unsubscribe"))
	require.Empty(t, h.Header.Get("CFBL-Address"), "without a bounce domain nobody receives complaints")
}

// CMP-1: providers believe an address for complaints only under the domain that wrote and signed (RFC 9477 §3.1).
func TestComplaintsAreAskedForOnlyAtADomainThatProvidersBelieve(t *testing.T) {
	t.Parallel()
	for bounce, want := range map[string]string{
		"b.shop.test": "fbl@b.shop.test; report=arf", "shop.test": "fbl@shop.test; report=arf", "back.other.test": "", "xshop.test": "", "": "",
	} {
		in := newInbox(t, nil)
		s, err := email.NewSettings("news@shop.test", email.Route{Kind: email.Direct}, start)
		require.NoError(t, err)
		s.BounceDomain = bounce
		require.Equal(t, channel.Accepted, direct(t, in, nil).Send(t.Context(), from(sender(t, s), message("jo@example.test", 1))).Outcome)
		h, err := mail.ReadMessage(strings.NewReader(in.got()[0].raw))
		require.NoError(t, err)
		require.Equal(t, want, h.Header.Get("CFBL-Address"), bounce)
	}
}

func TestEveryAttemptIsTheSameLetterFromTheSameEnvelope(t *testing.T) {
	t.Parallel()
	in := newInbox(t, nil)
	s, err := email.NewSettings("news@shop.test", email.Route{Kind: email.Direct}, start)
	require.NoError(t, err)
	s.BounceDomain = "b.shop.test"
	c, snd := direct(t, in, nil), sender(t, s)
	for attempt := 1; attempt <= 3; attempt++ {
		for _, to := range []string{"jo@example.test", "grey@example.test"} {
			m := from(snd, message(to, 1))
			m.Attempt = attempt
			c.Send(t.Context(), m)
		}
	}
	require.Equal(t, []string{"b+tok1@b.shop.test", "b+tok1@b.shop.test", "b+tok1@b.shop.test"}, in.tries["grey@example.test"])
	require.Equal(t, in.got()[0].raw, in.got()[2].raw)
}

func TestManyLettersShareFewConnections(t *testing.T) {
	t.Parallel()
	in := newInbox(t, nil)
	c := direct(t, in, nil)
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() { c.Send(t.Context(), message("jo@example.test", i)) })
	}
	wg.Wait()
	require.Equal(t, 100, len(in.got()))
	require.LessOrEqual(t, in.most, 5)
	require.LessOrEqual(t, in.sessions, 7)
}

func TestAServerThatEndsItsSessionsEarlyLosesNoLetter(t *testing.T) {
	t.Parallel()
	in := newInbox(t, func(_ *server.Server, in *inbox) { in.perConn = 3 })
	c := direct(t, in, nil)
	for i := range 20 {
		v := c.Send(t.Context(), message("jo@example.test", i))
		require.Equal(t, channel.Accepted, v.Outcome, "%d: %+v", i, v)
	}
	require.Len(t, in.got(), 20)
	require.LessOrEqual(t, in.sessions, 8, "the limit is learnt")
}

func TestAConnectionClosedWhileIdleIsReplaced(t *testing.T) {
	t.Parallel()
	in := newInbox(t, func(s *server.Server, _ *inbox) { s.ReadTimeout = 20 * time.Millisecond })
	c := direct(t, in, nil)
	require.Equal(t, channel.Accepted, c.Send(t.Context(), message("jo@example.test", 1)).Outcome)
	require.Eventually(t, func() bool { in.mu.Lock(); defer in.mu.Unlock(); return in.open == 0 }, 5*time.Second, time.Millisecond)
	require.Equal(t, channel.Accepted, c.Send(t.Context(), message("jo@example.test", 2)).Outcome)
}

func TestAServerThatLimitsConnectionsGetsFewer(t *testing.T) {
	t.Parallel()
	in := newInbox(t, func(_ *server.Server, in *inbox) { in.maxConns = 2 })
	clk := clock.NewFake(start)
	c := direct(t, in, func(conf *email.Config) { conf.Clock = clk })
	round := func() (late int) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		for i := range 40 {
			wg.Go(func() {
				v := c.Send(t.Context(), message("jo@example.test", i))
				mu.Lock()
				defer mu.Unlock()
				if v.Outcome == channel.Later {
					require.True(t, v.Free)
					late++
				} else {
					require.Equal(t, channel.Accepted, v.Outcome, "%+v", v)
				}
			})
		}
		wg.Wait()
		return late
	}
	late := round()
	for n := 0; late > 0 && n < 20; n++ { // how many rounds it takes depends on who comes first
		clk.Advance(2 * time.Minute)
		late = round()
	}
	require.Zero(t, late, "after a while it is never asked for more than it takes")
}

func TestADeadServerIsLeftAlone(t *testing.T) {
	t.Parallel()
	in := newInbox(t, nil)
	require.NoError(t, in.ln.Close())
	clk := clock.NewFake(start)
	c := direct(t, in, func(conf *email.Config) { conf.Clock = clk })
	v := c.Send(t.Context(), message("jo@example.test", 1))
	require.Equal(t, channel.Later, v.Outcome)
	require.Equal(t, email.Network, v.Class)
	require.Equal(t, "connection refused", v.Detail)
	require.False(t, v.Free)

	v = c.Send(t.Context(), message("jo@example.test", 2))
	require.True(t, v.Free, "the others wait without being tried: %+v", v)
	require.InDelta(t, float64(time.Minute), float64(v.After), float64(15*time.Second))

	clk.Advance(61 * time.Second)
	require.False(t, c.Send(t.Context(), message("jo@example.test", 3)).Free, "one tries again")
	clk.Advance(61 * time.Second)
	v = c.Send(t.Context(), message("jo@example.test", 4))
	require.True(t, v.Free, "and the pause has doubled: %+v", v)
}

func TestASecondAddressIsTriedWhenTheFirstIsDead(t *testing.T) {
	t.Parallel()
	in := newInbox(t, nil)
	c := direct(t, in, func(conf *email.Config) {
		conf.Resolver = zone{addrs: []netip.Addr{netip.MustParseAddr("127.0.0.99"), in.addr.Addr()}}
	})
	require.Equal(t, channel.Accepted, c.Send(t.Context(), message("jo@example.test", 1)).Outcome)
}

func TestALetterWhoseFateNobodyKnowsIsNotCalledSent(t *testing.T) {
	t.Parallel()
	in := newInbox(t, nil)
	v := direct(t, in, nil).Send(t.Context(), message("drop@example.test", 1))
	require.Equal(t, channel.Unknown, v.Outcome, "%+v", v)
	require.Equal(t, email.Uncertain, v.Class)
	require.False(t, v.Suppress)
}

func TestAServerWhoseTLSIsBrokenGetsTheLetterInClear(t *testing.T) {
	t.Parallel()
	in := newInbox(t, func(s *server.Server, _ *inbox) { s.TLSConfig = &tls.Config{} }) // without a certificate no handshake succeeds
	c := direct(t, in, nil)
	require.Equal(t, channel.Accepted, c.Send(t.Context(), message("jo@example.test", 1)).Outcome)
	before := in.sessions
	in.mu.Lock()
	in.perConn = 1 // ends the kept connection
	in.mu.Unlock()
	require.Equal(t, channel.Accepted, c.Send(t.Context(), message("jo@example.test", 2)).Outcome)
	require.Equal(t, before+1, in.sessions, "TLS is not tried again soon")

	relay := email.Settings{Route: relayTo(in)}
	relay.Route.TLS = email.STARTTLS
	v := direct(t, in, func(conf *email.Config) { conf.AllowPrivate = true }).Send(t.Context(), from(sender(t, relay), message("jo@example.test", 3)))
	require.Equal(t, channel.Later, v.Outcome, "a relay that must use TLS never gets it in clear")
	require.Equal(t, email.TLS, v.Class)
}

func TestAServerThatHurriesUsIsGivenAPause(t *testing.T) {
	t.Parallel()
	in := newInbox(t, nil)
	clk := clock.NewFake(start)
	c := direct(t, in, func(conf *email.Config) { conf.Clock = clk })
	v := c.Send(t.Context(), message("hurry@example.test", 1))
	require.Equal(t, email.RateLimited, v.Class)
	require.True(t, v.Free)
	v = c.Send(t.Context(), message("jo@example.test", 2))
	require.Equal(t, channel.Later, v.Outcome)
	require.Equal(t, email.RateLimited, v.Class)
	require.True(t, v.Free)
	require.Empty(t, in.got())
	clk.Advance(31 * time.Second)
	require.Equal(t, channel.Accepted, c.Send(t.Context(), message("jo@example.test", 2)).Outcome)
}

func TestADomainWithoutMailServersHasItsReason(t *testing.T) {
	t.Parallel()
	z := zone{errs: map[string]error{"gone.test": mx.ErrNoDomain, "null.test": mx.ErrNullMX, "none.test": mx.ErrNoMail, "broken.test": mx.ErrTemporary, "inner.test": mx.ErrForbidden}}
	c := direct(t, newInbox(t, nil), func(conf *email.Config) { conf.Resolver = z })
	send := func(domain string, attempt int) channel.Verdict {
		m := message("jo@"+domain, 1)
		m.Attempt = attempt
		return c.Send(t.Context(), m)
	}
	first := send("gone.test", 1)
	require.Equal(t, channel.Later, first.Outcome, "a zone that is being moved comes back")
	require.InDelta(t, float64(time.Hour), float64(first.After), float64(13*time.Minute))
	second := send("gone.test", 2)
	require.Equal(t, channel.Never, second.Outcome)
	require.True(t, second.Suppress)
	require.Equal(t, email.DomainBad, second.Class)

	null := send("null.test", 1)
	require.Equal(t, channel.Never, null.Outcome)
	require.True(t, null.Suppress)
	require.False(t, send("none.test", 1).Suppress)
	require.Equal(t, channel.Never, send("inner.test", 1).Outcome)
	broken := send("broken.test", 1)
	require.Equal(t, channel.Later, broken.Outcome)
	require.Equal(t, email.DNSTemporary, broken.Class)
	require.Equal(t, channel.ScopeNetwork, broken.Scope)
}

func TestAMessageThatCannotBeWrittenBlamesTheRightOne(t *testing.T) {
	t.Parallel()
	c := direct(t, newInbox(t, nil), nil)
	v := c.Send(t.Context(), message("not an address", 1))
	require.Equal(t, channel.Never, v.Outcome)
	require.Equal(t, email.BadAddress, v.Class)
	require.True(t, v.Suppress)

	m := message("jo@example.test", 1)
	m.Email.Subject = "a\r\nBcc: all@example.test"
	v = c.Send(t.Context(), m)
	require.Equal(t, channel.Never, v.Outcome)
	require.Equal(t, email.LetterInvalid, v.Class)
	require.False(t, v.Suppress)
	require.Contains(t, v.Detail, "line break")
}

func TestSettingsThatCannotBeOpenedFailNobodysMessage(t *testing.T) {
	t.Parallel()
	c := direct(t, newInbox(t, nil), func(conf *email.Config) {
		conf.Settings = func(channel.Sender) ([]byte, error) { return nil, errors.New("sealed by another key") }
	})
	v := c.Send(t.Context(), message("jo@example.test", 1))
	require.Equal(t, channel.Later, v.Outcome)
	require.Equal(t, channel.ScopeConfig, v.Scope)
	require.True(t, v.Free)
}

func TestARelayOnAPrivateAddressNeedsPermission(t *testing.T) {
	t.Parallel()
	in := newInbox(t, nil)
	v := direct(t, in, nil).Send(t.Context(), from(sender(t, email.Settings{Route: relayTo(in)}), message("jo@example.test", 1)))
	require.Equal(t, channel.Later, v.Outcome)
	require.Equal(t, email.RelayUnreachable, v.Class)
	require.Empty(t, in.got())
}

func TestAnAddressInAnotherScriptArrives(t *testing.T) {
	t.Parallel()
	in := newInbox(t, nil)
	v := direct(t, in, nil).Send(t.Context(), message("почта@пример.рф", 1))
	require.Equal(t, channel.Accepted, v.Outcome, "%+v", v)
	require.Equal(t, "почта@xn--e1afmkfd.xn--p1ai", in.got()[0].to)

	old := newInbox(t, func(s *server.Server, _ *inbox) { s.EnableSMTPUTF8 = false })
	v = direct(t, old, nil).Send(t.Context(), message("почта@пример.рф", 1))
	require.Equal(t, channel.Never, v.Outcome)
	require.Equal(t, email.UTF8Unsupported, v.Class)
	require.False(t, v.Suppress)
}

func TestAChangeOfSettingsTakesEffectWithTheNextMessage(t *testing.T) {
	t.Parallel()
	first, second := newInbox(t, nil), newInbox(t, nil)
	c := direct(t, first, func(conf *email.Config) { conf.AllowPrivate = true })
	s := sender(t, email.Settings{Route: relayTo(first)})
	require.Equal(t, channel.Accepted, c.Send(t.Context(), from(s, message("jo@example.test", 1))).Outcome)
	s2 := sender(t, email.Settings{Route: relayTo(second)})
	s2.Version = 2
	require.Equal(t, channel.Accepted, c.Send(t.Context(), from(s2, message("jo@example.test", 2))).Outcome)
	require.Len(t, first.got(), 1)
	require.Len(t, second.got(), 1)
}

func TestTheLimitsOfASenderComeFromItsSettings(t *testing.T) {
	t.Parallel()
	c := direct(t, newInbox(t, nil), nil)
	require.Equal(t, channel.Limits{Concurrency: 24, PerSecond: 7}, c.Limits(sender(t, email.Settings{Route: email.Route{Kind: email.Relay, Host: "relay.test", Connections: 3, PerSecond: 7}})))
	other := sender(t, email.Settings{Route: email.Route{Kind: email.Direct}})
	other.ID = 6
	require.Greater(t, c.Limits(other).Concurrency, 10)
}

func TestWrongSettingsAreNamedFieldByField(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]email.Settings{
		"route.kind":        {Route: email.Route{Kind: "pigeon"}},
		"route.host":        {Route: email.Route{Kind: email.Relay, Host: "a b"}},
		"route.port":        {Route: email.Route{Kind: email.Relay, Host: "r.test", Port: 70_000}},
		"route.tls":         {Route: email.Route{Kind: email.Relay, Host: "r.test", TLS: "maybe"}},
		"route.password":    {Route: email.Route{Kind: email.Relay, Host: "r.test", TLS: email.NoTLS, User: "jo", Password: "x"}},
		"route.connections": {Route: email.Route{Kind: email.Direct, Connections: -1}},
		"dkim":              {Route: email.Route{Kind: email.Direct}, DKIM: email.DKIM{PrivateKey: "x"}},
		"bounce_domain":     {Route: email.Route{Kind: email.Direct}, BounceDomain: "a b"},
	} {
		require.Equal(t, []string{want}, fieldsOf(s.Check()), "%+v", s)
	}
	require.NoError(t, email.Settings{Route: email.Route{Kind: email.Relay, Host: "127.0.0.1", TLS: email.NoTLS, User: "jo", Password: "x"}}.Check())
}

func TestNothingIsHeldAfterClose(t *testing.T) {
	t.Parallel()
	in := newInbox(t, nil)
	c := direct(t, in, nil)
	for i := range 5 {
		c.Send(context.Background(), message("jo@example.test", i))
	}
	c.Close()
	require.Eventually(t, func() bool { in.mu.Lock(); defer in.mu.Unlock(); return in.open == 0 }, 5*time.Second, time.Millisecond)
}

func BenchmarkSend(b *testing.B) {
	for _, signed := range []bool{false, true} {
		name := map[bool]string{false: "unsigned", true: "signed"}[signed]
		b.Run(name, func(b *testing.B) {
			in := newInbox(b, nil)
			c := direct(b, in, func(conf *email.Config) { conf.AllowPrivate = true })
			s := email.Settings{}
			if signed {
				var err error
				s, err = email.NewSettings("news@shop.test", email.Route{Kind: email.Direct}, start)
				require.NoError(b, err)
			}
			s.Route = relayTo(in)
			snd := sender(b, s)
			body := strings.Repeat("<p>Сәлем! Some text of the letter.</p>\n", 200)
			b.SetParallelism(10)
			b.RunParallel(func(pb *testing.PB) {
				m := from(snd, message("jo@example.test", 1))
				m.Email.HTML = body
				for pb.Next() {
					if v := c.Send(context.Background(), m); v.Outcome != channel.Accepted {
						b.Errorf("%+v", v)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s")
		})
	}
}
