package intake

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// Settings say how a file is to be read.
type Settings struct {
	Mapping        []Mapping          `json:"mapping"`
	Identity       contact.Identity   `json:"identity,omitempty"` // by what rows are recognised; empty = the e-mail if there is such a column, else the telephone, else the external id
	OnExisting     contact.OnExisting `json:"on_existing"`
	List           contact.ListID     `json:"list,omitempty"`     // list to put the contacts on
	NewList        string             `json:"new_list,omitempty"` // name of a list to be made
	Tags           []string           `json:"tags,omitempty"`     // names, made when there are none such
	Consent        Declaration        `json:"consent"`
	DefaultCountry string             `json:"default_country"`      // of telephone numbers without a country code
	DateOrder      DateOrder          `json:"date_order,omitempty"` // of dates like 03/04/2025; empty = not said yet
	Remedies       []Remedy           `json:"remedies,omitempty"`   // what to do with rows of one trouble
}

// Mapping says where a column goes. An empty field leaves the column out.
type Mapping struct {
	Column   int               `json:"column"`
	Field    string            `json:"field"`
	NewField string            `json:"new_field,omitempty"` // label of a custom field to be made under the key in Field
	NewKind  contact.FieldKind `json:"new_kind,omitempty"`  // of it; empty = text
}

// field is what a mapping to a field that is still to be made will be.
func (m Mapping) field() contact.Field {
	f := contact.Field{Key: m.Field, Label: m.NewField, Kind: m.NewKind}
	if f.Kind == "" {
		f.Kind = contact.TextField
	}
	return f
}

func (m Mapping) draft() contact.FieldDraft {
	f := m.field()
	return contact.FieldDraft{Key: f.Key, Label: f.Label, Kind: f.Kind}
}

// newKinds may be made from a file. A choice needs its values first and is made in the settings of the account.
var newKinds = []contact.FieldKind{"", contact.TextField, contact.NumberField, contact.DateField, contact.BooleanField, contact.ListField}

// DateOrder tells how to read a date of three numbers.
type DateOrder string

// Orders of day, month and year.
const (
	DayFirst   DateOrder = "dmy"
	MonthFirst DateOrder = "mdy"
	YearFirst  DateOrder = "ymd"
)

// Remedy says what to do with the rows that have one trouble in one column.
type Remedy struct {
	Code   string `json:"code"`
	Column int    `json:"column"` // -1: whole rows
	Action Action `json:"action"`
	Value  string `json:"value,omitempty"` // with set: the value; with format: an order of dates or a country of telephones
}

// Action of a remedy.
type Action string

// Actions.
const (
	Drop   Action = "skip"   // pass the rows over, they count as skipped
	Clear  Action = "clear"  // take the rows without this value
	Put    Action = "set"    // put a value in its place
	Reread Action = "format" // read the column in another way
)

// MaxRemedies is how many remedies an import may have.
const MaxRemedies = 50

// MaxTags is how many tags an import may give to all its contacts.
const MaxTags = 10

// Declaration is what the account declares about the consent of the contacts in a file. Starting the import signs it: it is
// recorded as an act of signature, and every consent points to it (AUD-1).
type Declaration struct {
	Declared bool              `json:"declared"` // false: there is no consent, the contacts stay out of mailings
	Source   string            `json:"source,omitempty"`
	Date     string            `json:"date,omitempty"` // YYYY-MM-DD: when it was given, the latest of the days
	Channels []channel.Kind    `json:"channels,omitempty"`
	Purpose  channel.Purpose   `json:"purpose,omitempty"`
	Topic    contact.TopicID   `json:"topic,omitempty"`   // zero: the purpose as a whole
	Choice   contact.WordingID `json:"choice,omitempty"`  // one of the account's wordings; then Wording is its text
	Wording  string            `json:"wording,omitempty"` // the words agreed to
	Proof    *ProofFile        `json:"proof,omitempty"`   // a scan or a picture that shows it
}

// Limits of a declaration, in characters.
const (
	minSource  = 3
	maxSource  = 200
	minWording = 10
	maxWording = 2000
	maxLabel   = 80
)

func wrong(path, code, text string, params ...any) errs.Field {
	f := errs.Field{Path: path, Code: code, Text: text}
	for i := 0; i+1 < len(params); i += 2 {
		if f.Params == nil {
			f.Params = map[string]any{}
		}
		f.Params[params[i].(string)] = params[i+1]
	}
	return f
}

var keyPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// identity is by what rows are recognised.
func (s Settings) identity() contact.Identity {
	if s.Identity != "" {
		return s.Identity
	}
	for _, by := range []contact.Identity{contact.ByEmail, contact.ByPhone} {
		if s.maps(string(by)) {
			return by
		}
	}
	return contact.ByExternal
}

func (s Settings) maps(field string) bool {
	return slices.ContainsFunc(s.Mapping, func(m Mapping) bool { return m.Field == field })
}

