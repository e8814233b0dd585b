package app_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/app"
	"keruen/internal/mail/dnsbl"
	"keruen/internal/reputation"
)

// namesAll is a list that names every address.
type namesAll struct{}

func (namesAll) Address(context.Context, netip.Addr) []dnsbl.Finding {
	return []dnsbl.Finding{{Zone: "spamhaus-zen", State: dnsbl.Listed, Code: dnsbl.Code{Name: "CSS"}, Reason: "spam was seen", Page: "https://check.spamhaus.org/"}}
}
func (namesAll) Domain(context.Context, string) []dnsbl.Finding  { return nil }
func (namesAll) Zones(context.Context) []dnsbl.Health            { return nil }
func (namesAll) Suspend(_ netip.Addr, _ string, until time.Time) {}

// CMP-3
func TestOperatorsSeeIncidentsAndAcknowledgeThem(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, a *app.App) {
		b, _ := member(t, a, "staff@example.kz", access.Owner, 0)
		require.Equal(t, http.StatusForbidden, b.get("/platform/incidents").status, "the owner of an account is no operator")
		require.NoError(t, a.Access.SetStaff(t.Context(), "staff@example.kz", access.Operator))
		clean := b.get("/platform/incidents")
		require.Equal(t, http.StatusOK, clean.status, clean.text)
		require.Empty(t, clean.json()["items"])
		require.Nil(t, clean.json()["checked_at"])
		require.Equal(t, http.StatusOK, b.get("/platform/blocklists").status)

		watch := reputation.New(reputation.Parts{DB: a.DB, Log: slog.New(slog.DiscardHandler), Lists: namesAll{}, Rotation: namesAll{}, Own: func(context.Context) (reputation.Own, error) {
			return reputation.Own{Addresses: []netip.Addr{netip.MustParseAddr("203.0.113.10")}}, nil
		}})
		require.NoError(t, watch.Watch(t.Context()))
		got := b.get("/platform/incidents")
		require.Len(t, got.json()["items"], 1)
		require.NotNil(t, got.json()["checked_at"])
		i := got.json()["items"].([]any)[0].(map[string]any)
		require.Equal(t, []any{"203.0.113.10", "spamhaus-zen", "CSS", "spam was seen", "https://check.spamhaus.org/", "open", nil},
			[]any{i["subject"], i["list"], i["code"], i["reason"], i["page"], i["state"], i["ended_at"]})

		taken := b.post("/platform/incidents/"+i["id"].(string)+"/acknowledge", map[string]any{"note": "asked"})
		require.Equal(t, http.StatusOK, taken.status, taken.text)
		require.Equal(t, "acknowledged", taken.str("state"))
		require.Equal(t, "asked", taken.str("note"))
		require.Equal(t, http.StatusNotFound, b.post("/platform/incidents/inc_05a9zj9zxqc00/acknowledge", map[string]any{}).status)
	})
}
