package shape

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"keruen/internal/clock"
	"keruen/internal/db"
)

const (
	saveEvery  = 10 * time.Second
	obeyEvery  = 2 * time.Second
	rememberIn = 60 * 24 * time.Hour
)

// Load reads what was learned before and what holds. Call it before the first letter leaves.
func (e *Engine) Load(ctx context.Context) error {
	now := e.clock.Now()
	err := e.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return pruneRows(ctx, tx, now.Add(-rememberIn)) })
	if err != nil {
		return fmt.Errorf("prune sending paths: %w", err)
	}
	rows, err := listRows(ctx, e.db, e.node, now.Add(-rememberIn), mostPaths)
	if err != nil {
		return fmt.Errorf("load sending paths: %w", err)
	}
	e.mu.Lock()
	for _, r := range rows {
		e.kept[r.place()] = r.Memory.V
	}
	e.mu.Unlock()
	return e.hear(ctx)
}

// hear reads what operators and the watch over lists have said.
func (e *Engine) hear(ctx context.Context) error {
	operator, listed, err := listHolds(ctx, e.db)
	if err != nil {
		return fmt.Errorf("load holds of sending paths: %w", err)
	}
	e.obey(operator, listed)
	return nil
}

// Run keeps the engine and the database in step until ctx ends, and saves once more then. A database that is away
// costs nothing but the memory of the last seconds, so errors are logged and the next round tries again.
func (e *Engine) Run(ctx context.Context) error {
	saved := e.clock.Now()
	for clock.Sleep(ctx, e.clock, obeyEvery) == nil {
		err := e.hear(ctx)
		if now := e.clock.Now(); now.Sub(saved) >= saveEvery {
			saved = now
			err = errors.Join(err, e.Save(ctx))
		}
		if err != nil && ctx.Err() == nil {
			e.log.Warn("sending paths are not in step with the database", "err", err)
		}
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveEvery)
	defer cancel()
	return e.Save(last)
}

// Save writes what has changed since it was saved last.
func (e *Engine) Save(ctx context.Context) error {
	rows, saved := e.changed()
	e.mu.RLock()
	listed := maps.Clone(e.unsaved)
	e.mu.RUnlock()
	if len(rows) == 0 && len(listed) == 0 {
		return nil
	}
	err := e.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, h := range listed {
			if err := saveHold(ctx, tx, byList, h); err != nil {
				return err
			}
		}
		return saveRows(ctx, tx, rows)
	})
	if err != nil {
		for _, p := range saved {
			p.soil()
		}
		return fmt.Errorf("save sending paths: %w", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for w, h := range listed {
		if e.unsaved[w] == h {
			delete(e.unsaved, w)
		}
	}
	return nil
}

// changed collects the rows of paths that changed. A site that was never any trouble is not worth a row.
func (e *Engine) changed() (rows []row, from []*path) {
	e.mu.RLock()
	all := slices.Collect(maps.Values(e.paths))
	e.mu.RUnlock()
	for _, p := range all {
		if r, ok := e.rowOf(p); ok {
			rows, from = append(rows, r), append(from, p)
		}
	}
	return rows, from
}

func (e *Engine) rowOf(p *path) (row, bool) {
	state := e.Explain(p.key)
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.dirty || !p.remarkable() {
		return row{}, false
	}
	p.dirty = false
	w := placeOf(p.key)
	r := row{Source: text(w.source), Target: w.target, Memory: db.AsJSON(p.memory), State: db.AsJSON(state), UsedAt: p.memory.Used}
	if r.Source == "" {
		r.Node = e.node
	}
	return r, true
}

func (p *path) remarkable() bool {
	m := &p.memory
	return p.key.Provider != "" || p.warm != nil || m.Rate != p.rule.PerSecond || m.Answer != "" || !m.Suspended.Until.IsZero() || !m.Conns.Until.IsZero()
}

func (p *path) soil() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dirty = true
}
