package api

import (
	"io"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Import is one file on its way into the contacts.
type Import struct {
	ID           string         `json:"id" example:"imp_0d3f8k2m9q1zr"`
	State        string         `json:"state" enum:"draft,checking,ready,running,done,cancelled,failed"`
	Filename     string         `json:"filename"`
	Size         int64          `json:"size" doc:"Bytes."`
	Encoding     string         `json:"encoding" doc:"utf-8, windows-1251, utf-16le, utf-16be."`
	Delimiter    string         `json:"delimiter"`
	HasHeader    bool           `json:"has_header"`
	Columns      []ImportColumn `json:"columns"`
	RowsEstimate int64          `json:"rows_estimate"`
	Settings     ImportSettings `json:"settings"`
	List         string         `json:"list,omitempty" doc:"Where the contacts went, once it runs."`
	Counts       *ImportCounts  `json:"counts,omitempty" doc:"Of the dry run, then of the run itself."`
	ErrorGroups  []ErrorGroup   `json:"error_groups" doc:"Causes of rejected rows with examples."`
	Job          string         `json:"job,omitempty" doc:"The job that works on it now."`
	Done         int64          `json:"done" doc:"Rows worked through by the present job."`
	Failure      *Failure       `json:"failure,omitempty" doc:"With failed."`
	CanCancel    bool           `json:"can_cancel"`
	CreatedAt    time.Time      `json:"created_at"`
	StartedAt    *time.Time     `json:"started_at,omitempty"`
	FinishedAt   *time.Time     `json:"finished_at,omitempty"`
}

// ImportColumn is a column of the file and what it seems to be.
type ImportColumn struct {
	Index    int            `json:"index"`
	Header   string         `json:"header"`
	Samples  []string       `json:"samples"`
	Proposal ColumnProposal `json:"proposal"`
}

// ColumnProposal is a guess about a column.
type ColumnProposal struct {
	Field      string `json:"field" doc:"email, phone, first_name, last_name, full_name, lang, key of a custom field, or empty."`
	Confidence string `json:"confidence" enum:"exact,likely,none"`
}

// ColumnMapping says where a column goes.
type ColumnMapping struct {
	Column   int    `json:"column" minimum:"0" maximum:"1000"`
	Field    string `json:"field" maxLength:"40" doc:"Key of a field; empty leaves the column out."`
	NewField string `json:"new_field,omitempty" maxLength:"80" doc:"Label of a custom field to be made under the key given in field."`
}

// ConsentDeclaration is what the account declares about the consent of the contacts in a file. It is an act of signature.
type ConsentDeclaration struct {
	Declared bool     `json:"declared" doc:"False is the honest choice when there is no consent: the contacts stay out of advertising."`
	Source   string   `json:"source,omitempty" maxLength:"200" doc:"Where it was given: a site form, a till, a contract."`
	Date     string   `json:"date,omitempty" maxLength:"10" doc:"Day it was given or the last of the days, YYYY-MM-DD."`
	Channels []string `json:"channels,omitempty" maxItems:"6"`
	Purpose  string   `json:"purpose,omitempty" enum:"transactional,advertising,third_party"`
	Wording  string   `json:"wording,omitempty" maxLength:"2000" doc:"The words that the contacts agreed to, or the proof."`
}

// ImportSettings say how a file is to be read.
type ImportSettings struct {
	Mapping        []ColumnMapping    `json:"mapping"`
	OnExisting     string             `json:"on_existing" enum:"update_empty,overwrite,skip"`
	List           string             `json:"list,omitempty" doc:"Id of a list to put the contacts on."`
	NewList        string             `json:"new_list,omitempty" doc:"Name of a list to be made."`
	Consent        ConsentDeclaration `json:"consent" doc:"Signed by starting the import."`
	DefaultCountry string             `json:"default_country" doc:"Country of phones without a code, ISO 3166-1 alpha-2."`
}

// ImportCounts are rows by what became or will become of them.
type ImportCounts struct {
	Rows       int64 `json:"rows"`
	Created    int64 `json:"created"`
	Updated    int64 `json:"updated"`
	Skipped    int64 `json:"skipped" doc:"Known already and nothing to change, or a repeat inside the file."`
	Errors     int64 `json:"errors"`
	Warnings   int64 `json:"warnings"`
	InStopList int64 `json:"in_stop_list" doc:"Of created and updated: will not be written to."`
}

// ErrorGroup is a cause of rejected rows.
type ErrorGroup struct {
	Code     string         `json:"code"`
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

// PatchImportInput changes the settings. Absent fields stay as they are.
type PatchImportInput struct {
	ImportPath
	Body struct {
		HasHeader *bool                `json:"has_header,omitempty"`
		Settings  *PatchImportSettings `json:"settings,omitempty"`
	}
}

// PatchImportSettings are settings where what is absent stays as it is.
type PatchImportSettings struct {
	Mapping        []ColumnMapping     `json:"mapping,omitempty" maxItems:"1000"`
	OnExisting     *string             `json:"on_existing,omitempty" enum:"update_empty,overwrite,skip"`
	List           *string             `json:"list,omitempty" maxLength:"40"`
	NewList        *string             `json:"new_list,omitempty" maxLength:"120"`
	Consent        *ConsentDeclaration `json:"consent,omitempty"`
	DefaultCountry *string             `json:"default_country,omitempty" maxLength:"2"`
}

func (a *API) registerImports(r routes) {
	private(r, post("/imports").needs(editContacts).as("uploadImport", "imports", "Upload a CSV file").gives(201).once().
		takes("application/octet-stream", "text/csv"), a.uploadImport)
	private(r, get("/imports").needs(viewContacts).as("listImports", "imports", "Imports"), a.listImports)
	private(r, get("/imports/{id}").needs(viewContacts).as("getImport", "imports", "An import"), a.getImport)
	private(r, patch("/imports/{id}").needs(editContacts).as("updateImport", "imports", "Say how the file is to be read"), a.patchImport)
	private(r, post("/imports/{id}/dry-run").needs(editContacts).as("dryRunImport", "imports", "Check all rows without changing anything").gives(202).once(), a.dryRunImport)
	private(r, post("/imports/{id}/start").needs(editContacts).as("startImport", "imports", "Import; signs the declaration of consent").gives(202).once(), a.startImport)
	private(r, post("/imports/{id}/cancel").needs(editContacts).as("cancelImport", "imports", "Stop; what was done stays"), a.cancelImport)
	download(r, get("/imports/{id}/rejected.csv").needs(viewContacts).as("downloadRejected", "imports", "Rejected rows with cause and advice"), "text/csv", a.rejectedRows)
	private(r, del("/imports/{id}").needs(editContacts).as("deleteImport", "imports", "Delete an import that is not running; contacts stay"), a.deleteImport)
}
