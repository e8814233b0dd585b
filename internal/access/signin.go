package access

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// Errors of signing in.
var (
	ErrSignIn    = errs.New(errs.Unauthenticated, "access.wrong_password", "The e-mail or the password is not right.")
	ErrFactor    = errs.New(errs.Unauthenticated, "access.wrong_second_factor", "The code is not right, was used already, or the clock of the phone is wrong.")
	ErrChallenge = errs.New(errs.Unauthenticated, "access.challenge_expired", "Too much time has passed. Enter the e-mail and the password again.")
	ErrNoAccount = errs.New(errs.Forbidden, "access.no_account", "You do not belong to any account any more. Ask its owner for an invitation.")
	ErrPassword  = errs.New(errs.Invalid, "access.current_password", "The present password is not right.")
)

// challengeLife is the time to find the phone and type its code.
const challengeLife = 10 * time.Minute

// SignedIn is the answer to a right password: an open session, or a challenge that waits for the second factor.
type SignedIn struct {
	Opened    Opened // its Token is empty while the second factor is due
	Challenge string // for SecondFactor; empty when there is none to give
}

// credentials are what proves a member.
type credentials struct {
	ID           id.Member
	Email        string
	EmailKey     string
	PasswordHash string
	Epoch        int64
	Totp         []byte
	TotpNew      []byte
	TotpStep     int64
}

// SignIn checks an address and a password (ACC-1). An unknown address takes the same work and gets the
// same answer as a wrong password, ErrSignIn; both are written to the history of visits.
func (s *Service) SignIn(ctx context.Context, v Visitor, address, password string) (SignedIn, error) {
	e, err := parseEmail(address)
	if err != nil {
		return SignedIn{}, ErrSignIn
	}
	if err := s.limits(ctx, limit{rateSignIn, network(v.IP)}, limit{rateSignInAs, s.addressKey(e)}); err != nil {
		return SignedIn{}, err
	}
	cred, err := credentialsByKey(ctx, s.db, e.Key)
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return SignedIn{}, fmt.Errorf("sign in: %w", err)
	}
	right, stale, err := s.hasher.Verify(ctx, normalPassword(password), cred.PasswordHash)
	if err != nil {
		return SignedIn{}, fmt.Errorf("sign in: %w", err)
	}
	if !right {
		return SignedIn{}, s.refuse(ctx, v, cred.ID, VisitPassword, ErrSignIn)
	}
	if stale {
		if err := s.rehash(ctx, cred, password); err != nil {
			return SignedIn{}, fmt.Errorf("sign in: %w", err)
		}
	}
	var out SignedIn
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := rateSignInAs.clear(ctx, tx, s.addressKey(e)); err != nil {
			return err
		}
		if cred.Totp != nil {
			out = SignedIn{Challenge: s.challenge(cred, tx.Now)}
			return nil
		}
		o, err := s.enterAccountTx(ctx, tx, v, cred.ID)
		out = SignedIn{Opened: o}
		return err
	})
	if err != nil {
		return SignedIn{}, fmt.Errorf("sign in: %w", err)
	}
	return out, nil
}

// refuse writes a failed visit down and returns the error for the person.
func (s *Service) refuse(ctx context.Context, v Visitor, m id.Member, r VisitResult, because error) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.visitTx(ctx, tx, v, m, r) })
	if err != nil {
		return err
	}
	return because
}

// rehash replaces a hash that was made with other costs, unless the password was changed meanwhile.
func (s *Service) rehash(ctx context.Context, cred credentials, password string) error {
	hash, err := s.hasher.Hash(ctx, normalPassword(password))
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, `UPDATE members SET password_hash = ? WHERE id = ? AND password_hash = ?`, hash, cred.ID, cred.PasswordHash)
		return err
	})
}

// challenge says that the password was right until when. It is void once the password changes.
func (s *Service) challenge(cred credentials, now time.Time) string {
	b := idBytes(cred.ID)
	b = binary.BigEndian.AppendUint64(b, uint64(cred.Epoch))
	b = binary.BigEndian.AppendUint64(b, uint64(now.Add(challengeLife).UnixMilli()))
	return s.keys.Sign("access.challenge", b)
}

// challenged returns the credentials of a member who has given the right password.
func (s *Service) challenged(ctx context.Context, token string) (credentials, error) {
	b, err := s.keys.Verify("access.challenge", token)
	if err != nil || len(b) != 24 || s.clock.Now().UnixMilli() >= int64(binary.BigEndian.Uint64(b[16:])) {
		return credentials{}, ErrChallenge
	}
	cred, err := getCredentials(ctx, s.db, id.Member(binary.BigEndian.Uint64(b)))
	if errors.Is(err, errs.ErrNotFound) || err == nil && cred.Epoch != int64(binary.BigEndian.Uint64(b[8:])) {
		return credentials{}, ErrChallenge
	}
	return cred, err
}

