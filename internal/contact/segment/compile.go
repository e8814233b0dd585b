package segment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// Asked is a question about letters and what people did with them.
type Asked struct {
	Act       Act
	Last      int          // of the last campaigns only; 0 = of all messages
	Campaigns []CampaignID // of these only
	Since     time.Time    // not before; zero = ever
	Link      string       // clicks: part of the address, or the whole of it when Exact
	Exact     bool
	Times     int // different letters, at least
}

// Activity knows what became of letters; delivery supplies it.
type Activity interface {
	// Did returns a condition on the alias c of contacts, never NULL, with its arguments.
	Did(ctx context.Context, q db.Querier, t id.Tenant, a Asked) (string, []any, error)
	// Active is the condition that a person opened or clicked something since a moment.
	Active(ctx context.Context, q db.Querier, t id.Tenant, since time.Time) (string, []any, error)
}

// piece is a condition in SQL with its arguments. It is never NULL, so that NOT turns it round.
type piece struct {
	text string
	args []any
	dear int // evaluated in ascending order: 0 reads the row, 1 looks elsewhere
}

// compiler turns trees of one account into SQL over the alias c of contacts.
type compiler struct {
	q        db.Querier
	tenant   id.Tenant
	now      time.Time // in the account's time zone
	fields   map[string]contact.Field
	activity Activity
	trees    func(ctx context.Context, s ID) (Condition, error) // of other segments
	within   []ID                                               // segments being compiled, from the outermost
	leaves   int
}

// Errors of segments that use segments.
var (
	ErrCircle = errs.New(errs.Invalid, "segment.circle", "Segments would contain each other in a circle.")
	ErrNested = errs.New(errs.Invalid, "segment.nested", "Segments of segments are too deep or too large together.")
)

func (k *compiler) compile(ctx context.Context, c Condition) (piece, error) {
	switch {
	case c.Leaf():
		if k.leaves++; k.leaves > maxCompiled {
			return piece{}, ErrNested
		}
		return k.leaf(ctx, c)
	case c.Not != nil:
		p, err := k.compile(ctx, *c.Not)
		return p.not(), err
	case c.Any != nil:
		return k.join(ctx, c.Any, " OR ")
	default:
		return k.join(ctx, c.All, " AND ")
	}
}

func (p piece) not() piece { return piece{"NOT (" + p.text + ")", p.args, p.dear} }

// join puts what is cheap first: both engines stop at the first member that decides, SQLite always in this order.
func (k *compiler) join(ctx context.Context, list []Condition, word string) (piece, error) {
	pieces := make([]piece, len(list))
	for i, c := range list {
		p, err := k.compile(ctx, c)
		if err != nil {
			return piece{}, err
		}
		pieces[i] = p
	}
	slices.SortStableFunc(pieces, func(a, b piece) int { return a.dear - b.dear })
	var out piece
	parts := make([]string, len(pieces))
	for i, p := range pieces {
		parts[i] = "(" + p.text + ")"
		out.args, out.dear = append(out.args, p.args...), max(out.dear, p.dear)
	}
	out.text = strings.Join(parts, word)
	return out, nil
}

func (k *compiler) leaf(ctx context.Context, c Condition) (piece, error) {
	switch c.Kind {
	case OfAttribute:
		return k.attribute(c), nil
	case OfField:
		return k.field(c), nil
	case OfTag:
		return k.member(c, "contact_tag", "tag_id", parsed[tagTag](c.Values)), nil
	case OfList:
		return k.member(c, "list_member", "list_id", parsed[listTag](c.Values)), nil
	case OfImport:
		return piece{text: "c.import_id IN (" + db.Marks(len(c.Values)) + ")", args: parsed[importKind](c.Values)}.unless(c.Op == NoneOf), nil
	case OfSegment:
		return k.segments(ctx, c)
	case OfConsent:
		return k.consent(c), nil
	case OfStop:
		return k.stop(c).unless(c.Op == IsNot), nil
	case OfAct:
		return k.act(ctx, c)
	case OfIdle:
		text, args, err := k.activity.Active(ctx, k.q, k.tenant, k.daysAgo(c.Days))
		return piece{text, args, 1}.not(), err
	}
	return piece{}, fmt.Errorf("compile segment: no kind %q", c.Kind)
}

func (p piece) unless(negated bool) piece {
	if negated {
		return p.not()
	}
	return p
}

func parsed[K id.Kind](values []string) []any {
	out := make([]any, 0, len(values))
	for _, v := range values {
		if n, err := id.Parse[K](v); err == nil {
			out = append(out, int64(n))
		}
	}
	return out
}

