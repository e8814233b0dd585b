package jobs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
)

// held is a task this process works on.
type held struct {
	claimed
	kind   *kind
	cancel context.CancelCauseFunc
}

// shortage is the pause after a full disk, a lost database and the like. They are no fault of the task, so no attempt is
// spent, and it goes on soon after they are over instead of an hour later.
const shortage = 10 * time.Second

// How long finished tasks are kept.
const (
	keepHidden  = 7 * 24 * time.Hour
	keepVisible = 30 * 24 * time.Hour
	pruneEvery  = time.Hour
	pruneBatch  = 1000
)

// Run works until ctx ends, then waits for the workers to return. Tasks that they had to leave are queued
// again at once, without an attempt spent.
func (q *Queue) Run(ctx context.Context) error {
	if err := q.takeOver(ctx); err != nil {
		return fmt.Errorf("take over the tasks of a former process: %w", err)
	}
	var workers sync.WaitGroup
	defer workers.Wait()
	var pruned time.Time
	for {
		full := q.round(ctx, &workers)
		if now := q.clock.Now(); now.Sub(pruned) >= pruneEvery {
			pruned = now
			q.logged("prune tasks", q.Prune(ctx))
		}
		q.logged("renew leases", q.renewAll(ctx))
		if full {
			continue // there may be more
		}
		select {
		case <-ctx.Done():
			return nil
		case <-q.wake:
		case <-q.clock.After(q.Poll):
		}
	}
}

// takeOver frees the tasks of a process that died, where no other can be alive; elsewhere their leases run out.
func (q *Queue) takeOver(ctx context.Context) error {
	if !q.db.Alone() {
		return nil
	}
	return q.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return orphan(ctx, tx, q.owner) })
}

// round claims what there is room for and starts it. full says that it got all it asked for.
func (q *Queue) round(ctx context.Context, workers *sync.WaitGroup) (full bool) {
	if ctx.Err() != nil {
		return false
	}
	kinds, room := q.room()
	if room == 0 || len(kinds) == 0 {
		return false
	}
	found, err := anyOpen(ctx, q.db, kinds, q.clock.Now())
	if err != nil || !found {
		q.logged("look for tasks", err)
		return false
	}
	var got []claimed
	err = q.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		got, err = claim(ctx, tx, q.owner, kinds, room, q.Lease)
		return err
	})
	if err != nil {
		q.logged("claim tasks", err)
		return false
	}
	for _, c := range got {
		h, ctx := q.hold(ctx, c)
		workers.Go(func() { q.work(ctx, h) })
	}
	return len(got) == room
}

// room returns the kinds that may start and how many tasks may start safely: no more than any of those kinds has
// left, because which kinds come is only known after the claim.
func (q *Queue) room() (kinds []string, n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n = q.Workers - len(q.running)
	for name, k := range q.kinds {
		if left := k.atMost - k.active; left > 0 {
			kinds = append(kinds, name)
			n = min(n, left)
		}
	}
	return kinds, max(n, 0)
}

func (q *Queue) hold(ctx context.Context, c claimed) (*held, context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	q.mu.Lock()
	defer q.mu.Unlock()
	h := &held{claimed: c, kind: q.kinds[c.Kind], cancel: cancel}
	h.kind.active++
	q.running[c.ID] = h
	return h, ctx
}

func (q *Queue) letGo(h *held) {
	h.cancel(nil)
	q.mu.Lock()
	defer q.mu.Unlock()
	h.kind.active--
	if q.running[h.ID] == h {
		delete(q.running, h.ID)
	}
}

// work runs one task and records how it ended.
func (q *Queue) work(ctx context.Context, h *held) {
	defer q.look()
	defer q.letGo(h)
	err := q.call(ctx, h)
	if errors.Is(context.Cause(ctx), ErrTaken) {
		return // it is no longer ours
	}
	e := q.judge(ctx, h, err)
	// The end is recorded also when the process is stopping.
	err = q.db.InTx(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		return finish(ctx, tx, h.ID, h.Token, e)
	})
	q.logged("record the end of a task", err) // its lease runs out and it is done again
}

