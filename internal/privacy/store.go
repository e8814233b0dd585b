package privacy

import (
	"context"
	"errors"

	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/page"
)

const columns = `id, tenant_id, kind, source, state, contact_id, hint, note, member_id, received_at, due_at, done_at, job_id, blob_key, size, expires_at`

func get(ctx context.Context, q db.Querier, t id.Tenant, r ID, lock string) (Request, error) {
	return db.One[Request](ctx, q, `SELECT `+columns+` FROM privacy_request WHERE tenant_id = ? AND id = ?`+lock, t, r)
}

// open returns the request of a kind for a contact that waits or runs, the zero Request when there is none.
func open(ctx context.Context, tx *db.Tx, t id.Tenant, c contact.ID, k Kind) (Request, error) {
	r, err := db.One[Request](ctx, tx, `SELECT `+columns+` FROM privacy_request WHERE tenant_id = ? AND contact_id = ? AND kind = ? AND done_at IS NULL ORDER BY id LIMIT 1`, t, c, k)
	if errors.Is(err, errs.ErrNotFound) {
		return Request{}, nil
	}
	return r, err
}

// Filter narrows the register.
type Filter struct {
	Contact contact.ID
	Open    bool
	page.Ask
}

func list(ctx context.Context, q db.Querier, t id.Tenant, f Filter) ([]Request, error) {
	w := db.Where("tenant_id = ?", t)
	if f.Contact != 0 {
		w.And("contact_id = ?", f.Contact)
	}
	if f.Open {
		w.And("done_at IS NULL")
	}
	if f.After != 0 {
		w.And("id < ?", f.After)
	}
	return db.All[Request](ctx, q, `SELECT `+columns+` FROM privacy_request WHERE `+w.SQL()+` ORDER BY id DESC LIMIT ?`, w.Args(f.Limit+1)...)
}

func insert(ctx context.Context, tx *db.Tx, r Request) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO privacy_request (`+columns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ID, r.Tenant, r.Kind, r.Source, r.State, r.Contact, r.Hint, r.Note, r.Member, r.Received, r.Due, r.Done, r.Job, r.Blob, r.Size, r.Expires)
	return err
}

func save(ctx context.Context, tx *db.Tx, r Request) error {
	_, err := db.Exec(ctx, tx, `UPDATE privacy_request SET state = ?, hint = ?, note = ?, member_id = ?, done_at = ?, job_id = ?, blob_key = ?, size = ?, expires_at = ? WHERE tenant_id = ? AND id = ?`,
		r.State, r.Hint, r.Note, r.Member, r.Done, r.Job, r.Blob, r.Size, r.Expires, r.Tenant, r.ID)
	return err
}

// forgetHints blanks what the register shows of the addresses of a person.
func forgetHints(ctx context.Context, tx *db.Tx, p contact.Person) error {
	w := db.Where("tenant_id = ?", p.Tenant).And(db.In("contact_id", p.IDs))
	_, err := db.Exec(ctx, tx, `UPDATE privacy_request SET hint = '', note = '' WHERE `+w.SQL(), w.Args()...)
	return err
}
