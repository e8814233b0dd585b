package delivery

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"keruen/internal/db"
	"keruen/internal/id"
)

// Types of figures in the table stat. States of deliveries carry the reason as key.
const (
	statWaiting     = "waiting" // will be tried (again)
	statAccepted    = "accepted"
	statDelivered   = "delivered"
	statFailed      = "failed"
	statUnknown     = "unknown"
	statSkipped     = "skipped"
	statExpired     = "expired"
	statOpen        = "open"
	statClick       = "click"
	statUnsubscribe = "unsubscribe"
	statComplaint   = "complaint"

	machineSuffix = "_machine" // open_machine, click_machine, link_machine
	unclearSuffix = "_unclear" // the same of what may be either
	statLink      = "link"     // clicks by link; key is its index
	domainPrefix  = "domain."  // domain.accepted …; key is the domain
)

// suffixOf is what follows the name of an act in the figures.
func suffixOf(v Verdict) string {
	switch v {
	case Machine:
		return machineSuffix
	case Unclear:
		return unclearSuffix
	}
	return ""
}

// slotSize is the step of the finest timeline.
const slotSize = 10 * time.Minute

// slotOf returns the start of the slot of a moment.
func slotOf(t time.Time) int64 { return t.Truncate(slotSize).UnixMilli() }

// statOf returns the type under which a state is counted.
func statOf(s State) string {
	switch s {
	case Queued, InFlight, Retry:
		return statWaiting
	case Accepted:
		return statAccepted
	case Delivered:
		return statDelivered
	case Failed:
		return statFailed
	case Unknown:
		return statUnknown
	case Skipped:
		return statSkipped
	default:
		return statExpired
	}
}

// Counts says where every recipient of a campaign is. Total is always the sum of the nine states
// (Pending to Cancelled); the rest counts what people did.
type Counts struct {
	Total int64

	Pending   int64 // not tried yet
	Retrying  int64 // tried, will be tried again
	Accepted  int64 // taken by the recipient's server
	Delivered int64 // confirmed by a receipt
	Failed    int64
	Unknown   int64 // may have been sent; named one by one
	Skipped   int64 // left out by the guard
	Expired   int64 // too old
	Cancelled int64 // had not left when the campaign was cancelled

	Opened          int64 // people
	OpenedMachine   int64 // recipients whose only sign of reading came from a machine
	OpensMachine    int64 // openings by machines
	OpenedUnclear   int64 // recipients whose best sign of reading may be either's
	OpensUnclear    int64
	Opens           int64 // openings by people
	Clicked         int64 // people
	ClicksMachine   int64
	ClicksUnclear   int64
	Clicks          int64
	Unsubscribed    int64
	Complained      int64
	FirstAt, LastAt time.Time // first and latest ten minutes with an outcome
}

// Reached is how many the recipients' servers have taken.
func (c Counts) Reached() int64 { return c.Accepted + c.Delivered }

// Settled is how many will not change any more by themselves.
func (c Counts) Settled() int64 { return c.Total - c.Pending - c.Retrying }

type statRow struct {
	Type string `db:"type"`
	Key  string `db:"key"`
	Slot int64  `db:"slot"`
	N    int64  `db:"n"`
	U    int64  `db:"u"`
}

// Counts returns the figures of a campaign (of all its parts).
func (s *Service) Counts(ctx context.Context, t id.Tenant, source int64) (Counts, error) {
	all, err := s.CountsOf(ctx, t, []int64{source})
	return all[source], err
}

