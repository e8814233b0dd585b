package api

import "time"

// Contact is a person or firm that may receive messages.
type Contact struct {
	ID        string                `json:"id" example:"ctc_0d3f8k2m9q1zr"`
	Email     string                `json:"email"`
	Phone     string                `json:"phone" doc:"E.164, or empty."`
	FirstName string                `json:"first_name"`
	LastName  string                `json:"last_name"`
	Lang      string                `json:"lang" enum:",ru,kk,en"`
	Fields    map[string]FieldValue `json:"fields" doc:"Custom fields by key."`
	Lists     []string              `json:"lists,omitempty" doc:"Ids of the lists the contact is on."`
	Tags      []string              `json:"tags,omitempty" doc:"Ids of its tags."`
	Consents  []ConsentState        `json:"consents,omitempty" doc:"What the contact agrees to now."`
	Pauses    []ContactPause        `json:"pauses,omitempty" doc:"Until when the contact wants no mailings."`
	Stops     []Suppression         `json:"stops,omitempty" doc:"Entries of the stop-list for the addresses of the contact."`
	Version   int64                 `json:"version"`
	CreatedAt time.Time             `json:"created_at"`
	UpdatedAt time.Time             `json:"updated_at"`
}

func (c Contact) version() int64 { return c.Version }

// ConsentState is what a contact agrees to now on one channel for one purpose.
type ConsentState struct {
	Channel string    `json:"channel" enum:"email,sms,viber,whatsapp,telegram,instagram"`
	Purpose string    `json:"purpose" enum:"transactional,advertising,third_party"`
	Topic   string    `json:"topic,omitempty" doc:"Id of the topic; absent: the purpose as a whole."`
	State   string    `json:"state" enum:"granted,withdrawn"`
	At      time.Time `json:"at"`
}

// ContactPause is a time in which a contact wants no mailings on a channel; messages of service go on.
type ContactPause struct {
	Channel string    `json:"channel" enum:"email,sms,viber,whatsapp,telegram,instagram"`
	Until   time.Time `json:"until"`
}

// Consent is one record of the history: a permission given or taken back, with its evidence.
type Consent struct {
	ID             string            `json:"id"`
	Channel        string            `json:"channel" enum:"email,sms,viber,whatsapp,telegram,instagram"`
	Purpose        string            `json:"purpose" enum:"transactional,advertising,third_party"`
	Topic          string            `json:"topic,omitempty" doc:"Id of the topic; absent: the purpose as a whole."`
	Action         string            `json:"action" enum:"granted,withdrawn,paused,resumed,undone" doc:"paused and resumed: the contact took a break from mailings, and ended it; undone: the import that brought it was taken back."`
	Source         string            `json:"source" doc:"import, form, api, hand, unsubscribe_link, one_click, preference_page, complaint, import_undo, stop_list_import or member."`
	Wording        string            `json:"wording" doc:"The words that the contact agreed to."`
	WordingID      string            `json:"wording_id,omitempty" doc:"The wording of the account that they are."`
	WordingVersion int64             `json:"wording_version,omitempty"`
	Evidence       map[string]string `json:"evidence,omitempty"`
	IP             string            `json:"ip,omitempty"`
	Member         string            `json:"member,omitempty" doc:"Who recorded it, when a person did."`
	At             time.Time         `json:"at" doc:"When it was recorded."`
	ObtainedAt     *time.Time        `json:"obtained_at,omitempty" doc:"When the contact agreed, if earlier."`
}

// ContactsInput filters the list of contacts.
type ContactsInput struct {
	Paging
	Search  string `query:"search" maxLength:"200" doc:"Beginning of an address, a name or a phone."`
	List    string `query:"list" maxLength:"40" doc:"Id of a list."`
	Tag     string `query:"tag" maxLength:"40" doc:"Id of a tag."`
	Segment string `query:"segment" maxLength:"40" doc:"Id of a segment."`
	Consent string `query:"consent" enum:"granted,withdrawn,none" doc:"State of the advertising consent for e-mail."`
	Sort    string `query:"sort" enum:"created_at,-created_at,email,-email,first_name,-first_name,last_name,-last_name,updated_at,-updated_at" default:"-created_at"`
}

