package contact

import (
	"context"
	"errors"
	"fmt"

	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// Guest is a contact that is there only so that one letter, which the person asked for by a form, passes the gate. It is in no
// audience. When the person answers the letter it becomes an ordinary contact, else it goes without a trace.
const Guest Sort = "guest"

// Visiting is a guest, or the contact that has the address already.
type Visiting struct {
	Contact ID
	Consent ConsentID // given for the letter alone; zero when there was one before
	Stopped Reason    // why no letter may be sent to the address; empty when one may
}

// EnsureGuestTx readies an address for a letter that was asked for on a form. Where the account knows the address, that contact is
// used. Who complained, left everything or has a dead mailbox is not written to: Stopped says so, and nothing is made.
func (s *Service) EnsureGuestTx(ctx context.Context, tx *db.Tx, t id.Tenant, email string, proof Proof) (Visiting, error) {
	a, err := ParseEmail(email)
	if err != nil {
		return Visiting{}, fmt.Errorf("ensure guest: %w", err)
	}
	stopped, err := s.StoppedTx(ctx, tx, t, email)
	if err != nil || stopped != "" {
		return Visiting{Stopped: stopped}, err
	}
	c, err := s.guestContact(ctx, tx, t, a)
	if err != nil {
		return Visiting{}, fmt.Errorf("ensure guest: %w", err)
	}
	key := ConsentKey{Channel: channel.Email, Purpose: channel.Transactional}
	st, err := stateOf(ctx, tx, t, c, key)
	if err != nil {
		return Visiting{}, fmt.Errorf("ensure guest: %w", err)
	}
	switch st.Action {
	case Granted:
		return Visiting{Contact: c}, nil
	case Withdrawn:
		return Visiting{Contact: c, Stopped: HasUnsubscribed}, nil
	}
	if err := saveConsent(ctx, tx, t, c, key, Granted, proof); err != nil {
		return Visiting{}, fmt.Errorf("ensure guest: %w", err)
	}
	if st, err = stateOf(ctx, tx, t, c, key); err != nil {
		return Visiting{}, fmt.Errorf("ensure guest: %w", err)
	}
	return Visiting{Contact: c, Consent: st.Consent}, nil
}

func (s *Service) guestContact(ctx context.Context, tx *db.Tx, t id.Tenant, a Address) (ID, error) {
	have, err := byEmail(ctx, tx, t, []string{a.Key})
	if err != nil {
		return 0, err
	}
	if len(have) > 0 {
		return have[0].ID, nil
	}
	c := Contact{ID: id.New[contactKind](), Tenant: t, Sort: Guest, Email: a.Given, EmailKey: a.Key, Version: 1, CreatedAt: tx.Now, UpdatedAt: tx.Now}
	return c.ID, s.insertContacts(ctx, tx, []Contact{c})
}

// ForgetGuestTx ends a visit: the consent that was given for the letter alone holds no more — its record stays — and a guest goes,
// also the network address and the browser that its proofs tell.
// A contact of the account, or what is gone already, is left as it is.
func (s *Service) ForgetGuestTx(ctx context.Context, tx *db.Tx, t id.Tenant, c ID, consent ConsentID) error {
	if consent != 0 {
		if _, err := db.Exec(ctx, tx, `DELETE FROM consent_state WHERE tenant_id = ? AND contact_id = ? AND consent_id = ?`, t, c, consent); err != nil {
			return fmt.Errorf("forget guest: %w", err)
		}
	}
	got, err := getContact(ctx, tx, t, c)
	if errors.Is(err, errs.ErrNotFound) || err == nil && got.Sort != Guest {
		return nil
	}
	if err != nil {
		return fmt.Errorf("forget guest: %w", err)
	}
	if err := blankProofs(ctx, tx, t, []ID{c}); err != nil {
		return fmt.Errorf("forget guest: %w", err)
	}
	if err := deleteRows(ctx, tx, got); err != nil {
		return fmt.Errorf("forget guest: %w", err)
	}
	return nil
}

// StoppedTx tells why no letter that was asked for may go to an address, which need not be a contact's: OnStopList; empty when one may.
// Who left the mailings only may be answered.
func (s *Service) StoppedTx(ctx context.Context, tx *db.Tx, t id.Tenant, email string) (Reason, error) {
	a, err := ParseEmail(email)
	if err != nil {
		return "", fmt.Errorf("look an address up: %w", err)
	}
	stop, err := s.stop(ctx, tx, t, channel.Email, a.Key)
	if err != nil {
		return "", fmt.Errorf("look an address up: %w", err)
	}
	if stop.Stops(channel.Transactional) || stop.Reason == Complaint {
		return OnStopList, nil
	}
	return "", nil
}
