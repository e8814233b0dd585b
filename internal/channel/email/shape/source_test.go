package shape_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/channel/email/shape"
	"keruen/internal/id"
)

const four = steady + `
[[address]]
ip = "192.0.2.1"
[[address]]
ip = "192.0.2.2"
[[address]]
ip = "192.0.2.3"
weight = 2
[[address]]
ip = "192.0.2.9"
pool = "codes"
purposes = ["transactional"]
`

func domain(i int) string { return fmt.Sprintf("d%d.example", i) }

func (w *world) choose(s shape.Share, provider, domain string) shape.Source {
	w.t.Helper()
	got, wait, why := w.Choose(s, provider, "mx."+domain, domain)
	require.Zero(w.t, wait, why)
	return got
}

// Greylisting knows us by our address, so a domain sees one as long as it is in rotation (RFC 6647).
func TestADomainSeesOneAddressAndLosingOneMovesOnlyItsOwnDomains(t *testing.T) {
	t.Parallel()
	w := alone(t, four)
	before, count := map[string]string{}, map[string]int{}
	for i := range 4000 {
		a := w.choose(advertising(1), "", domain(i)).Addr.String()
		require.Equal(t, a, w.choose(advertising(2), "", domain(i)).Addr.String())
		before[domain(i)] = a
		count[a]++
	}
	require.Len(t, count, 3, "the address for codes is for codes: %v", count)
	require.InDelta(t, 1000, count["192.0.2.1"], 150)
	require.InDelta(t, 2000, count["192.0.2.3"], 200, "twice the weight, twice the domains")

	w.Suspend(ip("192.0.2.1"), "zen.example", start.Add(time.Hour))
	for d, was := range before {
		is := w.choose(advertising(1), "", d).Addr.String()
		if was != "192.0.2.1" {
			require.Equal(t, was, is)
			continue
		}
		require.NotEqual(t, was, is)
	}
	w.now.Advance(time.Hour)
	for d, was := range before {
		require.Equal(t, was, w.choose(advertising(1), "", d).Addr.String(), "after the list lets go, everything is as before")
	}
}

func TestCodesAndAdvertisingLeaveFromDifferentPools(t *testing.T) {
	t.Parallel()
	w := alone(t, strings.ReplaceAll(four, "[[address]]\nip = \"192.0.2.1\"", "[[address]]\nip = \"192.0.2.1\"\npurposes = [\"advertising\"]"))
	third := shape.Share{Purpose: channel.ThirdParty}
	codes := map[string]bool{}
	for i := range 500 {
		codes[w.choose(shape.Share{Purpose: channel.Transactional}, "", domain(i)).Addr.String()] = true
		require.NotEqual(t, "192.0.2.9", w.choose(third, "", domain(i)).Addr.String())
	}
	require.Contains(t, codes, "192.0.2.9")
	require.NotContains(t, codes, "192.0.2.1")
}

func TestAnAccountWithAnAddressOfItsOwnUsesNoOther(t *testing.T) {
	t.Parallel()
	account := id.NewTenant()
	w := alone(t, four+"[[address]]\nip = \"192.0.2.20\"\nhelo = \"mx20.example.kz\"\naccounts = [\""+account.String()+"\"]\n")
	for i := range 300 {
		require.Equal(t, "mx20.example.kz", w.choose(advertising(account), "", domain(i)).Helo)
		require.NotEqual(t, "192.0.2.20", w.choose(advertising(7), "", domain(i)).Addr.String())
	}
	w.Suspend(ip("192.0.2.20"), "zen.example", start.Add(time.Minute))
	_, wait, why := w.Choose(advertising(account), "", "mx", "example.kz")
	require.Equal(t, shape.Listed, why)
	require.Equal(t, time.Minute, wait)
}

func TestWithoutAnAddressForThePurposeLettersWaitAndSayWhy(t *testing.T) {
	t.Parallel()
	w := alone(t, "[[address]]\nip = \"192.0.2.9\"\npurposes = [\"transactional\"]\n")
	_, wait, why := w.Choose(advertising(1), "", "mx", "example.kz")
	require.Equal(t, shape.NoSource, why)
	require.Positive(t, wait)
}

func TestASuspensionAtOneProviderMovesOnlyItsLettersToAnotherAddress(t *testing.T) {
	t.Parallel()
	w := alone(t, four)
	was := w.choose(advertising(1), "steady", "example.kz")
	for range 3 {
		w.Note(shape.Path{Source: was.Addr, Provider: "steady"}, refused)
	}
	require.NotEqual(t, was, w.choose(advertising(1), "steady", "example.kz"))
	require.Equal(t, was, w.choose(advertising(1), "", "example.kz"))
}

func TestASlowAddressKeepsItsDomainsUnlessTheProviderDoesNotGreylist(t *testing.T) {
	t.Parallel()
	for _, spread := range []bool{false, true} {
		w := alone(t, four+fmt.Sprintf("[provider.wide]\nmx = [\".wide.example\"]\nper_second = 1\nspread = %t\n", spread))
		first := w.choose(advertising(1), "wide", "example.kz")
		wait, _ := w.Take(shape.Path{Source: first.Addr, Provider: "wide"})
		require.Zero(t, wait)
		second := w.choose(advertising(1), "wide", "example.kz")
		require.Equal(t, spread, first != second)
	}
}

func TestWhatWarmingUpLeavesOverGoesToTheWarmPoolOnlyIfTheRuleSaysSo(t *testing.T) {
	t.Parallel()
	for overflow, want := range map[string]shape.Why{"": shape.WarmUp, "overflow = \"old\"": shape.Free} {
		w := alone(t, warming+overflow+"\npurposes = [\"advertising\"]\n[[address]]\nip = \"192.0.2.8\"\npool = \"old\"\npurposes = [\"transactional\"]\n")
		w.pump(fresh, time.Hour, accepted)
		_, _, why := w.Choose(advertising(1), "steady", "mx", "example.kz")
		require.Equal(t, shape.WarmUp, why, "a pool for codes only does not take advertising")

		w = alone(t, warming+overflow+"\n[[address]]\nip = \"192.0.2.8\"\npool = \"old\"\n")
		w.pump(fresh, time.Hour, accepted)
		for i := range 50 {
			d := domain(i)
			got, _, why := w.Choose(advertising(1), "steady", "mx", d)
			if got.Addr.IsValid() {
				require.Equal(t, "192.0.2.8", got.Addr.String())
				continue
			}
			require.Equal(t, want, why)
		}
	}
}
