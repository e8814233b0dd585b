package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// errFenced says that another owner has taken the chunk over: nothing of ours may be written to it.
var errFenced = errors.New("the chunk was taken over by another node")

func insertPart(ctx context.Context, tx *db.Tx, p Part) error {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO part(`+partColumns+`)
		VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		p.ID, p.Tenant, p.Source, p.Sender, p.Revision, p.Purpose, p.Topic, p.TrackOpens, p.TrackClicks,
		p.State, p.Filled, p.Total, p.Chunks, int64(p.Cursor), p.StartAt, p.ExpiresAt, p.CreatedAt, p.ChangedAt, p.Guard, p.Variant, p.FromName)
	return err
}

func lockPart(ctx context.Context, tx *db.Tx, t id.Tenant, part PartID) (Part, error) {
	return db.One[Part](ctx, tx, `
		SELECT `+partColumns+` FROM part WHERE tenant_id = ? AND id = ?`+tx.Dialect().Lock(), t, part)
}

func getPart(ctx context.Context, q db.Querier, t id.Tenant, part PartID) (Part, error) {
	return db.One[Part](ctx, q, `SELECT `+partColumns+` FROM part WHERE tenant_id = ? AND id = ?`, t, part)
}

// loadPart is for the pump and for signed links, which know a part by its id alone.
func loadPart(ctx context.Context, q db.Querier, part PartID) (Part, error) {
	return db.One[Part](ctx, q, `SELECT `+partColumns+` FROM part WHERE id = ?`, part)
}

func partsOf(ctx context.Context, q db.Querier, t id.Tenant, source int64) ([]Part, error) {
	return db.All[Part](ctx, q, `
		SELECT `+partColumns+` FROM part WHERE tenant_id = ? AND source = ? ORDER BY id`, t, source)
}

// openParts returns what a lane may send from at the moment.
func openParts(ctx context.Context, q db.Querier, lane channel.SenderID, now time.Time) ([]Part, error) {
	return db.All[Part](ctx, q, `
		SELECT `+partColumns+` FROM part
		WHERE lane_id = ? AND state = 0 AND start_at <= ?
		ORDER BY id`, lane, now)
}

func setPartState(ctx context.Context, tx *db.Tx, p Part, to PartState) error {
	_, err := db.Exec(ctx, tx, `
		UPDATE part SET state = ?, changed_at = ? WHERE tenant_id = ? AND id = ? AND state = ?`,
		to, tx.Now, p.Tenant, p.ID, p.State)
	return err
}

// touchPart says that figures of a part have changed, and returns the part's state, which stays so until the end of
// the transaction.
func touchPart(ctx context.Context, tx *db.Tx, part PartID) (PartState, error) {
	return db.One[PartState](ctx, tx, `UPDATE part SET changed_at = ? WHERE id = ? RETURNING state`, tx.Now, part)
}

// insertChunks adds a share to a part that is locked, and counts it in p; saveSize writes that.
func insertChunks(ctx context.Context, tx *db.Tx, p *Part, x Share) error {
	n := (len(x.IDs) + ChunkSize - 1) / ChunkSize
	packed := make([][]byte, n)
	for i := range n {
		b, err := packIDs(x.IDs[i*ChunkSize : min((i+1)*ChunkSize, len(x.IDs))])
		if err != nil {
			return err
		}
		packed[i] = b
	}
	due := later(p.StartAt, x.Due)
	columns := []string{"part_id", "no", "state", "due_at", "first_seq", "n", "done", "intent", "token", "ids"}
	err := db.InsertRows(ctx, tx, "chunk", columns, n, func(i int) []any {
		size := min(ChunkSize, len(x.IDs)-i*ChunkSize)
		return []any{p.ID, p.Chunks + i, 0, due, p.Total + int64(i*ChunkSize) + 1, size, 0, 0, 0, packed[i]}
	}, "")
	p.Total, p.Chunks = p.Total+int64(len(x.IDs)), p.Chunks+n
	return err
}

func saveSize(ctx context.Context, tx *db.Tx, p Part) error {
	_, err := db.Exec(ctx, tx, `
		UPDATE part SET total = ?, chunks = ?, snap_cursor = ?, changed_at = ? WHERE tenant_id = ? AND id = ?`,
		p.Total, p.Chunks, int64(p.Cursor), tx.Now, p.Tenant, p.ID)
	return err
}

// chunk is up to ChunkSize recipients in hand. Positions count from 0; the delivery's seq is First + position.
type chunk struct {
	Part   PartID `db:"part_id"`
	No     int    `db:"no"`
	First  int32  `db:"first_seq"`
	N      int    `db:"n"`
	Done   int    `db:"done"`
	Intent int    `db:"intent"`
	Token  int64  `db:"token"`
	Packed []byte `db:"ids"`

	ids []contact.ID
}

