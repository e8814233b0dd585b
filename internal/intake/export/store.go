package export

import (
	"context"
	"time"

	"keruen/internal/db"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/page"
)

const columns = `id, tenant_id, state, format, filename, ask, reason, row_count, size, blob_key, job_id, failure, downloads, created_by, created_at, finished_at, expires_at`

type row struct {
	ID         ID                `db:"id"`
	Tenant     id.Tenant         `db:"tenant_id"`
	State      State             `db:"state"`
	Format     Format            `db:"format"`
	Filename   string            `db:"filename"`
	Ask        db.JSON[Ask]      `db:"ask"`
	Reason     string            `db:"reason"`
	Rows       int64             `db:"row_count"`
	Size       int64             `db:"size"`
	Blob       string            `db:"blob_key"`
	Job        jobs.ID           `db:"job_id"`
	Failure    db.JSON[*Failure] `db:"failure"`
	Downloads  int               `db:"downloads"`
	CreatedBy  id.Member         `db:"created_by"`
	CreatedAt  time.Time         `db:"created_at"`
	FinishedAt time.Time         `db:"finished_at"`
	ExpiresAt  time.Time         `db:"expires_at"`
}

func (r row) export() Export {
	e := Export{ID: r.ID, Tenant: r.Tenant, State: r.State, Ask: r.Ask.V, Filename: r.Filename, Rows: r.Rows, Size: r.Size, Job: r.Job, Failure: r.Failure.V,
		Downloads: r.Downloads, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, FinishedAt: r.FinishedAt, ExpiresAt: r.ExpiresAt, blob: r.Blob}
	e.Ask.Format, e.Ask.Reason = r.Format, r.Reason
	return e
}

func get(ctx context.Context, q db.Querier, t id.Tenant, e ID) (Export, error) {
	r, err := db.One[row](ctx, q, `SELECT `+columns+` FROM export WHERE tenant_id = ? AND id = ?`, t, e)
	return r.export(), err
}

// lock is get for changing it.
func lock(ctx context.Context, tx *db.Tx, t id.Tenant, e ID) (Export, error) {
	r, err := db.One[row](ctx, tx, `SELECT `+columns+` FROM export WHERE tenant_id = ? AND id = ?`+tx.Dialect().Lock(), t, e)
	return r.export(), err
}

func list(ctx context.Context, q db.Querier, t id.Tenant, ask page.Ask) ([]Export, error) {
	w := db.Where("tenant_id = ?", t)
	if ask.After != 0 {
		w.And("id < ?", ask.After)
	}
	rows, err := db.All[row](ctx, q, `SELECT `+columns+` FROM export WHERE `+w.SQL()+` ORDER BY id DESC LIMIT ?`, w.Args(ask.Limit+1)...)
	out := make([]Export, len(rows))
	for i, r := range rows {
		out[i] = r.export()
	}
	return out, err
}

func insert(ctx context.Context, tx *db.Tx, e Export) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO export (`+columns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.ID, e.Tenant, e.State, e.Ask.Format, e.Filename, db.AsJSON(e.Ask), e.Ask.Reason, e.Rows, e.Size, e.blob, e.Job, db.AsJSON(e.Failure), e.Downloads, e.CreatedBy,
		e.CreatedAt, e.FinishedAt, e.ExpiresAt)
	return err
}

// save writes everything of an export that may change.
func save(ctx context.Context, tx *db.Tx, e Export) error {
	_, err := db.Exec(ctx, tx, `
		UPDATE export SET state = ?, row_count = ?, size = ?, blob_key = ?, job_id = ?, failure = ?, downloads = ?, finished_at = ?, expires_at = ?
		WHERE tenant_id = ? AND id = ?`,
		e.State, e.Rows, e.Size, e.blob, e.Job, db.AsJSON(e.Failure), e.Downloads, e.FinishedAt, e.ExpiresAt, e.Tenant, e.ID)
	return err
}
