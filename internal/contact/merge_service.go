package contact

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"keruen/internal/access"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/page"
)

// Merge is a merge that was made.
type Merge struct {
	ID        MergeID   `db:"id"`
	Into      ID        `db:"into_id"`
	Contacts  int       `db:"contacts"` // how many became one
	Member    id.Member `db:"member_id"`
	At        time.Time `db:"at"`
	UndoUntil time.Time `db:"undo_until"`
	UndoneAt  time.Time `db:"undone_at"`
	Undoable  bool      `db:"undoable"` // as far as is known without trying
}

// MergePlan is what a merge would do.
type MergePlan struct {
	Result    Contact
	Consents  []State // that will hold
	Lost      []State // granted now, and not after the merge: given for an address that goes, or withdrawn by one of them
	Lists     []ListID
	Tags      []TagID
	Aliases   []Alias
	Conflicts []Conflict
}

// kept is what undoing needs, sealed in contact_merge.kept.
type kept struct {
	Before []person // the first is the one that stayed
	After  person
	Stops  []keptStop
	Topics []keptTopic // rows of topic_stop that the merge made
}

// keptStop is an entry of the stop-list before and after.
type keptStop struct {
	Key           string
	Before, After Suppression
}

type keptTopic struct {
	Hash string
	Key  ConsentKey
}

// PlanMerge tells what Merge would do now, and changes nothing.
func (s *Service) PlanMerge(ctx context.Context, who access.Actor, o MergeOrder) (MergePlan, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return MergePlan{}, err
	}
	if err := o.check(); err != nil {
		return MergePlan{}, err
	}
	people, err := readPeople(ctx, s.db, who.Tenant, append([]ID{o.Into}, o.From...), "")
	if err != nil {
		return MergePlan{}, fmt.Errorf("plan merge: %w", err)
	}
	after := mergeOf(people, o.Take)
	plan := MergePlan{Result: after.Contact, Consents: after.States, Aliases: after.Aliases, Conflicts: conflicts(people)}
	for _, j := range after.Lists {
		plan.Lists = append(plan.Lists, ListID(j.Of))
	}
	for _, j := range after.Tags {
		plan.Tags = append(plan.Tags, TagID(j.Of))
	}
	for _, p := range people {
		for _, st := range p.States {
			if st.Action == Granted && !slices.ContainsFunc(after.States, func(a State) bool { return a.Key() == st.Key() && a.Action == Granted }) {
				plan.Lost = append(plan.Lost, st)
			}
		}
	}
	return plan, nil
}

// Merge makes one contact of several. Lists and tags are united; of consents the strictest word holds; what was left or complained of
// under one address counts for all of them; the addresses that go stay known as aliases. Deliveries and the history of consents keep
// the old numbers and are read through People. UndoMerge takes it back for 30 days.
func (s *Service) Merge(ctx context.Context, who access.Actor, o MergeOrder) (Merge, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Merge{}, err
	}
	if err := o.check(); err != nil {
		return Merge{}, err
	}
	var m Merge
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		people, err := readPeople(ctx, tx, who.Tenant, append([]ID{o.Into}, o.From...), tx.Dialect().Lock())
		if err != nil {
			return err
		}
		for _, p := range people {
			if p.Contact.Sort == Staff {
				return ErrMergeStaff
			}
		}
		m = Merge{ID: id.New[mergeKind](), Into: o.Into, Contacts: len(people), Member: who.Member, At: tx.Now, UndoUntil: tx.Now.Add(UndoWindow), Undoable: true}
		k, err := s.mergeTx(ctx, tx, who.Tenant, people, mergeOf(people, o.Take))
		if err != nil {
			return err
		}
		if err := s.recordMerge(ctx, tx, who.Tenant, m, k); err != nil {
			return err
		}
		return note(ctx, tx, who, "contact.merged", o.Into.String(), map[string]any{"merge": m.ID.String(), "from": idTexts(o.From)})
	})
	if err != nil {
		return Merge{}, fmt.Errorf("merge contacts: %w", err)
	}
	return m, nil
}

func idTexts(ids []ID) []string {
	out := make([]string, len(ids))
	for i, c := range ids {
		out[i] = c.String()
	}
	return out
}

