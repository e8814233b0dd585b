package contact

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// order of a list of contacts. Texts are compared by their bytes, on both engines alike; names in small letters.
type order struct {
	column string                // empty: the order of creation
	of     func(*Contact) string // the column of one contact, where it is indexed by runs
	down   bool
	moment bool // the column is no text
}

var orders = map[string]order{
	"":            {down: true},
	"-created_at": {down: true},
	"created_at":  {},
	"email":       {column: "c.email_key"},
	"-email":      {column: "c.email_key", down: true},
	"last_name":   {column: lastNames, of: lastNameOf},
	"-last_name":  {column: lastNames, of: lastNameOf, down: true},
	"first_name":  {column: firstNames, of: firstNameOf},
	"-first_name": {column: firstNames, of: firstNameOf, down: true},
	"updated_at":  {column: "c.updated_at", moment: true},
	"-updated_at": {column: "c.updated_at", down: true, moment: true},
}

// by is the text that follows ORDER BY.
func (o order) by(d db.Dialect) string {
	up := " ASC"
	if o.down {
		up = " DESC"
	}
	switch {
	case o.column == "":
		return "c.id" + up
	case o.moment:
		return o.column + up + ", c.id" + up
	default:
		return d.Order(o.column, o.down) + ", c.id" + up
	}
}

// sign compares ids with that of a cursor.
func (o order) sign() string {
	if o.down {
		return " < ?"
	}
	return " > ?"
}

// beyond is the condition that a contact comes after the one with this value and id.
func (o order) beyond(d db.Dialect, value any, contact int64) condition {
	switch {
	case o.column == "":
		return also("c.id"+o.sign(), contact)
	case o.moment:
		return also("("+o.column+", c.id)"+o.sign()[:3]+"(?, ?)", value, contact)
	default:
		return also(d.Beyond(o.column, "c.id", o.down), value, value, contact)
	}
}

// condition is one more for db.Conditions.
type condition struct {
	text string
	args []any
}

func also(text string, args ...any) condition { return condition{text, args} }

// listContacts returns one row more than asked. The cursor names a contact; its value of the sort column is looked
// up, so that the outside never sees it. A contact deleted meanwhile restarts the list.
func listContacts(ctx context.Context, q db.Querier, t id.Tenant, f Filter) ([]Contact, error) {
	if f.rarest() != "" {
		return searchContacts(ctx, q, t, f, f.Limit+1)
	}
	return sorted(ctx, q, t, f, f.Limit+1)
}

// sorted reads up to limit contacts of a filter, after its cursor.
func sorted(ctx context.Context, q db.Querier, t id.Tenant, f Filter, limit int, more ...condition) ([]Contact, error) {
	o := orders[f.Sort]
	value, err := cursorValue(ctx, q, t, o, f.After)
	if errors.Is(err, errs.ErrNotFound) {
		f.After = 0
	} else if err != nil {
		return nil, err
	}
	if o.column == "c.email_key" {
		return sortedByEmail(ctx, q, t, f, value, limit, more)
	}
	if f.After != 0 {
		more = append(more, o.beyond(q.Dialect(), value, f.After))
	}
	if o.of != nil {
		return sortedByRun(ctx, q, t, f, o, limit, more)
	}
	return read(ctx, q, t, f, o, limit, more)
}

// sortedByRun reads the first of each run, which an index has in order, and keeps the first of these.
func sortedByRun(ctx context.Context, q db.Querier, t id.Tenant, f Filter, o order, limit int, more []condition) ([]Contact, error) {
	all, err := runs(ctx, q, t)
	if err != nil {
		return nil, err
	}
	var out []Contact
	for _, run := range all {
		rows, err := read(ctx, q, t, f, o, limit, append(more[:len(more):len(more)], also("c.run = ?", run)))
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return o.first(out, limit), nil
}

// sortedAmong sorts found contacts.
func sortedAmong(ctx context.Context, q db.Querier, t id.Tenant, f Filter, found []ID, limit int) ([]Contact, error) {
	o := orders[f.Sort]
	if o.of == nil {
		return sorted(ctx, q, t, f, limit, also(db.In("c.id", found)))
	}
	value, err := cursorValue(ctx, q, t, o, f.After)
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return nil, err
	}
	more := []condition{also(db.In("c.id", found))}
	if f.After != 0 && err == nil {
		more = append(more, o.beyond(q.Dialect(), value, f.After))
	}
	return read(ctx, q, t, f, o, limit, more)
}

