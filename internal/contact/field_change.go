package contact

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"keruen/internal/access"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
)

// FieldChange holds the new values of a field; an empty label or kind and nil options leave what is.
type FieldChange struct {
	Label   string
	Kind    FieldKind
	Options *[]string
}

// FieldPreview tells what a change would do to the values that contacts have.
type FieldPreview struct {
	Values   int64    // contacts that have a value
	Lost     int64    // of them, those whose value does not fit and would be removed
	Examples []string // different values that would be lost, at most MaxExamples
}

// MaxExamples is how many lost values a preview shows.
const MaxExamples = 20

// Errors of changes of fields.
var (
	ErrFieldBusy    = errs.New(errs.Conflict, "field.busy", "Work on this field is under way. Wait for its end.")
	ErrFieldConfirm = errs.New(errs.Conflict, "field.confirm", "The change may cost values of contacts. Look at the preview and confirm.")
)

// removing stands as the kind that a field is turning into while its values are removed.
const removing FieldKind = "removed"

// to is the field after a change.
func (f Field) to(ch FieldChange) (Field, error) {
	label, kind, options := f.Label, f.Kind, f.Options
	if ch.Label != "" {
		label = ch.Label
	}
	if ch.Kind != "" {
		kind = ch.Kind
	}
	switch {
	case ch.Options != nil:
		options = *ch.Options
	case kind != ChoiceField && kind != ListField:
		options = nil
	}
	err := f.set(label, kind, options)
	return f, err
}

// costs tells whether values that fit f may not fit the field that it becomes.
func (f Field) costs(next Field) bool {
	if f.Kind != next.Kind {
		return true
	}
	if len(next.Options) == 0 {
		return false // of a list: everything fits
	}
	return len(f.Options) == 0 || slices.ContainsFunc(f.Options, func(o string) bool { return !slices.Contains(next.Options, o) })
}

// become turns a value of a contact into one of f; the zero Value when it does not fit.
func (f Field) become(v Value) Value {
	if v.kind == ListField && f.Kind == ListField && len(f.Options) > 0 {
		v.list = slices.DeleteFunc(slices.Clone(v.list), func(s string) bool {
			return !slices.ContainsFunc(f.Options, func(o string) bool { return strings.EqualFold(o, s) })
		})
	}
	out, err := f.Accept(v)
	if errors.Is(err, ErrValueShape) {
		out, err = f.Parse(v.Text())
	}
	if err != nil {
		return Value{}
	}
	return out
}

// FieldWork changes and removes custom fields together with the values that contacts have, as jobs.
type FieldWork struct {
	contacts *Service
	queue    *jobs.Queue
}

const (
	kindField  = "contact.field"
	fieldBatch = 500 // contacts a transaction
)

// fieldTask is the argument of the job.
type fieldTask struct {
	Tenant id.Tenant `json:"tenant"`
	Field  FieldID   `json:"field"`
}

// FieldResult is what the job leaves behind.
type FieldResult struct {
	Changed int64 `json:"changed"` // values in another form now
	Removed int64 `json:"removed"`
}

// NewFieldWork makes it and registers its job.
func NewFieldWork(contacts *Service, q *jobs.Queue) *FieldWork {
	w := &FieldWork{contacts: contacts, queue: q}
	jobs.Register(q, kindField, w.run, jobs.AtMost(1))
	return w
}

// Preview tells what a change would cost. It reads all contacts of the account that have a value.
func (w *FieldWork) Preview(ctx context.Context, who access.Actor, f FieldID, ch FieldChange) (FieldPreview, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return FieldPreview{}, err
	}
	now, err := getField(ctx, w.contacts.db, who.Tenant, f)
	if err != nil {
		return FieldPreview{}, fmt.Errorf("preview field: %w", err)
	}
	next, err := now.to(ch)
	if err != nil {
		return FieldPreview{}, err
	}
	out := FieldPreview{Examples: []string{}}
	err = eachValue(ctx, w.contacts.db, now, 4*fieldBatch, func(batch []Contact) error {
		for _, c := range batch {
			v := c.Fields[now.Key]
			out.Values++
			if !lost(v, next.become(v)) {
				continue
			}
			out.Lost++
			if len(out.Examples) < MaxExamples && !slices.Contains(out.Examples, v.Text()) {
				out.Examples = append(out.Examples, v.Text())
			}
		}
		return nil
	})
	if err != nil {
		return FieldPreview{}, fmt.Errorf("preview field: %w", err)
	}
	return out, nil
}

