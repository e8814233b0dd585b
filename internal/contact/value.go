package contact

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"keruen/internal/errs"
	"keruen/internal/intake/sheet"
)

// Value is one value of a custom field. The zero Value is none. Its JSON form is typed: "text", 12.5, "2026-03-31",
// true, ["a","b"]. A date and a choice are kept as text: which of them a text is, is the field's matter.
type Value struct {
	kind FieldKind // empty, text, number, boolean or list
	text string
	num  float64 // of a number; 1 for true
	list []string
}

// TextValue makes a text, also a choice; none of an empty one.
func TextValue(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{kind: TextField, text: s}
}

// NumberValue makes a number; none of what is not finite.
func NumberValue(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}
	}
	return Value{kind: NumberField, num: f}
}

// DateValue makes a day.
func DateValue(year int, month time.Month, day int) Value {
	return TextValue(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
}

// BoolValue makes yes or no.
func BoolValue(b bool) Value {
	v := Value{kind: BooleanField}
	if b {
		v.num = 1
	}
	return v
}

// ListValue makes a list of texts; none of an empty one.
func ListValue(list []string) Value {
	if len(list) == 0 {
		return Value{}
	}
	return Value{kind: ListField, list: list}
}

// IsZero tells that there is no value.
func (v Value) IsZero() bool { return v.kind == "" }

// Kind tells how the value is kept: text (also dates and choices), number, boolean or list; empty for none.
func (v Value) Kind() FieldKind { return v.kind }

// Text is the value as one text, as letters and files show it: 12.5, 2026-03-31, true, "a, b".
func (v Value) Text() string {
	switch v.kind {
	case NumberField:
		return strconv.FormatFloat(v.num, 'f', -1, 64)
	case BooleanField:
		return strconv.FormatBool(v.num == 1)
	case ListField:
		return strings.Join(v.list, ", ")
	default:
		return v.text
	}
}

// Number returns a number; ok is false for other values.
func (v Value) Number() (n float64, ok bool) { return v.num, v.kind == NumberField }

// Bool returns yes or no; ok is false for other values.
func (v Value) Bool() (b, ok bool) { return v.num == 1, v.kind == BooleanField }

// List returns the items of a list, nil for other values. It is not to be changed.
func (v Value) List() []string { return v.list }

// Equal tells whether both values say the same.
func (v Value) Equal(w Value) bool {
	return v.kind == w.kind && v.text == w.text && v.num == w.num && slices.Equal(v.list, w.list)
}

// String keeps values out of logs: they are personal.
func (v Value) String() string { return "value of a field" }

// MarshalJSON writes the typed form; null for none.
func (v Value) MarshalJSON() ([]byte, error) { return v.appendJSON(nil), nil }

func (v Value) appendJSON(b []byte) []byte {
	switch v.kind {
	case TextField:
		return appendText(b, v.text)
	case NumberField:
		return strconv.AppendFloat(b, v.num, 'f', -1, 64)
	case BooleanField:
		return strconv.AppendBool(b, v.num == 1)
	case ListField:
		b = append(b, '[')
		for i, s := range v.list {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendText(b, s)
		}
		return append(b, ']')
	default:
		return append(b, "null"...)
	}
}

func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f || s[i] == '"' || s[i] == '\\' {
			var text bytes.Buffer
			e := json.NewEncoder(&text)
			e.SetEscapeHTML(false)
			if e.Encode(s) != nil { // a string always encodes
				return append(b, `""`...)
			}
			return append(b, bytes.TrimSpace(text.Bytes())...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// UnmarshalJSON reads the typed form. Objects, and lists of anything but texts, are no values.
func (v *Value) UnmarshalJSON(b []byte) (err error) {
	*v = Value{}
	switch b[0] {
	case '"':
		v.kind = TextField
		if err = json.Unmarshal(b, &v.text); v.text == "" {
			v.kind = ""
		}
	case 't', 'f':
		*v = BoolValue(b[0] == 't')
	case 'n':
	case '[':
		v.kind = ListField
		if err = json.Unmarshal(b, &v.list); len(v.list) == 0 {
			*v = Value{}
		}
	case '{':
		return fmt.Errorf("read value: an object is no value")
	default:
		v.kind = NumberField
		err = json.Unmarshal(b, &v.num)
	}
	return err
}

// fieldsText writes the custom fields of a contact as they are stored, keys in order.
func fieldsText(f map[string]Value) string {
	if len(f) == 0 {
		return "{}"
	}
	b := make([]byte, 0, 32*len(f))
	b = append(b, '{')
	for i, key := range slices.Sorted(maps.Keys(f)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, key), ':')
		b = f[key].appendJSON(b)
	}
	return string(append(b, '}'))
}

// Errors of values.
var (
	ErrNumber     = errs.New(errs.Invalid, "value.number", "Write a number, like 1200.50.")
	ErrDate       = errs.New(errs.Invalid, "value.date", "Write a day between 1900 and 2100, like 2026-03-31 or 31.03.2026.")
	ErrBoolean    = errs.New(errs.Invalid, "value.boolean", "Write yes or no.")
	ErrChoice     = errs.New(errs.Invalid, "value.choice", "The value is not one of the field's choices.")
	ErrListItems  = errs.New(errs.Invalid, "value.list", "A list has at most 50 items of at most 100 characters.")
	ErrValueLong  = errs.New(errs.Invalid, "value.too_long", "The value is too long.")
	ErrValueShape = errs.New(errs.Invalid, "value.kind", "The value does not fit the kind of the field.")
)

// Limits of a list.
const (
	MaxListItems = 50
	MaxListItem  = 100 // characters
)

// Parse reads a value as people write it: "1 200,50", "31.03.2026", "да", a choice in any case, a list with ; or | or ,
// between its items. An empty text is no value. The errors are of kind Invalid, with a code.
func (f Field) Parse(text string) (Value, error) {
	text = CleanText(text)
	if text == "" {
		return Value{}, nil
	}
	switch f.Kind {
	case NumberField:
		return parseNumber(text)
	case DateField:
		return parseDate(text)
	case BooleanField:
		return parseBool(text)
	case ChoiceField:
		return f.choose(text)
	case ListField:
		return f.items(sheet.SplitList(text))
	default:
		if len([]rune(text)) > MaxFieldValue {
			return Value{}, ErrValueLong.With("limit", MaxFieldValue)
		}
		return TextValue(text), nil
	}
}

// Accept checks a value for this field. A text is parsed, whatever the kind; other values must fit.
func (f Field) Accept(v Value) (Value, error) {
	switch {
	case v.IsZero():
		return Value{}, nil
	case v.kind == TextField, f.Kind == TextField && v.kind == NumberField:
		return f.Parse(v.Text())
	case v.kind == ListField && f.Kind == ListField:
		return f.items(v.list)
	case v.kind != f.Kind:
		return Value{}, ErrValueShape.With("kind", string(f.Kind))
	default:
		return v, nil
	}
}

func parseNumber(text string) (Value, error) {
	s := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\u00a0', '\u202f', '\u2009', '\'', '’':
			return -1
		case '−', '–':
			return '-'
		}
		return r
	}, text)
	comma, point := strings.LastIndexByte(s, ','), strings.LastIndexByte(s, '.')
	switch {
	case comma > point: // "1200,50" and "1.200,50"
		s = strings.ReplaceAll(strings.ReplaceAll(s, ".", ""), ",", ".")
	case comma >= 0: // "1,200.50"
		s = strings.ReplaceAll(s, ",", "")
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || strings.ContainsAny(s, "xXpPnNiI_") || math.Abs(n) > 1e15 {
		return Value{}, ErrNumber
	}
	return NumberValue(n), nil
}

