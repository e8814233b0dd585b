package delivery

import (
	"context"
	"fmt"
	"math"
	"time"

	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/id"
)

// Passage is one message to a contact, with what the contact did with it.
type Passage struct {
	Part   PartID    `db:"part_id"`
	Seq    int32     `db:"seq"`
	Source int64     `db:"source"` // the campaign; 0 for a single message
	Kind   string    `db:"kind"`   // of a single message: "code", "test", "api"; empty for a campaign
	State  State     `db:"state"`
	Reason string    `db:"reason"`
	Detail string    `db:"detail"`
	At     time.Time `db:"updated_at"`
	Acts   []Act     `db:"-"`
}

// Act is one thing that a person did with a message.
type Act struct {
	Part PartID    `db:"part_id"`
	Seq  int32     `db:"seq"`
	Kind EventKind `db:"kind"`
	Link int       `db:"link"`
	At   time.Time `db:"at"`
}

// maxPassages is how many messages of one contact are shown.
const maxPassages = 100

// OfContact returns the latest messages to a contact, the newest first, for its card. The caller has asked the permission.
func (s *Service) OfContact(ctx context.Context, t id.Tenant, c contact.ID) ([]Passage, error) {
	return s.passages(ctx, t, c, maxPassages)
}

// AllOfContact returns every message to a contact, for the copy of everything known about it (CMP-11).
func (s *Service) AllOfContact(ctx context.Context, t id.Tenant, c contact.ID) ([]Passage, error) {
	return s.passages(ctx, t, c, math.MaxInt32)
}

func (s *Service) passages(ctx context.Context, t id.Tenant, c contact.ID, limit int) ([]Passage, error) {
	list, err := db.All[Passage](ctx, s.db, `
		SELECT d.part_id, d.seq, COALESCE(p.source, m.source, 0) AS source, COALESCE(m.kind, '') AS kind,
			d.state, d.reason, d.detail, d.updated_at
		FROM delivery d
		LEFT JOIN part p ON p.id = d.part_id
		LEFT JOIN single m ON m.id = d.part_id
		WHERE d.tenant_id = ? AND d.contact_id = ?
		ORDER BY d.updated_at DESC
		LIMIT ?`, t, int64(c), limit)
	if err != nil {
		return nil, fmt.Errorf("list messages of contact: %w", err)
	}
	parts := make([]PartID, len(list))
	at := make(map[[2]int64]int, len(list))
	for i, p := range list {
		parts[i], at[[2]int64{int64(p.Part), int64(p.Seq)}] = p.Part, i
	}
	if len(list) == 0 {
		return nil, nil
	}
	w := db.Where("tenant_id = ?", t).And("machine = ''")
	w.And(db.In("part_id", parts))
	acts, err := db.All[Act](ctx, s.db, `
		SELECT e.part_id, e.seq, e.kind, e.link, e.at FROM delivery_event e
		WHERE `+w.SQL()+` AND EXISTS (
			SELECT 1 FROM delivery d WHERE d.part_id = e.part_id AND d.seq = e.seq AND d.contact_id = ?)
		ORDER BY e.at`, w.Args(int64(c))...)
	if err != nil {
		return nil, fmt.Errorf("list messages of contact: %w", err)
	}
	for _, a := range acts {
		if i, ok := at[[2]int64{int64(a.Part), int64(a.Seq)}]; ok {
			list[i].Acts = append(list[i].Acts, a)
		}
	}
	return list, nil
}
