package track

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/db/dbtest"
	"keruen/internal/delivery"
	"keruen/internal/lang"
)

// letters is a declared pipeline: the token "good" is a message, everything else is not.
type letters struct {
	broken           bool
	opens, clicks    []delivery.Visit
	left, oneClick   int
	complaints       int
	account, address string
	language         lang.Lang
	topic            lang.Text // of the letter
	others           bool      // the letter is an offer of others
	scope            delivery.LeaveScope
}

var errDown = errors.New("the database is away")

func (p *letters) known(token string) error {
	if token != "good" {
		return delivery.ErrLink
	}
	if p.broken {
		return errDown
	}
	return nil
}

func (p *letters) Open(_ context.Context, token string, v delivery.Visit) error {
	p.opens = append(p.opens, v)
	return p.known(token)
}

func (p *letters) Click(_ context.Context, token string, v delivery.Visit) (string, error) {
	p.clicks = append(p.clicks, v)
	if token != "good" {
		return "", delivery.ErrLink
	}
	return "https://shop.test/a?x=1&y=2", p.known(token)
}

func (p *letters) ShowLeaving(_ context.Context, token string) (delivery.Leaving, error) {
	return delivery.Leaving{Account: p.account, Address: p.address, Lang: p.language,
		Topic: p.topic, Others: p.others, TopicLeft: p.left > 0 && p.scope == delivery.LeaveNarrow && !p.others,
		Left: p.left > 0 && (p.others || p.scope != delivery.LeaveNarrow), Return: p.left > 0}, p.known(token)
}

func (p *letters) Leave(_ context.Context, token string, scope delivery.LeaveScope, oneClick bool, _ delivery.Visit) error {
	if err := p.known(token); err != nil {
		return err
	}
	p.left, p.scope = p.left+1, scope
	if oneClick {
		p.oneClick++
	}
	return nil
}

func (p *letters) Return(_ context.Context, token string, _ delivery.Visit) error {
	if err := p.known(token); err != nil {
		return err
	}
	p.left = 0
	return nil
}

func (p *letters) Complain(_ context.Context, token string, _ delivery.Visit) error {
	p.complaints++
	return p.known(token)
}

func newLetters() *letters {
	return &letters{account: "Дала", address: "m•••@dala.test", language: lang.Russian}
}

func ask(t *testing.T, p *letters, method, path, kind, body string) *http.Response {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	Handler(p, nil, dbtest.Log(t)).ServeHTTP(w, r)
	return w.Result()
}

func bodyOf(t *testing.T, r *http.Response) string {
	b, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(b)
}

const form = "application/x-www-form-urlencoded"

// AUD-2: a scanner that follows the link unsubscribes nobody.
func TestFollowingTheUnsubscribeLinkChangesNothing(t *testing.T) {
	t.Parallel()
	p := newLetters()
	for _, method := range []string{"GET", "HEAD"} {
		r := ask(t, p, method, "/u/good", "", "")
		require.Equal(t, http.StatusOK, r.StatusCode)
	}
	require.Zero(t, p.left)
	page := bodyOf(t, ask(t, p, "GET", "/u/good", "", ""))
	require.Contains(t, page, `<form method="post">`)
	require.Contains(t, page, "m•••@dala.test")
	require.Contains(t, page, `<html lang="ru">`)
	require.NotContains(t, page, "<script")
}

// AUD-2, RFC 8058 §3.1: POST, no cookies, no redirect, 200; twice is no error.
func TestOneClickUnsubscribesAtOnce(t *testing.T) {
	t.Parallel()
	p := newLetters()
	multipart := "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"
	for kind, body := range map[string]string{form: "List-Unsubscribe=One-Click", "multipart/form-data; boundary=b": multipart} {
		for range 2 {
			r := ask(t, p, "POST", "/u/good", kind, body)
			require.Equal(t, http.StatusOK, r.StatusCode)
			require.Empty(t, r.Header.Get("Location"))
			require.Empty(t, r.Cookies())
		}
	}
	require.Equal(t, 4, p.oneClick)
}

