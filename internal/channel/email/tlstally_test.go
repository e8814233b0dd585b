package email_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel/email"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
)

// MSG-4 (RFC 8460 §4.3)
func TestWhatBecameOfProtectedConnectionsIsCountedByDay(t *testing.T) {
	t.Parallel()
	s := secure(t, true)
	for n, domain := range []string{"match", "mismatch", "mismatch", "bogus", "badcert", "unlisted", "sts", "open"} {
		s.send(t, domain+".signed.test", n)
	}
	require.NoError(t, s.tally.Save(t.Context()))
	require.NoError(t, s.tally.Save(t.Context()), "nothing is counted twice")
	for domain, want := range map[string]email.TLSResult{
		"match":    {Policy: "tlsa", MXHost: "mx.match.signed.test", Result: "success", Sessions: 1},
		"mismatch": {Policy: "tlsa", MXHost: "mx.mismatch.signed.test", Result: "validation-failure", Sessions: 1}, // the second was not tried
		"bogus":    {Policy: "tlsa", MXHost: "mx.bogus.signed.test", Result: "dnssec-invalid", Sessions: 1},
		"badcert":  {Policy: "sts", MXHost: "other.signed.test", Result: "certificate-host-mismatch", Sessions: 1},
		"unlisted": {Policy: "sts", MXHost: "mx.unlisted.signed.test", Result: "validation-failure", Sessions: 1},
		"sts":      {Policy: "sts", MXHost: "mx.sts.signed.test", Result: "success", Sessions: 1},
	} {
		got, err := s.tally.Week(t.Context(), domain+".signed.test")
		require.NoError(t, err)
		require.Equal(t, []email.TLSResult{want}, got, domain)
	}
	none, err := s.tally.Week(t.Context(), "open.signed.test")
	require.NoError(t, err)
	require.Empty(t, none, "domains that ask for nothing are not counted")
}

func TestResultsOfTLSAddUpOverAWeekAndAreForgottenAfterAMonth(t *testing.T) {
	t.Parallel()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clk := clock.NewFake(start)
			tally := &email.TLSTally{DB: dbtest.Open(t, address(t), clk), Clock: clk, Log: dbtest.Log(t)}
			count := func(err error) {
				email.CountTLS(tally, "d.test", email.SourceMTASTS, "mx.d.test", err)
				require.NoError(t, tally.Save(t.Context()))
			}
			week := func() (out []int64) {
				got, err := tally.Week(t.Context(), "d.test")
				require.NoError(t, err)
				for _, r := range got {
					out = append(out, r.Sessions)
				}
				return out
			}
			count(nil)
			count(nil)
			clk.Advance(6 * 24 * time.Hour)
			count(nil)
			count(errors.New("broken"))
			require.Equal(t, []int64{3, 1}, week())
			clk.Advance(24 * time.Hour)
			require.Equal(t, []int64{1, 1}, week())
			clk.Advance(31 * 24 * time.Hour)
			count(nil)
			rows, err := db.One[int64](t.Context(), tally.DB, `SELECT COUNT(*) FROM tls_result`)
			require.NoError(t, err)
			require.EqualValues(t, 1, rows)
		})
	}
}
