package track

import (
	"embed"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/errs"
	"keruen/internal/frame"
	"keruen/internal/lang"
	"keruen/internal/preference"
)

//go:embed *.html
var files embed.FS

var pages = template.Must(template.ParseFS(files, "*.html"))

// entry opens the page of one person by the link of the request.
func (s *server) entry(r *http.Request) (preference.Entry, error) {
	token := r.PathValue("token")
	if strings.HasPrefix(r.URL.Path, preference.LinkPath) {
		return s.preferences.ByLetter(r.Context(), token)
	}
	return s.preferences.ByMessage(r.Context(), token)
}

// asked is the language that the address asks for, empty for none.
func asked(r *http.Request) lang.Lang {
	if l, ok := frame.Asked(r); ok {
		return l
	}
	return ""
}

// said is what the page says of the press of a button.
type said struct {
	good, bad string // names of words
	undo      string // what was on before everything was left
	open      bool   // the person's data stays unfolded
}

func (s *server) showPreferences(w http.ResponseWriter, r *http.Request) {
	s.board(w, r, said{})
}

// board shows the page as it is now.
func (s *server) board(w http.ResponseWriter, r *http.Request, say said) {
	e, err := s.entry(r)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	show, err := s.preferences.Show(r.Context(), e, asked(r))
	if err != nil {
		s.failed(w, r, err)
		return
	}
	v := boardOf(show, say)
	if e.About.Ref.Part != 0 {
		v.WhyLink = "why"
	}
	s.write(w, r, statusOf(say), v.page(), "preferences.html", v)
}

