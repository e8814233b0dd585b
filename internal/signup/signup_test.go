package signup_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db/dbtest"
	"keruen/internal/delivery"
	"keruen/internal/event"
	"keruen/internal/form"
	"keruen/internal/jobs"
	"keruen/internal/lang"
	"keruen/internal/page"
	"keruen/internal/secret"
	"keruen/internal/signup"
	"keruen/internal/visit"
)

// site is the public pages of one account's forms, with nothing running behind.
type site struct {
	forms *form.Service
	clock *clock.Fake
	who   access.Actor
	h     http.Handler
	box   contact.WordingID
}

const base = "https://keruen.test"

func newSite(t *testing.T) *site {
	t.Helper()
	clk := clock.NewFake(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC))
	d := dbtest.Open(t, dbtest.SQLite(t), clk)
	keys, err := secret.New(bytes.Repeat([]byte{7}, secret.KeySize))
	require.NoError(t, err)
	log := slog.New(slog.DiscardHandler)
	queue := jobs.New(d, clk, log)
	bus := event.New(queue)
	acc := access.New(access.Parts{DB: d, Clock: clk, Keys: keys, Hasher: secret.NewHasher(secret.Weak, 1), Audit: audit.New(d, clk, keys), Events: bus, Log: log})
	m, tenant, err := acc.CreateMember(t.Context(), access.NewMember{Email: "boss@dala.kz", Password: "correct horse battery", Lang: lang.Russian, Account: "Дала «Дән»"})
	require.NoError(t, err)
	contacts, senders := contact.New(d, bus, keys), channel.NewService(d, keys)
	pipeline := delivery.New(delivery.Config{DB: d, Clock: clk, Log: log, Keys: keys, Events: bus, Contacts: contacts, Content: content.New(d, contacts), Senders: senders, Accounts: acc, BaseURL: base})
	s := &site{clock: clk, who: access.Actor{Tenant: tenant, Member: m.ID, Via: access.BySession, Role: access.Owner}}
	s.forms = form.New(form.Parts{DB: d, Clock: clk, Log: log, Keys: keys, Queue: queue, Access: acc, Contacts: contacts, Senders: senders, Delivery: pipeline, BaseURL: base})
	w, err := contacts.CreateWording(t.Context(), s.who, contact.WordingDraft{Name: "Новости", Keys: []contact.ConsentKey{{Channel: channel.Email, Purpose: channel.Advertising}},
		Text: lang.Text{Ru: "Хочу получать новости", Kk: "Жаңалықтар алғым келеді", En: "I want the news"}})
	require.NoError(t, err)
	s.box = w.ID
	s.h = visit.Wrap(visit.Config{Log: log}, signup.Handler(s.forms, log))
	return s
}

func (s *site) form(t *testing.T, change func(*form.Design)) form.Detail {
	t.Helper()
	d := form.Design{Fields: []form.Field{{Sort: form.Email, Required: true}, {Sort: form.FirstName}}, Boxes: []form.Box{{Wording: s.box, Required: true}}, Double: true, Domains: []string{"shop.kz"}}
	if change != nil {
		change(&d)
	}
	f, err := s.forms.Create(t.Context(), s.who, "Сайт", d)
	require.NoError(t, err)
	f, err = s.forms.Publish(t.Context(), s.who, f.ID, 0)
	require.NoError(t, err)
	return f
}

type answer struct {
	*http.Response
	body string
}

func (s *site) do(t *testing.T, method, path string, body url.Values, headers ...string) answer {
	t.Helper()
	r := httptest.NewRequest(method, base+path, strings.NewReader(body.Encode()))
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 Firefox/131.0")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	b, err := io.ReadAll(w.Result().Body)
	require.NoError(t, err)
	return answer{w.Result(), string(b)}
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

func (s *site) filled(t *testing.T, page string) url.Values {
	t.Helper()
	found := tokenField.FindStringSubmatch(page)
	require.Len(t, found, 2)
	s.clock.Advance(10 * time.Second)
	return url.Values{"token": {found[1]}, "email": {"aida@example.kz"}, "box." + s.box.String(): {"1"}}
}

func (s *site) states(t *testing.T, f form.Detail) []form.State {
	t.Helper()
	list, err := s.forms.Submissions(t.Context(), s.who, f.ID, "", page.Ask{Limit: 50})
	require.NoError(t, err)
	var out []form.State
	for _, e := range list.Items {
		out = append(out, e.State)
	}
	return out
}

// AUD-7: three languages, no script needed, nothing ticked.
func TestTheFormSpeaksTheVisitorsLanguageAndTicksNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := s.form(t, nil)
	for language, words := range map[string]string{"ru": "Хочу получать новости", "kk-KZ,kk;q=0.9": "Жаңалықтар алғым келеді", "en": "I want the news"} {
		a := s.do(t, "GET", f.Path(), nil, "Accept-Language", language)
		require.Equal(t, http.StatusOK, a.StatusCode)
		require.Contains(t, a.body, words)
		require.NotContains(t, a.body, " checked")
		require.Empty(t, a.Cookies())
	}
	a := s.do(t, "GET", f.Path()+"?lang=en&box."+s.box.String()+"=1&email=x@y.kz", nil)
	require.Contains(t, a.body, "I want the news")
	require.NotContains(t, a.body, " checked", "a link cannot tick a consent")
	require.NotContains(t, a.body, "x@y.kz")
	require.Contains(t, s.do(t, "GET", f.Path(), nil).body, "Подписка на «Дала „Дән“»", "quotation marks in a name become inner ones")
}

