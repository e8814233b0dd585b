package api

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/contact"
	"keruen/internal/errs"
	"keruen/internal/form"
	"keruen/internal/lang"
	"keruen/internal/signup"
)

// inside translates a design; ids that cannot be are told by their place.
func (d FormDesign) inside() (form.Design, error) {
	out := form.Design{
		Texts:  form.Texts{Title: d.Texts.Title.inside(), Intro: d.Texts.Intro.inside(), Button: d.Texts.Button.inside(), Sent: d.Texts.Sent.inside(), Thanks: d.Texts.Thanks.inside()},
		Double: d.DoubleOptIn, Redirect: d.Redirect, Colour: d.Colour, Logo: d.Logo, Domains: d.Domains,
	}
	for _, f := range d.Fields {
		in := form.Field{Sort: form.Sort(f.Sort), Key: f.Key, Param: f.Param, Value: f.Value, Required: f.Required, Label: wordsIn(f.Label), Hint: wordsIn(f.Hint)}
		topics, err := references[contact.TopicID]("draft.fields", f.Topics)
		if err != nil {
			return out, err
		}
		in.Topics = topics
		out.Fields = append(out.Fields, in)
	}
	for _, b := range d.Boxes {
		w, err := reference[contact.WordingID]("draft.boxes", b.Wording)
		if err != nil {
			return out, err
		}
		out.Boxes = append(out.Boxes, form.Box{Wording: w, Required: b.Required})
	}
	var err error
	if out.Lists, err = references[contact.ListID]("draft.lists", d.Lists); err != nil {
		return out, err
	}
	out.Tags, err = references[contact.TagID]("draft.tags", d.Tags)
	return out, err
}

func wordsIn(w *Words) lang.Text {
	if w == nil {
		return lang.Text{}
	}
	return w.inside()
}

func wordsOrNone(t lang.Text) *Words {
	if t == (lang.Text{}) {
		return nil
	}
	w := wordsOf(t)
	return &w
}

func formDesignOf(d form.Design) FormDesign {
	out := FormDesign{
		Fields: []FormField{}, Boxes: []FormBox{}, DoubleOptIn: d.Double, Redirect: d.Redirect, Colour: d.Colour, Logo: d.Logo,
		Texts: FormTexts{wordsOf(d.Texts.Title), wordsOf(d.Texts.Intro), wordsOf(d.Texts.Button), wordsOf(d.Texts.Sent), wordsOf(d.Texts.Thanks)},
		Lists: many(d.Lists, contact.ListID.String), Tags: many(d.Tags, contact.TagID.String), Domains: many(d.Domains, func(s string) string { return s }),
	}
	for _, f := range d.Fields {
		out.Fields = append(out.Fields, FormField{Sort: string(f.Sort), Key: f.Key, Param: f.Param, Value: f.Value, Topics: many(f.Topics, contact.TopicID.String),
			Required: f.Required, Label: wordsOrNone(f.Label), Hint: wordsOrNone(f.Hint)})
	}
	for _, b := range d.Boxes {
		out.Boxes = append(out.Boxes, FormBox{Wording: b.Wording.String(), Required: b.Required})
	}
	return out
}

func (a *API) formOf(f form.Detail) Form {
	return Form{
		ID: f.ID.String(), Name: f.Name, Key: f.Key, URL: a.Forms.BaseURL + f.Path(), Script: a.Forms.BaseURL + form.ScriptPath, Draft: formDesignOf(f.Draft),
		Published: f.Published, Closed: f.Closed, Version: f.Version, CreatedAt: f.CreatedAt, ChangedAt: f.ChangedAt,
		Differences: many(f.Differences, func(d form.Difference) FormDifference { return FormDifference(d) }),
	}
}

func figuresOf(s form.Stat) FormFigures {
	return FormFigures{Views: s.Views, Submissions: s.Submissions, Confirmed: s.Confirmed, Held: s.Held}
}

