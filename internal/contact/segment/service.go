package segment

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/page"
)

// Segment is a named condition.
type Segment struct {
	ID        ID
	Tenant    id.Tenant
	Name      string
	Condition Condition
	Count     int64     // when it was counted last
	CountedAt time.Time // zero: never
	Missing   []Missing // what it names and is not there any more; then it is frozen at its last count
	CreatedBy id.Member
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Frozen tells that the segment cannot be evaluated, and nothing sent to it, until its condition is mended.
func (s Segment) Frozen() bool { return len(s.Missing) > 0 }

// Change is what to alter in a segment. Nil leaves it.
type Change struct {
	Name      *string
	Condition *Condition
}

// Use is something that a segment is used by.
type Use struct {
	Kind string // segment or campaign
	ID   string
	Name string
	Open bool // a change of the segment changes what it will do; it stands in the way of deleting
}

// Preview is what a condition finds.
type Preview struct {
	Counts contact.Counts
	Sample []contact.View // at most ten, the newest
}

// Limits of segments.
const (
	MaxSegments = 500
	MaxName     = 100 // characters
	sampleSize  = 10
)

// Errors of segments.
var (
	ErrName   = errs.New(errs.Invalid, "segment.name", "A segment needs a name of at most 100 characters.")
	ErrTaken  = errs.New(errs.Conflict, "segment.name_taken", "There is a segment with this name already.")
	ErrLimit  = errs.New(errs.Conflict, "segment.limit", "An account may have at most 500 segments.")
	ErrFrozen = errs.New(errs.Conflict, "segment.frozen", "The segment names something that was deleted. Open the segment and mend the condition.")
	ErrInUse  = errs.New(errs.Conflict, "segment.in_use", "The segment is in use. Take it out there first.")
)

// Accounts tells the time zone of an account; access.Service does.
type Accounts interface {
	GetAccount(ctx context.Context, who access.Actor) (access.Account, error)
}

// Campaigns are what campaigns answer to segments; app supplies it.
type Campaigns interface {
	// Names returns the names of those of these campaigns that the account has.
	Names(ctx context.Context, q db.Querier, t id.Tenant, campaigns []CampaignID) (map[CampaignID]string, error)
	// UsesOf lists the campaigns that are for a segment.
	UsesOf(ctx context.Context, q db.Querier, t id.Tenant, s ID) ([]Use, error)
}

// Config is what the service is built from.
type Config struct {
	DB       *db.DB
	Clock    clock.Clock
	Queue    *jobs.Queue
	Accounts Accounts
	Contacts *contact.Service
}

// Service holds the verbs. Give it Activity and Campaigns by Connect before the first request.
type Service struct {
	db        *db.DB
	clock     clock.Clock
	queue     *jobs.Queue
	accounts  Accounts
	contacts  *contact.Service
	activity  Activity
	campaigns Campaigns
	shares    shares
	rangeFrom int64
}

// New makes the service and registers its background work.
func New(c Config) *Service {
	s := &Service{db: c.DB, clock: c.Clock, queue: c.Queue, accounts: c.Accounts, contacts: c.Contacts, rangeFrom: rangeFrom, shares: shares{have: map[id.Tenant]share{}}}
	s.registerJobs()
	return s
}

// Connect gives the service what lies above it.
func (s *Service) Connect(a Activity, c Campaigns) { s.activity, s.campaigns = a, c }

// Create saves a condition under a name.
func (s *Service) Create(ctx context.Context, who access.Actor, name string, c Condition) (Segment, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Segment{}, err
	}
	var out Segment
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		name, err := nameOf(name)
		if err != nil {
			return err
		}
		have, err := listSegments(ctx, tx, who.Tenant)
		if err != nil {
			return err
		}
		if len(have) >= MaxSegments {
			return ErrLimit
		}
		out = Segment{ID: ID(id.New[segmentTag]()), Tenant: who.Tenant, Name: name, Condition: c, CreatedBy: who.Member, Version: 1, CreatedAt: tx.Now, UpdatedAt: tx.Now}
		if _, err := s.fit(ctx, tx, who.Tenant, out.ID, c); err != nil {
			return err
		}
		if err := insertSegment(ctx, tx, out); err != nil {
			return err
		}
		return note(ctx, tx, who, "segment.created", out)
	})
	if err != nil {
		return Segment{}, fmt.Errorf("create segment: %w", err)
	}
	return out, nil
}

// Get returns a segment.
func (s *Service) Get(ctx context.Context, who access.Actor, g ID) (Segment, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return Segment{}, err
	}
	out, err := getSegment(ctx, s.db, who.Tenant, g)
	if err == nil {
		err = s.findMissing(ctx, s.db, who.Tenant, &out)
	}
	if err != nil {
		return Segment{}, fmt.Errorf("get segment: %w", err)
	}
	return out, nil
}

