package api

import (
	"context"
	"slices"
	"time"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/lang"
)

func suppressionOf(s contact.Suppression) Suppression {
	return Suppression{ID: s.ID.String(), Address: s.Address, Channel: string(s.Channel), Scope: string(s.Scope), Reason: string(s.Reason),
		Detail: s.Detail, CanRelease: s.CanRelease(), At: s.At}
}

func (f SuppressionFilter) inside() (contact.StopFilter, error) {
	file, err := reference[contact.StopFileID]("file", f.File)
	return contact.StopFilter{Search: f.Search, Reason: contact.StopReason(f.Reason), Channel: channel.Kind(f.Channel), File: file}, err
}

func (a *API) listSuppressions(ctx context.Context, who access.Actor, in *SuppressionsInput) (List[Suppression], error) {
	f, err := in.inside()
	if err != nil {
		return List[Suppression]{}, err
	}
	if f.Ask, err = in.ask(); err != nil {
		return List[Suppression]{}, err
	}
	got, err := a.Contacts.Suppressions(ctx, who, f)
	if err != nil {
		return List[Suppression]{}, err
	}
	l := listOf(got, suppressionOf)
	if err := a.nameFiles(ctx, who, got.Items, l.Items); err != nil {
		return List[Suppression]{}, err
	}
	if in.Cursor == "" {
		t, err := a.Contacts.CountSuppressions(ctx, who, f)
		if err != nil {
			return List[Suppression]{}, err
		}
		l.Total = &Total{N: t.N, Approx: t.Approx}
	}
	return l, nil
}

// nameFiles says of each entry which file brought it.
func (a *API) nameFiles(ctx context.Context, who access.Actor, list []contact.Suppression, out []Suppression) error {
	var ids []contact.StopFileID
	for _, s := range list {
		if s.File != 0 && !slices.Contains(ids, s.File) {
			ids = append(ids, s.File)
		}
	}
	names, err := a.StopFiles.Names(ctx, who, ids)
	if err != nil {
		return err
	}
	for i, s := range list {
		if name, ok := names[s.File]; ok {
			out[i].File = &SuppressionFromFile{ID: s.File.String(), Filename: name}
		}
	}
	return nil
}

func (a *API) suppressionsFile(ctx context.Context, who access.Actor, in *SuppressionsFileInput) (Download, error) {
	f, err := in.inside()
	if err != nil {
		return Download{}, err
	}
	account, err := a.Access.GetAccount(ctx, who)
	if err != nil {
		return Download{}, err
	}
	l, ok := lang.Parse(in.Lang)
	if !ok {
		l = account.Lang
	}
	zone, err := time.LoadLocation(account.Zone)
	if err != nil {
		zone = time.UTC
	}
	out, err := a.Contacts.ExportSuppressions(ctx, who, f, l, zone)
	return Download{Filename: out.Filename, Write: out.Write}, err
}

func (a *API) suppress(ctx context.Context, who access.Actor, in *SuppressInput) (Suppression, error) {
	s, err := a.Contacts.Suppress(ctx, who, channel.Kind(in.Body.Channel), in.Body.Address, in.Body.Note)
	if err != nil {
		return Suppression{}, err
	}
	return suppressionOf(s), nil
}

func (a *API) release(ctx context.Context, who access.Actor, in *SuppressionPath) (None, error) {
	id, err := parse[contact.SuppressionID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Contacts.Release(ctx, who, id)
}

// stopFileOf makes the wire form; while a file is worked on, its job knows how far it is.
func (a *API) stopFileOf(ctx context.Context, f contact.StopFile) StopFile {
	out := StopFile{ID: f.ID.String(), State: string(f.State), Filename: f.Filename, Size: f.Size, Format: f.Format, Sheet: f.Sheet, HasHeader: f.HasHeader,
		Reason: string(f.Reason), Note: f.Note, Rows: f.Rows, Done: f.Done, Counts: StopCounts(f.Counts), Job: f.Job.String(), CreatedBy: f.CreatedBy.String(),
		Columns:   many(f.Columns, func(c contact.StopColumn) StopColumn { return StopColumn(c) }),
		Rejects:   many(f.Rejects, func(r contact.StopReject) StopReject { return StopReject(r) }),
		CreatedAt: f.CreatedAt, StartedAt: instant(f.StartedAt), FinishedAt: instant(f.FinishedAt)}
	if f.Failure != nil {
		out.Failure = &Failure{Code: f.Failure.Code, Text: f.Failure.Text}
	}
	if f.State == contact.StopChecking {
		if j, err := a.Queue.Get(ctx, f.Tenant, f.Job); err == nil {
			out.Done = j.Done
		}
	}
	return out
}

// stopFileAnswer makes the answer about a file that a verb returned.
func (a *API) stopFileAnswer(ctx context.Context) func(contact.StopFile, error) (StopFile, error) {
	return func(f contact.StopFile, err error) (StopFile, error) {
		if err != nil {
			return StopFile{}, err
		}
		return a.stopFileOf(ctx, f), nil
	}
}

func (a *API) uploadStopFile(ctx context.Context, who access.Actor, in *UploadStopFileInput) (StopFile, error) {
	return a.stopFileAnswer(ctx)(a.StopFiles.Upload(ctx, who, in.Filename, contact.StopReason(in.Reason), in.Note, in.file))
}

func (a *API) listStopFiles(ctx context.Context, who access.Actor, in *Paging) (List[StopFile], error) {
	ask, err := in.ask()
	if err != nil {
		return List[StopFile]{}, err
	}
	got, err := a.StopFiles.List(ctx, who, ask)
	if err != nil {
		return List[StopFile]{}, err
	}
	return listOf(got, func(f contact.StopFile) StopFile { return a.stopFileOf(ctx, f) }), nil
}

func (a *API) getStopFile(ctx context.Context, who access.Actor, in *StopFilePath) (StopFile, error) {
	return a.withStopFile(ctx, who, in, a.StopFiles.Get)
}

func (a *API) startStopFile(ctx context.Context, who access.Actor, in *StopFilePath) (StopFile, error) {
	return a.withStopFile(ctx, who, in, a.StopFiles.Start)
}

func (a *API) cancelStopFile(ctx context.Context, who access.Actor, in *StopFilePath) (StopFile, error) {
	return a.withStopFile(ctx, who, in, a.StopFiles.Cancel)
}

func (a *API) withStopFile(ctx context.Context, who access.Actor, in *StopFilePath, verb func(context.Context, access.Actor, contact.StopFileID) (contact.StopFile, error)) (StopFile, error) {
	id, err := parse[contact.StopFileID](in.ID)
	if err != nil {
		return StopFile{}, err
	}
	return a.stopFileAnswer(ctx)(verb(ctx, who, id))
}

func (a *API) patchStopFile(ctx context.Context, who access.Actor, in *PatchStopFileInput) (StopFile, error) {
	id, err := parse[contact.StopFileID](in.ID)
	if err != nil {
		return StopFile{}, err
	}
	ch := contact.StopFileChange{Note: in.Body.Note, Columns: in.Body.Columns}
	if in.Body.Reason != nil {
		reason := contact.StopReason(*in.Body.Reason)
		ch.Reason = &reason
	}
	return a.stopFileAnswer(ctx)(a.StopFiles.Update(ctx, who, id, ch))
}
