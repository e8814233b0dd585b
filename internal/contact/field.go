package contact

import (
	"context"
	"fmt"
	"regexp"
	"slices"
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

// FieldKind tells what the values of a field are.
type FieldKind string

// Kinds of fields.
const (
	TextField    FieldKind = "text"
	NumberField  FieldKind = "number"
	DateField    FieldKind = "date"
	BooleanField FieldKind = "boolean"
	ChoiceField  FieldKind = "choice" // one of the options
	ListField    FieldKind = "list"   // several texts, of the options if there are any
)

// FieldKinds lists all kinds in the order in which they are offered.
var FieldKinds = []FieldKind{TextField, NumberField, DateField, BooleanField, ChoiceField, ListField}

// Field is a custom field of the contacts of one account.
type Field struct {
	ID        FieldID
	Tenant    id.Tenant
	Key       string // name in placeholders and in the API: a–z, 0–9, _
	Label     string // name for people
	Kind      FieldKind
	Options   []string  // allowed values of a choice or a list; a list without any is free
	Turning   FieldKind // the kind that values may still have, until a job has turned them; empty when all is done
	Version   int64
	CreatedAt time.Time
}

// FieldDraft is what is told about a new field. An empty key is made from the label ("Город" → "gorod"), an empty kind is text.
type FieldDraft struct {
	Key, Label string
	Kind       FieldKind
	Options    []string
}

// Limits of fields.
const (
	MaxFields  = 100 // of an account
	MaxOptions = 100 // of a field, of at most MaxListItem characters
)

// Errors of custom fields.
var (
	ErrFieldKey   = errs.New(errs.Invalid, "field.key", "The key of a field begins with a Latin letter and has small letters, digits and _ only, at most 40.")
	ErrFieldTaken = errs.New(errs.Conflict, "field.taken", "There is a field with this key already.")
	ErrFieldLimit = errs.New(errs.Conflict, "field.limit", "An account may have at most 100 custom fields.")
	ErrFieldKind  = errs.New(errs.Invalid, "field.kind", "A field is text, number, date, boolean, choice or list.")
	ErrOptions    = errs.New(errs.Invalid, "field.options", "A choice needs one to 100 different options of at most 100 characters; other fields but lists have none.")
)

var fieldKey = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// standard are the names that every contact has; a custom field may not take them.
var standard = map[string]bool{"email": true, "phone": true, "first_name": true, "last_name": true, "full_name": true, "lang": true,
	"id": true, "field": true, "account_name": true, "account_address": true, "unsubscribe_url": true, "preferences_url": true, "why_url": true}

// Fields returns the custom fields of an account in the order of creation.
func (s *Service) Fields(ctx context.Context, t id.Tenant) ([]Field, error) {
	return listFields(ctx, s.db, t)
}

// CreateField adds a custom field.
func (s *Service) CreateField(ctx context.Context, who access.Actor, d FieldDraft) (Field, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Field{}, err
	}
	var f Field
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if f, err = CreateFieldTx(ctx, tx, who.Tenant, d); err != nil {
			return err
		}
		return note(ctx, tx, who, "field.created", f.ID.String(), map[string]any{"key": f.Key, "kind": string(f.Kind)})
	})
	if err != nil {
		return Field{}, fmt.Errorf("create field: %w", err)
	}
	return f, nil
}

