package content

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/content/when"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

// FieldSource knows what the letters of an account may name. Contacts own it; app supplies it.
type FieldSource interface {
	// FieldKinds returns the kinds of the custom fields by their keys.
	FieldKinds(ctx context.Context, t id.Tenant) (map[string]string, error)
	// TagsNamed and ListsNamed find those of names, which are names in small letters or identifiers; what is not there is left out.
	TagsNamed(ctx context.Context, t id.Tenant, names []string) (map[string]int64, error)
	ListsNamed(ctx context.Context, t id.Tenant, names []string) (map[string]int64, error)
}

// Service holds the verbs. It is safe for concurrent use.
type Service struct {
	db     *db.DB
	fields FieldSource
	links  Links // nil: all links are good

	mu    sync.RWMutex
	cache map[RevisionID]*Compiled // revisions never change
}

// maxCached bounds the compiled revisions in memory, about 100 KB each at the most.
const maxCached = 512

// New makes the service.
func New(d *db.DB, fields FieldSource) *Service {
	return &Service{db: d, fields: fields, cache: map[RevisionID]*Compiled{}}
}

// complete adds to options what the letters of the account may name: its custom fields, and those tags and lists that this one does.
func (s *Service) complete(ctx context.Context, t id.Tenant, l Letter, o Options) (Options, error) {
	if o.Purpose == "" {
		o.Purpose = channel.Advertising
	}
	if o.Lang == "" {
		o.Lang = lang.Russian
	}
	kinds, err := s.fields.FieldKinds(ctx, t)
	if err != nil {
		return o, err
	}
	o.Fields, o.Kinds = slices.Sorted(maps.Keys(kinds)), kinds
	maps.DeleteFunc(o.Kinds, func(_, kind string) bool { return kind == string(when.Text) })
	tags, lists := namedIn(l)
	if len(tags) > 0 {
		if o.Tags, err = s.fields.TagsNamed(ctx, t, tags); err != nil {
			return o, err
		}
	}
	if len(lists) > 0 {
		o.Lists, err = s.fields.ListsNamed(ctx, t, lists)
	}
	return o, err
}

// Report is what looking a letter over found.
type Report struct {
	Problems []Problem // of every severity; an error stops the sending
	Size     int       // bytes of the HTML as it would be sent, without the values
	Links    []string  // distinct targets of tracked links
	Footer   bool      // the footer with the way out will be added
}

// Check looks a letter over. Options.Fields is filled in from the account.
func (s *Service) Check(ctx context.Context, who access.Actor, l Letter, o Options) (Report, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return Report{}, err
	}
	l, wrong := l.drawn(o)
	o, err := s.complete(ctx, who.Tenant, l, o)
	if err != nil {
		return Report{}, fmt.Errorf("check letter: %w", err)
	}
	t, problems := compile(l, o)
	problems = slices.Concat(problems, wrong, l.looked())
	r := Report{Problems: problems, Size: t.size(), Links: t.targets}
	for _, p := range problems {
		r.Footer = r.Footer || p.Code == "unsubscribe.added"
	}
	return r, nil
}

// ReviseTx freezes a letter for sending and returns its revision, an earlier one if the same was frozen before. A letter with
// errors is refused by ErrLetter, whose fields name the places.
func (s *Service) ReviseTx(ctx context.Context, tx *db.Tx, t id.Tenant, l Letter, o Options) (Revision, error) {
	l, wrong := l.drawn(o)
	if err := AsError(wrong); err != nil {
		return Revision{}, err
	}
	o, err := s.complete(ctx, t, l, o)
	if err != nil {
		return Revision{}, fmt.Errorf("freeze letter: %w", err)
	}
	hash, err := hashOf(l, o)
	if err != nil {
		return Revision{}, fmt.Errorf("freeze letter: %w", err)
	}
	if r, err := findRevision(ctx, tx, t, hash); err == nil || errs.KindOf(err) != errs.NotFound {
		return r, err
	}
	compiled, problems := compile(l, o)
	if err := AsError(problems); err != nil {
		return Revision{}, err
	}
	r := Revision{ID: id.New[revisionKind](), Tenant: t, Letter: l, Options: o, Links: compiled.Links(), Places: compiled.Places(), CreatedAt: tx.Now}
	if err := insertRevision(ctx, tx, r, hash); err != nil {
		return Revision{}, fmt.Errorf("freeze letter: %w", err)
	}
	return findRevision(ctx, tx, t, hash)
}

func hashOf(l Letter, o Options) (string, error) {
	b, err := json.Marshal(struct {
		Letter  Letter
		Options Options
	}{l, o})
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}

