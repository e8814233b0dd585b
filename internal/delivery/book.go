package delivery

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/id"
)

// EventKind is what somebody did with a message.
type EventKind string

// Kinds of event.
const (
	Opened       EventKind = "open"
	Clicked      EventKind = "click"
	Unsubscribed EventKind = "unsubscribe"
	Complained   EventKind = "complaint"
)

// Event is one act of a person or of a machine.
type Event struct {
	Kind    EventKind
	At      time.Time
	Link    int    // of a click; -1 otherwise
	Machine string // why it does not count as a person's (judge.go); empty: a person's
}

// noLink is Event.Link of what is not a click.
const noLink = -1

// happening is an event on its way into the book.
type happening struct {
	Event
	ref    channel.Ref
	target target
	answer chan error
}

// book writes events, many in one transaction: a request is answered when its event is on record.
type book struct {
	s    *Service
	in   chan *happening
	busy chan struct{} // holds one token: who has it writes
}

// batchEvents is how many events one transaction carries.
const batchEvents = 500

func newBook(s *Service) *book {
	return &book{s: s, in: make(chan *happening, 4*batchEvents), busy: make(chan struct{}, 1)}
}

// write puts one event on record. Whoever finds nobody writing writes for all who have come meanwhile.
func (b *book) write(ctx context.Context, h *happening) error {
	h.answer = make(chan error, 1)
	select {
	case b.in <- h:
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		select {
		case err := <-h.answer:
			return err
		case b.busy <- struct{}{}:
			b.flush(context.WithoutCancel(ctx))
			<-b.busy
		}
	}
}

// flush writes what waits, in one transaction.
func (b *book) flush(ctx context.Context) {
	var list []*happening
	for len(list) < batchEvents {
		select {
		case h := <-b.in:
			list = append(list, h)
			continue
		default:
		}
		break
	}
	if len(list) == 0 {
		return
	}
	err := b.s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return b.writeTx(ctx, tx, list) })
	for _, h := range list {
		h.answer <- err
	}
}

type eventKind struct{}

func (eventKind) Prefix() string { return "evt" }

func (b *book) writeTx(ctx context.Context, tx *db.Tx, list []*happening) error {
	columns := []string{"id", "tenant_id", "part_id", "seq", "kind", "link", "machine", "at"}
	err := db.InsertRows(ctx, tx, "delivery_event", columns, len(list), func(i int) []any {
		h := list[i]
		return []any{id.New[eventKind](), h.target.Tenant, h.ref.Part, h.ref.Seq, h.Kind, h.Link, h.Machine, h.At}
	}, "")
	if err != nil {
		return fmt.Errorf("write events: %w", err)
	}
	figures := tally{}
	touched := make(map[PartID]id.Tenant)
	for _, h := range list {
		if h.target.Single {
			if err := remember(ctx, tx, h); err != nil {
				return fmt.Errorf("count events: %w", err)
			}
			continue
		}
		if err := count(ctx, tx, figures, h); err != nil {
			return fmt.Errorf("count events: %w", err)
		}
		touched[PartID(h.ref.Part)] = h.target.Tenant
	}
	if err := figures.save(ctx, tx); err != nil {
		return fmt.Errorf("count events: %w", err)
	}
	for p, t := range touched {
		if _, err := touchPart(ctx, tx, p); err != nil {
			return err
		}
		tx.AfterCommit(func() { b.s.hub.changed(t) })
	}
	return nil
}

// remember keeps what a person did with a single message, which has no figures.
func remember(ctx context.Context, tx *db.Tx, h *happening) error {
	if h.Machine != "" {
		return nil
	}
	if _, err := firstTime(ctx, tx, h, string(h.Kind)); err != nil || h.Kind != Clicked {
		return err
	}
	_, err := firstTime(ctx, tx, h, statLink+":"+strconv.Itoa(h.Link))
	return err
}

// count adds one event to the figures: every one as n, the first of its recipient as u. Somebody
// whom a machine had opened for and who then opens is counted as a person and no longer as a machine; what is unclear
// stands between them.
func count(ctx context.Context, tx *db.Tx, figures tally, h *happening) error {
	by := verdictOf(h.Machine)
	part, slot, kind := PartID(h.ref.Part), slotOf(h.At), string(h.Kind)+suffixOf(by)
	u, err := firstTime(ctx, tx, h, kind)
	if err != nil {
		return err
	}
	if h.Kind == Opened {
		if err := apart(ctx, tx, figures, h, &u, slot); err != nil {
			return err
		}
	}
	figures.add(statKey{part, kind, "", slot}, 1, u)
	if h.Machine == "" && u > 0 {
		figures.add(statKey{part, domainPrefix + kind, h.target.Domain, 0}, 1, u)
	}
	if h.Kind != Clicked {
		return nil
	}
	link := statLink + suffixOf(by)
	key := strconv.Itoa(h.Link)
	if u, err = firstTime(ctx, tx, h, link+":"+key); err != nil {
		return err
	}
	figures.add(statKey{part, link, key, 0}, 1, u)
	return nil
}

// apart counts every recipient who opened once, with the surest sign that somebody read: a person's, an unclear one, a machine's.
func apart(ctx context.Context, tx *db.Tx, figures tally, h *happening, u *int64, slot int64) error {
	if *u == 0 {
		return nil
	}
	order := []string{string(Opened), string(Opened) + unclearSuffix, string(Opened) + machineSuffix}
	kind := string(Opened) + suffixOf(verdictOf(h.Machine))
	w := db.Where("tenant_id = ?", h.target.Tenant).And("contact_id = ?", h.target.Contact).And("part_id = ?", h.ref.Part).And("seq = ?", h.ref.Seq)
	w.And(db.In("kind", order)).And("kind <> ?", kind)
	had, err := db.All[string](ctx, tx, `SELECT kind FROM delivery_seen WHERE `+w.SQL(), w.Args()...)
	if err != nil || len(had) == 0 {
		return err
	}
	before := slices.IndexFunc(order, func(k string) bool { return slices.Contains(had, k) })
	if before < slices.Index(order, kind) {
		*u = 0 // a surer sign was there
		return nil
	}
	figures.add(statKey{PartID(h.ref.Part), order[before], "", slot}, 0, -1)
	return nil
}

// firstTime returns 1 for the first event of a kind of one delivery, else 0. The last one leaves its time.
func firstTime(ctx context.Context, tx *db.Tx, h *happening, kind string) (int64, error) {
	t := h.target
	n, err := db.Exec(ctx, tx, `
		INSERT INTO delivery_seen(tenant_id, contact_id, part_id, kind, seq, at) VALUES(?,?,?,?,?,?) ON CONFLICT DO NOTHING`,
		t.Tenant, t.Contact, h.ref.Part, kind, h.ref.Seq, h.At)
	if err != nil || n > 0 {
		return n, err
	}
	_, err = db.Exec(ctx, tx, `
		UPDATE delivery_seen SET at = ? WHERE tenant_id = ? AND contact_id = ? AND part_id = ? AND kind = ? AND seq = ? AND at < ?`,
		h.At, t.Tenant, t.Contact, h.ref.Part, kind, h.ref.Seq, h.At)
	return 0, err
}
