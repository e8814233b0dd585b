package sandbox_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/sandbox"
	"keruen/internal/sandbox/receiver"
)

var noon = time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)

// world starts a world without chance troubles on a clock that stands still.
func world(t *testing.T, change ...func(*sandbox.Config)) (*sandbox.World, *clock.Fake) {
	t.Helper()
	clk := clock.NewFake(noon)
	c := sandbox.Config{Clock: clk, Shares: &sandbox.Shares{}, Habits: &sandbox.Habits{}}
	for _, f := range change {
		f(&c)
	}
	w, err := sandbox.New(c)
	require.NoError(t, err)
	require.NoError(t, w.Start(t.Context()))
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	return w, clk
}

// ask puts one question to the world's name service.
func ask(t *testing.T, w *sandbox.World, name string, kind uint16) *dns.Msg {
	t.Helper()
	q := new(dns.Msg)
	q.SetQuestion(dns.Fqdn(name), kind)
	m, _, err := (&dns.Client{}).Exchange(q, w.DNSAddr())
	require.NoError(t, err)
	return m
}

// server finds the address of the first mail server of a domain.
func server(t *testing.T, w *sandbox.World, domain string) string {
	t.Helper()
	host := domain
	if m := ask(t, w, domain, dns.TypeMX); len(m.Answer) > 0 {
		host = m.Answer[0].(*dns.MX).Mx
	}
	m := ask(t, w, host, dns.TypeA)
	require.NotEmpty(t, m.Answer, "no address for %s", host)
	return net.JoinHostPort(m.Answer[0].(*dns.A).A.String(), strconv.Itoa(w.SMTPPort()))
}

func dial(t *testing.T, w *sandbox.World, domain string) *smtp.Client {
	t.Helper()
	c, err := smtp.Dial(server(t, w, domain))
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// send delivers one letter over a new connection.
func send(t *testing.T, w *sandbox.World, to, letter string) error {
	t.Helper()
	_, domain, _ := strings.Cut(to, "@")
	c := dial(t, w, domain)
	require.NoError(t, c.Hello("sender.test"))
	return sendOver(c, to, letter)
}

func sendOver(c *smtp.Client, to, letter string) error {
	if err := c.Mail("b+token@bounce.sender.test"); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	d, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := d.Write([]byte(letter)); err != nil {
		return err
	}
	return d.Close()
}

// plain is a personal letter without anything special.
func plain(to string) string {
	return "From: Магазин <shop@sender.test>\r\nTo: <" + to + ">\r\nSubject: =?utf-8?b?0J/RgNC40LLQtdGC?=\r\n" +
		"Message-ID: <m-" + to + ">\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n"
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// code is the reply code of an SMTP error, 0 when it was not a reply.
func code(err error) int {
	var p *textproto.Error
	if errors.As(err, &p) {
		return p.Code
	}
	return 0
}

func TestALetterToAnyDomainArrivesAtItsProvider(t *testing.T) {
	t.Parallel()
	w, _ := world(t)
	for to, provider := range map[string]string{
		"aigul@mail.ru": "mailru", "aigul@yandex.kz": "yandex", "aigul@rambler.ru": "rambler", "aigul@icloud.com": "icloud",
	} {
		require.NoError(t, send(t, w, to, plain(to)))

		got, err := w.WaitFor(t.Context(), to, 1)

		require.NoError(t, err)
		require.Equal(t, provider, got[0].Provider)
		require.Equal(t, "Привет", got[0].Subject)
		require.Equal(t, "b+token@bounce.sender.test", got[0].Sender)
	}
	require.NoError(t, send(t, w, "director@firma.kz", plain("director@firma.kz")))
	require.Equal(t, 5, w.Count(""))
}

func TestTheSourceIsKeptAsItCame(t *testing.T) {
	t.Parallel()
	for name, dir := range map[string]string{"in memory": "", "on disk": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			w, _ := world(t, func(c *sandbox.Config) { c.Dir = dir })
			source := plain("a@mail.ru") + ".\r\n..two dots\r\n"

			require.NoError(t, send(t, w, "a@mail.ru", source))

			raw, err := w.Raw(w.Messages(sandbox.Filter{})[0].ID)
			require.NoError(t, err)
			require.Equal(t, source, string(raw))
		})
	}
}

