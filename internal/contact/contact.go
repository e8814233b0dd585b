// Package contact owns contacts, their consent, the stop-list and lists. See README.md.
package contact

import (
	"maps"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"keruen/internal/channel"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

type contactKind struct{}

func (contactKind) Prefix() string { return "ctc" }

// ID identifies a contact.
type ID = id.Of[contactKind]

// Sort tells an ordinary contact of the audience from a member of the account, who is a contact
// only so that letters to it pass the same gate.
type Sort string

// Sorts of contact.
const (
	Audience Sort = "audience"
	Staff    Sort = "member"
)

// Limits of what a contact holds.
const (
	MaxName       = 100  // characters of a first or last name
	MaxFieldValue = 1000 // characters of a custom field's value
)

// Errors of contacts.
var (
	ErrNoAddress  = errs.New(errs.Invalid, "contact.no_address", "A contact needs an e-mail address or a telephone number.")
	ErrEmailTaken = errs.New(errs.Conflict, "contact.email_taken", "Another contact has this e-mail address.")
	ErrPhoneTaken = errs.New(errs.Conflict, "contact.phone_taken", "Another contact without an e-mail address has this telephone number.")
)

// Contact is a person or firm that may receive messages.
type Contact struct {
	ID         ID
	Tenant     id.Tenant
	Sort       Sort
	Email      string // as given
	EmailKey   string // normalised: local part as given in lower case, domain as A-label
	Phone      string // E.164 or empty
	FirstName  string
	LastName   string
	Lang       string           // ru, kk, en or empty
	Fields     map[string]Value // custom fields by key
	Import     int64            // the import that created it, 0 for none
	ExternalID string           // of the customer's own system, unique in the account; empty for none
	Version    int64
	CreatedAt  time.Time
	UpdatedAt  time.Time

	run int64 // where it is indexed, of one that is being made (OpenRunTx)
}

// Address returns where messages of a channel go, empty when the contact cannot be reached there.
func (c Contact) Address(ch channel.Kind) string {
	switch ch {
	case channel.Email:
		return c.Email
	case channel.SMS, channel.Viber, channel.WhatsApp:
		return c.Phone
	default:
		return ""
	}
}

// FieldTexts returns the custom fields as texts, as letters show them; nil for none.
func (c Contact) FieldTexts() map[string]string {
	if len(c.Fields) == 0 {
		return nil
	}
	out := make(map[string]string, len(c.Fields))
	for k, v := range c.Fields {
		out[k] = v.Text()
	}
	return out
}

// Draft is what is told about a new contact, as people typed it.
type Draft struct {
	Email, Phone, FirstName, LastName, Lang string
	Country                                 string // of numbers without a country code; empty = KZ
	Fields                                  map[string]Value
	Lists                                   []ListID
	Tags                                    []TagID
	Consent                                 *Given // agreed together with the address; nil for none
}

// Given is a consent that comes with a new contact.
type Given struct {
	Key   ConsentKey
	Proof Proof
}

// Change is what to alter in a contact. Nil leaves a value; a nil field value removes the field.
type Change struct {
	Email, Phone, FirstName, LastName, Lang *string
	Fields                                  map[string]*Value
	Lists                                   *[]ListID // the whole set
	Tags                                    *[]TagID  // the whole set
}

// contactOf checks a draft. known holds the account's custom fields by key.
func contactOf(d Draft, known map[string]Field) (Contact, error) {
	c := Contact{Sort: Audience, Fields: map[string]Value{}}
	var wrong []errs.Field
	wrong = append(wrong, c.setEmail(d.Email)...)
	wrong = append(wrong, c.setPhone(d.Phone, d.Country)...)
	wrong = append(wrong, c.setNames(d.FirstName, d.LastName, d.Lang)...)
	for k, v := range d.Fields {
		wrong = append(wrong, c.setField(k, &v, known)...)
	}
	return c, invalid(c, wrong)
}

// apply makes a change to a contact that was read.
func (c *Contact) apply(ch Change, known map[string]Field) error {
	c.Fields = maps.Clone(c.Fields)
	if c.Fields == nil {
		c.Fields = map[string]Value{}
	}
	var wrong []errs.Field
	if ch.Email != nil {
		wrong = append(wrong, c.setEmail(*ch.Email)...)
	}
	if ch.Phone != nil {
		wrong = append(wrong, c.setPhone(*ch.Phone, "")...)
	}
	wrong = append(wrong, c.setNames(or(ch.FirstName, c.FirstName), or(ch.LastName, c.LastName), or(ch.Lang, c.Lang))...)
	for k, v := range ch.Fields {
		wrong = append(wrong, c.setField(k, v, known)...)
	}
	return invalid(*c, wrong)
}

func invalid(c Contact, wrong []errs.Field) error {
	if len(wrong) > 0 {
		return errs.ErrInvalid.At(wrong...)
	}
	if c.Email == "" && c.Phone == "" {
		return errs.ErrInvalid.At(blame("email", ErrNoAddress))
	}
	return nil
}

func (c *Contact) setEmail(s string) []errs.Field {
	if strings.TrimSpace(s) == "" {
		c.Email, c.EmailKey = "", ""
		return nil
	}
	a, err := ParseEmail(s)
	if err != nil {
		return []errs.Field{blame("email", err)}
	}
	c.Email, c.EmailKey = a.Given, a.Key
	return nil
}

func (c *Contact) setPhone(s, country string) []errs.Field {
	if strings.TrimSpace(s) == "" {
		c.Phone = ""
		return nil
	}
	p, err := ParsePhone(s, country)
	if err != nil {
		return []errs.Field{blame("phone", err)}
	}
	c.Phone = p
	return nil
}

func (c *Contact) setNames(first, last, language string) []errs.Field {
	var wrong []errs.Field
	c.FirstName, c.LastName, c.Lang = CleanText(first), CleanText(last), ""
	if utf8.RuneCountInString(c.FirstName) > MaxName {
		wrong = append(wrong, tooLong("first_name", MaxName))
	}
	if utf8.RuneCountInString(c.LastName) > MaxName {
		wrong = append(wrong, tooLong("last_name", MaxName))
	}
	if strings.TrimSpace(language) != "" {
		l, ok := lang.Parse(language)
		if !ok {
			wrong = append(wrong, errs.Field{Path: "lang", Code: "contact.lang", Text: "The language must be ru, kk or en."})
		}
		c.Lang = string(l)
	}
	return wrong
}

func (c *Contact) setField(key string, value *Value, known map[string]Field) []errs.Field {
	f, ok := known[key]
	if !ok {
		return []errs.Field{{Path: "fields." + key, Code: "contact.unknown_field", Text: "There is no such custom field. Create it first.", Params: map[string]any{"field": key}}}
	}
	if value == nil {
		delete(c.Fields, key)
		return nil
	}
	v, err := f.Accept(*value)
	if err != nil {
		return []errs.Field{blame("fields."+key, err)}
	}
	if v.IsZero() {
		delete(c.Fields, key)
		return nil
	}
	c.Fields[key] = v
	return nil
}

// CleanText makes one line of text that is safe to keep: valid UTF-8, control characters and line breaks as spaces, trimmed.
func CleanText(s string) string {
	if plain(s) {
		return strings.TrimSpace(s)
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return dropInvisible(r)
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(s)
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// searchKey is the text in which words are looked for; see contacts.search_key.
func (c Contact) searchKey() string {
	return strings.ToLower(" " + c.EmailKey + " " + c.FirstName + " " + c.LastName + " " + c.Phone)
}

func or(p *string, old string) string {
	if p != nil {
		return *p
	}
	return old
}

// Blame turns an error of a value into the wrong field at path.
func Blame(path string, err error) errs.Field { return blame(path, err) }

// blame turns an error of a value into a wrong field.
func blame(path string, err error) errs.Field {
	var e *errs.Error
	if asError(err, &e) {
		return errs.Field{Path: path, Code: e.Code, Text: e.Text, Params: e.Params}
	}
	return errs.Field{Path: path, Code: "invalid", Text: err.Error()}
}

func tooLong(path string, limit int) errs.Field {
	return errs.Field{Path: path, Code: "too_long", Text: "The value is too long.", Params: map[string]any{"limit": limit}}
}
