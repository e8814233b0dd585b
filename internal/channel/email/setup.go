package email

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"keruen/internal/mail/dkim"
	"keruen/internal/mail/mime"
)

// Setup is what the records of a sender are made from.
type Setup struct {
	Domain       string // of the From address
	Selector     string // of the signing key
	PublicKey    string // text of the DKIM record (dkim.Record); empty: letters are not signed
	BounceDomain string // of the envelope sender; empty: the From address is used
	// MailHost is our host that takes bounces, and Addrs the addresses that letters leave from. Both
	// are empty for a sender that goes through a relay, whose own instructions say what to publish.
	MailHost string
	Addrs    []netip.Addr
}

// Record is one DNS record: what must stand there, and after a check what does.
type Record struct {
	Kind     string   `json:"kind"` // spf, dkim, dmarc, mx, ptr
	Type     string   `json:"type"` // TXT, MX, PTR
	Name     string   `json:"name"`
	Expected string   `json:"expected"`
	Found    []string `json:"found"`
	OK       bool     `json:"ok"`
	Required bool     `json:"required"` // large providers refuse mail without it
	Advice   string   `json:"advice,omitempty"`
}

// Codes of advice; the cabinet has the words.
const (
	AdviceAdd        = "record_missing"      // there is none: add it
	AdviceDiffers    = "record_differs"      // there is one that says something else
	AdviceKey        = "dkim_other_key"      // a key is published, but not ours
	AdviceSPFTwo     = "spf_two_records"     // two SPF records make both void (RFC 7208 §4.5)
	AdviceSPFMissing = "spf_host_missing"    // the record does not let our address send
	AdviceDNS        = "dns_no_answer"       // the name servers did not answer; check again later
	AdvicePTR        = "ptr_does_not_match"  // the provider of the address must set its name
	AdviceDMARCNone  = "dmarc_monitors_only" // p=none: fine to begin with
)

// Asker answers the questions of a check. *mx.Resolver is one.
type Asker interface {
	TXT(ctx context.Context, name string) ([]string, error)
	MX(ctx context.Context, name string) ([]string, error)
	PTR(ctx context.Context, addr netip.Addr) ([]string, error)
	Addrs(ctx context.Context, host string) ([]netip.Addr, error)
}

// SetupOf makes a Setup for a sender; host and addrs are ours.
func SetupOf(address string, s Settings, host string, addrs []netip.Addr) (Setup, error) {
	domain, err := mime.ASCIIDomain(address[strings.LastIndexByte(address, '@')+1:])
	if err != nil {
		return Setup{}, err
	}
	out := Setup{Domain: domain, Selector: s.DKIM.Selector, BounceDomain: s.BounceDomain}
	if s.Route.Kind != Relay {
		out.MailHost, out.Addrs = host, addrs
	}
	pub, err := s.DKIM.PublicKey()
	if err != nil || pub == nil {
		return out, err
	}
	if s.DKIM.Domain != "" {
		out.Domain = s.DKIM.Domain
	}
	out.PublicKey, err = dkim.Record(pub)
	return out, err
}

// Records lists what to publish, in the order in which people do it.
func (s Setup) Records() []Record {
	var out []Record
	if s.PublicKey != "" {
		out = append(out, Record{Kind: "dkim", Type: "TXT", Name: dkim.RecordName(s.Selector, s.Domain), Expected: s.PublicKey, Required: true})
	}
	if s.MailHost != "" || len(s.Addrs) > 0 {
		out = append(out, Record{Kind: "spf", Type: "TXT", Name: s.envelopeDomain(), Expected: s.spf(), Required: true})
	}
	out = append(out, Record{Kind: "dmarc", Type: "TXT", Name: "_dmarc." + s.Domain, Expected: "v=DMARC1; p=none", Required: true})
	if s.BounceDomain != "" && s.MailHost != "" {
		out = append(out, Record{Kind: "mx", Type: "MX", Name: s.BounceDomain, Expected: "10 " + s.MailHost})
	}
	for _, a := range s.Addrs {
		if s.MailHost != "" {
			out = append(out, Record{Kind: "ptr", Type: "PTR", Name: a.String(), Expected: s.MailHost, Required: true})
		}
	}
	return out
}

func (s Setup) envelopeDomain() string {
	if s.BounceDomain != "" {
		return s.BounceDomain
	}
	return s.Domain
}

func (s Setup) spf() string {
	terms := []string{"v=spf1"}
	for _, a := range s.Addrs {
		terms = append(terms, spfTerm(a))
	}
	if len(s.Addrs) == 0 {
		terms = append(terms, "a:"+s.MailHost)
	}
	return strings.Join(append(terms, "~all"), " ")
}

func spfTerm(a netip.Addr) string {
	if a.Is4() {
		return "ip4:" + a.String()
	}
	return "ip6:" + a.String()
}

