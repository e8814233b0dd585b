package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"keruen/internal/errs"
	"keruen/internal/sandbox/archive"
	"keruen/internal/sandbox/letter"
	"keruen/internal/sandbox/receiver"
	"keruen/internal/sandbox/zone"
)

// longest wait for letters in one request.
const maxWait = time.Minute

// Errors of the JSON.
var (
	errNotJSON = errs.New(errs.Invalid, "sandbox.not_json", "Send a JSON object with Content-Type: application/json.")
	errNoName  = errs.New(errs.Invalid, "sandbox.no_name", "Give the name of the DNS record.")
)

// message is a letter as the JSON shows it.
type message struct {
	Letter
	letter.Content
	Links       []letter.Link `json:"links"`
	Unsubscribe string        `json:"unsubscribe,omitempty"`
	OneClick    bool          `json:"one_click"`
}

func (w *World) addAPI(m *http.ServeMux) {
	m.HandleFunc("GET /sandbox/api/summary", w.apiSummary)
	m.HandleFunc("GET /sandbox/api/messages", w.apiMessages)
	m.HandleFunc("GET /sandbox/api/messages/{id}", w.apiMessage)
	m.HandleFunc("GET /sandbox/api/log", w.apiLog)
	m.HandleFunc("GET /sandbox/api/complaints", w.apiComplaints)
	m.HandleFunc("GET /sandbox/api/dns", w.apiNames)
	m.HandleFunc("PUT /sandbox/api/dns", w.apiPublish)
	m.HandleFunc("PUT /sandbox/api/behaviours", w.apiBehave)
}

// apiSummary counts what ever arrived and happened.
func (w *World) apiSummary(rw http.ResponseWriter, _ *http.Request) {
	answer(rw, http.StatusOK, map[string]int{"letters": w.archive.Count(""), "entries": w.archive.Noted()})
}

// apiMessages lists letters, newest first: ?to= ?q= ?provider= ?before= ?limit= (20).
// With ?min=N&wait=10s it answers once there are N letters for ?to=, or when the wait is over.
func (w *World) apiMessages(rw http.ResponseWriter, r *http.Request) {
	if err := w.await(r); err != nil {
		problem(rw, err)
		return
	}
	items := []message{}
	for _, l := range w.archive.Letters(w.filter(r, 20)) {
		raw, err := w.archive.Raw(l.ID)
		if errors.Is(err, archive.ErrNoLetter) {
			continue // forgotten while we were reading
		}
		if err != nil {
			problem(rw, err)
			return
		}
		items = append(items, newMessage(l, raw))
	}
	answer(rw, http.StatusOK, map[string]any{"items": items})
}

func (w *World) await(r *http.Request) error {
	least, _ := strconv.Atoi(r.FormValue("min")) // a number that is none waits for nothing
	if least <= 0 {
		return nil
	}
	wait, err := time.ParseDuration(r.FormValue("wait"))
	if err != nil {
		return errs.ErrInvalid.At(errs.Field{Path: "wait", Code: "duration", Text: "Give the longest wait as 10s."})
	}
	ctx, cancel := context.WithTimeout(r.Context(), min(wait, maxWait))
	defer cancel()
	_, err = w.archive.WaitFor(ctx, r.FormValue("to"), least)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil // what there is is the answer
	}
	return err
}

func (w *World) apiMessage(rw http.ResponseWriter, r *http.Request) {
	l, raw, err := w.find(r)
	if err != nil {
		problem(rw, err)
		return
	}
	answer(rw, http.StatusOK, newMessage(l, raw))
}

// apiLog lists answers and acts, newest first: ?to= ?q= ?provider= ?kind= (several) ?limit= (200).
func (w *World) apiLog(rw http.ResponseWriter, r *http.Request) {
	items := w.archive.Entries(w.filter(r, 200))
	if items == nil {
		items = []Entry{}
	}
	answer(rw, http.StatusOK, map[string]any{"items": items})
}

