package contact

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/id"
)

// Reason tells why a contact may not be written to now; empty when it may. delivery and the cabinet use the same words.
type Reason string

// Reasons, in the order in which they are looked for.
const (
	Reachable       Reason = ""
	Gone            Reason = "contact_deleted"
	NoAddress       Reason = "no_address"
	OnStopList      Reason = "suppressed"
	HasUnsubscribed Reason = "unsubscribed"
	TopicLeft       Reason = "topic_left" // of a campaign with a topic: the contact left this topic only
	NoConsent       Reason = "no_consent"
	Paused          Reason = "paused" // the contact wants no mailings for a while
)

// Recipient is what the pipeline must know about a contact at the moment of sending.
type Recipient struct {
	Contact
	Address string    // in the channel's form
	Consent ConsentID // the record that permits it, that of the topic if there is one; zero when Reason is not empty
	Reason  Reason
	Detail  string // with OnStopList: the reason of the entry
}

type guardRow struct {
	row
	Action       Action     `db:"action"`
	Consent      ConsentID  `db:"consent_id"`
	Stop         StopReason `db:"stop_reason"`
	Scope        StopScope  `db:"stop_scope"`
	TopicAction  Action     `db:"topic_action"`
	TopicConsent ConsentID  `db:"topic_consent_id"`
	TopicStop    TopicID    `db:"topic_stop"`
	Paused       time.Time  `db:"paused_until"`
}

// hashColumn is the hash that the stop-list of a channel is compared with. Channels whose addresses contacts do not
// hold yet have none.
func hashColumn(ch channel.Kind) string {
	switch ch {
	case channel.Email:
		return "c.email_hash"
	case channel.SMS, channel.Viber, channel.WhatsApp:
		return "c.phone_hash"
	default:
		return "NULL"
	}
}

// look joins the one row that table, with its alias, has for each contact, by the index of on's columns. Right after an
// import PostgreSQL has no statistics yet, takes an account for tiny, and a plain join would read all consents of the
// account again for each contact; the LIMIT keeps it from that.
func look(d db.Dialect, table, on string) string {
	if d == db.Postgres {
		return ` LEFT JOIN LATERAL (SELECT * FROM ` + table + ` WHERE ` + on + ` LIMIT 1) ` + table[strings.IndexByte(table, ' ')+1:] + ` ON TRUE`
	}
	return ` LEFT JOIN ` + table + ` ON ` + on
}

// judged joins to contacts c what the rule needs for one key: the state s of the purpose, the entry x of the stop-list, and for
// a topic its state o and the mark k that it was left, for mailings the pause z that is not over now. The second result selects what a guardRow holds beside the contact.
func judged(d db.Dialect, now time.Time, key ConsentKey) (joins, selected string, args []any) {
	const state = "%s.tenant_id = c.tenant_id AND %[1]s.contact_id = c.id AND %[1]s.channel = ? AND %[1]s.purpose = ? AND %[1]s.topic_id = "
	hash := hashColumn(key.Channel)
	joins = look(d, "consent_state s", fmt.Sprintf(state, "s")+"0") +
		look(d, "suppression x", "x.tenant_id = c.tenant_id AND x.channel = ? AND x.address_hash = "+hash)
	selected, args = "s.action, s.consent_id, x.reason AS stop_reason, x.scope AS stop_scope", []any{key.Channel, key.Purpose, key.Channel}
	if key.Purpose.Advertises() {
		joins += look(d, "contact_pause z", "z.tenant_id = c.tenant_id AND z.contact_id = c.id AND z.channel = ? AND z.until_at > ?")
		selected, args = selected+", z.until_at AS paused_until", append(args, key.Channel, now)
	}
	if key.Topic == 0 {
		return joins, selected, args
	}
	joins += look(d, "consent_state o", fmt.Sprintf(state, "o")+"?") +
		look(d, "topic_stop k", "k.tenant_id = c.tenant_id AND k.address_hash = "+hash+" AND k.channel = ? AND k.purpose = ? AND k.topic_id = ?")
	return joins, selected + ", o.action AS topic_action, o.consent_id AS topic_consent_id, k.topic_id AS topic_stop",
		append(args, key.Channel, key.Purpose, key.Topic, key.Channel, key.Purpose, key.Topic)
}

