package contact

import (
	"context"
	"fmt"

	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/id"
)

// memberKey is what members consent to by registering.
var memberKey = ConsentKey{Channel: channel.Email, Purpose: channel.Transactional}

// EnsureMember returns the contact through which letters to a member of the account pass the gate, with consent to
// transactional messages by e-mail: codes, notices, test sends. Where the audience has the address already, that contact is used.
// It takes part in no campaign unless it is in the audience. A withdrawn consent is not revived.
func (s *Service) EnsureMember(ctx context.Context, tx *db.Tx, t id.Tenant, email string, proof Proof) (ID, error) {
	a, err := ParseEmail(email)
	if err != nil {
		return 0, fmt.Errorf("ensure member: %w", err)
	}
	c, err := s.memberContact(ctx, tx, t, a)
	if err != nil {
		return 0, fmt.Errorf("ensure member: %w", err)
	}
	st, err := stateOf(ctx, tx, t, c, memberKey)
	if err != nil || st.Action != "" {
		return c, err
	}
	return c, saveConsent(ctx, tx, t, c, memberKey, Granted, proof)
}

func (s *Service) memberContact(ctx context.Context, tx *db.Tx, t id.Tenant, a Address) (ID, error) {
	have, err := byEmail(ctx, tx, t, []string{a.Key})
	if err != nil {
		return 0, err
	}
	if len(have) > 0 {
		return have[0].ID, nil
	}
	c := Contact{ID: id.New[contactKind](), Tenant: t, Sort: Staff, Email: a.Given, EmailKey: a.Key, Version: 1, CreatedAt: tx.Now, UpdatedAt: tx.Now}
	err = s.insertContacts(ctx, tx, []Contact{c})
	return c.ID, err
}
