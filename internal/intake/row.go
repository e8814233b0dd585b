package intake

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"keruen/internal/contact"
	"keruen/internal/errs"
	"keruen/internal/intake/sheet"
	"keruen/internal/lang"
)

// trouble is what is wrong with a row, or worth a warning.
type trouble struct {
	code   string
	column int    // -1 for the whole row
	hint   string // a proposal, when there is one
}

// line is one row of the file on its way.
type line struct {
	sheet.Record
	row      contact.Row
	failed   *trouble
	passed   bool // repeated in the file, or passed over as people asked
	warnings []trouble
}

// Codes of rows beside those of addresses, of fields and of the sheet.
const (
	codeNoAddress = "row.no_address"
	codeRepeated  = "row.repeated"
	codeMended    = "row.quotes_mended"
	codeFewer     = "row.fewer_columns"
	codeTooLongV  = "value.too_long"
	codeLang      = "value.lang"
	codePhone     = "value.phone_left_out"
	codeTags      = "value.tags"
	codeKept      = "row.email_of_another"
	codeKeptID    = "row.external_id_of_another"
)

// maxSeen is for how many rows room is made at once; growing step by step would cost twice the memory.
const maxSeen = 4_000_000

// maxExternal is the longest external id, in characters.
const maxExternal = 100

// reader turns records into rows of contacts by the settings.
type reader struct {
	settings Settings
	columns  []Column
	targets  []target // of the mapping, in its order
	remedies map[remedyKey]Remedy
	fixes    map[int64]fix
	hygiene  *contact.Hygiene
	identity contact.Identity
	seen     map[uint64]struct{} // hashes of the addresses met so far
	tagged   map[string]bool     // tags met so far
	country  string              // of telephone numbers without a code
	text     bool                // a row with fewer cells than columns is odd: workbooks leave empty ones out
}

// target is where a column goes.
type target struct {
	Mapping
	field contact.Field // of a custom field
	dates DateOrder
}

type remedyKey struct {
	code   string
	column int
}

func newReader(i Import, custom []contact.Field, fixes map[int64]fix, hygiene *contact.Hygiene) *reader {
	s, columns := i.Settings, i.Columns
	r := &reader{settings: s, columns: columns, remedies: map[remedyKey]Remedy{}, fixes: fixes, hygiene: hygiene, identity: s.identity(), seen: make(map[uint64]struct{}, min(i.RowsEstimate, maxSeen)), tagged: map[string]bool{},
		country: s.DefaultCountry, text: i.Format.Kind == sheet.CSV}
	formats := map[int]string{}
	for _, m := range s.Remedies {
		r.remedies[remedyKey{m.Code, m.Column}] = m
		if m.Action == Reread {
			formats[m.Column] = m.Value
		}
	}
	for _, m := range s.Mapping {
		if m.Field == "" || m.Column >= len(columns) {
			continue
		}
		t := target{Mapping: m, dates: r.datesOf(columns[m.Column], formats[m.Column])}
		if i := slices.IndexFunc(custom, func(f contact.Field) bool { return f.Key == m.Field }); m.NewField == "" && i >= 0 {
			t.field = custom[i]
		} else {
			t.field = m.field()
		}
		if m.Field == fieldPhone && slices.Contains(contact.PhoneCountries, formats[m.Column]) {
			r.country = formats[m.Column]
		}
		r.targets = append(r.targets, t)
	}
	return r
}

// datesOf is the order of the dates of a column: as people said for the column, as the values show, as people said for the file.
func (r *reader) datesOf(c Column, format string) DateOrder {
	switch {
	case validFormat(format) && len(format) == len(DayFirst):
		return DateOrder(format)
	case c.Dates != "" && c.Dates != AnyOrder:
		return c.Dates
	case r.settings.DateOrder != "":
		return r.settings.DateOrder
	default:
		return DayFirst
	}
}

