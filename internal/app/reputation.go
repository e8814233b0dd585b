package app

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"keruen/internal/access"
	"keruen/internal/channel/email/shape"
	"keruen/internal/config"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/mail/dnsbl"
	"keruen/internal/mail/mx"
	"keruen/internal/reputation"
)

// watchReputation makes what looks for us on block lists. The pretend world has none, and there nobody is asked.
func (a *App) watchReputation(ctx context.Context, resolver *mx.Resolver) error {
	zones, err := blocklists(a.Config.Mail)
	if err != nil {
		return err
	}
	if a.World != nil {
		zones = nil
	}
	a.Reputation = reputation.New(reputation.Parts{DB: a.DB, Log: a.Log, Lists: dnsbl.New(resolver, a.Clock, zones), Rotation: a.Paths,
		Own: func(ctx context.Context) (reputation.Own, error) { return a.own(ctx, resolver) }})
	a.Reputation.Work(a.Queue)
	return a.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return a.Reputation.StartTx(ctx, tx, a.Queue) })
}

// blocklists finds the lists that the settings name.
func blocklists(m config.Mail) ([]dnsbl.Zone, error) {
	known := map[string]dnsbl.Zone{}
	var names []string
	for _, z := range dnsbl.Known() {
		known[z.Name] = z.Keyed(m.SpamhausKey)
		names = append(names, z.Name)
	}
	var out []dnsbl.Zone
	for name := range strings.SplitSeq(m.Blocklists, ",") {
		if name = strings.TrimSpace(name); name == "" || name == "none" {
			continue
		}
		z, ok := known[name]
		if !ok {
			return nil, fmt.Errorf("mail.blocklists: there is no list %q; choose from %s, or none", name, strings.Join(names, ", "))
		}
		out = append(out, z)
	}
	return out, nil
}

// own lists what the installation sends with: the addresses of mail.shaping and those that our name in EHLO leads to, that name,
// the domain of our own letters and the host of links.
func (a *App) own(ctx context.Context, resolver *mx.Resolver) (reputation.Own, error) {
	var out reputation.Own
	all, err := shape.NewDesk(a.Paths).Addresses(access.System(a.House))
	if err != nil {
		return out, err
	}
	for _, o := range all {
		out.Addresses = append(out.Addresses, o.Addr)
		out.Domains = append(out.Domains, o.Helo)
	}
	if found, err := resolver.Addrs(ctx, a.mailHost()); err == nil { // without an answer the rest is watched all the same
		out.Addresses = append(out.Addresses, found...)
	}
	from := a.houseDraft().Address
	out.Domains = append(out.Domains, a.mailHost(), from[strings.LastIndexByte(from, '@')+1:])
	if u, err := url.Parse(a.URL); err == nil {
		out.Domains = append(out.Domains, u.Hostname())
	}
	return out, nil
}

// judgedLinks tells the letters of all features which hosts they may not link to.
type judgedLinks struct{ *reputation.Service }

func (j judgedLinks) Check(ctx context.Context, hosts []string) []content.Listed {
	var out []content.Listed
	for _, b := range j.CheckHosts(ctx, hosts) {
		out = append(out, content.Listed{Host: b.Host, List: b.Zone, Page: b.Page, Shortener: b.Shortener})
	}
	return out
}