func TestSendingShowsThatALetterIsOnItsWay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := s.form(t, nil)
	body := s.filled(t, s.do(t, "GET", f.Path(), nil).body)
	a := s.do(t, "POST", f.Path(), body, "Origin", base)
	require.Equal(t, http.StatusOK, a.StatusCode)
	require.Contains(t, a.body, "Проверьте почту")
	require.Contains(t, a.body, "aida@example.kz")
	require.Equal(t, []form.State{form.Pending}, s.states(t, f))
	require.Equal(t, "no-store", a.Header.Get("Cache-Control"))

	again := regexp.MustCompile(`name="again" value="([^"]+)"`).FindStringSubmatch(a.body)
	require.Len(t, again, 2)
	a = s.do(t, "POST", f.Path(), url.Values{"again": {again[1]}})
	require.Equal(t, http.StatusOK, a.StatusCode)
	require.Contains(t, a.body, "отправлено ещё раз")
}

func TestWrongAnswersAreMarkedAndNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := s.form(t, nil)
	body := s.filled(t, s.do(t, "GET", f.Path(), nil).body)
	body.Set("email", "aida@")
	body.Set("first_name", `"><script>`)
	body.Del("box." + s.box.String())
	a := s.do(t, "POST", f.Path(), body)
	require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	require.Contains(t, a.body, `value="aida@"`)
	require.Contains(t, a.body, `aria-invalid="true"`)
	require.Contains(t, a.body, "без этого согласия")
	require.Contains(t, a.body, `<a href="#q0">`)
	require.NotContains(t, a.body, `"><script>`)
	require.Empty(t, s.states(t, f))
}

func TestAnOldPageIsAskedOnceMoreWithItsAnswers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := s.form(t, nil)
	body := s.filled(t, s.do(t, "GET", f.Path(), nil).body)
	s.clock.Advance(25 * time.Hour)
	a := s.do(t, "POST", f.Path(), body)
	require.Equal(t, http.StatusOK, a.StatusCode)
	require.Contains(t, a.body, "нажмите кнопку ещё раз")
	require.Contains(t, a.body, `value="aida@example.kz"`)
	require.NotContains(t, a.body, " checked", "whose tick it was is not known")
	body = s.filled(t, a.body)
	require.Contains(t, s.do(t, "POST", f.Path(), body).body, "Проверьте почту")
}

// Only sites of the form's list read answers, and only for them the page may stand in a frame.
func TestOtherSitesGetTheFormOnlyFromTheList(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := s.form(t, nil)
	a := s.do(t, "GET", f.Path()+"/embed?page=https%3A%2F%2Fshop.kz%2Fa", nil, "Origin", "https://shop.kz", "Accept", "application/json")
	require.Equal(t, http.StatusOK, a.StatusCode)
	require.Equal(t, "https://shop.kz", a.Header.Get("Access-Control-Allow-Origin"))
	require.Empty(t, a.Header.Get("Access-Control-Allow-Credentials"))
	var got struct{ HTML, Style string }
	require.NoError(t, json.Unmarshal([]byte(a.body), &got))
	require.Contains(t, got.Style, ":host")
	body := s.filled(t, got.HTML)
	body.Set("page", "https://shop.kz/a")
	a = s.do(t, "POST", f.Path(), body, "Origin", "https://shop.kz", "Accept", "application/json")
	require.Equal(t, http.StatusOK, a.StatusCode)
	require.Contains(t, a.body, "Проверьте почту")

	a = s.do(t, "GET", f.Path()+"/embed", nil, "Origin", "https://evil.test", "Accept", "application/json")
	require.Equal(t, http.StatusForbidden, a.StatusCode)
	require.Empty(t, a.Header.Get("Access-Control-Allow-Origin"))
	require.Contains(t, a.body, "evil.test")
	a = s.do(t, "POST", f.Path(), body, "Origin", "https://evil.test")
	require.Equal(t, http.StatusForbidden, a.StatusCode)
	require.Contains(t, a.body, "evil.test")
	require.Contains(t, s.do(t, "GET", f.Path(), nil).Header.Get("Content-Security-Policy"), "frame-ancestors https://shop.kz https://www.shop.kz")
	a = s.do(t, "OPTIONS", f.Path(), nil, "Origin", "https://shop.kz")
	require.Equal(t, "https://shop.kz", a.Header.Get("Access-Control-Allow-Origin"))
}

