package sheet

import (
	"bufio"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Columns that a table of vCards may have; it has those that are filled in some card, then custom ones by their names. Further addresses
// and telephones of a card are email_2, phone_2 and so on.
const (
	ColumnEmail    = "email"
	ColumnPhone    = "phone"
	ColumnFirst    = "first_name"
	ColumnLast     = "last_name"
	ColumnMiddle   = "middle_name"
	ColumnCompany  = "company"
	ColumnPosition = "position"
	ColumnBirthday = "birthday"
	ColumnCity     = "city"
	ColumnAddress  = "address"
	ColumnSite     = "site"
	ColumnTags     = "tags"
	ColumnNote     = "note"
	ColumnLang     = "lang"
	ColumnID       = "external_id"
)

// manyOf is how many addresses and telephones of one card are taken.
const manyOf = 5

// maxCustom bounds the columns that cards may ask for.
const maxCustom = 200

var cardOrder = func() []string {
	out := []string{}
	for _, c := range []string{ColumnEmail, ColumnPhone, ColumnFirst, ColumnLast, ColumnMiddle, ColumnCompany, ColumnPosition, ColumnBirthday, ColumnCity, ColumnAddress, ColumnSite, ColumnTags, ColumnNote, ColumnLang, ColumnID} {
		out = append(out, c)
		for n := 2; n <= manyOf && (c == ColumnEmail || c == ColumnPhone); n++ {
			out = append(out, numbered(c, n))
		}
	}
	return out
}()

func numbered(column string, n int) string {
	if n == 1 {
		return column
	}
	return column + "_" + strconv.Itoa(n)
}

// cardColumns are the columns of a file of cards.
type cardColumns struct {
	names []string
	at    map[string]int
}

func isCard(text string) bool {
	text = strings.TrimSpace(text[:min(len(text), 1000)])
	return len(text) >= 11 && strings.EqualFold(text[:11], "BEGIN:VCARD")
}

// openCards reads all cards once, to find out which columns they fill.
func (b *Book) openCards() error {
	b.Format = VCard
	r, err := b.scanCards(b.Encoding)
	if err != nil {
		return err
	}
	defer r.Close()
	used, n, custom := map[string]bool{}, int64(0), []string{}
	for {
		c, ok, err := r.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		n++
		for name := range c.values {
			if !used[name] && !slices.Contains(cardOrder, name) {
				if len(custom) == maxCustom {
					continue
				}
				custom = append(custom, name)
			}
			used[name] = true
		}
	}
	slices.Sort(custom)
	b.cards = &cardColumns{at: map[string]int{}}
	used[ColumnEmail] = used[ColumnEmail] || len(used) == 0 // a table has a column
	for _, name := range append(slices.Clone(cardOrder), custom...) {
		if used[name] {
			b.cards.at[name] = len(b.cards.names)
			b.cards.names = append(b.cards.names, name)
		}
	}
	b.Sheets = []Sheet{{Rows: n + 1}}
	return nil
}

// cardRows gives the names of the columns as the first record, on line 0, because they do not stand in the file; then a record for each card.
type cardRows struct {
	scan    *cardScanner
	columns *cardColumns
	begun   bool
}

func (b *Book) cardRows(o Options) (Rows, error) {
	s, err := b.scanCards(o.Encoding)
	if err != nil {
		return nil, err
	}
	return &cardRows{scan: s, columns: b.cards}, nil
}

func (r *cardRows) Close() error { return r.scan.Close() }

func (r *cardRows) Next() (Record, bool, error) {
	if !r.begun {
		r.begun = true
		return Record{Cells: slices.Clone(r.columns.names)}, true, nil
	}
	c, ok, err := r.scan.next()
	if err != nil || !ok {
		return Record{}, false, err
	}
	rec := Record{Line: c.line, Trouble: c.trouble, Cells: make([]string, max(1, len(r.columns.names)))}
	for name, v := range c.values {
		if i, ok := r.columns.at[name]; ok {
			rec.Cells[i] = v
		}
	}
	if c.stray != "" {
		rec.Cells = []string{c.stray}
	}
	return rec, true, nil
}

// card is one card of a file.
type card struct {
	line    int64
	values  map[string]string
	trouble string
	stray   string // text that stood where a card should
}

// cardScanner reads cards of the versions 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350).
type cardScanner struct {
	r    *bufio.Reader
	file io.Closer
	line int64 // lines read so far
}

func (b *Book) scanCards(e Encoding) (*cardScanner, error) {
	f, err := b.src.open()
	if err != nil {
		return nil, err
	}
	return &cardScanner{r: bufio.NewReaderSize(e.reader(f), 64<<10), file: f}, nil
}

func (s *cardScanner) Close() error { return s.file.Close() }

// next returns the next card; ok is false at the end.
func (s *cardScanner) next() (card, bool, error) {
	stray := card{trouble: NotACard}
	for {
		start := s.line + 1
		p, err := s.property()
		if errors.Is(err, io.EOF) {
			return stray, stray.stray != "", nil
		}
		if err != nil {
			return card{}, false, err
		}
		switch {
		case p.is("BEGIN", "VCARD"):
			c, err := s.card(start)
			return c, err == nil, err
		case stray.stray == "" && p.text != "":
			stray.line, stray.stray = start, clip(strings.ToValidUTF8(p.text, "\uFFFD"))
		}
		if stray.stray != "" && s.atBegin() {
			return stray, true, nil
		}
	}
}

// atBegin tells whether a card begins on the next line.
func (s *cardScanner) atBegin() bool {
	head, _ := s.r.Peek(11)
	return strings.EqualFold(string(head), "BEGIN:VCARD")
}

// card reads the lines of a card after its first one. A card that another one interrupts, or the end of the file, is in trouble.
func (s *cardScanner) card(start int64) (card, error) {
	d := &cardDraft{}
	size, inner, agent := 0, 0, false
	for {
		if inner == 0 && !agent && s.atBegin() {
			return d.card(start, NotACard), nil
		}
		p, err := s.property()
		if errors.Is(err, io.EOF) {
			return d.card(start, NotACard), nil
		}
		if err != nil {
			return card{}, err
		}
		switch {
		case p.is("BEGIN", "VCARD"): // the card of an AGENT, inside (vCard 2.1)
			inner++
		case p.is("END", "VCARD") && inner > 0:
			inner--
		case p.is("END", "VCARD"):
			return d.card(start, ""), nil
		case inner > 0:
		default:
			if size += len(p.text); size > MaxLine {
				d.trouble = TooLong
				continue
			}
			if p.long {
				d.trouble = TooLong
			}
			d.take(p)
		}
		agent = p.name == "AGENT" && p.value == ""
	}
}

// property is one line of a card, unfolded.
type property struct {
	name   string // upper case, without the group
	params []param
	value  string
	text   string // the whole line
	long   bool   // was longer than MaxLine and is cut
}

type param struct{ name, value string } // name is upper case; TYPE for a value alone, as vCard 2.1 writes it

func (p property) is(name, value string) bool {
	return p.name == name && strings.EqualFold(strings.TrimSpace(p.value), value)
}

// Pictures, sounds and keys are passed over without being held.
var unread = []string{"PHOTO", "LOGO", "SOUND", "KEY"}

// property reads a line and those folded under it. io.EOF at the end of the file.
func (s *cardScanner) property() (property, error) {
	peeked, _ := s.r.Peek(200)
	head, _, _ := strings.Cut(string(peeked), "\n")
	keep, quoted := !slices.Contains(unread, nameOf(head)), isQuoted(head)
	text, long, err := s.physical(nil, keep)
	if err != nil {
		return property{}, err
	}
	for {
		next, _ := s.r.Peek(1)
		soft := quoted && len(text) > 0 && text[len(text)-1] == '='
		if len(next) == 0 || !soft && next[0] != ' ' && next[0] != '\t' {
			break
		}
		if soft {
			text = text[:len(text)-1]
		} else {
			_, _ = s.r.Discard(1)
		}
		var more bool
		text, more, err = s.physical(text, keep)
		if err != nil {
			return property{}, err
		}
		long = long || more
	}
	p := parseProperty(string(text))
	p.long = long
	return p, nil
}

// physical appends one line without its end. What goes beyond MaxLine is dropped and told.
func (s *cardScanner) physical(to []byte, keep bool) (_ []byte, long bool, err error) {
	any := false
	for {
		piece, err := s.r.ReadSlice('\n')
		any = any || len(piece) > 0
		ended := err == nil
		if ended {
			s.line++
			piece = piece[:len(piece)-1]
			if len(piece) > 0 && piece[len(piece)-1] == '\r' {
				piece = piece[:len(piece)-1]
			}
		}
		if room := MaxLine - len(to); keep && len(piece) > room {
			long, piece = true, piece[:room]
		}
		if keep {
			to = append(to, piece...)
		}
		switch {
		case ended, errors.Is(err, io.EOF) && any:
			if !ended {
				s.line++
			}
			return to, long, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return to, long, err
		}
	}
}

func nameOf(head string) string {
	if i := strings.IndexAny(head, ":;"); i >= 0 {
		head = head[:i]
	}
	return strings.ToUpper(strings.TrimSpace(head[strings.LastIndexByte(head, '.')+1:]))
}

func isQuoted(head string) bool {
	if i := strings.IndexByte(head, ':'); i >= 0 {
		head = head[:i]
	}
	return strings.Contains(strings.ToUpper(head), "QUOTED-PRINTABLE")
}

// parseProperty takes "item1.TEL;TYPE=CELL,VOICE:+7…" apart.
func parseProperty(text string) property {
	p := property{text: text, name: nameOf(text)}
	start, inQuotes := -1, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '"' {
			inQuotes = !inQuotes
		}
		if inQuotes || c != ';' && c != ':' {
			continue
		}
		if start >= 0 {
			p.params = append(p.params, parseParam(text[start:i]))
		}
		start = i + 1
		if c == ':' {
			p.value = p.decode(text[i+1:])
			return p
		}
	}
	return p
}

