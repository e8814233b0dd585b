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
	Why    string     `json:"why" enum:"scheduled,late,paused,guard,link,sender_paused,turn,winner,local_time,retry,uncertain"`
	N      int64      `json:"n" doc:"Messages; 0 before sending begins."`
	Ahead  int64      `json:"ahead,omitempty" doc:"With turn: messages of other campaigns of the same sender that take turns with these."`
	Domain string     `json:"domain,omitempty" doc:"With retry: of the addresses. With link: the host that a block list names; absent when none does any more."`
	Reason string     `json:"reason,omitempty" doc:"With retry: key of the plain-words catalogue."`
	Detail string     `json:"detail,omitempty" doc:"With retry: the server's own words, without addresses. With link: the block list; absent for a public shortener."`
	Since  *time.Time `json:"since,omitempty" doc:"With retry: the oldest of their last answers."`
	Next   *time.Time `json:"next,omitempty" doc:"When it goes on by itself; absent when a person must act or it is under way."`
	Bound  *Bound     `json:"bound,omitempty" doc:"With retry: what bounds letters to the domain now."`
}

// Bound is what bounds messages to one provider now.
type Bound struct {
	Provider    string     `json:"provider" doc:"Who takes the mail: the name that its hosts have in common, or the relay."`
	Why         string     `json:"why,omitempty" enum:"paused,rate,warm_up,suspended,listed,no_source,down" doc:"What holds all messages to it; absent: nothing."`
	Until       *time.Time `json:"until,omitempty" doc:"With why; absent: until a person acts, or not known."`
	Words       string     `json:"words,omitempty" doc:"Of the operator, the rule or the block list behind why."`
	Connections int        `json:"connections,omitempty" doc:"At once."`
	PerSecond   float64    `json:"per_second,omitempty" doc:"Messages; absent: not bounded."`
	Narrowest   string     `json:"narrowest,omitempty" doc:"What sets these limits: name of a rule, learned, reply or warm_up."`
	Speed       float64    `json:"speed" doc:"Messages a second over the last minute."`
	Answer      string     `json:"answer,omitempty" doc:"The last refusal, without addresses."`
	AnswerAt    *time.Time `json:"answer_at,omitempty"`
}

// DeliveryExplanation tells how one message stands, and why.
type DeliveryExplanation struct {
	Delivery
	Campaign  string     `json:"campaign,omitempty" doc:"Absent for a single message that belongs to none."`
	Kind      string     `json:"kind,omitempty" doc:"Of a single message: api, test, code."`
	Purpose   string     `json:"purpose" enum:"transactional,advertising,third_party"`
	Why       string     `json:"why,omitempty" enum:"scheduled,paused,guard,link,undecided,sender_paused,turn,path,retry,in_flight,uncertain" doc:"What it waits for; absent: it has an outcome."`
	Ahead     int64      `json:"ahead,omitempty" doc:"With turn: messages that leave before it or take turns with it."`
	Bound     *Bound     `json:"bound,omitempty" doc:"What bounds messages to its provider now; absent: nobody knows, or it waits for no server."`
	Next      *time.Time `json:"next,omitempty" doc:"When the next try is expected; absent: a person must act, nobody can tell, or it has ended."`
	GivesUpAt *time.Time `json:"gives_up_at,omitempty" doc:"After this moment it is not tried any more."`
	MostTries int        `json:"most_tries" doc:"Tries after which it is given up."`
}

// DeliveryPath names one message.
type DeliveryPath struct {
	ID string `path:"id" maxLength:"60" doc:"Id of a delivery or of a single message."`
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
	private(r, get("/deliveries/{id}/explain").needs(viewCampaigns).as("explainDelivery", "campaigns", "What one message waits for, or what became of it"), a.explainDelivery)
}