// lost tells whether something of a value is gone in what became of it.
func lost(was, now Value) bool {
	return now.IsZero() || was.kind == ListField && now.kind == ListField && len(now.list) < len(was.list)
}

// Change changes a field. version is the one that was read, 0 for any. A change that may cost values needs confirmed, else
// ErrFieldConfirm; it holds for new values at once, and a job, which is returned, turns the present ones.
func (w *FieldWork) Change(ctx context.Context, who access.Actor, f FieldID, version int64, ch FieldChange, confirmed bool) (Field, jobs.ID, error) {
	var out Field
	job, err := w.order(ctx, who, f, version, func(now Field) (Field, bool, error) {
		next, err := now.to(ch)
		if err != nil {
			return now, false, err
		}
		costs := now.costs(next)
		if costs && !confirmed {
			return now, false, ErrFieldConfirm
		}
		if costs {
			next.Turning = now.Kind
		}
		out = next
		return next, costs, nil
	})
	if err != nil {
		return Field{}, 0, fmt.Errorf("change field: %w", err)
	}
	out.Version++
	return out, job, nil
}

// Delete removes a field with all its values. The field is gone at once for everybody; its key is free when the job, which is
// returned, has removed the values.
func (w *FieldWork) Delete(ctx context.Context, who access.Actor, f FieldID) (jobs.ID, error) {
	job, err := w.order(ctx, who, f, 0, func(now Field) (Field, bool, error) {
		now.Turning = removing
		return now, true, nil
	})
	if err != nil {
		return 0, fmt.Errorf("delete field: %w", err)
	}
	return job, nil
}

// order saves a changed field and enqueues the job when values are to follow.
func (w *FieldWork) order(ctx context.Context, who access.Actor, f FieldID, version int64, change func(Field) (Field, bool, error)) (jobs.ID, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return 0, err
	}
	var job jobs.ID
	err := w.contacts.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		job = 0
		now, err := getField(ctx, tx, who.Tenant, f)
		if err != nil {
			return err
		}
		if version != 0 && version != now.Version {
			return errs.ErrStale
		}
		if now.Turning != "" {
			return ErrFieldBusy
		}
		next, work, err := change(now)
		if err != nil {
			return err
		}
		if err := saveField(ctx, tx, next); err != nil {
			return err
		}
		action := "field.changed"
		if next.Turning == removing {
			action = "field.deleted"
		}
		if work {
			job, err = w.queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: who.Tenant, Kind: kindField, Title: next.Label, Visible: true,
				UniqueKey: f.String(), Args: fieldTask{who.Tenant, f}})
			if err != nil {
				return err
			}
		}
		return note(ctx, tx, who, action, f.String(), map[string]any{"key": next.Key, "from": string(now.Kind), "to": string(next.Kind)})
	})
	return job, err
}

