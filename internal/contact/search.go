package contact

import (
	"context"
	"slices"
	"strings"

	"keruen/internal/db"
	"keruen/internal/id"
)

// A search finds contacts by the beginnings of the words in search_key. Frequent beginnings are met among the newest contacts;
// rare ones are looked up in the indexes of migrations 0025 and 0031, which between them know every word.
const (
	newest    = 5_000  // contacts that are looked through before the indexes are asked
	many      = 50_000 // found by an index: so frequent that reading one contact after another fills a page sooner
	searchCap = 10_000 // where counting for a search stops
	chunk     = 500    // found contacts that are looked at together
)

// Names in small letters, as migration 0031 indexes them in each run.
const (
	long       = 24 // characters that are indexed of a first and of a last name, which are also sorted by them
	short      = 10 // and of the second word of a first name
	firstNames = "substr(c.search_key, COALESCE(length(c.email_key), 0) + 3, 24)"
	lastNames  = "substr(c.search_key, COALESCE(length(c.email_key), 0) + length(c.first_name) + 4, 24)"
)

// firstNameOf and lastNameOf are what firstNames and lastNames are for one contact.
func firstNameOf(c *Contact) string { return named(c, 2) }
func lastNameOf(c *Contact) string  { return named(c, 3+len([]rune(c.FirstName))) }

func named(c *Contact, from int) string {
	key := []rune(c.searchKey())
	from = min(from+len([]rune(c.EmailKey)), len(key))
	return string(key[from:min(from+long, len(key))])
}

// secondNames are the second words of first names, where several is true.
func secondNames(d db.Dialect) (expression, several string) {
	space := d.Position("c.first_name", " ")
	return "substr(c.search_key, COALESCE(length(c.email_key), 0) + 3 + " + space + ", 10)", space + " > 0"
}

// furtherNames is the condition that names have words which no index holds.
func furtherNames(d db.Dialect) string {
	return d.Position("c.last_name", " ") + " > 0 OR " + d.Position("substr(c.first_name, "+d.Position("c.first_name", " ")+" + 1)", " ") + " > 0"
}

// words of a search in small letters.
func (f Filter) words() []string { return strings.Fields(strings.ToLower(f.Search)) }

// plain reports whether a filter is one word and nothing else.
func (f Filter) plain() bool {
	return len(f.words()) == 1 && f.List == 0 && f.Tag == 0 && f.Where == nil && f.Consent == ""
}

// rarest is the longest word of a search that is the beginning of one; "" without such a word.
func (f Filter) rarest() string {
	var out string
	for _, w := range f.words() {
		if w[0] != '@' && len(w) > len(out) {
			out = w
		}
	}
	return out
}

// candidates are the contacts among which everything lies that the search of a filter finds, by rising id. Not whole if one of the indexes
// has more than limit; without a word to look up nothing is known.
func candidates(ctx context.Context, q db.Querier, t id.Tenant, f Filter, limit int) (found []ID, whole bool, err error) {
	word := f.rarest()
	if word == "" {
		return nil, false, nil
	}
	all, err := runs(ctx, q, t)
	if err != nil {
		return nil, false, err
	}
	d := q.Dialect()
	second, several := secondNames(d)
	from, to := db.Beginning(word)
	shortFrom, shortTo := db.Beginning(leading(word, short))
	longFrom, longTo := db.Beginning(leading(word, long))
	whole = true
	for _, w := range []*db.Conditions{
		db.Where("c.tenant_id = ?", t).And(d.Begins("c.email_key"), from, to),
		db.Where("c.tenant_id = ?", t).And(d.Begins("c.phone"), from, to),
		db.Where("c.tenant_id = ?", t).And(db.In("c.run", all)).And(d.Begins(firstNames), longFrom, longTo),
		db.Where("c.tenant_id = ?", t).And(db.In("c.run", all)).And(d.Begins(lastNames), longFrom, longTo),
		db.Where("c.tenant_id = ?", t).And(db.In("c.run", all)).And(several).And(d.Begins(second), shortFrom, shortTo),
		db.Where("c.tenant_id = ?", t).And(furtherNames(d)).And("c.search_key LIKE ? ESCAPE '!'", "% "+db.Prefix(word)),
	} {
		part, err := db.All[ID](ctx, q, `SELECT c.id FROM contacts c WHERE `+w.SQL()+` LIMIT ?`, w.Args(limit+1)...)
		if err != nil {
			return nil, false, err
		}
		if found = append(found, part...); len(part) > limit {
			whole = false
			break
		}
	}
	slices.Sort(found)
	return slices.Compact(found), whole, nil
}

// leading returns the first n characters of a word.
func leading(w string, n int) string {
	letters := []rune(w)
	return string(letters[:min(n, len(letters))])
}

// searchContacts returns up to limit contacts that a filter with words finds.
func searchContacts(ctx context.Context, q db.Querier, t id.Tenant, f Filter, limit int) ([]Contact, error) {
	byID := orders[f.Sort].column == ""
	if byID && orders[f.Sort].down {
		if rows, err := searchNewest(ctx, q, t, f, limit); err != nil || len(rows) == limit {
			return rows, err
		}
	}
	found, whole, err := candidates(ctx, q, t, f, many)
	if err != nil {
		return nil, err
	}
	if !whole {
		return sorted(ctx, q, t, f, limit)
	}
	if !byID {
		return sortedAmong(ctx, q, t, f, found, limit)
	}
	return searchFound(ctx, q, t, f, found, limit)
}

// searchNewest looks through the newest contacts only.
func searchNewest(ctx context.Context, q db.Querier, t id.Tenant, f Filter, limit int) ([]Contact, error) {
	w := db.Where("tenant_id = ?", t)
	if f.After != 0 {
		w.And("id < ?", f.After)
	}
	last, err := db.One[int64](ctx, q, `SELECT COALESCE(MIN(id), 0) FROM (SELECT id FROM contacts WHERE `+w.SQL()+` ORDER BY id DESC LIMIT ?) AS newest`, w.Args(newest)...)
	if err != nil {
		return nil, err
	}
	return sorted(ctx, q, t, f, limit, also("c.id >= ?", last))
}

// searchFound goes through found contacts in the order of the list until there are enough.
func searchFound(ctx context.Context, q db.Querier, t id.Tenant, f Filter, found []ID, limit int) ([]Contact, error) {
	down := orders[f.Sort].down
	if f.After != 0 {
		found = slices.DeleteFunc(found, func(c ID) bool { return int64(c) == f.After || (int64(c) > f.After) == down })
	}
	if down {
		slices.Reverse(found)
	}
	var out []Contact
	for part := range slices.Chunk(found, chunk) {
		rows, err := sorted(ctx, q, t, f, limit-len(out), also(db.In("c.id", part)))
		if err != nil {
			return nil, err
		}
		if out = append(out, rows...); len(out) == limit {
			break
		}
	}
	return out, nil
}

// countSearch counts what a search finds; up to searchCap and beyond it "more". known is false where counting as for a list is better.
func countSearch(ctx context.Context, q db.Querier, t id.Tenant, f Filter) (total Total, known bool, err error) {
	found, whole, err := candidates(ctx, q, t, f, searchCap)
	if err != nil || !whole && (len(found) == 0 || !f.plain()) {
		return Total{}, false, err
	}
	w := filterContacts(t, f).And(db.In("c.id", found))
	n, err := db.One[int64](ctx, q, `SELECT COUNT(*) FROM contacts c WHERE `+w.SQL(), w.Args()...)
	return Total{N: min(n, searchCap), Approx: !whole || n > searchCap}, true, err
}