// first sorts contacts as the engines do and returns up to limit of them.
func (o order) first(list []Contact, limit int) []Contact {
	type keyed struct {
		Contact
		key string
	}
	rows := make([]keyed, len(list))
	for i := range list {
		rows[i] = keyed{list[i], o.of(&list[i])}
	}
	slices.SortFunc(rows, func(a, b keyed) int {
		by := cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.ID, b.ID))
		if o.down {
			return -by
		}
		return by
	})
	out := make([]Contact, min(limit, len(rows)))
	for i := range out {
		out[i] = rows[i].Contact
	}
	return out
}

// sortedByEmail lets contacts without an address count as less than those with one. They are read apart: an index keeps them at one
// end or the other, as the engine likes.
func sortedByEmail(ctx context.Context, q db.Querier, t id.Tenant, f Filter, value any, limit int, more []condition) ([]Contact, error) {
	type part struct {
		order
		has condition
	}
	o := orders[f.Sort]
	without, with := part{order{down: o.down}, also("c.email_key IS NULL")}, part{o, also("c.email_key IS NOT NULL")}
	parts := []part{without, with}
	if o.down {
		parts = []part{with, without}
	}
	if first := parts[0].column != ""; f.After != 0 && first != (value != "") {
		parts = parts[1:]
	}
	var out []Contact
	for i, p := range parts {
		asked := append(more[:len(more):len(more)], p.has)
		if i == 0 && f.After != 0 {
			asked = append(asked, p.beyond(q.Dialect(), value, f.After))
		}
		rows, err := read(ctx, q, t, f, p.order, limit-len(out), asked)
		if err != nil {
			return nil, err
		}
		if out = append(out, rows...); len(out) == limit {
			break
		}
	}
	return out, nil
}

// cursorValue is what a contact is compared by.
func cursorValue(ctx context.Context, q db.Querier, t id.Tenant, o order, contact int64) (any, error) {
	if contact == 0 || o.column == "" {
		return nil, nil
	}
	if o.moment {
		return db.One[int64](ctx, q, `SELECT `+o.column+` FROM contacts c WHERE c.tenant_id = ? AND c.id = ?`, t, contact)
	}
	return db.One[string](ctx, q, `SELECT COALESCE(`+o.column+`, '') FROM contacts c WHERE c.tenant_id = ? AND c.id = ?`, t, contact)
}

func read(ctx context.Context, q db.Querier, t id.Tenant, f Filter, o order, limit int, more []condition) ([]Contact, error) {
	w := filterContacts(t, f)
	for _, c := range more {
		w.And(c.text, c.args...)
	}
	from, sorting := "contacts c", o.by(q.Dialect())
	if f.List != 0 && o.column == "" && f.rarest() == "" {
		from, sorting = f.members(w, t), strings.Replace(sorting, "c.id", "l.contact_id", 1)
		if f.After != 0 {
			w.And("l.contact_id"+o.sign(), f.After)
		}
	}
	rows, err := db.All[row](ctx, q, `SELECT `+columns(q)+` FROM `+from+` WHERE `+w.SQL()+` ORDER BY `+sorting+` LIMIT ?`, w.Args(limit)...)
	return contacts(rows), err
}

// members reads contacts from the list of a filter, which lies in the order of creation, instead of asking each contact whether it is on it.
// SQLite keeps to the order of a CROSS JOIN.
func (f Filter) members(w *db.Conditions, t id.Tenant) (from string) {
	w.And("l.tenant_id = ? AND l.list_id = ? AND c.id = l.contact_id", t, f.List)
	return "list_member l CROSS JOIN contacts c"
}

// countCap is where counting for a list stops: beyond it the total is "more than".
const countCap = 100_000

func countContacts(ctx context.Context, q db.Querier, t id.Tenant, f Filter) (Total, error) {
	if f.rarest() != "" {
		if total, known, err := countSearch(ctx, q, t, f); err != nil || known {
			return total, err
		}
	}
	w, from := filterContacts(t, f), "contacts c"
	if f.List != 0 {
		from = f.members(w, t)
	}
	n, err := db.One[int64](ctx, q, `SELECT COUNT(*) FROM (SELECT 1 FROM `+from+` WHERE `+w.SQL()+` LIMIT ?) AS found`, w.Args(countCap+1)...)
	return Total{N: min(n, countCap), Approx: n > countCap}, err
}
