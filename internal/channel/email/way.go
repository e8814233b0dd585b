package email

import (
	"context"
	"net/netip"

	"keruen/internal/mail/mx"
)

// Way is where letters to a domain go and how they are protected, for people who look into it.
type Way struct {
	mx.Plan
	Stops []Stop // the hosts of the plan, best first
}

// Stop is one mail host of a way.
type Stop struct {
	Host       string
	Preference uint16
	Addrs      []netip.Addr
	Mode       TLSMode
	Source     string // SourceDANE, SourceMTASTS; empty: nobody asks for anything
	Held       string // why letters are kept from this host now; empty: they are not
}

// Way looks a domain's way up without sending anything. The errors are those of mx.Plan.
func (c *Channel) Way(ctx context.Context, domain string) (Way, error) {
	plan, err := c.conf.Resolver.Plan(ctx, domain)
	if err != nil {
		return Way{}, err
	}
	w := Way{Plan: plan}
	for _, h := range plan.Hosts {
		s := Stop{Host: h.Name, Preference: h.Preference, Addrs: h.Addrs}
		p, no := c.policyAt(ctx, route{domain: plan.Domain}, h.Name)
		if no.Err != nil {
			s.Held = no.Err.Error()
		}
		s.Mode, s.Source = p.Mode, p.Source
		w.Stops = append(w.Stops, s)
	}
	return w, nil
}
