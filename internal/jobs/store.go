package jobs

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/db"
	"keruen/internal/id"
)

// claimed is a task that became ours.
type claimed struct {
	ID          ID
	TenantID    id.Tenant
	Kind        string
	Payload     []byte
	Attempts    int
	MaxAttempts int
	Token       int64
	LeaseUntil  time.Time
}

// open is the condition of a task that may be claimed: waiting, or running under an expired lease.
const open = `state < 2 AND run_at <= ? AND lease_until < ?`

func insertTask(ctx context.Context, tx *db.Tx, t Task, payload string) (ID, error) {
	runAt := t.RunAt
	if runAt.IsZero() {
		runAt = tx.Now
	}
	attempts := t.MaxAttempts
	if attempts == 0 {
		attempts = DefaultAttempts
	}
	var key any
	if t.UniqueKey != "" {
		key = t.UniqueKey
	}
	return db.One[ID](ctx, tx, `
		INSERT INTO task (id, tenant_id, kind, unique_key, title, visible, payload, state, run_at, attempts,
			max_attempts, owner, token, lease_until, done, total, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, 0, ?, '', 0, 0, 0, 0, ?)
		ON CONFLICT (tenant_id, kind, unique_key) WHERE unique_key IS NOT NULL AND state < 3 DO UPDATE SET
			next_payload = CASE WHEN task.state = 1 THEN excluded.payload ELSE task.next_payload END,
			next_run_at = CASE WHEN task.state = 1 THEN excluded.run_at ELSE task.next_run_at END,
			run_at = CASE WHEN task.state = 0 AND excluded.run_at < task.run_at THEN excluded.run_at ELSE task.run_at END
		RETURNING id`,
		id.New[taskKind](), int64(t.Tenant), t.Kind, key, t.Title, t.Visible, payload, runAt, attempts, tx.Now)
}

// anyOpen tells whether there is something to claim; it only reads, so an idle queue never writes.
func anyOpen(ctx context.Context, q db.Querier, kinds []string, now time.Time) (bool, error) {
	w := db.Where(open, now, now).And(db.In("kind", kinds))
	found, err := db.All[int64](ctx, q, `SELECT id FROM task WHERE `+w.SQL()+` LIMIT 1`, w.Args()...)
	return len(found) > 0, err
}

// oldestDue returns when the task that has waited longest could have begun; zero when none waits.
func oldestDue(ctx context.Context, q db.Querier, now time.Time) (time.Time, error) {
	found, err := db.All[time.Time](ctx, q, `SELECT run_at FROM task WHERE state < 2 AND state = 0 AND run_at <= ? ORDER BY run_at LIMIT 1`, now) // "state < 2" is the index
	if err != nil || len(found) == 0 {
		return time.Time{}, err
	}
	return found[0], nil
}

// claim takes up to n tasks, oldest first.
func claim(ctx context.Context, tx *db.Tx, owner string, kinds []string, n int, lease time.Duration) ([]claimed, error) {
	w := db.Where(open, tx.Now, tx.Now).And(db.In("kind", kinds))
	args := append(w.Args(n), owner, tx.Now.Add(lease), tx.Now)
	return db.All[claimed](ctx, tx, `
		WITH c AS MATERIALIZED (
			SELECT id FROM task WHERE `+w.SQL()+` ORDER BY run_at, id LIMIT ?`+tx.Dialect().LockSkip()+`)
		UPDATE task SET state = 1, owner = ?, token = token + 1, lease_until = ?, attempts = attempts + 1, started_at = ?
		WHERE id IN (SELECT id FROM c)
		RETURNING id, tenant_id, kind, payload, attempts, max_attempts, token, lease_until`, args...)
}

