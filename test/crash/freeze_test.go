package crash

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/db/dbtest"
	"keruen/test/program"
)

// takeover is how long the work of a silent machine waits; takeovers is how often it happens in one campaign of so many.
const (
	takeover     = 2 * time.Second
	takeovers    = 3
	frozenPeople = 8000 // each takeover takes up to 900, and as many when the machine that is stopped was idle
)

// MSG-4: of two machines with one database, the one that sends hangs for longer than its lease, the other takes over, and then the first one wakes
// up and does not know of it. What it was about to send it does not send, and what it had sent is known by name.
func TestAMachineThatHangsAndWakesUpSendsNothingThatAnotherHasTakenOver(t *testing.T) {
	for _, purpose := range []string{"advertising", "transactional"} {
		t.Run(purpose, func(t *testing.T) {
			t.Parallel()
			again(t, func(t *testing.T) { hanging(t, purpose) })
		})
	}
}

func hanging(t *testing.T, purpose string) {
	s := program.StartSink(t, false)
	settings := program.Settings{"database": dbtest.Postgres(t), "dns.allow_private": "true", "limits.takeover": takeover.String(), "role": "web"}
	desk := program.New(t, settings) // where people work; it sends nothing
	desk.Start(t)
	settings["base_url"], settings["data"], settings["role"] = desk.URL, desk.Data, "all" // they share uploaded files and the key
	nodes := []*program.Program{program.New(t, settings), program.New(t, settings)}
	for _, n := range nodes {
		n.Start(t)
	}
	c, campaign := order(t, desk, s, purpose, frozenPeople)

	advance(t, desk, s, 1+rand.IntN(betweenKills))
	lost := 0
	for turn := 0; lost < takeovers; turn++ {
		require.Less(t, turn, 4*takeovers, "nobody ever took over")
		n := nodes[turn%len(nodes)]
		n.Freeze(t)
		frozen := time.Now()
		advance(t, desk, s, inFlight+rand.IntN(betweenKills)) // more than what was on its way already
		if time.Since(frozen) > takeover/2 {
			lost++
		}
		n.Thaw(t)
	}
	settled(t, c, "/api/v1/campaigns/"+campaign, s, purpose, frozenPeople, lost)
}
