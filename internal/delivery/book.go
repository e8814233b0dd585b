package delivery

import (
	"context"
	"fmt"
	"sync/atomic"
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

// hit is one act as it comes in: what the request showed, not yet judged or counted.
type hit struct {
	ID     id.Of[eventKind] `db:"id"`
	Tenant id.Tenant        `db:"tenant_id"`
	Part   PartID           `db:"part_id"`
	Seq    int32            `db:"seq"`
	Kind   EventKind        `db:"kind"`
	Link   int              `db:"link"`
	Method string           `db:"method"`
	Agent  string           `db:"agent"`
	IP     string           `db:"ip"`
	At     time.Time        `db:"at"`
}

type eventKind struct{}

func (eventKind) Prefix() string { return "evt" }

func (s *Service) newHit(t id.Tenant, r channel.Ref, kind EventKind, link int, v Visit) hit {
	return hit{
		ID: id.New[eventKind](), Tenant: t, Part: PartID(r.Part), Seq: r.Seq, Kind: kind, Link: link,
		Method: v.Method, Agent: v.UserAgent, IP: v.IP, At: s.clock.Now(),
	}
}

func (h hit) ref() channel.Ref { return channel.Ref{Part: int64(h.Part), Seq: h.Seq} }

// book takes openings and clicks, many in one transaction: a request is answered when its hit is on record. In quiet times the
// transaction also judges and counts them (digest.go). In a storm it only writes them down, and they are digested as there is time.
type book struct {
	s     *Service
	in    chan *waiting
	busy  chan struct{} // holds one token: who has it writes
	storm atomic.Bool   // hits are written down that are not digested
	bell  chan struct{} // rung when there is something to digest
}

// waiting is a hit whose request waits.
type waiting struct {
	hit    hit
	answer chan error
}

const (
	batchHits = 1000 // that one transaction writes down
	quietHits = 32   // up to so many at once are digested on the spot
)

func newBook(s *Service) *book {
	return &book{s: s, in: make(chan *waiting, 2*batchHits), busy: make(chan struct{}, 1), bell: make(chan struct{}, 1)}
}

// write puts one hit on record. Whoever finds nobody writing writes for all who have come meanwhile.
func (b *book) write(ctx context.Context, h hit) error {
	w := &waiting{h, make(chan error, 1)}
	select {
	case b.in <- w:
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		select {
		case err := <-w.answer:
			return err
		case b.busy <- struct{}{}:
			b.flush(context.WithoutCancel(ctx))
			<-b.busy
		}
	}
}

// flush writes what waits, in one transaction.
func (b *book) flush(ctx context.Context) {
	var who []*waiting
	var list []hit
	for len(list) < batchHits {
		select {
		case w := <-b.in:
			who, list = append(who, w), append(list, w.hit)
			continue
		default:
		}
		break
	}
	if len(list) == 0 {
		return
	}
	err := b.record(ctx, list)
	for _, w := range who {
		w.answer <- err
	}
}

func (b *book) record(ctx context.Context, list []hit) error {
	if len(list) <= quietHits && !b.storm.Load() {
		return b.s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return b.s.digestTx(ctx, tx, list) })
	}
	err := b.s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return insertHits(ctx, tx, list) })
	if err != nil {
		return err
	}
	b.storm.Store(true)
	select {
	case b.bell <- struct{}{}:
	default:
	}
	return nil
}

func insertHits(ctx context.Context, tx *db.Tx, list []hit) error {
	columns := []string{"id", "tenant_id", "part_id", "seq", "kind", "link", "method", "agent", "ip", "at"}
	err := db.InsertRows(ctx, tx, "delivery_hit", columns, len(list), func(i int) []any {
		h := &list[i]
		return []any{h.ID, h.Tenant, h.Part, h.Seq, h.Kind, h.Link, h.Method, h.Agent, h.IP, h.At}
	}, "")
	if err != nil {
		return fmt.Errorf("write hits: %w", err)
	}
	return nil
}

// Settings of the digestion.
const (
	digestHits  = 256         // in one transaction: others wait for it
	digestEvery = time.Second // how soon hits are found that a process left which died
	digestRest  = 3           // in a storm, parts of rest to one part of work: answering comes first
)

// digestAll judges and counts what was written down, until ctx ends.
func (b *book) digestAll(ctx context.Context) {
	poll := time.NewTicker(digestEvery)
	defer poll.Stop()
	for {
		if err := b.digestWaiting(ctx); err != nil && ctx.Err() == nil {
			b.s.log.Warn("digest hits", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-b.bell:
		case <-poll.C:
		}
	}
}

// digestWaiting works until nothing waits.
func (b *book) digestWaiting(ctx context.Context) error {
	for {
		began := time.Now()
		n, err := b.digestSome(ctx)
		if err != nil {
			return err
		}
		if n < digestHits {
			b.storm.Store(false)
			return nil
		}
		if len(b.busy) == 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(digestRest * time.Since(began)):
		}
	}
}
