package campaign_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/campaign"
	"keruen/internal/clock"
	"keruen/internal/errs"
)

// MSG-11
func TestTrendsAddUpAndDaysWithoutDataAreNotZero(t *testing.T) {
	t.Parallel()
	timed(t, func(w *world, at *clock.Fake) {
		w.crowd(5)
		w.run()
		c := w.send(w.plainDraft())
		w.passes(at, 5*time.Second, func() bool { return w.report(c).Campaign.State == campaign.Done })
		at.Advance(10 * time.Minute)
		w.reads("p001@d.test", "Mozilla/5.0 (Windows NT 10.0) Thunderbird/128.0")
		require.Eventually(w.t, func() bool { return w.report(c).Counts.Opened == 1 }, 20*time.Second, 10*time.Millisecond)
		r := w.report(c)
		require.Len(w.t, r.Breakdown.Devices, 1)
		require.Equal(w.t, "thunderbird", r.Breakdown.Devices[0].Program)
		require.Zero(w.t, r.Usual.Campaigns, "there is nothing to compare the first one with")

		for _, step := range []campaign.Step{campaign.ByDay, campaign.ByWeek, campaign.ByMonth} {
			trend, err := w.Trend(t.Context(), w.who, "2026-11-25", "2026-12-07", step)
			require.NoError(w.t, err)
			var sent, opened int64
			known := 0
			for _, p := range trend.Points {
				sent, opened = sent+p.Sent, opened+p.Opened
				if p.Known {
					known++
				}
			}
			require.Equal(w.t, []int64{5, 1}, []int64{sent, opened}, "by %s", step)
			require.Equal(w.t, 1, known, "by %s", step)
			theirs, err := w.Trend(t.Context(), w.another, "2026-11-25", "2026-12-07", step)
			require.NoError(w.t, err)
			for _, p := range theirs.Points {
				require.False(w.t, p.Known)
			}
		}
		for _, bad := range [][2]string{{"2026-12-07", "2026-12-01"}, {"yesterday", "2026-12-01"}, {"2020-01-01", "2026-12-01"}} {
			_, err := w.Trend(t.Context(), w.who, bad[0], bad[1], campaign.ByDay)
			require.ErrorIs(w.t, err, campaign.ErrPeriod)
		}

		p, err := w.ClickMap(t.Context(), w.who, c.ID, "", "", func(_, clicks int64, _ float64) string { return strings.Repeat("x", int(clicks)) + "label" })
		require.NoError(w.t, err)
		require.NotZero(w.t, p)
		_, err = w.ClickMap(t.Context(), w.another, c.ID, "", "", nil)
		require.ErrorIs(w.t, err, errs.ErrNotFound)

		second := w.send(w.plainDraft())
		w.passes(at, 5*time.Second, func() bool { return w.report(second).Campaign.State == campaign.Done })
		u := w.report(second).Usual
		require.Equal(w.t, 1, u.Campaigns)
		require.InDelta(w.t, 1.0, u.Delivered, 0.001)
		require.InDelta(w.t, 0.2, u.Opened, 0.001)
	})
}