// read judges one record. The same file, settings and corrections always give the same answer.
func (r *reader) read(rec sheet.Record) line {
	l := line{Record: rec}
	if f, ok := r.fixes[rec.Line]; ok {
		if f.Dropped {
			l.passed = true
			return l
		}
		l.Cells, l.Trouble = f.Cells, ""
	}
	if r.fits(&l) {
		for i := range r.targets {
			t := &r.targets[i]
			if v := cell(l.Cells, t.Column); v != "" {
				r.take(&l, t, v)
			}
			if l.failed != nil {
				break
			}
		}
	}
	if l.failed == nil && l.row.Email.Key == "" && l.row.Phone == "" {
		l.failed = &trouble{code: codeNoAddress, column: -1}
	}
	if l.failed == nil {
		r.repeat(&l)
		return l
	}
	if m, ok := r.remedies[remedyKey{l.failed.code, l.failed.column}]; ok && m.Action == Drop {
		l.failed, l.warnings, l.passed = nil, nil, true
	}
	return l
}

// take puts a value where it goes. When it is wrong, the remedy for its trouble may leave it out or put another in its place.
func (r *reader) take(l *line, t *target, v string) {
	r.put(l, t, v)
	if l.failed == nil {
		return
	}
	m, ok := r.remedies[remedyKey{l.failed.code, l.failed.column}]
	switch {
	case ok && m.Action == Clear:
		l.failed = nil
	case ok && m.Action == Put:
		l.failed = nil
		r.put(l, t, m.Value)
	}
}

// fits judges the shape of a record and mends what can be mended.
func (r *reader) fits(l *line) bool {
	width := len(r.columns)
	if l.Trouble == sheet.Quotes && len(l.Cells) == width {
		for i, c := range l.Cells { // `"ООО "Ромашка""`: the quotes belong to the name
			l.Cells[i] = mendQuotes(c)
		}
		l.Trouble = ""
		l.warn(codeMended, -1, "")
	}
	if l.Trouble != "" {
		l.failed = &trouble{code: l.Trouble, column: -1}
		return false
	}
	for len(l.Cells) > width && strings.TrimSpace(l.Cells[len(l.Cells)-1]) == "" {
		l.Cells = l.Cells[:len(l.Cells)-1]
	}
	if len(l.Cells) > width {
		l.failed = &trouble{code: sheet.TooWide, column: -1, hint: fmt.Sprintf("%d/%d", len(l.Cells), width)}
		return false
	}
	if len(l.Cells) < width && r.text {
		l.warn(codeFewer, -1, "")
	}
	return true
}

func mendQuotes(c string) string {
	c = strings.TrimSpace(c)
	if len(c) >= 2 && c[0] == '"' && c[len(c)-1] == '"' {
		c = c[1 : len(c)-1]
	}
	if strings.Count(c, `"`) == 1 { // opened and never closed, or the other way round
		c = strings.Trim(c, `"`)
	}
	return strings.ReplaceAll(c, `""`, `"`)
}

func (l *line) warn(code string, column int, hint string) {
	l.warnings = append(l.warnings, trouble{code, column, hint})
}

func (r *reader) put(l *line, t *target, v string) {
	switch t.Field {
	case fieldEmail:
		r.email(l, t.Column, v)
	case fieldPhone:
		r.phone(l, t.Column, v)
	case fieldExternal:
		l.text(&l.row.ExternalID, v, maxExternal, t.Column)
	case fieldFirst:
		l.text(&l.row.FirstName, v, contact.MaxName, t.Column)
	case fieldLast:
		l.text(&l.row.LastName, v, contact.MaxName, t.Column)
	case fieldFull:
		last, first := splitName(v, r.columns[t.Column].Header)
		l.text(&l.row.LastName, last, contact.MaxName, t.Column)
		l.text(&l.row.FirstName, first, contact.MaxName, t.Column)
	case fieldLang:
		l.lang(t.Column, v)
	case fieldTags:
		r.tags(l, t.Column, v)
	default:
		l.field(t, v)
	}
}

// field reads the value of a custom field by its kind.
func (l *line) field(t *target, v string) {
	value, err := t.parse(v)
	if err != nil {
		l.fail(err, t.Column)
		return
	}
	if l.row.Fields == nil {
		l.row.Fields = make(map[string]contact.Value, 4)
	}
	l.row.Fields[t.Field] = value
}

// parse reads a value that is one clean line already.
func (t *target) parse(v string) (contact.Value, error) {
	switch {
	case t.field.Kind == contact.TextField && len(v) <= contact.MaxFieldValue:
		return contact.TextValue(v), nil
	case t.field.Kind == contact.DateField:
		return t.field.Parse(isoDate(v, t.dates))
	default:
		return t.field.Parse(v)
	}
}

// maxFileTags is how many different tags a file may bring. More of them are no tags.
const maxFileTags = 300

