// Package config reads the settings of the program, once, into one struct.
//
// A value comes from the first of these that has it: a flag, an environment variable
// (KERUEN_ and the key, dots and all letters as in KERUEN_MAIL_RELAY_HOST), the file
// keruen.toml, the default. The tags of the struct document every setting; the example file
// docs/keruen.example.toml is made from them and compared in a test.
package config

import (
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"keruen/internal/errs"
)

// Config is all settings. Zero values are replaced by the defaults in the tags when it is loaded.
type Config struct {
	Role     string `key:"role" default:"all" oneof:"all,web,work,send" help:"Which parts run in this process. all is right unless several machines share one PostgreSQL: then web serves the pages and the API, work runs imports and other jobs, send runs the outbound pipeline."`
	Listen   string `key:"listen" default:"127.0.0.1:8080" help:"Address and port of the web server. Put a proxy that speaks HTTPS before it for the outside world. Port 0 takes a free one."`
	BaseURL  string `key:"base_url" default:"" help:"Address under which people reach the program, for links in letters, such as https://mail.example.kz. Empty means http:// and the listen address, which is good for trying it out only."`
	Data     string `key:"data" default:"./data" help:"Folder of everything that is kept: the SQLite file, uploaded files, the secret key. It must be on a local disk, and in the backup."`
	Database string `key:"database" default:"" help:"Where the data is: empty for a SQLite file in the data folder, or sqlite:PATH, or postgres://user:password@host:5432/name."`
	Secret   string `key:"secret_file" default:"" help:"File with the master key that seals passwords of relays and the like. Empty means secret.key in the data folder; it is made at the first start. Machines that share a database share this file."`
	Proxies  string `key:"trusted_proxies" default:"" help:"Networks of the proxies in front, separated by commas, such as 127.0.0.1/32. From these alone X-Forwarded-For and X-Forwarded-Proto are believed."`
	Sandbox  bool   `key:"sandbox" default:"false" help:"The pretend world: mail servers inside the program receive everything, nothing leaves the machine, and the mailbox is at /sandbox/. Every sender is made to write to it."`
	Demo     bool   `key:"demo" default:"false" help:"Makes an account with 1,000 contacts, a sender and a letter to try things out, and switches the pretend world on."`

	Log      Log
	Mail     Mail
	DNS      DNS
	Limits   Limits
	Operator Operator
	Site     Site
}

// Site says what stands on the public pages.
type Site struct {
	Plans string `key:"site.plans" default:"" help:"File with the plans and prices that the public site shows, see docs/plans.example.toml. Empty says that prices are given on request."`
}

// Operator is who runs this installation; it stands in the documents that customers accept. Empty values are said in words.
type Operator struct {
	Name    string `key:"operator.name" default:"" help:"Legal name of whoever runs this installation."`
	BIN     string `key:"operator.bin" default:"" help:"BIN or IIN."`
	Address string `key:"operator.address" default:"" help:"Postal address."`
	Email   string `key:"operator.email" default:"" help:"Address for questions and claims."`
}

// Log says how the program writes what it does. Addresses, letters and secrets are never written.
type Log struct {
	Level  string `key:"log.level" default:"info" oneof:"debug,info,warn,error" help:"The least important lines that are written."`
	Format string `key:"log.format" default:"text" oneof:"text,json" help:"text for people, json for machines."`
}