// check returns every wrong value of the settings. custom is the fields there are, now the present.
func (s Settings) check(columns []Column, custom []contact.Field, now time.Time) []errs.Field {
	out := s.checkMapping(columns, custom)
	switch s.OnExisting {
	case contact.UpdateEmpty, contact.Overwrite, contact.Skip:
	default:
		out = append(out, wrong("on_existing", "import.on_existing", "Choose what happens to contacts that are there already: update_empty, overwrite or skip."))
	}
	if s.List != 0 && s.NewList != "" {
		out = append(out, wrong("new_list", "import.two_lists", "Choose a list or name a new one, not both."))
	}
	if utf8.RuneCountInString(s.NewList) > contact.MaxName {
		out = append(out, wrong("new_list", "too_long", "The value is too long.", "limit", contact.MaxName))
	}
	if !slices.Contains(contact.PhoneCountries, s.DefaultCountry) {
		out = append(out, wrong("default_country", "import.country", "The country of the telephone numbers is not known."))
	}
	out = append(out, s.checkTags()...)
	out = append(out, s.checkRemedies(columns)...)
	return append(out, s.Consent.check(now)...)
}

func (s Settings) checkTags() []errs.Field {
	if len(s.Tags) > MaxTags {
		return []errs.Field{wrong("tags", "import.tags", "At most ten tags can be given to all contacts of an import.")}
	}
	for i, name := range s.Tags {
		if n := utf8.RuneCountInString(contact.CleanText(name)); n == 0 || n > contact.MaxTagName {
			return []errs.Field{wrong(fmt.Sprintf("tags[%d]", i), "tag.name", "A tag needs a name of at most 60 characters.")}
		}
	}
	return nil
}

func (s Settings) checkRemedies(columns []Column) []errs.Field {
	if len(s.Remedies) > MaxRemedies {
		return []errs.Field{wrong("remedies", "import.remedies", "There are too many corrections of groups. Mend the file and upload it again.")}
	}
	var out []errs.Field
	for i, r := range s.Remedies {
		path := fmt.Sprintf("remedies[%d]", i)
		if r.Column < -1 || r.Column >= len(columns) {
			out = append(out, wrong(path+".column", "import.no_column", "The file has no such column.", "column", r.Column))
		}
		if r.Column == -1 && r.Action != Drop {
			out = append(out, wrong(path+".action", "import.remedy_row", "Whole rows can only be passed over."))
		}
		if r.Action == Put && (contact.CleanText(r.Value) == "" || utf8.RuneCountInString(r.Value) > contact.MaxFieldValue) {
			out = append(out, wrong(path+".value", "import.remedy_value", "Say which value to put there."))
		}
		if r.Action == Reread && !validFormat(r.Value) {
			out = append(out, wrong(path+".value", "import.remedy_format", "Choose an order of dates (dmy, mdy, ymd) or a country of telephone numbers."))
		}
		if !slices.Contains([]Action{Drop, Clear, Put, Reread}, r.Action) {
			out = append(out, wrong(path+".action", "import.remedy_action", "Choose what to do with these rows: skip, clear, set or format."))
		}
	}
	return out
}

func validFormat(v string) bool {
	return slices.Contains([]DateOrder{DayFirst, MonthFirst, YearFirst}, DateOrder(v)) || slices.Contains(contact.PhoneCountries, v)
}

func (s Settings) checkMapping(columns []Column, custom []contact.Field) []errs.Field {
	var out []errs.Field
	used, seen := map[string]bool{}, map[int]bool{}
	for i, m := range s.Mapping {
		path := fmt.Sprintf("mapping[%d]", i)
		if m.Column < 0 || m.Column >= len(columns) {
			out = append(out, wrong(path+".column", "import.no_column", "The file has no such column.", "column", m.Column))
			continue
		}
		if seen[m.Column] {
			out = append(out, wrong(path+".column", "import.column_twice", "The column stands in the list twice.", "column", m.Column))
		}
		seen[m.Column] = true
		if m.Field == "" {
			continue
		}
		if used[m.Field] && m.Field != fieldTags { // several columns of tags add up
			out = append(out, wrong(path+".field", "import.field_twice", "Two columns go to one field. Keep one of them.", "field", m.Field))
		}
		used[m.Field] = true
		out = append(out, m.check(path, custom)...)
	}
	return append(out, s.checkWhole(columns, custom, used)...)
}

// checkWhole refuses what is wrong with the mapping as a whole. used are the fields that columns go to.
func (s Settings) checkWhole(columns []Column, custom []contact.Field, used map[string]bool) []errs.Field {
	var out []errs.Field
	switch {
	case !used[fieldEmail] && !used[fieldPhone]:
		out = append(out, wrong("mapping", "import.no_identifier", "Choose the column with the e-mail addresses or the telephone numbers."))
	case s.Identity != "" && !used[string(s.Identity)]:
		out = append(out, wrong("identity", "import.identity", "Contacts cannot be recognised by a column that is not imported."))
	}
	if s.Identity != "" && s.Identity != contact.ByEmail && s.Identity != contact.ByPhone && s.Identity != contact.ByExternal {
		out = append(out, wrong("identity", "import.identity_kind", "Contacts are recognised by email, phone or external_id."))
	}
	if used[fieldFull] && (used[fieldFirst] || used[fieldLast]) {
		out = append(out, wrong("mapping", "import.names_twice", "Choose either the column with the full name or those with its parts."))
	}
	switch s.DateOrder {
	case "":
		if s.ambiguous(columns, custom) {
			out = append(out, wrong("date_order", "import.date_order", "Say how to read dates like 03/04/2025: day first or month first."))
		}
	case DayFirst, MonthFirst, YearFirst:
	default:
		out = append(out, wrong("date_order", "import.date_order_kind", "The order of dates must be dmy, mdy or ymd."))
	}
	return out
}

