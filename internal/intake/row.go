package intake

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"keruen/internal/contact"
	"keruen/internal/errs"
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
	record
	row      contact.Row
	failed   *trouble
	warnings []trouble
}

// Codes of rows beside those of addresses.
const (
	codeNoAddress = "row.no_address"
	codeRepeated  = "row.repeated"
	codeMended    = "row.quotes_mended"
	codeFewer     = "row.fewer_columns"
	codeTooLongV  = "value.too_long"
	codeLang      = "value.lang"
	codePhone     = "value.phone_left_out"
	codeHint      = "email.hint"
	codeKept      = "row.email_of_another"
)

// reader turns records into rows of contacts by the settings.
type reader struct {
	settings Settings
	columns  []Column
	fields   map[string]contact.Field // custom ones by key; one that is not made yet is text
	identity contact.Identity
	seen     map[uint64]struct{} // hashes of the addresses met so far
}

func newReader(s Settings, columns []Column, custom []contact.Field) *reader {
	r := &reader{settings: s, columns: columns, identity: contact.ByPhone, seen: map[uint64]struct{}{}, fields: map[string]contact.Field{}}
	for _, f := range custom {
		r.fields[f.Key] = f
	}
	for _, m := range s.Mapping {
		if m.Field == fieldEmail {
			r.identity = contact.ByEmail
		}
	}
	return r
}

// read judges one record. The same file and settings always give the same answer.
func (r *reader) read(rec record) line {
	l := line{record: rec}
	if !r.fits(&l) {
		return l
	}
	for _, m := range r.settings.Mapping {
		if m.Field == "" {
			continue
		}
		if v := cell(l.cells, m.Column); v != "" {
			r.put(&l, m, v)
		}
		if l.failed != nil {
			return l
		}
	}
	if l.row.Email.Key == "" && l.row.Phone == "" {
		l.failed = &trouble{code: codeNoAddress, column: -1}
		return l
	}
	r.repeat(&l)
	return l
}

// fits judges the shape of a record and mends what can be mended.
func (r *reader) fits(l *line) bool {
	width := len(r.columns)
	if l.code == codeQuotes && len(l.cells) == width {
		for i, c := range l.cells { // `"ООО "Ромашка""`: the quotes belong to the name
			l.cells[i] = mendQuotes(c)
		}
		l.code = ""
		l.warn(codeMended, -1, "")
	}
	if l.code != "" {
		l.failed = &trouble{code: l.code, column: -1}
		return false
	}
	for len(l.cells) > width && strings.TrimSpace(l.cells[len(l.cells)-1]) == "" {
		l.cells = l.cells[:len(l.cells)-1]
	}
	if len(l.cells) > width {
		l.failed = &trouble{code: codeColumns, column: -1, hint: fmt.Sprintf("%d/%d", len(l.cells), width)}
		return false
	}
	if len(l.cells) < width {
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

func (r *reader) put(l *line, m Mapping, v string) {
	switch m.Field {
	case fieldEmail:
		r.email(l, m.Column, v)
	case fieldPhone:
		r.phone(l, m.Column, v)
	case fieldFirst:
		l.text(&l.row.FirstName, v, contact.MaxName, m.Column)
	case fieldLast:
		l.text(&l.row.LastName, v, contact.MaxName, m.Column)
	case fieldFull:
		last, first := splitName(v, r.columns[m.Column].Header)
		l.text(&l.row.LastName, last, contact.MaxName, m.Column)
		l.text(&l.row.FirstName, first, contact.MaxName, m.Column)
	case fieldLang:
		l.lang(m.Column, v)
	default:
		value, err := r.fields[m.Field].Parse(v)
		if err != nil {
			l.fail(err, m.Column)
			return
		}
		if l.row.Fields == nil {
			l.row.Fields = map[string]contact.Value{}
		}
		l.row.Fields[m.Field] = value
	}
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
	if a.Hint != "" {
		l.warn(codeHint, column, a.Hint)
	}
	l.row.Email = a
}

// phone reads a number. Where rows are recognised by e-mail a wrong number costs only itself.
func (r *reader) phone(l *line, column int, v string) {
	p, err := contact.ParsePhone(v, r.settings.DefaultCountry)
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
	if utf8.RuneCountInString(v) > limit {
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
	key := l.row.Email.Key
	if r.identity == contact.ByPhone && l.row.Phone != "" || key == "" {
		key = l.row.Phone
	}
	h := hash64(key)
	if _, again := r.seen[h]; again {
		l.warnings = []trouble{{codeRepeated, -1, ""}}
		l.code = codeRepeated
		return
	}
	r.seen[h] = struct{}{}
}

// hash64 is FNV-1a; among ten million addresses two meet with a chance of 1 in 400,000.
func hash64(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
