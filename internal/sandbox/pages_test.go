package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/sandbox"
)

// html is a personal letter with hostile and friendly things in it.
func html(to string) string {
	return "From: <script>alert(1)</script> <shop@sender.test>\r\nTo: <" + to + ">\r\nSubject: <b>Sale</b>\r\nMessage-ID: <h-" + to + ">\r\n" +
		"List-Unsubscribe: <http://127.0.0.1:1/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" +
		"Content-Type: text/html; charset=utf-8\r\n\r\n<!doctype html><html><head><title>x</title></head><body><script>alert(2)</script><a href=\"http://127.0.0.1:1/go\">Go</a></body></html>"
}

func get(t *testing.T, w *sandbox.World, path string, header ...string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return do(t, w, r)
}

func do(t *testing.T, w *sandbox.World, r *http.Request) (*http.Response, string) {
	t.Helper()
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, r)
	resp := rec.Result()
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(data)
}

func TestTheMailboxShowsLettersAndTheirWay(t *testing.T) {
	t.Parallel()
	w, clk := world(t)
	require.Error(t, send(t, w, "grey@firma.kz", html("grey@firma.kz")))
	clk.Advance(time.Minute)
	require.NoError(t, send(t, w, "grey@firma.kz", html("grey@firma.kz")))
	require.Error(t, send(t, w, "unknown@firma.kz", plain("unknown@firma.kz")))

	_, list := get(t, w, "/sandbox/")
	require.Contains(t, list, "grey@firma.kz")
	require.Contains(t, list, "&lt;b&gt;Sale&lt;/b&gt;")
	require.NotContains(t, list, "unknown@firma.kz")
	_, none := get(t, w, "/sandbox/?q=nosuch")
	require.Contains(t, none, "Здесь пока пусто")

	_, refusals := get(t, w, "/sandbox/refusals", "Accept-Language", "en")
	require.Contains(t, refusals, "unknown user")
	require.Contains(t, refusals, "24.11.2026 12:00:00", "the time is Kazakhstan's")

	_, page := get(t, w, "/sandbox/m/1", "Accept-Language", "kk-KZ")
	require.Contains(t, page, `<html lang="kk">`)
	require.Less(t, strings.Index(page, "сұр тізім"), strings.Index(page, "қабылданды"), "greylisted before accepted")
	require.NotContains(t, page, "<script>alert")

	for _, path := range []string{"/sandbox/recipients", "/sandbox/log", "/sandbox/complaints", "/sandbox/dns", "/sandbox/m/1?view=raw", "/sandbox/m/1?view=headers", "/sandbox/m/1?view=text"} {
		resp, _ := get(t, w, path)
		require.Equal(t, http.StatusOK, resp.StatusCode, path)
	}
}

func TestTheHTMLOfALetterIsShutIn(t *testing.T) {
	t.Parallel()
	w, _ := world(t)
	require.NoError(t, send(t, w, "a@mail.ru", html("a@mail.ru")))

	resp, page := get(t, w, "/sandbox/m/1/html")

	policy := resp.Header.Get("Content-Security-Policy")
	require.Contains(t, policy, "sandbox allow-popups")
	require.NotContains(t, policy, "allow-scripts")
	require.NotContains(t, policy, "script-src")
	require.Contains(t, page, `<head><base target="_blank">`, "links open in a new tab")

	raw, source := get(t, w, "/sandbox/m/1/raw")
	require.Contains(t, raw.Header.Get("Content-Type"), "text/plain")
	require.Equal(t, "nosniff", raw.Header.Get("X-Content-Type-Options"))
	require.Contains(t, source, "Subject: <b>Sale</b>")
}

func TestTheLanguageIsRemembered(t *testing.T) {
	t.Parallel()
	w, _ := world(t)
	resp, page := get(t, w, "/sandbox/?lang=en", "Accept-Language", "ru")
	require.Contains(t, page, "Nothing here yet")
	c := resp.Cookies()[0]

	_, page = get(t, w, "/sandbox/", "Accept-Language", "ru", "Cookie", c.Name+"="+c.Value)

	require.Contains(t, page, "Nothing here yet")
}

