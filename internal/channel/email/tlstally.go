package email

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/mail/smtp"
)

// TLSTally counts what became of connections to domains that have a TLS policy, in the words of RFC 8460 §4.3. It keeps
// the last days only. Counts of the last minute are lost when the program dies: they are for people, not for the books.
type TLSTally struct {
	DB    *db.DB
	Clock clock.Clock
	Log   *slog.Logger

	mu     sync.Mutex
	counts map[tallied]int64
}

type tallied struct {
	day                          int64
	domain, policy, host, result string
}

const (
	tallyEvery = time.Minute
	tallyDays  = 30
	maxTallied = 50_000 // kinds of results between two savings; more are not counted
)

// TLSResult is a count over days.
type TLSResult struct {
	Policy   string // tlsa, sts
	MXHost   string `db:"mx_host"`
	Result   string // success, or what failed
	Sessions int64
}

// count notes one connection, or one that was not tried because of its policy. t may be nil.
func (t *TLSTally) count(domain, source, host string, err error) {
	if t == nil {
		return
	}
	policy := "tlsa"
	if source == SourceMTASTS {
		policy = "sts"
	}
	key := tallied{dayOf(t.Clock.Now()), domain, policy, host, resultOf(err)}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[tallied]int64{}
	}
	if _, known := t.counts[key]; known || len(t.counts) < maxTallied {
		t.counts[key]++
	}
}

// resultOf is the result type of RFC 8460 §4.3.
func resultOf(err error) string {
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var stranger x509.UnknownAuthorityError
	switch {
	case err == nil:
		return "success"
	case errors.Is(err, smtp.ErrNoTLS):
		return "starttls-not-supported"
	case errors.Is(err, errPolicyLookup):
		return "dnssec-invalid"
	case errors.As(err, &name):
		return "certificate-host-mismatch"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "certificate-expired"
	case errors.As(err, &stranger):
		return "certificate-not-trusted"
	}
	return "validation-failure" // also of TLSA records, and a host that the policy does not name
}

func dayOf(now time.Time) int64 { return now.Unix() / 86_400 }

// Run saves every minute until ctx ends, and then once more.
func (t *TLSTally) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return t.Save(context.WithoutCancel(ctx))
		case <-t.Clock.After(tallyEvery):
			if err := t.Save(ctx); err != nil && ctx.Err() == nil {
				t.Log.Warn("save results of TLS", "error", err) // kept, and tried again
			}
		}
	}
}

// Save adds what was counted since the last time to the table, and drops the days that are over.
func (t *TLSTally) Save(ctx context.Context) error {
	t.mu.Lock()
	counts := t.counts
	t.counts = nil
	t.mu.Unlock()
	if len(counts) == 0 {
		return nil
	}
	keys := slices.Collect(maps.Keys(counts))
	err := t.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := db.Exec(ctx, tx, `DELETE FROM tls_result WHERE day < ?`, dayOf(tx.Now)-tallyDays); err != nil {
			return err
		}
		return db.InsertRows(ctx, tx, "tls_result", []string{"day", "domain", "policy", "mx_host", "result", "sessions"}, len(keys), func(i int) []any {
			k := keys[i]
			return []any{k.day, k.domain, k.policy, k.host, k.result, counts[k]}
		}, "ON CONFLICT (domain, day, policy, mx_host, result) DO UPDATE SET sessions = tls_result.sessions + excluded.sessions")
	})
	if err != nil {
		t.putBack(counts)
		return fmt.Errorf("save results of TLS: %w", err)
	}
	return nil
}

func (t *TLSTally) putBack(counts map[tallied]int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for k, n := range t.counts {
		counts[k] += n
	}
	t.counts = counts
}

// Week returns the saved counts of a domain (A-labels) over today and six days before, the most frequent first.
func (t *TLSTally) Week(ctx context.Context, domain string) ([]TLSResult, error) {
	return db.All[TLSResult](ctx, t.DB, `
		SELECT policy, mx_host, result, SUM(sessions) AS sessions
		FROM tls_result
		WHERE domain = ? AND day > ?
		GROUP BY policy, mx_host, result
		ORDER BY SUM(sessions) DESC, mx_host, result`, domain, dayOf(t.Clock.Now())-7)
}
