package db

import "context"

// MigrateTo brings an empty database to the schema of an older program.
func (d *DB) MigrateTo(ctx context.Context, version int64) error {
	on, dialect := d.engine, Postgres
	switch e := on.(type) {
	case *sqliteDB:
		own, err := e.another()
		if err != nil {
			return err
		}
		defer own.Close()
		p, err := migrations(own, SQLite)
		if err == nil {
			_, err = p.UpTo(ctx, version)
		}
		return err
	case *postgresDB:
		p, err := migrations(e.pool, dialect)
		if err == nil {
			_, err = p.UpTo(ctx, version)
		}
		return err
	}
	return nil
}

// WrittenBack is how many pages of SQLite's log lie in the database as well.
func (d *DB) WrittenBack(ctx context.Context) (back int, err error) {
	var busy, pages int
	err = d.engine.(*sqliteDB).back.db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(NOOP)").Scan(&busy, &pages, &back)
	return back, err
}
