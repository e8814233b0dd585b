package intake

import (
	"fmt"
	"strings"
	"time"
)

// AnyOrder marks a column of dates that can be read day first as well as month first.
const AnyOrder DateOrder = "any"

// threeNumbers cuts "3/4/2025", "03.04.25 10:30", "2025-04-03T00:00" into its numbers and the sign between them.
func threeNumbers(v string) (parts [3]int, widths [3]int, sign byte, ok bool) {
	v, rest, _ := strings.Cut(strings.TrimSpace(v), " ")
	if t := strings.IndexByte(v, 'T'); t > 0 {
		v, rest = v[:t], v[t+1:]
	}
	if rest != "" && !strings.Contains(rest, ":") {
		return parts, widths, 0, false
	}
	n := 0
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c >= '0' && c <= '9':
			if widths[n] == 4 {
				return parts, widths, 0, false
			}
			parts[n], widths[n] = parts[n]*10+int(c-'0'), widths[n]+1
		case c == '.' && i == len(v)-1 && n == 2: // "31.03.2026." and "31.03.2026г."
		case (c == '.' || c == '/' || c == '-') && n < 2 && widths[n] > 0 && (sign == 0 || sign == c):
			sign, n = c, n+1
		default:
			return parts, widths, 0, false
		}
	}
	return parts, widths, sign, n == 2 && widths[2] > 0
}

// orderOf tells in which order one date can be read: AnyOrder when the day may also be the month, empty when it is no date.
// Dots are written day first everywhere, and years of four digits in front are never ambiguous.
func orderOf(v string) DateOrder {
	p, w, sign, ok := threeNumbers(v)
	switch {
	case !ok:
		return ""
	case w[0] == 4 && validDate(p[0], p[1], p[2]):
		return YearFirst
	case w[2] != 4 && w[2] != 2:
		return ""
	}
	year := century(p[2], w[2])
	day, month := validDate(year, p[1], p[0]), validDate(year, p[0], p[1])
	switch {
	case day && (sign == '.' || !month):
		return DayFirst
	case day && p[0] == p[1]:
		return DayFirst // the same day either way
	case day:
		return AnyOrder
	case month:
		return MonthFirst
	default:
		return ""
	}
}

// isoDate writes a date of three numbers as 2006-01-02; what is no such date stays as it is.
func isoDate(v string, order DateOrder) string {
	p, w, sign, ok := threeNumbers(v)
	if !ok {
		return v
	}
	y, m, d := century(p[2], w[2]), p[1], p[0]
	switch {
	case w[0] == 4:
		y, m, d = p[0], p[1], p[2]
	case order == YearFirst:
		y, m, d = century(p[0], w[0]), p[1], p[2]
	case order == MonthFirst && sign != '.':
		m, d = p[0], p[1]
	}
	if !validDate(y, m, d) {
		return v
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, m, d)
}

// century completes a year of two digits: up to 30 belongs to this century.
func century(year, digits int) int {
	switch {
	case digits > 2:
		return year
	case year <= 30:
		return 2000 + year
	default:
		return 1900 + year
	}
}

func validDate(y, m, d int) bool {
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return y > 0 && t.Year() == y && int(t.Month()) == m && t.Day() == d
}
