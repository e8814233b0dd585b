package site_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"image"
	_ "image/png"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/clock"
	"keruen/internal/config"
	"keruen/internal/db/dbtest"
	"keruen/internal/id"
	"keruen/internal/lang"
	"keruen/internal/money"
	"keruen/internal/showcase"
	"keruen/internal/site"
	"keruen/internal/status"
	"keruen/internal/terms"
)

var paths = []string{"/", "/prices", "/clients", "/status", "/docs/cookies"}

// SUP-2
func TestEveryPublicPageTellsSearchEnginesAndMessengersWhatItIs(t *testing.T) {
	t.Parallel()
	h := open(t, bundle(), site.Person{})
	for _, path := range paths {
		for _, l := range lang.All {
			w := fetch(t, h, path+"?lang="+string(l))
			body := w.Body.String()
			require.Equal(t, http.StatusOK, w.Code, path)
			require.Contains(t, body, `<link rel="canonical" href="https://mail.example.kz`+path+`?lang=`+string(l)+`">`)
			for _, other := range lang.All {
				require.Contains(t, body, `<link rel="alternate" hreflang="`+string(other)+`" href="https://mail.example.kz`+path+`?lang=`+string(other)+`">`)
			}
			require.Contains(t, body, `<meta property="og:image" content="https://mail.example.kz/site/`+string(l)+`.png">`)
			require.Equal(t, 1, strings.Count(body, "<h1>"), path)
			require.NotContains(t, body, "<script", path)
			require.NotRegexp(t, `<[^>]+ style=`, body, "the policy forbids style attributes")
			require.NotRegexp(t, `<no value>|%!`, body)
			foreign := regexp.MustCompile(`(?:src|action)="(?:https?:)?//`).FindString(body)
			require.Empty(t, foreign, "nothing from elsewhere")
			require.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'")
			require.Less(t, len(body), 60<<10, path)
		}
	}
}

func TestThePublicPagesHaveASmallStyle(t *testing.T) {
	t.Parallel()
	css, err := os.ReadFile("style.css")
	require.NoError(t, err)
	require.Less(t, len(css), 15<<10)
}

func TestThePicturesForMessengersAreThere(t *testing.T) {
	t.Parallel()
	h := open(t, bundle(), site.Person{})
	for _, l := range lang.All {
		w := fetch(t, h, "/site/"+string(l)+".png")
		require.Equal(t, http.StatusOK, w.Code)
		c, format, err := image.DecodeConfig(bytes.NewReader(w.Body.Bytes()))
		require.NoError(t, err)
		require.Equal(t, []any{1200, 630, "png"}, []any{c.Width, c.Height, format})
	}
	require.Equal(t, http.StatusNotFound, fetch(t, h, "/site/words.go").Code)
}

// SUP-2
func TestTheMapOfTheSiteNamesEveryPageInEveryLanguage(t *testing.T) {
	t.Parallel()
	h := open(t, bundle(), site.Person{})
	require.Contains(t, fetch(t, h, "/robots.txt").Body.String(), "Sitemap: https://mail.example.kz/sitemap.xml")
	var set struct {
		URL []struct {
			Loc  string     `xml:"loc"`
			Link []struct{} `xml:"link"`
		} `xml:"url"`
	}
	require.NoError(t, xml.Unmarshal(fetch(t, h, "/sitemap.xml").Body.Bytes(), &set))
	require.Len(t, set.URL, (4+len(terms.Names)+len(terms.Notices))*len(lang.All))
	for _, u := range set.URL {
		require.Len(t, u.Link, len(lang.All))
		require.Equal(t, http.StatusOK, fetch(t, h, strings.TrimPrefix(u.Loc, "https://mail.example.kz")).Code, u.Loc)
	}
}