var errPoison = errs.New(errs.Internal, "job.crashed", "The job stopped the program several times and was given up.")

func (q *Queue) call(ctx context.Context, h *held) (err error) {
	if h.Attempts > h.MaxAttempts {
		return Cancel(errPoison) // every earlier attempt ended without a word
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	j := &Job{ID: h.ID, Tenant: h.TenantID, Kind: h.Kind, Attempt: h.Attempts, q: q, token: h.Token}
	return h.kind.run(ctx, j, h.Payload)
}

// judge turns what a worker returned into what happens to the task.
func (q *Queue) judge(ctx context.Context, h *held, err error) ending {
	now := q.clock.Now()
	var later snoozed
	var never cancelled
	switch {
	case err == nil:
		return ending{state: Done, runAt: now}
	case errors.As(err, &later):
		return ending{state: Queued, runAt: now.Add(later.d), spent: h.Attempts}
	case ctx.Err() != nil:
		return ending{state: Queued, runAt: now, spent: 1} // the process stops
	}
	q.log.Warn("task returned an error", "task", h.ID.String(), "kind", h.Kind, "tenant", h.TenantID.String(),
		"attempt", h.Attempts, "error", err)
	if errs.KindOf(err) == errs.Unavailable && !errors.As(err, &never) {
		return ending{state: Queued, runAt: now.Add(shortage + rand.N(shortage/10+1)), spent: 1, lastError: codeOf(err)}
	}
	if errors.As(err, &never) || h.Attempts >= h.MaxAttempts {
		return ending{state: Failed, runAt: now, lastError: codeOf(err)}
	}
	pause := Backoff(h.Attempts)
	return ending{state: Queued, runAt: now.Add(pause + rand.N(pause/10+1)), lastError: codeOf(err)}
}

func codeOf(err error) string {
	var e *errs.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return "internal"
}

// renewAll prolongs the leases that have run for a third of their time, and tells workers whose task was taken.
func (q *Queue) renewAll(ctx context.Context) error {
	now := q.clock.Now()
	due := q.dueForRenewal(now)
	if len(due) == 0 {
		return nil
	}
	until := now.Add(q.Lease)
	var lost []*held
	err := q.db.InTx(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		lost = lost[:0]
		for _, h := range due {
			ours, err := renew(ctx, tx, h.ID, h.Token, until)
			if err != nil {
				return err
			}
			if !ours {
				lost = append(lost, h)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	q.mu.Lock()
	for _, h := range due {
		h.LeaseUntil = until
	}
	q.mu.Unlock()
	for _, h := range lost {
		h.cancel(ErrTaken)
	}
	return nil
}

func (q *Queue) dueForRenewal(now time.Time) (due []*held) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, h := range q.running {
		if h.LeaseUntil.Sub(now) < q.Lease*2/3 {
			due = append(due, h)
		}
	}
	return due
}

// takeAway tells the worker of a task, if it is in this process.
func (q *Queue) takeAway(task ID) {
	q.mu.Lock()
	h := q.running[task]
	q.mu.Unlock()
	if h != nil {
		h.cancel(ErrTaken)
	}
}

// look makes Run look for tasks now.
func (q *Queue) look() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Prune deletes the tasks that ended more than 7 days ago, 30 days for visible ones. Run does it every hour.
func (q *Queue) Prune(ctx context.Context) error {
	for {
		var n int64
		err := q.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = prune(ctx, tx, tx.Now.Add(-keepHidden), tx.Now.Add(-keepVisible), pruneBatch)
			return err
		})
		if err != nil || n < pruneBatch {
			return err
		}
	}
}

func (q *Queue) logged(doing string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, db.ErrClosed) {
		q.log.Error(doing, "error", err)
	}
}
