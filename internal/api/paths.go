package api

import "time"

// SendingPath is one of our addresses and a provider it writes to, or a site where no provider is known.
type SendingPath struct {
	Source            string     `json:"source" doc:"Our address, or empty where the system chooses it." example:"192.0.2.10"`
	Pool              string     `json:"pool" doc:"Pool of the address, or empty."`
	Provider          string     `json:"provider" doc:"Key of the provider, or empty." example:"gmail"`
	Site              string     `json:"site" doc:"Mail hosts, separated by commas, where no provider is known; else empty."`
	Name              string     `json:"name" doc:"Name of the provider for people, or empty."`
	Confidence        string     `json:"confidence" enum:",published,estimate" doc:"Where the limits of the provider come from: published by it or by other senders, or a careful estimate of ours."`
	Node              string     `json:"node" doc:"The machine, for paths without an address of their own."`
	State             string     `json:"state" enum:"free,paused,rate,warm_up,suspended,listed" doc:"What holds the path now: paused by an operator, slowed down or suspended after answers, the day's quota of warming up used, or on a block list."`
	Until             *time.Time `json:"until" doc:"When that ends; null when it ends by itself at no certain time."`
	Reason            string     `json:"reason" doc:"Words of the rule, the list or the operator behind the state."`
	PerSecond         float64    `json:"per_second" doc:"Letters a second over about the last minute."`
	Limit             float64    `json:"limit" doc:"Letters a second that may leave now; 0 bounds nothing."`
	Ceiling           float64    `json:"ceiling" doc:"Letters a second above which the limit is never raised."`
	Connections       int        `json:"connections" doc:"Most connections at once."`
	PerConnection     int        `json:"per_connection" doc:"Most letters over one connection."`
	ConnectsPerMinute int        `json:"connects_per_minute" doc:"Most new connections a minute; 0 bounds nothing."`
	Bound             string     `json:"bound" doc:"What makes the limits no wider: warm_up, learned, default, the key of the provider, or the name of a reaction." example:"learned"`
	Answer            string     `json:"answer" doc:"The last refusal, without addresses; empty when the last letter was taken."`
	AnswerAt          *time.Time `json:"answer_at"`
	Sent              int64      `json:"sent" doc:"Letters taken today (UTC)."`
	Deferred          int64      `json:"deferred" doc:"Temporary refusals today (UTC)."`
	WarmUp            *WarmUp    `json:"warm_up" doc:"How far the warming up of a new address has come; null when it is warm."`
	SavedAt           time.Time  `json:"saved_at" doc:"When the machine that sends told how the path stands."`
}

// WarmUp is the quota of a day.
type WarmUp struct {
	Step  int   `json:"step"`
	Steps int   `json:"steps"`
	Sent  int64 `json:"sent" doc:"Letters taken today (UTC)."`
	Limit int64 `json:"limit" doc:"Letters that may leave today (UTC)."`
}

// SendingAddress is one of our addresses, as the shaping file of the machine names it.
type SendingAddress struct {
	Source   string     `json:"source" example:"192.0.2.10"`
	Helo     string     `json:"helo" doc:"Name in EHLO; empty is that of the installation."`
	Pool     string     `json:"pool"`
	Purposes []string   `json:"purposes" doc:"What may leave from it; empty is everything."`
	Accounts []string   `json:"accounts" doc:"Accounts it is dedicated to; empty is shared."`
	Weight   int        `json:"weight"`
	WarmUp   string     `json:"warm_up" doc:"Plan of warming up, or empty."`
	Overflow string     `json:"overflow" doc:"Pool that takes what the plan leaves over, or empty."`
	State    string     `json:"state" enum:"free,paused,listed"`
	Until    *time.Time `json:"until"`
	Reason   string     `json:"reason"`
}

// PathName names a path, or a whole address when provider and site are empty.
type PathName struct {
	Source   string `json:"source" required:"false" maxLength:"45" doc:"One of our addresses; empty where the system chooses."`
	Provider string `json:"provider" required:"false" maxLength:"40"`
	Site     string `json:"site" required:"false" maxLength:"2000"`
}

// PausePathInput stops a path.
type PausePathInput struct {
	Body struct {
		PathName
		Reason string     `json:"reason" minLength:"1" maxLength:"200" doc:"For the next operator."`
		Until  *time.Time `json:"until,omitempty" doc:"At most a year ahead; absent: until it is resumed."`
	}
}

// ResumePathInput lets a path send again.
type ResumePathInput struct {
	Body PathName
}

func (a *API) registerPaths(r routes) {
	private(r, get("/platform/paths").needs(runPlatform).as("listPaths", "platform", "Sending paths of the last seven days, trouble first"), a.listPaths)
	private(r, get("/platform/addresses").needs(runPlatform).as("listAddresses", "platform", "Our sending addresses"), a.listAddresses)
	private(r, post("/platform/paths/pause").needs(runPlatform).as("pausePath", "platform", "Stop a path, or all paths of an address"), a.pausePath)
	private(r, post("/platform/paths/resume").needs(runPlatform).as("resumePath", "platform", "Let a path, or an address, send again, and forget what refusals had taught"), a.resumePath)
}
