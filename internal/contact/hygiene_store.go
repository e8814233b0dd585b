package contact

import (
	"context"

	"keruen/internal/db"
	"keruen/internal/id"
)

func domainChecks(ctx context.Context, q db.Querier, t id.Tenant, domains []string) (map[string]DomainCheck, error) {
	w := db.Where("tenant_id = ?", t).And(db.In("domain", domains))
	rows, err := db.All[DomainCheck](ctx, q, `SELECT domain, state, confirmed, checked_at FROM domain_check WHERE `+w.SQL(), w.Args()...)
	out := make(map[string]DomainCheck, len(rows))
	for _, r := range rows {
		out[r.Domain] = r
	}
	return out, err
}

func saveDomains(ctx context.Context, tx *db.Tx, t id.Tenant, list []DomainCheck) error {
	return db.InsertRows(ctx, tx, "domain_check", []string{"tenant_id", "domain", "state", "confirmed", "checked_at"}, len(list), func(i int) []any {
		d := list[i]
		return []any{t, d.Domain, d.State, d.Confirmed, d.At}
	}, `ON CONFLICT (tenant_id, domain) DO UPDATE SET state = excluded.state, confirmed = excluded.confirmed, checked_at = excluded.checked_at`)
}

type emailRow struct {
	ID  ID     `db:"id"`
	Key string `db:"email_key"`
}

func emailsAfter(ctx context.Context, q db.Querier, t id.Tenant, after ID, limit int) ([]emailRow, error) {
	return db.All[emailRow](ctx, q, `SELECT id, COALESCE(email_key, '') AS email_key FROM contacts WHERE tenant_id = ? AND id > ? ORDER BY id LIMIT ?`,
		t, int64(after), limit)
}

const deadState = `k.confirmed AND k.state IN ('null_mx', 'no_mail', 'no_domain')`

// UndeliverableSQL is a condition on the contact with the alias c, for segments and filters: its domain takes no mail. Its one
// argument is the account.
func UndeliverableSQL(d db.Dialect) string {
	return `EXISTS (SELECT 1 FROM domain_check k WHERE k.tenant_id = ? AND k.domain = ` + d.After("c.email_key", "@") + ` AND ` + deadState + `)`
}

// DeadDomain is a domain that takes no mail.
type DeadDomain struct {
	DomainCheck
	Contacts int64 `db:"contacts"`
}

func deadDomains(ctx context.Context, q db.Querier, t id.Tenant) ([]DeadDomain, error) {
	return db.All[DeadDomain](ctx, q, `
		SELECT k.domain, k.state, k.confirmed, k.checked_at, COUNT(*) AS contacts
		FROM domain_check k JOIN contacts c ON c.tenant_id = k.tenant_id AND `+q.Dialect().After("c.email_key", "@")+` = k.domain
		WHERE k.tenant_id = ? AND `+deadState+` AND c.sort = ?
		GROUP BY k.domain, k.state, k.confirmed, k.checked_at
		ORDER BY contacts DESC, k.domain LIMIT 200`, t, Audience)
}
