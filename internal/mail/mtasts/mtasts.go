// Package mtasts finds and keeps the policies by which domains ask senders to insist on TLS
// (MTA-STS, RFC 8461).
//
//	p, err := keeper.Policy(ctx, "example.org")
//	if p.Mode == mtasts.Enforce && !p.Permits("mx1.example.org") { … skip that host … }
//
// The file has the rules: what a record and a policy say. keeper.go remembers policies for as long
// as they ask, fetch.go gets them.
package mtasts

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"keruen/internal/mail/mime"
)

// Mode is what a domain wants done when a server does not fit its policy.
type Mode string

// Modes of RFC 8461 §5. Only Enforce keeps letters back.
const (
	None    Mode = "none" // no policy, or the domain takes its policy back
	Testing Mode = "testing"
	Enforce Mode = "enforce"
)

// Bounds of RFC 8461 §3.2 and §3.3, and ours.
const (
	maxBody       = 64 << 10
	maxAgeSeconds = 31_557_600 // a year
	maxPatterns   = 200
	maxID         = 32
)

// Policy of one domain. The zero value is of a domain without one.
type Policy struct {
	Mode   Mode
	MX     []string // host names in lower case, or patterns such as *.example.org
	MaxAge time.Duration
}

// Permits tells whether the policy names the host. A wildcard stands for exactly one label at the
// left (RFC 8461 §4.1).
func (p Policy) Permits(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	_, rest, _ := strings.Cut(host, ".")
	for _, m := range p.MX {
		if m == host || rest != "" && m == "*."+rest {
			return true
		}
	}
	return false
}

// Parse reads a policy (RFC 8461 §3.2). Fields that we do not know mean nothing; of a field that
// should be there once, the first counts.
func Parse(body []byte) (Policy, error) {
	if len(body) > maxBody || !utf8.Valid(body) {
		return Policy{}, errors.New("policy: larger than 64 KB, or not text")
	}
	once := map[string]string{}
	p := Policy{}
	for line := range bytes.Lines(body) {
		text := strings.TrimRight(string(line), "\r\n \t")
		if text == "" {
			continue
		}
		key, value, ok := strings.Cut(text, ":")
		if !ok {
			return Policy{}, errors.New("policy: a line without a colon")
		}
		key, value = strings.Trim(key, " \t"), strings.Trim(value, " \t")
		if key == "mx" {
			p.MX = append(p.MX, value)
			continue
		}
		if _, seen := once[key]; !seen {
			once[key] = value
		}
	}
	return p.complete(once)
}

func (p Policy) complete(fields map[string]string) (Policy, error) {
	if fields["version"] != "STSv1" {
		return Policy{}, errors.New("policy: not of version STSv1")
	}
	p.Mode = Mode(fields["mode"])
	if p.Mode != None && p.Mode != Testing && p.Mode != Enforce {
		return Policy{}, errors.New("policy: mode is neither enforce, testing nor none")
	}
	age := fields["max_age"]
	seconds, err := strconv.ParseUint(age, 10, 64)
	if err != nil || len(age) > 10 {
		return Policy{}, errors.New("policy: max_age is not a number of seconds")
	}
	p.MaxAge = time.Duration(min(seconds, maxAgeSeconds)) * time.Second
	if p.Mode != None && len(p.MX) == 0 {
		return Policy{}, errors.New("policy: it names no host")
	}
	if len(p.MX) > maxPatterns {
		return Policy{}, fmt.Errorf("policy: more than %d hosts", maxPatterns)
	}
	for i, m := range p.MX {
		if p.MX[i], err = pattern(m); err != nil {
			return Policy{}, err
		}
	}
	return p, nil
}

func pattern(m string) (string, error) {
	name, wild := strings.CutPrefix(strings.TrimSuffix(m, "."), "*.")
	ascii, err := mime.ASCIIDomain(name)
	if _, notAddr := netip.ParseAddr(name); err != nil || notAddr == nil {
		return "", errors.New("policy: a host that is no name")
	}
	if wild {
		return "*." + ascii, nil
	}
	return ascii, nil
}

// ParseRecord reads the text records at _mta-sts.<domain> and returns the id of the policy
// (RFC 8461 §3.1). ok is false without exactly one such record: then there is no policy.
func ParseRecord(texts []string) (policyID string, ok bool) {
	found := 0
	for _, t := range texts {
		version, rest, _ := strings.Cut(t, ";")
		if strings.Trim(version, " \t") != "v=STSv1" {
			continue
		}
		found++
		policyID = idOf(rest)
	}
	return policyID, found == 1 && policyID != ""
}

func idOf(fields string) string {
	for f := range strings.SplitSeq(fields, ";") {
		key, value, _ := strings.Cut(f, "=")
		if strings.Trim(key, " \t") == "id" {
			return validID(strings.Trim(value, " \t"))
		}
	}
	return ""
}

func validID(s string) string {
	alnum := func(r rune) bool { return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
	if len(s) > maxID || strings.IndexFunc(s, func(r rune) bool { return !alnum(r) }) >= 0 {
		return ""
	}
	return s
}
