package form

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/errs"
	"keruen/internal/frame"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/secret"
)

// Parts are what the service is built of.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Log      *slog.Logger
	Keys     *secret.Keys
	Queue    *jobs.Queue
	Access   *access.Service
	Contacts *contact.Service
	Senders  *channel.Service
	Delivery *delivery.Service
	Brands   Brands    // nil: forms have no logo and the product's colour
	House    id.Tenant // its sender writes for accounts that have none
	BaseURL  string    // where people reach this installation, without a slash at the end
}

// Brands gives the colour ("" = the product's) and the logo of an account, as its other public pages have them.
type Brands interface {
	Brand(ctx context.Context, t id.Tenant) (colour string, logo frame.Logo, err error)
}

// Service holds the verbs. It is safe for concurrent use.
type Service struct{ Parts }

// New makes the service and registers its jobs.
func New(p Parts) *Service {
	s := &Service{p}
	s.registerJobs()
	return s
}

// Summary is a form in the list, with what it brought in the last 30 days.
type Summary struct {
	Form
	Recent Stat
	Draft  bool // the draft differs from what visitors see
}

const recentDays = 30

// List returns the forms of the account, the newest first.
func (s *Service) List(ctx context.Context, who access.Actor) ([]Summary, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	forms, err := listForms(ctx, s.DB, who.Tenant)
	if err != nil {
		return nil, fmt.Errorf("list forms: %w", err)
	}
	today, err := s.today(ctx, who.Tenant, s.Clock.Now())
	if err != nil {
		return nil, fmt.Errorf("list forms: %w", err)
	}
	recent, err := totals(ctx, s.DB, who.Tenant, today-recentDays+1)
	if err != nil {
		return nil, fmt.Errorf("list forms: %w", err)
	}
	out := make([]Summary, len(forms))
	for i, f := range forms {
		live, err := s.live(ctx, s.DB, f)
		if err != nil {
			return nil, fmt.Errorf("list forms: %w", err)
		}
		out[i] = Summary{Form: f, Recent: recent[f.ID], Draft: f.Published == 0 || len(differences(live, f.Draft)) > 0}
	}
	return out, nil
}

// Detail is a form with how its draft differs from what visitors see.
type Detail struct {
	Form
	Differences []Difference // empty: the draft is published
}

// Get returns one form.
func (s *Service) Get(ctx context.Context, who access.Actor, f ID) (Detail, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return Detail{}, err
	}
	got, err := getForm(ctx, s.DB, who.Tenant, f)
	if err != nil {
		return Detail{}, fmt.Errorf("get form: %w", err)
	}
	return s.detail(ctx, got)
}

func (s *Service) detail(ctx context.Context, f Form) (Detail, error) {
	live, err := s.live(ctx, s.DB, f)
	if err != nil {
		return Detail{}, fmt.Errorf("get form: %w", err)
	}
	return Detail{Form: f, Differences: differences(live, f.Draft)}, nil
}

// live is the design that visitors see; the zero Design when none is published.
func (s *Service) live(ctx context.Context, q db.Querier, f Form) (Design, error) {
	if f.Published == 0 {
		return Design{}, nil
	}
	v, err := getVersion(ctx, q, f.Tenant, f.ID, f.Published)
	return v.Design.V, err
}

// keyLength is how many characters of a random token name a form in its public address: 60 bits.
const keyLength = 12

// Create makes a form with its draft.
func (s *Service) Create(ctx context.Context, who access.Actor, name string, d Design) (Detail, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Detail{}, err
	}
	name, err := cleanName(name)
	if err != nil {
		return Detail{}, err
	}
	if d, err = s.check(ctx, who.Tenant, d); err != nil {
		return Detail{}, fmt.Errorf("create form: %w", err)
	}
	f := Form{ID: id.New[formKind](), Tenant: who.Tenant, Key: secret.NewToken()[:keyLength], Name: name, Draft: d, CreatedBy: who.Member, Version: 1}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := countForms(ctx, tx, who.Tenant)
		if err != nil {
			return err
		}
		if n >= MaxForms {
			return ErrMany
		}
		f.CreatedAt, f.ChangedAt = tx.Now, tx.Now
		if err := insertForm(ctx, tx, f); err != nil {
			return err
		}
		return record(ctx, tx, who, f, "form.created", nil)
	})
	if err != nil {
		return Detail{}, fmt.Errorf("create form: %w", err)
	}
	return s.detail(ctx, f)
}

func cleanName(name string) (string, error) {
	name = contact.CleanText(name)
	if name == "" || utf8.RuneCountInString(name) > MaxName {
		return "", errs.ErrInvalid.At(wrong("name", ErrName))
	}
	return name, nil
}

