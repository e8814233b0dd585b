package delivery

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/errs"
)

// Wait names what one message waits for; each has its words in three languages in the cabinet.
type Wait string

// What a message waits for.
const (
	WaitNothing   Wait = ""              // it has an outcome
	WaitTime      Wait = "scheduled"     // its time has not come; until Next
	WaitResume    Wait = "paused"        // a person, or the program for a reason of the campaign, has paused its campaign
	WaitGuard     Wait = "guard"         // the results of its campaign have stopped it
	WaitWinner    Wait = "undecided"     // an A/B test has not decided yet what it says
	WaitSender    Wait = "sender_paused" // its sender is paused
	WaitTurn      Wait = "turn"          // Ahead others leave before it or take turns with it
	WaitPath      Wait = "path"          // the way out is held: Bound tells why and until when
	WaitRetry     Wait = "retry"         // it was put off, for Reason; the next try is at Next
	WaitAnswer    Wait = "in_flight"     // it is being sent at this moment
	WaitUncertain Wait = "uncertain"     // it may have gone without a record: a person decides
)

// Explanation tells how one message stands, and why.
type Explanation struct {
	Delivery
	Source    int64  // the campaign; 0 for a single message
	Kind      string // of a single message: "code", "test", "api"; empty for a campaign
	Sender    channel.SenderID
	Purpose   channel.Purpose
	Why       Wait
	Ahead     int64          // with WaitTurn
	Bound     *channel.Bound // what bounds messages to its provider now; nil: nobody knows, or it waits for no server
	Next      time.Time      // when the next try is expected; zero: a person must act, nobody can tell, or it has ended
	GivesUpAt time.Time      // after this moment it is not tried any more; zero once it has ended
	MostTries int            // counted tries after which it is given up
}

// NameOf names one message for the outside: the part and the number in it.
func NameOf(r channel.Ref) string { return PartID(r.Part).String() + "-" + strconv.Itoa(int(r.Seq)) }

// ParseName reads what NameOf wrote; without a number it is a single message. errs.ErrNotFound for anything else.
func ParseName(text string) (channel.Ref, error) {
	head, tail, numbered := strings.Cut(text, "-")
	var part PartID
	if err := part.UnmarshalText([]byte(head)); err != nil || part == 0 {
		return channel.Ref{}, errs.ErrNotFound
	}
	if !numbered {
		return channel.Ref{Part: int64(part), Seq: firstSeq}, nil
	}
	seq, err := strconv.ParseInt(tail, 10, 32)
	if err != nil || seq < 1 {
		return channel.Ref{}, errs.ErrNotFound
	}
	return channel.Ref{Part: int64(part), Seq: int32(seq)}, nil
}

// Explain tells what one message waits for, or what became of it (MSG-4). It may ask a name server; it sends nothing.
func (s *Service) Explain(ctx context.Context, who access.Actor, r channel.Ref) (Explanation, error) {
	if err := mayReadMessages(who); err != nil {
		return Explanation{}, err
	}
	p, one, err := s.partOrSingle(ctx, s.db, PartID(r.Part))
	if errors.Is(err, errs.ErrNotFound) || err == nil && p.Tenant != who.Tenant {
		return Explanation{}, errs.ErrNotFound
	}
	if err != nil {
		return Explanation{}, fmt.Errorf("explain delivery: %w", err)
	}
	if one == nil {
		if err := who.Can(access.ViewCampaigns); err != nil {
			return Explanation{}, err
		}
	}
	d, err := s.oneDelivery(ctx, p, r.Seq)
	if err != nil {
		return Explanation{}, fmt.Errorf("explain delivery: %w", err)
	}
	x := Explanation{Delivery: d, Source: p.Source, Sender: p.Sender, Purpose: p.Purpose, MostTries: maxAttempts}
	if one != nil {
		x.Kind = one.Kind
	}
	if err := s.explain(ctx, p, &x); err != nil {
		return Explanation{}, fmt.Errorf("explain delivery: %w", err)
	}
	return x, nil
}

// oneDelivery finds a message, also one that was not tried yet and so has no row.
func (s *Service) oneDelivery(ctx context.Context, p Part, seq int32) (Delivery, error) {
	list, err := listDeliveries(ctx, s.db, p.Tenant, p.ID, Filter{}, seq-1, 1)
	if err != nil {
		return Delivery{}, err
	}
	if len(list) == 0 || list[0].Seq != seq {
		d, err := untried(ctx, s.db, p, seq)
		if err != nil {
			return Delivery{}, err
		}
		list = []Delivery{d}
	}
	return list[0], s.dress(ctx, p.Tenant, list)
}

