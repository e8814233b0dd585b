package api

import "time"

// Campaign is an order to send one content to an audience at a time.
type Campaign struct {
	ID         string         `json:"id" example:"cmp_0d3f8k2m9q1zr"`
	Name       string         `json:"name"`
	State      string         `json:"state" enum:"draft,scheduled,sending,paused,done,cancelled"`
	Letter     Letter         `json:"letter"`
	Sender     string         `json:"sender" doc:"Id, or empty while not chosen."`
	Purpose    string         `json:"purpose" enum:"transactional,advertising,third_party"`
	Topic      string         `json:"topic,omitempty" doc:"Id of the topic; absent: none."`
	Audience   Audience       `json:"audience"`
	Tracking   Tracking       `json:"tracking"`
	Split      *Split         `json:"split,omitempty" doc:"Its A/B test."`
	Repeats    *Repetition    `json:"repeats,omitempty" doc:"It goes to those who did not open another campaign; audience is empty then."`
	Schedule   *Schedule      `json:"schedule,omitempty" doc:"The wall time that was asked for."`
	StartAt    *time.Time     `json:"start_at,omitempty" doc:"When the first message leaves; until then the whole can be undone."`
	UndoUntil  *time.Time     `json:"undo_until,omitempty" doc:"Until then the screen offers to call it back."`
	Problem    string         `json:"problem,omitempty" doc:"Code of what stopped the launch; the campaign is a draft again."`
	StartedAt  *time.Time     `json:"started_at,omitempty"`
	FinishedAt *time.Time     `json:"finished_at,omitempty"`
	Hold       string         `json:"hold,omitempty" enum:"guard,link,late" doc:"Why the program itself stopped it and waits for a person. guard: its results speak against going on; link: a block list names the site of one of its links; late: its time passed long ago."`
	Counts     CampaignCounts `json:"counts"`
	Can        CampaignCan    `json:"can"`
	Version    int64          `json:"version"`
	CreatedAt  time.Time      `json:"created_at"`
	UpdatedAt  time.Time      `json:"updated_at"`
}

func (c Campaign) version() int64 { return c.Version }

// Audience says who is meant. Consent and the stop-list are looked at again at the moment of sending.
type Audience struct {
	All      bool     `json:"all" doc:"All contacts."`
	Lists    []string `json:"lists" maxItems:"50" doc:"Ids of lists; a contact on several gets one message."`
	Segments []string `json:"segments,omitempty" maxItems:"50" doc:"Ids of segments, evaluated when the campaign begins."`
}

// Tracking says what is followed. Off is really off.
type Tracking struct {
	Opens  bool `json:"opens"`
	Clicks bool `json:"clicks"`
}

// Schedule is a wall time in a zone.
type Schedule struct {
	At    string `json:"at" maxLength:"19" example:"2026-12-01T10:00"`
	Zone  string `json:"zone" maxLength:"60" example:"Asia/Almaty"`
	Local string `json:"local,omitempty" enum:"at_once,next_day" doc:"It is the local time of each contact, zone is for those whose zone is not known; what becomes of those whose time has passed."`
}

