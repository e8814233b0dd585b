package contact

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

type listKind struct{}

func (listKind) Prefix() string { return "lst" }

// ListID identifies a list.
type ListID = id.Of[listKind]

// List is a named set of contacts.
type List struct {
	ID        ListID    `db:"id"`
	Tenant    id.Tenant `db:"tenant_id"`
	Name      string    `db:"name"`
	Members   int64     `db:"members"` // contacts in it, whatever their consent
	Version   int64     `db:"version"`
	CreatedAt time.Time `db:"created_at"`
}

// MaxLists is how many lists an account may have.
const MaxLists = 1000

// Errors of lists.
var (
	ErrListName  = errs.New(errs.Invalid, "list.name", "A list needs a name of at most 100 characters.")
	ErrListTaken = errs.New(errs.Conflict, "list.name_taken", "There is a list with this name already.")
	ErrListLimit = errs.New(errs.Conflict, "list.limit", "An account may have at most 1,000 lists.")
)

// Lists returns all lists of the account by name, with the numbers of their members.
func (s *Service) Lists(ctx context.Context, who access.Actor) ([]List, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	all, err := db.All[List](ctx, s.db, `
		SELECT l.id, l.tenant_id, l.name, l.version, l.created_at,
			(SELECT COUNT(*) FROM list_member m WHERE m.tenant_id = l.tenant_id AND m.list_id = l.id) AS members
		FROM contact_list l WHERE l.tenant_id = ? ORDER BY l.name_key`, who.Tenant)
	if err != nil {
		return nil, fmt.Errorf("list lists: %w", err)
	}
	return all, nil
}

// GetList returns one list.
func (s *Service) GetList(ctx context.Context, who access.Actor, l ListID) (List, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return List{}, err
	}
	return getList(ctx, s.db, who.Tenant, l)
}

// CreateList makes an empty list.
func (s *Service) CreateList(ctx context.Context, who access.Actor, name string) (List, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return List{}, err
	}
	var l List
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		l, err = CreateListTx(ctx, tx, who.Tenant, name)
		return err
	})
	if err != nil {
		return List{}, fmt.Errorf("create list: %w", err)
	}
	return l, nil
}

// CreateListTx is CreateList inside the caller's transaction, which has asked the permission.
func CreateListTx(ctx context.Context, tx *db.Tx, t id.Tenant, name string) (List, error) {
	name, err := listName(name)
	if err != nil {
		return List{}, err
	}
	n, err := db.One[int64](ctx, tx, `SELECT COUNT(*) FROM contact_list WHERE tenant_id = ?`, t)
	if err != nil {
		return List{}, err
	}
	if n >= MaxLists {
		return List{}, ErrListLimit
	}
	l := List{ID: id.New[listKind](), Tenant: t, Name: name, Version: 1, CreatedAt: tx.Now}
	n, err = db.Exec(ctx, tx, `INSERT INTO contact_list (id, tenant_id, name, name_key, version, created_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant_id, name_key) DO NOTHING`, l.ID, t, l.Name, strings.ToLower(l.Name), l.Version, l.CreatedAt)
	if err == nil && n == 0 {
		err = errs.ErrInvalid.At(blame("name", ErrListTaken))
	}
	return l, err
}

// RenameList gives a list another name. version is the one that was read, 0 for any.
func (s *Service) RenameList(ctx context.Context, who access.Actor, l ListID, version int64, name string) (List, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return List{}, err
	}
	name, err := listName(name)
	if err != nil {
		return List{}, err
	}
	var out List
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if out, err = getList(ctx, tx, who.Tenant, l); err != nil {
			return err
		}
		if version != 0 && version != out.Version {
			return errs.ErrStale
		}
		n, err := db.Exec(ctx, tx, `UPDATE contact_list SET name = ?, name_key = ?, version = version + 1 WHERE tenant_id = ? AND id = ? AND version = ?`,
			name, strings.ToLower(name), who.Tenant, l, out.Version)
		if db.IsUnique(err) {
			return errs.ErrInvalid.At(blame("name", ErrListTaken))
		}
		if err == nil && n == 0 {
			return errs.ErrStale
		}
		out.Name, out.Version = name, out.Version+1
		return err
	})
	if err != nil {
		return List{}, fmt.Errorf("rename list: %w", err)
	}
	return out, nil
}