// Revision returns a frozen letter.
func (s *Service) Revision(ctx context.Context, q db.Querier, t id.Tenant, r RevisionID) (Revision, error) {
	return getRevision(ctx, q, t, r)
}

// Compiled returns a frozen letter ready for rendering. It is kept in memory, so calling it for every message is cheap.
// The tenant is checked when it is read for the first time; ids of revisions come from rows of the same tenant.
func (s *Service) Compiled(ctx context.Context, q db.Querier, t id.Tenant, r RevisionID) (*Compiled, error) {
	s.mu.RLock()
	c := s.cache[r]
	s.mu.RUnlock()
	if c != nil && c.tenant == t {
		return c, nil
	}
	rev, err := getRevision(ctx, q, t, r)
	if err != nil {
		return nil, fmt.Errorf("read revision: %w", err)
	}
	c, problems := compile(rev.Letter, rev.Options) // blocks were drawn when it was frozen
	if err := AsError(problems); err != nil {
		return nil, fmt.Errorf("compile revision: %w", err)
	}
	c.tenant = t
	s.mu.Lock()
	defer s.mu.Unlock()
	for old := range s.cache {
		if len(s.cache) < maxCached {
			break
		}
		delete(s.cache, old)
	}
	s.cache[r] = c
	return c, nil
}

type previewKind struct{}

func (previewKind) Prefix() string { return "prv" }

// PreviewID identifies a page made for the eye.
type PreviewID = id.Of[previewKind]

// PreviewAsk says what to show and for whom.
type PreviewAsk struct {
	Letter  Letter
	Options Options
	Values  Values // of a contact, or Sample
	// Belongs tells which of the tags and lists that the letter asks about the contact has; nil for none.
	Belongs func(ctx context.Context, tags, lists []int64) (of, on map[int64]bool, err error)
	Dark    bool
}

// Preview is a letter as one recipient will see it. Its HTML is read by PreviewPage.
type Preview struct {
	ID            PreviewID
	Subject       string
	Text          string
	Problems      []Problem
	Size          int      // bytes of the HTML as it would be sent, without the values
	Links, Places []string // as in Revision
}

const previewLife = time.Hour

var darkScheme = regexp.MustCompile(`\(\s*prefers-color-scheme\s*:\s*dark\s*\)`)

// Preview renders a letter for the eye. Errors of the letter do not stop it: what is wrong is left out and told in Problems.
func (s *Service) Preview(ctx context.Context, who access.Actor, a PreviewAsk) (Preview, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return Preview{}, err
	}
	if err := a.Letter.Check(); err != nil {
		return Preview{}, err
	}
	if a.Options.Purpose == "" {
		a.Options.Purpose = channel.Advertising
	}
	var wrong []Problem
	a.Letter, wrong = a.Letter.drawn(a.Options)
	o, err := s.complete(ctx, who.Tenant, a.Letter, a.Options)
	if err != nil {
		return Preview{}, fmt.Errorf("preview letter: %w", err)
	}
	for _, url := range []*string{&a.Values.UnsubscribeURL, &a.Values.PreferencesURL, &a.Values.WhyURL} {
		if *url == "" {
			*url = "#"
		}
	}
	t, problems := compile(a.Letter, o)
	problems = slices.Concat(problems, wrong, a.Letter.looked())
	shown := t
	if a.Letter.ofBlocks() { // once more for the eye: what is judged and measured is what would be sent
		o.marks = true
		shown, _ = compile(a.Letter, o)
	}
	if a.Belongs != nil {
		if a.Values.Tags, a.Values.Lists, err = a.Belongs(ctx, t.needs.Tags, t.needs.Lists); err != nil {
			return Preview{}, fmt.Errorf("preview letter: %w", err)
		}
	}
	r := shown.Render(&a.Values, nil, "")
	out := Preview{ID: id.New[previewKind](), Subject: r.Subject, Text: r.Text, Problems: problems, Size: t.size(), Links: t.targets, Places: t.places}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return savePreview(ctx, tx, who.Tenant, out.ID, forEye(r, a.Dark), previewLife)
	})
	if err != nil {
		return Preview{}, fmt.Errorf("preview letter: %w", err)
	}
	return out, nil
}