// maxRowTags is how many tags one row may give.
const maxRowTags = 20

func (r *reader) tags(l *line, column int, v string) {
	for _, name := range sheet.SplitList(v) {
		name = contact.CleanText(name)
		if name == "" || slices.Contains(l.row.Tags, name) {
			continue
		}
		if utf8.RuneCountInString(name) > contact.MaxTagName || len(l.row.Tags) == maxRowTags || !r.knows(name) {
			l.warn(codeTags, column, "")
			continue
		}
		l.row.Tags = append(l.row.Tags, name)
	}
}

// knows counts the different tags of the file.
func (r *reader) knows(tag string) bool {
	key := strings.ToLower(tag)
	if !r.tagged[key] && len(r.tagged) == maxFileTags {
		return false
	}
	r.tagged[key] = true
	return true
}

func (r *reader) email(l *line, column int, v string) {
	a, err := contact.ParseEmail(v)
	if err == nil {
		err = a.Person()
	}
	if err != nil {
		l.fail(err, column)
		return
	}
	for _, f := range r.hygiene.Judge(a) { // a mistyped domain, an address of a department, a throw-away mailbox
		if f.Severity == contact.Warning {
			l.warn(f.Code, column, f.Suggestion)
		}
	}
	l.row.Email = a
}

// phone reads a number. Where rows are recognised by something else a wrong number costs only itself.
func (r *reader) phone(l *line, column int, v string) {
	p, err := contact.ParsePhone(v, r.country)
	switch {
	case err == nil:
		l.row.Phone = p
	case r.identity == contact.ByEmail:
		l.warn(codePhone, column, "")
	default:
		l.fail(err, column)
	}
}

func (l *line) fail(err error, column int) {
	t := trouble{code: "invalid", column: column}
	var e *errs.Error
	if errors.As(err, &e) {
		t.code = e.Code
		if hint, ok := e.Params["suggestion"].(string); ok {
			t.hint = hint
		}
	}
	l.failed = &t
}

func (l *line) text(to *string, v string, limit, column int) {
	if len(v) > limit && utf8.RuneCountInString(v) > limit {
		l.failed = &trouble{code: codeTooLongV, column: column}
		return
	}
	*to = v
}

var languages = map[string]lang.Lang{
	"русский": lang.Russian, "рус": lang.Russian, "russian": lang.Russian, "орысша": lang.Russian, "казахский": lang.Kazakh, "каз": lang.Kazakh, "kz": lang.Kazakh,
	"kazakh": lang.Kazakh, "қазақша": lang.Kazakh, "английский": lang.English, "англ": lang.English, "english": lang.English, "ағылшынша": lang.English,
}

func (l *line) lang(column int, v string) {
	if g, ok := languages[strings.ToLower(v)]; ok {
		l.row.Lang = string(g)
		return
	}
	g, ok := lang.Parse(v)
	if !ok {
		l.warn(codeLang, column, "")
		return
	}
	l.row.Lang = string(g)
}

// splitName cuts a full name: "Last First Patronymic", as documents here write it, or "First Last" under a header in
// Latin letters. The patronymic is left out; one word is a first name.
func splitName(v, header string) (last, first string) {
	words := strings.Fields(v)
	switch {
	case len(words) < 2:
		return "", v
	case header != "" && strings.IndexFunc(header, func(r rune) bool { return r >= utf8.RuneSelf }) < 0:
		return strings.Join(words[1:], " "), words[0]
	default:
		return words[0], words[1]
	}
}

// repeat warns of an address that stood further up in the file: the first row counts.
func (r *reader) repeat(l *line) {
	h := hash64(r.key(&l.row))
	if _, again := r.seen[h]; again {
		l.warnings = []trouble{{codeRepeated, -1, ""}}
		l.passed = true
		return
	}
	r.seen[h] = struct{}{}
}

// key is by what a row is recognised: what was chosen, else the e-mail, else the telephone.
func (r *reader) key(row *contact.Row) string {
	switch {
	case r.identity == contact.ByExternal && row.ExternalID != "":
		return "id " + row.ExternalID
	case r.identity == contact.ByPhone && row.Phone != "", row.Email.Key == "":
		return row.Phone
	default:
		return row.Email.Key
	}
}

// hash64 is FNV-1a; among ten million addresses two meet with a chance of 1 in 400,000.
func hash64(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
