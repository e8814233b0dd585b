package intake

import (
	"context"
	"errors"
	"fmt"

	"keruen/internal/access"
	"keruen/internal/contact"
)

// Result is one row of the file as it will look among the contacts.
type Result struct {
	Line int64
	contact.Planned
}

// Limits of a preview.
const (
	previews    = 50
	previewRows = 5000 // of the file that are looked at to find them
)

// Preview returns the first fifty contacts exactly as the run would leave them: those that are there already with the values of the
// row merged in. Nothing is changed.
func (s *Service) Preview(ctx context.Context, who access.Actor, i ID) (_ []Result, err error) {
	if err := who.Can(access.EditContacts); err != nil {
		return nil, err
	}
	imp, err := getImport(ctx, s.db, who.Tenant, i)
	if err != nil {
		return nil, err
	}
	if imp.State.Ended() {
		return nil, ErrEnded
	}
	w, err := s.open(ctx, imp)
	if err != nil {
		return nil, fmt.Errorf("preview import: %w", err)
	}
	defer func() { err = errors.Join(err, w.close()) }()
	var list []line
	for n := 0; n < previewRows && len(list) < previews; n++ {
		rec, ok, err := w.rows.Next()
		if err != nil {
			return nil, fmt.Errorf("preview import: %w", err)
		}
		if !ok {
			break
		}
		if l := w.read.read(rec); l.failed == nil && !l.passed {
			list = append(list, l)
		}
	}
	b, _ := w.bulk(list)
	planned, err := s.contacts.BulkPreview(ctx, s.db, b)
	if err != nil {
		return nil, fmt.Errorf("preview import: %w", err)
	}
	out := make([]Result, len(planned))
	for n, p := range planned {
		out[n] = Result{list[n].Line, p}
	}
	return out, nil
}
