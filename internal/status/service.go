package status

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// Probe looks at a part of this process. An error means that it is down.
type Probe func(ctx context.Context) (State, error)

const (
	probeTime = 5 * time.Second // a probe that has not answered by then is down
	boardLife = 10 * time.Second
	mostShown = 50
)

// Service looks, remembers and tells.
type Service struct {
	db     *db.DB
	clock  clock.Clock
	log    *slog.Logger
	probes map[Part]Probe

	mu    sync.Mutex
	board Board
	made  time.Time
}

// New returns a service without probes; see Watch.
func New(d *db.DB, c clock.Clock, log *slog.Logger) *Service {
	return &Service{db: d, clock: c, log: log, probes: map[Part]Probe{}}
}

// Watch adds a part of this process. It is called before Run.
func (s *Service) Watch(p Part, probe Probe) { s.probes[p] = probe }

// Run looks at the parts of this process once a minute until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	for {
		s.Look(ctx)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.clock.After(Every):
		}
	}
}

// Look looks at each part of this process once and puts on record what it saw. A database that cannot be written is seen later by its
// missing minutes.
func (s *Service) Look(ctx context.Context) {
	for _, p := range Parts {
		probe := s.probes[p]
		if probe == nil {
			continue
		}
		if err := s.record(ctx, p, s.ask(ctx, p, probe)); err != nil && ctx.Err() == nil {
			s.log.Warn("the state of a part was not put on record", "part", string(p), "error", err)
		}
	}
}

func (s *Service) ask(ctx context.Context, p Part, probe Probe) State {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	state, err := probe(ctx)
	if err != nil {
		s.log.Warn("a part does not work", "part", string(p), "error", err)
		return Down
	}
	return state
}

// record adds one minute to the day of a part. Of several processes that look within a minute the first counts.
func (s *Service) record(ctx context.Context, p Part, state State) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		last, err := readPart(ctx, tx, p)
		if err != nil {
			return err
		}
		r := Reading{Part: p, State: state, Since: last.Since, CheckedAt: tx.Now}
		if last.State != state || tx.Now.Sub(last.CheckedAt) > Stale {
			r.Since = tx.Now
		}
		if first, err := savePart(ctx, tx, r); err != nil || !first {
			return err
		}
		for day, minutes := range missedBetween(last.CheckedAt, tx.Now) {
			if err := addDay(ctx, tx, Day{Part: p, Day: day, Missed: minutes}); err != nil {
				return err
			}
		}
		today := Day{Part: p, Day: dayOf(tx.Now), Checks: 1}
		if state != Works {
			today.Troubled = 1
		}
		if err := addDay(ctx, tx, today); err != nil {
			return err
		}
		return dropDays(ctx, tx, dayOf(tx.Now.AddDate(0, 0, -Days-1)))
	})
	if err != nil {
		return fmt.Errorf("record %s: %w", p, err)
	}
	return nil
}

// Board is all that the status page shows.
type Board struct {
	At      time.Time
	Parts   []Reading // in the order of Parts; those that this installation has
	Days    map[Part][]Day
	Outages []Outage // that go on or are to come first, then those of the last three months
	Blind   bool     // the database did not answer: nothing else is known
}

// Worst is the state of the whole: of its parts, and of what operators say goes on.
func (b Board) Worst() State {
	if b.Blind {
		return Down
	}
	worst := Works
	for _, r := range b.Parts {
		worst = worse(worst, r.State)
	}
	for _, o := range b.Outages {
		if o.Running(b.At) {
			worst = worse(worst, o.Impact)
		}
	}
	return worst
}

