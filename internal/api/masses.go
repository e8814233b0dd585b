package api

import (
	"context"

	"keruen/internal/access"
	"keruen/internal/contact"
	"keruen/internal/jobs"
)

// MassInput is one act on many contacts.
type MassInput struct {
	Body struct {
		Act      string   `json:"act" enum:"join,leave,tag,untag,delete" doc:"Put on lists, take off them, give tags, take them away, delete."`
		Contacts []string `json:"contacts,omitempty" maxItems:"1000" doc:"Ids of contacts chosen one by one. Absent: everything that the filter lets through."`
		Filter   struct {
			Search  string `json:"search,omitempty" maxLength:"200"`
			List    string `json:"list,omitempty" maxLength:"40"`
			Tag     string `json:"tag,omitempty" maxLength:"40"`
			Segment string `json:"segment,omitempty" maxLength:"40"`
			Consent string `json:"consent,omitempty" enum:",granted,withdrawn,none"`
		} `json:"filter,omitempty" doc:"As in the list of contacts. An empty filter means all contacts."`
		Everything bool     `json:"everything,omitempty" doc:"Must be true when neither contacts nor a filter is given: nobody means all contacts by an oversight."`
		Lists      []string `json:"lists,omitempty" maxItems:"50" doc:"Of join and leave."`
		Tags       []string `json:"tags,omitempty" maxItems:"50" doc:"Of tag and untag."`
	}
}

func (a *API) registerMasses(r routes) {
	private(r, post("/contacts/mass").needs(editContacts).as("changeContacts", "contacts", "Do one thing with many contacts, as a job").gives(202).once(), a.startMass)
}

func (a *API) startMass(ctx context.Context, who access.Actor, in *MassInput) (Job, error) {
	act, err := in.act()
	if err != nil {
		return Job{}, err
	}
	job, err := a.Masses.Start(ctx, who, act)
	if err != nil {
		return Job{}, err
	}
	return a.job(ctx, who, job)
}

func (a *API) job(ctx context.Context, who access.Actor, job jobs.ID) (Job, error) {
	s, err := a.Queue.Get(ctx, who.Tenant, job)
	if err != nil {
		return Job{}, err
	}
	return a.jobOf(s), nil
}

func (in *MassInput) act() (contact.Mass, error) {
	b := in.Body
	m := contact.Mass{Act: contact.MassAct(b.Act), Search: b.Filter.Search, Consent: contact.Action(b.Filter.Consent), All: b.Everything}
	var err error
	if m.IDs, err = references[contact.ID]("contacts", b.Contacts); err != nil {
		return m, err
	}
	if m.List, err = reference[contact.ListID]("filter.list", b.Filter.List); err != nil {
		return m, err
	}
	if m.Tag, err = reference[contact.TagID]("filter.tag", b.Filter.Tag); err != nil {
		return m, err
	}
	if m.Segment, err = reference[contact.SegmentID]("filter.segment", b.Filter.Segment); err != nil {
		return m, err
	}
	if m.Lists, err = references[contact.ListID]("lists", b.Lists); err != nil {
		return m, err
	}
	m.Tags, err = references[contact.TagID]("tags", b.Tags)
	return m, err
}
