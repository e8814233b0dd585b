package delivery

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/page"
)

// Delivery is one message of a campaign to one contact, for people.
type Delivery struct {
	Part      PartID
	Seq       int32
	Contact   contact.ID
	Email     string // empty when the contact was deleted
	Name      string
	State     State
	Cancelled bool // had not left when the campaign was cancelled; State is Expired
	Reason    string
	Cause     string // when it was given up as expired: the class of the last refusal; empty when it was never tried
	Detail    string
	Domain    string
	Attempts  int
	NextTry   time.Time // with Retry
	At        time.Time // when the state was reached
	OpenedAt  time.Time // by a person, the first time
	ClickedAt time.Time
}

// Filter chooses deliveries. The zero value lets all with an outcome through.
type Filter struct {
	States []State
	Reason string
}

// Deliveries returns a page of a campaign's messages in the order in which they were sent out. Recipients that were not
// tried yet have no line; those that a cancellation left out are found by Unsent.
func (s *Service) Deliveries(ctx context.Context, t id.Tenant, source int64, f Filter, a page.Ask) (page.Of[Delivery], error) {
	parts, err := partsOf(ctx, s.db, t, source)
	if err != nil {
		return page.Of[Delivery]{}, fmt.Errorf("list deliveries: %w", err)
	}
	var out []Delivery
	order := make(map[PartID]int64, len(parts))
	from, after := int(a.After>>32), int32(a.After)
	for i := range parts {
		order[parts[i].ID] = int64(i)
		if i < from || len(out) > a.Limit {
			continue
		}
		rows, err := listDeliveries(ctx, s.db, t, parts[i].ID, f, after, a.Limit+1-len(out))
		if err != nil {
			return page.Of[Delivery]{}, fmt.Errorf("list deliveries: %w", err)
		}
		out, after = append(out, rows...), 0
	}
	cut := page.Cut(out, a, func(d Delivery) int64 { return order[d.Part]<<32 | int64(d.Seq) })
	return cut, s.dress(ctx, t, cut.Items)
}

func listDeliveries(ctx context.Context, q db.Querier, t id.Tenant, part PartID, f Filter, after int32, limit int) ([]Delivery, error) {
	w := db.Where("tenant_id = ?", t).And("part_id = ?", part).And("seq > ?", after)
	if len(f.States) > 0 {
		states := make([]int64, len(f.States))
		for i, st := range f.States {
			states[i] = int64(st)
		}
		w.And(db.In("state", states))
	}
	if f.Reason != "" {
		w.And("reason = ?", f.Reason)
	}
	rows, err := db.All[row](ctx, q, `
		SELECT `+deliveryColumnList+` FROM delivery WHERE `+w.SQL()+` ORDER BY seq LIMIT ?`, w.Args(limit)...)
	if err != nil {
		return nil, err
	}
	out := make([]Delivery, len(rows))
	for i, r := range rows {
		out[i] = r.delivery()
	}
	return out, nil
}

func (r row) delivery() Delivery {
	d := Delivery{
		Part: r.Part, Seq: r.Seq, Contact: r.Contact, State: r.State, Reason: r.Reason, Cause: r.Cause, Detail: r.Detail, Domain: r.Domain,
		Attempts: r.Attempts, At: r.Updated, Cancelled: r.State == Expired && r.Reason == ReasonCancelled,
	}
	if r.State == Retry || r.State == Queued {
		d.NextTry = r.Due
	}
	return d
}

// dress adds whom the deliveries were for, and what they did.
func (s *Service) dress(ctx context.Context, t id.Tenant, list []Delivery) error {
	if len(list) == 0 {
		return nil
	}
	ids := make([]contact.ID, len(list))
	for i, d := range list {
		ids[i] = d.Contact
	}
	people, err := contact.GuardRows(ctx, s.db, t, contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}, ids)
	if err != nil {
		return fmt.Errorf("list deliveries: %w", err)
	}
	acts, err := s.firstActs(ctx, t, list)
	if err != nil {
		return fmt.Errorf("list deliveries: %w", err)
	}
	for i := range list {
		list[i].Email, list[i].Name = people[i].Email, fullName(people[i].Contact)
		if list[i].Domain == "" {
			list[i].Domain = domainOf(people[i].EmailKey)
		}
		ref := channel.Ref{Part: int64(list[i].Part), Seq: list[i].Seq}
		list[i].OpenedAt, list[i].ClickedAt = acts[ref][Opened], acts[ref][Clicked]
	}
	return nil
}

// firstActs returns when people first opened and clicked the listed messages.
func (s *Service) firstActs(ctx context.Context, t id.Tenant, list []Delivery) (map[channel.Ref]map[EventKind]time.Time, error) {
	bySeq := make(map[PartID][]int64)
	for _, d := range list {
		bySeq[d.Part] = append(bySeq[d.Part], int64(d.Seq))
	}
	out := make(map[channel.Ref]map[EventKind]time.Time)
	for part, seqs := range bySeq {
		w := db.Where("tenant_id = ?", t).And("part_id = ?", part).And("machine = ''")
		w.And(db.In("seq", seqs))
		rows, err := db.All[struct {
			Seq  int32
			Kind EventKind
			At   time.Time
		}](ctx, s.db, `SELECT seq, kind, MIN(at) AS at FROM delivery_event WHERE `+w.SQL()+` GROUP BY seq, kind`, w.Args()...)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			ref := channel.Ref{Part: int64(part), Seq: r.Seq}
			if out[ref] == nil {
				out[ref] = make(map[EventKind]time.Time)
			}
			out[ref][r.Kind] = r.At
		}
	}
	return out, nil
}

