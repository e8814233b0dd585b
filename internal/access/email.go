package access

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"keruen/internal/errs"
)

// ErrEmail is returned for an address that cannot be a mailbox.
var ErrEmail = errs.New(errs.Invalid, "access.bad_email", "This is not an e-mail address. It looks like name@example.com.")

// Longest parts of an address in bytes (RFC 5321 §4.5.3.1, less the brackets).
const (
	maxEmail = 254
	maxLocal = 64
)

// email is a checked address: as the person wrote it, and the key by which we compare. Members
// are compared without regard to case, because nobody has two mailboxes that differ by case.
type email struct{ Address, Key string }

// domains is UTS-46 as for look-up (RFC 5891), with the rules for names of hosts.
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(true), idna.BidiRule())

// CleanEmail returns an address as it will be written to, or ErrEmail. It takes no address that internal/contact
// refuses, because letters with codes pass through there: a test of internal/notice holds the two together.
func CleanEmail(s string) (string, error) {
	e, err := parseEmail(s)
	return e.Address, err
}

// parseEmail checks an address: a dot-atom local part (RFC 5321 §4.1.2, UTF-8 by RFC 6531 §3.3) and a domain of at
// least two labels.
func parseEmail(s string) (email, error) {
	s = norm.NFC.String(strings.TrimSpace(s))
	at := strings.LastIndexByte(s, '@')
	if at < 0 || !utf8.ValidString(s) {
		return email{}, ErrEmail
	}
	local, domain := s[:at], strings.TrimSuffix(s[at+1:], ".")
	ascii, err := domains.ToASCII(domain)
	if err != nil || !isLocal(local) || !isDomain(ascii) || mixed(s) || hidden(s) || len(local)+1+len(ascii) > maxEmail {
		return email{}, ErrEmail
	}
	return email{Address: local + "@" + domain, Key: strings.ToLower(local) + "@" + ascii}, nil
}

func isLocal(s string) bool {
	if s == "" || len(s) > maxLocal || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for _, r := range s {
		letter := unicode.IsLetter(r) || unicode.IsDigit(r) || r >= utf8.RuneSelf && unicode.IsMark(r)
		if !letter && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", r) {
			return false
		}
	}
	return true
}

// isDomain takes a name that could stand in the DNS of the Internet: not "localhost", not an IP address.
func isDomain(ascii string) bool {
	labels := strings.Split(ascii, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
	}
	return len(labels) >= 2 && len(ascii) < maxEmail && !onlyDigits(labels[len(labels)-1])
}

// mixed tells whether a label has Latin and Cyrillic letters together: nearly always a keyboard that was not switched.
func mixed(s string) bool {
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == '@' || r == '.' }) {
		var latin, cyrillic bool
		for _, r := range part {
			latin = latin || r < utf8.RuneSelf && unicode.IsLetter(r)
			cyrillic = cyrillic || unicode.Is(unicode.Cyrillic, r)
		}
		if latin && cyrillic {
			return true
		}
	}
	return false
}

// hidden tells whether there are characters that are not seen (Unicode category Cf), as come along with copied text.
func hidden(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Cf, unicode.Cc, unicode.Z) })
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
