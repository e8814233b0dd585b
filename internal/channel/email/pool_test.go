package email_test

import (
	"io"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	server "github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/channel/email"
	"keruen/internal/channel/email/shape"
	"keruen/internal/clock"
	"keruen/internal/id"
)

// gauge is a Shaper that a test sets.
type gauge struct {
	mu     sync.Mutex
	src    shape.Source
	wait   time.Duration
	why    shape.Why
	limits shape.Limits
	taken  []shape.Path
	notes  []shape.Outcome
}

func (g *gauge) Choose(shape.Share, string, string, string) (shape.Source, time.Duration, shape.Why) {
	return g.src, 0, shape.Free
}

func (g *gauge) Limits(shape.Path) shape.Limits {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.limits
}

func (g *gauge) Take(p shape.Path) (time.Duration, shape.Why) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.wait == 0 {
		g.taken = append(g.taken, p)
	}
	return g.wait, g.why
}

func (g *gauge) Note(_ shape.Path, o shape.Outcome) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.notes = append(g.notes, o)
}

func (g *gauge) Explain(p shape.Path) shape.State { return shape.State{Path: p, Limits: g.limits} }

// MSG-4
func TestThePathIsAskedBeforeEveryLetterAndToldWhatCameOfIt(t *testing.T) {
	t.Parallel()
	in := newInbox(t, nil)
	g := &gauge{src: shape.Source{Addr: netip.MustParseAddr("127.0.0.77"), Helo: "out7.keruen.test"}, limits: shape.Limits{Connections: 1, PerConnection: 2}}
	c := direct(t, in, func(conf *email.Config) { conf.Shaper = g })
	for i, to := range []string{"jo", "unknown", "grey", "jo"} {
		c.Send(t.Context(), message(to+"@example.test", i))
	}
	require.Len(t, g.taken, 4)
	require.Equal(t, shape.Path{Source: g.src.Addr, Site: "mx1.inbox.test,mx2.inbox.test"}, g.taken[0])
	require.Len(t, g.notes, 4)
	require.True(t, g.notes[0].Accepted)
	require.Equal(t, email.UserUnknown, g.notes[1].Class)
	require.Equal(t, 450, g.notes[2].Code)
	require.Equal(t, 2, in.sessions, "two letters over a connection")
	in.mu.Lock()
	require.Equal(t, "127.0.0.77", in.from.String(), "the connection comes from the address chosen")
	require.Equal(t, "out7.keruen.test", in.helo)
	in.mu.Unlock()

	g.wait, g.why = 3*time.Minute, shape.WarmUp
	v := c.Send(t.Context(), message("jo@example.test", 9))
	require.Equal(t, channel.Later, v.Outcome)
	require.True(t, v.Free)
	require.GreaterOrEqual(t, v.After, 3*time.Minute)
	require.Contains(t, v.Detail, "warmed up")
	require.Len(t, g.notes, 4, "what was not tried is not told")

	bound, err := c.Explain(t.Context(), message("jo@example.test", 9).Sender, channel.Advertising, "example.test")
	require.NoError(t, err)
	require.Equal(t, 1, bound.Connections)
	require.Equal(t, "inbox.test", bound.Provider)
}

func TestALetterThatFindsNoConnectionIsToldToThePath(t *testing.T) {
	t.Parallel()
	in := newInbox(t, nil)
	require.NoError(t, in.ln.Close())
	g := &gauge{limits: shape.Limits{Connections: 5, PerConnection: 100}}
	c := direct(t, in, func(conf *email.Config) { conf.Shaper = g })
	c.Send(t.Context(), message("jo@example.test", 1))
	c.Send(t.Context(), message("jo@example.test", 2)) // the site is left alone
	require.Len(t, g.taken, 1)
	require.Len(t, g.notes, 1)
	require.True(t, g.notes[0].ConnectFailed)

	bound, err := c.Explain(t.Context(), message("jo@example.test", 3).Sender, channel.Advertising, "example.test")
	require.NoError(t, err)
	require.Equal(t, "down", bound.Why)
	require.False(t, bound.Until.IsZero())
}

