package sheet

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// numberFormat is what a cell's style says about its number, as far as reading needs it.
type numberFormat struct {
	date, clock bool   // shows the day, the time of day
	elapsed     bool   // hours beyond 24, [h]:mm
	percent     bool   //
	decimals    int    // shown at least
	mask        string // digits among signs: 000000000000 of a tax number, +0 (000) 000-00-00 of a telephone
}

// Formats that need no definition (ECMA-376 §18.8.30); those of East Asia included.
var builtIn = map[string]string{
	"1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%", "14": "d.m.yy", "15": "d-mmm-yy", "16": "d-mmm", "17": "mmm-yy", "18": "h:mm AM/PM",
	"19": "h:mm:ss AM/PM", "20": "h:mm", "21": "h:mm:ss", "22": "d.m.yy h:mm", "45": "mm:ss", "46": "[h]:mm:ss", "47": "mm:ss.0", "27": "d", "28": "d", "29": "d", "30": "d", "31": "d",
	"32": "h:mm", "33": "h:mm", "34": "h:mm", "35": "h:mm", "36": "d", "50": "d", "51": "d", "52": "d", "53": "d", "54": "d", "55": "h:mm", "56": "h:mm", "57": "d", "58": "d",
}

func formatOf(number string, codes map[string]string) numberFormat {
	code, ok := codes[number]
	if !ok {
		code = builtIn[number]
	}
	return parseFormat(code)
}

// parseFormat reads a format code, of which the first section counts (§18.8.31).
func parseFormat(code string) numberFormat {
	var f numberFormat
	if strings.EqualFold(code, "general") || code == "@" {
		return f
	}
	var mask []byte
	plain, point, minutes := true, false, false
scan:
	for i := 0; i < len(code); i++ {
		c := code[i]
		switch c {
		case ';':
			break scan
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				break scan
			}
			mask = append(mask, literal(code[i+1:i+1+end])...)
			i += end + 1
		case '\\':
			if i++; i < len(code) {
				mask = append(mask, literal(code[i:i+1])...)
			}
		case '_', '*':
			i++ // a gap as wide as the next character, or filled with it
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				break scan
			}
			inside := strings.ToLower(code[i+1 : i+end])
			if inside != "" && strings.Trim(inside, "hms") == "" {
				f.clock, f.elapsed = true, true
			}
			plain = plain && !strings.ContainsAny(inside, "<>=")
			i += end
		case 'y', 'Y', 'd', 'D':
			f.date = true
		case 'h', 'H', 's', 'S':
			f.clock = true
		case 'm', 'M':
			minutes = true
		case '%':
			f.percent = true
		case '.':
			point, plain = true, false
		case '0', '#', '?':
			if point && c == '0' {
				f.decimals++
			}
			mask = append(mask, c)
		case ' ', '(', ')', '+', '-':
			mask = append(mask, c)
		default:
			plain = false
		}
	}
	f.date = f.date || minutes && !f.clock // a month alone
	if f.date || f.clock {
		f.decimals = 0
		return f
	}
	if m := string(mask); plain && !f.percent && isMask(m) {
		f.mask = m
	}
	return f
}

// isMask tells whether a format is the shape of a code, not of an amount: "# ##0" is one of those.
func isMask(m string) bool {
	zeros, any := strings.Count(m, "0"), strings.Count(m, "#")
	return zeros+any > 1 && !strings.ContainsAny(m, "?~") && (any == 0 || strings.ContainsAny(m, "()+-"))
}

// literal marks letters among the digits of a format, which make it no mask; digits that stand for themselves are written as letters a to j.
func literal(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r - '0' + 'a'
		case strings.ContainsRune(" ()+-", r):
			return r
		default:
			return '~'
		}
	}, s)
}

