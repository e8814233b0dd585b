package api

// Health tells whether this process serves, without secrets.
type Health struct {
	Status   string `json:"status" enum:"ok" doc:"A process that cannot work answers 503."`
	Version  string `json:"version"`
	Database string `json:"database" enum:"sqlite,postgres"`
	Sandbox  bool   `json:"sandbox" doc:"The pretend world is on: messages go there and nowhere else."`
}

func (a *API) registerHealth(r routes) {
	public(r, get("/health").as("getHealth", "health", "Is it alive"), a.health)
}
