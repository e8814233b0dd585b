package intake

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// Undo is how far an import was taken back.
type Undo struct {
	Removed  int64          `json:"removed"`  // contacts that it had made
	Restored int64          `json:"restored"` // contacts that have their former values, lists and tags again
	Kept     int64          `json:"kept"`     // contacts that live on, wholly or in part: something happened to them since
	Consents int64          `json:"consents"` // consents of the import that ended
	Examples []contact.Kept `json:"examples,omitempty"`

	Made contact.ID `json:"made,omitempty"` // contacts made by the import are worked through up to here
	All  bool       `json:"all,omitempty"`  // through all of them
}

// keptShown is how many of the contacts that live on are named.
const keptShown = 100

// undoBatch is how many contacts one transaction takes back.
const undoBatch = 500

// Errors of undoing.
var (
	ErrUndoLate = errs.New(errs.Conflict, "import.undo_late", "An import can be taken back for 72 hours after it has ended.")
	ErrUndoNone = errs.New(errs.Conflict, "import.undo_none", "There is nothing to take back: the import has not run, or was taken back already.")
)

// CanUndo tells whether the import can be taken back now.
func (i Import) CanUndo(now time.Time) bool { return i.undoable(now) == nil }

func (i Import) undoable(now time.Time) error {
	switch {
	case i.State != Done && i.State != Cancelled && i.State != Failed, i.StartedAt.IsZero():
		return ErrUndoNone
	case now.After(i.UndoUntil):
		return ErrUndoLate
	default:
		return nil
	}
}

// TakeBack undoes an import that has ended: contacts that it made are removed, those that it changed get their former values,
// lists and tags. What was changed since by hand, or has decided about its consent itself, lives on and is named. Consents of the
// import end as if they had never been given: nobody comes to the stop-list by it, and whoever has withdrawn stays withdrawn (AUD-3).
func (s *Service) TakeBack(ctx context.Context, who access.Actor, i ID) (Import, error) {
	return s.act(ctx, who, i, "undo import", func(ctx context.Context, tx *db.Tx, imp *Import) error {
		if imp.State == Undoing {
			return nil
		}
		if err := imp.undoable(tx.Now); err != nil {
			return err
		}
		imp.State, imp.Done, imp.Undo = Undoing, 0, &Undo{}
		err := audit.Record(ctx, tx, audit.Entry{Tenant: imp.Tenant, Who: who.Who(), Action: "import.undone", Object: imp.ID.String(),
			Details: map[string]any{"file": contact.Unnamed(imp.Filename)}})
		return errors.Join(err, s.hand(ctx, tx, imp, kindUndo))
	})
}

// undo is the job of TakeBack. Each batch and its position are one transaction, so that a crash repeats nothing.
func (s *Service) undo(ctx context.Context, a task, report progress) error {
	report = atTimes(report)
	for {
		var i Import
		err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			i, err = s.undoTx(ctx, tx, a)
			return err
		})
		if errors.Is(err, errs.ErrNotFound) {
			return nil // deleted
		}
		if err != nil {
			return fmt.Errorf("undo import: %w", err)
		}
		if i.State != Undoing {
			return nil
		}
		if err := report(ctx, i.Done, max(i.Done+1, i.Counts.Created+i.Counts.Updated)); err != nil {
			return err
		}
	}
}