// DeleteList removes a list. Its contacts stay.
func (s *Service) DeleteList(ctx context.Context, who access.Actor, l ListID) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := getList(ctx, tx, who.Tenant, l); err != nil {
			return err
		}
		for _, text := range []string{`DELETE FROM list_member WHERE tenant_id = ? AND list_id = ?`, `DELETE FROM list_change WHERE tenant_id = ? AND list_id = ?`, `DELETE FROM contact_list WHERE tenant_id = ? AND id = ?`} {
			if _, err := db.Exec(ctx, tx, text, who.Tenant, l); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "list.deleted", Object: l.String()})
	})
	if err != nil {
		return fmt.Errorf("delete list: %w", err)
	}
	return nil
}

// Join puts contacts on a list, Leave takes them off. Repeating changes nothing; contacts of others are "not found".
func (s *Service) Join(ctx context.Context, who access.Actor, l ListID, contacts []ID) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := haveAll(ctx, tx, who.Tenant, contacts); err != nil {
			return err
		}
		return joinLists(ctx, tx, who.Tenant, contacts, []ListID{l}, causeOf(who))
	})
	if err != nil {
		return fmt.Errorf("join list: %w", err)
	}
	return nil
}

// Leave takes contacts off a list.
func (s *Service) Leave(ctx context.Context, who access.Actor, l ListID, contacts []ID) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := getList(ctx, tx, who.Tenant, l); err != nil {
			return err
		}
		return leaveList(ctx, tx, who.Tenant, l, contacts, causeOf(who))
	})
	if err != nil {
		return fmt.Errorf("leave list: %w", err)
	}
	return nil
}

// leaveList takes contacts off a list and counts those who were on it.
func leaveList(ctx context.Context, tx *db.Tx, t id.Tenant, l ListID, contacts []ID, cause Cause) error {
	w := db.Where("tenant_id = ?", t).And("list_id = ?", l).And(db.In("contact_id", contacts))
	n, err := db.Exec(ctx, tx, `DELETE FROM list_member WHERE `+w.SQL(), w.Args()...)
	if err != nil || n == 0 {
		return err
	}
	return countChanges(ctx, tx, t, cause, []tally{{list: l, gone: n}})
}

