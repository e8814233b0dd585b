package api

import (
	"context"
	"encoding/json"

	"keruen/internal/access"
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

func (a *API) listJobs(ctx context.Context, who access.Actor, in *Paging) (List[Job], error) {
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
	if _, err := a.Imports.CancelJob(ctx, who, id); err != nil { // imports are the only jobs that people see
		return Job{}, err
	}
	return a.getJob(ctx, who, in)
}