func untried(ctx context.Context, q db.Querier, p Part, seq int32) (Delivery, error) {
	c, err := db.One[chunk](ctx, q, `
		SELECT part_id, no, first_seq, n, done, intent, token, ids FROM chunk WHERE part_id = ? AND first_seq <= ? AND first_seq + n > ?`, p.ID, seq, seq)
	if errors.Is(err, errs.ErrNotFound) {
		return Delivery{}, errs.ErrNotFound
	}
	if err != nil {
		return Delivery{}, err
	}
	ids, err := unpackIDs(c.Packed, c.N)
	if err != nil {
		return Delivery{}, err
	}
	at := int(seq - c.First)
	d := Delivery{Part: p.ID, Seq: seq, Contact: ids[at], State: Queued, At: p.CreatedAt}
	switch {
	case at < c.Done:
		return Delivery{}, errs.ErrNotFound // its record was erased
	case p.State == PartCancelled:
		d.State, d.Reason, d.Cancelled, d.At = Expired, ReasonCancelled, true, p.ChangedAt
	case at < c.Intent:
		d.State, d.Attempts = InFlight, 1
	}
	return d, nil
}

// explain fills in what the message waits for.
func (s *Service) explain(ctx context.Context, p Part, x *Explanation) error {
	switch x.State {
	case Queued, Retry:
	case InFlight:
		x.Why, x.GivesUpAt = WaitAnswer, p.ExpiresAt
		return nil
	case Unknown:
		x.Why = WaitUncertain
		return nil
	default:
		return nil
	}
	x.GivesUpAt = p.ExpiresAt
	snd, err := s.senders.Find(ctx, s.db, p.Tenant, p.Sender)
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return err
	}
	now := s.clock.Now()
	switch {
	case p.State == PartPaused && findingOf(p.Guard).Level == GuardPause:
		x.Why = WaitGuard
	case p.State == PartPaused:
		x.Why = WaitResume
	case p.State == PartUndecided:
		x.Why = WaitWinner
	case snd.Paused:
		x.Why = WaitSender
	case x.State == Queued && p.StartAt.After(now):
		x.Why, x.Next = WaitTime, p.StartAt
	default:
		return s.explainWay(ctx, p, snd, now, x)
	}
	return nil
}

// explainWay tells about a message that nobody holds: it waits for its turn, for its retry time, or for its way out.
func (s *Service) explainWay(ctx context.Context, p Part, snd channel.Sender, now time.Time, x *Explanation) error {
	x.Bound = s.BoundOf(ctx, snd, p.Purpose, x.Domain)
	var err error
	if x.State == Retry {
		x.Why, x.Next = WaitRetry, x.NextTry
	} else if x.Why = WaitTurn; x.NextTry.IsZero() {
		err = s.explainTurn(ctx, p, snd, now, x)
	} else {
		x.Next = x.NextTry
	}
	if x.Bound != nil && x.Bound.Why != "" {
		x.Why = WaitPath
		if x.Bound.Until.IsZero() {
			x.Next = time.Time{}
		} else {
			x.Next = later(x.Next, x.Bound.Until)
		}
	}
	return err
}

// explainTurn counts who goes before a message that was not tried yet, and foretells its turn from the pace so far.
func (s *Service) explainTurn(ctx context.Context, p Part, snd channel.Sender, now time.Time, x *Explanation) error {
	own, err := db.One[struct {
		Before int64     `db:"before"`
		Tried  int64     `db:"tried"`
		Due    time.Time `db:"due"`
	}](ctx, s.db, `
		SELECT CAST(COALESCE(SUM(CASE WHEN first_seq <= ? THEN (CASE WHEN first_seq + n > ? THEN ? - first_seq ELSE n END) - done ELSE 0 END), 0) AS BIGINT) AS before,
			CAST(COALESCE(SUM(done), 0) AS BIGINT) AS tried, COALESCE(MAX(CASE WHEN first_seq <= ? AND first_seq + n > ? THEN due_at ELSE 0 END), 0) AS due
		FROM chunk WHERE part_id = ?`,
		x.Seq, x.Seq, x.Seq, x.Seq, x.Seq, p.ID)
	if err != nil {
		return err
	}
	if own.Due.After(now) {
		x.Why, x.Next = WaitTime, own.Due
		return nil
	}
	others, err := s.Ahead(ctx, p.Tenant, p.Sender, p.Source)
	if err != nil {
		return err
	}
	x.Ahead = max(0, own.Before) + others
	pace := s.Rate(snd)
	if spent := now.Sub(p.StartAt).Seconds(); own.Tried > 0 && spent >= 1 {
		pace = float64(own.Tried) / spent
	}
	if pace > 0 {
		x.Next = now.Add(time.Duration(float64(x.Ahead) / pace * float64(time.Second))).Truncate(time.Second)
	}
	return nil
}

// boundWithin is how long name servers may take when somebody only asks.
const boundWithin = 3 * time.Second

// BoundOf tells what bounds messages of a sender to a domain now; nil when its channel cannot tell.
func (s *Service) BoundOf(ctx context.Context, snd channel.Sender, p channel.Purpose, domain string) *channel.Bound {
	e, ok := s.channels[snd.Kind].(channel.Explainer)
	if !ok || domain == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, boundWithin)
	defer cancel()
	b, err := e.Explain(ctx, snd, p, domain)
	if err != nil {
		return nil
	}
	return &b
}
