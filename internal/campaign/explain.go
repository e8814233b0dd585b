package campaign

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/delivery"
	"keruen/internal/errs"
)

// Why names what messages of a campaign wait for.
type Why string

// What a campaign waits for. Each has its words in three languages in the cabinet.
const (
	WaitsForTime     Why = "scheduled"     // its time has not come; until Next
	WaitsForDecision Why = "late"          // its time has passed: a person decides
	WaitsForResume   Why = "paused"        // a person has paused it
	WaitsForGuard    Why = "guard"         // its results have stopped it: a person decides
	WaitsForLink     Why = "link"          // a block list names Domain, a host of its links; Detail is the list, both empty once it does not
	WaitsForSender   Why = "sender_paused" // the sender is paused
	WaitsForWinner   Why = "winner"        // the winner of its A/B test is not chosen yet; until Next, or until a person chooses
	WaitsForHour     Why = "local_time"    // their local time has not come; the first of them at Next
	WaitsForTurn     Why = "turn"          // not tried yet; Ahead messages of other campaigns take turns with them
	WaitsForRetry    Why = "retry"         // tried; the next try is at Next
	WaitsForAnswer   Why = "uncertain"     // may have been sent without a record: a person decides
)

// Wait is one group of messages and what they wait for.
type Wait struct {
	Why    Why
	N      int64          // messages; 0 before sending begins
	Ahead  int64          // with turn
	Domain string         // with retry: of the addresses; with link: of the link
	Reason string         // with retry: class of the last answer
	Detail string         // with retry: the server's own words, without addresses; with link: the list
	Since  time.Time      // with retry: the oldest of their last answers
	Next   time.Time      // when it goes on by itself; zero when a person must act
	Bound  *channel.Bound // with retry: what bounds messages to Domain now; nil: nobody knows
}

// Explanation tells why a campaign has not ended.
type Explanation struct {
	Waits   []Wait           // what concerns the whole campaign first
	Finding delivery.Finding // what its results say against it; Level 0: nothing
	EndsAt  time.Time        // expected end; zero when not known
}

// Explain tells what a campaign waits for (MSG-4). A draft and a campaign that has ended wait for nothing.
func (s *Service) Explain(ctx context.Context, who access.Actor, c ID) (Explanation, error) {
	x, n, err := s.Progress(ctx, who, c)
	if err != nil {
		return Explanation{}, err
	}
	var out Explanation
	if out.Finding, err = s.delivery.FindingOf(ctx, s.db, x.Tenant, int64(x.ID)); err != nil {
		return Explanation{}, fmt.Errorf("explain campaign: %w", err)
	}
	if out.Waits, err = s.waits(ctx, x, n); err != nil {
		return Explanation{}, fmt.Errorf("explain campaign: %w", err)
	}
	_, out.EndsAt = s.pace(x, n, s.clock.Now())
	return out, nil
}

func (s *Service) waits(ctx context.Context, x Campaign, n delivery.Counts) ([]Wait, error) {
	var out []Wait
	switch x.State {
	case Scheduled:
		if x.Hold == HoldLate {
			return []Wait{{Why: WaitsForDecision}}, nil
		}
		return []Wait{{Why: WaitsForTime, Next: x.StartAt}}, nil
	case Sending, Paused:
		stopped, err := s.stopped(ctx, x, n)
		if err != nil {
			return nil, err
		}
		out = append(out, stopped...)
	}
	if x.State == Sending || x.State == Paused {
		tried, err := s.delivery.WaitingOf(ctx, x.Tenant, int64(x.ID))
		if err != nil {
			return nil, err
		}
		for _, w := range tried {
			out = append(out, Wait{Why: WaitsForRetry, N: w.N, Domain: w.Domain, Reason: w.Reason, Detail: w.Detail, Since: w.Since, Next: w.Next})
		}
		if err := s.bind(ctx, x, out); err != nil {
			return nil, err
		}
	}
	if n.Unknown > 0 {
		out = append(out, Wait{Why: WaitsForAnswer, N: n.Unknown})
	}
	return out, nil
}

// boundDomains is for how many domains of a campaign it is told what bounds them: each may ask a name server.
const boundDomains = 8

// bindWithin is how long all of them may take together: who asks why nothing leaves is not to wait for name servers that are down.
const bindWithin = 3 * time.Second

// bind adds to the largest groups of retries what bounds messages to their domains now. A group whose way is held goes on when that
// ends, if that is later than its own time.
func (s *Service) bind(ctx context.Context, x Campaign, waits []Wait) error {
	snd, err := s.senders.Find(ctx, s.db, x.Tenant, x.Sender)
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, bindWithin)
	defer cancel()
	known := make(map[string]*channel.Bound)
	for i := range waits {
		w := &waits[i]
		if w.Why != WaitsForRetry {
			continue
		}
		b, ok := known[w.Domain]
		if !ok && len(known) < boundDomains {
			b = s.delivery.BoundOf(ctx, snd, x.Purpose, w.Domain)
			known[w.Domain] = b
		}
		w.Bound = b
		if b != nil && b.Why != "" && b.Until.After(w.Next) {
			w.Next = b.Until
		}
	}
	return nil
}

// ExplainDelivery tells what one message waits for, or what became of it (MSG-4).
func (s *Service) ExplainDelivery(ctx context.Context, who access.Actor, r channel.Ref) (delivery.Explanation, error) {
	x, err := s.delivery.Explain(ctx, who, r)
	if err != nil || x.Why != delivery.WaitResume || x.Source == 0 {
		return x, err
	}
	c, err := get(ctx, s.db, who.Tenant, ID(x.Source))
	if err == nil && c.Hold != "" {
		x.Why = delivery.Wait(c.Hold)
	}
	if errors.Is(err, errs.ErrNotFound) {
		err = nil
	}
	return x, err
}

// stopped tells what holds messages that were not tried yet.
func (s *Service) stopped(ctx context.Context, x Campaign, n delivery.Counts) ([]Wait, error) {
	left := n.Pending + n.Retrying
	switch {
	case x.Hold == HoldGuard:
		return []Wait{{Why: WaitsForGuard, N: left}}, nil
	case x.Hold == HoldLink:
		return s.linkWaits(ctx, x, left), nil
	case x.State == Paused:
		return []Wait{{Why: WaitsForResume, N: left}}, nil
	}
	snd, err := s.senders.Find(ctx, s.db, x.Tenant, x.Sender)
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return nil, err
	}
	if err == nil && snd.Paused {
		return []Wait{{Why: WaitsForSender, N: left}}, nil
	}
	if n.Pending == 0 {
		return nil, nil
	}
	later, rest, err := s.later(ctx, x)
	if err != nil || n.Pending <= rest {
		return later, err
	}
	ahead, err := s.delivery.Ahead(ctx, x.Tenant, x.Sender, int64(x.ID))
	return append(later, Wait{Why: WaitsForTurn, N: n.Pending - rest, Ahead: ahead}), err
}
