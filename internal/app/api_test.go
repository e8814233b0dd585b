package app_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/app"
	"keruen/internal/db/dbtest"
)

// one runs a test of the edge, where the engine makes no difference.
func one(t *testing.T, change map[string]string) *app.App {
	t.Helper()
	return start(t, dbtest.SQLite(t), change)
}

func TestWrongInputIsExplainedFieldByField(t *testing.T) {
	t.Parallel()
	b, _ := member(t, one(t, nil), "owner@example.kz", access.Owner, 0)
	for name, c := range map[string]struct {
		method, path string
		body         any
		status       int
		code         string
		fields       map[string]string // path: code
	}{
		"missing":          {"POST", "/campaigns", map[string]any{}, 422, "invalid", map[string]string{"name": "required"}},
		"misspelled":       {"POST", "/lists", map[string]any{"name": "A", "nmae": "B"}, 422, "invalid", map[string]string{"nmae": "unknown_field"}},
		"too long":         {"POST", "/lists", map[string]any{"name": strings.Repeat("a", 101)}, 422, "invalid", map[string]string{"name": "too_long"}},
		"not in the list":  {"POST", "/invitations", map[string]any{"email": "a@b.kz", "role": "boss"}, 422, "invalid", map[string]string{"role": "not_in_list"}},
		"wrong type":       {"POST", "/lists", map[string]any{"name": 5}, 422, "invalid", map[string]string{"name": "wrong_type"}},
		"deep":             {"POST", "/letters/check", map[string]any{"letter": map[string]any{"subject": ""}, "purpose": "spam"}, 422, "invalid", map[string]string{"letter.preheader": "required", "letter.html": "required", "letter.text": "required", "purpose": "not_in_list"}},
		"of the feature":   {"POST", "/contacts", map[string]any{"email": "not an address"}, 422, "invalid", map[string]string{"email": "email.at"}},
		"a reference":      {"POST", "/contacts", map[string]any{"email": "a@b.kz", "lists": []string{"nonsense"}}, 422, "invalid", map[string]string{"lists[0]": "no_such_object"}},
		"a query":          {"GET", "/contacts?limit=100000", nil, 422, "invalid", map[string]string{"limit": "too_big"}},
		"a cursor":         {"GET", "/contacts?cursor=zzz", nil, 422, "page.bad_cursor", nil},
		"an impossible id": {"GET", "/contacts/ctc_zzz", nil, 404, "not_found", nil},
		"another kind":     {"GET", "/contacts/cmp_05a9zj9zxqc00", nil, 404, "not_found", nil},
		"no such path":     {"GET", "/nothing", nil, 404, "no_such_operation", nil},
		"no such method":   {"DELETE", "/lists", nil, 404, "no_such_operation", nil},
	} {
		got := b.do(c.method, c.path, c.body, nil)
		require.Equal(t, c.status, got.status, "%s: %s", name, got.text)
		require.Equal(t, "application/problem+json", got.header.Get("Content-Type"), name)
		require.Equal(t, c.code, got.str("code"), name)
		found := map[string]string{}
		list, _ := got.json()["errors"].([]any)
		for _, f := range list {
			field := f.(map[string]any)
			found[field["path"].(string)] = field["code"].(string)
		}
		for path, code := range c.fields {
			if code == "email.at" { // the words are the feature's
				require.Contains(t, found, path, "%s: %s", name, got.text)
				continue
			}
			require.Equal(t, code, found[path], "%s: %s", name, got.text)
		}
	}
}

func TestABodyThatIsNoJSONOrTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	b, _ := member(t, one(t, nil), "owner@example.kz", access.Owner, 0)
	broken := b.do(http.MethodPost, "/lists", `{"name": `, []string{"Content-Type", "application/json"})
	require.Equal(t, 422, broken.status)
	require.Equal(t, "bad_json", broken.str("code"))

	empty := b.post("/lists", nil)
	require.Equal(t, 422, empty.status)
	require.Equal(t, "body_required", empty.str("code"))

	large := b.post("/lists", map[string]any{"name": strings.Repeat("a", 5<<20)})
	require.Equal(t, http.StatusRequestEntityTooLarge, large.status)
	require.Equal(t, "body_too_large", large.str("code"))
	large = b.post("/lists", map[string]any{"name": strings.Repeat("a", 5<<20)}, "Idempotency-Key", "k")
	require.Equal(t, "body_too_large", large.str("code"))
}

