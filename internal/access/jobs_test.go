package access_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/db/dbtest"
	"keruen/internal/id"
	"keruen/internal/jobs"
)

func TestTheSweepRunsByItselfHoweverOftenItIsStarted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.begin(t, "new@example.kz")
		w.clock.Advance(8 * 24 * time.Hour)
		q := jobs.New(w.db, w.clock, dbtest.Log(t))
		w.RegisterJobs(q)
		require.NoError(t, w.StartJobs(t.Context(), q))
		require.NoError(t, w.StartJobs(t.Context(), q))
		require.Equal(t, 1, w.count(t, `SELECT COUNT(*) FROM task WHERE kind = 'access.sweep' AND tenant_id = ?`, int64(id.Tenant(0))))

		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		var running sync.WaitGroup
		running.Go(func() { _ = q.Run(ctx) })
		defer func() { cancel(); running.Wait() }()
		require.Eventually(t, func() bool {
			return w.count(t, `SELECT COUNT(*) FROM codes`)+w.count(t, `SELECT COUNT(*) FROM registrations`)+w.count(t, `SELECT COUNT(*) FROM member_letters`) == 0 &&
				w.count(t, `SELECT COUNT(*) FROM task WHERE kind = 'access.sweep' AND state = 0`) == 1 // and waits for the next hour
		}, 30*time.Second, 20*time.Millisecond)
	})
}
