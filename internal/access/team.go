package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/page"
)

// Errors of teams.
var (
	ErrLastOwner     = errs.New(errs.Conflict, "access.last_owner", "This is the only owner of the account. Make somebody else an owner first.")
	ErrMemberAlready = errs.New(errs.Conflict, "access.member_already", "This person belongs to the account already.")
)

// TeamMember is a person as the team sees it.
type TeamMember struct {
	ID        id.Member
	Email     string
	FirstName string
	LastName  string
	Role      Role
	TOTP      bool
	JoinedAt  time.Time
	SeenAt    time.Time // zero when never signed in, to the minute
}

// ListMembers returns one page of the members of the account, the oldest person first.
func (s *Service) ListMembers(ctx context.Context, who Actor, ask page.Ask) (page.Of[TeamMember], error) {
	if err := who.Can(ManageTeam); err != nil {
		return page.Of[TeamMember]{}, err
	}
	rows, err := db.All[TeamMember](ctx, s.db, `
		SELECT m.id, m.email, m.first_name, m.last_name, t.role, m.totp IS NOT NULL AS totp, t.created_at AS joined_at,
			(SELECT MAX(s.seen_at) FROM sessions s WHERE s.member_id = m.id AND s.tenant_id = t.tenant_id) AS seen_at
		FROM memberships t JOIN members m ON m.id = t.member_id
		WHERE t.tenant_id = ? AND m.id > ?
		ORDER BY m.id
		LIMIT ?`, who.Tenant, ask.After, ask.Limit+1)
	if err != nil {
		return page.Of[TeamMember]{}, fmt.Errorf("list members: %w", err)
	}
	return page.Cut(rows, ask, func(m TeamMember) int64 { return int64(m.ID) }), nil
}

// ChangeRole gives a member another role (ACC-5). The last owner keeps its own.
func (s *Service) ChangeRole(ctx context.Context, who Actor, m id.Member, r Role) error {
	if err := who.Can(ManageTeam); err != nil {
		return err
	}
	if _, err := ParseRole(string(r)); err != nil {
		return errs.ErrInvalid.At(field("role", ErrRole))
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		old, err := s.leaveOwnerTx(ctx, tx, who.Tenant, m, r)
		if err != nil || old == r {
			return err
		}
		if _, err := db.Exec(ctx, tx, `UPDATE memberships SET role = ? WHERE tenant_id = ? AND member_id = ?`, r, who.Tenant, m); err != nil {
			return err
		}
		if !slices.Contains(rolePermissions[r], ManageTeam) {
			if err := withdrawInvitationsTx(ctx, tx, who.Tenant, m); err != nil {
				return err
			}
		}
		return s.recordTx(ctx, tx, who, "member.role_changed", m.String(), map[string]any{"from": old, "to": r})
	})
	if err != nil {
		return fmt.Errorf("change role: %w", err)
	}
	return nil
}

// RemoveMember takes a member out of the account and ends its sessions there. The last owner cannot go.
func (s *Service) RemoveMember(ctx context.Context, who Actor, m id.Member) error {
	if err := who.Can(ManageTeam); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		old, err := s.leaveOwnerTx(ctx, tx, who.Tenant, m, "")
		if err != nil {
			return err
		}
		if _, err := db.Exec(ctx, tx, `DELETE FROM memberships WHERE tenant_id = ? AND member_id = ?`, who.Tenant, m); err != nil {
			return err
		}
		if _, err := db.Exec(ctx, tx, `DELETE FROM sessions WHERE tenant_id = ? AND member_id = ?`, who.Tenant, m); err != nil {
			return err
		}
		if err := withdrawInvitationsTx(ctx, tx, who.Tenant, m); err != nil {
			return err
		}
		return s.recordTx(ctx, tx, who, "member.removed", m.String(), map[string]any{"role": old})
	})
	if err != nil {
		return fmt.Errorf("remove member: %w", err)
	}
	return nil
}

// withdrawInvitationsTx ends the invitations of somebody who may not invite any more: otherwise whoever is shown the door could come
// back by one sent to another mailbox before.
func withdrawInvitationsTx(ctx context.Context, tx *db.Tx, t id.Tenant, m id.Member) error {
	if _, err := db.Exec(ctx, tx, `DELETE FROM invitations WHERE tenant_id = ? AND invited_by = ?`, t, m); err != nil {
		return fmt.Errorf("withdraw invitations: %w", err)
	}
	return nil
}

// leaveOwnerTx returns the role a member has now, and ErrLastOwner if it is the only owner and would cease to
// be one. The owners are locked, so that two of them cannot go at once.
func (s *Service) leaveOwnerTx(ctx context.Context, tx *db.Tx, t id.Tenant, m id.Member, next Role) (Role, error) {
	owners, err := db.All[id.Member](ctx, tx, `
		SELECT member_id FROM memberships WHERE tenant_id = ? AND role = ? ORDER BY member_id`+tx.Dialect().Lock(), t, Owner)
	if err != nil {
		return "", err
	}
	old, err := db.One[Role](ctx, tx, `SELECT role FROM memberships WHERE tenant_id = ? AND member_id = ?`, t, m)
	if err != nil {
		return "", err
	}
	if old == Owner && next != Owner && len(owners) == 1 {
		return "", ErrLastOwner
	}
	return old, nil
}

// SwitchAccount makes the actor's session look at another account of the member. The session gets a new token.
func (s *Service) SwitchAccount(ctx context.Context, who Actor, t id.Tenant) (o Opened, err error) {
	if err := who.person(); err != nil {
		return Opened{}, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		m, err := getMembership(ctx, tx, t, who.Member)
		if err != nil {
			return err
		}
		who.Tenant, who.Role = m.Tenant, m.Role
		o, err = s.renewSessionTx(ctx, tx, who)
		return err
	})
	if err != nil {
		return Opened{}, fmt.Errorf("switch account: %w", err)
	}
	return o, nil
}

// isMember tells whether a mailbox belongs to a member of the account.
func isMember(ctx context.Context, q db.Querier, t id.Tenant, key string) (bool, error) {
	_, err := db.One[id.Member](ctx, q, `
		SELECT m.id FROM members m JOIN memberships t ON t.member_id = m.id
		WHERE t.tenant_id = ? AND m.email_key = ?`, t, key)
	if errors.Is(err, errs.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// ConfirmedEmails tells which of the addresses are proven mailboxes of members of the account: test letters
// may go to these only. The answer has one boolean per address.
func (s *Service) ConfirmedEmails(ctx context.Context, t id.Tenant, addresses []string) ([]bool, error) {
	out := make([]bool, len(addresses))
	for i, a := range addresses {
		e, err := parseEmail(a)
		if err != nil {
			continue
		}
		if out[i], err = isMember(ctx, s.db, t, e.Key); err != nil {
			return nil, fmt.Errorf("confirmed addresses: %w", err)
		}
	}
	return out, nil
}
