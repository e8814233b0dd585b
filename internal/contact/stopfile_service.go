package contact

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/blob"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/intake/sheet"
	"keruen/internal/jobs"
	"keruen/internal/page"
)

// StopFiles brings files of addresses to the stop-list, as jobs: what a customer takes along from another service.
type StopFiles struct {
	contacts *Service
	queue    *jobs.Queue
	blobs    *blob.Store
}

// NewStopFiles makes it and registers its jobs.
func NewStopFiles(contacts *Service, q *jobs.Queue, blobs *blob.Store) *StopFiles {
	s := &StopFiles{contacts: contacts, queue: q, blobs: blobs}
	s.register()
	return s
}

// StopFileChange is what to alter in a file before it is taken. Nil leaves a value.
type StopFileChange struct {
	Reason  *StopReason
	Note    *string
	Columns *[]int // by index: whose addresses are taken
}

// Upload stores a file of at most MaxStopFile bytes, recognises its columns by their values and begins to count what it would change. What
// is pasted is a file too.
func (s *StopFiles) Upload(ctx context.Context, who access.Actor, filename string, reason StopReason, note string, r io.Reader) (StopFile, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return StopFile{}, err
	}
	f := StopFile{ID: id.New[stopFileKind](), Tenant: who.Tenant, State: StopChecking, Filename: blob.Clean(filename), CreatedBy: who.Member}
	if err := f.say(reason, note); err != nil {
		return StopFile{}, err
	}
	ref, err := s.blobs.Put(ctx, who.Tenant, r, MaxStopFile)
	if errors.Is(err, blob.ErrTooLarge) {
		return StopFile{}, ErrStopFileBig.With("limit_bytes", MaxStopFile)
	}
	if err != nil {
		return StopFile{}, fmt.Errorf("upload stop-list: %w", err)
	}
	f.blob, f.Size = ref.Key, ref.Size
	if err = s.look(ctx, &f); err == nil {
		err = s.contacts.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.adopt(ctx, tx, &f) })
	}
	if err != nil {
		return StopFile{}, fmt.Errorf("upload stop-list: %w", errors.Join(err, s.blobs.Delete(ctx, who.Tenant, ref.Key)))
	}
	return f, nil
}

func (s *StopFiles) adopt(ctx context.Context, tx *db.Tx, f *StopFile) (err error) {
	f.CreatedAt = tx.Now
	if f.Job, err = s.enqueue(ctx, tx, *f, kindStopCheck); err != nil {
		return err
	}
	if err := insertStopFile(ctx, tx, *f); err != nil {
		return err
	}
	_, err = s.queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: f.Tenant, Kind: kindStopExpire, Args: stopTask{f.Tenant, f.ID}, RunAt: tx.Now.Add(stopFileLife)})
	return err
}

func (s *StopFiles) enqueue(ctx context.Context, tx *db.Tx, f StopFile, kind string) (jobs.ID, error) {
	return s.queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: f.Tenant, Kind: kind, Args: stopTask{f.Tenant, f.ID}, UniqueKey: f.ID.String(), Title: f.Filename, Visible: true})
}

// say sets why the addresses of a file are stopped.
func (f *StopFile) say(reason StopReason, note string) error {
	if strength[reason] == 0 {
		return errs.ErrInvalid.At(blame("reason", ErrReason))
	}
	if note = CleanText(note); len([]rune(note)) > maxStopNote {
		return errs.ErrInvalid.At(tooLong("note", maxStopNote))
	}
	f.Reason, f.Note = reason, note
	return nil
}

// stopLookAt is how many rows are looked at to recognise columns.
const stopLookAt = 300

