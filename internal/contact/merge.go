package contact

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"keruen/internal/channel"
	"keruen/internal/errs"
	"keruen/internal/id"
)

type mergeKind struct{}

func (mergeKind) Prefix() string { return "mrg" }

// MergeID identifies a merge.
type MergeID = id.Of[mergeKind]

// Limits of merges.
const (
	MaxMerged  = 20                  // contacts of one merge
	UndoWindow = 30 * 24 * time.Hour // how long a merge can be undone
)

// Errors of merges.
var (
	ErrMergeFew   = errs.New(errs.Invalid, "merge.contacts", "Choose two to 20 different contacts to merge.")
	ErrMergeTake  = errs.New(errs.Invalid, "merge.choice", "A value can be taken only from one of the contacts that are merged.")
	ErrMergeStaff = errs.New(errs.Conflict, "merge.member", "Members of the account cannot be merged.")
	ErrMergeOver  = errs.New(errs.Conflict, "merge.undo_over", "The merge can no longer be undone: 30 days have passed, or the contact was deleted.")
	ErrMergeUsed  = errs.New(errs.Conflict, "merge.undone", "The merge was undone already.")
	ErrMergeLater = errs.New(errs.Conflict, "merge.later", "The contact was merged again afterwards. Undo the later merge first.")
	ErrMergeTaken = errs.New(errs.Conflict, "merge.address_taken", "Another contact has an address of the merged ones now. Change it there first.")
)

// MergeOrder says which contacts are one person. Into keeps its id; the others go. A value is taken from the contact that Take names for
// its field ("email", "phone", "first_name", "last_name", "lang", "external_id", "fields.<key>"); without a choice Into's own counts, or the first that is there.
type MergeOrder struct {
	Into ID
	From []ID
	Take map[string]ID
}

func (o MergeOrder) check() error {
	all := append([]ID{o.Into}, o.From...)
	if len(o.From) == 0 || len(all) > MaxMerged || distinct(all) != len(all) {
		return errs.ErrInvalid.At(blame("contacts", ErrMergeFew))
	}
	for field, from := range o.Take {
		if !slices.Contains(all, from) {
			return errs.ErrInvalid.At(blame("take."+field, ErrMergeTake))
		}
	}
	return nil
}

// person is everything of a contact that a merge touches.
type person struct {
	Contact Contact
	States  []State
	Lists   []joined
	Tags    []joined
	Pauses  []Pause
	Aliases []Alias
}

// joined is a list or a tag of a contact, and since when.
type joined struct {
	Contact ID        `db:"contact_id"`
	Of      int64     `db:"of_id"`
	At      time.Time `db:"added_at"`
}

// Alias is a further address of a contact.
type Alias struct {
	Key     string    `db:"address_key"`
	Kind    AliasKind `db:"kind"`
	Address string    `db:"address"`
	Contact ID        `db:"contact_id"`
	From    ID        `db:"from_id"` // whose address it was
	At      time.Time `db:"at"`
}

// AliasKind tells what an alias is.
type AliasKind string

// Kinds of further addresses.
const (
	AliasEmail    AliasKind = "email"
	AliasPhone    AliasKind = "phone"
	AliasExternal AliasKind = "external_id"
)

// externalPrefix begins the keys of external ids among aliases; no address begins so.
const externalPrefix = "ext:"

func externalKey(external string) string {
	if external == "" {
		return ""
	}
	return externalPrefix + external
}

// Conflict is a field in which the contacts of a merge differ.
type Conflict struct {
	Field  string
	Values map[ID]Value // by contact; those without a value are not there
}

// conflicts lists the fields in which people differ, in a fixed order.
func conflicts(people []person) []Conflict {
	var out []Conflict
	for _, f := range mergeFields(people) {
		c := Conflict{Field: f, Values: map[ID]Value{}}
		different := false
		var first Value
		for _, p := range people {
			v := valueOf(p.Contact, f)
			if v.IsZero() {
				continue
			}
			if len(c.Values) == 0 {
				first = v
			}
			different = different || !v.Equal(first)
			c.Values[p.Contact.ID] = v
		}
		if different {
			out = append(out, c)
		}
	}
	return out
}

// mergeFields lists the fields of a merge: those that every contact has, then the custom ones by key.
func mergeFields(people []person) []string {
	custom := map[string]bool{}
	for _, p := range people {
		for key := range p.Contact.Fields {
			custom["fields."+key] = true
		}
	}
	return append([]string{"email", "phone", "first_name", "last_name", "lang", "external_id"}, slices.Sorted(maps.Keys(custom))...)
}