// Mail says how letters leave: our own ones to members, and by default those of senders without a relay.
type Mail struct {
	From          string `key:"mail.from" default:"" help:"Address that our own letters (codes, invitations) come from, such as no-reply@mail.example.kz. Empty means no-reply at the host of base_url."`
	FromName      string `key:"mail.from_name" default:"Keruen" help:"Name that our own letters come from."`
	RelayHost     string `key:"mail.relay_host" default:"" help:"Mail server that takes our own letters. Empty sends straight to the recipients' servers, which needs port 25 open to the outside."`
	RelayPort     int    `key:"mail.relay_port" default:"587" min:"1" max:"65535" help:"Its port."`
	RelayTLS      string `key:"mail.relay_tls" default:"starttls" oneof:"starttls,implicit,opportunistic,off" help:"starttls refuses to go on without encryption; implicit is for port 465; off only for a server on the same machine."`
	RelayUser     string `key:"mail.relay_user" default:"" help:"Login, if the server asks for one."`
	RelayPassword string `key:"mail.relay_password" default:"" secret:"true" help:"Password. Better given by the environment: KERUEN_MAIL_RELAY_PASSWORD."`
	Signer        string `key:"mail.signer" default:"auto" oneof:"auto,go" help:"What does the arithmetic of DKIM signatures. auto takes the machine's OpenSSL 3 when it is there, gives right signatures and is faster (two to four times); go never loads it."`
	Chunking      bool   `key:"mail.chunking" default:"false" help:"Hand letters over by BDAT (RFC 3030) to servers that offer it: fewer round trips. Off, since filters behind some of them take it badly."`
	HelloName     string `key:"mail.hello_name" default:"" help:"Name in EHLO when letters go straight to the recipients' servers. It must resolve to this machine's address and back. Empty means the host of base_url."`
	InboundListen string `key:"mail.inbound_listen" default:"" help:"Address and port at which mail comes in: letters that servers return, complaints of feedback loops, letters by which people leave. Usually :25. Empty takes none. Nothing is ever passed on."`
	InboundDomain string `key:"mail.inbound_domain" default:"" help:"Domain of that mail; its MX record, or the name itself, must lead to this machine, and its SPF record must allow what sends. Empty means the name in EHLO. Letters of senders that go direct and have no bounce domain of their own return to it; feedback loops write to fbl at this domain."`
	InboundCert   string `key:"mail.inbound_cert" default:"" help:"File with the certificate (PEM) by which incoming mail is encrypted. Empty offers no encryption."`
	InboundKey    string `key:"mail.inbound_key" default:"" help:"File with its private key."`
	Shaping       string `key:"mail.shaping" default:"" help:"File with our sending addresses, pools, warm-up plans and limits per provider, for letters that go straight to the recipients' servers. Empty means the built-in limits and the address that the system chooses. keruen paths check FILE looks it over."`
	BounceRules   string `key:"mail.bounce_rules" default:"" help:"File with rules of your own on what the answers of mail servers mean. They come before the built-in ones. One rule a line, parted by tabs: class, codes, pattern (a regular expression on the answer in small letters), such as rate_limited, 450, frequency limited. Empty means the built-in rules only. keruen bounces explain tries them out."`
	Blocklists    string `key:"mail.blocklists" default:"spamhaus-zen,barracuda,spamcop,spamhaus-dbl,surbl,uribl" help:"Block lists in the DNS that are asked about our own addresses and names every half an hour, separated by commas; none asks nobody. They answer only to a name server of your own (dns.servers), not to public ones, and are free for low volume only."`
	SpamhausKey   string `key:"mail.spamhaus_key" default:"" secret:"true" help:"Key of the Data Query Service of Spamhaus, which its lists want from those who ask much."`
}

// DNS says who is asked for the addresses of mail servers.
type DNS struct {
	Servers   string `key:"dns.servers" default:"" help:"Name servers, separated by commas, such as 127.0.0.1:53. Empty means those of /etc/resolv.conf."`
	Validates bool   `key:"dns.validates" default:"false" help:"Says that the name servers check DNSSEC, and that what they say cannot be changed on the way: they run on this machine or in a network that you trust (Unbound does so as Debian installs it). Letters then obey DANE records (RFC 7672): they reach the right server under TLS, or wait."`
	MailPort  int    `key:"dns.mail_port" default:"25" min:"1" max:"65535" help:"Port of the recipients' mail servers. Anything but 25 is for tests."`
	Private   bool   `key:"dns.allow_private" default:"false" help:"Lets letters go to private and loopback addresses. For tests and closed networks only."`
}

