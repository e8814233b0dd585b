package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

type moveKind struct{}

func (moveKind) Prefix() string { return "emc" }

// EmailChangeID identifies a change of address that waits for its code.
type EmailChangeID = id.Of[moveKind]

// EmailChange waits for the code from the letter to the new address.
type EmailChange struct {
	ID        EmailChangeID
	Email     string
	ResendAt  time.Time
	ExpiresAt time.Time
}

// RequestEmailChange has a code sent to the actor's new address, after asking the password (ACC-3). Whether somebody
// else has that address is not told: its owner gets a letter instead, and no code is right.
func (s *Service) RequestEmailChange(ctx context.Context, who Actor, password, address string) (out EmailChange, err error) {
	cred, err := s.confirmPassword(ctx, who, "password", password)
	if err != nil {
		return EmailChange{}, err
	}
	e, err := checkEmail("email", address)
	if err != nil {
		return EmailChange{}, err
	}
	if err := s.limits(ctx, limit{rateCodes, s.addressKey(e)}); err != nil {
		return EmailChange{}, err
	}
	v := visitorOf(who)
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		m, err := getMember(ctx, tx, cred.ID)
		if err != nil {
			return err
		}
		c, digits, err := s.newCodeTx(ctx, tx, toMove, e, m.ID, m.Lang)
		if err != nil {
			return err
		}
		l := Letter{Kind: LetterMove, To: e.Address, Lang: m.Lang, Name: m.Name(), Code: digits, IP: v.ip(), Browser: Browser(v.agent())}
		other, err := memberByKey(ctx, tx, e.Key)
		if err != nil && !errors.Is(err, errs.ErrNotFound) {
			return err
		}
		if err == nil && other.ID != m.ID {
			l.Kind, l.To, l.Lang, l.Name, l.Code = LetterKnown, other.Email, other.Lang, other.Name(), ""
			c.Hash = ""
			if err := updateCode(ctx, tx, c); err != nil {
				return err
			}
		}
		out = EmailChange{ID: EmailChangeID(c.ID), Email: c.Email, ResendAt: c.SentAt.Add(ResendAfter), ExpiresAt: c.ExpiresAt}
		return s.writeTx(ctx, tx, l)
	})
	if err != nil {
		return EmailChange{}, fmt.Errorf("request change of address: %w", err)
	}
	return out, nil
}

// ConfirmEmailChange enters the code: the actor signs in with the new address from now on, other sessions end, and
// the old address is told. An expired code is ErrResetExpired: ask for a new one.
func (s *Service) ConfirmEmailChange(ctx context.Context, who Actor, change EmailChangeID, digits string) (o Opened, err error) {
	if err := who.person(); err != nil {
		return Opened{}, err
	}
	if err := s.limits(ctx, limit{rateCodeTries, network(who.IP)}); err != nil {
		return Opened{}, err
	}
	var wrong error
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := lockCode(ctx, tx, toMove, codeID(change))
		if err != nil {
			return err
		}
		if c.MemberID != who.Member {
			return errs.ErrNotFound
		}
		if wrong, err = s.enterTx(ctx, tx, &c, cleanDigits(digits)); err != nil || wrong != nil {
			return err
		}
		o, err = s.moveTx(ctx, tx, who, c)
		return err
	})
	if err == nil && errors.Is(wrong, ErrCodeExpired) {
		err = ErrResetExpired
	} else if err == nil {
		err = wrong
	}
	if err != nil {
		return Opened{}, fmt.Errorf("confirm change of address: %w", err)
	}
	return o, nil
}

func (s *Service) moveTx(ctx context.Context, tx *db.Tx, who Actor, c code) (Opened, error) {
	old, err := getMember(ctx, tx, who.Member)
	if err != nil {
		return Opened{}, err
	}
	_, err = db.Exec(ctx, tx, `
		UPDATE members SET email = ?, email_key = ?, epoch = epoch + 1, updated_at = ?, version = version + 1 WHERE id = ?`,
		c.Email, c.EmailKey, tx.Now, who.Member)
	if db.IsUnique(err) {
		return Opened{}, ErrTaken
	}
	if err != nil {
		return Opened{}, err
	}
	if err := voidCodesTx(ctx, tx, who.Member); err != nil {
		return Opened{}, err
	}
	if _, err := endSessions(ctx, tx, who.Member, who.Session); err != nil {
		return Opened{}, err
	}
	v := visitorOf(who)
	if err := s.writeTx(ctx, tx, Letter{
		Kind: LetterMoved, To: old.Email, Lang: old.Lang, Name: old.Name(), IP: v.ip(), Browser: Browser(v.agent()),
	}); err != nil {
		return Opened{}, err
	}
	if err := s.recordEverywhereTx(ctx, tx, who, "member.email_changed", who.Member.String(), map[string]any{"from": old.Email, "to": c.Email}); err != nil {
		return Opened{}, err
	}
	return s.renewSessionTx(ctx, tx, who)
}
