package api

import "time"

// AddressCheck is what is known about one address.
type AddressCheck struct {
	Kind     string           `json:"kind" enum:"email,phone"`
	Address  string           `json:"address" doc:"As it would be kept; empty when it is refused."`
	OK       bool             `json:"ok" doc:"Whether it may be taken into the audience."`
	Findings []AddressFinding `json:"findings" doc:"The gravest first."`
	Domain   *DomainState     `json:"domain,omitempty" doc:"What the DNS says, of an e-mail address."`
	Phone    *PhoneLine       `json:"phone,omitempty" doc:"What the number tells, of a telephone."`
}

// AddressFinding is something that should be looked at.
type AddressFinding struct {
	Code       string         `json:"code" example:"email.disposable"`
	Severity   string         `json:"severity" enum:"refused,warning,note"`
	Suggestion string         `json:"suggestion,omitempty" doc:"What was probably meant. It is never applied by itself."`
	Params     map[string]any `json:"params,omitempty"`
}

// DomainState is what the DNS says about the mail of a domain.
type DomainState struct {
	Domain        string     `json:"domain" doc:"In ASCII."`
	State         string     `json:"state" enum:",mail,implicit,null_mx,no_mail,no_domain,unanswered" doc:"Empty: nobody has asked yet. implicit: no mail server is named, the domain itself takes mail."`
	Undeliverable bool       `json:"undeliverable" doc:"Mail cannot arrive: said by the domain itself, or missing twice, an hour apart."`
	CheckedAt     *time.Time `json:"checked_at,omitempty"`
}

// PhoneLine is what a number itself tells.
type PhoneLine struct {
	Country  string `json:"country" doc:"ISO 3166-1; empty when not known."`
	Line     string `json:"line" enum:"mobile,fixed,special,unknown"`
	Operator string `json:"operator" doc:"Whom the range was given to; numbers are portable, so it is an estimate."`
}

// CheckAddressInput asks about an address.
type CheckAddressInput struct {
	Body struct {
		Address string `json:"address" minLength:"1" maxLength:"400" doc:"An e-mail address or a telephone number."`
		Country string `json:"country,omitempty" maxLength:"2" doc:"Of a number without a country code; KZ when absent."`
	}
}

// DeadDomain is a domain of contacts that takes no mail.
type DeadDomain struct {
	DomainState
	Contacts int64 `json:"contacts"`
}

// DuplicateGroup is a set of contacts that look like one person.
type DuplicateGroup struct {
	ID       int64     `json:"id" doc:"Until the next search."`
	Reasons  []string  `json:"reasons" doc:"mailbox, phone, name: from the surest."`
	Contacts []Contact `json:"contacts"`
}

// MergeRequest says which contacts are one person.
type MergeRequest struct {
	Into string            `json:"into" maxLength:"40" doc:"The contact that stays."`
	From []string          `json:"from" minItems:"1" maxItems:"19" doc:"Those that become part of it."`
	Take map[string]string `json:"take,omitempty" maxProperties:"120" doc:"By field (email, phone, first_name, last_name, lang, external_id, fields.<key>): the contact whose value counts."`
}

// MergeInput asks for a merge, or what it would do.
type MergeInput struct{ Body MergeRequest }

// MergePreview is what a merge would do.
type MergePreview struct {
	Result    Contact         `json:"result"`
	Lost      []ConsentState  `json:"lost" doc:"Consents that hold now and not afterwards: given for an address that goes, or withdrawn by one of the contacts."`
	Conflicts []MergeConflict `json:"conflicts"`
	Aliases   []ContactAlias  `json:"aliases" doc:"Addresses that stay known."`
}

// MergeConflict is a field in which contacts differ.
type MergeConflict struct {
	Field  string                `json:"field"`
	Values map[string]FieldValue `json:"values" doc:"By contact; those without a value are absent."`
}

// ContactAlias is a further address of a contact.
type ContactAlias struct {
	Kind    string `json:"kind" enum:"email,phone,external_id"`
	Address string `json:"address"`
}

// Merge is a merge that was made.
type Merge struct {
	ID        string     `json:"id" example:"mrg_0d3f8k2m9q1zr"`
	Into      string     `json:"into"`
	Contacts  int        `json:"contacts" doc:"How many became one."`
	At        time.Time  `json:"at"`
	Member    string     `json:"member,omitempty"`
	UndoUntil time.Time  `json:"undo_until"`
	UndoneAt  *time.Time `json:"undone_at,omitempty"`
	Undoable  bool       `json:"undoable"`
}

// MergePath names a merge.
type MergePath struct {
	ID string `path:"id" maxLength:"40"`
}

// MergesInput lists merges.
type MergesInput struct {
	Paging
	Contact string `query:"contact" maxLength:"40" doc:"Only those into this contact."`
}

// DenyDuplicatesInput says that contacts are different people.
type DenyDuplicatesInput struct {
	Body struct {
		Contacts []string `json:"contacts" minItems:"2" maxItems:"20"`
	}
}

// ContactCheck is what is known about the addresses of a contact.
type ContactCheck struct {
	Email   *AddressCheck  `json:"email,omitempty"`
	Phone   *AddressCheck  `json:"phone,omitempty"`
	Aliases []ContactAlias `json:"aliases"`
}

func (a *API) registerHygiene(r routes) {
	private(r, post("/contacts/check-address").needs(viewContacts).as("checkAddress", "contacts", "What is known about an address"), a.checkAddress)
	private(r, get("/contacts/{id}/check").needs(viewContacts).as("checkContact", "contacts", "What is known about the addresses of a contact"), a.checkContact)
	private(r, post("/contacts/check-domains").needs(editContacts).as("checkDomains", "contacts", "Ask the DNS about the domains of all contacts").gives(202), a.checkDomains)
	private(r, get("/contacts/dead-domains").needs(viewContacts).as("listDeadDomains", "contacts", "Domains of contacts that take no mail"), a.listDeadDomains)
	private(r, post("/contacts/find-duplicates").needs(editContacts).as("findDuplicates", "contacts", "Search for probable duplicates").gives(202), a.findDuplicates)
	private(r, get("/contacts/duplicates").needs(viewContacts).as("listDuplicates", "contacts", "Probable duplicates, the surest first"), a.listDuplicates)
	private(r, post("/contacts/duplicates/deny").needs(editContacts).as("denyDuplicates", "contacts", "These are different people").gives(204), a.denyDuplicates)
	private(r, post("/contacts/merge/preview").needs(viewContacts).as("previewMerge", "contacts", "What a merge would do"), a.previewMerge)
	private(r, post("/contacts/merge").needs(editContacts).as("mergeContacts", "contacts", "Make one contact of several").gives(201).once(), a.mergeContacts)
	private(r, get("/contacts/merges").needs(viewContacts).as("listMerges", "contacts", "Merges, the newest first"), a.listMerges)
	private(r, post("/contacts/merges/{id}/undo").needs(editContacts).as("undoMerge", "contacts", "Take a merge back, within 30 days").gives(204), a.undoMerge)
}
