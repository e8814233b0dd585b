package contact

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

type fieldKind struct{}

func (fieldKind) Prefix() string { return "fld" }

// FieldID identifies a custom field.
type FieldID = id.Of[fieldKind]

// Field is a custom field of the contacts of one account. Its values are text for now.
type Field struct {
	ID        FieldID   `db:"id"`
	Tenant    id.Tenant `db:"tenant_id"`
	Key       string    `db:"field_key"` // name in placeholders and in the API: a–z, 0–9, _
	Label     string    `db:"label"`     // name for people
	Kind      string    `db:"kind"`      // "text"
	CreatedAt time.Time `db:"created_at"`
}

// MaxFields is how many custom fields an account may have.
const MaxFields = 100

// Errors of custom fields.
var (
	ErrFieldKey   = errs.New(errs.Invalid, "field.key", "The key of a field begins with a Latin letter and has small letters, digits and _ only, at most 40.")
	ErrFieldTaken = errs.New(errs.Conflict, "field.taken", "There is a field with this key already.")
	ErrFieldLimit = errs.New(errs.Conflict, "field.limit", "An account may have at most 100 custom fields.")
)

var fieldKey = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// standard are the names that every contact has; a custom field may not take them.
var standard = map[string]bool{"email": true, "phone": true, "first_name": true, "last_name": true, "full_name": true, "lang": true,
	"id": true, "field": true, "account_name": true, "account_address": true, "unsubscribe_url": true, "preferences_url": true, "why_url": true}

// Fields returns the custom fields of an account in the order of creation.
func (s *Service) Fields(ctx context.Context, t id.Tenant) ([]Field, error) {
	return listFields(ctx, s.db, t)
}

// FieldKeys returns the keys of the custom fields of an account.
func (s *Service) FieldKeys(ctx context.Context, t id.Tenant) ([]string, error) {
	fields, err := listFields(ctx, s.db, t)
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.Key
	}
	return keys, err
}

// CreateField adds a custom field. An empty key is made from the label ("Город" → "gorod").
func (s *Service) CreateField(ctx context.Context, who access.Actor, key, label string) (Field, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Field{}, err
	}
	var f Field
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = CreateFieldTx(ctx, tx, who.Tenant, key, label)
		return err
	})
	if err != nil {
		return Field{}, fmt.Errorf("create field: %w", err)
	}
	return f, nil
}

// CreateFieldTx is CreateField inside the caller's transaction, which has asked the permission.
func CreateFieldTx(ctx context.Context, tx *db.Tx, t id.Tenant, key, label string) (Field, error) {
	label = CleanText(label)
	if key == "" {
		key = KeyOf(label)
	}
	if label == "" {
		label = key
	}
	if !fieldKey.MatchString(key) || standard[key] {
		return Field{}, errs.ErrInvalid.At(blame("key", ErrFieldKey.With("key", key)))
	}
	if len([]rune(label)) > MaxName {
		return Field{}, errs.ErrInvalid.At(tooLong("label", MaxName))
	}
	have, err := listFields(ctx, tx, t)
	if err != nil {
		return Field{}, err
	}
	if len(have) >= MaxFields {
		return Field{}, ErrFieldLimit
	}
	for _, f := range have {
		if f.Key == key {
			return Field{}, ErrFieldTaken.With("key", key)
		}
	}
	f := Field{ID: id.New[fieldKind](), Tenant: t, Key: key, Label: label, Kind: "text", CreatedAt: tx.Now}
	_, err = db.Exec(ctx, tx, `INSERT INTO contact_field (id, tenant_id, field_key, label, kind, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
		f.ID, f.Tenant, f.Key, f.Label, f.Kind, f.CreatedAt)
	if db.IsUnique(err) {
		return Field{}, ErrFieldTaken.With("key", key)
	}
	return f, err
}

func listFields(ctx context.Context, q db.Querier, t id.Tenant) ([]Field, error) {
	return db.All[Field](ctx, q, `SELECT id, tenant_id, field_key, label, kind, created_at FROM contact_field WHERE tenant_id = ? ORDER BY id`, t)
}

func fieldKeys(ctx context.Context, q db.Querier, t id.Tenant) (map[string]bool, error) {
	fields, err := listFields(ctx, q, t)
	known := make(map[string]bool, len(fields))
	for _, f := range fields {
		known[f.Key] = true
	}
	return known, err
}

var latin = map[rune]string{
	'а': "a", 'ә': "a", 'б': "b", 'в': "v", 'г': "g", 'ғ': "g", 'д': "d", 'е': "e", 'ё': "e", 'ж': "zh", 'з': "z", 'и': "i", 'й': "i", 'к': "k", 'қ': "q",
	'л': "l", 'м': "m", 'н': "n", 'ң': "n", 'о': "o", 'ө': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ұ': "u", 'ү': "u", 'ф': "f", 'х': "h", 'һ': "h",
	'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "sch", 'ъ': "", 'ы': "y", 'і': "i", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya",
}

// KeyOf makes a field's key from a label in any of the three languages; "field" in front when it would not begin with a letter.
func KeyOf(label string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(label) {
		switch l, ok := latin[r]; {
		case ok:
			b.WriteString(l)
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	key := strings.Trim(b.String(), "_")
	if key == "" || key[0] < 'a' || standard[key] {
		key = strings.TrimRight("field_"+key, "_")
	}
	if len(key) > 40 {
		key = strings.TrimRight(key[:40], "_")
	}
	if key == "field" {
		return "field_1"
	}
	return key
}
