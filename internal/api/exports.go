package api

import "time"

// Export is a file of contacts that can be taken for seven days.
type Export struct {
	ID         string       `json:"id" example:"exp_0d3f8k2m9q1zr"`
	State      string       `json:"state" enum:"running,ready,cancelled,failed,expired"`
	Format     string       `json:"format" enum:"csv,xlsx,vcard"`
	Filename   string       `json:"filename"`
	Filter     ExportFilter `json:"filter"`
	Columns    []string     `json:"columns"`
	Reason     string       `json:"reason"`
	Rows       int64        `json:"rows" doc:"Contacts in the file, once it is ready."`
	Size       int64        `json:"size" doc:"Bytes of the file, once it is ready."`
	Job        string       `json:"job,omitempty" doc:"The job that writes it now."`
	Done       int64        `json:"done" doc:"Contacts written so far, while it runs."`
	Total      int64        `json:"total" doc:"Contacts to be written, while it runs; 0 while not known."`
	Failure    *Failure     `json:"failure,omitempty" doc:"With failed."`
	Downloads  int          `json:"downloads" doc:"How often the file was taken."`
	CreatedBy  string       `json:"created_by,omitempty" doc:"The member who asked; absent for a key."`
	CreatedAt  time.Time    `json:"created_at"`
	FinishedAt *time.Time   `json:"finished_at,omitempty"`
	ExpiresAt  *time.Time   `json:"expires_at,omitempty" doc:"When the file is deleted."`
}

// ExportFilter says which contacts; conditions add up, none = all.
type ExportFilter struct {
	Search  string `json:"search,omitempty" maxLength:"200" doc:"Words of the address, the name or the telephone, as in the list of contacts."`
	List    string `json:"list,omitempty" maxLength:"40"`
	Tag     string `json:"tag,omitempty" maxLength:"40"`
	Segment string `json:"segment,omitempty" maxLength:"40"`
	Consent string `json:"consent,omitempty" enum:"granted,withdrawn,none" doc:"Consent to advertising by e-mail."`
}

// CreateExportInput orders a file.
type CreateExportInput struct {
	Body struct {
		Format  string       `json:"format" enum:"csv,xlsx,vcard"`
		Filter  ExportFilter `json:"filter,omitempty"`
		Columns []string     `json:"columns,omitempty" maxItems:"300" doc:"In their order: email, phone, first_name, last_name, lang, external_id, tags, lists, stop_list, created_at, updated_at, consent.<channel>, field.<key of a custom field>. None = all. A vCard leaves out what it has no word for."`
		Reason  string       `json:"reason" minLength:"3" maxLength:"500" doc:"Why the contacts are taken out. It goes to the log of actions."`
		Lang    string       `json:"lang,omitempty" enum:"ru,kk,en" doc:"Of the headings; the account's when absent."`
	}
}

// ExportPath names an export.
type ExportPath struct {
	ID string `path:"id" maxLength:"40"`
}

func (a *API) registerExports(r routes) {
	private(r, post("/exports").needs(exportContacts).as("createExport", "exports", "Write contacts into a file").gives(202).once(), a.createExport)
	private(r, get("/exports").needs(exportContacts).as("listExports", "exports", "Exports"), a.listExports)
	private(r, get("/exports/{id}").needs(exportContacts).as("getExport", "exports", "An export"), a.getExport)
	private(r, post("/exports/{id}/cancel").needs(exportContacts).as("cancelExport", "exports", "Stop an export; nothing of its file stays"), a.cancelExport)
	download(r, get("/exports/{id}/file").needs(exportContacts).as("downloadExport", "exports", "The file itself"), "application/octet-stream", a.downloadExport)
	private(r, del("/exports/{id}").needs(exportContacts).as("deleteExport", "exports", "Delete an export with its file"), a.deleteExport)
}