func TestEveryLocalPartMeetsItsBehaviour(t *testing.T) {
	t.Parallel()
	w, _ := world(t)
	for _, c := range []struct {
		local    string
		code     int
		enhanced string
	}{
		{"unknown", 550, "5.1.1"},
		{"unknown+promo", 550, "5.1.1"},
		{"unknown-12", 550, "5.1.1"},
		{"disabled", 550, "5.2.1"},
		{"full", 452, "4.2.2"},
		{"overquota", 552, "5.2.2"},
		{"grey", 450, "4.2.0"},
		{"tempfail", 451, "4.3.0"},
		{"ratelimited", 450, "4.7.1"},
		{"blocked", 554, "5.7.1"},
		{"busy", 421, "4.3.2"},
		{"spam", 550, "5.7.1"},
		{"virus", 554, "5.7.0"},
	} {
		t.Run(c.local, func(t *testing.T) {
			to := c.local + "@mail.ru"

			err := send(t, w, to, plain(to))

			require.Equal(t, c.code, code(err), "%v", err)
			require.Contains(t, err.Error(), c.enhanced)
			require.Zero(t, w.Count(to))
			require.Equal(t, to, w.Log(sandbox.Filter{To: to})[0].To)
		})
	}
}

func TestALetterMayBeKeptAlthoughTheConnectionIsCutAfterTheDot(t *testing.T) {
	t.Parallel()
	w, _ := world(t)

	dropped := send(t, w, "drop@mail.ru", plain("drop@mail.ru"))
	lost := send(t, w, "lose@mail.ru", plain("lose@mail.ru"))
	reset := send(t, w, "reset@mail.ru", plain("reset@mail.ru"))

	for _, err := range []error{dropped, lost, reset} {
		require.Error(t, err)
		require.Zero(t, code(err), "no reply is expected, got %v", err)
	}
	require.Equal(t, 1, w.Count("drop@mail.ru"))
	require.Equal(t, 0, w.Count("lose@mail.ru"))
	require.Equal(t, 0, w.Count("reset@mail.ru"))
}

func TestASlowServerAcceptsWhenTheClockHasMoved(t *testing.T) {
	t.Parallel()
	w, clk := world(t)
	done := make(chan error, 1)
	go func() { done <- send(t, w, "slow@mail.ru", plain("slow@mail.ru")) }()

	require.NoError(t, clk.BlockUntil(t.Context(), 1))
	require.Zero(t, w.Count("slow@mail.ru"))
	clk.Advance(5 * time.Second)

	require.NoError(t, <-done)
	require.Equal(t, noon.Add(5*time.Second), w.Messages(sandbox.Filter{})[0].At)
}

func TestGreylistingPassesARetryAfterTheDelay(t *testing.T) {
	t.Parallel()
	w, clk := world(t)
	const to = "grey@firma.kz"

	first := send(t, w, to, plain(to))
	clk.Advance(5 * time.Second)
	early := send(t, w, to, plain(to))
	clk.Advance(15 * time.Second)
	late := send(t, w, to, plain(to))

	require.Equal(t, 4, code(first)/100)
	require.Contains(t, first.Error(), "20 seconds")
	require.Contains(t, early.Error(), "15 seconds")
	require.NoError(t, late)
	require.Equal(t, 1, w.Count(to))
}

func TestGreylistingSurvivesARestart(t *testing.T) {
	t.Parallel()
	dir, clk := t.TempDir(), clock.NewFake(noon)
	start := func() *sandbox.World {
		w, err := sandbox.New(sandbox.Config{Clock: clk, Dir: dir, Shares: &sandbox.Shares{}, Habits: &sandbox.Habits{}})
		require.NoError(t, err)
		require.NoError(t, w.Start(t.Context()))
		return w
	}
	w := start()
	require.Error(t, send(t, w, "grey@firma.kz", plain("grey@firma.kz")))
	require.NoError(t, w.Close())

	clk.Advance(time.Minute)
	w = start()
	defer w.Close()

	require.NoError(t, send(t, w, "grey@firma.kz", plain("grey@firma.kz")))
}

func TestAnOrderHoldsForAsManyLettersAsItSays(t *testing.T) {
	t.Parallel()
	w, _ := world(t)
	require.NoError(t, w.SetBehaviour("firma.kz", sandbox.Behaviour{Kind: receiver.TempFail, Times: 2}))
	require.NoError(t, w.SetBehaviour("Boss@Firma.kz", sandbox.Behaviour{
		Kind: receiver.Custom, Reply: &sandbox.Reply{Code: 550, Enhanced: [3]int{5, 7, 1}, Text: "No letters for {to}"},
	}))

	require.Equal(t, 451, code(send(t, w, "a@firma.kz", plain("a@firma.kz"))))
	require.ErrorContains(t, send(t, w, "boss@firma.kz", plain("boss@firma.kz")), "No letters for boss@firma.kz")
	require.Equal(t, 451, code(send(t, w, "a@firma.kz", plain("a@firma.kz"))))
	require.NoError(t, send(t, w, "a@firma.kz", plain("a@firma.kz")))
	require.ErrorIs(t, w.SetBehaviour("firma.kz", sandbox.Behaviour{Kind: "dance"}), sandbox.ErrNoTarget)
}

