// Package intake brings contacts in from files. See README.md.
package intake

import (
	"time"

	"keruen/internal/contact"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
)

type importKind struct{}

func (importKind) Prefix() string { return "imp" }

// ID identifies an import.
type ID = id.Of[importKind]

// State of an import.
type State string

// States. Settings may be changed in draft and ready; done, cancelled and failed are the end.
const (
	Draft     State = "draft"    // uploaded, settings are being chosen
	Checking  State = "checking" // the dry run works
	Ready     State = "ready"    // the dry run is over and nothing has changed since
	Running   State = "running"
	Done      State = "done"
	Cancelled State = "cancelled" // what was done stays
	Failed    State = "failed"
)

// Ended tells that nothing more will happen to the import.
func (s State) Ended() bool { return s == Done || s == Cancelled || s == Failed }

// DefaultMaxFile is the largest file unless the settings say otherwise, in bytes.
const DefaultMaxFile = 512 << 20

// Errors of imports.
var (
	ErrBusy    = errs.New(errs.Conflict, "import.busy", "The import is being worked on. Wait until it ends, or cancel it.")
	ErrEnded   = errs.New(errs.Conflict, "import.ended", "The import has ended. Upload the file again to import it once more.")
	ErrNothing = errs.New(errs.Conflict, "import.not_running", "The import is not running, so there is nothing to cancel.")
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
	RowsEstimate int64 // lines of the file without the header
	Settings     Settings
	List         contact.ListID // where the contacts went, once it runs
	Done         int64          // rows worked through by the dry run or the run
	Counts       Counts
	Groups       []Group
	Job          jobs.ID  // that works on it, zero when none does
	Failure      *Failure // with Failed, and after a dry run that could not end
	CreatedBy    id.Member
	Version      int64
	CreatedAt    time.Time
	StartedAt    time.Time
	FinishedAt   time.Time

	blob  string
	proof contact.ProofID
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
	Skipped    int64 `json:"skipped"` // there already with nothing to change, or a repeat inside the file
	Errors     int64 `json:"errors"`
	Warnings   int64 `json:"warnings"`     // rows taken all the same
	InStopList int64 `json:"in_stop_list"` // of the rows taken: will not be written to
}

// Group is one cause of rejected rows, or of warnings, with examples.
type Group struct {
	Code     string    `json:"code"`
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
func note(groups []Group, code string, warning bool, e Example) []Group {
	for i := range groups {
		g := &groups[i]
		if g.Code != code || g.Warning != warning {
			continue
		}
		g.Count++
		if len(g.Examples) < examples {
			g.Examples = append(g.Examples, e)
		}
		return groups
	}
	return append(groups, Group{Code: code, Count: 1, Warning: warning, Examples: []Example{e}})
}
