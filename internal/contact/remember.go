package contact

import (
	"context"

	"keruen/internal/channel"
	"keruen/internal/db"
)

// rememberLeft writes for the present addresses of a contact what it has left: the address may have changed since it left, and
// the contact is about to go.
func (s *Service) rememberLeft(ctx context.Context, tx *db.Tx, c Contact) error {
	states, err := consentStates(ctx, tx, c.Tenant, []ID{c.ID})
	if err != nil {
		return err
	}
	for _, st := range states {
		switch {
		case st.Action != Withdrawn:
		case st.Topic != 0:
			err = s.stopTopic(ctx, tx, c, st.Key())
		default:
			err = s.stopLeft(ctx, tx, c, st.Channel, scopeOf(stoppedBy(st.Purpose)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// carryLeft takes what was left under the former addresses of a contact along to its new ones: a person that gets another address
// has not agreed to anything by it (AUD-3).
func (s *Service) carryLeft(ctx context.Context, tx *db.Tx, was, is Contact) error {
	for _, ch := range Channels {
		from, to := was.key(ch), is.key(ch)
		if from == "" || to == "" || from == to {
			continue
		}
		stop, err := s.stop(ctx, tx, is.Tenant, ch, from)
		if err != nil {
			return err
		}
		left := stop.Left
		if stop.Reason == Complaint {
			left = left.with(ScopeAdvertising)
		}
		if left != "" {
			if err := s.stopLeft(ctx, tx, is, ch, left); err != nil {
				return err
			}
		}
		// What this contact chose before it had the address says nothing about what was left there.
		_, err = db.Exec(ctx, tx, `UPDATE suppression SET at = ? WHERE tenant_id = ? AND address_hash = ? AND channel = ? AND left_scope <> ''`,
			tx.Now, is.Tenant, s.hash(is.Tenant, to), ch)
		if err != nil {
			return err
		}
		_, err = db.Exec(ctx, tx, `
			INSERT INTO topic_stop (tenant_id, address_hash, channel, purpose, topic_id, at)
			SELECT tenant_id, ?, channel, purpose, topic_id, at FROM topic_stop WHERE tenant_id = ? AND address_hash = ? AND channel = ?
			ON CONFLICT DO NOTHING`, s.hash(is.Tenant, to), is.Tenant, s.hash(is.Tenant, from), ch)
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) stopLeft(ctx context.Context, tx *db.Tx, c Contact, ch channel.Kind, scope StopScope) error {
	return s.suppress(ctx, tx, c.Tenant, Suppression{Channel: ch, Address: c.Address(ch), Scope: scope, Reason: Unsubscribed}, c.key(ch), c.ID)
}
