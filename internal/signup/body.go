package signup

import (
	"embed"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"keruen/internal/contact"
	"keruen/internal/errs"
	"keruen/internal/form"
	"keruen/internal/frame"
	"keruen/internal/lang"
)

//go:embed form.html
var files embed.FS

var pages = template.Must(template.ParseFS(files, "form.html"))

// looked is a form with what was typed into it so far.
type looked struct {
	view   form.View
	values url.Values   // nil: nothing was typed
	bad    []errs.Field // what is wrong with it
	stale  bool
	still  bool   // a preview: nothing can be sent
	action string // where it is sent to
	embed  bool   // shown on another site
	page   string // where it stands, when a script tells
}

type body struct {
	V         form.View
	W         words
	Action    string
	Prefix    string
	Lang      lang.Lang
	Page      string
	Stale     bool
	Still     bool
	Wrong     []mistake
	Params    []param
	Questions []question
	Boxes     []box
}

type words struct{ Stale, Wrong, Trap, Consents, Optional, Small string }

type mistake struct{ ID, Label, Text string }

type param struct{ Name, Value string }

type question struct {
	ID, Name, Label, Hint, Type, Mode, Autocomplete, Value, Described, Optional string
	Max                                                                         int
	Required, Group, Check                                                      bool
	Choices                                                                     []choice
	Wrong                                                                       *mistake
}

type choice struct {
	form.Choice
	Chosen bool
}

type box struct {
	ID, Name, Text string
	Version        int64
	Required       bool
	Ticked         bool
	Wrong          *mistake
}

// html renders the form. No box of consent is ever ticked but by the person, on this very form: what came from an old page, or
// from nowhere, is ticked anew.
func (k looked) html() (template.HTML, error) {
	l := k.view.Lang
	b := body{V: k.view, Action: k.action, Stale: k.stale, Still: k.still, Page: k.page, Lang: l,
		W: words{wordStale.In(l), wordWrong.In(l), wordTrap.In(l), wordConsents.In(l), wordOptional.In(l), ""}}
	if k.view.Design.Double {
		b.W.Small = wordDouble.In(l)
	}
	for _, p := range k.view.Params {
		if v := k.values.Get(p); v != "" {
			b.Params = append(b.Params, param{p, v})
		}
	}
	for i, q := range k.view.Questions {
		b.Questions = append(b.Questions, k.question("q"+strconv.Itoa(i), q))
	}
	for i, s := range k.view.Boxes {
		id := "c" + strconv.Itoa(i)
		b.Boxes = append(b.Boxes, box{ID: id, Name: s.Name(), Text: s.Text, Version: s.Version, Required: s.Required,
			Ticked: !k.stale && k.values.Get(s.Name()) != "", Wrong: k.mistake(id, s.Name(), short(s.Text), lang.Text{})})
	}
	for _, q := range b.Questions {
		if q.Wrong != nil {
			b.Wrong = append(b.Wrong, *q.Wrong)
		}
	}
	for _, x := range b.Boxes {
		if x.Wrong != nil {
			b.Wrong = append(b.Wrong, *x.Wrong)
		}
	}
	return frame.Render(pages, "form", b)
}

// short is a name for a long text in the list of mistakes.
func short(text string) string {
	const most = 60
	r := []rune(text)
	if len(r) <= most {
		return text
	}
	return strings.TrimSpace(string(r[:most])) + "…"
}

func (k looked) mistake(id, name, label string, otherwise lang.Text) *mistake {
	i := slices.IndexFunc(k.bad, func(f errs.Field) bool { return f.Path == name })
	if i < 0 {
		return nil
	}
	text, ok := answerWords[k.bad[i].Code]
	if !ok {
		text = otherwise
	}
	if text == (lang.Text{}) {
		text = answerWords[form.ErrAnswer.Code]
	}
	return &mistake{id, label, text.In(k.view.Lang)}
}

const maxEmail = 254 // RFC 5321 §4.5.3.1.3, without the brackets

func (k looked) question(id string, f form.Question) question {
	q := question{ID: id, Name: f.Name(), Label: f.Label, Hint: f.Hint, Required: f.Required, Type: "text", Value: k.values.Get(f.Name()),
		Max: contact.MaxFieldValue, Optional: wordOptional.In(k.view.Lang)}
	otherwise := lang.Text{}
	switch f.Sort {
	case form.Email:
		q.either(k.view, wordOrPhone)
		q.Type, q.Mode, q.Autocomplete, q.Max, otherwise = "email", "email", "email", maxEmail, emailWords
	case form.Phone:
		q.either(k.view, wordOrEmail)
		q.Type, q.Mode, q.Autocomplete, q.Max, otherwise = "tel", "tel", "tel", 30, phoneWords
	case form.FirstName:
		q.Autocomplete, q.Max = "given-name", contact.MaxName
	case form.LastName:
		q.Autocomplete, q.Max = "family-name", contact.MaxName
	case form.Topics:
		q.Group = true
	case form.Language:
		if q.Value == "" {
			q.Value = string(k.view.Lang)
		}
	case form.Custom:
		q.custom(f.Kind)
	}
	for _, c := range f.Choices {
		chosen := q.Value == c.Value
		if q.Group {
			chosen = slices.Contains(k.values[q.Name], c.Value)
		}
		q.Choices = append(q.Choices, choice{c, chosen})
	}
	if q.Group && len(q.Choices) == 0 {
		q.Group = false // a list without fixed values is typed
	}
	q.Wrong = k.mistake(id, q.Name, q.Label, otherwise)
	q.describe()
	return q
}

// either says of two addresses, none of them required, that one is needed all the same.
func (q *question) either(v form.View, words lang.Text) {
	both := 0
	for _, f := range v.Questions {
		if f.Sort == form.Email || f.Sort == form.Phone {
			both++
		}
	}
	if both == 2 {
		q.Optional = words.In(v.Lang)
	}
}

func (q *question) custom(kind contact.FieldKind) {
	switch kind {
	case contact.NumberField:
		q.Mode, q.Max = "decimal", 30
	case contact.DateField:
		q.Type, q.Max = "date", 10
	case contact.BooleanField:
		q.Check = true
	case contact.ListField:
		q.Group = true
	}
}

func (q *question) describe() {
	var ids []string
	if q.Hint != "" {
		ids = append(ids, "h-"+q.ID)
	}
	if q.Wrong != nil {
		ids = append(ids, "e-"+q.ID)
	}
	q.Described = strings.Join(ids, " ")
}