// Limits bound what one request or one account may ask for.
type Limits struct {
	KeyPerMinute int           `key:"limits.api_key_per_minute" default:"600" min:"1" max:"1000000" help:"Most API requests of one key in a minute, on each machine."`
	ImportMB     int           `key:"limits.import_mb" default:"512" min:"1" max:"65536" help:"Largest file of an import, in MB."`
	Takeover     time.Duration `key:"limits.takeover" default:"30s" help:"How long the work of a machine that died waits before another one, or the same after a restart, takes it over. Only with PostgreSQL; a program alone with its SQLite file goes on at once."`
	Shutdown     time.Duration `key:"limits.shutdown" default:"20s" help:"How long running work may take to come to a good place after the program is asked to stop."`
}

// DatabaseURL returns the address of the database, the default spelled out.
func (c Config) DatabaseURL() string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite:" + filepath.Join(c.Data, "keruen.db")
}

// SecretPath returns the file of the master key, the default spelled out.
func (c Config) SecretPath() string {
	if c.Secret != "" {
		return c.Secret
	}
	return filepath.Join(c.Data, "secret.key")
}

// Host returns the host name of the base URL without a port; "localhost" while there is none.
func (c Config) Host() string {
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Hostname() == "" {
		return "localhost"
	}
	return u.Hostname()
}

// DNSServers returns the configured name servers, none for those of the system.
func (c Config) DNSServers() []string { return split(c.DNS.Servers) }

// TrustedProxies returns the networks whose forwarding headers are believed.
func (c Config) TrustedProxies() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range split(c.Proxies) {
		if p, err := prefixOf(s); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// Runs tells whether this process plays the part: web, work or send.
func (c Config) Runs(part string) bool { return c.Role == "all" || c.Role == part }

func prefixOf(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Prefix(a.BitLen())
	}
	return netip.ParsePrefix(s)
}

func split(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// minTakeover is far above what a disk or the network delays a living program.
const minTakeover = 2 * time.Second

// check looks at what the tags cannot say.
func (c Config) check() error {
	bad := errInvalid
	add := func(key, text string) { bad = bad.At(errs.Field{Path: key, Code: "config.invalid", Text: text}) }
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		add("listen", "wants an address and a port such as 127.0.0.1:8080")
	}
	if c.BaseURL != "" && !isWebURL(c.BaseURL) {
		add("base_url", "wants a whole address without a path, such as https://mail.example.kz")
	}
	if d := c.DatabaseURL(); !strings.HasPrefix(d, "sqlite:") && !strings.HasPrefix(d, "postgres://") && !strings.HasPrefix(d, "postgresql://") {
		add("database", "wants sqlite:PATH or postgres://user:password@host:5432/name")
	}
	for _, s := range split(c.Proxies) {
		if _, err := prefixOf(s); err != nil {
			add("trusted_proxies", "wants networks such as 10.0.0.0/8, got "+s)
		}
	}
	if c.Data == "" {
		add("data", "wants a folder")
	}
	if l := c.Mail.InboundListen; l != "" {
		if _, _, err := net.SplitHostPort(l); err != nil {
			add("mail.inbound_listen", "wants an address and a port such as :25")
		}
	}
	if (c.Mail.InboundCert == "") != (c.Mail.InboundKey == "") {
		add("mail.inbound_key", "wants the certificate and its key, both or none")
	}
	if c.Limits.Takeover < minTakeover {
		add("limits.takeover", "wants at least 2s: with less, a moment's pause of the machine looks like its death")
	}
	if c.Sandbox && c.Role != "all" {
		add("sandbox", "works in one process only: leave role at all")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

func isWebURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && strings.Trim(u.Path, "/") == "" && u.RawQuery == ""
}