// CampaignCounts say where every recipient is. Total is the sum of pending to cancelled; the rest counts what people did.
type CampaignCounts struct {
	Total     int64 `json:"total" doc:"Contacts in the audience; 0 before sending begins."`
	Pending   int64 `json:"pending" doc:"Not tried yet."`
	Retrying  int64 `json:"retrying" doc:"Tried, will be tried again."`
	Delivered int64 `json:"delivered" doc:"Taken by the recipient's server and not returned."`
	Failed    int64 `json:"failed"`
	Skipped   int64 `json:"skipped" doc:"Left out at the moment of sending: no consent, stop-list."`
	Expired   int64 `json:"expired" doc:"Too old."`
	Cancelled int64 `json:"cancelled" doc:"Had not left when the campaign was cancelled."`
	Unknown   int64 `json:"unknown" doc:"May have been sent, no record; listed by name."`

	Opened        int64 `json:"opened" doc:"People, each once."`
	Opens         int64 `json:"opens" doc:"Openings by people."`
	OpenedMachine int64 `json:"opened_machine" doc:"Recipients whose only sign of reading came from a privacy proxy or a scanner."`
	Clicked       int64 `json:"clicked" doc:"People, each once."`
	Clicks        int64 `json:"clicks" doc:"Clicks by people."`
	ClicksMachine int64 `json:"clicks_machine" doc:"Clicks by scanners."`
	OpenedUnclear int64 `json:"opened_unclear" doc:"Recipients whose best sign of reading may be a person's or a machine's; in none of the two others."`
	ClicksUnclear int64 `json:"clicks_unclear" doc:"Clicks that may be either's."`
	Unsubscribed  int64 `json:"unsubscribed"`
	Complained    int64 `json:"complained"`
}

// CampaignCan tells which buttons work now.
type CampaignCan struct {
	Edit   bool `json:"edit"`
	Send   bool `json:"send"`
	Pause  bool `json:"pause"`
	Resume bool `json:"resume"`
	Cancel bool `json:"cancel"`
	Delete bool `json:"delete"`
}

// CampaignSummary is a campaign in a list, without its letter.
type CampaignSummary struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	State      string         `json:"state" enum:"draft,scheduled,sending,paused,done,cancelled"`
	Subject    string         `json:"subject"`
	Purpose    string         `json:"purpose" enum:"transactional,advertising,third_party"`
	StartAt    *time.Time     `json:"start_at,omitempty"`
	StartedAt  *time.Time     `json:"started_at,omitempty"`
	FinishedAt *time.Time     `json:"finished_at,omitempty"`
	Counts     CampaignCounts `json:"counts"`
	Can        CampaignCan    `json:"can"`
	CreatedAt  time.Time      `json:"created_at"`
	UpdatedAt  time.Time      `json:"updated_at"`
}

// CampaignsInput filters campaigns.
type CampaignsInput struct {
	Paging
	State string `query:"state" enum:"draft,scheduled,sending,paused,done,cancelled"`
}

// CampaignPath names a campaign.
type CampaignPath struct {
	ID string `path:"id" maxLength:"40"`
}

// CreateCampaignInput makes a draft. Everything but the name may come later.
type CreateCampaignInput struct {
	Body struct {
		Name     string    `json:"name" minLength:"1" maxLength:"120"`
		Letter   *Letter   `json:"letter,omitempty"`
		Template string    `json:"template,omitempty" maxLength:"40" doc:"Begin with the letter of this template."`
		Sender   string    `json:"sender,omitempty" maxLength:"40"`
		Purpose  string    `json:"purpose,omitempty" enum:"transactional,advertising,third_party" default:"advertising"`
		Topic    string    `json:"topic,omitempty" maxLength:"40" doc:"Id of a topic, with advertising."`
		Audience *Audience `json:"audience,omitempty"`
		Tracking *Tracking `json:"tracking,omitempty"`
	}
}

// PatchCampaignInput changes a draft. Absent fields stay as they are.
type PatchCampaignInput struct {
	CampaignPath
	IfMatch
	Body struct {
		Name     *string   `json:"name,omitempty" minLength:"1" maxLength:"120"`
		Letter   *Letter   `json:"letter,omitempty"`
		Sender   *string   `json:"sender,omitempty" maxLength:"40"`
		Purpose  *string   `json:"purpose,omitempty" enum:"transactional,advertising,third_party"`
		Topic    *string   `json:"topic,omitempty" maxLength:"40" doc:"Id of a topic; empty takes it off."`
		Audience *Audience `json:"audience,omitempty"`
		Tracking *Tracking `json:"tracking,omitempty"`
		Split    *Split    `json:"split,omitempty" doc:"An A/B test; without variants it is taken away."`
	}
}

