package contact

import (
	"time"

	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/id"
)

// ConsentWithdrawn tells that a contact no longer agrees to a purpose on a channel.
type ConsentWithdrawn struct {
	Tenant  id.Tenant       `json:"tenant"`
	Contact ID              `json:"contact"`
	Channel channel.Kind    `json:"channel"`
	Purpose channel.Purpose `json:"purpose"`
	Topic   TopicID         `json:"topic,omitempty"` // zero: the purpose as a whole
	Source  Source          `json:"source"`
	At      time.Time       `json:"at"`
}

// EventName names the event.
func (ConsentWithdrawn) EventName() string { return "contact.consent_withdrawn" }

// Suppressed tells that an address came to the stop-list.
type Suppressed struct {
	Tenant  id.Tenant    `json:"tenant"`
	Contact ID           `json:"contact,omitempty"` // zero when the address belongs to no contact
	Channel channel.Kind `json:"channel"`
	Reason  StopReason   `json:"reason"`
	At      time.Time    `json:"at"`
}

// EventName names the event.
func (Suppressed) EventName() string { return "contact.suppressed" }

// Stopped tells this process that a contact may no longer be written to: it withdrew, was suppressed or deleted. The
// pipeline uses it to stop messages that passed the guard a moment ago. An empty channel means every channel.
type Stopped struct {
	Tenant  id.Tenant
	Contact ID
	Channel channel.Kind
	Purpose channel.Purpose // empty = all
}

// OnStop calls f after each commit that stops a contact, in this process only. f must be quick and safe for
// concurrent use. Other processes learn from the guard, which reads the database.
func (s *Service) OnStop(f func(Stopped)) {
	s.watching.Lock()
	defer s.watching.Unlock()
	s.watchers = append(s.watchers, f)
}

func (s *Service) announceStop(tx *db.Tx, e Stopped) {
	tx.AfterCommit(func() {
		s.watching.RLock()
		defer s.watching.RUnlock()
		for _, f := range s.watchers {
			f(e)
		}
	})
}

// EventTenant names the account.
func (e ConsentWithdrawn) EventTenant() id.Tenant { return e.Tenant }

// EventTenant names the account.
func (e Suppressed) EventTenant() id.Tenant { return e.Tenant }
