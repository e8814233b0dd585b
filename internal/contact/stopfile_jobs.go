package contact

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/intake/sheet"
	"keruen/internal/jobs"
)

// Kinds of jobs.
const (
	kindStopCheck  = "suppression.check"
	kindStopRun    = "suppression.import"
	kindStopExpire = "suppression.expire"
)

// stopBatch is how many rows one transaction takes.
const stopBatch = 500

// stopAttempts is how often a job is tried before its file has failed: pauses of half an hour in all.
const stopAttempts = 8

// stopTask is the argument of the jobs of a file.
type stopTask struct {
	Tenant id.Tenant  `json:"tenant"`
	File   StopFileID `json:"file"`
}

func (s *StopFiles) register() {
	jobs.Register(s.queue, kindStopCheck, func(ctx context.Context, j *jobs.Job, a stopTask) error {
		return s.settle(ctx, a, StopChecking, j.Attempt, s.check(ctx, a, j.Progress))
	}, jobs.AtMost(1))
	jobs.Register(s.queue, kindStopRun, func(ctx context.Context, j *jobs.Job, a stopTask) error {
		return s.settle(ctx, a, StopRunning, j.Attempt, s.run(ctx, a, j.Progress))
	}, jobs.AtMost(1))
	jobs.Register(s.queue, kindStopExpire, func(ctx context.Context, _ *jobs.Job, a stopTask) error { return s.expire(ctx, a) })
}

// settle ends a file for good when it cannot be read or when there were too many attempts; until then every error is tried again
// from where the file stands.
func (s *StopFiles) settle(ctx context.Context, a stopTask, in StopFileState, attempt int, err error) error {
	why := errStopGaveUp
	var e *errs.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errs.ErrNotFound):
		why = errStopGone
	case errors.As(err, &e) && e.Kind == errs.Invalid: // the file is damaged further down
		why = e
	case attempt < stopAttempts:
		return err
	}
	failed := s.contacts.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := lockStopFile(ctx, tx, a.Tenant, a.File)
		if errors.Is(err, errs.ErrNotFound) || err == nil && f.State != in {
			return nil // cancelled meanwhile
		}
		if err != nil {
			return err
		}
		f.State, f.Job, f.FinishedAt, f.Failure = StopFailed, 0, tx.Now, &StopFailure{why.Code, why.Text}
		return saveStopFile(ctx, tx, f)
	})
	return errors.Join(failed, jobs.Cancel(err))
}

// stopPass is one reading of a file. seen are the addresses that have come, by 16 bytes of a hash: some 150 MB for the largest file of
// nothing but short addresses.
type stopPass struct {
	file StopFile
	rows sheet.Rows
	seen map[[16]byte]struct{}
	last bool
}

// stopRows is a batch of rows that was read.
type stopRows struct {
	addresses []stopAddress // each for the first time in the file
	counts    StopCounts    // without what the stop-list makes of them
	rejects   []StopReject
}

// each reads a file from its beginning and gives f the batches after the first skip rows.
func (s *StopFiles) each(ctx context.Context, file StopFile, skip int64, f func(stopRows, bool) error) error {
	src, b, err := s.open(ctx, file)
	if err != nil {
		return err
	}
	defer src.Close()
	defer b.Close()
	rows, err := b.Rows(sheetOf(b), sheet.Options{})
	if err != nil {
		return err
	}
	defer rows.Close()
	p := &stopPass{file: file, rows: rows, seen: map[[16]byte]struct{}{}}
	if file.HasHeader {
		if _, _, err := rows.Next(); err != nil {
			return err
		}
	}
	for done := int64(0); !p.last; {
		if err := ctx.Err(); err != nil {
			return err
		}
		limit := int64(stopBatch)
		if done < skip {
			limit = min(limit, skip-done)
		}
		got, err := p.fill(limit)
		if err != nil {
			return err
		}
		if done += got.counts.Rows; done <= skip && !p.last && skip > 0 {
			continue
		}
		if err := f(got, p.last); err != nil {
			return err
		}
	}
	return nil
}

func (p *stopPass) fill(limit int64) (stopRows, error) {
	var out stopRows
	for out.counts.Rows < limit {
		rec, ok, err := p.rows.Next()
		if err != nil {
			return out, err
		}
		if !ok {
			p.last = true
			return out, nil
		}
		out.counts.Rows++
		p.take(&out, p.file.readRow(rec))
	}
	return out, nil
}

func (p *stopPass) take(out *stopRows, r stopRow) {
	out.counts.Bad += int64(len(r.rejects))
	out.rejects = append(out.rejects, r.rejects...)
	for _, a := range r.addresses {
		if a.phone {
			out.counts.Phones++
		} else {
			out.counts.Emails++
		}
		sum := sum128(a.key)
		if _, ok := p.seen[sum]; ok {
			out.counts.Repeated++
			continue
		}
		p.seen[sum] = struct{}{}
		out.addresses = append(out.addresses, a)
	}
}

func sum128(key string) [16]byte {
	sum := sha256.Sum256([]byte(key))
	return [16]byte(sum[:16])
}

