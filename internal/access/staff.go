package access

import (
	"context"
	"errors"
	"fmt"

	"keruen/internal/db"
	"keruen/internal/errs"
)

// Staff is what a person may do for the installation as a whole, beside the role in an account (ACC-5).
type Staff string

// Roles of staff.
const (
	NoStaff  Staff = ""
	Operator Staff = "operator" // sees and steers how letters leave
)

// ErrStaff is returned for a role of staff that does not exist.
var ErrStaff = errs.New(errs.Invalid, "access.unknown_staff", "There is no such role of staff. Choose operator or none.")

// ParseStaff reads the name of a role of staff; "none" is NoStaff.
func ParseStaff(s string) (Staff, error) {
	switch s {
	case "none":
		return NoStaff, nil
	case string(Operator):
		return Operator, nil
	}
	return NoStaff, ErrStaff
}

// SetStaff makes a person staff of the installation, or ends it. It is for the command line of the administrator, takes
// effect with the person's next request, and is recorded in every account of the person. Repeating it changes nothing.
func (s *Service) SetStaff(ctx context.Context, address string, role Staff) error {
	e, err := checkEmail("email", address)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		m, err := memberByKey(ctx, tx, e.Key)
		if errors.Is(err, errs.ErrNotFound) {
			return ErrNoMember
		}
		if err != nil {
			return err
		}
		if changed, err := setStaffTx(ctx, tx, m, role); err != nil || !changed {
			return err
		}
		who := Actor{Member: m.ID, Via: BySystem}
		return s.recordEverywhereTx(ctx, tx, who, "member.staff_set", m.ID.String(), map[string]any{"staff": string(role)})
	})
	if err != nil {
		return fmt.Errorf("set staff: %w", err)
	}
	return nil
}

func setStaffTx(ctx context.Context, tx *db.Tx, m Member, role Staff) (changed bool, err error) {
	if role == NoStaff {
		n, err := db.Exec(ctx, tx, `DELETE FROM staff WHERE member_id = ?`, m.ID)
		return n > 0, err
	}
	n, err := db.Exec(ctx, tx, `
		INSERT INTO staff (member_id, role, created_at) VALUES (?, ?, ?)
		ON CONFLICT (member_id) DO UPDATE SET role = excluded.role WHERE staff.role <> excluded.role`, m.ID, string(role), tx.Now)
	return n > 0, err
}
