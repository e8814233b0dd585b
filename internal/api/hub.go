package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"keruen/internal/access"
	"keruen/internal/campaign"
	"keruen/internal/id"
	"keruen/internal/intake"
	"keruen/internal/jobs"
	"keruen/internal/page"
)

// hubs watch accounts that somebody looks at: one watcher per account, whatever the number of browsers.
type hubs struct {
	api *API
	mu  sync.Mutex
	of  map[id.Tenant]*hub
}

// hub keeps the latest events of one account. A browser reads at its own pace and is told to reload when it is too far behind.
type hub struct {
	name    string // begins the ids of its events: those of another hub are not continued
	watches int    // browsers
	left    int    // how often one has left
	stop    context.CancelFunc

	mu     sync.Mutex
	first  int64 // number of events[0]
	events []event
	more   chan struct{} // closed when there is more
}

// event is one line of the stream; who lacks the permission does not get it.
type event struct {
	kind  string
	needs access.Permission
	data  []byte
}

const (
	keptEvents = 256
	pollJobs   = time.Second // how soon a step of a job is shown
	linger     = time.Minute // a hub stays after its last browser, which may only have lost its connection
)

func newHubs(a *API) *hubs { return &hubs{api: a, of: map[id.Tenant]*hub{}} }

// join returns the hub of an account and starts its watcher for the first browser.
func (h *hubs) join(t id.Tenant) *hub {
	h.mu.Lock()
	defer h.mu.Unlock()
	x := h.of[t]
	if x == nil {
		ctx, stop := context.WithCancel(context.Background()) // ended by close: it serves many requests
		x = &hub{name: strconv.FormatInt(h.api.Clock.Now().UnixMilli(), 36), stop: stop, first: 1, more: make(chan struct{})}
		h.of[t] = x
		go h.api.watch(ctx, t, x)
	}
	x.watches++
	return x
}

func (h *hubs) leave(t id.Tenant) {
	h.mu.Lock()
	defer h.mu.Unlock()
	x := h.of[t]
	x.watches--
	x.left++
	if x.watches == 0 {
		go h.close(t, x, x.left)
	}
}

// close ends a hub that nobody has come back to.
func (h *hubs) close(t id.Tenant, x *hub, left int) {
	select {
	case <-h.api.Clock.After(linger):
	case <-h.api.stopping:
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if x.watches == 0 && x.left == left {
		x.stop()
		delete(h.of, t)
	}
}

func (x *hub) add(e event) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.events = append(x.events, e)
	if over := len(x.events) - keptEvents; over > 0 {
		x.events = slices.Delete(x.events, 0, over)
		x.first += int64(over)
	}
	close(x.more)
	x.more = make(chan struct{})
}

// after returns the events from number next on, and the number of the first one. A greater number than next
// says that some are gone already. more is closed when there are others.
func (x *hub) after(next int64) (events []event, first int64, more <-chan struct{}) {
	x.mu.Lock()
	defer x.mu.Unlock()
	first = max(next, x.first)
	at := min(int(first-x.first), len(x.events))
	return slices.Clone(x.events[at:]), first, x.more
}

func (x *hub) next() int64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.first + int64(len(x.events))
}

func (x *hub) id(n int64) string { return x.name + "-" + strconv.FormatInt(n, 36) }

// resume returns the number of the event after the one that a browser has seen. ok is false for an event of another hub.
func (x *hub) resume(last string) (next int64, ok bool) {
	name, number, _ := strings.Cut(last, "-")
	n, err := strconv.ParseInt(number, 36, 64)
	if name != x.name || err != nil || n < 0 || n >= x.next() {
		return 0, false
	}
	return n + 1, true
}

