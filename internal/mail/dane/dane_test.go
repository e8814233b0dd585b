package dane_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/mail/dane"
	"keruen/test/authority"
)

var now = time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC)

func parse(t *testing.T, c tls.Certificate) []*x509.Certificate {
	t.Helper()
	var out []*x509.Certificate
	for _, der := range c.Certificate {
		p, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		out = append(out, p)
	}
	return out
}

func record(usage, selector, matching uint8, c *x509.Certificate) dane.Record {
	data := c.Raw
	if selector == dane.SPKI {
		data = c.RawSubjectPublicKeyInfo
	}
	switch matching {
	case dane.SHA256:
		sum := sha256.Sum256(data)
		data = sum[:]
	case dane.SHA512:
		sum := sha512.Sum512(data)
		data = sum[:]
	}
	return dane.Record{Usage: usage, Selector: selector, Matching: matching, Data: data}
}

func verify(chain []*x509.Certificate, set ...dane.Record) error {
	return dane.Verifier(set, func() time.Time { return now }, "mx.d.test", "d.test")(tls.ConnectionState{PeerCertificates: chain})
}

// MSG-4
func TestACertificateMatchesByEverySelectorAndMatchingType(t *testing.T) {
	t.Parallel()
	ca := authority.New(t, now)
	chain, other := parse(t, ca.Issue(t, "mx.d.test")), parse(t, authority.New(t, now).Issue(t, "mx.d.test"))
	for _, selector := range []uint8{dane.Cert, dane.SPKI} {
		for _, matching := range []uint8{dane.Full, dane.SHA256, dane.SHA512} {
			for i, usage := range []uint8{dane.EE, dane.TA} {
				right, wrong := record(usage, selector, matching, chain[i]), record(usage, selector, matching, other[i])
				require.Len(t, dane.Usable([]dane.Record{right}), 1)
				require.NoError(t, verify(chain, right), "%d %d %d", usage, selector, matching)
				require.NoError(t, verify(chain, wrong, right), "one of several is enough")
				require.ErrorIs(t, verify(chain, wrong), dane.ErrMismatch, "%d %d %d", usage, selector, matching)
			}
		}
	}
	require.ErrorIs(t, verify(nil, record(dane.EE, dane.Cert, dane.SHA256, chain[0])), dane.ErrMismatch)
	require.ErrorIs(t, verify(chain, record(dane.EE, dane.Cert, dane.SHA256, chain[1])), dane.ErrMismatch, "the issuer is not the server's own certificate")
}

// MSG-4 (RFC 7672 §3.1.1, §3.1.2, §3.2.2)
func TestNamesAndDatesMatterBelowAnIssuerOnly(t *testing.T) {
	t.Parallel()
	ca := authority.New(t, now)
	byDomain, stranger := parse(t, ca.Issue(t, "d.test")), parse(t, ca.Issue(t, "else.test"))
	late := parse(t, ca.IssueUntil(t, now.AddDate(0, 0, -1), "mx.d.test"))
	issuer := record(dane.TA, dane.SPKI, dane.SHA256, ca.Cert)

	require.NoError(t, verify(byDomain, issuer), "the domain's own name will do")
	require.ErrorIs(t, verify(stranger, issuer), dane.ErrMismatch)
	require.ErrorIs(t, verify(late, issuer), dane.ErrMismatch)
	require.NoError(t, verify(stranger, record(dane.EE, dane.SPKI, dane.SHA256, stranger[0])))
	require.NoError(t, verify(late, record(dane.EE, dane.SPKI, dane.SHA256, late[0])))

	forged := parse(t, authority.New(t, now).Issue(t, "mx.d.test"))
	require.ErrorIs(t, verify([]*x509.Certificate{forged[0], ca.Cert}, issuer), dane.ErrMismatch, "to stand beside the issuer is not to be signed by it")
}

func TestAnIssuerThatIsWholeInTheRecordNeedNotBeSent(t *testing.T) {
	t.Parallel()
	ca := authority.New(t, now)
	alone := parse(t, ca.Issue(t, "mx.d.test"))[:1]
	require.NoError(t, verify(alone, record(dane.TA, dane.Cert, dane.Full, ca.Cert)))
	require.ErrorIs(t, verify(alone, record(dane.TA, dane.Cert, dane.SHA256, ca.Cert)), dane.ErrMismatch)
}

// RFC 7672 §3.1.3, RFC 6698 §4.1
func TestRecordsThatMeanNothingForMailAreNotUsable(t *testing.T) {
	t.Parallel()
	digest := make([]byte, sha256.Size)
	for _, r := range []dane.Record{
		{Usage: 0, Selector: 1, Matching: 1, Data: digest}, {Usage: 1, Selector: 1, Matching: 1, Data: digest}, {Usage: 4, Selector: 1, Matching: 1, Data: digest},
		{Usage: 3, Selector: 2, Matching: 1, Data: digest}, {Usage: 3, Selector: 1, Matching: 3, Data: digest}, {Usage: 3, Selector: 1, Matching: 1, Data: digest[1:]},
		{Usage: 3, Selector: 1, Matching: 2, Data: digest}, {Usage: 3, Selector: 0, Matching: 0, Data: digest}, {Usage: 2, Selector: 1, Matching: 0, Data: digest}, {Usage: 3, Selector: 1, Matching: 1},
	} {
		require.Empty(t, dane.Usable([]dane.Record{r}), r)
	}
}
