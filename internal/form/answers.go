package form

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"keruen/internal/contact"
	"keruen/internal/errs"
	"keruen/internal/lang"
)

// Answers are what a person said on a form, checked. They are sealed at rest.
type Answers struct {
	Email     string            `json:"email,omitempty"` // as given
	Phone     string            `json:"phone,omitempty"` // E.164
	FirstName string            `json:"first_name,omitempty"`
	LastName  string            `json:"last_name,omitempty"`
	Lang      lang.Lang         `json:"lang,omitempty"`   // only where the form asks
	Fields    map[string]string `json:"fields,omitempty"` // custom fields by key, in the text that their field reads
	Topics    []contact.TopicID `json:"topics,omitempty"`
	Boxes     []Ticked          `json:"boxes,omitempty"`
}

// Ticked is a box that was ticked: a wording in the version that stood beside it.
type Ticked struct {
	Wording contact.WordingID `json:"wording"`
	Version int               `json:"version"`
}

// Errors of answers. The page says them in its language by the code.
var (
	ErrRequired   = errs.New(errs.Invalid, "form.required", "Fill this in.")
	ErrConsent    = errs.New(errs.Invalid, "form.consent", "Without this consent there is nothing to send. Tick it, or leave the form.")
	ErrChoose     = errs.New(errs.Invalid, "form.choose", "Choose at least one consent: without it nothing may be sent.")
	ErrEither     = errs.New(errs.Invalid, "form.either", "Give an e-mail address or a telephone number.")
	ErrAnswer     = errs.New(errs.Invalid, "form.answer", "This does not look right. See the example.")
	ErrAnswerLong = errs.New(errs.Invalid, "form.answer_long", "This is too long.")
)

// boxPrefix stands before a wording in the name of a box; the value is the version that was shown.
const boxPrefix = "box."

// Box's name in what a browser sends.
func (b Box) Name() string { return boxPrefix + b.Wording.String() }

// asked is what answers are read by.
type asked struct {
	design Design
	known  map[string]contact.Field // custom fields of the account
}

// read checks what a browser sent. Every wrong answer is told at once; each path is the name of its field.
func (a asked) read(v url.Values) (Answers, []errs.Field) {
	out := Answers{Fields: map[string]string{}}
	var bad []errs.Field
	for _, f := range a.design.Fields {
		if e := a.field(&out, f, v); e != nil {
			bad = append(bad, wrong(f.Name(), e))
		}
	}
	if out.Email == "" && out.Phone == "" && len(bad) == 0 {
		bad = append(bad, wrong(a.firstAddress(), ErrEither))
	}
	for _, b := range a.design.Boxes {
		version, err := strconv.Atoi(v.Get(b.Name()))
		if err == nil && version > 0 {
			out.Boxes = append(out.Boxes, Ticked{b.Wording, version})
		} else if b.Required {
			bad = append(bad, wrong(b.Name(), ErrConsent))
		}
	}
	if len(out.Boxes) == 0 && len(a.design.Boxes) > 0 && len(bad) == 0 {
		bad = append(bad, wrong(a.design.Boxes[0].Name(), ErrChoose))
	}
	return out, bad
}

func (a asked) firstAddress() string {
	if a.design.asks(Email) {
		return string(Email)
	}
	return string(Phone)
}

// field reads one answer.
func (a asked) field(out *Answers, f Field, v url.Values) *errs.Error {
	text := contact.CleanText(v.Get(f.Name()))
	if f.Sort == Topics {
		return topics(out, f, v["topic"])
	}
	if f.Sort == Hidden {
		text = f.Value
	}
	if f.Sort == Custom && a.known[f.Key].Kind == contact.ListField {
		text = contact.CleanText(strings.Join(v[f.Name()], "; "))
	}
	if text == "" {
		if f.Required && f.Shown() {
			return ErrRequired
		}
		return nil
	}
	switch f.Sort {
	case Email:
		return email(out, text)
	case Phone:
		p, err := contact.ParsePhone(text, "")
		out.Phone = p
		return asAnswer(err)
	case FirstName:
		out.FirstName = text
		return tooLong(text, contact.MaxName)
	case LastName:
		out.LastName = text
		return tooLong(text, contact.MaxName)
	case Language:
		l, ok := lang.Parse(text)
		if !ok {
			return ErrAnswer
		}
		out.Lang = l
		return nil
	default:
		return a.custom(out, f, text)
	}
}

// custom reads the answer of a custom field. One that was deleted since is no trouble of the visitor's, and neither is a part of
// the address that does not fit.
func (a asked) custom(out *Answers, f Field, text string) *errs.Error {
	known, ok := a.known[f.Key]
	if !ok {
		return nil
	}
	if utf8.RuneCountInString(text) > contact.MaxFieldValue {
		if f.Sort == UTM {
			return nil
		}
		return ErrAnswerLong
	}
	value, err := known.Parse(text)
	if err != nil {
		if f.Sort == UTM {
			return nil
		}
		return ErrAnswer
	}
	out.Fields[f.Key] = value.Text()
	return nil
}

func email(out *Answers, text string) *errs.Error {
	a, err := contact.ParseEmail(text)
	if err == nil {
		err = a.Person()
	}
	out.Email = a.Given
	return asAnswer(err)
}

// asAnswer passes the exact trouble of an address on, with its code.
func asAnswer(err error) *errs.Error {
	if err == nil {
		return nil
	}
	if e := errorOf(err); e != nil {
		return e
	}
	return ErrAnswer
}

func tooLong(text string, limit int) *errs.Error {
	if utf8.RuneCountInString(text) > limit {
		return ErrAnswerLong
	}
	return nil
}

// topics keeps what the form offers; anything else was not on the page.
func topics(out *Answers, f Field, chosen []string) *errs.Error {
	for _, t := range f.Topics {
		if slices.Contains(chosen, t.String()) {
			out.Topics = append(out.Topics, t)
		}
	}
	if f.Required && len(out.Topics) == 0 {
		return ErrRequired
	}
	return nil
}

// suspicious tells whether names or texts hold addresses of sites, which people do not put there and programs do.
func (a Answers) suspicious() bool {
	for _, s := range []string{a.FirstName, a.LastName} {
		if strings.Contains(s, "://") || strings.Contains(strings.ToLower(s), "www.") {
			return true
		}
	}
	return false
}