// List returns all segments of the account by name.
func (s *Service) List(ctx context.Context, who access.Actor) ([]Segment, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	list, err := listSegments(ctx, s.db, who.Tenant)
	if err != nil {
		return nil, fmt.Errorf("list segments: %w", err)
	}
	pointers := make([]*Segment, len(list))
	for i := range list {
		pointers[i] = &list[i]
	}
	if err := s.findMissing(ctx, s.db, who.Tenant, pointers...); err != nil {
		return nil, fmt.Errorf("list segments: %w", err)
	}
	return list, nil
}

// Update alters a segment. version is the one that was read, 0 for any. Campaigns that are for it and have not left go to whom it
// finds then.
func (s *Service) Update(ctx context.Context, who access.Actor, g ID, version int64, ch Change) (Segment, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Segment{}, err
	}
	var out Segment
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if out, err = getSegment(ctx, tx, who.Tenant, g); err != nil {
			return err
		}
		if version != 0 && version != out.Version {
			return errs.ErrStale
		}
		if ch.Name != nil {
			if out.Name, err = nameOf(*ch.Name); err != nil {
				return err
			}
		}
		if ch.Condition != nil {
			if _, err := s.fit(ctx, tx, who.Tenant, g, *ch.Condition); err != nil {
				return err
			}
			out.Condition, out.Count, out.CountedAt = *ch.Condition, 0, time.Time{}
		}
		out.Version, out.UpdatedAt = out.Version+1, tx.Now
		if err := saveSegment(ctx, tx, out); err != nil {
			return err
		}
		return note(ctx, tx, who, "segment.updated", out)
	})
	if err == nil {
		err = s.findMissing(ctx, s.db, who.Tenant, &out)
	}
	if err != nil {
		return Segment{}, fmt.Errorf("update segment: %w", err)
	}
	return out, nil
}

// Delete removes a segment that no other segment and no campaign that is still to leave uses: ErrInUse.
func (s *Service) Delete(ctx context.Context, who access.Actor, g ID) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err := getSegment(ctx, tx, who.Tenant, g)
		if err != nil {
			return err
		}
		uses, err := s.uses(ctx, tx, who.Tenant, g)
		if err != nil {
			return err
		}
		for _, u := range uses {
			if u.Open {
				return ErrInUse.With("by", u.Name)
			}
		}
		if err := deleteSegment(ctx, tx, who.Tenant, g); err != nil {
			return err
		}
		return note(ctx, tx, who, "segment.deleted", out)
	})
	if err != nil {
		return fmt.Errorf("delete segment: %w", err)
	}
	return nil
}

// Uses lists what uses a segment: other segments and campaigns.
func (s *Service) Uses(ctx context.Context, who access.Actor, g ID) ([]Use, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	_, err := getSegment(ctx, s.db, who.Tenant, g)
	if err != nil {
		return nil, fmt.Errorf("list uses of segment: %w", err)
	}
	return s.uses(ctx, s.db, who.Tenant, g)
}

func (s *Service) uses(ctx context.Context, q db.Querier, t id.Tenant, g ID) ([]Use, error) {
	all, err := listSegments(ctx, q, t)
	if err != nil {
		return nil, err
	}
	var out []Use
	for _, other := range all {
		if other.Condition.names(g) {
			out = append(out, Use{Kind: "segment", ID: other.ID.String(), Name: other.Name, Open: true})
		}
	}
	by, err := s.campaigns.UsesOf(ctx, q, t, g)
	return append(out, by...), err
}

// Count counts a segment and keeps the figure.
func (s *Service) Count(ctx context.Context, who access.Actor, g ID) (Segment, error) {
	out, err := s.Get(ctx, who, g)
	if err != nil {
		return Segment{}, err
	}
	if out.Frozen() {
		return out, nil
	}
	n, err := s.CountOf(ctx, who, out.Condition)
	if err != nil {
		return Segment{}, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		out.Count, out.CountedAt = n, tx.Now
		return keepCount(ctx, tx, out, n)
	})
	if err != nil {
		return Segment{}, fmt.Errorf("count segment: %w", err)
	}
	return out, nil
}

// CountOf counts whom a condition finds, exactly.
func (s *Service) CountOf(ctx context.Context, who access.Actor, c Condition) (int64, error) {
	p, err := s.compiled(ctx, who, c)
	if err != nil {
		return 0, err
	}
	return s.count(ctx, who.Tenant, p)
}

