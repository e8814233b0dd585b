// Package event hands facts from one feature to others, durably.
//
// An event is a fact in the past tense. It is published in the transaction that makes it true; every
// subscriber gets a task of its own in that transaction, so it hears of the fact if and only if it was
// committed, at least once, retried until it succeeds. There is no order among events.
//
//	event.Subscribe(bus, "suppression", func(ctx context.Context, e contact.ConsentWithdrawn) error { … })
//	err := bus.Publish(ctx, tx, contact.ConsentWithdrawn{…})
//
// Subscriptions are made before the queue runs. A task whose subscriber is unknown to a node (an older
// version, say) stays queued for one that knows it.
package event

import (
	"context"
	"fmt"
	"sync"

	"keruen/internal/db"
	"keruen/internal/id"
	"keruen/internal/jobs"
)

// Event is a fact. Its fields are encoded as JSON; the name is "feature.fact" and never changes.
type Event interface{ EventName() string }

// OfTenant is an Event that says whose it is.
type OfTenant interface{ EventTenant() id.Tenant }

// Bus knows who listens to what.
type Bus struct {
	queue *jobs.Queue
	mu    sync.RWMutex
	kinds map[string][]string // event name → task kinds
}

// New makes a bus on the queue.
func New(q *jobs.Queue) *Bus { return &Bus{queue: q, kinds: make(map[string][]string)} }

// Subscribe has f called for every event of type E. The subscriber's name is stored in tasks and must not
// change; it panics when the same one subscribes to the same event twice. f may be called twice for one
// event; jobs.Snooze and jobs.Cancel work as in any job.
func Subscribe[E Event](b *Bus, subscriber string, f func(ctx context.Context, e E) error) {
	var zero E
	kind := "event:" + zero.EventName() + ":" + subscriber
	jobs.Register(b.queue, kind, func(ctx context.Context, _ *jobs.Job, e E) error { return f(ctx, e) })
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kinds[zero.EventName()] = append(b.kinds[zero.EventName()], kind)
}

// Publish announces the event in the transaction, to everyone who has subscribed.
func (b *Bus) Publish(ctx context.Context, tx *db.Tx, e Event) error {
	b.mu.RLock()
	kinds := b.kinds[e.EventName()]
	b.mu.RUnlock()
	var tenant id.Tenant
	if o, ok := e.(OfTenant); ok {
		tenant = o.EventTenant()
	}
	for _, kind := range kinds {
		if _, err := b.queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: tenant, Kind: kind, Args: e}); err != nil {
			return fmt.Errorf("publish %s: %w", e.EventName(), err)
		}
	}
	return nil
}

// Subscribers lists who listens to what: event name → task kinds. It is for the map of events in the documents.
func (b *Bus) Subscribers() map[string][]string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := make(map[string][]string, len(b.kinds))
	for name, kinds := range b.kinds {
		out[name] = append([]string(nil), kinds...)
	}
	return out
}
