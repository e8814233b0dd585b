package form

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/contact"
	"keruen/internal/lang"
	"keruen/internal/secret"
)

func TestSitesAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"shop.kz": "shop.kz", " HTTPS://Shop.kz/ ": "shop.kz", "shop.kz:8443": "shop.kz:8443", "https://shop.kz:443": "shop.kz", "дүкен.қаз": "xn--b1aj6ao46d.xn--80ao21a",
		"localhost:3000": "localhost:3000", "127.0.0.1:8080": "127.0.0.1:8080", "shop.kz.": "shop.kz",
	} {
		got, ok := cleanHost(in)
		require.True(t, ok, in)
		if strings.HasPrefix(want, "xn--") {
			require.True(t, strings.HasPrefix(got, "xn--"), got)
			continue
		}
		require.Equal(t, want, got)
	}
	for _, in := range []string{"", "shop", "shop.kz/path", "shop.kz?x", "ftp://shop.kz", "10.0.0.1", "user@shop.kz", "a b.kz", "shop.kz:0", "shop.kz:99999", "javascript:alert(1)", "*.kz"} {
		_, ok := cleanHost(in)
		require.False(t, ok, in)
	}
}

func TestOnlySitesOfTheListShowAForm(t *testing.T) {
	t.Parallel()
	d := Design{Domains: []string{"shop.kz", "localhost:3000"}}
	for origin, want := range map[string]bool{
		"https://shop.kz": true, "https://www.shop.kz": true, "http://localhost:3000": true, "http://shop.kz": false, "https://evil.shop.kz": false,
		"https://shop.kz.evil.test": false, "https://shop.kz:8443": false, "null": false, "": false, "https://shop.kz@evil.test": false,
	} {
		require.Equal(t, want, d.Allows(origin), origin)
	}
	require.True(t, d.mayLead("https://shop.kz/thanks?a=1"))
	require.False(t, d.mayLead("https://evil.test/"))
	require.False(t, d.mayLead("javascript:alert(1)"))
	require.False(t, d.mayLead("//shop.kz/"))
}

func TestADesignTellsEverythingThatIsWrongAtOnce(t *testing.T) {
	t.Parallel()
	d := Design{
		Fields: []Field{{Sort: Email}, {Sort: Email}, {Sort: "colour"}, {Sort: Custom}, {Sort: UTM, Key: "x", Param: "gclid"}, {Sort: Topics}},
		Texts:  Texts{Title: lang.Text{Ru: strings.Repeat("я", MaxTitle+1)}}, Colour: "red", Domains: []string{"nowhere"}, Redirect: "https://evil.test",
	}
	_, err := d.checked()
	e := errorOf(err)
	require.NotNil(t, e)
	paths := map[string]string{}
	for _, f := range e.Fields {
		paths[f.Path] = f.Code
	}
	require.Equal(t, map[string]string{
		"fields[1]": "form.field", "fields[2]": "form.field", "fields[3]": "form.field", "fields[4]": "form.field", "fields[5].topics": "form.topic",
		"texts.title": "too_long", "colour": "form.colour", "domains[0]": "form.domain", "redirect": "form.redirect",
	}, paths)
}

func TestDifferencesNameWhatPublishingChanges(t *testing.T) {
	t.Parallel()
	live := Design{
		Fields: []Field{{Sort: Email, Required: true}, {Sort: FirstName}, {Sort: Custom, Key: "city"}}, Boxes: []Box{{Wording: 1}}, Lists: []contact.ListID{1, 2}, Double: true, Domains: []string{"a.kz"},
	}
	require.Empty(t, differences(live, live))
	draft := live
	draft.Fields = []Field{{Sort: Email, Required: true}, {Sort: FirstName, Required: true}, {Sort: Phone}}
	draft.Lists = []contact.ListID{2, 1}
	draft.Texts.Title.Kk = "Атау"
	draft.Double = false
	draft.Domains = []string{"a.kz", "b.kz"}
	require.Equal(t, []Difference{
		{"fields", "first_name", Changed}, {"fields", "phone", Added}, {"fields", "f.city", Removed}, {"texts", "title", Changed},
		{"lists", "", Moved}, {"double_opt_in", "", Changed}, {"domains", "b.kz", Added},
	}, differences(live, draft))
}

var city = contact.Field{Key: "city", Label: "Город", Kind: contact.TextField}

func TestEveryWrongAnswerIsToldAtOnce(t *testing.T) {
	t.Parallel()
	a := asked{Design{
		Fields: []Field{{Sort: Email, Required: true}, {Sort: Phone}, {Sort: FirstName, Required: true}, {Sort: Custom, Key: "age"}},
		Boxes:  []Box{{Wording: 7, Required: true}},
	}, map[string]contact.Field{"age": {Key: "age", Kind: contact.NumberField}}}
	_, bad := a.read(url.Values{"email": {"aida@"}, "phone": {"12"}, "f.age": {"many"}})
	codes := map[string]string{}
	for _, f := range bad {
		codes[f.Path] = f.Code
	}
	require.Equal(t, "form.required", codes["first_name"])
	require.Equal(t, "form.answer", codes["f.age"])
	require.Equal(t, "form.consent", codes["box.wrd_0000000000007"])
	require.Contains(t, codes, "email")
	require.Contains(t, codes, "phone")
}

