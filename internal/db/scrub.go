package db

import (
	"context"
	"fmt"
)

// Scrub empties what an engine keeps of data that was deleted, after an erasure. SQLite overwrites deleted content in its file at once
// (secure_delete); its write-ahead log still has the pages as they were, and is emptied here — unless somebody reads an old state at this
// moment: then the next checkpoint does it. PostgreSQL frees dead rows by VACUUM, which autovacuum does within minutes; its own log (WAL)
// and backups are the operator's matter.
func (d *DB) Scrub(ctx context.Context) error {
	s, ok := d.engine.(*sqliteDB)
	if !ok {
		return nil
	}
	own, err := s.another()
	if err != nil {
		return fmt.Errorf("scrub database: %w", err)
	}
	defer own.Close()
	_, err = own.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	if err != nil {
		return fmt.Errorf("scrub database: %w", kindOf(err))
	}
	return nil
}
