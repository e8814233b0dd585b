package contact

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash"
	"sync"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/event"
	"keruen/internal/id"
	"keruen/internal/page"
	"keruen/internal/secret"
)

// Service holds the verbs. It is safe for concurrent use.
type Service struct {
	db     *db.DB
	events *event.Bus
	keys   *secret.Keys
	macs   sync.Pool // of hash.Hash keyed for address hashes

	watching sync.RWMutex
	watchers []func(Stopped)

	segments Segments
	helpers
}

// New makes the service. The keys give the stop-list its keyed hashes: with another master key it would be blind.
func New(d *db.DB, events *event.Bus, keys *secret.Keys) *Service {
	key := keys.MAC("contact.address")
	return &Service{db: d, events: events, keys: keys, macs: sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

// hash returns the keyed hash of an address key of one account, "" for none. 128 bits are kept.
func (s *Service) hash(t id.Tenant, addressKey string) string {
	if addressKey == "" {
		return ""
	}
	m := s.macs.Get().(hash.Hash)
	defer s.macs.Put(m)
	m.Reset()
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(t))
	m.Write(b[:])
	m.Write([]byte(addressKey))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}

// Filter says which contacts to list. Every word of Search must begin a word of the e-mail, the names or
// the telephone; a word that begins with @ is looked for inside the address.
type Filter struct {
	Search  string
	List    ListID
	Tag     TagID
	Segment SegmentID
	Where   *db.Conditions  // more conditions, on the alias c of contacts; nil for none
	Consent Action          // "" any; granted, withdrawn, none: of Channel and Purpose
	Channel channel.Kind    // empty = email
	Purpose channel.Purpose // empty = advertising
	Sort    string          // created_at, email, first_name, last_name, updated_at; "-" before = descending; empty = newest first
	page.Ask
}

// Total is a count that is exact up to 100,000, of a search up to 10,000; beyond that Approx is true and N a lower bound.
type Total struct {
	N      int64
	Approx bool
}

// View is a contact with what a screen shows beside it.
type View struct {
	Contact
	Consents   []State
	Pauses     []Pause // that are not over
	Lists      []ListID
	Tags       []TagID
	Suppressed []Suppression // entries of the stop-list for its addresses
}

// ErrSort is returned for an order that lists of contacts do not know.
var ErrSort = errs.New(errs.Invalid, "contact.sort", "Contacts cannot be sorted so. Use created_at, email, first_name, last_name or updated_at, with - before for descending.")

// List returns a page of contacts of the audience.
func (s *Service) List(ctx context.Context, who access.Actor, f Filter) (page.Of[View], error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return page.Of[View]{}, err
	}
	f, err := s.complete(ctx, who.Tenant, f)
	if err != nil {
		return page.Of[View]{}, err
	}
	list, err := listContacts(ctx, s.db, who.Tenant, f)
	if err != nil {
		return page.Of[View]{}, fmt.Errorf("list contacts: %w", err)
	}
	cut := page.Cut(list, f.Ask, func(c Contact) int64 { return int64(c.ID) })
	views, err := s.views(ctx, who.Tenant, cut.Items)
	return page.Of[View]{Items: views, Next: cut.Next}, err
}

// Count returns how many contacts a filter lets through.
func (s *Service) Count(ctx context.Context, who access.Actor, f Filter) (Total, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return Total{}, err
	}
	f, err := s.complete(ctx, who.Tenant, f)
	if err != nil {
		return Total{}, err
	}
	total, err := countContacts(ctx, s.db, who.Tenant, f)
	if err != nil {
		return Total{}, fmt.Errorf("count contacts: %w", err)
	}
	return total, nil
}

func (s *Service) complete(ctx context.Context, t id.Tenant, f Filter) (Filter, error) {
	if _, ok := orders[f.Sort]; !ok {
		return f, ErrSort
	}
	if f.Channel == "" {
		f.Channel = channel.Email
	}
	if f.Purpose == "" {
		f.Purpose = channel.Advertising
	}
	if f.Limit <= 0 {
		f.Limit = page.DefaultLimit
	}
	if f.Segment == 0 {
		return f, nil
	}
	of, err := s.segment(ctx, s.db, t, f.Segment)
	if err != nil {
		return f, fmt.Errorf("read segment: %w", err)
	}
	w := db.Where(of.SQL(), of.Args()...)
	if f.Where != nil {
		w.And(f.Where.SQL(), f.Where.Args()...)
	}
	f.Where = w
	return f, nil
}

