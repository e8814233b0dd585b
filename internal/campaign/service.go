package campaign

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/errs"
	"keruen/internal/event"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/page"
)

// Config is what the service is built from.
type Config struct {
	DB       *db.DB
	Clock    clock.Clock
	Log      *slog.Logger
	Queue    *jobs.Queue
	Events   *event.Bus
	Contacts *contact.Service
	Content  *content.Service
	Senders  *channel.Service
	Delivery *delivery.Service
	Access   Access
}

// Access is what campaigns ask about accounts; access.Service answers.
type Access interface {
	GetAccount(ctx context.Context, who access.Actor) (access.Account, error)
	// ConfirmedEmails tells which addresses are proven mailboxes of members. Tests go nowhere else.
	ConfirmedEmails(ctx context.Context, t id.Tenant, addresses []string) ([]bool, error)
}

// Service holds the verbs.
type Service struct {
	db       *db.DB
	clock    clock.Clock
	log      *slog.Logger
	queue    *jobs.Queue
	contacts *contact.Service
	content  *content.Service
	senders  *channel.Service
	delivery *delivery.Service
	access   Access
}

// New makes the service and registers its background work.
func New(c Config) *Service {
	s := &Service{
		db: c.DB, clock: c.Clock, log: c.Log, queue: c.Queue, contacts: c.Contacts, content: c.Content,
		senders: c.Senders, delivery: c.Delivery, access: c.Access,
	}
	jobs.Register(c.Queue, launchKind, s.launch)
	jobs.Register(c.Queue, linksKind, s.watchLinks)
	jobs.Register(c.Queue, decideKind, s.decide)
	event.Subscribe(c.Events, "campaign.finish", s.partDone)
	event.Subscribe(c.Events, "campaign.hold", s.partHeld)
	return s
}

// Create makes a draft.
func (s *Service) Create(ctx context.Context, who access.Actor, ch Change) (Campaign, error) {
	if err := who.Can(access.EditCampaigns); err != nil {
		return Campaign{}, err
	}
	c := Campaign{
		ID: id.New[kind](), Tenant: who.Tenant, State: Draft, Purpose: channel.Advertising,
		Tracking: delivery.Tracking{Opens: true, Clicks: true}, CreatedBy: who.Member, Version: 1,
	}
	if err := c.apply(ch); err != nil {
		return Campaign{}, err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c.CreatedAt, c.UpdatedAt = tx.Now, tx.Now
		if err := s.checkSender(ctx, tx, c); err != nil {
			return err
		}
		return insert(ctx, tx, c)
	})
	if err != nil {
		return Campaign{}, fmt.Errorf("create campaign: %w", err)
	}
	return c, nil
}

// checkSender refuses a sender or a topic of another account.
func (s *Service) checkSender(ctx context.Context, q db.Querier, c Campaign) error {
	if err := contact.SendableTopic(ctx, q, c.Tenant, c.Topic); err != nil {
		return errs.ErrInvalid.At(contact.Blame("topic", err)).Because(err)
	}
	if c.Sender == 0 {
		return nil
	}
	if _, err := s.senders.Find(ctx, q, c.Tenant, c.Sender); err != nil {
		return errs.ErrInvalid.At(errs.Field{Path: "sender", Code: "campaign.sender", Text: "There is no such sender. Choose another."}).Because(err)
	}
	return nil
}

// Get returns one campaign.
func (s *Service) Get(ctx context.Context, who access.Actor, c ID) (Campaign, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return Campaign{}, err
	}
	return get(ctx, s.db, who.Tenant, c)
}

// Listed is a campaign in a list, with its figures.
type Listed struct {
	Campaign
	Counts delivery.Counts
}

// List returns a page of campaigns with their figures, newest first; an empty state means all.
func (s *Service) List(ctx context.Context, who access.Actor, state State, a page.Ask) (page.Of[Listed], error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return page.Of[Listed]{}, err
	}
	rows, err := list(ctx, s.db, who.Tenant, state, a)
	if err != nil {
		return page.Of[Listed]{}, fmt.Errorf("list campaigns: %w", err)
	}
	cut := page.Cut(rows, a, func(r row) int64 { return int64(r.ID) })
	sources := make([]int64, len(cut.Items))
	for i, r := range cut.Items {
		sources[i] = int64(r.ID)
	}
	counts, err := s.delivery.CountsOf(ctx, who.Tenant, sources)
	if err != nil {
		return page.Of[Listed]{}, fmt.Errorf("list campaigns: %w", err)
	}
	out := page.Of[Listed]{Next: cut.Next}
	for _, r := range cut.Items {
		out.Items = append(out.Items, Listed{r.campaign(), counts[int64(r.ID)]})
	}
	return out, nil
}

