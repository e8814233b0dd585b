package segment

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"keruen/internal/contact"
	"keruen/internal/db"
)

// attribute compiles a leaf over the columns of contacts.
func (k *compiler) attribute(c Condition) piece {
	switch c.Key {
	case "email":
		return k.text(c, "COALESCE(c.email_key, '')", small)
	case "phone":
		return k.text(c, "COALESCE(c.phone, '')", verbatim)
	case "first_name", "last_name", "lang":
		return k.text(c, "c."+c.Key, writings)
	case "email_domain":
		return ends(c)
	case "undeliverable":
		return piece{contact.UndeliverableSQL(k.q.Dialect()), []any{k.tenant}, 1}.unless(c.Op == No)
	case "phone_country":
		return k.prefixes(c, contact.PhonePrefixes)
	case "phone_operator":
		return k.prefixes(c, contact.OperatorPrefixes)
	default:
		return k.moment(c, "c."+c.Key)
	}
}

// field compiles a leaf over a custom field. Values of another type than the field's count as none.
func (k *compiler) field(c Condition) piece {
	f := k.fields[c.Key]
	d, key := k.q.Dialect(), c.Key
	value := d.JSONText("c.fields", key)
	of := map[contact.FieldKind]db.JSONType{contact.NumberField: db.JSONNumeric, contact.BooleanField: db.JSONBoolean, contact.ListField: db.JSONArray}[f.Kind]
	if of == "" {
		of = db.JSONString
	}
	is := d.JSONIs("c.fields", key, of)
	switch {
	case c.Op == Empty, c.Op == Filled:
		return sure(is + " AND " + value + " NOT IN ('', '[]')").unless(c.Op == Empty)
	case f.Kind == contact.BooleanField:
		return sure(d.JSONTrue("c.fields", key), nil...).unlessFalse(c.Op == No, d, key)
	case f.Kind == contact.NumberField:
		return k.number(c, d)
	case f.Kind == contact.ListField:
		return k.items(c, d, is)
	case f.Kind == contact.DateField:
		p := k.date(c, d.Bytewise(value))
		return sure("("+p.text+") AND "+is, p.args...)
	default:
		negated := c
		negated.Op = positive(c.Op)
		p := k.text(negated, value, writings)
		return sure("("+p.text+") AND "+is, p.args...).unless(negated.Op != c.Op)
	}
}

// sure makes a condition that may be NULL true or false.
func sure(text string, args ...any) piece { return piece{text: "(" + text + ") IS TRUE", args: args} }

// unlessFalse turns "holds true" into "holds false".
func (p piece) unlessFalse(no bool, d db.Dialect, key string) piece {
	if !no {
		return p
	}
	return sure(d.JSONIs("c.fields", key, db.JSONBoolean) + " AND NOT (" + d.JSONTrue("c.fields", key) + ")")
}

// positive is the operator that op denies, or op itself.
func positive(op Op) Op {
	switch op {
	case IsNot:
		return Is
	case NotContains:
		return Contains
	case NoneOf:
		return AnyOf
	}
	return op
}

// text compiles comparisons of texts. write gives the writings of a value that are taken for the same: databases do not agree
// about upper and lower case outside of Latin.
func (k *compiler) text(c Condition, e string, write func(string) []string) piece {
	d := k.q.Dialect()
	if op := positive(c.Op); op != c.Op {
		c.Op = op
		return k.text(c, e, write).not()
	}
	switch c.Op {
	case Empty:
		return piece{text: e + " = ''"}
	case Filled:
		return piece{text: e + " <> ''"}
	case Contains:
		return each(write(c.Value.Text()), func(string) string { return d.Holds(e) })
	case Begins:
		return each(write(c.Value.Text()), func(w string) string { return fmt.Sprintf("substr(%s, 1, %d) = ?", e, utf8.RuneCountInString(w)) })
	case Ends:
		return each(write(c.Value.Text()), func(w string) string { return d.Tail(e, utf8.RuneCountInString(w)) + " = ?" })
	default:
		all := among(c.texts(), write)
		return piece{text: d.OneOf(e, len(all)), args: anys(all)}
	}
}

// each joins one condition for each writing by OR.
func each(list []string, condition func(string) string) piece {
	parts := make([]string, len(list))
	for i, w := range list {
		parts[i] = condition(w)
	}
	return piece{text: strings.Join(parts, " OR "), args: anys(list)}
}

func among(values []string, write func(string) []string) []string {
	var all []string
	for _, v := range values {
		for _, w := range write(v) {
			if !slices.Contains(all, w) {
				all = append(all, w)
			}
		}
	}
	return all
}

