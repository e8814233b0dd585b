package smtpin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

type letterKind struct{}

func (letterKind) Prefix() string { return "inb" }

type letterID = id.Of[letterKind]

// keepLog is how long the log keeps what became of letters.
const keepLog = 90 * 24 * time.Hour

// storedLetter is a letter that waits to be read. It has no account: whose it is, the letter says.
type storedLetter struct {
	At     time.Time `db:"at"`
	Sealed []byte    `db:"sealed"`
}

// entry is what became of one letter.
type entry struct {
	Tenant                       id.Tenant
	At                           time.Time
	Kind, Class, Outcome, Source string
	Part                         int64
	Seq                          int32
}

func insertLetter(ctx context.Context, tx *db.Tx, no letterID, sealed []byte) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO inbound_mail(id, at, sealed) VALUES(?, ?, ?)`, no, tx.Now, sealed)
	return err
}

func getLetter(ctx context.Context, q db.Querier, no letterID) (storedLetter, bool, error) {
	l, err := db.One[storedLetter](ctx, q, `SELECT at, sealed FROM inbound_mail WHERE id = ?`, no)
	if errors.Is(err, errs.ErrNotFound) {
		return l, false, nil
	}
	if err != nil {
		return l, false, fmt.Errorf("read letter: %w", err)
	}
	return l, true, nil
}

// finishLetter removes a letter and leaves its entry. Old entries go.
func finishLetter(ctx context.Context, tx *db.Tx, no letterID, e entry) error {
	n, err := db.Exec(ctx, tx, `DELETE FROM inbound_mail WHERE id = ?`, no)
	if err != nil || n == 0 {
		return err
	}
	_, err = db.Exec(ctx, tx, `
		INSERT INTO inbound_log(id, tenant_id, at, kind, class, outcome, source, part_id, seq) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		no, int64(e.Tenant), e.At, e.Kind, e.Class, e.Outcome, e.Source, e.Part, e.Seq)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `DELETE FROM inbound_log WHERE at < ?`, e.At.Add(-keepLog))
	return err
}