func TestARepeatWithTheSameKeyDoesNothingAndGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, a *app.App) {
		b, _ := member(t, a, "owner@example.kz", access.Owner, 0)
		first := b.post("/contacts", map[string]any{"email": "a@gmail.com"}, "Idempotency-Key", "one")
		require.Equal(t, http.StatusCreated, first.status, first.text)

		again := b.post("/contacts", map[string]any{"email": "a@gmail.com"}, "Idempotency-Key", "one")
		require.Equal(t, first.status, again.status)
		require.Equal(t, first.text, again.text)
		require.Equal(t, "true", again.header.Get("Idempotency-Replayed"))

		other := b.post("/contacts", map[string]any{"email": "b@gmail.com"}, "Idempotency-Key", "one")
		require.Equal(t, "idempotency.key_reused", other.str("code"))

		without := b.post("/contacts", map[string]any{"email": "a@gmail.com"})
		require.Equal(t, http.StatusConflict, without.status, "the same address again is a mistake when it is not a repeat")

		taken := b.post("/contacts", map[string]any{"email": "a@gmail.com"}, "Idempotency-Key", "two")
		require.Equal(t, http.StatusConflict, taken.status)
		require.Equal(t, http.StatusNoContent, b.do(http.MethodDelete, "/contacts/"+first.str("id"), nil, nil).status)
		retried := b.post("/contacts", map[string]any{"email": "a@gmail.com"}, "Idempotency-Key", "two")
		require.Equal(t, http.StatusCreated, retried.status, "a refusal that may pass is not kept: %s", retried.text)

		wrong := b.post("/contacts", map[string]any{"email": "not an address"}, "Idempotency-Key", "three")
		require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
		corrected := b.post("/contacts", map[string]any{"email": "c@gmail.com"}, "Idempotency-Key", "three")
		require.Equal(t, http.StatusCreated, corrected.status, "input that was refused may be corrected under its key: %s", corrected.text)

		stranger, _ := member(t, a, "stranger@example.kz", access.Owner, 0)
		require.Equal(t, http.StatusCreated, stranger.post("/contacts", map[string]any{"email": "x@gmail.com"}, "Idempotency-Key", "one").status)
	})
}

func TestAChangeMadeMeanwhileIsNotOverwritten(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, a *app.App) {
		b, _ := member(t, a, "owner@example.kz", access.Owner, 0)
		c := b.post("/campaigns", map[string]any{"name": "Opening"})
		path, seen := "/campaigns/"+c.str("id"), c.header.Get("ETag")
		require.NotEmpty(t, seen)

		first := b.patch(path, map[string]any{"name": "Mine"}, "If-Match", seen)
		require.Equal(t, http.StatusOK, first.status, first.text)
		second := b.patch(path, map[string]any{"name": "Theirs"}, "If-Match", seen)
		require.Equal(t, http.StatusPreconditionFailed, second.status)
		require.Equal(t, "stale", second.str("code"))
		require.Equal(t, "Mine", b.get(path).str("name"))
		require.Equal(t, first.header.Get("ETag"), b.get(path).header.Get("ETag"))
		require.Equal(t, "bad_etag", b.patch(path, map[string]any{"name": "x"}, "If-Match", "yesterday").str("code"))
	})
}

func TestAnotherSiteCannotMakeTheBrowserAct(t *testing.T) {
	t.Parallel()
	b, _ := member(t, one(t, nil), "owner@example.kz", access.Owner, 0)
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		got := b.post("/lists", map[string]any{"name": "A"}, header...)
		require.Equal(t, http.StatusForbidden, got.status)
		require.Equal(t, "cross_origin", got.str("code"))
	}
	require.Equal(t, http.StatusCreated, b.post("/lists", map[string]any{"name": "A"}, "Sec-Fetch-Site", "same-origin").status)
}

func TestTheSessionCookieIsOutOfReachOfScripts(t *testing.T) {
	t.Parallel()
	a := one(t, map[string]string{"trusted_proxies": "127.0.0.1/32"})
	member(t, a, "owner@example.kz", access.Owner, 0)
	b := &browser{t: t, url: a.URL}
	body := map[string]any{"email": "owner@example.kz", "password": goodPassword}

	plain := b.post("/auth/sign-in", body).header.Get("Set-Cookie")
	require.Contains(t, plain, "HttpOnly")
	require.Contains(t, plain, "SameSite=Lax")
	require.NotContains(t, plain, "Secure")
	secure := b.post("/auth/sign-in", body, "X-Forwarded-Proto", "https").header.Get("Set-Cookie")
	require.Contains(t, secure, "Secure")
}