// watch finds out what changes in an account while somebody looks. Figures of campaigns come from the pipeline at once; jobs
// and imports are compared every second, since any machine may run them.
func (a *API) watch(ctx context.Context, t id.Tenant, x *hub) {
	w := &watcher{api: a, hub: x, who: access.System(t), jobs: map[jobs.ID]string{}, imports: map[intake.ID]string{}, campaigns: map[campaign.ID]string{}}
	w.look(ctx) // what is there now is no news; see looked
	changed := a.Delivery.Watch(ctx, t)
	for {
		select {
		case <-ctx.Done():
			return
		case sources, open := <-changed:
			if !open {
				return
			}
			w.figures(ctx, sources)
		case <-a.Clock.After(pollJobs):
			w.look(ctx)
		}
	}
}

type watcher struct {
	api       *API
	hub       *hub
	who       access.Actor
	looked    bool
	jobs      map[jobs.ID]string
	imports   map[intake.ID]string
	campaigns map[campaign.ID]string
}

const watched = 20 // newest jobs and campaigns that are looked at

func (w *watcher) look(ctx context.Context) {
	got, err := w.api.Queue.List(ctx, w.who.Tenant, page.Ask{Limit: watched})
	if err != nil {
		w.failed(ctx, err)
		return
	}
	moved := !w.looked
	for _, s := range got.Items {
		state := s.State.String() + strconv.FormatInt(s.Done, 36)
		if w.jobs[s.ID] == state {
			continue
		}
		w.jobs[s.ID], moved = state, true
		if w.looked {
			j := w.api.jobOf(s)
			w.say(StreamEvent{Kind: "job", Job: &j}, access.ViewContacts)
		}
	}
	if moved {
		w.files(ctx)
	}
	w.looked = true
}

// files tells the states of imports; they change when their jobs do.
func (w *watcher) files(ctx context.Context) {
	got, err := w.api.Imports.List(ctx, w.who, page.Ask{Limit: watched})
	if err != nil {
		w.failed(ctx, err)
		return
	}
	for _, i := range got.Items {
		if w.imports[i.ID] == string(i.State) {
			continue
		}
		w.imports[i.ID] = string(i.State)
		if w.looked {
			w.say(StreamEvent{Kind: "import", Import: i.ID.String(), State: string(i.State)}, access.ViewContacts)
		}
	}
}

// figures tells the state and the counts of campaigns. None named means that a campaign changed in another way.
func (w *watcher) figures(ctx context.Context, sources []int64) {
	if len(sources) == 0 {
		w.states(ctx)
		return
	}
	for _, source := range sources {
		c, n, err := w.api.Campaigns.Progress(ctx, w.who, campaign.ID(source))
		if err != nil {
			w.failed(ctx, err)
			continue
		}
		counts := countsOf(n)
		w.campaigns[c.ID] = string(c.State)
		w.say(StreamEvent{Kind: "campaign", Campaign: c.ID.String(), State: string(c.State), Counts: &counts}, access.ViewCampaigns)
	}
}

func (w *watcher) states(ctx context.Context) {
	got, err := w.api.Campaigns.List(ctx, w.who, "", page.Ask{Limit: watched})
	if err != nil {
		w.failed(ctx, err)
		return
	}
	for _, c := range got.Items {
		if w.campaigns[c.ID] == string(c.State) {
			continue
		}
		w.campaigns[c.ID] = string(c.State)
		counts := countsOf(c.Counts)
		w.say(StreamEvent{Kind: "campaign", Campaign: c.ID.String(), State: string(c.State), Counts: &counts}, access.ViewCampaigns)
	}
}

func (w *watcher) say(e StreamEvent, needs access.Permission) {
	e.At = w.api.Clock.Now()
	data, err := json.Marshal(e)
	if err != nil {
		w.api.Log.Error("an event was not written", "error", err)
		return
	}
	w.hub.add(event{kind: e.Kind, needs: needs, data: data})
}

func (w *watcher) failed(ctx context.Context, err error) {
	if ctx.Err() == nil {
		w.api.Log.LogAttrs(ctx, slog.LevelWarn, "live changes were not read", slog.String("tenant", w.who.Tenant.String()), slog.String("error", err.Error()))
	}
}
