package delivery

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// mailing is what following a link needs to know of a part or a single message. It never changes once there are links: the undecided rest of an A/B test gets its letter before its first message.
type mailing struct {
	Tenant   id.Tenant          `db:"tenant_id"`
	Revision content.RevisionID `db:"revision_id"`
}

// mailings remembers them: links of one campaign come by the thousand.
type mailings struct {
	db   *db.DB
	mu   sync.RWMutex
	have map[PartID]mailing
}

// keepsMailings bounds the memory: some 50 bytes each.
const keepsMailings = 20_000

func newMailings(d *db.DB) *mailings { return &mailings{db: d, have: make(map[PartID]mailing)} }

// get returns the mailing of a part or single message, ErrLink when it is no longer kept.
func (m *mailings) get(ctx context.Context, p PartID) (mailing, error) {
	m.mu.RLock()
	found, ok := m.have[p]
	m.mu.RUnlock()
	if ok {
		return found, nil
	}
	found, err := db.One[mailing](ctx, m.db, `
		SELECT tenant_id, revision_id FROM part WHERE id = ? UNION ALL SELECT tenant_id, revision_id FROM single WHERE id = ?`, p, p)
	if errors.Is(err, errs.ErrNotFound) {
		return mailing{}, ErrLink.Because(err)
	}
	if err != nil {
		return mailing{}, fmt.Errorf("find mailing of a link: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for old := range m.have {
		if len(m.have) < keepsMailings {
			break
		}
		delete(m.have, old)
	}
	m.have[p] = found
	return found, nil
}
