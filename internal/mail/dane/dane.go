// Package dane judges the certificate of a mail server by the TLSA records of its name
// (RFC 6698, RFC 7671, RFC 7672). Package mx finds the records; they count only when DNSSEC
// vouched for them, and for everything that led there.
//
//	set := dane.Usable(records)
//	if len(set) > 0 { conf.VerifyConnection = dane.Verifier(set, now, host, domain) }
//
// Usages 2 (DANE-TA, an issuer) and 3 (DANE-EE, the certificate itself) are for mail; 0 and 1
// mean nothing there (RFC 7672 §3.1.3), and neither do selectors and matching types that we do
// not know. When no record is usable, TLS is demanded and nobody is asked for a name (§2.2).
package dane

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"
)

// Certificate usages, selectors and matching types (RFC 7218).
const (
	TA = 2 // an issuer in the server's chain
	EE = 3 // the server's own certificate

	Cert = 0 // the whole certificate
	SPKI = 1 // its public key

	Full   = 0
	SHA256 = 1
	SHA512 = 2
)

// ErrMismatch says that the server's certificate is none of those published for it.
var ErrMismatch = errors.New("the server's certificate does not match the TLSA records of its name (DANE)")

// Record is one TLSA record.
type Record struct {
	Usage, Selector, Matching uint8
	Data                      []byte
}

// Usable returns the records that mean something for mail. A digest of a wrong length is a slip of
// whoever published it and matches nothing, so it is as good as none.
func Usable(all []Record) []Record {
	var out []Record
	for _, r := range all {
		if r.usable() {
			out = append(out, r)
		}
	}
	return out
}

func (r Record) usable() bool {
	if r.Usage != TA && r.Usage != EE || r.Selector != Cert && r.Selector != SPKI {
		return false
	}
	switch r.Matching {
	case Full:
		return r.parses()
	case SHA256:
		return len(r.Data) == sha256.Size
	case SHA512:
		return len(r.Data) == sha512.Size
	}
	return false
}

func (r Record) parses() bool {
	var err error
	if r.Selector == Cert {
		_, err = x509.ParseCertificate(r.Data)
	} else {
		_, err = x509.ParsePKIXPublicKey(r.Data)
	}
	return err == nil
}

func (r Record) matches(c *x509.Certificate) bool {
	part := c.Raw
	if r.Selector == SPKI {
		part = c.RawSubjectPublicKeyInfo
	}
	switch r.Matching {
	case SHA256:
		sum := sha256.Sum256(part)
		return bytes.Equal(sum[:], r.Data)
	case SHA512:
		sum := sha512.Sum512(part)
		return bytes.Equal(sum[:], r.Data)
	}
	return bytes.Equal(part, r.Data)
}

// Verifier makes the check of a tls.Config (VerifyConnection, with InsecureSkipVerify). The names
// are those that a certificate below a published issuer may bear: the host, and the domain whose
// mail it takes (RFC 7672 §3.2.2). now is asked at each check.
func Verifier(set []Record, now func() time.Time, names ...string) func(tls.ConnectionState) error {
	return func(s tls.ConnectionState) error {
		if len(s.PeerCertificates) > 0 && match(set, s.PeerCertificates, now(), names) {
			return nil
		}
		return ErrMismatch
	}
}

func match(set []Record, chain []*x509.Certificate, now time.Time, names []string) bool {
	for _, r := range set {
		// Names and dates of a certificate that is published itself do not matter (RFC 7672 §3.1.1).
		if r.Usage == EE && r.matches(chain[0]) {
			return true
		}
		if r.Usage == TA && anchored(r, chain, now, names) {
			return true
		}
	}
	return false
}

// anchored tells whether the record's issuer vouches for the server, by name and date. The issuer
// is in the server's chain (RFC 7672 §3.1.2 obliges it), or whole in the record. An issuer
// published as a bare key is found in the chain only.
func anchored(r Record, chain []*x509.Certificate, now time.Time, names []string) bool {
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	found := false
	for _, c := range chain {
		if r.matches(c) {
			roots.AddCert(c)
			found = true
			continue
		}
		between.AddCert(c)
	}
	if !found && r.Selector == Cert && r.Matching == Full {
		if c, err := x509.ParseCertificate(r.Data); err == nil {
			roots.AddCert(c)
			found = true
		}
	}
	if !found {
		return false
	}
	for _, n := range names {
		if _, err := chain[0].Verify(x509.VerifyOptions{DNSName: n, Roots: roots, Intermediates: between, CurrentTime: now}); err == nil {
			return true
		}
	}
	return false
}
