// Package crash kills the whole program with kill -9, takes its database away, stops one machine while another takes over, again and again in
// the middle of a campaign, and then asks where everybody is. `make test` plays each once, `make soak` plays all for as long as SOAK says.
package crash

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/db/dbtest"
	"keruen/test/program"
)

const (
	people = 20_000
	kills  = 20

	// inFlight bounds what one crash leaves uncertain: the windows of the lane that were under way (storage.md §4).
	inFlight = 500
	// betweenKills is how many more letters arrive, at the most, before the next kill.
	betweenKills = 400
)

// MSG-4: nobody is lost, and what may have been sent without a record is known by name.
func TestACampaignSurvivesTwentyKills(t *testing.T) {
	for name, database := range map[string]func(testing.TB) string{
		"sqlite":   func(testing.TB) string { return "" },
		"postgres": dbtest.Postgres,
	} {
		for _, purpose := range []string{"advertising", "transactional"} {
			t.Run(name+" "+purpose, func(t *testing.T) {
				t.Parallel()
				again(t, func(t *testing.T) { survive(t, database(t), purpose) })
			})
		}
	}
}

func survive(t *testing.T, database, purpose string) {
	s := program.StartSink(t, false)
	p := program.New(t, program.Settings{"database": database, "dns.allow_private": "true", "limits.takeover": "2s"})
	p.Start(t)
	c, campaign := order(t, p, s, purpose, people)
	path := "/api/v1/campaigns/" + campaign

	for range kills {
		advance(t, p, s, 1+rand.IntN(betweenKills))
		p.Kill()
		p.Start(t)
	}
	settled(t, c, path, s, purpose, people, kills)
}

// settled waits for the end of a campaign that was cut so many times, and holds its record against what the mail server got: everybody has a
// letter or is named, advertising was sent to nobody twice, and no cut left more uncertain than may be in flight.
func settled(t *testing.T, c *program.Client, path string, s *program.Sink, purpose string, total, cuts int) {
	t.Helper()
	done := c.Await(t, path, "done")
	counts := func(state string) int { return done.Number("counts." + state) }
	unknown := names(t, c, path+"/unknown?limit=200")
	got := s.Letters()
	twice := accounted(t, got, unknown, total)
	t.Logf("%d cuts: %d letters taken, %d delivered on record, %d unknown, %d got two", cuts, s.Count(), counts("delivered"), counts("unknown"), twice)

	require.Equal(t, total, counts("total"))
	require.Equal(t, total, counts("delivered")+counts("unknown"), "every contact is accounted for: %v", done["counts"])
	require.Len(t, unknown, counts("unknown"), "the figure is that of the list of names")
	require.LessOrEqual(t, len(unknown), cuts*inFlight)
	switch purpose {
	case "advertising":
		require.Zero(t, twice, "advertising is never sent twice unasked")
		decide(t, c, path, s, unknown, total)
	case "transactional":
		require.Empty(t, unknown, "transactional letters are sent again")
		require.LessOrEqual(t, twice, cuts*inFlight)
	}
}

// accounted fails for whoever neither got a letter nor is named as unknown, and counts who got several.
func accounted(t *testing.T, got map[string]int, unknown map[string]bool, total int) (twice int) {
	for i := range total {
		who := address(i)
		if got[who] == 0 {
			require.True(t, unknown[who], "%s is lost", who)
		}
		if got[who] > 1 {
			twice++
		}
	}
	require.LessOrEqual(t, len(got), total, "a stranger was written to")
	return twice
}

// decide has the unknown letters sent again; then everybody has one, and nobody but the unknown has two.
func decide(t *testing.T, c *program.Client, path string, s *program.Sink, unknown map[string]bool, total int) {
	if len(unknown) == 0 {
		return
	}
	answer := c.Post(t, path+"/unknown", program.Doc{"decision": "resend"})
	require.Equal(t, len(unknown), answer.Number("n"))
	done := c.Await(t, path, "done")
	require.Equal(t, total, done.Number("counts.delivered"), "%v", done["counts"])
	got := s.Letters()
	require.Len(t, got, total)
	for who, n := range got {
		require.LessOrEqual(t, n, 2)
		if n == 2 {
			require.True(t, unknown[who], "%s got two letters", who)
		}
	}
}

// order signs in, brings n people in and sends them a campaign through the sink.
func order(t *testing.T, p *program.Program, s *program.Sink, purpose string, n int) (*program.Client, string) {
	c := p.Member(t, "owner@keruen.test")
	sender := c.CreateSender(t, "Crash", "news@sender.test", s.Route())
	csv := "E-mail;Имя\n"
	for i := range n {
		csv += fmt.Sprintf("%s;Имя%d\n", address(i), i)
	}
	c.ImportFor(t, "people.csv", []byte(csv), "All", purpose)
	campaign := c.Post(t, "/api/v1/campaigns", program.Doc{
		"name": "Crash", "sender": sender["id"], "purpose": purpose, "audience": program.Doc{"all": true, "lists": []string{}},
		"tracking": program.Doc{"opens": true, "clicks": true},
		"letter": program.Doc{
			"subject": "Здравствуйте, {{first_name|друг}}", "preheader": "", "html": "", "text": "Новости для {{first_name|вас}}",
		},
	}).Text("id")
	c.Launch(t, campaign)
	return c, campaign
}

func address(i int) string { return fmt.Sprintf("p%05d@alpha.test", i) }

// names reads all pages of a list of deliveries and returns the addresses.
func names(t *testing.T, c *program.Client, path string) map[string]bool {
	out := make(map[string]bool)
	started := time.Now()
	for cursor := ""; ; {
		d := c.Get(t, path+"&cursor="+url.QueryEscape(cursor))
		for _, item := range d.Items() {
			require.False(t, out[item.Text("email")], "%s is listed twice", item.Text("email"))
			out[item.Text("email")] = true
		}
		if cursor = d.Text("next"); cursor == "" {
			return out
		}
		require.Less(t, time.Since(started), program.Patience, "the list does not end")
	}
}