func (a *API) listForms(ctx context.Context, who access.Actor, _ *Nothing) (List[FormSummary], error) {
	all, err := a.Forms.List(ctx, who)
	if err != nil {
		return List[FormSummary]{}, err
	}
	return whole(all, func(f form.Summary) FormSummary {
		return FormSummary{ID: f.ID.String(), Name: f.Name, URL: a.Forms.BaseURL + f.Path(), Published: f.Published, Closed: f.Closed, Changed: f.Draft,
			DoubleOptIn: f.Form.Draft.Double, Recent: figuresOf(f.Recent), CreatedAt: f.CreatedAt, ChangedAt: f.ChangedAt}
	}), nil
}

// inDraft names the fields of a wrong design as they stand in the request.
func inDraft(err error) error {
	var e *errs.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		return err
	}
	moved := *e
	moved.Fields = slices.Clone(e.Fields)
	for i := range moved.Fields {
		if f := &moved.Fields[i]; f.Path != "name" && !strings.HasPrefix(f.Path, "draft.") {
			f.Path = "draft." + f.Path
		}
	}
	return &moved
}

func (a *API) createForm(ctx context.Context, who access.Actor, in *CreateFormInput) (Form, error) {
	d, err := in.Body.Draft.inside()
	if err != nil {
		return Form{}, err
	}
	f, err := a.Forms.Create(ctx, who, in.Body.Name, d)
	return a.formOf(f), inDraft(err)
}

func (a *API) getForm(ctx context.Context, who access.Actor, in *FormPath) (Form, error) {
	id, err := parse[form.ID](in.ID)
	if err != nil {
		return Form{}, err
	}
	f, err := a.Forms.Get(ctx, who, id)
	return a.formOf(f), err
}

func (a *API) patchForm(ctx context.Context, who access.Actor, in *PatchFormInput) (Form, error) {
	id, err := parse[form.ID](in.ID)
	if err != nil {
		return Form{}, err
	}
	v, err := in.version()
	if err != nil {
		return Form{}, err
	}
	ch := form.Change{Name: in.Body.Name, Closed: in.Body.Closed}
	if in.Body.Draft != nil {
		d, err := in.Body.Draft.inside()
		if err != nil {
			return Form{}, err
		}
		ch.Draft = &d
	}
	f, err := a.Forms.Update(ctx, who, id, v, ch)
	return a.formOf(f), inDraft(err)
}

