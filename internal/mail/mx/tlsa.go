package mx

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/miekg/dns"

	"keruen/internal/mail/dane"
	"keruen/internal/mail/mime"
)

// TLSA is what a domain publishes about the certificate of one of its mail hosts.
type TLSA struct {
	Records []dane.Record // empty: the host has no DANE
	Base    string        // name under which they stand: the host's, or the one that its alias leads to. SNI asks for it
}

// TLSA finds the TLSA records of a mail host of a domain (RFC 7672 §2.2), by port of the host. They come out only when
// DNSSEC vouches for the domain's MX, for the host's addresses and for the records themselves. An
// error says that it cannot be told whether there are any, so the host must not be used now: whoever can forge
// an answer can also suppress it (§2.1.2). A host whose addresses are not secure is never asked for, because
// name servers of such zones choke on the question more often than they have an answer (§2.1.1).
func (r *Resolver) TLSA(ctx context.Context, domain, host string, port int) (TLSA, error) {
	if !r.conf.Validates {
		return TLSA{}, nil
	}
	name, err := mime.ASCIIDomain(domain)
	if err != nil {
		return TLSA{}, ErrName
	}
	for _, q := range []struct {
		name string
		kind uint16
	}{{name, dns.TypeMX}, {host, dns.TypeA}, {host, dns.TypeAAAA}} {
		e := r.lookup(ctx, q.name, q.kind)
		if errors.Is(e.err, ErrTemporary) {
			return TLSA{}, fmt.Errorf("look for TLSA records: %w", e.err)
		}
		if !e.secure {
			return TLSA{}, nil
		}
	}
	bases := []string{host}
	if final := r.lookup(ctx, host, dns.TypeA).final; final != "" && final != host {
		bases = []string{final, host} // RFC 7672 §2.2.2: where the alias leads first
	}
	for _, base := range bases {
		records, err := r.tlsaAt(ctx, base, port)
		if err != nil {
			return TLSA{}, fmt.Errorf("look for TLSA records: %w", err)
		}
		if len(records) > 0 {
			return TLSA{Records: records, Base: base}, nil
		}
	}
	return TLSA{}, nil
}

func (r *Resolver) tlsaAt(ctx context.Context, base string, port int) ([]dane.Record, error) {
	e := r.lookup(ctx, fmt.Sprintf("_%d._tcp.%s", port, strings.TrimSuffix(base, ".")), dns.TypeTLSA)
	if e.err != nil && !errors.Is(e.err, ErrNoDomain) {
		return nil, e.err
	}
	var out []dane.Record
	for _, rr := range e.rrs {
		t, ok := rr.(*dns.TLSA)
		if !ok || !e.secure {
			continue
		}
		data, err := hex.DecodeString(t.Certificate)
		if err != nil {
			continue
		}
		out = append(out, dane.Record{Usage: t.Usage, Selector: t.Selector, Matching: t.MatchingType, Data: data})
	}
	return out, nil
}