// look fills in what the file tells about itself.
func (s *StopFiles) look(ctx context.Context, f *StopFile) error {
	file, b, err := s.open(ctx, *f)
	if err != nil {
		return err
	}
	defer file.Close()
	defer b.Close()
	n := sheetOf(b)
	f.Format, f.Rows = string(b.Format), b.Sheets[n].Rows
	if len(b.Sheets) > 1 {
		f.Sheet = b.Sheets[n].Name
	}
	rows, err := b.Rows(n, sheet.Options{})
	if err != nil {
		return err
	}
	defer rows.Close()
	var first []sheet.Record
	for len(first) < stopLookAt {
		rec, ok, err := rows.Next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if rec.Trouble == "" {
			first = append(first, rec)
		}
	}
	if len(first) == 0 {
		return sheet.ErrEmpty
	}
	f.Columns, f.HasHeader = stopColumnsOf(first, b.Format == sheet.VCard)
	if !slices.ContainsFunc(f.Columns, func(c StopColumn) bool { return c.Emails+c.Phones > 0 }) {
		return ErrStopNobody
	}
	if !slices.ContainsFunc(f.Columns, func(c StopColumn) bool { return c.Chosen }) { // few addresses among many other values
		best := 0
		for i, c := range f.Columns {
			if c.Emails+c.Phones > f.Columns[best].Emails+f.Columns[best].Phones {
				best = i
			}
		}
		f.Columns[best].Chosen = true
	}
	return nil
}

func (s *StopFiles) open(ctx context.Context, f StopFile) (*os.File, *sheet.Book, error) {
	file, err := s.blobs.Open(ctx, f.Tenant, f.blob)
	if err != nil {
		return nil, nil, err
	}
	b, err := sheet.Open(file, f.Size, f.Filename)
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, b, nil
}

// sheetOf is the first sheet that has rows and is not hidden.
func sheetOf(b *sheet.Book) int {
	return max(0, slices.IndexFunc(b.Sheets, func(x sheet.Sheet) bool { return x.Rows > 0 && !x.Hidden }))
}

// Get returns one file.
func (s *StopFiles) Get(ctx context.Context, who access.Actor, f StopFileID) (StopFile, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return StopFile{}, err
	}
	return getStopFile(ctx, s.contacts.db, who.Tenant, f)
}

// List returns a page of files, the newest first.
func (s *StopFiles) List(ctx context.Context, who access.Actor, ask page.Ask) (page.Of[StopFile], error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return page.Of[StopFile]{}, err
	}
	list, err := listStopFiles(ctx, s.contacts.db, who.Tenant, ask)
	if err != nil {
		return page.Of[StopFile]{}, fmt.Errorf("list files of the stop-list: %w", err)
	}
	return page.Cut(list, ask, func(f StopFile) int64 { return int64(f.ID) }), nil
}

// Names returns the names of files, for entries of the stop-list that came from them.
func (s *StopFiles) Names(ctx context.Context, who access.Actor, ids []StopFileID) (map[StopFileID]string, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return nil, err
	}
	return stopFileNames(ctx, s.contacts.db, who.Tenant, ids)
}

// Update alters a file that waits, and counts anew what it would change.
func (s *StopFiles) Update(ctx context.Context, who access.Actor, f StopFileID, ch StopFileChange) (StopFile, error) {
	return s.change(ctx, who, f, "update stop-list file", func(ctx context.Context, tx *db.Tx, got *StopFile) (err error) {
		if got.State != StopReady {
			return ErrStopState
		}
		if err := got.apply(ch); err != nil {
			return err
		}
		got.State, got.Counts, got.Rejects, got.Done = StopChecking, StopCounts{}, nil, 0
		got.Job, err = s.enqueue(ctx, tx, *got, kindStopCheck)
		return err
	})
}

func (f *StopFile) apply(ch StopFileChange) error {
	reason, note := f.Reason, f.Note
	if ch.Reason != nil {
		reason = *ch.Reason
	}
	if ch.Note != nil {
		note = *ch.Note
	}
	if err := f.say(reason, note); err != nil || ch.Columns == nil {
		return err
	}
	known := 0
	for i := range f.Columns {
		f.Columns[i].Chosen = slices.Contains(*ch.Columns, f.Columns[i].Index)
		if f.Columns[i].Chosen {
			known++
		}
	}
	if known == 0 || known != len(*ch.Columns) {
		return errs.ErrInvalid.At(blame("columns", ErrStopColumns))
	}
	return nil
}