// ambiguous tells that dates are imported whose order the file does not show.
func (s Settings) ambiguous(columns []Column, custom []contact.Field) bool {
	for _, m := range s.Mapping {
		if m.Column < 0 || m.Column >= len(columns) || columns[m.Column].Dates != AnyOrder {
			continue
		}
		if kindOfField(m, custom) == contact.DateField {
			return true
		}
	}
	return false
}

func kindOfField(m Mapping, custom []contact.Field) contact.FieldKind {
	if m.NewField != "" {
		return m.field().Kind
	}
	for _, f := range custom {
		if f.Key == m.Field {
			return f.Kind
		}
	}
	return ""
}

func (m Mapping) check(path string, custom []contact.Field) []errs.Field {
	if slices.Contains(builtin, m.Field) {
		return nil
	}
	exists := slices.ContainsFunc(custom, func(f contact.Field) bool { return f.Key == m.Field })
	switch {
	case m.NewField == "" && !exists:
		return []errs.Field{wrong(path+".field", "import.unknown_field", "There is no such field. Choose another or make a new one.", "field", m.Field)}
	case m.NewField == "":
		return nil
	case exists:
		return []errs.Field{wrong(path+".new_field", "field.taken", "There is a field with this key already.", "field", m.Field)}
	case !keyPattern.MatchString(m.Field):
		return []errs.Field{wrong(path+".field", contact.ErrFieldKey.Code, contact.ErrFieldKey.Text)}
	case utf8.RuneCountInString(m.NewField) > maxLabel:
		return []errs.Field{wrong(path+".new_field", "too_long", "The value is too long.", "limit", maxLabel)}
	case !slices.Contains(newKinds, m.NewKind):
		return []errs.Field{wrong(path+".new_kind", "import.new_kind", "A field of this kind cannot be made from a file. Make it in the settings of fields, then choose it here.")}
	default:
		return nil
	}
}

// earliest is before any consent that this program could be told of.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func (d Declaration) check(now time.Time) []errs.Field {
	if !d.Declared {
		return nil
	}
	var out []errs.Field
	if n := utf8.RuneCountInString(strings.TrimSpace(d.Source)); n < minSource || n > maxSource {
		out = append(out, wrong("consent.source", "import.consent_source", "Say where the contacts agreed: a form on a site, a questionnaire, a contract."))
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(d.Wording)); n < minWording || n > maxWording {
		out = append(out, wrong("consent.wording", "import.consent_wording", "Give the words that the contacts agreed to, 10 to 2,000 characters."))
	}
	day, err := d.day()
	if err != nil || day.Before(earliest) {
		out = append(out, wrong("consent.date", "import.consent_date", "Give the day of the consent like 2026-03-31."))
	} else if day.After(now.Add(14 * time.Hour)) { // the day may have begun further east
		out = append(out, wrong("consent.date", "import.consent_future", "The day of the consent lies in the future."))
	}
	if len(d.Channels) == 0 {
		out = append(out, wrong("consent.channels", "import.consent_channels", "Choose for which channels the consent was given."))
	}
	for i, ch := range d.Channels {
		if !slices.Contains(contact.Channels, ch) {
			out = append(out, wrong(fmt.Sprintf("consent.channels[%d]", i), contact.ErrChannel.Code, contact.ErrChannel.Text))
		}
	}
	if !slices.Contains(contact.Purposes, d.Purpose) {
		out = append(out, wrong("consent.purpose", contact.ErrPurpose.Code, contact.ErrPurpose.Text))
	}
	return out
}

func (d Declaration) day() (time.Time, error) { return time.Parse(time.DateOnly, d.Date) }

// keys are the consents that are declared.
func (d Declaration) keys() []contact.ConsentKey {
	if !d.Declared {
		return nil
	}
	var out []contact.ConsentKey
	for _, ch := range d.Channels {
		out = append(out, contact.ConsentKey{Channel: ch, Purpose: d.Purpose, Topic: d.Topic})
	}
	return out
}

// validate checks settings against the file and the account, also that a list is the account's.
func (s *Service) validate(ctx context.Context, q db.Querier, t id.Tenant, i Import, now time.Time) error {
	custom, err := s.contacts.Fields(ctx, t)
	if err != nil {
		return err
	}
	if list := i.Settings.check(i.Columns, custom, now); len(list) > 0 {
		return errs.ErrInvalid.At(list...)
	}
	if i.Settings.List == 0 {
		return nil
	}
	return contact.HaveLists(ctx, q, t, []contact.ListID{i.Settings.List})
}
