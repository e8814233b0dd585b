package faults

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/test/program"
)

// ACC-5: a program that got no answer asks again with the same key, and everything happens once.
func TestRepeatedRequestsHappenOnce(t *testing.T) {
	t.Parallel()
	_, c := start(t, nil)
	s := program.StartSink(t, false)
	sender := c.CreateSender(t, "Магазин", "news@sender.test", s.Route())
	const people1 = 50

	path := uploaded(t, c, people("p", people1), "Все")
	job, status := post(t, c, path+"/start", nil, "Idempotency-Key", "start-1")
	require.Equal(t, 202, status, "%v", job)
	again, status := post(t, c, path+"/start", nil, "Idempotency-Key", "start-1")
	require.Equal(t, 202, status, "%v", again)
	require.Equal(t, job["id"], again["id"])
	require.Equal(t, people1, c.Await(t, path, "done").Number("counts.created"))
	d, status := post(t, c, path+"/start", nil, "Idempotency-Key", "start-2")
	require.Equal(t, 409, status, "%v", d)
	require.Equal(t, "import.ended", d.Text("code"))

	draft := program.Doc{"name": "Осень", "sender": sender["id"], "purpose": "advertising",
		"audience": program.Doc{"all": true, "lists": []string{}}, "letter": plain("Осень")}
	first, status := post(t, c, "/api/v1/campaigns", draft, "Idempotency-Key", "make-1")
	require.Equal(t, 201, status, "%v", first)
	again, status = post(t, c, "/api/v1/campaigns", draft, "Idempotency-Key", "make-1")
	require.Equal(t, 201, status)
	require.Equal(t, first["id"], again["id"])
	draft["name"] = "Зима"
	d, status = post(t, c, "/api/v1/campaigns", draft, "Idempotency-Key", "make-1")
	require.Equal(t, 422, status, "%v", d)
	require.Equal(t, "idempotency.key_reused", d.Text("code"))
	require.Len(t, c.Get(t, "/api/v1/campaigns").Items(), 1)

	send := "/api/v1/campaigns/" + first.Text("id") + "/send"
	for range 3 {
		d, status = post(t, c, send, program.Doc{"undo_seconds": 0}, "Idempotency-Key", "send-1")
		require.Equal(t, 202, status, "%v", d)
	}
	accounted(t, c.Await(t, "/api/v1/campaigns/"+first.Text("id"), "done"), s, people1)
	require.Equal(t, people1, s.Count())
}

// MSG-4: an impatient hand on the button, and requests that overtake one another.
func TestTwoClicksOnSendSendOnce(t *testing.T) {
	t.Parallel()
	_, c := start(t, nil)
	s := program.StartSink(t, false)
	sender := c.CreateSender(t, "Магазин", "news@sender.test", s.Route())
	const total = 40
	c.Import(t, "people.csv", people("p", total), "Все")
	campaign := c.CreateCampaign(t, sender.Text("id"), "Осень", plain("Осень")).Text("id")
	path := "/api/v1/campaigns/" + campaign

	const hands = 8
	statuses := make([]int, hands)
	var all sync.WaitGroup
	for i := range hands {
		all.Go(func() { _, statuses[i] = post(t, c, path+"/send", program.Doc{"undo_seconds": 0}) })
	}
	all.Wait()
	taken := 0
	for _, status := range statuses {
		require.Contains(t, []int{202, 409, 412}, status)
		if status == 202 {
			taken++
		}
	}
	require.Equal(t, 1, taken, "%v", statuses)
	accounted(t, c.Await(t, path, "done"), s, total)
	require.Equal(t, total, s.Count())

	for _, late := range []string{"/send", "/pause", "/resume", "/cancel"} {
		d, status := post(t, c, path+late, program.Doc{})
		require.Equal(t, 409, status, "%s after the end: %v", late, d)
	}
	d, status := ask(t, c, http.MethodDelete, path, "", nil)
	require.Equal(t, 409, status, "what was sent stays: %v", d)
	require.Equal(t, total, s.Count())
}
