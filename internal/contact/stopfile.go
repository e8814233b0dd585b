package contact

import (
	"errors"
	"strings"
	"time"

	"keruen/internal/channel"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/intake/sheet"
	"keruen/internal/jobs"
)

type stopFileKind struct{}

func (stopFileKind) Prefix() string { return "stf" }

// StopFileID identifies a file of addresses for the stop-list.
type StopFileID = id.Of[stopFileKind]

// StopFileState is where a file stands.
type StopFileState string

// States. The way of a file is checking, ready, running, done.
const (
	StopChecking  StopFileState = "checking"
	StopReady     StopFileState = "ready"
	StopRunning   StopFileState = "running"
	StopDone      StopFileState = "done"
	StopCancelled StopFileState = "cancelled" // what was done before stays
	StopFailed    StopFileState = "failed"
)

// Limits of files.
const (
	MaxStopFile    = 64 << 20           // bytes
	MaxStopRejects = 100                // refused rows that are kept to be shown
	stopFileLife   = 7 * 24 * time.Hour // then the file goes, and what was refused in it
	maxStopSample  = 100                // characters of a value that is shown
)

// Errors of files.
var (
	ErrStopFileBig    = errs.New(errs.TooLarge, "stop_file.too_large", "The file is larger than 64 MB. Cut it into several files.")
	ErrStopNobody     = errs.New(errs.Invalid, "stop_file.nobody", "No e-mail address and no telephone number was found in the file. Choose the file that lists them.")
	ErrStopColumns    = errs.New(errs.Invalid, "stop_file.columns", "Choose at least one of the columns of the file.")
	ErrStopState      = errs.New(errs.Conflict, "stop_file.state", "The file is being worked on, or the work is over. Look at it again.")
	ErrStopNothing    = errs.New(errs.Conflict, "stop_file.nothing", "There is nothing to add: all addresses of the file are on the stop-list already.")
	errStopNoAddress  = errs.New(errs.Invalid, "stop_file.no_address", "There is no address in this line.")
	errStopHint       = errs.New(errs.Invalid, "stop_file.hint", "This is only a hint of an address.")
	errStopUnreadable = errs.New(errs.Invalid, "stop_file.unreadable", "The line cannot be read.")
	errStopGone       = errs.New(errs.Conflict, "stop_file.gone", "The file is no longer there. Upload it again.")
	errStopGaveUp     = errs.New(errs.Conflict, "stop_file.gave_up", "The work could not go on after several attempts. What was done stays. Upload the file again.")
)

// StopFile is one file of people who must not be written to, on its way to the stop-list. The reason is one for the whole file.
type StopFile struct {
	ID         StopFileID
	Tenant     id.Tenant
	State      StopFileState
	Filename   string
	Size       int64  // bytes
	Format     string // csv, xlsx, vcard
	Sheet      string // of a workbook: the one that is read, the first that has rows and is not hidden
	HasHeader  bool
	Columns    []StopColumn
	Reason     StopReason
	Note       string
	Rows       int64 // about
	Done       int64 // rows that are worked through
	Counts     StopCounts
	Rejects    []StopReject // the first MaxStopRejects, until the file goes
	Failure    *StopFailure // with failed
	Job        jobs.ID      // that works on it, zero when none does
	CreatedBy  id.Member
	CreatedAt  time.Time
	StartedAt  time.Time
	FinishedAt time.Time

	blob  string
	proof ProofID
}

// StopColumn is a column of a file and what its first rows hold.
type StopColumn struct {
	Index   int      `json:"index"`
	Header  string   `json:"header"`
	Samples []string `json:"samples"`
	Emails  int      `json:"emails"` // among the first rows
	Phones  int      `json:"phones"`
	Chosen  bool     `json:"chosen"` // its addresses go to the stop-list
}

// StopCounts tell what became of a file, or will become of it. Rows are rows, everything else is addresses: added + raised + known +
// repeated = emails + phones.
type StopCounts struct {
	Rows     int64 `json:"rows"`
	Emails   int64 `json:"emails"`
	Phones   int64 `json:"phones"`
	Added    int64 `json:"added"`    // were not on the stop-list
	Raised   int64 `json:"raised"`   // were, and now something more is known about them
	Known    int64 `json:"known"`    // are there already, for this reason or a stronger one
	Repeated int64 `json:"repeated"` // stand further up in the file
	Bad      int64 `json:"bad"`      // values that are no address, and rows without any
	Contacts int64 `json:"contacts"` // of added and raised: the account has contacts with them
}

// StopReject is a value of a file that is no address, or a row without one. It is shown to members, and never logged.
type StopReject struct {
	Line  int64  `json:"line"` // of the file, from 1
	Code  string `json:"code"`
	Value string `json:"value"`
}

// StopFailure is why a file came to nothing.
type StopFailure struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Ended tells whether nothing more happens to a file.
func (st StopFileState) Ended() bool {
	return st == StopDone || st == StopCancelled || st == StopFailed
}

// entry is what the file says of each of its addresses. Who left another service left advertising; codes and receipts go on.
func (f StopFile) entry() Suppression {
	e := Suppression{Scope: ScopeAll, Reason: f.Reason, Detail: f.Note, Member: f.CreatedBy, File: f.ID}
	if f.Reason == Unsubscribed {
		e.Scope = ScopeAdvertising
	}
	return e
}

