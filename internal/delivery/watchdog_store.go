package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/event"
	"keruen/internal/id"
)

// Types of figures that only guards read; the key is a domain, empty for the whole part.
const (
	statGuardHard     = "guard.hard"
	statGuardDeferred = "guard.deferred"
)

// PartHeld tells that its results stopped a part.
type PartHeld struct {
	Tenant  id.Tenant `json:"tenant"`
	Part    PartID    `json:"part"`
	Source  int64     `json:"source,string"`
	Finding Finding   `json:"finding"`
}

// EventName names the event.
func (PartHeld) EventName() string { return "delivery.part_held" }

// EventTenant says whose event it is.
func (e PartHeld) EventTenant() id.Tenant { return e.Tenant }

var _ event.OfTenant = PartHeld{}

// rows counts refusals in a row, by part and domain ("" for all). They are this process's memory: after a restart counting begins
// anew, which costs at most refusalsInRow messages.
type rows struct {
	mu    sync.Mutex
	parts map[PartID]map[string]streak
}

type streak struct {
	n      int64
	reason string
	detail string
}

func newRows() *rows { return &rows{parts: make(map[PartID]map[string]streak)} }

// with returns the rows of a part as they are after some shots. Nothing is remembered yet.
func (r *rows) with(p PartID, shots []*shot) map[string]streak {
	r.mu.Lock()
	out := maps.Clone(r.parts[p])
	r.mu.Unlock()
	if out == nil {
		out = make(map[string]streak)
	}
	for _, x := range shots {
		for _, key := range [...]string{"", x.row.Domain} {
			switch {
			case x.refusedUs():
				out[key] = streak{out[key].n + 1, x.verdict.Class, x.verdict.Detail}
			case x.answered() && x.verdict.Outcome == channel.Accepted:
				delete(out, key)
			}
		}
	}
	return out
}

func (r *rows) keep(p PartID, now map[string]streak) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(now) == 0 {
		delete(r.parts, p)
		return
	}
	r.parts[p] = now
}

// forGuards counts what only guards read.
func (t tally) forGuards(x *shot) {
	for _, key := range [...]string{"", x.row.Domain} {
		if x.row.suppress {
			t.add(statKey{x.row.Part, statGuardHard, key, 0}, 1, 0)
		}
		if x.putOff() {
			t.add(statKey{x.row.Part, statGuardDeferred, key, 0}, 1, 0)
		}
	}
}

// watchedDomains is how many domains of a window are judged by themselves, the most frequent first.
const watchedDomains = 8

// watchTx judges a part by its results after a window of it was booked. A part that must stop is paused in the same transaction.
func (s *Service) watchTx(ctx context.Context, tx *db.Tx, p Part, shots []*shot) error {
	now := s.rows.with(p.ID, shots)
	tx.AfterCommit(func() { s.rows.keep(p.ID, now) })
	was, err := db.One[guardRow](ctx, tx, `SELECT state, guard, guard_excused FROM part WHERE tenant_id = ? AND id = ?`, p.Tenant, p.ID)
	if err != nil || was.State != PartOpen {
		return err
	}
	list, err := resultsOf(ctx, tx, p.ID, domainsToWatch(shots))
	if err != nil {
		return fmt.Errorf("watch results: %w", err)
	}
	var found []Finding
	for _, r := range list {
		run := now[r.domain]
		r.row, r.reason, r.detail = run.n, run.reason, run.detail
		found = append(found, judgeResults(r, was.excused()))
	}
	worst := gravest(found)
	before := was.finding()
	if worst.Level < before.Level && worst.Domain != before.Domain {
		return nil // the domain of the finding was not in this window
	}
	if worst.Level == before.Level && worst.Code == before.Code {
		return nil
	}
	return s.findTx(ctx, tx, p, worst)
}

// findTx records what was found, and pauses the part if it is that grave.
func (s *Service) findTx(ctx context.Context, tx *db.Tx, p Part, f Finding) error {
	text := ""
	if f.Level > GuardCalm {
		b, err := json.Marshal(f)
		if err != nil {
			return err
		}
		text = string(b)
	}
	state := PartOpen
	if f.Level == GuardPause {
		state = PartPaused
	}
	_, err := db.Exec(ctx, tx, `
		UPDATE part SET guard = ?, state = ?, changed_at = ? WHERE tenant_id = ? AND id = ? AND state = 0`, text, state, tx.Now, p.Tenant, p.ID)
	if err != nil || state == PartOpen {
		return err
	}
	s.partsMoved(tx, p.Tenant, []Part{p})
	return s.events.Publish(ctx, tx, PartHeld{Tenant: p.Tenant, Part: p.ID, Source: p.Source, Finding: f})
}

