package showcase

import (
	"context"
	"time"

	"keruen/internal/access"
	"keruen/internal/db"
	"keruen/internal/id"
)

type row struct {
	ID         ID        `db:"id"`
	Tenant     id.Tenant `db:"tenant_id"`
	State      State     `db:"state"`
	Name       string    `db:"name"`
	Site       string    `db:"site"`
	Type       string    `db:"media_type"`
	Width      int       `db:"width"`
	Height     int       `db:"height"`
	Hash       string    `db:"hash"`
	Reason     string    `db:"reason"`
	AllowedAt  time.Time `db:"allowed_at"`
	DecidedAt  time.Time `db:"decided_at"`
	ShownUntil time.Time `db:"shown_until"`
}

const columns = `id, tenant_id, state, name, site, media_type, width, height, hash, reason, allowed_at, decided_at, shown_until`

func (r row) client() Client {
	return Client{ID: r.ID, Tenant: r.Tenant, State: r.State, Name: r.Name, Site: r.Site, Reason: r.Reason, AllowedAt: r.AllowedAt, DecidedAt: r.DecidedAt,
		ShownUntil: r.ShownUntil, Logo: Logo{Type: r.Type, Width: r.Width, Height: r.Height, Hash: r.Hash}}
}

func clients(rows []row, err error) ([]Client, error) {
	out := make([]Client, len(rows))
	for i, r := range rows {
		out[i] = r.client()
	}
	return out, err
}

func ofAccount(ctx context.Context, q db.Querier, t id.Tenant) (Client, error) {
	r, err := db.One[row](ctx, q, `SELECT `+columns+` FROM showcase_client WHERE tenant_id = ?`, t)
	return r.client(), err
}

// save keeps an offer, in the place of the one before. A new offer waits for an operator again.
func save(ctx context.Context, tx *db.Tx, who access.Actor, c Client) error {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO showcase_client (id, tenant_id, state, name, site, media_type, width, height, picture, hash, reason, allowed_by, allowed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?)
		ON CONFLICT (tenant_id) DO UPDATE SET state = excluded.state, name = excluded.name, site = excluded.site, media_type = excluded.media_type,
			width = excluded.width, height = excluded.height, picture = excluded.picture, hash = excluded.hash, reason = '',
			allowed_by = excluded.allowed_by, allowed_at = excluded.allowed_at, decided_at = NULL, shown_until = NULL`,
		c.ID, who.Tenant, string(Waiting), c.Name, c.Site, c.Logo.Type, c.Logo.Width, c.Logo.Height, c.Logo.Picture, c.Logo.Hash, int64(who.Member), tx.Now)
	return err
}

func remove(ctx context.Context, tx *db.Tx, t id.Tenant) (bool, error) {
	n, err := db.Exec(ctx, tx, `DELETE FROM showcase_client WHERE tenant_id = ?`, t)
	return n > 0, err
}

func pictureOfAccount(ctx context.Context, q db.Querier, t id.Tenant) ([]byte, error) {
	return db.One[[]byte](ctx, q, `SELECT picture FROM showcase_client WHERE tenant_id = ?`, t)
}

// The statements below are the operator's and the public page's: they look over all accounts.

func get(ctx context.Context, q db.Querier, c ID) (Client, error) {
	r, err := db.One[row](ctx, q, `SELECT `+columns+` FROM showcase_client WHERE id = ?`, c)
	return r.client(), err
}

// decide moves a client that has not been changed since it was looked at; false otherwise.
func decide(ctx context.Context, tx *db.Tx, c Client, to State, reason string, until time.Time) (bool, error) {
	n, err := db.Exec(ctx, tx, `
		UPDATE showcase_client SET state = ?, reason = ?, decided_at = ?, shown_until = ?
		WHERE tenant_id = ? AND id = ? AND allowed_at = ?`, string(to), reason, tx.Now, until, c.Tenant, c.ID, c.AllowedAt)
	return n > 0, err
}

// keep says until when a client stays; past that it ends.
func keep(ctx context.Context, tx *db.Tx, c Client, until time.Time) error {
	to := Shown
	if !until.After(tx.Now) {
		to = Ended
	}
	_, err := db.Exec(ctx, tx, `UPDATE showcase_client SET state = ?, shown_until = ? WHERE tenant_id = ? AND id = ? AND state = ?`,
		string(to), until, c.Tenant, c.ID, string(Shown))
	return err
}

func list(ctx context.Context, q db.Querier, limit int) ([]Client, error) {
	return clients(db.All[row](ctx, q, `
		SELECT `+columns+` FROM showcase_client
		ORDER BY CASE WHEN state = 'waiting' THEN 0 ELSE 1 END, allowed_at DESC, id DESC LIMIT ?`, limit))
}

func listShown(ctx context.Context, q db.Querier, now time.Time, limit int) ([]Client, error) {
	return clients(db.All[row](ctx, q, `
		SELECT `+columns+` FROM showcase_client
		WHERE state = ? AND shown_until > ? ORDER BY decided_at, id LIMIT ?`, string(Shown), now, limit))
}

func shownAfter(ctx context.Context, q db.Querier, after ID, limit int) ([]Client, error) {
	return clients(db.All[row](ctx, q, `
		SELECT `+columns+` FROM showcase_client
		WHERE state = ? AND id > ? ORDER BY id LIMIT ?`, string(Shown), int64(after), limit)) // a typed zero would be NULL
}

// pictureOf returns the logo of a client; on the public page only of one that is shown.
func pictureOf(ctx context.Context, q db.Querier, c ID) (Client, error) {
	r, err := db.One[struct {
		row
		Picture []byte `db:"picture"`
	}](ctx, q, `SELECT `+columns+`, picture FROM showcase_client WHERE id = ?`, c)
	out := r.client()
	out.Logo.Picture = r.Picture
	return out, err
}
