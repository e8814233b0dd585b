package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
)

// sendPart sends one window of the part whose turn it is.
func (l *lane) sendPart(ctx context.Context) (bool, error) {
	size, err := l.windows.take(ctx, l.window)
	if err != nil {
		return false, nil // the lane ends
	}
	defer func() { l.windows.give(size) }()
	p, c, err := l.pick(ctx, size)
	if err != nil || c == nil {
		return false, err
	}
	for {
		began := time.Now()
		more, late, err := l.sendWindow(p, c, size)
		size -= late // they give their places back by themselves
		l.rest(p, time.Since(began))
		if err != nil {
			l.letGo(p, c.No) // what it had intended is uncertain now, and settled when it is claimed again
			return true, err
		}
		if !more {
			l.hold(p, c)
			return true, nil
		}
		l.worked()
	}
}

// sendWindow sends what the chunk's intent covers and records it, in one transaction with the intent of the next
// window when that follows at once. It tells how many of it are still in flight.
func (l *lane) sendWindow(p *openPart, c *chunk, size int) (more bool, late int, err error) {
	if c.Intent == c.Done {
		if p.ctx.Err() != nil || !l.mayStart() {
			return false, 0, nil
		}
		if err := l.intend(c, size); err != nil {
			return false, 0, err
		}
	}
	part := p.part()
	shots := make([]*shot, 0, c.Intent-c.Done)
	for i := c.Done; i < c.Intent; i++ {
		x := &shot{part: part, recorded: make(chan struct{}), late: l.recordLate, purse: l.windows}
		x.row = row{Part: c.Part, Seq: c.First + int32(i), Tenant: part.Tenant, Contact: c.ids[i], Attempts: 1}
		shots = append(shots, x)
	}
	if l.tooLate(*part) {
		for _, x := range shots {
			x.expire(l.endReason())
		}
	}
	n, sendErr := l.volley(p.ctx, l.slots, shots, func(*shot) bool { return true })
	shots = shots[:n]
	late = l.gather(shots, l.s.clock.Now())
	follow := n == c.Intent-c.Done && sendErr == nil && p.ctx.Err() == nil && l.mayStart() && l.alone(p) && !p.slowed()
	next := 0
	if follow = follow && l.windows.keeps(size-late); follow {
		next = size - late
	}
	if err := l.record(*part, c, shots, next); err != nil {
		return false, late, err
	}
	return follow && c.Done < c.N, late, sendErr
}

// tooLate tells whether nothing of the part may be sent any more.
func (l *lane) tooLate(p Part) bool { return l.deleted || l.s.clock.Now().After(p.ExpiresAt) }

func (l *lane) endReason() string {
	if l.deleted {
		return ReasonNoSender
	}
	return ReasonExpired
}

// intend commits that the next window of a chunk is about to be sent.
func (l *lane) intend(c *chunk, size int) error {
	next := *c
	next.Intent = min(c.N, c.Done+size)
	err := l.s.db.InTx(context.WithoutCancel(l.ctx), func(ctx context.Context, tx *db.Tx) error {
		return saveChunk(ctx, tx, next)
	})
	if err == nil {
		*c = next
	}
	return err
}

// record writes a window: its deliveries, the figures, dead addresses, how far the chunk is, and the intent of the
// next one, whose size is follow (0: none yet). It tries until it succeeds or another node has taken the chunk over: what was sent must not be forgotten.
func (l *lane) record(p Part, c *chunk, shots []*shot, follow int) error {
	next := *c
	next.Done = c.Done + len(shots)
	next.Intent = min(c.N, next.Done+follow)
	err := l.insist(func(ctx context.Context, tx *db.Tx) error {
		if err := saveChunk(ctx, tx, next); err != nil { // first: who has lost the chunk finds its recipients written down by the new owner
			return err
		}
		rows := rowsOf(shots, tx.Now)
		if err := insertDeliveries(ctx, tx, rows); err != nil {
			return err
		}
		if err := l.s.bookTx(ctx, tx, p.Tenant, l.sender.Kind, shots); err != nil {
			return err
		}
		if err := l.s.touchTx(ctx, tx, p); err != nil {
			return err
		}
		return l.s.watchTx(ctx, tx, p, shots)
	})
	l.letLateGo(shots)
	if err != nil {
		return fmt.Errorf("record window: %w", err)
	}
	*c = next
	return nil
}

// letLateGo lets late shots of a window record themselves.
func (l *lane) letLateGo(shots []*shot) {
	for _, x := range shots {
		close(x.recorded)
	}
}

func rowsOf(shots []*shot, now time.Time) []row {
	rows := make([]row, len(shots))
	for i, x := range shots {
		x.row.Updated = now
		rows[i] = x.row
	}
	return rows
}

