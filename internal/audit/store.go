package audit

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/db"
	"keruen/internal/id"
	"keruen/internal/page"
)

// row is a record as stored. Text holds everything; the other columns are for finding.
type row struct {
	Seq    int64
	At     time.Time
	Kind   Kind
	Action string
	Text   string
	Digest string
	Hash   string
}

type head struct {
	Seq  int64
	Hash string
}

// Record appends an entry to the chain of its account, in the caller's transaction.
func Record(ctx context.Context, tx *db.Tx, e Entry) error {
	_, err := appendTx(ctx, tx, body{
		Tenant: e.Tenant, Kind: KindEntry, Who: e.Who, Action: e.Action, Object: e.Object, Details: e.Details,
	})
	return err
}

// RecordAct appends an act of signature and returns its number in the account's chain.
func RecordAct(ctx context.Context, tx *db.Tx, a Act) (seq int64, err error) {
	doc := a.Document
	return appendTx(ctx, tx, body{
		Tenant: a.Tenant, Kind: KindAct, Who: a.Who, Action: "document.signed", Object: doc.Name, Document: &doc,
		Pressed: a.Pressed, CodeID: a.CodeID, Code: a.Code, Details: a.Details,
	})
}

// appendTx takes the next number first: the update locks the head of the chain until the
// transaction ends, so two records of one account never follow the same one.
func appendTx(ctx context.Context, tx *db.Tx, b body) (int64, error) {
	if _, err := db.Exec(ctx, tx, `
		INSERT INTO audit_heads (tenant_id, seq, hash) VALUES (?, 0, ?)
		ON CONFLICT (tenant_id) DO NOTHING`, b.Tenant, genesis(b.Tenant)); err != nil {
		return 0, fmt.Errorf("append audit record: %w", err)
	}
	if _, err := db.Exec(ctx, tx, `UPDATE audit_heads SET seq = seq + 1 WHERE tenant_id = ?`, b.Tenant); err != nil {
		return 0, fmt.Errorf("append audit record: %w", err)
	}
	h, err := getHead(ctx, tx, b.Tenant)
	if err != nil {
		return 0, fmt.Errorf("append audit record: %w", err)
	}
	b.Seq, b.At = h.Seq, tx.Now.UTC().Format(timeFormat)
	text, err := b.text()
	if err != nil {
		return 0, err
	}
	digest, hash := link(h.Hash, text)
	if _, err := db.Exec(ctx, tx, `
		INSERT INTO audit_records (tenant_id, seq, at, kind, action, text, digest, hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		b.Tenant, b.Seq, tx.Now, b.Kind, b.Action, text, digest, hash); err != nil {
		return 0, fmt.Errorf("append audit record: %w", err)
	}
	if _, err := db.Exec(ctx, tx, `UPDATE audit_heads SET hash = ? WHERE tenant_id = ?`, hash, b.Tenant); err != nil {
		return 0, fmt.Errorf("append audit record: %w", err)
	}
	return b.Seq, nil
}

func getHead(ctx context.Context, q db.Querier, t id.Tenant) (head, error) {
	return db.One[head](ctx, q, `SELECT seq, hash FROM audit_heads WHERE tenant_id = ?`, t)
}

// listRows returns one page, the newest first; kind may be empty.
func listRows(ctx context.Context, q db.Querier, t id.Tenant, k Kind, a page.Ask) ([]row, error) {
	w := db.Where("tenant_id = ?", t)
	if k != "" {
		w.And("kind = ?", k)
	}
	if a.After > 0 {
		w.And("seq < ?", a.After)
	}
	return db.All[row](ctx, q, `
		SELECT seq, at, kind, action, text, digest, hash
		FROM audit_records
		WHERE `+w.SQL()+`
		ORDER BY seq DESC
		LIMIT ?`, w.Args(a.Limit+1)...)
}

// rowsAbout returns the records whose text has an object's identifier in it.
func rowsAbout(ctx context.Context, q db.Querier, t id.Tenant, object string) ([]row, error) {
	return db.All[row](ctx, q, `
		SELECT seq, at, kind, action, text, digest, hash
		FROM audit_records
		WHERE tenant_id = ? AND text LIKE ? ESCAPE '!'
		ORDER BY seq`, t, db.Contains(object))
}

// walkRows returns the records after a number in the order of the chain.
func walkRows(ctx context.Context, q db.Querier, t id.Tenant, after int64, limit int) ([]row, error) {
	return db.All[row](ctx, q, `
		SELECT seq, at, kind, action, text, digest, hash
		FROM audit_records
		WHERE tenant_id = ? AND seq > ?
		ORDER BY seq
		LIMIT ?`, t, after, limit)
}

func (r row) record() (Item, error) {
	b, err := parseBody(r.Text)
	if err != nil {
		return Item{}, err
	}
	return Item{
		Seq: r.Seq, At: r.At, Kind: b.Kind, Who: b.Who, Action: b.Action, Object: b.Object, Document: b.Document,
		Pressed: b.Pressed, CodeID: b.CodeID, Code: b.Code, Details: b.Details, Digest: r.Digest, Hash: r.Hash,
	}, nil
}