// member asks for membership of lists or tags.
func (k *compiler) member(c Condition, table, column string, ids []any) piece {
	exists := func(ids []any) piece {
		return piece{"EXISTS (SELECT 1 FROM " + table + " m WHERE m.tenant_id = ? AND m." + column + " IN (" + db.Marks(len(ids)) + ") AND m.contact_id = c.id)",
			append([]any{k.tenant}, ids...), 1}
	}
	if c.Op != AllOf {
		return exists(ids).unless(c.Op == NoneOf)
	}
	var all piece
	parts := make([]string, len(ids))
	for i := range ids {
		p := exists(ids[i : i+1])
		parts[i], all.args = p.text, append(all.args, p.args...)
	}
	all.text, all.dear = strings.Join(parts, " AND "), 1
	return all
}

func (k *compiler) segments(ctx context.Context, c Condition) (piece, error) {
	var out piece
	var parts []string
	for _, v := range c.Values {
		s, err := id.Parse[segmentTag](v)
		if err != nil {
			return piece{}, err
		}
		p, err := k.segment(ctx, ID(s))
		if err != nil {
			return piece{}, err
		}
		parts = append(parts, "("+p.text+")")
		out.args, out.dear = append(out.args, p.args...), max(out.dear, p.dear)
	}
	out.text = strings.Join(parts, " OR ")
	return out.unless(c.Op == NoneOf), nil
}

// segment compiles a saved segment where it is used.
func (k *compiler) segment(ctx context.Context, s ID) (piece, error) {
	if slices.Contains(k.within, s) {
		return piece{}, ErrCircle
	}
	if len(k.within) >= maxNesting {
		return piece{}, ErrNested
	}
	c, err := k.trees(ctx, s)
	if err != nil {
		return piece{}, err
	}
	k.within = append(k.within, s)
	p, err := k.compile(ctx, c)
	k.within = k.within[:len(k.within)-1]
	return p, err
}

func (k *compiler) consent(c Condition) piece {
	text := `EXISTS (SELECT 1 FROM consent_state s WHERE s.tenant_id = ? AND s.contact_id = c.id AND s.channel = ? AND s.purpose = ? AND s.topic_id = ?`
	args := []any{k.tenant, c.Channel, c.Purpose, int64(c.Topic)}
	if c.State == contact.Absent {
		return piece{text + ")", args, 1}.not()
	}
	text, args = text+" AND s.action = ?", append(args, c.State)
	if len(c.Values) > 0 {
		text += ` AND EXISTS (SELECT 1 FROM consent n JOIN consent_proof p ON p.id = n.proof_id WHERE n.tenant_id = ? AND n.id = s.consent_id AND p.source IN (` + db.Marks(len(c.Values)) + `))`
		args = append(append(args, k.tenant), anys(c.Values)...)
	}
	return piece{text + ")", args, 1}
}

func anys(values []string) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// stop asks the stop-list for the addresses of a contact; without a channel for any of them.
func (k *compiler) stop(c Condition) piece {
	reasons := ""
	if len(c.Values) > 0 {
		reasons = " AND x.reason IN (" + db.Marks(len(c.Values)) + ")"
	}
	look := func(hash, channels string, args ...any) piece {
		return piece{"EXISTS (SELECT 1 FROM suppression x WHERE x.tenant_id = ? AND x.address_hash = " + hash + " AND x.channel " + channels + reasons + ")",
			append(append([]any{k.tenant}, args...), anys(c.Values)...), 1}
	}
	if c.Channel == channel.Email {
		return look("c.email_hash", "= ?", c.Channel)
	}
	if c.Channel != "" {
		return look("c.phone_hash", "= ?", c.Channel)
	}
	mail, phone := look("c.email_hash", "= ?", channel.Email), look("c.phone_hash", "<> ?", channel.Email)
	return piece{mail.text + " OR " + phone.text, append(mail.args, phone.args...), 1}
}

func (k *compiler) act(ctx context.Context, c Condition) (piece, error) {
	a := Asked{Act: c.Act, Last: c.Last, Campaigns: c.Campaigns, Link: c.Link, Exact: c.Exact, Times: max(c.Times, 1)}
	if c.Days > 0 {
		a.Since = k.daysAgo(c.Days)
	}
	text, args, err := k.activity.Did(ctx, k.q, k.tenant, a)
	return piece{text, args, 1}.unless(c.Op == DidNot), err
}

// today is the beginning of the present day in the account's time zone.
func (k *compiler) today() time.Time {
	y, m, d := k.now.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, k.now.Location())
}

// daysAgo is the beginning of the day n days before today.
func (k *compiler) daysAgo(n int) time.Time { return k.today().AddDate(0, 0, -n) }