// insist runs a transaction until it succeeds. It gives up when the chunk was taken over, or when the
// database has been away for so long that the lane belongs to somebody else.
func (l *lane) insist(fn func(context.Context, *db.Tx) error) error {
	for {
		err := l.s.db.InTx(context.WithoutCancel(l.ctx), fn)
		if err == nil || errors.Is(err, errFenced) || l.deadline.passed() && l.ctx.Err() != nil {
			return err
		}
		l.s.log.Warn("record deliveries", "sender", l.id.String(), "error", err)
		t := time.NewTimer(retryAfter)
		<-t.C
	}
}

// sendDue sends retries and single messages whose time has come.
func (l *lane) sendDue(ctx context.Context) (bool, error) {
	due, err := nextDue(ctx, l.s.db, l.id)
	if err != nil || due.IsZero() || due.After(l.s.clock.Now()) {
		return false, err
	}
	size, err := l.due.take(ctx, l.window)
	if err != nil {
		return false, nil // the lane ends
	}
	defer func() { l.due.give(size) }()
	rows, err := l.claimDue(ctx, size)
	if err != nil || len(rows) == 0 {
		return false, err
	}
	shots, err := l.shotsOf(ctx, l.s.db, rows)
	if err != nil {
		return true, errors.Join(err, l.giveBack(rows))
	}
	var purposes [2][]*shot // single messages and transactional ones first
	for _, x := range shots {
		k := 1
		if x.part.Purpose == channel.Transactional {
			k = 0
		}
		purposes[k] = append(purposes[k], x)
	}
	shots = append(purposes[0], purposes[1]...)
	n, err := l.volley(ctx, l.express, shots, l.mayRetry)
	for _, x := range shots[n:] {
		x.settled = true // not touched: it waits again as before
		x.row.State, x.row.Reason, x.row.Detail, x.row.Cause = x.was.State, x.was.Reason, x.was.Detail, x.was.Cause
	}
	late, failed := l.recordDue(shots, n)
	size -= late // they give their places back by themselves
	return true, errors.Join(err, failed)
}

func (l *lane) claimDue(ctx context.Context, size int) ([]row, error) {
	var rows []row
	err := l.s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if err = l.holdTx(ctx, tx); err != nil {
			return err
		}
		rows, err = claimDue(ctx, tx, l.id, tx.Now.Add(l.s.lease), size)
		return err
	})
	return rows, err
}

// shotsOf finds what the claimed rows are about.
func (l *lane) shotsOf(ctx context.Context, q db.Querier, rows []row) ([]*shot, error) {
	type source struct {
		part   Part
		single *single
	}
	known := make(map[PartID]*source)
	shots := make([]*shot, len(rows))
	for i, r := range rows {
		src := known[r.Part]
		if src == nil {
			p, one, err := l.s.partOrSingle(ctx, q, r.Part)
			if err != nil {
				return nil, err
			}
			src = &source{p, one}
			known[r.Part] = src
		}
		x := &shot{part: &src.part, single: src.single, row: r, was: &rows[i], recorded: make(chan struct{}), late: l.recordLate, purse: l.due}
		switch {
		case src.part.State == PartCancelled:
			x.expire(ReasonCancelled)
		case l.tooLate(src.part):
			x.expire(l.endReason())
		}
		shots[i] = x
	}
	return shots, nil
}

