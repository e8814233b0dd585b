// Package preference is the page on which a contact chooses what it gets: channels, topics, a pause, its own data, or nothing
// at all; and the page that tells why a message came. See README.md.
package preference

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // sizes of logos
	_ "image/jpeg" // sizes of logos
	_ "image/png"  // sizes of logos
	"log/slog"
	"slices"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/lang"
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
	Delivery *delivery.Service
	Senders  *channel.Service
	Privacy  Privacy // nil: the page offers no copy and no erasure
	BaseURL  string  // where people reach this installation, without a slash at the end
}

// Service holds the verbs. It is safe for concurrent use.
type Service struct{ Parts }

// New makes the service and registers its jobs.
func New(p Parts) *Service {
	s := &Service{p}
	s.registerJobs()
	return s
}

// Get returns the account's page.
func (s *Service) Get(ctx context.Context, who access.Actor) (Page, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return Page{}, err
	}
	p, err := s.page(ctx, who.Tenant)
	if err != nil {
		return Page{}, fmt.Errorf("get preference page: %w", err)
	}
	return p, nil
}

// page reads the page of an account, which has one from the first look on.
func (s *Service) page(ctx context.Context, t id.Tenant) (Page, error) {
	row, ok, err := readPage(ctx, s.DB, t)
	if err != nil {
		return Page{}, err
	}
	if !ok {
		if row, err = s.firstPage(ctx, t); err != nil {
			return Page{}, err
		}
	}
	p := Page{Tenant: t, Key: row.Key, Draft: row.Draft.V, Published: FirstDesign(), Version: row.Version, Edit: row.Edit, ChangedAt: row.Changed}
	if row.Version > 0 {
		v, err := readVersion(ctx, s.DB, t, row.Version)
		if err != nil {
			return Page{}, err
		}
		p.Published, p.At = v.Design.V, v.At
	}
	p.Changes = differences(p.Published, p.Draft)
	return p, nil
}

// keyLength is how many characters of a random token name a page in its public address: 60 bits.
const keyLength = 12

func (s *Service) firstPage(ctx context.Context, t id.Tenant) (row pageRow, err error) {
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		first := pageRow{Tenant: t, Key: secret.NewToken()[:keyLength], Draft: db.AsJSON(FirstDesign()), Edit: 1, Changed: tx.Now}
		if err := insertPage(ctx, tx, first); err != nil {
			return err
		}
		row, _, err = readPage(ctx, tx, t) // somebody else may have been first
		return err
	})
	return row, err
}

// SaveDraft keeps the draft. edit is the version of the draft that was read, 0 for any; errs.ErrStale when it moved on.
func (s *Service) SaveDraft(ctx context.Context, who access.Actor, edit int64, d Design) (Page, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Page{}, err
	}
	d, err := s.check(ctx, who, d)
	if err != nil {
		return Page{}, fmt.Errorf("save preference page: %w", err)
	}
	if _, err := s.page(ctx, who.Tenant); err != nil {
		return Page{}, fmt.Errorf("save preference page: %w", err)
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return updateDraft(ctx, tx, who.Tenant, edit, d) })
	if err != nil {
		return Page{}, fmt.Errorf("save preference page: %w", err)
	}
	return s.page(ctx, who.Tenant)
}

// check looks at a design with what it names: topics and the logo are the account's own.
func (s *Service) check(ctx context.Context, who access.Actor, d Design) (Design, error) {
	d, err := d.checked()
	if err != nil {
		return d, err
	}
	d.LogoWidth, d.LogoHeight = 0, 0
	if d.Logo != 0 {
		logo, err := readLogo(ctx, s.DB, who.Tenant, d.Logo)
		if errors.Is(err, errs.ErrNotFound) {
			return d, errs.ErrInvalid.At(blame("logo", ErrLogo))
		}
		if err != nil {
			return d, err
		}
		d.LogoWidth, d.LogoHeight = logo.Width, logo.Height
	}
	topics, err := s.Contacts.Topics(ctx, access.System(who.Tenant))
	if err != nil {
		return d, err
	}
	for _, t := range append(slices.Clone(d.Topics), d.Hidden...) {
		if !slices.ContainsFunc(topics, func(known contact.Topic) bool { return known.ID == t }) {
			return d, errs.ErrInvalid.At(blame("topics", ErrTopic))
		}
	}
	return d, nil
}

// Publish makes the draft the page that contacts see. edit is the version of the draft that was looked at, 0 for any.
func (s *Service) Publish(ctx context.Context, who access.Actor, edit int64) (Page, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Page{}, err
	}
	p, err := s.page(ctx, who.Tenant)
	if err != nil {
		return Page{}, fmt.Errorf("publish preference page: %w", err)
	}
	if edit != 0 && edit != p.Edit {
		return Page{}, errs.ErrStale
	}
	if p.Version > 0 && len(p.Changes) == 0 {
		return Page{}, ErrNothing
	}
	d, err := s.check(ctx, who, p.Draft)
	if err != nil {
		return Page{}, fmt.Errorf("publish preference page: %w", err)
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		v := Version{Version: p.Version + 1, Design: db.AsJSON(d), Member: who.Member, At: tx.Now}
		if err := insertVersion(ctx, tx, who.Tenant, v); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "preference_page.published",
			Details: map[string]any{"version": v.Version, "changes": p.Changes}})
	})
	if db.IsUnique(err) { // somebody published at the same moment
		err = errs.ErrStale
	}
	if err != nil {
		return Page{}, fmt.Errorf("publish preference page: %w", err)
	}
	return s.page(ctx, who.Tenant)
}