// GuardRows answers, for each id and in their order, whether a message of this purpose and topic may go out on this channel at
// this moment (AUD-1): one query for a window of up to a few hundred ids, safe inside and outside a transaction.
func GuardRows(ctx context.Context, q db.Querier, t id.Tenant, key ConsentKey, ids []ID) ([]Recipient, error) {
	w := db.Where("c.tenant_id = ?", t).And(db.In("c.id", ids))
	joins, selected, args := judged(q.Dialect(), q.Moment(), key)
	rows, err := db.All[guardRow](ctx, q, `SELECT `+columns(q)+`, `+selected+` FROM contacts c`+joins+` WHERE `+w.SQL(), append(args, w.Args()...)...)
	if err != nil {
		return nil, fmt.Errorf("guard recipients: %w", err)
	}
	at := make(map[ID]*guardRow, len(rows))
	for i := range rows {
		at[rows[i].ID] = &rows[i]
	}
	out := make([]Recipient, len(ids))
	for i, c := range ids {
		if r := at[c]; r != nil {
			out[i] = r.recipient(key)
			continue
		}
		out[i] = Recipient{Contact: Contact{ID: c, Tenant: t}, Reason: Gone}
	}
	return out, nil
}

func (r *guardRow) recipient(key ConsentKey) Recipient {
	c := r.contact()
	out := Recipient{Contact: c, Address: c.Address(key.Channel)}
	out.Reason = r.verdict(out.Address, key)
	switch {
	case out.Reason == Reachable && r.TopicAction == Granted:
		out.Consent = r.TopicConsent
	case out.Reason == Reachable:
		out.Consent = r.Consent
	case out.Reason == OnStopList:
		out.Detail = string(r.Stop)
	}
	return out
}

// verdict is the rule of AUD-1 for one contact. It says the same as reasonSQL.
func (r *guardRow) verdict(address string, key ConsentKey) Reason {
	stopped := r.Stop != "" && r.Scope.stops(key.Purpose)
	switch {
	case address == "":
		return NoAddress
	case stopped && r.Stop != Unsubscribed:
		return OnStopList
	case stopped, r.Action == Withdrawn:
		return HasUnsubscribed
	case r.TopicAction == Withdrawn, r.TopicStop != 0:
		return TopicLeft
	case r.Action != Granted && r.TopicAction != Granted:
		return NoConsent
	case !r.Paused.IsZero():
		return Paused
	default:
		return Reachable
	}
}

// reasonSQL is verdict as an expression over what judged joins.
func reasonSQL(key ConsentKey) string {
	var scopes []string
	for sc := range stopped {
		if sc.stops(key.Purpose) {
			scopes = append(scopes, "'"+string(sc)+"'")
		}
	}
	slices.Sort(scopes)
	stops := "x.scope IN (" + strings.Join(scopes, ", ") + ")"
	left, granted := "", "s.action = 'granted'"
	if key.Topic != 0 {
		left, granted = " WHEN o.action = 'withdrawn' OR k.topic_id IS NOT NULL THEN 'topic_left'", "(s.action = 'granted' OR o.action = 'granted')"
	}
	if key.Purpose.Advertises() {
		granted += " AND z.until_at IS NOT NULL THEN 'paused' WHEN " + granted
	}
	return "CASE WHEN " + hashColumn(key.Channel) + " IS NULL THEN 'no_address'" +
		" WHEN " + stops + " AND x.reason <> 'unsubscribed' THEN 'suppressed'" +
		" WHEN " + stops + " OR s.action = 'withdrawn' THEN 'unsubscribed'" + left +
		" WHEN " + granted + " THEN '' ELSE 'no_consent' END"
}
