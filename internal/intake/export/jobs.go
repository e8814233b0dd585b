package export

import (
	"context"
	"errors"
	"fmt"
	"io"

	"keruen/internal/blob"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
)

// Kinds of jobs.
const (
	kindRun    = "export.run"
	kindExpire = "export.expire"
)

// attempts is how often a file is begun anew before the export has failed.
const attempts = 5

// task is the argument of both jobs.
type task struct {
	Tenant id.Tenant `json:"tenant"`
	Export ID        `json:"export"`
}

func (s *Service) register() {
	jobs.Register(s.queue, kindRun, func(ctx context.Context, j *jobs.Job, a task) error {
		err := s.run(ctx, a, j.Progress)
		if err == nil || j.Attempt < attempts {
			return err
		}
		return errors.Join(s.fail(ctx, a), jobs.Cancel(err))
	}, jobs.AtMost(2))
	jobs.Register(s.queue, kindExpire, func(ctx context.Context, _ *jobs.Job, a task) error { return s.expire(ctx, a) })
}

type progress func(ctx context.Context, done, total int64) error

// run writes the file from the beginning; what an earlier attempt wrote is gone.
func (s *Service) run(ctx context.Context, a task, report progress) error {
	e, err := get(ctx, s.db, a.Tenant, a.Export)
	if errors.Is(err, errs.ErrNotFound) {
		return nil // deleted meanwhile
	}
	if err != nil || e.State != Running {
		return err
	}
	ref, n, err := s.write(ctx, e, report)
	if err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	kept := false
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		kept = false
		e, err := lock(ctx, tx, a.Tenant, a.Export)
		if err != nil || e.State != Running {
			return err // cancelled or deleted meanwhile
		}
		kept = true
		e.State, e.Rows, e.Size, e.blob, e.Job = Ready, n, ref.Size, ref.Key, 0
		e.FinishedAt, e.ExpiresAt = tx.Now, tx.Now.Add(Kept)
		if _, err := s.queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: a.Tenant, Kind: kindExpire, Args: a, RunAt: e.ExpiresAt}); err != nil {
			return err
		}
		return save(ctx, tx, e)
	})
	if err != nil || !kept {
		return errors.Join(err, s.blobs.Delete(ctx, a.Tenant, ref.Key))
	}
	return nil
}

// write streams the contacts into a blob and returns how many there were.
func (s *Service) write(ctx context.Context, e Export, report progress) (blob.Ref, int64, error) {
	r, w := io.Pipe()
	var n int64
	done := make(chan error, 1)
	go func() {
		var err error
		n, err = s.contactsTo(ctx, e, w, report)
		done <- err
		_ = w.CloseWithError(err) // never fails
	}()
	ref, err := s.blobs.Put(ctx, e.Tenant, r, maxFile)
	_ = r.CloseWithError(io.ErrClosedPipe) // so that the writer ends when Put did not read it all
	wrote := <-done
	if wrote != nil && !errors.Is(wrote, io.ErrClosedPipe) {
		err = wrote
	}
	return ref, n, err
}

func (s *Service) fail(ctx context.Context, a task) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		e, err := lock(ctx, tx, a.Tenant, a.Export)
		if errors.Is(err, errs.ErrNotFound) || err == nil && e.State != Running {
			return nil
		}
		if err != nil {
			return err
		}
		e.State, e.Job, e.FinishedAt = Failed, 0, tx.Now
		e.Failure = &Failure{"export.gave_up", "The file could not be written after several attempts. Try again later."}
		return save(ctx, tx, e)
	})
}

// expire deletes the file when its time is over.
func (s *Service) expire(ctx context.Context, a task) error {
	var old string
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		old = ""
		e, err := lock(ctx, tx, a.Tenant, a.Export)
		if errors.Is(err, errs.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		old = e.blob // also when an earlier attempt came only so far
		e.State = Expired
		return save(ctx, tx, e)
	})
	if err != nil || old == "" {
		return err
	}
	return s.blobs.Delete(ctx, a.Tenant, old)
}
