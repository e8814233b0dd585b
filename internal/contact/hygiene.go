package contact

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"keruen/internal/errs"
)

// Finding is something about an address that its owner should look at: a code with words in the cabinet, how grave it is, and
// what is probably meant.
type Finding struct {
	Code       string
	Severity   Severity
	Suggestion string // a whole address, empty when there is none; never applied by itself
	Params     map[string]any
}

// Severity tells what follows from a finding.
type Severity string

// Severities.
const (
	Refused Severity = "refused" // not taken into the audience
	Warning Severity = "warning" // taken; better looked at
	Note    Severity = "note"    // good to know
)

// Codes of findings that are no errors of syntax.
const (
	FindingTypo       = "email.hint"
	FindingRole       = "email.role_address"
	FindingDisposable = "email.disposable"
	FindingNoMail     = "email.no_mail_domain"
	FindingUnicode    = "email.unicode"
	FindingUnusual    = "email.unusual"
	FindingFixed      = "phone.fixed_line"
	FindingSpecial    = "phone.special_line"
)

// Hygiene judges addresses by what is known about mailboxes: functions instead of persons, throw-away mailboxes, slips of the
// keyboard. It asks nobody; what the DNS says is in DomainCheck. It is safe for concurrent use.
type Hygiene struct {
	own atomic.Pointer[map[string]bool] // the operator's list: domain → disposable or not
}

// ExtendDisposable reads the operator's own list of throw-away domains: one a line, "-" before a domain takes it off the built-in
// list, "#" begins a comment. It replaces what was read before.
func (h *Hygiene) ExtendDisposable(r io.Reader) error {
	own := map[string]bool{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		name, off := strings.CutPrefix(line, "-")
		domain, err := asciiDomain(strings.TrimSpace(name))
		if err != nil {
			return fmt.Errorf("line %d: %q is not a domain", n, line)
		}
		own[domain] = !off
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read disposable domains: %w", err)
	}
	h.own.Store(&own)
	return nil
}

// Disposable tells whether a domain (A-label), or one above it, is known for throw-away mailboxes.
func (h *Hygiene) Disposable(domain string) bool {
	var own map[string]bool
	if p := h.own.Load(); p != nil {
		own = *p
	}
	for d := domain; strings.Contains(d, "."); _, d, _ = strings.Cut(d, ".") {
		if said, ok := own[d]; ok {
			return said
		}
		if knowledge().disposable[d] {
			return true
		}
	}
	return false
}

// Judge returns what is worth knowing about a well-formed address, the gravest first.
func (h *Hygiene) Judge(a Address) []Finding {
	var out []Finding
	local, _, _ := strings.Cut(a.Key, "@")
	switch RoleOf(local) {
	case Mechanism:
		out = append(out, Finding{Code: ErrEmailRole.Code, Severity: Refused})
	case RoleName:
		out = append(out, Finding{Code: FindingRole, Severity: Warning})
	}
	if h.Disposable(a.Domain) {
		out = append(out, Finding{Code: FindingDisposable, Severity: Warning, Params: map[string]any{"domain": a.Domain}})
	}
	if a.Hint != "" {
		out = append(out, Finding{Code: FindingTypo, Severity: Warning, Suggestion: a.Hint})
	}
	if !isASCII(local) {
		out = append(out, Finding{Code: FindingUnicode, Severity: Note})
	}
	if strings.ContainsAny(local, "!#$%&'*/=?^`{|}~") {
		out = append(out, Finding{Code: FindingUnusual, Severity: Note})
	}
	return out
}

// Class tells whom a local part stands for.
type Class string

// Classes of local parts.
const (
	Personal  Class = ""
	RoleName  Class = "role"      // whoever is on duty reads it: accepted with a warning
	Mechanism Class = "mechanism" // no reader at all: refused for mailings
)

// RoleOf classes a local part in lower case: "info", "sales-kz" and "бухгалтерия2" are roles, "postmaster" is a mechanism.
func RoleOf(local string) Class {
	local, _, _ = strings.Cut(local, "+")
	if c := knowledge().roles[local]; c != "" {
		return c
	}
	word := strings.TrimRight(local, "0123456789")
	if i := strings.IndexAny(word, "-_."); i > 0 && knowledge().roles[word] == "" {
		word = word[:i]
	}
	if knowledge().roles[word] == RoleName {
		return RoleName
	}
	return Personal
}

// Person returns ErrEmailRole for an address that is a mechanism rather than a reader.
func (a Address) Person() error {
	local, _, _ := strings.Cut(a.Key, "@")
	if RoleOf(local) == Mechanism {
		return ErrEmailRole
	}
	return nil
}

// hintFor returns what was probably meant by an address with a mistyped domain, "" when it looks right.
func hintFor(local, domain string) string {
	k := knowledge()
	if k.mailboxes[domain] || k.real[domain] {
		return ""
	}
	if meant, ok := k.typos[domain]; ok {
		return local + "@" + meant
	}
	for _, meant := range k.near {
		if oneSlip(domain, meant) {
			return local + "@" + meant
		}
	}
	return ""
}

// oneSlip tells whether a differs from b by one letter too many, missing, wrong, or by two swapped neighbours.
func oneSlip(a, b string) bool {
	if len(a)-len(b) > 1 || len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	x, y := a[i:], b[i:]
	switch {
	case x == "" && y == "":
		return false
	case len(x) == len(y):
		return x[1:] == y[1:] || len(x) > 1 && x[0] == y[1] && x[1] == y[0] && x[2:] == y[2:]
	case len(x) > len(y):
		return x[1:] == y
	default:
		return x == y[1:]
	}
}

// Verdict is what is known about one address that somebody asks about.
type Verdict struct {
	Email    Address   // zero when it is not an e-mail address
	Phone    PhoneInfo // zero when it is not a telephone number
	Domain   DomainCheck
	Findings []Finding
}

// OK tells whether the address may be taken into the audience.
func (v Verdict) OK() bool {
	for _, f := range v.Findings {
		if f.Severity == Refused {
			return false
		}
	}
	return true
}

// refusal turns an error of an address into a finding.
func refusal(err error) Finding {
	f := Finding{Code: "invalid", Severity: Refused}
	var e *errs.Error
	if asError(err, &e) {
		f.Code, f.Params = e.Code, e.Params
		f.Suggestion, _ = e.Params["suggestion"].(string)
	}
	return f
}

// CheckEmail parses and judges an address; a mistake is a finding, not an error.
func (h *Hygiene) CheckEmail(s string) Verdict {
	a, err := ParseEmail(s)
	if err != nil {
		return Verdict{Findings: []Finding{refusal(err)}}
	}
	return Verdict{Email: a, Findings: h.Judge(a)}
}

// CheckPhone parses and judges a number; country as for ParsePhone.
func (h *Hygiene) CheckPhone(s, country string) Verdict {
	number, err := ParsePhone(s, country)
	if err != nil {
		return Verdict{Findings: []Finding{refusal(err)}}
	}
	v := Verdict{Phone: PhoneOf(number)}
	switch v.Phone.Line {
	case FixedLine:
		v.Findings = []Finding{{Code: FindingFixed, Severity: Warning}}
	case SpecialLine:
		v.Findings = []Finding{{Code: FindingSpecial, Severity: Warning}}
	}
	return v
}
