package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
)

// Kinds of jobs.
const (
	kindCheck  = "import.check"
	kindRun    = "import.run"
	kindUndo   = "import.undo"
	kindForget = "import.forget" // drops what undoing needs when the time for it is over
)

// task is the argument of the jobs of an import.
type task struct {
	Tenant id.Tenant `json:"tenant"`
	Import ID        `json:"import"`
}

// batch is how many rows one transaction takes: long enough to be fast, short enough to let others write.
const batch = 5000

func (s *Service) register() {
	jobs.Register(s.queue, kindCheck, func(ctx context.Context, j *jobs.Job, a task) error {
		return s.settle(ctx, a, Checking, j.Attempt, s.check(ctx, a, j.Progress))
	})
	jobs.Register(s.queue, kindRun, func(ctx context.Context, j *jobs.Job, a task) error {
		return s.settle(ctx, a, Running, j.Attempt, s.run(ctx, a, j.Progress))
	})
	jobs.Register(s.queue, kindUndo, func(ctx context.Context, j *jobs.Job, a task) error { return s.undo(ctx, a, j.Progress) })
	jobs.Register(s.queue, kindForget, func(ctx context.Context, _ *jobs.Job, a task) error { return s.forget(ctx, a) })
	jobs.Register(s.queue, uploadExpiry, func(ctx context.Context, _ *jobs.Job, a uploadTask) error { return s.expireUpload(ctx, a) })
}

// settle ends an import for good when its file is gone or cannot be read, or when the queue will not try again; until then every
// error is tried again from where the import stands.
func (s *Service) settle(ctx context.Context, a task, in State, attempt int, err error) error {
	why := Failure{"import.file_gone", "The uploaded file is no longer there. Upload it again."}
	var e *errs.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errs.ErrNotFound):
	case errors.As(err, &e) && e.Kind == errs.Invalid, errors.Is(err, contact.ErrTagLimit): // the file is damaged further down, or no more tags may be made
		why = Failure{e.Code, e.Text}
	case attempt >= jobs.DefaultAttempts:
		why = Failure{"import.gave_up", "The import could not go on after several attempts. What was done stays; upload the file again to go on."}
	default:
		return err
	}
	return errors.Join(s.fail(ctx, a, in, why), jobs.Cancel(err))
}

func (s *Service) fail(ctx context.Context, a task, in State, why Failure) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		i, err := lockImport(ctx, tx, a.Tenant, a.Import)
		if errors.Is(err, errs.ErrNotFound) || err == nil && i.State != in {
			return nil // deleted or cancelled meanwhile
		}
		if err != nil {
			return err
		}
		i.State, i.Failure = Failed, &why
		if err := s.end(ctx, tx, &i); err != nil {
			return err
		}
		return saveImport(ctx, tx, i)
	})
}

// end closes an import whose contacts can be taken back from now on.
func (s *Service) end(ctx context.Context, tx *db.Tx, i *Import) error {
	i.FinishedAt, i.Job = tx.Now, 0
	if i.StartedAt.IsZero() {
		return nil // it never ran
	}
	i.UndoUntil = tx.Now.Add(UndoFor)
	_, err := s.queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: i.Tenant, Kind: kindForget, Args: task{i.Tenant, i.ID}, UniqueKey: i.ID.String(), RunAt: i.UndoUntil})
	return err
}

// bulk makes the rows of a batch that are good into contacts. of tells to which lines they belong.
func (w *work) bulk(list []line) (b contact.Bulk, of []int) {
	b = contact.Bulk{Tenant: w.Tenant, By: w.read.identity, OnExisting: w.Settings.OnExisting, Consents: w.Settings.Consent.keys(), Proof: w.proof,
		Tags: w.notes.Tags, Import: int64(w.ID), Cause: contact.ByImport}
	if w.List != 0 {
		b.Lists = []contact.ListID{w.List}
	}
	b.Rows, of = make([]contact.Row, 0, len(list)), make([]int, 0, len(list))
	for n := range list {
		if l := &list[n]; l.failed == nil && !l.passed {
			b.Rows, of = append(b.Rows, l.row), append(of, n)
		}
	}
	return b, of
}

