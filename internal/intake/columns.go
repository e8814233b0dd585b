package intake

import (
	"regexp"
	"slices"
	"strings"

	"keruen/internal/contact"
)

// Confidence of a proposal.
type Confidence string

// Confidences.
const (
	Exact  Confidence = "exact"  // the header names the field and the values fit
	Likely Confidence = "likely" // one of them says so
	None   Confidence = "none"   // choose yourself
)

// Column is one column of a file and what it seems to be.
type Column struct {
	Index      int        `json:"index"`
	Header     string     `json:"header"` // empty when the file has no header
	Samples    []string   `json:"samples"`
	Field      string     `json:"field"` // proposed field, empty for none
	Confidence Confidence `json:"confidence"`
}

// Fields of a contact that a column may go to, beside custom ones.
const (
	fieldEmail = "email"
	fieldPhone = "phone"
	fieldFirst = "first_name"
	fieldLast  = "last_name"
	fieldFull  = "full_name" // "Last First Patronymic", as in documents
	fieldLang  = "lang"
)

var builtin = []string{fieldEmail, fieldPhone, fieldFirst, fieldLast, fieldFull, fieldLang}

// headers that name a field in the three languages, as they stand in real files.
var headers = map[string]string{
	"email": fieldEmail, "e-mail": fieldEmail, "mail": fieldEmail, "email address": fieldEmail, "e-mail address": fieldEmail, "почта": fieldEmail, "эл. почта": fieldEmail, "эл почта": fieldEmail,
	"электронная почта": fieldEmail, "адрес электронной почты": fieldEmail, "емейл": fieldEmail, "имейл": fieldEmail, "емайл": fieldEmail, "эл. адрес": fieldEmail, "email адрес": fieldEmail,
	"пошта": fieldEmail, "электрондық пошта": fieldEmail, "эл. пошта": fieldEmail, "электронды пошта": fieldEmail,
	"phone": fieldPhone, "phone number": fieldPhone, "mobile": fieldPhone, "mobile phone": fieldPhone, "tel": fieldPhone, "телефон": fieldPhone, "тел": fieldPhone, "тел.": fieldPhone, "номер": fieldPhone,
	"номер телефона": fieldPhone, "мобильный": fieldPhone, "мобильный телефон": fieldPhone, "сотовый": fieldPhone, "моб": fieldPhone, "моб.": fieldPhone, "ұялы телефон": fieldPhone, "телефон нөмірі": fieldPhone, "ұялы": fieldPhone,
	"first name": fieldFirst, "firstname": fieldFirst, "first_name": fieldFirst, "name": fieldFirst, "given name": fieldFirst, "имя": fieldFirst, "аты": fieldFirst, "есімі": fieldFirst, "есім": fieldFirst,
	"last name": fieldLast, "lastname": fieldLast, "last_name": fieldLast, "surname": fieldLast, "family name": fieldLast, "фамилия": fieldLast, "тегі": fieldLast, "тек": fieldLast,
	"full name": fieldFull, "fullname": fieldFull, "full_name": fieldFull, "фио": fieldFull, "ф.и.о.": fieldFull, "ф.и.о": fieldFull, "фамилия имя отчество": fieldFull, "фамилия имя": fieldFull, "аты-жөні": fieldFull, "аты жөні": fieldFull, "тегі аты": fieldFull,
	"lang": fieldLang, "language": fieldLang, "язык": fieldLang, "тіл": fieldLang, "тілі": fieldLang,
}

var headerSpace = regexp.MustCompile(`[\s_]+`)

func headerKey(h string) string {
	return strings.TrimSpace(headerSpace.ReplaceAllString(strings.ToLower(contact.CleanText(h)), " "))
}

// samples is how many values of a column are shown.
const samples = 3

// columnsOf describes the columns of the first rows and proposes fields, each at most once.
func columnsOf(rows []record, hasHeader bool, custom []contact.Field) []Column {
	width := 0
	for _, r := range rows {
		width = max(width, len(r.cells))
	}
	if hasHeader && len(rows) > 0 {
		width = len(rows[0].cells)
	}
	out := make([]Column, width)
	for i := range out {
		out[i] = describe(rows, i, hasHeader, custom)
	}
	propose(out)
	return out
}

func describe(rows []record, i int, hasHeader bool, custom []contact.Field) Column {
	c := Column{Index: i, Samples: []string{}, Confidence: None}
	if hasHeader {
		c.Header = cell(rows[0].cells, i)
		rows = rows[1:]
	}
	kinds, filled := map[string]int{}, 0
	for _, r := range rows {
		v := cell(r.cells, i)
		if v == "" {
			continue
		}
		filled++
		kinds[kindOf(v)]++
		if len(c.Samples) < samples && !slices.Contains(c.Samples, v) {
			c.Samples = append(c.Samples, v)
		}
	}
	byValue := ""
	for _, k := range []string{fieldEmail, fieldPhone} {
		if kinds[k] > 0 && kinds[k]*2 >= filled {
			byValue = k
		}
	}
	byHeader := fieldOf(c.Header, custom)
	switch {
	case byHeader != "" && (byHeader == byValue || byHeader != fieldEmail && byHeader != fieldPhone && byValue == "" || filled == 0):
		c.Field, c.Confidence = byHeader, Exact
	case byHeader != "" && byValue == "":
		c.Field, c.Confidence = byHeader, Likely
	case byValue != "":
		c.Field, c.Confidence = byValue, Likely
	}
	return c
}

func cell(cells []string, i int) string {
	if i >= len(cells) {
		return ""
	}
	return contact.CleanText(cells[i])
}

func fieldOf(header string, custom []contact.Field) string {
	h := headerKey(header)
	if h == "" {
		return ""
	}
	if f, ok := headers[h]; ok {
		return f
	}
	for _, f := range custom {
		if h == headerKey(f.Key) || h == headerKey(f.Label) {
			return f.Key
		}
	}
	return ""
}

func kindOf(v string) string {
	if strings.Contains(v, "@") {
		if _, err := contact.ParseEmail(v); err == nil {
			return fieldEmail
		}
	}
	if digits := strings.Count(v, "") - 1; digits >= 9 {
		if _, err := contact.ParsePhone(v, ""); err == nil {
			return fieldPhone
		}
	}
	return ""
}

// propose leaves a field to one column: the surest, then the first. Names in one column and in two exclude each other.
func propose(cols []Column) {
	best := map[string]int{}
	for i, c := range cols {
		if c.Field == "" {
			continue
		}
		if j, ok := best[c.Field]; !ok || cols[j].Confidence != Exact && c.Confidence == Exact {
			best[c.Field] = i
		}
	}
	for i := range cols {
		c := &cols[i]
		_, first := best[fieldFirst]
		_, last := best[fieldLast]
		if c.Field != "" && (best[c.Field] != i || c.Field == fieldFull && (first || last)) {
			c.Field, c.Confidence = "", None
		}
	}
}

// hasHeader tells whether the first row names the columns: a known header, or words where the rows below have addresses.
func hasHeader(rows []record, custom []contact.Field) bool {
	if len(rows) == 0 {
		return false
	}
	known, values := 0, 0
	for i, h := range rows[0].cells {
		if fieldOf(h, custom) != "" {
			known++
		}
		if kindOf(cell(rows[0].cells, i)) != "" {
			values++
		}
	}
	if known > 0 || values > 0 {
		return values == 0
	}
	for _, r := range rows[1:] {
		for i := range r.cells {
			if kindOf(cell(r.cells, i)) != "" {
				return true
			}
		}
	}
	return len(rows) > 1
}