// CreateFieldTx is CreateField inside the caller's transaction, which has asked the permission.
func CreateFieldTx(ctx context.Context, tx *db.Tx, t id.Tenant, d FieldDraft) (Field, error) {
	f, err := d.field()
	if err != nil {
		return Field{}, err
	}
	have, err := listFields(ctx, tx, t)
	if err != nil {
		return Field{}, err
	}
	if len(have) >= MaxFields {
		return Field{}, ErrFieldLimit
	}
	if slices.ContainsFunc(have, func(other Field) bool { return other.Key == f.Key }) {
		return Field{}, ErrFieldTaken.With("key", f.Key)
	}
	going, err := db.One[int](ctx, tx, `SELECT COUNT(*) FROM contact_field WHERE tenant_id = ? AND field_key = ?`, t, f.Key)
	if err != nil {
		return Field{}, err
	}
	if going > 0 { // its values are being removed
		return Field{}, ErrFieldBusy
	}
	f.ID, f.Tenant, f.Version, f.CreatedAt = id.New[fieldKind](), t, 1, tx.Now
	_, err = db.Exec(ctx, tx, `INSERT INTO contact_field (id, tenant_id, field_key, label, kind, options, version, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		f.ID, f.Tenant, f.Key, f.Label, f.Kind, db.AsJSON(f.Options), f.Version, f.CreatedAt)
	if db.IsUnique(err) {
		return Field{}, ErrFieldTaken.With("key", f.Key)
	}
	return f, err
}

// field checks a draft.
func (d FieldDraft) field() (Field, error) {
	f := Field{Key: d.Key, Label: CleanText(d.Label), Kind: d.Kind}
	if f.Key == "" {
		f.Key = KeyOf(f.Label)
	}
	if f.Label == "" {
		f.Label = f.Key
	}
	if f.Kind == "" {
		f.Kind = TextField
	}
	if !fieldKey.MatchString(f.Key) || standard[f.Key] {
		return Field{}, errs.ErrInvalid.At(blame("key", ErrFieldKey.With("key", f.Key)))
	}
	return f, f.set(f.Label, f.Kind, d.Options)
}

// set gives a field a name, a kind and options, after checking them.
func (f *Field) set(label string, kind FieldKind, options []string) error {
	if label = CleanText(label); label == "" || len([]rune(label)) > MaxName {
		return errs.ErrInvalid.At(tooLong("label", MaxName))
	}
	if !slices.Contains(FieldKinds, kind) {
		return errs.ErrInvalid.At(blame("kind", ErrFieldKind))
	}
	clean := []string{}
	for _, o := range options {
		if o = CleanText(o); o == "" || len([]rune(o)) > MaxListItem || slices.ContainsFunc(clean, func(have string) bool { return strings.EqualFold(have, o) }) {
			return errs.ErrInvalid.At(blame("options", ErrOptions))
		}
		clean = append(clean, o)
	}
	if len(clean) > MaxOptions || kind == ChoiceField && len(clean) == 0 || kind != ChoiceField && kind != ListField && len(clean) > 0 {
		return errs.ErrInvalid.At(blame("options", ErrOptions))
	}
	f.Label, f.Kind, f.Options = label, kind, clean
	return nil
}

type fieldRow struct {
	ID        FieldID           `db:"id"`
	Tenant    id.Tenant         `db:"tenant_id"`
	Key       string            `db:"field_key"`
	Label     string            `db:"label"`
	Kind      FieldKind         `db:"kind"`
	Options   db.JSON[[]string] `db:"options"`
	Turning   FieldKind         `db:"turning"`
	Version   int64             `db:"version"`
	CreatedAt time.Time         `db:"created_at"`
}

func (r fieldRow) field() Field {
	return Field{r.ID, r.Tenant, r.Key, r.Label, r.Kind, r.Options.V, r.Turning, r.Version, r.CreatedAt}
}

const fieldColumns = `id, tenant_id, field_key, label, kind, options, turning, version, created_at`

func listFields(ctx context.Context, q db.Querier, t id.Tenant) ([]Field, error) {
	rows, err := db.All[fieldRow](ctx, q, `SELECT `+fieldColumns+` FROM contact_field WHERE tenant_id = ? AND COALESCE(turning, '') <> ? ORDER BY id`, t, removing)
	out := make([]Field, len(rows))
	for i, r := range rows {
		out[i] = r.field()
	}
	return out, err
}

// fieldsByKey returns the custom fields of an account by their keys.
func fieldsByKey(ctx context.Context, q db.Querier, t id.Tenant) (map[string]Field, error) {
	fields, err := listFields(ctx, q, t)
	known := make(map[string]Field, len(fields))
	for _, f := range fields {
		known[f.Key] = f
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