// count adds a batch to the counts and groups of i. Results belong to the lines named by of.
func (w *work) count(i *Import, list []line, results []contact.Result, of []int) []rejected {
	i.Counts.Rows += int64(len(list))
	i.Done += int64(len(list))
	for n, r := range results {
		l := &list[of[n]]
		switch r.What {
		case contact.Created:
			i.Counts.Created++
		case contact.Updated:
			i.Counts.Updated++
		default:
			i.Counts.Skipped++
		}
		if r.Stopped {
			i.Counts.InStopList++
		}
		if r.Kept {
			l.warn(codeKept, w.columnOf(fieldEmail), "")
		}
		if r.KeptID {
			l.warn(codeKeptID, w.columnOf(fieldExternal), "")
		}
	}
	var rejects []rejected
	for n := range list {
		if r := w.judge(i, &list[n]); r != nil {
			rejects = append(rejects, *r)
		}
	}
	return rejects
}

func (w *work) judge(i *Import, l *line) *rejected {
	if l.row.Email.Key != "" {
		i.Counts.Emails++
	}
	if f := l.failed; f != nil {
		i.Counts.Errors++
		if strings.HasPrefix(f.code, "email.") {
			i.Counts.Emails++
			i.Counts.BadEmails++
		}
		i.Groups = note(i.Groups, *f, false, func() Example { return w.example(l, *f) })
		return &rejected{Line: l.Line, Code: f.code, Column: f.column, Hint: f.hint, raw: l.Cells}
	}
	if l.passed {
		i.Counts.Skipped++
	}
	if len(l.warnings) > 0 {
		i.Counts.Warnings++
	}
	for _, t := range l.warnings {
		i.Groups = note(i.Groups, t, true, func() Example { return w.example(l, t) })
	}
	return nil
}

func (w *work) columnOf(field string) int {
	for _, m := range w.Settings.Mapping {
		if m.Field == field {
			return m.Column
		}
	}
	return -1
}

// example shows a row of a cause. Values are shown to members of the account only and never logged.
func (w *work) example(l *line, t trouble) Example {
	e := Example{Row: l.Line}
	if t.column < 0 || t.column >= len(w.Columns) {
		if len(l.Cells) > 0 {
			e.Value = clip(l.Cells[0])
		}
		return e
	}
	if e.Column = w.Columns[t.column].Header; e.Column == "" {
		e.Column = fmt.Sprint(t.column + 1)
	}
	e.Value = clip(cell(l.Cells, t.column))
	return e
}

func clip(s string) string {
	if r := []rune(s); len(r) > 100 {
		return string(r[:100]) + "…"
	}
	return s
}

type progress func(ctx context.Context, done, total int64) error

// atTimes lets a report through about twice a second, and the last one always: people watch, and every report is a transaction.
func atTimes(report progress) progress {
	var last time.Time
	return func(ctx context.Context, done, total int64) error {
		now := time.Now()
		if now.Sub(last) < 500*time.Millisecond && done < total {
			return nil
		}
		last = now
		return report(ctx, done, total)
	}
}

// check is the dry run: it reads the whole file and plans every batch against the contacts as they are now. Bad rows are kept with
// their cells, so that people can mend them one by one.
func (s *Service) check(ctx context.Context, a task, report progress) error {
	i, err := getImport(ctx, s.db, a.Tenant, a.Import)
	if err != nil || i.State != Checking {
		return err
	}
	w, err := s.open(ctx, i)
	if err != nil {
		return err
	}
	defer w.close()
	i.reset()
	report = atTimes(report)
	var bad []rejected
	err = w.each(ctx, func(b lines) error {
		plan, of := w.bulk(b.list)
		results, err := s.contacts.BulkPlan(ctx, s.db, plan)
		if err != nil {
			return err
		}
		rejects := w.count(&i, b.list, results, of)
		bad = append(bad, rejects[:min(len(rejects), maxMended-len(bad))]...)
		return report(ctx, i.Done, max(i.Done, i.RowsEstimate))
	})
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := lockImport(ctx, tx, a.Tenant, a.Import)
		if err != nil || now.State != Checking {
			return err // cancelled meanwhile: what was found no longer counts
		}
		now.State, now.Counts, now.Groups, now.Done, now.Job = Ready, i.Counts, i.Groups, i.Done, 0
		if err := deleteRejects(ctx, tx, i.Tenant, i.ID); err != nil {
			return err
		}
		if err := insertRejects(ctx, tx, i.Tenant, i.ID, bad, true); err != nil {
			return err
		}
		return saveImport(ctx, tx, now)
	})
}

