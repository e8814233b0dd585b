package when

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// World tells what a condition may name.
type World interface {
	Field(name string) (ref Ref, kind Kind, ok bool)
	Tag(name string) (id int64, ok bool)  // by its name, or by its identifier as the API writes it
	List(name string) (id int64, ok bool) // likewise
}

// Wrong is what is wrong with a condition, with its place.
type Wrong struct {
	Code   string // condition.syntax, condition.field, condition.op, condition.value, condition.tag, condition.list, condition.limit
	At     int    // in bytes from the beginning of the condition
	Params map[string]any
}

func (w *Wrong) Error() string { return fmt.Sprintf("%s at %d", w.Code, w.At) }

// Parse reads a condition. Words: and, or, not, brackets, the comparisons of segments, and the signs = != < <= > >=. A name alone
// means that there is a value; of a yes-or-no field, that it is yes. Values are quoted when they are more than one word.
func Parse(text string, w World) (Condition, *Wrong) {
	p := &parser{world: w, size: len(text)}
	if p.wrong = p.scan(text); p.wrong != nil {
		return Condition{}, p.wrong
	}
	c := p.either(0)
	if p.wrong == nil && p.at < len(p.tokens) {
		p.fail("condition.syntax", "words", p.tokens[p.at].text)
	}
	return c, p.wrong
}

type token struct {
	text   string
	quoted bool
	at     int
}

type parser struct {
	world  World
	size   int
	tokens []token
	at     int
	leaves int
	wrong  *Wrong
}

// quotes by their opening ones. Editors of texts put the curly ones by themselves.
var quotes = map[rune]string{'"': `"`, '\'': `'`, '“': `”`, '„': `“`, '«': `»`, '‘': `’`}

var signs = []string{"!=", "<>", "<=", ">=", "==", "&&", "||", "=", "<", ">", "≠", "≤", "≥", "(", ")", ",", "!"}

func (p *parser) scan(text string) *Wrong {
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		if unicode.IsSpace(r) {
			at += size
			continue
		}
		if closing, ok := quotes[r]; ok {
			length := strings.Index(text[at+size:], closing)
			if length < 0 {
				return &Wrong{Code: "condition.syntax", At: at, Params: map[string]any{"words": text[at:]}}
			}
			p.tokens = append(p.tokens, token{text[at+size : at+size+length], true, at})
			at += size + length + len(closing)
			continue
		}
		n := lengthOf(text[at:])
		if n == 0 {
			return &Wrong{Code: "condition.syntax", At: at, Params: map[string]any{"words": string(r)}}
		}
		p.tokens = append(p.tokens, token{text: text[at : at+n], at: at})
		at += n
	}
	return nil
}

// lengthOf is how long the sign or the bare word at the beginning is.
func lengthOf(s string) int {
	for _, sign := range signs {
		if strings.HasPrefix(s, sign) {
			return len(sign)
		}
	}
	n := strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_.-+@:/%", r)
	})
	if n < 0 {
		return len(s)
	}
	return n
}

func (p *parser) fail(code string, params ...any) {
	if p.wrong != nil {
		return
	}
	p.wrong = &Wrong{Code: code, At: p.size}
	if p.at < len(p.tokens) {
		p.wrong.At = p.tokens[p.at].at
	}
	for i := 0; i+1 < len(params); i += 2 {
		if p.wrong.Params == nil {
			p.wrong.Params = map[string]any{}
		}
		p.wrong.Params[params[i].(string)] = params[i+1]
	}
}

// word returns the next token in small letters when it is not quoted, "" at the end.
func (p *parser) word() string {
	if p.at >= len(p.tokens) || p.tokens[p.at].quoted {
		return ""
	}
	return strings.ToLower(p.tokens[p.at].text)
}

func (p *parser) take(words ...string) bool {
	if w := p.word(); w == "" || !slices.Contains(words, w) {
		return false
	}
	p.at++
	return true
}

func (p *parser) either(depth int) Condition {
	list := []Condition{p.every(depth)}
	for p.wrong == nil && p.take("or", "||") {
		list = append(list, p.every(depth))
	}
	if len(list) == 1 {
		return list[0]
	}
	return Condition{either: list}
}

func (p *parser) every(depth int) Condition {
	list := []Condition{p.one(depth)}
	for p.wrong == nil && p.take("and", "&&") {
		list = append(list, p.one(depth))
	}
	if len(list) == 1 {
		return list[0]
	}
	return Condition{every: list}
}

func (p *parser) one(depth int) Condition {
	switch {
	case p.wrong != nil:
		return Condition{}
	case depth > MaxDepth:
		p.fail("condition.limit", "limit", MaxDepth)
		return Condition{}
	case p.take("not", "!"):
		c := p.one(depth + 1)
		return Condition{not: &c}
	case p.take("("):
		c := p.either(depth + 1)
		if p.wrong == nil && !p.take(")") {
			p.fail("condition.syntax", "words", ")")
		}
		return c
	}
	if p.leaves++; p.leaves > MaxLeaves {
		p.fail("condition.limit", "limit", MaxLeaves)
		return Condition{}
	}
	l := p.leaf()
	if p.wrong != nil {
		return Condition{}
	}
	return Condition{leaf: l}
}

