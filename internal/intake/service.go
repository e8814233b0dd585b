package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/blob"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/page"
)

// Service holds the verbs. It is safe for concurrent use.
type Service struct {
	MaxFile int64 // bytes; larger files are refused. Set it before the first upload.

	db       *db.DB
	blobs    *blob.Store
	queue    *jobs.Queue
	contacts *contact.Service
}

// New makes the service and registers its jobs with the queue.
func New(d *db.DB, blobs *blob.Store, q *jobs.Queue, contacts *contact.Service) *Service {
	s := &Service{MaxFile: DefaultMaxFile, db: d, blobs: blobs, queue: q, contacts: contacts}
	s.register()
	return s
}

// Upload stores a file, recognises how it is written and proposes where its columns go. It is read as a stream; one larger than
// MaxFile ends in ErrTooBig and leaves nothing behind.
func (s *Service) Upload(ctx context.Context, who access.Actor, filename string, r io.Reader) (Import, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Import{}, err
	}
	p := &profile{}
	ref, err := s.blobs.Put(ctx, who.Tenant, io.TeeReader(r, p), s.MaxFile)
	if errors.Is(err, blob.ErrTooLarge) {
		return Import{}, ErrTooBig.With("limit_bytes", s.MaxFile)
	}
	if err != nil {
		return Import{}, fmt.Errorf("upload import: %w", err)
	}
	i := Import{ID: id.New[importKind](), Tenant: who.Tenant, State: Draft, Filename: blob.Clean(filename), Size: ref.Size, SHA256: ref.SHA256, CreatedBy: who.Member, Version: 1, blob: ref.Key}
	if err := s.recognise(ctx, &i, p); err != nil {
		return Import{}, errors.Join(err, s.blobs.Delete(ctx, who.Tenant, ref.Key))
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		i.CreatedAt = tx.Now
		return insertImport(ctx, tx, i)
	})
	if err != nil {
		return Import{}, errors.Join(fmt.Errorf("upload import: %w", err), s.blobs.Delete(ctx, who.Tenant, ref.Key))
	}
	return i, nil
}

// recognise fills in what the file tells about itself.
func (s *Service) recognise(ctx context.Context, i *Import, p *profile) error {
	f, err := p.format()
	if err != nil {
		return err
	}
	custom, err := s.contacts.Fields(ctx, i.Tenant)
	if err != nil {
		return err
	}
	rows := firstRows(f, p.head)
	if len(rows) == 0 {
		return ErrNotTable
	}
	f.HasHeader = hasHeader(rows, custom)
	if f.HasHeader && len(rows) == 1 && p.size < headSize && onlyRow(f, p.head) {
		return ErrNoRows
	}
	i.Format, i.RowsEstimate = f, p.rows(f.HasHeader)
	i.describe(rows, custom)
	i.Settings.OnExisting, i.Settings.DefaultCountry = contact.UpdateEmpty, "KZ"
	return nil
}

// describe makes the columns and the mapping that follows from them.
func (i *Import) describe(rows []record, custom []contact.Field) {
	i.Columns = columnsOf(rows, i.Format.HasHeader, custom)
	i.Settings.Mapping = make([]Mapping, len(i.Columns))
	for n, c := range i.Columns {
		i.Settings.Mapping[n] = Mapping{Column: n, Field: c.Field}
	}
}

// lookAt is how many rows are looked at to recognise columns.
const lookAt = 50

// firstRows reads the first whole rows of a file from its beginning.
func firstRows(f Format, head []byte) []record {
	sc := f.scan(bytes.NewReader(head))
	var rows []record
	for len(rows) < lookAt {
		rec, ok := sc.next()
		if !ok {
			break
		}
		if rec.code == "" {
			rows = append(rows, rec)
		}
	}
	if len(rows) > 1 && len(head) == headSize {
		rows = rows[:len(rows)-1] // may be cut
	}
	return rows
}

// onlyRow tells whether a file has one row, counting also what cannot be read.
func onlyRow(f Format, file []byte) bool {
	sc := f.scan(bytes.NewReader(file))
	sc.next()
	_, more := sc.next()
	return !more
}

// Get returns one import.
func (s *Service) Get(ctx context.Context, who access.Actor, i ID) (Import, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return Import{}, err
	}
	return getImport(ctx, s.db, who.Tenant, i)
}

// List returns a page of imports, the newest first.
func (s *Service) List(ctx context.Context, who access.Actor, ask page.Ask) (page.Of[Import], error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return page.Of[Import]{}, err
	}
	list, err := listImports(ctx, s.db, who.Tenant, ask)
	if err != nil {
		return page.Of[Import]{}, fmt.Errorf("list imports: %w", err)
	}
	return page.Cut(list, ask, func(i Import) int64 { return int64(i.ID) }), nil
}

// Change is what to alter in the settings. Nil leaves a value.
type Change struct {
	HasHeader      *bool
	Mapping        []Mapping
	OnExisting     *contact.OnExisting
	List           *contact.ListID
	NewList        *string
	Consent        *Declaration
	DefaultCountry *string
}