// Start takes the addresses of a file that was counted. It cannot be taken back where people left or complained: only they return.
// Starting a file that is on its way changes nothing.
func (s *StopFiles) Start(ctx context.Context, who access.Actor, f StopFileID) (StopFile, error) {
	return s.change(ctx, who, f, "start stop-list file", func(ctx context.Context, tx *db.Tx, got *StopFile) (err error) {
		switch {
		case got.State == StopRunning:
			return nil
		case got.State != StopReady:
			return ErrStopState
		case got.Counts.Added+got.Counts.Raised == 0:
			return ErrStopNothing
		}
		if got.theirOwn() {
			proof := Proof{Source: ByStopFile, Wording: got.Note, Evidence: map[string]string{"filename": got.Filename, "stop_file": got.ID.String()}}
			if got.proof, err = SaveProofTx(ctx, tx, got.Tenant, proof.of(who)); err != nil {
				return err
			}
		}
		wanted := got.Counts
		got.State, got.StartedAt, got.Done, got.Counts, got.Rejects = StopRunning, tx.Now, 0, StopCounts{}, nil
		if got.Job, err = s.enqueue(ctx, tx, *got, kindStopRun); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "suppression.import_started", Object: got.ID.String(),
			Details: map[string]any{"reason": string(got.Reason), "addresses": wanted.Added + wanted.Raised, "contacts": wanted.Contacts}})
	})
}

// Cancel stops a file. What was done before stays.
func (s *StopFiles) Cancel(ctx context.Context, who access.Actor, f StopFileID) (StopFile, error) {
	var old string
	got, err := s.change(ctx, who, f, "cancel stop-list file", func(ctx context.Context, tx *db.Tx, got *StopFile) error {
		if got.State.Ended() {
			return ErrStopState
		}
		if got.Job != 0 {
			err := s.queue.CancelTx(ctx, tx, got.Tenant, got.Job)
			if err != nil && !errors.Is(err, jobs.ErrFinished) && !errors.Is(err, errs.ErrNotFound) {
				return err
			}
		}
		running := got.State == StopRunning
		old = got.blob
		got.State, got.Job, got.FinishedAt, got.blob = StopCancelled, 0, tx.Now, ""
		if !running {
			return nil
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "suppression.import_cancelled", Object: f.String(),
			Details: map[string]any{"addresses": got.Counts.Added + got.Counts.Raised}})
	})
	if err != nil || old == "" {
		return got, err
	}
	return got, s.blobs.Delete(ctx, who.Tenant, old)
}

// CancelJob is Cancel for somebody who knows only the job. errs.ErrNotFound when the job works on no file of the stop-list.
func (s *StopFiles) CancelJob(ctx context.Context, who access.Actor, job jobs.ID) (StopFile, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return StopFile{}, err
	}
	f, err := db.One[StopFileID](ctx, s.contacts.db, `SELECT id FROM stop_file WHERE tenant_id = ? AND job_id = ?`, who.Tenant, job)
	if err != nil {
		return StopFile{}, fmt.Errorf("cancel job: %w", err)
	}
	return s.Cancel(ctx, who, f)
}

// change runs alter on a file and saves it.
func (s *StopFiles) change(ctx context.Context, who access.Actor, f StopFileID, what string, alter func(context.Context, *db.Tx, *StopFile) error) (StopFile, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return StopFile{}, err
	}
	var got StopFile
	err := s.contacts.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if got, err = lockStopFile(ctx, tx, who.Tenant, f); err != nil {
			return err
		}
		if err := alter(ctx, tx, &got); err != nil {
			return err
		}
		return saveStopFile(ctx, tx, got)
	})
	if err != nil {
		return StopFile{}, fmt.Errorf("%s: %w", what, err)
	}
	return got, nil
}
