package sheet

import "strings"

// listSeparators may stand between the items of a list in one cell, the strongest first: where there is a semicolon, commas belong to the items.
const listSeparators = ";|,"

// JoinList writes several values into one cell, "a; b". A value with a separator or quotes in it stands in quotes; empty ones are left out.
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

// SplitList reads what JoinList writes, and what people write: values between ; or else | or else commas, in quotes where one holds that separator.
func SplitList(cell string) []string {
	var out []string
	separator := separatorOf(cell)
	for cell = strings.TrimLeft(cell, " \t"); cell != ""; cell = strings.TrimLeft(cell, " \t") {
		var v string
		v, cell = firstItem(cell, separator)
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// separatorOf finds the strongest separator that stands outside of quotes, "" when there is none.
func separatorOf(cell string) string {
	best := len(listSeparators)
	quoted, fresh := false, true // fresh: an item may begin here
	for i := range len(cell) {
		c := cell[i]
		at := strings.IndexByte(listSeparators, c)
		switch {
		case c == '"' && (quoted || fresh):
			quoted = !quoted
			fresh = false
		case quoted:
		case at >= 0:
			best, fresh = min(best, at), true
		case c != ' ' && c != '\t':
			fresh = false
		}
	}
	if quoted { // a lone quote is a character like others
		for at := range len(listSeparators) {
			if strings.IndexByte(cell, listSeparators[at]) >= 0 {
				return listSeparators[at : at+1]
			}
		}
	}
	return listSeparators[min(best, len(listSeparators)):min(best+1, len(listSeparators))]
}

func firstItem(s, separator string) (item, rest string) {
	if s[0] == '"' {
		if v, after, ok := quotedItem(s[1:], separator); ok {
			return v, after
		}
	}
	if separator == "" {
		return strings.TrimSpace(s), ""
	}
	item, rest, _ = strings.Cut(s, separator)
	return strings.TrimSpace(item), rest
}

// quotedItem reads up to the closing quote, after which only the separator or the end may stand.
func quotedItem(s, separator string) (item, rest string, ok bool) {
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
		if s != "" && (separator == "" || !strings.HasPrefix(s, separator)) {
			return "", "", false
		}
		return strings.TrimSpace(b.String()), s[min(1, len(s)):], true
	}
}