// SecondFactor completes a sign-in with a code of the authenticator or with a recovery code.
func (s *Service) SecondFactor(ctx context.Context, v Visitor, challenge, entered string) (Opened, error) {
	cred, err := s.challenged(ctx, challenge)
	if err != nil {
		return Opened{}, err
	}
	if err := s.limits(ctx, limit{rateSecondFactor, memberKey(cred.ID)}); err != nil {
		return Opened{}, err
	}
	var o Opened
	var wrong error
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if wrong, err = s.useFactorTx(ctx, tx, cred.ID, entered); err != nil {
			return err
		}
		if wrong != nil {
			return s.visitTx(ctx, tx, v, cred.ID, VisitFactor)
		}
		if err := rateSecondFactor.clear(ctx, tx, memberKey(cred.ID)); err != nil {
			return err
		}
		o, err = s.enterAccountTx(ctx, tx, v, cred.ID)
		return err
	})
	if err == nil {
		err = wrong
	}
	if err != nil {
		return Opened{}, fmt.Errorf("second factor: %w", err)
	}
	return o, nil
}

// enterAccountTx opens a session in the account the member looked at last, writes the visit and tells the
// member by a letter when the place and the browser are new.
func (s *Service) enterAccountTx(ctx context.Context, tx *db.Tx, v Visitor, m id.Member) (Opened, error) {
	all, err := listMemberships(ctx, tx, m)
	if err != nil {
		return Opened{}, err
	}
	if len(all) == 0 {
		return Opened{}, ErrNoAccount
	}
	into := all[0]
	last, err := db.One[id.Tenant](ctx, tx, `SELECT tenant_id FROM sessions WHERE member_id = ? ORDER BY seen_at DESC, id DESC LIMIT 1`, m)
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return Opened{}, fmt.Errorf("last account: %w", err)
	}
	for _, a := range all {
		if a.Tenant == last {
			into = a
		}
	}
	if err := s.tellNewPlaceTx(ctx, tx, v, m); err != nil {
		return Opened{}, err
	}
	if err := s.visitTx(ctx, tx, v, m, VisitDone); err != nil {
		return Opened{}, err
	}
	return s.openTx(ctx, tx, v, m, into.Tenant, into.Role)
}

// tellNewPlaceTx writes a letter when the member was let in before, but never with this browser and never
// from this address.
func (s *Service) tellNewPlaceTx(ctx context.Context, tx *db.Tx, v Visitor, m id.Member) error {
	seen, err := db.One[struct{ Visits, Same int64 }](ctx, tx, `
		SELECT COUNT(*) AS visits, COALESCE(SUM(CASE WHEN browser = ? OR ip = ? THEN 1 ELSE 0 END), 0) AS same
		FROM visits
		WHERE member_id = ? AND result IN (?, ?, ?)`,
		Browser(v.agent()), v.ip(), m, VisitDone, VisitRegistered, VisitInvited)
	if err != nil {
		return fmt.Errorf("known places: %w", err)
	}
	if seen.Visits == 0 || seen.Same > 0 {
		return nil
	}
	who, err := getMember(ctx, tx, m)
	if err != nil {
		return fmt.Errorf("known places: %w", err)
	}
	return s.writeTx(ctx, tx, Letter{
		Kind: LetterNewSignIn, To: who.Email, Lang: who.Lang, Name: who.Name(), IP: v.ip(), Browser: Browser(v.agent()),
	})
}

const credentialColumns = `id, email, email_key, password_hash, epoch, totp, totp_new, totp_step`

func credentialsByKey(ctx context.Context, q db.Querier, key string) (credentials, error) {
	return db.One[credentials](ctx, q, `SELECT `+credentialColumns+` FROM members WHERE email_key = ?`, key)
}

func getCredentials(ctx context.Context, q db.Querier, m id.Member) (credentials, error) {
	return db.One[credentials](ctx, q, `SELECT `+credentialColumns+` FROM members WHERE id = ?`, m)
}

func lockCredentials(ctx context.Context, tx *db.Tx, m id.Member) (credentials, error) {
	return db.One[credentials](ctx, tx, `SELECT `+credentialColumns+` FROM members WHERE id = ?`+tx.Dialect().Lock(), m)
}
