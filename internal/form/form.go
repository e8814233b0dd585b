// Package form is sign-up forms: what an account asks and says on them, what people send, and how that becomes a contact with
// consent. See README.md.
package form

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/errs"
	"keruen/internal/frame"
	"keruen/internal/id"
	"keruen/internal/lang"
)

type formKind struct{}

func (formKind) Prefix() string { return "frm" }

// ID identifies a form.
type ID = id.Of[formKind]

// Form is one sign-up form: a draft to edit and, once published, the design that visitors see.
type Form struct {
	ID        ID
	Tenant    id.Tenant
	Key       string // in the public address
	Name      string
	Draft     Design
	Published int64 // number of the version that visitors see, 0 for none yet
	Closed    bool  // takes no submissions for now
	CreatedBy id.Member
	CreatedAt time.Time
	ChangedAt time.Time
	Version   int64 // of what is edited
}

// Path is the public address of the form's page, below that of the installation.
func (f Form) Path() string { return PagePath + f.Key }

// Where the public pages are.
const (
	PagePath    = "/p/f/"
	ConfirmPath = "/p/c/"
	ScriptPath  = "/p/form.js"
)

// Design is what a form asks, says and gives. It has no way to tick a consent in advance.
type Design struct {
	Fields   []Field          `json:"fields"`
	Boxes    []Box            `json:"boxes"`
	Texts    Texts            `json:"texts"`
	Lists    []contact.ListID `json:"lists"` // whoever signs up joins them
	Tags     []contact.TagID  `json:"tags"`
	Double   bool             `json:"double_opt_in"`
	Redirect string           `json:"redirect"` // where to after all is done; empty = our page of thanks
	Colour   string           `json:"colour"`   // #rrggbb; empty = the account's
	Logo     bool             `json:"logo"`     // shows the account's logo, where it has one
	Domains  []string         `json:"domains"`  // hosts of sites that may show the form: shop.kz, shop.kz:8443
}

// Sort is what a field asks for.
type Sort string

// Sorts of field. Hidden gives a constant and UTM takes a part of the page's address; both fill a custom field and are not shown.
const (
	Email     Sort = "email"
	Phone     Sort = "phone"
	FirstName Sort = "first_name"
	LastName  Sort = "last_name"
	Language  Sort = "lang"
	Custom    Sort = "custom"
	Topics    Sort = "topics"
	Hidden    Sort = "hidden"
	UTM       Sort = "utm"
)

// Sorts lists all of them.
var Sorts = []Sort{Email, Phone, FirstName, LastName, Language, Custom, Topics, Hidden, UTM}

// UTMs are the parts of an address that a form may take.
var UTMs = []string{"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"}

// Field is one question of a form.
type Field struct {
	Sort     Sort              `json:"sort"`
	Key      string            `json:"key"`    // the custom field of custom, hidden and utm
	Param    string            `json:"param"`  // of utm
	Value    string            `json:"value"`  // of hidden
	Topics   []contact.TopicID `json:"topics"` // of topics, in this order
	Required bool              `json:"required"`
	Label    lang.Text         `json:"label"` // empty = the built-in words, or the custom field's label
	Hint     lang.Text         `json:"hint"`
}

// Name is what the field is called in what a browser sends.
func (f Field) Name() string {
	switch f.Sort {
	case Custom:
		return "f." + f.Key
	case Topics:
		return "topic"
	case UTM:
		return f.Param
	default:
		return string(f.Sort)
	}
}

// Shown tells whether people see the field.
func (f Field) Shown() bool { return f.Sort != Hidden && f.Sort != UTM }

// Box is one consent that a form asks for: a box with the words of a wording. Required means that without it nothing is sent.
type Box struct {
	Wording  contact.WordingID `json:"wording"`
	Required bool              `json:"required"`
}

// Texts are what a form says. Empty ones have built-in words, but for the introduction.
type Texts struct {
	Title  lang.Text `json:"title"`
	Intro  lang.Text `json:"intro"`
	Button lang.Text `json:"button"`
	Sent   lang.Text `json:"sent"`   // after the form was sent and a letter is on its way
	Thanks lang.Text `json:"thanks"` // when all is done
}