// Update changes a draft. version is the one that the person saw; zero accepts any.
func (s *Service) Update(ctx context.Context, who access.Actor, c ID, version int64, ch Change) (Campaign, error) {
	if err := who.Can(access.EditCampaigns); err != nil {
		return Campaign{}, err
	}
	return s.move(ctx, who.Tenant, c, version, func(ctx context.Context, tx *db.Tx, x *Campaign) error {
		if x.State != Draft {
			return ErrNotDraft
		}
		if x.AgainOf != 0 && ch.Audience != nil {
			return ErrAgainFixed
		}
		x.Problem = ""
		if err := x.apply(ch); err != nil {
			return err
		}
		return s.checkSender(ctx, tx, *x)
	})
}

// Copy makes a new draft of any campaign.
func (s *Service) Copy(ctx context.Context, who access.Actor, c ID, name string) (Campaign, error) {
	if err := who.Can(access.EditCampaigns); err != nil {
		return Campaign{}, err
	}
	old, err := get(ctx, s.db, who.Tenant, c)
	if err != nil {
		return Campaign{}, fmt.Errorf("copy campaign: %w", err)
	}
	if name == "" {
		name = copyName(old.Name)
	}
	ch := Change{Name: &name, Purpose: &old.Purpose, Letter: &old.Letter, Audience: &old.Audience, Tracking: &old.Tracking, Split: &old.Split}
	if _, err := s.senders.Find(ctx, s.db, who.Tenant, old.Sender); err == nil {
		ch.Sender = &old.Sender
	}
	return s.Create(ctx, who, ch)
}

// copyName marks a copy in a way that needs no language, and keeps within the limit.
func copyName(name string) string {
	const mark = " (2)"
	r := []rune(name)
	return string(r[:min(len(r), maxName-len(mark))]) + mark
}

// Delete removes a draft. What was sent stays: reports and evidence hang on it.
func (s *Service) Delete(ctx context.Context, who access.Actor, c ID) error {
	if err := who.Can(access.EditCampaigns); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		x, err := lock(ctx, tx, who.Tenant, c)
		if err != nil {
			return err
		}
		if x.State != Draft {
			return ErrNotDraft
		}
		return remove(ctx, tx, who.Tenant, c)
	})
}

// Send orders a draft: the letter is frozen, and the campaign leaves at its time.
func (s *Service) Send(ctx context.Context, who access.Actor, c ID, version int64, o Order) (Campaign, error) {
	if err := who.Can(access.SendCampaigns); err != nil {
		return Campaign{}, err
	}
	pre, err := s.preflight(ctx, who.Tenant, c)
	if err != nil {
		return Campaign{}, err
	}
	if !pre.Ready {
		return Campaign{}, ErrNotReady.At(pre.fields()...)
	}
	first, err := s.firstLocal(ctx, who.Tenant, c, o)
	if err != nil {
		return Campaign{}, err
	}
	return s.move(ctx, who.Tenant, c, version, func(ctx context.Context, tx *db.Tx, x *Campaign) error {
		if x.State != Draft {
			return ErrState.With("state", x.State)
		}
		if x.Version-1 != pre.version { // changed after the check
			return errs.ErrStale
		}
		options, err := s.options(ctx, *x)
		if err != nil {
			return err
		}
		rev, err := s.content.ReviseTx(ctx, tx, x.Tenant, x.Letter, options)
		if err != nil {
			return err
		}
		if err := s.setStart(ctx, tx, x, o, first); err != nil {
			return err
		}
		if err := s.freezeSplit(ctx, tx, x, options); err != nil {
			return err
		}
		x.Revision, x.State, x.Problem = rev.ID, Scheduled, ""
		x.round++
		if err := s.enqueueLaunch(ctx, tx, *x); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "campaign.ordered", *x)
	})
}

