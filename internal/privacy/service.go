package privacy

import (
	"context"
	"fmt"
	"io"
	"unicode/utf8"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/blob"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/page"
)

// Parts is what the service works with. Keepers forget in their order, before the contact itself goes.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Queue    *jobs.Queue
	Blobs    *blob.Store
	Contacts *contact.Service
	Keepers  []Keeper
	Tellers  []Teller
}

// Service holds the verbs. It is safe for concurrent use.
type Service struct{ Parts }

// New makes the service and registers its jobs.
func New(p Parts) *Service {
	s := &Service{p}
	jobs.Register(p.Queue, copyJob, s.makeCopy, jobs.AtMost(2))
	jobs.Register(p.Queue, eraseJob, s.erase, jobs.AtMost(1))
	jobs.Register(p.Queue, expireJob, s.expire)
	return s
}

// Request takes a request of the person itself, from a public page. It waits for a member: whoever has the link of a letter may not be the
// person, and an erasure has no way back. Asking again while one waits changes nothing.
func (s *Service) Request(ctx context.Context, t id.Tenant, c contact.ID, kind string) error {
	_, err := s.enter(ctx, access.System(t), c, Kind(kind), FromPage, false)
	if err != nil {
		return fmt.Errorf("request: %w", err)
	}
	return nil
}

// Enter puts a request into the register for a member or a key.
func (s *Service) Enter(ctx context.Context, who access.Actor, c contact.ID, kind Kind) (Request, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Request{}, err
	}
	return s.enter(ctx, who, c, kind, sourceOf(who), false)
}

func sourceOf(who access.Actor) Source {
	if who.Via == access.ByKey {
		return FromAPI
	}
	return FromMember
}

func (s *Service) enter(ctx context.Context, who access.Actor, c contact.ID, kind Kind, from Source, start bool) (Request, error) {
	if kind != Copy && kind != Erasure && kind != Correction {
		return Request{}, errs.ErrInvalid.At(contact.Blame("kind", ErrKind))
	}
	var out Request
	err := s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		got, err := s.Contacts.GetTx(ctx, tx, who.Tenant, c)
		if err != nil {
			return err
		}
		if out, err = open(ctx, tx, who.Tenant, got.ID, kind); err != nil {
			return err
		}
		if out.ID == 0 {
			address := got.Email
			if address == "" {
				address = got.Phone
			}
			out = Request{ID: id.New[requestKind](), Tenant: who.Tenant, Kind: kind, Source: from, State: Waiting, Contact: got.ID, Hint: contact.Mask(address),
				Member: who.Member, Received: tx.Now, Due: dueAt(kind, tx.Now)}
			if err := insert(ctx, tx, out); err != nil {
				return err
			}
			if err := audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "privacy.requested", Object: out.ID.String(),
				Details: map[string]any{"kind": string(kind), "source": string(from)}}); err != nil {
				return err
			}
		}
		if !start {
			return nil
		}
		return s.startTx(ctx, tx, who, &out)
	})
	return out, err
}

// CopyNow makes a copy of everything known about a contact: the request is entered and carried out at once.
func (s *Service) CopyNow(ctx context.Context, who access.Actor, c contact.ID) (Request, error) {
	if err := who.Can(access.ExportContacts); err != nil {
		return Request{}, err
	}
	return s.enter(ctx, who, c, Copy, sourceOf(who), true)
}

// EraseNow erases a contact: the request is entered and carried out at once. There is no way back.
func (s *Service) EraseNow(ctx context.Context, who access.Actor, c contact.ID) (Request, error) {
	if err := mayErase(who); err != nil {
		return Request{}, err
	}
	return s.enter(ctx, who, c, Erasure, sourceOf(who), true)
}

// mayErase asks for both: an erasure takes from the account what an export would have kept.
func mayErase(who access.Actor) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	return who.Can(access.ExportContacts)
}

