package email

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"sync"
	"time"

	"keruen/internal/clock"
	"keruen/internal/mail/dane"
	"keruen/internal/mail/mtasts"
	"keruen/internal/mail/mx"
)

// TLSPolicy says how the connection to a mail host must be protected when it takes mail for a domain. Answers come from
// memory after the first. An error is temporary: the host must not be used now.
type TLSPolicy interface {
	For(ctx context.Context, domain, mxHost string) (Policy, error)
}

// TLSMode is how much protection a letter needs.
type TLSMode string

// Modes, from the weakest.
const (
	TLSOpportunistic TLSMode = "opportunistic" // TLS when offered, any certificate, in clear when not
	TLSRequire       TLSMode = "require"       // TLS or nothing, any certificate
	TLSVerify        TLSMode = "verify"        // TLS or nothing, a certificate that the public authorities vouch for
	TLSDANE          TLSMode = "dane"          // TLS or nothing, the certificate that the TLSA records name
)

// Where a policy comes from.
const (
	SourceMTASTS = "mta-sts"
	SourceDANE   = "dane"
)

// Policy is what holds for one domain at one mail host.
type Policy struct {
	Mode    TLSMode
	Verify  func(tls.ConnectionState) error // nil: any certificate will do
	Source  string                          // empty: nobody asks for anything
	Allowed bool                            // false: the domain's MTA-STS policy does not name the host
	Name    string                          // name to ask for in SNI; empty: the host's own
}

// admits tells whether a connection that is open already will do. state is nil in clear.
func (p Policy) admits(state *tls.ConnectionState) bool {
	switch {
	case p.Mode == TLSOpportunistic:
		return true
	case state == nil:
		return false
	}
	return p.Verify == nil || p.Verify(*state) == nil
}

// TLSRules finds policies: DANE (RFC 7672), and without it MTA-STS (RFC 8461). DANE wins, because a letter that it
// refuses must not go by a weaker promise (RFC 8461 §2), and what it proves needs no second one.
type TLSRules struct {
	DANE interface { // *mx.Resolver
		TLSA(ctx context.Context, domain, host string, port int) (mx.TLSA, error)
	}
	STS interface { // *mtasts.Keeper
		Policy(ctx context.Context, domain string) (mtasts.Policy, error)
	}
	Port  int            // of recipients' servers
	Roots *x509.CertPool // that MTA-STS trusts; nil: those of the system
	Clock clock.Clock

	mu       sync.Mutex
	verified map[proven]time.Time // until when a certificate need not be checked again
}

// proven names a certificate that was good for a host.
type proven struct {
	host string
	leaf [sha256.Size]byte
}

const (
	provenFor  = 10 * time.Minute
	manyProven = 10_000
)

// For is of TLSPolicy.
func (t *TLSRules) For(ctx context.Context, domain, mxHost string) (Policy, error) {
	tlsa, err := t.DANE.TLSA(ctx, domain, mxHost, t.Port)
	if err != nil {
		return Policy{}, err
	}
	if len(tlsa.Records) > 0 {
		return t.dane(tlsa, domain, mxHost), nil
	}
	sts, err := t.STS.Policy(ctx, domain)
	if err != nil {
		return Policy{}, err
	}
	if sts.Mode != mtasts.Enforce {
		return Policy{Mode: TLSOpportunistic, Allowed: true}, nil
	}
	return Policy{
		Mode: TLSVerify, Source: SourceMTASTS, Allowed: sts.Permits(mxHost),
		Verify: func(s tls.ConnectionState) error { return t.vouched(s, mxHost) },
	}, nil
}

func (t *TLSRules) dane(tlsa mx.TLSA, domain, mxHost string) Policy {
	p := Policy{Mode: TLSRequire, Source: SourceDANE, Allowed: true, Name: tlsa.Base}
	if set := dane.Usable(tlsa.Records); len(set) > 0 {
		p.Mode, p.Verify = TLSDANE, dane.Verifier(set, t.Clock.Now, tlsa.Base, mxHost, domain)
	}
	return p
}

var errCertificate = errors.New("the server's certificate is not valid for its name, as the domain's policy (MTA-STS) requires")

// vouched checks a certificate as browsers do (RFC 8461 §4.2). Letters over one connection ask again and again, so a
// good one is remembered for a while.
func (t *TLSRules) vouched(s tls.ConnectionState, host string) error {
	if len(s.PeerCertificates) == 0 {
		return errCertificate
	}
	now := t.Clock.Now()
	key := proven{host, sha256.Sum256(s.PeerCertificates[0].Raw)}
	if t.isProven(key, now) {
		return nil
	}
	between := x509.NewCertPool()
	for _, c := range s.PeerCertificates[1:] {
		between.AddCert(c)
	}
	if _, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: host, Roots: t.Roots, Intermediates: between, CurrentTime: now}); err != nil {
		return fmt.Errorf("%w: %w", errCertificate, err)
	}
	t.prove(key, now.Add(provenFor))
	return nil
}

func (t *TLSRules) isProven(key proven, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.verified[key].After(now)
}

func (t *TLSRules) prove(key proven, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.verified == nil || len(t.verified) >= manyProven {
		t.verified = map[proven]time.Time{}
	}
	t.verified[key] = until
}