// Unsent calls do with the recipients that a cancelled campaign had not reached, chunk by chunk, so that an
// export accounts for everybody.
func (s *Service) Unsent(ctx context.Context, t id.Tenant, source int64, do func([]Delivery) error) error {
	parts, err := partsOf(ctx, s.db, t, source)
	if err != nil {
		return fmt.Errorf("list unsent recipients: %w", err)
	}
	for _, p := range parts {
		if p.State != PartCancelled {
			continue
		}
		if err := s.unsentOf(ctx, p, do); err != nil {
			return fmt.Errorf("list unsent recipients: %w", err)
		}
	}
	return nil
}

func (s *Service) unsentOf(ctx context.Context, p Part, do func([]Delivery) error) error {
	for no := -1; ; {
		chunks, err := db.All[chunk](ctx, s.db, `
			SELECT part_id, no, first_seq, n, done, intent, token, ids FROM chunk
			WHERE part_id = ? AND state < 2 AND no > ? ORDER BY no LIMIT 10`, p.ID, no)
		if err != nil || len(chunks) == 0 {
			return err
		}
		for _, c := range chunks {
			no = c.No
			ids, err := unpackIDs(c.Packed, c.N)
			if err != nil {
				return err
			}
			list := make([]Delivery, 0, c.N-c.Done)
			for i := c.Done; i < c.N; i++ {
				list = append(list, Delivery{
					Part: p.ID, Seq: c.First + int32(i), Contact: ids[i], State: Expired, Cancelled: true,
					Reason: ReasonCancelled, At: p.ChangedAt,
				})
			}
			if err := s.dress(ctx, p.Tenant, list); err != nil {
				return err
			}
			if err := do(list); err != nil {
				return err
			}
		}
	}
}

// DecideUnknownTx decides about the messages of a campaign that may have been sent without a record: resend
// sends them again (somebody may get it twice), otherwise they are left as failed (somebody may have got none).
// It returns how many there were; none the second time.
func (s *Service) DecideUnknownTx(ctx context.Context, tx *db.Tx, t id.Tenant, source int64, resend bool) (int64, error) {
	parts, err := partsOf(ctx, tx, t, source)
	if err != nil {
		return 0, fmt.Errorf("decide about unknown: %w", err)
	}
	var sum int64
	for _, p := range parts {
		n, err := s.decidePart(ctx, tx, p, resend)
		if err != nil {
			return 0, fmt.Errorf("decide about unknown: %w", err)
		}
		sum += n
	}
	s.partsMoved(tx, t, parts)
	return sum, nil
}

// ReasonLeft is the reason of an unknown message that somebody decided to leave.
const ReasonLeft = "left_unknown"

// ErrCancelledPart is returned when messages of a cancelled campaign should be sent again.
var ErrCancelledPart = errs.New(errs.Conflict, "delivery.cancelled", "The campaign was cancelled, so its messages are not sent again.")

func (s *Service) decidePart(ctx context.Context, tx *db.Tx, p Part, resend bool) (int64, error) {
	rows, err := db.All[row](ctx, tx, `
		SELECT `+deliveryColumnList+` FROM delivery WHERE tenant_id = ? AND part_id = ? AND state = 6`+tx.Dialect().Lock(), p.Tenant, p.ID)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	if resend && p.State == PartCancelled {
		return 0, ErrCancelledPart
	}
	state, reason, due, lane := Failed, ReasonLeft, time.Time{}, channel.SenderID(0)
	if resend {
		state, reason, due, lane = Retry, ReasonUnconfirmed, tx.Now, p.Sender
		if err := s.reopen(ctx, tx, p); err != nil {
			return 0, err
		}
	}
	_, err = db.Exec(ctx, tx, `
		UPDATE delivery SET state = ?, reason = ?, due_at = ?, lane_id = ?, updated_at = ?
		WHERE tenant_id = ? AND part_id = ? AND state = 6`, state, reason, due, lane, tx.Now, p.Tenant, p.ID)
	if err != nil {
		return 0, err
	}
	figures, slot := tally{}, slotOf(tx.Now)
	for i, r := range rows {
		to := r
		to.State, to.Reason = state, reason
		figures.move(&rows[i], to, slot)
	}
	if err := s.touchTx(ctx, tx, p); err != nil {
		return 0, err
	}
	return int64(len(rows)), figures.save(ctx, tx)
}

// reopen lets a part that was done send again, with a new term: a day has passed, perhaps, until somebody decided.
func (s *Service) reopen(ctx context.Context, tx *db.Tx, p Part) error {
	to := p.State
	if to == PartDone {
		to = PartOpen
	}
	_, err := db.Exec(ctx, tx, `
		UPDATE part SET state = ?, expires_at = ?, changed_at = ? WHERE tenant_id = ? AND id = ?`,
		to, later(p.ExpiresAt, tx.Now.Add(maxAge(p.Purpose))), tx.Now, p.Tenant, p.ID)
	return err
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// PartTx returns a part and locks it until the end of the transaction, for the one who fills it.
func (s *Service) PartTx(ctx context.Context, tx *db.Tx, t id.Tenant, part PartID) (Part, error) {
	return lockPart(ctx, tx, t, part)
}