func TestAPlainFormOnASiteOfTheListWorksWithoutAToken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := s.form(t, nil)
	body := url.Values{"email": {"aida@example.kz"}, "box." + s.box.String(): {"1"}, "lang": {"kk"}}
	a := s.do(t, "POST", f.Path(), body, "Origin", "https://shop.kz")
	require.Contains(t, a.body, "Поштаңызды тексеріңіз")
	require.Equal(t, []form.State{form.Pending}, s.states(t, f))
	a = s.do(t, "POST", f.Path(), body)
	require.Contains(t, a.body, "түймені қайта басыңыз", "without an origin it may come from anywhere: the page is shown first")
}

// The way after sending leads only to a site of the list.
func TestThePageOfThanksIsTheirs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := s.form(t, func(d *form.Design) { d.Double, d.Redirect = false, "https://shop.kz/thanks" })
	body := s.filled(t, s.do(t, "GET", f.Path(), nil).body)
	a := s.do(t, "POST", f.Path(), body)
	require.Equal(t, http.StatusSeeOther, a.StatusCode)
	require.Equal(t, "https://shop.kz/thanks", a.Header.Get("Location"))
}

func TestWhatIsNotThereIsSaidInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for path, words := range map[string]string{"/p/f/nothing": "Мұндай форма жоқ", "/p/c/forged": "Сілтеме жұмыс істемейді", "/p/f/": "Мұндай форма жоқ"} {
		a := s.do(t, "GET", path, nil, "Accept-Language", "kk")
		require.Equal(t, http.StatusNotFound, a.StatusCode, path)
		require.Contains(t, a.body, words, path)
	}
	f := s.form(t, nil)
	closed := true
	_, err := s.forms.Update(t.Context(), s.who, f.ID, 0, form.Change{Closed: &closed})
	require.NoError(t, err)
	a := s.do(t, "GET", f.Path(), nil)
	require.Equal(t, http.StatusConflict, a.StatusCode)
	require.Contains(t, a.body, "сейчас не принимает")
}

func TestTheDraftIsSeenByMembersOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := s.form(t, nil)
	d := f.Draft
	d.Texts.Title = lang.Text{Ru: "Новый заголовок"}
	_, err := s.forms.Update(t.Context(), s.who, f.ID, 0, form.Change{Draft: &d})
	require.NoError(t, err)
	require.NotContains(t, s.do(t, "GET", f.Path(), nil).body, "Новый заголовок")
	v, err := s.forms.Preview(t.Context(), s.who, f.ID, lang.Russian)
	require.NoError(t, err)
	made, err := signup.Preview(v)
	require.NoError(t, err)
	require.Contains(t, string(made.HTML), "Новый заголовок")
	require.Contains(t, string(made.HTML), "disabled")
	require.Contains(t, made.Policy, "frame-ancestors 'self'")
}

func TestViewsOfPeopleAreCountedByPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := s.form(t, nil)
	s.do(t, "GET", f.Path(), nil)
	s.do(t, "GET", f.Path(), nil, "User-Agent", "Googlebot/2.1")
	s.do(t, "GET", f.Path()+"/embed?page=https%3A%2F%2Fshop.kz%2Fa%3Fx", nil, "Origin", "https://shop.kz")
	stats, err := s.forms.Stats(t.Context(), s.who, f.ID, 7)
	require.NoError(t, err)
	got := map[string]int64{}
	for _, x := range stats {
		got[x.Page] = x.Views
	}
	require.Equal(t, map[string]int64{"keruen.test" + f.Path(): 1, "shop.kz/a": 1}, got)
}

func TestTheScriptIsServedForOtherSites(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.do(t, "GET", form.ScriptPath, nil)
	require.Equal(t, "cross-origin", a.Header.Get("Cross-Origin-Resource-Policy"))
	require.NotContains(t, a.body, "document.cookie")
	require.NotContains(t, a.body, "eval(")
}

func TestOneOfTwoAddressesIsNeededAndThePageSaysSo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := s.form(t, func(d *form.Design) { d.Fields = []form.Field{{Sort: form.Email}, {Sort: form.Phone}} })
	a := s.do(t, "GET", f.Path(), nil)
	require.Contains(t, a.body, "(или телефон)")
	require.Contains(t, a.body, "(или почта)")
	require.NotContains(t, a.body, "не обязательно")
	body := s.filled(t, a.body)
	body.Del("email")
	a = s.do(t, "POST", f.Path(), body)
	require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	require.Contains(t, a.body, "укажите почту или телефон")
}
