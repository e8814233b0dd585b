package contact

import (
	"context"
	"fmt"
	"slices"
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
		now.blankRows()
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
	theirs, err := s.filesOf(ctx, tx, p)
	if err != nil {
		return fmt.Errorf("forget stop-list files: %w", err)
	}
	for _, r := range rows {
		f := r.file()
		if !f.forget(p, theirs[f.ID]) {
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

// filesOf returns the files that brought a person's addresses to the stop-list.
func (s *StopFiles) filesOf(ctx context.Context, tx *db.Tx, p Person) (map[StopFileID]bool, error) {
	var hashes []string
	for _, a := range p.Addresses {
		hashes = append(hashes, s.contacts.hash(p.Tenant, a))
	}
	w := db.Where("tenant_id = ?", p.Tenant).And("file_id IS NOT NULL").And(db.In("address_hash", hashes))
	files, err := db.All[StopFileID](ctx, tx, `SELECT DISTINCT file_id FROM suppression WHERE `+w.SQL(), w.Args()...)
	out := map[StopFileID]bool{}
	for _, f := range files {
		out[f] = true
	}
	return out, err
}

// forget takes a person out of what is kept of a file. Of a file that had the person in it no row is kept at all: beside an address that is
// found stand names, and the same address with a slip.
func (f *StopFile) forget(p Person, theirs bool) (changed bool) {
	texts := []*string{&f.Filename, &f.Note}
	for i := range f.Columns {
		texts = append(texts, &f.Columns[i].Header)
	}
	for _, text := range texts {
		if clean := p.Redact(*text); clean != *text {
			*text, changed = clean, true
		}
	}
	if theirs || f.shows(p) {
		changed = true
		f.blankRows()
	}
	return changed
}

// shows tells whether a row that is kept names a person.
func (f *StopFile) shows(p Person) bool {
	for _, c := range f.Columns {
		if slices.ContainsFunc(c.Samples, p.Mentions) {
			return true
		}
	}
	return slices.ContainsFunc(f.Rejects, func(r StopReject) bool { return p.Mentions(r.Value) })
}

// blankRows forgets the rows that are kept.
func (f *StopFile) blankRows() {
	f.Rejects = nil
	for i := range f.Columns {
		f.Columns[i].Samples = []string{}
	}
}
