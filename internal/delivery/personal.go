package delivery

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/contact"
	"keruen/internal/content"
)

// personal returns what a letter may say about its recipient and its account, and what its conditions ask. Days are those of the account
// on the day on which the message was due: an attempt a day later says the same, and so does the link that is followed next year.
func (s *Service) personal(ctx context.Context, letter *content.Compiled, c contact.Contact, p *Part) (content.Values, error) {
	v, err := s.valuesOf(ctx, c, p)
	if err != nil {
		return v, err
	}
	needs := letter.Needs()
	if needs.Today {
		if v.Today, err = s.dayOf(ctx, p); err != nil {
			return v, err
		}
	}
	if needs.Items {
		v.Items = c.FieldItems()
	}
	if len(needs.Tags)+len(needs.Lists) == 0 {
		return v, nil
	}
	of, err := contact.BelongingOf(ctx, s.db, p.Tenant, []contact.ID{c.ID}, needs.Tags, needs.Lists)
	if err != nil {
		return v, fmt.Errorf("fill letter: %w", err)
	}
	v.Tags, v.Lists = of[c.ID].Tags, of[c.ID].Lists
	return v, nil
}

// dayOf is midnight of the day on which the message was due, in the account's zone.
func (s *Service) dayOf(ctx context.Context, p *Part) (time.Time, error) {
	acc, err := s.accounts.get(ctx, p.Tenant)
	if err != nil {
		return time.Time{}, err
	}
	zone, err := time.LoadLocation(acc.Zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("zone of the account: %w", err)
	}
	return content.Midnight(p.StartAt, zone), nil
}
