package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"keruen/internal/access"
	"keruen/internal/blob"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/intake/sheet"
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
// MaxFile ends in ErrTooBig and leaves nothing behind. What is pasted from a spreadsheet is a file too.
func (s *Service) Upload(ctx context.Context, who access.Actor, filename string, r io.Reader) (Import, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Import{}, err
	}
	ref, err := s.blobs.Put(ctx, who.Tenant, r, s.MaxFile)
	if errors.Is(err, blob.ErrTooLarge) {
		return Import{}, ErrTooBig.With("limit_bytes", s.MaxFile)
	}
	if err != nil {
		return Import{}, fmt.Errorf("upload import: %w", err)
	}
	return s.adopt(ctx, who, blob.Clean(filename), ref)
}

// adopt makes an import of a stored file, or deletes the file when it is no table.
func (s *Service) adopt(ctx context.Context, who access.Actor, filename string, ref blob.Ref) (Import, error) {
	i := Import{ID: id.New[importKind](), Tenant: who.Tenant, State: Draft, Filename: filename, Size: ref.Size, SHA256: ref.SHA256, CreatedBy: who.Member, Version: 1, blob: ref.Key}
	i.Settings.OnExisting, i.Settings.DefaultCountry = contact.UpdateEmpty, "KZ"
	err := s.recognise(ctx, &i)
	if err == nil {
		err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			i.CreatedAt = tx.Now
			return insertImport(ctx, tx, i)
		})
	}
	if err != nil {
		return Import{}, fmt.Errorf("upload import: %w", errors.Join(err, s.blobs.Delete(ctx, who.Tenant, ref.Key)))
	}
	return i, nil
}

// recognise fills in what the file tells about itself: of a workbook the first sheet is taken that has rows and is not hidden.
func (s *Service) recognise(ctx context.Context, i *Import) error {
	f, b, err := s.book(ctx, *i)
	if err != nil {
		return err
	}
	defer f.Close()
	defer b.Close()
	i.Format = Format{Kind: b.Format, Encoding: b.Encoding, Delimiter: b.Delimiter, Inside: b.Inside}
	if b.Format == sheet.XLSX {
		for _, x := range b.Sheets {
			i.Format.Sheets = append(i.Format.Sheets, Sheet{x.Name, x.Rows, x.Hidden})
		}
	}
	for n, x := range b.Sheets {
		if x.Rows > 0 && !x.Hidden {
			i.Format.Sheet = n
			break
		}
	}
	return s.look(ctx, i, b, nil)
}

// look reads the first rows of the sheet at hand and proposes where its columns go. header is what people said of its first row, nil
// to find out.
func (s *Service) look(ctx context.Context, i *Import, b *sheet.Book, header *bool) error {
	custom, err := s.contacts.Fields(ctx, i.Tenant)
	if err != nil {
		return err
	}
	rows, more, err := firstRows(b, i.Format)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return ErrEmpty
	}
	i.Format.HasHeader = i.Format.Kind == sheet.VCard || hasHeader(rows, custom)
	if header != nil {
		i.Format.HasHeader = *header
	}
	if i.Format.HasHeader && len(rows) == 1 && !more {
		return ErrNoRows
	}
	i.RowsEstimate = b.Sheets[i.Format.Sheet].Rows
	if i.Format.HasHeader {
		i.RowsEstimate = max(i.RowsEstimate-1, 0)
	}
	i.Columns = columnsOf(rows, i.Format.HasHeader, custom)
	i.Settings.Mapping, i.Settings.DateOrder, i.Settings.Remedies = make([]Mapping, len(i.Columns)), "", nil
	for n, c := range i.Columns {
		i.Settings.Mapping[n] = Mapping{Column: n, Field: c.Field}
	}
	return s.recall(ctx, i, custom)
}

// lookAt is how many rows are looked at to recognise columns.
const lookAt = 300

