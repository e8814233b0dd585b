package api

import (
	"context"
	"io"
	"time"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/intake"
	"keruen/internal/lang"
)

func importOf(i intake.Import) Import {
	out := Import{ID: i.ID.String(), State: string(i.State), Filename: i.Filename, Size: i.Size, Encoding: string(i.Format.Encoding),
		Delimiter: i.Format.Delimiter, HasHeader: i.Format.HasHeader, Columns: many(i.Columns, columnOf), RowsEstimate: i.RowsEstimate,
		Settings: settingsOf(i.Settings), ErrorGroups: many(i.Groups, groupOf), Job: i.Job.String(), Done: i.Done, List: i.List.String(),
		CanCancel: i.State == intake.Checking || i.State == intake.Running, CreatedAt: i.CreatedAt,
		StartedAt: instant(i.StartedAt), FinishedAt: instant(i.FinishedAt)}
	if i.State != intake.Draft {
		n := i.Counts
		out.Counts = &ImportCounts{Rows: n.Rows, Created: n.Created, Updated: n.Updated, Skipped: n.Skipped, Errors: n.Errors,
			Warnings: n.Warnings, InStopList: n.InStopList}
	}
	if i.Failure != nil {
		out.Failure = &Failure{Code: i.Failure.Code, Text: i.Failure.Text}
	}
	return out
}

func columnOf(c intake.Column) ImportColumn {
	return ImportColumn{Index: c.Index, Header: c.Header, Samples: many(c.Samples, func(s string) string { return s }),
		Proposal: ColumnProposal{Field: c.Field, Confidence: string(c.Confidence)}}
}

func settingsOf(s intake.Settings) ImportSettings {
	d := s.Consent
	return ImportSettings{OnExisting: string(s.OnExisting), List: s.List.String(), NewList: s.NewList, DefaultCountry: s.DefaultCountry,
		Mapping: many(s.Mapping, func(m intake.Mapping) ColumnMapping {
			return ColumnMapping{Column: m.Column, Field: m.Field, NewField: m.NewField}
		}),
		Consent: ConsentDeclaration{Declared: d.Declared, Source: d.Source, Date: d.Date, Purpose: string(d.Purpose), Wording: d.Wording,
			Channels: many(d.Channels, func(k channel.Kind) string { return string(k) })}}
}

func groupOf(g intake.Group) ErrorGroup {
	return ErrorGroup{Code: g.Code, Count: g.Count, Warning: g.Warning, Examples: many(g.Examples, func(e intake.Example) ErrorExample {
		return ErrorExample{Row: e.Row, Column: e.Column, Value: e.Value}
	})}
}

func (c ConsentDeclaration) inside() intake.Declaration {
	return intake.Declaration{Declared: c.Declared, Source: c.Source, Date: c.Date, Purpose: channel.Purpose(c.Purpose), Wording: c.Wording,
		Channels: many(c.Channels, func(s string) channel.Kind { return channel.Kind(s) })}
}

func (a *API) uploadImport(ctx context.Context, who access.Actor, in *UploadImportInput) (Import, error) {
	return importAnswer(a.Imports.Upload(ctx, who, in.Filename, in.file))
}

func importAnswer(i intake.Import, err error) (Import, error) {
	if err != nil {
		return Import{}, err
	}
	return importOf(i), nil
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
	return listOf(got, importOf), nil
}

func (a *API) getImport(ctx context.Context, who access.Actor, in *ImportPath) (Import, error) {
	id, err := parse[intake.ID](in.ID)
	if err != nil {
		return Import{}, err
	}
	return importAnswer(a.Imports.Get(ctx, who, id))
}

func (a *API) patchImport(ctx context.Context, who access.Actor, in *PatchImportInput) (Import, error) {
	id, err := parse[intake.ID](in.ID)
	if err != nil {
		return Import{}, err
	}
	ch := intake.Change{HasHeader: in.Body.HasHeader}
	if s := in.Body.Settings; s != nil {
		ch.NewList, ch.DefaultCountry = s.NewList, s.DefaultCountry
		if s.Mapping != nil {
			ch.Mapping = many(s.Mapping, func(m ColumnMapping) intake.Mapping {
				return intake.Mapping{Column: m.Column, Field: m.Field, NewField: m.NewField}
			})
		}
		if s.OnExisting != nil {
			rule := contact.OnExisting(*s.OnExisting)
			ch.OnExisting = &rule
		}
		if s.List != nil {
			l, err := reference[contact.ListID]("settings.list", *s.List)
			if err != nil {
				return Import{}, err
			}
			ch.List = &l
		}
		if s.Consent != nil {
			d := s.Consent.inside()
			ch.Consent = &d
		}
	}
	return importAnswer(a.Imports.Update(ctx, who, id, ch))
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

func (a *API) cancelImport(ctx context.Context, who access.Actor, in *ImportPath) (Import, error) {
	id, err := parse[intake.ID](in.ID)
	if err != nil {
		return Import{}, err
	}
	return importAnswer(a.Imports.Cancel(ctx, who, id))
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
