package contact

import (
	"context"
	"fmt"
	"strings"

	"keruen/internal/access"
	"keruen/internal/db"
	"keruen/internal/id"
)

// What letters may name and ask about contacts (content.FieldSource, content.Needs).

// FieldKinds returns the kinds of the custom fields of an account by their keys.
func (s *Service) FieldKinds(ctx context.Context, t id.Tenant) (map[string]string, error) {
	fields, err := listFields(ctx, s.db, t)
	kinds := make(map[string]string, len(fields))
	for _, f := range fields {
		kinds[f.Key] = string(f.Kind)
	}
	return kinds, err
}

// TagsNamed finds tags by their names in small letters or by their identifiers. What is not there is left out.
func (s *Service) TagsNamed(ctx context.Context, t id.Tenant, names []string) (map[string]int64, error) {
	byName, err := tagsByName(ctx, s.db, t, names)
	if err != nil {
		return nil, fmt.Errorf("find tags: %w", err)
	}
	return identified(ctx, s.db, "tag", t, byName, names)
}

// ListsNamed finds lists as TagsNamed finds tags.
func (s *Service) ListsNamed(ctx context.Context, t id.Tenant, names []string) (map[string]int64, error) {
	w := db.Where("tenant_id = ?", t).And(db.In("name_key", names))
	rows, err := db.All[struct {
		ID  ListID `db:"id"`
		Key string `db:"name_key"`
	}](ctx, s.db, `SELECT id, name_key FROM contact_list WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("find lists: %w", err)
	}
	byName := map[string]ListID{}
	for _, r := range rows {
		byName[r.Key] = r.ID
	}
	return identified(ctx, s.db, "contact_list", t, byName, names)
}

// identified adds to what was found by name what the names find as identifiers.
func identified[T id.Kind](ctx context.Context, q db.Querier, table string, t id.Tenant, byName map[string]id.Of[T], names []string) (map[string]int64, error) {
	out := map[string]int64{}
	asIDs := map[id.Of[T]]string{}
	for _, n := range names {
		if have, ok := byName[n]; ok {
			out[n] = int64(have)
		} else if parsed, err := id.Parse[T](strings.ToLower(n)); err == nil {
			asIDs[parsed] = n
		}
	}
	if len(asIDs) == 0 {
		return out, nil
	}
	ids := make([]id.Of[T], 0, len(asIDs))
	for i := range asIDs {
		ids = append(ids, i)
	}
	w := db.Where("tenant_id = ?", t).And(db.In("id", ids))
	found, err := db.All[id.Of[T]](ctx, q, `SELECT id FROM `+table+` WHERE `+w.SQL(), w.Args()...)
	for _, i := range found {
		out[asIDs[i]] = int64(i)
	}
	return out, err
}

// FieldItems returns the items of those custom fields that are lists; nil for none.
func (c Contact) FieldItems() map[string][]string {
	var out map[string][]string
	for k, v := range c.Fields {
		if v.Kind() != ListField {
			continue
		}
		if out == nil {
			out = map[string][]string{}
		}
		out[k] = v.List()
	}
	return out
}

// Belonging is which of the tags and lists that were asked for a contact has.
type Belonging struct{ Tags, Lists map[int64]bool }

// Belongs answers which of these tags and lists one contact has.
func (s *Service) Belongs(ctx context.Context, who access.Actor, c ID, tags, lists []int64) (of, on map[int64]bool, err error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, nil, err
	}
	all, err := BelongingOf(ctx, s.db, who.Tenant, []ID{c}, tags, lists)
	return all[c].Tags, all[c].Lists, err
}

type belongingRow struct {
	Contact ID    `db:"contact_id"`
	Of      int64 `db:"of_id"`
}

// BelongingOf answers for contacts which of these tags and lists they have: two queries at most, none when nothing is asked. Those who
// have none are not in the answer.
func BelongingOf(ctx context.Context, q db.Querier, t id.Tenant, ids []ID, tags, lists []int64) (map[ID]Belonging, error) {
	out := map[ID]Belonging{}
	read := func(table, column string, of []int64, into func(*Belonging) *map[int64]bool) error {
		if len(of) == 0 || len(ids) == 0 {
			return nil
		}
		w := db.Where("tenant_id = ?", t).And(db.In("contact_id", ids)).And(db.In(column, of))
		rows, err := db.All[belongingRow](ctx, q, `SELECT contact_id, `+column+` AS of_id FROM `+table+` WHERE `+w.SQL(), w.Args()...)
		for _, r := range rows {
			b := out[r.Contact]
			m := into(&b)
			if *m == nil {
				*m = map[int64]bool{}
			}
			(*m)[r.Of] = true
			out[r.Contact] = b
		}
		return err
	}
	if err := read("contact_tag", "tag_id", tags, func(b *Belonging) *map[int64]bool { return &b.Tags }); err != nil {
		return nil, fmt.Errorf("read tags of contacts: %w", err)
	}
	if err := read("list_member", "list_id", lists, func(b *Belonging) *map[int64]bool { return &b.Lists }); err != nil {
		return nil, fmt.Errorf("read lists of contacts: %w", err)
	}
	return out, nil
}
