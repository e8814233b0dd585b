package access

import (
	"time"

	"keruen/internal/errs"
)

// ErrTaxNumber is returned for a BIN or IIN that cannot exist.
var ErrTaxNumber = errs.New(errs.Invalid, "access.bad_tax_number", "The BIN or IIN is wrong: it has 12 digits and the last one checks the others. Look for a typing error.")

// CheckTaxNumber tells whether a text is a BIN or an IIN of Kazakhstan: 12 digits, a date of birth or a
// month of registration that exists, and a right check digit. The weights are 1…11 and, if the sum
// modulo 11 is 10, then 3…11, 1, 2; a second 10 makes the number invalid (rules of forming
// identification numbers, Government decree 853 of 22 May 2007).
func CheckTaxNumber(s string) error {
	if len(s) != 12 {
		return ErrTaxNumber
	}
	var d [12]int
	for i, c := range []byte(s) {
		if c < '0' || c > '9' {
			return ErrTaxNumber
		}
		d[i] = int(c - '0')
	}
	if !plausible(d) || checkDigit(d) != d[11] {
		return ErrTaxNumber
	}
	return nil
}

// plausible looks at the meaning of the digits. The fifth is 4, 5 or 6 in a BIN (kind of entity),
// while in an IIN it begins the day of birth and is 0…3.
func plausible(d [12]int) bool {
	month := d[2]*10 + d[3]
	if month < 1 || month > 12 {
		return false
	}
	if d[4] >= 4 {
		return d[4] <= 6 // the sixth tells head office, branch and so on; new values may appear
	}
	century := map[int]int{0: 2000, 1: 1800, 2: 1800, 3: 1900, 4: 1900, 5: 2000, 6: 2000}
	first, ok := century[d[6]] // 0 is given to foreigners
	day := d[4]*10 + d[5]
	born := time.Date(first+d[0]*10+d[1], time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return ok && (d[6] == 0 && day >= 1 && day <= 31 || born.Day() == day && born.Month() == time.Month(month))
}

// checkDigit returns the twelfth digit, or -1 when there can be none.
func checkDigit(d [12]int) int {
	for _, shift := range []int{0, 2} {
		sum := 0
		for i := range 11 {
			sum += d[i] * ((i+shift)%11 + 1)
		}
		if sum%11 < 10 {
			return sum % 11
		}
	}
	return -1
}