// Carry carries a waiting request out. A correction is made by hand on the contact's card, and this says that it was.
func (s *Service) Carry(ctx context.Context, who access.Actor, r ID) (Request, error) {
	if err := mayErase(who); err != nil {
		return Request{}, err
	}
	return s.change(ctx, who, r, func(ctx context.Context, tx *db.Tx, got *Request) error {
		if got.Kind == Correction {
			got.State, got.Done, got.Member = Done, tx.Now, who.Member
			return save(ctx, tx, *got)
		}
		return s.startTx(ctx, tx, who, got)
	})
}

// Refuse answers a request with no, and why.
func (s *Service) Refuse(ctx context.Context, who access.Actor, r ID, why string) (Request, error) {
	if err := mayErase(who); err != nil {
		return Request{}, err
	}
	why = contact.CleanText(why)
	if n := utf8.RuneCountInString(why); n < 3 || n > MaxNote {
		return Request{}, errs.ErrInvalid.At(contact.Blame("note", ErrNote))
	}
	return s.change(ctx, who, r, func(ctx context.Context, tx *db.Tx, got *Request) error {
		got.State, got.Note, got.Done, got.Member = Refused, why, tx.Now, who.Member
		if err := save(ctx, tx, *got); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "privacy.refused", Object: r.String()})
	})
}

func (s *Service) change(ctx context.Context, who access.Actor, r ID, act func(context.Context, *db.Tx, *Request) error) (Request, error) {
	var out Request
	err := s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if out, err = get(ctx, tx, who.Tenant, r, tx.Dialect().Lock()); err != nil {
			return err
		}
		if out.State != Waiting {
			return ErrDone
		}
		return act(ctx, tx, &out)
	})
	if err != nil {
		return Request{}, fmt.Errorf("answer request: %w", err)
	}
	return out, nil
}

// startTx orders the work of a request; one that runs goes on.
func (s *Service) startTx(ctx context.Context, tx *db.Tx, who access.Actor, r *Request) error {
	if r.State != Waiting {
		return nil
	}
	kind := copyJob
	if r.Kind == Erasure {
		kind = eraseJob
	}
	job, err := s.Queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: r.Tenant, Kind: kind, Args: task{r.ID}, UniqueKey: r.ID.String(), Visible: true})
	if err != nil {
		return err
	}
	r.State, r.Job, r.Member = Running, job, who.Member
	if err := save(ctx, tx, *r); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "privacy.started", Object: r.ID.String(), Details: map[string]any{"kind": string(r.Kind)}})
}

// Get returns one request.
func (s *Service) Get(ctx context.Context, who access.Actor, r ID) (Request, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return Request{}, err
	}
	return get(ctx, s.DB, who.Tenant, r, "")
}

// List returns a page of the register, the newest first.
func (s *Service) List(ctx context.Context, who access.Actor, f Filter) (page.Of[Request], error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return page.Of[Request]{}, err
	}
	got, err := list(ctx, s.DB, who.Tenant, f)
	if err != nil {
		return page.Of[Request]{}, fmt.Errorf("list requests: %w", err)
	}
	return page.Cut(got, f.Ask, func(r Request) int64 { return int64(r.ID) }), nil
}

// File writes the file of a copy. Taking it is on record.
func (s *Service) File(ctx context.Context, who access.Actor, r ID) (name string, write func(context.Context, io.Writer) error, err error) {
	if err := who.Can(access.ExportContacts); err != nil {
		return "", nil, err
	}
	got, err := get(ctx, s.DB, who.Tenant, r, "")
	if err != nil {
		return "", nil, err
	}
	if got.Blob == "" {
		return "", nil, ErrExpired
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "privacy.downloaded", Object: r.String()})
	})
	if err != nil {
		return "", nil, err
	}
	return "contact-" + got.Contact.String() + ".zip", func(ctx context.Context, w io.Writer) error {
		f, err := s.Blobs.Open(ctx, who.Tenant, got.Blob)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(w, f)
		return err
	}, nil
}
