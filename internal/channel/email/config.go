package email

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"keruen/internal/channel"
	"keruen/internal/errs"
	"keruen/internal/mail/dkim"
	"keruen/internal/mail/mime"
	"keruen/internal/mail/smtp"
)

// Settings is the document of an e-mail sender. It holds secrets and is stored sealed.
type Settings struct {
	Route Route `json:"route"`
	DKIM  DKIM  `json:"dkim"`
	// BounceDomain is the domain of the envelope sender, a subdomain of From's domain whose MX is
	// ours. Empty: the From address itself, so bounces go to its owner.
	BounceDomain string `json:"bounce_domain,omitempty"`
}

// Ways out.
const (
	Direct = "direct" // to the servers of the recipient's domain
	Relay  = "relay"  // through one server, which goes on from there
)

// Ways to protect the connection to a relay.
const (
	STARTTLS      = "starttls"      // the default: TLS or nothing, certificate verified
	ImplicitTLS   = "implicit"      // the same, from the first byte; usual on port 465
	Opportunistic = "opportunistic" // TLS when offered, any certificate
	NoTLS         = "off"
)

// Route is the way out. Zero numbers take the defaults.
type Route struct {
	Kind          string  `json:"kind"`
	Host          string  `json:"host,omitempty"` // name or address
	Port          int     `json:"port,omitempty"` // 587, or 465 with implicit TLS
	TLS           string  `json:"tls,omitempty"`
	User          string  `json:"user,omitempty"`
	Password      string  `json:"password,omitempty"`
	Connections   int     `json:"connections,omitempty"`    // at once; 10 to a relay, 5 to one site
	PerConnection int     `json:"per_connection,omitempty"` // letters over one connection; 100
	PerSecond     float64 `json:"per_second,omitempty"`     // letters that may start in a second
	RelaySigns    bool    `json:"relay_signs,omitempty"`    // with a DKIM key of its own, so that we do not
}

// signsItself tells that the relay signs and we do not.
func (r Route) signsItself() bool { return r.Kind == Relay && r.RelaySigns }

// DKIM is the key that signs. Without a key letters go out unsigned, which a relay may mend.
type DKIM struct {
	Domain     string `json:"domain,omitempty"`
	Selector   string `json:"selector,omitempty"`
	PrivateKey string `json:"private_key,omitempty"` // PEM
	// Since is when the key began to sign; zero for keys of before that was noted.
	Since time.Time `json:"since,omitzero"`
	Next  *NextKey  `json:"next,omitempty"` // waits to take over
	Old   []OldKey  `json:"old,omitempty"`  // stays published for a while
}

// Fields of Settings that may be wrong.
var (
	errKind     = errs.Field{Path: "route.kind", Code: "sender.route_kind", Text: `Choose "direct" or "relay".`}
	errHost     = errs.Field{Path: "route.host", Code: "sender.route_host", Text: "Give the name or address of the relay, without a port."}
	errPort     = errs.Field{Path: "route.port", Code: "sender.route_port", Text: "Give a port from 1 to 65535."}
	errTLS      = errs.Field{Path: "route.tls", Code: "sender.route_tls", Text: `Choose "starttls", "implicit", "opportunistic" or "off".`}
	errPassword = errs.Field{Path: "route.password", Code: "sender.route_password", Text: "A password would travel in clear. Choose TLS for a relay that is not on this machine."}
	errLimits   = errs.Field{Path: "route.connections", Code: "sender.route_limits", Text: "Limits must not be negative; at most 500 connections and 100000 letters over one."}
	errDKIM     = errs.Field{Path: "dkim", Code: "sender.dkim", Text: "The signing key needs a domain, a selector and a private RSA key in PEM form."}
	errBounce   = errs.Field{Path: "bounce_domain", Code: "sender.bounce_domain", Text: "Give a domain such as b.example.kz, or leave it empty."}
)

// NewSettings makes the document of a new sender: a fresh signing key for the domain of its
// address, with a selector that carries the month, and the given way out.
func NewSettings(address string, r Route, now time.Time) (Settings, error) {
	_, domain, _ := strings.Cut(address, "@")
	domain, err := mime.ASCIIDomain(domain)
	if err != nil {
		return Settings{}, err
	}
	key, err := dkim.Generate()
	if err != nil {
		return Settings{}, err
	}
	text, err := dkim.EncodePEM(key)
	if err != nil {
		return Settings{}, err
	}
	s := Settings{Route: r, DKIM: DKIM{Domain: domain, Selector: newSelector(now), PrivateKey: text, Since: now}}
	return s, s.Check()
}

