package access

import (
	"context"
	"errors"
	"fmt"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
	"keruen/internal/page"
)

// ErrNoMember is returned to the command line for an address that nobody has.
var ErrNoMember = errs.New(errs.NotFound, "access.no_member", "Nobody has this e-mail address.")

// HouseName is what the operator's own account is called until it is renamed.
const HouseName = "Keruen"

// EnsureHouse returns the operator's own account, and makes it the first time. The product's own letters
// to members leave from it. It is safe to call at once from several nodes.
func (s *Service) EnsureHouse(ctx context.Context) (house id.Tenant, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		house, err = ensureHouseTx(ctx, tx)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("ensure house: %w", err)
	}
	return house, nil
}

func ensureHouseTx(ctx context.Context, tx *db.Tx) (id.Tenant, error) {
	a := newAccount(tx, HouseName, lang.Russian)
	n, err := db.Exec(ctx, tx, `INSERT INTO house (one, tenant_id) VALUES (1, ?) ON CONFLICT (one) DO NOTHING`, a.ID)
	if err != nil {
		return 0, err
	}
	if n == 1 {
		return a.ID, insertAccount(ctx, tx, a)
	}
	return db.One[id.Tenant](ctx, tx, `SELECT tenant_id FROM house WHERE one = 1`)
}

// NewMember is a person made by the administrator, without a letter and a code.
type NewMember struct {
	Email     string
	Password  string
	FirstName string
	Lang      lang.Lang
	Role      Role      // Owner when empty
	Tenant    id.Tenant // joins this account; zero makes a new one
	Account   string    // name of the new account
	House     bool      // joins the operator's own account
}

// CreateMember makes a login for the command line and the demo. A person who has one already joins the account,
// and keeps the password.
func (s *Service) CreateMember(ctx context.Context, n NewMember) (out Member, in id.Tenant, err error) {
	e, err := checkEmail("email", n.Email)
	if err != nil {
		return Member{}, 0, err
	}
	if n.Role == "" {
		n.Role = Owner
	}
	if _, err := ParseRole(string(n.Role)); err != nil {
		return Member{}, 0, errs.ErrInvalid.At(field("role", ErrRole))
	}
	if err := checkPassword("password", n.Password, e); err != nil {
		return Member{}, 0, err
	}
	hash, err := s.hasher.Hash(ctx, normalPassword(n.Password))
	if err != nil {
		return Member{}, 0, fmt.Errorf("create member: %w", err)
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if out, err = memberByKey(ctx, tx, e.Key); errors.Is(err, errs.ErrNotFound) {
			out = newMember(tx, e, languageOf(n.Lang, Visitor{}))
			out.FirstName = n.FirstName
			err = insertMember(ctx, tx, out, hash)
		}
		if err != nil {
			return err
		}
		in, err = s.placeTx(ctx, tx, n, out)
		return err
	})
	if err != nil {
		return Member{}, 0, fmt.Errorf("create member: %w", err)
	}
	return out, in, nil
}

// placeTx brings a person into the account that NewMember names.
func (s *Service) placeTx(ctx context.Context, tx *db.Tx, n NewMember, m Member) (id.Tenant, error) {
	t, err := n.Tenant, error(nil)
	switch {
	case n.House:
		t, err = ensureHouseTx(ctx, tx)
	case t == 0:
		a := newAccount(tx, n.Account, m.Lang)
		return a.ID, s.createAccountTx(ctx, tx, a, m.ID)
	default:
		_, err = getAccount(ctx, tx, t)
	}
	if err != nil {
		return 0, err
	}
	if _, err := getMembership(ctx, tx, t, m.ID); !errors.Is(err, errs.ErrNotFound) {
		return t, err // belongs to it already
	}
	if err := insertMembership(ctx, tx, t, m.ID, n.Role); err != nil {
		return 0, err
	}
	return t, s.recordTx(ctx, tx, System(t), "member.joined", m.ID.String(), map[string]any{"role": n.Role})
}

// SetPassword sets a person's password without asking the old one, ends all sessions and switches the second
// factor off. It is for the command line of the administrator, when everything is lost.
func (s *Service) SetPassword(ctx context.Context, address, password string) error {
	e, err := checkEmail("email", address)
	if err != nil {
		return err
	}
	if err := checkPassword("password", password, e); err != nil {
		return err
	}
	hash, err := s.hasher.Hash(ctx, normalPassword(password))
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		m, err := memberByKey(ctx, tx, e.Key)
		if errors.Is(err, errs.ErrNotFound) {
			return ErrNoMember
		}
		if err != nil {
			return err
		}
		if _, err := db.Exec(ctx, tx, `UPDATE members SET totp = NULL, totp_new = NULL WHERE id = ?`, m.ID); err != nil {
			return err
		}
		if _, err := db.Exec(ctx, tx, `DELETE FROM recovery_codes WHERE member_id = ?`, m.ID); err != nil {
			return err
		}
		if err := s.newPasswordTx(ctx, tx, Visitor{}, m.ID, hash, 0); err != nil {
			return err
		}
		who := Actor{Member: m.ID, Via: BySystem}
		return s.recordEverywhereTx(ctx, tx, who, "member.password_set_by_administrator", m.ID.String(), nil)
	})
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

// ListPeople returns one page of everybody with a login, for the administrator's command line.
func (s *Service) ListPeople(ctx context.Context, ask page.Ask) (page.Of[Member], error) {
	rows, err := db.All[Member](ctx, s.db, `SELECT `+memberColumns+` FROM members WHERE id > ? ORDER BY id LIMIT ?`, ask.After, ask.Limit+1)
	if err != nil {
		return page.Of[Member]{}, fmt.Errorf("list people: %w", err)
	}
	return page.Cut(rows, ask, func(m Member) int64 { return int64(m.ID) }), nil
}