func parseParam(s string) param {
	name, value, ok := strings.Cut(s, "=")
	if !ok {
		name, value = "TYPE", s
	}
	return param{strings.ToUpper(strings.TrimSpace(name)), strings.Trim(strings.TrimSpace(value), `"`)}
}

func (p property) param(name string) string {
	for _, q := range p.params {
		if q.name == name {
			return q.value
		}
	}
	return ""
}

// types are the words of TYPE and of vCard 2.1, in lower case.
func (p property) types() []string {
	var out []string
	for _, q := range p.params {
		if q.name == "TYPE" {
			out = append(out, strings.FieldsFunc(strings.ToLower(q.value), func(r rune) bool { return r == ',' || r == ' ' })...)
		}
	}
	return out
}

// decode undoes quoted-printable (RFC 2045 §6.7), whose bytes may be of another encoding than the file.
func (p property) decode(value string) string {
	if !strings.EqualFold(p.param("ENCODING"), "QUOTED-PRINTABLE") && !slices.Contains(p.types(), "quoted-printable") {
		return value
	}
	raw := unquote(value)
	if strings.EqualFold(p.param("CHARSET"), "windows-1251") || !utf8.ValidString(raw) {
		return Windows1251.decode([]byte(raw))
	}
	return raw
}

func unquote(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '=' && i+2 < len(s) {
			if r, ok := hex4(s[i+1 : i+3]); ok {
				b.WriteByte(byte(r))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func clip(s string) string {
	if r := []rune(s); len(r) > 100 {
		return string(r[:100]) + "…"
	}
	return s
}
