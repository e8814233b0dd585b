package api

import "time"

// AuditEntry is one thing that somebody did.
type AuditEntry struct {
	Seq       int64          `json:"seq" doc:"Number in the chain of the account."`
	At        time.Time      `json:"at"`
	Via       string         `json:"via" enum:"session,api_key,system"`
	Member    string         `json:"member,omitempty" doc:"Id of the member who acted."`
	APIKey    string         `json:"api_key,omitempty"`
	Action    string         `json:"action" example:"campaign.sent"`
	Object    string         `json:"object,omitempty" doc:"Id of what was acted upon."`
	Detail    map[string]any `json:"detail,omitempty"`
	IP        string         `json:"ip,omitempty"`
	UserAgent string         `json:"user_agent,omitempty"`
	Hash      string         `json:"hash" doc:"SHA-256 over the previous hash and the digest of this entry."`
}

// Act is an act of signature: a button pressed or a code entered under a document.
type Act struct {
	Seq       int64          `json:"seq" doc:"Number in the chain of the account."`
	At        time.Time      `json:"at"`
	Document  string         `json:"document"`
	Version   string         `json:"version"`
	Lang      string         `json:"lang"`
	SHA256    string         `json:"sha256"`
	Member    string         `json:"member,omitempty"`
	Email     string         `json:"email,omitempty" doc:"Address that the code went to."`
	Pressed   string         `json:"pressed" doc:"What was pressed."`
	CodeID    string         `json:"code_id,omitempty" doc:"Which code was verified."`
	Code      string         `json:"code,omitempty" doc:"The code itself, spent."`
	IP        string         `json:"ip"`
	UserAgent string         `json:"user_agent"`
	Hash      string         `json:"hash"`
	Detail    map[string]any `json:"detail,omitempty" doc:"What else was agreed."`
}

func (a *API) registerAudit(r routes) {
	private(r, get("/audit").needs(viewAudit).as("listAudit", "audit", "Who did what"), a.listAudit)
	private(r, get("/acts").needs(viewAudit).as("listActs", "audit", "Acts of signature"), a.listActs)
	download(r, get("/acts/proof").needs(viewAudit).as("downloadActsProof", "audit", "Signed proof of the acts of signature"), "application/json", a.actsProof)
}