func (p *parser) leaf() *leaf {
	if p.at >= len(p.tokens) || p.tokens[p.at].quoted || slices.Contains(signs, p.tokens[p.at].text) {
		p.fail("condition.syntax", "words", "")
		return nil
	}
	if w := p.word(); w == "tag" || w == "list" {
		if l, ok := p.belonging(w == "tag"); ok {
			return l
		}
	}
	name := p.tokens[p.at].text
	ref, kind, ok := p.world.Field(name)
	if !ok {
		p.fail("condition.field", "name", name)
		return nil
	}
	p.at++
	l := &leaf{ref: ref, kind: kind}
	p.compare(l, name)
	return l
}

// belonging reads a question about tags or lists; ok is false when the word is a name of a field.
func (p *parser) belonging(tags bool) (*leaf, bool) {
	from := p.at
	p.at++
	how, known := written[p.word()]
	if !known || how.op != is && how.op != anyOf && how.op != allOf {
		p.at = from
		return nil, false
	}
	p.at++
	l := &leaf{tags: tags, op: how.op, denied: how.denied}
	code, find := "condition.list", p.world.List
	if tags {
		code, find = "condition.tag", p.world.Tag
	}
	for p.wrong == nil {
		at := p.at
		for _, name := range p.values(true) {
			id, ok := find(name)
			if !ok {
				p.at = at
				p.fail(code, "name", name)
			}
			l.ids = append(l.ids, id)
		}
		if how.op == is || !p.take(",") {
			break
		}
		if len(l.ids) >= MaxValues {
			p.fail("condition.limit", "limit", MaxValues)
		}
	}
	return l, true
}

// written are the ways to write a comparison.
var written = map[string]struct {
	op     op
	denied bool
}{
	"=": {op: is}, "==": {op: is}, "is": {op: is}, "on": {op: is}, "!=": {is, true}, "<>": {is, true}, "≠": {is, true}, "is_not": {is, true},
	"contains": {op: contains}, "not_contains": {contains, true}, "begins": {op: begins}, "ends": {op: ends},
	"any_of": {op: anyOf}, "all_of": {op: allOf}, "none_of": {anyOf, true}, "filled": {op: filled}, "empty": {filled, true},
	"<": {op: less}, "lt": {op: less}, "<=": {op: atMost}, "≤": {op: atMost}, "lte": {op: atMost}, ">": {op: more}, "gt": {op: more},
	">=": {op: atLeast}, "≥": {op: atLeast}, "gte": {op: atLeast}, "between": {op: between}, "before": {op: before}, "after": {op: after},
	"last_days": {op: lastDays}, "next_days": {op: nextDays}, "older_days": {op: olderDays}, "anniversary": {op: anniversary}, "yes": {op: yes}, "no": {op: no},
}

// fits says which comparisons a kind has.
var fits = map[Kind][]op{
	Text:    {is, contains, begins, ends, anyOf, filled},
	Code:    {is, anyOf, filled},
	Choice:  {is, contains, begins, ends, anyOf, filled},
	Number:  {is, less, atMost, more, atLeast, between, filled},
	Date:    {is, less, atMost, more, atLeast, before, after, between, lastDays, nextDays, olderDays, anniversary, filled},
	Boolean: {is, yes, no, filled},
	List:    {is, contains, anyOf, allOf, filled},
}

// meant is the kind by which a value that may be anything is compared.
func meant(o op, value string) Kind {
	switch o {
	case before, after, lastDays, nextDays, olderDays, anniversary:
		return Date
	case less, atMost, more, atLeast, between:
		if _, ok := day(value); ok {
			return Date
		}
		return Number
	case yes, no:
		return Boolean
	case is:
		if _, err := strconv.ParseFloat(value, 64); err == nil {
			return Number
		}
	}
	return Text
}

func (p *parser) compare(l *leaf, name string) {
	how, ok := written[p.word()]
	switch {
	case ok:
		p.at++
	case p.at < len(p.tokens) && !slices.Contains([]string{"and", "or", "&&", "||", ")"}, p.word()):
		p.fail("condition.op", "name", name, "words", p.tokens[p.at].text)
		return
	case l.kind == Boolean:
		how.op = yes
	default:
		how.op = filled
	}
	l.op, l.denied = how.op, how.denied
	if l.kind == Anything {
		next := ""
		if p.at < len(p.tokens) && !p.tokens[p.at].quoted {
			next = p.tokens[p.at].text
		}
		l.kind = meant(l.op, next)
	}
	if !slices.Contains(fits[l.kind], l.op) {
		p.at-- // the comparison is what does not fit
		p.fail("condition.op", "name", name, "words", string(l.op), "kind", string(l.kind))
		return
	}
	p.operands(l)
}