func valueOf(c Contact, field string) Value {
	switch field {
	case "email":
		return TextValue(c.Email)
	case "phone":
		return TextValue(c.Phone)
	case "first_name":
		return TextValue(c.FirstName)
	case "last_name":
		return TextValue(c.LastName)
	case "lang":
		return TextValue(c.Lang)
	case "external_id":
		return TextValue(c.ExternalID)
	default:
		return c.Fields[strings.TrimPrefix(field, "fields.")]
	}
}

// changedFields names the fields in which two states of a contact differ: the log of changes has no values, which are personal.
func changedFields(was, now Contact) []string {
	out := []string{}
	for _, f := range mergeFields([]person{{Contact: was}, {Contact: now}}) {
		if !valueOf(was, f).Equal(valueOf(now, f)) {
			out = append(out, f)
		}
	}
	return out
}

// setFrom copies a field of another contact.
func (c *Contact) setFrom(from Contact, field string) {
	switch field {
	case "email":
		c.Email, c.EmailKey = from.Email, from.EmailKey
	case "phone":
		c.Phone = from.Phone
	case "first_name":
		c.FirstName = from.FirstName
	case "last_name":
		c.LastName = from.LastName
	case "lang":
		c.Lang = from.Lang
	case "external_id":
		c.ExternalID = from.ExternalID
	default:
		key := strings.TrimPrefix(field, "fields.")
		if v := from.Fields[key]; v.IsZero() {
			delete(c.Fields, key)
		} else {
			c.Fields[key] = v
		}
	}
}

// mergeOf makes one person of several; the first keeps its id. It never widens consent: a withdrawal of any of them holds, and a grant
// stays only with the address for which it was given.
func mergeOf(people []person, take map[string]ID) person {
	out := person{Contact: people[0].Contact}
	out.Contact.Fields = maps.Clone(out.Contact.Fields)
	if out.Contact.Fields == nil {
		out.Contact.Fields = map[string]Value{}
	}
	for _, f := range mergeFields(people) {
		if from := chosen(people, f, take[f]); from != nil {
			out.Contact.setFrom(from.Contact, f)
		}
	}
	for _, p := range people {
		if p.Contact.Sort == Audience {
			out.Contact.Sort = Audience
		}
		if p.Contact.CreatedAt.Before(out.Contact.CreatedAt) {
			out.Contact.CreatedAt = p.Contact.CreatedAt
		}
	}
	out.States = mergeStates(people, out.Contact)
	out.Lists = mergeJoined(people, out.Contact.ID, func(p person) []joined { return p.Lists })
	out.Tags = mergeJoined(people, out.Contact.ID, func(p person) []joined { return p.Tags })
	out.Pauses = mergePauses(people, out.Contact.ID)
	out.Aliases = mergeAliases(people, out.Contact)
	return out
}

// chosen is the person whose value of a field counts; nil when nobody has one.
func chosen(people []person, field string, take ID) *person {
	for i := range people {
		if people[i].Contact.ID == take {
			return &people[i]
		}
	}
	for i := range people {
		if !valueOf(people[i].Contact, field).IsZero() {
			return &people[i]
		}
	}
	return nil
}

// mergeStates decides about consents: a withdrawal of anybody, else a grant by one who has the address that remains.
func mergeStates(people []person, merged Contact) []State {
	best := map[ConsentKey]State{}
	for _, p := range people {
		for _, st := range p.States {
			address := p.Contact.key(st.Channel)
			mine := address == merged.key(st.Channel) && (address != "" || p.Contact.ID == merged.ID)
			if st.Action == Granted && !mine {
				continue
			}
			st.Contact = merged.ID
			have, ok := best[st.Key()]
			if !ok || have.Action == Granted && st.Action == Withdrawn {
				best[st.Key()] = st
			}
		}
	}
	return slices.SortedFunc(maps.Values(best), func(a, b State) int {
		return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Purpose, b.Purpose), cmp.Compare(a.Topic, b.Topic))
	})
}

// mergeJoined unites lists or tags; the earliest date counts.
func mergeJoined(people []person, merged ID, of func(person) []joined) []joined {
	first := map[int64]time.Time{}
	for _, p := range people {
		for _, j := range of(p) {
			if at, ok := first[j.Of]; !ok || j.At.Before(at) {
				first[j.Of] = j.At
			}
		}
	}
	var out []joined
	for _, of := range slices.Sorted(maps.Keys(first)) {
		out = append(out, joined{merged, of, first[of]})
	}
	return out
}