// renew prolongs a lease. False: the task is no longer ours.
func renew(ctx context.Context, tx *db.Tx, task ID, token int64, until time.Time) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE task SET lease_until = ? WHERE id = ? AND token = ? AND state = 1`, until, task, token)
	return n == 1, err
}

// orphan ends the leases of every other process.
func orphan(ctx context.Context, tx *db.Tx, owner string) error {
	_, err := db.Exec(ctx, tx, `UPDATE task SET lease_until = 0 WHERE state = 1 AND owner <> ?`, owner)
	return err
}

// ending is how a call of a worker ended.
type ending struct {
	state     State // Queued to be called again
	runAt     time.Time
	spent     int // attempts to give back: this one at a shutdown, all after a snooze
	lastError string
}

// finish records the end of a call, if the task still is ours. A task that was asked for again while it
// ran is queued once more when it ends; while it is only put off, that waits.
func finish(ctx context.Context, tx *db.Tx, task ID, token int64, e ending) error {
	if !e.state.Finished() {
		_, err := settle(ctx, tx, task, token, e, "")
		return err
	}
	if again, err := requeue(ctx, tx, task, token, e); err != nil || again {
		return err
	}
	// Somebody may be asking for it again at this moment: PostgreSQL lets the statement above pass by a request that is not
	// committed yet, makes this one wait for it, and then looks at the row anew.
	ended, err := settle(ctx, tx, task, token, e, " AND next_payload IS NULL")
	if err != nil || ended {
		return err
	}
	_, err = requeue(ctx, tx, task, token, e)
	return err
}

// requeue puts a task that was asked for while it ran back into the queue, with what was asked for last.
func requeue(ctx context.Context, tx *db.Tx, task ID, token int64, e ending) (bool, error) {
	n, err := db.Exec(ctx, tx, `
		UPDATE task SET state = 0, payload = next_payload, run_at = next_run_at, attempts = 0,
			next_payload = NULL, next_run_at = NULL, owner = '', lease_until = 0, token = token + 1, last_error = ?
		WHERE id = ? AND token = ? AND state = 1 AND next_payload IS NOT NULL`, nullable(e.lastError), task, token)
	return n == 1, err
}

func settle(ctx context.Context, tx *db.Tx, task ID, token int64, e ending, only string) (bool, error) {
	n, err := db.Exec(ctx, tx, `
		UPDATE task SET state = ?, run_at = ?, attempts = attempts - ?, finished_at = ?, owner = '', lease_until = 0,
			token = token + 1, last_error = ?
		WHERE id = ? AND token = ? AND state = 1`+only,
		int(e.state), e.runAt, e.spent, finishedAt(tx, e.state), nullable(e.lastError), task, token)
	return n == 1, err
}

func finishedAt(tx *db.Tx, s State) time.Time {
	if s.Finished() {
		return tx.Now
	}
	return time.Time{}
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// move changes the state from outside and takes a running task from its worker. It returns how many rows matched.
func move(ctx context.Context, tx *db.Tx, tenant id.Tenant, task ID, to State, from string) (int64, error) {
	return db.Exec(ctx, tx, `
		UPDATE task SET state = ?, token = token + 1, owner = '', lease_until = 0, finished_at = ?
		WHERE tenant_id = ? AND id = ? AND state IN (`+from+`)`,
		int(to), finishedAt(tx, to), int64(tenant), task)
}

const statusColumns = `id, kind, title, state, done, total, result, last_error, attempts, run_at, created_at, started_at, finished_at`

func getTask(ctx context.Context, q db.Querier, tenant id.Tenant, task ID) (Status, error) {
	return db.One[Status](ctx, q, `SELECT `+statusColumns+` FROM task WHERE tenant_id = ? AND id = ?`, int64(tenant), task)
}

// listTasks returns the newest first, as a page by key.
func listTasks(ctx context.Context, q db.Querier, tenant id.Tenant, before int64, limit int) ([]Status, error) {
	w := db.Where("tenant_id = ?", int64(tenant)).And("visible")
	if before > 0 {
		w.And("id < ?", before)
	}
	return db.All[Status](ctx, q, `
		SELECT `+statusColumns+` FROM task WHERE `+w.SQL()+` ORDER BY id DESC LIMIT ?`, w.Args(limit)...)
}

// prune deletes up to n tasks that ended long ago.
func prune(ctx context.Context, tx *db.Tx, hidden, visible time.Time, n int) (int64, error) {
	done, err := db.Exec(ctx, tx, `
		DELETE FROM task WHERE id IN (
			SELECT id FROM task WHERE finished_at < ? AND (NOT visible OR finished_at < ?) ORDER BY finished_at LIMIT ?)`,
		hidden, visible, n)
	if err != nil {
		return 0, fmt.Errorf("prune tasks: %w", err)
	}
	return done, nil
}
