package access

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
	"keruen/internal/secret"
)

// Rules of codes sent to mailboxes: six digits; at most codeTries wrong ones, then codeLock of silence,
// in which no new code is sent either.
const (
	CodeLife    = 15 * time.Minute
	ResendAfter = 45 * time.Second
	codeTries   = 5
	codeLock    = 15 * time.Minute
)

// Errors of codes.
var (
	ErrCode         = errs.New(errs.Invalid, "access.wrong_code", "The code is not right. Look at the latest letter.")
	ErrCodeExpired  = errs.New(errs.Conflict, "access.code_expired", "The code has expired. A new one has just been sent.")
	ErrCodeLocked   = errs.New(errs.TooMany, "access.code_locked", "Too many wrong codes. A new one can be asked for later.")
	ErrResendSoon   = errs.New(errs.TooMany, "access.resend_too_soon", "A letter has just been sent. Wait a little before asking for another.")
	ErrCodeFinished = errs.New(errs.Conflict, "access.code_used", "This code has been used already. Sign in.")
)

// purpose says what entering the code does.
type purpose string

const (
	toRegister purpose = "register"
	toReset    purpose = "reset"
	toMove     purpose = "email" // a new address of a member
)

type codeKind struct{}

func (codeKind) Prefix() string { return "cod" }

type codeID = id.Of[codeKind]

// code is one mailbox that waits to be proven.
type code struct {
	ID          codeID
	Purpose     purpose
	Email       string
	EmailKey    string
	MemberID    id.Member // zero when nobody has the address
	Lang        lang.Lang
	Hash        string
	Tries       int
	SentAt      time.Time
	ExpiresAt   time.Time
	LockedUntil time.Time
	UsedAt      time.Time
}

// newDigits returns six random digits.
func newDigits() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil { // never since Go 1.24
		panic(err)
	}
	return fmt.Sprintf("%06d", n)
}

// hashDigits hashes under the master key: six digits alone could be found by trying all of them.
func (s *Service) hashDigits(c codeID, digits string) string {
	return hex.EncodeToString(s.keys.MAC("access.code", idBytes(c), []byte(digits)))
}

func idBytes[K id.Kind](i id.Of[K]) []byte { return binary.BigEndian.AppendUint64(nil, uint64(i)) }

// newCodeTx makes a code for a mailbox and returns it with its digits, which are kept nowhere else.
func (s *Service) newCodeTx(ctx context.Context, tx *db.Tx, p purpose, e email, m id.Member, l lang.Lang) (code, string, error) {
	digits := newDigits()
	c := code{
		ID: id.New[codeKind](), Purpose: p, Email: e.Address, EmailKey: e.Key, MemberID: m, Lang: l,
		SentAt: tx.Now, ExpiresAt: tx.Now.Add(CodeLife),
	}
	c.Hash = s.hashDigits(c.ID, digits)
	return c, digits, insertCode(ctx, tx, c)
}

// renewTx replaces the digits of a code, when enough time has passed and it is not locked.
func (s *Service) renewTx(ctx context.Context, tx *db.Tx, c code) (code, string, error) {
	if err := c.mayResend(tx.Now); err != nil {
		return code{}, "", err
	}
	digits := newDigits()
	c.Hash, c.Tries, c.SentAt, c.ExpiresAt = s.hashDigits(c.ID, digits), 0, tx.Now, tx.Now.Add(CodeLife)
	return c, digits, updateCode(ctx, tx, c)
}

// mayResend tells whether another letter may be sent now.
func (c code) mayResend(now time.Time) error {
	switch {
	case !c.UsedAt.IsZero():
		return ErrCodeFinished
	case now.Before(c.LockedUntil):
		return ErrCodeLocked.With("retry_after_s", seconds(c.LockedUntil.Sub(now)))
	case now.Before(c.SentAt.Add(ResendAfter)):
		return ErrResendSoon.With("retry_after_s", seconds(c.SentAt.Add(ResendAfter).Sub(now)))
	default:
		return nil
	}
}

// enterTx tries the digits. A wrong try is an outcome that must be written down, so it comes back as
// wrong, apart from an error of the database: commit, then return it.
func (s *Service) enterTx(ctx context.Context, tx *db.Tx, c *code, digits string) (wrong, err error) {
	switch {
	case !c.UsedAt.IsZero():
		return ErrCodeFinished, nil
	case tx.Now.Before(c.LockedUntil):
		return ErrCodeLocked.With("retry_after_s", seconds(c.LockedUntil.Sub(tx.Now))), nil
	case !tx.Now.Before(c.ExpiresAt):
		return ErrCodeExpired, nil
	}
	if c.Hash != "" && secret.Equal(c.Hash, s.hashDigits(c.ID, digits)) {
		c.UsedAt = tx.Now
		return nil, updateCode(ctx, tx, *c)
	}
	c.Tries++
	wrong = ErrCode.With("tries_left", codeTries-c.Tries)
	if c.Tries >= codeTries {
		c.LockedUntil, c.Hash = tx.Now.Add(codeLock), "" // locked for good: only a new code helps
		wrong = ErrCodeLocked.With("retry_after_s", seconds(codeLock))
	}
	return wrong, updateCode(ctx, tx, *c)
}

// cleanDigits drops what people add when they copy a code.
func cleanDigits(s string) string {
	out := make([]byte, 0, 6)
	for _, c := range []byte(s) {
		if c != ' ' && c != '-' && c != '\t' && c != '\n' {
			out = append(out, c)
		}
	}
	return string(out)
}

// voidCodesTx ends what a member has begun by codes and not finished: a reset asked from a mailbox that is not trusted any more
// must not outlive the change that was meant to shut it out.
func voidCodesTx(ctx context.Context, tx *db.Tx, m id.Member) error {
	_, err := db.Exec(ctx, tx, `
		UPDATE codes SET used_at = ?, hash = '' WHERE created_at > ? AND member_id = ? AND purpose IN (?, ?) AND used_at IS NULL`,
		tx.Now, tx.Now.Add(-CodeLife), m, toReset, toMove)
	if err != nil {
		return fmt.Errorf("void codes: %w", err)
	}
	return nil
}

func insertCode(ctx context.Context, tx *db.Tx, c code) error {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO codes (id, purpose, email, email_key, member_id, lang, hash, tries, sent_at, expires_at, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)`,
		c.ID, c.Purpose, c.Email, c.EmailKey, c.MemberID, c.Lang, c.Hash, c.SentAt, c.ExpiresAt, tx.Now)
	if err != nil {
		return fmt.Errorf("insert code: %w", err)
	}
	return nil
}

func updateCode(ctx context.Context, tx *db.Tx, c code) error {
	_, err := db.Exec(ctx, tx, `
		UPDATE codes SET hash = ?, tries = ?, sent_at = ?, expires_at = ?, locked_until = ?, used_at = ?
		WHERE id = ?`, c.Hash, c.Tries, c.SentAt, c.ExpiresAt, c.LockedUntil, c.UsedAt, c.ID)
	if err != nil {
		return fmt.Errorf("update code: %w", err)
	}
	return nil
}

// lockCode reads a code of one purpose and keeps others from entering it until the end of the transaction.
func lockCode(ctx context.Context, tx *db.Tx, p purpose, c codeID) (code, error) {
	got, err := db.One[code](ctx, tx, `
		SELECT id, purpose, email, email_key, member_id, lang, hash, tries, sent_at, expires_at, locked_until, used_at
		FROM codes
		WHERE id = ? AND purpose = ?`+tx.Dialect().Lock(), c, p)
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return code{}, fmt.Errorf("get code: %w", err)
	}
	return got, err
}
