package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keruen/internal/audit"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
	"keruen/internal/secret"
)

// InvitationLife is how long an invitation may be accepted.
const InvitationLife = 7 * 24 * time.Hour

// Errors of invitations.
var (
	ErrInvitation    = errs.New(errs.NotFound, "access.invitation_gone", "This invitation has expired or was withdrawn. Ask for a new one.")
	ErrInviteOther   = errs.New(errs.Forbidden, "access.invitation_for_other", "This invitation is for another address. Sign in with that one.")
	ErrInviteSignIn  = errs.New(errs.Unauthenticated, "access.invitation_sign_in", "You have a login already. Sign in, then open the invitation again.")
	ErrInvitedBefore = errs.New(errs.Conflict, "access.invited_already", "This address has an invitation already. Send it again instead.")
)

type invitationKind struct{}

func (invitationKind) Prefix() string { return "inv" }

// InvitationID identifies an invitation. It is not its token.
type InvitationID = id.Of[invitationKind]

// Invitation asks a person to come into the account. It is gone once accepted.
type Invitation struct {
	ID        InvitationID
	Tenant    id.Tenant `db:"tenant_id"`
	Email     string
	EmailKey  string
	Role      Role
	Lang      lang.Lang
	InvitedBy id.Member
	CreatedAt time.Time
	SentAt    time.Time
	ExpiresAt time.Time
}

// InvitationView is what the invited person sees before accepting.
type InvitationView struct {
	Account string
	Email   string
	Role    Role
	Known   bool // the person has a login: sign in first, no password is asked
}

// Acceptance is what the invited person gives. Somebody who is signed in gives Who, anyone else a password.
type Acceptance struct {
	Who      Actor
	Password string
	Lang     lang.Lang
	Accepted []audit.Document
}

const invitationColumns = `id, tenant_id, email, email_key, role, lang, invited_by, created_at, sent_at, expires_at`

// Invite writes a letter with a link that works for InvitationLife (ACC-5).
func (s *Service) Invite(ctx context.Context, who Actor, address string, r Role) (out Invitation, err error) {
	if err := who.Can(ManageTeam); err != nil {
		return Invitation{}, err
	}
	e, err := checkEmail("email", address)
	if err != nil {
		return Invitation{}, err
	}
	if _, err := ParseRole(string(r)); err != nil {
		return Invitation{}, errs.ErrInvalid.At(field("role", ErrRole))
	}
	if err := s.limits(ctx, limit{rateInvite, memberKey(who.Tenant)}); err != nil {
		return Invitation{}, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if inside, err := isMember(ctx, tx, who.Tenant, e.Key); err != nil || inside {
			return errors.Join(err, when(inside, ErrMemberAlready))
		}
		if _, err := db.Exec(ctx, tx, `DELETE FROM invitations WHERE tenant_id = ? AND email_key = ? AND expires_at <= ?`,
			who.Tenant, e.Key, tx.Now); err != nil {
			return err
		}
		out = Invitation{
			ID: id.New[invitationKind](), Tenant: who.Tenant, Email: e.Address, EmailKey: e.Key, Role: r, InvitedBy: who.Member,
			CreatedAt: tx.Now, SentAt: tx.Now, ExpiresAt: tx.Now.Add(InvitationLife),
		}
		if err := s.sendInvitationTx(ctx, tx, &out, insertInvitation); err != nil {
			return err
		}
		return s.recordTx(ctx, tx, who, "member.invited", out.ID.String(), map[string]any{"email": out.Email, "role": r})
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("invite: %w", err)
	}
	return out, nil
}

// sendInvitationTx gives an invitation a fresh token, saves it and has the letter written.
func (s *Service) sendInvitationTx(ctx context.Context, tx *db.Tx, inv *Invitation,
	save func(context.Context, *db.Tx, Invitation, string) error) error {
	a, err := getAccount(ctx, tx, inv.Tenant)
	if err != nil {
		return err
	}
	inv.Lang = a.Lang
	l := Letter{Kind: LetterInvitation, To: inv.Email, Lang: inv.Lang, Account: a.Name, Role: inv.Role, Token: secret.NewToken()}
	if inv.InvitedBy != 0 {
		by, err := getMember(ctx, tx, inv.InvitedBy)
		if err != nil && !errors.Is(err, errs.ErrNotFound) {
			return err
		}
		l.Inviter = by.Email
	}
	if err := save(ctx, tx, *inv, secret.Hash(l.Token)); err != nil {
		return err
	}
	return s.writeTx(ctx, tx, l)
}