// mergeAliases keeps every address that is no longer the contact's own.
func mergeAliases(people []person, merged Contact) []Alias {
	var out []Alias
	add := func(a Alias) {
		a.Contact = merged.ID
		own := a.Key == merged.EmailKey || a.Key == merged.Phone || a.Key == externalKey(merged.ExternalID)
		if a.Key != "" && !own && !slices.ContainsFunc(out, func(have Alias) bool { return have.Key == a.Key }) {
			out = append(out, a)
		}
	}
	for _, p := range people {
		add(Alias{Key: p.Contact.EmailKey, Kind: AliasEmail, Address: p.Contact.Email, From: p.Contact.ID})
		add(Alias{Key: p.Contact.Phone, Kind: AliasPhone, Address: p.Contact.Phone, From: p.Contact.ID})
		add(Alias{Key: externalKey(p.Contact.ExternalID), Kind: AliasExternal, Address: p.Contact.ExternalID, From: p.Contact.ID})
		for _, a := range p.Aliases {
			add(a)
		}
	}
	return out
}

// channels are those that an alias is an address of.
func (k AliasKind) channels() []channel.Kind {
	switch k {
	case AliasEmail:
		return []channel.Kind{channel.Email}
	case AliasPhone:
		return []channel.Kind{channel.SMS, channel.Viber, channel.WhatsApp}
	default:
		return nil
	}
}

// mergePauses keeps on each channel the pause that ends last.
func mergePauses(people []person, merged ID) []Pause {
	var out []Pause
	for _, p := range people {
		for _, z := range p.Pauses {
			z.Contact = merged
			i := slices.IndexFunc(out, func(have Pause) bool { return have.Channel == z.Channel })
			switch {
			case i < 0:
				out = append(out, z)
			case z.Until.After(out[i].Until):
				out[i] = z
			}
		}
	}
	return out
}

// unmerge gives the person as it should be after undoing: what the merge changed goes back, what was changed since stays.
func unmerge(before, merged, now person) person {
	out := now
	out.Contact.Fields = maps.Clone(now.Contact.Fields)
	if out.Contact.Fields == nil {
		out.Contact.Fields = map[string]Value{}
	}
	for _, f := range mergeFields([]person{before, merged, now}) {
		if valueOf(now.Contact, f).Equal(valueOf(merged.Contact, f)) {
			out.Contact.setFrom(before.Contact, f)
		}
	}
	if now.Contact.Sort == merged.Contact.Sort {
		out.Contact.Sort = before.Contact.Sort
	}
	out.Contact.CreatedAt = before.Contact.CreatedAt
	out.States = unmergeStates(before, merged, now)
	out.Lists = unmergeJoined(before.Lists, merged.Lists, now.Lists)
	out.Tags = unmergeJoined(before.Tags, merged.Tags, now.Tags)
	if slices.Equal(now.Pauses, merged.Pauses) {
		out.Pauses = before.Pauses
	}
	out.Aliases = before.Aliases
	return out
}

// since lists the consents that changed after the merge.
func since(merged, now person) []State {
	var out []State
	for _, st := range now.States {
		if !slices.ContainsFunc(merged.States, func(m State) bool { return m.Key() == st.Key() && m.Consent == st.Consent }) {
			out = append(out, st)
		}
	}
	return out
}

func unmergeStates(before, merged, now person) []State {
	out := since(merged, now)
	for _, st := range before.States {
		if !slices.ContainsFunc(out, func(s State) bool { return s.Key() == st.Key() }) {
			out = append(out, st)
		}
	}
	return out
}

func unmergeJoined(before, merged, now []joined) []joined {
	has := func(list []joined, of int64) bool {
		return slices.ContainsFunc(list, func(j joined) bool { return j.Of == of })
	}
	var out []joined
	for _, j := range before {
		if has(now, j.Of) || !has(merged, j.Of) {
			out = append(out, j)
		}
	}
	for _, j := range now {
		if !has(merged, j.Of) {
			out = append(out, j)
		}
	}
	return out
}

// withdrawnSince gives a restored person what was withdrawn after the merge: it was one person then, so it left as all of them.
func (p person) withdrawnSince(changed []State) person {
	for _, st := range changed {
		if st.Action != Withdrawn {
			continue
		}
		st.Contact = p.Contact.ID
		p.States = append(slices.DeleteFunc(slices.Clone(p.States), func(s State) bool { return s.Key() == st.Key() }), st)
	}
	return p
}
