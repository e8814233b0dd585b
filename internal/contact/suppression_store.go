package contact

import (
	"context"
	"errors"
	"slices"

	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

const stopColumns = "x.id, x.channel, x.address, x.scope, x.reason, x.detail, x.member_id, x.at, x.left_scope, x.file_id"

// stop returns the entry of an address, the zero value when there is none.
func (s *Service) stop(ctx context.Context, q db.Querier, t id.Tenant, ch channel.Kind, key string) (Suppression, error) {
	e, err := db.One[Suppression](ctx, q, `SELECT `+stopColumns+` FROM suppression x WHERE x.tenant_id = ? AND x.channel = ? AND x.address_hash = ?`, t, ch, s.hash(t, key))
	if errors.Is(err, errs.ErrNotFound) {
		return Suppression{}, nil
	}
	return e, err
}

func (s *Service) stopFor(ctx context.Context, q db.Querier, c Contact, ch channel.Kind) (Suppression, error) {
	if c.key(ch) == "" {
		return Suppression{}, nil
	}
	return s.stop(ctx, q, c.Tenant, ch, c.key(ch))
}

func getSuppression(ctx context.Context, tx *db.Tx, t id.Tenant, sup SuppressionID) (Suppression, error) {
	return db.One[Suppression](ctx, tx, `SELECT `+stopColumns+` FROM suppression x WHERE x.tenant_id = ? AND x.id = ?`, t, sup)
}

func upsertSuppression(ctx context.Context, tx *db.Tx, t id.Tenant, e Suppression, hash string) error {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO suppression (id, tenant_id, channel, address_hash, address, scope, reason, detail, member_id, at, left_scope, file_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant_id, address_hash, channel) DO UPDATE SET scope = excluded.scope, reason = excluded.reason,
			detail = excluded.detail, member_id = excluded.member_id, at = excluded.at, left_scope = excluded.left_scope, file_id = excluded.file_id`,
		e.ID, t, e.Channel, hash, e.Address, e.Scope, e.Reason, cut(e.Detail, maxStopNote), e.Member, e.At, e.Left, e.File)
	return err
}

func deleteSuppression(ctx context.Context, tx *db.Tx, t id.Tenant, sup SuppressionID) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM suppression WHERE tenant_id = ? AND id = ?`, t, sup)
	return err
}

// blankSuppressions leaves only hints of the addresses of a contact that is being deleted.
func (s *Service) blankSuppressions(ctx context.Context, tx *db.Tx, c Contact) error {
	for _, key := range []string{c.EmailKey, c.Phone} {
		if key == "" {
			continue
		}
		_, err := db.Exec(ctx, tx, `UPDATE suppression SET address = ? WHERE tenant_id = ? AND address_hash = ?`, Mask(key), c.Tenant, s.hash(c.Tenant, key))
		if err != nil {
			return err
		}
	}
	return nil
}

// stopsOf returns the entries for the addresses of each contact.
func (s *Service) stopsOf(ctx context.Context, q db.Querier, t id.Tenant, list []*Contact) ([][]Suppression, error) {
	out := make([][]Suppression, len(list))
	if any, err := db.One[bool](ctx, q, `SELECT EXISTS (SELECT 1 FROM suppression WHERE tenant_id = ?)`, t); err != nil || !any {
		return out, err // the first files of an account are its largest, and nobody has left it yet
	}
	hashes := make([]string, 0, 2*len(list))
	for _, c := range list {
		for _, key := range []string{c.EmailKey, c.Phone} {
			if key != "" {
				hashes = append(hashes, s.hash(t, key))
			}
		}
	}
	found, err := stopsByHash(ctx, q, t, hashes)
	if err != nil || len(found) == 0 {
		return out, err
	}
	for i, c := range list {
		out[i] = append(slices.Clone(found[s.hash(t, c.EmailKey)]), found[s.hash(t, c.Phone)]...)
	}
	return out, nil
}

// stopsByHash returns the entries of many addresses by their hashes, for the channels of one kind of address.
func stopsByHash(ctx context.Context, q db.Querier, t id.Tenant, hashes []string) (map[string][]Suppression, error) {
	out := map[string][]Suppression{}
	if len(hashes) == 0 {
		return out, nil
	}
	w := db.Where("x.tenant_id = ?", t).And(db.In("x.address_hash", hashes))
	rows, err := db.All[struct {
		Hash string `db:"address_hash"`
		Suppression
	}](ctx, q, `SELECT x.address_hash, `+stopColumns+` FROM suppression x WHERE `+w.SQL(), w.Args()...)
	for _, r := range rows {
		out[r.Hash] = append(out[r.Hash], r.Suppression)
	}
	return out, err
}

// ownerOf finds the contact of an address, zero when there is none.
func (s *Service) ownerOf(ctx context.Context, tx *db.Tx, t id.Tenant, ch channel.Kind, key string) (ID, error) {
	find := byPhone
	if ch == channel.Email {
		find = byEmail
	}
	list, err := find(ctx, tx, t, []string{key})
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0].ID, nil
}

// cut shortens a text to at most n characters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n])
}
