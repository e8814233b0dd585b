package api

import "time"

// Explanation tells what a campaign waits for.
type Explanation struct {
	Waits   []Wait     `json:"waits" maxItems:"200" doc:"What concerns the whole campaign first; empty when it waits for nothing."`
	Finding *Finding   `json:"finding,omitempty" doc:"The gravest thing that its results say against it."`
	EndsAt  *time.Time `json:"ends_at,omitempty" doc:"Expected end of the first tries while sending."`
}

// Wait is one group of messages and what they wait for.
type Wait struct {
	Why    string     `json:"why" enum:"scheduled,late,paused,guard,link,sender_paused,turn,retry,uncertain"`
	N      int64      `json:"n" doc:"Messages; 0 before sending begins."`
	Ahead  int64      `json:"ahead,omitempty" doc:"With turn: messages of other campaigns of the same sender that take turns with these."`
	Domain string     `json:"domain,omitempty" doc:"With retry: of the addresses. With link: the host that a block list names; absent when none does any more."`
	Reason string     `json:"reason,omitempty" doc:"With retry: key of the plain-words catalogue."`
	Detail string     `json:"detail,omitempty" doc:"With retry: the server's own words, without addresses. With link: the block list; absent for a public shortener."`
	Since  *time.Time `json:"since,omitempty" doc:"With retry: the oldest of their last answers."`
	Next   *time.Time `json:"next,omitempty" doc:"When it goes on by itself; absent when a person must act or it is under way."`
}

// Finding is what the results of a campaign say against going on.
type Finding struct {
	Code   string `json:"code" enum:"hard_bounces,complaints,deferrals,refusals"`
	Level  string `json:"level" enum:"warn,slow,pause" doc:"warn: only said; slow: it takes twice its time; pause: it was stopped."`
	Domain string `json:"domain,omitempty" doc:"Of the addresses; absent: the campaign as a whole."`
	N      int64  `json:"n" doc:"So many of the results; with refusals: so many in a row."`
	Of     int64  `json:"of"`
	Reason string `json:"reason,omitempty" doc:"With refusals: key of the plain-words catalogue."`
	Detail string `json:"detail,omitempty" doc:"With refusals: the server's own words, without addresses."`
}

// ResumeCampaignInput says how a campaign goes on.
type ResumeCampaignInput struct {
	CampaignPath
	Anyway bool `query:"anyway" doc:"In spite of its results, when they have stopped it. The decision is recorded in the audit log."`
}

func (a *API) registerExplain(r routes) {
	private(r, get("/campaigns/{id}/explain").needs(viewCampaigns).as("explainCampaign", "campaigns", "What it waits for, and why"), a.explainCampaign)
}
