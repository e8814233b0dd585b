package api

import "time"

// Suppression is an address that must not be written to.
type Suppression struct {
	ID         string               `json:"id"`
	Address    string               `json:"address,omitempty" doc:"Only a hint, like a…@mail.ru, when the contact was deleted: then nothing but a keyed hash is kept."`
	Channel    string               `json:"channel" enum:"email,sms,viber,whatsapp,telegram,instagram"`
	Scope      string               `json:"scope" enum:"all,advertising,third_party,transactional,all_but_advertising" doc:"Which messages are stopped."`
	Reason     string               `json:"reason" enum:"hard_bounce,complaint,unsubscribed,manual"`
	Detail     string               `json:"detail" doc:"The server's words, or a note; of those who unsubscribed here: how."`
	File       *SuppressionFromFile `json:"file,omitempty" doc:"The file that brought it, in lists of the stop-list."`
	CanRelease bool                 `json:"can_release" doc:"Complaints and unsubscriptions cannot be released by staff."`
	At         time.Time            `json:"at"`
}

// SuppressionFromFile names the file that brought an entry.
type SuppressionFromFile struct {
	ID       string `json:"id"`
	Filename string `json:"filename"`
}

// SuppressionFilter narrows the stop-list; conditions add up.
type SuppressionFilter struct {
	Search  string `query:"search" maxLength:"254" doc:"Address, whole or its beginning. A whole one also finds entries of deleted contacts."`
	Reason  string `query:"reason" enum:"hard_bounce,complaint,unsubscribed,manual"`
	Channel string `query:"channel" enum:"email,sms,viber,whatsapp,telegram,instagram"`
	File    string `query:"file" maxLength:"40" doc:"Id of a file: the entries that it brought."`
}

// SuppressionsInput asks for a page of the stop-list.
type SuppressionsInput struct {
	Paging
	SuppressionFilter
}

// SuppressionsFileInput asks for the stop-list as a file.
type SuppressionsFileInput struct {
	SuppressionFilter
	Lang string `query:"lang" enum:"ru,kk,en" doc:"Of the headings; the account's when absent."`
}

// SuppressInput puts an address on the stop-list.
type SuppressInput struct {
	Body struct {
		Address string `json:"address" minLength:"1" maxLength:"254"`
		Channel string `json:"channel" enum:"email,sms,viber,whatsapp,telegram,instagram"`
		Note    string `json:"note,omitempty" maxLength:"500"`
	}
}

// SuppressionPath names a stop-list entry.
type SuppressionPath struct {
	ID string `path:"id" maxLength:"40"`
}

// StopFile is a file of addresses on its way to the stop-list.
type StopFile struct {
	ID         string       `json:"id" example:"stf_0d3f8k2m9q1zr"`
	State      string       `json:"state" enum:"checking,ready,running,done,cancelled,failed" doc:"Checking counts what the file would change; ready waits for start."`
	Filename   string       `json:"filename"`
	Size       int64        `json:"size" doc:"Bytes."`
	Format     string       `json:"format" enum:"csv,xlsx,vcard"`
	Sheet      string       `json:"sheet,omitempty" doc:"Of a workbook with several: the one that is read."`
	HasHeader  bool         `json:"has_header"`
	Columns    []StopColumn `json:"columns"`
	Reason     string       `json:"reason" enum:"hard_bounce,complaint,unsubscribed,manual"`
	Note       string       `json:"note"`
	Rows       int64        `json:"rows" doc:"About."`
	Done       int64        `json:"done" doc:"Rows worked through, while it runs or is checked."`
	Counts     StopCounts   `json:"counts" doc:"What the file would change, then what it changed."`
	Rejects    []StopReject `json:"rejects" doc:"The first 100 values that are no address; kept for 7 days."`
	Failure    *Failure     `json:"failure,omitempty" doc:"With failed."`
	Job        string       `json:"job,omitempty" doc:"The job that works on it now."`
	CreatedBy  string       `json:"created_by,omitempty" doc:"The member who uploaded it; absent for a key."`
	CreatedAt  time.Time    `json:"created_at"`
	StartedAt  *time.Time   `json:"started_at,omitempty"`
	FinishedAt *time.Time   `json:"finished_at,omitempty"`
}