// Versions returns what was published, the newest first.
func (s *Service) Versions(ctx context.Context, who access.Actor) ([]Version, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	list, err := listVersions(ctx, s.DB, who.Tenant)
	if err != nil {
		return nil, fmt.Errorf("list versions of the preference page: %w", err)
	}
	return list, nil
}

// Restore makes an older version the draft, to be looked at and published. errs.ErrNotFound when there was none of that number.
func (s *Service) Restore(ctx context.Context, who access.Actor, version int64) (Page, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Page{}, err
	}
	v, err := readVersion(ctx, s.DB, who.Tenant, version)
	if err != nil {
		return Page{}, fmt.Errorf("restore preference page: %w", err)
	}
	d, err := s.living(ctx, who.Tenant, v.Design.V)
	if err != nil {
		return Page{}, fmt.Errorf("restore preference page: %w", err)
	}
	return s.SaveDraft(ctx, who, 0, d)
}

// living leaves out topics that are gone.
func (s *Service) living(ctx context.Context, t id.Tenant, d Design) (Design, error) {
	topics, err := s.Contacts.Topics(ctx, access.System(t))
	if err != nil {
		return d, err
	}
	gone := func(t contact.TopicID) bool {
		return !slices.ContainsFunc(topics, func(known contact.Topic) bool { return known.ID == t })
	}
	d.Topics, d.Hidden = slices.DeleteFunc(slices.Clone(d.Topics), gone), slices.DeleteFunc(slices.Clone(d.Hidden), gone)
	return d, nil
}

// Limits of a logo.
const (
	MaxLogo     = 200 << 10 // bytes
	maxLogoSide = 2000      // points
	maxLogos    = 50        // of one account
)

// logoTypes are the pictures that every browser shows and that can carry no program.
var logoTypes = map[string]string{"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif"}

// AddLogo keeps a picture for the page: a PNG, JPEG or GIF, told by its content. ErrLogo for anything else.
func (s *Service) AddLogo(ctx context.Context, who access.Actor, picture []byte) (Logo, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Logo{}, err
	}
	if len(picture) > MaxLogo {
		return Logo{}, ErrLogo
	}
	size, format, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil || logoTypes[format] == "" || size.Width < 1 || size.Height < 1 || size.Width > maxLogoSide || size.Height > maxLogoSide {
		return Logo{}, ErrLogo
	}
	l := Logo{ID: id.New[logoKind](), Type: logoTypes[format], Width: size.Width, Height: size.Height, Picture: picture}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := dropLogos(ctx, tx, who.Tenant, maxLogos-1); err != nil {
			return err
		}
		return insertLogo(ctx, tx, who.Tenant, l)
	})
	if err != nil {
		return Logo{}, fmt.Errorf("add logo: %w", err)
	}
	return l, nil
}

// LogoOf returns a picture for the page of an account. Pages are public, and so is what stands on them.
func (s *Service) LogoOf(ctx context.Context, pageKey string, l LogoID) (Logo, error) {
	t, err := ofKey(ctx, s.DB, pageKey)
	if err != nil {
		return Logo{}, fmt.Errorf("get logo: %w", err)
	}
	logo, err := readLogo(ctx, s.DB, t, l)
	if err != nil {
		return Logo{}, fmt.Errorf("get logo: %w", err)
	}
	return logo, nil
}

// Preview shows the draft as an invented contact would see it, who agreed to everything but one topic.
func (s *Service) Preview(ctx context.Context, who access.Actor, l lang.Lang) (Show, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return Show{}, err
	}
	p, err := s.page(ctx, who.Tenant)
	if err != nil {
		return Show{}, fmt.Errorf("preview preference page: %w", err)
	}
	account, err := s.Access.GetAccount(ctx, access.System(who.Tenant))
	if err != nil {
		return Show{}, fmt.Errorf("preview preference page: %w", err)
	}
	topics, err := s.Contacts.Topics(ctx, access.System(who.Tenant))
	if err != nil {
		return Show{}, fmt.Errorf("preview preference page: %w", err)
	}
	sample := content.Sample(l)
	v := contact.View{Contact: contact.Contact{Email: sample.Email, Phone: sample.Phone, FirstName: sample.FirstName, LastName: sample.LastName, Lang: string(l)}}
	for _, ch := range p.Draft.Channels {
		v.Consents = append(v.Consents, contact.State{Channel: ch, Purpose: channel.Advertising, Action: contact.Granted})
	}
	if len(topics) > 1 {
		last := contact.State{Channel: channel.Email, Purpose: channel.Advertising, Topic: topics[len(topics)-1].ID, Action: contact.Withdrawn}
		v.Consents = append(v.Consents, last)
	}
	sit := situation{contact: v, topics: topics, design: p.Draft, account: account.Name, lang: l, now: s.Clock.Now()}
	return Show{
		Board: sit.board(), Account: account.Name, Design: p.Draft, PageKey: p.Key, Version: p.Version, Lang: l, Privacy: s.Privacy != nil,
		FirstName: maskName(v.FirstName), LastName: maskName(v.LastName), Address: contact.Mask(v.Email), Language: string(l),
	}, nil
}
