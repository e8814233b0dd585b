package db

import (
	"context"
	"strings"
)

// Analyze renews what the planner of PostgreSQL knows of tables into which much was just written. Until
// autovacuum comes by it takes them for as small as they were, and a join over all rows may turn quadratic.
// SQLite plans by its indexes here, and nothing is done.
func Analyze(ctx context.Context, tx *Tx, tables ...string) error {
	if tx.Dialect() != Postgres {
		return nil
	}
	_, err := Exec(ctx, tx, "ANALYZE "+strings.Join(tables, ", "))
	return err
}