func TestSigningOutEndsTheSessionAndMayBeRepeated(t *testing.T) {
	t.Parallel()
	b, _ := member(t, one(t, nil), "owner@example.kz", access.Owner, 0)
	old := &browser{t: t, url: b.url, cookie: b.cookie}
	require.Equal(t, http.StatusNoContent, b.post("/auth/sign-out", nil).status)
	require.Equal(t, http.StatusNoContent, b.post("/auth/sign-out", nil).status)
	require.Equal(t, http.StatusUnauthorized, old.get("/me").status)
}

func TestAKeyThatHurriesIsSlowedDown(t *testing.T) {
	t.Parallel()
	b, _ := member(t, one(t, map[string]string{"limits.api_key_per_minute": "60"}), "owner@example.kz", access.Owner, 0)
	key := &browser{t: t, url: b.url, bearer: b.post("/api-keys", map[string]any{"name": "k", "scopes": []string{"contacts.view"}}).str("token")}
	var last answer
	for range 30 {
		if last = key.get("/lists"); last.status == http.StatusTooManyRequests {
			break
		}
	}
	require.Equal(t, "api_key_limit", last.str("code"))
	require.NotEmpty(t, last.header.Get("Retry-After"))
}

// listen reads events of the stream until ctx ends; lines arrive in the channel.
func listen(ctx context.Context, t *testing.T, b *browser, lastID string) <-chan string {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+"/api/v1/stream", nil)
	require.NoError(t, err)
	req.Header.Set("Cookie", b.cookie)
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Contains(t, resp.Header.Get("Content-Type"), "text/event-stream")
	lines := make(chan string, 1000)
	go func() {
		defer resp.Body.Close()
		defer close(lines)
		for s := bufio.NewScanner(resp.Body); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines
}

// await returns the first line that begins so, and the id that came before it.
func await(t *testing.T, lines <-chan string, head string) (line, id string) {
	t.Helper()
	for {
		select {
		case l, open := <-lines:
			require.True(t, open, "the stream ended before %s", head)
			if rest, ok := strings.CutPrefix(l, "id: "); ok {
				id = rest
			}
			if strings.HasPrefix(l, head) {
				return l, id
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s did not come", head)
		}
	}
}

// MSG-11: a screen learns of a change without asking, and misses nothing when its connection breaks.
func TestTheStreamTellsChangesAndGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, a *app.App) {
		b, _ := member(t, a, "owner@example.kz", access.Owner, 0)
		stranger, _ := member(t, a, "stranger@example.kz", access.Owner, 0)
		ctx, hangUp := context.WithCancel(t.Context())
		lines := listen(ctx, t, b, "")
		theirs := listen(t.Context(), t, stranger, "")
		await(t, lines, "retry:")

		i := b.post("/imports?filename=people.csv", "email\nsomebody@example.kz\n").str("id")
		job := b.post("/imports/"+i+"/dry-run", nil).str("id")
		_, seen := await(t, lines, `data: {"kind":"job","job":{"id":"`+job)
		require.NotEmpty(t, seen)
		hangUp()
		require.Eventually(t, func() bool { return b.get("/jobs/"+job).str("state") == "done" }, 20*time.Second, 50*time.Millisecond)

		back := listen(t.Context(), t, b, seen)
		for {
			l, _ := await(t, back, "")
			require.NotContains(t, l, "reset", "what came meanwhile is sent, nothing is lost")
			if strings.HasPrefix(l, "data:") && strings.Contains(l, `"state":"ready"`) {
				require.Contains(t, l, `"import":"`+i)
				break
			}
		}

		unknown := listen(t.Context(), t, b, "elsewhere-5")
		await(t, unknown, "event: reset")
		select {
		case l := <-theirs:
			require.Contains(t, l, "retry", "another account hears nothing")
		default:
		}
	})
}

func TestTheAPIDescribesItself(t *testing.T) {
	t.Parallel()
	b := &browser{t: t, url: one(t, nil).URL}
	got := b.get("/openapi.json")
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, "3.1.0", got.json()["openapi"])
	require.Equal(t, "ok", b.get("/health").str("status"))
}
