package contact

import (
	"context"
	"time"

	"keruen/internal/db"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/page"
)

const stopFileColumns = `id, tenant_id, state, filename, size, format, sheet, has_header, cols, reason, note, row_count, done, counts, rejects, failure, proof_id, job_id,
	blob_key, created_by, created_at, started_at, finished_at`

type stopFileRow struct {
	ID         StopFileID            `db:"id"`
	Tenant     id.Tenant             `db:"tenant_id"`
	State      StopFileState         `db:"state"`
	Filename   string                `db:"filename"`
	Size       int64                 `db:"size"`
	Format     string                `db:"format"`
	Sheet      string                `db:"sheet"`
	HasHeader  bool                  `db:"has_header"`
	Columns    db.JSON[[]StopColumn] `db:"cols"`
	Reason     StopReason            `db:"reason"`
	Note       string                `db:"note"`
	Rows       int64                 `db:"row_count"`
	Done       int64                 `db:"done"`
	Counts     db.JSON[StopCounts]   `db:"counts"`
	Rejects    db.JSON[[]StopReject] `db:"rejects"`
	Failure    db.JSON[*StopFailure] `db:"failure"`
	Proof      ProofID               `db:"proof_id"`
	Job        jobs.ID               `db:"job_id"`
	Blob       string                `db:"blob_key"`
	CreatedBy  id.Member             `db:"created_by"`
	CreatedAt  time.Time             `db:"created_at"`
	StartedAt  time.Time             `db:"started_at"`
	FinishedAt time.Time             `db:"finished_at"`
}

func (r stopFileRow) file() StopFile {
	return StopFile{ID: r.ID, Tenant: r.Tenant, State: r.State, Filename: r.Filename, Size: r.Size, Format: r.Format, Sheet: r.Sheet, HasHeader: r.HasHeader,
		Columns: r.Columns.V, Reason: r.Reason, Note: r.Note, Rows: r.Rows, Done: r.Done, Counts: r.Counts.V, Rejects: r.Rejects.V, Failure: r.Failure.V,
		Job: r.Job, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, StartedAt: r.StartedAt, FinishedAt: r.FinishedAt, blob: r.Blob, proof: r.Proof}
}

func getStopFile(ctx context.Context, q db.Querier, t id.Tenant, f StopFileID) (StopFile, error) {
	r, err := db.One[stopFileRow](ctx, q, `SELECT `+stopFileColumns+` FROM stop_file WHERE tenant_id = ? AND id = ?`, t, f)
	return r.file(), err
}

// lockStopFile is getStopFile for changing it.
func lockStopFile(ctx context.Context, tx *db.Tx, t id.Tenant, f StopFileID) (StopFile, error) {
	r, err := db.One[stopFileRow](ctx, tx, `SELECT `+stopFileColumns+` FROM stop_file WHERE tenant_id = ? AND id = ?`+tx.Dialect().Lock(), t, f)
	return r.file(), err
}

func listStopFiles(ctx context.Context, q db.Querier, t id.Tenant, ask page.Ask) ([]StopFile, error) {
	w := db.Where("tenant_id = ?", t)
	if ask.After != 0 {
		w.And("id < ?", ask.After)
	}
	rows, err := db.All[stopFileRow](ctx, q, `SELECT `+stopFileColumns+` FROM stop_file WHERE `+w.SQL()+` ORDER BY id DESC LIMIT ?`, w.Args(ask.Limit+1)...)
	out := make([]StopFile, len(rows))
	for i, r := range rows {
		out[i] = r.file()
	}
	return out, err
}

func insertStopFile(ctx context.Context, tx *db.Tx, f StopFile) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO stop_file (`+stopFileColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		f.ID, f.Tenant, f.State, f.Filename, f.Size, f.Format, f.Sheet, f.HasHeader, db.AsJSON(f.Columns), f.Reason, f.Note, f.Rows, f.Done, db.AsJSON(f.Counts),
		db.AsJSON(f.Rejects), db.AsJSON(f.Failure), f.proof, f.Job, f.blob, f.CreatedBy, f.CreatedAt, f.StartedAt, f.FinishedAt)
	return err
}

// saveStopFile writes everything of a file that may change.
func saveStopFile(ctx context.Context, tx *db.Tx, f StopFile) error {
	_, err := db.Exec(ctx, tx, `
		UPDATE stop_file SET state = ?, cols = ?, reason = ?, note = ?, done = ?, counts = ?, rejects = ?, failure = ?, proof_id = ?, job_id = ?, blob_key = ?,
			started_at = ?, finished_at = ?
		WHERE tenant_id = ? AND id = ?`,
		f.State, db.AsJSON(f.Columns), f.Reason, f.Note, f.Done, db.AsJSON(f.Counts), db.AsJSON(f.Rejects), db.AsJSON(f.Failure), f.proof, f.Job, f.blob,
		f.StartedAt, f.FinishedAt, f.Tenant, f.ID)
	return err
}

// stopFileNames returns the names of files by their ids.
func stopFileNames(ctx context.Context, q db.Querier, t id.Tenant, ids []StopFileID) (map[StopFileID]string, error) {
	out := map[StopFileID]string{}
	if len(ids) == 0 {
		return out, nil
	}
	w := db.Where("tenant_id = ?", t).And(db.In("id", ids))
	rows, err := db.All[struct {
		ID       StopFileID `db:"id"`
		Filename string     `db:"filename"`
	}](ctx, q, `SELECT id, filename FROM stop_file WHERE `+w.SQL(), w.Args()...)
	for _, r := range rows {
		out[r.ID] = r.Filename
	}
	return out, err
}
