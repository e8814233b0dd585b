package delivery

import (
	"sync"
	"time"

	"keruen/internal/contact"
)

// gate remembers for a moment which contacts were stopped in this process, so that a message whose guard
// was read just before still does not leave. Other processes' stops are seen by reading the guard again
// (guardAge).
type gate struct {
	mu      sync.RWMutex
	stopped map[contact.ID]time.Time // by the machine's monotonic clock
	swept   time.Time
}

// gateMemory is far longer than any window: what is older has been read by the guard.
const gateMemory = time.Minute

func newGate() *gate { return &gate{stopped: make(map[contact.ID]time.Time)} }

// shut is called after each commit that stops a contact.
func (g *gate) shut(e contact.Stopped) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	g.stopped[e.Contact] = now
	if now.Sub(g.swept) < gateMemory {
		return
	}
	for c, at := range g.stopped {
		if now.Sub(at) > gateMemory {
			delete(g.stopped, c)
		}
	}
	g.swept = now
}

// since tells whether the contact was stopped at or after the moment.
func (g *gate) since(c contact.ID, moment time.Time) bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	at, ok := g.stopped[c]
	return ok && !at.Before(moment)
}
