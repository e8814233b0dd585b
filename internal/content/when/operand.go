package when

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

func (p *parser) operands(l *leaf) {
	switch l.op {
	case filled, yes, no:
		return
	case lastDays, nextDays, olderDays:
		l.days = p.count(1, MaxDays)
		return
	case anniversary:
		if p.at < len(p.tokens) && !p.tokens[p.at].quoted && unicode.IsDigit(rune(p.tokens[p.at].text[0])) {
			l.days = p.count(0, 366)
		}
		return
	}
	switch l.kind {
	case Number:
		p.numbers(l)
	case Date:
		p.dates(l)
	case Boolean:
		p.truth(l)
	default:
		l.text = p.texts(l)
	}
}

// values reads one value, or several with commas between.
func (p *parser) values(single bool) []string {
	var out []string
	for p.wrong == nil {
		if p.at >= len(p.tokens) || !p.tokens[p.at].quoted && (slices.Contains(signs, p.tokens[p.at].text) || p.tokens[p.at].text == "") {
			p.fail("condition.value")
			return nil
		}
		v := strings.TrimSpace(p.tokens[p.at].text)
		if v == "" || utf8.RuneCountInString(v) > MaxText || !utf8.ValidString(v) {
			p.fail("condition.value", "limit", MaxText)
			return nil
		}
		if out = append(out, v); len(out) > MaxValues {
			p.fail("condition.limit", "limit", MaxValues)
			return nil
		}
		p.at++
		if single || !p.take(",") {
			break
		}
	}
	return out
}

func (p *parser) texts(l *leaf) []string {
	at := p.at
	list := p.values(l.op != anyOf && l.op != allOf)
	for i, v := range list {
		list[i] = strings.ToLower(v)
		if l.kind == Code && !language(list[i]) {
			p.at = at
			p.fail("condition.value")
		}
	}
	if l.kind == List && l.op != allOf {
		l.op = anyOf
	}
	return list
}

func (p *parser) count(from, to int) int {
	at := p.at
	list := p.values(true)
	if len(list) == 0 {
		return 0
	}
	n, err := strconv.Atoi(list[0])
	if err != nil || n < from || n > to {
		p.at = at
		p.fail("condition.value", "min", from, "max", to)
	}
	return n
}

func (p *parser) numbers(l *leaf) {
	l.from = p.numberValue()
	if l.op != between || p.wrong != nil {
		return
	}
	if !p.take(",") {
		p.fail("condition.value")
		return
	}
	if l.to = p.numberValue(); l.to < l.from {
		p.at--
		p.fail("condition.value")
	}
}

func (p *parser) numberValue() float64 {
	at := p.at
	list := p.values(true)
	if len(list) == 0 {
		return 0
	}
	n, err := strconv.ParseFloat(list[0], 64)
	if err != nil || math.IsNaN(n) || math.Abs(n) > 1e15 {
		p.at = at
		p.fail("condition.value")
	}
	return n
}

// day reads 2026-03-31, also as it is written here: 31.03.2026.
func day(s string) (string, bool) {
	for _, layout := range []string{time.DateOnly, "02.01.2006"} {
		if at, err := time.Parse(layout, s); err == nil {
			d := at.Format(time.DateOnly)
			return d, d >= firstDay && d <= lastDay
		}
	}
	return "", false
}

func (p *parser) dates(l *leaf) {
	d := p.dayValue()
	l.first, l.last = firstDay, lastDay
	switch l.op {
	case is:
		l.first, l.last = d, d
	case less, before:
		l.last = shift(d, -1)
	case atMost:
		l.last = d
	case more, after:
		l.first = shift(d, 1)
	case atLeast:
		l.first = d
	case between:
		if p.wrong == nil && !p.take(",") {
			p.fail("condition.value")
		}
		if l.first, l.last = d, p.dayValue(); l.last < l.first {
			p.at--
			p.fail("condition.value")
		}
	}
}

func (p *parser) dayValue() string {
	at := p.at
	list := p.values(true)
	if len(list) == 0 {
		return firstDay
	}
	d, ok := day(list[0])
	if !ok {
		p.at = at
		p.fail("condition.value")
		return firstDay
	}
	return d
}

func shift(d string, n int) string {
	at, err := time.Parse(time.DateOnly, d)
	if err != nil {
		return d
	}
	return at.AddDate(0, 0, n).Format(time.DateOnly)
}

var truths = map[string]op{"yes": yes, "true": yes, "да": yes, "иә": yes, "1": yes, "no": no, "false": no, "нет": no, "жоқ": no, "0": no}

func (p *parser) truth(l *leaf) {
	at := p.at
	list := p.values(true)
	if len(list) == 0 {
		return
	}
	o, ok := truths[strings.ToLower(list[0])]
	if !ok {
		p.at = at
		p.fail("condition.value")
		return
	}
	l.op = o
}
