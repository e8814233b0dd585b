package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/secret"
)

// Errors of the second factor.
var (
	ErrFactorOn      = errs.New(errs.Conflict, "access.second_factor_on", "The second factor is on already. Switch it off first.")
	ErrFactorOff     = errs.New(errs.Conflict, "access.second_factor_off", "The second factor is not on.")
	ErrFactorUnbegun = errs.New(errs.Conflict, "access.second_factor_not_begun", "Begin again: show the picture or the secret first.")
	ErrFactorCode    = errs.New(errs.Invalid, "access.wrong_totp_code", "The code is not right, was used already, or the clock of the phone is wrong.")
)

// Parameters of the codes: what every authenticator assumes (RFC 6238 §5.2, RFC 4226 §5.3).
const (
	totpStep      = 30 * time.Second
	totpSecret    = 20 // bytes
	recoveryCodes = 10
	totpPurpose   = "access.totp"
)

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// totpAt returns the six digits of one step.
func totpAt(key []byte, step int64) string {
	m := hmac.New(sha1.New, key)
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(step)))
	sum := m.Sum(nil)
	at := sum[len(sum)-1] & 15 // dynamic truncation, RFC 4226 §5.3
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1_000_000)
}

// totpMatch returns the step whose code was entered: the present one, the one before or after, because clocks
// differ. A step that is not later than the last one used does not count, so that a code seen over the
// shoulder is worth nothing (RFC 6238 §5.2). It returns 0 when there is none.
func totpMatch(key []byte, entered string, now time.Time, last int64) int64 {
	present := now.Unix() / int64(totpStep/time.Second)
	found := int64(0)
	for step := present - 1; step <= present+1; step++ {
		if secret.Equal(totpAt(key, step), entered) && step > last {
			found = step
		}
	}
	return found
}

// NewTOTP is a secret to be put into an authenticator.
type NewTOTP struct {
	Secret string // base 32, for typing
	URI    string // otpauth://…, for the picture
}

// StartTOTP makes a secret. Nothing changes until ConfirmTOTP; starting again replaces it.
func (s *Service) StartTOTP(ctx context.Context, who Actor) (NewTOTP, error) {
	if err := who.person(); err != nil {
		return NewTOTP{}, err
	}
	key := secret.Random(totpSecret)
	var cred credentials
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if cred, err = lockCredentials(ctx, tx, who.Member); err != nil {
			return err
		}
		if cred.Totp != nil {
			return ErrFactorOn
		}
		_, err = db.Exec(ctx, tx, `UPDATE members SET totp_new = ? WHERE id = ?`, s.keys.Seal(totpPurpose, key, idBytes(who.Member)), who.Member)
		return err
	})
	if err != nil {
		return NewTOTP{}, fmt.Errorf("start second factor: %w", err)
	}
	text := base32Plain.EncodeToString(key)
	q := url.Values{"secret": {text}, "issuer": {"Keruen"}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	uri := url.URL{Scheme: "otpauth", Host: "totp", Path: "/Keruen:" + cred.Email, RawQuery: strings.ReplaceAll(q.Encode(), "+", "%20")}
	return NewTOTP{Secret: text, URI: uri.String()}, nil
}

// TOTPOn is what switching the second factor on gives.
type TOTPOn struct {
	RecoveryCodes []string // shown once; each works once in place of a code
	Opened        Opened   // the session has a new token
}

// ConfirmTOTP switches the second factor on by a first code. Other sessions end, because they were begun without it.
func (s *Service) ConfirmTOTP(ctx context.Context, who Actor, entered string) (on TOTPOn, err error) {
	if err := who.person(); err != nil {
		return TOTPOn{}, err
	}
	if err := s.limits(ctx, limit{rateSecondFactor, memberKey(who.Member)}); err != nil {
		return TOTPOn{}, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		cred, err := lockCredentials(ctx, tx, who.Member)
		switch {
		case err != nil:
			return err
		case cred.Totp != nil:
			return ErrFactorOn
		case cred.TotpNew == nil:
			return ErrFactorUnbegun
		}
		key, err := s.keys.Open(totpPurpose, cred.TotpNew, idBytes(cred.ID))
		if err != nil {
			return err
		}
		step := totpMatch(key, cleanDigits(entered), tx.Now, 0)
		if step == 0 {
			return errs.ErrInvalid.At(field("code", ErrFactorCode))
		}
		if _, err := db.Exec(ctx, tx, `
			UPDATE members SET totp = totp_new, totp_new = NULL, totp_step = ?, epoch = epoch + 1 WHERE id = ?`, step, cred.ID); err != nil {
			return err
		}
		on, err = s.factorOnTx(ctx, tx, who)
		return err
	})
	if err != nil {
		return TOTPOn{}, fmt.Errorf("confirm second factor: %w", err)
	}
	return on, nil
}

