package content

import (
	"html"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"keruen/internal/lang"
)

// Values of the recipient and of the account that a letter may name. The zero value renders every fallback.
type Values struct {
	Email, Phone, FirstName, LastName, Lang string
	Fields                                  map[string]string   // custom fields by key
	Items                                   map[string][]string // of fields that are lists, by key; wanted when Needs says so
	Tags, Lists                             map[int64]bool      // of those that Needs names: which the contact has
	Today                                   time.Time           // midnight in the account's zone, for conditions with days
	Vars                                    map[string]string   // of a single message
	UnsubscribeURL, PreferencesURL, WhyURL  string              // of this very message
	AccountName, AccountAddress             string
}

// field is what a placeholder names.
type field uint8

const (
	fieldEmail field = iota + 1
	fieldPhone
	fieldFirstName
	fieldLastName
	fieldFullName
	fieldLang
	fieldUnsubscribe
	fieldPreferences
	fieldWhy
	fieldAccountName
	fieldAccountAddress
	fieldCustom
	fieldVar
	fieldThis // the item of a loop
)

// names of the fields that every letter knows.
var names = map[string]field{
	"email": fieldEmail, "phone": fieldPhone, "first_name": fieldFirstName, "last_name": fieldLastName, "full_name": fieldFullName, "lang": fieldLang,
	"unsubscribe_url": fieldUnsubscribe, "preferences_url": fieldPreferences, "why_url": fieldWhy,
	"account_name": fieldAccountName, "account_address": fieldAccountAddress,
}

// aliases are what people write by habit; they only make the suggestion better.
var aliases = map[string]string{
	"имя": "first_name", "фамилия": "last_name", "фио": "full_name", "почта": "email", "телефон": "phone", "есім": "first_name", "аты": "first_name",
	"name": "first_name", "firstname": "first_name", "lastname": "last_name", "mail": "email", "e-mail": "email", "unsubscribe": "unsubscribe_url",
	"unsubscribelink": "unsubscribe_url", "отписаться": "unsubscribe_url", "company": "account_name",
	"preferences": "preferences_url", "настройки": "preferences_url", "баптаулар": "preferences_url", "why": "why_url", "почему": "why_url", "неге": "why_url",
}

func (v *Values) get(f field, key string) string {
	switch f {
	case fieldEmail:
		return v.Email
	case fieldPhone:
		return v.Phone
	case fieldFirstName:
		return v.FirstName
	case fieldLastName:
		return v.LastName
	case fieldFullName:
		return strings.TrimSpace(v.FirstName + " " + v.LastName)
	case fieldLang:
		return v.Lang
	case fieldUnsubscribe:
		return v.UnsubscribeURL
	case fieldPreferences:
		return v.PreferencesURL
	case fieldWhy:
		return v.WhyURL
	case fieldAccountName:
		return v.AccountName
	case fieldAccountAddress:
		return v.AccountAddress
	case fieldVar:
		return v.Vars[key]
	default:
		return v.Fields[key]
	}
}

// personal tells the values that a contact may lack.
func (f field) personal() bool {
	return f == fieldFirstName || f == fieldLastName || f == fieldFullName || f == fieldPhone || f == fieldCustom
}

// escape is how a value is written, by where it stands.
type escape uint8

const (
	escHeader  escape = iota // one line
	escText                  // plain text
	escHTML                  // text or attribute value: & < > " '
	escURL                   // inside an address in plain text: percent-encoded
	escHTMLURL               // inside an address in an attribute: percent-encoded, so nothing is left for HTML to escape
)

// known says which names may be used in one letter.
type known struct {
	fields, vars map[string]bool
	kinds        map[string]string // of custom fields by key
	tags, lists  map[string]int64  // that conditions may name, by name in small letters
	lang         lang.Lang
	needs        *Needs
}

// resolve finds the field of a name: a standard one, a variable of the message, or a custom field, written bare or as field.key.
func (k known) resolve(name string) (f field, key string, ok bool) {
	if bare, custom := strings.CutPrefix(name, "field."); custom {
		return fieldCustom, bare, k.fields[bare]
	}
	if f, ok = names[name]; ok {
		return f, "", true
	}
	if k.vars[name] {
		return fieldVar, name, true
	}
	return fieldCustom, name, k.fields[name]
}

// suggest returns the known name that a mistyped one most likely means, or "".
func (k known) suggest(name string) string {
	low := strings.ToLower(name)
	if s, ok := aliases[low]; ok {
		return s
	}
	best, least := "", 1+max(1, utf8.RuneCountInString(name)/3)
	try := func(candidate string) {
		if d := distance(low, candidate); d < least || d == least && best != "" && candidate < best {
			best, least = candidate, d
		}
	}
	for n := range names {
		try(n)
	}
	for n := range k.fields {
		try(n)
	}
	for n := range k.vars {
		try(n)
	}
	return best
}

// distance is the number of single-letter edits between two words (Levenshtein), neighbours swapped counting as one.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}

// placeholder is one {{…}} as it was read.
type placeholder struct {
	name, fallback string
	hasFallback    bool
	how            string   // its form, "" for the value as it stands
	words          []string // that tell the form more
}