// freeChunks returns numbers of chunks of a part that still hold somebody to send to.
func freeChunks(ctx context.Context, q db.Querier, part PartID, now time.Time, limit int) ([]int, error) {
	return db.All[int](ctx, q, `
		SELECT no FROM chunk WHERE part_id = ? AND state < 2 AND due_at <= ? ORDER BY due_at, no LIMIT ?`, part, now, limit)
}

// claimChunk takes a chunk in hand and fences off whoever had it before. The caller holds the lane.
func claimChunk(ctx context.Context, tx *db.Tx, part PartID, no int) (chunk, error) {
	return db.One[chunk](ctx, tx, `
		UPDATE chunk SET state = 1, token = token + 1
		WHERE part_id = ? AND no = ? AND state < 2
		RETURNING part_id, no, first_seq, n, done, intent, token, ids`, part, no)
}

// saveChunk writes how far a chunk is, unless another node has taken it over.
func saveChunk(ctx context.Context, tx *db.Tx, c chunk) error {
	state := 1
	if c.Done == c.N {
		state = 2
	}
	n, err := db.Exec(ctx, tx, `
		UPDATE chunk SET done = ?, intent = ?, state = ? WHERE part_id = ? AND no = ? AND token = ? AND state = 1`,
		c.Done, c.Intent, state, c.Part, c.No, c.Token)
	if err == nil && n == 0 {
		return errFenced
	}
	return err
}

// pendingLane is a lane with rows that wait for a time.
type pendingLane struct {
	Lane channel.SenderID `db:"lane"`
	Due  time.Time        `db:"due"`
}

// waitingLanes returns the lanes that have retries or single messages, with the earliest time of each.
// It hops from lane to lane in the index instead of reading all the rows that wait.
func waitingLanes(ctx context.Context, q db.Querier) ([]pendingLane, error) {
	return db.All[pendingLane](ctx, q, `
		WITH RECURSIVE hop(lane) AS (
			SELECT MIN(lane_id) FROM delivery WHERE due_at IS NOT NULL
			UNION ALL
			SELECT (SELECT MIN(d.lane_id) FROM delivery d WHERE d.due_at IS NOT NULL AND d.lane_id > hop.lane)
			FROM hop WHERE hop.lane IS NOT NULL
		)
		SELECT lane, (SELECT MIN(d.due_at) FROM delivery d WHERE d.due_at IS NOT NULL AND d.lane_id = hop.lane) AS due
		FROM hop WHERE lane IS NOT NULL`)
}

// lanesOfParts returns the lanes of the parts that may send.
func lanesOfParts(ctx context.Context, q db.Querier, now time.Time) ([]channel.SenderID, error) {
	return db.All[channel.SenderID](ctx, q, `SELECT DISTINCT lane_id FROM part WHERE state = 0 AND start_at <= ?`, now)
}

// nextDue returns when the next retry or single message of a lane is due; zero for none.
func nextDue(ctx context.Context, q db.Querier, lane channel.SenderID) (time.Time, error) {
	t, err := db.One[time.Time](ctx, q, `SELECT MIN(due_at) FROM delivery WHERE lane_id = ? AND due_at IS NOT NULL`, lane)
	if errors.Is(err, errs.ErrNotFound) {
		return time.Time{}, nil
	}
	return t, err
}

// row is a delivery as stored.
type row struct {
	Part     PartID            `db:"part_id"`
	Seq      int32             `db:"seq"`
	Tenant   id.Tenant         `db:"tenant_id"`
	Contact  contact.ID        `db:"contact_id"`
	State    State             `db:"state"`
	Attempts int               `db:"attempts"`
	Updated  time.Time         `db:"updated_at"`
	Due      time.Time         `db:"due_at"`
	Lane     channel.SenderID  `db:"lane_id"`
	Reason   string            `db:"reason"`
	Detail   string            `db:"detail"`
	Provider string            `db:"provider"`
	Domain   string            `db:"domain"`
	Consent  contact.ConsentID `db:"consent_id"` // that allowed it, as the guard said; zero when it did not
	Cause    string            `db:"cause"`      // with Expired as the reason: what stood in the way

	counted  *int // attempts to be recorded, where they differ from the claimed ones
	suppress bool // the address is dead
}

// charge says how many attempts count. The claimed number stays as the proof that the row is still ours.
func (r *row) charge(n int) {
	if n != r.Attempts {
		r.counted = &n
	}
}

func (r row) charged() int {
	if r.counted != nil {
		return *r.counted
	}
	return r.Attempts
}

var deliveryColumns = []string{"part_id", "seq", "tenant_id", "contact_id", "state", "attempts", "updated_at",
	"due_at", "lane_id", "reason", "detail", "provider", "domain", "cause", "consent_id"}

const deliveryColumnList = `part_id, seq, tenant_id, contact_id, state, attempts, updated_at, due_at, lane_id,
	reason, detail, provider, domain, cause, consent_id`

func insertDeliveries(ctx context.Context, tx *db.Tx, rows []row) error {
	return db.InsertRows(ctx, tx, "delivery", deliveryColumns, len(rows), func(i int) []any {
		r := rows[i]
		return []any{r.Part, r.Seq, r.Tenant, r.Contact, r.State, r.charged(), r.Updated, r.Due, r.Lane,
			r.Reason, r.Detail, r.Provider, r.Domain, r.Cause, r.Consent}
	}, "")
}

