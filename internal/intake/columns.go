package intake

import (
	"regexp"
	"slices"
	"strings"

	"keruen/internal/contact"
	"keruen/internal/intake/sheet"
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
	Index      int               `json:"index"`
	Header     string            `json:"header"` // empty when the file has no header
	Samples    []string          `json:"samples"`
	Field      string            `json:"field"` // proposed field, empty for none
	Confidence Confidence        `json:"confidence"`
	Kind       contact.FieldKind `json:"kind,omitempty"`  // of a new field, should one be made of the column
	Dates      DateOrder         `json:"dates,omitempty"` // of a column of dates: in which order they can be read
}

// Fields of a contact that a column may go to, beside custom ones.
const (
	fieldEmail    = "email"
	fieldPhone    = "phone"
	fieldExternal = "external_id"
	fieldFirst    = "first_name"
	fieldLast     = "last_name"
	fieldFull     = "full_name" // "Last First Patronymic", as in documents
	fieldLang     = "lang"
	fieldTags     = "tags"
)

var builtin = []string{fieldEmail, fieldPhone, fieldExternal, fieldFirst, fieldLast, fieldFull, fieldLang, fieldTags}

// headers that name a field in the three languages, as they stand in real files.
var headers = map[string]string{
	"email": fieldEmail, "e-mail": fieldEmail, "mail": fieldEmail, "email address": fieldEmail, "e-mail address": fieldEmail, "почта": fieldEmail, "эл. почта": fieldEmail, "эл почта": fieldEmail,
	"электронная почта": fieldEmail, "адрес электронной почты": fieldEmail, "емейл": fieldEmail, "имейл": fieldEmail, "емайл": fieldEmail, "эл. адрес": fieldEmail, "email адрес": fieldEmail,
	"пошта": fieldEmail, "электрондық пошта": fieldEmail, "эл. пошта": fieldEmail, "электронды пошта": fieldEmail,
	"phone": fieldPhone, "phone number": fieldPhone, "mobile": fieldPhone, "mobile phone": fieldPhone, "tel": fieldPhone, "телефон": fieldPhone, "тел": fieldPhone, "тел.": fieldPhone, "номер": fieldPhone,
	"номер телефона": fieldPhone, "мобильный": fieldPhone, "мобильный телефон": fieldPhone, "сотовый": fieldPhone, "моб": fieldPhone, "моб.": fieldPhone, "ұялы телефон": fieldPhone, "телефон нөмірі": fieldPhone, "ұялы": fieldPhone,
	"external id": fieldExternal, "ext id": fieldExternal, "customer id": fieldExternal, "client id": fieldExternal, "crm id": fieldExternal, "внешний код": fieldExternal, "внешний id": fieldExternal, "код клиента": fieldExternal,
	"id клиента": fieldExternal, "номер клиента": fieldExternal, "клиент коды": fieldExternal, "сыртқы код": fieldExternal, "сыртқы id": fieldExternal,
	"first name": fieldFirst, "firstname": fieldFirst, "first_name": fieldFirst, "name": fieldFirst, "given name": fieldFirst, "имя": fieldFirst, "аты": fieldFirst, "есімі": fieldFirst, "есім": fieldFirst,
	"last name": fieldLast, "lastname": fieldLast, "last_name": fieldLast, "surname": fieldLast, "family name": fieldLast, "фамилия": fieldLast, "тегі": fieldLast, "тек": fieldLast,
	"full name": fieldFull, "fullname": fieldFull, "full_name": fieldFull, "фио": fieldFull, "ф.и.о.": fieldFull, "ф.и.о": fieldFull, "фамилия имя отчество": fieldFull, "фамилия имя": fieldFull, "аты-жөні": fieldFull, "аты жөні": fieldFull, "тегі аты": fieldFull,
	"lang": fieldLang, "language": fieldLang, "язык": fieldLang, "тіл": fieldLang, "тілі": fieldLang,
	"tags": fieldTags, "tag": fieldTags, "labels": fieldTags, "categories": fieldTags, "теги": fieldTags, "метки": fieldTags, "метка": fieldTags, "тег": fieldTags, "категории": fieldTags, "белгілер": fieldTags, "тегтер": fieldTags,
}

var headerSpace = regexp.MustCompile(`[\s_]+`)

func headerKey(h string) string {
	return strings.TrimSpace(headerSpace.ReplaceAllString(strings.ToLower(contact.CleanText(h)), " "))
}

// samples is how many values of a column are shown.
const samples = 3