// CountsOf returns the figures of several campaigns. One without parts is absent.
func (s *Service) CountsOf(ctx context.Context, t id.Tenant, sources []int64) (map[int64]Counts, error) {
	w := db.Where("p.tenant_id = ?", t)
	w.And(db.In("p.source", sources))
	parts, err := db.All[Part](ctx, s.db, `SELECT `+partColumns+` FROM part p WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("count deliveries: %w", err)
	}
	out := make(map[int64]Counts, len(sources))
	for _, p := range parts {
		one, err := s.countPart(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("count deliveries: %w", err)
		}
		out[p.Source] = out[p.Source].plus(one)
	}
	return out, nil
}

// CountsByVariant returns the figures of a campaign by the variants of its parts; a campaign that is no A/B test has the variant "" only.
func (s *Service) CountsByVariant(ctx context.Context, t id.Tenant, source int64) (map[string]Counts, error) {
	parts, err := partsOf(ctx, s.db, t, source)
	if err != nil {
		return nil, fmt.Errorf("count deliveries: %w", err)
	}
	out := make(map[string]Counts)
	for _, p := range parts {
		one, err := s.countPart(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("count deliveries: %w", err)
		}
		out[p.Variant] = out[p.Variant].plus(one)
	}
	return out, nil
}

// countPart reads one part. The figures are read in one statement, so they belong together.
func (s *Service) countPart(ctx context.Context, p Part) (Counts, error) {
	rows, err := db.All[statRow](ctx, s.db, `
		SELECT type, '' AS key, 0 AS slot, CAST(SUM(n) AS BIGINT) AS n, CAST(SUM(u) AS BIGINT) AS u FROM stat
		WHERE part_id = ? AND type NOT LIKE 'domain.%'
		GROUP BY type
		UNION ALL
		SELECT 'total', '', state, total, chunks FROM part WHERE tenant_id = ? AND id = ?
		UNION ALL
		SELECT 'span', '', MIN(slot), MAX(slot), 0 FROM stat
		WHERE part_id = ? AND type IN ('accepted', 'delivered', 'failed', 'skipped', 'unknown', 'expired') AND slot > 0
		HAVING COUNT(*) > 0`, p.ID, p.Tenant, p.ID, p.ID)
	if err != nil {
		return Counts{}, err
	}
	return countsOf(rows), nil
}

func countsOf(rows []statRow) Counts {
	var c Counts
	var state PartState
	for _, r := range rows {
		switch r.Type {
		case "total":
			c.Total, state = r.N, PartState(r.Slot)
		case "span":
			c.FirstAt, c.LastAt = time.UnixMilli(r.Slot).UTC(), time.UnixMilli(r.N).UTC()
		case statWaiting:
			c.Retrying = r.N
		case statAccepted:
			c.Accepted = r.N
		case statDelivered:
			c.Delivered = r.N
		case statFailed:
			c.Failed = r.N
		case statUnknown:
			c.Unknown = r.N
		case statSkipped:
			c.Skipped = r.N
		case statExpired:
			c.Expired = r.N
		case statOpen:
			c.Opened, c.Opens = r.U, r.N
		case statOpen + machineSuffix:
			c.OpenedMachine, c.OpensMachine = r.U, r.N
		case statClick:
			c.Clicked, c.Clicks = r.U, r.N
		case statClick + machineSuffix:
			c.ClicksMachine = r.N
		case statOpen + unclearSuffix:
			c.OpenedUnclear, c.OpensUnclear = r.U, r.N
		case statClick + unclearSuffix:
			c.ClicksUnclear = r.N
		case statUnsubscribe:
			c.Unsubscribed = r.U
		case statComplaint:
			c.Complained = r.U
		}
	}
	rest := c.Total - c.Retrying - c.Accepted - c.Delivered - c.Failed - c.Unknown - c.Skipped - c.Expired
	if state == PartCancelled {
		c.Cancelled = rest
	} else {
		c.Pending = rest
	}
	return c
}

func (c Counts) plus(o Counts) Counts {
	sum := Counts{
		Total: c.Total + o.Total, Pending: c.Pending + o.Pending, Retrying: c.Retrying + o.Retrying,
		Accepted: c.Accepted + o.Accepted, Delivered: c.Delivered + o.Delivered, Failed: c.Failed + o.Failed,
		Unknown: c.Unknown + o.Unknown, Skipped: c.Skipped + o.Skipped, Expired: c.Expired + o.Expired,
		Cancelled: c.Cancelled + o.Cancelled, Opened: c.Opened + o.Opened, OpenedMachine: c.OpenedMachine + o.OpenedMachine,
		OpensMachine: c.OpensMachine + o.OpensMachine, Opens: c.Opens + o.Opens, Clicked: c.Clicked + o.Clicked,
		ClicksMachine: c.ClicksMachine + o.ClicksMachine, Clicks: c.Clicks + o.Clicks,
		OpenedUnclear: c.OpenedUnclear + o.OpenedUnclear, OpensUnclear: c.OpensUnclear + o.OpensUnclear, ClicksUnclear: c.ClicksUnclear + o.ClicksUnclear,
		Unsubscribed: c.Unsubscribed + o.Unsubscribed, Complained: c.Complained + o.Complained,
		FirstAt: c.FirstAt, LastAt: c.LastAt,
	}
	if sum.FirstAt.IsZero() || !o.FirstAt.IsZero() && o.FirstAt.Before(sum.FirstAt) {
		sum.FirstAt = o.FirstAt
	}
	if o.LastAt.After(sum.LastAt) {
		sum.LastAt = o.LastAt
	}
	return sum
}

// ReasonCount is how many deliveries are in a state for one reason.
type ReasonCount struct {
	State   string // waiting, failed, skipped, unknown, expired
	Reason  string
	N       int64
	Example string // the newest words of a server for it, without addresses
}

// DomainCount is what became of the recipients of one domain of addresses.
type DomainCount struct {
	Domain                                                      string
	Total, Accepted, Failed, Waiting, Skipped, Unknown, Expired int64
	Opened, Clicked, Unsubscribed, Complained                   int64
}

// LinkCount is how one link of the letter did. Index is its place in the revision's Links.
type LinkCount struct {
	Index                            int
	URL                              string
	Clicks, People, Machine, Unclear int64
	ByDevice                         map[Device]int64 // of Clicks
	Variant                          string           // of an A/B test of letters: whose link it is
}

// DeviceCount is how often people opened and clicked on one device in one program.
type DeviceCount struct {
	Device  Device
	Program string
	N       int64
}

// Slot is ten minutes, or an hour, of a campaign. The moment is that of the outcome or of the act.
type Slot struct {
	At                                                                time.Time
	Accepted, Failed, Opened, Clicked, Unsubscribed, Machine, Unclear int64
}

// Breakdown is the report of a campaign beyond its counts.
type Breakdown struct {
	Reasons  []ReasonCount // the most frequent first
	Domains  []DomainCount // the largest first
	Links    []LinkCount   // in the order of the letter
	Devices  []DeviceCount // the most frequent first
	Timeline []Slot        // ascending, without empty slots
	Step     time.Duration // of the timeline: ten minutes for the first day, then an hour
}

// Breakdown returns the report of a campaign by reason, domain, link and time.
func (s *Service) Breakdown(ctx context.Context, t id.Tenant, source int64) (Breakdown, error) {
	w := db.Where("p.tenant_id = ?", t).And("p.source = ?", source)
	rows, err := db.All[statRow](ctx, s.db, `
		SELECT s.type, s.key, s.slot, CAST(SUM(s.n) AS BIGINT) AS n, CAST(SUM(s.u) AS BIGINT) AS u
		FROM part p JOIN stat s ON s.part_id = p.id
		WHERE `+w.SQL()+`
		GROUP BY s.type, s.key, s.slot`, w.Args()...)
	if err != nil {
		return Breakdown{}, fmt.Errorf("break deliveries down: %w", err)
	}
	b := Breakdown{Reasons: reasonsOf(rows), Domains: domainsOf(rows), Links: linksOf(rows), Devices: devicesOf(rows)}
	b.Timeline, b.Step = timelineOf(rows)
	return b, s.addExamples(ctx, t, source, b.Reasons)
}

// LinksOf returns how the links of some variants of a campaign were followed.
func (s *Service) LinksOf(ctx context.Context, t id.Tenant, source int64, variants []string) ([]LinkCount, error) {
	w := db.Where("p.tenant_id = ?", t).And("p.source = ?", source).And(db.In("p.variant", variants)).And("s.type LIKE 'link%'")
	rows, err := db.All[statRow](ctx, s.db, `
		SELECT s.type, s.key, s.slot, CAST(SUM(s.n) AS BIGINT) AS n, CAST(SUM(s.u) AS BIGINT) AS u
		FROM part p JOIN stat s ON s.part_id = p.id
		WHERE `+w.SQL()+`
		GROUP BY s.type, s.key, s.slot`, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("count clicks: %w", err)
	}
	return linksOf(rows), nil
}

// exampleStates are the states in which a server has said something.
var exampleStates = map[string]State{statWaiting: Retry, statFailed: Failed, statUnknown: Unknown}

// addExamples finds what servers said. A handful of reasons is looked up, each by its last recipient.
func (s *Service) addExamples(ctx context.Context, t id.Tenant, source int64, reasons []ReasonCount) error {
	parts, err := partsOf(ctx, s.db, t, source)
	if err != nil {
		return fmt.Errorf("find examples: %w", err)
	}
	for i := range reasons {
		state, ok := exampleStates[reasons[i].State]
		if !ok || i >= maxExamples {
			continue
		}
		for _, p := range parts {
			reasons[i].Example, err = lastDetail(ctx, s.db, p, state, reasons[i].Reason)
			if err != nil {
				return fmt.Errorf("find examples: %w", err)
			}
			if reasons[i].Example != "" {
				break
			}
		}
	}
	return nil
}

// maxExamples bounds the look-ups of one report.
const maxExamples = 20

func lastDetail(ctx context.Context, q db.Querier, p Part, s State, reason string) (string, error) {
	words, err := db.All[string](ctx, q, `
		SELECT detail FROM delivery
		WHERE tenant_id = ? AND part_id = ? AND state = ? AND reason = ? AND detail <> ''
		ORDER BY seq DESC LIMIT 1`, p.Tenant, p.ID, s, reason)
	if err != nil || len(words) == 0 {
		return "", err
	}
	return words[0], nil
}

func reasonsOf(rows []statRow) []ReasonCount {
	sums := make(map[[2]string]int64)
	for _, r := range rows {
		switch r.Type {
		case statWaiting, statFailed, statSkipped, statUnknown, statExpired:
			sums[[2]string{r.Type, r.Key}] += r.N
		}
	}
	var out []ReasonCount
	for k, n := range sums {
		if n != 0 {
			out = append(out, ReasonCount{State: k[0], Reason: k[1], N: n})
		}
	}
	slices.SortFunc(out, func(a, b ReasonCount) int {
		if a.N != b.N {
			return int(b.N - a.N)
		}
		return strings.Compare(a.State+a.Reason, b.State+b.Reason)
	})
	return out
}

func domainsOf(rows []statRow) []DomainCount {
	at := make(map[string]*DomainCount)
	for _, r := range rows {
		kind, ok := strings.CutPrefix(r.Type, domainPrefix)
		if !ok {
			continue
		}
		d := at[r.Key]
		if d == nil {
			d = &DomainCount{Domain: r.Key}
			at[r.Key] = d
		}
		d.add(kind, r)
	}
	out := make([]DomainCount, 0, len(at))
	for _, d := range at {
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b DomainCount) int {
		if a.Total != b.Total {
			return int(b.Total - a.Total)
		}
		return strings.Compare(a.Domain, b.Domain)
	})
	return out
}

func (d *DomainCount) add(kind string, r statRow) {
	switch kind {
	case statOpen:
		d.Opened += r.U
		return
	case statClick:
		d.Clicked += r.U
		return
	case statUnsubscribe:
		d.Unsubscribed += r.U
		return
	case statComplaint:
		d.Complained += r.U
		return
	case statAccepted, statDelivered:
		d.Accepted += r.N
	case statFailed:
		d.Failed += r.N
	case statWaiting:
		d.Waiting += r.N
	case statSkipped:
		d.Skipped += r.N
	case statUnknown:
		d.Unknown += r.N
	case statExpired:
		d.Expired += r.N
	default:
		return
	}
	d.Total += r.N
}

func linksOf(rows []statRow) []LinkCount {
	at := make(map[int]*LinkCount)
	for _, r := range rows {
		device, onDevice := strings.CutPrefix(r.Type, statLink+".")
		if !onDevice && r.Type != statLink && r.Type != statLink+machineSuffix && r.Type != statLink+unclearSuffix {
			continue
		}
		i, err := strconv.Atoi(r.Key)
		if err != nil {
			continue
		}
		if at[i] == nil {
			at[i] = &LinkCount{Index: i}
		}
		if onDevice {
			if at[i].ByDevice == nil {
				at[i].ByDevice = make(map[Device]int64)
			}
			at[i].ByDevice[Device(device)] += r.N
			continue
		}
		switch r.Type {
		case statLink:
			at[i].Clicks += r.N
			at[i].People += r.U
		case statLink + unclearSuffix:
			at[i].Unclear += r.N
		default:
			at[i].Machine += r.N
		}
	}
	out := make([]LinkCount, 0, len(at))
	for _, l := range at {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b LinkCount) int { return a.Index - b.Index })
	return out
}

func devicesOf(rows []statRow) []DeviceCount {
	sums := make(map[string]int64)
	for _, r := range rows {
		if r.Type == statDevice {
			sums[r.Key] += r.N
		}
	}
	out := make([]DeviceCount, 0, len(sums))
	for key, n := range sums {
		device, program, _ := strings.Cut(key, "/")
		out = append(out, DeviceCount{Device: Device(device), Program: program, N: n})
	}
	slices.SortFunc(out, func(a, b DeviceCount) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(string(a.Device)+a.Program, string(b.Device)+b.Program))
	})
	return out
}

// firstDay is how long a timeline keeps steps of ten minutes.
const firstDay = 24 * time.Hour

func timelineOf(rows []statRow) ([]Slot, time.Duration) {
	first, last := int64(0), int64(0)
	for _, r := range rows {
		if r.Slot > 0 && (first == 0 || r.Slot < first) {
			first = r.Slot
		}
		last = max(last, r.Slot)
	}
	step := slotSize
	if last-first > firstDay.Milliseconds() {
		step = time.Hour
	}
	at := make(map[int64]*Slot)
	for _, r := range rows {
		if r.Slot == 0 {
			continue
		}
		k := r.Slot - r.Slot%step.Milliseconds()
		if at[k] == nil {
			at[k] = &Slot{At: time.UnixMilli(k).UTC()}
		}
		at[k].add(r)
	}
	out := make([]Slot, 0, len(at))
	for _, s := range at {
		if *s != (Slot{At: s.At}) {
			out = append(out, *s)
		}
	}
	slices.SortFunc(out, func(a, b Slot) int { return a.At.Compare(b.At) })
	return out, step
}

func (s *Slot) add(r statRow) {
	switch r.Type {
	case statAccepted, statDelivered:
		s.Accepted += r.N
	case statFailed:
		s.Failed += r.N
	case statOpen:
		s.Opened += r.U
	case statClick:
		s.Clicked += r.U
	case statUnsubscribe:
		s.Unsubscribed += r.U
	case statOpen + machineSuffix, statClick + machineSuffix:
		s.Machine += r.N
	case statOpen + unclearSuffix, statClick + unclearSuffix:
		s.Unclear += r.N
	}
}
