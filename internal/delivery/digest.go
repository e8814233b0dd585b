package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// digestSome takes the oldest hits that wait, judges and counts them, and returns how many there were. Several processes may do so.
func (b *book) digestSome(ctx context.Context) (n int, err error) {
	err = b.s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err := db.All[hit](ctx, tx, `
			DELETE FROM delivery_hit WHERE id IN (SELECT id FROM delivery_hit ORDER BY id LIMIT ?`+tx.Dialect().LockSkip()+`)
			RETURNING id, tenant_id, part_id, seq, kind, link, method, agent, ip, at`, digestHits)
		if err != nil {
			return fmt.Errorf("take hits: %w", err)
		}
		if n = len(list); n == 0 {
			return nil
		}
		slices.SortFunc(list, func(a, b hit) int { return cmp.Compare(a.ID, b.ID) })
		return b.s.digestTx(ctx, tx, list)
	})
	return n, err
}

// act is a hit whose message is known and that has been judged.
type act struct {
	hit
	target  target
	machine string
}

// kinds are the keys under which delivery_seen remembers the act. Of a single message, which has no figures, only what people did is kept.
func (a act) kinds() []string {
	if a.target.Single && a.machine != "" {
		return nil
	}
	suffix := suffixOf(verdictOf(a.machine))
	if a.Kind != Clicked {
		return []string{string(a.Kind) + suffix}
	}
	return []string{string(a.Kind) + suffix, statLink + suffix + ":" + strconv.Itoa(a.Link)}
}

// digestTx judges and counts acts, in the order in which they came.
func (s *Service) digestTx(ctx context.Context, tx *db.Tx, list []hit) error {
	acts, err := s.judged(ctx, tx, list)
	if err != nil || len(acts) == 0 {
		return err
	}
	columns := []string{"id", "tenant_id", "part_id", "seq", "kind", "link", "machine", "at", "agent", "network"}
	err = db.InsertRows(ctx, tx, "delivery_event", columns, len(acts), func(i int) []any {
		a := &acts[i]
		return []any{a.ID, a.target.Tenant, a.Part, a.Seq, a.Kind, a.Link, a.machine, a.At, a.Agent, networkOf(a.IP)}
	}, "")
	if err != nil {
		return fmt.Errorf("write events: %w", err)
	}
	figures, err := countActs(ctx, tx, acts)
	if err != nil {
		return fmt.Errorf("count events: %w", err)
	}
	if err := figures.save(ctx, tx); err != nil {
		return fmt.Errorf("count events: %w", err)
	}
	touched := make(map[PartID]id.Tenant)
	for _, a := range acts {
		if !a.target.Single {
			touched[a.Part] = a.target.Tenant
		}
	}
	return s.tellChanged(ctx, tx, touched)
}

// tellChanged says that figures of parts have changed, in one order, so that two processes do not lock each other out.
func (s *Service) tellChanged(ctx context.Context, tx *db.Tx, touched map[PartID]id.Tenant) error {
	parts := make([]PartID, 0, len(touched))
	for p := range touched {
		parts = append(parts, p)
	}
	slices.Sort(parts)
	for _, p := range parts {
		if _, err := touchPart(ctx, tx, p); err != nil && !errors.Is(err, errs.ErrNotFound) {
			return err
		}
		tx.AfterCommit(func() { s.hub.changed(touched[p]) })
	}
	return nil
}

// judged finds the messages of hits and tells people from machines. A hit whose message is no longer kept is dropped.
func (s *Service) judged(ctx context.Context, tx *db.Tx, list []hit) ([]act, error) {
	found, err := targetsOf(ctx, tx, list)
	if err != nil {
		return nil, fmt.Errorf("find messages of hits: %w", err)
	}
	acts := make([]act, 0, len(list))
	for _, h := range list {
		t, ok := found[h.ref()]
		if !ok {
			t, err = s.targetInWindow(ctx, tx, h.ref())
			if errors.Is(err, errs.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("find messages of hits: %w", err)
			}
		}
		a := act{hit: h, target: t}
		if h.Kind == Opened || h.Kind == Clicked {
			e := Event{Kind: h.Kind, At: h.At, Link: h.Link}
			a.machine = s.judge.reason(h.ref(), e, t, Visit{Method: h.Method, UserAgent: h.Agent, IP: h.IP})
		}
		acts = append(acts, a)
	}
	return acts, nil
}

