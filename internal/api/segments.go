package api

import (
	"encoding/json"
	"time"
)

// Condition is a tree of conditions over contacts: one of all, any, not, or a kind with what belongs to it.
type Condition struct {
	All []Condition `json:"all,omitempty" maxItems:"50" doc:"All of these hold."`
	Any []Condition `json:"any,omitempty" maxItems:"50" doc:"One of these holds."`
	Not *Condition  `json:"not,omitempty" doc:"This does not hold."`

	Kind      string      `json:"kind,omitempty" enum:"attribute,field,tag,list,consent,stop_list,activity,inactivity,import,segment" doc:"What a condition looks at."`
	Key       string      `json:"key,omitempty" maxLength:"40" doc:"With field: its key. With attribute: email, email_domain, phone, phone_country, phone_operator, first_name, last_name, lang, created_at, updated_at, or undeliverable (yes, no: the domain of the e-mail address takes no mail)."`
	Op        string      `json:"op,omitempty" enum:"is,is_not,contains,not_contains,begins,ends,any_of,all_of,none_of,empty,filled,lt,lte,gt,gte,between,on,before,after,last_days,next_days,older_days,anniversary,yes,no,did,did_not" doc:"How it compares. anniversary: day and month come within the next days; older_days: more than so many days ago."`
	Value     *FieldValue `json:"value,omitempty" doc:"Text, number or day (2026-03-31)."`
	Values    []string    `json:"values,omitempty" maxItems:"100" doc:"With any_of, all_of, none_of: texts, or ids of tags, lists, imports, segments. With consent: sources. With stop_list: reasons."`
	From      *FieldValue `json:"from,omitempty" doc:"With between: the first value, which belongs to it."`
	To        *FieldValue `json:"to,omitempty" doc:"With between: the last value, which belongs to it."`
	Days      int         `json:"days,omitempty" minimum:"0" maximum:"3660" doc:"Days of the account's time zone."`
	Channel   string      `json:"channel,omitempty" enum:"email,sms,viber,whatsapp,telegram,instagram" doc:"With consent and stop_list."`
	Purpose   string      `json:"purpose,omitempty" enum:"transactional,advertising,third_party" doc:"With consent."`
	Topic     string      `json:"topic,omitempty" maxLength:"40" doc:"With consent: id of a topic; absent: the purpose as a whole."`
	State     string      `json:"state,omitempty" enum:"granted,withdrawn,none" doc:"With consent."`
	Act       string      `json:"act,omitempty" enum:"sent,delivered,bounced,opened,clicked,unopened" doc:"With activity. What machines do does not count; who clicked has opened; unopened: delivered and none of them opened."`
	Last      int         `json:"last,omitempty" minimum:"0" maximum:"50" doc:"With activity: any of the last so many campaigns."`
	Campaigns []string    `json:"campaigns,omitempty" maxItems:"100" doc:"With activity: any of these campaigns."`
	Link      string      `json:"link,omitempty" maxLength:"200" doc:"With clicked: the address of the link or a part of it."`
	Exact     bool        `json:"exact,omitempty" doc:"link is the whole address."`
	Times     int         `json:"times,omitempty" minimum:"0" maximum:"100" doc:"With activity: in so many different letters at least."`
}

// Segment is a named condition; it finds whoever meets it at the moment it is asked.
type Segment struct {
	ID        string          `json:"id" example:"seg_0d3f8k2m9q1zr"`
	Name      string          `json:"name"`
	Condition json.RawMessage `json:"condition" doc:"A Condition."`
	Contacts  *int64          `json:"contacts" doc:"How many it found when it was counted last; null: not counted yet."`
	CountedAt *time.Time      `json:"counted_at,omitempty"`
	Missing   []SegmentGap    `json:"missing" doc:"What it names and is not there any more. Then it is frozen: nothing is sent to it until it is mended."`
	CreatedBy string          `json:"created_by,omitempty"`
	Version   int64           `json:"version"`
	CreatedAt time.Time       `json:"created_at"`
	UpdatedAt time.Time       `json:"updated_at"`
}

func (s Segment) version() int64 { return s.Version }

// SegmentGap is something that a segment names and that was deleted.
type SegmentGap struct {
	Path string `json:"path" example:"condition.all[0].key"`
	Kind string `json:"kind" enum:"field,tag,list,topic,segment,campaign"`
	Ref  string `json:"ref" doc:"Key or id."`
}

