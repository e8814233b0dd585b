package contact

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"keruen/internal/access"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/page"
)

const (
	duplicateJob  = "contact.find_duplicates"
	duplicatePage = 5000
)

// errNoQueue is returned where the program runs without background work.
var errNoQueue = errs.New(errs.Internal, "contact.no_queue", "Background work is not running here.")

// DuplicateGroup is a set of contacts that look like one person. N counts groups from the surest.
type DuplicateGroup struct {
	N       int64
	Reasons []DuplicateReason
	Members []View
}

// DuplicatesResult is what a search found.
type DuplicatesResult struct {
	Contacts int64 `json:"contacts"`
	Groups   int   `json:"groups"`
	InGroups int   `json:"in_groups"` // contacts in them
}

// FindDuplicates orders a search for duplicates and returns the job. One search of an account runs at a time.
func (s *Service) FindDuplicates(ctx context.Context, who access.Actor) (jobs.ID, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return 0, err
	}
	if s.queue == nil {
		return 0, errNoQueue
	}
	var job jobs.ID
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		job, err = s.queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: who.Tenant, Kind: duplicateJob, Args: struct{}{}, UniqueKey: "all", Visible: true})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("find duplicates: %w", err)
	}
	return job, nil
}

// findDuplicates goes through the contacts twice: first to learn which marks come more than once, then to collect those. It keeps no contact
// in memory.
func (s *Service) findDuplicates(ctx context.Context, j *jobs.Job, _ struct{}) error {
	often := newTwice()
	var n int64
	err := s.eachContact(ctx, j.Tenant, func(c Contact) {
		for _, m := range marks(c) {
			often.add(m.hash)
		}
		n++
	}, func(done int64) error { return j.Progress(ctx, done, 0) })
	if err != nil {
		return fmt.Errorf("find duplicates: %w", err)
	}
	denied, err := deniedPairs(ctx, s.db, j.Tenant)
	if err != nil {
		return fmt.Errorf("find duplicates: %w", err)
	}
	g := newGrouper(denied)
	err = s.eachContact(ctx, j.Tenant, func(c Contact) {
		for _, m := range marks(c) {
			if often.has(m.hash) {
				g.add(c.ID, m)
			}
		}
	}, func(done int64) error { return j.Progress(ctx, n+done, 2*n) })
	if err != nil {
		return fmt.Errorf("find duplicates: %w", err)
	}
	found := g.groups()
	if err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return saveGroups(ctx, tx, j.Tenant, found) }); err != nil {
		return fmt.Errorf("find duplicates: %w", err)
	}
	out := DuplicatesResult{Contacts: n, Groups: len(found)}
	for _, one := range found {
		out.InGroups += len(one.members)
	}
	return j.SetResult(ctx, out)
}

func (s *Service) eachContact(ctx context.Context, t id.Tenant, each func(Contact), progress func(int64) error) error {
	var after ID
	var done int64
	for {
		rows, err := db.All[row](ctx, s.db, `SELECT `+columns(s.db)+` FROM contacts c WHERE c.tenant_id = ? AND c.id > ? AND c.sort = ? ORDER BY c.id LIMIT ?`,
			t, int64(after), Audience, duplicatePage)
		if err != nil {
			return err
		}
		for _, r := range rows {
			each(r.contact())
		}
		done += int64(len(rows))
		if err := progress(done); err != nil {
			return err
		}
		if len(rows) < duplicatePage {
			return nil
		}
		after = rows[len(rows)-1].ID
	}
}

// Duplicates returns a page of the groups that the last search found, the surest first; contacts that are gone since are not in them.
func (s *Service) Duplicates(ctx context.Context, who access.Actor, ask page.Ask) (page.Of[DuplicateGroup], error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return page.Of[DuplicateGroup]{}, err
	}
	groups, err := listGroups(ctx, s.db, who.Tenant, ask)
	if err != nil {
		return page.Of[DuplicateGroup]{}, fmt.Errorf("list duplicates: %w", err)
	}
	cut := page.Cut(groups, ask, func(g groupRow) int64 { return g.N })
	out := page.Of[DuplicateGroup]{Next: cut.Next, Items: make([]DuplicateGroup, len(cut.Items))}
	var list []Contact
	for i, g := range cut.Items {
		out.Items[i] = DuplicateGroup{N: g.N, Reasons: g.reasons()}
	}
	members, err := groupMembers(ctx, s.db, who.Tenant, cut.Items)
	if err != nil {
		return page.Of[DuplicateGroup]{}, fmt.Errorf("list duplicates: %w", err)
	}
	for _, m := range members {
		list = append(list, m.contact())
	}
	views, err := s.views(ctx, who.Tenant, list)
	if err != nil {
		return page.Of[DuplicateGroup]{}, err
	}
	for i, m := range members {
		at := slices.IndexFunc(out.Items, func(g DuplicateGroup) bool { return g.N == m.Group })
		out.Items[at].Members = append(out.Items[at].Members, views[i])
	}
	return out, nil
}

