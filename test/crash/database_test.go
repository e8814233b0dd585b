package crash

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/test/program"
)

// databaseKills is how often the database dies under a campaign of so many.
const databaseKills, databasePeople = 3, 4000

// MSG-4: PostgreSQL dies by kill -9 in the middle of a campaign, again and again. The program stays up, goes on when the database is back, and what
// it could not write down is known by name.
func TestACampaignSurvivesTheDeathOfItsDatabase(t *testing.T) {
	for _, purpose := range []string{"advertising", "transactional"} {
		t.Run(purpose, func(t *testing.T) {
			t.Parallel()
			again(t, func(t *testing.T) { withoutDatabase(t, purpose) })
		})
	}
}

func withoutDatabase(t *testing.T, purpose string) {
	pg := program.StartPostgres(t)
	s := program.StartSink(t, false)
	p := program.New(t, program.Settings{"database": pg.URL(), "dns.allow_private": "true", "limits.takeover": "2s"})
	p.Start(t)
	c, campaign := order(t, p, s, purpose, databasePeople)
	for range databaseKills {
		advance(t, p, s, 1+rand.IntN(betweenKills))
		pg.Kill(t)
		pg.Start(t)
	}
	c.AwaitHealth(t)
	settled(t, c, "/api/v1/campaigns/"+campaign, s, purpose, databasePeople, databaseKills)
}

// advance waits until the mail server has got n letters more.
func advance(t *testing.T, p *program.Program, s *program.Sink, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), program.Patience)
	defer cancel()
	require.NoError(t, s.Wait(ctx, s.Count()+n), "the campaign does not go on: %v", p.Tail(20))
}
