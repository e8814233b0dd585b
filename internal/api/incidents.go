package api

import (
	"time"

	"keruen/internal/reputation"
)

// Incident is one of our addresses or domains on one block list.
type Incident struct {
	ID      reputation.ID `json:"id"`
	Subject string        `json:"subject" doc:"Our address or domain." example:"192.0.2.10"`
	List    string        `json:"list" doc:"Name of the block list." example:"spamhaus-zen"`
	Code    string        `json:"code" doc:"The list's own word for the listing." example:"CSS"`
	Reason  string        `json:"reason" doc:"Words of the list; may be empty."`
	Page    string        `json:"page" doc:"Where to look it up and ask for its end."`
	Policy  bool          `json:"policy" doc:"The list says what the network is for, not that it was abused; the address goes on sending."`
	State   string        `json:"state" enum:"open,acknowledged,closed"`
	Note    string        `json:"note" doc:"Of an operator."`
	Since   time.Time     `json:"since"`
	SeenAt  time.Time     `json:"seen_at" doc:"When the list was last seen to name it."`
	EndedAt *time.Time    `json:"ended_at" doc:"When it was seen to be clean; null while it goes on."`
}

// Incidents are all, with when we were looked for.
type Incidents struct {
	Items     []Incident `json:"items" maxItems:"500" doc:"Those that go on first, then the latest."`
	CheckedAt *time.Time `json:"checked_at" doc:"When a list was last asked about one of our names; null before the first time."`
	Names     int        `json:"names" doc:"So many addresses and domains of ours are watched."`
}

// Blocklist is a list that is asked, and whether it can be believed.
type Blocklist struct {
	Name      string     `json:"name" example:"spamhaus-zen"`
	Kind      string     `json:"kind" enum:"address,domain" doc:"What it lists."`
	Page      string     `json:"page"`
	Believed  bool       `json:"believed" doc:"Its controls hold: what must be listed is, what must not be is not. The answers of others count for nothing."`
	Trouble   string     `json:"trouble" enum:",no_answer,not_listing,lists_everything"`
	CheckedAt *time.Time `json:"checked_at" doc:"When its controls were looked at."`
}

// AcknowledgeInput says that an operator has seen an incident.
type AcknowledgeInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Note string `json:"note" required:"false" maxLength:"500" doc:"For the next operator; replaces the one before."`
	}
}

func (a *API) registerIncidents(r routes) {
	private(r, get("/platform/incidents").needs(runPlatform).as("listIncidents", "platform", "Our addresses and domains on block lists"), a.listIncidents)
	private(r, post("/platform/incidents/{id}/acknowledge").needs(runPlatform).as("acknowledgeIncident", "platform", "Say that an incident is looked after; the list alone ends it"), a.acknowledgeIncident)
	private(r, get("/platform/blocklists").needs(runPlatform).as("listBlocklists", "platform", "Block lists that are asked, and whether they can be believed"), a.listBlocklists)
}
