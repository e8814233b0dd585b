package delivery

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
)

// MSG-11: each sign by itself.
func TestEachSignOfAMachineIsJudgedByItself(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	phone := "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
	for name, c := range map[string]struct {
		kind   EventKind
		v      Visit
		state  State
		after  time.Duration // since the acceptance
		reason string
		who    Verdict
	}{
		"a click":                                   {Clicked, Visit{"GET", browser, "203.0.113.9"}, Accepted, time.Minute, "", Human},
		"an opening":                                {Opened, Visit{"GET", browser, "203.0.113.9"}, Accepted, time.Minute, "", Human},
		"HEAD":                                      {Clicked, Visit{"HEAD", browser, ""}, Accepted, time.Minute, machineMethod, Machine},
		"OPTIONS":                                   {Clicked, Visit{"OPTIONS", browser, ""}, Accepted, time.Minute, machineMethod, Machine},
		"Apple's proxy opens":                       {Opened, Visit{"GET", "Mozilla/5.0", ""}, Accepted, time.Hour, machineProxy, Machine},
		"a click by the bare name is no proxy":      {Clicked, Visit{"GET", "Mozilla/5.0", ""}, Accepted, time.Hour, "", Human},
		"Gmail's proxy fetches for a person":        {Opened, Visit{"GET", "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", "66.249.84.1"}, Accepted, time.Hour, "", Human},
		"a scanner by name":                         {Clicked, Visit{"GET", "Mozilla/5.0 (compatible; Barracuda Sentinel)", ""}, Accepted, time.Hour, machineAgent, Machine},
		"a program by name":                         {Opened, Visit{"GET", "python-requests/2.31", ""}, Accepted, time.Hour, machineAgent, Machine},
		"a telephone whose name is like a bot's":    {Clicked, Visit{"GET", phone, ""}, Accepted, time.Hour, "", Human},
		"from the network of a gateway":             {Clicked, Visit{"GET", browser, "148.163.130.7"}, Accepted, time.Hour, machineNetwork, Machine},
		"the same written as IPv6":                  {Clicked, Visit{"GET", browser, "::ffff:148.163.130.7"}, Accepted, time.Hour, machineNetwork, Machine},
		"one second after the acceptance":           {Clicked, Visit{"GET", browser, ""}, Accepted, time.Second, machineInstant, Machine},
		"before the acceptance":                     {Clicked, Visit{"GET", browser, ""}, InFlight, 0, machineInstant, Machine},
		"four seconds after the acceptance":         {Clicked, Visit{"GET", browser, ""}, Accepted, 4 * time.Second, unclearSoon, Unclear},
		"an opening as soon as that":                {Opened, Visit{"GET", browser, ""}, Accepted, 4 * time.Second, "", Human},
		"six seconds after the acceptance":          {Clicked, Visit{"GET", browser, ""}, Accepted, 6 * time.Second, "", Human},
		"it does not say what it is":                {Opened, Visit{"GET", " ", ""}, Accepted, time.Hour, unclearAgent, Unclear},
		"what is sure comes before what is not":     {Clicked, Visit{"HEAD", "", ""}, Accepted, 4 * time.Second, machineMethod, Machine},
		"an address that cannot be read is no sign": {Clicked, Visit{"GET", browser, "?"}, Accepted, time.Hour, "", Human},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := target{State: c.state, Updated: now.Add(-c.after), Domain: "firm.test"}
			got := newJudge().reason(channel.Ref{Part: 1, Seq: 1}, Event{Kind: c.kind, At: now}, target, c.v)
			require.Equal(t, c.reason, got)
			require.Equal(t, c.who, verdictOf(got))
		})
	}
}

func TestSeveralLinksAtOnceAreAMachines(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	j, ref := newJudge(), channel.Ref{Part: 1, Seq: 1}
	to := target{State: Accepted, Updated: now.Add(-time.Hour)}
	v := Visit{"GET", browser, ""}
	click := func(link int, after time.Duration) string {
		return j.reason(ref, Event{Kind: Clicked, Link: link, At: now.Add(after)}, to, v)
	}
	require.Empty(t, click(0, 0))
	require.Empty(t, click(0, time.Second), "the same link twice is an impatient person")
	require.Equal(t, machineBurst, click(1, 2*time.Second))
	require.Empty(t, click(0, 10*time.Second))
}

