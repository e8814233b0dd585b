package faults

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/test/program"
)

// MSG-4, AUD-1: the database goes away in the middle of a campaign and of an import, and comes back. The program stays up and says so, and goes on by itself.
func TestALostDatabaseStopsNothingForGood(t *testing.T) {
	t.Parallel()
	const total = 4000
	pg := program.StartPostgres(t)
	_, c := start(t, program.Settings{"database": pg.URL(), "limits.takeover": "3s"})
	s := program.StartSink(t, false)
	sender := c.CreateSender(t, "Магазин", "news@sender.test", s.Route())
	c.Import(t, "people.csv", people("p", total), "Все")
	campaign := c.CreateCampaign(t, sender.Text("id"), "Осень", plain("Осень")).Text("id")
	path := "/api/v1/campaigns/" + campaign
	s.Hold(900)
	c.Launch(t, campaign)
	require.NoError(t, s.Wait(t.Context(), 900))
	const more = 30_000
	im := uploaded(t, c, people("q", more), "Ещё")
	c.Post(t, im+"/start", nil)
	require.Eventually(t, func() bool { return c.Get(t, im).Number("done") > 0 }, program.Patience, 20*time.Millisecond)

	pg.Crash(t)
	require.Eventually(t, func() bool { return statusOf(t, c, "/api/v1/health") == 503 }, program.Patience, 50*time.Millisecond, "health says nothing")
	for _, p := range []string{"/api/v1/health", "/api/v1/me", path} {
		d, status := ask(t, c, "GET", p, "", nil)
		require.Equal(t, 503, status, "%s: %v", p, d)
		require.Equal(t, "unavailable", d.Text("code"), p)
	}
	d, status := post(t, c, "/api/v1/contacts", program.Doc{"email": "new@alpha.test"}, "Idempotency-Key", "while-away")
	require.Equal(t, 503, status, "%v", d)
	d, status = post(t, c.Stranger(t), "/api/v1/auth/sign-in", program.Doc{"email": "owner@keruen.test", "password": program.Password})
	require.Equal(t, 503, status, "a good password is not called wrong: %v", d)

	s.Release() // what was under way reaches its readers, and cannot be recorded
	pg.Start(t)
	require.Eventually(t, func() bool { return statusOf(t, c, "/api/v1/health") == 200 }, program.Patience, 50*time.Millisecond)
	require.Equal(t, 200, statusOf(t, c, "/api/v1/me"), "who was signed in still is")
	d, status = post(t, c, "/api/v1/contacts", program.Doc{"email": "new@alpha.test"}, "Idempotency-Key", "while-away")
	require.Equal(t, 201, status, "the repeat does what was asked for: %v", d)
	accounted(t, c.Await(t, path, "done"), s, total)
	imported := c.Await(t, im, "done")
	require.Equal(t, more, imported.Number("counts.created"), "%v", imported)
	require.Equal(t, more, imported.Number("counts.rows"), "no row is taken twice: %v", imported)
}
