package api

import (
	"context"
	"encoding/json"
	"errors"

	"keruen/internal/access"
	"keruen/internal/errs"
	"keruen/internal/jobs"
)

func (a *API) jobOf(s jobs.Status) Job {
	j := Job{ID: s.ID.String(), Kind: s.Kind, Title: s.Title, State: s.State.String(), Done: s.Done, Total: s.Total,
		Result: s.Result, CanCancel: !s.State.Finished(), CreatedAt: s.CreatedAt, StartedAt: instant(s.StartedAt), FinishedAt: instant(s.FinishedAt)}
	if len(j.Result) == 0 {
		j.Result = json.RawMessage("null")
	}
	if s.LastError != "" && s.State != jobs.Done {
		j.Error = &Failure{Code: s.LastError}
	}
	if s.State != jobs.Running || s.Done == 0 || s.StartedAt.IsZero() {
		return j
	}
	now := a.Clock.Now()
	if spent := now.Sub(s.StartedAt).Seconds(); spent >= 1 {
		j.Rate = float64(s.Done) / spent
	}
	if left := s.Total - s.Done; j.Rate > 0 && left > 0 {
		j.EndsAt = instant(now.Add(seconds(float64(left) / j.Rate)))
	}
	return j
}

// seesJobs tells whether the actor may see jobs. All that people see are imports and exports, whose titles are names of files about contacts;
// whoever may not see contacts has none, as in the stream.
func seesJobs(who access.Actor) bool { return who.Can(viewContacts) == nil }

func (a *API) listJobs(ctx context.Context, who access.Actor, in *Paging) (List[Job], error) {
	if !seesJobs(who) {
		return List[Job]{Items: []Job{}}, nil
	}
	ask, err := in.ask()
	if err != nil {
		return List[Job]{}, err
	}
	got, err := a.Queue.List(ctx, who.Tenant, ask)
	if err != nil {
		return List[Job]{}, err
	}
	return listOf(got, a.jobOf), nil
}

func (a *API) getJob(ctx context.Context, who access.Actor, in *JobPath) (Job, error) {
	id, err := parse[jobs.ID](in.ID)
	if err != nil {
		return Job{}, err
	}
	if !seesJobs(who) {
		return Job{}, errs.ErrNotFound
	}
	s, err := a.Queue.Get(ctx, who.Tenant, id)
	if err != nil {
		return Job{}, err
	}
	return a.jobOf(s), nil
}

func (a *API) cancelJob(ctx context.Context, who access.Actor, in *JobPath) (Job, error) {
	id, err := parse[jobs.ID](in.ID)
	if err != nil {
		return Job{}, err
	}
	_, err = a.Imports.CancelJob(ctx, who, id)
	if errors.Is(err, errs.ErrNotFound) {
		_, err = a.StopFiles.CancelJob(ctx, who, id)
	}
	if errors.Is(err, errs.ErrNotFound) {
		_, err = a.Exports.CancelJob(ctx, who, id)
	}
	if err != nil {
		return Job{}, err
	}
	return a.getJob(ctx, who, in)
}
