package reputation_test

import (
	"context"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/mail/dnsbl"
	"keruen/internal/reputation"
)

var (
	start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	ours  = netip.MustParseAddr("203.0.113.10")
	staff = access.Actor{Tenant: 1, Via: access.BySession, Staff: access.Operator}
)

// world says what lists say and remembers how long our address is out.
type world struct {
	*reputation.Service
	now   *clock.Fake
	says  map[string]dnsbl.Finding // by name; what is absent is clean
	until time.Time
	why   string
	told  int
}

func (w *world) find(name string) []dnsbl.Finding {
	f := w.says[name]
	f.Zone, f.Page = "zen", "https://zen.example/"
	if f.State == "" {
		f.State = dnsbl.Clean
	}
	return []dnsbl.Finding{f}
}

func (w *world) Address(_ context.Context, a netip.Addr) []dnsbl.Finding { return w.find(a.String()) }
func (w *world) Domain(_ context.Context, d string) []dnsbl.Finding      { return w.find(d) }
func (w *world) Zones(context.Context) []dnsbl.Health {
	return []dnsbl.Health{{Zone: "zen", Believed: true}}
}
func (w *world) Suspend(_ netip.Addr, why string, until time.Time) {
	w.why, w.until, w.told = why, until, w.told+1
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	now := clock.NewFake(start)
	dbtest.EachAt(t, now, func(t *testing.T, d *db.DB) {
		w := &world{now: now, says: map[string]dnsbl.Finding{}}
		own := func(context.Context) (reputation.Own, error) {
			return reputation.Own{Addresses: []netip.Addr{ours, netip.MustParseAddr("127.0.0.1")}, Domains: []string{"mail.shop.kz", "shop.kz", "localhost"}}, nil
		}
		w.Service = reputation.New(reputation.Parts{DB: d, Log: slog.New(slog.DiscardHandler), Lists: w, Rotation: w, Own: own})
		f(t, w)
	})
}

func (w *world) watch(t *testing.T) []reputation.Incident {
	t.Helper()
	require.NoError(t, w.Watch(t.Context()))
	all, err := w.List(t.Context(), staff)
	require.NoError(t, err)
	return all
}

func listed(code string) dnsbl.Finding {
	return dnsbl.Finding{State: dnsbl.Listed, Code: dnsbl.Code{Name: code}, Reason: "spam was seen"}
}

// CMP-3
func TestAListedAddressLeavesTheRotationRaisesOneIncidentAndReturnsWhenClean(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		require.Empty(t, w.watch(t))
		require.Zero(t, w.told, "nothing is said about an address that never was listed")

		w.says[ours.String()] = listed("CSS")
		first := w.watch(t)
		require.Len(t, first, 1)
		require.Equal(t, reputation.Open, first[0].State)
		require.Equal(t, []string{ours.String(), "zen", "CSS", "spam was seen", "https://zen.example/"},
			[]string{first[0].Subject, first[0].Zone, first[0].Code, first[0].Reason, first[0].Page})
		require.Equal(t, "zen CSS", w.why)
		require.True(t, w.until.After(w.now.Now()))

		was := w.until
		w.now.Advance(30 * time.Minute)
		again := w.watch(t)
		require.Len(t, again, 1, "repeated checks do not repeat incidents")
		require.Equal(t, first[0].ID, again[0].ID)
		require.Equal(t, first[0].Since, again[0].Since)
		require.True(t, w.until.After(was), "it stays out while it is listed")

		delete(w.says, ours.String())
		w.now.Advance(30 * time.Minute)
		ended := w.watch(t)
		require.Len(t, ended, 1)
		require.Equal(t, reputation.Closed, ended[0].State)
		require.Equal(t, w.now.Now(), ended[0].EndedAt)
		require.True(t, w.until.IsZero(), "it is back")

		w.says[ours.String()] = listed("SBL")
		require.Len(t, w.watch(t), 2, "listed anew is a new incident")
	})
}

// CMP-3
func TestAListThatFallsSilentNeitherEndsAnIncidentNorKeepsTheAddressOutForEver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.says[ours.String()] = listed("SBL")
		w.watch(t)
		until := w.until
		w.says[ours.String()] = dnsbl.Finding{State: dnsbl.Unknown}
		w.now.Advance(time.Hour)
		require.Equal(t, reputation.Open, w.watch(t)[0].State)
		require.Equal(t, until, w.until)
		w.now.Advance(24 * time.Hour)
		require.Equal(t, reputation.Open, w.watch(t)[0].State)
		require.True(t, w.until.IsZero())
		checks, err := w.Checks(t.Context(), staff)
		require.NoError(t, err)
		require.Equal(t, dnsbl.Unknown, checks[0].State)
		require.Equal(t, w.now.Now(), checks[0].CheckedAt)
	})
}

// CMP-3
func TestPolicyListingsAndDomainsRaiseIncidentsButSuspendNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.says[ours.String()] = dnsbl.Finding{State: dnsbl.Listed, Code: dnsbl.Code{Name: "PBL", Policy: true}}
		w.says["shop.kz"] = listed("spam")
		all := w.watch(t)
		require.Len(t, all, 2, "a registered domain is asked about once, a name without one never")
		require.True(t, w.until.IsZero())
	})
}

func TestOperatorsAcknowledgeWithANoteAndNobodyElseSeesIncidents(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.says[ours.String()] = listed("SBL")
		i := w.watch(t)[0]
		got, err := w.Acknowledge(t.Context(), staff, i.ID, " asked for removal ")
		require.NoError(t, err)
		require.Equal(t, reputation.Acknowledged, got.State)
		require.Equal(t, "asked for removal", got.Note)
		require.Equal(t, reputation.Acknowledged, w.watch(t)[0].State, "another check leaves it acknowledged")
		require.True(t, w.until.After(w.now.Now()), "and the address out")

		_, err = w.Acknowledge(t.Context(), staff, i.ID, strings.Repeat("я", 501))
		require.ErrorIs(t, err, reputation.ErrNote)
		_, err = w.Acknowledge(t.Context(), staff, 42, "")
		require.ErrorIs(t, err, errs.ErrNotFound)

		owner := access.Actor{Tenant: 1, Via: access.BySession, Role: access.Owner}
		_, err = w.List(t.Context(), owner)
		require.ErrorIs(t, err, errs.ErrForbidden)
		_, err = w.Checks(t.Context(), owner)
		require.ErrorIs(t, err, errs.ErrForbidden)
		_, err = w.Service.Zones(t.Context(), owner)
		require.ErrorIs(t, err, errs.ErrForbidden)
		_, err = w.Acknowledge(t.Context(), owner, i.ID, "")
		require.ErrorIs(t, err, errs.ErrForbidden)
	})
}
