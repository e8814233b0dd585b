package delivery

import (
	"context"
	"sync"
	"time"

	"keruen/internal/db"
	"keruen/internal/id"
)

// hub tells screens of this process that figures of an account have moved. Other processes' changes are
// found by asking the database once a second.
type hub struct {
	s     *Service
	mu    sync.Mutex
	bells map[id.Tenant]*watched
}

type watched struct {
	bell  *bell
	count int
}

func newHub(s *Service) *hub { return &hub{s: s, bells: make(map[id.Tenant]*watched)} }

// changed rings for everyone who watches the account.
func (h *hub) changed(t id.Tenant) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if w := h.bells[t]; w != nil {
		w.bell.ring()
	}
}

func (h *hub) join(t id.Tenant) *bell {
	h.mu.Lock()
	defer h.mu.Unlock()
	w := h.bells[t]
	if w == nil {
		w = &watched{bell: newBell()}
		h.bells[t] = w
	}
	w.count++
	return w.bell
}

func (h *hub) leave(t id.Tenant) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if w := h.bells[t]; w != nil {
		if w.count--; w.count == 0 {
			delete(h.bells, t)
		}
	}
}

// ChangedTx tells the watchers of an account, after the commit, that something which their screens show
// has changed; features that show deliveries use it for their own rows too.
func (s *Service) ChangedTx(tx *db.Tx, t id.Tenant) { tx.AfterCommit(func() { s.hub.changed(t) }) }

// watchEvery is how often changes made by other processes are looked for, and the most often that a
// watcher hears of changes.
const watchEvery = time.Second

// Watch sends the sources (campaigns) of an account whose figures have changed, at most once a second,
// until ctx ends; then the channel is closed. A receiver that is slow misses nothing: it gets what changed meanwhile
// with the next message. A nil message means "something of the account changed, but no figures".
func (s *Service) Watch(ctx context.Context, t id.Tenant) <-chan []int64 {
	out := make(chan []int64)
	bell := s.hub.join(t)
	go func() {
		defer close(out)
		defer s.hub.leave(t)
		s.watch(ctx, t, bell, out)
	}()
	return out
}

func (s *Service) watch(ctx context.Context, t id.Tenant, bell *bell, out chan<- []int64) {
	seen := s.clock.Now()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	rung := bell.wait()
	for {
		hinted := false
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			select {
			case <-rung:
				hinted, rung = true, bell.wait()
			default:
			}
		}
		sources, at, err := s.changedSince(ctx, t, seen)
		if err != nil || len(sources) == 0 && !hinted {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case out <- sources:
			seen = at
		}
	}
}

// overlap is how far back changes are looked for again: clocks of nodes differ, and a transaction
// carries the time of its beginning.
const overlap = 3 * time.Second

func (s *Service) changedSince(ctx context.Context, t id.Tenant, since time.Time) ([]int64, time.Time, error) {
	type change struct {
		Source int64
		At     time.Time
	}
	rows, err := db.All[change](ctx, s.db, `
		SELECT source, MAX(changed_at) AS at FROM part
		WHERE tenant_id = ? AND changed_at > ? GROUP BY source ORDER BY source`, t, since.Add(-overlap))
	if err != nil {
		return nil, since, err
	}
	var sources []int64
	for _, r := range rows {
		sources = append(sources, r.Source)
	}
	return sources, s.clock.Now(), nil
}
