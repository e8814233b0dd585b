// Package contact owns contacts, their consent, the stop-list and lists. See README.md.
package contact

import (
	"time"

	"keruen/internal/id"
)

type contactKind struct{}

func (contactKind) Prefix() string { return "ctc" }

// ID identifies a contact.
type ID = id.Of[contactKind]

type listKind struct{}

func (listKind) Prefix() string { return "lst" }

// ListID identifies a list.
type ListID = id.Of[listKind]

// Sort tells an ordinary contact of the audience from a member of the account, who is a contact
// only so that letters to it pass the same gate.
type Sort string

// Sorts of contact.
const (
	Audience Sort = "audience"
	Staff    Sort = "member"
)

// Contact is a person or firm that may receive messages.
type Contact struct {
	ID        ID
	Tenant    id.Tenant
	Sort      Sort
	Email     string // as given
	EmailKey  string // normalised: local part as given in lower case, domain as A-label
	Phone     string // E.164 or empty
	FirstName string
	LastName  string
	Lang      string            // ru, kk, en or empty
	Fields    map[string]string // custom fields by key (types come with issue 2 of the list)
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}
