package contact

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

type wordingKind struct{}

func (wordingKind) Prefix() string { return "wrd" }

// WordingID identifies a wording.
type WordingID = id.Of[wordingKind]

// Wording is the text that people agree to, in one of its versions. A version never changes: consents point to it. Other words
// or other keys make the next version.
type Wording struct {
	ID        WordingID
	Tenant    id.Tenant
	Name      string // for members of the account
	Version   int64  // from 1
	Text      lang.Text
	Keys      []ConsentKey // what agreeing to it is a consent to
	Archived  bool         // offered in no new form; what was agreed to stays valid
	Member    id.Member    // who wrote the version
	CreatedAt time.Time    // of the version
}

// Limits of wordings.
const (
	MaxWordings    = 200
	MaxWordingKeys = 30
)

// Errors of wordings.
var (
	ErrWordingName  = errs.New(errs.Invalid, "wording.name", "A wording needs a name of at most 100 characters.")
	ErrWordingText  = errs.New(errs.Invalid, "wording.text", "Write the words that people agree to, in Russian at least, 10 to 4,000 characters in each language.")
	ErrWordingKeys  = errs.New(errs.Invalid, "wording.keys", "Say what people agree to: one to 30 pairs of channel and purpose.")
	ErrWordingLimit = errs.New(errs.Conflict, "wording.limit", "An account may have at most 200 wordings.")
)

const minWordingText = 10

// WordingDraft is what a version says.
type WordingDraft struct {
	Name string
	Text lang.Text
	Keys []ConsentKey
}

// Wordings returns the latest version of every wording, by name, archived ones last.
func (s *Service) Wordings(ctx context.Context, who access.Actor) ([]Wording, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	list, err := wordings(ctx, s.db, who.Tenant, `v.version = w.version`)
	if err != nil {
		return nil, fmt.Errorf("list wordings: %w", err)
	}
	slices.SortStableFunc(list, func(a, b Wording) int {
		if a.Archived != b.Archived {
			if b.Archived {
				return -1
			}
			return 1
		}
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return list, nil
}

// WordingVersions returns all versions of a wording, the latest first.
func (s *Service) WordingVersions(ctx context.Context, who access.Actor, w WordingID) ([]Wording, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	list, err := wordings(ctx, s.db, who.Tenant, `w.id = ?`, w)
	if err == nil && len(list) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("list versions of wording: %w", err)
	}
	slices.SortFunc(list, func(a, b Wording) int { return int(b.Version - a.Version) })
	return list, nil
}

// WordingAt returns one version of a wording, for features that show or record it; version 0 is the latest.
func WordingAt(ctx context.Context, q db.Querier, t id.Tenant, w WordingID, version int64) (Wording, error) {
	condition, args := `w.id = ? AND v.version = w.version`, []any{w}
	if version != 0 {
		condition, args = `w.id = ? AND v.version = ?`, []any{w, version}
	}
	list, err := wordings(ctx, q, t, condition, args...)
	if err == nil && len(list) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return Wording{}, err
	}
	return list[0], nil
}

// WordingUse counts the consents that were given to a version, by where they came from.
type WordingUse struct {
	Version int64  `db:"wording_version"`
	Source  Source `db:"source"`
	N       int64  `db:"n"`
}

// WordingUses counts the consents given to every version of a wording, most first.
func (s *Service) WordingUses(ctx context.Context, who access.Actor, w WordingID) ([]WordingUse, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	list, err := db.All[WordingUse](ctx, s.db, `
		SELECT p.wording_version, p.source, COUNT(*) AS n
		FROM consent_proof p JOIN consent c ON c.tenant_id = p.tenant_id AND c.proof_id = p.id
		WHERE p.tenant_id = ? AND p.wording_id = ? AND c.action = ?
		GROUP BY p.wording_version, p.source
		ORDER BY n DESC`, who.Tenant, w, Granted)
	if err != nil {
		return nil, fmt.Errorf("count uses of wording: %w", err)
	}
	return list, nil
}

