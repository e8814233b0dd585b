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

type resetKind struct{}

func (resetKind) Prefix() string { return "rst" }

// ResetID identifies a new password that waits for its code.
type ResetID = id.Of[resetKind]

// Reset waits for the code from the letter. It looks the same whether the address is known or not.
type Reset struct {
	ID        ResetID
	ResendAt  time.Time
	ExpiresAt time.Time
}

// RequestReset has a code sent with which a new password can be set (ACC-1). To an address that nobody has
// goes a letter that says so; the answer here is the same.
func (s *Service) RequestReset(ctx context.Context, v Visitor, address string) (out Reset, err error) {
	e, err := checkEmail("email", address)
	if err != nil {
		return Reset{}, err
	}
	if err := s.limits(ctx, limit{rateReset, network(v.IP)}, limit{rateCodes, s.addressKey(e)}); err != nil {
		return Reset{}, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		m, err := memberByKey(ctx, tx, e.Key)
		if err != nil && !errors.Is(err, errs.ErrNotFound) {
			return err
		}
		l := Letter{Kind: LetterNobody, To: e.Address, Lang: languageOf("", v), IP: v.ip(), Browser: Browser(v.agent())}
		c, digits, err := s.newCodeTx(ctx, tx, toReset, e, m.ID, l.Lang)
		if err != nil {
			return err
		}
		if m.ID != 0 {
			l.Kind, l.To, l.Lang, l.Name, l.Code = LetterReset, m.Email, m.Lang, m.Name(), digits
		}
		out = Reset{ID: ResetID(c.ID), ResendAt: c.SentAt.Add(ResendAfter), ExpiresAt: c.ExpiresAt}
		return s.writeTx(ctx, tx, l)
	})
	if err != nil {
		return Reset{}, fmt.Errorf("request reset: %w", err)
	}
	return out, nil
}

// ConfirmReset sets a new password by the code from the letter and ends every session of the member. The
// second factor stays as it is. An expired code is ErrCodeExpired: ask for a new one.
func (s *Service) ConfirmReset(ctx context.Context, v Visitor, r ResetID, digits, password string) error {
	if err := s.limits(ctx, limit{rateCodeTries, network(v.IP)}); err != nil {
		return err
	}
	hash, err := s.hasher.Hash(ctx, normalPassword(password))
	if err != nil {
		return fmt.Errorf("confirm reset: %w", err)
	}
	var wrong error
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := lockCode(ctx, tx, toReset, codeID(r))
		if err != nil {
			return err
		}
		if err := checkPassword("password", password, email{Key: c.EmailKey}); err != nil {
			return err
		}
		if c.MemberID == 0 {
			c.Hash = "" // nobody has the address: no code was sent, so none is right
		}
		if wrong, err = s.enterTx(ctx, tx, &c, cleanDigits(digits)); err != nil || wrong != nil {
			return err
		}
		return s.resetTx(ctx, tx, v, c, hash)
	})
	if err == nil && errors.Is(wrong, ErrCodeExpired) {
		err = ErrResetExpired
	} else if err == nil {
		err = wrong
	}
	if err != nil {
		return fmt.Errorf("confirm reset: %w", err)
	}
	return nil
}

// ErrResetExpired is returned for a code of a password reset that came too late.
var ErrResetExpired = errs.New(errs.Conflict, "access.reset_expired", "The code has expired. Ask for a new one.")

func (s *Service) resetTx(ctx context.Context, tx *db.Tx, v Visitor, c code, hash string) error {
	if err := s.newPasswordTx(ctx, tx, v, c.MemberID, hash, 0); err != nil {
		return err
	}
	if err := s.visitTx(ctx, tx, v, c.MemberID, VisitNewPassword); err != nil {
		return err
	}
	if err := rateSignInAs.clear(ctx, tx, s.addressKey(email{Key: c.EmailKey})); err != nil {
		return err
	}
	who := Actor{Member: c.MemberID, Via: BySession, IP: v.IP, UserAgent: v.agent()}
	return s.recordEverywhereTx(ctx, tx, who, "member.password_reset", c.MemberID.String(), nil)
}

// newPasswordTx saves a password, voids what was begun with the old one, ends the sessions but one, and tells the member.
func (s *Service) newPasswordTx(ctx context.Context, tx *db.Tx, v Visitor, m id.Member, hash string, keep SessionID) error {
	if _, err := db.Exec(ctx, tx, `UPDATE members SET password_hash = ?, epoch = epoch + 1 WHERE id = ?`, hash, m); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	if err := voidCodesTx(ctx, tx, m); err != nil {
		return err
	}
	if _, err := endSessions(ctx, tx, m, keep); err != nil {
		return err
	}
	who, err := getMember(ctx, tx, m)
	if err != nil {
		return err
	}
	return s.writeTx(ctx, tx, Letter{
		Kind: LetterPasswordChanged, To: who.Email, Lang: who.Lang, Name: who.Name(), IP: v.ip(), Browser: Browser(v.agent()),
	})
}

// ChangePassword replaces the actor's own password after asking the present one. Every other session
// ends, and this one gets a new token.
func (s *Service) ChangePassword(ctx context.Context, who Actor, current, password string) (o Opened, err error) {
	cred, err := s.confirmPassword(ctx, who, "current", current)
	if err != nil {
		return Opened{}, err
	}
	if err := checkPassword("new", password, email{Key: cred.EmailKey}); err != nil {
		return Opened{}, err
	}
	hash, err := s.hasher.Hash(ctx, normalPassword(password))
	if err != nil {
		return Opened{}, fmt.Errorf("change password: %w", err)
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.newPasswordTx(ctx, tx, visitorOf(who), who.Member, hash, who.Session); err != nil {
			return err
		}
		if o, err = s.renewSessionTx(ctx, tx, who); err != nil {
			return err
		}
		return s.recordEverywhereTx(ctx, tx, who, "member.password_changed", who.Member.String(), nil)
	})
	if err != nil {
		return Opened{}, fmt.Errorf("change password: %w", err)
	}
	return o, nil
}

// confirmPassword asks the password of a signed-in person again, before something that matters.
func (s *Service) confirmPassword(ctx context.Context, who Actor, path, password string) (credentials, error) {
	if err := who.person(); err != nil {
		return credentials{}, err
	}
	if err := s.limits(ctx, limit{ratePassword, memberKey(who.Member)}); err != nil {
		return credentials{}, err
	}
	cred, err := getCredentials(ctx, s.db, who.Member)
	if err != nil {
		return credentials{}, fmt.Errorf("confirm password: %w", err)
	}
	right, _, err := s.hasher.Verify(ctx, normalPassword(password), cred.PasswordHash)
	if err != nil {
		return credentials{}, fmt.Errorf("confirm password: %w", err)
	}
	if !right {
		return credentials{}, errs.ErrInvalid.At(field(path, ErrPassword))
	}
	return cred, nil
}

// recordEverywhereTx writes what concerns a person to the log of every account it belongs to.
func (s *Service) recordEverywhereTx(ctx context.Context, tx *db.Tx, who Actor, action, object string, details map[string]any) error {
	all, err := listMemberships(ctx, tx, who.Member)
	if err != nil {
		return err
	}
	for _, a := range all {
		who.Tenant = a.Tenant
		if err := s.recordTx(ctx, tx, who, action, object, details); err != nil {
			return err
		}
	}
	return nil
}
