package contact

import "strings"

// Line is the kind of a telephone line.
type Line string

// Kinds of lines. UnknownLine: the number's country is not one whose plan is known here.
const (
	MobileLine  Line = "mobile"
	FixedLine   Line = "fixed"
	SpecialLine Line = "special" // free calls, satellites, VoIP: no text messages
	UnknownLine Line = "unknown"
)

// PhoneInfo is what a number itself tells. Numbers are portable in Kazakhstan since 2016, so Operator is whom the range was given
// to — good for estimates, never for billing.
type PhoneInfo struct {
	Number   string // E.164
	Country  string // ISO 3166-1 alpha-2; empty when not known
	Line     Line
	Operator string // empty when not known
}

type phoneRange struct {
	line     Line
	operator string
}

// mobile gives, by country code, how mobile numbers begin after it; every other number there is a fixed line. From the national
// plans as published by the ITU (E.164 national numbering). Kazakhstan has a file of its own, Russia a rule.
var mobile = map[string]string{
	"996": "20 22 50 51 54 55 56 57 70 75 77 99 88",
	"998": "20 33 50 55 77 87 88 90 91 93 94 95 97 98 99",
	"375": "25 29 33 44",
	"992": "00 11 40 41 50 55 70 77 80 88 90 91 92 93 98 99",
	"993": "61 62 63 64 65 71",
	"995": "5",
	"374": "33 41 43 44 49 55 77 91 93 94 95 96 97 98 99",
	"994": "10 40 50 51 55 60 70 77 99",
	"380": "39 50 63 66 67 68 73 91 92 93 94 95 96 97 98 99",
	"373": "6 7",
	"90":  "5",
	"86":  "1",
	"971": "5",
}

// PhoneOf tells what is known about a number in E.164.
func PhoneOf(number string) PhoneInfo {
	info := PhoneInfo{Number: number, Line: UnknownLine}
	digits := strings.TrimPrefix(number, "+")
	if national, ok := strings.CutPrefix(digits, "7"); ok {
		return zoneSeven(info, national)
	}
	for country, p := range plans {
		national, ok := strings.CutPrefix(digits, p.code)
		if !ok {
			continue
		}
		info.Country, info.Line = country, FixedLine
		for prefix := range strings.FieldsSeq(mobile[p.code]) {
			if strings.HasPrefix(national, prefix) {
				info.Line = MobileLine
			}
		}
		return info
	}
	return info
}

// zoneSeven divides +7 between Kazakhstan (6, 7 and 0 reserved, and the pre-codes 33622 of Baikonur) and Russia.
func zoneSeven(info PhoneInfo, national string) PhoneInfo {
	lines := knowledge().lines
	for n := 5; n >= 2; n-- {
		if r, ok := lines[national[:min(n, len(national))]]; ok {
			info.Country, info.Line, info.Operator = "KZ", r.line, r.operator
			return info
		}
	}
	switch national[:1] {
	case "6", "7", "0":
		info.Country = "KZ"
	case "9":
		info.Country, info.Line = "RU", MobileLine
	case "8":
		info.Country, info.Line = "RU", SpecialLine
		if national[1] != '0' {
			info.Line = FixedLine
		}
	case "3", "4":
		info.Country, info.Line = "RU", FixedLine
	}
	return info
}
