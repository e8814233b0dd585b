package api

import (
	"context"
	"io"
	"time"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/intake"
	"keruen/internal/intake/sheet"
	"keruen/internal/lang"
)

func (a *API) importOf(i intake.Import) Import {
	out := Import{ID: i.ID.String(), State: string(i.State), Filename: i.Filename, Size: i.Size, Format: string(i.Format.Kind), Encoding: string(i.Format.Encoding),
		Delimiter: i.Format.Delimiter, HasHeader: i.Format.HasHeader, Sheet: i.Format.Sheet, Columns: many(i.Columns, columnOf), RowsEstimate: i.RowsEstimate,
		Remembered: i.Remembered, Settings: settingsOf(i.Settings), ErrorGroups: many(i.Groups, groupOf), Job: i.Job.String(), Done: i.Done, List: i.List.String(),
		CanCancel: i.State == intake.Checking || i.State == intake.Running || i.State == intake.Paused, CanPause: i.State == intake.Running,
		CanUndo: i.CanUndo(a.Clock.Now()), UndoUntil: instant(i.UndoUntil), CreatedAt: i.CreatedAt, StartedAt: instant(i.StartedAt), FinishedAt: instant(i.FinishedAt),
		Sheets: many(i.Format.Sheets, func(x intake.Sheet) ImportSheet { return ImportSheet{Name: x.Name, Rows: x.Rows, Hidden: x.Hidden} })}
	if out.Format == "" {
		out.Format = string(sheet.CSV) // of imports older than the other formats
	}
	if i.State != intake.Draft {
		n := i.Counts
		out.Counts = &ImportCounts{Rows: n.Rows, Created: n.Created, Updated: n.Updated, Skipped: n.Skipped, Errors: n.Errors,
			Warnings: n.Warnings, InStopList: n.InStopList, Emails: n.Emails, BadEmails: n.BadEmails}
	}
	if i.Failure != nil {
		out.Failure = &Failure{Code: i.Failure.Code, Text: i.Failure.Text}
	}
	if u := i.Undo; u != nil {
		out.Undo = &ImportUndo{Removed: u.Removed, Restored: u.Restored, Kept: u.Kept, Consents: u.Consents,
			Examples: many(u.Examples, func(k contact.Kept) KeptContact { return KeptContact{Contact: k.Contact.String(), Why: k.Why} })}
	}
	return out
}

func columnOf(c intake.Column) ImportColumn {
	kind := string(c.Kind)
	if kind == "" {
		kind = string(contact.TextField)
	}
	return ImportColumn{Index: c.Index, Header: c.Header, Samples: many(c.Samples, func(s string) string { return s }), Dates: string(c.Dates),
		Proposal: ColumnProposal{Field: c.Field, Confidence: string(c.Confidence), NewKind: kind}}
}

func settingsOf(s intake.Settings) ImportSettings {
	return ImportSettings{Identity: string(s.Identity), OnExisting: string(s.OnExisting), List: s.List.String(), NewList: s.NewList, DefaultCountry: s.DefaultCountry,
		Tags: many(s.Tags, func(s string) string { return s }), DateOrder: string(s.DateOrder), Consent: declarationOf(s.Consent),
		Mapping: many(s.Mapping, func(m intake.Mapping) ColumnMapping {
			return ColumnMapping{Column: m.Column, Field: m.Field, NewField: m.NewField, NewKind: string(m.NewKind)}
		}),
		Remedies: many(s.Remedies, func(r intake.Remedy) Remedy {
			return Remedy{Code: r.Code, Column: r.Column, Action: string(r.Action), Value: r.Value}
		})}
}

func declarationOf(d intake.Declaration) ConsentDeclaration {
	out := ConsentDeclaration{Declared: d.Declared, Source: d.Source, Date: d.Date, Purpose: string(d.Purpose), Topic: d.Topic.String(), Choice: d.Choice.String(),
		Wording: d.Wording, Channels: many(d.Channels, func(k channel.Kind) string { return string(k) })}
	if p := d.Proof; p != nil {
		out.Proof = &ImportProof{Name: p.Name, Size: p.Size, SHA256: p.SHA256}
	}
	return out
}

func groupOf(g intake.Group) ErrorGroup {
	return ErrorGroup{Code: g.Code, Column: g.Column, Count: g.Count, Warning: g.Warning, Examples: many(g.Examples, func(e intake.Example) ErrorExample {
		return ErrorExample{Row: e.Row, Column: e.Column, Value: e.Value}
	})}
}

func (c ConsentDeclaration) inside() (intake.Declaration, error) {
	topic, err := reference[contact.TopicID]("settings.consent.topic", c.Topic)
	if err != nil {
		return intake.Declaration{}, err
	}
	choice, err := reference[contact.WordingID]("settings.consent.choice", c.Choice)
	return intake.Declaration{Declared: c.Declared, Source: c.Source, Date: c.Date, Purpose: channel.Purpose(c.Purpose), Topic: topic, Choice: choice, Wording: c.Wording,
		Channels: many(c.Channels, func(s string) channel.Kind { return channel.Kind(s) })}, err
}

func (a *API) uploadImport(ctx context.Context, who access.Actor, in *UploadImportInput) (Import, error) {
	return a.importAnswer(a.Imports.Upload(ctx, who, in.Filename, in.file))
}

func (a *API) importAnswer(i intake.Import, err error) (Import, error) {
	if err != nil {
		return Import{}, err
	}
	return a.importOf(i), nil
}

func (a *API) listImports(ctx context.Context, who access.Actor, in *Paging) (List[Import], error) {
	ask, err := in.ask()
	if err != nil {
		return List[Import]{}, err
	}
	got, err := a.Imports.List(ctx, who, ask)
	if err != nil {
		return List[Import]{}, err
	}
	return listOf(got, a.importOf), nil
}

