package shape_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/channel/email/shape"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// each runs the test on each engine, with a clock that stands still.
func each(t *testing.T, f func(t *testing.T, d *db.DB, now *clock.Fake)) {
	t.Helper()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := clock.NewFake(start)
			f(t, dbtest.Open(t, address(t), now), now)
		})
	}
}

var operator = access.Actor{Tenant: id.NewTenant(), Member: id.NewMember(), Via: access.BySession, Role: access.Viewer, Staff: access.Operator}

// MSG-4: what answers have taught, and how far an address is warmed up, outlives a restart.
func TestWhatWasLearnedOutlivesARestartAndFadesInSilence(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now, warming)
		w.Note(toSteady, hurried)
		w.Take(toSteady)
		require.Equal(t, 10, w.pump(fresh, time.Hour, accepted))
		require.NoError(t, w.Save(t.Context()))

		w = newWorld(t, d, now, warming)
		require.Equal(t, 5.0, w.Limits(toSteady).PerSecond)
		_, why := w.Take(fresh)
		require.Equal(t, shape.WarmUp, why, "a restart gives no second quota")

		now.Advance(5 * 24 * time.Hour)
		w = newWorld(t, d, now, warming)
		require.InDelta(t, 8.75, w.Limits(toSteady).PerSecond, 1e-9, "after three days, half of the way back for each day")
	})
}

func TestAnOperatorPausesAPathOnAllMachinesAndResumesIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		here, there := newWorld(t, d, now, warming), newWorld(t, d, now, warming)
		desk := shape.NewDesk(here.Engine)
		require.NoError(t, desk.Pause(t.Context(), operator, toSteady, "they asked us by phone", time.Time{}))
		_, why := here.Take(toSteady)
		require.Equal(t, shape.Paused, why)
		_, why = there.Take(toSteady)
		require.Equal(t, shape.Free, why)
		require.NoError(t, there.Load(t.Context()))
		_, why = there.Take(toSteady)
		require.Equal(t, shape.Paused, why)
		_, why = there.Take(shape.Path{Site: "mx.example.kz"})
		require.Equal(t, shape.Free, why, "other paths go on")

		for range 3 {
			there.Note(toSteady, refused)
		}
		now.Advance(time.Second)
		require.NoError(t, desk.Resume(t.Context(), operator, toSteady))
		require.NoError(t, there.Load(t.Context()))
		now.Advance(time.Second)
		_, why = there.Take(toSteady)
		require.Equal(t, shape.Free, why, "resuming ends a suspension too")
		require.NoError(t, there.Load(t.Context()), "hearing the same word again changes nothing")
		for range 3 {
			there.Note(toSteady, refused)
		}
		require.NoError(t, there.Load(t.Context()))
		_, why = there.Take(toSteady)
		require.Equal(t, shape.Suspended, why)
	})
}

func TestAnAddressOnABlockListIsOutOfRotationOnAllMachinesUntilItIsNot(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		here, there := newWorld(t, d, now, warming), newWorld(t, d, now, warming)
		here.Suspend(fresh.Source, "zen.example", now.Now().Add(time.Hour))
		require.NoError(t, here.Save(t.Context()))
		require.NoError(t, there.Load(t.Context()))
		_, why := there.Take(fresh)
		require.Equal(t, shape.Listed, why)

		require.NoError(t, shape.NewDesk(there.Engine).Resume(t.Context(), operator, shape.Path{Source: fresh.Source}))
		_, why = there.Take(fresh)
		require.Equal(t, shape.Listed, why, "an operator does not take an address from a list")

		now.Advance(time.Minute)
		here.Suspend(fresh.Source, "", time.Time{})
		require.NoError(t, here.Save(t.Context()))
		require.NoError(t, there.Load(t.Context()))
		_, why = there.Take(fresh)
		require.Equal(t, shape.Free, why)
	})
}

func TestOperatorsSeeThePathsOfAllMachinesTroubleFirst(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		there := newWorld(t, d, now, warming)
		there.pump(fresh, time.Minute, accepted)
		for range 3 {
			there.Take(toSteady)
			there.Note(toSteady, refused)
		}
		require.NoError(t, there.Save(t.Context()))

		desk := shape.NewDesk(newWorld(t, d, now, warming).Engine)
		got, err := desk.List(t.Context(), operator)
		require.NoError(t, err)
		require.Len(t, got, 2)
		for _, s := range got {
			if s.Path == toSteady {
				require.Equal(t, shape.Suspended, s.Why)
				require.Equal(t, "here", s.Node)
				require.Equal(t, refused.Text, s.Answer)
				continue
			}
			require.Equal(t, fresh, s.Path)
			require.Equal(t, "fresh", s.Pool)
			require.EqualValues(t, 10, s.WarmUp.Sent)
		}
	})
}

func TestTheDeskIsForStaffAndRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		desk := shape.NewDesk(newWorld(t, d, now, warming).Engine)
		owner := access.Actor{Tenant: operator.Tenant, Member: operator.Member, Via: access.BySession, Role: access.Owner}
		_, err := desk.List(t.Context(), owner)
		require.ErrorIs(t, err, errs.ErrForbidden)
		_, err = desk.Addresses(owner)
		require.ErrorIs(t, err, errs.ErrForbidden)
		require.ErrorIs(t, desk.Pause(t.Context(), owner, toSteady, "x", time.Time{}), errs.ErrForbidden)
		require.ErrorIs(t, desk.Resume(t.Context(), owner, toSteady), errs.ErrForbidden)

		pause := func(p shape.Path, reason string, until time.Time) error {
			return desk.Pause(t.Context(), operator, p, reason, until)
		}
		require.ErrorIs(t, pause(toSteady, " ", time.Time{}), shape.ErrReason)
		require.ErrorIs(t, pause(toSteady, "x", start), shape.ErrUntil)
		require.ErrorIs(t, pause(shape.Path{Provider: "nobody"}, "x", time.Time{}), shape.ErrPath)
		require.ErrorIs(t, pause(shape.Path{Source: ip("192.0.2.77")}, "x", time.Time{}), shape.ErrPath)
		require.ErrorIs(t, pause(shape.Path{Provider: "steady", Site: "mx.example.kz"}, "x", time.Time{}), shape.ErrPath)

		require.NoError(t, pause(shape.Path{Source: fresh.Source}, "moving house", start.Add(time.Hour)))
		own, err := desk.Addresses(operator)
		require.NoError(t, err)
		require.Equal(t, "moving house", own[0].Hold.Reason)
	})
}
