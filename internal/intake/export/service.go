package export

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/blob"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/page"
)

// Service holds the verbs. It is safe for concurrent use.
type Service struct {
	db       *db.DB
	blobs    *blob.Store
	queue    *jobs.Queue
	contacts *contact.Service
}

// New makes the service and registers its jobs with the queue.
func New(d *db.DB, blobs *blob.Store, q *jobs.Queue, contacts *contact.Service) *Service {
	s := &Service{db: d, blobs: blobs, queue: q, contacts: contacts}
	s.register()
	return s
}

// Start orders a file. Who asked, why, and for which contacts goes to the log of actions (AUD-5).
func (s *Service) Start(ctx context.Context, who access.Actor, a Ask) (Export, error) {
	if err := who.Can(access.ExportContacts); err != nil {
		return Export{}, err
	}
	if err := s.complete(ctx, who, &a); err != nil {
		return Export{}, fmt.Errorf("start export: %w", err)
	}
	e := Export{ID: id.New[exportKind](), Tenant: who.Tenant, State: Running, Ask: a, CreatedBy: who.Member}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		e.CreatedAt, e.Filename = tx.Now, a.filename(tx.Now)
		e.Job, err = s.queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: who.Tenant, Kind: kindRun, Args: task{who.Tenant, e.ID}, UniqueKey: e.ID.String(), MaxAttempts: attempts, Title: e.Filename, Visible: true})
		if err != nil {
			return err
		}
		if err := insert(ctx, tx, e); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "export.started", Object: e.ID.String(),
			Details: map[string]any{"reason": contact.Unnamed(a.Reason), "format": string(a.Format), "contacts": a.Filter.about(), "columns": a.Columns}})
	})
	if err != nil {
		return Export{}, fmt.Errorf("start export: %w", err)
	}
	return e, nil
}

// complete checks what was asked and fills in the rest. Lists, tags and segments must be the account's own.
func (s *Service) complete(ctx context.Context, who access.Actor, a *Ask) error {
	if err := a.check(); err != nil {
		return err
	}
	custom, err := s.contacts.Fields(ctx, who.Tenant)
	if err != nil {
		return err
	}
	if err := a.resolve(custom); err != nil {
		return err
	}
	if a.Filter.List != 0 {
		if _, err := s.contacts.GetList(ctx, access.System(who.Tenant), a.Filter.List); err != nil {
			return err
		}
	}
	if a.Filter.Tag != 0 {
		tags, err := s.contacts.Tags(ctx, access.System(who.Tenant))
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(tags, func(t contact.Tag) bool { return t.ID == a.Filter.Tag }) {
			return errs.ErrNotFound
		}
	}
	n, err := s.contacts.Count(ctx, access.System(who.Tenant), a.Filter.contacts())
	if err == nil && n.N == 0 {
		err = ErrNobody
	}
	return err
}

// Get returns one export.
func (s *Service) Get(ctx context.Context, who access.Actor, e ID) (Export, error) {
	if err := who.Can(access.ExportContacts); err != nil {
		return Export{}, err
	}
	return get(ctx, s.db, who.Tenant, e)
}

// List returns a page of exports, the newest first.
func (s *Service) List(ctx context.Context, who access.Actor, ask page.Ask) (page.Of[Export], error) {
	if err := who.Can(access.ExportContacts); err != nil {
		return page.Of[Export]{}, err
	}
	all, err := list(ctx, s.db, who.Tenant, ask)
	if err != nil {
		return page.Of[Export]{}, fmt.Errorf("list exports: %w", err)
	}
	return page.Cut(all, ask, func(e Export) int64 { return int64(e.ID) }), nil
}

// Open returns the file, to be closed, and counts that it was taken; the log of actions tells by whom.
func (s *Service) Open(ctx context.Context, who access.Actor, e ID) (Export, *os.File, error) {
	if err := who.Can(access.ExportContacts); err != nil {
		return Export{}, nil, err
	}
	var got Export
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if got, err = lock(ctx, tx, who.Tenant, e); err != nil {
			return err
		}
		switch {
		case got.State == Expired, got.State == Ready && !tx.Now.Before(got.ExpiresAt):
			return ErrGone
		case got.State != Ready:
			return ErrNotReady
		}
		got.Downloads++
		if err := save(ctx, tx, got); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "export.downloaded", Object: e.String(), Details: map[string]any{"contacts": got.Rows}})
	})
	if err != nil {
		return Export{}, nil, fmt.Errorf("open export: %w", err)
	}
	f, err := s.blobs.Open(ctx, who.Tenant, got.blob)
	if err != nil {
		return Export{}, nil, fmt.Errorf("open export: %w", err)
	}
	return got, f, nil
}

// Cancel stops an export that is running; nothing of its file stays.
func (s *Service) Cancel(ctx context.Context, who access.Actor, e ID) (Export, error) {
	if err := who.Can(access.ExportContacts); err != nil {
		return Export{}, err
	}
	var got Export
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if got, err = lock(ctx, tx, who.Tenant, e); err != nil {
			return err
		}
		if got.State != Running {
			return ErrEnded
		}
		job := got.Job
		got.State, got.Job, got.FinishedAt = Cancelled, 0, tx.Now
		if err := save(ctx, tx, got); err != nil {
			return err
		}
		if err := s.queue.CancelTx(ctx, tx, who.Tenant, job); err != nil && !errors.Is(err, jobs.ErrFinished) && !errors.Is(err, errs.ErrNotFound) {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "export.cancelled", Object: e.String()})
	})
	if err != nil {
		return Export{}, fmt.Errorf("cancel export: %w", err)
	}
	return got, nil
}

// CancelJob is Cancel for somebody who knows only the job. errs.ErrNotFound when the job works on no export.
func (s *Service) CancelJob(ctx context.Context, who access.Actor, job jobs.ID) (Export, error) {
	if err := who.Can(access.ExportContacts); err != nil {
		return Export{}, err
	}
	e, err := db.One[ID](ctx, s.db, `SELECT id FROM export WHERE tenant_id = ? AND job_id = ?`, who.Tenant, job)
	if err != nil {
		return Export{}, fmt.Errorf("cancel job: %w", err)
	}
	return s.Cancel(ctx, who, e)
}

// Delete removes an export that is not running, with its file. The log of actions keeps that it was.
func (s *Service) Delete(ctx context.Context, who access.Actor, e ID) error {
	if err := who.Can(access.ExportContacts); err != nil {
		return err
	}
	var got Export
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if got, err = lock(ctx, tx, who.Tenant, e); err != nil {
			return err
		}
		if got.State == Running {
			return ErrBusy
		}
		if _, err := db.Exec(ctx, tx, `DELETE FROM export WHERE tenant_id = ? AND id = ?`, who.Tenant, e); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "export.deleted", Object: e.String()})
	})
	if err == nil && got.blob != "" {
		err = s.blobs.Delete(ctx, who.Tenant, got.blob)
	}
	if err != nil {
		return fmt.Errorf("delete export: %w", err)
	}
	return nil
}
