package api

import "time"

// FormField is one question of a form. Hidden gives a constant and utm takes a part of the page's address; both fill a custom field and are not shown.
type FormField struct {
	Sort     string   `json:"sort" enum:"email,phone,first_name,last_name,lang,custom,topics,hidden,utm"`
	Key      string   `json:"key,omitempty" maxLength:"40" doc:"Key of the custom field that custom, hidden and utm fill."`
	Param    string   `json:"param,omitempty" enum:",utm_source,utm_medium,utm_campaign,utm_term,utm_content" doc:"Of utm: the part of the page's address."`
	Value    string   `json:"value,omitempty" maxLength:"1000" doc:"Of hidden: the constant."`
	Topics   []string `json:"topics,omitempty" maxItems:"50" doc:"Of topics: ids of those to choose among, in this order."`
	Required bool     `json:"required,omitempty" doc:"The only address of a form is required in any case."`
	Label    *Words   `json:"label,omitempty" doc:"Absent: the built-in words, or the label of the custom field."`
	Hint     *Words   `json:"hint,omitempty"`
}

// FormBox is one consent that a form asks for. Nothing ticks it in advance.
type FormBox struct {
	Wording  string `json:"wording" maxLength:"40" doc:"Id of a wording; the form shows its latest version."`
	Required bool   `json:"required,omitempty" doc:"Without it nothing is sent. Not for offers of others."`
}

// FormTexts are what a form says; empty ones have built-in words, but for the introduction.
type FormTexts struct {
	Title  Words `json:"title,omitempty" required:"false"`
	Intro  Words `json:"intro,omitempty" required:"false"`
	Button Words `json:"button,omitempty" required:"false"`
	Sent   Words `json:"sent,omitempty" required:"false" doc:"After sending, while a letter is on its way."`
	Thanks Words `json:"thanks,omitempty" required:"false" doc:"When all is done."`
}

// FormDesign is what a form asks, says and gives.
type FormDesign struct {
	Fields      []FormField `json:"fields" maxItems:"40"`
	Boxes       []FormBox   `json:"boxes" maxItems:"6"`
	Texts       FormTexts   `json:"texts" required:"false"`
	Lists       []string    `json:"lists" required:"false" maxItems:"20" doc:"Whoever signs up joins them."`
	Tags        []string    `json:"tags" required:"false" maxItems:"20"`
	DoubleOptIn bool        `json:"double_opt_in" doc:"A letter asks to confirm before anything else is sent."`
	Redirect    string      `json:"redirect" required:"false" maxLength:"1000" doc:"Page of thanks on one of the domains; empty: ours."`
	Colour      string      `json:"colour" required:"false" maxLength:"7" doc:"#rrggbb; empty: the account's."`
	Logo        bool        `json:"logo" required:"false" doc:"Shows the logo of the account's public pages, or its name."`
	Domains     []string    `json:"domains" required:"false" maxItems:"50" doc:"Sites that may show the form and send it."`
}

// FormFigures are what a form brought.
type FormFigures struct {
	Views       int64 `json:"views"`
	Submissions int64 `json:"submissions"`
	Confirmed   int64 `json:"confirmed" doc:"Became consents: by the button behind the letter, or by the form alone."`
	Held        int64 `json:"held"`
}

// FormSummary is a form in the list.
type FormSummary struct {
	ID          string      `json:"id" example:"frm_0d3f8k2m9q1zr"`
	Name        string      `json:"name"`
	URL         string      `json:"url" doc:"Its public page."`
	Published   int64       `json:"published" doc:"Number of the version that visitors see, 0 for none yet."`
	Closed      bool        `json:"closed" doc:"Takes no submissions for now."`
	Changed     bool        `json:"changed" doc:"The draft differs from what visitors see."`
	DoubleOptIn bool        `json:"double_opt_in"`
	Recent      FormFigures `json:"recent" doc:"Of the last 30 days."`
	CreatedAt   time.Time   `json:"created_at"`
	ChangedAt   time.Time   `json:"changed_at"`
}

// FormDifference is one thing that publishing would change.
type FormDifference struct {
	Part string `json:"part" enum:"fields,boxes,texts,lists,tags,double_opt_in,redirect,colour,logo,domains"`
	Name string `json:"name,omitempty" doc:"Which field, text, wording, list, tag or site."`
	What string `json:"what" enum:"added,removed,changed,moved"`
}

// Form is a sign-up form.
type Form struct {
	ID          string           `json:"id" example:"frm_0d3f8k2m9q1zr"`
	Name        string           `json:"name"`
	Key         string           `json:"key" doc:"Names the form in addresses and in the snippet."`
	URL         string           `json:"url" doc:"Its public page."`
	Script      string           `json:"script" doc:"Address of the script that shows the form on another site."`
	Draft       FormDesign       `json:"draft"`
	Published   int64            `json:"published" doc:"Number of the version that visitors see, 0 for none yet."`
	Closed      bool             `json:"closed"`
	Differences []FormDifference `json:"differences" doc:"What publishing would change; empty: visitors see the draft."`
	Version     int64            `json:"version"`
	CreatedAt   time.Time        `json:"created_at"`
	ChangedAt   time.Time        `json:"changed_at"`
}

func (f Form) version() int64 { return f.Version }

// CreateFormInput makes a form.
type CreateFormInput struct {
	Body struct {
		Name  string     `json:"name" minLength:"1" maxLength:"120"`
		Draft FormDesign `json:"draft"`
	}
}

// FormPath names a form.
type FormPath struct {
	ID string `path:"id" maxLength:"40"`
}

