package contact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lookalikes are the Cyrillic and Greek letters that pass for Latin ones (after the confusables of UTS-39, those that the
// keyboards of Kazakhstan and Russia have).
var lookalikes = map[rune]rune{
	'а': 'a', 'в': 'b', 'с': 'c', 'е': 'e', 'һ': 'h', 'і': 'i', 'к': 'k', 'м': 'm', 'н': 'h', 'о': 'o', 'р': 'p', 'т': 't', 'у': 'y', 'ү': 'y', 'х': 'x', 'ѕ': 's', 'ј': 'j',
	'А': 'A', 'В': 'B', 'С': 'C', 'Е': 'E', 'І': 'I', 'К': 'K', 'М': 'M', 'Н': 'H', 'О': 'O', 'Р': 'P', 'Т': 'T', 'У': 'Y', 'Ү': 'Y', 'Х': 'X',
	'ԁ': 'd', 'ԛ': 'q', 'ԝ': 'w', 'ӏ': 'l', 'г': 'r',
	'α': 'a', 'ο': 'o', 'ρ': 'p', 'ν': 'v', 'υ': 'u', 'ι': 'i', 'κ': 'k', 'τ': 't', 'χ': 'x', 'γ': 'y', 'ε': 'e',
	'Α': 'A', 'Β': 'B', 'Ε': 'E', 'Η': 'H', 'Ι': 'I', 'Κ': 'K', 'Μ': 'M', 'Ν': 'N', 'Ο': 'O', 'Ρ': 'P', 'Τ': 'T', 'Χ': 'X', 'Υ': 'Y', 'Ζ': 'Z',
}

// latinOf returns the address in Latin letters when a label of it mixes alphabets, or when the domain has a label that is
// nothing but look-alikes under a Latin top-level domain ("сору.com"); else "".
func latinOf(local, domain string) string {
	mixed := false
	for part := range strings.FieldsFuncSeq(local, func(r rune) bool { return r == '.' }) {
		mixed = mixed || mixesAlphabets(part)
	}
	labels := strings.Split(domain, ".")
	top := labels[len(labels)-1]
	for _, l := range labels {
		mixed = mixed || mixesAlphabets(l) || isASCII(top) && allLookalikes(l)
	}
	if !mixed {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if l, ok := lookalikes[r]; ok {
			return l
		}
		return r
	}, local+"@"+domain)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// allLookalikes tells whether a label in a foreign alphabet could be read as Latin from end to end.
func allLookalikes(label string) bool {
	foreign := false
	for _, r := range label {
		_, ok := lookalikes[r]
		if r >= utf8.RuneSelf && !ok {
			return false
		}
		foreign = foreign || ok
	}
	return foreign
}

// mixesAlphabets tells whether letters of more than one of the Latin, Cyrillic and Greek alphabets are in a text.
func mixesAlphabets(s string) bool {
	if isASCII(s) {
		return false
	}
	var latin, cyrillic, greek int
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Latin, r):
			latin = 1
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic = 1
		case unicode.Is(unicode.Greek, r):
			greek = 1
		}
	}
	return latin+cyrillic+greek > 1
}

// layout is the keyboard of Windows: what a key gives in the Russian and in the English language. The keys that the Kazakh
// language has instead of the digits never stand in the names of mailboxes.
var layout = keyboard(
	`йцукенгшщзхъфывапролджэячсмитьбюё.`,
	"qwertyuiop[]asdfghjkl;'zxcvbnm,.`/")

func keyboard(from, to string) map[rune]rune {
	keys := map[rune]rune{}
	english := []rune(to)
	for i, r := range []rune(from) {
		keys[r] = english[i]
	}
	return keys
}

func inLatinLayout(s string) string {
	return strings.Map(func(r rune) rune {
		if l, ok := layout[unicode.ToLower(r)]; ok && r != '.' {
			return l
		}
		return r
	}, s)
}

// retyped returns the address as it would be in the English keyboard language, when the domain makes sense only so:
// "ivan@пьфшд.сщь" and "ivan@пьфшдюсщь" are ivan@gmail.com. A Cyrillic part before @ is turned too, as it was typed with the same keys.
func retyped(local, domain string) string {
	if isASCII(domain) {
		return ""
	}
	latin := inLatinLayout(domain)
	if _, known := knowledge().mailboxes[latin]; !known {
		return ""
	}
	return inLatinLayout(local) + "@" + latin
}

// noAt says that an address has no @, with a suggestion where a quotation mark stands in its place: on the Russian keyboard it
// is on the same key.
func noAt(s string) error {
	for _, mark := range []string{`"`, "2"} {
		i := strings.LastIndex(s, mark)
		if i <= 0 {
			continue
		}
		local, domain := s[:i], s[i+len(mark):]
		if !isASCII(domain) {
			local, domain = inLatinLayout(local), inLatinLayout(domain)
		}
		if _, known := knowledge().mailboxes[strings.ToLower(domain)]; known && checkLocal(local) == nil {
			return ErrEmailNoAt.With("suggestion", local+"@"+strings.ToLower(domain))
		}
	}
	return ErrEmailNoAt
}