// mergeTx writes the merged person over the others and returns what undoing needs.
func (s *Service) mergeTx(ctx context.Context, tx *db.Tx, t id.Tenant, people []person, after person) (kept, error) {
	gone := make([]ID, 0, len(people)-1)
	for _, p := range people[1:] {
		gone = append(gone, p.Contact.ID)
	}
	k := kept{Before: people, After: after}
	before, err := s.stopsOfPeople(ctx, tx, t, people)
	if err != nil {
		return k, err
	}
	for _, p := range people {
		if err := deletePerson(ctx, tx, t, p.Contact.ID, p.Contact.ID != after.Contact.ID); err != nil {
			return k, err
		}
	}
	for i := range k.After.Aliases {
		if k.After.Aliases[i].At.IsZero() {
			k.After.Aliases[i].At = tx.Now
		}
	}
	if err := s.writePerson(ctx, tx, t, k.After); err != nil {
		return k, err
	}
	if k.Topics, err = s.spread(ctx, tx, t, people, after, before); err != nil {
		return k, err
	}
	now, err := s.stopsOfPeople(ctx, tx, t, people)
	if err != nil {
		return k, err
	}
	for mark, a := range now {
		if b := before[mark]; b != a {
			k.Stops = append(k.Stops, keptStop{Key: mark.key, Before: b, After: a})
		}
	}
	for _, p := range people { // of windows that passed the guard a moment ago
		s.announceStop(tx, Stopped{Tenant: t, Contact: p.Contact.ID})
	}
	if err := countMerge(ctx, tx, t, people, []person{k.After}); err != nil {
		return k, err
	}
	return k, forgetDuplicates(ctx, tx, t, gone)
}

// recordMerge keeps the merge and orders the end of its undoing.
func (s *Service) recordMerge(ctx context.Context, tx *db.Tx, t id.Tenant, m Merge, k kept) error {
	plain, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("write merge: %w", err)
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO contact_merge (id, tenant_id, into_id, contacts, member_id, at, undo_until, kept) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		m.ID, t, m.Into, m.Contacts, m.Member, m.At, m.UndoUntil, s.keys.Seal(mergePurpose, plain, mergeBound(t, m.ID)))
	if err != nil {
		return err
	}
	for _, p := range k.Before[1:] {
		if _, err := db.Exec(ctx, tx, `INSERT INTO contact_merged (tenant_id, from_id, into_id, merge_id) VALUES (?, ?, ?, ?)`, t, p.Contact.ID, m.Into, m.ID); err != nil {
			return err
		}
	}
	if s.queue == nil {
		return nil
	}
	_, err = s.queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: t, Kind: mergeEndJob, Args: mergeArgs{m.ID}, UniqueKey: m.ID.String(), RunAt: m.UndoUntil})
	return err
}

const (
	mergePurpose = "contact.merge"
	mergeEndJob  = "contact.merge_end"
)

type mergeArgs struct {
	Merge MergeID `json:"merge"`
}

func mergeBound(t id.Tenant, m MergeID) []byte { return fmt.Appendf(nil, "%d/%d", int64(t), int64(m)) }

// endMerge forgets how the contacts of a merge were before, when it can no longer be undone.
func (s *Service) endMerge(ctx context.Context, j *jobs.Job, a mergeArgs) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, `UPDATE contact_merge SET kept = NULL WHERE tenant_id = ? AND id = ? AND undo_until <= ?`, j.Tenant, a.Merge, tx.Now)
		return err
	})
}

// UndoMerge takes a merge back: the contacts that went are there again exactly as they were, and the one that stayed loses what it got —
// save for what was changed since, which stays with it. What was withdrawn since counts for all of them, and what came to the stop-list stays.
func (s *Service) UndoMerge(ctx context.Context, who access.Actor, merge MergeID) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		m, k, err := s.openMerge(ctx, tx, who.Tenant, merge)
		if err != nil {
			return err
		}
		if err := s.undoTx(ctx, tx, who.Tenant, m, k); err != nil {
			return err
		}
		return note(ctx, tx, who, "contact.merge_undone", m.Into.String(), map[string]any{"merge": m.ID.String()})
	})
	if db.IsUnique(err) {
		err = ErrMergeTaken.Because(err)
	}
	if err != nil {
		return fmt.Errorf("undo merge: %w", err)
	}
	return nil
}

// openMerge reads a merge that can be undone.
func (s *Service) openMerge(ctx context.Context, tx *db.Tx, t id.Tenant, merge MergeID) (Merge, kept, error) {
	m, err := db.One[struct {
		Merge
		Kept []byte `db:"kept"`
	}](ctx, tx, `SELECT `+mergeColumns+`, m.kept FROM contact_merge m WHERE m.tenant_id = ? AND m.id = ?`+tx.Dialect().Lock(), t, merge)
	if err != nil {
		return Merge{}, kept{}, err
	}
	if !m.UndoneAt.IsZero() {
		return Merge{}, kept{}, ErrMergeUsed
	}
	if m.Kept == nil || tx.Now.After(m.UndoUntil) {
		return Merge{}, kept{}, ErrMergeOver
	}
	later, err := db.One[int](ctx, tx, `
		SELECT (SELECT COUNT(*) FROM contact_merged WHERE tenant_id = ? AND from_id = ?)
			+ (SELECT COUNT(*) FROM contact_merge WHERE tenant_id = ? AND into_id = ? AND id > ? AND undone_at IS NULL)`, t, m.Into, t, m.Into, merge)
	if err != nil {
		return Merge{}, kept{}, err
	}
	if later > 0 {
		return Merge{}, kept{}, ErrMergeLater
	}
	plain, err := s.keys.Open(mergePurpose, m.Kept, mergeBound(t, merge))
	if err != nil {
		return Merge{}, kept{}, fmt.Errorf("open merge: %w", err)
	}
	var k kept
	return m.Merge, k, errors.Join(json.Unmarshal(plain, &k))
}