func TestAVisitorIsToldThatAPageIsNotThere(t *testing.T) {
	t.Parallel()
	h := open(t, bundle(), site.Person{})
	for _, l := range lang.All {
		w := fetch(t, h, "/no-such-page?lang="+string(l))
		require.Equal(t, http.StatusNotFound, w.Code)
		require.Contains(t, w.Body.String(), "noindex")
		require.Contains(t, w.Body.String(), `href="/status"`)
	}
	require.Equal(t, http.StatusOK, fetch(t, h, "/contacts/ctc_1").Code, "the cabinet's own pages ask to sign in")
	require.Equal(t, http.StatusOK, fetch(t, open(t, bundle(), somebody), "/no-such-page").Code, "the cabinet says so itself")
}

// SUP-2
func TestPricesAreTheOperatorsOrOnRequestAndNeverInvented(t *testing.T) {
	t.Parallel()
	h := open(t, bundle(), site.Person{})
	require.Contains(t, fetch(t, h, "/prices?lang=en").Body.String(), "Prices on request")
	require.NotContains(t, fetch(t, h, "/prices?lang=en").Body.String(), "₸")

	log := slog.New(slog.DiscardHandler)
	documents, err := terms.New(nil, clock.Real{}, nil, terms.Operator{})
	require.NoError(t, err)
	plans := []config.Plan{
		{Name: lang.Text{Ru: "Малый", En: "Small"}, Price: money.Tenge(12500), Per: "month", VAT: "included", Points: []lang.Text{{Ru: "<b>Письма</b>"}}},
		{Name: lang.Text{Ru: "Лицензия"}},
	}
	h = made(t, site.Config{Log: log, Dist: bundle(), Terms: documents, Product: "Keruen", Plans: plans, Email: "sales@example.kz",
		Who: func(*http.Request) (site.Person, error) { return site.Person{}, nil }})
	for l, want := range map[string][]string{
		"ru": {"12\u00a0500\u00a0₸", "в месяц", "НДС включён", "По запросу"}, "kk": {"12\u00a0500\u00a0₸", "айына", "Малый"}, "en": {"₸12,500", "a month", "VAT included", "Small"},
	} {
		body := fetch(t, h, "/prices?lang="+l).Body.String()
		for _, text := range append(want, "&lt;b&gt;", "sales@example.kz") {
			require.Contains(t, body, text, l)
		}
	}
}

// mailed says that every account has mailed just now.
type mailed struct{ now clock.Clock }

func (m mailed) LastMailing(context.Context, id.Tenant) (time.Time, error) { return m.now.Now(), nil }

