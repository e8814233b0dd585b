package app

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/channel/email"
	"keruen/internal/mail/mtasts"
	"keruen/internal/mail/mx"
	"keruen/internal/page"
	"keruen/internal/sandbox"
	"keruen/internal/secret"
)

// startWorld starts the pretend world, if the settings ask for it.
func (a *App) startWorld(ctx context.Context, o Options) error {
	if !a.Config.Sandbox || o.Shared {
		return nil
	}
	conf := sandbox.Config{Clock: a.Clock, Log: a.Log, Dir: filepath.Join(a.Config.Data, "sandbox"), BaseURL: func() string { return a.URL },
		Calm: func(sender string) bool { return strings.EqualFold(sender, a.houseDraft().Address) }}
	if o.World != nil {
		o.World(&conf)
	}
	w, err := sandbox.New(conf)
	if err != nil {
		return fmt.Errorf("make the pretend world: %w", err)
	}
	a.World = w
	return w.Start(context.WithoutCancel(ctx))
}

func (a *App) resolverConfig() mx.Config {
	c := mx.Config{Servers: a.Config.DNSServers(), Clock: a.Clock, AllowPrivate: a.Config.DNS.Private, Validates: a.Config.DNS.Validates,
		SelfNames: []string{a.mailHost()}, SelfAddrs: a.addresses(), ProviderOf: a.Paths.Provider}
	if a.World != nil {
		c.Servers, c.AllowPrivate = []string{a.World.DNSAddr()}, true
	}
	return c
}

// addresses are those that letters leave from, as mail.shaping names them. The pretend world has no records for any.
func (a *App) addresses() []netip.Addr {
	if a.World != nil {
		return nil
	}
	return a.Paths.Own()
}

func (a *App) channelConfig(keys *secret.Keys, resolver *mx.Resolver) email.Config {
	c := email.Config{Clock: a.Clock, Resolver: resolver, Helo: a.mailHost(), Port: a.Config.DNS.MailPort, AllowPrivate: a.Config.DNS.Private, Signer: a.Config.Mail.Signer, Chunking: a.Config.Mail.Chunking, Rules: a.answers,
		Settings: func(s channel.Sender) ([]byte, error) { return channel.OpenSettings(keys, s) }}
	a.tally = &email.TLSTally{DB: a.DB, Clock: a.Clock, Log: a.Log}
	c.TLSPolicy, c.TLSTally = a.tlsPolicy(resolver), a.tally
	c.Shaper = a.Paths
	if a.World != nil {
		c.Port, c.AllowPrivate = a.World.SMTPPort(), true
		c.Settings = func(s channel.Sender) ([]byte, error) { return a.pretend(keys, s) }
	}
	return c
}

// tlsPolicy obeys what recipients' domains ask of connections. Servers of the pretend world ask for nothing.
func (a *App) tlsPolicy(resolver *mx.Resolver) email.TLSPolicy {
	if a.World != nil {
		return nil
	}
	policies := &mtasts.Fetcher{Addrs: resolver.Addrs, AllowPrivate: a.Config.DNS.Private}
	a.policies = mtasts.NewKeeper(mtasts.Sources{Texts: resolver, Fetcher: policies}, email.PolicyStore{DB: a.DB}, a.Clock, a.Log)
	return &email.TLSRules{DANE: resolver, STS: a.policies, Port: a.Config.DNS.MailPort, Clock: a.Clock}
}

// Way looks up where letters to a domain go and how they are protected.
func (a *App) Way(ctx context.Context, domain string) (email.Way, error) {
	return a.mail.Way(ctx, domain)
}

// TLSResults tells what became of connections to a domain over the last week.
func (a *App) TLSResults(ctx context.Context, domain string) ([]email.TLSResult, error) {
	return a.tally.Week(ctx, domain)
}

// pretend makes a sender write to the pretend world whatever its way out, and publishes the records that it needs there. In practice
// mode nothing may leave the machine, also by a relay that somebody has set.
func (a *App) pretend(keys *secret.Keys, s channel.Sender) ([]byte, error) {
	plain, err := channel.OpenSettings(keys, s)
	if err != nil {
		return nil, err
	}
	settings, err := email.Parse(plain)
	if err != nil {
		return nil, err
	}
	settings.Route = email.Route{Kind: email.Direct}
	setup, err := email.SetupOf(s.Address, settings, a.mailHost(), nil)
	if err != nil {
		return nil, err
	}
	a.publish()(setup.Records())
	return settings.Marshal()
}

// publish puts records into the DNS of the pretend world, as a customer would with its registrar. nil without that world.
func (a *App) publish() func([]email.Record) {
	if a.World == nil {
		return nil
	}
	return func(records []email.Record) {
		for _, r := range records {
			if r.Type == "TXT" {
				a.World.Publish(r.Name, r.Expected)
			}
		}
	}
}

// mailHost is our name in EHLO and in records.
func (a *App) mailHost() string {
	if a.Config.Mail.HelloName != "" {
		return a.Config.Mail.HelloName
	}
	return dotted(a.Config.Host())
}

// dotted gives a name without a domain one that mail programs accept, for installations that have no name yet (RFC 6761 §6.3).
func dotted(host string) string {
	if strings.Contains(host, ".") && strings.Trim(host, "0123456789.") != "" {
		return host
	}
	return "keruen.localhost"
}

// houseDraft is the sender of our own letters, as the settings say.
func (a *App) houseDraft() email.Draft {
	m := a.Config.Mail
	d := email.Draft{Name: m.FromName, Address: m.From, Route: email.Route{Kind: email.Direct}}
	if d.Address == "" {
		d.Address = "no-reply@" + a.mailHost()
	}
	if m.RelayHost != "" {
		d.Route = email.Route{Kind: email.Relay, Host: m.RelayHost, Port: m.RelayPort, TLS: m.RelayTLS, User: m.RelayUser, Password: m.RelayPassword}
	}
	return d
}

// ensureHouseSender makes the operator's own account have the sender that the settings describe, and follows them when they change.
func (a *App) ensureHouseSender(ctx context.Context) error {
	who := access.System(a.House)
	all, err := a.Senders.List(ctx, who, page.Ask{Limit: 1})
	if err != nil {
		return fmt.Errorf("look for the sender of our own letters: %w", err)
	}
	d := a.houseDraft()
	if len(all.Items) == 0 {
		_, err = a.Senders.Create(ctx, who, d)
	} else if old := all.Items[0]; old.Address != d.Address || old.Name != d.Name || !sameWay(old.Route, d.Route) {
		_, err = a.Senders.Update(ctx, who, old.ID, 0, email.Change{Name: &d.Name, Address: &d.Address, Route: &d.Route})
	}
	if err != nil {
		return fmt.Errorf("set the sender of our own letters up (mail.from and mail.relay_… in the settings): %w", err)
	}
	return nil
}

// sameWay compares the stored route, whose password is not shown, with the one of the settings.
func sameWay(stored, wanted email.Route) bool {
	secretGiven := wanted.Password != ""
	stored.Password, wanted.Password = "", ""
	return stored == wanted && !secretGiven
}
