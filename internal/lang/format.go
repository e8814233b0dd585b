package lang

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Style is how a day is written.
type Style string

// Styles of days.
const (
	LongDay  Style = "long"  // 21 ноября 2026 г. | 2026 ж. 21 қараша | 21 November 2026
	ShortDay Style = "short" // 21.11.2026 | 21.11.2026 | 21 Nov 2026
	DayMonth Style = "day"   // 21 ноября | 21 қараша | 21 November: birthdays, holidays
)

// Styles lists them in the order in which they are offered.
var Styles = []Style{LongDay, ShortDay, DayMonth}

// months in the case that stands after a day.
var months = map[Lang][12]string{
	Russian: {"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"},
	Kazakh:  {"қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан"},
	English: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

// Day writes the day of t as people of a language do; t is taken in its own zone. Spaces inside are no-break.
func (l Lang) Day(t time.Time, s Style) string {
	names, ok := months[l]
	if !ok {
		l, names = Russian, months[Russian]
	}
	day, month, year := strconv.Itoa(t.Day()), names[t.Month()-1], strconv.Itoa(t.Year())
	switch {
	case s == ShortDay && l == English:
		return day + noBreak + month[:3] + noBreak + year
	case s == ShortDay:
		return t.Format("02.01.2006")
	case s == DayMonth:
		return day + noBreak + month
	case l == Kazakh:
		return year + noBreak + "ж." + noBreak + day + noBreak + month
	case l == Russian:
		return day + noBreak + month + noBreak + year + noBreak + "г."
	}
	return day + noBreak + month + noBreak + year
}

const noBreak = "\u00a0"

// MaxNumber bounds what is written as a number: beyond it a float64 does not hold every whole one.
const MaxNumber = 1e15

// Number writes a number with its groups: 1 234 567,5 or 1,234,567.5. decimals is how many digits follow the point, -1 for as
// many as there are. ok is false for what is no number or beyond MaxNumber.
func (l Lang) Number(x float64, decimals int) (text string, ok bool) {
	if math.IsNaN(x) || math.Abs(x) > MaxNumber {
		return "", false
	}
	digits := strconv.FormatFloat(math.Abs(x), 'f', decimals, 64)
	whole, part, _ := strings.Cut(digits, ".")
	group, point := noBreak, ","
	if l == English {
		group, point = ",", "."
	}
	var b strings.Builder
	if x < 0 && strings.Trim(digits, "0.") != "" {
		b.WriteString("−")
	}
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteByte(whole[i])
	}
	if part != "" {
		b.WriteString(point + part)
	}
	return b.String(), true
}

// signs of the currencies that letters write.
var signs = map[string]string{"KZT": "₸", "RUB": "₽", "USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥", "TRY": "₺", "KGS": "сом", "UZS": "сум"}

// Currency tells whether Money knows the sign of a currency (ISO 4217).
func Currency(code string) bool { return signs[code] != "" }

// Money writes an amount in whole units of a currency: 12 500 ₸ or ₸12,500. Two decimals stand there only when the amount has a part.
// ok is false for an unknown currency and for what Number does not write.
func (l Lang) Money(x float64, currency string) (text string, ok bool) {
	decimals := 2
	if math.Round(x*100) == math.Round(x)*100 {
		decimals = 0
	}
	text, ok = l.Number(x, decimals)
	sign := signs[currency]
	if !ok || sign == "" {
		return "", false
	}
	if l != English {
		return text + noBreak + sign, true
	}
	if len([]rune(sign)) > 1 { // a word stands after the number in every language
		return text + noBreak + sign, true
	}
	if amount, minus := strings.CutPrefix(text, "−"); minus {
		return "−" + sign + amount, true
	}
	return sign + text, true
}