// ListInvitations returns the invitations that wait, also expired ones, the newest first; at most 200.
func (s *Service) ListInvitations(ctx context.Context, who Actor) ([]Invitation, error) {
	if err := who.Can(ManageTeam); err != nil {
		return nil, err
	}
	all, err := db.All[Invitation](ctx, s.db, `
		SELECT `+invitationColumns+` FROM invitations WHERE tenant_id = ? ORDER BY id DESC LIMIT 200`, who.Tenant)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	return all, nil
}

// ResendInvitation writes the letter again; only the new link works, and for InvitationLife from now.
func (s *Service) ResendInvitation(ctx context.Context, who Actor, i InvitationID) (out Invitation, err error) {
	if err := who.Can(ManageTeam); err != nil {
		return Invitation{}, err
	}
	if err := s.limits(ctx, limit{rateInvite, memberKey(who.Tenant)}); err != nil {
		return Invitation{}, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = db.One[Invitation](ctx, tx, `
			SELECT `+invitationColumns+` FROM invitations WHERE tenant_id = ? AND id = ?`+tx.Dialect().Lock(), who.Tenant, i)
		if err != nil {
			return err
		}
		if next := out.SentAt.Add(ResendAfter); tx.Now.Before(next) {
			return ErrResendSoon.With("retry_after_s", seconds(next.Sub(tx.Now)))
		}
		out.SentAt, out.ExpiresAt = tx.Now, tx.Now.Add(InvitationLife)
		if err := s.sendInvitationTx(ctx, tx, &out, resendInvitation); err != nil {
			return err
		}
		return s.recordTx(ctx, tx, who, "member.invited_again", out.ID.String(), nil)
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("resend invitation: %w", err)
	}
	return out, nil
}

// RevokeInvitation withdraws an invitation; its link works no more.
func (s *Service) RevokeInvitation(ctx context.Context, who Actor, i InvitationID) error {
	if err := who.Can(ManageTeam); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := db.Exec(ctx, tx, `DELETE FROM invitations WHERE tenant_id = ? AND id = ?`, who.Tenant, i)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.ErrNotFound
		}
		return s.recordTx(ctx, tx, who, "member.invitation_revoked", i.String(), nil)
	})
	if err != nil {
		return fmt.Errorf("revoke invitation: %w", err)
	}
	return nil
}

// GetInvitation shows an invitation to whoever has its link.
func (s *Service) GetInvitation(ctx context.Context, token string) (InvitationView, error) {
	inv, err := invitationByToken(ctx, s.db, token, "")
	if err != nil {
		return InvitationView{}, err
	}
	if !s.clock.Now().Before(inv.ExpiresAt) {
		return InvitationView{}, ErrInvitation
	}
	a, err := getAccount(ctx, s.db, inv.Tenant)
	if err != nil {
		return InvitationView{}, fmt.Errorf("get invitation: %w", err)
	}
	_, err = memberByKey(ctx, s.db, inv.EmailKey)
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return InvitationView{}, fmt.Errorf("get invitation: %w", err)
	}
	return InvitationView{Account: a.Name, Email: inv.Email, Role: inv.Role, Known: err == nil}, nil
}

// AcceptInvitation brings a person into the account and opens a session there. The link proves the mailbox,
// so no code is asked. A person with a login must be signed in with the invited address.
func (s *Service) AcceptInvitation(ctx context.Context, v Visitor, token string, a Acceptance) (o Opened, err error) {
	if err := s.limits(ctx, limit{rateCodeTries, network(v.IP)}); err != nil {
		return Opened{}, err
	}
	inv, err := invitationByToken(ctx, s.db, token, "")
	if err != nil {
		return Opened{}, err
	}
	hash := ""
	if a.Who.Member == 0 {
		if err := checkPassword("password", a.Password, email{Key: inv.EmailKey}); err != nil {
			return Opened{}, err
		}
		if len(a.Accepted) == 0 {
			return Opened{}, errs.ErrInvalid.At(field("accept", ErrDocuments))
		}
		if hash, err = s.hasher.Hash(ctx, normalPassword(a.Password)); err != nil {
			return Opened{}, fmt.Errorf("accept invitation: %w", err)
		}
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		inv, err := invitationByToken(ctx, tx, token, tx.Dialect().Lock())
		if err != nil {
			return err
		}
		if !tx.Now.Before(inv.ExpiresAt) {
			return ErrInvitation
		}
		m, err := s.invitedTx(ctx, tx, v, inv, a, hash)
		if err != nil {
			return err
		}
		o, err = s.joinTx(ctx, tx, v, inv, m, a)
		return err
	})
	if err != nil {
		return Opened{}, fmt.Errorf("accept invitation: %w", err)
	}
	return o, nil
}