// Preview counts whom a condition finds by what the guard would say of a message of this channel, purpose and topic now, and
// shows some of them.
func (s *Service) Preview(ctx context.Context, who access.Actor, c Condition, key contact.ConsentKey) (Preview, error) {
	p, err := s.compiled(ctx, who, c)
	if err != nil {
		return Preview{}, err
	}
	if err := key.Check(); err != nil {
		return Preview{}, err
	}
	var out Preview
	if out.Counts, err = s.contacts.CountWhere(ctx, everyone(who.Tenant).And(p.text, p.args...), key); err != nil {
		return Preview{}, err
	}
	found, err := s.contacts.List(ctx, who, contact.Filter{Where: db.Where(p.text, p.args...), Ask: page.Ask{Limit: sampleSize}})
	out.Sample = found.Items
	return out, err
}

// Where compiles a condition for a list of contacts: contact.Filter.Where.
func (s *Service) WhereOf(ctx context.Context, who access.Actor, c Condition) (*db.Conditions, error) {
	p, err := s.compiled(ctx, who, c)
	if err != nil {
		return nil, err
	}
	return db.Where(p.text, p.args...), nil
}

// Where returns the conditions of a saved segment on the alias c of contacts. ErrFrozen when it cannot be evaluated. The caller has
// asked the permission.
func (s *Service) Where(ctx context.Context, q db.Querier, t id.Tenant, g ID) (*db.Conditions, error) {
	k, err := s.compiler(ctx, q, t)
	if err != nil {
		return nil, fmt.Errorf("read segment: %w", err)
	}
	p, err := k.segment(ctx, g)
	if err != nil {
		return nil, fmt.Errorf("read segment: %w", err)
	}
	return db.Where(p.text, p.args...), nil
}

// compiled checks a condition as it is being built and compiles it.
func (s *Service) compiled(ctx context.Context, who access.Actor, c Condition) (piece, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return piece{}, err
	}
	p, err := s.fit(ctx, s.db, who.Tenant, 0, c)
	if err != nil {
		return piece{}, fmt.Errorf("read segment: %w", err)
	}
	return p, nil
}

func (s *Service) compiler(ctx context.Context, q db.Querier, t id.Tenant) (*compiler, error) {
	account, err := s.accounts.GetAccount(ctx, access.System(t))
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(account.Zone)
	if err != nil {
		zone = time.UTC
	}
	fields, err := contact.FieldsByKey(ctx, q, t)
	if err != nil {
		return nil, err
	}
	k := &compiler{q: q, tenant: t, now: s.clock.Now().In(zone), fields: fields, activity: s.activity}
	k.trees = func(ctx context.Context, g ID) (Condition, error) {
		found, err := getSegment(ctx, q, t, g)
		if err != nil {
			return Condition{}, err
		}
		if err := s.findMissing(ctx, q, t, &found); err != nil {
			return Condition{}, err
		}
		if found.Frozen() {
			return Condition{}, ErrFrozen.With("segment", found.Name).At(blames(found.Missing)...)
		}
		return found.Condition, check(found.Condition, fields)
	}
	return k, nil
}

// fit checks a condition against the account — its shape, what it names, and circles through the segment own — and compiles it.
func (s *Service) fit(ctx context.Context, q db.Querier, t id.Tenant, own ID, c Condition) (piece, error) {
	k, err := s.compiler(ctx, q, t)
	if err != nil {
		return piece{}, err
	}
	if err := check(c, k.fields); err != nil {
		return piece{}, err
	}
	candidate := Segment{ID: own, Condition: c}
	if err := s.findMissing(ctx, q, t, &candidate); err != nil {
		return piece{}, err
	}
	if candidate.Frozen() {
		return piece{}, errs.ErrInvalid.At(blames(candidate.Missing)...)
	}
	if own != 0 {
		k.within = []ID{own}
	}
	p, err := k.compile(ctx, c)
	var e *errs.Error
	if errors.As(err, &e) && (e.Is(ErrCircle) || e.Is(ErrNested) || e.Is(ErrFrozen)) {
		return piece{}, errs.ErrInvalid.At(contact.Blame("condition", e))
	}
	return p, err
}

func nameOf(name string) (string, error) {
	name = contact.CleanText(name)
	if name == "" || utf8.RuneCountInString(name) > MaxName {
		return "", errs.ErrInvalid.At(contact.Blame("name", ErrName))
	}
	return name, nil
}

func note(ctx context.Context, tx *db.Tx, who access.Actor, action string, g Segment) error {
	return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: action, Object: g.ID.String(), Details: map[string]any{"name": contact.Unnamed(g.Name)}})
}