func TestOneAddressThatClicksForManyOfACompanyIsUnclear(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		ip, domain string
		every      time.Duration
		last       string
	}{
		"a gateway of a company":        {"203.0.113.9", "firm.test", time.Second, unclearShared},
		"people of a public mailbox":    {"203.0.113.9", "gmail.com", time.Second, ""},
		"behind a proxy of one's own":   {"10.0.0.7", "firm.test", time.Second, ""},
		"an office over an hour":        {"203.0.113.9", "firm.test", 7 * time.Second, ""},
		"the address is not known":      {"", "firm.test", time.Second, ""},
		"the domain is not known (yet)": {"203.0.113.9", "", time.Second, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJudge()
			to := target{State: Accepted, Updated: now.Add(-time.Hour), Domain: c.domain}
			for k := range sharedBy {
				got := j.reason(channel.Ref{Part: 1, Seq: int32(k)}, Event{Kind: Clicked, At: now.Add(time.Duration(k) * c.every)}, to, Visit{"GET", browser, c.ip})
				if k < sharedBy-1 {
					require.Empty(t, got)
					continue
				}
				require.Equal(t, c.last, got)
			}
		})
	}
}

// MSG-11: every act is in one of the three figures, every recipient who opened in one of the three others.
func TestFiguresOfPeopleMachinesAndTheUnclearAddUp(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := clock.NewFake(start)
			w := newWorld(t, dbtest.Open(t, address(t), fake), fake)
			signs := []string{browser, "Mozilla/5.0", ""} // a person's, a machine's, neither's
			p, got := w.letters(15)
			fake.Advance(time.Minute)
			orders := [][]int{{0}, {1}, {2}, {0, 1}, {1, 0}, {0, 2}, {2, 0}, {1, 2}, {2, 1}, {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}
			for k, order := range orders {
				for _, sign := range order {
					require.NoError(t, w.Open(t.Context(), token(t, got[int32(k+1)].Email.HTML, "/t/o/", 0), Visit{Method: "GET", UserAgent: signs[sign]}))
				}
			}
			for seq := range int32(3) {
				_, err := w.Click(t.Context(), token(t, got[seq+1].Email.HTML, "/t/c/", 0), Visit{Method: "GET", UserAgent: []string{browser, "curl/8", ""}[seq]})
				require.NoError(t, err)
			}
			c := w.counts(p)
			require.Equal(t, []int64{11, 1, 3}, []int64{c.Opened, c.OpenedMachine, c.OpenedUnclear}, "each recipient once, by its surest sign")
			require.Equal(t, []int64{11, 11, 11}, []int64{c.Opens, c.OpensMachine, c.OpensUnclear})
			require.Equal(t, []int64{1, 1, 1}, []int64{c.Clicks, c.ClicksMachine, c.ClicksUnclear})
			b, err := w.Breakdown(t.Context(), w.who.Tenant, p.Source)
			require.NoError(t, err)
			require.Equal(t, []LinkCount{{Index: 0, Clicks: 1, People: 1, Machine: 1, Unclear: 1, ByDevice: map[Device]int64{Desktop: 1}}}, b.Links)

			rows, err := db.All[struct {
				Kind    string
				Machine string
			}](t.Context(), w.db, `SELECT kind, machine FROM delivery_event WHERE tenant_id = ? AND part_id = ?`, w.who.Tenant, p.ID)
			require.NoError(t, err)
			kept := make(map[string]int64)
			for _, r := range rows {
				kept[fmt.Sprint(r.Kind, " ", verdictOf(r.Machine))]++
			}
			require.Equal(t, map[string]int64{
				"open ": c.Opens, "open machine": c.OpensMachine, "open unclear": c.OpensUnclear,
				"click ": c.Clicks, "click machine": c.ClicksMachine, "click unclear": c.ClicksUnclear,
			}, kept, "the figures are those of the events")
		})
	}
}