// mayRetry tells whether the shot's campaign still is under way; a pause reaches retries through it.
func (l *lane) mayRetry(x *shot) bool {
	if x.single != nil {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.parts[x.part.ID]
	return p == nil || !p.closed
}

// recordDue writes the outcomes of claimed rows and tells how many of them are still in flight. Those from n on were not tried.
func (l *lane) recordDue(shots []*shot, n int) (late int, err error) {
	late = l.gather(shots[:n], l.s.clock.Now())
	for _, x := range shots[n:] {
		x.row.Due, x.row.Lane = x.was.Due, l.id
		x.row.charge(x.row.Attempts - 1)
	}
	err = l.insist(func(ctx context.Context, tx *db.Tx) error { return l.updateTx(ctx, tx, shots) })
	l.letLateGo(shots)
	return late, err
}

// recordLate writes the outcome of one shot that its window has not waited for.
func (l *lane) recordLate(x *shot) {
	defer l.late.Done()
	defer x.purse.give(1)
	from := x.row
	from.State = InFlight
	x.was = &from
	l.rule(x, l.s.clock.Now())
	err := l.insist(func(ctx context.Context, tx *db.Tx) error { return l.updateTx(ctx, tx, []*shot{x}) })
	if err != nil {
		l.s.log.Error("record late delivery", "part", x.part.ID.String(), "seq", x.row.Seq, "error", err)
	}
}

// updateTx writes rows that are in flight, and counts those that still were ours.
func (l *lane) updateTx(ctx context.Context, tx *db.Tx, shots []*shot) error {
	written, err := updateDeliveries(ctx, tx, rowsOf(shots, tx.Now))
	if err != nil {
		return err
	}
	var ours []*shot
	var wiped []PartID
	for _, x := range shots {
		if !written[channel.Ref{Part: int64(x.row.Part), Seq: x.row.Seq}] {
			continue
		}
		ours = append(ours, x)
		if x.single != nil && x.row.Due.IsZero() && !x.single.TrackClicks {
			wiped = append(wiped, x.single.ID)
		}
	}
	if err := l.s.bookTx(ctx, tx, shots[0].part.Tenant, l.sender.Kind, ours); err != nil {
		return err
	}
	if err := wipeVars(ctx, tx, wiped); err != nil {
		return err
	}
	for _, p := range partsAmong(ours) {
		if err := l.s.touchTx(ctx, tx, *p); err != nil {
			return err
		}
		if err := l.s.watchTx(ctx, tx, *p, shotsIn(ours, p.ID)); err != nil {
			return err
		}
	}
	return nil
}

// touchTx says that figures of a part have changed. A part that was cancelled while a window of it was under
// way gets no retries: they end here.
func (s *Service) touchTx(ctx context.Context, tx *db.Tx, p Part) error {
	state, err := touchPart(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	tx.AfterCommit(func() { s.hub.changed(p.Tenant) })
	if state != PartCancelled {
		return nil
	}
	return s.expireRetriesTx(ctx, tx, p)
}

func partsAmong(shots []*shot) []*Part {
	seen := make(map[PartID]bool)
	var out []*Part
	for _, x := range shots {
		if x.single == nil && !seen[x.part.ID] {
			seen[x.part.ID] = true
			out = append(out, x.part)
		}
	}
	return out
}

func shotsIn(shots []*shot, p PartID) []*shot {
	var out []*shot
	for _, x := range shots {
		if x.row.Part == p {
			out = append(out, x)
		}
	}
	return out
}

// giveBack returns claimed rows untouched.
func (l *lane) giveBack(rows []row) error {
	return l.insist(func(ctx context.Context, tx *db.Tx) error {
		back := make([]row, len(rows))
		for i, r := range rows {
			r.charge(r.Attempts - 1)
			r.Updated, r.Due = tx.Now, tx.Now.Add(time.Minute)
			back[i] = r
		}
		_, err := updateDeliveries(ctx, tx, back)
		return err
	})
}

// settleAbandoned decides about rows that the lane's last owner left in flight: as with the window of a
// chunk, transactional ones are sent again at once and the others become unknown.
func (l *lane) settleAbandoned(ctx context.Context) error {
	return l.s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := db.HoldLease(ctx, tx, l.lease); err != nil {
			return err
		}
		rows, err := abandoned(ctx, tx, l.id)
		if err != nil || len(rows) == 0 {
			return err
		}
		shots, err := l.shotsOf(ctx, tx, rows)
		if err != nil {
			return err
		}
		for _, x := range shots {
			x.settled = true
			if resendUncertain(x.part.Purpose) {
				x.row.State, x.row.Reason, x.row.Due, x.row.Lane = Retry, ReasonCrash, tx.Now, l.id
				continue
			}
			x.row.State, x.row.Reason, x.row.Due, x.row.Lane = Unknown, ReasonCrash, time.Time{}, 0
		}
		return l.updateTx(ctx, tx, shots)
	})
}

// bookUnknownTx writes the uncertain recipients of a taken-over chunk down by name.
func (s *Service) bookUnknownTx(ctx context.Context, tx *db.Tx, p Part, c chunk) error {
	ids := c.ids[c.Done:c.Intent]
	found, err := contact.GuardRows(ctx, tx, p.Tenant, p.key(channel.Email), ids)
	if err != nil {
		return err
	}
	shots := make([]*shot, len(ids))
	for i, who := range ids {
		shots[i] = &shot{part: &p, settled: true, row: row{
			Part: p.ID, Seq: c.First + int32(c.Done+i), Tenant: p.Tenant, Contact: who, State: Unknown, Attempts: 1,
			Reason: ReasonCrash, Domain: domainOf(found[i].EmailKey),
		}}
	}
	if err := insertDeliveries(ctx, tx, rowsOf(shots, tx.Now)); err != nil {
		return err
	}
	if err := s.touchTx(ctx, tx, p); err != nil {
		return err
	}
	return s.bookTx(ctx, tx, p.Tenant, channel.Email, shots)
}
