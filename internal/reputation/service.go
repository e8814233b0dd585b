package reputation

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/db"
	"keruen/internal/jobs"
	"keruen/internal/mail/dnsbl"
)

const (
	watchJob   = "reputation.watch"
	watchEvery = 30 * time.Minute
	mostShown  = 500
)

// Lists asks block lists; dnsbl.Checker does.
type Lists interface {
	Address(ctx context.Context, a netip.Addr) []dnsbl.Finding
	Domain(ctx context.Context, host string) []dnsbl.Finding
	Zones(ctx context.Context) []dnsbl.Health
}

// Rotation lets an address send, or not until a time; a time that has passed lets it. shape.Engine does.
type Rotation interface {
	Suspend(addr netip.Addr, why string, until time.Time)
}

// Parts are what a Service is made of.
type Parts struct {
	DB       *db.DB
	Log      *slog.Logger
	Lists    Lists
	Rotation Rotation
	Own      func(ctx context.Context) (Own, error)
}

// Service watches, and tells operators.
type Service struct{ Parts }

// New returns a service. Call Work and StartTx for it to watch by itself.
func New(p Parts) *Service { return &Service{p} }

// Work registers the job that watches.
func (s *Service) Work(q *jobs.Queue) {
	jobs.Register(q, watchJob, func(ctx context.Context, _ *jobs.Job, _ struct{}) error {
		if err := s.Watch(ctx); err != nil {
			return err
		}
		return jobs.Snooze(watchEvery) // the one task goes on for ever
	})
}

// StartTx makes sure that the job waits in the queue. It is called at each start, on every node.
func (s *Service) StartTx(ctx context.Context, tx *db.Tx, q *jobs.Queue) error {
	_, err := q.EnqueueTx(ctx, tx, jobs.Task{Kind: watchJob, Args: struct{}{}, UniqueKey: "only"})
	return err
}

// Watch asks all lists about all that is ours, once. What is listed becomes an incident, and an address leaves the rotation;
// what is clean again ends it, and the address returns. A list that cannot be believed changes nothing. Watching again while
// nothing changed makes no further incident.
func (s *Service) Watch(ctx context.Context) error {
	own, err := s.Own(ctx)
	if err != nil {
		return fmt.Errorf("list what is ours: %w", err)
	}
	slices.SortFunc(own.Addresses, netip.Addr.Compare)
	for _, a := range slices.Compact(own.Addresses) {
		if err := s.watchAddress(ctx, a); err != nil {
			return err
		}
	}
	for _, d := range unique(own.Domains) {
		if _, err := s.book(ctx, d, s.Lists.Domain(ctx, d)); err != nil {
			return err
		}
	}
	return nil
}

// unique takes each registered domain once, and leaves out names that lists cannot know.
func unique(names []string) []string {
	var out []string
	for _, n := range names {
		if d, err := dnsbl.Registered(n); err == nil {
			out = append(out, d)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (s *Service) watchAddress(ctx context.Context, a netip.Addr) error {
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return nil // no list knows it
	}
	recent, err := s.book(ctx, a.String(), s.Lists.Address(ctx, a))
	if err != nil || len(recent) == 0 {
		return err
	}
	until, why := holds(recent, s.DB.Moment())
	s.Rotation.Suspend(a, why, until)
	return nil
}

// book records what the lists said about one name and returns its incidents that go on or ended within keepOut.
func (s *Service) book(ctx context.Context, subject string, findings []dnsbl.Finding) (recent []Incident, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err // what was asked under a context that ended is no finding
	}
	var opened []dnsbl.Finding
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		opened = opened[:0]
		for _, f := range findings {
			fresh, err := bookOne(ctx, tx, subject, f)
			if err != nil {
				return err
			}
			if fresh {
				opened = append(opened, f)
			}
		}
		recent, err = recentOf(ctx, tx, subject, tx.Now.Add(-keepOut))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("book what block lists say: %w", err)
	}
	for _, f := range opened {
		s.Log.Warn("on a block list", "what", subject, "zone", f.Zone, "code", f.Code.Name, "policy", f.Code.Policy, "page", f.Page)
	}
	return recent, nil
}

func bookOne(ctx context.Context, tx *db.Tx, subject string, f dnsbl.Finding) (opened bool, err error) {
	if err := saveCheck(ctx, tx, subject, f); err != nil {
		return false, err
	}
	switch f.State {
	case dnsbl.Listed:
		return openIncident(ctx, tx, subject, f)
	case dnsbl.Clean:
		return false, closeIncident(ctx, tx, subject, f.Zone)
	}
	return false, nil
}

// List returns the incidents, those that go on first, then the latest; at most 500.
func (s *Service) List(ctx context.Context, who access.Actor) ([]Incident, error) {
	if err := who.Can(access.RunPlatform); err != nil {
		return nil, err
	}
	all, err := listIncidents(ctx, s.DB, mostShown)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	return all, nil
}

// Checks returns what each list said last about each of our names.
func (s *Service) Checks(ctx context.Context, who access.Actor) ([]Check, error) {
	if err := who.Can(access.RunPlatform); err != nil {
		return nil, err
	}
	all, err := listChecks(ctx, s.DB)
	if err != nil {
		return nil, fmt.Errorf("list checks of block lists: %w", err)
	}
	return all, nil
}

// Zones tells which lists are asked and whether they can be believed.
func (s *Service) Zones(ctx context.Context, who access.Actor) ([]dnsbl.Health, error) {
	if err := who.Can(access.RunPlatform); err != nil {
		return nil, err
	}
	all := s.Lists.Zones(ctx)
	slices.SortStableFunc(all, func(a, b dnsbl.Health) int { return cmp.Compare(a.Kind, b.Kind) })
	return all, nil
}

// Acknowledge says that an operator has seen an incident, with a note for the next one. A later note replaces it; of an incident
// that has ended only the note changes. It does not put an address back: only the list's silence does.
func (s *Service) Acknowledge(ctx context.Context, who access.Actor, i ID, note string) (Incident, error) {
	if err := who.Can(access.RunPlatform); err != nil {
		return Incident{}, err
	}
	if note = strings.TrimSpace(note); len([]rune(note)) > longestNote {
		return Incident{}, ErrNote
	}
	var out Incident
	err := s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := acknowledge(ctx, tx, i, note); err != nil {
			return err
		}
		var err error
		if out, err = getIncident(ctx, tx, i); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "incident.acknowledged", Object: i.String()})
	})
	if err != nil {
		return Incident{}, fmt.Errorf("acknowledge incident: %w", err)
	}
	return out, nil
}