// undoTx takes back one batch: first of the contacts that the import made, then of those that it changed.
func (s *Service) undoTx(ctx context.Context, tx *db.Tx, a task) (Import, error) {
	i, err := lockImport(ctx, tx, a.Tenant, a.Import)
	if err != nil || i.State != Undoing {
		return i, err
	}
	u := i.Undo
	if !u.All {
		got, err := s.contacts.UndoMadeTx(ctx, tx, s.made(i))
		if err != nil {
			return i, err
		}
		u.Made, u.All = got.Last, got.End
		u.Removed += got.Removed
		i.Done += got.Removed
		u.add(got.Undone)
		return i, saveProgress(ctx, tx, i)
	}
	changes, err := listChanges(ctx, tx, i.Tenant, i.ID, undoBatch)
	if err != nil {
		return i, err
	}
	if len(changes) == 0 {
		i.State, i.Job = Undone, 0
		return i, saveImport(ctx, tx, i)
	}
	touches := make([]contact.Touch, len(changes))
	for n, c := range changes {
		touches[n] = c.Touch
	}
	got, err := s.contacts.UndoTouchedTx(ctx, tx, i.Tenant, i.proof, touches)
	if err != nil {
		return i, err
	}
	u.Restored += got.Restored
	i.Done += int64(len(changes))
	u.add(got)
	return i, errors.Join(deleteChanges(ctx, tx, i.Tenant, i.ID, changes[len(changes)-1]), saveProgress(ctx, tx, i))
}

func (s *Service) made(i Import) contact.Made {
	return contact.Made{Tenant: i.Tenant, Import: int64(i.ID), Proof: i.proof, After: max(i.Undo.Made, i.notes.First-1), Last: i.notes.Last, Limit: undoBatch}
}

func (u *Undo) add(got contact.Undone) {
	u.Kept += int64(len(got.Kept))
	u.Consents += got.Consents
	u.Examples = append(u.Examples, got.Kept[:min(len(got.Kept), keptShown-len(u.Examples))]...)
}

// forget drops the former values of contacts once the import can no longer be taken back.
func (s *Service) forget(ctx context.Context, a task) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		i, err := lockImport(ctx, tx, a.Tenant, a.Import)
		if errors.Is(err, errs.ErrNotFound) {
			return nil
		}
		if err != nil || i.State == Undoing || i.UndoUntil.After(tx.Now) {
			return err
		}
		_, err = db.Exec(ctx, tx, `DELETE FROM import_change WHERE tenant_id = ? AND import_id = ?`, a.Tenant, a.Import)
		return err
	})
}

// insertChanges keeps what a batch has changed in contacts that were there already.
func insertChanges(ctx context.Context, tx *db.Tx, i Import, results []contact.Result) error {
	var list []*contact.Touch
	for _, r := range results {
		if r.Touch != nil {
			list = append(list, r.Touch)
		}
	}
	return db.InsertRows(ctx, tx, "import_change", []string{"tenant_id", "import_id", "contact_id", "batch", "change"}, len(list), func(n int) []any {
		return []any{i.Tenant, i.ID, list[n].Contact, i.Done, db.AsJSON(list[n])}
	}, "ON CONFLICT DO NOTHING")
}

// change is what one batch of an import did to one contact.
type change struct {
	contact.Touch
	batch int64
}

// listChanges returns changes still to be taken back, in the order of contacts; several of one contact from the last to the first.
func listChanges(ctx context.Context, q db.Querier, t id.Tenant, i ID, limit int) ([]change, error) {
	rows, err := db.All[struct {
		Contact contact.ID             `db:"contact_id"`
		Batch   int64                  `db:"batch"`
		Change  db.JSON[contact.Touch] `db:"change"`
	}](ctx, q, `SELECT contact_id, batch, change FROM import_change WHERE tenant_id = ? AND import_id = ? ORDER BY contact_id, batch DESC LIMIT ?`, t, i, limit)
	out := make([]change, len(rows))
	for n, r := range rows {
		out[n] = change{r.Change.V, r.Batch}
		out[n].Contact = r.Contact
	}
	return out, err
}

// deleteChanges forgets changes up to the last of a page; an earlier one of the same contact may follow on the next page.
func deleteChanges(ctx context.Context, tx *db.Tx, t id.Tenant, i ID, last change) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM import_change WHERE tenant_id = ? AND import_id = ? AND (contact_id < ? OR contact_id = ? AND batch >= ?)`,
		t, i, last.Contact, last.Contact, last.batch)
	return err
}
