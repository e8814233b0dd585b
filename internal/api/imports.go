package api

import (
	"io"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Import is one file on its way into the contacts.
type Import struct {
	ID           string         `json:"id" example:"imp_0d3f8k2m9q1zr"`
	State        string         `json:"state" enum:"draft,checking,ready,running,paused,done,cancelled,failed,undoing,undone"`
	Filename     string         `json:"filename"`
	Size         int64          `json:"size" doc:"Bytes."`
	Format       string         `json:"format" enum:"csv,xlsx,vcard"`
	Encoding     string         `json:"encoding" doc:"Of text: utf-8, windows-1251, utf-16le, utf-16be."`
	Delimiter    string         `json:"delimiter"`
	HasHeader    bool           `json:"has_header"`
	Sheets       []ImportSheet  `json:"sheets" doc:"Of a workbook."`
	Sheet        int            `json:"sheet" doc:"Which of them is imported, from 0."`
	Columns      []ImportColumn `json:"columns"`
	Remembered   bool           `json:"remembered" doc:"The columns go where they went the last time with these headers."`
	RowsEstimate int64          `json:"rows_estimate"`
	Settings     ImportSettings `json:"settings"`
	List         string         `json:"list,omitempty" doc:"Where the contacts went, once it runs."`
	Counts       *ImportCounts  `json:"counts,omitempty" doc:"Of the dry run, then of the run itself."`
	ErrorGroups  []ErrorGroup   `json:"error_groups" doc:"Causes of rejected rows with examples."`
	Job          string         `json:"job,omitempty" doc:"The job that works on it now."`
	Done         int64          `json:"done" doc:"Rows worked through by the present job; contacts, while it is being taken back."`
	Failure      *Failure       `json:"failure,omitempty" doc:"With failed."`
	CanCancel    bool           `json:"can_cancel"`
	CanPause     bool           `json:"can_pause"`
	CanUndo      bool           `json:"can_undo"`
	UndoUntil    *time.Time     `json:"undo_until,omitempty" doc:"Until then the import can be taken back."`
	Undo         *ImportUndo    `json:"undo,omitempty" doc:"Once it is being taken back."`
	CreatedAt    time.Time      `json:"created_at"`
	StartedAt    *time.Time     `json:"started_at,omitempty"`
	FinishedAt   *time.Time     `json:"finished_at,omitempty"`
}

// ImportSheet is one table of a workbook.
type ImportSheet struct {
	Name   string `json:"name"`
	Rows   int64  `json:"rows" doc:"About."`
	Hidden bool   `json:"hidden"`
}

// ImportUndo is how far an import was taken back.
type ImportUndo struct {
	Removed  int64         `json:"removed" doc:"Contacts that it had made."`
	Restored int64         `json:"restored" doc:"Contacts that have their former values, lists and tags again."`
	Kept     int64         `json:"kept" doc:"Contacts that live on, wholly or in part: something happened to them since."`
	Consents int64         `json:"consents" doc:"Consents of the import that ended."`
	Examples []KeptContact `json:"examples" doc:"The first 100 that live on."`
}

// KeptContact is a contact that undoing leaves.
type KeptContact struct {
	Contact string `json:"contact"`
	Why     string `json:"why" enum:"changed,consent,joined,taken"`
}

// ImportColumn is a column of the file and what it seems to be.
type ImportColumn struct {
	Index    int            `json:"index"`
	Header   string         `json:"header"`
	Samples  []string       `json:"samples"`
	Proposal ColumnProposal `json:"proposal"`
	Dates    string         `json:"dates,omitempty" enum:"dmy,mdy,ymd,any" doc:"Of a column of dates: in which order they can be read; any asks for date_order."`
}

// ColumnProposal is a guess about a column.
type ColumnProposal struct {
	Field      string `json:"field" doc:"email, phone, external_id, first_name, last_name, full_name, lang, tags, key of a custom field, or empty."`
	Confidence string `json:"confidence" enum:"exact,likely,none"`
	NewKind    string `json:"new_kind" enum:"text,number,date,boolean,list" doc:"Of a new field, should one be made of the column."`
}

// ColumnMapping says where a column goes.
type ColumnMapping struct {
	Column   int    `json:"column" minimum:"0" maximum:"1000"`
	Field    string `json:"field" maxLength:"40" doc:"Key of a field; empty leaves the column out."`
	NewField string `json:"new_field,omitempty" maxLength:"80" doc:"Label of a custom field to be made under the key given in field."`
	NewKind  string `json:"new_kind,omitempty" enum:"text,number,date,boolean,list" doc:"Kind of it; text when absent."`
}

// ConsentDeclaration is what the account declares about the consent of the contacts in a file. It is an act of signature.
type ConsentDeclaration struct {
	Declared bool         `json:"declared" doc:"False is the honest choice when there is no consent: the contacts stay out of advertising."`
	Source   string       `json:"source,omitempty" maxLength:"200" doc:"Where it was given: a site form, a till, a contract."`
	Date     string       `json:"date,omitempty" maxLength:"10" doc:"Day it was given or the last of the days, YYYY-MM-DD."`
	Channels []string     `json:"channels,omitempty" maxItems:"6"`
	Purpose  string       `json:"purpose,omitempty" enum:"transactional,advertising,third_party"`
	Topic    string       `json:"topic,omitempty" maxLength:"40" doc:"Id of a topic; absent: the purpose as a whole."`
	Choice   string       `json:"choice,omitempty" maxLength:"40" doc:"Id of one of the account's wordings."`
	Wording  string       `json:"wording,omitempty" maxLength:"2000" doc:"The words that the contacts agreed to."`
	Proof    *ImportProof `json:"proof,omitempty" readOnly:"true" doc:"A file that shows it; see attachImportProof."`
}

// ImportProof is a file that shows the consent.
type ImportProof struct {
	Name   string `json:"name"`
	Size   int64  `json:"size" doc:"Bytes."`
	SHA256 string `json:"sha256"`
}

// Remedy says what to do with the rows that have one trouble in one column.
type Remedy struct {
	Code   string `json:"code" maxLength:"60"`
	Column int    `json:"column" minimum:"-1" maximum:"1000" doc:"-1: whole rows."`
	Action string `json:"action" enum:"skip,clear,set,format" doc:"Pass the rows over, take them without the value, put another value there, or read the column in another way."`
	Value  string `json:"value,omitempty" maxLength:"1000" doc:"With set: the value. With format: an order of dates (dmy, mdy, ymd) or a country of telephone numbers."`
}

// ImportSettings say how a file is to be read.
type ImportSettings struct {
	Mapping        []ColumnMapping    `json:"mapping"`
	Identity       string             `json:"identity,omitempty" enum:"email,phone,external_id" doc:"By what contacts are recognised; absent: by the first of these that is imported."`
	OnExisting     string             `json:"on_existing" enum:"update_empty,overwrite,skip"`
	List           string             `json:"list,omitempty" doc:"Id of a list to put the contacts on."`
	NewList        string             `json:"new_list,omitempty" doc:"Name of a list to be made."`
	Tags           []string           `json:"tags" doc:"Names of tags for all contacts, made when there are none such."`
	Consent        ConsentDeclaration `json:"consent" doc:"Signed by starting the import."`
	DefaultCountry string             `json:"default_country" doc:"Country of phones without a code, ISO 3166-1 alpha-2."`
	DateOrder      string             `json:"date_order,omitempty" enum:"dmy,mdy,ymd" doc:"Of dates like 03/04/2025."`
	Remedies       []Remedy           `json:"remedies"`
}

// ImportCounts are rows by what became or will become of them.
type ImportCounts struct {
	Rows       int64 `json:"rows"`
	Created    int64 `json:"created"`
	Updated    int64 `json:"updated"`
	Skipped    int64 `json:"skipped" doc:"Known already and nothing to change, a repeat inside the file, or passed over as asked."`
	Errors     int64 `json:"errors"`
	Warnings   int64 `json:"warnings"`
	InStopList int64 `json:"in_stop_list" doc:"Of created and updated: will not be written to."`
	Emails     int64 `json:"emails" doc:"Rows with something in the column of addresses."`
	BadEmails  int64 `json:"bad_emails" doc:"Of them: no address, or not a person's. Above 5 % the sender's reputation is at risk."`
}

// ErrorGroup is a cause of rejected rows.
type ErrorGroup struct {
	Code     string         `json:"code"`
	Column   int            `json:"column" doc:"Number of the column, from 0; -1: whole rows."`
	Count    int64          `json:"count"`
	Warning  bool           `json:"warning" doc:"The row was taken all the same."`
	Examples []ErrorExample `json:"examples"`
}

// ErrorExample is one rejected row.
type ErrorExample struct {
	Row    int64  `json:"row" doc:"Line number in the file, from 1."`
	Column string `json:"column"`
	Value  string `json:"value"`
}

// Failure is why something stopped.
type Failure struct {
	Code   string         `json:"code"`
	Text   string         `json:"text,omitempty"`
	Params map[string]any `json:"params,omitempty"`
}

// UploadImportInput is a file as the body of the request.
type UploadImportInput struct {
	Filename string `query:"filename" required:"true" minLength:"1" maxLength:"255"`
	file     io.Reader
}

// Resolve keeps the body, which is read as a stream and never held in memory.
func (in *UploadImportInput) Resolve(ctx huma.Context) []error {
	in.file = ctx.BodyReader()
	return nil
}

// ImportPath names an import.
type ImportPath struct {
	ID string `path:"id" maxLength:"40"`
}

// RejectedInput chooses the language of the causes.
type RejectedInput struct {
	ImportPath
	Lang string `query:"lang" enum:"ru,kk,en" doc:"The account's when absent."`
}

// SampleInput chooses the language of the sample.
type SampleInput struct {
	Lang string `query:"lang" enum:"ru,kk,en" doc:"The account's when absent."`
}

// PatchImportInput changes the settings. Absent fields stay as they are.
type PatchImportInput struct {
	ImportPath
	Body struct {
		HasHeader *bool                `json:"has_header,omitempty"`
		Sheet     *int                 `json:"sheet,omitempty" minimum:"0" maximum:"1000" doc:"Of a workbook, from 0. The columns are proposed anew."`
		Settings  *PatchImportSettings `json:"settings,omitempty"`
	}
}

// PatchImportSettings are settings where what is absent stays as it is.
type PatchImportSettings struct {
	Mapping        []ColumnMapping     `json:"mapping,omitempty" maxItems:"1000"`
	Identity       *string             `json:"identity,omitempty" enum:"email,phone,external_id"`
	OnExisting     *string             `json:"on_existing,omitempty" enum:"update_empty,overwrite,skip"`
	List           *string             `json:"list,omitempty" maxLength:"40"`
	NewList        *string             `json:"new_list,omitempty" maxLength:"120"`
	Tags           *[]string           `json:"tags,omitempty" maxItems:"10"`
	Consent        *ConsentDeclaration `json:"consent,omitempty"`
	DefaultCountry *string             `json:"default_country,omitempty" maxLength:"2"`
	DateOrder      *string             `json:"date_order,omitempty" enum:"dmy,mdy,ymd"`
	Remedies       *[]Remedy           `json:"remedies,omitempty" maxItems:"50"`
}

// PreviewContact is a row of the file as it will look among the contacts.
type PreviewContact struct {
	Line       int64             `json:"line" doc:"Of the file, from 1."`
	Outcome    string            `json:"outcome" enum:"created,updated,unchanged,repeated"`
	Contact    string            `json:"contact,omitempty" doc:"Id, when it is there already."`
	Email      string            `json:"email"`
	Phone      string            `json:"phone"`
	ExternalID string            `json:"external_id"`
	FirstName  string            `json:"first_name"`
	LastName   string            `json:"last_name"`
	Lang       string            `json:"lang"`
	Fields     map[string]string `json:"fields" doc:"Custom fields by key, as text."`
	Tags       []string          `json:"tags" doc:"Those that the row brings."`
	Stopped    bool              `json:"stopped" doc:"The address is on the stop-list: the contact will not be written to."`
}

// BadRowsInput asks for rows that the dry run refused.
type BadRowsInput struct {
	ImportPath
	Paging
	Code   string `query:"code" maxLength:"60" doc:"Of one trouble only, with column."`
	Column int    `query:"column" minimum:"-1" maximum:"1000" default:"-1"`
}

// BadRow is a row that the dry run refused.
type BadRow struct {
	Line   int64    `json:"line" doc:"Of the file, from 1."`
	Cells  []string `json:"cells"`
	Code   string   `json:"code"`
	Column int      `json:"column" doc:"From 0; -1: the whole row."`
	Hint   string   `json:"hint,omitempty" doc:"A proposal."`
}

// MendRowsInput gives bad rows as they should be.
type MendRowsInput struct {
	ImportPath
	Body struct {
		Rows []MendedRow `json:"rows" minItems:"1" maxItems:"500"`
	}
}

// MendedRow is a bad row as it should be.
type MendedRow struct {
	Line    int64    `json:"line" minimum:"1"`
	Cells   []string `json:"cells,omitempty" maxItems:"1000"`
	Dropped bool     `json:"dropped,omitempty" doc:"Pass the row over."`
}

// ProofInput is a file of proof as the body of the request.
type ProofInput struct {
	ImportPath
	UploadImportInput
}

// Upload is a file that comes in parts.
type Upload struct {
	ID        string    `json:"id" example:"upl_0d3f8k2m9q1zr"`
	Filename  string    `json:"filename"`
	Size      int64     `json:"size" doc:"Bytes of the whole file."`
	Received  int64     `json:"received" doc:"Bytes that have arrived: the next part begins here."`
	MaxPart   int64     `json:"max_part" doc:"Bytes of one part at most."`
	CreatedAt time.Time `json:"created_at"`
}

// BeginUploadInput announces a file.
type BeginUploadInput struct {
	Body struct {
		Filename string `json:"filename" minLength:"1" maxLength:"255"`
		Size     int64  `json:"size" minimum:"1" doc:"Bytes."`
	}
}

// UploadPath names an upload.
type UploadPath struct {
	ID string `path:"id" maxLength:"40"`
}

// UploadPartInput is one part of a file as the body of the request.
type UploadPartInput struct {
	UploadPath
	Offset int64 `query:"offset" required:"true" minimum:"0" doc:"Where the part begins; must be what has arrived."`
	part   io.Reader
}

// Resolve keeps the body, which is read as a stream.
func (in *UploadPartInput) Resolve(ctx huma.Context) []error {
	in.part = ctx.BodyReader()
	return nil
}

func (a *API) registerImports(r routes) {
	private(r, post("/uploads").needs(editContacts).as("beginUpload", "imports", "Announce a file that comes in parts").gives(201).once(), a.beginUpload)
	a.registerGetUpload(r, get("/uploads/{id}").needs(editContacts).as("getUpload", "imports", "How much of a file has arrived; HEAD tells it in Upload-Offset"))
	private(r, put("/uploads/{id}").needs(editContacts).as("appendUpload", "imports", "The next part of a file").takes("application/octet-stream"), a.appendUpload)
	private(r, post("/uploads/{id}/import").needs(editContacts).as("finishUpload", "imports", "Make an import of a file that has arrived whole").gives(201).once(), a.finishUpload)
	private(r, del("/uploads/{id}").needs(editContacts).as("cancelUpload", "imports", "Throw away what has arrived"), a.cancelUpload)
	private(r, post("/imports").needs(editContacts).as("uploadImport", "imports", "Upload a CSV, XLSX, vCard or ZIP file at once").gives(201).once().
		takes("application/octet-stream", "text/csv"), a.uploadImport)
	private(r, get("/imports").needs(viewContacts).as("listImports", "imports", "Imports"), a.listImports)
	download(r, get("/import-sample.xlsx").needs(viewContacts).as("downloadImportSample", "imports", "A sample file to fill in"), xlsxType, a.importSample)
	private(r, get("/imports/{id}").needs(viewContacts).as("getImport", "imports", "An import"), a.getImport)
	private(r, patch("/imports/{id}").needs(editContacts).as("updateImport", "imports", "Say how the file is to be read"), a.patchImport)
	private(r, get("/imports/{id}/preview").needs(editContacts).as("previewImport", "imports", "The first 50 contacts as they will look"), a.previewImport)
	private(r, get("/imports/{id}/bad-rows").needs(editContacts).as("listBadRows", "imports", "Rows that the dry run refused, with their cells"), a.badRows)
	private(r, post("/imports/{id}/bad-rows").needs(editContacts).as("mendBadRows", "imports", "Mend bad rows or pass them over; then check again"), a.mendRows)
	private(r, post("/imports/{id}/proof").needs(editContacts).as("attachImportProof", "imports", "A file that shows the consent: PDF or picture, 20 MB").
		takes("application/octet-stream"), a.attachProof)
	private(r, del("/imports/{id}/proof").needs(editContacts).as("detachImportProof", "imports", "Take the proof off"), a.detachProof)
	download(r, get("/imports/{id}/proof").needs(viewContacts).as("downloadImportProof", "imports", "The file that shows the consent"), "application/octet-stream", a.importProof)
	private(r, post("/imports/{id}/dry-run").needs(editContacts).as("dryRunImport", "imports", "Check all rows without changing anything").gives(202).once(), a.dryRunImport)
	private(r, post("/imports/{id}/start").needs(editContacts).as("startImport", "imports", "Import; signs the declaration of consent").gives(202).once(), a.startImport)
	private(r, post("/imports/{id}/pause").needs(editContacts).as("pauseImport", "imports", "Stop for a while; what was done stays"), a.pauseImport)
	private(r, post("/imports/{id}/resume").needs(editContacts).as("resumeImport", "imports", "Go on with a paused import"), a.resumeImport)
	private(r, post("/imports/{id}/cancel").needs(editContacts).as("cancelImport", "imports", "Stop; what was done stays"), a.cancelImport)
	private(r, post("/imports/{id}/undo").needs(editContacts).as("undoImport", "imports", "Take an import back, within 72 hours after its end").gives(202).once(), a.undoImport)
	download(r, get("/imports/{id}/rejected.csv").needs(viewContacts).as("downloadRejected", "imports", "Rejected rows with cause and advice"), "text/csv", a.rejectedRows)
	private(r, del("/imports/{id}").needs(editContacts).as("deleteImport", "imports", "Delete an import that is not running; contacts stay"), a.deleteImport)
}

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
