package sandbox

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"keruen/internal/lang"
	"keruen/internal/sandbox/archive"
	"keruen/internal/sandbox/letter"
	"keruen/internal/sandbox/people"
	"keruen/internal/sandbox/receiver"
	"keruen/internal/sandbox/zone"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

var templates = template.Must(template.ParseFS(templateFiles, "templates/*.html"))

// rows of a list on one page.
const pageSize = 50

// almaty is the one time zone of Kazakhstan, without daylight saving.
var almaty = time.FixedZone("UTC+5", 5*3600)

// Policies of the pages (CSP). A letter is shown in a frame without scripts, forms and origin; its
// links open in a new tab, its pictures load as in a mail program, which counts as opening it.
const (
	pagePolicy   = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	letterPolicy = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; font-src http: https: data:; frame-ancestors 'self'"
)

// Handler serves the mailbox pages and the JSON beside them, all under /sandbox/.
func (w *World) Handler() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /sandbox/{$}", w.showLetters)
	m.HandleFunc("GET /sandbox/recipients", w.showRecipients)
	m.HandleFunc("GET /sandbox/refusals", w.showRefusals)
	m.HandleFunc("GET /sandbox/log", w.showLog)
	m.HandleFunc("GET /sandbox/complaints", w.showComplaints)
	m.HandleFunc("GET /sandbox/dns", w.showNames)
	m.HandleFunc("GET /sandbox/m/{id}", w.showLetter)
	m.HandleFunc("GET /sandbox/m/{id}/html", w.showHTML)
	m.HandleFunc("GET /sandbox/m/{id}/raw", w.showRaw)
	m.Handle("GET /sandbox/static/", http.StripPrefix("/sandbox/", http.FileServerFS(staticFiles)))
	w.addAPI(m)
	m.HandleFunc("/sandbox/", w.showNothing)
	return m
}

// view is what every page has.
type view struct {
	l     lang.Lang
	Title string
	Lead  string
	Nav   []navItem
	Langs []navItem
	Seen  string

	Query, To, Provider string
	Providers           []receiver.Provider

	Letters    []letterRow
	Older      string
	Recipients []recipientRow
	Entries    []entryRow
	Complaints []complaintRow
	Texts      []zone.Text
}

type navItem struct {
	Href, Text, Code string
	Current          bool
}

type mark struct{ Text, Tone string }

type letterRow struct {
	ID                          int64
	When, To, Subject, Provider string
	Marks                       []mark
}

type recipientRow struct {
	Address, Provider, When, Subject string
	Letters                          int
	ID                               int64
}

type entryRow struct {
	When, What, Tone, To, Provider, Reply string
	Letter                                int64
}

type complaintRow struct {
	When, To, ARF string
	Letter        int64
}

// T translates a word of the page.
func (v view) T(key string) string { return texts[key].In(v.l) }

// Lang is the language of the page.
func (v view) Lang() string { return string(v.l) }

var sections = []struct{ path, key string }{
	{"", "letters"}, {"recipients", "recipients"}, {"refusals", "refusals"}, {"log", "log"}, {"complaints", "complaints"}, {"dns", "names"},
}

// view begins a page; the language asked for is remembered in a cookie.
func (w *World) view(rw http.ResponseWriter, r *http.Request, key string) view {
	v := view{
		l:     language(rw, r),
		Query: r.FormValue("q"), To: r.FormValue("to"), Provider: r.FormValue("provider"),
	}
	v.Title = v.T(key)
	v.Seen = fmt.Sprintf("%d.%d", w.archive.Count(""), w.archive.Noted())
	for _, s := range sections {
		v.Nav = append(v.Nav, navItem{Href: "/sandbox/" + s.path, Text: v.T(s.key), Current: s.key == key})
	}
	for _, l := range lang.All {
		q := r.URL.Query()
		q.Set("lang", string(l))
		name := map[lang.Lang]string{lang.Russian: "Рус", lang.Kazakh: "Қаз", lang.English: "Eng"}[l]
		v.Langs = append(v.Langs, navItem{Href: "?" + q.Encode(), Text: name, Code: string(l), Current: l == v.l})
	}
	return v
}

func language(rw http.ResponseWriter, r *http.Request) lang.Lang {
	const cookie = "sandbox_lang"
	if l, ok := lang.Parse(r.FormValue("lang")); ok {
		http.SetCookie(rw, &http.Cookie{Name: cookie, Value: string(l), Path: "/sandbox/", MaxAge: 365 * 24 * 3600, SameSite: http.SameSiteLaxMode, HttpOnly: true})
		return l
	}
	if c, err := r.Cookie(cookie); err == nil {
		if l, ok := lang.Parse(c.Value); ok {
			return l
		}
	}
	return lang.FromHeader(r.Header.Get("Accept-Language"))
}

