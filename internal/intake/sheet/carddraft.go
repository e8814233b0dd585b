package sheet

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// cardDraft gathers what the lines of a card say.
type cardDraft struct {
	values  map[string]string
	emails  []ranked
	phones  []ranked
	full    string // FN: what a program shows when there is no N
	tags    []string
	trouble string
}

// ranked is one of several addresses; the lower the rank, the better it reaches the person.
type ranked struct {
	value string
	rank  int
}

func (d *cardDraft) set(column, value string) {
	value = strings.TrimSpace(value)
	if value == "" || d.values[column] != "" {
		return // the first counts
	}
	if d.values == nil {
		d.values = map[string]string{}
	}
	d.values[column] = value
}

func (d *cardDraft) take(p property) {
	if !utf8.ValidString(p.value) {
		d.trouble = Encoded
		p.value = strings.ToValidUTF8(p.value, "\uFFFD")
	}
	switch p.name {
	case "EMAIL":
		d.emails = reach(d.emails, p, "mailto:")
	case "TEL":
		if t := p.types(); !slices.Contains(t, "fax") && !slices.Contains(t, "pager") {
			d.phones = reach(d.phones, p, "tel:")
		}
	case "N":
		n := parts(p.value, ';')
		d.set(ColumnLast, at(n, 0))
		d.set(ColumnFirst, at(n, 1))
		d.set(ColumnMiddle, strings.ReplaceAll(at(n, 2), ",", " "))
	case "FN":
		d.full = strings.TrimSpace(plainText(p.value))
	case "ORG":
		d.set(ColumnCompany, strings.Trim(strings.Join(parts(p.value, ';'), ", "), ", "))
	case "TITLE":
		d.set(ColumnPosition, plainText(p.value))
	case "BDAY":
		d.set(ColumnBirthday, birthday(p))
	case "ADR":
		d.address(parts(p.value, ';'))
	case "URL":
		d.set(ColumnSite, plainText(p.value))
	case "CATEGORIES":
		d.tags = append(d.tags, parts(p.value, ',')...)
	case "NOTE":
		d.set(ColumnNote, plainText(p.value))
	case "LANG":
		d.set(ColumnLang, plainText(p.value))
	case externalProperty:
		d.set(ColumnID, plainText(p.value))
	case fieldProperty:
		if key := p.param("KEY"); key != "" && len(key) <= 100 {
			d.set(key, plainText(p.value))
		}
	}
}

// Properties of our own exports, for what vCard has no word for.
const (
	fieldProperty    = "X-KERUEN-FIELD" // with KEY=, a custom field
	externalProperty = "X-KERUEN-EXTERNAL-ID"
)

// address keeps the town by itself and the whole in the order of an envelope (RFC 6350 §6.3.1).
func (d *cardDraft) address(p []string) {
	d.set(ColumnCity, at(p, 3))
	var whole []string
	for _, i := range []int{5, 6, 4, 3, 2, 1, 0} {
		if v := at(p, i); v != "" {
			whole = append(whole, v)
		}
	}
	d.set(ColumnAddress, strings.Join(whole, ", "))
}

func reach(list []ranked, p property, scheme string) []ranked {
	v := strings.TrimSpace(plainText(p.value))
	if len(v) >= len(scheme) && strings.EqualFold(v[:len(scheme)], scheme) {
		v, _, _ = strings.Cut(v[len(scheme):], ";") // tel:+7…;ext=5
	}
	if v == "" || slices.ContainsFunc(list, func(r ranked) bool { return r.value == v }) {
		return list
	}
	t := p.types()
	rank := 2
	switch {
	case slices.Contains(t, "pref"), p.param("PREF") == "1":
		rank = 0
	case slices.Contains(t, "cell"):
		rank = 1
	}
	return append(list, ranked{v, rank})
}

var (
	wholeDay = regexp.MustCompile(`^(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?$`)
	noYear   = "1604" // a phone writes it for a year that is not known
)

// birthday returns a day as 2026-03-31. One without its year is left out, because it is no date.
func birthday(p property) string {
	m := wholeDay.FindStringSubmatch(strings.TrimSpace(p.value))
	if m == nil || m[1] == noYear || m[1] == p.param("X-APPLE-OMIT-YEAR") {
		return ""
	}
	return m[1] + "-" + m[2] + "-" + m[3]
}

// card makes the record of what was gathered.
func (d *cardDraft) card(line int64, trouble string) card {
	if trouble == "" {
		trouble = d.trouble
	}
	byRank := func(a, b ranked) int { return a.rank - b.rank }
	slices.SortStableFunc(d.emails, byRank)
	slices.SortStableFunc(d.phones, byRank)
	for i, e := range d.emails[:min(manyOf, len(d.emails))] {
		d.set(numbered(ColumnEmail, i+1), e.value)
	}
	for i, p := range d.phones[:min(manyOf, len(d.phones))] {
		d.set(numbered(ColumnPhone, i+1), p.value)
	}
	if d.values[ColumnFirst] == "" && d.values[ColumnLast] == "" && d.named() {
		first, rest, _ := strings.Cut(d.full, " ") // "First Last", as it is shown
		d.set(ColumnFirst, first)
		d.set(ColumnLast, rest)
	}
	d.set(ColumnTags, JoinList(d.tags))
	return card{line: line, values: d.values, trouble: trouble}
}

// named tells whether what is shown is the name of a person, not of the company, an address or a number.
func (d *cardDraft) named() bool {
	is := func(r ranked) bool { return r.value == d.full }
	return d.full != d.values[ColumnCompany] && !slices.ContainsFunc(d.emails, is) && !slices.ContainsFunc(d.phones, is)
}

// parts splits a value at an unescaped separator and undoes the escapes of each part (RFC 6350 §3.4).
func parts(s string, separator byte) []string {
	var out []string
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case separator:
			out = append(out, strings.TrimSpace(plainText(s[start:i])))
			start = i + 1
		}
	}
	return append(out, strings.TrimSpace(plainText(s[start:])))
}

func at(list []string, i int) string {
	if i >= len(list) {
		return ""
	}
	return list[i]
}

var escapes = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\:`, ":")

func plainText(s string) string { return escapes.Replace(s) }
