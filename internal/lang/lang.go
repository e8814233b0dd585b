// Package lang names the three languages of the product and chooses among them.
package lang

import "strings"

// Lang is a language of the interface, of letters and of documents.
type Lang string

// The languages. Russian is the source and the default.
const (
	Russian Lang = "ru"
	Kazakh  Lang = "kk"
	English Lang = "en"
)

// All lists the languages in the order they are offered.
var All = []Lang{Russian, Kazakh, English}

// Parse returns the language of a tag such as "kk-KZ"; ok is false for one we do not speak.
func Parse(tag string) (l Lang, ok bool) {
	base, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	for _, l := range All {
		if base == string(l) {
			return l, true
		}
	}
	return Russian, false
}

// FromHeader chooses by an Accept-Language header (RFC 9110 §12.5.4), in the order of
// appearance; weights are ignored, browsers list the languages by preference anyway.
func FromHeader(h string) Lang {
	for part := range strings.SplitSeq(h, ",") {
		tag, _, _ := strings.Cut(part, ";")
		if l, ok := Parse(tag); ok {
			return l
		}
	}
	return Russian
}

// Text is one sentence in the three languages.
type Text struct {
	Ru string `json:"ru"`
	Kk string `json:"kk"`
	En string `json:"en"`
}

// In returns the sentence in l, in Russian when that translation is empty.
func (t Text) In(l Lang) string {
	switch {
	case l == Kazakh && t.Kk != "":
		return t.Kk
	case l == English && t.En != "":
		return t.En
	default:
		return t.Ru
	}
}