// run turns or removes the values of a field. Everything it does may be repeated: a value that was turned fits.
func (w *FieldWork) run(ctx context.Context, j *jobs.Job, task fieldTask) error {
	f, err := getField(ctx, w.contacts.db, task.Tenant, task.Field)
	if errors.Is(err, errs.ErrNotFound) || err == nil && f.Turning == "" {
		return nil // done by an earlier run
	}
	if err != nil {
		return fmt.Errorf("turn values of field: %w", err)
	}
	total, err := db.One[int64](ctx, w.contacts.db, `SELECT COUNT(*) FROM contacts c WHERE c.tenant_id = ? AND `+hasValue(w.contacts.db, f), f.Tenant)
	if err != nil {
		return fmt.Errorf("count values of field: %w", err)
	}
	var done int64
	var result FieldResult
	err = eachValue(ctx, w.contacts.db, f, fieldBatch, func(batch []Contact) error {
		if err := w.turn(ctx, f, batch, &result); err != nil {
			return err
		}
		done += int64(len(batch))
		return j.Progress(ctx, done, max(done, total))
	})
	if err != nil {
		return fmt.Errorf("turn values of field: %w", err)
	}
	err = w.contacts.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return f.settle(ctx, tx) })
	if err != nil {
		return fmt.Errorf("turn values of field: %w", err)
	}
	return j.SetResult(ctx, result)
}

// turn changes the values of some contacts in one transaction. Contacts that were changed meanwhile are read again.
func (w *FieldWork) turn(ctx context.Context, f Field, batch []Contact, result *FieldResult) error {
	ids := make([]ID, len(batch))
	for i, c := range batch {
		ids[i] = c.ID
	}
	var did FieldResult
	err := w.contacts.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		did = FieldResult{}
		now, err := byIDs(ctx, tx, f.Tenant, ids)
		if err != nil {
			return err
		}
		for _, c := range now {
			was, next := c.Fields[f.Key], Value{}
			if f.Turning != removing {
				next = f.become(was)
			}
			if was.Equal(next) {
				continue
			}
			c.Fields = maps.Clone(c.Fields)
			if next.IsZero() {
				delete(c.Fields, f.Key)
				did.Removed++
			} else {
				c.Fields[f.Key] = next
				did.Changed++
			}
			ok, err := w.contacts.updateContact(ctx, tx, c)
			if err == nil && !ok {
				err = errs.ErrStale // by the run that repeats it
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	result.Changed, result.Removed = result.Changed+did.Changed, result.Removed+did.Removed
	return err
}

// settle ends the work on a field: one that was removed goes.
func (f Field) settle(ctx context.Context, tx *db.Tx) error {
	text := `UPDATE contact_field SET turning = NULL WHERE tenant_id = ? AND id = ?`
	if f.Turning == removing {
		text = `DELETE FROM contact_field WHERE tenant_id = ? AND id = ?`
	}
	_, err := db.Exec(ctx, tx, text, f.Tenant, f.ID)
	return err
}

// eachValue calls do with the contacts that have a value of f, batch by batch, in the order of their ids.
func eachValue(ctx context.Context, q db.Querier, f Field, limit int, do func([]Contact) error) error {
	for after := int64(0); ; {
		rows, err := db.All[row](ctx, q, `SELECT `+columns(q)+` FROM contacts c WHERE c.tenant_id = ? AND c.id > ? AND `+hasValue(q, f)+` ORDER BY c.id LIMIT ?`,
			f.Tenant, after, limit)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := do(contacts(rows)); err != nil {
			return err
		}
		after = int64(rows[len(rows)-1].ID)
	}
}

func hasValue(q db.Querier, f Field) string {
	return q.Dialect().JSONText("c.fields", f.Key) + " IS NOT NULL"
}

func getField(ctx context.Context, q db.Querier, t id.Tenant, f FieldID) (Field, error) {
	r, err := db.One[fieldRow](ctx, q, `SELECT `+fieldColumns+` FROM contact_field WHERE tenant_id = ? AND id = ?`, t, f)
	return r.field(), err
}

func saveField(ctx context.Context, tx *db.Tx, f Field) error {
	var turning any
	if f.Turning != "" {
		turning = f.Turning
	}
	n, err := db.Exec(ctx, tx, `
		UPDATE contact_field SET label = ?, kind = ?, options = ?, turning = ?, version = version + 1
		WHERE tenant_id = ? AND id = ? AND version = ?`, f.Label, f.Kind, db.AsJSON(f.Options), turning, f.Tenant, f.ID, f.Version)
	if err == nil && n == 0 {
		return errs.ErrStale
	}
	return err
}
