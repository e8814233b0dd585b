package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/api"
	"keruen/internal/app"
)

// The tests of this file are made from the OpenAPI document, so that a new route cannot escape them.

type document struct {
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]schema }
}

type operation struct {
	ID         string `json:"operationId"`
	Permission string `json:"x-permission"`
	Parameters []struct {
		Name, In string
		Required bool
		Schema   schema
	}
	RequestBody *struct {
		Content map[string]struct{ Schema schema }
	} `json:"requestBody"`
}

type schema struct {
	Ref        string `json:"$ref"`
	Type       any
	Enum       []any
	Format     string
	Pattern    string
	MinLength  int `json:"minLength"`
	MaxLength  int `json:"maxLength"`
	MinItems   int `json:"minItems"`
	Minimum    float64
	Required   []string
	Properties map[string]schema
	Items      *schema
}

type route struct {
	operation
	method, path string
}

func readDocument(t *testing.T) (document, []route) {
	t.Helper()
	raw, err := api.OpenAPI()
	require.NoError(t, err)
	var d document
	require.NoError(t, json.Unmarshal(raw, &d))
	var all []route
	for path, methods := range d.Paths {
		for method, o := range methods {
			all = append(all, route{operation: o, method: strings.ToUpper(method), path: path})
		}
	}
	slices.SortFunc(all, func(a, b route) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	require.Greater(t, len(all), 90, "the document is read")
	return d, all
}

// body makes a body that the schema lets through.
func (d document) body(t *testing.T, o operation) any {
	t.Helper()
	if o.RequestBody == nil {
		return nil
	}
	json, ok := o.RequestBody.Content["application/json"]
	if !ok {
		return "email\nperson@example.kz\n"
	}
	return d.value(t, json.Schema)
}

func (d document) value(t *testing.T, s schema) any {
	t.Helper()
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return d.value(t, d.Components.Schemas[name])
	}
	if len(s.Enum) > 0 {
		return s.Enum[len(s.Enum)-1]
	}
	kind, _ := s.Type.(string)
	switch kind {
	case "object":
		out := map[string]any{}
		for _, name := range s.Required {
			out[name] = d.value(t, s.Properties[name])
		}
		return out
	case "array":
		out := []any{}
		for range s.MinItems {
			out = append(out, d.value(t, *s.Items))
		}
		return out
	case "boolean":
		return false
	case "integer", "number":
		return max(s.Minimum, 0)
	}
	switch {
	case s.Format == "date-time":
		return "2027-01-01T00:00:00Z"
	case strings.Contains(s.Pattern, "[0-9]{6}"):
		return "123456"
	case s.Pattern != "":
		return ""
	default:
		return strings.Repeat("x", max(s.MinLength, min(s.MaxLength, 12), 1)) // long enough for rules beyond the schema
	}
}

// some is a value of a parameter that the schema lets through.
func (s schema) some() string {
	switch kind, _ := s.Type.(string); {
	case len(s.Enum) > 0:
		return fmt.Sprint(s.Enum[0])
	case kind == "integer", kind == "number":
		return fmt.Sprint(max(s.Minimum, 0))
	default:
		return "people.csv"
	}
}

var parameter = regexp.MustCompile(`\{[^}]+\}`)