func (w *World) showLetters(rw http.ResponseWriter, r *http.Request) {
	v := w.view(rw, r, "letters")
	v.Providers = w.receivers.Providers()
	before, _ := strconv.ParseInt(r.FormValue("before"), 10, 64) // a number that is none starts at the top
	found := w.archive.Letters(Filter{To: v.To, Query: v.Query, Provider: v.Provider, Before: before, Limit: pageSize + 1})
	if len(found) > pageSize {
		found = found[:pageSize]
		q := url.Values{"q": {v.Query}, "to": {v.To}, "provider": {v.Provider}, "before": {strconv.FormatInt(found[pageSize-1].ID, 10)}}
		v.Older = "?" + q.Encode()
	}
	acts := map[int64][]mark{}
	for _, e := range slices.Backward(w.archive.Entries(Filter{Kinds: people.Acts})) {
		acts[e.Letter] = append(acts[e.Letter], v.mark(e.Kind))
	}
	for _, l := range found {
		v.Letters = append(v.Letters, letterRow{
			ID: l.ID, When: when(l.At), To: l.To, Subject: v.subject(l), Provider: w.title(l.Provider), Marks: acts[l.ID],
		})
	}
	w.render(rw, http.StatusOK, "letters", v)
}

func (w *World) showRecipients(rw http.ResponseWriter, r *http.Request) {
	v := w.view(rw, r, "recipients")
	for _, p := range w.archive.Recipients(v.Query, 500) {
		v.Recipients = append(v.Recipients, recipientRow{
			Address: p.Address, Provider: w.title(p.Provider), Letters: p.Letters, When: when(p.Last.At), Subject: v.subject(p.Last), ID: p.Last.ID,
		})
	}
	w.render(rw, http.StatusOK, "recipients", v)
}

// troubles are the kinds of the log that are refusals.
func troubles() []string {
	all := []receiver.Kind{receiver.Hurried, receiver.Relaying, receiver.Unauthenticated, receiver.NoUnsubscribe, receiver.DiskFull, receiver.NeedsUTF8, receiver.Broken, receiver.Custom}
	var out []string
	for _, k := range append(all, receiver.Kinds...) {
		if k != receiver.Accept {
			out = append(out, string(k))
		}
	}
	return out
}

func (w *World) showRefusals(rw http.ResponseWriter, r *http.Request) {
	v := w.view(rw, r, "refusals")
	v.Lead = v.T("refusals_lead")
	w.showEntries(rw, v, troubles())
}

func (w *World) showLog(rw http.ResponseWriter, r *http.Request) {
	v := w.view(rw, r, "log")
	v.Lead = v.T("log_lead")
	w.showEntries(rw, v, nil)
}

func (w *World) showEntries(rw http.ResponseWriter, v view, kinds []string) {
	v.Providers = w.receivers.Providers()
	for _, e := range w.archive.Entries(Filter{To: v.To, Query: v.Query, Provider: v.Provider, Kinds: kinds, Limit: 200}) {
		v.Entries = append(v.Entries, w.entryRow(v, e))
	}
	w.render(rw, http.StatusOK, "log", v)
}

func (w *World) entryRow(v view, e Entry) entryRow {
	m := v.mark(e.Kind)
	return entryRow{When: when(e.At), What: m.Text, Tone: m.Tone, To: e.To, Provider: w.title(e.Provider), Reply: e.Reply, Letter: e.Letter}
}

func (w *World) showComplaints(rw http.ResponseWriter, r *http.Request) {
	v := w.view(rw, r, "complaints")
	all, err := w.Complaints()
	if err != nil {
		w.fail(rw, r, err)
		return
	}
	for _, c := range all[:min(len(all), 200)] {
		v.Complaints = append(v.Complaints, complaintRow{When: when(c.At), To: c.To, Letter: c.Letter, ARF: strings.ToValidUTF8(c.ARF, "\uFFFD")})
	}
	w.render(rw, http.StatusOK, "complaints", v)
}

func (w *World) showNames(rw http.ResponseWriter, r *http.Request) {
	v := w.view(rw, r, "names")
	v.Texts = w.Published()
	w.render(rw, http.StatusOK, "names", v)
}

// letterView is the page of one letter.
type letterView struct {
	view
	ID                                             int64
	From, When, ProviderTitle, Size, Leaving, Body string
	TLS                                            bool
	DKIM                                           mark
	Problems                                       []string
	Attachments                                    []letter.Attachment
	Views                                          []navItem
	View                                           string
	Headers                                        []letter.Header
	Story                                          []entryRow
}

func (w *World) showLetter(rw http.ResponseWriter, r *http.Request) {
	l, raw, err := w.find(r)
	if err != nil {
		w.fail(rw, r, err)
		return
	}
	c := letter.Parse(raw)
	v := letterView{view: w.view(rw, r, "letter"), ID: l.ID, From: l.From, When: when(l.At), TLS: l.TLS, Problems: c.Problems, Attachments: c.Attachments}
	v.Title, v.To = v.subject(l), l.To
	v.ProviderTitle = w.title(l.Provider)
	v.Size = fmt.Sprintf("%d %s", l.Size, v.T("bytes"))
	v.DKIM = mark{v.T("dkim_" + l.DKIM), map[string]string{"pass": "good", "fail": "bad"}[l.DKIM]}
	v.Leaving = v.T(leaving(c))
	v.choose(r.FormValue("view"), c, raw)
	v.Story = w.story(v.view, l)
	w.render(rw, http.StatusOK, "letter", v)
}

