package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/page"
)

// EnqueueTx adds a task in the caller's transaction and returns its id, or that of the unfinished one
// with the same key.
func (q *Queue) EnqueueTx(ctx context.Context, tx *db.Tx, t Task) (ID, error) {
	if t.Kind == "" {
		return 0, errKind
	}
	payload, err := json.Marshal(t.Args)
	if err != nil {
		return 0, fmt.Errorf("enqueue %s: encode arguments: %w", t.Kind, err)
	}
	task, err := insertTask(ctx, tx, t, string(payload))
	if err != nil {
		return 0, fmt.Errorf("enqueue %s: %w", t.Kind, err)
	}
	tx.AfterCommit(q.look)
	return task, nil
}

// CancelTx ends a task for good. A worker that has it is told through its context. Cancelling a
// cancelled task changes nothing; a task that ended otherwise is ErrFinished.
func (q *Queue) CancelTx(ctx context.Context, tx *db.Tx, tenant id.Tenant, task ID) error {
	return q.moveTx(ctx, tx, tenant, task, Cancelled, "0, 1, 2")
}

// PauseTx stops a task until ResumeTx. A worker that has it is told through its context.
func (q *Queue) PauseTx(ctx context.Context, tx *db.Tx, tenant id.Tenant, task ID) error {
	return q.moveTx(ctx, tx, tenant, task, Paused, "0, 1")
}

// ResumeTx lets a paused task go on. Its worker starts from what it saved.
func (q *Queue) ResumeTx(ctx context.Context, tx *db.Tx, tenant id.Tenant, task ID) error {
	return q.moveTx(ctx, tx, tenant, task, Queued, "2")
}

func (q *Queue) moveTx(ctx context.Context, tx *db.Tx, tenant id.Tenant, task ID, to State, from string) error {
	n, err := move(ctx, tx, tenant, task, to, from)
	if err != nil {
		return fmt.Errorf("move task to %s: %w", to, err)
	}
	if n == 1 {
		tx.AfterCommit(func() { q.takeAway(task); q.look() })
		return nil
	}
	s, err := getTask(ctx, tx, tenant, task)
	switch {
	case err != nil:
		return err
	case s.State == to, to == Queued && !s.State.Finished():
		return nil
	}
	return ErrFinished
}

// Get returns a task of the tenant, errs.ErrNotFound if there is none.
func (q *Queue) Get(ctx context.Context, tenant id.Tenant, task ID) (Status, error) {
	return getTask(ctx, q.db, tenant, task)
}

// List returns the visible tasks of a tenant, newest first.
func (q *Queue) List(ctx context.Context, tenant id.Tenant, ask page.Ask) (page.Of[Status], error) {
	rows, err := listTasks(ctx, q.db, tenant, ask.After, ask.Limit+1)
	if err != nil {
		return page.Of[Status]{}, fmt.Errorf("list tasks: %w", err)
	}
	return page.Cut(rows, ask, func(s Status) int64 { return int64(s.ID) }), nil
}

// record writes something about a task in work, if it still is ours.
func (q *Queue) record(ctx context.Context, j *Job, set string, args ...any) error {
	return q.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := db.Exec(ctx, tx, `UPDATE task SET `+set+` WHERE id = ? AND token = ? AND state = 1`, append(args, j.ID, j.token)...)
		if err == nil && n == 0 {
			return ErrTaken
		}
		return err
	})
}

// ErrTaken tells a worker that its task was cancelled, paused, or taken over by another process.
var ErrTaken = errs.New(errs.Conflict, "job.taken", "The job was stopped or goes on elsewhere.")

// Late tells for how long the task that has waited longest could have been running already; zero when the queue keeps up.
func (q *Queue) Late(ctx context.Context) (time.Duration, error) {
	now := q.clock.Now()
	due, err := oldestDue(ctx, q.db, now)
	if err != nil || due.IsZero() {
		return 0, err
	}
	return now.Sub(due), nil
}