// targetsOf finds the deliveries of hits. One whose window is not on record yet is absent.
func targetsOf(ctx context.Context, q db.Querier, list []hit) (map[channel.Ref]target, error) {
	type row struct {
		Part PartID `db:"part_id"`
		Seq  int32  `db:"seq"`
		target
	}
	var asked [][]any
	known := make(map[channel.Ref]bool, len(list))
	for _, h := range list {
		if !known[h.ref()] {
			known[h.ref()] = true
			asked = append(asked, []any{h.Part, h.Seq})
		}
	}
	text, args := tuples(asked, "CAST(? AS BIGINT), CAST(? AS BIGINT)")
	rows, err := db.All[row](ctx, q, `
		WITH asked(part_id, seq) AS (VALUES `+text+`)
		SELECT d.part_id, d.seq, d.tenant_id, d.contact_id, d.state, d.updated_at, d.domain, d.consent_id, p.revision_id, p.purpose, p.topic_id, FALSE AS single
		FROM asked a JOIN delivery d ON d.part_id = a.part_id AND d.seq = a.seq JOIN part p ON p.id = d.part_id
		UNION ALL
		SELECT d.part_id, d.seq, d.tenant_id, d.contact_id, d.state, d.updated_at, d.domain, d.consent_id, m.revision_id, m.purpose, m.topic_id, TRUE
		FROM asked a JOIN delivery d ON d.part_id = a.part_id AND d.seq = a.seq JOIN single m ON m.id = d.part_id`, args...)
	out := make(map[channel.Ref]target, len(rows))
	for _, r := range rows {
		out[channel.Ref{Part: int64(r.Part), Seq: r.Seq}] = r.target
	}
	return out, err
}

// tuples writes "(…), (…)" for a VALUES clause of a query; its rows may repeat. Their number is made a power of two by repeating the
// first, so that few different texts are prepared.
func tuples(rows [][]any, marks string) (string, []any) {
	for n := len(rows); n&(n-1) != 0; n++ {
		rows = append(rows, rows[0])
	}
	var args []any
	for _, r := range rows {
		args = append(args, r...)
	}
	return strings.TrimSuffix(strings.Repeat("("+marks+"), ", len(rows)), ", "), args
}

// seenKey is one way in which one recipient is counted once.
type seenKey struct {
	ref  channel.Ref
	kind string
}

// countActs adds acts to the figures: every one as n, the first of its recipient as u.
func countActs(ctx context.Context, tx *db.Tx, acts []act) (tally, error) {
	fresh, err := rememberActs(ctx, tx, acts)
	if err != nil {
		return nil, err
	}
	had, err := openedBefore(ctx, tx, acts, fresh)
	if err != nil {
		return nil, err
	}
	figures := tally{}
	for _, a := range acts {
		if !a.target.Single {
			figures.act(a, fresh, had)
		}
	}
	return figures, nil
}

// act counts one act. Somebody whom a machine had opened for and who then opens is counted as a person and no longer as a machine; what
// is unclear stands between them.
func (t tally) act(a act, fresh map[seenKey]bool, had map[seenKey]bool) {
	first := func(kind string) int64 {
		k := seenKey{a.ref(), kind}
		if !fresh[k] {
			return 0
		}
		delete(fresh, k)
		return 1
	}
	t.onDevice(a)
	kinds, slot := a.kinds(), slotOf(a.At)
	u := first(kinds[0])
	if a.Kind == Opened && u > 0 {
		u = t.surer(a, kinds[0], had, slot)
	}
	t.add(statKey{a.Part, kinds[0], "", slot}, 1, u)
	if a.machine == "" && u > 0 {
		t.add(statKey{a.Part, domainPrefix + kinds[0], a.target.Domain, 0}, 1, u)
	}
	if a.Kind != Clicked {
		return
	}
	link, key, _ := strings.Cut(kinds[1], ":")
	t.add(statKey{a.Part, link, key, 0}, 1, first(kinds[1]))
}

// signsOfReading are the kinds of opening, the surest sign that somebody read first.
var signsOfReading = []string{statOpen, statOpen + unclearSuffix, statOpen + machineSuffix}

// surer counts every recipient who opened once, by the surest sign: 1 if this opening is it.
func (t tally) surer(a act, kind string, had map[seenKey]bool, slot int64) int64 {
	before := slices.IndexFunc(signsOfReading, func(k string) bool { return had[seenKey{a.ref(), k}] })
	had[seenKey{a.ref(), kind}] = true
	if before < 0 {
		return 1
	}
	if before < slices.Index(signsOfReading, kind) {
		return 0
	}
	t.add(statKey{a.Part, signsOfReading[before], "", slot}, 0, -1)
	return 1
}