// StopColumn is a column of such a file.
type StopColumn struct {
	Index   int      `json:"index"`
	Header  string   `json:"header"`
	Samples []string `json:"samples"`
	Emails  int      `json:"emails" doc:"E-mail addresses among its first rows."`
	Phones  int      `json:"phones" doc:"Telephone numbers among them."`
	Chosen  bool     `json:"chosen" doc:"Its addresses are taken."`
}

// StopCounts are addresses by what becomes of them; added + raised + known + repeated = emails + phones.
type StopCounts struct {
	Rows     int64 `json:"rows"`
	Emails   int64 `json:"emails"`
	Phones   int64 `json:"phones"`
	Added    int64 `json:"added"`
	Raised   int64 `json:"raised" doc:"On the stop-list already, now for a stronger reason."`
	Known    int64 `json:"known" doc:"On the stop-list already, for this reason or a stronger one."`
	Repeated int64 `json:"repeated" doc:"Stand further up in the file."`
	Bad      int64 `json:"bad" doc:"Values that are no address, and rows without any."`
	Contacts int64 `json:"contacts" doc:"Of added and raised: addresses of contacts of the account."`
}

// StopReject is a value that is no address.
type StopReject struct {
	Line  int64  `json:"line" doc:"Of the file, from 1."`
	Code  string `json:"code"`
	Value string `json:"value"`
}

// UploadStopFileInput is a file as the body of the request.
type UploadStopFileInput struct {
	UploadImportInput
	Reason string `query:"reason" required:"true" enum:"hard_bounce,complaint,unsubscribed,manual" doc:"Why none of these may be written to. Unsubscribed stops advertising, the others everything. Complaints and unsubscriptions cannot be taken back."`
	Note   string `query:"note" maxLength:"500"`
}

// StopFilePath names a file.
type StopFilePath struct {
	ID string `path:"id" maxLength:"40"`
}

// PatchStopFileInput changes a file that waits. Absent fields stay as they are.
type PatchStopFileInput struct {
	StopFilePath
	Body struct {
		Reason  *string `json:"reason,omitempty" enum:"hard_bounce,complaint,unsubscribed,manual"`
		Note    *string `json:"note,omitempty" maxLength:"500"`
		Columns *[]int  `json:"columns,omitempty" minItems:"1" maxItems:"1000" doc:"By index: whose addresses are taken."`
	}
}

func (a *API) registerSuppressions(r routes) {
	private(r, get("/suppressions").needs(viewContacts).as("listSuppressions", "contacts", "Stop-list"), a.listSuppressions)
	download(r, get("/suppressions.csv").needs(exportContacts).as("downloadSuppressions", "contacts", "The stop-list as a file; of deleted contacts it has only hints"), "text/csv", a.suppressionsFile)
	private(r, post("/suppressions").needs(editContacts).as("suppress", "contacts", "Put an address on the stop-list").gives(201).once(), a.suppress)
	private(r, del("/suppressions/{id}").needs(editContacts).as("releaseSuppression", "contacts", "Take an address off the stop-list"), a.release)
	private(r, post("/stop-files").needs(editContacts).as("uploadStopFile", "contacts", "A file of addresses for the stop-list, 64 MB: CSV, XLSX, or text with an address a line").gives(201).
		takes("application/octet-stream", "text/csv"), a.uploadStopFile)
	private(r, get("/stop-files").needs(viewContacts).as("listStopFiles", "contacts", "Files of the stop-list"), a.listStopFiles)
	private(r, get("/stop-files/{id}").needs(viewContacts).as("getStopFile", "contacts", "A file of the stop-list"), a.getStopFile)
	private(r, patch("/stop-files/{id}").needs(editContacts).as("updateStopFile", "contacts", "Change a file that waits; it is counted anew"), a.patchStopFile)
	private(r, post("/stop-files/{id}/start").needs(editContacts).as("startStopFile", "contacts", "Put the addresses on the stop-list").gives(202).once(), a.startStopFile)
	private(r, post("/stop-files/{id}/cancel").needs(editContacts).as("cancelStopFile", "contacts", "Stop; what was done stays"), a.cancelStopFile)
}
