package faults

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/test/program"
)

// written is an installation that has sent one letter, with the links of that letter.
type written struct {
	p                  *program.Program
	c                  *program.Client
	campaign           string
	open, click, leave string
}

// write sends somebody a letter and reads its links.
func write(t *testing.T, to string) written {
	t.Helper()
	p, c := start(t, nil)
	s := program.StartSink(t, true)
	sender := c.CreateSender(t, "Магазин", "news@sender.test", s.Route())
	c.Import(t, "one.csv", []byte("E-mail;Имя\n"+to+";Алия\n"), "")
	campaign := c.CreateCampaign(t, sender.Text("id"), "Осень", program.Doc{"subject": "Осень", "preheader": "", "text": "",
		"html": `<html><body><p><a href="https://shop.test/sale?a=1&amp;b=2">Скидки</a></p></body></html>`}).Text("id")
	c.Launch(t, campaign)
	c.Await(t, "/api/v1/campaigns/"+campaign, "done")
	letter := program.Readable(s.Last(to))
	link := func(kind string) string {
		found := regexp.MustCompile(regexp.QuoteMeta(p.URL) + kind + `[A-Za-z0-9_\-.]+`).FindString(letter)
		require.NotEmpty(t, found, "no link %s in the letter", kind)
		return found
	}
	return written{p: p, c: c, campaign: campaign, open: link("/t/o/"), click: link("/t/c/"), leave: link("/u/")}
}

// visit asks for an address as a reader's browser does, without following redirects.
func visit(t *testing.T, method, address, lang string, form url.Values) (string, *http.Response) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("Accept-Language", lang)
	resp, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(body), resp
}

// forgeries are links that somebody made of a good one.
func forgeries(good, kind string, others ...string) map[string]string {
	base, token, _ := strings.Cut(good, kind)
	flipped := []byte(token)
	flipped[len(flipped)/2] ^= 1
	f := map[string]string{
		"cut": good[:len(good)-3], "changed": base + kind + string(flipped), "longer": good + "AA", "empty": base + kind + "x",
		"with a target": base + kind + "x?url=https://evil.test/&to=https://evil.test/",
		"of a path":     base + kind + "..%2f..%2fetc%2fpasswd",
		"endless":       base + kind + strings.Repeat("A", 4000),
	}
	for _, other := range others {
		_, token, _ := strings.Cut(other, "127.0.0.1")
		f["of another kind or house "+other] = base + kind + token[strings.LastIndex(token, "/")+1:]
	}
	return f
}

// AUD-2, AUD-3: a link that is cut, changed, of another kind or of another installation does nothing, leads nowhere, and says in
// the reader's language what to do.
func TestAForgedLinkDoesNothingAndExplainsItself(t *testing.T) {
	t.Parallel()
	ours, theirs := write(t, "a@alpha.test"), write(t, "b@alpha.test")
	say := map[string]string{"ru": "Ссылка не работает", "kk": "Сілтеме жұмыс істемейді", "en": "The link does not work"}
	for kind, links := range map[string]map[string]string{
		"/t/c/": forgeries(ours.click, "/t/c/", ours.leave, ours.open, theirs.click),
		"/u/":   forgeries(ours.leave, "/u/", ours.click, ours.open, theirs.leave),
	} {
		for name, link := range links {
			for lang, words := range say {
				body, resp := visit(t, "GET", link, lang, nil)
				require.Equal(t, 404, resp.StatusCode, "%s %s: %s", kind, name, body)
				require.Empty(t, resp.Header.Get("Location"), "%s %s", kind, name)
				require.Contains(t, body, words, "%s %s", kind, name)
				require.Contains(t, body, `<html lang="`+lang+`"`)
			}
			if kind == "/u/" {
				for _, form := range []url.Values{{"List-Unsubscribe": {"One-Click"}}, {}, {"spam": {"1"}}, {"back": {"1"}}} {
					_, resp := visit(t, "POST", link, "ru", form)
					require.Equal(t, 404, resp.StatusCode, "%s %v", name, form)
				}
			}
		}
	}
	for name, link := range forgeries(ours.open, "/t/o/", ours.click, theirs.open) {
		_, resp := visit(t, "GET", link, "ru", nil)
		require.Equal(t, 200, resp.StatusCode, "a picture is a picture: %s", name)
	}
	for _, w := range []written{ours, theirs} {
		counts := w.c.Get(t, "/api/v1/campaigns/"+w.campaign)
		for _, n := range []string{"opened", "opens", "opened_machine", "clicked", "clicks", "clicks_machine", "unsubscribed", "complained"} {
			require.Zero(t, counts.Number("counts."+n), "%s: %v", n, counts["counts"])
		}
	}
}

// AUD-3: whoever only follows the link stays; the button and the mail program's request may come any number of times.
func TestOnlyARequestToLeaveUnsubscribesAndMayBeRepeated(t *testing.T) {
	t.Parallel()
	w := write(t, "a@alpha.test")
	left := func() int {
		return w.c.Get(t, "/api/v1/campaigns/"+w.campaign).Number("counts.unsubscribed")
	}
	for _, method := range []string{"GET", "HEAD", "OPTIONS", "PUT", "DELETE"} {
		_, _ = visit(t, method, w.leave, "ru", nil)
	}
	body, _ := visit(t, "GET", w.leave+"?List-Unsubscribe=One-Click", "ru", nil)
	require.Contains(t, body, "Отписаться от рассылки?")
	require.NotContains(t, body, "a@alpha.test", "a forwarded letter does not show the address")
	require.Zero(t, left(), "following a link unsubscribes nobody")

	for range 3 {
		body, resp := visit(t, "POST", w.leave, "ru", url.Values{"List-Unsubscribe": {"One-Click"}})
		require.Equal(t, 200, resp.StatusCode, body)
	}
	for range 2 {
		body, resp := visit(t, "POST", w.leave, "ru", url.Values{})
		require.Equal(t, 200, resp.StatusCode)
		require.Contains(t, body, "Вы отписаны")
	}
	require.Equal(t, 1, left(), "counted once")
	_, resp := visit(t, "GET", w.click+"?url=https://evil.test", "ru", nil)
	require.Equal(t, "https://shop.test/sale?a=1&b=2", resp.Header.Get("Location"), "the target comes from the letter, never from the request")
}
