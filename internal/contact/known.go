package contact

import (
	"context"
	"slices"
	"strings"

	"keruen/internal/db"
	"keruen/internal/id"
)

// FieldsByKey returns the custom fields of an account by their keys.
func FieldsByKey(ctx context.Context, q db.Querier, t id.Tenant) (map[string]Field, error) {
	return fieldsByKey(ctx, q, t)
}

// PhonePrefixes returns how numbers of a country begin, in E.164; nil for a country that is not known here. The zone +7 is divided:
// 6, 7 and 0 after it are Kazakhstan's, the rest is Russia's.
func PhonePrefixes(country string) []string {
	switch country = strings.ToUpper(country); country {
	case "KZ":
		return []string{"+76", "+77", "+70"}
	case "RU":
		return []string{"+73", "+74", "+78", "+79"}
	}
	p, ok := plans[country]
	if !ok {
		return nil
	}
	return []string{"+" + p.code}
}

// DomainKey is the domain of an address as keys have it: small letters, A-labels. A text that is no domain stays as it is.
func DomainKey(domain string) string {
	domain = strings.TrimPrefix(strings.TrimSpace(domain), "@")
	a, err := ParseEmail("a@" + domain)
	if err != nil {
		return strings.ToLower(domain)
	}
	return strings.TrimPrefix(a.Key, "a@")
}

// OperatorPrefixes returns how numbers of an operator of Kazakhstan begin, by whom the ranges were given to (see PhoneInfo).
func OperatorPrefixes(operator string) []string {
	var out []string
	for digits, r := range knowledge().lines {
		if r.operator != "" && strings.EqualFold(r.operator, operator) {
			out = append(out, "+7"+digits)
		}
	}
	slices.Sort(out)
	return out
}

// CheckTarget tells whether a target can be evaluated now: its segments are there, and none is frozen.
func (s *Service) CheckTarget(ctx context.Context, q db.Querier, t id.Tenant, a Target) error {
	_, err := s.where(ctx, q, t, a)
	return err
}
