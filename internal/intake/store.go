package intake

import (
	"context"
	"time"

	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/page"
)

type importRow struct {
	ID           ID                `db:"id"`
	Tenant       id.Tenant         `db:"tenant_id"`
	State        State             `db:"state"`
	Filename     string            `db:"filename"`
	Size         int64             `db:"size"`
	SHA256       string            `db:"sha256"`
	Blob         string            `db:"blob_key"`
	Format       db.JSON[Format]   `db:"format"`
	Columns      db.JSON[[]Column] `db:"columns"`
	RowsEstimate int64             `db:"rows_estimate"`
	Settings     db.JSON[Settings] `db:"settings"`
	List         contact.ListID    `db:"list_id"`
	Proof        contact.ProofID   `db:"proof_id"`
	Position     int64             `db:"position"`
	Counts       db.JSON[Counts]   `db:"counts"`
	Groups       db.JSON[[]Group]  `db:"error_groups"`
	Job          jobs.ID           `db:"job_id"`
	Failure      db.JSON[*Failure] `db:"failure"`
	CreatedBy    id.Member         `db:"created_by"`
	Version      int64             `db:"version"`
	CreatedAt    time.Time         `db:"created_at"`
	StartedAt    time.Time         `db:"started_at"`
	FinishedAt   time.Time         `db:"finished_at"`
	Notes        db.JSON[notes]    `db:"notes"`
	Undo         db.JSON[*Undo]    `db:"undo"`
	UndoUntil    time.Time         `db:"undo_until"`
}

const importColumns = `id, tenant_id, state, filename, size, sha256, blob_key, format, columns, rows_estimate, settings, list_id, proof_id,
	position, counts, error_groups, job_id, failure, created_by, version, created_at, started_at, finished_at, notes, undo, undo_until`

func (r importRow) imported() Import {
	return Import{
		ID: r.ID, Tenant: r.Tenant, State: r.State, Filename: r.Filename, Size: r.Size, SHA256: r.SHA256, Format: r.Format.V, Columns: r.Columns.V,
		RowsEstimate: r.RowsEstimate, Settings: r.Settings.V, List: r.List, Done: r.Position, Counts: r.Counts.V, Groups: r.Groups.V, Job: r.Job,
		Failure: r.Failure.V, CreatedBy: r.CreatedBy, Version: r.Version, CreatedAt: r.CreatedAt, StartedAt: r.StartedAt, FinishedAt: r.FinishedAt,
		Undo: r.Undo.V, UndoUntil: r.UndoUntil, Remembered: r.Notes.V.Remembered, notes: r.Notes.V, blob: r.Blob, proof: r.Proof,
	}
}

func getImport(ctx context.Context, q db.Querier, t id.Tenant, i ID) (Import, error) {
	r, err := db.One[importRow](ctx, q, `SELECT `+importColumns+` FROM import WHERE tenant_id = ? AND id = ?`, t, i)
	return r.imported(), err
}

// lockImport is getImport for changing it.
func lockImport(ctx context.Context, tx *db.Tx, t id.Tenant, i ID) (Import, error) {
	r, err := db.One[importRow](ctx, tx, `SELECT `+importColumns+` FROM import WHERE tenant_id = ? AND id = ?`+tx.Dialect().Lock(), t, i)
	return r.imported(), err
}

func listImports(ctx context.Context, q db.Querier, t id.Tenant, ask page.Ask) ([]Import, error) {
	w := db.Where("tenant_id = ?", t)
	if ask.After != 0 {
		w.And("id < ?", ask.After)
	}
	rows, err := db.All[importRow](ctx, q, `SELECT `+importColumns+` FROM import WHERE `+w.SQL()+` ORDER BY id DESC LIMIT ?`, w.Args(ask.Limit+1)...)
	out := make([]Import, len(rows))
	for i, r := range rows {
		out[i] = r.imported()
	}
	return out, err
}

func insertImport(ctx context.Context, tx *db.Tx, i Import) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO import (`+importColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		i.ID, i.Tenant, i.State, i.Filename, i.Size, i.SHA256, i.blob, db.AsJSON(i.Format), db.AsJSON(i.Columns), i.RowsEstimate, db.AsJSON(i.Settings), i.List, i.proof,
		i.Done, db.AsJSON(i.Counts), db.AsJSON(i.Groups), i.Job, db.AsJSON(i.Failure), i.CreatedBy, i.Version, i.CreatedAt, i.StartedAt, i.FinishedAt,
		db.AsJSON(i.notes), db.AsJSON(i.Undo), i.UndoUntil)
	return err
}

// saveImport writes everything of an import that may change.
func saveImport(ctx context.Context, tx *db.Tx, i Import) error {
	_, err := db.Exec(ctx, tx, `
		UPDATE import SET state = ?, format = ?, columns = ?, settings = ?, list_id = ?, proof_id = ?, position = ?, counts = ?, error_groups = ?,
			job_id = ?, failure = ?, version = version + 1, started_at = ?, finished_at = ?, rows_estimate = ?, notes = ?, undo = ?, undo_until = ?
		WHERE tenant_id = ? AND id = ?`,
		i.State, db.AsJSON(i.Format), db.AsJSON(i.Columns), db.AsJSON(i.Settings), i.List, i.proof, i.Done, db.AsJSON(i.Counts), db.AsJSON(i.Groups),
		i.Job, db.AsJSON(i.Failure), i.StartedAt, i.FinishedAt, i.RowsEstimate, db.AsJSON(i.notes), db.AsJSON(i.Undo), i.UndoUntil, i.Tenant, i.ID)
	return err
}

// saveProgress writes only what changes from batch to batch.
func saveProgress(ctx context.Context, tx *db.Tx, i Import) error {
	_, err := db.Exec(ctx, tx, `UPDATE import SET position = ?, counts = ?, error_groups = ?, notes = ?, undo = ?, version = version + 1 WHERE tenant_id = ? AND id = ?`,
		i.Done, db.AsJSON(i.Counts), db.AsJSON(i.Groups), db.AsJSON(i.notes), db.AsJSON(i.Undo), i.Tenant, i.ID)
	return err
}

// rejected is a row that was not taken.
type rejected struct {
	Line   int64  `db:"line"`
	Code   string `db:"code"`
	Column int    `db:"column_no"`
	Hint   string `db:"hint"`

	raw []string
}

// insertRejects keeps rows that were not taken, with their cells when they may be mended.
func insertRejects(ctx context.Context, tx *db.Tx, t id.Tenant, i ID, list []rejected, withCells bool) error {
	return db.InsertRows(ctx, tx, "import_reject", []string{"tenant_id", "import_id", "line", "code", "column_no", "hint", "cells"}, len(list), func(n int) []any {
		r := list[n]
		var cells any = ""
		if withCells {
			cells = db.AsJSON(r.raw)
		}
		return []any{t, i, r.Line, r.Code, r.Column, r.Hint, cells}
	}, "ON CONFLICT DO NOTHING")
}

func listRejects(ctx context.Context, q db.Querier, t id.Tenant, i ID, after int64, limit int) ([]rejected, error) {
	return db.All[rejected](ctx, q, `
		SELECT line, code, column_no, hint FROM import_reject WHERE tenant_id = ? AND import_id = ? AND line > ? ORDER BY line LIMIT ?`, t, i, after, limit)
}

func deleteRejects(ctx context.Context, tx *db.Tx, t id.Tenant, i ID) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM import_reject WHERE tenant_id = ? AND import_id = ?`, t, i)
	return err
}
