package api

import (
	"context"
	"errors"
	"io"

	"github.com/danielgtaylor/huma/v2"

	"keruen/internal/access"
	"keruen/internal/contact"
	"keruen/internal/intake"
)

// outcomes are the words for what becomes of a row.
var outcomes = map[contact.What]string{contact.Created: "created", contact.Updated: "updated", contact.Unchanged: "unchanged", contact.Repeated: "repeated"}

func previewOf(r intake.Result) PreviewContact {
	fields := make(map[string]string, len(r.Fields))
	for k, v := range r.Fields {
		fields[k] = v.Text()
	}
	return PreviewContact{Line: r.Line, Outcome: outcomes[r.What], Contact: r.ID.String(), Email: r.Email, Phone: r.Phone, ExternalID: r.ExternalID, FirstName: r.FirstName,
		LastName: r.LastName, Lang: r.Lang, Fields: fields, Tags: many(r.Tags, func(s string) string { return s }), Stopped: r.Stopped}
}

func (a *API) previewImport(ctx context.Context, who access.Actor, in *ImportPath) (List[PreviewContact], error) {
	id, err := parse[intake.ID](in.ID)
	if err != nil {
		return List[PreviewContact]{}, err
	}
	got, err := a.Imports.Preview(ctx, who, id)
	if err != nil {
		return List[PreviewContact]{}, err
	}
	return whole(got, previewOf), nil
}

func (a *API) badRows(ctx context.Context, who access.Actor, in *BadRowsInput) (List[BadRow], error) {
	id, err := parse[intake.ID](in.ID)
	if err != nil {
		return List[BadRow]{}, err
	}
	ask, err := in.ask()
	if err != nil {
		return List[BadRow]{}, err
	}
	got, err := a.Imports.BadRows(ctx, who, id, in.Code, in.Column, ask)
	if err != nil {
		return List[BadRow]{}, err
	}
	return listOf(got, func(r intake.BadRow) BadRow {
		return BadRow{Line: r.Line, Cells: many(r.Cells, func(s string) string { return s }), Code: r.Code, Column: r.Column, Hint: r.Hint}
	}), nil
}

func (a *API) mendRows(ctx context.Context, who access.Actor, in *MendRowsInput) (Import, error) {
	id, err := parse[intake.ID](in.ID)
	if err != nil {
		return Import{}, err
	}
	rows := many(in.Body.Rows, func(r MendedRow) intake.Mend { return intake.Mend{Line: r.Line, Cells: r.Cells, Dropped: r.Dropped} })
	return a.importAnswer(a.Imports.MendRows(ctx, who, id, rows))
}

func (a *API) attachProof(ctx context.Context, who access.Actor, in *ProofInput) (Import, error) {
	id, err := parse[intake.ID](in.ID)
	if err != nil {
		return Import{}, err
	}
	return a.importAnswer(a.Imports.AttachProof(ctx, who, id, in.Filename, in.file))
}

func (a *API) importProof(ctx context.Context, who access.Actor, in *ImportPath) (Download, error) {
	id, err := parse[intake.ID](in.ID)
	if err != nil {
		return Download{}, err
	}
	f, p, err := a.Imports.OpenProof(ctx, who, id)
	if err != nil {
		return Download{}, err
	}
	write := func(_ context.Context, w io.Writer) error {
		_, err := io.Copy(w, f)
		return errors.Join(err, f.Close())
	}
	return Download{Filename: p.Name, Write: write}, nil
}

func (a *API) importSample(ctx context.Context, who access.Actor, in *SampleInput) (Download, error) {
	l, err := a.readerLang(ctx, who, in.Lang)
	if err != nil {
		return Download{}, err
	}
	return Download{Filename: "contacts-" + string(l) + ".xlsx", Write: func(_ context.Context, w io.Writer) error { return intake.WriteSample(w, l) }}, nil
}

func uploadOf(u intake.Upload) Upload {
	return Upload{ID: u.ID.String(), Filename: u.Filename, Size: u.Size, Received: u.Received, MaxPart: intake.MaxPart, CreatedAt: u.CreatedAt}
}

func uploadAnswer(u intake.Upload, err error) (Upload, error) {
	if err != nil {
		return Upload{}, err
	}
	return uploadOf(u), nil
}

func (a *API) beginUpload(ctx context.Context, who access.Actor, in *BeginUploadInput) (Upload, error) {
	return uploadAnswer(a.Imports.BeginUpload(ctx, who, in.Body.Filename, in.Body.Size))
}

func (a *API) appendUpload(ctx context.Context, who access.Actor, in *UploadPartInput) (Upload, error) {
	id, err := parse[intake.UploadID](in.ID)
	if err != nil {
		return Upload{}, err
	}
	return uploadAnswer(a.Imports.AppendUpload(ctx, who, id, in.Offset, in.part))
}

func (a *API) finishUpload(ctx context.Context, who access.Actor, in *UploadPath) (Import, error) {
	id, err := parse[intake.UploadID](in.ID)
	if err != nil {
		return Import{}, err
	}
	return a.importAnswer(a.Imports.FinishUpload(ctx, who, id))
}

func (a *API) cancelUpload(ctx context.Context, who access.Actor, in *UploadPath) (None, error) {
	id, err := parse[intake.UploadID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Imports.CancelUpload(ctx, who, id)
}

// received is an upload whose progress also stands in a header, so that HEAD tells it.
type received struct {
	Offset int64 `header:"Upload-Offset" doc:"Bytes that have arrived."`
	Body   Upload
}

// registerGetUpload registers the question how much has arrived, by GET or HEAD.
func (a *API) registerGetUpload(r routes, o op) {
	huma.Register(r.api, o.operation(string(o.permission)), func(ctx context.Context, in *UploadPath) (*received, error) {
		id, err := parse[intake.UploadID](in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		u, err := a.Imports.GetUpload(ctx, callOf(ctx).Actor, id)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &received{Offset: u.Received, Body: uploadOf(u)}, nil
	})
}
