package form

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"keruen/internal/access"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/frame"
	"keruen/internal/id"
	"keruen/internal/lang"
)

// View is everything that a page of a form shows, in one language.
type View struct {
	Form      ID
	Tenant    id.Tenant
	Key       string
	Account   string
	Version   int64 // 0: a draft
	Lang      lang.Lang
	Closed    bool
	Design    Design
	Title     string
	Intro     string
	Button    string
	Sent      string
	Thanks    string
	Questions []Question // in order; hidden ones are not among them
	Params    []string   // of the page's address that the form takes
	Boxes     []Statement
	Palette   frame.Palette
	Logo      frame.Logo
	Token     string // of this very look; empty for a draft
}

// Question is a field as it is shown.
type Question struct {
	Field
	Label   string
	Hint    string
	Kind    contact.FieldKind // of a custom field
	Choices []Choice          // of topics, languages, choices and lists with fixed values
}

// Choice is one value to choose.
type Choice struct{ Value, Label, About string }

// Statement is a box of consent as it is shown, in the latest version of its wording.
type Statement struct {
	Box
	Text    string
	Version int64
}

// open reads a form by its public address with the design that visitors see. A draft that was never published is not there.
func (s *Service) open(ctx context.Context, key string) (Form, Design, error) {
	f, err := formOf(ctx, s.DB, key)
	if errors.Is(err, errs.ErrNotFound) || err == nil && f.Published == 0 {
		return Form{}, Design{}, ErrGone
	}
	if err != nil {
		return Form{}, Design{}, fmt.Errorf("open form: %w", err)
	}
	d, err := s.live(ctx, s.DB, f)
	if err != nil {
		return Form{}, Design{}, fmt.Errorf("open form: %w", err)
	}
	return f, d, nil
}

// Show reads the page of a form. ErrGone when there is none.
func (s *Service) Show(ctx context.Context, key string, l lang.Lang) (View, error) {
	f, d, err := s.open(ctx, key)
	if err != nil {
		return View{}, err
	}
	return s.view(ctx, f, d, f.Published, l)
}

// Preview shows the draft as visitors would see it.
func (s *Service) Preview(ctx context.Context, who access.Actor, f ID, l lang.Lang) (View, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return View{}, err
	}
	got, err := getForm(ctx, s.DB, who.Tenant, f)
	if err != nil {
		return View{}, fmt.Errorf("preview form: %w", err)
	}
	return s.view(ctx, got, got.Draft, 0, l)
}

func (s *Service) view(ctx context.Context, f Form, d Design, version int64, l lang.Lang) (View, error) {
	account, err := s.Access.GetAccount(ctx, access.System(f.Tenant))
	if err != nil {
		return View{}, fmt.Errorf("show form: %w", err)
	}
	if l == "" {
		l = account.Lang
	}
	w, err := s.world(ctx, f.Tenant)
	if err != nil {
		return View{}, fmt.Errorf("show form: %w", err)
	}
	say := func(own, built lang.Text) string {
		if own != (lang.Text{}) {
			return own.In(l)
		}
		return strings.ReplaceAll(built.In(l), "{account}", frame.InQuotes(account.Name, l))
	}
	v := View{
		Form: f.ID, Tenant: f.Tenant, Key: f.Key, Account: account.Name, Version: version, Lang: l, Closed: f.Closed, Design: d,
		Title: say(d.Texts.Title, wordTitle), Intro: d.Texts.Intro.In(l), Button: say(d.Texts.Button, wordButton),
		Sent: say(d.Texts.Sent, wordSent), Thanks: say(d.Texts.Thanks, wordThanks),
	}
	for _, field := range d.Fields {
		if field.Sort == UTM {
			v.Params = append(v.Params, field.Param)
		}
		if q, ok := w.question(field, l); ok {
			v.Questions = append(v.Questions, q)
		}
	}
	if err := s.boxes(ctx, s.DB, &v, f.Tenant); err != nil {
		return View{}, fmt.Errorf("show form: %w", err)
	}
	if version > 0 {
		v.Token = newShown(s.Keys, f.ID, s.Clock.Now())
	}
	return v, s.paint(ctx, &v)
}

// question lays a field out; ok is false for one that is not shown, also because its custom field is gone.
func (w world) question(f Field, l lang.Lang) (Question, bool) {
	if !f.Shown() {
		return Question{}, false
	}
	q := Question{Field: f, Label: f.Label.In(l), Hint: f.Hint.In(l)}
	if q.Label == "" {
		q.Label = fieldWords[f.Sort].In(l)
	}
	switch f.Sort {
	case Phone:
		if q.Hint == "" {
			q.Hint = phoneExample.In(l)
		}
	case Language:
		for _, x := range lang.All {
			q.Choices = append(q.Choices, Choice{Value: string(x), Label: frame.LanguageName(x)})
		}
	case Topics:
		for _, id := range f.Topics {
			if t, ok := w.topics[id]; ok && !t.Archived {
				q.Choices = append(q.Choices, Choice{Value: id.String(), Label: t.Name.In(l), About: t.About.In(l)})
			}
		}
		return q, len(q.Choices) > 0
	case Custom:
		known, ok := w.fields[f.Key]
		if !ok {
			return Question{}, false
		}
		q.Kind = known.Kind
		if q.Label == "" {
			q.Label = known.Label
		}
		for _, o := range known.Options {
			q.Choices = append(q.Choices, Choice{Value: o, Label: o})
		}
	}
	return q, true
}

// boxes adds the consents, each in the latest version of its words: that version goes along with what is sent.
func (s *Service) boxes(ctx context.Context, q db.Querier, v *View, t id.Tenant) error {
	for _, b := range v.Design.Boxes {
		w, err := contact.WordingAt(ctx, q, t, b.Wording, 0)
		if errors.Is(err, errs.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		v.Boxes = append(v.Boxes, Statement{Box: b, Text: w.Text.In(v.Lang), Version: w.Version})
	}
	return nil
}

// paint gives the page the form's colour, else the account's, and the account's logo.
func (s *Service) paint(ctx context.Context, v *View) error {
	colour := v.Design.Colour
	if s.Brands != nil {
		own, logo, err := s.Brands.Brand(ctx, v.Tenant)
		if err != nil {
			return fmt.Errorf("show form: %w", err)
		}
		if colour == "" {
			colour = own
		}
		if v.Design.Logo {
			v.Logo = logo
		}
	}
	if colour != "" {
		v.Palette = frame.PaletteOf(colour)
	}
	return nil
}
