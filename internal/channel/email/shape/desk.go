package shape

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/db"
	"keruen/internal/errs"
)

// Errors of the desk.
var (
	ErrReason = errs.New(errs.Invalid, "paths.reason", "Say in up to 200 characters why the path is paused: the next operator will want to know.")
	ErrUntil  = errs.New(errs.Invalid, "paths.until", "The time must be in the future, at most a year ahead. Leave it empty to pause until somebody resumes.")
	ErrPath   = errs.New(errs.Invalid, "paths.path", "Name one of our addresses that is configured, or leave it empty where the system chooses; and a provider or a site, not both.")
)

// Bounds of what operators say and see.
const (
	longestReason = 200
	longestHold   = 366 * 24 * time.Hour
	shownFor      = 7 * 24 * time.Hour
	mostShown     = 500
)

// Desk holds the verbs of the people who run the installation (ACC-5).
type Desk struct{ engine *Engine }

// NewDesk makes the desk of an engine.
func NewDesk(e *Engine) *Desk { return &Desk{e} }

// Seen is an address or a path as operators see it.
type Seen struct {
	State
	Name       string // of the provider; "" for a site
	Confidence string // of the rule
	Node       string // the machine, for paths without an address
	SavedAt    time.Time
}

// List returns the paths of the last seven days over all machines, those in trouble first, then the busiest; at most 500.
func (d *Desk) List(ctx context.Context, who access.Actor) ([]Seen, error) {
	if err := who.Can(access.RunPlatform); err != nil {
		return nil, err
	}
	now := d.engine.clock.Now()
	rows, err := listRows(ctx, d.engine.db, "", now.Add(-shownFor), mostShown)
	if err != nil {
		return nil, fmt.Errorf("list sending paths: %w", err)
	}
	type at struct {
		place
		node string
	}
	all := map[at]Seen{}
	for _, r := range rows {
		all[at{r.place(), r.Node}] = d.dress(r.State.V, r.Node, r.SavedAt, now)
	}
	for w, s := range d.engine.live(now) {
		node := ""
		if !w.source.IsValid() {
			node = d.engine.node
		}
		all[at{w, node}] = d.dress(s, node, now, now)
	}
	out := make([]Seen, 0, len(all))
	for _, s := range all {
		out = append(out, s)
	}
	slices.SortFunc(out, worst)
	return out[:min(len(out), mostShown)], nil
}

// worst puts trouble first.
func worst(a, b Seen) int {
	trouble := func(s Seen) int {
		if s.Why != Free {
			return 0
		}
		return 1
	}
	return cmp.Or(trouble(a)-trouble(b), cmp.Compare(b.Sent, a.Sent), a.Path.Source.Compare(b.Path.Source),
		cmp.Compare(a.Path.Provider+a.Path.Site, b.Path.Provider+b.Path.Site), cmp.Compare(a.Node, b.Node))
}

// dress adds what holds now, for a state that another machine saved may be some seconds old, and the words of the rule.
func (d *Desk) dress(s State, node string, saved, now time.Time) Seen {
	if h, ok := d.engine.hold(s.Path, now); ok {
		s.Why, s.Until, s.Reason = h.Why, h.Until, h.Reason
	} else if s.Why == Paused || s.Why == Listed || !s.Until.IsZero() && !s.Until.After(now) {
		s.Why, s.Until, s.Reason = Free, time.Time{}, ""
	}
	if dayOf(saved) != dayOf(now) {
		s.Sent, s.Deferred = 0, 0
	}
	if now.Sub(saved) > 2*window {
		s.PerSecond = 0 // nothing has left since, or it would have been saved
	}
	out := Seen{State: s, Node: node, SavedAt: saved}
	rule := d.engine.rules.Rule(s.Path.Provider)
	out.Confidence = rule.Confidence
	if s.Path.Provider != "" {
		out.Name = rule.Name
	}
	return out
}

// live explains the paths that this process has used within the time that is shown.
func (e *Engine) live(now time.Time) map[place]State {
	e.mu.RLock()
	keys := make(map[place]Path, len(e.paths))
	for w, p := range e.paths {
		keys[w] = p.key
	}
	e.mu.RUnlock()
	out := make(map[place]State, len(keys))
	for w, key := range keys {
		p := e.at(key)
		p.mu.Lock()
		used := p.memory.Used
		p.mu.Unlock()
		if now.Sub(used) < shownFor {
			out[w] = e.Explain(key)
		}
	}
	return out
}

// Own is one of our addresses.
type Own struct {
	Address
	Hold *Hold // what stops all of it now; nil: nothing
}

// Addresses returns the addresses that this machine's file names.
func (d *Desk) Addresses(who access.Actor) ([]Own, error) {
	if err := who.Can(access.RunPlatform); err != nil {
		return nil, err
	}
	now := d.engine.clock.Now()
	var out []Own
	for _, a := range d.engine.rules.Addresses {
		o := Own{Address: a}
		if h, ok := d.engine.hold(Path{Source: a.Addr}, now); ok {
			o.Hold = &h
		}
		out = append(out, o)
	}
	return out, nil
}

// Pause stops a path, or a whole address when neither provider nor site is named, until a time or until Resume.
func (d *Desk) Pause(ctx context.Context, who access.Actor, on Path, reason string, until time.Time) error {
	if err := who.Can(access.RunPlatform); err != nil {
		return err
	}
	now := d.engine.clock.Now()
	if reason = strings.TrimSpace(reason); reason == "" || len([]rune(reason)) > longestReason {
		return ErrReason
	}
	if !until.IsZero() && (!until.After(now) || until.Sub(now) > longestHold) {
		return ErrUntil
	}
	return d.say(ctx, who, "path.paused", on, Hold{Why: Paused, Reason: reason, Until: until})
}

// Resume lets a path, or a whole address, send again. It also ends a suspension and forgets the limits that answers have
// taught. It does not take the address from a block list. Resuming twice changes nothing.
func (d *Desk) Resume(ctx context.Context, who access.Actor, on Path) error {
	if err := who.Can(access.RunPlatform); err != nil {
		return err
	}
	return d.say(ctx, who, "path.resumed", on, Hold{})
}

func (d *Desk) say(ctx context.Context, who access.Actor, action string, on Path, h Hold) error {
	if err := d.check(on); err != nil {
		return err
	}
	h.Source, h.Provider, h.Site = on.Source, on.Provider, on.Site
	err := d.engine.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		h.SetAt = tx.Now
		if err := saveHold(ctx, tx, byOperator, h); err != nil {
			return err
		}
		details := map[string]any{"source": text(on.Source), "provider": on.Provider, "site": on.Site, "reason": h.Reason}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: action, Object: text(on.Source), Details: details})
	})
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	d.engine.obey([]Hold{h}, nil)
	return nil
}

const longestSite = 2000

func (d *Desk) check(on Path) error {
	known := !on.Source.IsValid() || d.engine.address(on.Source) != nil
	if !known || on.Provider != "" && on.Site != "" || len(on.Site) > longestSite || strings.HasPrefix(on.Site, providerMark) {
		return ErrPath
	}
	if _, ok := d.engine.rules.byKey[on.Provider]; on.Provider != "" && !ok {
		return ErrPath
	}
	return nil
}
