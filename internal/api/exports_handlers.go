package api

import (
	"context"
	"io"

	"keruen/internal/access"
	"keruen/internal/contact"
	"keruen/internal/intake/export"
	"keruen/internal/lang"
)

// exportOf makes the wire form; while an export runs, its job knows how far it is.
func (a *API) exportOf(ctx context.Context, e export.Export) Export {
	f := e.Ask.Filter
	out := Export{ID: e.ID.String(), State: string(e.State), Format: string(e.Ask.Format), Filename: e.Filename, Columns: e.Ask.Columns, Reason: e.Ask.Reason,
		Rows: e.Rows, Size: e.Size, Job: e.Job.String(), Downloads: e.Downloads, CreatedBy: e.CreatedBy.String(), CreatedAt: e.CreatedAt,
		FinishedAt: instant(e.FinishedAt), ExpiresAt: instant(e.ExpiresAt),
		Filter: ExportFilter{Search: f.Search, List: f.List.String(), Tag: f.Tag.String(), Segment: f.Segment.String(), Consent: string(f.Consent)}}
	if e.Failure != nil {
		out.Failure = &Failure{Code: e.Failure.Code, Text: e.Failure.Text}
	}
	if e.State == export.Running {
		if j, err := a.Queue.Get(ctx, e.Tenant, e.Job); err == nil {
			out.Done, out.Total = j.Done, j.Total
		}
	}
	return out
}

func (f ExportFilter) inside() (export.Filter, error) {
	out := export.Filter{Search: f.Search, Consent: contact.Action(f.Consent)}
	var err error
	if f.List != "" {
		if out.List, err = reference[contact.ListID]("filter.list", f.List); err != nil {
			return out, err
		}
	}
	if f.Tag != "" {
		if out.Tag, err = reference[contact.TagID]("filter.tag", f.Tag); err != nil {
			return out, err
		}
	}
	if f.Segment != "" {
		out.Segment, err = reference[contact.SegmentID]("filter.segment", f.Segment)
	}
	return out, err
}

func (a *API) createExport(ctx context.Context, who access.Actor, in *CreateExportInput) (Export, error) {
	filter, err := in.Body.Filter.inside()
	if err != nil {
		return Export{}, err
	}
	account, err := a.Access.GetAccount(ctx, who)
	if err != nil {
		return Export{}, err
	}
	l, ok := lang.Parse(in.Body.Lang)
	if !ok {
		l = account.Lang
	}
	ask := export.Ask{Format: export.Format(in.Body.Format), Filter: filter, Columns: in.Body.Columns, Reason: in.Body.Reason, Lang: l, Zone: account.Zone}
	return a.exportAnswer(ctx)(a.Exports.Start(ctx, who, ask))
}

func (a *API) exportAnswer(ctx context.Context) func(export.Export, error) (Export, error) {
	return func(e export.Export, err error) (Export, error) {
		if err != nil {
			return Export{}, err
		}
		return a.exportOf(ctx, e), nil
	}
}

func (a *API) listExports(ctx context.Context, who access.Actor, in *Paging) (List[Export], error) {
	ask, err := in.ask()
	if err != nil {
		return List[Export]{}, err
	}
	got, err := a.Exports.List(ctx, who, ask)
	if err != nil {
		return List[Export]{}, err
	}
	return listOf(got, func(e export.Export) Export { return a.exportOf(ctx, e) }), nil
}

func (a *API) getExport(ctx context.Context, who access.Actor, in *ExportPath) (Export, error) {
	id, err := parse[export.ID](in.ID)
	if err != nil {
		return Export{}, err
	}
	return a.exportAnswer(ctx)(a.Exports.Get(ctx, who, id))
}

func (a *API) cancelExport(ctx context.Context, who access.Actor, in *ExportPath) (Export, error) {
	id, err := parse[export.ID](in.ID)
	if err != nil {
		return Export{}, err
	}
	return a.exportAnswer(ctx)(a.Exports.Cancel(ctx, who, id))
}

func (a *API) downloadExport(ctx context.Context, who access.Actor, in *ExportPath) (Download, error) {
	id, err := parse[export.ID](in.ID)
	if err != nil {
		return Download{}, err
	}
	e, f, err := a.Exports.Open(ctx, who, id)
	if err != nil {
		return Download{}, err
	}
	write := func(_ context.Context, w io.Writer) error {
		defer f.Close()
		_, err := io.Copy(w, f)
		return err
	}
	return Download{Filename: e.Filename, Write: write}, nil
}

func (a *API) deleteExport(ctx context.Context, who access.Actor, in *ExportPath) (None, error) {
	id, err := parse[export.ID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Exports.Delete(ctx, who, id)
}