// DenyDuplicates records that these contacts are different people: no search joins them again.
func (s *Service) DenyDuplicates(ctx context.Context, who access.Actor, ids []ID) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	if len(ids) < 2 || len(ids) > MaxDuplicates || distinct(ids) != len(ids) {
		return errs.ErrInvalid.At(blame("contacts", ErrMergeFew))
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := haveAll(ctx, tx, who.Tenant, ids); err != nil {
			return err
		}
		if err := denyPairs(ctx, tx, who.Tenant, ids); err != nil {
			return err
		}
		return forgetDuplicates(ctx, tx, who.Tenant, ids)
	})
	if err != nil {
		return fmt.Errorf("deny duplicates: %w", err)
	}
	return nil
}

// groupRow is a group as it is stored.
type groupRow struct {
	N       int64  `db:"group_id"`
	Reasons string `db:"reasons"`
}

func (g groupRow) reasons() []DuplicateReason {
	var out []DuplicateReason
	for r := range strings.FieldsSeq(g.Reasons) {
		out = append(out, DuplicateReason(r))
	}
	return out
}

type groupMember struct {
	Group int64 `db:"group_id"`
	row
}

func saveGroups(ctx context.Context, tx *db.Tx, t id.Tenant, list []group) error {
	for _, table := range []string{"duplicate_member", "duplicate_group"} {
		if _, err := db.Exec(ctx, tx, `DELETE FROM `+table+` WHERE tenant_id = ?`, t); err != nil {
			return err
		}
	}
	err := db.InsertRows(ctx, tx, "duplicate_group", []string{"tenant_id", "group_id", "reasons", "sureness"}, len(list), func(i int) []any {
		return []any{t, i + 1, strings.Join(reasonTexts(list[i].reasons), " "), list[i].sureness()}
	}, "")
	if err != nil {
		return err
	}
	type place struct {
		group int
		c     ID
	}
	var places []place
	for i, g := range list {
		for _, c := range g.members {
			places = append(places, place{i + 1, c})
		}
	}
	return db.InsertRows(ctx, tx, "duplicate_member", []string{"tenant_id", "group_id", "contact_id"}, len(places), func(i int) []any {
		return []any{t, places[i].group, places[i].c}
	}, "")
}

func reasonTexts(list []DuplicateReason) []string {
	out := make([]string, len(list))
	for i, r := range list {
		out[i] = string(r)
	}
	return out
}

// listGroups returns groups of which at least two contacts are still there.
func listGroups(ctx context.Context, q db.Querier, t id.Tenant, ask page.Ask) ([]groupRow, error) {
	return db.All[groupRow](ctx, q, `
		SELECT g.group_id, g.reasons FROM duplicate_group g
		WHERE g.tenant_id = ? AND g.group_id > ? AND (
			SELECT COUNT(*) FROM duplicate_member m JOIN contacts c ON c.tenant_id = m.tenant_id AND c.id = m.contact_id
			WHERE m.tenant_id = g.tenant_id AND m.group_id = g.group_id) > 1
		ORDER BY g.group_id LIMIT ?`, t, ask.After, ask.Limit+1)
}

func groupMembers(ctx context.Context, q db.Querier, t id.Tenant, groups []groupRow) ([]groupMember, error) {
	if len(groups) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(groups))
	for i, g := range groups {
		ids[i] = g.N
	}
	w := db.Where("m.tenant_id = ?", t).And(db.In("m.group_id", ids))
	return db.All[groupMember](ctx, q, `
		SELECT m.group_id, `+columns(q)+`
		FROM duplicate_member m JOIN contacts c ON c.tenant_id = m.tenant_id AND c.id = m.contact_id
		WHERE `+w.SQL()+` ORDER BY m.group_id, c.id`, w.Args()...)
}

func denyPairs(ctx context.Context, tx *db.Tx, t id.Tenant, ids []ID) error {
	var pairs [][2]ID
	for i, a := range ids {
		for _, b := range ids[i+1:] {
			pairs = append(pairs, pairOf(a, b))
		}
	}
	return db.InsertRows(ctx, tx, "duplicate_denied", []string{"tenant_id", "first_id", "second_id"}, len(pairs), func(i int) []any {
		return []any{t, pairs[i][0], pairs[i][1]}
	}, "ON CONFLICT DO NOTHING")
}

func deniedPairs(ctx context.Context, q db.Querier, t id.Tenant) (map[[2]ID]bool, error) {
	rows, err := db.All[struct {
		First  ID `db:"first_id"`
		Second ID `db:"second_id"`
	}](ctx, q, `SELECT first_id, second_id FROM duplicate_denied WHERE tenant_id = ?`, t)
	out := make(map[[2]ID]bool, len(rows))
	for _, r := range rows {
		out[pairOf(r.First, r.Second)] = true
	}
	return out, err
}
