package contact

import (
	"context"
	"fmt"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

type tagKind struct{}

func (tagKind) Prefix() string { return "tag" }

// TagID identifies a tag.
type TagID = id.Of[tagKind]

// Tag is a word that marks contacts: "VIP", "Exhibition 2026".
type Tag struct {
	ID        TagID     `db:"id"`
	Tenant    id.Tenant `db:"tenant_id"`
	Name      string    `db:"name"`
	Members   int64     `db:"members"` // contacts that have it
	Version   int64     `db:"version"`
	CreatedAt time.Time `db:"created_at"`
}

// Limits of tags.
const (
	MaxTags    = 1000 // of an account
	MaxTagName = 60   // characters
)

// Errors of tags.
var (
	ErrTagName  = errs.New(errs.Invalid, "tag.name", "A tag needs a name of at most 60 characters.")
	ErrTagTaken = errs.New(errs.Conflict, "tag.name_taken", "There is a tag with this name already.")
	ErrTagLimit = errs.New(errs.Conflict, "tag.limit", "An account may have at most 1,000 tags.")
)

const selectTags = `
	SELECT g.id, g.tenant_id, g.name, g.version, g.created_at,
		(SELECT COUNT(*) FROM contact_tag m WHERE m.tenant_id = g.tenant_id AND m.tag_id = g.id) AS members
	FROM tag g WHERE g.tenant_id = ?`

// Tags returns all tags of the account by name, with the numbers of their contacts.
func (s *Service) Tags(ctx context.Context, who access.Actor) ([]Tag, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	all, err := db.All[Tag](ctx, s.db, selectTags+` ORDER BY g.name_key`, who.Tenant)
	if err != nil {
		return nil, fmt.Errorf("list tags: %w", err)
	}
	return all, nil
}

// CreateTag makes a tag that nobody has yet.
func (s *Service) CreateTag(ctx context.Context, who access.Actor, name string) (Tag, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Tag{}, err
	}
	var out Tag
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		name, err := tagName(name)
		if err != nil {
			return err
		}
		have, err := tagsByName(ctx, tx, who.Tenant, []string{name})
		if err != nil {
			return err
		}
		if len(have) > 0 {
			return errs.ErrInvalid.At(blame("name", ErrTagTaken))
		}
		ids, err := EnsureTagsTx(ctx, tx, who.Tenant, []string{name})
		if err != nil {
			return err
		}
		if out, err = getTag(ctx, tx, who.Tenant, ids[0]); err != nil {
			return err
		}
		return note(ctx, tx, who, "tag.created", out.ID.String(), nil)
	})
	if err != nil {
		return Tag{}, fmt.Errorf("create tag: %w", err)
	}
	return out, nil
}

// EnsureTagsTx returns the tags of these names in their order, making those that are missing. The caller has asked the permission.
func EnsureTagsTx(ctx context.Context, tx *db.Tx, t id.Tenant, names []string) ([]TagID, error) {
	clean := make([]string, len(names))
	for i, n := range names {
		name, err := tagName(n)
		if err != nil {
			return nil, err
		}
		clean[i] = name
	}
	have, err := tagsByName(ctx, tx, t, clean)
	if err != nil {
		return nil, err
	}
	count, err := db.One[int](ctx, tx, `SELECT COUNT(*) FROM tag WHERE tenant_id = ?`, t)
	if err != nil {
		return nil, err
	}
	out := make([]TagID, len(clean))
	for i, name := range clean {
		key := strings.ToLower(name)
		if have[key] == 0 {
			if count++; count > MaxTags {
				return nil, ErrTagLimit
			}
			have[key] = id.New[tagKind]()
			_, err := db.Exec(ctx, tx, `INSERT INTO tag (id, tenant_id, name, name_key, version, created_at) VALUES (?, ?, ?, ?, 1, ?)`, have[key], t, name, key, tx.Now)
			if err != nil {
				return nil, err
			}
		}
		out[i] = have[key]
	}
	return out, nil
}

func tagsByName(ctx context.Context, q db.Querier, t id.Tenant, names []string) (map[string]TagID, error) {
	keys := make([]string, len(names))
	for i, n := range names {
		keys[i] = strings.ToLower(n)
	}
	out := map[string]TagID{}
	if len(keys) == 0 {
		return out, nil
	}
	w := db.Where("tenant_id = ?", t).And(db.In("name_key", keys))
	rows, err := db.All[struct {
		ID  TagID  `db:"id"`
		Key string `db:"name_key"`
	}](ctx, q, `SELECT id, name_key FROM tag WHERE `+w.SQL(), w.Args()...)
	for _, r := range rows {
		out[r.Key] = r.ID
	}
	return out, err
}

// RenameTag gives a tag another name. version is the one that was read, 0 for any.
func (s *Service) RenameTag(ctx context.Context, who access.Actor, g TagID, version int64, name string) (Tag, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Tag{}, err
	}
	var out Tag
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		name, err := tagName(name)
		if err != nil {
			return err
		}
		if out, err = getTag(ctx, tx, who.Tenant, g); err != nil {
			return err
		}
		if version != 0 && version != out.Version {
			return errs.ErrStale
		}
		n, err := db.Exec(ctx, tx, `UPDATE tag SET name = ?, name_key = ?, version = version + 1 WHERE tenant_id = ? AND id = ? AND version = ?`,
			name, strings.ToLower(name), who.Tenant, g, out.Version)
		if db.IsUnique(err) {
			return errs.ErrInvalid.At(blame("name", ErrTagTaken))
		}
		if err == nil && n == 0 {
			return errs.ErrStale
		}
		if err != nil {
			return err
		}
		out.Name, out.Version = name, out.Version+1
		return note(ctx, tx, who, "tag.renamed", g.String(), nil)
	})
	if err != nil {
		return Tag{}, fmt.Errorf("rename tag: %w", err)
	}
	return out, nil
}

