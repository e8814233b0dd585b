package access

import (
	"time"

	"keruen/internal/id"
	"keruen/internal/lang"
)

// AccountKind says what a customer is.
type AccountKind string

// Kinds of account; empty while the customer has not said.
const (
	Person     AccountKind = "person"
	SoleTrader AccountKind = "sole_trader"
	Company    AccountKind = "company"
)

// Defaults of a new account.
const (
	DefaultZone    = "Asia/Almaty"
	DefaultCountry = "KZ"
)

// Account is one customer (ACC-3). Every text may be empty except Name, Country, Zone and Lang.
type Account struct {
	ID            id.Tenant
	Name          string // shown in the cabinet and in the footer of letters
	Kind          AccountKind
	Company       string // legal name
	TaxNumber     string // BIN or IIN, 12 digits with a right check digit
	Country       string // ISO 3166-1 alpha-2
	Zone          string // IANA time zone
	Lang          lang.Lang
	Phone         string // E.164
	PostalAddress string
	ActualAddress string
	IBAN          string // of Kazakhstan, without spaces
	BIC           string
	Goal          string // what to do first: letter, inbox, bot, check; or empty
	CreatedAt     time.Time
	UpdatedAt     time.Time
	Version       int64
}

// AccountPatch changes an account: nil leaves a value, an empty text clears it.
type AccountPatch struct {
	Name, Kind, Company, TaxNumber, Country, Zone, Lang, Phone *string
	PostalAddress, ActualAddress, IBAN, BIC, Goal              *string
}

// Member is a person with a login (ACC-1, ACC-3).
type Member struct {
	ID         id.Member
	Email      string
	EmailKey   string // what addresses are compared by
	Username   string
	FirstName  string
	LastName   string
	Patronymic string
	Phone      string // E.164
	Position   string
	Country    string // ISO 3166-1 alpha-2
	Lang       lang.Lang
	News       bool   // wants news of the product
	TOTP       bool   // the second factor is on
	IP         string `db:"registered_ip"`
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int64
}

// Name is how to greet the person: the first name, or nothing.
func (m Member) Name() string { return m.FirstName }

// MemberPatch changes one's own profile: nil leaves a value, an empty text clears it.
type MemberPatch struct {
	Username, FirstName, LastName, Patronymic, Phone, Position, Country, Lang *string
	News                                                                      *bool
}

// Membership is one account of a member.
type Membership struct {
	Tenant   id.Tenant `db:"tenant_id"`
	Name     string    // of the account
	Role     Role
	JoinedAt time.Time
}

// Me is everything a signed-in person needs to know about itself.
type Me struct {
	Member      Member
	Account     Account
	Role        Role
	Permissions []Permission
	Accounts    []Membership
}

// Goals that a new customer may choose first.
var goals = []string{"", "letter", "inbox", "bot", "check"}
