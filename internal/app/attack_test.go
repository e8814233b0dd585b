package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/app"
	"keruen/internal/visit"
)

// Each test of this file is an attack that must fail.

// ACC-5, ACC-6: the name of an imported file belongs to the contacts; who may not see these does not see it.
func TestWhoMayNotSeeContactsSeesNoJobsOverThem(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, a *app.App) {
		owner, account := member(t, a, "owner@gmail.com", access.Owner, 0)
		imported := owner.post("/imports?filename=debtors.csv", "email\nsomebody@gmail.com\n")
		require.Equal(t, http.StatusCreated, imported.status, imported.text)
		job := owner.post("/imports/"+imported.str("id")+"/dry-run", nil).str("id")
		require.Contains(t, owner.get("/jobs").text, job)

		accountant, _ := member(t, a, "accountant@gmail.com", access.Accountant, account)
		key := &browser{t: t, url: a.URL, bearer: owner.post("/api-keys", map[string]any{"name": "k", "scopes": []string{"campaigns.view"}}).str("token")}
		for _, b := range []*browser{accountant, key} {
			list := b.get("/jobs")
			require.Equal(t, http.StatusOK, list.status, list.text)
			require.Empty(t, list.json()["items"])
			require.Equal(t, http.StatusNotFound, b.get("/jobs/"+job).status)
		}
	})
}

// ACC-1: a page of another site makes the browser ask; the cookie goes along and must not help.
func TestAPageOfAnotherSiteChangesNothing(t *testing.T) {
	t.Parallel()
	b, _ := member(t, one(t, nil), "owner@gmail.com", access.Owner, 0)
	for name, header := range map[string][]string{
		"by the browser's word": {"Sec-Fetch-Site", "cross-site"},
		"a neighbouring name":   {"Sec-Fetch-Site", "same-site"},
		"an old browser":        {"Origin", "https://evil.example"},
		"a file":                {"Origin", "null"},
	} {
		for _, path := range []string{"/lists", "/auth/sign-in", "/auth/sign-out", "/me/switch-account"} {
			got := b.post(path, map[string]any{"name": "Stolen"}, header...)
			require.Equal(t, http.StatusForbidden, got.status, "%s %s: %s", name, path, got.text)
			require.Equal(t, "cross_origin", got.str("code"))
		}
	}
	require.Empty(t, b.get("/lists").json()["items"])
}

// ACC-1: a session that the attacker put into the browser beforehand is not the one that the person gets.
func TestSigningInNeverKeepsTheSessionThatWasThere(t *testing.T) {
	t.Parallel()
	a := one(t, nil)
	attacker, _ := member(t, a, "attacker@gmail.com", access.Owner, 0)
	_, _ = member(t, a, "person@gmail.com", access.Owner, 0)
	for _, planted := range []string{attacker.cookie, visit.SessionCookie + "=chosen-by-the-attacker"} {
		b := &browser{t: t, url: a.URL, cookie: planted}
		got := b.post("/auth/sign-in", map[string]any{"email": "person@gmail.com", "password": goodPassword})
		require.Equal(t, http.StatusOK, got.status, got.text)
		require.NotEqual(t, planted, b.cookie)
		require.Equal(t, "person@gmail.com", b.get("/me").str("member", "email"))
	}
	require.Equal(t, "attacker@gmail.com", attacker.get("/me").str("member", "email"))
}

// ACC-1: letters lead to this installation, whatever name the request was sent to, and an invented address of the visitor is not believed.
func TestForgedHeadersReachNeitherLettersNorTheHistory(t *testing.T) {
	t.Parallel()
	a := one(t, nil)
	b, _ := member(t, a, "owner@gmail.com", access.Owner, 0)
	forged := []string{"X-Forwarded-Host", "evil.example", "X-Forwarded-For", "203.0.113.9", "X-Real-Ip", "203.0.113.9", "Forwarded", "for=203.0.113.9;host=evil.example"}
	got := b.post("/invitations", map[string]any{"email": "guest@gmail.com", "role": "viewer"}, forged...)
	require.Equal(t, http.StatusCreated, got.status, got.text)
	_, html := letter(t, a, "guest@gmail.com", 1)
	require.NotContains(t, html, "evil.example")
	require.True(t, strings.Contains(html, a.URL) || strings.Contains(html, a.Config.BaseURL) && a.Config.BaseURL != "", html)

	again := &browser{t: t, url: a.URL}
	require.Equal(t, http.StatusOK, again.post("/auth/sign-in", map[string]any{"email": "owner@gmail.com", "password": goodPassword}, forged...).status)
	require.NotContains(t, again.get("/me/visits").text, "203.0.113.9")
	require.NotContains(t, again.get("/me/sessions").text, "203.0.113.9")
}