// layouts of days; the day stands before the month, as everywhere but in the USA.
var layouts = []string{time.DateOnly, "2.1.2006", "2/1/2006", "2-1-2006", "2006/1/2", "2006.1.2", time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04",
	"2.1.2006 15:04:05", "2.1.2006 15:04"}

func parseDate(text string) (Value, error) {
	for _, l := range layouts {
		if at, err := time.Parse(l, text); err == nil && at.Year() >= 1900 && at.Year() <= 2100 {
			return DateValue(at.Date()), nil
		}
	}
	return Value{}, ErrDate
}

var yes = map[string]bool{"да": true, "иә": true, "ия": true, "yes": true, "true": true, "истина": true, "ақиқат": true, "1": true, "+": true, "y": true, "on": true, "вкл": true,
	"нет": false, "жоқ": false, "no": false, "false": false, "ложь": false, "жалған": false, "0": false, "-": false, "n": false, "off": false, "выкл": false}

func parseBool(text string) (Value, error) {
	b, ok := yes[strings.ToLower(text)]
	if !ok {
		return Value{}, ErrBoolean
	}
	return BoolValue(b), nil
}

func (f Field) choose(text string) (Value, error) {
	for _, o := range f.Options {
		if strings.EqualFold(o, text) {
			return TextValue(o), nil
		}
	}
	return Value{}, ErrChoice.With("options", strings.Join(f.Options, ", "))
}

// items makes a list: each item once, in the writing of the field's options where it has any.
func (f Field) items(list []string) (Value, error) {
	var out []string
	for _, s := range list {
		if s = CleanText(s); s == "" || slices.ContainsFunc(out, func(have string) bool { return strings.EqualFold(have, s) }) {
			continue
		}
		if len(f.Options) > 0 {
			v, err := f.choose(s)
			if err != nil {
				return Value{}, err
			}
			s = v.text
		}
		if len([]rune(s)) > MaxListItem {
			return Value{}, ErrListItems
		}
		out = append(out, s)
	}
	if len(out) > MaxListItems {
		return Value{}, ErrListItems
	}
	return ListValue(out), nil
}