func statusOf(say said) int {
	if say.bad != "" {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// changePreferences does what a button says. Every button is one form, and each may be pressed twice.
func (s *server) changePreferences(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	e, err := s.entry(r)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	say, err := s.press(r, e)
	if word, ok := wordOf(err); ok {
		say.bad, err = word, nil
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.board(w, r, say)
}

func (s *server) press(r *http.Request, e preference.Entry) (said, error) {
	ctx, l, v := r.Context(), asked(r), visit(r)
	switch r.PostFormValue("do") {
	case "choose":
		picks := preference.Picks{Shown: strings.Fields(r.PostFormValue("shown")), Wanted: r.PostForm["box"]}
		return said{good: "saved"}, s.preferences.Choose(ctx, e, l, picks, v)
	case "leave":
		before, err := s.preferences.Show(ctx, e, l)
		if err != nil {
			return said{}, err
		}
		return said{good: "left", undo: before.Shown()}, s.preferences.LeaveAll(ctx, e, l, v)
	case "pause":
		days, _ := strconv.Atoi(r.PostFormValue("days"))
		if days <= 0 {
			days = -1 // 0 would end the pause
		}
		return said{}, s.preferences.Pause(ctx, e, l, days, v)
	case "resume":
		return said{good: "resumed"}, s.preferences.Pause(ctx, e, l, 0, v)
	case "data":
		c := preference.Correction{FirstName: r.PostFormValue("first_name"), LastName: r.PostFormValue("last_name")}
		if chosen, ok := lang.Parse(r.PostFormValue("language")); ok {
			c.Lang = &chosen
		}
		return said{good: "data_saved", open: true}, s.preferences.Correct(ctx, e, c, v)
	case "address":
		show, err := s.preferences.Show(ctx, e, l)
		if err != nil {
			return said{}, err
		}
		return said{good: "email_asked", open: true}, s.preferences.AskAddress(ctx, e, r.PostFormValue("email"), show.Lang, v)
	case preference.AskCopy, preference.AskErasure:
		return said{good: "asked"}, s.preferences.AskData(ctx, e, r.PostFormValue("do"))
	default:
		return said{bad: "bad_request"}, nil
	}
}

// wordOf names the words for what a person can mend; ok is false for everything else.
func wordOf(err error) (word string, ok bool) {
	switch {
	case err == nil:
		return "", false
	case errors.Is(err, preference.ErrMainOff):
		return "main_off", true
	case errors.Is(err, preference.ErrPause), errors.Is(err, preference.ErrRequest):
		return "bad_request", true
	case errors.Is(err, preference.ErrSame):
		return "email_same", true
	case errors.Is(err, preference.ErrAddress):
		return "email_wrong", true
	case errors.Is(err, preference.ErrSender):
		return "no_sender", true
	case errors.Is(err, access.ErrTooOften):
		return "too_often", true
	case errs.KindOf(err) == errs.Invalid:
		return "name_wrong", true
	}
	return "", false
}

// boardView is what preferences.html is filled with.
type boardView struct {
	preference.Show
	T                     map[string]string
	Intro, Good, Bad      string
	Farewell, PausedUntil string
	Undo                  []string
	Pauses                []pauseView
	Tongues               []tongue
	OpenData              bool
	WhyLink               string
}

type pauseView struct {
	Days  int
	Label string
}

type tongue struct {
	Code    lang.Lang
	Name    string
	Current bool
}

func boardOf(show preference.Show, say said) boardView {
	l := show.Lang
	v := boardView{Show: show, T: preferenceWords.in(l, show.Account), Undo: strings.Fields(say.undo), OpenData: say.open}
	for name, text := range rightsWords.in(l, show.Account) {
		v.T[name] = text
	}
	v.Good, v.Bad = v.T[say.good], v.T[say.bad]
	if v.Bad != "" {
		v.Good = ""
	}
	v.Intro = show.Design.Intro.In(l)
	if say.good == "left" {
		v.Farewell = show.Design.Farewell.In(l)
	}
	if title := show.Design.Title.In(l); title != "" {
		v.T["title"] = title
	}
	if until := show.Paused(); !until.IsZero() {
		v.PausedUntil = strings.ReplaceAll(v.T["paused"], "{date}", day(until, l))
	} else if show.Design.Pause && show.Any() {
		for _, days := range preference.PauseDays {
			v.Pauses = append(v.Pauses, pauseView{days, strings.ReplaceAll(v.T["pause_days"], "{days}", strconv.Itoa(days))})
		}
	}
	v.Tongues = tongues(show.Language, v.T["language_no"])
	return v
}

func tongues(now, none string) []tongue {
	var out []tongue
	if now == "" {
		out = append(out, tongue{"", none, true})
	}
	for _, l := range lang.All {
		out = append(out, tongue{l, languageNames[l], string(l) == now})
	}
	return out
}

var languageNames = map[lang.Lang]string{lang.Russian: "Русский", lang.Kazakh: "Қазақша", lang.English: "English"}

func (v boardView) page() frame.Page {
	p := dress(v.Account, v.PageKey, v.Design)
	p.Lang, p.Title, p.Wide = v.Lang, v.T["title"], true
	return p
}

// dress puts an account's name, logo and colour on a page.
func dress(account, pageKey string, d preference.Design) frame.Page {
	p := frame.Page{Brand: account}
	if d.Colour != "" {
		p.Palette = frame.PaletteOf(d.Colour)
	}
	if d.Logo != 0 {
		p.Logo = frame.Logo{URL: preference.LogoPath(pageKey, d.Logo), Width: d.LogoWidth, Height: d.LogoHeight}
	}
	return p
}

// zone is the time of Kazakhstan, one since 1 March 2024; a fixed offset needs no zone data.
var zone = time.FixedZone("UTC+5", 5*60*60)

var months = map[lang.Lang][12]string{
	lang.Russian: {"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"},
	lang.Kazakh:  {"қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан"},
	lang.English: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

// day writes a date as people say it.
func day(t time.Time, l lang.Lang) string {
	t = t.In(zone)
	month := months[l][t.Month()-1]
	if l == lang.Kazakh {
		return strconv.Itoa(t.Year()) + " ж. " + strconv.Itoa(t.Day()) + " " + month
	}
	return strconv.Itoa(t.Day()) + " " + month + " " + strconv.Itoa(t.Year())
}

// write renders a body and puts it into the frame.
func (s *server) write(w http.ResponseWriter, r *http.Request, status int, p frame.Page, name string, data any) {
	var err error
	if p.Body, err = frame.Render(pages, name, data); err == nil {
		err = frame.Write(w, r, status, p)
	}
	if err != nil {
		s.log.Error("write page", "page", name, "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
	}
}

// Preview makes the page of a draft for the cabinet's frame.
func Preview(show preference.Show) (frame.Made, error) {
	v := boardOf(show, said{})
	p := v.page()
	p.Embed, p.NoLangs = []string{"'self'"}, true
	var err error
	if p.Body, err = frame.Render(pages, "preferences.html", v); err != nil {
		return frame.Made{}, err
	}
	return p.Make(nil)
}

// logo serves a picture of an account's page. It never changes, so it may be kept.
func (s *server) logo(w http.ResponseWriter, r *http.Request) {
	var l preference.LogoID
	if err := l.UnmarshalText([]byte(r.PathValue("logo"))); err != nil || l == 0 {
		http.NotFound(w, r)
		return
	}
	picture, err := s.preferences.LogoOf(r.Context(), r.PathValue("key"), l)
	if err != nil {
		s.note(r, "show logo", err)
		http.Error(w, http.StatusText(status(err)), status(err))
		return
	}
	h := w.Header()
	h.Set("Content-Type", picture.Type)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, _ = w.Write(picture.Picture)
}
