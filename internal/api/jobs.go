package api

import (
	"encoding/json"
	"time"
)

// Job is long work with its progress.
type Job struct {
	ID         string          `json:"id"`
	Kind       string          `json:"kind" example:"import.run"`
	Title      string          `json:"title"`
	State      string          `json:"state" enum:"queued,running,paused,done,failed,cancelled"`
	Done       int64           `json:"done"`
	Total      int64           `json:"total" doc:"0 while not known."`
	Rate       float64         `json:"rate" doc:"Units a second since the start; 0 when not known."`
	EndsAt     *time.Time      `json:"ends_at,omitempty" doc:"Expected end."`
	Result     json.RawMessage `json:"result" doc:"What the kind of job says about its outcome, or null."`
	Error      *Failure        `json:"error,omitempty" doc:"With failed, or the last error before another try. The text may be empty: the code says it."`
	CanCancel  bool            `json:"can_cancel"`
	CreatedAt  time.Time       `json:"created_at"`
	StartedAt  *time.Time      `json:"started_at,omitempty"`
	FinishedAt *time.Time      `json:"finished_at,omitempty"`
}

// JobPath names a job.
type JobPath struct {
	ID string `path:"id" maxLength:"40"`
}

func (a *API) registerJobs(r routes) {
	private(r, get("/jobs").as("listJobs", "jobs", "Long work of the account, newest first"), a.listJobs)
	private(r, get("/jobs/{id}").as("getJob", "jobs", "A job"), a.getJob)
	private(r, post("/jobs/{id}/cancel").needs(editContacts).as("cancelJob", "jobs", "Stop a job; what was done stays"), a.cancelJob)
}
