package delivery

import (
	"context"
	"time"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/id"
)

// wearTx puts addresses on the stop-list whose messages keep failing in a way that is the mailbox's own: full or switched off
// time after time (reference/email-delivery.md §5). The rows of the shots are written already.
func (s *Service) wearTx(ctx context.Context, tx *db.Tx, t id.Tenant, on channel.Kind, shots []*shot) error {
	rules, ok := s.channels[on].(channel.Wearer)
	if !ok {
		return nil
	}
	classes := make(map[contact.ID]string)
	var ids []contact.ID
	for _, x := range shots {
		if x.row.State == Failed && !x.row.suppress && rules.Wears(x.row.class()).Messages > 0 {
			ids = append(ids, x.row.Contact)
			classes[x.row.Contact] = x.row.class()
		}
	}
	if len(ids) == 0 {
		return nil
	}
	w := db.Where("tenant_id = ?", t).And(db.In("contact_id", ids)).And("state IN (?, ?, ?)", Accepted, Delivered, Failed)
	rows, err := db.All[row](ctx, tx, `
		SELECT `+deliveryColumnList+` FROM delivery WHERE `+w.SQL()+`
		ORDER BY contact_id, updated_at DESC, part_id DESC, seq DESC`, w.Args()...)
	if err != nil {
		return err
	}
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].Contact == rows[0].Contact {
			n++
		}
		c, class := rows[0].Contact, classes[rows[0].Contact]
		if worn(rows[:n], class, rules.Wears(class), tx.Now) {
			if err := s.contacts.SuppressTx(ctx, tx, t, c, on, contact.HardBounce, class); err != nil {
				return err
			}
		}
		rows = rows[n:]
	}
	return nil
}

// class is what stood in the way of a message: the refusal itself, or the last one before it was given up.
func (r row) class() string {
	if r.Reason == ReasonExpired {
		return r.Cause
	}
	return r.Reason
}

// worn tells whether the messages of one contact, newest first, show by a rule that its address is dead. A message that
// arrived clears what was before it, and so does another domain: the contact has a new address. Failures of other kinds say nothing.
func worn(history []row, class string, w channel.Wear, now time.Time) bool {
	n, first := 0, now
	for _, r := range history {
		tooOld := w.Within > 0 && now.Sub(r.Updated) > w.Within
		if r.State != Failed || r.Domain != history[0].Domain || tooOld {
			break
		}
		if r.class() == class {
			n, first = n+1, r.Updated
		}
	}
	return n >= w.Messages && now.Sub(first) >= w.Over
}