func (s *Service) undoTx(ctx context.Context, tx *db.Tx, t id.Tenant, m Merge, k kept) error {
	have, err := readPeople(ctx, tx, t, []ID{m.Into}, tx.Dialect().Lock())
	if errors.Is(err, errs.ErrNotFound) {
		return ErrMergeOver
	}
	if err != nil {
		return err
	}
	now := have[0]
	stay := unmerge(k.Before[0], k.After, now)
	if err := deletePerson(ctx, tx, t, m.Into, false); err != nil {
		return err
	}
	if err := s.writePerson(ctx, tx, t, stay); err != nil {
		return err
	}
	changed := since(k.After, now)
	for _, p := range k.Before[1:] {
		if err := s.comesBack(ctx, tx, t, p.withdrawnSince(changed)); err != nil {
			return err
		}
	}
	if err := s.unspread(ctx, tx, t, k); err != nil {
		return err
	}
	if err := countMerge(ctx, tx, t, []person{now}, append([]person{stay}, k.Before[1:]...)); err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, `DELETE FROM contact_merged WHERE tenant_id = ? AND merge_id = ?`, t, m.ID); err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `UPDATE contact_merge SET undone_at = ?, kept = NULL WHERE tenant_id = ? AND id = ?`, tx.Now, t, m.ID)
	return err
}

// comesBack writes a contact that had gone in a merge.
func (s *Service) comesBack(ctx context.Context, tx *db.Tx, t id.Tenant, p person) error {
	if err := s.free(ctx, tx, &p.Contact); err != nil {
		if errors.Is(err, ErrEmailTaken) || errors.Is(err, ErrPhoneTaken) {
			return ErrMergeTaken.Because(err)
		}
		return err
	}
	if err := s.insertContacts(ctx, tx, []Contact{p.Contact}); err != nil {
		return err
	}
	return s.writeRest(ctx, tx, t, p)
}

// Merges returns the merges of the account, the newest first; of one contact when c is given.
func (s *Service) Merges(ctx context.Context, who access.Actor, c ID, ask page.Ask) (page.Of[Merge], error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return page.Of[Merge]{}, err
	}
	w := db.Where("m.tenant_id = ?", who.Tenant)
	if c != 0 {
		w.And("m.into_id = ?", c)
	}
	if ask.After != 0 {
		w.And("m.id < ?", ask.After)
	}
	list, err := db.All[Merge](ctx, s.db, `SELECT `+mergeColumns+` FROM contact_merge m WHERE `+w.SQL()+` ORDER BY m.id DESC LIMIT ?`, w.Args(ask.Limit+1)...)
	if err != nil {
		return page.Of[Merge]{}, fmt.Errorf("list merges: %w", err)
	}
	return page.Cut(list, ask, func(m Merge) int64 { return int64(m.ID) }), nil
}

const mergeColumns = `m.id, m.into_id, m.contacts, m.member_id, m.at, m.undo_until, m.undone_at, m.kept IS NOT NULL AS undoable`

// People returns the numbers under which a person was known: the contact's own and those of contacts merged into it. Deliveries, events and
// consents of the person are those of all of them.
func People(ctx context.Context, q db.Querier, t id.Tenant, c ID) ([]ID, error) {
	all := []ID{c}
	for next := all; len(next) > 0; {
		w := db.Where("tenant_id = ?", t).And(db.In("into_id", next))
		found, err := db.All[ID](ctx, q, `SELECT from_id FROM contact_merged WHERE `+w.SQL()+` ORDER BY from_id`, w.Args()...)
		if err != nil {
			return nil, fmt.Errorf("read merged contacts: %w", err)
		}
		all, next = append(all, found...), found
	}
	return all, nil
}

// People is the function of this name, for those who see contacts.
func (s *Service) People(ctx context.Context, who access.Actor, c ID) ([]ID, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	return People(ctx, s.db, who.Tenant, c)
}

// Aliases returns the further addresses of a contact.
func (s *Service) Aliases(ctx context.Context, who access.Actor, c ID) ([]Alias, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	list, err := aliasesOf(ctx, s.db, who.Tenant, []ID{c})
	if err != nil {
		return nil, fmt.Errorf("list aliases: %w", err)
	}
	return list, nil
}
