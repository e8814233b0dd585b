package people_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/sandbox/archive"
	"keruen/internal/sandbox/people"
)

var noon = time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)

// site is the product's web site as readers see it; it writes down every request.
type site struct {
	*httptest.Server
	mu   sync.Mutex
	seen []seen
}

type seen struct {
	what    string // method and path
	form    url.Values
	agent   string
	cookies int
	from    string
}

func newSite(t *testing.T) *site {
	s := &site{}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Server.Close)
	return s
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	host, _, _ := strings.Cut(r.RemoteAddr, ":")
	s.mu.Lock()
	s.seen = append(s.seen, seen{r.Method + " " + r.URL.Path, r.PostForm, r.UserAgent(), len(r.Cookies()), host})
	s.mu.Unlock()
	switch {
	case r.URL.Path == "/click":
		http.Redirect(w, r, "http://192.0.2.1/away", http.StatusFound)
	case r.URL.Path == "/out" && r.Method == http.MethodGet:
		http.SetCookie(w, &http.Cookie{Name: "guard", Value: "1"})
		fmt.Fprint(w, `<form method="post" action="/out?done=1"><input type=hidden name=guard value=1><input type=checkbox name=other><button name=all value=yes>Отписаться</button></form>`)
	}
}

func (s *site) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, r := range s.seen {
		out = append(out, r.what)
	}
	return out
}

// crowd starts readers who do only what their local part asks for.
func crowd(t *testing.T, base string) (*people.Crowd, *archive.Archive, *clock.Fake) {
	t.Helper()
	kept, err := archive.Open("", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	clk := clock.NewFake(noon)
	c := people.New(people.Config{
		Clock: clk, Log: slog.New(slog.DiscardHandler), Archive: kept, BaseURL: func() string { return base }, Speed: 1000,
	})
	c.Start()
	t.Cleanup(c.Close)
	return c, kept, clk
}

// deliver gives a reader a letter with everything in it, and lets the clock run until n acts are done.
func deliver(t *testing.T, s *site, to string, oneClick bool, n int) []archive.Entry {
	t.Helper()
	c, kept, clk := crowd(t, s.URL)
	head := ""
	if oneClick {
		head = "List-Unsubscribe: <mailto:out@sender.test>, <" + s.URL + "/one>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
	}
	raw := "From: shop@sender.test\r\nMessage-ID: <1@sender.test>\r\n" + head + "Content-Type: text/html; charset=utf-8\r\n\r\n" +
		`<a href="` + s.URL + `/click">Смотреть</a> <a href="http://192.0.2.1/foreign">Elsewhere</a>` +
		`<a href="` + s.URL + `/out">Отписаться</a> <img src="http://192.0.2.1/pixel.gif"><img src="` + s.URL + `/pixel.gif">`
	l, err := kept.Add(archive.Letter{At: clk.Now(), Provider: "mailru", To: to}, []byte(raw))
	require.NoError(t, err)
	c.Receive(l, true, "<1@sender.test>")
	require.NoError(t, clk.BlockUntil(t.Context(), 1))
	clk.Advance(time.Hour)
	for {
		changed := kept.Changed()
		if done := kept.Entries(archive.Filter{}); len(done) >= n {
			require.Zero(t, c.Waiting())
			return done
		}
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatal("the readers never finished")
		}
	}
}

func TestAReaderOpensByLoadingThePicturesOfTheSiteOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)

	done := deliver(t, s, "opens@mail.ru", true, 1)

	require.Equal(t, []string{"GET /pixel.gif"}, s.requests())
	require.Equal(t, "opened", done[0].Kind)
	require.Equal(t, "200 OK", done[0].Reply)
	require.False(t, done[0].Machine)
	require.True(t, strings.HasPrefix(s.seen[0].from, "127.1."), "a person has an address of its own: %s", s.seen[0].from)
}

func TestAReaderClicksOneLinkAndFollowsNothingOutside(t *testing.T) {
	t.Parallel()
	s := newSite(t)

	done := deliver(t, s, "clicks@mail.ru", true, 2)

	require.ElementsMatch(t, []string{"GET /pixel.gif", "GET /click"}, s.requests())
	require.Equal(t, "302 Found", done[0].Reply)
}

// RFC 8058 §3.2
func TestOneClickIsOnePOSTWithoutCookies(t *testing.T) {
	t.Parallel()
	s := newSite(t)

	deliver(t, s, "unsubscribes@mail.ru", true, 2)

	last := s.seen[len(s.seen)-1]
	require.Equal(t, "POST /one", last.what)
	require.Equal(t, url.Values{"List-Unsubscribe": {"One-Click"}}, last.form)
	require.Zero(t, last.cookies)
}

func TestALetterWithoutOneClickIsLeftByThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)

	deliver(t, s, "unsubscribes@mail.ru", false, 2)

	require.Equal(t, []string{"GET /pixel.gif", "GET /out", "POST /out"}, s.requests())
	last := s.seen[len(s.seen)-1]
	require.Equal(t, url.Values{"guard": {"1"}, "all": {"yes"}}, last.form, "an unchecked box is not sent")
	require.Equal(t, 1, last.cookies)
}

func TestAGatewayAsksForEveryLinkAtOnceAndPressesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)

	done := deliver(t, s, "scanner@mail.ru", true, 1)

	require.ElementsMatch(t, []string{"HEAD /click", "GET /click", "HEAD /out", "GET /out", "HEAD /one", "GET /one"}, s.requests())
	require.True(t, done[0].Machine)
}

func TestAComplaintVisitsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)

	done := deliver(t, s, "complains@mail.ru", true, 2)

	require.Equal(t, "complained", done[0].Kind)
	require.Equal(t, []string{"GET /pixel.gif"}, s.requests())
}

func TestReadersNeverLeaveLoopback(t *testing.T) {
	t.Parallel()
	c, kept, clk := crowd(t, "http://192.0.2.1")
	l, err := kept.Add(archive.Letter{At: clk.Now(), To: "opens@mail.ru"},
		[]byte("Content-Type: text/html\r\n\r\n<img src=\"http://192.0.2.1/pixel.gif\">"))
	require.NoError(t, err)
	c.Receive(l, true, "")
	require.NoError(t, clk.BlockUntil(t.Context(), 1))
	changed := kept.Changed()
	clk.Advance(time.Minute)
	<-changed

	require.Contains(t, kept.Entries(archive.Filter{})[0].Reply, "not a loopback address")
}

func TestHabitsAreMetByManyReaders(t *testing.T) {
	t.Parallel()
	did := map[people.Act]int{}
	const n = 20_000
	for i := range n {
		r := people.Reader{Address: fmt.Sprintf("p%d@mail.ru", i), Provider: "mailru", Big: true, Letter: "<1>"}
		for _, s := range people.DefaultHabits.Plan(1, r, 60) {
			did[s.Act]++
			require.GreaterOrEqual(t, s.After, 8*time.Second, "no person is as fast as a machine")
		}
		require.Equal(t, people.DefaultHabits.Plan(1, r, 60), people.DefaultHabits.Plan(1, r, 60))
	}
	share := func(a ...people.Act) float64 {
		sum := 0
		for _, x := range a {
			sum += did[x]
		}
		return float64(sum) / n
	}
	require.InDelta(t, 0.42, share(people.Open), 0.02)
	require.InDelta(t, 0.11, share(people.Click), 0.01)
	require.InDelta(t, 0.012, share(people.Unsubscribe, people.LeaveByPage), 0.004)
	require.InDelta(t, 0.002, share(people.Complain), 0.0015)
	require.Zero(t, did[people.Scan], "public providers do not scan links")
}

// RFC 5965 §3
func TestAComplaintIsReportedInTheStandardForm(t *testing.T) {
	t.Parallel()
	l := archive.Letter{ID: 7, At: noon, Provider: "mailru", To: "a@mail.ru", Sender: "b+token@bounce.test", Client: "127.0.0.1"}
	raw := "From: shop@sender.test\r\nX-Token: abc\r\n\r\nsecret body\r\n"

	full, err := people.Report(l, []byte(raw), noon)
	require.NoError(t, err)
	l.Provider = "yahoo"
	short, err := people.Report(l, []byte(raw), noon)
	require.NoError(t, err)

	m, err := mail.ReadMessage(strings.NewReader(full))
	require.NoError(t, err)
	require.Contains(t, m.Header.Get("Content-Type"), "report-type=feedback-report")
	body, err := io.ReadAll(m.Body)
	require.NoError(t, err)
	for _, part := range []string{"Feedback-Type: abuse", "Original-Rcpt-To: <a@mail.ru>", "X-Token: abc", "secret body"} {
		require.Contains(t, string(body), part)
	}
	require.Contains(t, short, "X-Token: abc")
	require.NotContains(t, short, "secret body")
	require.NotContains(t, short, "a@mail.ru")
}
