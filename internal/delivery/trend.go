package delivery

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/db"
	"keruen/internal/id"
)

// TrendPoint is what happened in one stretch of time, in all campaigns of an account.
type TrendPoint struct {
	From       time.Time
	Sent       int64 // taken or refused by servers
	Known      bool  // something was sent, opened, clicked … at all: no data is not zero
	Complained int64
	Slot
}

// Trend returns the stretches of time that begin at marks, which ascend; the last one ends at end.
func (s *Service) Trend(ctx context.Context, t id.Tenant, marks []time.Time, end time.Time) ([]TrendPoint, error) {
	if len(marks) == 0 {
		return nil, nil
	}
	rows, err := db.All[statRow](ctx, s.db, `
		SELECT s.type, '' AS key, s.slot - s.slot % 3600000 AS slot, CAST(SUM(s.n) AS BIGINT) AS n, CAST(SUM(s.u) AS BIGINT) AS u
		FROM part p JOIN stat s ON s.part_id = p.id
		WHERE p.tenant_id = ? AND s.slot >= ? AND s.slot < ? AND s.type NOT LIKE 'domain.%'
		GROUP BY s.type, s.slot - s.slot % 3600000`, t, marks[0], end)
	if err != nil {
		return nil, fmt.Errorf("read trend: %w", err)
	}
	out := make([]TrendPoint, len(marks))
	for i, m := range marks {
		out[i].From = m
	}
	for _, r := range rows {
		i := len(marks) - 1
		for i > 0 && time.UnixMilli(r.Slot).Before(marks[i]) {
			i--
		}
		out[i].add(r)
		out[i].Complained += complaintsIn(r)
		out[i].Known = true
	}
	for i := range out {
		out[i].Sent = out[i].Accepted + out[i].Failed
	}
	return out, nil
}

func complaintsIn(r statRow) int64 {
	if r.Type == statComplaint {
		return r.U
	}
	return 0
}
