package app_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/app"
	"keruen/internal/db/dbtest"
	"keruen/internal/sandbox"
	"keruen/internal/secret"
)

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// letter waits for the nth letter to an address in the pretend world.
func letter(t *testing.T, a *app.App, to string, n int) (subject, html string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	got, err := a.World.WaitFor(ctx, to, n)
	require.NoError(t, err, "letter %d to %s; the servers said: %+v", n, to, a.World.Log(sandbox.Filter{To: to}))
	sort.Slice(got, func(i, j int) bool { return got[i].ID < got[j].ID })
	c, err := a.World.Content(got[len(got)-1].ID)
	require.NoError(t, err)
	return got[len(got)-1].Subject, c.HTML
}

// signUp registers as a newcomer would: two fields, and the code from the letter (ACC-1, ACC-2).
func signUp(t *testing.T, a *app.App, email string) *browser {
	t.Helper()
	b := &browser{t: t, url: a.URL}
	var accept []map[string]any
	for _, d := range b.get("/documents?lang=ru").json()["items"].([]any) {
		doc := d.(map[string]any)
		accept = append(accept, map[string]any{"document": doc["name"], "version": doc["version"]})
	}
	begun := b.post("/auth/register", map[string]any{"email": email, "password": goodPassword, "lang": "ru", "accept": accept})
	require.Equal(t, http.StatusAccepted, begun.status, begun.text)
	subject, _ := letter(t, a, email, 1)
	code := sixDigits.FindString(subject)
	require.NotEmpty(t, code, "the code stands in the subject: %s", subject)
	done := b.post("/auth/register/confirm", map[string]any{"registration": begun.str("registration"), "code": code})
	require.Equal(t, http.StatusOK, done.status, done.text)
	require.Equal(t, email, done.str("member", "email"))
	return b
}

var wayOut = regexp.MustCompile(`href="(https?://[^\s"<>]+/u/[\w-]+)"`)

// The main job from end to end: a newcomer signs up, loads a file, sends a letter, sees it arrive; somebody leaves, and the
// next campaign leaves that contact out with the reason (ACC-1, ACC-2, AUD-1, AUD-2, AUD-3, AUD-5, MSG-3, MSG-4, MSG-11).
func TestANewcomerSendsACampaignAndAnUnsubscriberIsLeftOutOfTheNext(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, a *app.App) {
		b := signUp(t, a, "newcomer@gmail.com")
		acts := b.get("/acts").json()["items"].([]any)
		require.Len(t, acts, 3, "every accepted document is an act of signature")

		i := b.post("/imports?filename=people.csv", "email;first_name\nanna@gmail.com;Анна\nboris@mail.ru;Борис\nnot an address;Вера\n")
		require.Equal(t, http.StatusCreated, i.status, i.text)
		path := "/imports/" + i.str("id")
		set := b.patch(path, map[string]any{"settings": map[string]any{"new_list": "Гости", "consent": map[string]any{
			"declared": true, "source": "анкета на кассе", "date": "2026-11-01", "channels": []string{"email"}, "purpose": "advertising",
			"wording": "Согласен получать новости по электронной почте"}}})
		require.Equal(t, http.StatusOK, set.status, set.text)
		started := b.post(path+"/start", nil)
		require.Equal(t, http.StatusAccepted, started.status, started.text)
		require.Eventually(t, func() bool { return b.get(path).str("state") == "done" }, 30*time.Second, 50*time.Millisecond)
		counts := b.get(path).json()["counts"].(map[string]any)
		require.EqualValues(t, 2, counts["created"])
		require.EqualValues(t, 1, counts["errors"])
		require.Contains(t, b.get(path+"/rejected.csv?lang=ru").text, "not an address")

		sender := b.post("/senders", map[string]any{"channel": "email", "name": "Кофейня", "address": "news@shop.test", "route": map[string]any{"kind": "direct"}})
		require.Equal(t, http.StatusCreated, sender.status, sender.text)
		require.Equal(t, "ready", b.post("/senders/"+sender.str("id")+"/check", nil).str("state"), "the pretend registrar has the records")

		first := send(t, b, sender.str("id"), "Открытие", 2)
		require.EqualValues(t, 2, first["delivered"])
		subject, html := letter(t, a, "anna@gmail.com", 1)
		require.Contains(t, subject, "Анна")
		found := wayOut.FindStringSubmatch(html)
		require.Len(t, found, 2, html)
		leave(t, a, found[1])

		second := send(t, b, sender.str("id"), "Ещё раз", 2)
		require.EqualValues(t, 1, second["delivered"])
		require.EqualValues(t, 1, second["skipped"])
		require.Len(t, b.get("/contacts?consent=withdrawn").json()["items"], 1)
	})
}

