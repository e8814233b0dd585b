package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/lang"
)

func letterOf(l content.Letter) Letter {
	return Letter{Subject: l.Subject, Preheader: l.Preheader, HTML: l.HTML, Text: l.Text, Doc: LetterDoc(l.Doc)}
}

func (l Letter) inside() content.Letter {
	return content.Letter{Subject: l.Subject, Preheader: l.Preheader, HTML: l.HTML, Text: l.Text, Doc: json.RawMessage(l.Doc)}
}

func templateOf(t content.Template) Template {
	return Template{ID: t.ID.String(), Name: t.Name, Letter: letterOf(t.Letter), Builtin: t.Builtin, Lang: string(t.Lang),
		Version: t.Version, CreatedAt: instant(t.CreatedAt), UpdatedAt: instant(t.UpdatedAt)}
}

func (a *API) listTemplates(ctx context.Context, who access.Actor, _ *Nothing) (List[Template], error) {
	all, err := a.Content.Templates(ctx, who)
	if err != nil {
		return List[Template]{}, err
	}
	return whole(all, templateOf), nil
}

func (a *API) createTemplate(ctx context.Context, who access.Actor, in *CreateTemplateInput) (Template, error) {
	t, err := a.Content.Create(ctx, who, in.Body.Name, lang.Lang(in.Body.Lang), in.Body.Letter.inside())
	return templateOf(t), err
}

func (a *API) getTemplate(ctx context.Context, who access.Actor, in *TemplatePath) (Template, error) {
	id, err := parse[content.TemplateID](in.ID)
	if err != nil {
		return Template{}, err
	}
	t, err := a.Content.Get(ctx, who, id)
	return templateOf(t), err
}

func (a *API) patchTemplate(ctx context.Context, who access.Actor, in *PatchTemplateInput) (Template, error) {
	id, err := parse[content.TemplateID](in.ID)
	if err != nil {
		return Template{}, err
	}
	v, err := in.version()
	if err != nil {
		return Template{}, err
	}
	ch := content.TemplateChange{Name: in.Body.Name}
	if in.Body.Lang != nil {
		l := lang.Lang(*in.Body.Lang)
		ch.Lang = &l
	}
	if in.Body.Letter != nil {
		l := in.Body.Letter.inside()
		ch.Letter = &l
	}
	t, err := a.Content.Update(ctx, who, id, v, ch)
	return templateOf(t), err
}

func (a *API) deleteTemplate(ctx context.Context, who access.Actor, in *TemplatePath) (None, error) {
	id, err := parse[content.TemplateID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Content.Delete(ctx, who, id)
}

func letterProblemOf(p content.Problem) LetterProblem {
	return LetterProblem{Severity: string(p.Severity), Path: p.Path, Line: p.Line, Column: p.Column, Block: p.Block, Code: p.Code, Text: p.Text, Params: p.Params}
}

// accountLang is the language of the account, in which footers are written.
func (a *API) accountLang(ctx context.Context, who access.Actor) (lang.Lang, error) {
	acc, err := a.Access.GetAccount(ctx, who)
	return acc.Lang, err
}

func (a *API) checkLetter(ctx context.Context, who access.Actor, in *CheckLetterInput) (LetterCheck, error) {
	l, err := a.accountLang(ctx, who)
	if err != nil {
		return LetterCheck{}, err
	}
	r, err := a.Content.Check(ctx, who, in.Body.Letter.inside(), content.Options{Purpose: channel.Purpose(in.Body.Purpose), Lang: l})
	if err != nil {
		return LetterCheck{}, err
	}
	out := LetterCheck{Problems: []LetterProblem{}, Warnings: []LetterProblem{}, Size: r.Size, Footer: r.Footer,
		Links: many(r.Links, func(s string) string { return s })}
	for _, p := range r.Problems {
		if p.Severity == content.Error {
			out.Problems = append(out.Problems, letterProblemOf(p))
			continue
		}
		out.Warnings = append(out.Warnings, letterProblemOf(p))
	}
	return out, nil
}

func (a *API) previewLetter(ctx context.Context, who access.Actor, in *PreviewLetterInput) (LetterPreview, error) {
	acc, err := a.Access.GetAccount(ctx, who)
	if err != nil {
		return LetterPreview{}, err
	}
	l, ok := lang.Parse(in.Body.Lang)
	if !ok {
		l = acc.Lang
	}
	values := content.Sample(l)
	var belongs func(context.Context, []int64, []int64) (map[int64]bool, map[int64]bool, error)
	if in.Body.Contact != "" {
		if values, belongs, err = a.valuesFor(ctx, who, in.Body.Contact); err != nil {
			return LetterPreview{}, err
		}
	}
	zone, err := time.LoadLocation(acc.Zone)
	if err != nil {
		return LetterPreview{}, err
	}
	values.AccountName, values.AccountAddress, values.Today = acc.Name, acc.PostalAddress, content.Midnight(a.Clock.Now(), zone)
	p, err := a.Content.Preview(ctx, who, content.PreviewAsk{Letter: in.Body.Letter.inside(), Values: values, Belongs: belongs, Dark: in.Body.Dark,
		Options: content.Options{Purpose: channel.Purpose(in.Body.Purpose), Lang: l}})
	if err != nil {
		return LetterPreview{}, err
	}
	links := make([]LetterLink, len(p.Links))
	for i, url := range p.Links {
		links[i] = LetterLink{URL: url, Place: p.Places[i]}
	}
	return LetterPreview{Preview: p.ID.String(), URL: Prefix + "/previews/" + p.ID.String(), Subject: p.Subject, Text: p.Text,
		Problems: many(p.Problems, letterProblemOf), Size: p.Size, Links: links}, nil
}

// valuesFor returns what a letter may say about a contact, and who answers for its tags and lists.
func (a *API) valuesFor(ctx context.Context, who access.Actor, text string) (v content.Values, belongs func(context.Context, []int64, []int64) (of, on map[int64]bool, err error), err error) {
	id, err := reference[contact.ID]("contact", text)
	if err != nil {
		return v, nil, err
	}
	c, err := a.Contacts.Get(ctx, who, id)
	if err != nil {
		return v, nil, err
	}
	belongs = func(ctx context.Context, tags, lists []int64) (map[int64]bool, map[int64]bool, error) {
		return a.Contacts.Belongs(ctx, who, id, tags, lists)
	}
	return content.Values{Email: c.Email, Phone: c.Phone, FirstName: c.FirstName, LastName: c.LastName, Lang: c.Lang, Fields: c.FieldTexts(), Items: c.FieldItems()}, belongs, nil
}

// previewPolicy shows strangers' HTML without letting it do anything: no scripts, no forms, no frames, no cookies of ours.
const previewPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; font-src 'none'; sandbox; frame-ancestors 'self'"

func (a *API) getPreview(ctx context.Context, who access.Actor, in *PreviewPath) (Download, error) {
	id, err := parse[content.PreviewID](in.ID)
	if err != nil {
		return Download{}, err
	}
	page, err := a.Content.PreviewPage(ctx, who, id)
	if err != nil {
		return Download{}, err
	}
	write := func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, page)
		return err
	}
	return Download{Header: http.Header{"Content-Security-Policy": {previewPolicy}}, Write: write}, nil
}
