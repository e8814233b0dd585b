package contact

import (
	"context"
	"slices"

	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/id"
)

// stopPlan is what a batch of addresses changes.
type stopPlan struct {
	counts  StopCounts
	changes []stopChange
	people  []Contact // contacts that have one of the addresses, each once; only where the file is the people's own word
}

// stopChange is an entry of the stop-list as it is to be.
type stopChange struct {
	Suppression
	hash  string
	fresh bool
	owner ID // a contact with the address, 0 for none
}

// planStops tells what the addresses of a batch change, each of which comes once. Where people left or complained, the other addresses
// that are theirs by a merge are stopped too, as when they leave here.
func (s *Service) planStops(ctx context.Context, q db.Querier, f StopFile, list []stopAddress) (stopPlan, error) {
	if len(list) == 0 {
		return stopPlan{}, nil
	}
	owners, err := ownersOf(ctx, q, f.Tenant, list)
	if err != nil {
		return stopPlan{}, err
	}
	own := len(list)
	if f.theirOwn() {
		if list, err = withOthers(ctx, q, f.Tenant, list, owners); err != nil {
			return stopPlan{}, err
		}
	}
	hashes := make([]string, len(list))
	for i, a := range list {
		hashes[i] = s.hash(f.Tenant, a.key)
	}
	have, err := stopsByHash(ctx, q, f.Tenant, hashes)
	if err != nil {
		return stopPlan{}, err
	}
	var p stopPlan
	for i, a := range list {
		changes := changesFor(f, a, have[hashes[i]])
		for n := range changes {
			changes[n].hash = hashes[i]
			if of := owners[a.key]; len(of) > 0 {
				changes[n].owner = of[0].ID
			}
		}
		p.changes = append(p.changes, changes...)
		if i < own {
			p.counts.address(changes, len(owners[a.key]) > 0)
		}
	}
	if f.theirOwn() {
		p.people = distinctPeople(owners)
	}
	return p, nil
}

// address counts one address of the file.
func (c *StopCounts) address(changes []stopChange, owned bool) {
	switch {
	case len(changes) == 0:
		c.Known++
		return
	case slices.ContainsFunc(changes, func(x stopChange) bool { return x.fresh }):
		c.Added++
	default:
		c.Raised++
	}
	if owned {
		c.Contacts++
	}
}

// changesFor decides about one address on each of its channels.
func changesFor(f StopFile, a stopAddress, have []Suppression) []stopChange {
	var out []stopChange
	for _, ch := range a.channels() {
		e := f.entry()
		e.Channel, e.Address = ch, a.given
		var old Suppression
		if i := slices.IndexFunc(have, func(x Suppression) bool { return x.Channel == ch }); i >= 0 {
			old = have[i]
		}
		if e, changed := old.over(e); changed {
			out = append(out, stopChange{Suppression: e, fresh: old.ID == 0})
		}
	}
	return out
}

// ownersOf finds the contacts that have some addresses now, or had them before a merge; several may share a number.
func ownersOf(ctx context.Context, q db.Querier, t id.Tenant, list []stopAddress) (map[string][]Contact, error) {
	var emails, phones []string
	for _, a := range list {
		if a.phone {
			phones = append(phones, a.key)
		} else {
			emails = append(emails, a.key)
		}
	}
	out := map[string][]Contact{}
	found, err := byEmail(ctx, q, t, emails)
	if err != nil {
		return nil, err
	}
	for _, c := range found {
		out[c.EmailKey] = append(out[c.EmailKey], c)
	}
	if found, err = byPhone(ctx, q, t, phones); err != nil {
		return nil, err
	}
	for _, c := range found {
		out[c.Phone] = append(out[c.Phone], c)
	}
	any, err := hasAliases(ctx, q, t)
	if err != nil || !any {
		return out, err
	}
	aliases, err := byAlias(ctx, q, t, slices.Concat(emails, phones))
	for key, c := range aliases {
		out[key] = append(out[key], c)
	}
	return out, err
}

// withOthers adds to the addresses of a batch the others of the same people on the same channels.
func withOthers(ctx context.Context, q db.Querier, t id.Tenant, list []stopAddress, owners map[string][]Contact) ([]stopAddress, error) {
	any, err := hasAliases(ctx, q, t)
	if err != nil || !any || len(owners) == 0 {
		return list, err
	}
	people := distinctPeople(owners)
	ids := make([]ID, len(people))
	for i, c := range people {
		ids[i] = c.ID
	}
	aliases, err := aliasesOf(ctx, q, t, ids)
	if err != nil || len(aliases) == 0 {
		return list, err
	}
	known := map[string]bool{}
	for _, a := range list {
		known[a.key] = true
	}
	add := func(a stopAddress, owner Contact) {
		if a.key != "" && !known[a.key] {
			known[a.key] = true
			list, owners[a.key] = append(list, a), append(owners[a.key], owner)
		}
	}
	for _, a := range slices.Clone(list) {
		for _, c := range owners[a.key] {
			if a.phone {
				add(stopAddress{c.Phone, c.Phone, true}, c)
			} else {
				add(stopAddress{c.Email, c.EmailKey, false}, c)
			}
			for _, other := range aliases {
				if other.Contact == c.ID && (other.Kind == AliasPhone) == a.phone && other.Kind != AliasExternal {
					add(stopAddress{other.Address, other.Key, a.phone}, c)
				}
			}
		}
	}
	return list, nil
}

