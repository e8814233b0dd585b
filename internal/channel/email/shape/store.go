package shape

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"keruen/internal/db"
)

// These tables belong to the installation and have no account.

// row is a path as it is kept.
type row struct {
	Source  string
	Target  string
	Node    string
	Memory  db.JSON[memory]
	State   db.JSON[State]
	UsedAt  time.Time
	SavedAt time.Time
}

func (r row) place() place { return place{parsed(r.Source), r.Target} }

// text and parsed write and read an address; the zero one is the empty text.
func text(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func parsed(s string) netip.Addr {
	a, _ := netip.ParseAddr(s) // what is not one is the zero address
	return a
}

// listRows returns what is kept of paths used since then; node "" means of all machines.
func listRows(ctx context.Context, q db.Querier, node string, since time.Time, limit int) ([]row, error) {
	w := db.Where("used_at >= ?", since)
	if node != "" {
		w.And("(node = '' OR node = ?)", node)
	}
	return db.All[row](ctx, q, `
		SELECT source, target, node, memory, state, used_at, saved_at
		FROM mail_path
		WHERE `+w.SQL()+`
		ORDER BY used_at DESC
		LIMIT ?`, w.Args(limit)...)
}

func saveRows(ctx context.Context, tx *db.Tx, rows []row) error {
	return db.InsertRows(ctx, tx, "mail_path", []string{"source", "target", "node", "memory", "state", "used_at", "saved_at"}, len(rows), func(i int) []any {
		r := rows[i]
		return []any{r.Source, r.Target, r.Node, r.Memory, r.State, r.UsedAt, tx.Now}
	}, `ON CONFLICT (source, target, node) DO UPDATE SET memory = excluded.memory, state = excluded.state, used_at = excluded.used_at, saved_at = excluded.saved_at`)
}

func pruneRows(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM mail_path WHERE saved_at < ?`, before)
	return err
}

// Kinds of holds in the table.
const (
	byOperator = "operator"
	byList     = "list"
)

type holdRow struct {
	Source string
	Target string
	Kind   string
	Why    Why
	Reason string
	Until  time.Time
	SetAt  time.Time
}

func (r holdRow) hold() Hold {
	h := Hold{Source: parsed(r.Source), Why: r.Why, Reason: r.Reason, Until: r.Until, SetAt: r.SetAt}
	if name, ok := strings.CutPrefix(r.Target, providerMark); ok {
		h.Provider = name
		return h
	}
	h.Site = r.Target
	return h
}

func listHolds(ctx context.Context, q db.Querier) (operator, listed []Hold, err error) {
	rows, err := db.All[holdRow](ctx, q, `SELECT source, target, kind, why, reason, until, set_at FROM mail_hold`)
	for _, r := range rows {
		if r.Kind == byOperator {
			operator = append(operator, r.hold())
			continue
		}
		listed = append(listed, r.hold())
	}
	return operator, listed, err
}

func saveHold(ctx context.Context, tx *db.Tx, kind string, h Hold) error {
	w := h.place()
	_, err := db.Exec(ctx, tx, `
		INSERT INTO mail_hold (source, target, kind, why, reason, until, set_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (source, target, kind) DO UPDATE SET why = excluded.why, reason = excluded.reason, until = excluded.until, set_at = excluded.set_at`,
		text(w.source), w.target, kind, string(h.Why), h.Reason, h.Until, h.SetAt)
	return err
}