// AUD-3: the contact itself may come back, by a button and never by the mail program's own request.
func TestWhoLeftByMistakeComesBackByAButton(t *testing.T) {
	t.Parallel()
	p := newLetters()
	page := bodyOf(t, ask(t, p, "POST", "/u/good", form, ""))
	require.Contains(t, page, `name="back" value="1"`)
	ask(t, p, "POST", "/u/good", form, "List-Unsubscribe=One-Click&back=1")
	require.Equal(t, 2, p.left)
	page = bodyOf(t, ask(t, p, "POST", "/u/good", form, "back=1"))
	require.Contains(t, page, "Вы снова подписаны")
	require.Zero(t, p.left)
	page = bodyOf(t, ask(t, p, "POST", "/u/good", form, "spam=1"))
	require.NotContains(t, page, `name="back"`, "who complained is not asked to stay")
	require.Equal(t, http.StatusNotFound, ask(t, p, "POST", "/u/forged", form, "back=1").StatusCode)
}

// AUD-7: a letter on a topic offers the topic first and everything second; the mail program's button leaves the purpose.
func TestALetterOnATopicOffersTheTopicFirst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		p                *letters
		narrow, done, on string
	}{
		"topic":  {&letters{topic: lang.Text{Ru: "Скидки"}}, "Только тему «Скидки»", "Писем на тему «Скидки» больше не будет", "Никаких рассылок «Дала»"},
		"others": {&letters{others: true}, "Только предложения других компаний", "Предложений других компаний больше не будет", "Никаких рассылок «Дала»"},
	} {
		c.p.account, c.p.address, c.p.language = "Дала", "m•••@dala.test", lang.Russian
		page := bodyOf(t, ask(t, c.p, "GET", "/u/good", "", ""))
		require.Regexp(t, `(?s)value="narrow">`+c.narrow+`<.*value="all" class="quiet">`+c.on+`<`, page, name)
		page = bodyOf(t, ask(t, c.p, "POST", "/u/good", form, "scope=narrow"))
		require.Equal(t, delivery.LeaveNarrow, c.p.scope, name)
		require.Contains(t, page, c.done, name)
		require.Contains(t, page, c.on, "the rest can be left too")
		require.Contains(t, page, `name="back"`, name)
		page = bodyOf(t, ask(t, c.p, "POST", "/u/good", form, "scope=all"))
		require.Contains(t, page, "«Дала» больше не будет писать", name)
		ask(t, c.p, "POST", "/u/good", form, "List-Unsubscribe=One-Click")
		require.Equal(t, delivery.LeavePurpose, c.p.scope, name)
	}
}

func TestTheWayOutLeadsToTheChoicesAndTheReason(t *testing.T) {
	t.Parallel()
	page := bodyOf(t, ask(t, newLetters(), "GET", "/u/good?lang=kk", "", ""))
	require.Contains(t, page, `href="good/preferences?lang=kk">Жазылымды баптау`)
	require.Contains(t, page, `href="good/why?lang=kk">Бұл хат маған неге келді?`)
	require.NotContains(t, bodyOf(t, ask(t, newLetters(), "GET", "/u/forged", "", "")), "forged", "a link that does not work leads nowhere")
}

// CMP-1
func TestTheButtonUnsubscribesAndMayComplain(t *testing.T) {
	t.Parallel()
	p := newLetters()
	page := bodyOf(t, ask(t, p, "POST", "/u/good", form, ""))
	require.Contains(t, page, "Вы отписаны")
	require.Zero(t, p.complaints)
	page = bodyOf(t, ask(t, p, "POST", "/u/good?lang=kk", form, url.Values{"spam": {"1"}}.Encode()))
	require.Contains(t, page, "Шағым тіркелді")
	require.Equal(t, 2, p.left)
	require.Equal(t, 1, p.complaints)
	require.Zero(t, p.oneClick)
}

func TestWhoHasLeftIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	p := newLetters()
	p.left = 1
	page := bodyOf(t, ask(t, p, "GET", "/u/good?lang=en", "", ""))
	require.Contains(t, page, "You are unsubscribed")
	require.NotContains(t, page, "<form")
}

func TestAClickLeadsOnWithoutATrace(t *testing.T) {
	t.Parallel()
	p := newLetters()
	r := ask(t, p, "GET", "/t/c/good", "", "")
	require.Equal(t, http.StatusFound, r.StatusCode)
	require.Equal(t, "https://shop.test/a?x=1&y=2", r.Header.Get("Location"))
	require.Equal(t, "no-referrer", r.Header.Get("Referrer-Policy"))
	require.Equal(t, "no-store", r.Header.Get("Cache-Control"))
	require.Equal(t, http.StatusFound, ask(t, p, "HEAD", "/t/c/good", "", "").StatusCode)
	require.Equal(t, "HEAD", p.clicks[1].Method)
}

func TestAReaderGetsThereThoughTheClickIsNotRecorded(t *testing.T) {
	t.Parallel()
	p := newLetters()
	p.broken = true
	require.Equal(t, http.StatusFound, ask(t, p, "GET", "/t/c/good", "", "").StatusCode)
}

func TestThePictureComesInAnyCase(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/t/o/good", "/t/o/forged"} {
		r := ask(t, newLetters(), "GET", path, "", "")
		require.Equal(t, http.StatusOK, r.StatusCode)
		require.Equal(t, "image/gif", r.Header.Get("Content-Type"))
		require.True(t, strings.HasPrefix(bodyOf(t, r), "GIF89a"))
	}
}

func TestABadLinkIsExplainedInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	for tag, words := range map[string]string{"": "Ссылка не работает", "kk-KZ": "Сілтеме жұмыс істемейді", "en": "The link does not work"} {
		for _, path := range []string{"/t/c/forged", "/u/forged", "/u/", "/t/x"} {
			r := httptest.NewRequest("GET", path, nil)
			r.Header.Set("Accept-Language", tag)
			w := httptest.NewRecorder()
			Handler(newLetters(), nil, dbtest.Log(t)).ServeHTTP(w, r)
			require.Equal(t, http.StatusNotFound, w.Code, path)
			require.Contains(t, w.Body.String(), words, path)
		}
	}
}

// A lost unsubscription is not acceptable: the person must see that it failed.
func TestAFailureIsNotTakenForSuccess(t *testing.T) {
	t.Parallel()
	p := newLetters()
	p.broken = true
	r := ask(t, p, "POST", "/u/good", form, "List-Unsubscribe=One-Click")
	require.Equal(t, http.StatusServiceUnavailable, r.StatusCode)
	r = ask(t, p, "POST", "/u/good", form, "")
	require.Equal(t, http.StatusServiceUnavailable, r.StatusCode)
	require.Contains(t, bodyOf(t, r), "ничего не изменилось")
}

func TestThePolicyAllowsExactlyTheStyleOfThePage(t *testing.T) {
	t.Parallel()
	r := ask(t, newLetters(), "GET", "/u/good", "", "")
	page := bodyOf(t, r)
	_, rest, _ := strings.Cut(page, "<style>")
	css, _, ok := strings.Cut(rest, "</style>")
	require.True(t, ok)
	sum := sha256.Sum256([]byte(css))
	require.Contains(t, r.Header.Get("Content-Security-Policy"), "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
}

func TestNamesOfAccountsAreOnlyText(t *testing.T) {
	t.Parallel()
	p := newLetters()
	p.account = `<script>alert(1)</script>`
	require.NotContains(t, bodyOf(t, ask(t, p, "GET", "/u/good", "", "")), "<script>")
}

func TestQuotationMarksInANameBecomeInnerOnes(t *testing.T) {
	t.Parallel()
	p := newLetters()
	p.account = "Кофейня «Дән»"
	require.Contains(t, bodyOf(t, ask(t, p, "GET", "/u/good?lang=ru", "", "")), "«Кофейня „Дән“»")
}
