package access

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/page"
	"keruen/internal/secret"
)

// Errors of API keys. The first is for everyone; the others only for whoever holds a right key.
var (
	ErrKey        = errs.New(errs.Unauthenticated, "access.bad_key", "The API key is not valid.")
	ErrKeyExpired = errs.New(errs.Unauthenticated, "access.key_expired", "The API key has expired. Make a new one.")
	ErrKeyAddress = errs.New(errs.Forbidden, "access.key_address", "The API key may not be used from this address.")
	ErrScope      = errs.New(errs.Invalid, "access.bad_scope", "There is no such scope for API keys.")
	ErrNetwork    = errs.New(errs.Invalid, "access.bad_network", "This is neither an IP address nor a network like 192.0.2.0/24.")
	ErrExpiry     = errs.New(errs.Invalid, "access.bad_expiry", "The moment of expiry is in the past.")
	ErrKeysMany   = errs.New(errs.Conflict, "access.too_many_keys", "There are too many API keys. Revoke those that nobody uses.")
)

// maxKeys bounds the keys of one account that are not revoked.
const maxKeys = 100

type keyKind struct{}

func (keyKind) Prefix() string { return "key" }

// KeyID identifies an API key. It is the open part of its token.
type KeyID = id.Of[keyKind]

// Key is an API key (ACC-6). Its token is shown once; a hash of it is kept.
type Key struct {
	ID         KeyID
	Tenant     id.Tenant
	Name       string
	Scopes     []Permission
	Allowed    []netip.Prefix // from where; empty is everywhere
	CreatedBy  id.Member
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero is never
	LastUsedAt time.Time // to the minute
	LastUsedIP string
	RevokedAt  time.Time
}

// NewKey says what key is wanted.
type NewKey struct {
	Name      string
	Scopes    []string
	ExpiresAt time.Time // zero is never
	Allowed   []string  // addresses and networks
}

// CreateKey makes a key and returns it with its token, krn_ and 65 characters, which is shown only now.
// The scopes must be permissions that the maker has.
func (s *Service) CreateKey(ctx context.Context, who Actor, n NewKey) (k Key, token string, err error) {
	if err := who.Can(ManageKeys); err != nil {
		return Key{}, "", err
	}
	if k, err = n.key(who, s.clock.Now()); err != nil {
		return Key{}, "", err
	}
	tail := secret.NewToken()
	token = keyToken(k.ID, tail)
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		have, err := db.One[int64](ctx, tx, `SELECT COUNT(*) FROM api_keys WHERE tenant_id = ? AND revoked_at IS NULL`, who.Tenant)
		if err != nil {
			return err
		}
		if have >= maxKeys {
			return ErrKeysMany.With("max", maxKeys)
		}
		k.CreatedAt = tx.Now
		if err := insertKey(ctx, tx, k, secret.Hash(tail)); err != nil {
			return err
		}
		return s.recordTx(ctx, tx, who, "key.created", k.ID.String(), map[string]any{"name": k.Name, "scopes": k.Scopes})
	})
	if err != nil {
		return Key{}, "", fmt.Errorf("create key: %w", err)
	}
	return k, token, nil
}

// key checks what is wanted and names everything that is wrong.
func (n NewKey) key(who Actor, now time.Time) (Key, error) {
	k := Key{ID: id.New[keyKind](), Tenant: who.Tenant, CreatedBy: who.Member, ExpiresAt: n.ExpiresAt.UTC().Truncate(time.Millisecond)}
	if n.ExpiresAt.IsZero() {
		k.ExpiresAt = time.Time{}
	}
	var f form
	f.set("name", &n.Name, &k.Name, required(maxName))
	if len(n.Scopes) == 0 {
		f.wrong = append(f.wrong, field("scopes", ErrEmpty))
	}
	for i, text := range n.Scopes {
		p := Permission(text)
		if !slices.Contains(keyScopes, p) || !who.may(p) {
			f.wrong = append(f.wrong, field(fmt.Sprintf("scopes[%d]", i), ErrScope))
		} else if !slices.Contains(k.Scopes, p) {
			k.Scopes = append(k.Scopes, p)
		}
	}
	for i, text := range n.Allowed {
		p, err := parseNetwork(text)
		if err != nil {
			f.wrong = append(f.wrong, field(fmt.Sprintf("allowed_addresses[%d]", i), ErrNetwork))
		}
		k.Allowed = append(k.Allowed, p)
	}
	if !k.ExpiresAt.IsZero() && !k.ExpiresAt.After(now) {
		f.wrong = append(f.wrong, field("expires_at", ErrExpiry))
	}
	_, err := f.result()
	return k, err
}

func parseNetwork(s string) (netip.Prefix, error) {
	s = strings.TrimSpace(s)
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, ErrNetwork
	}
	return p.Masked(), nil
}

// ListKeys returns one page of the keys that are not revoked, the newest first.
func (s *Service) ListKeys(ctx context.Context, who Actor, ask page.Ask) (page.Of[Key], error) {
	if err := who.Can(ManageKeys); err != nil {
		return page.Of[Key]{}, err
	}
	w := db.Where("tenant_id = ?", who.Tenant).And("revoked_at IS NULL")
	if ask.After > 0 {
		w.And("id < ?", ask.After)
	}
	rows, err := db.All[keyRow](ctx, s.db, `
		SELECT `+keyColumns+` FROM api_keys WHERE `+w.SQL()+` ORDER BY id DESC LIMIT ?`, w.Args(ask.Limit+1)...)
	if err != nil {
		return page.Of[Key]{}, fmt.Errorf("list keys: %w", err)
	}
	cut := page.Cut(rows, ask, func(r keyRow) int64 { return int64(r.ID) })
	out := page.Of[Key]{Items: make([]Key, len(cut.Items)), Next: cut.Next}
	for i, r := range cut.Items {
		out.Items[i] = r.key()
	}
	return out, nil
}