func TestAnswersTakeOnlyWhatTheFormAsks(t *testing.T) {
	t.Parallel()
	a := asked{Design{
		Fields: []Field{{Sort: Email}, {Sort: Phone}, {Sort: Hidden, Key: "city", Value: "Алматы"}, {Sort: UTM, Key: "gone", Param: "utm_source"}, {Sort: Topics, Topics: []contact.TopicID{3, 4}}},
		Boxes:  []Box{{Wording: 7}, {Wording: 8}},
	}, map[string]contact.Field{"city": city}}
	got, bad := a.read(url.Values{
		"email": {" aida@example.kz "}, "last_name": {"Ким"}, "f.city": {"Астана"}, "utm_source": {"ads"}, "topic": {contact.TopicID(4).String(), contact.TopicID(9).String()},
		"box.wrd_0000000000007": {"2"}, "box.wrd_0000000000009": {"1"}, "box.wrd_0000000000008": {"on"},
	})
	require.Empty(t, bad)
	require.Equal(t, Answers{Email: "aida@example.kz", Fields: map[string]string{"city": "Алматы"}, Topics: []contact.TopicID{4}, Boxes: []Ticked{{7, 2}}}, got)

	_, bad = a.read(url.Values{"box.wrd_0000000000007": {"2"}})
	require.Equal(t, "form.either", bad[0].Code)
	_, bad = a.read(url.Values{"email": {"aida@example.kz"}})
	require.Equal(t, "form.choose", bad[0].Code, "nothing may be sent without a consent")
}

func TestMechanismsCannotSignUp(t *testing.T) {
	t.Parallel()
	a := asked{Design{Fields: []Field{{Sort: Email}}}, nil}
	_, bad := a.read(url.Values{"email": {"abuse@example.kz"}})
	require.Len(t, bad, 1)
}

func keys(t *testing.T) *secret.Keys {
	t.Helper()
	k, err := secret.New(make([]byte, secret.KeySize))
	require.NoError(t, err)
	return k
}

func TestATokenIsGoodForItsFormAndItsTime(t *testing.T) {
	t.Parallel()
	k, now := keys(t), time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	token := newShown(k, 5, now)
	s, ok := readShown(k, 5, token, now.Add(ShownLife))
	require.True(t, ok)
	require.True(t, s.at.Equal(now))
	require.NotEqual(t, token, newShown(k, 5, now), "each look has its nonce")
	for name, bad := range map[string]bool{
		"another form": okOf(readShown(k, 6, token, now)), "too old": okOf(readShown(k, 5, token, now.Add(ShownLife+1))),
		"from the future": okOf(readShown(k, 5, token, now.Add(-2*time.Minute))), "made up": okOf(readShown(k, 5, flipped(token), now)),
	} {
		require.False(t, bad, name)
	}
}

// flipped changes one letter in the middle of a token.
func flipped(token string) string {
	b := []byte(token)
	if at := len(b) / 2; b[at] == 'A' {
		b[at] = 'B'
	} else {
		b[at] = 'A'
	}
	return string(b)
}

func okOf(_ shown, ok bool) bool { return ok }

func TestWorkIsBoundToItsToken(t *testing.T) {
	t.Parallel()
	n := 0
	for !worked("token", itoa(n)) {
		n++
	}
	require.False(t, worked("another", itoa(n)))
	require.False(t, worked("token", "-1"))
	require.False(t, worked("", itoa(n)))
	require.False(t, worked("token", "99999999999999999999999999"))
}

func itoa(n int) string { return strconv.Itoa(n) }

func TestAPageIsItsSiteAndPathOnly(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://Shop.kz/a/b/?email=x#y": "shop.kz/a/b", "https://shop.kz": "shop.kz", "javascript:alert(1)": "", "": "", "shop.kz/a": "", "http://localhost:3000/x": "localhost:3000/x",
	} {
		require.Equal(t, want, cleanPage(in), in)
	}
	require.LessOrEqual(t, len(cleanPage("https://shop.kz/"+strings.Repeat("a", 1000))), maxPage)
}

func TestADayIsThatOfTheAccount(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 20, 0, 0, 0, time.UTC)
	require.Equal(t, "2026-11-25", Stat{Day: dayOf(at, "Asia/Almaty")}.Date())
	require.Equal(t, "2026-11-24", Stat{Day: dayOf(at, "UTC")}.Date())
	require.Equal(t, "2026-11-24", Stat{Day: dayOf(at, "Nowhere/Else")}.Date())
}

func FuzzAnswers(f *testing.F) {
	f.Add("email=a%40b.kz&box.wrd_0000000000007=1&f.city=x&topic=top_0000000000003")
	f.Add("token=%00&email=%ff&phone=8701&website=x")
	a := asked{Design{Fields: []Field{{Sort: Email}, {Sort: Phone}, {Sort: FirstName}, {Sort: Language}, {Sort: Custom, Key: "city"}, {Sort: Topics, Topics: []contact.TopicID{3}}}, Boxes: []Box{{Wording: 7}}},
		map[string]contact.Field{"city": city}}
	f.Fuzz(func(t *testing.T, query string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		got, bad := a.read(v)
		if len(bad) == 0 && got.Email == "" && got.Phone == "" {
			t.Fatal("nobody signed up")
		}
		for _, s := range []string{got.Email, got.FirstName, got.Fields["city"]} {
			if strings.ContainsAny(s, "\x00\r\n") {
				t.Fatalf("a control character was kept: %q", s)
			}
		}
	})
}
