package jobs

import (
	"context"
	"fmt"

	"keruen/internal/db"
	"keruen/internal/id"
)

// told is what a task tells in words.
type told struct {
	ID      ID     `db:"id"`
	State   int    `db:"state"`
	Title   string `db:"title"`
	Payload string `db:"payload"`
	Next    string `db:"next_payload"`
	Result  string `db:"result"`
}

// tellings returns up to 1,000 tasks of an account after one, in the order of their numbers.
func tellings(ctx context.Context, q db.Querier, t id.Tenant, after ID) ([]told, error) {
	return db.All[told](ctx, q, `
		SELECT id, state, title, payload, COALESCE(next_payload, '') AS next_payload, COALESCE(result, '') AS result
		FROM task WHERE tenant_id = ? AND id > ? ORDER BY id LIMIT 1000`, t, int64(after))
}

// NamedInWork tells whether work that is not done yet has something in its arguments.
func (q *Queue) NamedInWork(ctx context.Context, t id.Tenant, names func(text string) bool) (bool, error) {
	var after ID
	for {
		list, err := tellings(ctx, q.db, t, after)
		if err != nil || len(list) == 0 {
			return false, err
		}
		for _, k := range list {
			if after = k.ID; k.State < taskOver && (names(k.Payload) || names(k.Next)) {
				return true, nil
			}
		}
	}
}

// taskOver is the first of the states in which a task runs no more.
const taskOver = 3

// ForgetTx removes the arguments, results and titles of tasks that name somebody, where the work is over. Work that is still to be done
// keeps its arguments (see NamedInWork) and loses its title.
func ForgetTx(ctx context.Context, tx *db.Tx, t id.Tenant, names func(text string) bool) error {
	var after ID
	for {
		list, err := tellings(ctx, tx, t, after)
		if err != nil {
			return fmt.Errorf("forget tasks: %w", err)
		}
		if len(list) == 0 {
			return nil
		}
		for _, k := range list {
			after = k.ID
			if err := k.forget(ctx, tx, t, names); err != nil {
				return fmt.Errorf("forget tasks: %w", err)
			}
		}
	}
}

func (k told) forget(ctx context.Context, tx *db.Tx, t id.Tenant, names func(text string) bool) error {
	if names(k.Title) {
		if _, err := db.Exec(ctx, tx, `UPDATE task SET title = '…' WHERE tenant_id = ? AND id = ?`, t, k.ID); err != nil {
			return err
		}
	}
	if k.State < taskOver || !names(k.Payload) && !names(k.Result) {
		return nil
	}
	_, err := db.Exec(ctx, tx, `UPDATE task SET payload = '{}', result = NULL WHERE tenant_id = ? AND id = ?`, t, k.ID)
	return err
}