// DeleteTag removes a tag from all its contacts; they stay.
func (s *Service) DeleteTag(ctx context.Context, who access.Actor, g TagID) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := getTag(ctx, tx, who.Tenant, g); err != nil {
			return err
		}
		for _, text := range []string{`DELETE FROM contact_tag WHERE tenant_id = ? AND tag_id = ?`, `DELETE FROM tag WHERE tenant_id = ? AND id = ?`} {
			if _, err := db.Exec(ctx, tx, text, who.Tenant, g); err != nil {
				return err
			}
		}
		return note(ctx, tx, who, "tag.deleted", g.String(), nil)
	})
	if err != nil {
		return fmt.Errorf("delete tag: %w", err)
	}
	return nil
}

// Retag gives tags to contacts and takes others off them. Repeating changes nothing; contacts and tags of others are "not found".
func (s *Service) Retag(ctx context.Context, who access.Actor, ids []ID, add, remove []TagID) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := haveAll(ctx, tx, who.Tenant, ids); err != nil {
			return err
		}
		if err := haveTags(ctx, tx, who.Tenant, remove); err != nil {
			return err
		}
		if err := TagTx(ctx, tx, who.Tenant, ids, add); err != nil {
			return err
		}
		if err := UntagTx(ctx, tx, who.Tenant, ids, remove); err != nil {
			return err
		}
		return note(ctx, tx, who, "contact.tagged", "", map[string]any{"contacts": len(ids), "added": texts(add), "removed": texts(remove)})
	})
	if err != nil {
		return fmt.Errorf("tag contacts: %w", err)
	}
	return nil
}

func texts(tags []TagID) []string {
	out := make([]string, len(tags))
	for i, g := range tags {
		out[i] = g.String()
	}
	return out
}

// TagTx gives tags to contacts of the account inside the caller's transaction, which has asked the permission.
func TagTx(ctx context.Context, tx *db.Tx, t id.Tenant, ids []ID, tags []TagID) error {
	if len(ids) == 0 || len(tags) == 0 {
		return nil
	}
	if err := haveTags(ctx, tx, t, tags); err != nil {
		return err
	}
	for _, g := range tags {
		err := db.InsertRows(ctx, tx, "contact_tag", []string{"tenant_id", "tag_id", "contact_id", "added_at"}, len(ids), func(i int) []any {
			return []any{t, g, ids[i], tx.Now}
		}, "ON CONFLICT DO NOTHING")
		if err != nil {
			return err
		}
	}
	return nil
}

// UntagTx takes tags off contacts inside the caller's transaction, which has asked the permission.
func UntagTx(ctx context.Context, tx *db.Tx, t id.Tenant, ids []ID, tags []TagID) error {
	w := db.Where("tenant_id = ?", t).And(db.In("tag_id", tags)).And(db.In("contact_id", ids))
	_, err := db.Exec(ctx, tx, `DELETE FROM contact_tag WHERE `+w.SQL(), w.Args()...)
	return err
}

// setTags makes the tags of a contact exactly these; nil leaves them.
func setTags(ctx context.Context, tx *db.Tx, c Contact, tags *[]TagID) error {
	if tags == nil {
		return nil
	}
	in, args := db.In("tag_id", *tags)
	w := db.Where("tenant_id = ?", c.Tenant).And("contact_id = ?", c.ID).And("NOT ("+in+")", args)
	if _, err := db.Exec(ctx, tx, `DELETE FROM contact_tag WHERE `+w.SQL(), w.Args()...); err != nil {
		return err
	}
	return TagTx(ctx, tx, c.Tenant, []ID{c.ID}, *tags)
}

func tagName(name string) (string, error) {
	name = CleanText(name)
	if name == "" || len([]rune(name)) > MaxTagName {
		return "", errs.ErrInvalid.At(blame("name", ErrTagName))
	}
	return name, nil
}

func getTag(ctx context.Context, q db.Querier, t id.Tenant, g TagID) (Tag, error) {
	return db.One[Tag](ctx, q, selectTags+` AND g.id = ?`, t, g)
}

func haveTags(ctx context.Context, q db.Querier, t id.Tenant, tags []TagID) error {
	w := db.Where("tenant_id = ?", t).And(db.In("id", tags))
	n, err := db.One[int](ctx, q, `SELECT COUNT(*) FROM tag WHERE `+w.SQL(), w.Args()...)
	if err == nil && n != distinct(tags) {
		return errs.ErrNotFound
	}
	return err
}

// tagging is one tag of one contact.
type tagging struct {
	Contact ID    `db:"contact_id"`
	Tag     TagID `db:"tag_id"`
}

func tagsOf(ctx context.Context, q db.Querier, t id.Tenant, ids []ID) ([]tagging, error) {
	w := db.Where("tenant_id = ?", t).And(db.In("contact_id", ids))
	return db.All[tagging](ctx, q, `SELECT contact_id, tag_id FROM contact_tag WHERE `+w.SQL()+` ORDER BY contact_id, tag_id`, w.Args()...)
}