// send makes a campaign to all contacts, sends it at once and returns its counts when it is done.
func send(t *testing.T, b *browser, sender, name string, audience int) map[string]any {
	t.Helper()
	starter := b.get("/templates").json()["items"].([]any)[0].(map[string]any)["id"]
	c := b.post("/campaigns", map[string]any{"name": name, "template": starter, "sender": sender, "audience": map[string]any{"all": true, "lists": []string{}}})
	require.Equal(t, http.StatusCreated, c.status, c.text)
	path := "/campaigns/" + c.str("id")
	require.EqualValues(t, audience, b.get(path + "/preflight").json()["audience"])
	sent := b.post(path+"/send", map[string]any{"undo_seconds": 0}, "Idempotency-Key", c.str("id"))
	require.Equal(t, http.StatusAccepted, sent.status, sent.text)
	require.Eventually(t, func() bool { return b.get(path).str("state") == "done" }, 30*time.Second, 50*time.Millisecond, "%s", b.get(path).text)
	return b.get(path + "/report").json()["counts"].(map[string]any)
}

// leave presses the button on the unsubscribe page; looking at the page changes nothing.
func leave(t *testing.T, a *app.App, link string) {
	t.Helper()
	require.NotEmpty(t, link)
	resp, err := http.Get(link)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode)
	resp, err = http.Post(link, "application/x-www-form-urlencoded", strings.NewReader("List-Unsubscribe=One-Click"))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode)
}

func TestTheDemoIsMadeOnceAndSurvivesARestart(t *testing.T) {
	t.Parallel()
	database, data := dbtest.SQLite(t), t.TempDir()
	open := func() *app.App { return start(t, database, map[string]string{"demo": "true", "data": data}) }

	a := open()
	d, err := a.ReadDemo()
	require.NoError(t, err)
	require.NoError(t, a.Close())
	a = open()
	again, err := a.ReadDemo()
	require.NoError(t, err)
	require.Equal(t, d, again)

	b := &browser{t: t, url: a.URL}
	require.Equal(t, http.StatusOK, b.post("/auth/sign-in", map[string]any{"email": d.Email, "password": d.Password}).status)
	require.EqualValues(t, 1000, b.get("/contacts").json()["total"].(map[string]any)["n"])
	ready := b.get("/campaigns/" + d.Campaign.String() + "/preflight").json()
	require.Equal(t, true, ready["can_send"])
	require.EqualValues(t, 1000, ready["reachable"])
	require.Len(t, b.get("/campaigns").json()["items"], 1)
	require.Len(t, b.get("/senders").json()["items"], 1)
}

func TestPeopleSeeThePublicPageAndMembersTheCabinet(t *testing.T) {
	t.Parallel()
	a := start(t, dbtest.SQLite(t), nil)
	b := signUp(t, a, "newcomer@gmail.com")
	page := func(path, cookie string) answer {
		return (&browser{t: t, url: a.URL, cookie: cookie}).page(path)
	}
	public := page("/?lang=kk", "")
	require.Contains(t, public.text, `<html lang="kk"`)
	require.Contains(t, public.text, "/sign-up")
	require.Contains(t, public.header.Get("Content-Security-Policy"), "default-src 'none'")
	require.Contains(t, page("/docs/offer?lang=ru", "").text, "<h1>")
	require.Equal(t, http.StatusNotFound, page("/docs/nothing", "").status)
	require.Equal(t, http.StatusNotFound, page("/assets/gone.js", "").status)

	cabinet := page("/", b.cookie)
	require.NotContains(t, cabinet.text, `href="/sign-up"`)
	if _, err := os.Stat(filepath.Join("..", "..", "web", "dist", "index.html")); err == nil {
		require.Equal(t, http.StatusOK, cabinet.status)
		require.Contains(t, cabinet.text, "newcomer@gmail.com", "the first screen needs no request")
	} else {
		require.Contains(t, cabinet.text, "make build")
	}
}

// page fetches a page of the site, not of the API.
func (b *browser) page(path string) answer {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.url+path, nil)
	require.NoError(b.t, err)
	if b.cookie != "" {
		req.Header.Set("Cookie", b.cookie)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(b.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(b.t, err)
	return answer{status: resp.StatusCode, header: resp.Header, text: string(text), t: b.t}
}

func TestTheMapOfEventsIsWhole(t *testing.T) {
	t.Parallel()
	a := start(t, dbtest.SQLite(t), nil)
	require.Equal(t, map[string][]string{
		"access.letter_due":      {"event:access.letter_due:notice"},
		"delivery.part_finished": {"event:delivery.part_finished:campaign.finish"},
		"delivery.part_held":     {"event:delivery.part_held:campaign.hold"},
	}, a.Events.Subscribers(), "keep events.go and docs/architecture.md in step")
}

func TestASecondProgramOnTheSameFileIsRefusedClearly(t *testing.T) {
	t.Parallel()
	database := dbtest.SQLite(t)
	start(t, database, nil)
	_, err := app.New(t.Context(), settings(t, database, nil), app.Options{})
	require.ErrorContains(t, err, "Another running Keruen uses this SQLite file")
}

// A newcomer who tries the program out gets the code at once, whatever the pretend world does to campaigns.
func TestCodesMeetNoTroublesInThePretendWorld(t *testing.T) {
	t.Parallel()
	c := settings(t, dbtest.SQLite(t), nil)
	a, err := app.New(t.Context(), c, app.Options{Passwords: &secret.Weak, World: func(c *sandbox.Config) { c.Shares = &sandbox.Shares{Grey: 1} }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	require.NoError(t, a.Start(t.Context()))
	signUp(t, a, "somebody.new@gmail.com")
}
