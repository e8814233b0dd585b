package content

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"keruen/internal/content/when"
	"keruen/internal/lang"
)

// form is how a value is written: {{date birthday "long"}}. Nil is as it stands.
type form struct {
	how      string // date, number, money, upper, lower
	lang     lang.Lang
	style    lang.Style
	decimals int // -1: as many as there are
	currency string
}

// Midnight is the beginning of a moment's day in a zone, as Values.Today wants it.
func Midnight(at time.Time, zone *time.Location) time.Time {
	year, month, day := at.In(zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, zone)
}

// formed are the kinds of values that a form fits; nil is all of them.
var formed = map[string][]when.Kind{
	"date": {when.Date, when.Anything}, "number": {when.Number, when.Anything}, "money": {when.Number, when.Anything}, "upper": nil, "lower": nil,
}

// formOf reads the words after the field. wrong is the code of a problem, "" when there is none.
func formOf(how string, words []string, l lang.Lang) (f *form, wrong string) {
	f = &form{how: how, lang: l, style: lang.LongDay, decimals: -1, currency: "KZT"}
	for _, w := range words {
		other, isLang := lang.Parse(w)
		n, err := strconv.Atoi(w)
		switch {
		case isLang && len(w) == 2:
			f.lang = other
		case how == "date" && slices.Contains(lang.Styles, lang.Style(w)):
			f.style = lang.Style(w)
		case how == "number" && err == nil && n >= 0 && n <= 6:
			f.decimals = n
		case how == "money" && lang.Currency(strings.ToUpper(w)):
			f.currency = strings.ToUpper(w)
		default:
			return f, "format.word"
		}
	}
	return f, ""
}

// write returns the value in its form, "" when it is not what the form is for: then the words for an empty value stand there.
func (f *form) write(value string) string {
	switch f.how {
	case "upper":
		return strings.ToUpper(value)
	case "lower":
		return strings.ToLower(value)
	case "date":
		at, err := time.Parse(time.DateOnly, value)
		if err != nil {
			return ""
		}
		return f.lang.Day(at, f.style)
	}
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return ""
	}
	if f.how == "money" {
		value, _ = f.lang.Money(n, f.currency)
		return value
	}
	value, _ = f.lang.Number(n, f.decimals)
	return value
}
