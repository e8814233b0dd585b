package status

import (
	"context"
	"errors"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

// These tables belong to the installation, not to an account: no statement here has a tenant.

func readPart(ctx context.Context, q db.Querier, p Part) (Reading, error) {
	r, err := db.One[Reading](ctx, q, `SELECT part, state, since, checked_at FROM status_part WHERE part = ?`, string(p))
	if errors.Is(err, errs.ErrNotFound) {
		return Reading{Part: p}, nil
	}
	return r, err
}

// savePart keeps a reading, unless another process has looked within the same minute: then false.
func savePart(ctx context.Context, tx *db.Tx, r Reading) (bool, error) {
	n, err := db.Exec(ctx, tx, `
		INSERT INTO status_part (part, state, since, checked_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (part) DO UPDATE SET state = excluded.state, since = excluded.since, checked_at = excluded.checked_at
		WHERE status_part.checked_at <= ?`,
		string(r.Part), string(r.State), r.Since, r.CheckedAt, r.CheckedAt.Add(-Every/2))
	return n > 0, err
}

func addDay(ctx context.Context, tx *db.Tx, d Day) error {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO status_day (part, day, checks, troubled, missed) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (part, day) DO UPDATE SET checks = status_day.checks + excluded.checks,
			troubled = status_day.troubled + excluded.troubled, missed = status_day.missed + excluded.missed`,
		string(d.Part), d.Day, d.Checks, d.Troubled, d.Missed)
	return err
}

func dropDays(ctx context.Context, tx *db.Tx, before string) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM status_day WHERE day < ?`, before)
	return err
}

func listParts(ctx context.Context, q db.Querier) ([]Reading, error) {
	return db.All[Reading](ctx, q, `SELECT part, state, since, checked_at FROM status_part ORDER BY part`)
}

func listDays(ctx context.Context, q db.Querier, from string) ([]Day, error) {
	return db.All[Day](ctx, q, `SELECT part, day, checks, troubled, missed FROM status_day WHERE day >= ? ORDER BY part, day`, from)
}

type outageRow struct {
	ID        OutageID           `db:"id"`
	Kind      Kind               `db:"kind"`
	Impact    State              `db:"impact"`
	Parts     db.JSON[[]Part]    `db:"parts"`
	Title     db.JSON[lang.Text] `db:"title"`
	StartsAt  time.Time          `db:"starts_at"`
	EndsAt    time.Time          `db:"ends_at"`
	CreatedAt time.Time          `db:"created_at"`
}

const outageColumns = `id, kind, impact, parts, title, starts_at, ends_at, created_at`

func (r outageRow) outage() Outage {
	return Outage{ID: r.ID, Kind: r.Kind, Impact: r.Impact, Parts: r.Parts.V, Title: r.Title.V, StartsAt: r.StartsAt, EndsAt: r.EndsAt, CreatedAt: r.CreatedAt}
}

func insertOutage(ctx context.Context, tx *db.Tx, o Outage) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO status_outage (`+outageColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		o.ID, string(o.Kind), string(o.Impact), db.AsJSON(o.Parts), db.AsJSON(o.Title), o.StartsAt, o.EndsAt, o.CreatedAt)
	return err
}

func endOutage(ctx context.Context, tx *db.Tx, o OutageID) error {
	_, err := db.Exec(ctx, tx, `UPDATE status_outage SET ends_at = ? WHERE id = ?`, tx.Now, o)
	return err
}

func insertUpdate(ctx context.Context, tx *db.Tx, o OutageID, by id.Member, u Update) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO status_update (id, outage_id, stage, body, member_id, at) VALUES (?, ?, ?, ?, ?, ?)`,
		id.New[updateKind](), o, string(u.Stage), db.AsJSON(u.Text), int64(by), u.At)
	return err
}

func getOutage(ctx context.Context, q db.Querier, o OutageID) (Outage, error) {
	row, err := db.One[outageRow](ctx, q, `SELECT `+outageColumns+` FROM status_outage WHERE id = ?`, o)
	if err != nil {
		return Outage{}, err
	}
	all, err := withUpdates(ctx, q, []outageRow{row})
	if err != nil {
		return Outage{}, err
	}
	return all[0], nil
}

// listOutages returns those that go on or are to come, and those that ended since a time; the latest first.
func listOutages(ctx context.Context, q db.Querier, since time.Time, limit int) ([]Outage, error) {
	rows, err := db.All[outageRow](ctx, q, `
		SELECT `+outageColumns+` FROM status_outage
		WHERE ends_at IS NULL OR ends_at >= ?
		ORDER BY starts_at DESC, id DESC LIMIT ?`, since, limit)
	if err != nil {
		return nil, err
	}
	return withUpdates(ctx, q, rows)
}

type updateRow struct {
	Outage OutageID           `db:"outage_id"`
	Stage  Stage              `db:"stage"`
	Body   db.JSON[lang.Text] `db:"body"`
	At     time.Time          `db:"at"`
}

func withUpdates(ctx context.Context, q db.Querier, rows []outageRow) ([]Outage, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make([]OutageID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	w := db.Where(db.In("outage_id", ids))
	updates, err := db.All[updateRow](ctx, q, `SELECT outage_id, stage, body, at FROM status_update WHERE `+w.SQL()+` ORDER BY id DESC`, w.Args()...)
	if err != nil {
		return nil, err
	}
	out := make([]Outage, len(rows))
	for i, r := range rows {
		out[i] = r.outage()
		for _, u := range updates {
			if u.Outage == r.ID {
				out[i].Updates = append(out[i].Updates, Update{Stage: u.Stage, Text: u.Body.V, At: u.At})
			}
		}
	}
	return out, nil
}
