package mailhost

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/channel/email"
	"keruen/internal/channel/email/shape"
	"keruen/internal/clock"
	"keruen/internal/mail/mx"
)

// patience is how long a test waits for all letters, in real time.
const patience = 25 * time.Second

// engine is our e-mail channel on a clock that the test moves, aimed at servers of the test.
type engine struct {
	*email.Channel
	clock  *clock.Fake
	sender channel.Sender
	names  *DNS
}

// newEngine sends the mail of the domains to a port. Rules are those of shape; our own addresses stand there.
func newEngine(t *testing.T, mxAddr, rules string, domains ...string) *engine {
	t.Helper()
	e := &engine{clock: clock.NewFake(time.Now()), names: StartDNS(t, domains...)}
	parsed, err := shape.Parse(rules)
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(mxAddr)
	require.NoError(t, err)
	number, err := strconv.Atoi(port)
	require.NoError(t, err)
	resolver, err := mx.New(mx.Config{Servers: []string{e.names.Addr}, Clock: e.clock, AllowPrivate: true})
	require.NoError(t, err)
	e.Channel, err = email.New(email.Config{
		Clock: e.clock, Helo: "mail.keruen.test", Port: number, AllowPrivate: true,
		Resolver: resolver,
		Settings: func(s channel.Sender) ([]byte, error) { return s.Settings, nil },
		Shaper:   shape.New(shape.Parts{Rules: parsed, Clock: e.clock, Log: slog.New(slog.DiscardHandler), Node: "here"}),
	})
	require.NoError(t, err)
	t.Cleanup(e.Close)
	s, err := email.NewSettings("news@sender.test", email.Route{Kind: email.Direct}, e.clock.Now())
	require.NoError(t, err)
	s.BounceDomain = "b.sender.test"
	doc, err := json.Marshal(s)
	require.NoError(t, err)
	e.sender = channel.Sender{ID: 5, Tenant: 9, Kind: channel.Email, Name: "Shop", Address: "news@sender.test", Settings: doc, Version: 1}
	return e
}

// letter is one message and how its attempts ended so far.
type letter struct {
	channel.Message
	said []channel.Verdict
	due  time.Time
}

func (l *letter) taken() bool {
	return len(l.said) > 0 && l.said[len(l.said)-1].Outcome == channel.Accepted
}

// letters makes n letters to as many people of the domains.
func (e *engine) letters(n int, domains ...string) []*letter {
	out := make([]*letter, n)
	for i := range out {
		out[i] = &letter{due: e.clock.Now(), Message: channel.Message{
			Ref: channel.Ref{Part: 77, Seq: int32(i)}, Tenant: 9, Sender: e.sender, Purpose: channel.Advertising, Attempt: 1,
			To: fmt.Sprintf("p%03d@%s", i, domains[i%len(domains)]), ToName: "Айгүл",
			Email: &channel.Letter{
				FromName: "Магазин «Күн»", From: "news@sender.test", Subject: "Күзгі жаңалықтар", Date: e.clock.Now(),
				HTML: "<html><body><h1>Сәлем!</h1><p>Скидки на <a href=\"https://sender.test/sale\">странице</a>.</p></body></html>", Text: "Сәлем! Скидки: https://sender.test/sale",
				UnsubscribeURL: "https://t.sender.test/u/abc", UnsubscribeTo: "u+abc@b.sender.test", ListID: "weekly", CampaignLabel: "autumn-26",
				ReturnToken: fmt.Sprintf("tok%d", i),
			},
		}}
	}
	return out
}

// round sends at once whatever is due, books when it is due again, and returns how many were sent.
func (e *engine) round(t *testing.T, all []*letter) int {
	var wait sync.WaitGroup
	n := 0
	for _, l := range all {
		if l.taken() || l.due.After(e.clock.Now()) {
			continue
		}
		n++
		wait.Go(func() {
			v := e.Send(t.Context(), l.Message)
			l.said = append(l.said, v)
			l.due = e.clock.Now().Add(v.After)
			if !v.Free {
				l.Attempt++
			}
		})
	}
	wait.Wait()
	return n
}

// untilTaken sends all letters, each when it is due, until all are taken. The clock jumps to when the next one is due. After a
// refusal a real time passes too, because that is what the servers count in.
func (e *engine) untilTaken(t *testing.T, all []*letter, between time.Duration) {
	t.Helper()
	rounds, before := 0, 0
	done := func() bool {
		e.round(t, all)
		rounds++
		var next time.Time
		for _, l := range all {
			if !l.taken() && (next.IsZero() || l.due.Before(next)) {
				next = l.due
			}
		}
		if next.IsZero() {
			return true
		}
		e.clock.Advance(max(next.Sub(e.clock.Now()), time.Millisecond))
		return false
	}
	pause := time.NewTicker(between)
	defer pause.Stop()
	for started := time.Now(); !done(); {
		if n := refusals(all); n > before {
			before = n
			pause.Reset(between)
			<-pause.C
		}
		require.Less(t, time.Since(started), patience, "after %d rounds: %s", rounds, describe(all))
	}
}

// refusals counts the attempts at which a server said no.
func refusals(all []*letter) (n int) {
	for _, l := range all {
		for _, v := range l.said {
			if v.Outcome != channel.Accepted && !strings.HasPrefix(v.Detail, "not tried") {
				n++
			}
		}
	}
	return n
}

// describe counts the letters by their last verdict.
type describe []*letter

func (d describe) String() string {
	counts := map[string]int{}
	for _, l := range d {
		if n := len(l.said); n > 0 {
			counts[fmt.Sprintf("%v %s %s", l.said[n-1].Outcome, l.said[n-1].Class, l.said[n-1].Detail)]++
		}
	}
	return fmt.Sprint(counts)
}
