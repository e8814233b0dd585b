package api

import (
	"time"

	"keruen/internal/status"
)

// OutageText are a text in three languages; without a translation the Russian one is shown.
type OutageText struct {
	Ru string `json:"ru" maxLength:"2000"`
	Kk string `json:"kk" required:"false" maxLength:"2000"`
	En string `json:"en" required:"false" maxLength:"2000"`
}

// OutageUpdate is one message about an outage.
type OutageUpdate struct {
	Stage string     `json:"stage" enum:"seen,found,watching,planned,over"`
	Text  OutageText `json:"text"`
	At    time.Time  `json:"at"`
}

// Outage is a fault or planned work that visitors are told of.
type Outage struct {
	ID       status.OutageID `json:"id"`
	Kind     string          `json:"kind" enum:"fault,planned"`
	Impact   string          `json:"impact" enum:"slow,down"`
	Parts    []string        `json:"parts" enum:"database,sending,work,mail_in"`
	Title    OutageText      `json:"title"`
	StartsAt time.Time       `json:"starts_at"`
	EndsAt   *time.Time      `json:"ends_at" doc:"Of planned work: when it is expected to end. Null while a fault goes on."`
	State    string          `json:"state" enum:"coming,running,over"`
	Updates  []OutageUpdate  `json:"updates" doc:"The newest first."`
}

// PartState is a part of the installation as it was seen last.
type PartState struct {
	Part      string     `json:"part" enum:"database,sending,work,mail_in"`
	State     string     `json:"state" enum:"works,slow,down,unknown"`
	Since     *time.Time `json:"since"`
	CheckedAt *time.Time `json:"checked_at"`
}

// PlatformStatus is what operators see beside the public page of status.
type PlatformStatus struct {
	State   string      `json:"state" enum:"works,slow,down,unknown"`
	Parts   []PartState `json:"parts"`
	Outages []Outage    `json:"outages" maxItems:"50" doc:"Those that go on, are to come, or ended within 90 days; the latest first."`
}

// OutageInput is what an operator publishes.
type OutageInput struct {
	Body struct {
		Kind     string      `json:"kind" enum:"fault,planned"`
		Impact   string      `json:"impact" enum:"slow,down"`
		Parts    []string    `json:"parts" enum:"database,sending,work,mail_in" maxItems:"4"`
		Title    OutageTitle `json:"title"`
		Text     OutageText  `json:"text"`
		StartsAt *time.Time  `json:"starts_at" required:"false" doc:"Of planned work; a fault began now, unless an earlier time is given."`
		EndsAt   *time.Time  `json:"ends_at" required:"false" doc:"Of planned work, at most 7 days after its beginning."`
	}
}

// OutageTitle is a short text in three languages.
type OutageTitle struct {
	Ru string `json:"ru" maxLength:"120"`
	Kk string `json:"kk" required:"false" maxLength:"120"`
	En string `json:"en" required:"false" maxLength:"120"`
}

// OutageUpdateInput adds a message to an outage.
type OutageUpdateInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Stage string     `json:"stage" enum:"seen,found,watching,planned,over" doc:"over ends the outage."`
		Text  OutageText `json:"text"`
	}
}

func (a *API) registerStatus(r routes) {
	private(r, get("/platform/status").needs(runPlatform).as("getPlatformStatus", "platform", "State of the parts, outages and planned work"), a.getPlatformStatus)
	private(r, post("/platform/outages").needs(runPlatform).as("publishOutage", "platform", "Tell visitors of a fault or of planned work").gives(201), a.publishOutage)
	private(r, post("/platform/outages/{id}/updates").needs(runPlatform).as("updateOutage", "platform", "Say how far an outage has come, or that it is over"), a.updateOutage)
}