// CreateWording makes a wording with its first version.
func (s *Service) CreateWording(ctx context.Context, who access.Actor, d WordingDraft) (Wording, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Wording{}, err
	}
	if err := d.check(); err != nil {
		return Wording{}, err
	}
	w := Wording{ID: id.New[wordingKind](), Tenant: who.Tenant, Name: d.Name, Version: 1, Text: d.Text, Keys: d.Keys, Member: who.Member}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := db.One[int](ctx, tx, `SELECT COUNT(*) FROM wording WHERE tenant_id = ?`, who.Tenant)
		if err != nil {
			return err
		}
		if n >= MaxWordings {
			return ErrWordingLimit
		}
		w.CreatedAt = tx.Now
		if _, err := db.Exec(ctx, tx, `INSERT INTO wording (id, tenant_id, name, version, archived, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
			w.ID, w.Tenant, w.Name, w.Version, false, tx.Now); err != nil {
			return err
		}
		if err := insertVersion(ctx, tx, w); err != nil {
			return err
		}
		return note(ctx, tx, who, "wording.created", w.ID.String(), nil)
	})
	if err != nil {
		return Wording{}, fmt.Errorf("create wording: %w", err)
	}
	return w, nil
}

// ReviseWording gives a wording another name, and with other words or keys its next version. version is the one that was read, 0 for any.
func (s *Service) ReviseWording(ctx context.Context, who access.Actor, w WordingID, version int64, d WordingDraft) (Wording, error) {
	if err := d.check(); err != nil {
		return Wording{}, err
	}
	return s.changeWording(ctx, who, w, version, "wording.revised", func(ctx context.Context, tx *db.Tx, now *Wording) error {
		now.Name = d.Name
		if now.Text == d.Text && slices.Equal(now.Keys, d.Keys) {
			return nil
		}
		now.Version, now.Text, now.Keys, now.Member, now.CreatedAt = now.Version+1, d.Text, d.Keys, who.Member, tx.Now
		return insertVersion(ctx, tx, *now)
	})
}

// ArchiveWording takes a wording out of what new forms offer, or brings it back.
func (s *Service) ArchiveWording(ctx context.Context, who access.Actor, w WordingID, archived bool) (Wording, error) {
	return s.changeWording(ctx, who, w, 0, "wording.archived", func(_ context.Context, _ *db.Tx, now *Wording) error {
		now.Archived = archived
		return nil
	})
}

func (s *Service) changeWording(ctx context.Context, who access.Actor, w WordingID, version int64, action string, do func(context.Context, *db.Tx, *Wording) error) (Wording, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Wording{}, err
	}
	var now Wording
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if now, err = WordingAt(ctx, tx, who.Tenant, w, 0); err != nil {
			return err
		}
		if version != 0 && version != now.Version {
			return errs.ErrStale
		}
		was := now.Version
		if err := do(ctx, tx, &now); err != nil {
			return err
		}
		n, err := db.Exec(ctx, tx, `UPDATE wording SET name = ?, version = ?, archived = ? WHERE tenant_id = ? AND id = ? AND version = ?`,
			now.Name, now.Version, now.Archived, who.Tenant, w, was)
		if err == nil && n == 0 {
			return errs.ErrStale
		}
		if err != nil {
			return err
		}
		return note(ctx, tx, who, action, w.String(), map[string]any{"version": now.Version, "archived": now.Archived})
	})
	if err != nil {
		return Wording{}, fmt.Errorf("change wording: %w", err)
	}
	return now, nil
}

func (d *WordingDraft) check() error {
	d.Name = CleanText(d.Name)
	d.Text = lang.Text{Ru: strings.TrimSpace(d.Text.Ru), Kk: strings.TrimSpace(d.Text.Kk), En: strings.TrimSpace(d.Text.En)}
	var wrong []errs.Field
	if d.Name == "" || len([]rune(d.Name)) > MaxName {
		wrong = append(wrong, blame("name", ErrWordingName))
	}
	if len([]rune(d.Text.Ru)) < minWordingText || longest(d.Text) > MaxWording {
		wrong = append(wrong, blame("text", ErrWordingText))
	}
	if len(d.Keys) == 0 || len(d.Keys) > MaxWordingKeys {
		wrong = append(wrong, blame("keys", ErrWordingKeys))
	}
	for i, k := range d.Keys {
		if err := k.Check(); err != nil {
			wrong = append(wrong, blame(fmt.Sprintf("keys[%d]", i), err))
		}
	}
	if len(wrong) > 0 {
		return errs.ErrInvalid.At(wrong...)
	}
	return nil
}

// wordings reads versions; the condition is over w, a wording, and v, a version.
func wordings(ctx context.Context, q db.Querier, t id.Tenant, condition string, args ...any) ([]Wording, error) {
	rows, err := db.All[struct {
		ID        WordingID             `db:"id"`
		Name      string                `db:"name"`
		Version   int64                 `db:"version"`
		Words     db.JSON[lang.Text]    `db:"words"`
		Keys      db.JSON[[]ConsentKey] `db:"keys"`
		Archived  bool                  `db:"archived"`
		Member    id.Member             `db:"member_id"`
		CreatedAt time.Time             `db:"at"`
	}](ctx, q, `
		SELECT w.id, w.name, v.version, v.words, v.keys, w.archived, v.member_id, v.at
		FROM wording w JOIN wording_version v ON v.tenant_id = w.tenant_id AND v.wording_id = w.id
		WHERE w.tenant_id = ? AND `+condition, append([]any{t}, args...)...)
	out := make([]Wording, len(rows))
	for i, r := range rows {
		out[i] = Wording{r.ID, t, r.Name, r.Version, r.Words.V, r.Keys.V, r.Archived, r.Member, r.CreatedAt}
	}
	return out, err
}

func insertVersion(ctx context.Context, tx *db.Tx, w Wording) error {
	var topics []TopicID
	for _, k := range w.Keys {
		topics = append(topics, k.Topic)
	}
	if err := haveTopics(ctx, tx, w.Tenant, topics...); err != nil {
		return errs.ErrInvalid.At(blame("keys", err))
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO wording_version (tenant_id, wording_id, version, words, keys, member_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		w.Tenant, w.ID, w.Version, db.AsJSON(w.Text), db.AsJSON(w.Keys), w.Member, tx.Now)
	return err
}