// SegmentUse is something that uses a segment.
type SegmentUse struct {
	Kind string `json:"kind" enum:"segment,campaign"`
	ID   string `json:"id"`
	Name string `json:"name"`
	Open bool   `json:"open" doc:"What it will do depends on the segment still; it stands in the way of deleting."`
}

// SegmentRecipe is a ready condition to begin with.
type SegmentRecipe struct {
	Key       string          `json:"key" example:"active"`
	Condition json.RawMessage `json:"condition" doc:"A Condition."`
}

// SegmentCount is how many a condition finds.
type SegmentCount struct {
	Contacts int64   `json:"contacts"`
	Parts    []int64 `json:"parts" doc:"How many each condition of the topmost group finds by itself, in their order; empty for more than ten."`
}

// SegmentPreview is whom a condition finds, divided by what the guard would say of a message now.
type SegmentPreview struct {
	Total     int64            `json:"total"`
	Reachable int64            `json:"reachable"`
	Excluded  []ExcludedReason `json:"excluded" doc:"Who would be left out, by reason."`
	Sample    []Contact        `json:"sample" doc:"Ten of them at most, the newest."`
}

// SegmentPath names a segment.
type SegmentPath struct {
	ID string `path:"id" maxLength:"40"`
}

// CreateSegmentInput makes a segment.
type CreateSegmentInput struct {
	Body struct {
		Name      string    `json:"name" minLength:"1" maxLength:"100"`
		Condition Condition `json:"condition"`
	}
}

// PatchSegmentInput changes a segment.
type PatchSegmentInput struct {
	SegmentPath
	IfMatch
	Body struct {
		Name      *string    `json:"name,omitempty" minLength:"1" maxLength:"100"`
		Condition *Condition `json:"condition,omitempty"`
	}
}

// CountSegmentInput counts a condition that is being built.
type CountSegmentInput struct {
	Body struct {
		Condition Condition `json:"condition"`
	}
}

// PreviewSegmentInput looks at a condition that is being built.
type PreviewSegmentInput struct {
	Body struct {
		Condition Condition `json:"condition"`
		Channel   string    `json:"channel,omitempty" enum:"email,sms,viber,whatsapp,telegram,instagram" default:"email"`
		Purpose   string    `json:"purpose,omitempty" enum:"transactional,advertising,third_party" default:"advertising"`
		Topic     string    `json:"topic,omitempty" maxLength:"40"`
	}
}

// MakeListInput makes a list of whom a segment finds now.
type MakeListInput struct {
	SegmentPath
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"100" doc:"Of the new list."`
	}
}

// MadeList is a list that a job is filling.
type MadeList struct {
	List string `json:"list" doc:"Id of the list."`
	Job  string `json:"job" doc:"Id of the job that puts the contacts on it."`
}

func (a *API) registerSegments(r routes) {
	private(r, get("/segments").needs(viewContacts).as("listSegments", "contacts", "Segments"), a.listSegments)
	private(r, post("/segments").needs(editContacts).as("createSegment", "contacts", "Make a segment").gives(201).once(), a.createSegment)
	private(r, get("/segments/recipes").needs(viewContacts).as("listSegmentRecipes", "contacts", "Ready conditions to begin with"), a.segmentRecipes)
	private(r, post("/segments/count").needs(viewContacts).as("countCondition", "contacts", "How many a condition finds"), a.countCondition)
	private(r, post("/segments/preview").needs(viewContacts).as("previewCondition", "contacts", "Whom a condition finds: counts by reason and a few of them"), a.previewCondition)
	private(r, get("/segments/{id}").needs(viewContacts).as("getSegment", "contacts", "A segment"), a.getSegment)
	private(r, patch("/segments/{id}").needs(editContacts).as("updateSegment", "contacts", "Change a segment"), a.patchSegment)
	private(r, del("/segments/{id}").needs(editContacts).as("deleteSegment", "contacts", "Delete a segment; its contacts stay"), a.deleteSegment)
	private(r, post("/segments/{id}/count").needs(viewContacts).as("countSegment", "contacts", "Count a segment anew"), a.countSegment)
	private(r, get("/segments/{id}/uses").needs(viewContacts).as("listSegmentUses", "contacts", "What uses a segment"), a.segmentUses)
	private(r, post("/segments/{id}/list").needs(editContacts).as("makeListOfSegment", "contacts", "Put whom a segment finds now on a new list").gives(202).once(), a.makeList)
}
