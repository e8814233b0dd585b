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
	OnExisting     contact.OnExisting `json:"on_existing"`
	List           contact.ListID     `json:"list,omitempty"`     // list to put the contacts on
	NewList        string             `json:"new_list,omitempty"` // name of a list to be made
	Consent        Declaration        `json:"consent"`
	DefaultCountry string             `json:"default_country"` // of telephone numbers without a country code
}

// Mapping says where a column goes. An empty field leaves the column out.
type Mapping struct {
	Column   int    `json:"column"`
	Field    string `json:"field"`
	NewField string `json:"new_field,omitempty"` // label of a custom field to be made under the key in Field
}

// Declaration is what the account declares about the consent of the contacts in a file. Starting the import signs it: it is
// recorded as an act of signature, and every consent points to it (AUD-1).
type Declaration struct {
	Declared bool            `json:"declared"` // false: there is no consent, the contacts stay out of mailings
	Source   string          `json:"source,omitempty"`
	Date     string          `json:"date,omitempty"` // YYYY-MM-DD: when it was given, the latest of the days
	Channels []channel.Kind  `json:"channels,omitempty"`
	Purpose  channel.Purpose `json:"purpose,omitempty"`
	Wording  string          `json:"wording,omitempty"` // the words agreed to, or the proof
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

// check returns every wrong value of the settings. columns is how many the file has, custom the fields there are, now the present.
func (s Settings) check(columns int, custom []contact.Field, now time.Time) []errs.Field {
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
	return append(out, s.Consent.check(now)...)
}

func (s Settings) checkMapping(columns int, custom []contact.Field) []errs.Field {
	var out []errs.Field
	used, seen := map[string]bool{}, map[int]bool{}
	for i, m := range s.Mapping {
		path := fmt.Sprintf("mapping[%d]", i)
		if m.Column < 0 || m.Column >= columns {
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
		if used[m.Field] {
			out = append(out, wrong(path+".field", "import.field_twice", "Two columns go to one field. Keep one of them.", "field", m.Field))
		}
		used[m.Field] = true
		out = append(out, m.check(path, custom)...)
	}
	if !used[fieldEmail] && !used[fieldPhone] {
		out = append(out, wrong("mapping", "import.no_identifier", "Choose the column with e-mail addresses or with telephone numbers: without one a contact cannot be recognised."))
	}
	if used[fieldFull] && (used[fieldFirst] || used[fieldLast]) {
		out = append(out, wrong("mapping", "import.names_twice", "Take the full name, or the first and last name apart, not both."))
	}
	return out
}

func (m Mapping) check(path string, custom []contact.Field) []errs.Field {
	exists := slices.Contains(builtin, m.Field) || slices.ContainsFunc(custom, func(f contact.Field) bool { return f.Key == m.Field })
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

func (d Declaration) consents() []contact.ConsentKey {
	if !d.Declared {
		return nil
	}
	var out []contact.ConsentKey
	for _, ch := range d.Channels {
		out = append(out, contact.ConsentKey{Channel: ch, Purpose: d.Purpose})
	}
	return out
}

// validate checks settings against the file and the account, also that a list is the account's.
func (s *Service) validate(ctx context.Context, q db.Querier, t id.Tenant, i Import, now time.Time) error {
	custom, err := s.contacts.Fields(ctx, t)
	if err != nil {
		return err
	}
	if list := i.Settings.check(len(i.Columns), custom, now); len(list) > 0 {
		return errs.ErrInvalid.At(list...)
	}
	if i.Settings.List == 0 {
		return nil
	}
	return contact.HaveLists(ctx, q, t, []contact.ListID{i.Settings.List})
}