type stopProgress func(ctx context.Context, done, total int64) error

// seldom lets a report through about twice a second: people watch, and every report is a transaction.
func (p stopProgress) seldom() stopProgress {
	var last time.Time
	return func(ctx context.Context, done, total int64) error {
		if now := time.Now(); now.Sub(last) >= 500*time.Millisecond {
			last = now
			return p(ctx, done, total)
		}
		return nil
	}
}

// check counts what a file would change, and changes nothing.
func (s *StopFiles) check(ctx context.Context, a stopTask, report stopProgress) error {
	f, err := getStopFile(ctx, s.contacts.db, a.Tenant, a.File)
	if err != nil || f.State != StopChecking {
		return err
	}
	f.Counts, f.Rejects = StopCounts{}, nil
	report = report.seldom()
	err = s.each(ctx, f, 0, func(r stopRows, _ bool) error {
		plan, err := s.contacts.planStops(ctx, s.contacts.db, f, r.addresses)
		if err != nil {
			return err
		}
		f.take(r, plan)
		return report(ctx, f.Counts.Rows, max(f.Counts.Rows, f.Rows))
	})
	if err != nil {
		return fmt.Errorf("check stop-list file: %w", err)
	}
	return s.contacts.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := lockStopFile(ctx, tx, a.Tenant, a.File)
		if err != nil || now.State != StopChecking {
			return err // cancelled meanwhile
		}
		now.State, now.Counts, now.Rejects, now.Job = StopReady, f.Counts, f.Rejects, 0
		return saveStopFile(ctx, tx, now)
	})
}

// take adds a batch to the counts of a file.
func (f *StopFile) take(r stopRows, plan stopPlan) {
	f.Counts.add(r.counts)
	f.Counts.add(plan.counts)
	f.Rejects = append(f.Rejects, r.rejects[:min(len(r.rejects), MaxStopRejects-len(f.Rejects))]...)
}

// run takes the addresses. Entries, consents, counts and position of a batch are saved in one transaction, so that a crash neither
// repeats nor drops a row; each batch holds from its commit on.
func (s *StopFiles) run(ctx context.Context, a stopTask, report stopProgress) error {
	f, err := getStopFile(ctx, s.contacts.db, a.Tenant, a.File)
	if err != nil || f.State != StopRunning {
		return err
	}
	report = report.seldom()
	err = s.each(ctx, f, f.Done, func(r stopRows, last bool) error {
		var now StopFile
		err := s.contacts.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			if now, err = lockStopFile(ctx, tx, a.Tenant, a.File); err != nil || now.State != StopRunning {
				return err
			}
			return s.save(ctx, tx, &now, r, last)
		})
		if err != nil {
			return err
		}
		if now.State != StopRunning && now.State != StopDone {
			return errStopOver
		}
		return report(ctx, now.Done, max(now.Done, now.Rows))
	})
	if errors.Is(err, errStopOver) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("import stop-list: %w", err)
	}
	return s.blobs.Delete(ctx, a.Tenant, f.blob)
}

// errStopOver ends a reading when the file was cancelled.
var errStopOver = errors.New("cancelled")

func (s *StopFiles) save(ctx context.Context, tx *db.Tx, f *StopFile, r stopRows, last bool) error {
	plan, err := s.contacts.planStops(ctx, tx, *f, r.addresses)
	if err != nil {
		return err
	}
	if err := s.contacts.applyStops(ctx, tx, *f, plan); err != nil {
		return err
	}
	f.take(r, plan)
	f.Done += r.counts.Rows
	if last {
		f.State, f.Job, f.FinishedAt = StopDone, 0, tx.Now
		who := access.System(f.Tenant)
		err := audit.Record(ctx, tx, audit.Entry{Tenant: f.Tenant, Who: who.Who(), Action: "suppression.imported", Object: f.ID.String(),
			Details: map[string]any{"reason": string(f.Reason), "added": f.Counts.Added, "raised": f.Counts.Raised, "contacts": f.Counts.Contacts}})
		if err != nil {
			return err
		}
		if err := db.Analyze(ctx, tx, "suppression"); err != nil {
			return err
		}
	}
	return saveStopFile(ctx, tx, *f)
}

// expire lets the file go, and what was refused in it: nobody needs it any more.
func (s *StopFiles) expire(ctx context.Context, a stopTask) error {
	var old string
	err := s.contacts.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := lockStopFile(ctx, tx, a.Tenant, a.File)
		if errors.Is(err, errs.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if f.State == StopRunning || f.State == StopChecking {
			return jobs.Snooze(24 * time.Hour)
		}
		old = f.blob
		if f.State == StopReady {
			f.State, f.FinishedAt = StopCancelled, tx.Now
		}
		f.blob, f.Rejects = "", nil
		for i := range f.Columns {
			f.Columns[i].Samples = []string{}
		}
		return saveStopFile(ctx, tx, f)
	})
	if err != nil || old == "" {
		return err
	}
	return s.blobs.Delete(ctx, a.Tenant, old)
}
