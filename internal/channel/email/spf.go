package email

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"

	"blitiri.com.ar/go/spf"

	"keruen/internal/mail/mx"
)

// Further codes of advice about SPF.
const (
	AdviceSPFLookups = "spf_too_many_lookups" // more than 10 questions: many receivers treat the record as broken (RFC 7208 §4.6.4)
	AdviceSPFVoid    = "spf_void_lookups"     // names in it that do not exist, more than 2
	AdviceSPFBroken  = "spf_broken"           // a term that cannot be read
)

// checkSPF evaluates the whole record, includes and all, for every address that letters leave from: any of them may carry the
// next letter.
func (s Setup) checkSPF(ctx context.Context, dns Asker, r *Record) error {
	all, err := dns.TXT(ctx, r.Name)
	if err != nil {
		return err
	}
	for _, t := range all {
		if isSPF(t) {
			r.Found = append(r.Found, t)
		}
	}
	switch len(r.Found) {
	case 0:
		r.Advice = AdviceAdd
		return nil
	case 1:
	default:
		r.Advice = AdviceSPFTwo
		return nil
	}
	addrs, err := s.sources(ctx, dns)
	if err != nil {
		return err
	}
	for _, a := range addrs {
		if r.Advice, err = judgeSPF(ctx, dns, a, r.Name, s.MailHost); err != nil || r.Advice != "" {
			break
		}
	}
	// A host of ours without an address is the operator's to mend, not the owner's of the domain: its name in the record is enough.
	if len(addrs) == 0 && err == nil && !names(r.Found[0], s.spfTerms()) {
		r.Advice = AdviceSPFMissing
	}
	r.OK = err == nil && r.Advice == ""
	if r.Advice == AdviceSPFMissing {
		r.Better = withOurs(r.Found[0], s.spfTerms())
	}
	return err
}

func isSPF(t string) bool {
	t = strings.ToLower(t)
	return t == "v=spf1" || strings.HasPrefix(t, "v=spf1 ")
}

// sources are the addresses that letters leave from; those of our host when none are set.
func (s Setup) sources(ctx context.Context, dns Asker) ([]netip.Addr, error) {
	if len(s.Addrs) > 0 {
		return s.Addrs, nil
	}
	addrs, err := dns.Addrs(ctx, s.MailHost)
	if errors.Is(err, mx.ErrNoDomain) || errors.Is(err, mx.ErrNoMail) {
		return nil, nil // our own host has no address in the DNS: nothing can pass
	}
	return addrs, err
}

// judgeSPF returns the advice for one address, none when it passes.
func judgeSPF(ctx context.Context, dns Asker, a netip.Addr, domain, helo string) (string, error) {
	res, err := spf.CheckHostWithSender(net.IP(a.AsSlice()), helo, "bounce@"+domain, spf.WithContext(ctx), spf.WithResolver(spfAsker{dns}))
	switch {
	case res == spf.Pass:
		return "", nil
	case res == spf.TempError:
		return "", err
	case errors.Is(err, spf.ErrLookupLimitReached):
		return AdviceSPFLookups, nil
	case errors.Is(err, spf.ErrVoidLookupLimitReached):
		return AdviceSPFVoid, nil
	case errors.Is(err, spf.ErrMultipleRecords):
		return AdviceSPFTwo, nil
	case res == spf.PermError:
		return AdviceSPFBroken, nil
	}
	return AdviceSPFMissing, nil
}

// names tells whether all our terms stand in the record.
func names(record string, ours []string) bool {
	terms := strings.Fields(strings.ToLower(record))
	return !slices.ContainsFunc(ours, func(o string) bool { return !slices.Contains(terms, strings.ToLower(o)) })
}

// withOurs is the record with our terms before its end, so that what is allowed already stays allowed.
func withOurs(record string, ours []string) string {
	terms := strings.Fields(record)
	end := len(terms)
	for i, t := range terms {
		if low := strings.ToLower(t); strings.TrimLeft(low, "+-~?") == "all" || strings.HasPrefix(low, "redirect=") {
			end = i
			break
		}
	}
	out := append(append(append([]string{}, terms[:end]...), ours...), terms[end:]...)
	return strings.Join(out, " ")
}

// spfAsker lets the evaluation ask our resolver.
type spfAsker struct{ dns Asker }

// Names without records count as void lookups, which the evaluation knows by this error.
func gone(name string) error {
	return &net.DNSError{Err: "no such record", Name: name, IsNotFound: true}
}

func silent(name string, err error) error {
	return &net.DNSError{Err: err.Error(), Name: name, IsTemporary: true}
}

func (s spfAsker) LookupTXT(ctx context.Context, name string) ([]string, error) {
	found, err := s.dns.TXT(ctx, strings.TrimSuffix(name, "."))
	return answered(name, found, err)
}

func answered[T any](name string, found []T, err error) ([]T, error) {
	switch {
	case errors.Is(err, mx.ErrNoDomain), errors.Is(err, mx.ErrNoMail), errors.Is(err, mx.ErrName), err == nil && len(found) == 0:
		return nil, gone(name)
	case err != nil:
		return nil, silent(name, err)
	}
	return found, nil
}

func (s spfAsker) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	hosts, err := s.dns.MX(ctx, strings.TrimSuffix(name, "."))
	if hosts, err = answered(name, hosts, err); err != nil {
		return nil, err
	}
	out := make([]*net.MX, len(hosts))
	for i, h := range hosts {
		out[i] = &net.MX{Host: h, Pref: uint16(i)}
	}
	return out, nil
}

func (s spfAsker) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	addrs, err := s.dns.Addrs(ctx, strings.TrimSuffix(host, "."))
	if addrs, err = answered(host, addrs, err); err != nil {
		return nil, err
	}
	out := make([]net.IPAddr, len(addrs))
	for i, a := range addrs {
		out[i] = net.IPAddr{IP: net.IP(a.AsSlice())}
	}
	return out, nil
}

func (s spfAsker) LookupAddr(ctx context.Context, addr string) ([]string, error) {
	a, err := netip.ParseAddr(addr)
	if err != nil {
		return nil, gone(addr)
	}
	names, err := s.dns.PTR(ctx, a)
	return answered(addr, names, err)
}
