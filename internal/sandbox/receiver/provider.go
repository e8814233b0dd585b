package receiver

import (
	"net/netip"
	"slices"
	"strings"
)

// Limits say how much hurry a provider bears from one client. Nobody publishes the real
// numbers; these are about twice what senders are advised to keep to.
type Limits struct {
	Connections   int // open at once; one more is answered with 421
	PerConnection int // letters; at the next MAIL comes a 421 and the end
}

// Provider is one kind of receiving server with its manners.
type Provider struct {
	Name    string   // stable, for filters and the log
	Title   string   // for people
	Domains []string // whose mail it takes; none for the corporate ones, which take the rest
	MX      []string // host names by preference; "%" stands for the domain
	Addr    netip.Addr
	Banner  string
	Limits  Limits
	MaxSize int64 // bytes of a letter

	NoTLS     bool // an old server without STARTTLS
	NoUTF8    bool // no SMTPUTF8 (RFC 6531)
	Demanding bool // refuses letters without DKIM, and bulk without one-click unsubscribing
	Charset   string
	Queued    string // text of the 250 after the dot; "{id}" is the queue id
}

// Providers are the receivers of the world. The corporate ones stand at the end; a domain
// that is nobody else's belongs to one of them for ever, chosen by its name.
func Providers() []Provider {
	return []Provider{
		{
			Name: "gmail", Title: "Gmail", Domains: []string{"gmail.com", "googlemail.com"},
			MX: []string{"gmail-smtp-in.l.google.com", "alt1.gmail-smtp-in.l.google.com", "alt2.gmail-smtp-in.l.google.com",
				"alt3.gmail-smtp-in.l.google.com", "alt4.gmail-smtp-in.l.google.com"},
			Addr: loopback(1), Banner: "mx.google.com", Limits: Limits{10, 100}, MaxSize: 157286400, Demanding: true,
			Queued: "OK {id} - gsmtp",
		},
		{
			Name: "mailru", Title: "Mail.ru", Domains: []string{"mail.ru", "inbox.ru", "list.ru", "bk.ru", "internet.ru"},
			MX:   []string{"mxs.mail.ru"},
			Addr: loopback(2), Banner: "mxs.mail.ru", Limits: Limits{10, 50}, MaxSize: 73400320,
			Queued: "OK id={id}",
		},
		{
			Name: "yandex", Title: "Яндекс", Domains: []string{"yandex.ru", "yandex.kz", "yandex.by", "yandex.com", "ya.ru"},
			MX:   []string{"mx.yandex.ru"},
			Addr: loopback(3), Banner: "mx.yandex.ru", Limits: Limits{10, 50}, MaxSize: 53477376,
			Queued: "Ok: queued on mx.yandex.ru {id}",
		},
		{
			Name: "outlook", Title: "Outlook", Domains: []string{"outlook.com", "hotmail.com", "live.com", "msn.com"},
			MX:   []string{"%.olc.protection.outlook.com"},
			Addr: loopback(4), Banner: "outlook-com.olc.protection.outlook.com", Limits: Limits{10, 100}, MaxSize: 49283072, Demanding: true,
			Queued: "<{id}> Queued mail for delivery",
		},
		{
			Name: "yahoo", Title: "Yahoo", Domains: []string{"yahoo.com", "ymail.com", "aol.com"},
			MX:   []string{"mta5.am0.yahoodns.net", "mta6.am0.yahoodns.net", "mta7.am0.yahoodns.net"},
			Addr: loopback(5), Banner: "mta5.am0.yahoodns.net", Limits: Limits{20, 20}, MaxSize: 41943040, Demanding: true,
			Queued: "ok dirdel {id}",
		},
		{
			Name: "icloud", Title: "iCloud", Domains: []string{"icloud.com", "me.com", "mac.com"},
			MX:   []string{"mx01.mail.icloud.com", "mx02.mail.icloud.com"},
			Addr: loopback(6), Banner: "mx01.mail.icloud.com", Limits: Limits{20, 10}, MaxSize: 28311552,
			Queued: "2.0.0 Ok: queued as {id}",
		},
		{
			Name: "rambler", Title: "Рамблер", Domains: []string{"rambler.ru", "lenta.ru", "autorambler.ru", "ro.ru"},
			MX:   []string{"inmx.rambler.ru"},
			Addr: loopback(7), Banner: "inmx.rambler.ru", Limits: Limits{10, 50}, MaxSize: 31457280, NoUTF8: true, Charset: "koi8-r",
			Queued: "Ok: queued as {id}",
		},
		corporate("postfix", "Postfix", 21, Provider{MaxSize: 26214400, Queued: "Ok: queued as {id}"}),
		corporate("exim", "Exim", 22, Provider{MaxSize: 52428800, Queued: "OK id={id}"}),
		corporate("exchange", "Exchange", 23, Provider{MaxSize: 37748736, Queued: "<{id}> Queued mail for delivery"}),
		corporate("old", "Sendmail", 24, Provider{MaxSize: 10485760, NoTLS: true, NoUTF8: true, Queued: "{id} Message accepted for delivery"}),
	}
}

func corporate(name, title string, host byte, p Provider) Provider {
	p.Name, p.Title, p.Addr = name, title, loopback(host)
	p.MX = []string{"mx1.%", "mx2.%"}
	p.Banner = name + ".corporate.test"
	p.Limits = Limits{Connections: 50, PerConnection: 100}
	return p
}

func loopback(host byte) netip.Addr { return netip.AddrFrom4([4]byte{127, 0, 10, host}) }

// Of returns the provider of a domain.
func (w *Receivers) Of(domain string) *Provider {
	domain = strings.ToLower(domain)
	var rest []*Provider
	for i := range w.providers {
		p := &w.providers[i]
		if slices.Contains(p.Domains, domain) {
			return p
		}
		if len(p.Domains) == 0 {
			rest = append(rest, p)
		}
	}
	return rest[draw(w.seed, "server", domain)%uint64(len(rest))]
}

// Hosts returns the names of the mail servers of a domain, the preferred first.
func (p *Provider) Hosts(domain string) []string {
	label := domain
	if len(p.Domains) > 0 {
		label = strings.ReplaceAll(domain, ".", "-")
	}
	var hosts []string
	for _, mx := range p.MX {
		hosts = append(hosts, strings.Replace(mx, "%", label, 1))
	}
	return hosts
}

// Host returns the address of a mail server by its name.
func (w *Receivers) Host(name string) (netip.Addr, bool) {
	for _, p := range w.providers {
		for _, mx := range p.MX {
			if mx == name || len(p.Domains) > 0 && strings.HasPrefix(mx, "%") && strings.HasSuffix(name, mx[1:]) {
				return p.Addr, true
			}
		}
	}
	first, domain, _ := strings.Cut(name, ".")
	if (first == "mx1" || first == "mx2") && strings.Contains(domain, ".") {
		return w.Of(domain).Addr, true
	}
	return netip.Addr{}, false
}