// Update alters how the file is to be read; a dry run made before no longer counts. Wrong values are kept out with an error for each;
// what is only missing yet — the columns not chosen — is said by DryRun and Start.
func (s *Service) Update(ctx context.Context, who access.Actor, i ID, ch Change) (Import, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Import{}, err
	}
	var head []byte
	if ch.HasHeader != nil {
		var err error
		if head, err = s.head(ctx, who, i); err != nil {
			return Import{}, err
		}
	}
	var out Import
	err := s.change(ctx, who, i, func(ctx context.Context, tx *db.Tx, imp *Import) error {
		if err := imp.changeable(); err != nil {
			return err
		}
		custom, err := s.contacts.Fields(ctx, who.Tenant)
		if err != nil {
			return err
		}
		if ch.HasHeader != nil && *ch.HasHeader != imp.Format.HasHeader {
			imp.Format.HasHeader = *ch.HasHeader
			imp.describe(firstRows(imp.Format, head), custom)
		}
		imp.Settings.apply(ch)
		imp.reset()
		out = *imp
		return s.acceptable(ctx, tx, *imp, custom)
	})
	if err != nil {
		return Import{}, fmt.Errorf("update import: %w", err)
	}
	return out, nil
}

func (s *Settings) apply(ch Change) {
	if ch.Mapping != nil {
		s.Mapping = ch.Mapping
	}
	if ch.OnExisting != nil {
		s.OnExisting = *ch.OnExisting
	}
	if ch.List != nil {
		s.List = *ch.List
		if s.List != 0 && ch.NewList == nil {
			s.NewList = ""
		}
	}
	if ch.NewList != nil {
		s.NewList = contact.CleanText(*ch.NewList)
		if s.NewList != "" && ch.List == nil {
			s.List = 0
		}
	}
	if ch.Consent != nil {
		s.Consent = *ch.Consent
	}
	if ch.DefaultCountry != nil {
		s.DefaultCountry = strings.ToUpper(*ch.DefaultCountry)
	}
}

// acceptable refuses wrong values of a draft, and lets through a mapping that is not complete yet.
func (s *Service) acceptable(ctx context.Context, tx *db.Tx, i Import, custom []contact.Field) error {
	var bad []errs.Field
	for _, f := range i.Settings.check(len(i.Columns), custom, tx.Now) {
		if f.Code != "import.no_identifier" && f.Code != "import.field_twice" && f.Code != "import.names_twice" && !strings.HasPrefix(f.Path, "consent.") {
			bad = append(bad, f)
		}
	}
	if len(bad) > 0 {
		return errs.ErrInvalid.At(bad...)
	}
	return s.target(ctx, tx, i)
}

// target refuses a list that is not there, and the name of a new one that is taken: people learn it while they choose, not
// after the dry run.
func (s *Service) target(ctx context.Context, tx *db.Tx, i Import) error {
	if i.Settings.NewList != "" {
		return contact.ListNameFree(ctx, tx, i.Tenant, "new_list", i.Settings.NewList)
	}
	if i.Settings.List == 0 {
		return nil
	}
	return contact.HaveLists(ctx, tx, i.Tenant, []contact.ListID{i.Settings.List})
}

func (i *Import) changeable() error {
	switch {
	case i.State.Ended():
		return ErrEnded
	case i.State != Draft && i.State != Ready:
		return ErrBusy
	default:
		return nil
	}
}

// reset forgets what a dry run found.
func (i *Import) reset() {
	i.State, i.Counts, i.Groups, i.Done, i.Failure, i.Job = Draft, Counts{}, nil, 0, nil, 0
}

func (s *Service) head(ctx context.Context, who access.Actor, i ID) ([]byte, error) {
	imp, err := getImport(ctx, s.db, who.Tenant, i)
	if err != nil {
		return nil, err
	}
	f, err := s.blobs.Open(ctx, who.Tenant, imp.blob)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, headSize))
}

// change runs f on an import and saves it.
func (s *Service) change(ctx context.Context, who access.Actor, i ID, f func(context.Context, *db.Tx, *Import) error) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		imp, err := lockImport(ctx, tx, who.Tenant, i)
		if err != nil {
			return err
		}
		if err := f(ctx, tx, &imp); err != nil {
			return err
		}
		return saveImport(ctx, tx, imp)
	})
}

// DryRun checks all rows without changing a contact. Its job fills in the counts and the causes of errors.
func (s *Service) DryRun(ctx context.Context, who access.Actor, i ID) (Import, error) {
	return s.enqueue(ctx, who, i, kindCheck, func(_ context.Context, _ *db.Tx, imp *Import) error {
		imp.reset()
		imp.State = Checking
		return nil
	})
}

// Start begins the import. It makes the new fields and the new list, signs the declaration of consent and starts the job. Starting
// a running import again changes nothing.
func (s *Service) Start(ctx context.Context, who access.Actor, i ID) (Import, error) {
	return s.enqueue(ctx, who, i, kindRun, func(ctx context.Context, tx *db.Tx, imp *Import) error {
		imp.reset()
		imp.State, imp.StartedAt = Running, tx.Now
		return s.prepare(ctx, tx, who, imp)
	})
}