// PatchFormInput changes the draft, the name, or whether the form is closed. Visitors see a draft when it is published.
type PatchFormInput struct {
	FormPath
	IfMatch
	Body struct {
		Name   *string     `json:"name,omitempty" minLength:"1" maxLength:"120"`
		Draft  *FormDesign `json:"draft,omitempty" doc:"The whole draft."`
		Closed *bool       `json:"closed,omitempty"`
	}
}

// PublishFormInput publishes the draft that was looked at.
type PublishFormInput struct {
	FormPath
	IfMatch
}

// FormVersion is one published design.
type FormVersion struct {
	Version int64      `json:"version"`
	Design  FormDesign `json:"design"`
	Member  string     `json:"member,omitempty"`
	At      time.Time  `json:"at"`
}

// RestoreFormInput makes an older version the draft.
type RestoreFormInput struct {
	FormPath
	Body struct {
		Version int64 `json:"version" minimum:"1"`
	}
}

// PreviewFormInput asks for the page of the draft.
type PreviewFormInput struct {
	FormPath
	Lang string `query:"lang" enum:"ru,kk,en"`
}

// SubmissionsInput filters what came in.
type SubmissionsInput struct {
	FormPath
	Paging
	State string `query:"state" enum:"pending,held,confirmed,accepted,unreachable,rejected,expired" doc:"Empty: all."`
}

// Submission is one sending of a form.
type Submission struct {
	ID        string            `json:"id" example:"sbm_0d3f8k2m9q1zr"`
	State     string            `json:"state" enum:"pending,held,confirmed,accepted,unreachable,rejected,expired"`
	Reason    string            `json:"reason,omitempty" doc:"Of held: trap, fast, rate, links. Of unreachable: suppressed, unsubscribed."`
	Email     string            `json:"email,omitempty" doc:"While it waits; afterwards the contact has it."`
	Phone     string            `json:"phone,omitempty"`
	FirstName string            `json:"first_name,omitempty"`
	LastName  string            `json:"last_name,omitempty"`
	Fields    map[string]string `json:"fields,omitempty"`
	Contact   string            `json:"contact,omitempty" doc:"Whom it became."`
	Page      string            `json:"page" doc:"Where the form stood."`
	Lang      string            `json:"lang"`
	IP        string            `json:"ip,omitempty"`
	Version   int64             `json:"version" doc:"Of the form, as it was on the screen."`
	Letters   int               `json:"letters" doc:"How many letters asked to confirm."`
	At        time.Time         `json:"at"`
	DoneAt    *time.Time        `json:"done_at,omitempty"`
	ExpiresAt *time.Time        `json:"expires_at,omitempty" doc:"While it waits: when it will be forgotten."`
}

// SubmissionPath names a submission.
type SubmissionPath struct {
	ID string `path:"id" maxLength:"40"`
}

// FormStatsInput asks for figures.
type FormStatsInput struct {
	FormPath
	Days int `query:"days" minimum:"1" maximum:"366" default:"30" doc:"How many days, today the last, in the account's zone."`
}

// FormDay is the figures of one day.
type FormDay struct {
	Date string `json:"date" format:"date"`
	FormFigures
}

// FormPage is the figures of one page where the form stood.
type FormPage struct {
	Page string `json:"page" doc:"Site and path; … gathers those beyond the fiftieth of a day."`
	FormFigures
}

// FormStats are the figures of a form.
type FormStats struct {
	Total FormFigures `json:"total"`
	Days  []FormDay   `json:"days" doc:"Every day of the period, the oldest first."`
	Pages []FormPage  `json:"pages" doc:"The most submissions first."`
}

func (a *API) registerForms(r routes) {
	private(r, get("/forms").needs(viewContacts).as("listForms", "forms", "Sign-up forms"), a.listForms)
	private(r, post("/forms").needs(editContacts).as("createForm", "forms", "Make a form").gives(201).once(), a.createForm)
	private(r, get("/forms/{id}").needs(viewContacts).as("getForm", "forms", "A form with its draft"), a.getForm)
	private(r, patch("/forms/{id}").needs(editContacts).as("updateForm", "forms", "Change the draft, the name, or close the form"), a.patchForm)
	private(r, del("/forms/{id}").needs(editContacts).as("deleteForm", "forms", "Delete a form with its submissions and figures"), a.deleteForm)
	private(r, post("/forms/{id}/publish").needs(editContacts).as("publishForm", "forms", "Let visitors see the draft"), a.publishForm)
	private(r, get("/forms/{id}/versions").needs(viewContacts).as("listFormVersions", "forms", "Everything that was published"), a.listFormVersions)
	private(r, post("/forms/{id}/restore").needs(editContacts).as("restoreForm", "forms", "Make an older version the draft"), a.restoreForm)
	download(r, get("/forms/{id}/preview").needs(viewContacts).as("previewForm", "forms", "The page of the draft, with a policy of its own"), "text/html", a.previewForm)
	private(r, get("/forms/{id}/submissions").needs(viewContacts).as("listSubmissions", "forms", "What came in by a form"), a.listSubmissions)
	private(r, get("/forms/{id}/stats").needs(viewContacts).as("getFormStats", "forms", "Figures of a form by day and page"), a.formStats)
	private(r, post("/submissions/{id}/release").needs(editContacts).as("releaseSubmission", "forms", "Let a held submission go on"), a.releaseSubmission)
	private(r, post("/submissions/{id}/reject").needs(editContacts).as("rejectSubmission", "forms", "Forget a held submission"), a.rejectSubmission)
}
