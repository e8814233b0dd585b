package delivery

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/id"
)

// Waiting is a group of a campaign's messages that were tried and wait for the next try.
type Waiting struct {
	Domain string    `db:"domain"` // of the addresses
	Reason string    `db:"reason"` // class of the last answer
	Detail string    `db:"-"`      // the server's words to one of them, without addresses
	N      int64     `db:"n"`
	Since  time.Time `db:"since"` // the oldest of their last answers
	Next   time.Time `db:"next"`  // the earliest next try
}

// maxWaiting is how many groups are shown, the largest first.
const maxWaiting = 20

// WaitingOf returns what the messages of a campaign wait for that were tried already.
func (s *Service) WaitingOf(ctx context.Context, t id.Tenant, source int64) ([]Waiting, error) {
	parts, err := partsOf(ctx, s.db, t, source)
	if err != nil {
		return nil, fmt.Errorf("list what waits: %w", err)
	}
	var out []Waiting
	for _, p := range parts {
		list, err := waitingOf(ctx, s.db, p)
		if err != nil {
			return nil, fmt.Errorf("list what waits: %w", err)
		}
		out = append(out, list...)
	}
	return out, nil
}

func waitingOf(ctx context.Context, q db.Querier, p Part) ([]Waiting, error) {
	const which = `tenant_id = ? AND lane_id = ? AND due_at IS NOT NULL AND part_id = ? AND state = 5`
	list, err := db.All[Waiting](ctx, q, `
		SELECT domain, reason, COUNT(*) AS n, MIN(updated_at) AS since, MIN(due_at) AS next FROM delivery
		WHERE `+which+` GROUP BY domain, reason ORDER BY COUNT(*) DESC, domain, reason LIMIT ?`, p.Tenant, p.Sender, p.ID, maxWaiting)
	if err != nil {
		return nil, err
	}
	for i := range list {
		w := &list[i]
		words, err := db.All[string](ctx, q, `
			SELECT detail FROM delivery WHERE `+which+` AND domain = ? AND reason = ? LIMIT 1`, p.Tenant, p.Sender, p.ID, w.Domain, w.Reason)
		if err != nil {
			return nil, err
		}
		if len(words) > 0 {
			w.Detail = words[0]
		}
	}
	return list, nil
}

// Ahead tells how many messages of other campaigns take turns with those of a campaign on the same sender.
func (s *Service) Ahead(ctx context.Context, t id.Tenant, sender channel.SenderID, source int64) (int64, error) {
	n, err := db.One[int64](ctx, s.db, `
		SELECT CAST(COALESCE(SUM(c.n - c.done), 0) AS BIGINT) FROM part p JOIN chunk c ON c.part_id = p.id
		WHERE p.tenant_id = ? AND p.lane_id = ? AND p.state = 0 AND p.source <> ? AND p.start_at <= ? AND c.state < 2`,
		t, sender, source, s.clock.Now())
	if err != nil {
		return 0, fmt.Errorf("count what is ahead: %w", err)
	}
	return n, nil
}
