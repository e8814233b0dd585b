package segment

import (
	"slices"
	"strings"
	"time"

	"keruen/internal/contact"
)

// judge is the naive evaluator: it says in plain Go what the SQL must say.
type judge struct {
	today time.Time // midnight in the account's zone
	kinds map[string]contact.FieldKind
	saved map[string]Condition
}

func (j judge) holds(c Condition, p person) bool {
	switch {
	case c.Not != nil:
		return !j.holds(*c.Not, p)
	case c.All != nil:
		return !slices.ContainsFunc(c.All, func(k Condition) bool { return !j.holds(k, p) })
	case c.Any != nil:
		return slices.ContainsFunc(c.Any, func(k Condition) bool { return j.holds(k, p) })
	}
	switch c.Kind {
	case OfAttribute:
		return j.attribute(c, p)
	case OfField:
		return j.field(c, p.fields[c.Key], j.kinds[c.Key])
	case OfTag:
		return member(c, p.tags)
	case OfList:
		return member(c, p.lists)
	case OfImport:
		has := false
		for _, v := range parsed[importKind](c.Values) {
			has = has || v == p.imported
		}
		return has == (c.Op == AnyOf)
	case OfSegment:
		in := slices.ContainsFunc(c.Values, func(v string) bool { return j.holds(j.saved[v], p) })
		return in == (c.Op == AnyOf)
	case OfConsent:
		return consent(c, p)
	case OfStop:
		on := slices.ContainsFunc(p.stops, func(s stopped) bool {
			return (c.Channel == "" || s.channel == c.Channel) && (len(c.Values) == 0 || slices.Contains(c.Values, s.reason))
		})
		return on == (c.Op == Is)
	case OfAct:
		return (int64(p.id)%7 < int64(len(c.Act)%5)) == (c.Op == Did)
	default:
		return int64(p.id)%3 != 1
	}
}

func member(c Condition, of map[string]bool) bool {
	n := 0
	for _, v := range c.Values {
		if of[v] {
			n++
		}
	}
	switch c.Op {
	case AnyOf:
		return n > 0
	case AllOf:
		return n == len(c.Values)
	default:
		return n == 0
	}
}

func consent(c Condition, p person) bool {
	for _, k := range p.consents {
		if k.ConsentKey == (contact.ConsentKey{Channel: c.Channel, Purpose: c.Purpose, Topic: c.Topic}) {
			return k.action == c.State && (len(c.Values) == 0 || slices.Contains(c.Values, k.source))
		}
	}
	return c.State == contact.Absent
}

func (j judge) attribute(c Condition, p person) bool {
	switch c.Key {
	case "email":
		return j.text(c, p.email)
	case "phone":
		return j.text(c, p.phone)
	case "first_name":
		return j.text(c, p.first)
	case "last_name":
		return j.text(c, p.last)
	case "lang":
		return j.text(c, p.lang)
	case "email_domain":
		_, domain, _ := strings.Cut(p.email, "@")
		return slices.Contains(c.texts(), domain) == (c.Op == Is || c.Op == AnyOf)
	case "phone_country":
		of := map[string]string{"+7701": "KZ", "+7705": "KZ", "+7727": "KZ", "+7608": "KZ", "+7913": "RU", "+9965": "KG"}
		return j.code(c, p.phone, of[p.phone[:min(5, len(p.phone))]])
	case "phone_operator":
		of := map[string]string{"+7701": "Kcell/Activ", "+7705": "Beeline"}
		return j.code(c, p.phone, of[p.phone[:min(5, len(p.phone))]])
	case "undeliverable": // what was not confirmed is no finding yet
		return strings.HasSuffix(p.email, "@gmail_com.kz") == (c.Op == Yes)
	case "created_at":
		return j.day(c, localDay(p.created))
	default:
		return j.day(c, localDay(p.updated))
	}
}

func localDay(at time.Time) string {
	return at.In(time.FixedZone("Almaty", 5*3600)).Format(time.DateOnly)
}