// writings of a text that people take for the same: as it stands, small, capital, and with capital first letters.
func writings(s string) []string {
	s = contact.CleanText(s)
	lower := strings.ToLower(s)
	out := []string{s}
	for _, w := range []string{lower, strings.ToUpper(s), capitals(lower)} {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

func capitals(s string) string {
	first := true
	return strings.Map(func(r rune) rune {
		was := first
		first = !unicode.IsLetter(r) && !unicode.IsDigit(r)
		if was {
			return unicode.ToTitle(r)
		}
		return r
	}, s)
}

// small is for keys of e-mail addresses, which are in small letters.
func small(s string) []string { return []string{strings.ToLower(contact.CleanText(s))} }

func verbatim(s string) []string { return []string{contact.CleanText(s)} }

// ends compiles conditions on the domain of the e-mail address.
func ends(c Condition) piece {
	var patterns []string
	for _, v := range c.texts() {
		patterns = append(patterns, "%"+strings.TrimSuffix(db.Prefix("@"+contact.DomainKey(v)), "%"))
	}
	p := each(patterns, func(string) string { return "COALESCE(c.email_key, '') LIKE ? ESCAPE '!'" })
	return p.unless(positive(c.Op) != c.Op)
}

// prefixes compiles conditions on what a telephone number begins with.
func (k *compiler) prefixes(c Condition, of func(string) []string) piece {
	switch c.Op {
	case Empty:
		return piece{text: "c.phone IS NULL"}
	case Filled:
		return piece{text: "c.phone IS NOT NULL"}
	}
	var all []string
	for _, v := range c.texts() {
		all = append(all, of(v)...)
	}
	if len(all) == 0 {
		return piece{text: "1 = 0"}.unless(positive(c.Op) != c.Op)
	}
	p := each(all, func(w string) string { return fmt.Sprintf("substr(COALESCE(c.phone, ''), 1, %d) = ?", len(w)) })
	return p.unless(positive(c.Op) != c.Op)
}

var signs = map[Op]string{Is: "= ?", Less: "< ?", AtMost: "<= ?", More: "> ?", AtLeast: ">= ?"}

func (k *compiler) number(c Condition, d db.Dialect) piece {
	if c.Op == Between {
		from, _ := c.From.Number()
		to, _ := c.To.Number()
		return sure(d.JSONCompare("c.fields", c.Key, "BETWEEN ? AND ?"), from, to)
	}
	n, _ := c.Value.Number()
	return sure(d.JSONCompare("c.fields", c.Key, signs[positive(c.Op)]), n).unless(c.Op == IsNot)
}

// items compiles conditions on lists of texts.
func (k *compiler) items(c Condition, d db.Dialect, is string) piece {
	word := " OR "
	if c.Op == AllOf {
		word = " AND "
	}
	var parts []string
	var args []any
	for _, v := range c.Values {
		p := each(writings(v), func(string) string { return d.JSONHas("c.fields", c.Key) })
		parts, args = append(parts, "("+p.text+")"), append(args, p.args...)
	}
	return sure("("+strings.Join(parts, word)+") AND "+is, args...).unless(c.Op == NoneOf)
}

// The first and the last day that a date may be; what is outside is no date.
const firstDay, lastDay = "1900-01-01", "2100-12-31"

// date compiles conditions on days kept as texts, which compare as they stand.
func (k *compiler) date(c Condition, e string) piece {
	from, to := k.span(c)
	if c.Op == Anniversary {
		list := anniversaries(k.today(), c.Days)
		return piece{text: e + " BETWEEN ? AND ? AND substr(" + e + ", 6) IN (" + db.Marks(len(list)) + ")", args: append([]any{firstDay, lastDay}, anys(list)...)}
	}
	return piece{text: e + " BETWEEN ? AND ?", args: []any{from, to}}
}

// span gives the first and the last day that a condition on dates lets through, as texts.
func (k *compiler) span(c Condition) (from, to string) {
	today := k.today()
	day := func(n int) string { return today.AddDate(0, 0, n).Format(time.DateOnly) }
	switch c.Op {
	case On:
		return c.Value.Text(), c.Value.Text()
	case Before:
		return firstDay, shift(c.Value.Text(), -1)
	case After:
		return shift(c.Value.Text(), 1), lastDay
	case Between:
		return c.From.Text(), c.To.Text()
	case LastDays:
		return day(-c.Days), day(0)
	case NextDays:
		return day(0), day(c.Days)
	case OlderDays:
		return firstDay, day(-c.Days - 1)
	}
	return firstDay, lastDay
}

func shift(day string, n int) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return at.AddDate(0, 0, n).Format(time.DateOnly)
}

// moment compiles conditions on instants, by the days of the account's time zone.
func (k *compiler) moment(c Condition, e string) piece {
	from, to := k.span(c)
	return piece{text: e + " >= ? AND " + e + " < ?", args: []any{k.startOf(from), k.startOf(shift(to, 1))}}
}

// startOf is when a day begins in the account's time zone.
func (k *compiler) startOf(day string) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, day, k.now.Location())
	if err != nil {
		return time.Time{}
	}
	return at
}

// anniversaries lists month and day ("02-28") of today and of the n days after it. Who was born on 29 February has the
// day on 28 February in years without it.
func anniversaries(today time.Time, n int) []string {
	var list []string
	for i := range n + 1 {
		day := today.AddDate(0, 0, i)
		list = add(list, day.Format("01-02"))
		if day.Month() == time.February && day.Day() == 28 && day.AddDate(0, 0, 1).Month() == time.March {
			list = add(list, "02-29")
		}
	}
	return list
}

func add(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
