package content

import (
	"context"
	"time"

	"keruen/internal/db"
	"keruen/internal/id"
	"keruen/internal/lang"
)

type revisionRow struct {
	ID        RevisionID        `db:"id"`
	Tenant    id.Tenant         `db:"tenant_id"`
	Letter    db.JSON[Letter]   `db:"letter"`
	Options   db.JSON[Options]  `db:"options"`
	Links     db.JSON[[]string] `db:"links"`
	Places    db.JSON[[]string] `db:"places"`
	CreatedAt time.Time         `db:"created_at"`
}

func (r revisionRow) revision() Revision {
	return Revision{r.ID, r.Tenant, r.Letter.V, r.Options.V, r.Links.V, r.Places.V, r.CreatedAt}
}

const revisionColumns = "id, tenant_id, letter, options, links, places, created_at"

func getRevision(ctx context.Context, q db.Querier, t id.Tenant, r RevisionID) (Revision, error) {
	row, err := db.One[revisionRow](ctx, q, `SELECT `+revisionColumns+` FROM revision WHERE tenant_id = ? AND id = ?`, t, r)
	return row.revision(), err
}

func findRevision(ctx context.Context, q db.Querier, t id.Tenant, hash string) (Revision, error) {
	row, err := db.One[revisionRow](ctx, q, `SELECT `+revisionColumns+` FROM revision WHERE tenant_id = ? AND hash = ?`, t, hash)
	return row.revision(), err
}

func insertRevision(ctx context.Context, tx *db.Tx, r Revision, hash string) error {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO revision (id, tenant_id, hash, letter, options, links, places, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant_id, hash) DO NOTHING`,
		r.ID, r.Tenant, hash, db.AsJSON(r.Letter), db.AsJSON(r.Options), db.AsJSON(r.Links), db.AsJSON(r.Places), r.CreatedAt)
	return err
}

func savePreview(ctx context.Context, tx *db.Tx, t id.Tenant, p PreviewID, html string, life time.Duration) error {
	if _, err := db.Exec(ctx, tx, `DELETE FROM preview WHERE expires_at < ?`, tx.Now); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO preview (id, tenant_id, html, expires_at) VALUES (?, ?, ?, ?)`, p, t, html, tx.Now.Add(life))
	return err
}

func getPreview(ctx context.Context, q db.Querier, t id.Tenant, p PreviewID) (string, error) {
	return db.One[string](ctx, q, `SELECT html FROM preview WHERE tenant_id = ? AND id = ?`, t, p)
}

type templateRow struct {
	ID        TemplateID      `db:"id"`
	Tenant    id.Tenant       `db:"tenant_id"`
	Name      string          `db:"name"`
	Lang      lang.Lang       `db:"lang"`
	Letter    db.JSON[Letter] `db:"letter"`
	Version   int64           `db:"version"`
	CreatedAt time.Time       `db:"created_at"`
	UpdatedAt time.Time       `db:"updated_at"`
}

func (r templateRow) template() Template {
	return Template{r.ID, r.Tenant, r.Name, r.Lang, r.Letter.V, false, r.Version, r.CreatedAt, r.UpdatedAt}
}

const templateColumns = "id, tenant_id, name, lang, letter, version, created_at, updated_at"

func listTemplates(ctx context.Context, q db.Querier, t id.Tenant) ([]Template, error) {
	rows, err := db.All[templateRow](ctx, q, `SELECT `+templateColumns+` FROM template WHERE tenant_id = ? ORDER BY id DESC`, t)
	out := make([]Template, len(rows))
	for i, r := range rows {
		out[i] = r.template()
	}
	return out, err
}

func getTemplate(ctx context.Context, q db.Querier, t id.Tenant, tpl TemplateID) (Template, error) {
	row, err := db.One[templateRow](ctx, q, `SELECT `+templateColumns+` FROM template WHERE tenant_id = ? AND id = ?`, t, tpl)
	return row.template(), err
}

func countTemplates(ctx context.Context, q db.Querier, t id.Tenant) (int64, error) {
	return db.One[int64](ctx, q, `SELECT COUNT(*) FROM template WHERE tenant_id = ?`, t)
}

func insertTemplate(ctx context.Context, tx *db.Tx, t Template) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO template (`+templateColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, t.Tenant, t.Name, t.Lang, db.AsJSON(t.Letter), t.Version, t.CreatedAt, t.UpdatedAt)
	return err
}

func updateTemplate(ctx context.Context, tx *db.Tx, t Template) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE template SET name = ?, lang = ?, letter = ?, version = version + 1, updated_at = ? WHERE tenant_id = ? AND id = ? AND version = ?`,
		t.Name, t.Lang, db.AsJSON(t.Letter), tx.Now, t.Tenant, t.ID, t.Version)
	return n == 1, err
}

// ForgetPreviewsTx removes all previews of an account: they show letters as somebody gets them, and live for an hour anyway.
func ForgetPreviewsTx(ctx context.Context, tx *db.Tx, t id.Tenant) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM preview WHERE tenant_id = ?`, t)
	return err
}
