// Package channeltest holds what every channel must keep, whatever is behind it.
//
// An adapter's test opens a World: the channel, and a counterpart that behaves as each message asks.
// Run then looks only at verdicts, as the pipeline does.
package channeltest

import (
	"context"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
)

// Behaviour is what the counterpart shall do with a message.
type Behaviour int

// Behaviours that every counterpart can show.
const (
	Accept Behaviour = iota // takes it
	Refuse                  // there is no such recipient, and there never will be
	Defer                   // not now
	Quote                   // refuses, and quotes the recipient's address in its words
)

// World is one channel with its counterpart.
type World struct {
	Channel channel.Channel
	// Message makes a message of its own for each n, to a recipient for whom the counterpart behaves so.
	Message func(b Behaviour, n int) channel.Message
	// Received is how many messages the counterpart has taken.
	Received func() int
}

// Run checks a channel. open makes a fresh World and cleans it up by t.Cleanup.
func Run(t *testing.T, open func(t *testing.T) World) {
	t.Run("a message that is taken has nothing to explain", func(t *testing.T) {
		t.Parallel()
		w := open(t)
		v := w.Channel.Send(t.Context(), w.Message(Accept, 1))
		require.Equal(t, channel.Accepted, v.Outcome, "%+v", v)
		require.Empty(t, v.Class)
		require.Zero(t, v.After)
		require.False(t, v.Suppress)
		require.Equal(t, 1, w.Received())
	})
	t.Run("a recipient that does not exist is refused for good and is to blame", func(t *testing.T) {
		t.Parallel()
		w := open(t)
		v := w.Channel.Send(t.Context(), w.Message(Refuse, 1))
		require.Equal(t, channel.Never, v.Outcome, "%+v", v)
		require.Equal(t, channel.ScopeRecipient, v.Scope)
		require.True(t, v.Suppress)
		explained(t, v)
		require.Zero(t, w.Received())
	})
	t.Run("a deferral says when to try again and burns nobody", func(t *testing.T) {
		t.Parallel()
		w := open(t)
		v := w.Channel.Send(t.Context(), w.Message(Defer, 1))
		require.Equal(t, channel.Later, v.Outcome, "%+v", v)
		require.Positive(t, v.After)
		require.False(t, v.Suppress)
		explained(t, v)
	})
	t.Run("the words of the other side come without addresses", func(t *testing.T) {
		t.Parallel()
		w := open(t)
		m := w.Message(Quote, 1)
		v := w.Channel.Send(t.Context(), m)
		require.NotEqual(t, channel.Accepted, v.Outcome)
		explained(t, v)
		require.NotContains(t, strings.ToLower(v.Detail), strings.ToLower(m.To))
	})
	t.Run("nothing is sent once the context has ended", func(t *testing.T) {
		t.Parallel()
		w := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		v := w.Channel.Send(ctx, w.Message(Accept, 1))
		require.Equal(t, channel.Later, v.Outcome, "%+v", v)
		require.Positive(t, v.After)
		require.True(t, v.Free, "stopping is no fault of the message")
		require.Zero(t, w.Received())
	})
	t.Run("many send at once", func(t *testing.T) {
		t.Parallel()
		w := open(t)
		const many = 100
		verdicts := make([]channel.Verdict, many)
		var wg sync.WaitGroup
		for i := range many {
			wg.Go(func() {
				verdicts[i] = w.Channel.Send(t.Context(), w.Message([]Behaviour{Accept, Accept, Refuse, Defer}[i%4], i))
			})
		}
		wg.Wait()
		for i, v := range verdicts {
			want := []channel.Outcome{channel.Accepted, channel.Accepted, channel.Never, channel.Later}[i%4]
			require.Equal(t, want, v.Outcome, "message %d: %+v", i, v)
		}
		require.Equal(t, many/2, w.Received())
	})
	t.Run("the kind is one of those known", func(t *testing.T) {
		t.Parallel()
		require.Contains(t, []channel.Kind{channel.Email, channel.SMS, channel.Viber, channel.WhatsApp, channel.Telegram, channel.Instagram}, open(t).Channel.Kind())
	})
}

// explained demands what the report needs of a message that was not taken.
func explained(t *testing.T, v channel.Verdict) {
	t.Helper()
	require.NotEmpty(t, v.Class)
	require.NotEmpty(t, v.Scope)
	require.NotEmpty(t, v.Detail)
	require.LessOrEqual(t, len(v.Detail), 500)
	require.True(t, utf8.ValidString(v.Detail))
}
