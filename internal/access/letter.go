package access

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

type letterKind struct{}

func (letterKind) Prefix() string { return "ltr" }

// LetterID identifies a letter of the product to a person.
type LetterID = id.Of[letterKind]

// LetterKind says what a letter is about.
type LetterKind string

// Kinds of letter.
const (
	LetterCode            LetterKind = "code"             // a registration waits for its code
	LetterKnown           LetterKind = "already_member"   // somebody registers with an address that is known
	LetterReset           LetterKind = "reset"            // a new password waits for its code
	LetterNobody          LetterKind = "no_member"        // a new password was asked for an address that is not known
	LetterMove            LetterKind = "new_email"        // a changed address waits for its code
	LetterMoved           LetterKind = "email_changed"    // to the old address
	LetterInvitation      LetterKind = "invitation"       // come into the account
	LetterNewSignIn       LetterKind = "new_sign_in"      // from a place or browser not seen before
	LetterPasswordChanged LetterKind = "password_changed" // also after a reset
	LetterSecondFactor    LetterKind = "second_factor"    // switched on or off; Note says which
)

// Letter is what must be told to a person. It waits sealed, because it may hold a code or a
// link; internal/notice opens it, sends it and closes it.
type Letter struct {
	ID        LetterID   `json:"-"`
	Kind      LetterKind `json:"kind"`
	To        string     `json:"to"`
	Lang      lang.Lang  `json:"lang"`
	Name      string     `json:"name,omitempty"`    // how to greet the person; may be empty
	Code      string     `json:"code,omitempty"`    // six digits
	Token     string     `json:"token,omitempty"`   // of an invitation
	Account   string     `json:"account,omitempty"` // name of the account invited to
	Inviter   string     `json:"inviter,omitempty"`
	Role      Role       `json:"role,omitempty"`
	IP        string     `json:"ip,omitempty"`
	Browser   string     `json:"browser,omitempty"`
	Note      string     `json:"note,omitempty"`
	At        time.Time  `json:"at"`
	ExpiresAt time.Time  `json:"-"` // not worth sending afterwards
}

// LetterDue is announced when a letter waits. It carries no secret and no address.
type LetterDue struct {
	Letter LetterID `json:"letter"`
}

// EventName names the event.
func (LetterDue) EventName() string { return "access.letter_due" }

// ErrLetterGone means that a letter was sent already or is too old to be.
var ErrLetterGone = errs.New(errs.NotFound, "access.letter_gone", "The letter was sent already or has expired.")

const letterLife = 24 * time.Hour

// writeTx seals a letter and announces it. Letters with a code end with the code.
func (s *Service) writeTx(ctx context.Context, tx *db.Tx, l Letter) error {
	l.ID, l.At, l.ExpiresAt = id.New[letterKind](), tx.Now, tx.Now.Add(letterLife)
	if l.Code != "" {
		l.ExpiresAt = tx.Now.Add(CodeLife)
	}
	text, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("write letter: %w", err)
	}
	if _, err := db.Exec(ctx, tx, `
		INSERT INTO member_letters (id, kind, sealed, created_at, expires_at) VALUES (?, ?, ?, ?, ?)`,
		l.ID, l.Kind, s.keys.Seal("access.letter", text, idBytes(l.ID)), tx.Now, l.ExpiresAt); err != nil {
		return fmt.Errorf("write letter: %w", err)
	}
	return s.events.Publish(ctx, tx, LetterDue{Letter: l.ID})
}

// OpenLetter returns a letter that waits, or ErrLetterGone.
func (s *Service) OpenLetter(ctx context.Context, l LetterID) (Letter, error) {
	row, err := db.One[struct {
		Sealed    []byte
		ExpiresAt time.Time
	}](ctx, s.db, `SELECT sealed, expires_at FROM member_letters WHERE id = ?`, l)
	if err != nil {
		return Letter{}, fmt.Errorf("open letter: %w", err)
	}
	if row.Sealed == nil || !s.clock.Now().Before(row.ExpiresAt) {
		return Letter{}, ErrLetterGone
	}
	text, err := s.keys.Open("access.letter", row.Sealed, idBytes(l))
	if err != nil {
		return Letter{}, fmt.Errorf("open letter: %w", err)
	}
	out := Letter{ID: l, ExpiresAt: row.ExpiresAt}
	if err := json.Unmarshal(text, &out); err != nil {
		return Letter{}, fmt.Errorf("open letter: %w", err)
	}
	return out, nil
}

// CloseLetterTx wipes a letter once the pipeline has it, in the transaction that hands it over.
// Closing it again changes nothing.
func (s *Service) CloseLetterTx(ctx context.Context, tx *db.Tx, l LetterID) error {
	if _, err := db.Exec(ctx, tx, `
		UPDATE member_letters SET sealed = NULL, sent_at = ? WHERE id = ? AND sealed IS NOT NULL`, tx.Now, l); err != nil {
		return fmt.Errorf("close letter: %w", err)
	}
	return nil
}