// at fills the parameters of a path, and the required ones of the query.
func (r route) at(id string) string {
	path := parameter.ReplaceAllString(r.path, id)
	query := url.Values{}
	for _, p := range r.Parameters {
		if p.In == "query" && p.Required {
			query.Set(p.Name, p.Schema.some())
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

func TestWithoutCredentialsEveryRouteButThePublicOnesSaysWhoAreYou(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, a *app.App) {
		d, all := readDocument(t)
		for _, r := range all {
			if r.Permission == "public" {
				continue
			}
			for name, b := range map[string]*browser{
				"nobody": {url: a.URL}, "a forged session": {url: a.URL, cookie: "keruen_session=forged"}, "a forged key": {url: a.URL, bearer: "krn_forged"},
			} {
				b.t = t
				got := b.do(r.method, r.at("x"), d.body(t, r.operation), nil)
				require.Equal(t, http.StatusUnauthorized, got.status, "%s %s %s: %s", name, r.method, r.path, got.text)
			}
		}
	})
}

// belongings are objects of one account, by the beginning of the path of the routes that name them.
func belongings(t *testing.T, a *app.App, b *browser) map[string]string {
	t.Helper()
	created := func(got answer, path ...string) string {
		require.Less(t, got.status, 300, got.text)
		return got.str(path...)
	}
	contact := created(b.post("/contacts", map[string]any{"email": "owner@gmail.com",
		"consent": map[string]any{"channel": "email", "purpose": "transactional", "source": "hand", "wording": "Agreed by telephone"}}), "id")
	list := created(b.post("/lists", map[string]any{"name": "Guests"}), "id")
	sender := created(b.post("/senders", map[string]any{"channel": "email", "name": "Shop", "address": "news@shop.test", "route": map[string]any{"kind": "direct"}}), "id")
	letter := map[string]any{"subject": "Hello", "preheader": "", "html": "", "text": "Hello, {{first_name|friend}}"}
	imported := created(b.post("/imports?filename=people.csv", "email\nsomebody@example.kz\n"), "id")
	attached := b.post("/imports/"+imported+"/proof?filename=form.pdf", "%PDF-1.4 the form that they signed")
	require.Less(t, attached.status, 300, attached.text)
	job := created(b.post("/imports/"+imported+"/dry-run", nil), "id")
	require.Eventually(t, func() bool { return b.get("/jobs/"+job).str("state") == "done" }, 20*time.Second, 50*time.Millisecond)
	signUp, submission := held(t, b)
	twin := created(b.post("/contacts", map[string]any{"email": "twin@gmail.com"}), "id")
	return map[string]string{
		"/contacts/merges/":  created(b.post("/contacts/merge", map[string]any{"into": contact, "from": []string{twin}}), "id"),
		"/privacy/requests/": copied(t, b, contact),
		"/exports/":          exported(t, b),
		"/stop-files/":       created(b.post("/stop-files?filename=left.csv&reason=unsubscribed", "email\nleft@example.kz\n"), "id"),
		"/uploads/":          created(b.post("/uploads", map[string]any{"filename": "people.csv", "size": 100}), "id"),
		"/segments/":         created(b.post("/segments", map[string]any{"name": "Owners", "condition": map[string]any{"kind": "attribute", "key": "email", "op": "filled"}}), "id"),
		"/forms/":            signUp, "/submissions/": submission,
		"/contacts/": contact, "/lists/": list, "/senders/": sender, "/imports/": imported, "/jobs/": job,
		"/suppressions/": created(b.post("/suppressions", map[string]any{"address": "no@example.kz", "channel": "email"}), "id"),
		"/fields/":       created(b.post("/fields", map[string]any{"label": "City"}), "id"),
		"/tags/":         created(b.post("/tags", map[string]any{"name": "VIP"}), "id"),
		"/topics/":       created(b.post("/topics", map[string]any{"name": map[string]any{"ru": "Новости"}}), "id"),
		"/wordings/": created(b.post("/wordings", map[string]any{"name": "Site", "text": map[string]any{"ru": "Согласен получать новости"},
			"keys": []any{map[string]any{"channel": "email", "purpose": "advertising"}}}), "id"),
		"/templates/":                created(b.post("/templates", map[string]any{"name": "Letter", "letter": letter}), "id"),
		"/media/":                    created(b.post("/media?filename=price.txt", "Чай 500"), "id"),
		"/saved-blocks/":             created(b.post("/saved-blocks", map[string]any{"name": "Line", "block": map[string]any{"id": "b1", "type": "spacer", "height": 20}}), "id"),
		"/previews/":                 created(b.post("/letters/preview", map[string]any{"letter": letter}), "preview"),
		"/campaigns/":                created(b.post("/campaigns", map[string]any{"name": "Opening", "letter": letter, "sender": sender}), "id"),
		"/messages/":                 created(b.post("/messages", map[string]any{"contact": contact, "purpose": "transactional", "subject": "Code", "text": "1"}), "id"),
		"/deliveries/":               created(b.post("/messages", map[string]any{"contact": contact, "purpose": "transactional", "subject": "Receipt", "text": "1"}), "id"),
		"/api-keys/":                 created(b.post("/api-keys", map[string]any{"name": "Site", "scopes": []string{"contacts.view"}}), "id"),
		"/invitations/":              created(b.post("/invitations", map[string]any{"email": "guest@example.kz", "role": "viewer"}), "id"),
		"/members/":                  created(b.get("/me"), "member", "id"),
		"/account/showcase/":         created(b.do(http.MethodPut, "/account/showcase", map[string]any{"name": "Shop", "logo": logo(t)}, nil), "id"),
		"/preference-page/versions/": strconv.FormatFloat(b.post("/preference-page/publish", nil).json()["live"].(float64), 'f', 0, 64),
		"/me/sessions/":              b.get("/me/sessions").json()["items"].([]any)[0].(map[string]any)["id"].(string),
	}
}

// copied makes a copy of everything known about a contact, with its file.
func copied(t *testing.T, b *browser, contact string) string {
	t.Helper()
	made := b.post("/privacy/requests", map[string]any{"contact": contact, "kind": "export", "now": true})
	require.Less(t, made.status, 300, made.text)
	request := made.str("id")
	require.Eventually(t, func() bool { return b.get("/privacy/requests/"+request).str("state") == "done" }, 20*time.Second, 50*time.Millisecond)
	return request
}

// held makes a form that visitors see, and a submission that waits for a decision.
func held(t *testing.T, b *browser) (form, submission string) {
	t.Helper()
	wording := b.post("/wordings", map[string]any{"name": "News", "text": map[string]any{"ru": "Согласен получать новости"},
		"keys": []any{map[string]any{"channel": "email", "purpose": "advertising"}}})
	require.Less(t, wording.status, 300, wording.text)
	made := b.post("/forms", map[string]any{"name": "Site", "draft": map[string]any{"double_opt_in": true,
		"fields": []any{map[string]any{"sort": "email"}}, "boxes": []any{map[string]any{"wording": wording.str("id")}}}})
	require.Less(t, made.status, 300, made.text)
	form = made.str("id")
	require.Less(t, b.post("/forms/"+form+"/publish", nil).status, 300)
	page, err := http.Get(made.str("url"))
	require.NoError(t, err)
	defer page.Body.Close()
	text, err := io.ReadAll(page.Body)
	require.NoError(t, err)
	token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindSubmatch(text)
	require.Len(t, token, 2)
	sent, err := http.PostForm(made.str("url"), url.Values{"token": {string(token[1])}, "email": {"visitor@example.kz"}, "box." + wording.str("id"): {"1"}, "website": {"x"}})
	require.NoError(t, err)
	require.NoError(t, sent.Body.Close())
	require.Equal(t, http.StatusOK, sent.StatusCode)
	items := b.get("/forms/" + form + "/submissions").json()["items"].([]any)
	return form, items[0].(map[string]any)["id"].(string)
}

// idFor takes the longest beginning: "/contacts/merges/" before "/contacts/".
func idFor(path string, of map[string]string) (string, bool) {
	best := ""
	for head := range of {
		if strings.HasPrefix(path, head) && len(head) > len(best) {
			best = head
		}
	}
	return of[best], best != ""
}

// What belongs to another account looks exactly like what does not exist (issue 2; design "not found" everywhere).
func TestAnotherAccountsIdsAreNotFoundOnEveryRoute(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, a *app.App) {
		d, all := readDocument(t)
		owner, _ := member(t, a, "owner@example.kz", access.Owner, 0)
		stranger, _ := member(t, a, "stranger@example.kz", access.Owner, 0)
		theirs := belongings(t, a, owner)
		tried := 0
		for _, r := range all {
			if !strings.Contains(r.path, "{") || r.Permission == "public" || r.Permission == string(access.RunPlatform) {
				continue // what belongs to the installation is no account's: there the permission is asked, see the test below
			}
			id, ok := idFor(r.path, theirs)
			require.True(t, ok, "no object is known for %s: add one to belongings, so that the route is tested", r.path)
			got := stranger.do(r.method, r.at(id), d.body(t, r.operation), nil)
			require.Equal(t, http.StatusNotFound, got.status, "%s %s with another account's id: %s", r.method, r.path, got.text)
			require.Equal(t, "not_found", got.str("code"), r.path)
			if r.method == http.MethodGet {
				own := owner.do(r.method, r.at(id), nil, nil)
				require.Equal(t, http.StatusOK, own.status, "%s by its owner: %s", r.path, own.text)
			}
			tried++
		}
		require.Greater(t, tried, 40)
	})
}

