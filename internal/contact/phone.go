package contact

import (
	"strings"

	"keruen/internal/errs"
)

// Errors of a telephone number.
var (
	ErrPhoneChar    = errs.New(errs.Invalid, "phone.character", "A telephone number has digits, spaces, brackets and dashes only.")
	ErrPhoneLength  = errs.New(errs.Invalid, "phone.length", "The number has too few or too many digits.")
	ErrPhoneShort   = errs.New(errs.Invalid, "phone.short", "Short numbers, like 101 or 1414, cannot be written to. Give the whole number.")
	ErrPhoneSeveral = errs.New(errs.Invalid, "phone.several", "There is more than one number. Leave one.")
	ErrPhoneCountry = errs.New(errs.Invalid, "phone.country", "The number has no country code. Write it like +7 701 123 45 67, or choose the country of the numbers.")
)

// plan is the numbering of one country: its code, the digits after it, and the prefix of domestic calls.
type plan struct {
	code, trunk string
	national    int
}

// plans by country (ITU-T E.164 and the national plans). Kazakhstan and Russia share +7 and the trunk prefix 8.
var plans = map[string]plan{
	"KZ": {"7", "8", 10}, "RU": {"7", "8", 10}, "KG": {"996", "0", 9}, "UZ": {"998", "", 9}, "BY": {"375", "80", 9},
	"TJ": {"992", "", 9}, "TM": {"993", "8", 8}, "GE": {"995", "0", 9}, "AM": {"374", "0", 8}, "AZ": {"994", "0", 9},
	"UA": {"380", "0", 9}, "MD": {"373", "0", 8}, "TR": {"90", "0", 10}, "CN": {"86", "0", 11}, "AE": {"971", "0", 9},
}

// PhoneCountries lists the countries that ParsePhone knows as defaults, in the order they are offered.
var PhoneCountries = []string{"KZ", "RU", "KG", "UZ", "BY", "TJ", "TM", "GE", "AM", "AZ", "UA", "MD", "TR", "CN", "AE"}

// ParsePhone turns a number as people write it into E.164 ("+77011234567"). A number without a country
// code is read by the plan of country ("KZ" when empty): "8 701 …" and "701 …" become +7 701 ….
func ParsePhone(s, country string) (string, error) {
	digits, international, err := phoneDigits(s)
	if err != nil {
		return "", err
	}
	if len(digits) > 0 && len(digits) < 7 {
		return "", ErrPhoneShort.With("digits", len(digits))
	}
	if len(digits) == 11 && international && (strings.HasPrefix(digits, "87") || strings.HasPrefix(digits, "89")) {
		return checkPhone("7" + digits[1:]) // "+8 701 …": the trunk prefix of +7 with a plus; no country has such numbers
	}
	if international {
		return checkPhone(digits)
	}
	if country == "" {
		country = "KZ"
	}
	p, ok := plans[country]
	if !ok {
		return "", ErrPhoneCountry.With("country", country)
	}
	switch {
	case len(digits) == 10 && p.code == "7" && (digits[:2] == "87" || digits[:2] == "89"):
		return "", ErrPhoneLength.With("digits", len(digits)) // "8 701 …" with a digit lost
	case len(digits) == p.national:
		return checkPhone(p.code + digits)
	case p.trunk != "" && len(digits) == len(p.trunk)+p.national && strings.HasPrefix(digits, p.trunk):
		return checkPhone(p.code + digits[len(p.trunk):])
	case len(digits) == len(p.code)+p.national && strings.HasPrefix(digits, p.code):
		return checkPhone(digits)
	case strings.HasPrefix(digits, "00"):
		return checkPhone(digits[2:])
	case p.code == "7" && strings.HasPrefix(digits, "810"):
		return checkPhone(digits[3:]) // the prefix of calls abroad
	case len(digits) < p.national:
		return "", ErrPhoneLength.With("digits", len(digits))
	default:
		return "", ErrPhoneCountry
	}
}

// phoneDigits strips what people put between digits. Spreadsheets add an apostrophe, or ".0" at the end.
func phoneDigits(s string) (digits string, international bool, err error) {
	s = strings.TrimPrefix(strings.TrimSpace(strings.Map(dropInvisible, s)), "'")
	s = strings.TrimSuffix(s, ".0")
	b := make([]byte, 0, len(s))
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b = append(b, byte(r))
		case r == '+' && i == 0:
			international = true
		case (r == ',' || r == ';' || r == '/') && len(b) >= 7:
			return "", false, ErrPhoneSeveral
		case strings.ContainsRune(" ()-.\u00a0\u2009\u202f\u2010\u2011\u2012\u2013\u2014", r):
		default:
			return "", false, ErrPhoneChar.With("character", string(r))
		}
	}
	if len(b) == 0 {
		return "", false, ErrPhoneLength.With("digits", 0)
	}
	return string(b), international, nil
}

// checkPhone checks the length: 8 to 15 digits by E.164, exact where the plan of the code is known.
func checkPhone(digits string) (string, error) {
	if len(digits) < 8 || len(digits) > 15 || digits[0] == '0' {
		return "", ErrPhoneLength.With("digits", len(digits))
	}
	if digits[0] == '7' && len(digits) != 11 {
		return "", ErrPhoneLength.With("digits", len(digits))
	}
	for _, p := range plans {
		if len(p.code) == 3 && strings.HasPrefix(digits, p.code) && len(digits) != 3+p.national {
			return "", ErrPhoneLength.With("digits", len(digits))
		}
	}
	return "+" + digits, nil
}
