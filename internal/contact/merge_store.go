package contact

import (
	"context"
	"errors"
	"slices"

	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// readPeople reads contacts with what a merge touches, in the order of ids; errs.ErrNotFound when one is not the account's. lock ends the
// select of the contacts.
func readPeople(ctx context.Context, q db.Querier, t id.Tenant, ids []ID, lock string) ([]person, error) {
	w := db.Where("c.tenant_id = ?", t).And(db.In("c.id", ids))
	rows, err := db.All[row](ctx, q, `SELECT `+columns(q)+` FROM contacts c WHERE `+w.SQL()+lock, w.Args()...)
	if err != nil {
		return nil, err
	}
	if len(rows) != len(ids) {
		return nil, errs.ErrNotFound
	}
	out := make([]person, len(ids))
	at := map[ID]*person{}
	for i, c := range ids {
		at[c] = &out[i]
	}
	for _, r := range rows {
		at[r.ID].Contact = r.contact()
	}
	states, err := consentStates(ctx, q, t, ids)
	if err != nil {
		return nil, err
	}
	for _, st := range states {
		at[st.Contact].States = append(at[st.Contact].States, st)
	}
	if err := readJoined(ctx, q, t, ids, "list_member", "list_id", func(j joined) { at[j.Contact].Lists = append(at[j.Contact].Lists, j) }); err != nil {
		return nil, err
	}
	if err := readJoined(ctx, q, t, ids, "contact_tag", "tag_id", func(j joined) { at[j.Contact].Tags = append(at[j.Contact].Tags, j) }); err != nil {
		return nil, err
	}
	pauses, err := pausesOf(ctx, q, t, ids)
	if err != nil {
		return nil, err
	}
	for _, z := range pauses {
		at[z.Contact].Pauses = append(at[z.Contact].Pauses, z)
	}
	aliases, err := aliasesOf(ctx, q, t, ids)
	for _, a := range aliases {
		at[a.Contact].Aliases = append(at[a.Contact].Aliases, a)
	}
	return out, err
}

func readJoined(ctx context.Context, q db.Querier, t id.Tenant, ids []ID, table, column string, each func(joined)) error {
	w := db.Where("tenant_id = ?", t).And(db.In("contact_id", ids))
	rows, err := db.All[joined](ctx, q, `SELECT contact_id, `+column+` AS of_id, added_at FROM `+table+` WHERE `+w.SQL()+` ORDER BY contact_id, `+column, w.Args()...)
	for _, j := range rows {
		each(j)
	}
	return err
}

// belongings are the tables of what belongs to a contact; their rows go with it.
var belongings = []string{"list_member", "contact_tag", "contact_pause", "consent_state", "contact_alias"}

// addressesOf lists the addresses of a person on a channel: its own first, then its aliases.
func addressesOf(ctx context.Context, q db.Querier, c Contact, ch channel.Kind) ([]string, error) {
	var out []string
	if key := c.key(ch); key != "" {
		out = append(out, key)
	}
	aliases, err := aliasesOf(ctx, q, c.Tenant, []ID{c.ID})
	for _, a := range aliases {
		if slices.Contains(a.Kind.channels(), ch) {
			out = append(out, a.Key)
		}
	}
	return out, err
}

// deletePerson removes what belongs to a contact, and the contact itself when it goes.
func deletePerson(ctx context.Context, tx *db.Tx, t id.Tenant, c ID, whole bool) error {
	for _, table := range belongings {
		if _, err := db.Exec(ctx, tx, `DELETE FROM `+table+` WHERE tenant_id = ? AND contact_id = ?`, t, c); err != nil {
			return err
		}
	}
	if !whole {
		return nil
	}
	_, err := db.Exec(ctx, tx, `DELETE FROM contacts WHERE tenant_id = ? AND id = ?`, t, c)
	return err
}

// writePerson writes a contact that is there, and all that belongs to it anew.
func (s *Service) writePerson(ctx context.Context, tx *db.Tx, t id.Tenant, p person) error {
	ok, err := s.updateContact(ctx, tx, p.Contact)
	if err != nil {
		return err
	}
	if !ok {
		return errs.ErrStale
	}
	if _, err := db.Exec(ctx, tx, `UPDATE contacts SET created_at = ? WHERE tenant_id = ? AND id = ?`, p.Contact.CreatedAt, t, p.Contact.ID); err != nil {
		return err
	}
	return s.writeRest(ctx, tx, t, p)
}

// writeRest writes what belongs to a contact. Lists and tags that were deleted meanwhile are left out.
func (s *Service) writeRest(ctx context.Context, tx *db.Tx, t id.Tenant, p person) error {
	c := p.Contact.ID
	err := db.InsertRows(ctx, tx, "consent_state", []string{"tenant_id", "contact_id", "channel", "purpose", "topic_id", "action", "consent_id", "at"}, len(p.States), func(i int) []any {
		st := p.States[i]
		return []any{t, c, st.Channel, st.Purpose, int64(st.Topic), st.Action, st.Consent, st.At}
	}, "")
	if err != nil {
		return err
	}
	if err := writeJoined(ctx, tx, t, c, "list_member", "list_id", "contact_list", p.Lists); err != nil {
		return err
	}
	if err := writeJoined(ctx, tx, t, c, "contact_tag", "tag_id", "tag", p.Tags); err != nil {
		return err
	}
	err = db.InsertRows(ctx, tx, "contact_pause", []string{"tenant_id", "contact_id", "channel", "until_at", "consent_id"}, len(p.Pauses), func(i int) []any {
		return []any{t, c, p.Pauses[i].Channel, p.Pauses[i].Until, p.Pauses[i].Consent}
	}, "")
	if err != nil {
		return err
	}
	return db.InsertRows(ctx, tx, "contact_alias", []string{"tenant_id", "address_key", "kind", "address", "contact_id", "from_id", "at"}, len(p.Aliases), func(i int) []any {
		a := p.Aliases[i]
		return []any{t, a.Key, a.Kind, a.Address, c, a.From, a.At}
	}, "ON CONFLICT DO NOTHING")
}

func writeJoined(ctx context.Context, tx *db.Tx, t id.Tenant, c ID, table, column, of string, list []joined) error {
	for _, j := range list {
		_, err := db.Exec(ctx, tx, `INSERT INTO `+table+` (tenant_id, `+column+`, contact_id, added_at)
			SELECT o.tenant_id, o.id, CAST(? AS BIGINT), CAST(? AS BIGINT) FROM `+of+` o WHERE o.tenant_id = ? AND o.id = ? ON CONFLICT DO NOTHING`, c, j.At, t, j.Of)
		if err != nil {
			return err
		}
	}
	return nil
}

// stopMark is one place in the stop-list.
type stopMark struct {
	channel channel.Kind
	key     string
}

// addresses lists the places in the stop-list that people have, in a fixed order.
func addresses(people []person) []stopMark {
	var out []stopMark
	add := func(kind AliasKind, key string) {
		for _, ch := range kind.channels() {
			if m := (stopMark{ch, key}); key != "" && !slices.Contains(out, m) {
				out = append(out, m)
			}
		}
	}
	for _, p := range people {
		add(AliasEmail, p.Contact.EmailKey)
		add(AliasPhone, p.Contact.Phone)
		for _, a := range p.Aliases {
			add(a.Kind, a.Key)
		}
	}
	return out
}

func (s *Service) stopsOfPeople(ctx context.Context, tx *db.Tx, t id.Tenant, people []person) (map[stopMark]Suppression, error) {
	out := map[stopMark]Suppression{}
	for _, m := range addresses(people) {
		e, err := s.stop(ctx, tx, t, m.channel, m.key)
		if err != nil {
			return nil, err
		}
		out[m] = e
	}
	return out, nil
}

// spread makes what one of the people asked for under one address hold for all of their addresses: leaving, complaining, being put on the
// list by hand. A dead mailbox is the matter of its address alone. It returns the rows of topic_stop that it made.
func (s *Service) spread(ctx context.Context, tx *db.Tx, t id.Tenant, people []person, after person, stops map[stopMark]Suppression) ([]keptTopic, error) {
	marks := addresses(people)
	for _, from := range marks {
		e := stops[from]
		if e.ID == 0 {
			continue
		}
		if e.Reason == HardBounce {
			if e.Left == "" {
				continue
			}
			e.Reason, e.Scope, e.Detail = Unsubscribed, e.Left, ""
		}
		if err := s.spreadOne(ctx, tx, t, e, marks, after.Contact.ID); err != nil {
			return nil, err
		}
	}
	var topics []keptTopic
	for _, st := range after.States {
		if st.Action != Withdrawn {
			continue
		}
		if st.Topic == 0 {
			e := Suppression{Channel: st.Channel, Scope: scopeOf(stoppedBy(st.Purpose)), Reason: Unsubscribed, At: st.At}
			if err := s.spreadOne(ctx, tx, t, e, marks, after.Contact.ID); err != nil {
				return nil, err
			}
			continue
		}
		made, err := s.spreadTopic(ctx, tx, t, st, marks)
		if err != nil {
			return nil, err
		}
		topics = append(topics, made...)
	}
	return topics, nil
}

func (s *Service) spreadOne(ctx context.Context, tx *db.Tx, t id.Tenant, e Suppression, marks []stopMark, c ID) error {
	for _, m := range marks {
		if m.channel != e.Channel {
			continue
		}
		one := e
		one.Address = m.key
		if err := s.suppress(ctx, tx, t, one, m.key, c); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) spreadTopic(ctx context.Context, tx *db.Tx, t id.Tenant, st State, marks []stopMark) ([]keptTopic, error) {
	var made []keptTopic
	for _, m := range marks {
		if m.channel != st.Channel {
			continue
		}
		hash := s.hash(t, m.key)
		n, err := stopTopicAt(ctx, tx, t, hash, st.Key())
		if err != nil {
			return nil, err
		}
		if n > 0 {
			made = append(made, keptTopic{hash, st.Key()})
		}
	}
	return made, nil
}

// unspread takes back what spread did, where nothing changed since.
func (s *Service) unspread(ctx context.Context, tx *db.Tx, t id.Tenant, k kept) error {
	for _, st := range k.Stops {
		now, err := s.stop(ctx, tx, t, st.After.Channel, st.Key)
		if err != nil {
			return err
		}
		if now != st.After {
			continue
		}
		if st.Before.ID == 0 {
			err = deleteSuppression(ctx, tx, t, now.ID)
		} else {
			err = upsertSuppression(ctx, tx, t, st.Before, s.hash(t, st.Key))
		}
		if err != nil {
			return err
		}
	}
	for _, topic := range k.Topics {
		_, err := db.Exec(ctx, tx, `DELETE FROM topic_stop WHERE tenant_id = ? AND address_hash = ? AND channel = ? AND purpose = ? AND topic_id = ?`,
			t, topic.Hash, topic.Key.Channel, topic.Key.Purpose, topic.Key.Topic)
		if err != nil {
			return err
		}
	}
	return s.stopSince(ctx, tx, t, k)
}

// stopSince makes what was left after the merge hold for the addresses of those who come back.
func (s *Service) stopSince(ctx context.Context, tx *db.Tx, t id.Tenant, k kept) error {
	for _, p := range k.Before {
		states, err := consentStates(ctx, tx, t, []ID{p.Contact.ID})
		if err != nil {
			return err
		}
		for _, st := range states {
			known := slices.ContainsFunc(k.Before, func(b person) bool {
				return slices.ContainsFunc(b.States, func(o State) bool { return o.Consent == st.Consent })
			})
			if st.Action != Withdrawn || known {
				continue
			}
			if err := s.rememberLeft(ctx, tx, p.Contact); err != nil {
				return err
			}
			break
		}
	}
	return nil
}

const aliasColumns = `a.address_key, a.kind, a.address, a.contact_id, a.from_id, a.at`

func aliasesOf(ctx context.Context, q db.Querier, t id.Tenant, ids []ID) ([]Alias, error) {
	w := db.Where("a.tenant_id = ?", t).And(db.In("a.contact_id", ids))
	return db.All[Alias](ctx, q, `SELECT `+aliasColumns+` FROM contact_alias a WHERE `+w.SQL()+` ORDER BY a.contact_id, a.address_key`, w.Args()...)
}

// hasAliases tells whether an account has any: most have none, so that their imports pay for one small look a batch.
func hasAliases(ctx context.Context, q db.Querier, t id.Tenant) (bool, error) {
	n, err := db.One[int](ctx, q, `SELECT COUNT(*) FROM (SELECT 1 FROM contact_alias WHERE tenant_id = ? LIMIT 1) AS found`, t)
	return n > 0, err
}

// byAlias finds the contacts that have some addresses as aliases, by the address.
func byAlias(ctx context.Context, q db.Querier, t id.Tenant, keys []string) (map[string]Contact, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	w := db.Where("a.tenant_id = ?", t).And(db.In("a.address_key", keys))
	aliases, err := db.All[Alias](ctx, q, `SELECT `+aliasColumns+` FROM contact_alias a WHERE `+w.SQL(), w.Args()...)
	if err != nil || len(aliases) == 0 {
		return nil, err
	}
	ids := make([]ID, len(aliases))
	for i, a := range aliases {
		ids[i] = a.Contact
	}
	w = db.Where("c.tenant_id = ?", t).And(db.In("c.id", ids))
	rows, err := db.All[row](ctx, q, `SELECT `+columns(q)+` FROM contacts c WHERE `+w.SQL(), w.Args()...)
	out := map[string]Contact{}
	for _, a := range aliases {
		for _, r := range rows {
			if r.ID == a.Contact {
				out[a.Key] = r.contact()
			}
		}
	}
	return out, err
}

// countMerge counts what a merge or its undoing does to the figures of lists: whoever was on a list twice is there once, and back.
func countMerge(ctx context.Context, tx *db.Tx, t id.Tenant, before, after []person) error {
	net := map[int64]int64{}
	for _, p := range before {
		for _, j := range p.Lists {
			net[j.Of]--
		}
	}
	for _, p := range after {
		for _, j := range p.Lists {
			net[j.Of]++
		}
	}
	var out []tally
	for l, n := range net {
		switch {
		case n > 0:
			out = append(out, tally{list: ListID(l), joined: n})
		case n < 0:
			out = append(out, tally{list: ListID(l), gone: -n})
		}
	}
	return countChanges(ctx, tx, t, ByMerge, out)
}

// follow reads a contact, or the one that it was merged into. Its old address, when it went as an alias, is the second answer.
func follow(ctx context.Context, q db.Querier, t id.Tenant, c ID) (Contact, []Alias, error) {
	got, err := getContact(ctx, q, t, c)
	if !errors.Is(err, errs.ErrNotFound) {
		return got, nil, err
	}
	own, err := db.All[Alias](ctx, q, `SELECT `+aliasColumns+` FROM contact_alias a WHERE a.tenant_id = ? AND a.from_id = ?`, t, c)
	if err != nil {
		return Contact{}, nil, err
	}
	for range 100 { // a chain of merges; it has no circles, as a contact that went merges no more
		if c, err = db.One[ID](ctx, q, `SELECT into_id FROM contact_merged WHERE tenant_id = ? AND from_id = ?`, t, c); err != nil {
			return Contact{}, nil, err
		}
		got, err = getContact(ctx, q, t, c)
		if !errors.Is(err, errs.ErrNotFound) {
			return got, own, err
		}
	}
	return Contact{}, nil, errs.ErrNotFound
}

// forgetMerges removes how contacts that are deleted were before merges, and their places among duplicates.
func forgetMerges(ctx context.Context, tx *db.Tx, t id.Tenant, ids []ID) error {
	w := db.Where("tenant_id = ?", t).And(db.In("into_id", ids))
	if _, err := db.Exec(ctx, tx, `UPDATE contact_merge SET kept = NULL WHERE `+w.SQL(), w.Args()...); err != nil {
		return err
	}
	return forgetDuplicates(ctx, tx, t, ids)
}

// forgetDuplicates takes contacts out of the groups that were found.
func forgetDuplicates(ctx context.Context, tx *db.Tx, t id.Tenant, ids []ID) error {
	w := db.Where("tenant_id = ?", t).And(db.In("contact_id", ids))
	_, err := db.Exec(ctx, tx, `DELETE FROM duplicate_member WHERE `+w.SQL(), w.Args()...)
	return err
}
