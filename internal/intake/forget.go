package intake

import (
	"context"
	"fmt"
	"slices"
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
		r, err := db.One[importRow](ctx, tx, `SELECT `+importColumns+` FROM import WHERE tenant_id = ? AND id = ?`+tx.Dialect().Lock(), p.Tenant, i.ID)
		if err != nil {
			return err
		}
		r.blankRows()
		if err := saveForgotten(ctx, tx, r); err != nil {
			return err
		}
		_, err = db.Exec(ctx, tx, `
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
	return forgetShown(ctx, tx, p)
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

// forgetShown takes a person out of what imports show: their names, heads and declarations, and the examples of columns and of errors.
func forgetShown(ctx context.Context, tx *db.Tx, p contact.Person) error {
	rows, err := db.All[importRow](ctx, tx, `SELECT `+importColumns+` FROM import WHERE tenant_id = ?`, p.Tenant)
	if err != nil {
		return fmt.Errorf("forget imports: %w", err)
	}
	for _, r := range rows {
		changed := r.redact(p)
		if r.made(p) || r.shows(p) {
			changed = true
			r.blankRows()
		}
		if !changed {
			continue
		}
		if err := saveForgotten(ctx, tx, r); err != nil {
			return fmt.Errorf("forget imports: %w", err)
		}
	}
	return nil
}

// redact takes the addresses of a person out of what the member wrote.
func (r *importRow) redact(p contact.Person) (changed bool) {
	set := &r.Settings.V
	texts := []*string{&r.Filename, &set.NewList, &set.Consent.Source, &set.Consent.Wording}
	if set.Consent.Proof != nil {
		texts = append(texts, &set.Consent.Proof.Name)
	}
	for i := range r.Columns.V {
		texts = append(texts, &r.Columns.V[i].Header)
	}
	for _, g := range r.Groups.V {
		for k := range g.Examples {
			texts = append(texts, &g.Examples[k].Column)
		}
	}
	for _, text := range texts {
		if clean := p.Redact(*text); clean != *text {
			*text, changed = clean, true
		}
	}
	return changed
}

// made tells whether the import made the person's contact.
func (r *importRow) made(p contact.Person) bool {
	n := r.Notes.V
	return n.First != 0 && slices.ContainsFunc(p.IDs, func(c contact.ID) bool { return n.First <= c && c <= n.Last })
}

// shows tells whether an example names a person.
func (r *importRow) shows(p contact.Person) bool {
	return slices.ContainsFunc(r.Columns.V, func(c Column) bool { return slices.ContainsFunc(c.Samples, p.Mentions) }) ||
		slices.ContainsFunc(r.Groups.V, func(g Group) bool {
			return slices.ContainsFunc(g.Examples, func(e Example) bool { return p.Mentions(e.Value) })
		})
}

// blankRows forgets the values of all examples. Of a file that had the person in it none is kept: beside an address that is found stand names,
// and the same address with a slip.
func (r *importRow) blankRows() {
	for i := range r.Columns.V {
		r.Columns.V[i].Samples = []string{}
	}
	for _, g := range r.Groups.V {
		for k, e := range g.Examples {
			g.Examples[k] = Example{Row: e.Row, Column: e.Column}
		}
	}
}

// saveForgotten writes what is left of an import.
func saveForgotten(ctx context.Context, tx *db.Tx, r importRow) error {
	_, err := db.Exec(ctx, tx, `UPDATE import SET columns = ?, error_groups = ?, filename = ?, settings = ? WHERE tenant_id = ? AND id = ?`,
		r.Columns, r.Groups, r.Filename, r.Settings, r.Tenant, r.ID)
	return err
}