func record(ctx context.Context, tx *db.Tx, who access.Actor, f Form, action string, details map[string]any) error {
	return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: action, Object: f.ID.String(), Details: details})
}

// Change is what to alter in a form. Nil leaves a value.
type Change struct {
	Name   *string
	Draft  *Design
	Closed *bool
}

// Update changes the name, the draft, or whether the form takes submissions; visitors see a draft only when it is published.
// version is the one that was read, 0 for any; errs.ErrStale when it moved on.
func (s *Service) Update(ctx context.Context, who access.Actor, f ID, version int64, ch Change) (Detail, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Detail{}, err
	}
	if _, err := getForm(ctx, s.DB, who.Tenant, f); err != nil { // before the draft is judged: nobody learns whether it is there
		return Detail{}, fmt.Errorf("update form: %w", err)
	}
	if ch.Draft != nil {
		d, err := s.check(ctx, who.Tenant, *ch.Draft)
		if err != nil {
			return Detail{}, fmt.Errorf("update form: %w", err)
		}
		ch.Draft = &d
	}
	if ch.Name != nil {
		name, err := cleanName(*ch.Name)
		if err != nil {
			return Detail{}, err
		}
		ch.Name = &name
	}
	got, err := s.change(ctx, who, f, version, func(ctx context.Context, tx *db.Tx, got *Form) error {
		if ch.Name != nil {
			got.Name = *ch.Name
		}
		if ch.Draft != nil {
			got.Draft = *ch.Draft
		}
		if ch.Closed == nil || *ch.Closed == got.Closed {
			return nil
		}
		got.Closed = *ch.Closed
		return record(ctx, tx, who, *got, "form.closed", map[string]any{"closed": got.Closed})
	})
	if err != nil {
		return Detail{}, fmt.Errorf("update form: %w", err)
	}
	return s.detail(ctx, got)
}

// change reads a form, lets do alter it, and writes it.
func (s *Service) change(ctx context.Context, who access.Actor, f ID, version int64, do func(context.Context, *db.Tx, *Form) error) (Form, error) {
	var got Form
	err := s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if got, err = getForm(ctx, tx, who.Tenant, f); err != nil {
			return err
		}
		if version != 0 && version != got.Version {
			return errs.ErrStale
		}
		if err := do(ctx, tx, &got); err != nil {
			return err
		}
		if err := updateForm(ctx, tx, got); err != nil {
			return err
		}
		got.Version, got.ChangedAt = got.Version+1, tx.Now
		return nil
	})
	return got, err
}

// ErrUnchanged is returned when there is nothing to publish.
var ErrUnchanged = errs.New(errs.Conflict, "form.unchanged", "Visitors see this already: the draft has no changes.")

// Publish makes the draft what visitors see, as a new version. Older versions stay. version is that of the draft which was looked
// at, 0 for any.
func (s *Service) Publish(ctx context.Context, who access.Actor, f ID, version int64) (Detail, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Detail{}, err
	}
	got, err := getForm(ctx, s.DB, who.Tenant, f)
	if err != nil {
		return Detail{}, fmt.Errorf("publish form: %w", err)
	}
	if version == 0 {
		version = got.Version
	}
	d, err := s.ready(ctx, who.Tenant, got.Draft)
	if err != nil {
		return Detail{}, fmt.Errorf("publish form: %w", err)
	}
	got, err = s.change(ctx, who, f, version, func(ctx context.Context, tx *db.Tx, got *Form) error {
		live, err := s.live(ctx, tx, *got)
		if err != nil {
			return err
		}
		changes := differences(live, d)
		if got.Published > 0 && len(changes) == 0 {
			return ErrUnchanged
		}
		got.Draft, got.Published = d, got.Published+1
		if err := insertVersion(ctx, tx, *got, Version{Version: got.Published, Design: db.AsJSON(d), Member: who.Member, At: tx.Now}); err != nil {
			return err
		}
		return record(ctx, tx, who, *got, "form.published", map[string]any{"version": got.Published, "changes": len(changes)})
	})
	if err != nil {
		return Detail{}, fmt.Errorf("publish form: %w", err)
	}
	return s.detail(ctx, got)
}

// Versions returns what was published, the newest first.
func (s *Service) Versions(ctx context.Context, who access.Actor, f ID) ([]Version, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	if _, err := getForm(ctx, s.DB, who.Tenant, f); err != nil {
		return nil, fmt.Errorf("list versions of form: %w", err)
	}
	list, err := listVersions(ctx, s.DB, who.Tenant, f)
	if err != nil {
		return nil, fmt.Errorf("list versions of form: %w", err)
	}
	return list, nil
}

