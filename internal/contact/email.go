package contact

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"keruen/internal/errs"
)

// Limits of an e-mail address in octets (RFC 5321 §4.5.3.1; 254 by RFC 3696 erratum 1690).
const (
	maxLocal  = 64
	maxDomain = 253
	maxEmail  = 254
)

// Errors of an e-mail address. Each says what is wrong, so that it can be mended.
var (
	ErrEmailEmpty     = errs.New(errs.Invalid, "email.empty", "There is no e-mail address.")
	ErrEmailNoAt      = errs.New(errs.Invalid, "email.no_at", "An e-mail address needs exactly one @, like name@example.kz.")
	ErrEmailLocal     = errs.New(errs.Invalid, "email.local_part", "The part before @ is empty, longer than 64 bytes, or has a dot at its edge or two dots in a row.")
	ErrEmailQuoted    = errs.New(errs.Invalid, "email.quoted", "Addresses with quotes, spaces or comments before @ are not accepted.")
	ErrEmailChar      = errs.New(errs.Invalid, "email.character", "The address has a character that addresses may not have.")
	ErrEmailDomain    = errs.New(errs.Invalid, "email.domain", "The part after @ is not a domain name, like example.kz.")
	ErrEmailTooLong   = errs.New(errs.Invalid, "email.too_long", "The address is longer than 254 bytes.")
	ErrEmailLookalike = errs.New(errs.Invalid, "email.lookalike", "The address mixes letters of different alphabets that look alike.")
	ErrEmailLayout    = errs.New(errs.Invalid, "email.layout", "The address was typed with the keyboard in the wrong language.")
	ErrEmailRole      = errs.New(errs.Invalid, "email.role", "Addresses such as abuse@ and postmaster@ do not belong to a person and are not accepted.")
)

// Address is a parsed e-mail address.
type Address struct {
	Given  string // what was typed, trimmed and in NFC: sent to and shown
	Key    string // local part in lower case, domain as A-label in lower case: compared
	Domain string // A-label
	Hint   string // a likely correction of a mistyped domain, empty when none; never applied by itself
}

// profile is UTS-46 as for look-up (RFC 5891), with the rules for names of hosts.
var profile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(true), idna.BidiRule())

// ParseEmail reads an addr-spec as people type it: dot-atom local part (RFC 5321 §4.1.2, UTF-8 by
// RFC 6531 §3.3) and a domain of two labels or more, in any script (UTS-46). Quoted local parts (RFC 5321 allows them and
// asks senders not to use them, §4.1.2), comments, display names and IP literals are refused: nobody of an audience has them,
// mistakes do. Letters of two alphabets in one label, a whole label of look-alikes and the wrong keyboard are refused with
// a suggestion; what is only unusual is said by Hygiene.
func ParseEmail(s string) (Address, error) {
	s = norm.NFC.String(strings.Map(dropInvisible, strings.TrimSpace(s)))
	s = strings.TrimSpace(s)
	if s == "" {
		return Address{}, ErrEmailEmpty
	}
	if !utf8.ValidString(s) {
		return Address{}, ErrEmailChar
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return Address{}, noAt(s)
	}
	local, domain := s[:at], strings.TrimSuffix(s[at+1:], ".")
	if err := checkLocal(local); err != nil {
		return Address{}, err
	}
	if fix := retyped(local, domain); fix != "" {
		return Address{}, ErrEmailLayout.With("suggestion", fix)
	}
	ascii, err := asciiDomain(domain)
	if err != nil {
		return Address{}, err
	}
	if len(local)+1+len(ascii) > maxEmail {
		return Address{}, ErrEmailTooLong
	}
	if fix := latinOf(local, domain); fix != "" {
		return Address{}, ErrEmailLookalike.With("suggestion", fix)
	}
	return Address{
		Given:  local + "@" + domain,
		Key:    strings.ToLower(local) + "@" + ascii,
		Domain: ascii,
		Hint:   hintFor(local, ascii),
	}, nil
}

func checkLocal(local string) error {
	if local == "" {
		return ErrEmailLocal
	}
	if strings.ContainsAny(local, "\"()\\ ,:;<>[]") {
		return ErrEmailQuoted
	}
	if strings.ContainsRune(local, '@') {
		return ErrEmailNoAt
	}
	if len(local) > maxLocal || local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, "..") {
		return ErrEmailLocal
	}
	for _, r := range local {
		if !localRune(r) {
			return ErrEmailChar.With("character", string(r))
		}
	}
	return nil
}

// localRune tells whether a character may stand in a dot-atom (RFC 5322 §3.2.3, RFC 6532 §3.2).
func localRune(r rune) bool {
	if r >= utf8.RuneSelf {
		return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)
	}
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".!#$%&'*+-/=?^_`{|}~", r)
}

func asciiDomain(domain string) (string, error) {
	if domain == "" || domain[0] == '[' {
		return "", ErrEmailDomain
	}
	ascii, err := plainDomain(domain)
	if err != nil {
		return "", ErrEmailDomain.With("domain", domain)
	}
	labels := strings.Split(ascii, ".")
	if len(ascii) > maxDomain || len(labels) < 2 || allDigits(labels[len(labels)-1]) {
		return "", ErrEmailDomain.With("domain", domain)
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return "", ErrEmailDomain.With("domain", domain)
		}
	}
	return ascii, nil
}

// plainDomain spares the tables of IDNA for the domains of nearly all addresses.
func plainDomain(domain string) (string, error) {
	lower := make([]byte, 0, len(domain))
	for i := range len(domain) {
		c := domain[i]
		switch {
		case c >= 'A' && c <= 'Z':
			lower = append(lower, c+'a'-'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '.', c == '-' && !strings.Contains(domain, "--"):
			lower = append(lower, c)
		default:
			return profile.ToASCII(domain)
		}
	}
	return string(lower), nil
}

func allDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// dropInvisible removes zero-width and direction marks that come along with copied text.
func dropInvisible(r rune) rune {
	switch {
	case r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x2069, r == 0xFEFF, r == 0x00AD:
		return -1
	default:
		return r
	}
}

// Mask returns a hint of an address for people that does not give it away: "a…@mail.ru", "+7…89".
func Mask(address string) string {
	if at := strings.LastIndexByte(address, '@'); at > 0 {
		_, n := utf8.DecodeRuneInString(address)
		return address[:n] + "…" + address[at:]
	}
	if len(address) > 6 {
		return address[:2] + "…" + address[len(address)-2:]
	}
	return "…"
}