// rememberActs writes down who did what, and returns what is new. What is not keeps the time of the last.
func rememberActs(ctx context.Context, tx *db.Tx, acts []act) (fresh map[seenKey]bool, err error) {
	last := make(map[seenKey]time.Time)
	var rows [][]any
	for _, a := range acts {
		for _, kind := range a.kinds() {
			k := seenKey{a.ref(), kind}
			if _, ok := last[k]; !ok {
				rows = append(rows, []any{a.target.Tenant, a.target.Contact, a.Part, kind, a.Seq})
			}
			last[k] = a.At
		}
	}
	if len(rows) == 0 {
		return nil, nil
	}
	for i, r := range rows {
		rows[i] = append(r, last[seenKey{channel.Ref{Part: int64(r[2].(PartID)), Seq: r[4].(int32)}, r[3].(string)}])
	}
	// One order for all, so that two processes do not lock each other out.
	slices.SortFunc(rows, func(a, b []any) int {
		return cmp.Or(cmp.Compare(a[1].(contact.ID), b[1].(contact.ID)), cmp.Compare(a[2].(PartID), b[2].(PartID)), cmp.Compare(a[3].(string), b[3].(string)), cmp.Compare(a[4].(int32), b[4].(int32)))
	})
	return insertSeen(ctx, tx, rows)
}

func insertSeen(ctx context.Context, tx *db.Tx, rows [][]any) (map[seenKey]bool, error) {
	const marks = "CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT)"
	text, args := tuples(rows, marks)
	// Before ON CONFLICT SQLite wants a WHERE, to tell it from a join (https://sqlite.org/lang_upsert.html, "Parsing Ambiguity").
	added, err := db.All[struct {
		Part PartID `db:"part_id"`
		Seq  int32  `db:"seq"`
		Kind string `db:"kind"`
	}](ctx, tx, `
		WITH v(tenant_id, contact_id, part_id, kind, seq, at) AS (VALUES `+text+`)
		INSERT INTO delivery_seen(tenant_id, contact_id, part_id, kind, seq, at)
		SELECT tenant_id, contact_id, part_id, kind, seq, at FROM v WHERE TRUE ON CONFLICT DO NOTHING
		RETURNING part_id, seq, kind`, args...)
	if err != nil {
		return nil, err
	}
	fresh := make(map[seenKey]bool, len(added))
	for _, a := range added {
		fresh[seenKey{channel.Ref{Part: int64(a.Part), Seq: a.Seq}, a.Kind}] = true
	}
	if len(fresh) == len(rows) {
		return fresh, nil
	}
	_, err = db.Exec(ctx, tx, `
		WITH v(tenant_id, contact_id, part_id, kind, seq, at) AS (VALUES `+text+`)
		UPDATE delivery_seen SET at = v.at FROM v
		WHERE delivery_seen.tenant_id = v.tenant_id AND delivery_seen.contact_id = v.contact_id AND delivery_seen.part_id = v.part_id
			AND delivery_seen.kind = v.kind AND delivery_seen.seq = v.seq AND delivery_seen.at < v.at`, args...)
	return fresh, err
}

// openedBefore returns by which signs those were known to have read who have a new one.
func openedBefore(ctx context.Context, tx *db.Tx, acts []act, fresh map[seenKey]bool) (map[seenKey]bool, error) {
	had := make(map[seenKey]bool)
	var asked [][]any
	for _, a := range acts {
		if a.Kind == Opened && !a.target.Single && fresh[seenKey{a.ref(), a.kinds()[0]}] {
			asked = append(asked, []any{a.target.Tenant, a.target.Contact, a.Part, a.Seq})
		}
	}
	if len(asked) == 0 {
		return had, nil
	}
	text, args := tuples(asked, "CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT)")
	rows, err := db.All[struct {
		Part PartID `db:"part_id"`
		Seq  int32  `db:"seq"`
		Kind string `db:"kind"`
	}](ctx, tx, `
		WITH asked(tenant_id, contact_id, part_id, seq) AS (VALUES `+text+`)
		SELECT DISTINCT s.part_id, s.seq, s.kind FROM asked a JOIN delivery_seen s
			ON s.tenant_id = a.tenant_id AND s.contact_id = a.contact_id AND s.part_id = a.part_id AND s.seq = a.seq
		WHERE s.kind LIKE 'open%'`, args...)
	for _, r := range rows {
		k := seenKey{channel.Ref{Part: int64(r.Part), Seq: r.Seq}, r.Kind}
		had[k] = !fresh[k]
	}
	return had, err
}

// networkOf is the part of an address that is kept: 24 bits, of IPv6 48. Empty when there is none.
func networkOf(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	bits := 48
	if a = a.Unmap(); a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}