// Check looks every record up. A name server that does not answer is advice, not an error.
func (s Setup) Check(ctx context.Context, dns Asker) []Record {
	out := s.Records()
	for i := range out {
		r := &out[i]
		var err error
		switch r.Kind {
		case "dkim":
			err = checkDKIM(ctx, dns, r)
		case "spf":
			err = s.checkSPF(ctx, dns, r)
		case "dmarc":
			err = checkDMARC(ctx, dns, r, s.Domain)
		case "mx":
			err = s.checkMX(ctx, dns, r)
		case "ptr":
			err = s.checkPTR(ctx, dns, r)
		}
		if err != nil {
			r.OK, r.Advice = false, AdviceDNS
		}
		if r.Found == nil {
			r.Found = []string{}
		}
	}
	return out
}

func checkDKIM(ctx context.Context, dns Asker, r *Record) error {
	found, err := dns.TXT(ctx, r.Name)
	r.Found = found
	r.OK = slices.ContainsFunc(found, func(f string) bool { return dkim.SameKey(f, r.Expected) })
	r.Advice = missing(r, AdviceKey)
	return err
}

// missing is the advice when a record is not right: there is none, or another one.
func missing(r *Record, other string) string {
	switch {
	case r.OK:
		return ""
	case len(r.Found) == 0:
		return AdviceAdd
	}
	return other
}

// checkSPF wants one record that names our addresses, outright or by the addresses of our host.
// Includes are not followed: an owner who includes us there is told to look, not refused.
func (s Setup) checkSPF(ctx context.Context, dns Asker, r *Record) error {
	all, err := dns.TXT(ctx, r.Name)
	if err != nil {
		return err
	}
	for _, t := range all {
		if strings.EqualFold(t, "v=spf1") || strings.HasPrefix(strings.ToLower(t), "v=spf1 ") {
			r.Found = append(r.Found, t)
		}
	}
	if len(r.Found) > 1 {
		r.Advice = AdviceSPFTwo
		return nil
	}
	if len(r.Found) == 1 {
		r.OK = s.allowedBy(strings.Fields(strings.ToLower(r.Found[0])))
	}
	r.Advice = missing(r, AdviceSPFMissing)
	return nil
}

func (s Setup) allowedBy(terms []string) bool {
	host := strings.ToLower(s.MailHost)
	if host != "" && slices.ContainsFunc(terms, func(t string) bool { return strings.TrimPrefix(t, "+") == "a:"+host }) {
		return true
	}
	for _, a := range s.Addrs {
		if !slices.ContainsFunc(terms, func(t string) bool { return covers(t, a) }) {
			return false
		}
	}
	return len(s.Addrs) > 0
}

// covers tells whether "ip4:192.0.2.0/24" or "ip6:…" holds the address.
func covers(term string, a netip.Addr) bool {
	kind, value, ok := strings.Cut(strings.TrimPrefix(term, "+"), ":")
	if !ok || kind != "ip4" && kind != "ip6" {
		return false
	}
	if p, err := netip.ParsePrefix(value); err == nil {
		return p.Contains(a)
	}
	one, err := netip.ParseAddr(value)
	return err == nil && one == a
}

// checkDMARC takes any policy, at the domain or above it (RFC 9989 walks up the tree).
func checkDMARC(ctx context.Context, dns Asker, r *Record, domain string) error {
	for strings.Contains(domain, ".") {
		all, err := dns.TXT(ctx, "_dmarc."+domain)
		if err != nil {
			return err
		}
		for _, t := range all {
			if strings.HasPrefix(strings.ToLower(strings.ReplaceAll(t, " ", "")), "v=dmarc1") {
				r.Found = append(r.Found, t)
			}
		}
		if len(r.Found) > 0 {
			break
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	r.OK = len(r.Found) == 1
	r.Advice = missing(r, AdviceDiffers)
	if r.OK && strings.Contains(strings.ToLower(strings.ReplaceAll(r.Found[0], " ", "")), "p=none") {
		r.Advice = AdviceDMARCNone
	}
	return nil
}

func (s Setup) checkMX(ctx context.Context, dns Asker, r *Record) error {
	found, err := dns.MX(ctx, r.Name)
	r.Found = found
	r.OK = slices.ContainsFunc(found, func(h string) bool { return strings.EqualFold(h, s.MailHost) })
	r.Advice = missing(r, AdviceDiffers)
	return err
}

// checkPTR wants the name of the address to lead back to the address (FCrDNS).
func (s Setup) checkPTR(ctx context.Context, dns Asker, r *Record) error {
	addr, err := netip.ParseAddr(r.Name)
	if err != nil {
		return err
	}
	if r.Found, err = dns.PTR(ctx, addr); err != nil {
		return err
	}
	for _, name := range r.Found {
		back, err := dns.Addrs(ctx, name)
		r.OK = r.OK || err == nil && strings.EqualFold(name, s.MailHost) && slices.Contains(back, addr)
	}
	r.Advice = missing(r, AdvicePTR)
	return nil
}