// Get returns one contact; of one that was merged into another, that one.
func (s *Service) Get(ctx context.Context, who access.Actor, c ID) (View, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return View{}, err
	}
	got, _, err := follow(ctx, s.db, who.Tenant, c)
	if err != nil {
		return View{}, fmt.Errorf("get contact: %w", err)
	}
	views, err := s.views(ctx, who.Tenant, []Contact{got})
	if err != nil {
		return View{}, err
	}
	return views[0], nil
}

func (s *Service) views(ctx context.Context, t id.Tenant, list []Contact) ([]View, error) {
	if len(list) == 0 {
		return nil, nil
	}
	ids := make([]ID, len(list))
	at := make(map[ID]int, len(list))
	out := make([]View, len(list))
	for i, c := range list {
		ids[i], at[c.ID], out[i].Contact = c.ID, i, c
	}
	states, err := consentStates(ctx, s.db, t, ids)
	if err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	for _, st := range states {
		v := &out[at[st.Contact]]
		v.Consents = append(v.Consents, st)
	}
	pauses, err := pausesOf(ctx, s.db, t, ids)
	if err != nil {
		return nil, fmt.Errorf("read pauses: %w", err)
	}
	for _, p := range pauses {
		v := &out[at[p.Contact]]
		v.Pauses = append(v.Pauses, p)
	}
	members, err := listsOf(ctx, s.db, t, ids)
	if err != nil {
		return nil, fmt.Errorf("read lists: %w", err)
	}
	for _, m := range members {
		v := &out[at[m.Contact]]
		v.Lists = append(v.Lists, m.List)
	}
	tagged, err := tagsOf(ctx, s.db, t, ids)
	if err != nil {
		return nil, fmt.Errorf("read tags: %w", err)
	}
	for _, g := range tagged {
		v := &out[at[g.Contact]]
		v.Tags = append(v.Tags, g.Tag)
	}
	pointers := make([]*Contact, len(list))
	for i := range list {
		pointers[i] = &list[i]
	}
	stops, err := s.stopsOf(ctx, s.db, t, pointers)
	if err != nil {
		return nil, fmt.Errorf("read stop-list: %w", err)
	}
	for i := range out {
		out[i].Suppressed = stops[i]
	}
	return out, nil
}

// Create adds a contact. Without a consent nothing is sent to it before one is granted.
func (s *Service) Create(ctx context.Context, who access.Actor, d Draft) (Contact, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Contact{}, err
	}
	var c Contact
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		known, err := fieldsByKey(ctx, tx, who.Tenant)
		if err != nil {
			return err
		}
		if c, err = contactOf(d, known); err != nil {
			return err
		}
		c.ID, c.Tenant, c.Version, c.CreatedAt, c.UpdatedAt = id.New[contactKind](), who.Tenant, 1, tx.Now, tx.Now
		if c, err = s.place(ctx, tx, c); err != nil {
			return err
		}
		if err := joinLists(ctx, tx, who.Tenant, []ID{c.ID}, d.Lists, causeOf(who)); err != nil {
			return err
		}
		if err := TagTx(ctx, tx, who.Tenant, []ID{c.ID}, d.Tags); err != nil || d.Consent == nil {
			return err
		}
		return s.GrantTx(ctx, tx, who.Tenant, c.ID, d.Consent.Key, d.Consent.Proof.of(who))
	})
	if err != nil {
		return Contact{}, fmt.Errorf("create contact: %w", err)
	}
	return c, nil
}

// place stores a new contact. A member of the account with the same e-mail, who was a contact only for our own
// letters, becomes this contact and keeps its id, so that its consent and its deliveries stay with the person.
func (s *Service) place(ctx context.Context, tx *db.Tx, c Contact) (Contact, error) {
	if c.EmailKey != "" {
		same, err := byEmail(ctx, tx, c.Tenant, []string{c.EmailKey})
		if err != nil {
			return Contact{}, err
		}
		if len(same) > 0 && same[0].Sort != Audience {
			c.ID, c.Version, c.CreatedAt = same[0].ID, same[0].Version, same[0].CreatedAt
			ok, err := s.updateContact(ctx, tx, c)
			if err == nil && !ok {
				err = errs.ErrStale
			}
			c.Version++
			return c, err
		}
	}
	if err := s.free(ctx, tx, &c); err != nil {
		return Contact{}, err
	}
	return c, taken(s.insertContacts(ctx, tx, []Contact{c}))
}