// run is the import. Contacts, rejected rows, counts and position of a batch are saved in one transaction, so that a crash
// neither repeats nor drops a row.
func (s *Service) run(ctx context.Context, a task, report progress) error {
	i, err := getImport(ctx, s.db, a.Tenant, a.Import)
	if err != nil || i.State != Running {
		return err
	}
	w, err := s.open(ctx, i)
	if err != nil {
		return err
	}
	defer w.close()
	if err := w.skip(ctx, i.Done); err != nil {
		return err
	}
	report = atTimes(report)
	err = w.each(ctx, func(b lines) error {
		done, err := s.save(ctx, w, b, i.Done)
		if err != nil {
			return err
		}
		if grown(i.Done, done) {
			err = s.contacts.Analyze(ctx)
		}
		i.Done = done
		return errors.Join(err, report(ctx, i.Done, max(i.Done, i.RowsEstimate)))
	})
	if errors.Is(err, errStopped) {
		return nil
	}
	return err
}

// grown tells that the contacts written by an import have become ten times as many, about: the database should look at them again,
// or it goes on reading them by the plan of an empty table.
func grown(before, now int64) bool {
	for n := int64(batch); n <= now; n *= 8 {
		if before < n {
			return true
		}
	}
	return false
}

// clashes is how often a batch is repeated when others change the same contacts at the same moment.
const clashes = 5

// errStopped tells that the import was paused or cancelled meanwhile, or goes on elsewhere.
var errStopped = errors.New("the import was stopped")

// save takes in one batch that begins at row from. It returns the new position.
func (s *Service) save(ctx context.Context, w *work, b lines, from int64) (int64, error) {
	var done int64
	for attempt := 1; ; attempt++ {
		err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			done, err = s.saveTx(ctx, tx, w, b, from)
			return err
		})
		if err == nil || attempt == clashes || !contact.Clash(err) {
			return done, err
		}
	}
}

func (s *Service) saveTx(ctx context.Context, tx *db.Tx, w *work, b lines, from int64) (int64, error) {
	i, err := lockImport(ctx, tx, w.Tenant, w.ID)
	if err != nil {
		return 0, err
	}
	if i.State != Running || i.Done != from {
		return 0, errStopped
	}
	bulk, of := w.bulk(b.list)
	if bulk.Run, err = i.run(ctx, tx); err != nil {
		return 0, err
	}
	results, err := s.contacts.BulkUpsert(ctx, tx, bulk)
	if err != nil {
		return 0, err
	}
	for n := range b.list { // the transaction may be repeated
		b.list[n].warnings = dropKept(b.list[n].warnings)
	}
	if err := insertChanges(ctx, tx, i, results); err != nil {
		return 0, err
	}
	i.notes.span(results)
	if err := insertRejects(ctx, tx, w.Tenant, w.ID, w.count(&i, b.list, results, of), false); err != nil {
		return 0, err
	}
	if !b.last {
		return i.Done, saveProgress(ctx, tx, i)
	}
	i.State = Done
	if err := errors.Join(s.end(ctx, tx, &i), s.contacts.AnalyzeTx(ctx, tx)); err != nil {
		return 0, err
	}
	if _, err := s.contacts.CheckDomainsTx(ctx, tx, i.Tenant, 0); err != nil { // in the background, each domain once (AUD-8)
		return 0, err
	}
	return i.Done, saveImport(ctx, tx, i)
}

// run is the one that the next batch of a large import belongs to.
func (i *Import) run(ctx context.Context, tx *db.Tx) (int64, error) {
	n := &i.notes
	if i.RowsEstimate < contact.RunSize || n.Run != 0 && i.Done-n.RunFrom < contact.RunSize {
		return n.Run, nil
	}
	var err error
	n.Run, err = contact.OpenRunTx(ctx, tx, i.Tenant)
	n.RunFrom = i.Done
	return n.Run, err
}

// span widens the range in which the contacts of the import lie.
func (n *notes) span(results []contact.Result) {
	for _, r := range results {
		if r.What != contact.Created {
			continue
		}
		if n.First == 0 || r.Contact < n.First {
			n.First = r.Contact
		}
		n.Last = max(n.Last, r.Contact)
	}
}

// dropKept takes off what count has warned of.
func dropKept(list []trouble) []trouble {
	return slices.DeleteFunc(list, func(t trouble) bool { return t.code == codeKept || t.code == codeKeptID })
}