func TestNoMoreConnectionsAMinuteAreOpenedThanThePathAllows(t *testing.T) {
	t.Parallel()
	in := newInbox(t, nil)
	clk := clock.NewFake(start)
	g := &gauge{limits: shape.Limits{Connections: 10, PerConnection: 100, ConnectsPerMinute: 2}}
	c := direct(t, in, func(conf *email.Config) { conf.Shaper, conf.Clock = g, clk })
	for range 2 {
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() { c.Send(t.Context(), message("jo@example.test", i)) })
		}
		wg.Wait()
	}
	require.Equal(t, 120, len(in.got()))
	require.LessOrEqual(t, in.sessions, 2)
}

// MSG-4: one slow site, and a large campaign of one account to it.
func TestALargeCampaignHoldsUpNeitherTheLettersNorTheCodesOfOthers(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	in := newInbox(t, func(_ *server.Server, in *inbox) { in.gate = gate })
	g := &gauge{limits: shape.Limits{Connections: 1, PerConnection: 1000}}
	c := direct(t, in, func(conf *email.Config) { conf.Shaper = g })
	send := func(tenant id.Tenant, p channel.Purpose, n int) channel.Message {
		m := message("jo@example.test", n)
		m.Tenant, m.Purpose = tenant, p
		return m
	}
	var wg sync.WaitGroup
	busy := make(chan channel.Verdict, 200)
	wg.Add(1)
	go func() { defer wg.Done(); c.Send(t.Context(), send(1, channel.Advertising, 1)) }()
	in.arrived(t, 1) // it holds the only connection
	for i := range 60 {
		wg.Go(func() {
			if v := c.Send(t.Context(), send(1, channel.Advertising, 100+i)); v.Outcome != channel.Accepted {
				busy <- v
			}
		})
	}
	for range 60 - 7 - 20 { // beyond those that ride along and the line
		v := <-busy
		require.Equal(t, email.SystemBusy, v.Class)
		require.True(t, v.Free)
		require.Positive(t, v.After)
	}
	for i := range 3 {
		wg.Go(func() {
			require.Equal(t, channel.Accepted, c.Send(t.Context(), send(2, channel.Advertising, 200+i)).Outcome)
		})
	}
	wg.Go(func() {
		require.Equal(t, channel.Accepted, c.Send(t.Context(), send(3, channel.Transactional, 300)).Outcome)
	})
	for range 4 { // each took the place of one of the large account's
		require.Equal(t, email.SystemBusy, (<-busy).Class)
	}
	close(gate)
	wg.Wait()
	var at []int
	for i, l := range in.got() {
		for _, mine := range []string{"tok200@", "tok201@", "tok202@", "tok300@"} {
			if strings.Contains(l.raw, mine) {
				at = append(at, i)
			}
		}
	}
	require.Len(t, at, 4)
	require.Less(t, at[3], 8+8, "they did not wait behind the whole campaign: %v", at)
}

func TestALetterThatBreaksItsConnectionTakesNoOtherWithIt(t *testing.T) {
	t.Parallel()
	in := newInbox(t, nil)
	c := direct(t, in, func(conf *email.Config) {
		conf.Shaper = &gauge{limits: shape.Limits{Connections: 2, PerConnection: 1000}}
	})
	verdicts := make([]channel.Verdict, 40)
	var wg sync.WaitGroup
	for i := range verdicts {
		to := "jo@example.test"
		if i == len(verdicts)-1 {
			to = "drop@example.test"
		}
		wg.Go(func() { verdicts[i] = c.Send(t.Context(), message(to, i)) })
	}
	wg.Wait()
	for i, v := range verdicts {
		want := channel.Accepted
		if i == len(verdicts)-1 {
			want = channel.Unknown
		}
		require.Equal(t, want, v.Outcome, "%d: %+v", i, v)
	}
	require.Equal(t, len(verdicts), len(in.got()), "each arrived once")
}

// hold waits at the gate, if there is one.
func (in *inbox) hold(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(r)
	if in.gate != nil {
		in.mu.Lock()
		in.came++
		in.mu.Unlock()
		<-in.gate
	}
	return b, err
}

func (in *inbox) arrived(t *testing.T, n int) {
	t.Helper()
	require.Eventually(t, func() bool { in.mu.Lock(); defer in.mu.Unlock(); return in.came >= n }, 5*time.Second, time.Millisecond)
}
