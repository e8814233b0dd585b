package contact

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

func asError(err error, target **errs.Error) bool { return errors.As(err, target) }

// row is a contact as it is stored.
type row struct {
	ID        ID                        `db:"id"`
	Tenant    id.Tenant                 `db:"tenant_id"`
	Sort      Sort                      `db:"sort"`
	Email     string                    `db:"email"`
	EmailKey  string                    `db:"email_key"`
	Phone     string                    `db:"phone"`
	FirstName string                    `db:"first_name"`
	LastName  string                    `db:"last_name"`
	Lang      string                    `db:"lang"`
	Fields    db.JSON[map[string]Value] `db:"fields"`
	Import    int64                     `db:"import_id"`
	External  string                    `db:"external_id"`
	Version   int64                     `db:"version"`
	CreatedAt time.Time                 `db:"created_at"`
	UpdatedAt time.Time                 `db:"updated_at"`
}

func (r row) contact() Contact {
	return Contact{ID: r.ID, Tenant: r.Tenant, Sort: r.Sort, Email: r.Email, EmailKey: r.EmailKey, Phone: r.Phone, FirstName: r.FirstName, LastName: r.LastName, Lang: r.Lang,
		Fields: r.Fields.V, Import: r.Import, ExternalID: r.External, Version: r.Version, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
}

func contacts(rows []row) []Contact {
	out := make([]Contact, len(rows))
	for i, r := range rows {
		out[i] = r.contact()
	}
	return out
}

func columns(q db.Querier) string {
	return `c.id, c.tenant_id, c.sort, c.email, c.email_key, c.phone, c.first_name, c.last_name, c.lang, ` +
		q.Dialect().JSONRead("c.fields") + ` AS fields, c.import_id, c.external_id, c.version, c.created_at, c.updated_at`
}

func getContact(ctx context.Context, q db.Querier, t id.Tenant, c ID) (Contact, error) {
	r, err := db.One[row](ctx, q, `SELECT `+columns(q)+` FROM contacts c WHERE c.tenant_id = ? AND c.id = ?`, t, c)
	return r.contact(), err
}

// byEmail and byPhone find contacts by their keys, in the order of creation.
func byEmail(ctx context.Context, q db.Querier, t id.Tenant, keys []string) ([]Contact, error) {
	return byKey(ctx, q, t, "c.email_key", keys)
}

func byPhone(ctx context.Context, q db.Querier, t id.Tenant, phones []string) ([]Contact, error) {
	return byKey(ctx, q, t, "c.phone", phones)
}

func byExternal(ctx context.Context, q db.Querier, t id.Tenant, ids []string) ([]Contact, error) {
	return byKey(ctx, q, t, "c.external_id", ids)
}

func byIDs(ctx context.Context, q db.Querier, t id.Tenant, ids []ID) ([]Contact, error) {
	w := db.Where("c.tenant_id = ?", t).And(db.In("c.id", ids))
	rows, err := db.All[row](ctx, q, `SELECT `+columns(q)+` FROM contacts c WHERE `+w.SQL(), w.Args()...)
	return contacts(rows), err
}

func byKey(ctx context.Context, q db.Querier, t id.Tenant, column string, keys []string) ([]Contact, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	w := db.Where("c.tenant_id = ?", t).And(db.In(column, keys))
	rows, err := db.All[row](ctx, q, `SELECT `+columns(q)+` FROM contacts c WHERE `+w.SQL(), w.Args()...)
	// Sorted here: asked to sort, SQLite would walk all contacts of the account by id instead of looking the keys up.
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.ID, b.ID) })
	return contacts(rows), err
}

// null turns an empty text into NULL: unique indexes let NULLs be.
func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

var insertColumns = []string{"id", "tenant_id", "sort", "email", "email_key", "email_hash", "phone", "phone_hash",
	"first_name", "last_name", "lang", "fields:json", "search_key", "import_id", "run", "external_id", "version", "created_at", "updated_at"}

func (s *Service) insertContacts(ctx context.Context, tx *db.Tx, list []Contact) error {
	return db.InsertRows(ctx, tx, "contacts", insertColumns, len(list), func(i int) []any {
		c := &list[i]
		return []any{c.ID, c.Tenant, c.Sort, c.Email, null(c.EmailKey), null(s.hash(c.Tenant, c.EmailKey)), null(c.Phone), null(s.hash(c.Tenant, c.Phone)),
			c.FirstName, c.LastName, c.Lang, fieldsText(c.Fields), c.searchKey(), c.Import, c.run, null(c.ExternalID), c.Version, c.CreatedAt, c.UpdatedAt}
	}, "")
}

// updateContact writes all values of a contact over version c.Version and reports whether that version was there.
func (s *Service) updateContact(ctx context.Context, tx *db.Tx, c Contact) (bool, error) {
	n, err := db.Exec(ctx, tx, `
		UPDATE contacts SET sort = ?, email = ?, email_key = ?, email_hash = ?, phone = ?, phone_hash = ?, first_name = ?, last_name = ?, lang = ?,
			fields = `+tx.Dialect().JSONWrite()+`, search_key = ?, external_id = ?, version = version + 1, updated_at = ?
		WHERE tenant_id = ? AND id = ? AND version = ?`,
		c.Sort, c.Email, null(c.EmailKey), null(s.hash(c.Tenant, c.EmailKey)), null(c.Phone), null(s.hash(c.Tenant, c.Phone)), c.FirstName, c.LastName, c.Lang,
		fieldsText(c.Fields), c.searchKey(), null(c.ExternalID), tx.Now, c.Tenant, c.ID, c.Version)
	return n == 1, err
}

// filterContacts builds the conditions of a list of contacts.
func filterContacts(t id.Tenant, f Filter) *db.Conditions {
	w := db.Where("c.tenant_id = ?", t).And("c.sort = ?", Audience)
	for _, word := range f.words() {
		pattern := "% " + db.Prefix(word)
		if word[0] == '@' {
			pattern = db.Contains(word)
		}
		w.And("c.search_key LIKE ? ESCAPE '!'", pattern)
	}
	if f.List != 0 {
		w.And("EXISTS (SELECT 1 FROM list_member m WHERE m.tenant_id = ? AND m.list_id = ? AND m.contact_id = c.id)", t, f.List)
	}
	if f.Tag != 0 {
		w.And("EXISTS (SELECT 1 FROM contact_tag g WHERE g.tenant_id = ? AND g.tag_id = ? AND g.contact_id = c.id)", t, f.Tag)
	}
	if f.Where != nil {
		w.And(f.Where.SQL(), f.Where.Args()...)
	}
	const state = "(SELECT 1 FROM consent_state s WHERE s.tenant_id = ? AND s.contact_id = c.id AND s.channel = ? AND s.purpose = ? AND s.topic_id = 0"
	switch f.Consent {
	case Granted, Withdrawn:
		w.And("EXISTS "+state+" AND s.action = ?)", t, f.Channel, f.Purpose, f.Consent)
	case Absent:
		w.And("NOT EXISTS "+state+")", t, f.Channel, f.Purpose)
	}
	return w
}
