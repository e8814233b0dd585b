package access

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// Errors of repeated requests.
var (
	ErrKeyReused  = errs.New(errs.Invalid, "idempotency.key_reused", "This Idempotency-Key was used for another request. Take a new one for each request.")
	ErrInProgress = errs.New(errs.Conflict, "idempotency.in_progress", "The first request with this Idempotency-Key is still being worked on. Ask again in a moment.")
	ErrBadKey     = errs.New(errs.Invalid, "idempotency.bad_key", "The Idempotency-Key has from 1 to 255 visible characters.")
)

// How long the first answer is repeated, and how long a request may take before a repeat is let in, because the
// process of the first one must have died.
const (
	answerLife = 24 * time.Hour
	answerHold = 5 * time.Minute
)

// Idempotency keeps the first answers to requests that carry an Idempotency-Key, so that a repeat changes
// nothing and gets the same answer.
type Idempotency struct{ db *db.DB }

// NewIdempotency makes the store.
func NewIdempotency(d *db.DB) *Idempotency { return &Idempotency{d} }

// Request names one request: whose, its key, and a hash of method, path and body.
type Request struct {
	Tenant id.Tenant
	Key    string
	Hash   string
}

// Answer is what was answered first. Status 0 means that there is none yet: go on, then Finish or Abandon.
type Answer struct {
	Status      int
	ContentType string
	Body        []byte
}

// Begin claims a request. It returns the first answer if there is one, ErrInProgress while the first one runs, and
// ErrKeyReused when the key belongs to another request.
func (i *Idempotency) Begin(ctx context.Context, r Request) (Answer, error) {
	if err := checkKey(r.Key); err != nil {
		return Answer{}, err
	}
	var out Answer
	err := i.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		out = Answer{}
		n, err := db.Exec(ctx, tx, `
			INSERT INTO idempotency (tenant_id, key, request_hash, status, content_type, held_until, expires_at)
			VALUES (?, ?, ?, 0, '', ?, ?)
			ON CONFLICT (tenant_id, key) DO UPDATE SET request_hash = excluded.request_hash, status = 0, content_type = '', body = NULL,
				held_until = excluded.held_until, expires_at = excluded.expires_at
			WHERE idempotency.expires_at <= ?
				OR idempotency.status = 0 AND idempotency.held_until <= ? AND idempotency.request_hash = excluded.request_hash`,
			r.Tenant, r.Key, r.Hash, tx.Now.Add(answerHold), tx.Now.Add(answerLife), tx.Now, tx.Now)
		if err != nil || n == 1 {
			return err
		}
		row, err := db.One[struct {
			Answer
			RequestHash string
		}](ctx, tx, `SELECT request_hash, status, content_type, body FROM idempotency WHERE tenant_id = ? AND key = ?`, r.Tenant, r.Key)
		switch {
		case err != nil:
			return err
		case row.RequestHash != r.Hash:
			return ErrKeyReused
		case row.Status == 0:
			return ErrInProgress
		}
		out = row.Answer
		return nil
	})
	if err != nil {
		return Answer{}, fmt.Errorf("begin request: %w", err)
	}
	return out, nil
}

// Finish keeps the answer for 24 hours.
func (i *Idempotency) Finish(ctx context.Context, r Request, a Answer) error {
	return i.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, `
			UPDATE idempotency SET status = ?, content_type = ?, body = ? WHERE tenant_id = ? AND key = ? AND request_hash = ?`,
			a.Status, a.ContentType, a.Body, r.Tenant, r.Key, r.Hash)
		if err != nil {
			return fmt.Errorf("finish request: %w", err)
		}
		return nil
	})
}

// Abandon lets the request be tried again: it has done nothing, because it failed by a fault of ours.
func (i *Idempotency) Abandon(ctx context.Context, r Request) error {
	return i.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, `DELETE FROM idempotency WHERE tenant_id = ? AND key = ? AND request_hash = ? AND status = 0`,
			r.Tenant, r.Key, r.Hash)
		if err != nil {
			return fmt.Errorf("abandon request: %w", err)
		}
		return nil
	})
}

func checkKey(key string) error {
	if key == "" || len(key) > 255 {
		return ErrBadKey
	}
	for _, c := range []byte(key) {
		if c <= ' ' || c >= 0x7f {
			return ErrBadKey
		}
	}
	return nil
}

// ForgetAnswersTx empties the kept answers of an account that name somebody who is being erased. A repeat then gets the status alone.
func ForgetAnswersTx(ctx context.Context, tx *db.Tx, t id.Tenant, names func(text string) bool) error {
	rows, err := db.All[struct {
		Key  string
		Body []byte
	}](ctx, tx, `SELECT key, body FROM idempotency WHERE tenant_id = ? AND body IS NOT NULL`, t)
	if err != nil {
		return fmt.Errorf("forget answers: %w", err)
	}
	for _, r := range rows {
		if !names(string(r.Body)) {
			continue
		}
		if _, err := db.Exec(ctx, tx, `UPDATE idempotency SET body = NULL WHERE tenant_id = ? AND key = ?`, t, r.Key); err != nil {
			return fmt.Errorf("forget answers: %w", err)
		}
	}
	return nil
}
