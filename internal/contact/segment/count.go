package segment

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"keruen/internal/access"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/id"
)

// shares remembers how the contacts of large accounts are divided.
type shares struct {
	mu   sync.Mutex
	have map[id.Tenant]share
}

// share is one account's division: the last contact of every range but the last, in ascending order.
type share struct {
	ends  []contact.ID
	until time.Time
}

// shareAge is how long a division may be an old one. Where exactly it divides does not matter for the count.
const shareAge = 10 * time.Minute

// everyone are the conditions on contacts that an audience has in any case.
func everyone(t id.Tenant) *db.Conditions {
	return db.Where("c.tenant_id = ?", t).And("c.sort = ?", contact.Audience)
}

// count counts exactly.
func (s *Service) count(ctx context.Context, t id.Tenant, p piece) (int64, error) {
	var n atomic.Int64
	err := s.overRanges(ctx, t, func(ctx context.Context, w *db.Conditions) error {
		w.And(p.text, p.args...)
		some, err := db.One[int64](ctx, s.db, `SELECT COUNT(*) FROM contacts c WHERE `+w.SQL(), w.Args()...)
		n.Add(some)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count segment: %w", err)
	}
	return n.Load(), nil
}

// overRanges calls read for ranges of contacts that together are the account's audience, at the same time. They are several for a large account on an
// engine that reads by one processor per connection.
func (s *Service) overRanges(ctx context.Context, t id.Tenant, read func(context.Context, *db.Conditions) error) error {
	ends, err := s.divided(ctx, t)
	if err != nil {
		return err
	}
	work, ctx := errgroup.WithContext(ctx)
	for i := range len(ends) + 1 {
		w := everyone(t)
		if i > 0 {
			w.And("c.id > ?", ends[i-1])
		}
		if i < len(ends) {
			w.And("c.id <= ?", ends[i])
		}
		work.Go(func() error { return read(ctx, w) })
	}
	return work.Wait()
}

func (s *Service) divided(ctx context.Context, t id.Tenant) ([]contact.ID, error) {
	ways := s.db.Dialect().ScanWays()
	if ways == 1 {
		return nil, nil
	}
	s.shares.mu.Lock()
	h, now := s.shares.have[t], s.clock.Now()
	s.shares.mu.Unlock()
	if now.Before(h.until) {
		return h.ends, nil
	}
	ends, err := divide(ctx, s.db, t, int64(ways), s.rangeFrom)
	if err != nil {
		return nil, fmt.Errorf("divide contacts: %w", err)
	}
	s.shares.mu.Lock()
	defer s.shares.mu.Unlock()
	s.shares.have[t] = share{ends: ends, until: now.Add(shareAge)}
	return ends, nil
}

// maxParts is how many conditions of a group are counted by themselves.
const maxParts = 10

// CountParts counts what each condition of the topmost group finds by itself, in one pass, so that one sees which of them
// cuts. Nil for more than ten.
func (s *Service) CountParts(ctx context.Context, who access.Actor, c Condition) ([]int64, error) {
	list := c.All
	if len(c.Any) > 0 {
		list = c.Any
	}
	if len(list) < 2 || len(list) > maxParts {
		return nil, who.Can(access.ViewContacts)
	}
	var text []string
	var args []any
	for _, child := range list {
		p, err := s.compiled(ctx, who, child)
		if err != nil {
			return nil, err
		}
		text, args = append(text, "COUNT(CASE WHEN "+p.text+" THEN 1 END) AS n"+strconv.Itoa(len(text))), append(args, p.args...)
	}
	var mu sync.Mutex
	sums := make([]int64, len(list))
	err := s.overRanges(ctx, who.Tenant, func(ctx context.Context, w *db.Conditions) error {
		row, err := db.One[counted](ctx, s.db, `SELECT `+strings.Join(text, ", ")+` FROM contacts c WHERE `+w.SQL(), slices.Concat(args, w.Args())...)
		mu.Lock()
		defer mu.Unlock()
		for i, n := range row.list()[:len(list)] {
			sums[i] += n
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count parts of segment: %w", err)
	}
	return sums, nil
}

// counted holds up to maxParts counts.
type counted struct{ N0, N1, N2, N3, N4, N5, N6, N7, N8, N9 int64 }

func (c counted) list() []int64 {
	return []int64{c.N0, c.N1, c.N2, c.N3, c.N4, c.N5, c.N6, c.N7, c.N8, c.N9}
}