// free checks that no other contact has the address.
func (s *Service) free(ctx context.Context, tx *db.Tx, c *Contact) error {
	if c.EmailKey != "" {
		same, err := byEmail(ctx, tx, c.Tenant, []string{c.EmailKey})
		if err != nil || len(same) > 0 && same[0].ID == c.ID {
			return err
		}
		if len(same) > 0 {
			return ErrEmailTaken.With("contact", same[0].ID.String())
		}
		alias, err := byAlias(ctx, tx, c.Tenant, []string{c.EmailKey})
		if other, ok := alias[c.EmailKey]; err == nil && ok && other.ID != c.ID {
			return ErrEmailTaken.With("contact", other.ID.String())
		}
		return err
	}
	same, err := byPhone(ctx, tx, c.Tenant, []string{c.Phone})
	if err != nil {
		return err
	}
	for _, o := range same {
		if o.ID != c.ID && o.EmailKey == "" {
			return ErrPhoneTaken.With("contact", o.ID.String())
		}
	}
	return nil
}

func taken(err error) error {
	if db.IsUnique(err) {
		return ErrEmailTaken.Because(err)
	}
	return err
}

// Update alters a contact. version is the one that was read, 0 for any; errs.ErrStale when it moved on.
// Changing the address changes no consent: the consent is the person's.
func (s *Service) Update(ctx context.Context, who access.Actor, c ID, version int64, ch Change) (Contact, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Contact{}, err
	}
	var got Contact
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if got, err = getContact(ctx, tx, who.Tenant, c); err != nil {
			return err
		}
		if version != 0 && version != got.Version {
			return errs.ErrStale
		}
		known, err := fieldsByKey(ctx, tx, who.Tenant)
		if err != nil {
			return err
		}
		was := got
		if err := got.apply(ch, known); err != nil {
			return err
		}
		if err := s.free(ctx, tx, &got); err != nil {
			return err
		}
		ok, err := s.updateContact(ctx, tx, got)
		if err != nil {
			return taken(err)
		}
		if !ok {
			return errs.ErrStale
		}
		if err := note(ctx, tx, who, "contact.changed", c.String(), map[string]any{"fields": changedFields(was, got)}); err != nil {
			return err
		}
		got.Version, got.UpdatedAt = got.Version+1, tx.Now
		if err := s.carryLeft(ctx, tx, was, got); err != nil {
			return err
		}
		if err := setTags(ctx, tx, got, ch.Tags); err != nil {
			return err
		}
		return setLists(ctx, tx, got, ch.Lists, causeOf(who))
	})
	if err != nil {
		return Contact{}, fmt.Errorf("update contact: %w", err)
	}
	return got, nil
}

// Delete removes a contact with everything personal about it. What remains: the stop-list by keyed hash —
// also of a contact that had unsubscribed, so that importing the address again does not bring the letters back (AUD-3) —
// and the bare rows of consent and deliveries, which name only the number.
func (s *Service) Delete(ctx context.Context, who access.Actor, c ID) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		got, err := getContact(ctx, tx, who.Tenant, c)
		if err != nil {
			return err
		}
		if err := s.rememberLeft(ctx, tx, got); err != nil {
			return err
		}
		if err := s.removeTx(ctx, tx, who.Tenant, []Contact{got}, ByDeletion); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "contact.deleted", Object: c.String()})
	})
	if err != nil {
		return fmt.Errorf("delete contact: %w", err)
	}
	return nil
}

// ErrUnknownAddress is returned for an address that no contact has.
var ErrUnknownAddress = errs.New(errs.Invalid, "contact.unknown_address", "No contact has this address. Add the contact with its consent first.")

// ByEmail finds the contact with an address, for messages that name one. ErrUnknownAddress when there is none.
func (s *Service) ByEmail(ctx context.Context, who access.Actor, email string) (ID, error) {
	if err := mayFind(who); err != nil {
		return 0, err
	}
	a, err := ParseEmail(email)
	if err != nil {
		return 0, errs.ErrInvalid.At(blame("to", err))
	}
	have, err := byEmail(ctx, s.db, who.Tenant, []string{a.Key})
	if err != nil {
		return 0, fmt.Errorf("find contact: %w", err)
	}
	if len(have) == 0 {
		return 0, ErrUnknownAddress.At(blame("to", ErrUnknownAddress))
	}
	return have[0].ID, nil
}

// mayFind lets in those who see contacts and those who send messages, who name them.
func mayFind(who access.Actor) error {
	if who.Can(access.SendMessages) == nil {
		return nil
	}
	return who.Can(access.ViewContacts)
}