// RevokeKey ends a key at once and for good.
func (s *Service) RevokeKey(ctx context.Context, who Actor, k KeyID) error {
	if err := who.Can(ManageKeys); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := db.Exec(ctx, tx, `UPDATE api_keys SET revoked_at = ? WHERE tenant_id = ? AND id = ? AND revoked_at IS NULL`,
			tx.Now, who.Tenant, k)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.ErrNotFound
		}
		return s.recordTx(ctx, tx, who, "key.revoked", k.String(), nil)
	})
	if err != nil {
		return fmt.Errorf("revoke key: %w", err)
	}
	return nil
}

// AuthenticateKey returns the actor of an API key's token. What it may do are the key's scopes.
func (s *Service) AuthenticateKey(ctx context.Context, v Visitor, token string) (Actor, error) {
	k, tail, err := parseKeyToken(token)
	if err != nil {
		return Actor{}, err
	}
	row, err := db.One[keyRow](ctx, s.db, `SELECT `+keyColumns+` FROM api_keys WHERE id = ?`, k)
	if errors.Is(err, errs.ErrNotFound) || err == nil && (!secret.Equal(row.Hash, secret.Hash(tail)) || !row.RevokedAt.IsZero()) {
		return Actor{}, ErrKey
	}
	if err != nil {
		return Actor{}, fmt.Errorf("authenticate key: %w", err)
	}
	now, found, ip := s.clock.Now(), row.key(), v.IP.Unmap()
	if !found.ExpiresAt.IsZero() && !now.Before(found.ExpiresAt) {
		return Actor{}, ErrKeyExpired
	}
	if len(found.Allowed) > 0 && !slices.ContainsFunc(found.Allowed, func(p netip.Prefix) bool { return p.Contains(ip) }) {
		return Actor{}, ErrKeyAddress.With("address", v.ip())
	}
	if now.Sub(found.LastUsedAt) >= seenStep {
		if err := s.usedKey(ctx, v, k); err != nil {
			return Actor{}, err
		}
	}
	return Actor{Tenant: found.Tenant, Key: k, Via: ByKey, Scopes: found.Scopes, IP: ip, UserAgent: v.agent()}, nil
}

func (s *Service) usedKey(ctx context.Context, v Visitor, k KeyID) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := db.Exec(ctx, tx, `UPDATE api_keys SET last_used_at = ?, last_used_ip = ? WHERE id = ?`, tx.Now, v.ip(), k); err != nil {
			return fmt.Errorf("note use of key: %w", err)
		}
		return nil
	})
}

const keyPrefix = "krn_"

// keyToken writes a token: krn_, the digits of the identifier, the secret part.
func keyToken(k KeyID, tail string) string {
	return keyPrefix + strings.TrimPrefix(k.String(), "key_") + tail
}

// parseKeyToken reads a token; anything else is ErrKey.
func parseKeyToken(token string) (KeyID, string, error) {
	const digits, tail = 13, 52
	rest, ok := strings.CutPrefix(token, keyPrefix)
	if !ok || len(rest) != digits+tail {
		return 0, "", ErrKey
	}
	k, err := id.Parse[keyKind]("key_" + rest[:digits])
	if err != nil {
		return 0, "", ErrKey
	}
	return k, rest[digits:], nil
}

const keyColumns = `id, tenant_id, name, hash, scopes, allowed, created_by, created_at, expires_at, last_used_at, last_used_ip, revoked_at`

// keyRow is a key as stored: lists are texts with spaces between.
type keyRow struct {
	ID         KeyID
	TenantID   id.Tenant
	Name       string
	Hash       string
	Scopes     string
	Allowed    string
	CreatedBy  id.Member
	CreatedAt  time.Time
	ExpiresAt  time.Time
	LastUsedAt time.Time
	LastUsedIP string
	RevokedAt  time.Time
}

func (r keyRow) key() Key {
	k := Key{
		ID: r.ID, Tenant: r.TenantID, Name: r.Name, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, ExpiresAt: r.ExpiresAt,
		LastUsedAt: r.LastUsedAt, LastUsedIP: r.LastUsedIP, RevokedAt: r.RevokedAt,
	}
	for p := range strings.FieldsSeq(r.Scopes) {
		k.Scopes = append(k.Scopes, Permission(p))
	}
	for p := range strings.FieldsSeq(r.Allowed) {
		k.Allowed = append(k.Allowed, netip.MustParsePrefix(p)) // written by insertKey
	}
	return k
}

func insertKey(ctx context.Context, tx *db.Tx, k Key, hash string) error {
	scopes, allowed := make([]string, len(k.Scopes)), make([]string, len(k.Allowed))
	for i, p := range k.Scopes {
		scopes[i] = string(p)
	}
	for i, p := range k.Allowed {
		allowed[i] = p.String()
	}
	_, err := db.Exec(ctx, tx, `
		INSERT INTO api_keys (id, tenant_id, name, hash, scopes, allowed, created_by, created_at, expires_at, last_used_ip)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '')`,
		k.ID, k.Tenant, k.Name, hash, strings.Join(scopes, " "), strings.Join(allowed, " "), k.CreatedBy, k.CreatedAt, k.ExpiresAt)
	return err
}
