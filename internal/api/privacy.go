package api

import "time"

// PrivacyRequest is one request of a person about its own data, as the register has it.
type PrivacyRequest struct {
	ID         string     `json:"id" example:"prq_0d3f8k2m9q1zr"`
	Kind       string     `json:"kind" enum:"export,erasure,correction" doc:"export: a copy of everything known."`
	Source     string     `json:"source" enum:"page,member,api" doc:"page: the person itself, on the page behind the link of a letter."`
	State      string     `json:"state" enum:"new,running,done,refused"`
	Contact    string     `json:"contact" doc:"After an erasure nobody has this id any more."`
	Hint       string     `json:"hint" doc:"Of the address; empty after an erasure."`
	Note       string     `json:"note,omitempty" doc:"Why it was refused."`
	Member     string     `json:"member,omitempty" doc:"Who entered or answered it."`
	ReceivedAt time.Time  `json:"received_at"`
	DueAt      time.Time  `json:"due_at" doc:"By law: three working days for a copy, one for the others."`
	Late       bool       `json:"late"`
	DoneAt     *time.Time `json:"done_at,omitempty"`
	Job        string     `json:"job,omitempty"`
	Size       int64      `json:"size" doc:"Bytes of the file of a copy; 0 when there is none."`
	ExpiresAt  *time.Time `json:"expires_at,omitempty" doc:"When the file is deleted."`
}

// PrivacyRequestsInput lists the register.
type PrivacyRequestsInput struct {
	Paging
	Contact string `query:"contact" maxLength:"40"`
	Open    bool   `query:"open" doc:"Only those that wait for an answer."`
}

// PrivacyRequestPath names a request.
type PrivacyRequestPath struct {
	ID string `path:"id" maxLength:"40"`
}

// CreatePrivacyRequestInput enters a request.
type CreatePrivacyRequestInput struct {
	Body struct {
		Contact string `json:"contact" maxLength:"40"`
		Kind    string `json:"kind" enum:"export,erasure,correction"`
		Now     bool   `json:"now,omitempty" doc:"Carry it out at once. An erasure has no way back."`
	}
}

// RefusePrivacyRequestInput answers with no.
type RefusePrivacyRequestInput struct {
	PrivacyRequestPath
	Body struct {
		Note string `json:"note" minLength:"3" maxLength:"1000" doc:"Why. Do not write personal data here."`
	}
}

func (a *API) registerPrivacy(r routes) {
	private(r, get("/privacy/requests").needs(viewContacts).as("listPrivacyRequests", "privacy", "Register of requests about personal data, the newest first"), a.listPrivacyRequests)
	private(r, post("/privacy/requests").needs(editContacts).as("createPrivacyRequest", "privacy", "Enter a request; with now, carry it out").gives(201).once(), a.createPrivacyRequest)
	private(r, get("/privacy/requests/{id}").needs(viewContacts).as("getPrivacyRequest", "privacy", "A request"), a.getPrivacyRequest)
	private(r, post("/privacy/requests/{id}/carry-out").needs(exportContacts).as("carryOutPrivacyRequest", "privacy", "Carry a request out"), a.carryOutPrivacyRequest)
	private(r, post("/privacy/requests/{id}/refuse").needs(exportContacts).as("refusePrivacyRequest", "privacy", "Refuse a request"), a.refusePrivacyRequest)
	download(r, get("/privacy/requests/{id}/file").needs(exportContacts).as("downloadPrivacyCopy", "privacy", "The file of a copy: a ZIP with a page in each language and JSON"), "application/zip", a.downloadPrivacyCopy)
}
