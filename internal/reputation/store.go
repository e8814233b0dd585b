package reputation

import (
	"context"
	"time"

	"keruen/internal/db"
	"keruen/internal/id"
	"keruen/internal/mail/dnsbl"
)

const columns = `id, subject, zone, code, reason, page, policy, state, note, since, seen_at, ended_at`

// openIncident opens an incident, or renews the one that goes on.
func openIncident(ctx context.Context, tx *db.Tx, subject string, f dnsbl.Finding) (opened bool, err error) {
	n, err := db.Exec(ctx, tx, `
		UPDATE incident SET code = ?, reason = ?, policy = ?, seen_at = ?
		WHERE subject = ? AND zone = ? AND ended_at IS NULL`, f.Code.Name, f.Reason, f.Code.Policy, tx.Now, subject, f.Zone)
	if err != nil || n > 0 {
		return false, err
	}
	n, err = db.Exec(ctx, tx, `
		INSERT INTO incident (id, subject, zone, code, reason, page, policy, state, note, since, seen_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?)
		ON CONFLICT DO NOTHING`, id.New[incidentKind](), subject, f.Zone, f.Code.Name, f.Reason, f.Page, f.Code.Policy, string(Open), tx.Now, tx.Now)
	return n > 0, err
}

func closeIncident(ctx context.Context, tx *db.Tx, subject, zone string) error {
	_, err := db.Exec(ctx, tx, `
		UPDATE incident SET state = ?, ended_at = ?
		WHERE subject = ? AND zone = ? AND ended_at IS NULL`, string(Closed), tx.Now, subject, zone)
	return err
}

func acknowledge(ctx context.Context, tx *db.Tx, i ID, note string) error {
	_, err := db.Exec(ctx, tx, `
		UPDATE incident SET note = ?, state = CASE WHEN ended_at IS NULL THEN ? ELSE state END
		WHERE id = ?`, note, string(Acknowledged), i)
	return err
}

func saveCheck(ctx context.Context, tx *db.Tx, subject string, f dnsbl.Finding) error {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO reputation_check (subject, zone, state, checked_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (subject, zone) DO UPDATE SET state = excluded.state, checked_at = excluded.checked_at`,
		subject, f.Zone, string(f.State), tx.Now)
	return err
}

func getIncident(ctx context.Context, q db.Querier, i ID) (Incident, error) {
	return db.One[Incident](ctx, q, `SELECT `+columns+` FROM incident WHERE id = ?`, i)
}

func recentOf(ctx context.Context, q db.Querier, subject string, since time.Time) ([]Incident, error) {
	return db.All[Incident](ctx, q, `
		SELECT `+columns+` FROM incident
		WHERE subject = ? AND (ended_at IS NULL OR ended_at >= ?)
		ORDER BY id`, subject, since)
}

func listIncidents(ctx context.Context, q db.Querier, limit int) ([]Incident, error) {
	return db.All[Incident](ctx, q, `
		SELECT `+columns+` FROM incident
		ORDER BY CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END, since DESC, id DESC
		LIMIT ?`, limit)
}

func listChecks(ctx context.Context, q db.Querier) ([]Check, error) {
	return db.All[Check](ctx, q, `
		SELECT subject, zone, state, checked_at FROM reputation_check
		ORDER BY subject, zone`)
}
