package campaign

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"keruen/internal/access"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// LocalTime says that the wall time of an order is each contact's own, and what becomes of those whose time has passed when the
// campaign is ordered or begins.
type LocalTime string

// Values.
const (
	OneMoment LocalTime = ""         // one moment for all
	AtOnce    LocalTime = "at_once"  // whose time has passed gets the letter at the start
	NextDay   LocalTime = "next_day" // … or at the same time of the next day
)

// ErrLocal is returned for a local time without a time.
var ErrLocal = errs.New(errs.Invalid, "campaign.local_time", "Letters at the local time of each contact need a day and a time.")

// wallTime is how times of day are written.
const wallTime = "2006-01-02T15:04"

// localDue is when a wall time comes in a zone, and whether it had passed by from. A time that the clocks skip moves by the shift.
func localDue(wall string, zone *time.Location, rule LocalTime, from time.Time) (due time.Time, passed bool, err error) {
	at, err := time.ParseInLocation(wallTime, wall, zone)
	if err != nil {
		return time.Time{}, false, ErrTime.Because(err)
	}
	if naive, _ := time.Parse(wallTime, wall); at.Format(wallTime) < wall { // the clocks skip it: the library may go back
		shown, _ := time.Parse(wallTime, at.Format(wallTime))
		at = at.Add(naive.Sub(shown))
	}
	if !at.Before(from) {
		return at.UTC(), false, nil
	}
	if rule == AtOnce {
		return from, true, nil
	}
	for at.Before(from) {
		at = at.AddDate(0, 0, 1)
	}
	return at.UTC(), true, nil
}

// ZoneStart is when contacts of one offset from UTC get the letter.
type ZoneStart struct {
	Zone   string // one zone of the offset, that of the first contact found
	Offset int    // minutes east of UTC, at that time
	At     time.Time
	N      int64 // contacts
	Known  int64 // of them those whose zone is known; the others have the account's
	Passed bool  // their time has passed: the rule says what becomes of them
}

// maxZoned is how many contacts a preview looks at.
const maxZoned = 200_000

// Zones is what a preview of local times says.
type Zones struct {
	Starts  []ZoneStart // in the order of their moments
	Looked  int64       // contacts that were looked at
	Partial bool        // the audience is larger: only its first part was looked at
}

// Zones tells when each zone of a campaign's audience would get it (MSG-3).
func (s *Service) Zones(ctx context.Context, who access.Actor, c ID, o Order) (Zones, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return Zones{}, err
	}
	x, err := get(ctx, s.db, who.Tenant, c)
	if err != nil {
		return Zones{}, fmt.Errorf("preview local times: %w", err)
	}
	if o.At == "" {
		return Zones{}, ErrLocal
	}
	if o.Local == OneMoment {
		o.Local = NextDay
	}
	return s.zones(ctx, x, o, s.clock.Now(), maxZoned)
}

// firstLocal is when the first zone of the whole audience has its time; zero for another kind of order, which setStart judges. It reads every contact, so it
// is asked before the order's transaction.
func (s *Service) firstLocal(ctx context.Context, t id.Tenant, c ID, o Order) (time.Time, error) {
	if o.Local != AtOnce && o.Local != NextDay || o.At == "" {
		return time.Time{}, nil
	}
	x, err := get(ctx, s.db, t, c)
	if err != nil || x.Split != nil || x.AgainOf != 0 {
		return time.Time{}, err
	}
	z, err := s.zones(ctx, x, o, s.clock.Now().Add(UndoWindow), math.MaxInt64)
	if err != nil || len(z.Starts) == 0 {
		return time.Time{}, err
	}
	return z.Starts[0].At, nil
}

// zones looks at the first contacts of an audience, about limit of them.
func (s *Service) zones(ctx context.Context, c Campaign, o Order, now time.Time, limit int64) (Zones, error) {
	own, err := time.LoadLocation(o.Zone)
	if err != nil {
		return Zones{}, ErrTime.Because(err)
	}
	var out Zones
	starts := zoneStarts{zones: zoneCache{own: own}, at: make(map[time.Time]*ZoneStart), of: make(map[string]*ZoneStart)}
	var after contact.ID
	for {
		ids, err := s.walk(ctx, s.db, c, after, batchContacts)
		if err != nil {
			return Zones{}, fmt.Errorf("preview local times: %w", err)
		}
		names, err := contact.ZonesOf(ctx, s.db, c.Tenant, ids)
		if err != nil {
			return Zones{}, fmt.Errorf("preview local times: %w", err)
		}
		for _, name := range names {
			if err := starts.count(name, o, now); err != nil {
				return Zones{}, err
			}
		}
		out.Looked += int64(len(ids))
		if len(ids) < batchContacts {
			break
		}
		if out.Looked >= limit {
			out.Partial = true
			break
		}
		after = ids[len(ids)-1]
	}
	for _, z := range starts.at {
		out.Starts = append(out.Starts, *z)
	}
	slices.SortFunc(out.Starts, func(a, b ZoneStart) int { return a.At.Compare(b.At) })
	return out, nil
}

// zoneStarts gathers moments by the names of zones; several zones may share one.
type zoneStarts struct {
	zones zoneCache
	at    map[time.Time]*ZoneStart
	of    map[string]*ZoneStart
}

func (s *zoneStarts) count(name string, o Order, now time.Time) error {
	z := s.of[name]
	if z == nil {
		zone := s.zones.get(name)
		due, passed, err := localDue(o.At, zone, o.Local, now)
		if err != nil {
			return err
		}
		if z = s.at[due]; z == nil {
			_, offset := due.In(zone).Zone()
			z = &ZoneStart{Zone: zone.String(), Offset: offset / 60, At: due, Passed: passed}
			s.at[due] = z
		}
		s.of[name] = z
	}
	z.N++
	if name != "" {
		z.Known++
	}
	return nil
}

// zoneCache remembers zones by name; the empty name is the account's.
type zoneCache struct {
	own  *time.Location
	have map[string]*time.Location
}

func (z *zoneCache) get(name string) *time.Location {
	if name == "" {
		return z.own
	}
	if l := z.have[name]; l != nil {
		return l
	}
	l, err := time.LoadLocation(name)
	if err != nil {
		l = z.own
	}
	if z.have == nil {
		z.have = make(map[string]*time.Location)
	}
	z.have[name] = l
	return l
}

// byZone divides a stretch of the audience by the moments at which its contacts' local time comes.
func (s *Service) byZone(ctx context.Context, tx *db.Tx, c Campaign, part delivery.PartID, ids []contact.ID) ([]delivery.Share, error) {
	own, err := time.LoadLocation(c.Zone)
	if err != nil {
		return nil, ErrTime.Because(err)
	}
	names, err := contact.ZonesOf(ctx, tx, c.Tenant, ids)
	if err != nil {
		return nil, err
	}
	zones := zoneCache{own: own}
	due := make(map[string]time.Time)
	at := make(map[time.Time][]contact.ID)
	for i, who := range ids {
		when, ok := due[names[i]]
		if !ok {
			if when, _, err = localDue(c.StartLocal, zones.get(names[i]), c.Local, c.StartAt); err != nil {
				return nil, err
			}
			due[names[i]] = when
		}
		at[when] = append(at[when], who)
	}
	out := make([]delivery.Share, 0, len(at))
	for when, list := range at {
		out = append(out, delivery.Share{Part: part, Due: when, IDs: list})
	}
	slices.SortFunc(out, func(a, b delivery.Share) int { return a.Due.Compare(b.Due) })
	return out, nil
}

// widest is how far apart the first and the last zone of the world are, a day of waiting included.
const widest = 50 * time.Hour