// distinctPeople lists the contacts of some addresses, each once, in the order of their ids.
func distinctPeople(owners map[string][]Contact) []Contact {
	var out []Contact
	seen := map[ID]bool{}
	for _, list := range owners {
		for _, c := range list {
			if !seen[c.ID] {
				seen[c.ID] = true
				out = append(out, c)
			}
		}
	}
	slices.SortFunc(out, func(a, b Contact) int { return int(min(1, max(-1, a.ID-b.ID))) })
	return out
}

// applyStops writes what was planned in the same transaction: entries, the end of consents, what lists lost, and what tells the
// pipeline to stop messages that wait.
func (s *Service) applyStops(ctx context.Context, tx *db.Tx, f StopFile, p stopPlan) error {
	if err := saveStops(ctx, tx, f.Tenant, p.changes); err != nil {
		return err
	}
	lost := map[ID]bool{}
	for _, e := range p.changes {
		if e.owner != 0 {
			s.announceStop(tx, Stopped{Tenant: f.Tenant, Contact: e.owner, Channel: e.Channel})
		}
		if e.fresh && !lost[e.owner] {
			lost[e.owner] = true
			if err := countMembers(ctx, tx, f.Tenant, e.owner, lossOf[e.Reason], func(x *tally) { x.gone++ }); err != nil {
				return err
			}
		}
		if err := s.events.Publish(ctx, tx, Suppressed{Tenant: f.Tenant, Contact: e.owner, Channel: e.Channel, Reason: e.Reason, At: tx.Now}); err != nil {
			return err
		}
	}
	return s.withdrawPeople(ctx, tx, f, p)
}

// saveStops writes entries. An address that somebody else stopped a moment ago fails the whole batch, which is then planned anew: a
// stronger reason is never overwritten.
func saveStops(ctx context.Context, tx *db.Tx, t id.Tenant, changes []stopChange) error {
	var fresh []stopChange
	for _, e := range changes {
		if e.fresh {
			fresh = append(fresh, e)
			continue
		}
		e.ID, e.At = id.New[suppressionKind](), tx.Now
		if err := upsertSuppression(ctx, tx, t, e.Suppression, e.hash); err != nil {
			return err
		}
	}
	return db.InsertRows(ctx, tx, "suppression",
		[]string{"id", "tenant_id", "channel", "address_hash", "address", "scope", "reason", "detail", "member_id", "at", "left_scope", "file_id"}, len(fresh), func(i int) []any {
			e := fresh[i]
			return []any{id.New[suppressionKind](), t, e.Channel, e.hash, e.Address, e.Scope, e.Reason, e.Detail, e.Member, tx.Now, e.Left, e.File}
		}, "")
}

// withdrawPeople records that the people of a batch agree to no advertising any more, on the channels of the addresses that changed.
func (s *Service) withdrawPeople(ctx context.Context, tx *db.Tx, f StopFile, p stopPlan) error {
	if len(p.people) == 0 || len(p.changes) == 0 {
		return nil
	}
	stopped := map[string]bool{} // channel and address hash
	for _, e := range p.changes {
		stopped[string(e.Channel)+e.hash] = true
	}
	ids := make([]ID, len(p.people))
	for i, c := range p.people {
		ids[i] = c.ID
	}
	states, err := consentStates(ctx, tx, f.Tenant, ids)
	if err != nil {
		return err
	}
	now := make(map[consentOf]Action, len(states))
	for _, st := range states {
		now[consentOf{st.Contact, st.Key()}] = st.Action
	}
	var ends []consentOf
	for _, c := range p.people {
		for _, ch := range slices.Concat(AliasEmail.channels(), AliasPhone.channels()) {
			if key := c.key(ch); key == "" || !stopped[string(ch)+s.hash(f.Tenant, key)] {
				continue
			}
			own, others := consentOf{c.ID, ConsentKey{Channel: ch, Purpose: channel.Advertising}}, consentOf{c.ID, ConsentKey{Channel: ch, Purpose: channel.ThirdParty}}
			if now[own] != Withdrawn {
				ends = append(ends, own)
			}
			if now[others] == Granted {
				ends = append(ends, others)
			}
		}
	}
	if err := saveConsents(ctx, tx, f.Tenant, f.proof, Withdrawn, ends); err != nil {
		return err
	}
	for _, e := range ends {
		s.announceStop(tx, Stopped{Tenant: f.Tenant, Contact: e.contact, Channel: e.Channel, Purpose: e.Purpose})
		err := s.events.Publish(ctx, tx, ConsentWithdrawn{Tenant: f.Tenant, Contact: e.contact, Channel: e.Channel, Purpose: e.Purpose, Source: ByStopFile, At: tx.Now})
		if err != nil {
			return err
		}
	}
	return nil
}
