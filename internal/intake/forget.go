package intake

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/jobs"
)

// Forgetting one person (CMP-11): the rows that name it go, and so does a whole uploaded file in which it stands — the file has done its
// work, and cutting one row out of a workbook or an archive would make another file of it than the one that was declared.

// ForgetFiles deletes the uploaded files that name a person. While an import runs it answers with jobs.Snooze: what is being read is left in
// peace, and would bring the person back.
func (s *Service) ForgetFiles(ctx context.Context, p contact.Person) error {
	list, err := db.All[forgettable](ctx, s.db, `SELECT id, state, blob_key FROM import WHERE tenant_id = ? AND blob_key <> ''`, p.Tenant)
	if err != nil {
		return fmt.Errorf("forget imports: %w", err)
	}
	for _, i := range list {
		hit, err := s.blobs.Mentions(ctx, p.Tenant, i.Blob, p.Mentions)
		if err != nil {
			return fmt.Errorf("forget imports: %w", err)
		}
		if !hit {
			continue
		}
		if i.State == Running || i.State == Checking || i.State == Undoing {
			return jobs.Snooze(time.Minute)
		}
		if err := s.dropFile(ctx, p, i); err != nil {
			return fmt.Errorf("forget imports: %w", err)
		}
	}
	return s.forgetUploads(ctx, p)
}

type forgettable struct {
	ID    ID     `db:"id"`
	State State  `db:"state"`
	Blob  string `db:"blob_key"`
}

// dropFile takes the file from an import; one that had not begun is over.
func (s *Service) dropFile(ctx context.Context, p contact.Person, i forgettable) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, `
			UPDATE import SET blob_key = '', state = CASE WHEN state IN (?, ?, ?) THEN ? ELSE state END, version = version + 1
			WHERE tenant_id = ? AND id = ?`, Draft, Ready, Paused, Cancelled, p.Tenant, i.ID)
		return err
	})
	if err != nil {
		return err
	}
	return s.blobs.Delete(ctx, p.Tenant, i.Blob)
}

// forgetUploads deletes half-sent files that name a person.
func (s *Service) forgetUploads(ctx context.Context, p contact.Person) error {
	list, err := db.All[struct {
		ID   int64  `db:"id"`
		Blob string `db:"blob_key"`
	}](ctx, s.db, `SELECT id, blob_key FROM upload WHERE tenant_id = ?`, p.Tenant)
	if err != nil {
		return fmt.Errorf("forget uploads: %w", err)
	}
	for _, u := range list {
		hit, err := s.blobs.Mentions(ctx, p.Tenant, u.Blob, p.Mentions)
		if err != nil {
			return fmt.Errorf("forget uploads: %w", err)
		}
		if !hit {
			continue
		}
		err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, `DELETE FROM upload WHERE tenant_id = ? AND id = ?`, p.Tenant, u.ID)
			return err
		})
		if err != nil {
			return fmt.Errorf("forget uploads: %w", err)
		}
		if err := s.blobs.Delete(ctx, p.Tenant, u.Blob); err != nil {
			return fmt.Errorf("forget uploads: %w", err)
		}
	}
	return nil
}

// ForgetTx removes what imports keep of a person: rows that were rejected or mended, values as they were before an import, samples.
func (s *Service) ForgetTx(ctx context.Context, tx *db.Tx, p contact.Person) error {
	w := db.Where("tenant_id = ?", p.Tenant).And(db.In("contact_id", p.IDs))
	if _, err := db.Exec(ctx, tx, `DELETE FROM import_change WHERE `+w.SQL(), w.Args()...); err != nil {
		return fmt.Errorf("forget imports: %w", err)
	}
	for _, table := range []struct{ name, text, blank string }{
		{"import_reject", "cells || ' ' || hint", "cells = '', hint = ''"}, {"import_fix", "cells", "cells = '[]', dropped = TRUE"},
	} {
		if err := forgetLines(ctx, tx, p, table.name, table.text, table.blank); err != nil {
			return fmt.Errorf("forget imports: %w", err)
		}
	}
	return forgetSamples(ctx, tx, p)
}

// forgetLines blanks the rows that name a person. Rows with an address are found by the database, numbers in any writing by reading.
func forgetLines(ctx context.Context, tx *db.Tx, p contact.Person, table, text, blank string) error {
	var after struct{ Import, Line int64 }
	for {
		rows, err := db.All[struct {
			Import int64  `db:"import_id"`
			Line   int64  `db:"line"`
			Text   string `db:"text"`
		}](ctx, tx, `SELECT import_id, line, `+text+` AS text FROM `+table+` WHERE tenant_id = ? AND (import_id, line) > (?, ?) ORDER BY import_id, line LIMIT 1000`,
			p.Tenant, after.Import, after.Line)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			after.Import, after.Line = r.Import, r.Line
			if !p.Mentions(r.Text) {
				continue
			}
			if _, err := db.Exec(ctx, tx, `UPDATE `+table+` SET `+blank+` WHERE tenant_id = ? AND import_id = ? AND line = ?`, p.Tenant, r.Import, r.Line); err != nil {
				return err
			}
		}
	}
}

// forgetSamples blanks examples that name a person: of columns, of errors, of what an undoing kept.
func forgetSamples(ctx context.Context, tx *db.Tx, p contact.Person) error {
	rows, err := db.All[importRow](ctx, tx, `SELECT `+importColumns+` FROM import WHERE tenant_id = ?`, p.Tenant)
	if err != nil {
		return fmt.Errorf("forget imports: %w", err)
	}
	for _, r := range rows {
		changed := false
		for i := range r.Columns.V {
			for k, sample := range r.Columns.V[i].Samples {
				if p.Mentions(sample) {
					r.Columns.V[i].Samples[k], changed = "…", true
				}
			}
		}
		for i := range r.Groups.V {
			for k, e := range r.Groups.V[i].Examples {
				if p.Mentions(fmt.Sprint(e)) {
					r.Groups.V[i].Examples[k], changed = Example{Row: e.Row, Column: e.Column}, true
				}
			}
		}
		if p.Mentions(r.Filename) {
			r.Filename, changed = "…", true
		}
		if !changed {
			continue
		}
		if _, err := db.Exec(ctx, tx, `UPDATE import SET columns = ?, error_groups = ?, filename = ? WHERE tenant_id = ? AND id = ?`, r.Columns, r.Groups, r.Filename, p.Tenant, r.ID); err != nil {
			return fmt.Errorf("forget imports: %w", err)
		}
	}
	return nil
}