func (s *Service) factorOnTx(ctx context.Context, tx *db.Tx, who Actor) (on TOTPOn, err error) {
	if on.RecoveryCodes, err = s.newRecoveryTx(ctx, tx, who.Member); err != nil {
		return TOTPOn{}, err
	}
	if _, err := endSessions(ctx, tx, who.Member, who.Session); err != nil {
		return TOTPOn{}, err
	}
	if on.Opened, err = s.renewSessionTx(ctx, tx, who); err != nil {
		return TOTPOn{}, err
	}
	return on, s.factorChangedTx(ctx, tx, who, "on")
}

// DisableTOTP switches the second factor off after asking the password.
func (s *Service) DisableTOTP(ctx context.Context, who Actor, password string) error {
	if _, err := s.confirmPassword(ctx, who, "password", password); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := db.Exec(ctx, tx, `UPDATE members SET totp = NULL, totp_new = NULL WHERE id = ? AND totp IS NOT NULL`, who.Member)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrFactorOff
		}
		if _, err := db.Exec(ctx, tx, `DELETE FROM recovery_codes WHERE member_id = ?`, who.Member); err != nil {
			return err
		}
		return s.factorChangedTx(ctx, tx, who, "off")
	})
	if err != nil {
		return fmt.Errorf("disable second factor: %w", err)
	}
	return nil
}

// RenewRecoveryCodes makes ten new recovery codes, after asking the password; the old ones work no more.
func (s *Service) RenewRecoveryCodes(ctx context.Context, who Actor, password string) (codes []string, err error) {
	cred, err := s.confirmPassword(ctx, who, "password", password)
	if err != nil {
		return nil, err
	}
	if cred.Totp == nil {
		return nil, ErrFactorOff
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if codes, err = s.newRecoveryTx(ctx, tx, who.Member); err != nil {
			return err
		}
		return s.recordEverywhereTx(ctx, tx, who, "member.recovery_codes_renewed", who.Member.String(), nil)
	})
	return codes, err
}

func (s *Service) factorChangedTx(ctx context.Context, tx *db.Tx, who Actor, now string) error {
	m, err := getMember(ctx, tx, who.Member)
	if err != nil {
		return err
	}
	v := visitorOf(who)
	if err := s.writeTx(ctx, tx, Letter{
		Kind: LetterSecondFactor, To: m.Email, Lang: m.Lang, Name: m.Name(), IP: v.ip(), Browser: Browser(v.agent()), Note: now,
	}); err != nil {
		return err
	}
	return s.recordEverywhereTx(ctx, tx, who, "member.second_factor_"+now, m.ID.String(), nil)
}

// useFactorTx spends a code of the authenticator or a recovery code. A wrong one comes back apart from the
// errors of the database, because the visit must be written down.
func (s *Service) useFactorTx(ctx context.Context, tx *db.Tx, m id.Member, entered string) (wrong, err error) {
	cred, err := lockCredentials(ctx, tx, m)
	if err != nil {
		return nil, err
	}
	if cred.Totp == nil {
		return ErrChallenge, nil // switched off meanwhile
	}
	entered = cleanDigits(entered)
	if len(entered) != 6 {
		return s.useRecoveryTx(ctx, tx, m, entered)
	}
	key, err := s.keys.Open(totpPurpose, cred.Totp, idBytes(m))
	if err != nil {
		return nil, err
	}
	step := totpMatch(key, entered, tx.Now, cred.TotpStep)
	if step == 0 {
		return ErrFactor, nil
	}
	_, err = db.Exec(ctx, tx, `UPDATE members SET totp_step = ? WHERE id = ?`, step, m)
	return nil, err
}

func (s *Service) useRecoveryTx(ctx context.Context, tx *db.Tx, m id.Member, entered string) (wrong, err error) {
	n, err := db.Exec(ctx, tx, `UPDATE recovery_codes SET used_at = ? WHERE member_id = ? AND hash = ? AND used_at IS NULL`,
		tx.Now, m, s.hashRecovery(m, entered))
	if err != nil || n == 1 {
		return nil, err
	}
	return ErrFactor, nil
}

// newRecoveryTx replaces the recovery codes: ten of 50 random bits, written like k3f8q-92mzr.
func (s *Service) newRecoveryTx(ctx context.Context, tx *db.Tx, m id.Member) ([]string, error) {
	if _, err := db.Exec(ctx, tx, `DELETE FROM recovery_codes WHERE member_id = ?`, m); err != nil {
		return nil, fmt.Errorf("replace recovery codes: %w", err)
	}
	codes := make([]string, recoveryCodes)
	for i := range codes {
		t := secret.NewToken()[:10]
		codes[i] = t[:5] + "-" + t[5:]
		if _, err := db.Exec(ctx, tx, `INSERT INTO recovery_codes (member_id, hash) VALUES (?, ?)`, m, s.hashRecovery(m, t)); err != nil {
			return nil, fmt.Errorf("replace recovery codes: %w", err)
		}
	}
	return codes, nil
}

// hashRecovery hashes under the master key, because 50 bits alone could be searched through.
func (s *Service) hashRecovery(m id.Member, entered string) string {
	return hex.EncodeToString(s.keys.MAC("access.recovery", idBytes(m), []byte(strings.ToLower(entered))))
}