func (a *API) deleteForm(ctx context.Context, who access.Actor, in *FormPath) (None, error) {
	id, err := parse[form.ID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Forms.Delete(ctx, who, id)
}

func (a *API) publishForm(ctx context.Context, who access.Actor, in *PublishFormInput) (Form, error) {
	id, err := parse[form.ID](in.ID)
	if err != nil {
		return Form{}, err
	}
	v, err := in.version()
	if err != nil {
		return Form{}, err
	}
	f, err := a.Forms.Publish(ctx, who, id, v)
	return a.formOf(f), inDraft(err)
}

func (a *API) listFormVersions(ctx context.Context, who access.Actor, in *FormPath) (List[FormVersion], error) {
	id, err := parse[form.ID](in.ID)
	if err != nil {
		return List[FormVersion]{}, err
	}
	all, err := a.Forms.Versions(ctx, who, id)
	if err != nil {
		return List[FormVersion]{}, err
	}
	return whole(all, func(v form.Version) FormVersion {
		return FormVersion{Version: v.Version, Design: formDesignOf(v.Design.V), Member: v.Member.String(), At: v.At}
	}), nil
}

func (a *API) restoreForm(ctx context.Context, who access.Actor, in *RestoreFormInput) (Form, error) {
	id, err := parse[form.ID](in.ID)
	if err != nil {
		return Form{}, err
	}
	f, err := a.Forms.Restore(ctx, who, id, in.Body.Version)
	return a.formOf(f), err
}

func (a *API) previewForm(ctx context.Context, who access.Actor, in *PreviewFormInput) (Download, error) {
	id, err := parse[form.ID](in.ID)
	if err != nil {
		return Download{}, err
	}
	l, _ := lang.Parse(in.Lang)
	v, err := a.Forms.Preview(ctx, who, id, l)
	if err != nil {
		return Download{}, err
	}
	page, err := signup.Preview(v)
	if err != nil {
		return Download{}, err
	}
	write := func(_ context.Context, w io.Writer) error {
		_, err := w.Write(page.HTML)
		return err
	}
	return Download{Header: http.Header{"Content-Security-Policy": {page.Policy}}, Write: write}, nil
}

func submissionOf(e form.Entry) Submission {
	s := Submission{
		ID: e.ID.String(), State: string(e.State), Reason: e.Reason, Email: e.Answers.Email, Phone: e.Answers.Phone, FirstName: e.Answers.FirstName,
		LastName: e.Answers.LastName, Fields: e.Answers.Fields, Contact: e.Contact.String(), Page: e.Page, Lang: string(e.Lang), IP: e.IP,
		Version: e.Version, Letters: e.Letters, At: e.At, DoneAt: instant(e.Done),
	}
	if e.State == form.Pending || e.State == form.Held || e.State == form.Unreachable {
		s.ExpiresAt = instant(e.Expires)
	}
	return s
}

func (a *API) listSubmissions(ctx context.Context, who access.Actor, in *SubmissionsInput) (List[Submission], error) {
	id, err := parse[form.ID](in.ID)
	if err != nil {
		return List[Submission]{}, err
	}
	ask, err := in.ask()
	if err != nil {
		return List[Submission]{}, err
	}
	p, err := a.Forms.Submissions(ctx, who, id, form.State(in.State), ask)
	if err != nil {
		return List[Submission]{}, err
	}
	return listOf(p, submissionOf), nil
}

func (a *API) releaseSubmission(ctx context.Context, who access.Actor, in *SubmissionPath) (None, error) {
	id, err := parse[form.SubmissionID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Forms.Release(ctx, who, id)
}

func (a *API) rejectSubmission(ctx context.Context, who access.Actor, in *SubmissionPath) (None, error) {
	id, err := parse[form.SubmissionID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Forms.Reject(ctx, who, id)
}

func (a *API) formStats(ctx context.Context, who access.Actor, in *FormStatsInput) (FormStats, error) {
	id, err := parse[form.ID](in.ID)
	if err != nil {
		return FormStats{}, err
	}
	zone, err := a.accountZone(ctx, who)
	if err != nil {
		return FormStats{}, err
	}
	list, err := a.Forms.Stats(ctx, who, id, in.Days)
	if err != nil {
		return FormStats{}, err
	}
	return formStatsOf(list, in.Days, a.Clock.Now().In(zone)), nil
}

// formStatsOf adds figures up by day and by page. Days on which nothing happened are there too.
func formStatsOf(list []form.Stat, days int, today time.Time) FormStats {
	out := FormStats{Days: make([]FormDay, days), Pages: []FormPage{}}
	at, pages := map[string]int{}, map[string]int{}
	for i := range out.Days {
		out.Days[i].Date = today.AddDate(0, 0, i-days+1).Format(time.DateOnly)
		at[out.Days[i].Date] = i
	}
	for _, s := range list {
		out.Total.add(s)
		if i, ok := at[s.Date()]; ok {
			out.Days[i].add(s)
		}
		i, ok := pages[s.Page]
		if !ok {
			i, pages[s.Page] = len(out.Pages), len(out.Pages)
			out.Pages = append(out.Pages, FormPage{Page: s.Page})
		}
		out.Pages[i].add(s)
	}
	slices.SortStableFunc(out.Pages, func(a, b FormPage) int {
		return cmp.Or(cmp.Compare(b.Submissions, a.Submissions), cmp.Compare(b.Views, a.Views), cmp.Compare(a.Page, b.Page))
	})
	return out
}

func (f *FormFigures) add(s form.Stat) {
	f.Views, f.Submissions, f.Confirmed, f.Held = f.Views+s.Views, f.Submissions+s.Submissions, f.Confirmed+s.Confirmed, f.Held+s.Held
}