func (a *API) getImport(ctx context.Context, who access.Actor, in *ImportPath) (Import, error) {
	id, err := parse[intake.ID](in.ID)
	if err != nil {
		return Import{}, err
	}
	return a.importAnswer(a.Imports.Get(ctx, who, id))
}

func (a *API) patchImport(ctx context.Context, who access.Actor, in *PatchImportInput) (Import, error) {
	id, err := parse[intake.ID](in.ID)
	if err != nil {
		return Import{}, err
	}
	ch := intake.Change{HasHeader: in.Body.HasHeader, Sheet: in.Body.Sheet}
	if s := in.Body.Settings; s != nil {
		if err := s.put(&ch); err != nil {
			return Import{}, err
		}
	}
	return a.importAnswer(a.Imports.Update(ctx, who, id, ch))
}

// put carries the settings that are there over.
func (s *PatchImportSettings) put(ch *intake.Change) error {
	ch.NewList, ch.DefaultCountry, ch.Tags = s.NewList, s.DefaultCountry, s.Tags
	if s.Mapping != nil {
		ch.Mapping = many(s.Mapping, func(m ColumnMapping) intake.Mapping {
			return intake.Mapping{Column: m.Column, Field: m.Field, NewField: m.NewField, NewKind: contact.FieldKind(m.NewKind)}
		})
	}
	if s.Identity != nil {
		by := contact.Identity(*s.Identity)
		ch.Identity = &by
	}
	if s.OnExisting != nil {
		rule := contact.OnExisting(*s.OnExisting)
		ch.OnExisting = &rule
	}
	if s.DateOrder != nil {
		order := intake.DateOrder(*s.DateOrder)
		ch.DateOrder = &order
	}
	if s.Remedies != nil {
		list := many(*s.Remedies, func(r Remedy) intake.Remedy {
			return intake.Remedy{Code: r.Code, Column: r.Column, Action: intake.Action(r.Action), Value: r.Value}
		})
		ch.Remedies = &list
	}
	if s.List != nil {
		l, err := reference[contact.ListID]("settings.list", *s.List)
		if err != nil {
			return err
		}
		ch.List = &l
	}
	if s.Consent == nil {
		return nil
	}
	d, err := s.Consent.inside()
	ch.Consent = &d
	return err
}

type importVerb func(context.Context, access.Actor, intake.ID) (intake.Import, error)

// begin starts a job on an import and answers with the job.
func (a *API) begin(ctx context.Context, who access.Actor, in *ImportPath, verb importVerb) (Job, error) {
	id, err := parse[intake.ID](in.ID)
	if err != nil {
		return Job{}, err
	}
	i, err := verb(ctx, who, id)
	if err != nil {
		return Job{}, err
	}
	s, err := a.Queue.Get(ctx, who.Tenant, i.Job)
	if err != nil {
		return Job{}, err
	}
	return a.jobOf(s), nil
}

func (a *API) dryRunImport(ctx context.Context, who access.Actor, in *ImportPath) (Job, error) {
	return a.begin(ctx, who, in, a.Imports.DryRun)
}

func (a *API) startImport(ctx context.Context, who access.Actor, in *ImportPath) (Job, error) {
	return a.begin(ctx, who, in, a.Imports.Start)
}

// change runs a verb that needs nothing but the import.
func (a *API) change(ctx context.Context, who access.Actor, in *ImportPath, verb importVerb) (Import, error) {
	id, err := parse[intake.ID](in.ID)
	if err != nil {
		return Import{}, err
	}
	return a.importAnswer(verb(ctx, who, id))
}

func (a *API) cancelImport(ctx context.Context, who access.Actor, in *ImportPath) (Import, error) {
	return a.change(ctx, who, in, a.Imports.Cancel)
}

func (a *API) pauseImport(ctx context.Context, who access.Actor, in *ImportPath) (Import, error) {
	return a.change(ctx, who, in, a.Imports.Pause)
}

func (a *API) resumeImport(ctx context.Context, who access.Actor, in *ImportPath) (Import, error) {
	return a.change(ctx, who, in, a.Imports.Resume)
}

func (a *API) undoImport(ctx context.Context, who access.Actor, in *ImportPath) (Import, error) {
	return a.change(ctx, who, in, a.Imports.TakeBack)
}

func (a *API) detachProof(ctx context.Context, who access.Actor, in *ImportPath) (Import, error) {
	return a.change(ctx, who, in, a.Imports.DetachProof)
}

func (a *API) rejectedRows(ctx context.Context, who access.Actor, in *RejectedInput) (Download, error) {
	id, err := parse[intake.ID](in.ID)
	if err != nil {
		return Download{}, err
	}
	if _, err := a.Imports.Get(ctx, who, id); err != nil {
		return Download{}, err
	}
	l, err := a.readerLang(ctx, who, in.Lang)
	if err != nil {
		return Download{}, err
	}
	write := func(ctx context.Context, w io.Writer) error { return a.Imports.Rejected(ctx, who, id, l, w) }
	return Download{Filename: "rejected-" + a.Clock.Now().Format(time.DateOnly) + ".csv", Write: write}, nil
}

// readerLang is the language that was asked for, else the account's.
func (a *API) readerLang(ctx context.Context, who access.Actor, asked string) (lang.Lang, error) {
	if l, ok := lang.Parse(asked); ok {
		return l, nil
	}
	return a.accountLang(ctx, who)
}

func (a *API) deleteImport(ctx context.Context, who access.Actor, in *ImportPath) (None, error) {
	id, err := parse[intake.ID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Imports.Delete(ctx, who, id)
}
