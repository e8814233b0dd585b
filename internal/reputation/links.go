package reputation

import (
	"context"
	_ "embed"
	"slices"
	"strings"
	"sync"

	"keruen/internal/mail/dnsbl"
)

// shortenerData lists public shorteners of addresses, one registered domain a line. Anybody's links stand under their names,
// therefore their standing on lists says nothing about a letter, and receivers distrust all of them (email-delivery.md §13).
//
//go:embed shorteners.txt
var shortenerData string

var shorteners = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for line := range strings.Lines(shortenerData) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out[line] = true
		}
	}
	return out
})

// BadHost is a host that letters may not link to.
type BadHost struct {
	Host      string
	Zone      string // of the list that names it; empty for a shortener
	Page      string // where people look it up and ask for its end
	Shortener bool
}

// CheckHosts tells which hosts of links are public shorteners or stand on a list of domains, in the order given. Policy codes
// (grey lists) and lists that cannot be believed say nothing. It waits for name servers no longer than ctx lives.
func (s *Service) CheckHosts(ctx context.Context, hosts []string) []BadHost {
	bad := make([]*BadHost, len(hosts))
	var all sync.WaitGroup
	for i, h := range hosts {
		all.Go(func() { bad[i] = s.checkHost(ctx, h) })
	}
	all.Wait()
	var out []BadHost
	for _, b := range bad {
		if b != nil {
			out = append(out, *b)
		}
	}
	return out
}

func (s *Service) checkHost(ctx context.Context, host string) *BadHost {
	domain, err := dnsbl.Registered(host)
	if err != nil {
		return nil // an address or a name without a registered domain: no list of domains knows it
	}
	if shorteners()[domain] {
		return &BadHost{Host: host, Shortener: true}
	}
	found := s.Lists.Domain(ctx, domain)
	i := slices.IndexFunc(found, func(f dnsbl.Finding) bool { return f.State == dnsbl.Listed && !f.Code.Policy })
	if i < 0 {
		return nil
	}
	return &BadHost{Host: host, Zone: found[i].Zone, Page: found[i].Page}
}