type guardRow struct {
	State   PartState `db:"state"`
	Guard   string    `db:"guard"`
	Excused string    `db:"guard_excused"`
}

func (r guardRow) excused() []string { return strings.Split(r.Excused, ",") }

func (r guardRow) finding() Finding { return findingOf(r.Guard) }

// findingOf reads what findTx wrote.
func findingOf(text string) Finding {
	var f Finding
	if text == "" || json.Unmarshal([]byte(text), &f) != nil {
		return Finding{}
	}
	return f
}

func domainsToWatch(shots []*shot) []string {
	n := make(map[string]int)
	for _, x := range shots {
		if x.row.Domain != "" {
			n[x.row.Domain]++
		}
	}
	list := slices.SortedFunc(maps.Keys(n), func(a, b string) int {
		if n[a] != n[b] {
			return n[b] - n[a]
		}
		return strings.Compare(a, b)
	})
	return append(list[:min(len(list), watchedDomains)], "")
}

// resultsOf reads the figures of some domains; the empty one stands for the whole part.
func resultsOf(ctx context.Context, q db.Querier, p PartID, domains []string) ([]results, error) {
	type figure struct {
		Type string
		Key  string
		N    int64
	}
	whole, err := db.All[figure](ctx, q, `
		SELECT type, '' AS key, CAST(SUM(n) AS BIGINT) AS n FROM stat
		WHERE part_id = ? AND type IN ('accepted', 'delivered', 'failed', 'waiting', 'complaint') GROUP BY type`, p)
	if err != nil {
		return nil, err
	}
	own := db.Where("part_id = ?", p)
	own.And(`type IN ('domain.accepted', 'domain.delivered', 'domain.failed', 'domain.waiting', 'domain.complaint', 'guard.hard', 'guard.deferred')`)
	own.And(db.In("key", domains))
	apart, err := db.All[figure](ctx, q, `SELECT type, key, n FROM stat WHERE `+own.SQL(), own.Args()...)
	if err != nil {
		return nil, err
	}
	by := make(map[string]*results, len(domains))
	for _, d := range domains {
		by[d] = &results{domain: d}
	}
	for _, f := range slices.Concat(whole, apart) {
		by[f.Key].add(strings.TrimPrefix(f.Type, domainPrefix), f.N)
	}
	out := make([]results, len(domains))
	for i, d := range domains {
		out[i] = *by[d]
	}
	return out, nil
}

func (r *results) add(typ string, n int64) {
	switch typ {
	case statAccepted, statDelivered:
		r.tried, r.reached = r.tried+n, r.reached+n
	case statFailed, statWaiting:
		r.tried += n
	case statComplaint:
		r.complaint += n
	case statGuardHard:
		r.hard += n
	case statGuardDeferred:
		r.deferred += n
	}
}

// FindingOf returns the gravest thing that the results of a campaign say against it; Level GuardCalm: nothing.
func (s *Service) FindingOf(ctx context.Context, q db.Querier, t id.Tenant, source int64) (Finding, error) {
	list, err := db.All[string](ctx, q, `SELECT guard FROM part WHERE tenant_id = ? AND source = ? AND guard <> ''`, t, source)
	if err != nil {
		return Finding{}, fmt.Errorf("read findings: %w", err)
	}
	found := make([]Finding, len(list))
	for i, text := range list {
		found[i] = findingOf(text)
	}
	return gravest(found), nil
}

// ExcuseTx lets the parts of a campaign go on in spite of a finding: its code is not judged in them any more, other codes are.
func (s *Service) ExcuseTx(ctx context.Context, tx *db.Tx, t id.Tenant, source int64, code string) error {
	_, err := db.Exec(ctx, tx, `
		UPDATE part SET guard = '', guard_excused = CASE guard_excused WHEN '' THEN ? ELSE guard_excused || ',' || ? END, changed_at = ?
		WHERE tenant_id = ? AND source = ?`, code, code, tx.Now, t, source)
	if err != nil {
		return fmt.Errorf("excuse a finding: %w", err)
	}
	return nil
}
