// Package when is the language of conditions inside letters: who sees a part of one. Its words and their meaning are those of
// segments (internal/contact/segment): no value is ever "unknown", so what is denied also holds for those who have no value.
//
//	city = "Алматы" and not (tag any_of "VIP", "Gold" or age >= 18)
//
// Parse reads it once; Holds judges it for one person without touching anything but the values it is given.
package when

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"keruen/internal/lang"
)

// Limits of a condition.
const (
	MaxDepth  = 12  // brackets and "not" inside each other: a tree of segments is 6 deep, with a denial at each
	MaxLeaves = 50  // comparisons
	MaxValues = 100 // of one comparison
	MaxText   = 200 // characters of a value
	MaxDays   = 3660
)

// Kind is what a value is like; it decides which comparisons fit. The words are those of custom fields.
type Kind string

// Kinds. Anything is for values that are told as texts, whatever they mean: variables of a message, items of a list.
const (
	Text     Kind = "text"
	Number   Kind = "number"
	Date     Kind = "date"
	Boolean  Kind = "boolean"
	Choice   Kind = "choice"
	List     Kind = "list"
	Code     Kind = "code" // a language: ru, kk, en
	Anything Kind = "anything"
)

// Ref is a value as the caller knows it. This package only hands it back.
type Ref struct {
	Field uint8
	Key   string
}

// Person is whom a condition is judged for.
type Person interface {
	Value(Ref) string     // as letters show it: 12.5, 2026-03-31, true; "" for none
	Items(Ref) []string   // of a list
	Tagged(id int64) bool // has the tag
	Member(id int64) bool // is on the list
	Today() time.Time     // midnight in the account's zone; the zero time when nobody knows
}

// Condition is a tree: every, either, a denial, or a comparison. Zero holds for everybody.
type Condition struct {
	every, either []Condition
	not           *Condition
	leaf          *leaf
}

// op is how a leaf compares.
type op string

const (
	is          op = "is"
	contains    op = "contains"
	begins      op = "begins"
	ends        op = "ends"
	anyOf       op = "any_of"
	allOf       op = "all_of"
	filled      op = "filled"
	less        op = "lt"
	atMost      op = "lte"
	more        op = "gt"
	atLeast     op = "gte"
	between     op = "between"
	before      op = "before"
	after       op = "after"
	lastDays    op = "last_days"
	nextDays    op = "next_days"
	olderDays   op = "older_days"
	anniversary op = "anniversary"
	yes         op = "yes"
	no          op = "no"
)

// leaf compares one value, or asks for tags or lists when ids is set.
type leaf struct {
	ref      Ref
	kind     Kind // of the comparison: text, number, date, boolean or list
	op       op
	denied   bool
	text     []string // in small letters
	from, to float64
	first    string // of days, as text; both belong to the span
	last     string
	days     int
	tags     bool // ids are tags, else lists
	ids      []int64
}

// Holds tells whether the condition is true of a person.
func (c Condition) Holds(p Person) bool {
	switch {
	case c.leaf != nil:
		return c.leaf.holds(p) != c.leaf.denied
	case c.not != nil:
		return !c.not.Holds(p)
	case c.either != nil:
		return slices.ContainsFunc(c.either, func(k Condition) bool { return k.Holds(p) })
	}
	return !slices.ContainsFunc(c.every, func(k Condition) bool { return !k.Holds(p) })
}

// Dated tells whether the condition compares with today.
func (c Condition) Dated() bool {
	if c.leaf != nil {
		return slices.Contains([]op{lastDays, nextDays, olderDays, anniversary}, c.leaf.op)
	}
	return c.not != nil && c.not.Dated() || slices.ContainsFunc(c.every, Condition.Dated) || slices.ContainsFunc(c.either, Condition.Dated)
}

func (l *leaf) holds(p Person) bool {
	switch l.kind {
	case "":
		return l.belongs(p)
	case List:
		return l.list(p.Items(l.ref))
	case Number:
		return l.number(p.Value(l.ref))
	case Date:
		return l.date(p.Value(l.ref), p.Today)
	case Boolean:
		return l.flag(p.Value(l.ref))
	}
	return l.texts(p.Value(l.ref))
}

func (l *leaf) belongs(p Person) bool {
	has := p.Member
	if l.tags {
		has = p.Tagged
	}
	if l.op == allOf {
		return !slices.ContainsFunc(l.ids, func(id int64) bool { return !has(id) })
	}
	return slices.ContainsFunc(l.ids, has)
}

func (l *leaf) texts(have string) bool {
	if l.op == filled {
		return have != ""
	}
	have = strings.ToLower(have)
	switch l.op {
	case contains:
		return strings.Contains(have, l.text[0])
	case begins:
		return strings.HasPrefix(have, l.text[0])
	case ends:
		return strings.HasSuffix(have, l.text[0])
	}
	return slices.Contains(l.text, have)
}

func (l *leaf) list(items []string) bool {
	has := func(want string) bool {
		return slices.ContainsFunc(items, func(i string) bool { return strings.ToLower(i) == want })
	}
	switch l.op {
	case filled:
		return len(items) > 0
	case allOf:
		return !slices.ContainsFunc(l.text, func(w string) bool { return !has(w) })
	}
	return slices.ContainsFunc(l.text, has)
}

func (l *leaf) number(text string) bool {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return false
	}
	switch l.op {
	case filled:
		return true
	case is:
		return n == l.from
	case less:
		return n < l.from
	case atMost:
		return n <= l.from
	case more:
		return n > l.from
	case atLeast:
		return n >= l.from
	}
	return n >= l.from && n <= l.to
}

func (l *leaf) flag(text string) bool {
	switch l.op {
	case yes:
		return text == "true"
	case no:
		return text == "false"
	}
	return text == "true" || text == "false"
}

// The first and the last day that a date may be; what is outside is no date.
const firstDay, lastDay = "1900-01-01", "2100-12-31"

func (l *leaf) date(text string, today func() time.Time) bool {
	if _, err := time.Parse(time.DateOnly, text); err != nil || text < firstDay || text > lastDay {
		return false
	}
	first, last := l.first, l.last
	switch l.op {
	case filled:
		return true
	case lastDays, nextDays, olderDays, anniversary:
		now := today()
		if now.IsZero() {
			return false
		}
		if l.op == anniversary {
			return comesWithin(text, now, l.days)
		}
		first, last = l.span(now)
	}
	return text >= first && text <= last
}

// span is the first and the last day of a comparison with today.
func (l *leaf) span(now time.Time) (first, last string) {
	day := func(n int) string { return now.AddDate(0, 0, n).Format(time.DateOnly) }
	switch l.op {
	case lastDays:
		return day(-l.days), day(0)
	case nextDays:
		return day(0), day(l.days)
	}
	return firstDay, day(-l.days - 1)
}

// comesWithin tells whether day and month of a date come within n days from today. 29 February is 28 February in years without it.
func comesWithin(date string, today time.Time, n int) bool {
	of := date[len("2006-"):]
	for i := range n + 1 {
		d := today.AddDate(0, 0, i)
		if d.Format("01-02") == of {
			return true
		}
		if of == "02-29" && d.Month() == time.February && d.Day() == 28 && d.AddDate(0, 0, 1).Month() == time.March {
			return true
		}
	}
	return false
}

// language tells whether a text names one of our languages.
func language(s string) bool {
	return slices.Contains(lang.All, lang.Lang(s))
}