// Limits.
const (
	MaxForms   = 200
	MaxName    = 120 // characters
	MaxTitle   = 120 // characters; of the title and the button
	MaxText    = 1000
	MaxLabel   = 120
	MaxFields  = 40
	MaxBoxes   = 6
	MaxDomains = 50
	maxGiven   = 20 // lists and tags
	maxTopics  = 50
)

// Errors of designs.
var (
	ErrName       = errs.New(errs.Invalid, "form.name", "A form needs a name of at most 120 characters.")
	ErrMany       = errs.New(errs.Conflict, "form.limit", "An account may have at most 200 forms. Delete one that is not used.")
	ErrNoAddress  = errs.New(errs.Invalid, "form.no_address", "The form must ask for an e-mail address or a telephone number.")
	ErrNoBox      = errs.New(errs.Invalid, "form.no_box", "Add at least one consent: without it nothing may be sent to whoever signs up.")
	ErrBoxAddress = errs.New(errs.Invalid, "form.box_address", "No consent of the form is for a channel whose address it asks for.")
	ErrForced     = errs.New(errs.Invalid, "form.forced", "Consent to offers of other companies cannot be a condition of signing up.")
	ErrField      = errs.New(errs.Invalid, "form.field", "There is no such field, or it stands in the form twice.")
	ErrValue      = errs.New(errs.Invalid, "form.value", "The value does not fit the field.")
	ErrWording    = errs.New(errs.Invalid, "form.wording", "There is no such text of consent, it is archived, or it stands in the form twice.")
	ErrTopic      = errs.New(errs.Invalid, "form.topic", "There is no such topic, it is archived, or it is named twice.")
	ErrList       = errs.New(errs.Invalid, "form.list", "There is no such list, or it is named twice.")
	ErrTag        = errs.New(errs.Invalid, "form.tag", "There is no such tag, or it is named twice.")
	ErrDomain     = errs.New(errs.Invalid, "form.domain", "Write the name of a site, such as shop.kz, without a path.")
	ErrRedirect   = errs.New(errs.Invalid, "form.redirect", "The page of thanks must be an https address on a site of this form's list.")
	ErrColour     = errs.New(errs.Invalid, "form.colour", "A colour is written #rrggbb, for example #08768b.")
	ErrTooMany    = errs.New(errs.Invalid, "form.too_many", "There are too many.")
)

func wrong(path string, e *errs.Error) errs.Field {
	return errs.Field{Path: path, Code: e.Code, Text: e.Text, Params: e.Params}
}

// checked returns the design as it is kept, or errs.ErrInvalid with everything that is wrong in itself. What it names is
// compared with the account by world.check.
func (d Design) checked() (Design, error) {
	var bad []errs.Field
	add := func(path string, e *errs.Error) { bad = append(bad, wrong(path, e)) }
	if len(d.Fields) > MaxFields {
		add("fields", ErrTooMany.With("limit", MaxFields))
	}
	if len(d.Boxes) > MaxBoxes {
		add("boxes", ErrTooMany.With("limit", MaxBoxes))
	}
	if len(d.Lists) > maxGiven {
		add("lists", ErrTooMany.With("limit", maxGiven))
	}
	if len(d.Tags) > maxGiven {
		add("tags", ErrTooMany.With("limit", maxGiven))
	}
	if len(d.Domains) > MaxDomains {
		add("domains", ErrTooMany.With("limit", MaxDomains))
	}
	bad = append(bad, checkFields(d.Fields)...)
	bad = append(bad, d.Texts.check()...)
	bad = append(bad, d.cleanPlaces()...)
	if d.Colour != "" {
		colour, ok := frame.ParseColour(d.Colour)
		if !ok {
			add("colour", ErrColour)
		}
		d.Colour = colour
	}
	if len(bad) > 0 {
		return d, errs.ErrInvalid.At(bad...)
	}
	d.cleanFields()
	return d, nil
}

