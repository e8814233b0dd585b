package intake

import (
	"context"
	"errors"
	"fmt"
	"os"

	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
)

// Kinds of jobs.
const (
	kindCheck = "import.check"
	kindRun   = "import.run"
)

// task is the argument of both jobs.
type task struct {
	Tenant id.Tenant `json:"tenant"`
	Import ID        `json:"import"`
}

// batch is how many rows one transaction takes: long enough to be fast, short enough to let others write.
const batch = 1000

func (s *Service) register() {
	jobs.Register(s.queue, kindCheck, func(ctx context.Context, j *jobs.Job, a task) error {
		return s.settle(ctx, a, Checking, j.Attempt, s.check(ctx, a, j.Progress))
	})
	jobs.Register(s.queue, kindRun, func(ctx context.Context, j *jobs.Job, a task) error {
		return s.settle(ctx, a, Running, j.Attempt, s.run(ctx, a, j.Progress))
	})
}

// settle ends an import for good when its file is gone, or when the queue will not try again; until then every error is
// tried again from where the import stands.
func (s *Service) settle(ctx context.Context, a task, in State, attempt int, err error) error {
	why := Failure{"import.file_gone", "The uploaded file is no longer there. Upload it again."}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errs.ErrNotFound):
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
		i.State, i.FinishedAt, i.Failure, i.Job = Failed, tx.Now, &why, 0
		return saveImport(ctx, tx, i)
	})
}

// work is one pass over a file.
type work struct {
	Import
	file  *os.File
	scan  *scanner
	read  *reader
	lines []line // of the batch at hand
	ended bool
}

func (s *Service) open(ctx context.Context, i Import) (*work, error) {
	custom, err := s.contacts.Fields(ctx, i.Tenant)
	if err != nil {
		return nil, err
	}
	f, err := s.blobs.Open(ctx, i.Tenant, i.blob)
	if err != nil {
		return nil, err
	}
	w := &work{Import: i, file: f, scan: i.Format.scan(f), read: newReader(i.Settings, i.Columns, custom)}
	if i.Format.HasHeader {
		w.scan.next()
	}
	return w, nil
}

// fill reads the next batch.
func (w *work) fill() error {
	w.lines = w.lines[:0]
	for len(w.lines) < batch {
		rec, ok := w.scan.next()
		if !ok {
			w.ended = true
			return w.scan.err
		}
		w.lines = append(w.lines, w.read.read(rec))
	}
	return nil
}

// skip passes over the rows that an earlier run has done; they are read again, for the repeats.
func (w *work) skip(ctx context.Context, done int64) error {
	for n := int64(0); n < done; n++ {
		if n%batch == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		rec, ok := w.scan.next()
		if !ok {
			return errors.Join(w.scan.err, ctx.Err())
		}
		w.read.read(rec)
	}
	return nil
}

// bulk makes the rows of the batch that are good into contacts.
func (w *work) bulk() (b contact.Bulk, of []int) {
	b = contact.Bulk{Tenant: w.Tenant, By: w.read.identity, OnExisting: w.Settings.OnExisting, Consents: w.Settings.Consent.consents(), Proof: w.proof, Import: int64(w.ID)}
	if w.List != 0 {
		b.Lists = []contact.ListID{w.List}
	}
	for n := range w.lines {
		if l := &w.lines[n]; l.failed == nil && l.code != codeRepeated {
			b.Rows, of = append(b.Rows, l.row), append(of, n)
		}
	}
	return b, of
}

// count adds the batch to the counts and groups of i. Results belong to the lines named by of.
func (w *work) count(i *Import, results []contact.Result, of []int) []rejected {
	i.Counts.Rows += int64(len(w.lines))
	i.Done += int64(len(w.lines))
	for n, r := range results {
		l := &w.lines[of[n]]
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
	}
	var rejects []rejected
	for n := range w.lines {
		if r := w.judge(i, &w.lines[n]); r != nil {
			rejects = append(rejects, *r)
		}
	}
	return rejects
}

