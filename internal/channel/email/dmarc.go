package email

import (
	"context"
	"strings"
)

// Further codes of advice about DMARC.
const (
	AdviceDMARCTwo       = "dmarc_two_records"     // two records make both void (RFC 9989 §4.10)
	AdviceDMARCBroken    = "dmarc_no_policy"       // neither p= nor an address for reports: it asks for nothing
	AdviceDMARCReports   = "dmarc_reports_refused" // the domain that reports should go to has not agreed (RFC 9990 §4)
	AdviceDMARCOnTrial   = "dmarc_on_trial"        // t=y: receivers are asked not to act on it
	AdviceDMARCAlignment = "dmarc_not_aligned"     // neither the signature nor the envelope counts for the domain of From
)

// maxWalk is how many names are asked on the way up the tree (RFC 9989 §4.10).
const maxWalk = 8

// policy is what a DMARC record asks for. Unknown tags, and those that RFC 9989 took out (pct, rf, ri), are passed over.
type policy map[string]string

func parsePolicy(record string) (policy, bool) {
	p := policy{}
	for i, tag := range strings.Split(record, ";") {
		name, value, _ := strings.Cut(tag, "=")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if i == 0 && (name != "v" || value != "DMARC1") {
			return nil, false
		}
		if _, twice := p[name]; !twice && name != "" {
			p[name] = value
		}
	}
	return p, true
}

// stands tells what is asked for forged letters. Without a readable p=, an address for reports makes it "none" (RFC 9989 §4.7).
func (p policy) stands() (string, bool) {
	switch v := strings.ToLower(p["p"]); v {
	case "none", "quarantine", "reject":
		return v, true
	}
	return "none", p["rua"] != ""
}

// reportDomains are the domains of mailto: addresses that aggregate reports go to.
func (p policy) reportDomains() []string {
	var out []string
	for uri := range strings.SplitSeq(p["rua"], ",") {
		_, domain, ok := strings.Cut(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(uri)), "mailto:"), "@")
		domain, _, _ = strings.Cut(domain, "!") // an old bound of size
		if ok && domain != "" {
			out = append(out, domain)
		}
	}
	return out
}

// checkDMARC takes any policy that stands, at the domain or above it: receivers walk up the tree.
func (s Setup) checkDMARC(ctx context.Context, dns Asker, r *Record) error {
	found, at, err := walk(ctx, dns, s.FromDomain)
	if err != nil {
		return err
	}
	r.Found = found
	switch len(found) {
	case 0:
		r.Advice = AdviceAdd
		return nil
	case 1:
	default:
		r.Advice = AdviceDMARCTwo
		return nil
	}
	p, _ := parsePolicy(found[0])
	asks, ok := p.stands()
	if !ok {
		r.Advice = AdviceDMARCBroken
		return nil
	}
	if !s.aligned(p, at) {
		r.Advice = AdviceDMARCAlignment
		return nil
	}
	r.OK = true
	refused, err := reportsRefused(ctx, dns, at, p.reportDomains())
	switch {
	case err != nil:
		return err
	case refused:
		r.Advice = AdviceDMARCReports
	case strings.EqualFold(p["t"], "y"):
		r.Advice = AdviceDMARCOnTrial
	case asks == "none":
		r.Advice = AdviceDMARCNone
	}
	return nil
}

// walk looks for records at the domain and above it, and returns the first that there are, with the name they stand at.
func walk(ctx context.Context, dns Asker, domain string) (found []string, at string, err error) {
	for n := 0; n < maxWalk && strings.Contains(domain, "."); n++ {
		all, err := dns.TXT(ctx, "_dmarc."+domain)
		if err != nil {
			return nil, "", err
		}
		for _, t := range all {
			if _, ok := parsePolicy(t); ok {
				found = append(found, t)
			}
		}
		if len(found) > 0 {
			return found, domain, nil
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return nil, "", nil
}

// aligned tells whether the signature or the envelope counts for the domain of From: the same name when the policy is strict, one
// under the domain of the policy when it is relaxed.
func (s Setup) aligned(p policy, organisation string) bool {
	under := func(domain, mode string) bool {
		if strings.EqualFold(mode, "s") {
			return domain == s.FromDomain
		}
		return domain == s.FromDomain || domain == organisation || strings.HasSuffix(domain, "."+organisation)
	}
	return s.PublicKey != "" && under(s.Domain, p["adkim"]) || s.MailHost != "" && under(s.envelopeDomain(), p["aspf"])
}

// reportsRefused tells whether a foreign domain that reports should go to has not said that it takes them.
func reportsRefused(ctx context.Context, dns Asker, domain string, to []string) (bool, error) {
	for _, d := range to {
		if d == domain || strings.HasSuffix(d, "."+domain) || strings.HasSuffix(domain, "."+d) {
			continue
		}
		all, err := dns.TXT(ctx, domain+"._report._dmarc."+d)
		if err != nil {
			return false, err
		}
		agreed := false
		for _, t := range all {
			_, ok := parsePolicy(t)
			agreed = agreed || ok
		}
		if !agreed {
			return true, nil
		}
	}
	return false, nil
}
