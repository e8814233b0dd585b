package db

import (
	"context"
	"errors"
	"time"

	"keruen/internal/errs"
)

// ErrLeaseTaken says that another owner holds the lease.
var ErrLeaseTaken = errs.New(errs.Conflict, "db.lease_taken", "Another node does this at the moment.")

// Lease is the right of one owner to do something alone, for a while. Token grows with every change of
// owner: work done under an older token is refused by comparing it in the statement that records the work.
type Lease struct {
	Name    string
	Owner   string
	Token   int64
	Expires time.Time
}

// AcquireLease takes, renews or takes over the lease name for owner until tx.Now + d. ErrLeaseTaken if
// another owner's has not expired.
func AcquireLease(ctx context.Context, tx *Tx, name, owner string, d time.Duration) (Lease, error) {
	l := Lease{Name: name, Owner: owner, Expires: tx.Now.Add(d)}
	var err error
	l.Token, err = One[int64](ctx, tx, `
		INSERT INTO lease (name, owner, token, expires_at) VALUES (?, ?, 1, ?)
		ON CONFLICT (name) DO UPDATE SET
			owner = excluded.owner,
			token = lease.token + CASE WHEN lease.owner = excluded.owner THEN 0 ELSE 1 END,
			expires_at = excluded.expires_at
		WHERE lease.owner = excluded.owner OR lease.expires_at < ?
		RETURNING token`, name, owner, l.Expires, tx.Now)
	if errors.Is(err, errs.ErrNotFound) {
		return Lease{}, ErrLeaseTaken
	}
	return l, err
}

// RenewLease prolongs a lease that is still held under the same token. ErrLeaseTaken if it was lost.
func RenewLease(ctx context.Context, tx *Tx, l Lease, d time.Duration) (Lease, error) {
	l.Expires = tx.Now.Add(d)
	n, err := Exec(ctx, tx, `UPDATE lease SET expires_at = ? WHERE name = ? AND owner = ? AND token = ?`,
		l.Expires, l.Name, l.Owner, l.Token)
	if err == nil && n == 0 {
		err = ErrLeaseTaken
	}
	return l, err
}

// HoldLease makes sure that a lease is still held under the same token, and that nobody takes it over before the transaction ends.
// ErrLeaseTaken if it was lost.
func HoldLease(ctx context.Context, tx *Tx, l Lease) error {
	_, err := One[int64](ctx, tx, `SELECT token FROM lease WHERE name = ? AND owner = ? AND token = ?`+tx.Dialect().Lock(), l.Name, l.Owner, l.Token)
	if errors.Is(err, errs.ErrNotFound) {
		return ErrLeaseTaken
	}
	return err
}

// ReleaseLease gives the lease up at once. A lease that was lost meanwhile is left alone.
func ReleaseLease(ctx context.Context, tx *Tx, l Lease) error {
	_, err := Exec(ctx, tx, `UPDATE lease SET owner = '', expires_at = 0 WHERE name = ? AND owner = ? AND token = ?`,
		l.Name, l.Owner, l.Token)
	return err
}