// setLists makes the lists of a contact exactly these; nil leaves them.
func setLists(ctx context.Context, tx *db.Tx, c Contact, lists *[]ListID, cause Cause) error {
	if lists == nil {
		return nil
	}
	in, args := db.In("list_id", *lists)
	w := db.Where("tenant_id = ?", c.Tenant).And("contact_id = ?", c.ID).And("NOT ("+in+")", args)
	left, err := db.All[membership](ctx, tx, `SELECT contact_id, list_id FROM list_member WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, `DELETE FROM list_member WHERE `+w.SQL(), w.Args()...); err != nil {
		return err
	}
	if err := countGone(ctx, tx, c.Tenant, cause, left); err != nil {
		return err
	}
	return joinLists(ctx, tx, c.Tenant, []ID{c.ID}, *lists, cause)
}

func listName(name string) (string, error) {
	name = CleanText(name)
	if name == "" || len([]rune(name)) > MaxName {
		return "", errs.ErrInvalid.At(blame("name", ErrListName))
	}
	return name, nil
}

func getList(ctx context.Context, q db.Querier, t id.Tenant, l ListID) (List, error) {
	return db.One[List](ctx, q, `
		SELECT l.id, l.tenant_id, l.name, l.version, l.created_at,
			(SELECT COUNT(*) FROM list_member m WHERE m.tenant_id = l.tenant_id AND m.list_id = l.id) AS members
		FROM contact_list l WHERE l.tenant_id = ? AND l.id = ?`, t, l)
}

// ListNameFree returns nil if a list may be made under the name, and else why not, as an error of the field at path.
func ListNameFree(ctx context.Context, q db.Querier, t id.Tenant, path, name string) error {
	n, err := db.One[int](ctx, q, `SELECT COUNT(*) FROM contact_list WHERE tenant_id = ? AND name_key = ?`, t, strings.ToLower(name))
	if err == nil && n > 0 {
		return errs.ErrInvalid.At(blame(path, ErrListTaken))
	}
	return err
}

// HaveLists returns errs.ErrNotFound unless every list is the account's.
func HaveLists(ctx context.Context, q db.Querier, t id.Tenant, lists []ListID) error {
	w := db.Where("tenant_id = ?", t).And(db.In("id", lists))
	n, err := db.One[int](ctx, q, `SELECT COUNT(*) FROM contact_list WHERE `+w.SQL(), w.Args()...)
	if err == nil && n != distinct(lists) {
		return errs.ErrNotFound
	}
	return err
}

func haveAll(ctx context.Context, q db.Querier, t id.Tenant, contacts []ID) error {
	w := db.Where("tenant_id = ?", t).And(db.In("id", contacts))
	n, err := db.One[int](ctx, q, `SELECT COUNT(*) FROM contacts WHERE `+w.SQL(), w.Args()...)
	if err == nil && n != distinct(contacts) {
		return errs.ErrNotFound
	}
	return err
}

func distinct[T comparable](list []T) int {
	seen := make(map[T]bool, len(list))
	for _, v := range list {
		seen[v] = true
	}
	return len(seen)
}

// joinLists puts contacts on lists and counts those who were not there.
func joinLists(ctx context.Context, tx *db.Tx, t id.Tenant, contacts []ID, lists []ListID, cause Cause) error {
	if len(lists) == 0 || len(contacts) == 0 {
		return nil
	}
	if err := HaveLists(ctx, tx, t, lists); err != nil {
		return err
	}
	have, err := onLists(ctx, tx, t, contacts, lists)
	if err != nil {
		return err
	}
	var counts []tally
	for _, l := range lists {
		fresh := slices.DeleteFunc(slices.Clone(contacts), func(c ID) bool { return have[membership{c, l}] })
		if len(fresh) == 0 {
			continue
		}
		if err := insertMembers(ctx, tx, t, l, fresh); err != nil {
			return err
		}
		counts = append(counts, tally{list: l, joined: int64(len(fresh))})
	}
	return countChanges(ctx, tx, t, cause, counts)
}

func insertMembers(ctx context.Context, tx *db.Tx, t id.Tenant, l ListID, contacts []ID) error {
	return db.InsertRows(ctx, tx, "list_member", []string{"tenant_id", "list_id", "contact_id", "added_at"}, len(contacts), func(i int) []any {
		return []any{t, l, contacts[i], tx.Now}
	}, "ON CONFLICT DO NOTHING")
}

// onLists tells which contacts are on which of the lists.
func onLists(ctx context.Context, q db.Querier, t id.Tenant, contacts []ID, lists []ListID) (map[membership]bool, error) {
	if len(contacts) == 0 || len(lists) == 0 {
		return nil, nil
	}
	w := db.Where("tenant_id = ?", t).And(db.In("contact_id", contacts)).And(db.In("list_id", lists))
	rows, err := db.All[membership](ctx, q, `SELECT contact_id, list_id FROM list_member WHERE `+w.SQL(), w.Args()...)
	have := make(map[membership]bool, len(rows))
	for _, m := range rows {
		have[m] = true
	}
	return have, err
}

// membership is one contact on one list.
type membership struct {
	Contact ID     `db:"contact_id"`
	List    ListID `db:"list_id"`
}

func listsOf(ctx context.Context, q db.Querier, t id.Tenant, ids []ID) ([]membership, error) {
	w := db.Where("tenant_id = ?", t).And(db.In("contact_id", ids))
	return db.All[membership](ctx, q, `SELECT contact_id, list_id FROM list_member WHERE `+w.SQL()+` ORDER BY contact_id, list_id`, w.Args()...)
}
