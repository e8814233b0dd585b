package access

import (
	"strings"

	"keruen/internal/errs"
)

// ErrPhone is returned for a text that is not a telephone number.
var ErrPhone = errs.New(errs.Invalid, "access.bad_phone", "The telephone number is wrong. Write it with the country: +7 701 123 45 67.")

// CleanPhone returns a number in E.164 (+ and 8 to 15 digits). A number that begins with 8 and has
// eleven digits, or has ten and begins with 7, is taken for one of Kazakhstan.
func CleanPhone(s string) (string, error) {
	s = strings.NewReplacer(" ", "", "\u00a0", "", "-", "", "(", "", ")", "", ".", "").Replace(s)
	digits, international := strings.CutPrefix(s, "+")
	if !onlyDigits(digits) {
		return "", ErrPhone
	}
	if !international {
		switch {
		case len(digits) == 11 && (digits[0] == '8' || digits[0] == '7'):
			digits = "7" + digits[1:]
		case len(digits) == 10 && digits[0] == '7':
			digits = "7" + digits
		default:
			return "", ErrPhone
		}
	}
	if len(digits) < 8 || len(digits) > 15 || digits[0] == '0' || digits[0] == '7' && len(digits) != 11 {
		return "", ErrPhone
	}
	return "+" + digits, nil
}
