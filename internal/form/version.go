package form

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"keruen/internal/db"
	"keruen/internal/id"
)

// Version is one published design.
type Version struct {
	Version int64           `db:"version"`
	Design  db.JSON[Design] `db:"design"`
	Member  id.Member       `db:"member_id"`
	At      time.Time       `db:"at"`
}

// What happened to a part of a design.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
	Moved   = "moved"
)

// Difference is one thing in which a draft is not what visitors see. Name says which field, text, box or site; empty for parts
// that are one thing.
type Difference struct {
	Part string `json:"part"` // fields, boxes, texts, lists, tags, double_opt_in, redirect, colour, logo, domains
	Name string `json:"name"`
	What string `json:"what"`
}

// differences lists what publishing would change, in the order of the editor.
func differences(live, draft Design) []Difference {
	var out []Difference
	add := func(part, name, what string) { out = append(out, Difference{part, name, what}) }
	compare(live.Fields, draft.Fields, fieldName, func(name, what string) { add("fields", name, what) })
	compare(live.Boxes, draft.Boxes, func(b Box) string { return b.Wording.String() }, func(name, what string) { add("boxes", name, what) })
	a, b := reflect.ValueOf(live.Texts), reflect.ValueOf(draft.Texts)
	for i := range a.NumField() {
		if a.Field(i).Interface() != b.Field(i).Interface() {
			add("texts", a.Type().Field(i).Tag.Get("json"), Changed)
		}
	}
	text := func(v fmt.Stringer) string { return v.String() }
	compare(live.Lists, draft.Lists, func(l listID) string { return text(l) }, func(name, what string) { add("lists", name, what) })
	compare(live.Tags, draft.Tags, func(t tagID) string { return text(t) }, func(name, what string) { add("tags", name, what) })
	for _, one := range []struct {
		part    string
		changed bool
	}{
		{"double_opt_in", live.Double != draft.Double}, {"redirect", live.Redirect != draft.Redirect},
		{"colour", live.Colour != draft.Colour}, {"logo", live.Logo != draft.Logo},
	} {
		if one.changed {
			add(one.part, "", Changed)
		}
	}
	compare(live.Domains, draft.Domains, func(s string) string { return s }, func(name, what string) { add("domains", name, what) })
	return out
}

func fieldName(f Field) string {
	if f.Sort == Hidden {
		return "hidden." + f.Key
	}
	return f.Name()
}

// compare tells what was added, removed, changed and, when nothing else differs, that the order is another.
func compare[T any](old, now []T, name func(T) string, tell func(name, what string)) {
	told := false
	say := func(n, what string) { told = true; tell(n, what) }
	for _, x := range now {
		i := slices.IndexFunc(old, func(o T) bool { return name(o) == name(x) })
		switch {
		case i < 0:
			say(name(x), Added)
		case !same(old[i], x):
			say(name(x), Changed)
		}
	}
	for _, o := range old {
		if !slices.ContainsFunc(now, func(x T) bool { return name(o) == name(x) }) {
			say(name(o), Removed)
		}
	}
	if !told && !slices.EqualFunc(old, now, func(a, b T) bool { return name(a) == name(b) }) {
		tell("", Moved)
	}
}

// same compares two values as they are stored: an empty list and none are one thing.
func same[T any](a, b T) bool {
	x, errX := db.AsJSON(a).Value()
	y, errY := db.AsJSON(b).Value()
	return errX == nil && errY == nil && x == y
}