// Preflight tells what sending would do, with numbers by reason.
type Preflight struct {
	Audience        int64              `json:"audience" doc:"Contacts chosen."`
	Reachable       int64              `json:"reachable" doc:"Will get the message as things stand."`
	Excluded        []ExcludedReason   `json:"excluded"`
	Problems        []PreflightProblem `json:"problems" doc:"Stop the sending."`
	Warnings        []PreflightProblem `json:"warnings" doc:"Do not stop the sending."`
	ExpectedSeconds int64              `json:"expected_seconds" doc:"How long the sending is expected to take; 0 when not known."`
	Size            int                `json:"size" doc:"Bytes of the HTML as it would be sent."`
	CanSend         bool               `json:"can_send"`
}

// ExcludedReason is why contacts are left out.
type ExcludedReason struct {
	Reason string `json:"reason" doc:"no_consent, unsubscribed, topic_left, paused, suppressed, no_address."`
	N      int64  `json:"n"`
}

// PreflightProblem is something to mend before sending.
type PreflightProblem struct {
	Severity string         `json:"severity" enum:"error,warning,notice"`
	Code     string         `json:"code"`
	Text     string         `json:"text"`
	Params   map[string]any `json:"params,omitempty"`
	Jump     string         `json:"jump" enum:"name,sender,topic,audience,subject,preheader,html,text,schedule,split" doc:"The part of the builder to open."`
	Line     int            `json:"line,omitempty"`
	Column   int            `json:"column,omitempty"`
}

// TestCampaignInput sends the letter to members of the account.
type TestCampaignInput struct {
	CampaignPath
	Body struct {
		Addresses []string `json:"addresses" minItems:"1" maxItems:"5" doc:"Confirmed addresses of members of the account."`
		Contact   string   `json:"contact,omitempty" maxLength:"40" doc:"Fill the letter with this contact's values."`
	}
}

// TestSend tells what was handed to the pipeline.
type TestSend struct {
	Messages []MessageRef `json:"messages"`
}

// MessageRef names a message and whom it is for.
type MessageRef struct {
	ID string `json:"id"`
	To string `json:"to"`
}

// SendCampaignInput sends now or at a time.
type SendCampaignInput struct {
	CampaignPath
	IfMatch
	Body struct {
		At          string `json:"at,omitempty" maxLength:"19" doc:"Wall time such as 2026-12-01T10:00; empty means now."`
		Zone        string `json:"zone,omitempty" maxLength:"60" doc:"IANA zone of at; the account's zone when empty."`
		Local       string `json:"local,omitempty" enum:"at_once,next_day" doc:"At is the local time of each contact; what becomes of those whose time has passed."`
		UndoSeconds *int   `json:"undo_seconds,omitempty" minimum:"0" maximum:"300" doc:"How long the whole can still be undone; 30 when absent. Only when sending now."`
	}
}

// Report is what came of a campaign.
type Report struct {
	Campaign    string         `json:"campaign"`
	State       string         `json:"state" enum:"draft,scheduled,sending,paused,done,cancelled"`
	Counts      CampaignCounts `json:"counts"`
	Funnel      []FunnelStep   `json:"funnel"`
	Reasons     []ReasonCount  `json:"reasons" doc:"Why messages did not arrive, most frequent first."`
	Domains     []DomainCount  `json:"domains" doc:"Largest first."`
	Links       []LinkCount    `json:"links"`
	Devices     []DeviceCount  `json:"devices" doc:"What people read it on, the most frequent first."`
	Split       *SplitReport   `json:"split,omitempty" doc:"Its A/B test."`
	Usual       *Usual         `json:"usual,omitempty" doc:"Earlier campaigns, for comparison; absent: there are none."`
	Timeline    []TimelineStep `json:"timeline"`
	StepSeconds int64          `json:"step_seconds" doc:"Width of a step of the timeline: 600 in the first day, then 3600."`
	PerSecond   float64        `json:"per_second" doc:"Recipients tried a second, on average since the start; 0 when nothing is being sent."`
	EndsAt      *time.Time     `json:"ends_at,omitempty" doc:"Expected end while sending."`
	At          time.Time      `json:"at" doc:"The moment of these figures."`
}