// newSelector carries the month, for people who read the DNS, and four random signs: other senders of the domain, in other accounts
// too, have keys of their own.
func newSelector(now time.Time) string {
	return "k" + now.UTC().Format("0601") + strings.ToLower(rand.Text()[:4])
}

// Parse reads the document in plain text. An empty one is a sender that goes direct and unsigned.
func Parse(plain []byte) (Settings, error) {
	s := Settings{Route: Route{Kind: Direct}}
	if len(plain) == 0 {
		return s, nil
	}
	if err := json.Unmarshal(plain, &s); err != nil {
		return Settings{}, fmt.Errorf("read sender settings: %w", err)
	}
	return s, s.Check()
}

// Marshal writes the document in plain text; it must be sealed before it is stored.
func (s Settings) Marshal() ([]byte, error) { return json.Marshal(s) }

// Check tells what is wrong, field by field.
func (s Settings) Check() error {
	bad := s.Route.check()
	if s.BounceDomain != "" {
		if _, err := mime.ASCIIDomain(s.BounceDomain); err != nil {
			bad = append(bad, errBounce)
		}
	}
	if _, err := s.DKIM.signer(nil); err != nil {
		bad = append(bad, errDKIM)
	}
	if bad != nil {
		return errs.ErrInvalid.At(bad...)
	}
	return nil
}

func (r Route) check() []errs.Field {
	var bad []errs.Field
	if r.Connections < 0 || r.Connections > 500 || r.PerConnection < 0 || r.PerConnection > 100_000 || r.PerSecond < 0 {
		bad = append(bad, errLimits)
	}
	if r.Kind == Direct {
		return bad
	}
	if r.Kind != Relay {
		return append(bad, errKind)
	}
	addr, notAddr := netip.ParseAddr(r.Host)
	if notAddr != nil {
		if _, err := mime.ASCIIDomain(r.Host); err != nil {
			bad = append(bad, errHost)
		}
	}
	if r.Port < 0 || r.Port > 65535 {
		bad = append(bad, errPort)
	}
	if _, ok := security[r.TLS]; !ok {
		bad = append(bad, errTLS)
	}
	local := r.Host == "localhost" || notAddr == nil && addr.IsLoopback()
	if r.TLS == NoTLS && r.User != "" && !local {
		bad = append(bad, errPassword)
	}
	return bad
}

var security = map[string]smtp.Security{
	"": smtp.Required, STARTTLS: smtp.Required, ImplicitTLS: smtp.Implicit, Opportunistic: smtp.Opportunistic, NoTLS: smtp.Clear,
}

func (r Route) port() int {
	switch {
	case r.Port != 0:
		return r.Port
	case r.TLS == ImplicitTLS:
		return 465
	}
	return 587
}

// signer is nil without a key.
func (d DKIM) signer(b *dkim.Backend) (*dkim.Signer, error) {
	if d.PrivateKey == "" {
		return nil, nil
	}
	key, err := dkim.ParsePEM(d.PrivateKey)
	if err != nil {
		return nil, err
	}
	return dkim.NewSigner(b, dkim.Key{Domain: d.Domain, Selector: d.Selector, Private: key})
}

// PublicKey is the half that is published; nil without a key.
func (d DKIM) PublicKey() (*rsa.PublicKey, error) {
	if d.PrivateKey == "" {
		return nil, nil
	}
	key, err := dkim.ParsePEM(d.PrivateKey)
	if err != nil {
		return nil, err
	}
	return &key.PublicKey, nil
}

// profile is a sender ready for use.
type profile struct {
	version  int64
	settings Settings
	signer   *dkim.Signer
	err      error
}

// maxProfiles bounds the senders kept in memory; over it all are read anew.
const maxProfiles = 10_000

// profile opens the settings of a sender once for each of its versions.
func (c *Channel) profile(s channel.Sender) *profile {
	c.mu.Lock()
	p, ok := c.profiles[s.ID]
	c.mu.Unlock()
	if ok && p.version == s.Version {
		return p
	}
	p = c.openProfile(s)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.profiles) >= maxProfiles {
		clear(c.profiles)
	}
	c.profiles[s.ID] = p
	return p
}

func (c *Channel) openProfile(s channel.Sender) *profile {
	p := &profile{version: s.Version}
	plain, err := c.conf.Settings(s)
	if err != nil {
		p.err = err
		return p
	}
	if p.settings, p.err = Parse(plain); p.err != nil {
		return p
	}
	if p.settings.Route.signsItself() {
		return p
	}
	backend, err := dkim.Choose(c.conf.Signer)
	if err != nil {
		p.err = err
		return p
	}
	p.signer, p.err = p.settings.DKIM.signer(backend)
	return p
}