// ACC-5: the role is asked on every route, and nothing but the role.
func TestARoleMayDoOnEachRouteWhatItsPermissionsSay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, a *app.App) {
		d, all := readDocument(t)
		_, account := member(t, a, "owner@example.kz", access.Owner, 0)
		for _, role := range access.Roles[1:] {
			b, _ := member(t, a, fmt.Sprintf("%s@example.kz", role), role, account)
			may := role.Permissions()
			for _, r := range all {
				p := access.Permission(r.Permission)
				if p != access.RunPlatform && !slices.Contains(access.AllPermissions, p) || slices.Contains(may, p) {
					continue
				}
				got := b.do(r.method, r.at("x"), d.body(t, r.operation), nil)
				require.Equal(t, http.StatusForbidden, got.status, "%s %s by a %s: %s", r.method, r.path, role, got.text)
				require.Equal(t, r.Permission, got.str("params", "permission"))
			}
		}
	})
}

// ACC-6: a key does what its scopes say and cannot act for a person.
func TestAKeyWorksWithinItsScopes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, a *app.App) {
		_, all := readDocument(t)
		owner, _ := member(t, a, "owner@example.kz", access.Owner, 0)
		made := owner.post("/api-keys", map[string]any{"name": "Site", "scopes": []string{"contacts.view"}})
		require.Equal(t, http.StatusCreated, made.status, made.text)
		key := &browser{t: t, url: a.URL, bearer: made.str("token")}

		require.Equal(t, http.StatusOK, key.get("/contacts").status)
		require.Equal(t, http.StatusForbidden, key.post("/contacts", map[string]any{"email": "a@b.kz"}).status)
		for _, r := range all {
			if r.Permission == "session" && r.method == http.MethodGet && !strings.Contains(r.path, "{") {
				require.Equal(t, http.StatusForbidden, key.get(r.path).status, r.path)
			}
		}

		require.Equal(t, http.StatusNoContent, owner.do(http.MethodDelete, "/api-keys/"+made.str("id"), nil, nil).status)
		require.Equal(t, http.StatusUnauthorized, key.get("/contacts").status, "revoked")
	})
}

// SUP-3
func TestEveryOperationDeclaresItsGuardAndHasAnIdOfItsOwn(t *testing.T) {
	t.Parallel()
	_, all := readDocument(t)
	seen := map[string]bool{}
	for _, r := range all {
		guards := append([]access.Permission{"public", "session", "account", access.RunPlatform}, access.AllPermissions...)
		require.Contains(t, guards, access.Permission(r.Permission), r.path)
		require.NotEmpty(t, r.ID)
		require.False(t, seen[r.ID], "two operations are called %s", r.ID)
		seen[r.ID] = true
	}
}