func (w *work) judge(i *Import, l *line) *rejected {
	if f := l.failed; f != nil {
		i.Counts.Errors++
		i.Groups = note(i.Groups, f.code, false, w.example(l, *f))
		return &rejected{l.line, f.code, f.column, f.hint}
	}
	if l.code == codeRepeated {
		i.Counts.Skipped++
	}
	if len(l.warnings) > 0 {
		i.Counts.Warnings++
	}
	for _, t := range l.warnings {
		i.Groups = note(i.Groups, t.code, true, w.example(l, t))
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
	e := Example{Row: l.line}
	if t.column < 0 || t.column >= len(w.Columns) {
		if len(l.cells) > 0 {
			e.Value = clip(l.cells[0])
		}
		return e
	}
	if e.Column = w.Columns[t.column].Header; e.Column == "" {
		e.Column = fmt.Sprint(t.column + 1)
	}
	e.Value = clip(cell(l.cells, t.column))
	return e
}

func clip(s string) string {
	if r := []rune(s); len(r) > 100 {
		return string(r[:100]) + "…"
	}
	return s
}

type progress func(ctx context.Context, done, total int64) error

// check is the dry run: it reads the whole file and plans every batch against the contacts as they are now.
func (s *Service) check(ctx context.Context, a task, report progress) error {
	i, err := getImport(ctx, s.db, a.Tenant, a.Import)
	if err != nil || i.State != Checking {
		return err
	}
	w, err := s.open(ctx, i)
	if err != nil {
		return err
	}
	defer w.file.Close()
	i.reset()
	for !w.ended {
		if err := errors.Join(ctx.Err(), w.fill()); err != nil {
			return err
		}
		b, of := w.bulk()
		results, err := s.contacts.BulkPlan(ctx, s.db, b)
		if err != nil {
			return err
		}
		w.count(&i, results, of)
		if err := report(ctx, i.Done, max(i.Done, i.RowsEstimate)); err != nil {
			return err
		}
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := lockImport(ctx, tx, a.Tenant, a.Import)
		if err != nil || now.State != Checking {
			return err // cancelled meanwhile: what was found no longer counts
		}
		now.State, now.Counts, now.Groups, now.Done, now.Job = Ready, i.Counts, i.Groups, i.Done, 0
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
	defer w.file.Close()
	if err := w.skip(ctx, i.Done); err != nil {
		return err
	}
	for !w.ended {
		if err := errors.Join(ctx.Err(), w.fill()); err != nil {
			return err
		}
		done, err := s.save(ctx, w, i.Done)
		if err != nil || done < 0 {
			return err
		}
		i.Done = done
		if err := report(ctx, i.Done, max(i.Done, i.RowsEstimate)); err != nil {
			return err
		}
	}
	return nil
}

// clashes is how often a batch is repeated when others change the same contacts at the same moment.
const clashes = 5

// save takes in one batch that begins at row from. It returns the new position, or -1 when the import was stopped meanwhile.
func (s *Service) save(ctx context.Context, w *work, from int64) (int64, error) {
	var done int64
	for attempt := 1; ; attempt++ {
		err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			done, err = s.saveTx(ctx, tx, w, from)
			return err
		})
		if err == nil || attempt == clashes || !contact.Clash(err) {
			return done, err
		}
	}
}

func (s *Service) saveTx(ctx context.Context, tx *db.Tx, w *work, from int64) (int64, error) {
	i, err := lockImport(ctx, tx, w.Tenant, w.ID)
	if err != nil {
		return 0, err
	}
	if i.State != Running || i.Done != from { // stopped, or another worker goes on with it
		return -1, nil
	}
	b, of := w.bulk()
	results, err := s.contacts.BulkUpsert(ctx, tx, b)
	if err != nil {
		return 0, err
	}
	for n := range w.lines { // the transaction may be repeated
		w.lines[n].warnings = dropKept(w.lines[n].warnings)
	}
	if err := insertRejects(ctx, tx, w.Tenant, w.ID, w.count(&i, results, of)); err != nil {
		return 0, err
	}
	if w.ended {
		i.State, i.FinishedAt, i.Job = Done, tx.Now, 0
		if err := s.contacts.AnalyzeTx(ctx, tx); err != nil {
			return 0, err
		}
	}
	return i.Done, saveImport(ctx, tx, i)
}

func dropKept(list []trouble) []trouble {
	if n := len(list); n > 0 && list[n-1].code == codeKept {
		return list[:n-1]
	}
	return list
}
