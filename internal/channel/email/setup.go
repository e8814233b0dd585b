package email

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"keruen/internal/mail/dkim"
	"keruen/internal/mail/mime"
)

// Setup is what the records of a sender are made from.
type Setup struct {
	FromDomain   string // of the From address
	Domain       string // of the signing key; as a rule the same
	Selector     string // of the signing key
	Next         string // selector and record of the key that takes over, see keys.go; empty: none waits
	NextKey      string
	Old          []OldKey // that must stay published for a while
	PublicKey    string   // text of the DKIM record (dkim.Record); empty: letters are not signed
	BounceDomain string   // of the envelope sender; empty: the From address is used
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
	// Better is the found record with what is missing, to be put in its place; empty: publish Expected.
	Better string `json:"better,omitempty"`
	// Stage tells keys of signatures apart: KeyNow, KeyNext, KeyOld. Empty for other records.
	Stage string `json:"stage,omitempty"`
	// Until is when an old key may be taken out of the DNS.
	Until time.Time `json:"until,omitzero"`
}

// Stages of keys.
const (
	KeyNow  = "now"
	KeyNext = "next"
	KeyOld  = "old"
)

// Short is the name without the part that registrars add by themselves: "k2611._domainkey" of "k2611._domainkey.example.kz", "@" for
// the domain itself. Empty when there is none (a PTR record).
func (r Record) Short() string {
	if r.Type == "PTR" {
		return ""
	}
	zone, err := publicsuffix.EffectiveTLDPlusOne(strings.TrimPrefix(r.Name[strings.LastIndex(r.Name, "_domainkey.")+1:], "domainkey."))
	if err != nil {
		return ""
	}
	if r.Name == zone {
		return "@"
	}
	return strings.TrimSuffix(r.Name, "."+zone)
}

// Zone is the line of a zone file, with long texts cut into the strings of 255 bytes that a record is made of.
func (r Record) Zone() string {
	switch r.Type {
	case "TXT":
		var b strings.Builder
		for _, part := range dkim.Strings(cmp.Or(r.Better, r.Expected)) {
			b.WriteString(` "` + part + `"`)
		}
		return r.Name + ". IN TXT (" + b.String() + " )"
	case "MX":
		return r.Name + ". IN MX " + r.Expected + "."
	}
	return ""
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
	out := Setup{FromDomain: domain, Domain: domain, Selector: s.DKIM.Selector, BounceDomain: s.BounceDomain}
	if s.Route.Kind != Relay {
		out.MailHost, out.Addrs = host, addrs
	}
	if s.Route.signsItself() {
		return out, nil // the record is for the relay's operator to tell
	}
	pub, err := s.DKIM.PublicKey()
	if err != nil || pub == nil {
		return out, err
	}
	if s.DKIM.Domain != "" {
		out.Domain = s.DKIM.Domain
	}
	if out.PublicKey, err = dkim.Record(pub); err != nil {
		return out, err
	}
	out.Old = s.DKIM.Old
	if n := s.DKIM.Next; n != nil {
		out.Next = n.Selector
		out.NextKey, err = n.record()
	}
	return out, err
}

// Records lists what to publish, in the order in which people do it.
func (s Setup) Records() []Record {
	var out []Record
	if s.PublicKey != "" {
		out = append(out, Record{Kind: "dkim", Type: "TXT", Name: dkim.RecordName(s.Selector, s.Domain), Expected: s.PublicKey, Required: true, Stage: KeyNow})
	}
	if s.NextKey != "" {
		out = append(out, Record{Kind: "dkim", Type: "TXT", Name: dkim.RecordName(s.Next, s.Domain), Expected: s.NextKey, Stage: KeyNext})
	}
	for _, o := range s.Old {
		out = append(out, Record{Kind: "dkim", Type: "TXT", Name: dkim.RecordName(o.Selector, s.Domain), Expected: o.Record, Stage: KeyOld, Until: o.Until})
	}
	if s.MailHost != "" || len(s.Addrs) > 0 {
		out = append(out, Record{Kind: "spf", Type: "TXT", Name: s.envelopeDomain(), Expected: s.spf(), Required: true})
	}
	out = append(out, Record{Kind: "dmarc", Type: "TXT", Name: "_dmarc." + s.FromDomain, Expected: "v=DMARC1; p=none", Required: true})
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
	return "v=spf1 " + strings.Join(s.spfTerms(), " ") + " ~all"
}

func (s Setup) spfTerms() []string {
	var terms []string
	for _, a := range s.Addrs {
		terms = append(terms, spfTerm(a))
	}
	if len(s.Addrs) == 0 {
		terms = append(terms, "a:"+s.MailHost)
	}
	return terms
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
			err = s.checkDMARC(ctx, dns, r)
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
