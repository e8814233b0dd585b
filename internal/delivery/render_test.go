package delivery

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
)

// MSG-4: a letter that cannot be read because the database is away, or the program ends, is tried again later. Only one that is gone or broken
// skips its recipients for good: after kill -9 of PostgreSQL some were skipped who should have had a letter.
func TestALetterThatCannotBeReadAtTheMomentSkipsNobody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		p := w.part(channel.Advertising, w.people(1))
		l := newLane(w.Service, w.sender.ID)
		away, end := context.WithCancel(t.Context())
		end()

		l.sending = away
		v := l.send(&shot{part: &p, row: row{Part: p.ID, Seq: 1, Attempts: 1}})
		require.Equal(t, channel.Later, v.Outcome)
		require.Equal(t, ReasonNotRendered, v.Class)
		require.True(t, v.Free, "it does not count as an attempt")
		require.Equal(t, time.Minute, v.After)

		l.sending = t.Context()
		p.Revision = content.RevisionID(1)
		v = l.send(&shot{part: &p, row: row{Part: p.ID, Seq: 1, Attempts: 1}})
		require.Equal(t, channel.Never, v.Outcome)
		require.Equal(t, SkipTemplate, v.Class)
	})
}