// columnsOf describes the columns of the first rows and proposes fields, each at most once.
func columnsOf(rows []sheet.Record, hasHeader bool, custom []contact.Field) []Column {
	width := 0
	for _, r := range rows {
		width = max(width, len(r.Cells))
	}
	if hasHeader && len(rows) > 0 {
		width = len(rows[0].Cells)
	}
	out := make([]Column, width)
	for i := range out {
		out[i] = describe(rows, i, hasHeader, custom)
	}
	propose(out)
	return out
}

// look is what the values of a column tell.
type look struct {
	filled                         int
	email, phone, number, yes, day int
	orders                         map[DateOrder]int
}

func describe(rows []sheet.Record, i int, hasHeader bool, custom []contact.Field) Column {
	c := Column{Index: i, Samples: []string{}, Confidence: None}
	if hasHeader {
		c.Header = cell(rows[0].Cells, i)
		rows = rows[1:]
	}
	l := look{orders: map[DateOrder]int{}}
	for _, r := range rows {
		v := cell(r.Cells, i)
		if v == "" {
			continue
		}
		l.add(v)
		if len(c.Samples) < samples && !slices.Contains(c.Samples, v) {
			c.Samples = append(c.Samples, v)
		}
	}
	c.Kind, c.Dates = l.kind(), l.dates()
	byValue := l.address()
	byHeader := fieldOf(c.Header, custom)
	switch {
	case byHeader != "" && (byHeader == byValue || byHeader != fieldEmail && byHeader != fieldPhone && byValue == "" || l.filled == 0):
		c.Field, c.Confidence = byHeader, Exact
	case byHeader != "" && byValue == "":
		c.Field, c.Confidence = byHeader, Likely
	case byValue != "":
		c.Field, c.Confidence = byValue, Likely
	}
	return c
}

func (l *look) add(v string) {
	l.filled++
	switch kindOf(v) {
	case fieldEmail:
		l.email++
		return
	case fieldPhone:
		l.phone++
	}
	if o := orderOf(v); o != "" {
		l.day++
		l.orders[o]++
		return
	}
	if _, err := (contact.Field{Kind: contact.BooleanField}).Parse(v); err == nil {
		l.yes++
	}
	if looksNumber(v) {
		l.number++
	}
}

// looksNumber tells a quantity from a code: codes begin with zero or are long.
func looksNumber(v string) bool {
	if len(v) > 12 || len(v) > 1 && v[0] == '0' && v[1] >= '0' && v[1] <= '9' {
		return false
	}
	_, err := contact.Field{Kind: contact.NumberField}.Parse(v)
	return err == nil
}

// address is the field of addresses that at least half of the values belong to.
func (l *look) address() string {
	switch {
	case l.phone > 0 && l.phone*2 >= l.filled && l.day == 0:
		return fieldPhone
	case l.email > 0 && l.email*2 >= l.filled:
		return fieldEmail
	default:
		return ""
	}
}

// kind proposes the kind of a new field: what nine of ten values are. Ones and zeros alone may be numbers as well as answers.
func (l *look) kind() contact.FieldKind {
	most := func(n int) bool { return n > 0 && n*10 >= l.filled*9 }
	switch {
	case most(l.day):
		return contact.DateField
	case most(l.yes) && l.number < l.yes:
		return contact.BooleanField
	case most(l.number):
		return contact.NumberField
	default:
		return contact.TextField
	}
}

// dates is the order that fits all dates of a column. One that can be only day first decides for the others.
func (l *look) dates() DateOrder {
	switch {
	case l.day*2 < l.filled || l.day == 0:
		return ""
	case l.orders[MonthFirst] > l.orders[DayFirst]:
		return MonthFirst
	case l.orders[DayFirst] > 0:
		return DayFirst
	case l.orders[AnyOrder] > 0:
		return AnyOrder
	default:
		return YearFirst
	}
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
	if len(v) >= 10 {
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
func hasHeader(rows []sheet.Record, custom []contact.Field) bool {
	if len(rows) == 0 {
		return false
	}
	known, values := 0, 0
	for i, h := range rows[0].Cells {
		if fieldOf(h, custom) != "" {
			known++
		}
		if kindOf(cell(rows[0].Cells, i)) != "" {
			values++
		}
	}
	if known > 0 || values > 0 {
		return values == 0
	}
	for _, r := range rows[1:] {
		for i := range r.Cells {
			if kindOf(cell(r.Cells, i)) != "" {
				return true
			}
		}
	}
	return len(rows) > 1
}