func checkFields(fields []Field) []errs.Field {
	var bad []errs.Field
	seen, filled := map[string]bool{}, map[string]bool{}
	for i, f := range fields {
		path := fmt.Sprintf("fields[%d]", i)
		custom := f.Sort == Custom || f.Sort == Hidden || f.Sort == UTM
		name := f.Name()
		if f.Sort == Hidden {
			name = "hidden." + f.Key
		}
		if !slices.Contains(Sorts, f.Sort) || seen[name] || custom && (f.Key == "" || filled[f.Key]) || f.Sort == UTM && !slices.Contains(UTMs, f.Param) {
			bad = append(bad, wrong(path, ErrField))
		}
		seen[name] = true
		if custom {
			filled[f.Key] = true
		}
		if f.Sort == Topics && (len(f.Topics) == 0 || len(f.Topics) > maxTopics) {
			bad = append(bad, wrong(path+".topics", ErrTopic))
		}
		bad = append(bad, long(path+".label", f.Label, MaxLabel)...)
		bad = append(bad, long(path+".hint", f.Hint, MaxLabel)...)
		if utf8.RuneCountInString(f.Value) > contact.MaxFieldValue {
			bad = append(bad, wrong(path+".value", ErrValue))
		}
	}
	return bad
}

func (t Texts) check() []errs.Field {
	var bad []errs.Field
	bad = append(bad, long("texts.title", t.Title, MaxTitle)...)
	bad = append(bad, long("texts.intro", t.Intro, MaxText)...)
	bad = append(bad, long("texts.button", t.Button, MaxTitle)...)
	bad = append(bad, long("texts.sent", t.Sent, MaxText)...)
	return append(bad, long("texts.thanks", t.Thanks, MaxText)...)
}

func long(path string, t lang.Text, limit int) []errs.Field {
	if max(utf8.RuneCountInString(t.Ru), utf8.RuneCountInString(t.Kk), utf8.RuneCountInString(t.En)) <= limit {
		return nil
	}
	return []errs.Field{{Path: path, Code: "too_long", Text: "The value is too long.", Params: map[string]any{"limit": limit}}}
}

// cleanPlaces writes the domains as browsers write them and checks that the page of thanks is on one of them.
func (d *Design) cleanPlaces() []errs.Field {
	var bad []errs.Field
	var hosts []string
	for i, text := range d.Domains {
		host, ok := cleanHost(text)
		if !ok {
			bad = append(bad, wrong(fmt.Sprintf("domains[%d]", i), ErrDomain.With("domain", text)))
			continue
		}
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	d.Domains = hosts
	d.Redirect = strings.TrimSpace(d.Redirect)
	if d.Redirect != "" && !d.mayLead(d.Redirect) {
		bad = append(bad, wrong("redirect", ErrRedirect))
	}
	return bad
}

// Allows tells whether a page of this origin ("https://shop.kz") may show the form and send it. Subdomains are sites of their
// own, but for www. Plain http is for work on one's own machine.
func (d Design) Allows(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && !(u.Scheme == "http" && own(u.Hostname())) {
		return false
	}
	host := strings.ToLower(u.Host)
	return slices.Contains(d.Domains, host) || slices.Contains(d.Domains, strings.TrimPrefix(host, "www."))
}

// Origins are the origins of all sites of the form, for the policy of its page.
func (d Design) Origins() []string {
	var out []string
	for _, h := range d.Domains {
		out = append(out, "https://"+h)
		name, _, _ := strings.Cut(h, ":")
		if own(name) {
			out = append(out, "http://"+h)
		} else if !strings.HasPrefix(h, "www.") {
			out = append(out, "https://www."+h)
		}
	}
	return out
}

// mayLead tells whether an address is on a site of the form.
func (d Design) mayLead(address string) bool {
	u, err := url.Parse(address)
	return err == nil && len(address) <= 1000 && u.Scheme != "" && d.Allows(u.Scheme+"://"+u.Host)
}

// asks tells whether the form has a field of a sort.
func (d Design) asks(s Sort) bool {
	return slices.ContainsFunc(d.Fields, func(f Field) bool { return f.Sort == s })
}

// reaches tells whether an address that the form asks for leads to a channel.
func (d Design) reaches(ch channel.Kind) bool {
	if ch == channel.Email {
		return d.asks(Email)
	}
	return d.asks(Phone) && (ch == channel.SMS || ch == channel.Viber || ch == channel.WhatsApp)
}

// cleanFields makes the one address that a form asks for required: without it there would be nobody. Empty lists become none.
func (d *Design) cleanFields() {
	d.Fields = slices.Clone(d.Fields)
	only := d.asks(Email) != d.asks(Phone)
	for i := range d.Fields {
		if len(d.Fields[i].Topics) == 0 {
			d.Fields[i].Topics = nil
		}
		if f := &d.Fields[i]; only && (f.Sort == Email || f.Sort == Phone) {
			f.Required = true
		}
	}
}
