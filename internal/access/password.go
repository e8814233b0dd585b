package access

import (
	_ "embed"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"keruen/internal/errs"
)

// Lengths of a password in characters. The upper one is generous and only bounds the work.
const (
	MinPassword = 10
	MaxPassword = 128
)

// Errors of a password that somebody wants to set.
var (
	ErrPasswordShort  = errs.New(errs.Invalid, "access.password_short", "The password is too short. Take at least 10 characters; several words are good.")
	ErrPasswordLong   = errs.New(errs.Invalid, "access.password_long", "The password is too long. Take at most 128 characters.")
	ErrPasswordCommon = errs.New(errs.Invalid, "access.password_common", "This password is among the first that burglars try. Take another one.")
	ErrPasswordName   = errs.New(errs.Invalid, "access.password_is_email", "The password must not be the e-mail address or its part.")
)

// common holds passwords of ten characters and more that lead every list of leaks, one per line.
//
//go:embed common_passwords.txt
var common string

// normalPassword is the form that is hashed: the same characters typed on another keyboard give the same
// bytes (NIST SP 800-63B §3.1.1.2 asks for NFKC or NFKD).
func normalPassword(s string) string { return norm.NFKC.String(s) }

// checkPassword tells whether a password may be set, and nothing about how it must be composed
// (NIST SP 800-63B §3.1.1.2: length and a list of known ones, no rules of composition).
func checkPassword(path, password string, e email) error {
	p := normalPassword(password)
	bad := func(err *errs.Error) error { return errs.ErrInvalid.At(field(path, err)) }
	switch n := utf8.RuneCountInString(p); {
	case n < MinPassword:
		return bad(ErrPasswordShort.With("min", MinPassword))
	case n > MaxPassword:
		return bad(ErrPasswordLong.With("max", MaxPassword))
	}
	low := strings.ToLower(p)
	local, _, _ := strings.Cut(e.Key, "@")
	if low == e.Key || low == local {
		return bad(ErrPasswordName)
	}
	if isCommon(low) {
		return bad(ErrPasswordCommon)
	}
	return nil
}

// isCommon looks the password up in the list, and refuses a run of one or two characters.
func isCommon(low string) bool {
	distinct := map[rune]bool{}
	for _, r := range low {
		distinct[r] = true
	}
	return len(distinct) < 3 || strings.Contains("\n"+common+"\n", "\n"+low+"\n")
}