// claimDue takes retries and single messages whose time has come, those of paused parts excepted.
// They are in flight until until; whoever finds them so after that must treat them as uncertain.
// The row's lease is that of the lane, which the caller holds.
func claimDue(ctx context.Context, tx *db.Tx, lane channel.SenderID, until time.Time, limit int) ([]row, error) {
	rows, err := db.All[row](ctx, tx, `
		SELECT `+deliveryColumnList+` FROM delivery
		WHERE lane_id = ? AND due_at <= ? AND state IN (0, 5)
			AND part_id NOT IN (SELECT id FROM part WHERE lane_id = ? AND state = 1)
		ORDER BY due_at LIMIT ?`+tx.Dialect().LockSkip(), lane, tx.Now, lane, limit)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	for i := range rows {
		rows[i].Attempts++
	}
	return rows, eachBatch(rows, func(batch []row) error {
		text, args := valuesOf(batch, func(r row) []any { return []any{int64(r.Part), int64(r.Seq)} }, "CAST(? AS BIGINT), CAST(? AS BIGINT)")
		args = append([]any{until}, args...)
		_, err := db.Exec(ctx, tx, `
			UPDATE delivery SET state = 1, attempts = attempts + 1, due_at = ?
			WHERE (part_id, seq) IN (VALUES `+text+`)`, args...)
		return err
	})
}

// abandoned returns the rows of a lane that are in flight. The caller has just got the lane, so
// whoever had them is gone or fenced off.
func abandoned(ctx context.Context, tx *db.Tx, lane channel.SenderID) ([]row, error) {
	return db.All[row](ctx, tx, `
		SELECT `+deliveryColumnList+` FROM delivery
		WHERE lane_id = ? AND due_at IS NOT NULL AND state = 1
		ORDER BY part_id, seq`+tx.Dialect().Lock(), lane)
}

// updateDeliveries writes the outcomes of rows that are in flight since the attempt that they carry, and
// returns those that were written. Rows that another owner has decided meanwhile are left alone.
func updateDeliveries(ctx context.Context, tx *db.Tx, rows []row) (map[channel.Ref]bool, error) {
	done := make(map[channel.Ref]bool, len(rows))
	err := eachBatch(rows, func(batch []row) error {
		text, args := valuesOf(batch, func(r row) []any {
			return []any{int64(r.Part), int64(r.Seq), r.Attempts, r.State, r.charged(), r.Updated, r.Due, r.Lane, r.Reason, r.Detail, r.Provider, r.Domain, r.Cause, r.Consent}
		}, `CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT),
			CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT)`)
		refs, err := db.All[refRow](ctx, tx, `
			WITH v(part_id, seq, attempts, state, charged, updated_at, due_at, lane_id, reason, detail, provider, domain, cause, consent_id) AS (VALUES `+text+`)
			UPDATE delivery SET state = v.state, attempts = v.charged, updated_at = v.updated_at, due_at = v.due_at, lane_id = v.lane_id,
				reason = v.reason, detail = v.detail, provider = v.provider, domain = v.domain, cause = v.cause, consent_id = v.consent_id
			FROM v
			WHERE delivery.part_id = v.part_id AND delivery.seq = v.seq AND delivery.state = 1 AND delivery.attempts = v.attempts
			RETURNING delivery.part_id, delivery.seq`, args...)
		for _, r := range refs {
			done[channel.Ref{Part: int64(r.Part), Seq: r.Seq}] = true
		}
		return err
	})
	return done, err
}

type refRow struct {
	Part PartID `db:"part_id"`
	Seq  int32  `db:"seq"`
}

// batchRows is how many rows one bulk update carries: 14 values each, far below SQLite's 32 766 parameters.
const batchRows = 100

func eachBatch(rows []row, do func([]row) error) error {
	for len(rows) > 0 {
		n := min(batchRows, len(rows))
		if err := do(rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// valuesOf writes "(…), (…)" for a VALUES clause. The marks are cast, so that PostgreSQL knows the types.
func valuesOf(rows []row, of func(row) []any, marks string) (string, []any) {
	var text []byte
	var args []any
	for i, r := range rows {
		if i > 0 {
			text = append(text, ", "...)
		}
		text = append(append(append(text, '('), marks...), ')')
		args = append(args, of(r)...)
	}
	return string(text), args
}

// partOf says whether an id names a part, and if not then which single message it is.
func (s *Service) partOrSingle(ctx context.Context, q db.Querier, pid PartID) (Part, *single, error) {
	p, err := loadPart(ctx, q, pid)
	if !errors.Is(err, errs.ErrNotFound) {
		return p, nil, err
	}
	one, err := loadSingle(ctx, q, pid)
	if err != nil {
		return Part{}, nil, fmt.Errorf("find part or single message: %w", err)
	}
	return one.asPart(), &one, nil
}
