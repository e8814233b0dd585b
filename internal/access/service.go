package access

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"unicode/utf8"

	"keruen/internal/audit"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/event"
	"keruen/internal/lang"
	"keruen/internal/page"
	"keruen/internal/secret"
)

// Service holds the verbs. Every verb that takes an Actor checks its permission first; objects of another
// account are errs.ErrNotFound. Verbs that take a Visitor serve people who are not signed in.
type Service struct {
	db     *db.DB
	clock  clock.Clock
	keys   *secret.Keys
	hasher *secret.Hasher
	audit  *audit.Service
	events *event.Bus
	log    *slog.Logger
}

// Parts are what the service is built of.
type Parts struct {
	DB     *db.DB
	Clock  clock.Clock
	Keys   *secret.Keys
	Hasher *secret.Hasher
	Audit  *audit.Service
	Events *event.Bus
	Log    *slog.Logger
}

// New makes the service.
func New(p Parts) *Service {
	return &Service{db: p.DB, clock: p.Clock, keys: p.Keys, hasher: p.Hasher, audit: p.Audit, events: p.Events, log: p.Log}
}

// Visitor is who knocks: the address and the browser of a request, and the language of its page.
type Visitor struct {
	IP        netip.Addr
	UserAgent string
	Lang      lang.Lang
}

// maxUserAgent bounds what a browser may tell about itself, in bytes.
const maxUserAgent = 300

func (v Visitor) ip() string {
	if !v.IP.IsValid() {
		return ""
	}
	return v.IP.Unmap().String()
}

func (v Visitor) agent() string {
	a := v.UserAgent
	if len(a) <= maxUserAgent {
		return a
	}
	for a = a[:maxUserAgent]; !utf8.ValidString(a); {
		a = a[:len(a)-1]
	}
	return a
}

func (v Visitor) who() audit.Who {
	return audit.Who{Via: string(BySession), IP: v.ip(), UserAgent: v.agent()}
}

// ListAudit returns one page of what was done in the account, the newest first.
func (s *Service) ListAudit(ctx context.Context, who Actor, ask page.Ask) (page.Of[audit.Item], error) {
	if err := who.Can(ViewAudit); err != nil {
		return page.Of[audit.Item]{}, err
	}
	return s.audit.List(ctx, who.Tenant, ask)
}

// ListActs returns one page of the acts of signature of the account, the newest first (ACC-2).
func (s *Service) ListActs(ctx context.Context, who Actor, ask page.Ask) (page.Of[audit.Item], error) {
	if err := who.Can(ViewAudit); err != nil {
		return page.Of[audit.Item]{}, err
	}
	return s.audit.Acts(ctx, who.Tenant, ask)
}

// ProofKey returns the public key that checks what ProveActs signs: Ed25519, base64. Everybody may have it.
func (s *Service) ProofKey() string { return s.audit.PublicKey() }

// ProveActs returns the signed evidence of all acts of the account (ACC-2). That it was taken is recorded.
func (s *Service) ProveActs(ctx context.Context, who Actor) (audit.Proof, error) {
	if err := who.Can(ViewAudit); err != nil {
		return audit.Proof{}, err
	}
	p, err := s.audit.Prove(ctx, who.Tenant)
	if err != nil {
		return audit.Proof{}, err
	}
	return p, s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.recordTx(ctx, tx, who, "acts.exported", "", nil)
	})
}

// recordTx writes to the audit log of the actor's account.
func (s *Service) recordTx(ctx context.Context, tx *db.Tx, who Actor, action, object string, details map[string]any) error {
	err := audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: action, Object: object, Details: details})
	if err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	return nil
}
