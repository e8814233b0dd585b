package block

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"keruen/internal/lang"
)

// condition is a Condition of the API, as far as a letter can judge it: what the contact is, not what it did.
type condition struct {
	All, Any []condition
	Not      *condition
	Kind     string
	Key      string
	Op       string
	Value    json.RawMessage
	Values   []string
	From, To json.RawMessage
	Days     int
}

// told are the attributes that letters know.
var told = []string{"email", "phone", "first_name", "last_name", "lang"}

// when writes a condition in the language of letters (package when). ok is false for one that a letter cannot judge.
func when(text json.RawMessage) (out string, ok bool) {
	var c condition
	if json.Unmarshal(text, &c) != nil {
		return "", false
	}
	return c.write()
}

func (c *condition) write() (string, bool) {
	switch {
	case c.All != nil:
		return group(c.All, " and ")
	case c.Any != nil:
		return group(c.Any, " or ")
	case c.Not != nil:
		inner, ok := c.Not.write()
		return "not (" + inner + ")", ok
	}
	name := c.Key
	switch c.Kind {
	case "tag", "list":
		name = c.Kind
		if c.Op != "any_of" && c.Op != "all_of" && c.Op != "none_of" {
			return "", false
		}
	case "attribute":
		if !slices.Contains(told, c.Key) {
			return "", false
		}
	case "field":
	default:
		return "", false
	}
	operands, ok := c.operands()
	if !ok || !idForm.MatchString(name) || !idForm.MatchString(c.Op) {
		return "", false
	}
	if c.Kind == "field" {
		name = "field." + name
	}
	return strings.TrimSpace(name + " " + c.Op + " " + operands), true
}

func group(list []condition, word string) (string, bool) {
	parts := make([]string, len(list))
	for i := range list {
		inner, ok := list[i].write()
		if !ok {
			return "", false
		}
		parts[i] = inner
		if len(list) > 1 {
			parts[i] = "(" + inner + ")"
		}
	}
	return strings.Join(parts, word), len(list) > 0
}

func (c *condition) operands() (string, bool) {
	switch c.Op {
	case "filled", "empty", "yes", "no":
		return "", true
	case "last_days", "next_days", "older_days", "anniversary":
		return strconv.Itoa(c.Days), true
	case "between":
		return quoteAll(scalar(c.From), scalar(c.To))
	case "any_of", "all_of", "none_of":
		return quoteAll(c.Values...)
	}
	return quoteAll(scalar(c.Value))
}

// scalar is a value of JSON as text; "" for none.
func scalar(v json.RawMessage) string {
	var s string
	if json.Unmarshal(v, &s) == nil {
		return s
	}
	if len(v) == 0 || v[0] == '{' || v[0] == '[' {
		return ""
	}
	return string(v)
}

func quoteAll(values ...string) (string, bool) {
	out := make([]string, len(values))
	for i, v := range values {
		q, ok := quote(v)
		if !ok {
			return "", false
		}
		out[i] = q
	}
	return strings.Join(out, ", "), len(values) > 0
}

// quote puts a value into quotes that it does not have itself.
func quote(v string) (string, bool) {
	if v == "" || strings.Contains(v, "{{") || strings.Contains(v, "}}") {
		return "", false
	}
	for _, q := range []string{`""`, `''`, "«»", "“”"} {
		if !strings.ContainsAny(v, q) {
			runes := []rune(q)
			return string(runes[0]) + v + string(runes[1]), true
		}
	}
	return "", false
}

// speaks is the condition that a contact reads one of some languages of a letter. Contacts of other languages read the letter's own.
func (m *Meta) speaks(some []lang.Lang) string {
	if !slices.Contains(some, m.DefaultLang) {
		return "lang any_of " + quotedLangs(some)
	}
	var others []lang.Lang
	for _, l := range m.Langs {
		if !slices.Contains(some, l) {
			others = append(others, l)
		}
	}
	if len(others) == 0 {
		return ""
	}
	return fmt.Sprintf("not (lang any_of %s)", quotedLangs(others))
}

func quotedLangs(list []lang.Lang) string {
	out := make([]string, len(list))
	for i, l := range list {
		out[i] = `"` + string(l) + `"`
	}
	return strings.Join(out, ", ")
}
