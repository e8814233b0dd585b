package delivery

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/event"
	"keruen/internal/id"
)

// statKey names one figure of a part.
type statKey struct {
	part PartID
	typ  string
	key  string
	slot int64
}

// tally collects changes of figures, so that a window writes each of them once.
type tally map[statKey]*struct{ n, u int64 }

func (t tally) add(k statKey, n, u int64) {
	if t[k] == nil {
		t[k] = new(struct{ n, u int64 })
	}
	t[k].n += n
	t[k].u += u
}

// move counts a delivery that changed from one state to another; from is nil for a new one.
func (t tally) move(from *row, to row, slot int64) {
	if from != nil {
		t.count(*from, slot, -1)
	}
	t.count(to, slot, 1)
}

func (t tally) count(r row, slot, n int64) {
	typ := statOf(r.State)
	t.add(statKey{r.Part, typ, r.Reason, slot}, n, 0)
	t.add(statKey{r.Part, domainPrefix + typ, r.Domain, 0}, n, 0)
}

// save adds the changes to the table, in the order of the keys, so that two nodes do not lock each other out.
func (t tally) save(ctx context.Context, tx *db.Tx) error {
	keys := slices.SortedFunc(maps.Keys(t), func(a, b statKey) int {
		return cmp.Or(cmp.Compare(a.part, b.part), cmp.Compare(a.typ, b.typ), cmp.Compare(a.key, b.key), cmp.Compare(a.slot, b.slot))
	})
	keys = slices.DeleteFunc(keys, func(k statKey) bool { return t[k].n == 0 && t[k].u == 0 })
	if len(keys) == 0 {
		return nil
	}
	columns := []string{"part_id", "type", "key", "slot", "n", "u"}
	return db.InsertRows(ctx, tx, "stat", columns, len(keys), func(i int) []any {
		k := keys[i]
		return []any{k.part, k.typ, k.key, k.slot, t[k].n, t[k].u}
	}, `ON CONFLICT (part_id, type, key, slot) DO UPDATE SET n = stat.n + excluded.n, u = stat.u + excluded.u`)
}

// bookTx counts the outcomes of shots and puts dead addresses on the stop-list.
func (s *Service) bookTx(ctx context.Context, tx *db.Tx, t id.Tenant, on channel.Kind, shots []*shot) error {
	figures, slot := tally{}, slotOf(tx.Now)
	for _, x := range shots {
		if x.single == nil {
			figures.move(x.was, x.row, slot)
			figures.forGuards(x)
		}
		if !x.row.suppress {
			continue
		}
		if err := s.contacts.SuppressTx(ctx, tx, t, x.row.Contact, on, contact.HardBounce, x.row.Reason); err != nil {
			return err
		}
	}
	if err := s.wearTx(ctx, tx, t, on, shots); err != nil {
		return err
	}
	return figures.save(ctx, tx)
}

// PartFinished tells that every recipient of a part has an outcome.
type PartFinished struct {
	Tenant id.Tenant `json:"tenant"`
	Part   PartID    `json:"part"`
	Source int64     `json:"source,string"`
}

// EventName names the event.
func (PartFinished) EventName() string { return "delivery.part_finished" }

// EventTenant says whose event it is.
func (e PartFinished) EventTenant() id.Tenant { return e.Tenant }

var _ event.OfTenant = PartFinished{}

// finishIfDoneTx marks a part done, and says so, when all its recipients are in and each has an outcome that stands.
func (s *Service) finishIfDoneTx(ctx context.Context, tx *db.Tx, t id.Tenant, part PartID) error {
	p, err := lockPart(ctx, tx, t, part)
	nobody := p.State == PartUndecided && p.Total == 0 // the rest of a test that takes in everybody waits for no winner
	if err != nil || !p.Filled || p.State != PartOpen && !nobody {
		return err
	}
	settled, err := db.One[int64](ctx, tx, `
		SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM stat
		WHERE part_id = ? AND type IN ('accepted', 'delivered', 'failed', 'unknown', 'skipped', 'expired')`, part)
	if err != nil || settled < p.Total {
		return err
	}
	if err := setPartState(ctx, tx, p, PartDone); err != nil {
		return err
	}
	tx.AfterCommit(func() { s.wake(p.Sender); s.hub.changed(t) })
	return s.events.Publish(ctx, tx, PartFinished{Tenant: t, Part: part, Source: p.Source})
}

// expireRetriesTx ends what waits for a retry in a cancelled part.
func (s *Service) expireRetriesTx(ctx context.Context, tx *db.Tx, p Part) error {
	type group struct {
		Reason string
		Domain string
		N      int64
	}
	where := `lane_id = ? AND due_at IS NOT NULL AND part_id = ? AND state = 5`
	waiting, err := db.All[group](ctx, tx, `
		SELECT reason, domain, COUNT(*) AS n FROM delivery WHERE `+where+` GROUP BY reason, domain`, p.Sender, p.ID)
	if err != nil || len(waiting) == 0 {
		return err
	}
	figures, slot := tally{}, slotOf(tx.Now)
	for _, g := range waiting {
		figures.count(row{Part: p.ID, State: Retry, Reason: g.Reason, Domain: g.Domain}, slot, -g.N)
		figures.count(row{Part: p.ID, State: Expired, Reason: ReasonCancelled, Domain: g.Domain}, slot, g.N)
	}
	_, err = db.Exec(ctx, tx, `
		UPDATE delivery SET state = 8, reason = ?, due_at = NULL, lane_id = NULL, updated_at = ? WHERE `+where,
		ReasonCancelled, tx.Now, p.Sender, p.ID)
	if err != nil {
		return err
	}
	return figures.save(ctx, tx)
}
