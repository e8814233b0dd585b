package contact

import (
	"context"
	"fmt"
	"strings"

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
	NoConsent       Reason = "no_consent"
)

// Recipient is what the pipeline must know about a contact at the moment of sending.
type Recipient struct {
	Contact
	Address string    // in the channel's form
	Consent ConsentID // the record that permits it; zero when Reason is not empty
	Reason  Reason
	Detail  string // with OnStopList: the reason of the entry
}

type guardRow struct {
	row
	Action  Action     `db:"action"`
	Consent ConsentID  `db:"consent_id"`
	Stop    StopReason `db:"stop_reason"`
	Scope   StopScope  `db:"stop_scope"`
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

// GuardRows answers, for each id and in their order, whether a message of this purpose may go out on this channel at
// this moment (AUD-1): one query for a window of up to a few hundred ids, safe inside and outside a transaction.
func GuardRows(ctx context.Context, q db.Querier, t id.Tenant, ch channel.Kind, p channel.Purpose, ids []ID) ([]Recipient, error) {
	w := db.Where("c.tenant_id = ?", t).And(db.In("c.id", ids))
	rows, err := db.All[guardRow](ctx, q, `
		SELECT `+columns(q)+`, s.action, s.consent_id, x.reason AS stop_reason, x.scope AS stop_scope
		FROM contacts c`+
		look(q.Dialect(), "consent_state s", "s.tenant_id = c.tenant_id AND s.contact_id = c.id AND s.channel = ? AND s.purpose = ?")+
		look(q.Dialect(), "suppression x", "x.tenant_id = c.tenant_id AND x.channel = ? AND x.address_hash = "+hashColumn(ch))+`
		WHERE `+w.SQL(), append([]any{ch, p, ch}, w.Args()...)...)
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
			out[i] = r.recipient(ch, p)
			continue
		}
		out[i] = Recipient{Contact: Contact{ID: c, Tenant: t}, Reason: Gone}
	}
	return out, nil
}

func (r *guardRow) recipient(ch channel.Kind, p channel.Purpose) Recipient {
	c := r.contact()
	out := Recipient{Contact: c, Address: c.Address(ch)}
	out.Reason = verdict(out.Address, r.Action, r.Stop, r.Scope, p)
	if out.Reason == Reachable {
		out.Consent = r.Consent
	}
	if out.Reason == OnStopList {
		out.Detail = string(r.Stop)
	}
	return out
}

// verdict is the rule of AUD-1 for one contact. It says the same as the SQL of CountByReason.
func verdict(address string, a Action, stop StopReason, scope StopScope, p channel.Purpose) Reason {
	stopped := stop != "" && (scope == ScopeAll || p == channel.Advertising)
	switch {
	case address == "":
		return NoAddress
	case stopped && stop != Unsubscribed:
		return OnStopList
	case stopped, a == Withdrawn:
		return HasUnsubscribed
	case a != Granted:
		return NoConsent
	default:
		return Reachable
	}
}

// Target says whom a campaign is for: everyone, or the members of some lists (each contact once).
type Target struct {
	All   bool     `json:"all"`
	Lists []ListID `json:"lists,omitempty"`
}

func (a Target) where(t id.Tenant) *db.Conditions {
	w := db.Where("c.tenant_id = ?", t).And("c.sort = ?", Audience)
	if a.All {
		return w
	}
	in, lists := db.In("m.list_id", a.Lists)
	return w.And("EXISTS (SELECT 1 FROM list_member m WHERE m.tenant_id = ? AND "+in+" AND m.contact_id = c.id)", t, lists)
}

// Walk returns up to limit contacts of a target with ids above after, ascending: call it again with the last id until
// it returns fewer. Consent is not looked at: that is the guard's, at the moment of sending.
func Walk(ctx context.Context, q db.Querier, t id.Tenant, a Target, after ID, limit int) ([]ID, error) {
	if !a.All && len(a.Lists) == 1 {
		return db.All[ID](ctx, q, `
			SELECT m.contact_id FROM list_member m JOIN contacts c ON c.tenant_id = m.tenant_id AND c.id = m.contact_id
			WHERE m.tenant_id = ? AND m.list_id = ? AND m.contact_id > ? AND c.sort = ?
			ORDER BY m.contact_id LIMIT ?`, t, a.Lists[0], int64(after), Audience, limit)
	}
	w := a.where(t).And("c.id > ?", int64(after))
	return db.All[ID](ctx, q, `SELECT c.id FROM contacts c WHERE `+w.SQL()+` ORDER BY c.id LIMIT ?`, w.Args(limit)...)
}

// Counts tells how a target divides for one channel and purpose. The parts add up to Total.
type Counts struct {
	Total, Reachable, NoAddress, Suppressed, Unsubscribed, NoConsent int64
}

// CountByReason counts a target as the guard would judge it now, for the check before sending.
func (s *Service) CountByReason(ctx context.Context, t id.Tenant, a Target, ch channel.Kind, p channel.Purpose) (Counts, error) {
	w := a.where(t)
	advertising := p == channel.Advertising
	rows, err := db.All[struct {
		Reason Reason
		N      int64
	}](ctx, s.db, `
		SELECT reason, COUNT(*) AS n FROM (
			SELECT CASE
				WHEN `+hashColumn(ch)+` IS NULL THEN 'no_address'
				WHEN x.reason IS NOT NULL AND (x.scope = 'all' OR ?) AND x.reason <> 'unsubscribed' THEN 'suppressed'
				WHEN x.reason IS NOT NULL AND (x.scope = 'all' OR ?) OR s.action = 'withdrawn' THEN 'unsubscribed'
				WHEN s.action IS NULL THEN 'no_consent'
				ELSE '' END AS reason
			FROM contacts c
			LEFT JOIN consent_state s ON s.tenant_id = c.tenant_id AND s.contact_id = c.id AND s.channel = ? AND s.purpose = ?
			LEFT JOIN suppression x ON x.tenant_id = c.tenant_id AND x.channel = ? AND x.address_hash = `+hashColumn(ch)+`
			WHERE `+w.SQL()+`) AS judged
		GROUP BY reason`, append([]any{advertising, advertising, ch, p, ch}, w.Args()...)...)
	if err != nil {
		return Counts{}, fmt.Errorf("count audience: %w", err)
	}
	var out Counts
	for _, r := range rows {
		out.Total += r.N
		switch r.Reason {
		case Reachable:
			out.Reachable = r.N
		case NoAddress:
			out.NoAddress = r.N
		case OnStopList:
			out.Suppressed = r.N
		case HasUnsubscribed:
			out.Unsubscribed = r.N
		case NoConsent:
			out.NoConsent = r.N
		}
	}
	return out, nil
}