// choose picks the view asked for, or the best that the letter has.
func (v *letterView) choose(asked string, c letter.Content, raw []byte) {
	kinds := []string{"html", "text", "headers", "raw"}
	if c.HTML == "" {
		kinds = kinds[1:]
	}
	v.View = kinds[0]
	if slices.Contains(kinds, asked) {
		v.View = asked
	}
	for _, k := range kinds {
		v.Views = append(v.Views, navItem{Href: "?view=" + k, Text: v.T("view_" + k), Current: k == v.View})
	}
	v.Headers = c.Headers
	v.Body = c.Text
	if v.View == "raw" {
		v.Body = strings.ToValidUTF8(string(raw[:min(len(raw), 1<<20)]), "\uFFFD")
	}
}

func leaving(c letter.Content) string {
	switch {
	case c.OneClick() != "":
		return "one_click"
	case c.UnsubscribeURL() != "":
		return "by_link"
	default:
		return "no_leaving"
	}
}

// story tells what happened to a letter from its first attempt on, in order.
func (w *World) story(v view, l Letter) []entryRow {
	var out []entryRow
	for _, e := range slices.Backward(w.archive.Entries(Filter{To: l.To})) {
		sameAttempt := e.Letter == 0 && e.Sender == l.Sender && e.Sender != "" && !e.At.After(l.At)
		if e.Letter == l.ID || sameAttempt {
			out = append(out, w.entryRow(v, e))
		}
	}
	return out
}

// showHTML serves the HTML of a letter for the frame. Links open in a new tab.
func (w *World) showHTML(rw http.ResponseWriter, r *http.Request) {
	_, raw, err := w.find(r)
	if err != nil {
		w.fail(rw, r, err)
		return
	}
	secure(rw, letterPolicy)
	rw.Header().Set("X-Frame-Options", "SAMEORIGIN")
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = rw.Write([]byte(newTab(letter.Parse(raw).HTML))) // a browser that has gone needs nothing
}

var headTag = regexp.MustCompile(`(?i)<head(\s[^>]*)?>|<!doctype[^>]*>`)

// newTab makes the links of a page open in a new tab, without pushing the doctype from its place.
func newTab(page string) string {
	const base = `<base target="_blank">`
	at := 0
	for _, m := range headTag.FindAllStringIndex(page, 2) {
		at = m[1]
	}
	return page[:at] + base + page[at:]
}

// showRaw serves the source as it came.
func (w *World) showRaw(rw http.ResponseWriter, r *http.Request) {
	_, raw, err := w.find(r)
	if err != nil {
		w.fail(rw, r, err)
		return
	}
	secure(rw, pagePolicy)
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = rw.Write(raw)
}

func (w *World) showNothing(rw http.ResponseWriter, r *http.Request) {
	w.fail(rw, r, archive.ErrNoLetter)
}

func (w *World) find(r *http.Request) (Letter, []byte, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return Letter{}, nil, archive.ErrNoLetter
	}
	l, err := w.archive.Letter(id)
	if err != nil {
		return Letter{}, nil, err
	}
	raw, err := w.archive.Raw(id)
	return l, raw, err
}

func (w *World) fail(rw http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, archive.ErrNoLetter) {
		w.render(rw, http.StatusNotFound, "notfound", w.view(rw, r, "notfound"))
		return
	}
	w.log.Error("a page of the pretend world", "err", err)
	http.Error(rw, "The page could not be made. See the log of the program.", http.StatusInternalServerError)
}

func (w *World) render(rw http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		w.log.Error("a page of the pretend world", "page", name, "err", err)
		http.Error(rw, "The page could not be made. See the log of the program.", http.StatusInternalServerError)
		return
	}
	secure(rw, pagePolicy)
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	rw.WriteHeader(status)
	_, _ = b.WriteTo(rw) // a browser that has gone needs nothing
}

func secure(rw http.ResponseWriter, policy string) {
	h := rw.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
}

func (v view) mark(kind string) mark {
	k, ok := kindTexts[kind]
	if !ok {
		return mark{Text: kind}
	}
	return mark{k.text.In(v.l), k.tone}
}

func (v view) subject(l Letter) string {
	if l.Subject == "" {
		return v.T("no_subject")
	}
	return l.Subject
}

// title is the name of a provider for people.
func (w *World) title(name string) string {
	for _, p := range w.receivers.Providers() {
		if p.Name == name {
			return p.Title
		}
	}
	return name
}

func when(t time.Time) string { return t.In(almaty).Format("02.01.2006 15:04:05") }