func TestTroublesComeInTheirSharesAndStayWithTheirAddresses(t *testing.T) {
	t.Parallel()
	w, _ := world(t, func(c *sandbox.Config) { c.Shares = nil })
	c := dial(t, w, "bk.ru")
	outcome := map[string]int{}
	first := map[string]string{}
	for i := range 1200 {
		if i%50 == 0 {
			require.NoError(t, c.Quit())
			c = dial(t, w, "bk.ru")
		}
		to := fmt.Sprintf("person%d@bk.ru", i%600)
		require.NoError(t, c.Mail("sender@sender.test"))
		answer := "ok"
		if err := c.Rcpt(to); err != nil {
			answer = strconv.Itoa(code(err))
		}
		require.NoError(t, c.Reset())
		if i < 600 {
			outcome[answer]++
			first[to] = answer
		} else if first[to] != "451" { // a fault of the server passes
			require.Equal(t, first[to], answer, to)
		}
	}
	require.InDelta(t, 36, outcome["450"], 20, "greylisted %v", outcome)
	require.InDelta(t, 15, outcome["550"], 12, "unknown or disabled %v", outcome)
	require.Greater(t, outcome["ok"], 480)
}

func TestAHurriedSenderIsTurnedAway(t *testing.T) {
	t.Parallel()
	w, _ := world(t, func(c *sandbox.Config) {
		c.Limits = map[string]sandbox.Limits{"mailru": {Connections: 2, PerConnection: 3}}
	})
	a, b := dial(t, w, "mail.ru"), dial(t, w, "mail.ru")

	_, tooMany := smtp.Dial(server(t, w, "mail.ru"))
	require.Equal(t, 421, code(tooMany), "%v", tooMany)

	for i := range 3 {
		require.NoError(t, sendOver(a, fmt.Sprintf("p%d@mail.ru", i), plain("p@mail.ru")))
	}
	tooLong := sendOver(a, "p4@mail.ru", plain("p4@mail.ru"))
	require.Equal(t, 421, code(tooLong), "%v", tooLong)
	require.Error(t, a.Noop(), "the connection ends after 421")

	require.NoError(t, sendOver(b, "p5@mail.ru", plain("p5@mail.ru")))
	require.Len(t, w.Log(sandbox.Filter{Kinds: []string{"hurried"}}), 2)
}

func TestTheLastWordsArriveOverTLSAndWithCommandsInThePipe(t *testing.T) {
	t.Parallel()
	w, _ := world(t, func(c *sandbox.Config) {
		c.Limits = map[string]sandbox.Limits{"mailru": {Connections: 2, PerConnection: 1}}
	})
	c := dial(t, w, "mail.ru")
	require.NoError(t, c.StartTLS(&tls.Config{InsecureSkipVerify: true}))
	require.NoError(t, sendOver(c, "a@mail.ru", plain("a@mail.ru")))
	require.True(t, w.Messages(sandbox.Filter{})[0].TLS)

	_, err := fmt.Fprintf(c.Text.W, "MAIL FROM:<b@sender.test>\r\nRCPT TO:<b@mail.ru>\r\nDATA\r\n")
	require.NoError(t, err)
	require.NoError(t, c.Text.W.Flush())

	got, _, err := c.Text.ReadResponse(250)
	require.Equal(t, 421, got, "%v", err)
}

func TestEhloOffersWhatTheProviderCan(t *testing.T) {
	t.Parallel()
	w, _ := world(t)
	big := dial(t, w, "gmail.com")
	for _, ext := range []string{"PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "STARTTLS", "ENHANCEDSTATUSCODES"} {
		ok, _ := big.Extension(ext)
		require.True(t, ok, ext)
	}
	utf8, _ := dial(t, w, "rambler.ru").Extension("SMTPUTF8")
	require.False(t, utf8)
}

func TestAServerTakesOnlyTheMailOfItsDomains(t *testing.T) {
	t.Parallel()
	w, _ := world(t)

	err := sendOver(dial(t, w, "mail.ru"), "someone@gmail.com", plain("someone@gmail.com"))

	require.Equal(t, 554, code(err), "%v", err)
}

func TestRussianWordsMayComeInAnOldCharset(t *testing.T) {
	t.Parallel()
	w, _ := world(t)

	err := send(t, w, "full@rambler.ru", plain("full@rambler.ru"))

	require.Equal(t, 452, code(err))
	var words *textproto.Error
	require.ErrorAs(t, err, &words)
	require.Contains(t, words.Msg, "\xf0\xcf\xde\xd4\xcf\xd7\xd9\xca", "KOI8-R for «Почтовый»")
	require.Contains(t, w.Log(sandbox.Filter{})[0].Reply, "Почтовый ящик переполнен")
}

func TestWaitForEndsWithItsContext(t *testing.T) {
	t.Parallel()
	w, _ := world(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, err := w.WaitFor(ctx, "nobody@mail.ru", 1)

	require.ErrorIs(t, err, context.Canceled)
}
