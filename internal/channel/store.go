package channel

import (
	"context"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/page"
)

const senderColumns = `id, tenant_id, channel, name, address, reply_to, settings, paused, checked, checked_at, version, created_at`

func getSender(ctx context.Context, q db.Querier, t id.Tenant, sid SenderID) (Sender, error) {
	return db.One[Sender](ctx, q, `
		SELECT `+senderColumns+`
		FROM sender
		WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL`, t, sid)
}

// loadSender is for the pipeline, which finds senders by lane, whatever the account.
func loadSender(ctx context.Context, q db.Querier, sid SenderID) (Sender, error) {
	return db.One[Sender](ctx, q, `
		SELECT `+senderColumns+`
		FROM sender
		WHERE id = ? AND deleted_at IS NULL`, sid)
}

func listSenders(ctx context.Context, q db.Querier, t id.Tenant, kind Kind, a page.Ask) ([]Sender, error) {
	w := db.Where("tenant_id = ?", t)
	w.And("deleted_at IS NULL")
	if kind != "" {
		w.And("channel = ?", kind)
	}
	if a.After > 0 {
		w.And("id > ?", a.After)
	}
	return db.All[Sender](ctx, q, `
		SELECT `+senderColumns+`
		FROM sender
		WHERE `+w.SQL()+`
		ORDER BY id
		LIMIT ?`, w.Args(a.Limit+1)...)
}

func insertSender(ctx context.Context, tx *db.Tx, s Sender) error {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO sender(`+senderColumns+`)
		VALUES(?,?,?,?,?,?,?,?,?,?,?,?)`,
		s.ID, s.Tenant, s.Kind, s.Name, s.Address, s.ReplyTo, s.Settings, s.Paused, s.Checked, s.CheckedAt, s.Version, s.CreatedAt)
	return err
}

// updateSender saves s over the row of the version before.
func updateSender(ctx context.Context, tx *db.Tx, s Sender) error {
	n, err := db.Exec(ctx, tx, `
		UPDATE sender SET name = ?, address = ?, reply_to = ?, settings = ?, paused = ?, version = ?
		WHERE tenant_id = ? AND id = ? AND version = ? AND deleted_at IS NULL`,
		s.Name, s.Address, s.ReplyTo, s.Settings, s.Paused, s.Version, s.Tenant, s.ID, s.Version-1)
	if err == nil && n == 0 {
		return errs.ErrStale
	}
	return err
}

// saveCheck keeps the last look at a sender's outside. It is no change of the sender, so the version stays.
func saveCheck(ctx context.Context, tx *db.Tx, t id.Tenant, sid SenderID, found []byte) error {
	n, err := db.Exec(ctx, tx, `
		UPDATE sender SET checked = ?, checked_at = ? WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL`, string(found), tx.Now, t, sid)
	if err == nil && n == 0 {
		return errs.ErrNotFound
	}
	return err
}

func deleteSender(ctx context.Context, tx *db.Tx, t id.Tenant, sid SenderID) error {
	n, err := db.Exec(ctx, tx, `
		UPDATE sender SET deleted_at = ?, settings = NULL
		WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL`, tx.Now, t, sid)
	if err == nil && n == 0 {
		return errs.ErrNotFound
	}
	return err
}

// dueSenders is for the job that looks at keys, whatever the account.
func dueSenders(ctx context.Context, q db.Querier, now time.Time, limit int) ([]Sender, error) {
	return db.All[Sender](ctx, q, `
		SELECT `+senderColumns+`
		FROM sender
		WHERE keys_due <= ? AND deleted_at IS NULL
		ORDER BY keys_due
		LIMIT ?`, now, limit)
}

func saveKeysDue(ctx context.Context, tx *db.Tx, s Sender, due time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE sender SET keys_due = ? WHERE tenant_id = ? AND id = ?`, due, s.Tenant, s.ID)
	return err
}