// parsePlaceholder reads what stands between {{ and }}: a name, perhaps with its form, perhaps | and the words for an empty value, which
// may be quoted.
func parsePlaceholder(inner string) (placeholder, bool) {
	name, rest, hasFallback := strings.Cut(inner, "|")
	p := placeholder{name: trim(name), hasFallback: hasFallback}
	if words := strings.Fields(p.name); len(words) > 1 {
		if _, ok := formed[words[0]]; !ok {
			return p, false
		}
		p.how, p.name, p.words = words[0], words[1], words[2:]
		for i, w := range p.words {
			p.words[i] = strings.Trim(w, `"'“”«»`)
		}
	}
	if !isName(p.name) {
		return p, false
	}
	fallback := trim(rest)
	if len(fallback) >= 2 && (fallback[0] == '"' || fallback[0] == '\'') {
		if fallback[len(fallback)-1] != fallback[0] {
			return p, false
		}
		fallback = fallback[1 : len(fallback)-1]
	}
	p.fallback = fallback
	return p, true
}

func trim(s string) string { return strings.TrimFunc(s, unicode.IsSpace) }

func isName(s string) bool {
	if s == "" || len(s) > 100 {
		return false
	}
	for i, r := range s {
		letter := r == '_' || unicode.IsLetter(r)
		if !letter && (i == 0 || !unicode.IsDigit(r) && r != '.' && r != '-') {
			return false
		}
	}
	return true
}

// splitter cuts a piece of source into literals and fields.
type splitter struct {
	found *found
	known known
	path  string
	src   string // the whole of it, for places

	stack  []branch         // conditions and loops that are open
	base   int              // how many of them began outside of what is read now
	inside bool             // an attribute or a comment is read, or a text without elements
	blocks int              // how many there have been
	about  []string         // the values that the last condition named
	named  int              // how often the item of a loop was named
	opened func() []element // elements that are open in the page; nil where there are none
	reopen func([]element)
}

// split appends the segments of piece, which begins at offset of the source. literal turns source characters into what
// is written; entities tells that the source is HTML, whose character references are resolved in names and fallbacks.
func (s *splitter) split(out *segments, piece string, offset int, esc escape, entities bool, literal func(string) string) {
	for {
		open := strings.Index(piece, "{{")
		if open < 0 {
			out.text(literal(piece))
			return
		}
		out.text(literal(piece[:open]))
		length := closing(piece[open+2:])
		if length < 0 {
			s.found.add(s.path, s.src, offset+open, "placeholder.unclosed")
			return
		}
		inner := piece[open+2 : open+2+length]
		if entities {
			inner = html.UnescapeString(inner)
		}
		if directive(inner) {
			s.directive(out, inner, offset+open)
		} else {
			s.one(out, inner, offset+open, esc)
		}
		end := open + 2 + length + 2
		piece, offset = piece[end:], offset+end
	}
}

// closing finds the }} of a placeholder, skipping a quoted fallback.
func closing(s string) int {
	end := strings.Index(s, "}}")
	if end >= 0 && directive(s[:end]) {
		return end + closingQuoted(s, end)
	}
	bar := strings.IndexByte(s, '|')
	if bar < 0 || end < 0 || bar > end {
		return end
	}
	rest := strings.TrimLeftFunc(s[bar+1:], unicode.IsSpace)
	start := len(s) - len(rest)
	if rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return end
	}
	quote := strings.IndexByte(rest[1:], rest[0])
	if quote < 0 {
		return end
	}
	after := start + 1 + quote + 1
	if e := strings.Index(s[after:], "}}"); e >= 0 {
		return after + e
	}
	return end
}

// maxInner bounds how far the end of a condition is looked for, in bytes.
const maxInner = 16 << 10

// closingQuoted is how much further than end the }} of a condition stands: those inside quotes are not it.
func closingQuoted(s string, end int) int {
	var quote byte
	for i := range min(len(s), maxInner) - 1 {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '}' && s[i+1] == '}':
			return i - end
		}
	}
	return 0
}

func (s *splitter) one(out *segments, inner string, offset int, esc escape) {
	p, ok := parsePlaceholder(inner)
	if !ok {
		s.found.add(s.path, s.src, offset, "placeholder.syntax", "placeholder", "{{"+shorten(inner)+"}}")
		return
	}
	f, key, ok := s.field(p.name)
	if !ok {
		s.unknown(p.name, offset)
		return
	}
	var shape *form
	if p.how != "" {
		if shape, ok = s.form(p, offset); !ok {
			return
		}
	}
	if f.personal() && !p.hasFallback && !s.certain(p.name) && esc != escURL && esc != escHTMLURL {
		s.found.add(s.path, s.src, offset, "placeholder.no_fallback", "name", p.name)
	}
	out.add(segment{op: opField, field: f, key: key, literal: p.fallback, esc: esc, form: shape})
}

// field is resolve, with the item of the loop around.
func (s *splitter) field(name string) (field, string, bool) {
	if name == "this" && s.looping() {
		s.named++
		return fieldThis, "", true
	}
	return s.known.resolve(name)
}

// form reads how a value is to be written, and tells what is wrong with that.
func (s *splitter) form(p placeholder, offset int) (*form, bool) {
	_, kind, may := s.Field(p.name)
	fit := formed[p.how]
	if !may || fit != nil && !slices.Contains(fit, kind) {
		s.found.add(s.path, s.src, offset, "format.kind", "format", p.how, "name", p.name)
		return nil, false
	}
	shape, wrong := formOf(p.how, p.words, s.known.lang)
	if wrong != "" {
		s.found.add(s.path, s.src, offset, wrong, "format", p.how, "words", strings.Join(p.words, " "))
	}
	return shape, wrong == ""
}

func (s *splitter) unknown(name string, offset int) {
	if fix := s.known.suggest(name); fix != "" {
		s.found.add(s.path, s.src, offset, "placeholder.unknown", "name", shorten(name), "suggestion", fix)
		return
	}
	s.found.add(s.path, s.src, offset, "placeholder.unknown", "name", shorten(name))
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
