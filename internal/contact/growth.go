package contact

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"keruen/internal/access"
	"keruen/internal/db"
	"keruen/internal/id"
)

// Cause tells why a contact came to a list or was lost to it.
type Cause string

// Causes. Someone who unsubscribes, complains or bounces stays on the list, where nobody reaches it any more: it counts as lost on
// that day, and as joined again when it returns.
const (
	ByImport          Cause = "import"
	ByForm            Cause = "form"
	ByAPI             Cause = "api"
	ByMember          Cause = "hand" // somebody of the account put it there, or took it off
	ByOwnReturn       Cause = "returned"
	ByUndo            Cause = "undo" // the import that brought it was taken back
	ByUnsubscribing   Cause = "unsubscribed"
	ByBounce          Cause = "bounced"
	ByComplaintOfSpam Cause = "complaint"
	ByStop            Cause = "stopped" // put on the stop-list by hand
	ByDeletion        Cause = "deleted"
	ByMerge           Cause = "merged" // two that were on the list became one, or that was taken back
)

// Causes lists them all.
var Causes = []Cause{ByImport, ByForm, ByAPI, ByMember, ByOwnReturn, ByUndo, ByUnsubscribing, ByBounce, ByComplaintOfSpam, ByStop, ByDeletion, ByMerge}

// causeOf is the cause of what an actor does.
func causeOf(who access.Actor) Cause {
	if who.Via == access.ByKey {
		return ByAPI
	}
	return ByMember
}

// lossOf is how lists count an entry of the stop-list.
var lossOf = map[StopReason]Cause{Complaint: ByComplaintOfSpam, HardBounce: ByBounce, Manual: ByStop, Unsubscribed: ByUnsubscribing}

// tally counts contacts of one list.
type tally struct {
	list         ListID
	joined, gone int64
}

// countChanges adds to the figures of this hour. Lists come in one order always, so that two of these never wait for each other.
func countChanges(ctx context.Context, tx *db.Tx, t id.Tenant, cause Cause, list []tally) error {
	slices.SortFunc(list, func(a, b tally) int { return cmp.Compare(a.list, b.list) })
	hour := tx.Now.Unix() / 3600
	return db.InsertRows(ctx, tx, "list_change", []string{"tenant_id", "list_id", "hour", "cause", "joined", "gone"}, len(list), func(i int) []any {
		return []any{t, list[i].list, hour, cause, list[i].joined, list[i].gone}
	}, `ON CONFLICT (tenant_id, list_id, hour, cause) DO UPDATE SET joined = list_change.joined + excluded.joined, gone = list_change.gone + excluded.gone`)
}

// countGone counts memberships that end, or that nobody reaches any more.
func countGone(ctx context.Context, tx *db.Tx, t id.Tenant, cause Cause, lost []membership) error {
	return countChanges(ctx, tx, t, cause, tallies(lost, func(x *tally) { x.gone++ }))
}

// countMembers counts a contact as lost to all its lists, or as back on them.
func countMembers(ctx context.Context, tx *db.Tx, t id.Tenant, c ID, cause Cause, add func(*tally)) error {
	if c == 0 || cause == "" {
		return nil
	}
	lists, err := listsOf(ctx, tx, t, []ID{c})
	if err != nil || len(lists) == 0 {
		return err
	}
	return countChanges(ctx, tx, t, cause, tallies(lists, add))
}

func tallies(list []membership, add func(*tally)) []tally {
	var out []tally
	for _, m := range list {
		i := slices.IndexFunc(out, func(x tally) bool { return x.list == m.List })
		if i < 0 {
			i, out = len(out), append(out, tally{list: m.List})
		}
		add(&out[i])
	}
	return out
}

// Growth is how a list grew and shrank on one day.
type Growth struct {
	Day    time.Time // its beginning in the asked time zone
	Joined map[Cause]int64
	Gone   map[Cause]int64
}

// MaxGrowthDays is the longest period of one question.
const MaxGrowthDays = 366

// Growth tells for each of the last days, today included, how many contacts came to a list and how many were lost to it, by
// cause (AUD-5). Days are those of zone. Days without a change are there too.
func (s *Service) Growth(ctx context.Context, who access.Actor, l ListID, days int, now time.Time, zone *time.Location) ([]Growth, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	if _, err := getList(ctx, s.db, who.Tenant, l); err != nil {
		return nil, fmt.Errorf("list growth: %w", err)
	}
	days = min(max(days, 1), MaxGrowthDays)
	now = now.In(zone)
	first := time.Date(now.Year(), now.Month(), now.Day()-days+1, 0, 0, 0, 0, zone)
	rows, err := db.All[struct {
		Hour         int64
		Cause        Cause
		Joined, Gone int64
	}](ctx, s.db, `SELECT hour, cause, joined, gone FROM list_change WHERE tenant_id = ? AND list_id = ? AND hour >= ? ORDER BY hour`, who.Tenant, l, first.Unix()/3600)
	if err != nil {
		return nil, fmt.Errorf("list growth: %w", err)
	}
	out := make([]Growth, days)
	for i := range out {
		out[i] = Growth{Day: time.Date(first.Year(), first.Month(), first.Day()+i, 0, 0, 0, 0, zone), Joined: map[Cause]int64{}, Gone: map[Cause]int64{}}
	}
	for _, r := range rows {
		at := time.Unix(r.Hour*3600, 0)
		i := slices.IndexFunc(out, func(g Growth) bool { return at.Before(g.Day.AddDate(0, 0, 1)) })
		if i < 0 || at.Before(out[i].Day) {
			continue
		}
		if r.Joined != 0 {
			out[i].Joined[r.Cause] += r.Joined
		}
		if r.Gone != 0 {
			out[i].Gone[r.Cause] += r.Gone
		}
	}
	return out, nil
}
