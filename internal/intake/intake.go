// Package intake brings contacts in from files. See README.md.
package intake

import (
	"time"

	"keruen/internal/contact"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/intake/sheet"
	"keruen/internal/jobs"
)

type importKind struct{}

func (importKind) Prefix() string { return "imp" }

// ID identifies an import.
type ID = id.Of[importKind]

// State of an import.
type State string

// States. Settings may be changed in draft and ready; cancelled, failed and undone are the end, and so is done once the
// time to undo is over.
const (
	Draft     State = "draft"    // uploaded, settings are being chosen
	Checking  State = "checking" // the dry run works
	Ready     State = "ready"    // the dry run is over and nothing has changed since
	Running   State = "running"
	Paused    State = "paused" // stopped by a person, goes on from where it stands
	Done      State = "done"
	Cancelled State = "cancelled" // what was done stays
	Failed    State = "failed"
	Undoing   State = "undoing" // being taken back
	Undone    State = "undone"
)

// Ended tells that the import itself will do nothing more.
func (s State) Ended() bool {
	return s == Done || s == Cancelled || s == Failed || s == Undoing || s == Undone
}

// Busy tells that a job works on the import.
func (s State) Busy() bool { return s == Checking || s == Running || s == Undoing }

// DefaultMaxFile is the largest file unless the settings say otherwise, in bytes.
const DefaultMaxFile = 512 << 20

// UndoFor is how long an import can be taken back after it has ended.
const UndoFor = 72 * time.Hour

// Errors of imports.
var (
	ErrBusy      = errs.New(errs.Conflict, "import.busy", "The import is being worked on. Wait until it ends, or cancel it.")
	ErrEnded     = errs.New(errs.Conflict, "import.ended", "The import has ended. Upload the file again to import it once more.")
	ErrNothing   = errs.New(errs.Conflict, "import.not_running", "The import is not running, so there is nothing to cancel.")
	ErrNotPaused = errs.New(errs.Conflict, "import.not_paused", "The import is not paused.")
	ErrTooBig    = errs.New(errs.TooLarge, "import.too_large", "The file is larger than this installation takes at once. Cut it into several files and import them one after another.")
	ErrEmpty     = sheet.ErrEmpty
	ErrNotTable  = sheet.ErrNotTable
	ErrNoRows    = errs.New(errs.Invalid, "import.no_rows", "The file has a heading and no contacts under it. Add them, one on each line, or choose another file.")
)

// Import is one file on its way into the contacts.
type Import struct {
	ID           ID
	Tenant       id.Tenant
	State        State
	Filename     string
	Size         int64 // bytes
	SHA256       string
	Format       Format
	Columns      []Column
	RowsEstimate int64 // rows of the table without the header
	Remembered   bool  // the columns go where they went the last time with these headers
	Settings     Settings
	List         contact.ListID // where the contacts went, once it runs
	Done         int64          // rows worked through by the dry run or the run, contacts by the undo
	Counts       Counts
	Groups       []Group
	Job          jobs.ID  // that works on it, zero when none does
	Failure      *Failure // with Failed, and after a dry run that could not end
	Undo         *Undo    // once it is being taken back
	UndoUntil    time.Time
	CreatedBy    id.Member
	Version      int64
	CreatedAt    time.Time
	StartedAt    time.Time
	FinishedAt   time.Time

	blob  string
	proof contact.ProofID
	notes notes
}

// notes is what an import has to remember beside what people see.
type notes struct {
	First      contact.ID      `json:"first,omitempty"` // the contacts it made lie between these
	Last       contact.ID      `json:"last,omitempty"`
	Tags       []contact.TagID `json:"tags,omitempty"` // given to all its contacts
	Remembered bool            `json:"remembered,omitempty"`
	Run        int64           `json:"run,omitempty"` // of its contacts now (contact.OpenRunTx), and the row with which it began
	RunFrom    int64           `json:"run_from,omitempty"`
}

// Format is how a file is written and which table of it is meant.
type Format struct {
	Kind      sheet.Format   `json:"kind"`
	Encoding  sheet.Encoding `json:"encoding,omitempty"`
	Delimiter string         `json:"delimiter,omitempty"` // of CSV: one of , ; tab |
	HasHeader bool           `json:"has_header"`
	Inside    string         `json:"inside,omitempty"` // name of the file inside an archive
	Sheets    []Sheet        `json:"sheets,omitempty"` // of a workbook
	Sheet     int            `json:"sheet,omitempty"`  // number of the sheet that is imported, from 0
}

// Sheet is one table of a workbook.
type Sheet struct {
	Name   string `json:"name"`
	Rows   int64  `json:"rows"` // about
	Hidden bool   `json:"hidden,omitempty"`
}

// Failure is why an import stopped.
type Failure struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Counts are rows by what became, or will become, of them. Created, Updated, Skipped and Errors add up to Rows.
type Counts struct {
	Rows       int64 `json:"rows"`
	Created    int64 `json:"created"`
	Updated    int64 `json:"updated"`
	Skipped    int64 `json:"skipped"` // there already with nothing to change, a repeat inside the file, or passed over as people asked
	Errors     int64 `json:"errors"`
	Warnings   int64 `json:"warnings"`     // rows taken all the same
	InStopList int64 `json:"in_stop_list"` // of the rows taken: will not be written to
	Emails     int64 `json:"emails"`       // rows with something in the column of addresses
	BadEmails  int64 `json:"bad_emails"`   // of them: no address, or not a person's
}

// Group is one cause of rejected rows, or of warnings, in one column, with examples.
type Group struct {
	Code     string    `json:"code"`
	Column   int       `json:"column"` // number of the column, -1 when whole rows are meant
	Count    int64     `json:"count"`
	Warning  bool      `json:"warning"`
	Examples []Example `json:"examples"`
}

// Example is one row of a group.
type Example struct {
	Row    int64  `json:"row"`    // line of the file, from 1
	Column string `json:"column"` // header or number; empty when the whole row is meant
	Value  string `json:"value"`  // what stood there, at most 100 characters
}

// examples is how many rows of a group are shown.
const examples = 3

// note counts one more row of a cause.
func note(groups []Group, t trouble, warning bool, e func() Example) []Group {
	for i := range groups {
		g := &groups[i]
		if g.Code != t.code || g.Warning != warning || g.Column != t.column {
			continue
		}
		g.Count++
		if len(g.Examples) < examples {
			g.Examples = append(g.Examples, e())
		}
		return groups
	}
	return append(groups, Group{Code: t.code, Column: t.column, Count: 1, Warning: warning, Examples: []Example{e()}})
}
