package segment

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"keruen/internal/access"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/id"
)

// halves remembers, for large accounts, how many contacts there were and who stands in the middle.
type halves struct {
	mu   sync.Mutex
	have map[id.Tenant]half
}

type half struct {
	total  int64
	middle contact.ID
	until  time.Time
}

// halfAge is how long the middle of an account may be an old one.
const halfAge = 10 * time.Minute

// everyone are the conditions on contacts that an audience has in any case.
func everyone(t id.Tenant) *db.Conditions {
	return db.Where("c.tenant_id = ?", t).And("c.sort = ?", contact.Audience)
}

// count counts exactly. On an engine that reads by one processor per connection, the contacts of a large account are divided in two.
func (s *Service) count(ctx context.Context, t id.Tenant, p piece) (int64, error) {
	at, err := s.middle(ctx, t)
	if err != nil {
		return 0, err
	}
	if at == 0 {
		return s.countRange(ctx, t, p, "")
	}
	var low, high int64
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() (err error) { low, err = s.countRange(ctx, t, p, "c.id <= ?", at); return err })
	work.Go(func() (err error) { high, err = s.countRange(ctx, t, p, "c.id > ?", at); return err })
	err = work.Wait()
	return low + high, err
}

func (s *Service) countRange(ctx context.Context, t id.Tenant, p piece, bounds string, at ...any) (int64, error) {
	w := everyone(t)
	if bounds != "" {
		w.And(bounds, at...)
	}
	w.And(p.text, p.args...)
	n, err := db.One[int64](ctx, s.db, `SELECT COUNT(*) FROM contacts c WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return 0, fmt.Errorf("count segment: %w", err)
	}
	return n, nil
}

func (s *Service) middle(ctx context.Context, t id.Tenant) (contact.ID, error) {
	if s.db.Dialect().ScanWays() == 1 {
		return 0, nil
	}
	s.halves.mu.Lock()
	h, now := s.halves.have[t], s.clock.Now()
	s.halves.mu.Unlock()
	if now.Before(h.until) {
		return h.middle, nil
	}
	total, err := db.One[int64](ctx, s.db, `SELECT COUNT(*) FROM contacts WHERE tenant_id = ?`, t)
	if err != nil {
		return 0, fmt.Errorf("count segment: %w", err)
	}
	h = half{total: total, until: now.Add(halfAge)}
	if total >= 2*splitFrom {
		if h.middle, err = middle(ctx, s.db, t, total); err != nil {
			return 0, fmt.Errorf("count segment: %w", err)
		}
	}
	s.halves.mu.Lock()
	defer s.halves.mu.Unlock()
	s.halves.have[t] = h
	return h.middle, nil
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
	w := everyone(who.Tenant)
	row, err := db.One[counted](ctx, s.db, `SELECT `+strings.Join(text, ", ")+` FROM contacts c WHERE `+w.SQL(), append(args, w.Args()...)...)
	if err != nil {
		return nil, fmt.Errorf("count parts of segment: %w", err)
	}
	return row.list()[:len(list)], nil
}

// counted holds up to maxParts counts.
type counted struct{ N0, N1, N2, N3, N4, N5, N6, N7, N8, N9 int64 }

func (c counted) list() []int64 {
	return []int64{c.N0, c.N1, c.N2, c.N3, c.N4, c.N5, c.N6, c.N7, c.N8, c.N9}
}