func (w *World) apiComplaints(rw http.ResponseWriter, _ *http.Request) {
	items, err := w.Complaints()
	if err != nil {
		problem(rw, err)
		return
	}
	answer(rw, http.StatusOK, map[string]any{"items": append([]Complaint{}, items...)})
}

func (w *World) apiNames(rw http.ResponseWriter, _ *http.Request) {
	answer(rw, http.StatusOK, map[string]any{"items": append([]zone.Text{}, w.Published()...)})
}

// apiPublish sets the TXT values of a name: {"name": "…", "values": ["…"]}.
func (w *World) apiPublish(rw http.ResponseWriter, r *http.Request) {
	var in struct {
		Name   string   `json:"name"`
		Values []string `json:"values"`
	}
	if err := body(r, &in); err != nil {
		problem(rw, err)
		return
	}
	if strings.TrimSpace(in.Name) == "" {
		problem(rw, errNoName)
		return
	}
	w.Publish(in.Name, in.Values...)
	rw.WriteHeader(http.StatusNoContent)
}

// apiBehave orders a behaviour: {"target": "address or domain", "kind": "full", "times": 2, "delay_ms": 0}.
// An empty kind takes the order back.
func (w *World) apiBehave(rw http.ResponseWriter, r *http.Request) {
	var in struct {
		Target  string `json:"target"`
		Kind    string `json:"kind"`
		Times   int    `json:"times"`
		DelayMS int    `json:"delay_ms"`
	}
	if err := body(r, &in); err != nil {
		problem(rw, err)
		return
	}
	if in.Kind == "" {
		w.ClearBehaviour(in.Target)
		rw.WriteHeader(http.StatusNoContent)
		return
	}
	b := Behaviour{Kind: receiver.Kind(in.Kind), Times: in.Times, Delay: time.Duration(in.DelayMS) * time.Millisecond}
	if err := w.SetBehaviour(in.Target, b); err != nil {
		problem(rw, err)
		return
	}
	rw.WriteHeader(http.StatusNoContent)
}

func (w *World) filter(r *http.Request, limit int) Filter {
	f := Filter{To: r.FormValue("to"), Query: r.FormValue("q"), Provider: r.FormValue("provider"), Kinds: r.Form["kind"], Limit: limit}
	f.Before, _ = strconv.ParseInt(r.FormValue("before"), 10, 64) // a number that is none does not restrict
	if n, err := strconv.Atoi(r.FormValue("limit")); err == nil && n > 0 {
		f.Limit = min(n, 1000)
	}
	return f
}

func newMessage(l Letter, raw []byte) message {
	c := letter.Parse(raw)
	return message{Letter: l, Content: c, Links: append([]letter.Link{}, c.Links()...), Unsubscribe: c.UnsubscribeURL(), OneClick: c.OneClick() != ""}
}

// body reads a small JSON object. The content type is demanded, because a foreign page in the
// same browser cannot send it without asking first (CORS).
func body(r *http.Request, into any) error {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != "application/json" {
		return errNotJSON
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 1<<20)).Decode(into); err != nil {
		return errNotJSON.Because(err)
	}
	return nil
}

func answer(rw http.ResponseWriter, status int, v any) {
	secure(rw, "default-src 'none'; frame-ancestors 'none'")
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(v) // a client that has gone needs nothing
}

// problem answers in the form of RFC 9457.
func problem(rw http.ResponseWriter, err error) {
	status, code, text := http.StatusInternalServerError, "internal", "The answer could not be made."
	var e *errs.Error
	if errors.As(err, &e) {
		code, text = e.Code, e.Text
		status = map[errs.Kind]int{errs.NotFound: http.StatusNotFound, errs.Invalid: http.StatusUnprocessableEntity}[e.Kind]
	}
	if status == 0 {
		status = http.StatusInternalServerError
	}
	rw.Header().Set("Content-Type", "application/problem+json")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(map[string]any{"status": status, "code": code, "detail": text})
}
