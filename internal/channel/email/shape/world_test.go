package shape_test

import (
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/channel/email/shape"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/id"
)

var start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// world is an engine with a clock that stands still.
type world struct {
	*shape.Engine
	now *clock.Fake
	t   *testing.T
}

func newWorld(t *testing.T, d *db.DB, now *clock.Fake, file string) *world {
	t.Helper()
	rules, err := shape.Parse(file)
	require.NoError(t, err)
	e := shape.New(shape.Parts{Rules: rules, Clock: now, DB: d, Log: slog.New(slog.DiscardHandler), Node: "here"})
	if d != nil {
		require.NoError(t, e.Load(t.Context()))
	}
	return &world{e, now, t}
}

func alone(t *testing.T, file string) *world { return newWorld(t, nil, clock.NewFake(start), file) }

// pump sends as fast as the path lets it for a time, with one answer to all, and returns how many left. It ends when no rate bounds the path.
func (w *world) pump(p shape.Path, d time.Duration, o shape.Outcome) (sent int) {
	w.t.Helper()
	for end := w.now.Now().Add(d); ; {
		wait, _ := w.Take(p)
		if wait == 0 {
			w.Note(p, o)
			if sent++; w.Limits(p).PerSecond == 0 {
				return sent // nothing bounds it: there is no end
			}
			continue
		}
		if w.now.Now().Add(wait).After(end) {
			w.now.Advance(end.Sub(w.now.Now()))
			return sent
		}
		w.now.Advance(max(wait, time.Millisecond))
	}
}

var (
	accepted = shape.Outcome{Accepted: true, Code: 250}
	hurried  = shape.Outcome{Class: "rate_limited", Scope: channel.ScopePolicy, Code: 450, Text: "please slow down"}
	refused  = shape.Outcome{Class: "reputation_ip", Scope: channel.ScopeReputation, Code: 550, Text: "your address has a bad name"}
	nobody   = shape.Outcome{Class: "user_unknown", Scope: channel.ScopeRecipient, Code: 550, Text: "no such user"}
)

// steady is a provider without reactions of its own that begins at 10 letters a second.
const steady = `
[provider.steady]
mx = [".steady.example"]
connections = 8
per_second = 10
ceiling = 20
`

var toSteady = shape.Path{Provider: "steady"}

func ip(s string) netip.Addr { return netip.MustParseAddr(s) }

func advertising(t id.Tenant) shape.Share {
	return shape.Share{Tenant: t, Purpose: channel.Advertising}
}
