package sheet

import "strings"

// listSeparators end an item of a list that stands in one cell.
const listSeparators = ";|,"

// JoinList writes several values into one cell, "a; b". A value with a separator in it stands in quotes; empty ones are left out.
func JoinList(items []string) string {
	var b strings.Builder
	for _, v := range items {
		if v = strings.TrimSpace(v); v == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		if strings.ContainsAny(v, listSeparators+`"`) {
			v = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
		}
		b.WriteString(v)
	}
	return b.String()
}

// SplitList reads what JoinList writes, and what people write: values between ; or | or commas, in quotes where one holds a separator.
func SplitList(cell string) []string {
	var out []string
	for cell = strings.TrimLeft(cell, " \t"); cell != ""; cell = strings.TrimLeft(cell, " \t") {
		var v string
		v, cell = firstItem(cell)
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

func firstItem(s string) (item, rest string) {
	if s[0] == '"' {
		if v, after, ok := quotedItem(s[1:]); ok {
			return v, after
		}
	}
	i := strings.IndexAny(s, listSeparators)
	if i < 0 {
		return strings.TrimSpace(s), ""
	}
	return strings.TrimSpace(s[:i]), s[i+1:]
}

// quotedItem reads up to the closing quote, after which only a separator or the end may stand.
func quotedItem(s string) (item, rest string, ok bool) {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			return "", "", false
		}
		b.WriteString(s[:i])
		s = s[i+1:]
		if strings.HasPrefix(s, `"`) {
			b.WriteByte('"')
			s = s[1:]
			continue
		}
		s = strings.TrimLeft(s, " \t")
		if s != "" && !strings.ContainsRune(listSeparators, rune(s[0])) {
			return "", "", false
		}
		return strings.TrimSpace(b.String()), s[min(1, len(s)):], true
	}
}