// ContactPath names a contact.
type ContactPath struct {
	ID string `path:"id" maxLength:"40"`
}

// CreateContactInput adds a contact.
type CreateContactInput struct {
	Body struct {
		Email     string                `json:"email,omitempty" maxLength:"254" doc:"An e-mail address or a phone is needed."`
		Phone     string                `json:"phone,omitempty" maxLength:"24"`
		FirstName string                `json:"first_name,omitempty" maxLength:"100"`
		LastName  string                `json:"last_name,omitempty" maxLength:"100"`
		Lang      string                `json:"lang,omitempty" enum:",ru,kk,en"`
		Fields    map[string]FieldValue `json:"fields,omitempty" maxProperties:"100"`
		Lists     []string              `json:"lists,omitempty" maxItems:"50"`
		Tags      []string              `json:"tags,omitempty" maxItems:"50"`
		Consent   *GrantConsent         `json:"consent,omitempty" doc:"Consent given with the address, if there is one."`
	}
}

// PatchContactInput changes a contact. Absent fields stay as they are.
type PatchContactInput struct {
	ContactPath
	IfMatch
	Body struct {
		Email     *string               `json:"email,omitempty" maxLength:"254"`
		Phone     *string               `json:"phone,omitempty" maxLength:"24"`
		FirstName *string               `json:"first_name,omitempty" maxLength:"100"`
		LastName  *string               `json:"last_name,omitempty" maxLength:"100"`
		Lang      *string               `json:"lang,omitempty" enum:",ru,kk,en"`
		Fields    map[string]FieldValue `json:"fields,omitempty" maxProperties:"100" doc:"Named fields are set, an empty value removes one, others stay."`
		Lists     *[]string             `json:"lists,omitempty" maxItems:"50" doc:"The whole set of lists."`
		Tags      *[]string             `json:"tags,omitempty" maxItems:"50" doc:"The whole set of tags."`
	}
}

// GrantConsent records that a contact agreed.
type GrantConsent struct {
	Channel    string            `json:"channel" enum:"email,sms,viber,whatsapp,telegram,instagram"`
	Purpose    string            `json:"purpose" enum:"transactional,advertising,third_party"`
	Topic      string            `json:"topic,omitempty" maxLength:"40" doc:"Id of a topic, with advertising; absent: the purpose as a whole."`
	Source     string            `json:"source" enum:"form,api,hand" doc:"How the consent was given."`
	Wording    string            `json:"wording" minLength:"1" maxLength:"2000" doc:"The words that the contact agreed to."`
	Evidence   map[string]string `json:"evidence,omitempty" maxProperties:"20" doc:"Page, paper, address: whatever proves it."`
	ObtainedAt *time.Time        `json:"obtained_at,omitempty" doc:"When the contact agreed; now when absent."`
}

// GrantConsentInput records a consent.
type GrantConsentInput struct {
	ContactPath
	Body GrantConsent
}

// WithdrawInput records that a contact no longer agrees.
type WithdrawInput struct {
	ContactPath
	Body struct {
		Channel string `json:"channel" enum:"email,sms,viber,whatsapp,telegram,instagram"`
		Purpose string `json:"purpose,omitempty" enum:"transactional,advertising,third_party" doc:"Empty withdraws all."`
		Topic   string `json:"topic,omitempty" maxLength:"40" doc:"Id of a topic: the contact leaves only this one."`
		Note    string `json:"note,omitempty" maxLength:"500"`
	}
}