// SUP-2
func TestPlannedWorkThatWasCalledOffShowsOnlyItsBeginning(t *testing.T) {
	t.Parallel()
	now := clock.NewFake(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	d := dbtest.Open(t, dbtest.SQLite(t), now)
	log := slog.New(slog.DiscardHandler)
	documents, err := terms.New(d, now, nil, terms.Operator{})
	require.NoError(t, err)
	state := status.New(d, now, log)
	h := made(t, site.Config{Log: log, Dist: bundle(), Terms: documents, Status: state, Product: "Keruen", Who: func(*http.Request) (site.Person, error) { return site.Person{}, nil }})
	staff := access.Actor{Tenant: 1, Member: 1, Via: access.BySession, Staff: access.Operator}
	o, err := state.Publish(t.Context(), staff, status.NewOutage{Kind: status.Planned, Impact: status.Slow, Parts: []status.Part{status.Sending}, StartsAt: now.Now().Add(48 * time.Hour),
		EndsAt: now.Now().Add(49 * time.Hour), Title: lang.Text{Ru: "Обновление"}, Text: lang.Text{Ru: "Обновим базу"}})
	require.NoError(t, err)
	page := func() string {
		return strings.ReplaceAll(fetch(t, h, "/status?lang=en").Body.String(), "\u00a0", " ")
	}
	require.Contains(t, page(), "26 Nov 2026, 14:00 (GMT&#43;5) – 26 Nov 2026, 15:00 (GMT&#43;5)")

	now.Advance(time.Hour)
	_, err = state.Tell(t.Context(), staff, o.ID, status.Update{Stage: status.Over, Text: lang.Text{Ru: "Работ не будет"}})
	require.NoError(t, err)
	require.Contains(t, page(), "26 Nov 2026, 14:00 (GMT&#43;5)")
	require.NotContains(t, page(), " – 24 Nov 2026")
}

// SUP-2, CMP-10
func TestVisitorsSeeOutagesHistoryAndOurClients(t *testing.T) {
	t.Parallel()
	now := clock.NewFake(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	d := dbtest.Open(t, dbtest.SQLite(t), now)
	log := slog.New(slog.DiscardHandler)
	documents, err := terms.New(d, now, nil, terms.Operator{})
	require.NoError(t, err)
	state := status.New(d, now, log)
	clients := showcase.New(d, now, mailed{now})
	h := made(t, site.Config{Log: log, Dist: bundle(), Terms: documents, Status: state, Clients: clients, Product: "Keruen",
		Who: func(*http.Request) (site.Person, error) { return site.Person{}, nil }})

	trouble := error(nil)
	state.Watch(status.Sending, func(context.Context) (status.State, error) { return status.Works, trouble })
	state.Look(t.Context())
	require.Contains(t, fetch(t, h, "/status?lang=en").Body.String(), "Everything works")
	staff := access.Actor{Tenant: 1, Member: 1, Via: access.BySession, Staff: access.Operator}
	_, err = state.Publish(t.Context(), staff, status.NewOutage{Kind: status.Fault, Impact: status.Slow, Parts: []status.Part{status.Sending},
		Title: lang.Text{Ru: "Задержка", En: "Delay <i>"}, Text: lang.Text{Ru: "Чиним", En: "Mending"}})
	require.NoError(t, err)
	body := fetch(t, h, "/status?lang=en").Body.String()
	for _, text := range []string{"There are delays", "Delay &lt;i&gt;", "Mending", "24 Nov 2026, 14:00 (GMT&#43;5)"} {
		require.Contains(t, strings.ReplaceAll(body, "\u00a0", " "), text)
	}
	trouble = errors.New("gone")
	now.Advance(time.Minute)
	state.Look(t.Context())
	now.Advance(time.Minute)
	require.Contains(t, fetch(t, h, "/status?lang=ru").Body.String(), "Есть сбой")

	owner := access.Actor{Tenant: 5, Member: 2, Via: access.BySession, Role: access.Owner}
	picture := fetch(t, h, "/site/ru.png").Body.Bytes()
	offer, err := clients.Allow(t.Context(), owner, showcase.Offer{Name: "Дән & Ко", Site: "https://dan.kz", Logo: picture})
	require.NoError(t, err)
	require.NotContains(t, fetch(t, h, "/clients").Body.String(), "Дән")
	shown, err := clients.Decide(t.Context(), staff, showcase.Decision{Client: offer.ID, AllowedAt: offer.AllowedAt, Show: true})
	require.NoError(t, err)
	body = fetch(t, h, "/clients").Body.String()
	require.Contains(t, body, "Дән &amp; Ко")
	require.Contains(t, body, shown.LogoPath())
	logo := fetch(t, h, shown.LogoPath())
	require.Equal(t, http.StatusOK, logo.Code)
	require.Equal(t, "image/png", logo.Header().Get("Content-Type"))
	require.NoError(t, clients.Withdraw(t.Context(), owner))
	require.Equal(t, http.StatusNotFound, fetch(t, h, shown.LogoPath()).Code)
	require.NotContains(t, fetch(t, h, "/clients").Body.String(), "Дән")

	require.NoError(t, d.Close())
	dead := fetch(t, h, "/clients?lang=en")
	require.Equal(t, http.StatusInternalServerError, dead.Code)
	require.Contains(t, dead.Body.String(), "The page did not open")
	now.Advance(time.Minute)
	require.Equal(t, http.StatusServiceUnavailable, fetch(t, h, "/status").Code, "without its database the page still answers")
}
