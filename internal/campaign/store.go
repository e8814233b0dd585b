package campaign

import (
	"context"
	"time"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/page"
)

type row struct {
	ID          ID                      `db:"id"`
	Tenant      id.Tenant               `db:"tenant_id"`
	Name        string                  `db:"name"`
	State       State                   `db:"state"`
	Sender      channel.SenderID        `db:"sender_id"`
	Purpose     channel.Purpose         `db:"purpose"`
	Topic       contact.TopicID         `db:"topic_id"`
	Letter      db.JSON[content.Letter] `db:"letter"`
	Audience    db.JSON[contact.Target] `db:"audience"`
	TrackOpens  bool                    `db:"track_opens"`
	TrackClicks bool                    `db:"track_clicks"`
	Revision    content.RevisionID      `db:"revision_id"`
	StartAt     time.Time               `db:"start_at"`
	StartLocal  string                  `db:"start_local"`
	Zone        string                  `db:"zone"`
	UndoUntil   time.Time               `db:"undo_until"`
	Round       int                     `db:"round"`
	Problem     string                  `db:"problem"`
	CreatedBy   id.Member               `db:"created_by"`
	CreatedAt   time.Time               `db:"created_at"`
	UpdatedAt   time.Time               `db:"updated_at"`
	StartedAt   time.Time               `db:"started_at"`
	FinishedAt  time.Time               `db:"finished_at"`
	Version     int64                   `db:"version"`
	Hold        Hold                    `db:"hold"`
	Split       db.JSON[*Split]         `db:"split"`
	Run         db.JSON[*SplitRun]      `db:"split_run"`
	Local       LocalTime               `db:"local_time"`
	AgainOf     ID                      `db:"again_of"`
	Wave        int                     `db:"wave"`
	AgainHidden int                     `db:"again_hidden"`
}

const columns = `id, tenant_id, name, state, sender_id, purpose, topic_id, letter, audience, track_opens, track_clicks, revision_id,
	start_at, start_local, zone, undo_until, round, problem, created_by, created_at, updated_at, started_at, finished_at, version, hold,
	split, split_run, local_time, again_of, wave, again_hidden`

func (r row) campaign() Campaign {
	c := Campaign{
		ID: r.ID, Tenant: r.Tenant, Name: r.Name, State: r.State, Sender: r.Sender, Purpose: r.Purpose, Topic: r.Topic, Letter: r.Letter.V,
		Audience: r.Audience.V, Tracking: delivery.Tracking{Opens: r.TrackOpens, Clicks: r.TrackClicks}, Revision: r.Revision,
		StartAt: r.StartAt, StartLocal: r.StartLocal, Zone: r.Zone, UndoUntil: r.UndoUntil, Problem: r.Problem,
		CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, StartedAt: r.StartedAt,
		FinishedAt: r.FinishedAt, Version: r.Version, round: r.Round, Hold: r.Hold,
		Split: r.Split.V, Local: r.Local, AgainOf: r.AgainOf, Wave: r.Wave, AgainHidden: r.AgainHidden == 1,
	}
	if r.Run.V != nil {
		c.Run = *r.Run.V
	}
	return c
}

func get(ctx context.Context, q db.Querier, t id.Tenant, c ID) (Campaign, error) {
	r, err := db.One[row](ctx, q, `SELECT `+columns+` FROM campaign WHERE tenant_id = ? AND id = ?`, t, c)
	return r.campaign(), err
}

func lock(ctx context.Context, tx *db.Tx, t id.Tenant, c ID) (Campaign, error) {
	r, err := db.One[row](ctx, tx, `SELECT `+columns+` FROM campaign WHERE tenant_id = ? AND id = ?`+tx.Dialect().Lock(), t, c)
	return r.campaign(), err
}

func list(ctx context.Context, q db.Querier, t id.Tenant, state State, a page.Ask) ([]row, error) {
	w := db.Where("tenant_id = ?", t)
	if state != "" {
		w.And("state = ?", state)
	}
	if a.After > 0 {
		w.And("id < ?", a.After)
	}
	return db.All[row](ctx, q, `
		SELECT `+columns+` FROM campaign WHERE `+w.SQL()+` ORDER BY id DESC LIMIT ?`, w.Args(a.Limit+1)...)
}

func insert(ctx context.Context, tx *db.Tx, c Campaign) error {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO campaign(`+columns+`) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		c.ID, c.Tenant, c.Name, c.State, c.Sender, c.Purpose, c.Topic, db.AsJSON(c.Letter), db.AsJSON(c.Audience),
		c.Tracking.Opens, c.Tracking.Clicks, c.Revision, c.StartAt, c.StartLocal, c.Zone, c.UndoUntil, c.round, c.Problem,
		c.CreatedBy, c.CreatedAt, c.UpdatedAt, c.StartedAt, c.FinishedAt, c.Version, c.Hold,
		db.AsJSON(c.Split), db.AsJSON(c.Run), c.Local, c.AgainOf, c.Wave, number(c.AgainHidden))
	return err
}

// save writes c over the version before.
func save(ctx context.Context, tx *db.Tx, c Campaign) error {
	n, err := db.Exec(ctx, tx, `
		UPDATE campaign SET name = ?, state = ?, sender_id = ?, purpose = ?, topic_id = ?, letter = ?, audience = ?, track_opens = ?, track_clicks = ?,
			revision_id = ?, start_at = ?, start_local = ?, zone = ?, undo_until = ?, round = ?, problem = ?, updated_at = ?,
			started_at = ?, finished_at = ?, version = ?, hold = ?, split = ?, split_run = ?, local_time = ?
		WHERE tenant_id = ? AND id = ? AND version = ?`,
		c.Name, c.State, c.Sender, c.Purpose, c.Topic, db.AsJSON(c.Letter), db.AsJSON(c.Audience), c.Tracking.Opens, c.Tracking.Clicks,
		c.Revision, c.StartAt, c.StartLocal, c.Zone, c.UndoUntil, c.round, c.Problem, c.UpdatedAt,
		c.StartedAt, c.FinishedAt, c.Version, c.Hold, db.AsJSON(c.Split), db.AsJSON(c.Run), c.Local, c.Tenant, c.ID, c.Version-1)
	if err == nil && n == 0 {
		return errs.ErrStale
	}
	return err
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

func remove(ctx context.Context, tx *db.Tx, t id.Tenant, c ID) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM campaign WHERE tenant_id = ? AND id = ?`, t, c)
	return err
}
