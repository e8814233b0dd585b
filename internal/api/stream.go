package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// StreamEvent is one event of the stream. Its data says which object changed; read the object for the rest.
type StreamEvent struct {
	Kind     string          `json:"kind" enum:"job,campaign,import,reset"`
	Job      *Job            `json:"job,omitempty" doc:"With job."`
	Campaign string          `json:"campaign,omitempty" doc:"With campaign: id."`
	State    string          `json:"state,omitempty" doc:"With campaign and import."`
	Counts   *CampaignCounts `json:"counts,omitempty" doc:"With campaign."`
	Import   string          `json:"import,omitempty" doc:"With import: id."`
	At       time.Time       `json:"at"`
}

// StreamInput continues a stream.
type StreamInput struct {
	LastEventID string `header:"Last-Event-ID" maxLength:"60" doc:"Id of the last event that was received; what came after it is sent first."`
}

const heartbeat = 15 * time.Second

func (a *API) registerStream(r routes) {
	spec := get("/stream").as("stream", "stream", "Live changes of the account, as server-sent events").operation(guardSession)
	spec.Description = "Events: job, campaign, import, reset. After reset, reload what is shown. A comment comes every 15 seconds. One stream per browser is enough."
	schema := r.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[StreamEvent](), true, "")
	spec.Responses = map[string]*huma.Response{"200": {Description: "OK",
		Content: map[string]*huma.MediaType{"text/event-stream": {Schema: schema}}}}
	huma.Register(r.api, spec, func(ctx context.Context, in *StreamInput) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(hc huma.Context) { a.live(hc, in.LastEventID) }}, nil
	})
}

// live writes events until the browser leaves, the session ends, or the program stops.
func (a *API) live(hc huma.Context, last string) {
	c := callOf(hc.Context())
	hub := a.hubs.join(c.Actor.Tenant)
	defer a.hubs.leave(c.Actor.Tenant)
	_, w := humago.Unwrap(hc)
	s := &stream{out: http.NewResponseController(w), w: w, hub: hub, call: c}
	s.begin(last)
	for s.err == nil {
		events, first, more := hub.after(s.next)
		s.write(events, first)
		select {
		case <-hc.Context().Done():
			return
		case <-a.stopping:
			return
		case <-more:
		case <-a.Clock.After(heartbeat):
			who, err := a.Access.Authenticate(hc.Context(), c.Visitor, c.token)
			if err != nil || who.Tenant != c.Actor.Tenant {
				return // signed out, or another account by now
			}
			c.Actor = who
			s.print(": still here\n\n")
		}
	}
}

// stream is one browser that listens.
type stream struct {
	out  *http.ResponseController
	w    http.ResponseWriter
	hub  *hub
	call *call
	next int64
	err  error
}

func (s *stream) begin(last string) {
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // proxies pass each event on at once
	s.w.WriteHeader(http.StatusOK)
	s.next = s.hub.next()
	s.print("retry: 2000\n\n")
	if last == "" {
		return
	}
	next, ok := s.hub.resume(last)
	if !ok {
		s.reset()
		return
	}
	s.next = next
}

// write sends what the browser has not seen yet and may see.
func (s *stream) write(events []event, first int64) {
	if first > s.next {
		s.reset()
	}
	for i, e := range events {
		if s.call.Actor.Can(e.needs) != nil {
			continue
		}
		s.print("id: %s\nevent: %s\ndata: %s\n\n", s.hub.id(first+int64(i)), e.kind, e.data)
	}
	s.next = first + int64(len(events))
}

// reset tells the browser that it has missed something.
func (s *stream) reset() { s.print("event: reset\ndata: {\"kind\":\"reset\"}\n\n") }

func (s *stream) print(format string, args ...any) {
	if s.err == nil {
		_, s.err = fmt.Fprintf(s.w, format, args...)
	}
	if s.err == nil {
		s.err = s.out.Flush()
	}
}
