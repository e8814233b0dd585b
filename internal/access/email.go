package access

import (
	"net/mail"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"keruen/internal/errs"
)

// ErrEmail is returned for an address that cannot be a mailbox.
var ErrEmail = errs.New(errs.Invalid, "access.bad_email", "This is not an e-mail address. It looks like name@example.com.")

// maxEmail is the longest address that fits a mail transaction (RFC 5321 §4.5.3.1.3, less the brackets).
const maxEmail = 254

// email is a checked address: as the person wrote it, and the key by which we compare. Members
// are compared without regard to case, because nobody has two mailboxes that differ by case.
type email struct{ Address, Key string }

// parseEmail checks an address: a plain local part, a domain of at least two labels.
func parseEmail(s string) (email, error) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxEmail || !utf8.ValidString(s) || strings.ContainsAny(s, " \t\r\n<>\"(),;:\\") {
		return email{}, ErrEmail
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Name != "" {
		return email{}, ErrEmail
	}
	at := strings.LastIndexByte(s, '@')
	local, domain := s[:at], s[at+1:]
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || len(local) > 64 || !strings.Contains(ascii, ".") || strings.Contains(ascii, "..") {
		return email{}, ErrEmail
	}
	return email{Address: s, Key: strings.ToLower(local) + "@" + strings.ToLower(strings.TrimSuffix(ascii, "."))}, nil
}

// checkEmail is parseEmail for a form: the error names the field.
func checkEmail(path, s string) (email, error) {
	e, err := parseEmail(s)
	if err != nil {
		return email{}, errs.ErrInvalid.At(field(path, ErrEmail))
	}
	return e, nil
}

// field blames one field of the input with an error declared here.
func field(path string, e *errs.Error) errs.Field {
	return errs.Field{Path: path, Code: e.Code, Text: e.Text, Params: e.Params}
}
