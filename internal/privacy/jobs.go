package privacy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/blob"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/jobs"
	"keruen/internal/page"
)

const (
	copyJob   = "privacy.copy"
	eraseJob  = "privacy.erase"
	expireJob = "privacy.expire"
	maxCopy   = 256 << 20 // bytes of a file
)

type task struct {
	Request ID `json:"request"`
}

// makeCopy collects everything known about a person into a ZIP.
func (s *Service) makeCopy(ctx context.Context, j *jobs.Job, a task) error {
	r, err := get(ctx, s.DB, j.Tenant, a.Request, "")
	if err != nil || r.State != Running {
		return err
	}
	p, err := s.Contacts.PersonOf(ctx, access.System(j.Tenant), r.Contact)
	if errors.Is(err, errs.ErrNotFound) {
		return s.finish(ctx, r, blob.Ref{}) // nothing is known any more
	}
	if err != nil {
		return err
	}
	var all []Section
	for _, t := range append(slices.Clone(s.Tellers), Tell(s.tellRequests)) {
		part, err := t.Tell(ctx, p)
		if err != nil {
			return fmt.Errorf("collect a copy: %w", err)
		}
		all = append(all, part...)
	}
	file, err := pack(all, s.Clock.Now())
	if err != nil {
		return fmt.Errorf("pack a copy: %w", err)
	}
	ref, err := s.Blobs.Put(ctx, j.Tenant, bytes.NewReader(file), maxCopy)
	if err != nil {
		return fmt.Errorf("keep a copy: %w", err)
	}
	return s.finish(ctx, r, ref)
}

// finish answers a request; the file of a copy goes after its time.
func (s *Service) finish(ctx context.Context, r Request, file blob.Ref) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		r.State, r.Done, r.Blob, r.Size = Done, tx.Now, file.Key, file.Size
		if file.Key != "" {
			r.Expires = tx.Now.Add(FileLife)
			if _, err := s.Queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: r.Tenant, Kind: expireJob, Args: task{r.ID}, UniqueKey: r.ID.String(), RunAt: r.Expires}); err != nil {
				return err
			}
		}
		return save(ctx, tx, r)
	})
}

// expire deletes the file of a copy.
func (s *Service) expire(ctx context.Context, j *jobs.Job, a task) error {
	r, err := get(ctx, s.DB, j.Tenant, a.Request, "")
	if errors.Is(err, errs.ErrNotFound) || err == nil && r.Blob == "" {
		return nil
	}
	if err != nil {
		return err
	}
	return s.dropFile(ctx, r)
}

func (s *Service) dropFile(ctx context.Context, r Request) error {
	if err := s.Blobs.Delete(ctx, r.Tenant, r.Blob); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		r.Blob, r.Size = "", 0
		return save(ctx, tx, r)
	})
}

// erase removes a person. Files first, which may be repeated; then everything in the database at once.
func (s *Service) erase(ctx context.Context, j *jobs.Job, a task) error {
	r, err := get(ctx, s.DB, j.Tenant, a.Request, "")
	if err != nil || r.State != Running {
		return err
	}
	p, err := s.Contacts.PersonOf(ctx, access.System(j.Tenant), r.Contact)
	if errors.Is(err, errs.ErrNotFound) {
		return s.finish(ctx, r, blob.Ref{})
	}
	if err != nil {
		return err
	}
	for _, k := range s.Keepers {
		if f, ok := k.(FileKeeper); ok {
			if err := f.ForgetFiles(ctx, p); err != nil {
				return err
			}
		}
	}
	copies, err := list(ctx, s.DB, j.Tenant, Filter{Contact: r.Contact, Ask: page.Ask{Limit: 1000}})
	if err != nil {
		return err
	}
	for _, c := range copies {
		if c.Blob == "" {
			continue
		}
		if err := s.dropFile(ctx, c); err != nil {
			return err
		}
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, k := range s.Keepers {
			if err := k.ForgetTx(ctx, tx, p); err != nil {
				return err
			}
		}
		if err := s.Contacts.ForgetTx(ctx, tx, p); err != nil {
			return err
		}
		if err := forgetHints(ctx, tx, p); err != nil {
			return err
		}
		r.State, r.Done, r.Hint, r.Note = Done, tx.Now, "", ""
		if err := save(ctx, tx, r); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: r.Tenant, Who: access.System(r.Tenant).Who(), Action: "privacy.erased", Object: r.Contact.String(),
			Details: map[string]any{"request": r.ID.String()}})
	})
	if err != nil {
		return fmt.Errorf("erase contact: %w", err)
	}
	return s.DB.Scrub(ctx)
}