// text writes the number of a cell as its reader sees it, but without losing digits: dates as 2026-03-31, times as 14:05, never an exponent.
func (f numberFormat) text(raw string, from04 bool) string {
	raw = strings.TrimSpace(raw)
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return raw
	}
	if f.date || f.clock {
		if s, ok := f.moment(v, from04); ok {
			return s
		}
	}
	if f.percent {
		return pad(plainNumber(v*100), f.decimals) + "%"
	}
	out := raw
	if !digitsOnly(raw) {
		out = plainNumber(v)
	}
	if f.mask != "" && v >= 0 && digitsOnly(out) {
		return applyMask(f.mask, out)
	}
	return pad(out, f.decimals)
}

// plainNumber writes a number with the 15 digits that spreadsheets reckon with.
func plainNumber(v float64) string {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	if math.Abs(v) >= 1e21 {
		return strconv.FormatFloat(v, 'g', -1, 64) // no telephone and no sum
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func digitsOnly(s string) bool {
	s = strings.TrimPrefix(s, "-")
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// pad adds zeros up to the decimals that the format shows. It cuts nothing.
func pad(s string, decimals int) string {
	if decimals == 0 || strings.ContainsAny(s, "eE") {
		return s
	}
	point := strings.IndexByte(s, '.')
	if point < 0 {
		point, s = len(s), s+"."
	}
	return s + strings.Repeat("0", max(0, decimals-(len(s)-point-1)))
}

// applyMask puts digits into their places from the right; what is left over stands before the first place.
func applyMask(mask, digits string) string {
	digits = strings.TrimLeft(digits, "0")
	places := strings.Count(mask, "0") + strings.Count(mask, "#")
	left := max(0, len(digits)-places)
	over, digits := digits[:left], digits[left:]
	var b strings.Builder
	first := true
	for i := range len(mask) {
		switch c := mask[i]; c {
		case '0', '#':
			if first {
				b.WriteString(over)
				first = false
			}
			if places > len(digits) {
				if c == '0' {
					b.WriteByte('0')
				}
			} else {
				b.WriteByte(digits[len(digits)-places])
			}
			places--
		case ' ', '(', ')', '+', '-':
			b.WriteByte(c)
		default:
			b.WriteByte(c - 'a' + '0')
		}
	}
	return b.String()
}

// maxSerial is the day after 9999-12-31.
const maxSerial = 2_958_466

// moment writes a day number. Days before March 1900 are counted as spreadsheets do, who believe in February 29th of that year.
func (f numberFormat) moment(v float64, from04 bool) (string, bool) {
	if v < 0 || v >= maxSerial {
		return "", false
	}
	if f.elapsed && !f.date {
		return clock(int64(math.Round(v * 86_400))), true
	}
	base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if from04 {
		base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if v < 60 {
		base = base.AddDate(0, 0, 1)
	}
	seconds := int64(math.Round(v * 86_400))
	day := base.AddDate(0, 0, int(seconds/86_400)).Format(time.DateOnly)
	switch {
	case !f.clock, f.date && seconds%86_400 == 0:
		return day, true
	case !f.date:
		return clock(seconds % 86_400), true
	default:
		return day + " " + clock(seconds%86_400), true
	}
}

func clock(seconds int64) string {
	two := func(n int64) string {
		if n < 10 {
			return "0" + strconv.FormatInt(n, 10)
		}
		return strconv.FormatInt(n, 10)
	}
	out := two(seconds/3600) + ":" + two(seconds/60%60)
	if seconds%60 != 0 {
		out += ":" + two(seconds%60)
	}
	return out
}

// isoMoment writes a date cell that holds text (§18.18.11, type d): 2026-03-31T14:05:00Z.
func isoMoment(s string) string {
	for _, layout := range []string{"2006-01-02T15:04:05.999Z07:00", "2006-01-02T15:04:05.999", "2006-01-02T15:04"} {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if h, m, sec := t.Clock(); h+m+sec == 0 {
			return t.Format(time.DateOnly)
		}
		return t.Format(time.DateOnly) + " " + clock(int64(t.Hour()*3600+t.Minute()*60+t.Second()))
	}
	return s
}

// whole reads a number of digits only.
func whole(s string) (int64, bool) {
	if s == "" || len(s) > 18 {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, true
}
