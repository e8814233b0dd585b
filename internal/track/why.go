package track

import (
	"errors"
	"net/http"
	"strings"

	"keruen/internal/lang"
	"keruen/internal/preference"
)

// whyView is what why.html is filled with.
type whyView struct {
	preference.Why
	T                          map[string]string
	Lead, When                 string
	Good, Bad                  string
	LeaveLink, PreferencesLink string
}

// showWhy tells why the message of the link came. It changes nothing.
func (s *server) showWhy(w http.ResponseWriter, r *http.Request) { s.why(w, r, said{}) }

func (s *server) why(w http.ResponseWriter, r *http.Request, say said) {
	e, err := s.preferences.ByMessage(r.Context(), r.PathValue("token"))
	if err != nil {
		s.failed(w, r, err)
		return
	}
	got, err := s.preferences.Why(r.Context(), e, asked(r))
	if err != nil {
		s.failed(w, r, err)
		return
	}
	v := whyOf(got, say)
	v.LeaveLink, v.PreferencesLink = "../"+r.PathValue("token")+query(r), "preferences"+query(r)
	p := dress(got.Account, got.PageKey, got.Design)
	p.Lang, p.Title, p.Wide = got.Lang, v.T["title"], true
	s.write(w, r, statusOf(say), p, "why.html", v)
}

func whyOf(got preference.Why, say said) whyView {
	l := got.Lang
	v := whyView{Why: got, T: whyWords.in(l, got.Account, "{date}", day(got.SentAt, l), "{address}", got.Address)}
	for name, text := range rightsWords.in(l, got.Account) {
		v.T[name] = text
	}
	v.Lead = v.T["lead"]
	if got.Gone {
		v.Lead = v.T["lead_gone"]
	}
	if got.Receipt != nil {
		v.When = day(got.Receipt.At, l)
	}
	v.Good, v.Bad = v.T[say.good], preferenceWords.in(l, got.Account)[say.bad]
	return v
}

// query keeps the language that was asked for on the way to the next page.
func query(r *http.Request) string {
	if l := asked(r); l != "" {
		return "?lang=" + string(l)
	}
	return ""
}

// askData passes a request about the person's own data on.
func (s *server) askData(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	e, err := s.preferences.ByMessage(r.Context(), r.PathValue("token"))
	if err != nil {
		s.failed(w, r, err)
		return
	}
	say := said{good: "asked"}
	err = s.preferences.AskData(r.Context(), e, r.PostFormValue("do"))
	if word, ok := wordOf(err); ok {
		say, err = said{bad: word}, nil
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.why(w, r, say)
}

// publicView is what public.html is filled with.
type publicView struct {
	T          map[string]string
	Intro, Bad string
	Email      string
	Wrong      bool
	Sent       bool
}

// showPublic is the page of an account that needs no message: it asks for an address and has a link sent there.
func (s *server) showPublic(w http.ResponseWriter, r *http.Request) {
	p, err := s.preferences.ByKey(r.Context(), r.PathValue("key"))
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.public(w, r, http.StatusOK, s.inLanguage(r, p), publicView{})
}

// inLanguage chooses the language of a page that knows no person: what the address asks for, else the browser, else the account.
func (s *server) inLanguage(r *http.Request, p preference.Public) preference.Public {
	if l := asked(r); l != "" {
		p.Lang = l
	} else if header := r.Header.Get("Accept-Language"); header != "" {
		p.Lang = lang.FromHeader(header)
	}
	return p
}

func (s *server) public(w http.ResponseWriter, r *http.Request, status int, p preference.Public, v publicView) {
	v.T = publicWords.in(p.Lang, p.Account)
	v.Intro, v.Bad = p.Design.Intro.In(p.Lang), preferenceWords.in(p.Lang, p.Account)[v.Bad]
	f := dress(p.Account, p.PageKey, p.Design)
	f.Lang, f.Title = p.Lang, v.T["title"]
	s.write(w, r, status, f, "public.html", v)
}

func (s *server) askLink(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	p, err := s.preferences.ByKey(r.Context(), r.PathValue("key"))
	if err != nil {
		s.failed(w, r, err)
		return
	}
	p = s.inLanguage(r, p)
	address := strings.TrimSpace(r.PostFormValue("email"))
	err = s.preferences.AskLink(r.Context(), p, address, p.Lang, visit(r))
	if word, ok := wordOf(err); ok {
		s.public(w, r, http.StatusUnprocessableEntity, p, publicView{Bad: word, Email: address, Wrong: word == "email_wrong"})
		return
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.public(w, r, http.StatusOK, p, publicView{Sent: true})
}

// addressView is what address.html is filled with.
type addressView struct {
	T         map[string]string
	Good, Bad string
	Ask       bool
}

// showAddress asks whether the new address is right. Following the link confirms nothing.
func (s *server) showAddress(w http.ResponseWriter, r *http.Request) { s.address(w, r, "") }

func (s *server) address(w http.ResponseWriter, r *http.Request, bad string) {
	m, err := s.preferences.ShowAddress(r.Context(), r.PathValue("token"), asked(r))
	if err != nil {
		s.failed(w, r, err)
		return
	}
	v := addressView{T: addressWords.in(m.Lang, m.Account, "{to}", m.To, "{address}", m.Address)}
	code := http.StatusOK
	switch {
	case bad != "":
		v.Bad, code = v.T[bad], http.StatusConflict
	case m.Done:
		v.Good = v.T["done"]
	default:
		v.Ask = true
	}
	f := dress(m.Account, m.PageKey, m.Design)
	f.Lang, f.Title = m.Lang, v.T["title"]
	s.write(w, r, code, f, "address.html", v)
}

func (s *server) confirmAddress(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := s.preferences.ConfirmAddress(r.Context(), r.PathValue("token"), visit(r))
	switch {
	case errors.Is(err, preference.ErrTaken):
		s.address(w, r, "taken")
	case err != nil:
		s.failed(w, r, err)
	default:
		s.address(w, r, "")
	}
}
