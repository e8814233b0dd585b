package contact

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/db"
	"keruen/internal/jobs"
)

// ForgetFiles deletes the uploaded files of the stop-list that name a person, for its erasure (CMP-11); what they stopped stays stopped.
// While a file is worked on it answers with jobs.Snooze.
func (s *StopFiles) ForgetFiles(ctx context.Context, p Person) error {
	rows, err := db.All[stopFileRow](ctx, s.contacts.db, `SELECT `+stopFileColumns+` FROM stop_file WHERE tenant_id = ? AND blob_key <> ''`, p.Tenant)
	if err != nil {
		return fmt.Errorf("forget stop-list files: %w", err)
	}
	for _, r := range rows {
		hit, err := s.blobs.Mentions(ctx, p.Tenant, r.Blob, p.Mentions)
		if err != nil {
			return fmt.Errorf("forget stop-list files: %w", err)
		}
		if !hit {
			continue
		}
		if r.State == StopRunning || r.State == StopChecking {
			return jobs.Snooze(time.Minute)
		}
		if err := s.dropBlob(ctx, r.file()); err != nil {
			return fmt.Errorf("forget stop-list files: %w", err)
		}
	}
	return nil
}

// dropBlob takes the file away; one that waits to be taken is over.
func (s *StopFiles) dropBlob(ctx context.Context, f StopFile) error {
	old := f.blob
	err := s.contacts.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := lockStopFile(ctx, tx, f.Tenant, f.ID)
		if err != nil {
			return err
		}
		if now.State == StopRunning || now.State == StopChecking {
			return jobs.Snooze(time.Minute)
		}
		if now.State == StopReady {
			now.State, now.FinishedAt = StopCancelled, tx.Now
		}
		now.blob = ""
		return saveStopFile(ctx, tx, now)
	})
	if err != nil {
		return err
	}
	return s.blobs.Delete(ctx, f.Tenant, old)
}

// ForgetTx removes what files of the stop-list tell about a person: their names, notes, examples and refused rows.
func (s *StopFiles) ForgetTx(ctx context.Context, tx *db.Tx, p Person) error {
	rows, err := db.All[stopFileRow](ctx, tx, `SELECT `+stopFileColumns+` FROM stop_file WHERE tenant_id = ?`, p.Tenant)
	if err != nil {
		return fmt.Errorf("forget stop-list files: %w", err)
	}
	for _, r := range rows {
		f := r.file()
		if !f.forget(p) {
			continue
		}
		if err := saveStopFile(ctx, tx, f); err != nil {
			return fmt.Errorf("forget stop-list files: %w", err)
		}
		if _, err := db.Exec(ctx, tx, `UPDATE stop_file SET filename = ? WHERE tenant_id = ? AND id = ?`, f.Filename, p.Tenant, f.ID); err != nil {
			return fmt.Errorf("forget stop-list files: %w", err)
		}
	}
	return nil
}

func (f *StopFile) forget(p Person) (changed bool) {
	blank := func(s *string) {
		if p.Mentions(*s) {
			*s, changed = "…", true
		}
	}
	blank(&f.Filename)
	blank(&f.Note)
	for i := range f.Columns {
		blank(&f.Columns[i].Header)
		for k := range f.Columns[i].Samples {
			blank(&f.Columns[i].Samples[k])
		}
	}
	for i := range f.Rejects {
		blank(&f.Rejects[i].Value)
	}
	return changed
}