// FunnelStep is one bar of the funnel.
type FunnelStep struct {
	Step string `json:"step" enum:"sent,delivered,opened,clicked"`
	N    int64  `json:"n"`
}

// ReasonCount is a cause in a class.
type ReasonCount struct {
	State  string `json:"state" enum:"failed,retrying,skipped,expired,unknown"`
	Reason string `json:"reason" doc:"Key of the plain-words catalogue: user_unknown, mailbox_full, no_consent …"`
	N      int64  `json:"n"`
}

// DomainCount is what came of messages to one domain.
type DomainCount struct {
	Domain       string `json:"domain"`
	Total        int64  `json:"total"`
	Delivered    int64  `json:"delivered"`
	Failed       int64  `json:"failed"`
	Retrying     int64  `json:"retrying"`
	Skipped      int64  `json:"skipped"`
	Unknown      int64  `json:"unknown"`
	Expired      int64  `json:"expired"`
	Opened       int64  `json:"opened"`
	Clicked      int64  `json:"clicked"`
	Unsubscribed int64  `json:"unsubscribed"`
	Complained   int64  `json:"complained"`
}

// LinkCount is how a link was followed.
type LinkCount struct {
	Index   int    `json:"index"`
	URL     string `json:"url"`
	People  int64  `json:"people" doc:"Each once."`
	Clicks  int64  `json:"clicks" doc:"By people."`
	Machine int64  `json:"machine" doc:"By scanners."`
	Unclear int64  `json:"unclear" doc:"May be either's."`
	Desktop int64  `json:"desktop" doc:"Clicks by people on computers."`
	Phone   int64  `json:"phone" doc:"Clicks by people on telephones and tablets."`
	Variant string `json:"variant,omitempty" enum:"a,b,c,d" doc:"Of an A/B test of letters: whose link it is."`
}

// TimelineStep is one step of time.
type TimelineStep struct {
	At           time.Time `json:"at"`
	Delivered    int64     `json:"delivered"`
	Failed       int64     `json:"failed"`
	Opened       int64     `json:"opened"`
	Clicked      int64     `json:"clicked"`
	Unsubscribed int64     `json:"unsubscribed"`
	Machine      int64     `json:"machine" doc:"Openings and clicks by machines."`
	Unclear      int64     `json:"unclear" doc:"Openings and clicks that may be either's."`
}

// Delivery is one message to one contact.
type Delivery struct {
	ID        string     `json:"id"`
	Contact   string     `json:"contact" doc:"Id of the contact; empty when it was deleted."`
	Email     string     `json:"email" doc:"Empty when the contact was deleted."`
	Name      string     `json:"name"`
	State     string     `json:"state" enum:"pending,in_flight,delivered,retrying,failed,skipped,expired,unknown"`
	Reason    string     `json:"reason,omitempty" doc:"Key of the plain-words catalogue."`
	Cause     string     `json:"cause,omitempty" doc:"With the reason expired: why it did not go before, a key of the same catalogue."`
	Detail    string     `json:"detail,omitempty" doc:"The server's own words, without addresses."`
	Domain    string     `json:"domain,omitempty" doc:"Of the address."`
	Attempts  int        `json:"attempts"`
	NextAt    *time.Time `json:"next_at,omitempty" doc:"With retrying: the next attempt."`
	At        time.Time  `json:"at" doc:"When the state was reached."`
	OpenedAt  *time.Time `json:"opened_at,omitempty"`
	ClickedAt *time.Time `json:"clicked_at,omitempty"`
}

// DeliveriesInput filters the deliveries of a campaign.
type DeliveriesInput struct {
	CampaignPath
	Paging
	State  string `query:"state" enum:"pending,in_flight,delivered,retrying,failed,skipped,expired,unknown"`
	Reason string `query:"reason" maxLength:"60"`
}