// invitedTx returns the person who accepts: the one signed in, or a new one.
func (s *Service) invitedTx(ctx context.Context, tx *db.Tx, v Visitor, inv Invitation, a Acceptance, hash string) (Member, error) {
	if a.Who.Member != 0 {
		m, err := getMember(ctx, tx, a.Who.Member)
		if err == nil && m.EmailKey != inv.EmailKey {
			err = ErrInviteOther
		}
		return m, err
	}
	if _, err := memberByKey(ctx, tx, inv.EmailKey); !errors.Is(err, errs.ErrNotFound) {
		return Member{}, errors.Join(err, when(err == nil, ErrInviteSignIn))
	}
	m := newMember(tx, email{inv.Email, inv.EmailKey}, languageOf(a.Lang, v))
	m.IP = v.ip()
	return m, insertMember(ctx, tx, m, hash)
}

// joinTx makes the membership, keeps the acts of signature and opens the session.
func (s *Service) joinTx(ctx context.Context, tx *db.Tx, v Visitor, inv Invitation, m Member, a Acceptance) (Opened, error) {
	if err := insertMembership(ctx, tx, inv.Tenant, m.ID, inv.Role); err != nil {
		return Opened{}, err
	}
	if _, err := db.Exec(ctx, tx, `DELETE FROM invitations WHERE tenant_id = ? AND id = ?`, inv.Tenant, inv.ID); err != nil {
		return Opened{}, err
	}
	who := v.who()
	who.Member = m.ID
	if err := s.signTx(ctx, tx, a.Accepted, audit.Act{
		Tenant: inv.Tenant, Who: who, Pressed: "accept_invitation", CodeID: inv.ID.String(), Details: map[string]any{"email": inv.Email},
	}); err != nil {
		return Opened{}, err
	}
	if err := audit.Record(ctx, tx, audit.Entry{
		Tenant: inv.Tenant, Who: who, Action: "member.joined", Object: m.ID.String(), Details: map[string]any{"role": inv.Role},
	}); err != nil {
		return Opened{}, err
	}
	if err := s.visitTx(ctx, tx, v, m.ID, VisitInvited); err != nil {
		return Opened{}, err
	}
	if a.Who.Session != 0 {
		who := a.Who
		who.Tenant, who.Role = inv.Tenant, inv.Role
		return s.renewSessionTx(ctx, tx, who)
	}
	return s.openTx(ctx, tx, v, m.ID, inv.Tenant, inv.Role)
}

func invitationByToken(ctx context.Context, q db.Querier, token, lock string) (Invitation, error) {
	inv, err := db.One[Invitation](ctx, q, `SELECT `+invitationColumns+` FROM invitations WHERE hash = ?`+lock, secret.Hash(token))
	if errors.Is(err, errs.ErrNotFound) {
		return Invitation{}, ErrInvitation
	}
	return inv, err
}

func insertInvitation(ctx context.Context, tx *db.Tx, i Invitation, hash string) error {
	n, err := db.Exec(ctx, tx, `
		INSERT INTO invitations (id, tenant_id, email, email_key, role, lang, hash, invited_by, created_at, sent_at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant_id, email_key) DO NOTHING`,
		i.ID, i.Tenant, i.Email, i.EmailKey, i.Role, i.Lang, hash, i.InvitedBy, i.CreatedAt, i.SentAt, i.ExpiresAt)
	if err == nil && n == 0 {
		return ErrInvitedBefore
	}
	return err
}

func resendInvitation(ctx context.Context, tx *db.Tx, i Invitation, hash string) error {
	_, err := db.Exec(ctx, tx, `UPDATE invitations SET hash = ?, lang = ?, sent_at = ?, expires_at = ? WHERE tenant_id = ? AND id = ?`,
		hash, i.Lang, i.SentAt, i.ExpiresAt, i.Tenant, i.ID)
	return err
}

// when returns the error if the condition holds.
func when(holds bool, err error) error {
	if holds {
		return err
	}
	return nil
}
