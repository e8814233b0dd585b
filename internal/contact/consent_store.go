package contact

import (
	"context"
	"errors"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

func consentStates(ctx context.Context, q db.Querier, t id.Tenant, ids []ID) ([]State, error) {
	w := db.Where("tenant_id = ?", t).And(db.In("contact_id", ids))
	return db.All[State](ctx, q, `
		SELECT contact_id, channel, purpose, topic_id, action, consent_id, at
		FROM consent_state
		WHERE `+w.SQL()+`
		ORDER BY contact_id, channel, purpose, topic_id`, w.Args()...)
}

// stateOf returns what holds for one key; the action is empty when nothing was ever recorded.
func stateOf(ctx context.Context, tx *db.Tx, t id.Tenant, c ID, key ConsentKey) (State, error) {
	st, err := db.One[State](ctx, tx, `
		SELECT contact_id, channel, purpose, topic_id, action, consent_id, at
		FROM consent_state
		WHERE tenant_id = ? AND contact_id = ? AND channel = ? AND purpose = ? AND topic_id = ?`+tx.Dialect().Lock(), t, c, key.Channel, key.Purpose, int64(key.Topic))
	if errors.Is(err, errs.ErrNotFound) {
		return State{}, nil
	}
	return st, err
}

const consentColumns = `c.id, c.contact_id, c.channel, c.purpose, c.topic_id, c.action, c.at, p.source, p.wording, p.wording_id, p.wording_version,
	p.evidence, p.ip, p.user_agent, p.member_id, p.act_seq, p.import_id, p.obtained_at`

func listConsents(ctx context.Context, q db.Querier, t id.Tenant, people []ID) ([]Consent, error) {
	w := db.Where("c.tenant_id = ?", t).And(db.In("c.contact_id", people))
	return db.All[Consent](ctx, q, `
		SELECT `+consentColumns+`
		FROM consent c JOIN consent_proof p ON p.tenant_id = c.tenant_id AND p.id = c.proof_id
		WHERE `+w.SQL()+`
		ORDER BY c.id DESC`, w.Args()...)
}

func getConsent(ctx context.Context, q db.Querier, t id.Tenant, consent ConsentID) (Consent, error) {
	return db.One[Consent](ctx, q, `
		SELECT `+consentColumns+`
		FROM consent c JOIN consent_proof p ON p.tenant_id = c.tenant_id AND p.id = c.proof_id
		WHERE c.tenant_id = ? AND c.id = ?`, t, consent)
}

func saveConsent(ctx context.Context, tx *db.Tx, t id.Tenant, c ID, key ConsentKey, a Action, proof Proof) error {
	pid, err := SaveProofTx(ctx, tx, t, proof)
	if err != nil {
		return err
	}
	return saveConsents(ctx, tx, t, pid, a, []consentOf{{c, key}})
}

// consentOf is one contact's consent to one thing.
type consentOf struct {
	contact ID
	ConsentKey
}

// saveConsents appends records and makes them the state.
func saveConsents(ctx context.Context, tx *db.Tx, t id.Tenant, proof ProofID, a Action, list []consentOf) error {
	ids := make([]ConsentID, len(list))
	for i := range ids {
		ids[i] = id.New[consentKind]()
	}
	err := db.InsertRows(ctx, tx, "consent", []string{"id", "tenant_id", "contact_id", "channel", "purpose", "topic_id", "action", "proof_id", "at"}, len(list), func(i int) []any {
		return []any{ids[i], t, list[i].contact, list[i].Channel, list[i].Purpose, int64(list[i].Topic), a, proof, tx.Now}
	}, "")
	if err != nil {
		return err
	}
	return db.InsertRows(ctx, tx, "consent_state", []string{"tenant_id", "contact_id", "channel", "purpose", "topic_id", "action", "consent_id", "at"}, len(list), func(i int) []any {
		return []any{t, list[i].contact, list[i].Channel, list[i].Purpose, int64(list[i].Topic), a, ids[i], tx.Now}
	}, `ON CONFLICT (tenant_id, contact_id, channel, purpose, topic_id) DO UPDATE SET action = excluded.action, consent_id = excluded.consent_id, at = excluded.at`)
}

// SaveProofTx keeps a proof that many consents will point to, as an import does.
func SaveProofTx(ctx context.Context, tx *db.Tx, t id.Tenant, p Proof) (ProofID, error) {
	obtained := p.Obtained
	if obtained.IsZero() {
		obtained = tx.Now
	}
	pid := id.New[proofKind]()
	_, err := db.Exec(ctx, tx, `
		INSERT INTO consent_proof (id, tenant_id, source, wording, wording_id, wording_version, evidence, ip, user_agent, member_id, act_seq, import_id, obtained_at, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		pid, t, p.Source, p.Wording, p.WordingID, p.WordingVersion, db.AsJSON(p.Evidence), p.IP, p.UserAgent, p.Member, p.Act, p.Import,
		obtained.Truncate(time.Millisecond), tx.Now)
	return pid, err
}