func (s *Service) enqueue(ctx context.Context, who access.Actor, i ID, kind string, begin func(context.Context, *db.Tx, *Import) error) (Import, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Import{}, err
	}
	var out Import
	err := s.change(ctx, who, i, func(ctx context.Context, tx *db.Tx, imp *Import) error {
		if imp.State == Running && kind == kindRun {
			out = *imp
			return nil
		}
		if err := imp.changeable(); err != nil {
			return err
		}
		if err := s.validate(ctx, tx, who.Tenant, *imp, tx.Now); err != nil {
			return err
		}
		if err := begin(ctx, tx, imp); err != nil {
			return err
		}
		job, err := s.queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: who.Tenant, Kind: kind, Args: task{imp.Tenant, imp.ID}, UniqueKey: imp.ID.String(), Title: imp.Filename, Visible: true})
		imp.Job = job
		out = *imp
		return err
	})
	if err != nil {
		return Import{}, fmt.Errorf("start import: %w", err)
	}
	return out, nil
}

// prepare makes what the settings ask for: fields, a list, and the evidence of consent.
func (s *Service) prepare(ctx context.Context, tx *db.Tx, who access.Actor, i *Import) error {
	for n, m := range i.Settings.Mapping {
		if m.NewField == "" {
			continue
		}
		if _, err := contact.CreateFieldTx(ctx, tx, i.Tenant, contact.FieldDraft{Key: m.Field, Label: m.NewField}); err != nil {
			return err
		}
		i.Settings.Mapping[n].NewField = ""
	}
	i.List = i.Settings.List
	if i.Settings.NewList != "" {
		if err := s.target(ctx, tx, *i); err != nil {
			return err // taken since the settings were chosen
		}
		l, err := contact.CreateListTx(ctx, tx, i.Tenant, i.Settings.NewList)
		if err != nil {
			return err
		}
		i.List = l.ID
	}
	return s.sign(ctx, tx, who, i)
}

// sign records the declaration as an act of signature and as the proof of every consent of the import (ACC-2, AUD-1).
// That there is no consent is recorded too.
func (s *Service) sign(ctx context.Context, tx *db.Tx, who access.Actor, i *Import) error {
	d := i.Settings.Consent
	act, err := audit.RecordAct(ctx, tx, audit.Act{
		Tenant: i.Tenant, Who: who.Who(), Pressed: "import",
		Document: audit.Document{Name: "import-declaration", Version: "1", SHA256: i.SHA256},
		Details: map[string]any{"import": i.ID.String(), "file": i.Filename, "file_sha256": i.SHA256, "declared": d.Declared, "source": d.Source, "date": d.Date,
			"channels": d.Channels, "purpose": string(d.Purpose), "wording": d.Wording},
	})
	if err != nil || !d.Declared {
		return err
	}
	day, err := d.day()
	if err != nil {
		return err
	}
	p := contact.Proof{
		Source: contact.FromImport, Wording: d.Wording, Obtained: day, Member: who.Member, UserAgent: who.UserAgent, Act: act, Import: int64(i.ID),
		Evidence: map[string]string{"source": d.Source, "date": d.Date, "file": i.Filename, "file_sha256": i.SHA256, "import": i.ID.String()},
	}
	if who.IP.IsValid() {
		p.IP = who.IP.String()
	}
	i.proof, err = contact.SaveProofTx(ctx, tx, i.Tenant, p)
	return err
}

// Cancel stops a dry run, which goes back to draft, or an import: what was done stays and is counted.
func (s *Service) Cancel(ctx context.Context, who access.Actor, i ID) (Import, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Import{}, err
	}
	var out Import
	err := s.change(ctx, who, i, func(ctx context.Context, tx *db.Tx, imp *Import) error {
		job := imp.Job
		switch imp.State {
		case Checking:
			imp.reset()
		case Running:
			imp.State, imp.FinishedAt, imp.Job = Cancelled, tx.Now, 0
		default:
			return ErrNothing
		}
		out = *imp
		err := s.queue.CancelTx(ctx, tx, who.Tenant, job)
		if errors.Is(err, jobs.ErrFinished) || errors.Is(err, errs.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return Import{}, fmt.Errorf("cancel import: %w", err)
	}
	return out, nil
}

// Delete removes an import that is not being worked on, with its file. Contacts and their proofs stay.
func (s *Service) Delete(ctx context.Context, who access.Actor, i ID) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	var imp Import
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if imp, err = lockImport(ctx, tx, who.Tenant, i); err != nil {
			return err
		}
		if imp.State == Running || imp.State == Checking {
			return ErrBusy
		}
		if err := deleteRejects(ctx, tx, who.Tenant, i); err != nil {
			return err
		}
		if _, err = db.Exec(ctx, tx, `DELETE FROM import WHERE tenant_id = ? AND id = ?`, who.Tenant, i); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "import.deleted", Object: i.String()})
	})
	if err == nil {
		err = s.blobs.Delete(ctx, who.Tenant, imp.blob)
	}
	if err != nil {
		return fmt.Errorf("delete import: %w", err)
	}
	return nil
}