// worse puts the unknown between what works and what is slow.
func worse(a, b State) State {
	order := []State{Works, Unknown, Slow, Down}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// Board returns what visitors are shown, at most ten seconds old. It never fails: when the database does not answer, that is what it says.
func (s *Service) Board(ctx context.Context) Board {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	if age := now.Sub(s.made); !s.made.IsZero() && age >= 0 && age < boardLife {
		return s.board
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeTime) // one visitor who leaves spoils it for nobody
	defer cancel()
	b, err := s.read(ctx, now)
	if err != nil {
		s.log.Warn("the status page has no database", "error", err)
		b = Board{At: now, Blind: true, Parts: []Reading{{Part: Database, State: Down, Since: now, CheckedAt: now}}}
	}
	s.board, s.made = b, now
	return b
}

func (s *Service) read(ctx context.Context, now time.Time) (Board, error) {
	b := Board{At: now, Days: map[Part][]Day{}}
	parts, err := listParts(ctx, s.db)
	if err != nil {
		return b, err
	}
	for _, p := range Parts {
		if i := slices.IndexFunc(parts, func(r Reading) bool { return r.Part == p }); i >= 0 {
			b.Parts = append(b.Parts, parts[i].believed(now))
		}
	}
	days, err := listDays(ctx, s.db, dayOf(now.AddDate(0, 0, -Days+1)))
	if err != nil {
		return b, err
	}
	for _, d := range days {
		b.Days[d.Part] = append(b.Days[d.Part], d)
	}
	b.Outages, err = listOutages(ctx, s.db, now.AddDate(0, 0, -Days), mostShown)
	return b, err
}

// forget makes the next visitor see what an operator has just written.
func (s *Service) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made = time.Time{}
}

// List returns the outages as operators see them.
func (s *Service) List(ctx context.Context, who access.Actor) ([]Outage, error) {
	if err := who.Can(access.RunPlatform); err != nil {
		return nil, err
	}
	all, err := listOutages(ctx, s.db, s.clock.Now().AddDate(0, 0, -Days), mostShown)
	if err != nil {
		return nil, fmt.Errorf("list outages: %w", err)
	}
	return all, nil
}

// Publish tells visitors of a fault or of planned work, at once.
func (s *Service) Publish(ctx context.Context, who access.Actor, n NewOutage) (Outage, error) {
	if err := who.Can(access.RunPlatform); err != nil {
		return Outage{}, err
	}
	var out Outage
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		o, err := n.check(tx.Now)
		if err != nil {
			return err
		}
		o.ID = id.New[outageKind]()
		first := Update{Stage: Seen, Text: trimmed(n.Text), At: tx.Now}
		if o.Kind == Planned {
			first.Stage = Announced
		}
		if err := insertOutage(ctx, tx, o); err != nil {
			return err
		}
		if err := insertUpdate(ctx, tx, o.ID, who.Member, first); err != nil {
			return err
		}
		o.Updates = []Update{first}
		out = o
		return note(ctx, tx, who, "outage.published", o.ID, first.Stage)
	})
	if err != nil {
		return Outage{}, fmt.Errorf("publish outage: %w", err)
	}
	s.forget()
	return out, nil
}

// Tell adds an update. Over ends the outage.
func (s *Service) Tell(ctx context.Context, who access.Actor, o OutageID, u Update) (Outage, error) {
	if err := who.Can(access.RunPlatform); err != nil {
		return Outage{}, err
	}
	u.Text = trimmed(u.Text)
	var out Outage
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := getOutage(ctx, tx, o)
		switch {
		case err != nil:
			return err
		case now.Ended(tx.Now):
			return ErrOver
		case !now.fits(u.Stage):
			return errs.ErrInvalid.At(blame("stage", ErrStage))
		case u.Text.Ru == "":
			return errs.ErrInvalid.At(blame("text.ru", ErrWords))
		}
		u.At = tx.Now
		if err := insertUpdate(ctx, tx, o, who.Member, u); err != nil {
			return err
		}
		if u.Stage == Over {
			if err := endOutage(ctx, tx, o); err != nil {
				return err
			}
		}
		if err := note(ctx, tx, who, "outage.updated", o, u.Stage); err != nil {
			return err
		}
		out, err = getOutage(ctx, tx, o)
		return err
	})
	if err != nil {
		return Outage{}, fmt.Errorf("tell of outage: %w", err)
	}
	s.forget()
	return out, nil
}

func note(ctx context.Context, tx *db.Tx, who access.Actor, action string, o OutageID, stage Stage) error {
	return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: action, Object: o.String(), Details: map[string]any{"stage": string(stage)}})
}