// setStart decides when a campaign leaves. At local times that is first, when the first of its audience's zones has it.
func (s *Service) setStart(ctx context.Context, tx *db.Tx, x *Campaign, o Order, first time.Time) error {
	x.StartLocal, x.Zone, x.Local = o.At, o.Zone, o.Local
	if o.Local == OneMoment {
		var err error
		if x.StartAt, x.UndoUntil, err = o.startOf(tx.Now); err != nil {
			return err
		}
		return s.rested(ctx, tx, *x)
	}
	switch {
	case o.Local != AtOnce && o.Local != NextDay, o.At == "":
		return ErrLocal
	case x.Split != nil:
		return ErrSplitLocal
	case x.AgainOf != 0:
		return ErrAgainSplit
	}
	if _, _, err := o.startOf(tx.Now.Add(-24 * time.Hour)); err != nil { // somewhere it may be yesterday still
		return err
	}
	if first.IsZero() {
		return ErrNotReady
	}
	x.StartAt, x.UndoUntil = first, time.Time{}
	return nil
}

// Pause holds a campaign that is being sent; within a second nothing more leaves.
func (s *Service) Pause(ctx context.Context, who access.Actor, c ID) (Campaign, error) {
	return s.turn(ctx, who, c, "campaign.paused", func(ctx context.Context, tx *db.Tx, x *Campaign) error {
		if x.State != Sending {
			return ErrState.With("state", x.State)
		}
		x.State, x.Hold = Paused, ""
		return s.delivery.PauseTx(ctx, tx, x.Tenant, int64(x.ID))
	})
}

// Cancel calls a scheduled campaign back, which makes it a draft again, or ends one that is being sent for
// good: what has gone has gone, the rest is counted as cancelled.
func (s *Service) Cancel(ctx context.Context, who access.Actor, c ID) (Campaign, error) {
	return s.turn(ctx, who, c, "campaign.cancelled", func(ctx context.Context, tx *db.Tx, x *Campaign) error {
		switch x.State {
		case Scheduled:
			x.callBack("")
			return nil
		case Sending, Paused:
			x.State, x.FinishedAt, x.Hold = Cancelled, tx.Now, ""
			return s.delivery.CancelTx(ctx, tx, x.Tenant, int64(x.ID))
		default:
			return ErrState.With("state", x.State)
		}
	})
}

// callBack makes a draft again of a campaign of which nothing has left.
func (c *Campaign) callBack(problem string) {
	c.State, c.Problem, c.Hold = Draft, problem, ""
	c.StartAt, c.UndoUntil, c.StartLocal, c.Zone, c.Revision = time.Time{}, time.Time{}, "", "", 0
	c.Local, c.Run = OneMoment, SplitRun{}
}

// turn is a move that needs the right to send, and is recorded. Repeating one that is in effect is an error of state.
func (s *Service) turn(ctx context.Context, who access.Actor, c ID, action string, do func(context.Context, *db.Tx, *Campaign) error) (Campaign, error) {
	if err := who.Can(access.SendCampaigns); err != nil {
		return Campaign{}, err
	}
	return s.move(ctx, who.Tenant, c, 0, func(ctx context.Context, tx *db.Tx, x *Campaign) error {
		if err := do(ctx, tx, x); err != nil {
			return err
		}
		return s.note(ctx, tx, who, action, *x)
	})
}

func (s *Service) note(ctx context.Context, tx *db.Tx, who access.Actor, action string, c Campaign) error {
	return audit.Record(ctx, tx, audit.Entry{Tenant: c.Tenant, Who: who.Who(), Action: action, Object: c.ID.String()})
}

// move changes a campaign under its lock.
func (s *Service) move(ctx context.Context, t id.Tenant, c ID, version int64, do func(context.Context, *db.Tx, *Campaign) error) (Campaign, error) {
	var out Campaign
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		x, err := lock(ctx, tx, t, c)
		if err != nil {
			return err
		}
		if version != 0 && version != x.Version {
			return errs.ErrStale
		}
		x.Version, x.UpdatedAt = x.Version+1, tx.Now
		if err := do(ctx, tx, &x); err != nil {
			return err
		}
		out = x
		if err := save(ctx, tx, x); err != nil {
			return err
		}
		s.delivery.ChangedTx(tx, t)
		return nil
	})
	return out, err
}