// TimelineEntry is one thing that happened to a contact.
type TimelineEntry struct {
	At       time.Time `json:"at"`
	Kind     string    `json:"kind" enum:"created,consent_granted,consent_withdrawn,stopped,message,open,click,unsubscribe,complaint,bounce,reply"`
	Channel  string    `json:"channel,omitempty"`
	Purpose  string    `json:"purpose,omitempty" doc:"With consents."`
	Topic    string    `json:"topic,omitempty" doc:"With consents: id of the topic; absent: the purpose as a whole."`
	Source   string    `json:"source,omitempty" doc:"With consents: how it came about."`
	Campaign string    `json:"campaign,omitempty" doc:"Id, with messages of a campaign and what was done with them."`
	Title    string    `json:"title,omitempty" doc:"Name of the campaign."`
	Message  string    `json:"message,omitempty" doc:"Kind of a single message: api, test, code."`
	State    string    `json:"state,omitempty" doc:"With message." enum:"pending,in_flight,delivered,retrying,failed,skipped,expired,unknown"`
	Reason   string    `json:"reason,omitempty" doc:"Key of the plain-words catalogue."`
	Detail   string    `json:"detail,omitempty" doc:"The server's own words, or the note."`
}

// ContactList is a named set of contacts.
type ContactList struct {
	ID        string    `json:"id" example:"lst_0d3f8k2m9q1zr"`
	Name      string    `json:"name"`
	Contacts  int64     `json:"contacts" doc:"How many contacts are on it."`
	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"created_at"`
}

func (l ContactList) version() int64 { return l.Version }

// ListPath names a list.
type ListPath struct {
	ID string `path:"id" maxLength:"40"`
}

// CreateListInput makes a list.
type CreateListInput struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"100"`
	}
}

// RenameListInput renames a list.
type RenameListInput struct {
	ListPath
	IfMatch
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"100"`
	}
}

func (a *API) registerContacts(r routes) {
	private(r, get("/contacts").needs(viewContacts).as("listContacts", "contacts", "Contacts"), a.listContacts)
	private(r, post("/contacts").needs(editContacts).as("createContact", "contacts", "Add a contact").gives(201).once(), a.createContact)
	private(r, get("/contacts/{id}").needs(viewContacts).as("getContact", "contacts", "A contact"), a.getContact)
	private(r, patch("/contacts/{id}").needs(editContacts).as("updateContact", "contacts", "Change a contact"), a.patchContact)
	private(r, del("/contacts/{id}").needs(editContacts).as("deleteContact", "contacts", "Delete a contact and its personal data; the stop-list keeps a keyed hash"), a.deleteContact)
	private(r, get("/contacts/{id}/consents").needs(viewContacts).as("listConsents", "contacts", "History of consent"), a.listConsents)
	private(r, post("/contacts/{id}/consents").needs(editContacts).as("grantConsent", "contacts", "Record a consent with its evidence").gives(201).once(), a.grantConsent)
	private(r, post("/contacts/{id}/withdraw").needs(editContacts).as("withdrawConsent", "contacts", "Record that the contact no longer agrees; takes effect before the next send"), a.withdrawConsent)
	private(r, get("/contacts/{id}/timeline").needs(viewContacts).as("getTimeline", "contacts", "What happened to a contact"), a.timeline)
	a.registerMasses(r)
	a.registerFields(r)
	a.registerTags(r)
	a.registerTopics(r)
	a.registerWordings(r)
	private(r, get("/lists").needs(viewContacts).as("listLists", "contacts", "Lists"), a.listLists)
	private(r, post("/lists").needs(editContacts).as("createList", "contacts", "Make a list").gives(201).once(), a.createList)
	private(r, get("/lists/{id}/growth").needs(viewContacts).as("getListGrowth", "contacts", "How a list grew and shrank, day by day and by cause"), a.listGrowth)
	private(r, patch("/lists/{id}").needs(editContacts).as("renameList", "contacts", "Rename a list"), a.renameList)
	private(r, del("/lists/{id}").needs(editContacts).as("deleteList", "contacts", "Delete a list; its contacts stay"), a.deleteList)
	a.registerSuppressions(r)
}