// forEye makes the page of a letter: a plain text as such a page, the dark scheme as the only one when it is asked for.
func forEye(r Rendered, dark bool) string {
	if r.HTML == "" {
		var b strings.Builder
		b.WriteString(`<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark"><pre style="white-space:pre-wrap;font:15px/1.5 Arial,sans-serif;margin:24px">`)
		writeEscapedText(&b, r.Text)
		b.WriteString(`</pre>`)
		return b.String()
	}
	if !dark {
		return r.HTML
	}
	return darkScheme.ReplaceAllString(r.HTML, "(min-width:0px)")
}

// PreviewPage returns the HTML of a preview. It holds no scripts, yet it is strangers' HTML: serve it with a policy of its own.
func (s *Service) PreviewPage(ctx context.Context, who access.Actor, p PreviewID) (string, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return "", err
	}
	return getPreview(ctx, s.db, who.Tenant, p)
}

// Templates returns the account's templates, the newest first, and then those built in.
func (s *Service) Templates(ctx context.Context, who access.Actor) ([]Template, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return nil, err
	}
	own, err := listTemplates(ctx, s.db, who.Tenant)
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	return append(own, Builtins()...), nil
}

// Get returns one template.
func (s *Service) Get(ctx context.Context, who access.Actor, t TemplateID) (Template, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return Template{}, err
	}
	if b, ok := builtin(t); ok {
		return b, nil
	}
	return getTemplate(ctx, s.db, who.Tenant, t)
}

// Create saves a letter as a template. A letter with problems may be saved: it is a draft.
func (s *Service) Create(ctx context.Context, who access.Actor, name string, l lang.Lang, letter Letter) (Template, error) {
	if err := who.Can(access.EditCampaigns); err != nil {
		return Template{}, err
	}
	name, err := checkTemplate(name, letter)
	if err != nil {
		return Template{}, err
	}
	t := Template{ID: id.New[templateKind](), Tenant: who.Tenant, Name: name, Lang: l, Letter: letter, Version: 1}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := countTemplates(ctx, tx, who.Tenant)
		if err != nil {
			return err
		}
		if n >= MaxTemplates {
			return ErrMany
		}
		t.CreatedAt, t.UpdatedAt = tx.Now, tx.Now
		return insertTemplate(ctx, tx, t)
	})
	if err != nil {
		return Template{}, fmt.Errorf("create template: %w", err)
	}
	return t, nil
}

// TemplateChange is what to alter in a template. Nil leaves a value.
type TemplateChange struct {
	Name   *string
	Lang   *lang.Lang
	Letter *Letter
}

// Update alters a template. version is the one that was read, 0 for any; errs.ErrStale when it moved on.
func (s *Service) Update(ctx context.Context, who access.Actor, id TemplateID, version int64, ch TemplateChange) (Template, error) {
	if err := who.Can(access.EditCampaigns); err != nil {
		return Template{}, err
	}
	if _, ok := builtin(id); ok {
		return Template{}, ErrBuiltin
	}
	var t Template
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if t, err = getTemplate(ctx, tx, who.Tenant, id); err != nil {
			return err
		}
		if version != 0 && version != t.Version {
			return errs.ErrStale
		}
		if err := t.apply(ch); err != nil {
			return err
		}
		ok, err := updateTemplate(ctx, tx, t)
		if err == nil && !ok {
			err = errs.ErrStale
		}
		t.Version, t.UpdatedAt = t.Version+1, tx.Now
		return err
	})
	if err != nil {
		return Template{}, fmt.Errorf("update template: %w", err)
	}
	return t, nil
}

func (t *Template) apply(ch TemplateChange) (err error) {
	if ch.Letter != nil {
		t.Letter = *ch.Letter
	}
	if ch.Lang != nil {
		t.Lang = *ch.Lang
	}
	if ch.Name != nil {
		t.Name = *ch.Name
	}
	t.Name, err = checkTemplate(t.Name, t.Letter)
	return err
}

func checkTemplate(name string, l Letter) (string, error) {
	name = strings.TrimSpace(oneLine(name))
	if name == "" || utf8.RuneCountInString(name) > maxName {
		return "", errs.ErrInvalid.At(errs.Field{Path: "name", Code: ErrName.Code, Text: ErrName.Text})
	}
	return name, l.Check()
}

// Delete removes a template. Campaigns made from it keep their letters.
func (s *Service) Delete(ctx context.Context, who access.Actor, t TemplateID) error {
	if err := who.Can(access.EditCampaigns); err != nil {
		return err
	}
	if _, ok := builtin(t); ok {
		return ErrBuiltin
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := db.Exec(ctx, tx, `DELETE FROM template WHERE tenant_id = ? AND id = ?`, who.Tenant, t)
		if err == nil && n == 0 {
			err = errs.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("delete template: %w", err)
	}
	return nil
}