// Restore makes an older version the draft, to be looked at and published. What it names and is gone by now is left out.
func (s *Service) Restore(ctx context.Context, who access.Actor, f ID, version int64) (Detail, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Detail{}, err
	}
	v, err := getVersion(ctx, s.DB, who.Tenant, f, version)
	if err != nil {
		return Detail{}, fmt.Errorf("restore form: %w", err)
	}
	w, err := s.world(ctx, who.Tenant)
	if err != nil {
		return Detail{}, fmt.Errorf("restore form: %w", err)
	}
	d := w.living(v.Design.V)
	return s.Update(ctx, who, f, 0, Change{Draft: &d})
}

// Delete removes a form with its submissions and figures. What became contacts stays, with its consents.
func (s *Service) Delete(ctx context.Context, who access.Actor, f ID) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	err := s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		got, err := getForm(ctx, tx, who.Tenant, f)
		if err != nil {
			return err
		}
		if err := s.forgetGuests(ctx, tx, got); err != nil {
			return err
		}
		if err := deleteForm(ctx, tx, who.Tenant, f); err != nil {
			return err
		}
		return record(ctx, tx, who, got, "form.deleted", map[string]any{"name": contact.Unnamed(got.Name)})
	})
	if err != nil {
		return fmt.Errorf("delete form: %w", err)
	}
	return nil
}

// today is the number of the day in the account's zone.
func (s *Service) today(ctx context.Context, t id.Tenant, now time.Time) (int, error) {
	account, err := s.Access.GetAccount(ctx, access.System(t))
	if err != nil {
		return 0, err
	}
	return dayOf(now, account.Zone), nil
}

// dayOf counts days since 1970 in a zone. A zone that the machine does not know is UTC.
func dayOf(now time.Time, zone string) int {
	where, err := time.LoadLocation(zone)
	if err != nil {
		where = time.UTC
	}
	_, offset := now.In(where).Zone()
	return int((now.Unix() + int64(offset)) / 86400)
}

// Date is the day as people write it in files: 2026-11-24.
func (s Stat) Date() string {
	return time.Unix(int64(s.Day)*86400, 0).UTC().Format(time.DateOnly)
}

// ErrPeriod is returned for a period that figures are not given for.
var ErrPeriod = errs.New(errs.Invalid, "form.period", "Choose a period of at most 366 days that ends after it begins.")

const maxDays = 366

// Stats returns the figures of a form by day and page, for the last days.
func (s *Service) Stats(ctx context.Context, who access.Actor, f ID, days int) ([]Stat, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	if days < 1 || days > maxDays {
		return nil, ErrPeriod
	}
	if _, err := getForm(ctx, s.DB, who.Tenant, f); err != nil {
		return nil, fmt.Errorf("figures of form: %w", err)
	}
	today, err := s.today(ctx, who.Tenant, s.Clock.Now())
	if err != nil {
		return nil, fmt.Errorf("figures of form: %w", err)
	}
	list, err := listStats(ctx, s.DB, who.Tenant, f, today-days+1, today)
	if err != nil {
		return nil, fmt.Errorf("figures of form: %w", err)
	}
	return list, nil
}

// world is what a design may name: the account's own fields, topics, wordings, lists and tags.
type world struct {
	fields   map[string]contact.Field
	topics   map[contact.TopicID]contact.Topic
	wordings map[contact.WordingID]contact.Wording
	lists    map[contact.ListID]bool
	tags     map[contact.TagID]bool
}

func (s *Service) world(ctx context.Context, t id.Tenant) (world, error) {
	system := access.System(t)
	w := world{map[string]contact.Field{}, map[contact.TopicID]contact.Topic{}, map[contact.WordingID]contact.Wording{}, map[contact.ListID]bool{}, map[contact.TagID]bool{}}
	fields, e1 := s.Contacts.Fields(ctx, t)
	topics, e2 := s.Contacts.Topics(ctx, system)
	wordings, e3 := s.Contacts.Wordings(ctx, system)
	lists, e4 := s.Contacts.Lists(ctx, system)
	tags, e5 := s.Contacts.Tags(ctx, system)
	if err := errors.Join(e1, e2, e3, e4, e5); err != nil {
		return w, err
	}
	for _, f := range fields {
		w.fields[f.Key] = f
	}
	for _, t := range topics {
		w.topics[t.ID] = t
	}
	for _, x := range wordings {
		w.wordings[x.ID] = x
	}
	for _, l := range lists {
		w.lists[l.ID] = true
	}
	for _, t := range tags {
		w.tags[t.ID] = true
	}
	return w, nil
}