func TestALetterThatNeverWasIsNotFound(t *testing.T) {
	t.Parallel()
	w, _ := world(t)
	for _, path := range []string{"/sandbox/m/7", "/sandbox/m/x/html", "/sandbox/m/7/raw", "/sandbox/nothing"} {
		resp, page := get(t, w, path)
		require.Equal(t, http.StatusNotFound, resp.StatusCode, path)
		require.Contains(t, page, "Письма нет")
	}
	resp, body := get(t, w, "/sandbox/api/messages/7")
	require.Equal(t, http.StatusNotFound, resp.StatusCode)
	require.Contains(t, body, "sandbox.no_letter")
}

func TestTheJSONWaitsForALetter(t *testing.T) {
	t.Parallel()
	w, _ := world(t)
	got := make(chan string, 1)
	go func() {
		_, body := get(t, w, "/sandbox/api/messages?to=A@mail.ru&min=1&wait=30s")
		got <- body
	}()
	require.NoError(t, send(t, w, "a@mail.ru", html("a@mail.ru")))

	var answer struct {
		Items []struct {
			To, Subject, HTML string
			OneClick          bool `json:"one_click"`
			Links             []struct{ URL string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(<-got), &answer))
	require.Len(t, answer.Items, 1)
	require.Equal(t, "a@mail.ru", answer.Items[0].To)
	require.True(t, answer.Items[0].OneClick)
	require.Equal(t, "http://127.0.0.1:1/go", answer.Items[0].Links[0].URL)
}

func TestABehaviourCanBeOrderedByJSON(t *testing.T) {
	t.Parallel()
	w, _ := world(t)
	order := func(kind, body string) *http.Response {
		r := httptest.NewRequest(http.MethodPut, "/sandbox/api/behaviours", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		resp, _ := do(t, w, r)
		return resp
	}

	require.Equal(t, http.StatusNoContent, order("application/json", `{"target":"a@mail.ru","kind":"full"}`).StatusCode)
	require.Equal(t, 452, code(send(t, w, "a@mail.ru", plain("a@mail.ru"))))
	require.Equal(t, http.StatusNoContent, order("application/json", `{"target":"a@mail.ru","kind":""}`).StatusCode)
	require.NoError(t, send(t, w, "a@mail.ru", plain("a@mail.ru")))

	require.Equal(t, http.StatusUnprocessableEntity, order("application/json", `{"target":"a@mail.ru","kind":"dance"}`).StatusCode)
	require.Equal(t, http.StatusUnprocessableEntity, order("text/plain", `{"target":"a@mail.ru","kind":"full"}`).StatusCode)
}

func TestEveryTextHasThreeLanguages(t *testing.T) {
	t.Parallel()
	require.Empty(t, sandbox.MissingTexts())
}

func TestAReaderOfAnAcceptedLetterOpensAndComplains(t *testing.T) {
	t.Parallel()
	opened := make(chan string, 1)
	site := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { opened <- r.URL.Path }))
	t.Cleanup(site.Close)
	w, clk := world(t, func(c *sandbox.Config) { c.BaseURL = func() string { return site.URL } })
	letter := strings.Replace(html("complains@mail.ru"), "<body>", `<body><img src="`+site.URL+`/pixel.gif" alt="">`, 1)
	require.NoError(t, send(t, w, "complains@mail.ru", letter))

	require.NoError(t, clk.BlockUntil(t.Context(), 1))
	clk.Advance(3 * time.Hour)

	require.Equal(t, "/pixel.gif", <-opened)
	_, err := w.WaitForLog(t.Context(), sandbox.Filter{Kinds: []string{"complained"}}, 1)
	require.NoError(t, err)
	all, err := w.Complaints()
	require.NoError(t, err)
	require.Contains(t, all[0].ARF, "Feedback-Type: abuse")
	require.Contains(t, all[0].ARF, "Message-ID: <h-complains@mail.ru>", "the letter itself is inside")
	_, page := get(t, w, "/sandbox/m/1")
	require.Contains(t, page, "жалоба")
}
