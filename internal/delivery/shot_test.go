package delivery

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db/dbtest"
)

// AUD-1: a database that answers slower than guardAge makes sending slow; it must not make every message read the guard
// of the whole window again.
func TestTheAgeOfTheGuardCountsFromItsAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, dbtest.SQLite(t), clock.Real{}), clock.Real{})
	ids := w.people(2)
	p := w.part(channel.Advertising, ids)
	l := newLane(w.Service, w.sender.ID)
	require.NoError(t, l.load(t.Context()))
	l.ctx = t.Context()
	l.deadline.set(time.Now().Add(time.Hour))
	shots := make([]*shot, len(ids))
	for i, c := range ids {
		shots[i] = &shot{part: &p, row: row{Part: p.ID, Contact: c}}
	}
	ready := func(read guarded) guarded {
		got, err := l.ready(t.Context(), l.slots, shots, read)
		require.NoError(t, err)
		return got
	}

	now := time.Now()
	slow := guarded{asked: now.Add(-time.Minute), came: now.Add(time.Minute)}
	require.Equal(t, slow, ready(slow), "an answer that took long is good for a moment")
	old := guarded{asked: now.Add(-2 * guardAge), came: now.Add(-2 * guardAge)}
	require.False(t, ready(old).asked.Before(now), "an old answer is not")
	w.gate.shut(contact.Stopped{Contact: ids[0]})
	shots[0].rcpt = contact.Recipient{}
	require.Equal(t, slow, ready(slow))
	require.Equal(t, ids[0], shots[0].rcpt.ID, "who was stopped while the question was under way is looked at once more")
}