// firstRows reads the first whole rows of a table; more tells that others follow, be they whole or not.
func firstRows(b *sheet.Book, f Format) (list []sheet.Record, more bool, err error) {
	rows, err := b.Rows(f.Sheet, f.options())
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	for len(list) < lookAt {
		rec, ok, err := rows.Next()
		if err != nil || !ok {
			return list, more, err
		}
		if rec.Trouble == "" {
			list = append(list, rec)
		} else {
			more = true
		}
	}
	return list, true, nil
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
	Sheet          *int // of a workbook, from 0
	Mapping        []Mapping
	Identity       *contact.Identity
	OnExisting     *contact.OnExisting
	List           *contact.ListID
	NewList        *string
	Tags           *[]string
	Consent        *Declaration
	DefaultCountry *string
	DateOrder      *DateOrder
	Remedies       *[]Remedy
}

// Update alters how the file is to be read; a dry run made before no longer counts. Wrong values are kept out with an error for each;
// what is only missing yet — the columns not chosen — is said by DryRun and Start.
func (s *Service) Update(ctx context.Context, who access.Actor, i ID, ch Change) (Import, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Import{}, err
	}
	seen, err := s.lookAgain(ctx, who, i, ch)
	if err != nil {
		return Import{}, fmt.Errorf("update import: %w", err)
	}
	var out Import
	err = s.change(ctx, who, i, func(ctx context.Context, tx *db.Tx, imp *Import) error {
		if err := imp.changeable(); err != nil {
			return err
		}
		custom, err := s.contacts.Fields(ctx, who.Tenant)
		if err != nil {
			return err
		}
		if seen != nil {
			imp.Format, imp.Columns, imp.RowsEstimate, imp.Settings, imp.notes = seen.Format, seen.Columns, seen.RowsEstimate, seen.Settings, seen.notes
		}
		imp.Settings.apply(ch)
		if err := s.chooseWording(ctx, tx, who.Tenant, imp); err != nil {
			return err
		}
		imp.reset()
		out = *imp
		return s.acceptable(ctx, tx, *imp, custom)
	})
	if err != nil {
		return Import{}, fmt.Errorf("update import: %w", err)
	}
	return out, nil
}

// lookAgain reads the columns anew when another sheet was chosen or the first row turns out to be, or not to be, a heading; nil otherwise.
func (s *Service) lookAgain(ctx context.Context, who access.Actor, i ID, ch Change) (*Import, error) {
	if ch.HasHeader == nil && ch.Sheet == nil {
		return nil, nil
	}
	imp, err := getImport(ctx, s.db, who.Tenant, i)
	if err != nil {
		return nil, err
	}
	same := (ch.HasHeader == nil || *ch.HasHeader == imp.Format.HasHeader) && (ch.Sheet == nil || *ch.Sheet == imp.Format.Sheet)
	if same {
		return nil, nil
	}
	f, b, err := s.book(ctx, imp)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	defer b.Close()
	if ch.Sheet != nil {
		if *ch.Sheet < 0 || *ch.Sheet >= len(b.Sheets) {
			return nil, sheet.ErrNoSheet
		}
		imp.Format.Sheet = *ch.Sheet
	}
	return &imp, s.look(ctx, &imp, b, ch.HasHeader)
}

func (s *Settings) apply(ch Change) {
	if ch.Mapping != nil {
		s.Mapping = ch.Mapping
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
		proof := s.Consent.Proof // the file stays until it is taken off by itself
		s.Consent = *ch.Consent
		s.Consent.Proof = proof
	}
	if ch.DefaultCountry != nil {
		s.DefaultCountry = strings.ToUpper(*ch.DefaultCountry)
	}
	set(&s.Identity, ch.Identity)
	set(&s.OnExisting, ch.OnExisting)
	set(&s.Tags, ch.Tags)
	set(&s.DateOrder, ch.DateOrder)
	set(&s.Remedies, ch.Remedies)
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// later are the errors of settings that are only not complete yet.
var later = []string{"import.no_identifier", "import.field_twice", "import.names_twice", "import.identity", "import.date_order"}

// acceptable refuses wrong values of a draft, and lets through a mapping that is not complete yet.
func (s *Service) acceptable(ctx context.Context, tx *db.Tx, i Import, custom []contact.Field) error {
	var bad []errs.Field
	for _, f := range i.Settings.check(i.Columns, custom, tx.Now) {
		if !slices.Contains(later, f.Code) && !strings.HasPrefix(f.Path, "consent.") {
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
		if err := deleteRejects(ctx, tx, imp.Tenant, imp.ID); err != nil {
			return err
		}
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
