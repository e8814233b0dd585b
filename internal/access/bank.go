package access

import (
	"strings"

	"keruen/internal/errs"
)

// Errors of bank details.
var (
	ErrIBAN = errs.New(errs.Invalid, "access.bad_iban", "The account number (IBAN) is wrong. In Kazakhstan it begins with KZ and has 20 characters; look for a typing error.")
	ErrBIC  = errs.New(errs.Invalid, "access.bad_bic", "The BIC of the bank is wrong. It has 8 or 11 letters and digits, in Kazakhstan like ABCDKZKA.")
)

// CleanIBAN returns an account number of Kazakhstan in capital letters without spaces: KZ, two check
// digits, three digits of the bank, 13 characters of the account; the remainder by 97 is 1 (ISO 13616).
func CleanIBAN(s string) (string, error) {
	s = strings.ToUpper(strings.NewReplacer(" ", "", "\u00a0", "", "-", "").Replace(s))
	if len(s) != 20 || !strings.HasPrefix(s, "KZ") || !onlyDigits(s[2:7]) {
		return "", ErrIBAN
	}
	rest := 0
	for _, c := range []byte(s[4:] + s[:4]) {
		switch {
		case c >= '0' && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return "", ErrIBAN
		}
	}
	if rest != 1 {
		return "", ErrIBAN
	}
	return s, nil
}

// CleanBIC returns a bank's code in capital letters: four letters of the bank, two of the country, two
// characters of the place, and three of the branch or nothing (ISO 9362).
func CleanBIC(s string) (string, error) {
	s = strings.ToUpper(strings.ReplaceAll(s, " ", ""))
	if len(s) != 8 && len(s) != 11 {
		return "", ErrBIC
	}
	for i, c := range []byte(s) {
		letter, digit := c >= 'A' && c <= 'Z', c >= '0' && c <= '9'
		if !letter && (!digit || i < 6) {
			return "", ErrBIC
		}
	}
	if s[4:6] != "KZ" {
		return "", ErrBIC
	}
	return s, nil
}

func onlyDigits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}
