package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"keruen/internal/id"
)

// snoozed asks to be called later.
type snoozed struct{ d time.Duration }

func (s snoozed) Error() string { return fmt.Sprintf("wait for %s", s.d) }

// Snooze ends this call; the task is called again after d. It does not count as an attempt, and earlier failures
// are forgotten, so a task that snoozes for ever is a periodic one (give it a unique key, enqueue it at each start).
func Snooze(d time.Duration) error { return snoozed{d} }

// cancelled ends a task for good.
type cancelled struct{ cause error }

func (c cancelled) Error() string { return c.cause.Error() }
func (c cancelled) Unwrap() error { return c.cause }

// Cancel ends the task as failed because of err, without further attempts.
func Cancel(err error) error {
	if err == nil {
		err = errors.New("cancelled by the worker")
	}
	return cancelled{err}
}

// Job is a task in work.
type Job struct {
	ID      ID
	Tenant  id.Tenant
	Kind    string
	Attempt int // 1 at the first try

	q     *Queue
	token int64
}

// Progress records that done of total is ready (total 0: unknown). It fails when the task was
// taken away; the worker then should return that error.
func (j *Job) Progress(ctx context.Context, done, total int64) error {
	return j.q.record(ctx, j, `done = ?, total = ?`, done, total)
}

// SetResult records what people see when the task is done, as JSON. It may be called before the end.
func (j *Job) SetResult(ctx context.Context, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode result: %w", err)
	}
	return j.q.record(ctx, j, `result = ?`, string(b))
}