// theirOwn tells whether the people of the file decided themselves, so that their consents end.
func (f StopFile) theirOwn() bool { return f.Reason == Unsubscribed || f.Reason == Complaint }

// stopAddress is one address of a file.
type stopAddress struct {
	given, key string
	phone      bool
}

// channels are those on which an address can be written to.
func (a stopAddress) channels() []channel.Kind {
	if a.phone {
		return AliasPhone.channels()
	}
	return AliasEmail.channels()
}

// readStop reads an e-mail address or a telephone number as lists of other services have them: also "Name <address>" and mailto:.
func readStop(value string) (stopAddress, error) {
	value = strings.TrimSpace(value)
	if strings.Contains(value, "…") || strings.Contains(value, "***") { // what a stop-list shows of a deleted contact
		return stopAddress{}, errStopHint
	}
	if LooksLikePhone(value) {
		p, err := ParsePhone(value, "")
		return stopAddress{given: p, key: p, phone: true}, err
	}
	if open := strings.LastIndexByte(value, '<'); open >= 0 && strings.HasSuffix(value, ">") {
		value = value[open+1 : len(value)-1]
	}
	if len(value) > 7 && strings.EqualFold(value[:7], "mailto:") {
		value = value[7:]
	}
	a, err := ParseEmail(value)
	return stopAddress{given: a.Given, key: a.Key}, err
}

// stopColumns describes the columns of the first rows and chooses those where half of the values are addresses.
func stopColumnsOf(rows []sheet.Record, cards bool) (columns []StopColumn, hasHeader bool) {
	width := 0
	for _, r := range rows {
		width = max(width, len(r.Cells))
	}
	hasHeader = cards || len(rows) > 1 && !holdsAddress(rows[0].Cells)
	columns = make([]StopColumn, width)
	for i := range columns {
		c := StopColumn{Index: i, Samples: []string{}}
		for n, r := range rows {
			switch {
			case i >= len(r.Cells):
			case n == 0 && hasHeader:
				c.Header = clipped(CleanText(r.Cells[i]))
			default:
				c.look(r.Cells[i])
			}
		}
		columns[i] = c
	}
	filled := func(c StopColumn) int { return filledOf(rows, c.Index, hasHeader) }
	for i := range columns {
		c := &columns[i]
		c.Chosen = c.Emails+c.Phones > 0 && (c.Emails+c.Phones)*2 >= filled(*c)
	}
	return columns, hasHeader
}

// holdsAddress tells whether a row is meant to hold an address, be it right or not: then it is no heading.
func holdsAddress(cells []string) bool {
	for _, v := range cells {
		if strings.Contains(v, "@") || LooksLikePhone(v) {
			return true
		}
	}
	return false
}

func (c *StopColumn) look(value string) {
	if value = CleanText(value); value == "" {
		return
	}
	if a, err := readStop(value); err == nil && a.phone {
		c.Phones++
	} else if err == nil {
		c.Emails++
	}
	if len(c.Samples) < 3 {
		c.Samples = append(c.Samples, clipped(value))
	}
}

func filledOf(rows []sheet.Record, column int, hasHeader bool) int {
	n := 0
	for i, r := range rows {
		if (i > 0 || !hasHeader) && column < len(r.Cells) && CleanText(r.Cells[column]) != "" {
			n++
		}
	}
	return n
}

func clipped(s string) string {
	if r := []rune(s); len(r) > maxStopSample {
		return string(r[:maxStopSample]) + "…"
	}
	return s
}

// stopRow is what one row holds.
type stopRow struct {
	addresses []stopAddress
	rejects   []StopReject
}

// readRow takes the addresses of the chosen columns out of a row.
func (f StopFile) readRow(rec sheet.Record) stopRow {
	if rec.Trouble != "" {
		return stopRow{rejects: []StopReject{{rec.Line, errStopUnreadable.Code, ""}}}
	}
	var out stopRow
	for _, c := range f.Columns {
		if !c.Chosen || c.Index >= len(rec.Cells) {
			continue
		}
		value := CleanText(rec.Cells[c.Index])
		if value == "" {
			continue
		}
		a, err := readStop(value)
		if err != nil {
			out.rejects = append(out.rejects, StopReject{rec.Line, codeOf(err), clipped(value)})
			continue
		}
		out.addresses = append(out.addresses, a)
	}
	if len(out.addresses)+len(out.rejects) == 0 {
		out.rejects = []StopReject{{rec.Line, errStopNoAddress.Code, clipped(CleanText(strings.Join(rec.Cells, " ")))}}
	}
	return out
}

func codeOf(err error) string {
	var e *errs.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return errStopUnreadable.Code
}

// add sums counts.
func (c *StopCounts) add(o StopCounts) {
	c.Rows += o.Rows
	c.Emails += o.Emails
	c.Phones += o.Phones
	c.Added += o.Added
	c.Raised += o.Raised
	c.Known += o.Known
	c.Repeated += o.Repeated
	c.Bad += o.Bad
	c.Contacts += o.Contacts
}