// ExportDeliveriesInput filters an export.
type ExportDeliveriesInput struct {
	CampaignPath
	State  string `query:"state" enum:"pending,in_flight,delivered,retrying,failed,skipped,expired,unknown"`
	Reason string `query:"reason" maxLength:"60"`
	Lang   string `query:"lang" enum:"ru,kk,en" doc:"Of the headings; the account's when absent."`
}

// UnknownInput pages through what is not known.
type UnknownInput struct {
	CampaignPath
	Paging
}

// ResolveUnknownInput decides about messages that may have been sent.
type ResolveUnknownInput struct {
	CampaignPath
	Body struct {
		Decision string `json:"decision" enum:"resend,leave" doc:"resend may write to somebody twice; leave may leave somebody out."`
	}
}

// Resolved is how many were decided about.
type Resolved struct {
	N int64 `json:"n"`
}

func (a *API) registerCampaigns(r routes) {
	private(r, get("/campaigns").needs(viewCampaigns).as("listCampaigns", "campaigns", "Campaigns"), a.listCampaigns)
	private(r, post("/campaigns").needs(editCampaigns).as("createCampaign", "campaigns", "Make a draft").gives(201).once(), a.createCampaign)
	private(r, get("/campaigns/{id}").needs(viewCampaigns).as("getCampaign", "campaigns", "A campaign"), a.getCampaign)
	private(r, patch("/campaigns/{id}").needs(editCampaigns).as("updateCampaign", "campaigns", "Change a draft"), a.patchCampaign)
	private(r, del("/campaigns/{id}").needs(editCampaigns).as("deleteCampaign", "campaigns", "Delete a draft"), a.deleteCampaign)
	private(r, post("/campaigns/{id}/copy").needs(editCampaigns).as("copyCampaign", "campaigns", "Make a draft like this one").gives(201).once(), a.copyCampaign)
	private(r, get("/campaigns/{id}/preflight").needs(viewCampaigns).as("preflightCampaign", "campaigns", "What sending would do"), a.preflight)
	private(r, post("/campaigns/{id}/test").needs(editCampaigns).as("testCampaign", "campaigns", "Send the letter to myself and colleagues").gives(202).once(), a.testCampaign)
	private(r, post("/campaigns/{id}/send").needs(sendCampaigns).as("sendCampaign", "campaigns", "Send now or at a time").gives(202).once(), a.sendCampaign)
	private(r, post("/campaigns/{id}/pause").needs(sendCampaigns).as("pauseCampaign", "campaigns", "Pause; takes effect within a second"), a.pauseCampaign)
	private(r, post("/campaigns/{id}/resume").needs(sendCampaigns).as("resumeCampaign", "campaigns", "Go on"), a.resumeCampaign)
	private(r, post("/campaigns/{id}/cancel").needs(sendCampaigns).as("cancelCampaign", "campaigns", "Stop for good; before the start it becomes a draft again"), a.cancelCampaign)
	private(r, get("/campaigns/{id}/report").needs(viewCampaigns).as("getReport", "campaigns", "What came of it"), a.report)
	private(r, get("/campaigns/{id}/deliveries").needs(viewCampaigns).as("listDeliveries", "campaigns", "Message by message"), a.listDeliveries)
	download(r, get("/campaigns/{id}/deliveries.csv").needs(exportContacts).as("exportDeliveries", "campaigns", "Export of the deliveries"), "text/csv", a.exportDeliveries)
	a.registerSplits(r)
	a.registerTrends(r)
	private(r, get("/campaigns/{id}/unknown").needs(viewCampaigns).as("listUnknown", "campaigns", "What may have been sent without a record, by name"), a.listUnknown)
	private(r, post("/campaigns/{id}/unknown").needs(sendCampaigns).as("resolveUnknown", "campaigns", "Decide about them").once(), a.resolveUnknown)
}
