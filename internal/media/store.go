package media

import (
	"context"
	"strings"
	"time"

	"keruen/internal/db"
	"keruen/internal/id"
	"keruen/internal/page"
)

type row struct {
	ID           ID        `db:"id"`
	Tenant       id.Tenant `db:"tenant_id"`
	Key          string    `db:"public_key"`
	Kind         Kind      `db:"kind"`
	Name         string    `db:"name"`
	Alt          string    `db:"alt"`
	Folder       string    `db:"folder"`
	Type         string    `db:"content_type"`
	Size         int64     `db:"size"`
	Width        int       `db:"width"`
	Height       int       `db:"height"`
	Animated     bool      `db:"animated"`
	Blob         string    `db:"blob_key"`
	Original     string    `db:"original_key"`
	OriginalSize int64     `db:"original_size"`
	SHA256       string    `db:"sha256"`
	Version      int64     `db:"version"`
	By           id.Member `db:"created_by"`
	CreatedAt    time.Time `db:"created_at"`
	UpdatedAt    time.Time `db:"updated_at"`
}

func (r row) media() Media {
	return Media{ID: r.ID, Tenant: r.Tenant, Key: r.Key, Kind: r.Kind, Name: r.Name, Alt: r.Alt, Folder: r.Folder, Type: r.Type, Size: r.Size, Width: r.Width, Height: r.Height,
		Animated: r.Animated, blob: r.Blob, original: r.Original, OriginalSize: r.OriginalSize, SHA256: r.SHA256, Version: r.Version, By: r.By, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
}

const columns = `id, tenant_id, public_key, kind, name, alt, folder, content_type, size, width, height, animated, blob_key, original_key, original_size, sha256, version, created_by, created_at, updated_at`

func one(ctx context.Context, q db.Querier, where string, args ...any) (Media, error) {
	r, err := db.One[row](ctx, q, `SELECT `+columns+` FROM media WHERE `+where, args...)
	return r.media(), err
}

func getMedia(ctx context.Context, q db.Querier, t id.Tenant, m ID) (Media, error) {
	return one(ctx, q, `tenant_id = ? AND id = ?`, t, m)
}

func findBySum(ctx context.Context, q db.Querier, t id.Tenant, sum string) (Media, error) {
	return one(ctx, q, `tenant_id = ? AND sha256 = ?`, t, sum)
}

// findByKey is for visitors, who belong to no account: the key is the secret.
func findByKey(ctx context.Context, q db.Querier, key string) (Media, error) {
	return one(ctx, q, `public_key = ?`, key)
}

func insertMedia(ctx context.Context, tx *db.Tx, m Media) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO media (`+columns+`, name_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		m.ID, m.Tenant, m.Key, m.Kind, m.Name, m.Alt, m.Folder, m.Type, m.Size, m.Width, m.Height, m.Animated, m.blob, m.original, m.OriginalSize, m.SHA256, m.Version, m.By,
		m.CreatedAt, m.UpdatedAt, strings.ToLower(m.Name))
	return err
}

func updateMedia(ctx context.Context, tx *db.Tx, m Media) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE media SET name = ?, name_key = ?, alt = ?, folder = ?, version = version + 1, updated_at = ? WHERE tenant_id = ? AND id = ? AND version = ?`,
		m.Name, strings.ToLower(m.Name), m.Alt, m.Folder, tx.Now, m.Tenant, m.ID, m.Version)
	return n == 1, err
}

func listMedia(ctx context.Context, q db.Querier, t id.Tenant, f Filter, ask page.Ask) (page.Of[Media], error) {
	w := db.Where("tenant_id = ?", t)
	if f.Kind != "" {
		w.And("kind = ?", f.Kind)
	}
	if f.Folder != nil {
		w.And("folder = ?", *f.Folder)
	}
	if s := strings.ToLower(clean(f.Search)); s != "" {
		w.And(q.Dialect().Holds("name_key"), s)
	}
	if ask.After != 0 {
		w.And("id < ?", ask.After)
	}
	rows, err := db.All[row](ctx, q, `SELECT `+columns+` FROM media WHERE `+w.SQL()+` ORDER BY id DESC LIMIT ?`, w.Args(ask.Limit+1)...)
	if err != nil {
		return page.Of[Media]{}, err
	}
	list := make([]Media, len(rows))
	for i, r := range rows {
		list[i] = r.media()
	}
	return page.Cut(list, ask, func(m Media) int64 { return int64(m.ID) }), nil
}

func spaceOf(ctx context.Context, q db.Querier, t id.Tenant) (Space, error) {
	got, err := db.One[struct {
		Files int   `db:"files"`
		Bytes int64 `db:"bytes"`
	}](ctx, q, `SELECT COUNT(*) AS files, COALESCE(SUM(original_size + CASE WHEN blob_key = original_key THEN 0 ELSE size END), 0) AS bytes FROM media WHERE tenant_id = ?`, t)
	return Space{Files: got.Files, Bytes: got.Bytes}, err
}

func foldersOf(ctx context.Context, q db.Querier, t id.Tenant) ([]string, error) {
	return db.All[string](ctx, q, `SELECT DISTINCT folder FROM media WHERE tenant_id = ? AND folder <> '' ORDER BY folder`, t)
}
