package contact

import (
	"context"
	"slices"

	"keruen/internal/db"
	"keruen/internal/id"
)

// grantBulk grants the consents of a batch to those who never decided, and to nobody who left or complained.
func (s *Service) grantBulk(ctx context.Context, tx *db.Tx, b Bulk, items []*item) error {
	if b.Proof == 0 || len(b.Consents) == 0 {
		return nil
	}
	decided, err := decisions(ctx, tx, b.Tenant, items)
	if err != nil {
		return err
	}
	topics, err := s.topicsLeft(ctx, tx, b.Tenant, items, b.Consents)
	if err != nil {
		return err
	}
	var grants []consentOf
	keys := each(b.Consents)
	for _, it := range items {
		for _, k := range keys {
			if it.Address(k.Channel) == "" || decided[consentOf{it.ID, k}] != "" || decided[consentOf{it.ID, k.general()}] == Withdrawn || it.left(k) {
				continue
			}
			if len(topics) > 0 && topics[leftMark(s.hash(b.Tenant, it.key(k.Channel)), k)] {
				continue
			}
			grants = append(grants, consentOf{it.ID, k})
		}
	}
	return saveConsents(ctx, tx, b.Tenant, b.Proof, Granted, grants)
}

// each lists keys once.
func each(keys []ConsentKey) []ConsentKey {
	out := make([]ConsentKey, 0, len(keys))
	for _, k := range keys {
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

// decisions returns what the contacts of a batch that were there before have said.
func decisions(ctx context.Context, tx *db.Tx, t id.Tenant, items []*item) (map[consentOf]Action, error) {
	var old []ID
	for _, it := range items {
		if !it.fresh {
			old = append(old, it.ID)
		}
	}
	if len(old) == 0 {
		return nil, nil
	}
	states, err := consentStates(ctx, tx, t, old)
	out := make(map[consentOf]Action, len(states))
	for _, st := range states {
		out[consentOf{st.Contact, st.Key()}] = st.Action
	}
	return out, err
}

// left tells whether the person of an address unsubscribed or complained before, perhaps as a contact that was deleted.
func (it *item) left(k ConsentKey) bool {
	for _, x := range it.stops {
		if x.Channel == k.Channel && x.left(k.Purpose) {
			return true
		}
	}
	return false
}