// check looks at a design as a draft: whatever it names must be the account's own.
func (s *Service) check(ctx context.Context, t id.Tenant, d Design) (Design, error) {
	d, err := d.checked()
	if err != nil {
		return d, err
	}
	w, err := s.world(ctx, t)
	if err != nil {
		return d, err
	}
	if bad := w.check(d); len(bad) > 0 {
		return d, errs.ErrInvalid.At(bad...)
	}
	return d, nil
}

// ready is check for what is to be published: such a form works.
func (s *Service) ready(ctx context.Context, t id.Tenant, d Design) (Design, error) {
	d, err := s.check(ctx, t, d)
	if err != nil {
		return d, err
	}
	w, err := s.world(ctx, t)
	if err != nil {
		return d, err
	}
	if bad := w.unfit(d); len(bad) > 0 {
		return d, errs.ErrInvalid.At(bad...)
	}
	return d, nil
}

func (w world) check(d Design) []errs.Field {
	var bad []errs.Field
	for i, f := range d.Fields {
		path := fmt.Sprintf("fields[%d]", i)
		known, ok := w.fields[f.Key]
		if f.Key != "" && !ok {
			bad = append(bad, wrong(path+".key", ErrField))
		}
		if f.Sort == Hidden && ok {
			if _, err := known.Parse(f.Value); err != nil || strings.TrimSpace(f.Value) == "" {
				bad = append(bad, wrong(path+".value", ErrValue))
			}
		}
		for j, t := range f.Topics {
			if topic, ok := w.topics[t]; !ok || topic.Archived || slices.Index(f.Topics, t) != j {
				bad = append(bad, wrong(path+".topics", ErrTopic))
			}
		}
	}
	for i, b := range d.Boxes {
		if x, ok := w.wordings[b.Wording]; !ok || x.Archived || slices.IndexFunc(d.Boxes, func(o Box) bool { return o.Wording == b.Wording }) != i {
			bad = append(bad, wrong(fmt.Sprintf("boxes[%d]", i), ErrWording))
		} else if b.Required && covers(x, channel.ThirdParty) {
			bad = append(bad, wrong(fmt.Sprintf("boxes[%d]", i), ErrForced))
		}
	}
	for i, l := range d.Lists {
		if !w.lists[l] || slices.Index(d.Lists, l) != i {
			bad = append(bad, wrong(fmt.Sprintf("lists[%d]", i), ErrList))
		}
	}
	for i, t := range d.Tags {
		if !w.tags[t] || slices.Index(d.Tags, t) != i {
			bad = append(bad, wrong(fmt.Sprintf("tags[%d]", i), ErrTag))
		}
	}
	return bad
}

func covers(x contact.Wording, p channel.Purpose) bool {
	return slices.ContainsFunc(x.Keys, func(k contact.ConsentKey) bool { return k.Purpose == p })
}

// unfit tells why a design cannot be published.
func (w world) unfit(d Design) []errs.Field {
	var bad []errs.Field
	if !d.asks(Email) && !d.asks(Phone) {
		bad = append(bad, wrong("fields", ErrNoAddress))
	}
	if len(d.Boxes) == 0 {
		return append(bad, wrong("boxes", ErrNoBox))
	}
	reached := slices.ContainsFunc(d.Boxes, func(b Box) bool {
		return slices.ContainsFunc(w.wordings[b.Wording].Keys, func(k contact.ConsentKey) bool { return d.reaches(k.Channel) })
	})
	if !reached {
		bad = append(bad, wrong("boxes", ErrBoxAddress))
	}
	return bad
}

// living leaves out what is gone.
func (w world) living(d Design) Design {
	d.Fields = slices.DeleteFunc(slices.Clone(d.Fields), func(f Field) bool { _, ok := w.fields[f.Key]; return f.Key != "" && !ok })
	for i := range d.Fields {
		f := &d.Fields[i]
		f.Topics = slices.DeleteFunc(slices.Clone(f.Topics), func(t contact.TopicID) bool { x, ok := w.topics[t]; return !ok || x.Archived })
	}
	d.Fields = slices.DeleteFunc(d.Fields, func(f Field) bool { return f.Sort == Topics && len(f.Topics) == 0 })
	d.Boxes = slices.DeleteFunc(slices.Clone(d.Boxes), func(b Box) bool { x, ok := w.wordings[b.Wording]; return !ok || x.Archived })
	d.Lists = slices.DeleteFunc(slices.Clone(d.Lists), func(l contact.ListID) bool { return !w.lists[l] })
	d.Tags = slices.DeleteFunc(slices.Clone(d.Tags), func(t contact.TagID) bool { return !w.tags[t] })
	return d
}