func (j judge) code(c Condition, phone, code string) bool {
	switch c.Op {
	case Empty, Filled:
		return (phone == "") == (c.Op == Empty)
	}
	return (code != "" && slices.Contains(c.texts(), code)) == (c.Op == Is || c.Op == AnyOf)
}

// same tells whether two texts are the same to people, within the writings that are known.
func same(have, want string) bool { return slices.Contains(writings(want), have) }

func (j judge) text(c Condition, have string) bool {
	want := c.Value.Text()
	any := func(f func(string) bool) bool { return slices.ContainsFunc(writings(want), f) }
	switch c.Op {
	case Empty:
		return have == ""
	case Filled:
		return have != ""
	case Contains:
		return any(func(w string) bool { return strings.Contains(have, w) })
	case NotContains:
		return !any(func(w string) bool { return strings.Contains(have, w) })
	case Begins:
		return any(func(w string) bool { return strings.HasPrefix(have, w) })
	case Ends:
		return any(func(w string) bool { return strings.HasSuffix(have, w) })
	}
	in := slices.ContainsFunc(c.texts(), func(v string) bool { return same(have, v) })
	return in == (c.Op == Is || c.Op == AnyOf)
}

func (j judge) field(c Condition, raw any, kind contact.FieldKind) bool {
	switch kind {
	case contact.NumberField:
		n, ok := raw.(float64)
		return j.number(c, n, ok)
	case contact.BooleanField:
		b, ok := raw.(bool)
		switch c.Op {
		case Yes:
			return ok && b
		case No:
			return ok && !b
		}
		return ok == (c.Op == Filled)
	case contact.ListField:
		list, _ := raw.([]any)
		return j.list(c, list)
	}
	s, ok := raw.(string)
	if c.Op == Empty || c.Op == Filled {
		return (ok && s != "" && s != "[]") == (c.Op == Filled)
	}
	if kind == contact.DateField {
		return ok && j.day(c, s)
	}
	if !ok { // no text: only what is denied holds
		return positive(c.Op) != c.Op
	}
	return j.text(c, s)
}

func (j judge) number(c Condition, n float64, ok bool) bool {
	v, _ := c.Value.Number()
	from, _ := c.From.Number()
	to, _ := c.To.Number()
	switch c.Op {
	case Empty:
		return !ok
	case Filled:
		return ok
	case IsNot:
		return !ok || n != v
	case Is:
		return ok && n == v
	case Less:
		return ok && n < v
	case AtMost:
		return ok && n <= v
	case More:
		return ok && n > v
	case AtLeast:
		return ok && n >= v
	default:
		return ok && n >= from && n <= to
	}
}

func (j judge) list(c Condition, list []any) bool {
	has := func(want string) bool {
		return slices.ContainsFunc(list, func(v any) bool { s, ok := v.(string); return ok && same(s, want) })
	}
	switch c.Op {
	case Empty:
		return len(list) == 0
	case Filled:
		return len(list) > 0
	case AnyOf:
		return slices.ContainsFunc(c.Values, has)
	case NoneOf:
		return !slices.ContainsFunc(c.Values, has)
	default:
		return !slices.ContainsFunc(c.Values, func(v string) bool { return !has(v) })
	}
}

func (j judge) day(c Condition, s string) bool {
	at := func(n int) string { return j.today.AddDate(0, 0, n).Format(time.DateOnly) }
	if s < "1900-01-01" || s > "2100-12-31" {
		return false
	}
	switch c.Op {
	case On:
		return s == c.Value.Text()
	case Before:
		return s < c.Value.Text()
	case After:
		return s > c.Value.Text()
	case Between:
		return s >= c.From.Text() && s <= c.To.Text()
	case LastDays:
		return s >= at(-c.Days) && s <= at(0)
	case NextDays:
		return s >= at(0) && s <= at(c.Days)
	case OlderDays:
		return s < at(-c.Days)
	}
	for i := range c.Days + 1 {
		day := j.today.AddDate(0, 0, i)
		leap := day.Year()%4 == 0 // far enough for this test
		if s[5:] == day.Format("01-02") || s[5:] == "02-29" && !leap && day.Format("01-02") == "02-28" {
			return true
		}
	}
	return false
}
