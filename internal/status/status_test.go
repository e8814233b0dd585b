package status_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/lang"
	"keruen/internal/status"
)

var (
	start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	staff = access.Actor{Tenant: 1, Member: 7, Via: access.BySession, Staff: access.Operator}
	text  = lang.Text{Ru: "Письма уходят с задержкой."}
)

func each(t *testing.T, f func(t *testing.T, s *status.Service, now *clock.Fake, d *db.DB)) {
	t.Helper()
	for name, address := range dbtest.Addresses { // the clock moves, so each engine has its own
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := clock.NewFake(start)
			d := dbtest.Open(t, address(t), now)
			f(t, status.New(d, now, slog.New(slog.DiscardHandler)), now, d)
		})
	}
}

func works(context.Context) (status.State, error) { return status.Works, nil }

// SUP-2
func TestADayKnowsItsGoodMinutesItsTroubleAndTheMinutesInWhichNobodyLooked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *status.Service, now *clock.Fake, _ *db.DB) {
		state, trouble := status.Works, error(nil)
		s.Watch(status.Sending, func(context.Context) (status.State, error) { return state, trouble })
		look := func(after time.Duration) { now.Advance(after); s.Look(t.Context()) }
		look(0)
		look(time.Minute)
		state = status.Slow
		look(time.Minute)
		trouble = errors.New("gone")
		look(time.Minute)
		s.Look(t.Context()) // within the same minute: another process
		trouble, state = nil, status.Works
		look(11 * time.Minute) // ten minutes of nobody

		b := s.Board(t.Context())
		require.Len(t, b.Parts, 1)
		require.Equal(t, status.Works, b.Parts[0].State)
		day := b.Days[status.Sending][0]
		require.Equal(t, status.Day{Part: status.Sending, Day: "2026-11-24", Checks: 5, Troubled: 2, Missed: 10}, day)
		share, ok := day.Good()
		require.True(t, ok)
		require.InDelta(t, 3.0/15, share, 0.0001)
		_, ok = status.Day{}.Good()
		require.False(t, ok, "a day without a record is no good day")
	})
}

func TestAPauseOverMidnightIsDividedBetweenItsDays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *status.Service, now *clock.Fake, _ *db.DB) {
		s.Watch(status.Work, works)
		now.Advance(14*time.Hour + 30*time.Minute) // 23:30
		s.Look(t.Context())
		now.Advance(time.Hour) // 00:30
		s.Look(t.Context())
		days := s.Board(t.Context()).Days[status.Work]
		require.Len(t, days, 2)
		require.Equal(t, 29, days[0].Missed)
		require.Equal(t, 30, days[1].Missed)
	})
}

func TestAReadingThatIsTooOldIsNotBelieved(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *status.Service, now *clock.Fake, _ *db.DB) {
		s.Watch(status.Database, works)
		s.Look(t.Context())
		require.Equal(t, status.Works, s.Board(t.Context()).Worst())
		now.Advance(status.Stale + time.Second)
		b := s.Board(t.Context())
		require.Equal(t, status.Unknown, b.Parts[0].State)
		require.Equal(t, status.Unknown, b.Worst())
	})
}

func TestWithoutItsDatabaseThePageStillSaysSo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *status.Service, _ *clock.Fake, d *db.DB) {
		require.NoError(t, d.Close())
		b := s.Board(t.Context())
		require.True(t, b.Blind)
		require.Equal(t, status.Down, b.Worst())
		require.Equal(t, status.Down, b.Parts[0].State)
	})
}

// SUP-2
func TestAFaultIsToldOfFromItsBeginningToItsEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *status.Service, now *clock.Fake, _ *db.DB) {
		s.Watch(status.Database, works)
		s.Look(t.Context())
		require.Empty(t, s.Board(t.Context()).Outages)
		fault, err := s.Publish(t.Context(), staff, status.NewOutage{
			Kind: status.Fault, Impact: status.Slow, Parts: []status.Part{status.Work, status.Sending}, Title: lang.Text{Ru: " Задержка "}, Text: text})
		require.NoError(t, err)
		b := s.Board(t.Context())
		require.Equal(t, status.Slow, b.Worst(), "what operators write is seen at once")
		require.Equal(t, []status.Part{status.Sending, status.Work}, b.Outages[0].Parts)
		require.Equal(t, "Задержка", b.Outages[0].Title.In(lang.English), "without a translation the Russian is shown")

		_, err = s.Tell(t.Context(), staff, fault.ID, status.Update{Stage: status.Announced, Text: text})
		require.Equal(t, errs.Invalid, errs.KindOf(err), "a fault is not announced")
		now.Advance(time.Hour)
		s.Look(t.Context())
		over, err := s.Tell(t.Context(), staff, fault.ID, status.Update{Stage: status.Over, Text: lang.Text{Ru: "Исправлено."}})
		require.NoError(t, err)
		require.Equal(t, start.Add(time.Hour), over.EndsAt)
		require.Len(t, over.Updates, 2)
		require.Equal(t, status.Works, s.Board(t.Context()).Worst())
		_, err = s.Tell(t.Context(), staff, fault.ID, status.Update{Stage: status.Found, Text: text})
		require.ErrorIs(t, err, status.ErrOver)
		require.Len(t, s.Board(t.Context()).Outages, 1, "it stays in the history")
		now.Advance((status.Days + 1) * 24 * time.Hour)
		require.Empty(t, s.Board(t.Context()).Outages)
	})
}

func TestPlannedWorkIsAnnouncedRunsAndEndsByItself(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *status.Service, now *clock.Fake, _ *db.DB) {
		work := status.NewOutage{Kind: status.Planned, Impact: status.Down, Parts: []status.Part{status.Database}, Title: text, Text: text,
			StartsAt: start.Add(time.Hour), EndsAt: start.Add(2 * time.Hour)}
		_, err := s.Publish(t.Context(), staff, work)
		require.NoError(t, err)
		require.False(t, s.Board(t.Context()).Outages[0].Running(now.Now()))
		now.Advance(90 * time.Minute)
		b := s.Board(t.Context())
		require.True(t, b.Outages[0].Running(now.Now()))
		require.Equal(t, status.Down, b.Worst())
		now.Advance(time.Hour)
		require.True(t, s.Board(t.Context()).Outages[0].Ended(now.Now()))

		work.EndsAt = work.StartsAt
		_, err = s.Publish(t.Context(), staff, work)
		require.Equal(t, errs.Invalid, errs.KindOf(err), "it has passed, and it does not end")
	})
}

func TestOnlyOperatorsWriteOnTheStatusPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *status.Service, _ *clock.Fake, _ *db.DB) {
		owner := access.Actor{Tenant: 1, Member: 7, Via: access.BySession, Role: access.Owner}
		_, err := s.Publish(t.Context(), owner, status.NewOutage{})
		require.Equal(t, errs.Forbidden, errs.KindOf(err))
		_, err = s.Tell(t.Context(), owner, 1, status.Update{})
		require.Equal(t, errs.Forbidden, errs.KindOf(err))
		_, err = s.List(t.Context(), owner)
		require.Equal(t, errs.Forbidden, errs.KindOf(err))
		_, err = s.Tell(t.Context(), staff, 12345, status.Update{Stage: status.Over, Text: text})
		require.ErrorIs(t, err, errs.ErrNotFound)
		_, err = s.Publish(t.Context(), staff, status.NewOutage{Kind: status.Fault, Impact: status.Slow, Parts: []status.Part{status.Work}, Title: text})
		require.Equal(t, errs.Invalid, errs.KindOf(err), "words are missing")
	})
}
