// Package export writes contacts into a file that members may take away. See README.md.
package export

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/lang"
)

type exportKind struct{}

func (exportKind) Prefix() string { return "exp" }

// ID identifies an export.
type ID = id.Of[exportKind]

// State of an export.
type State string

// States. Only a file that is ready can be taken.
const (
	Running   State = "running"
	Ready     State = "ready"
	Cancelled State = "cancelled"
	Failed    State = "failed"
	Expired   State = "expired" // the file was kept for Kept and is gone
)

// Format of the file.
type Format string

// Formats.
const (
	CSV   Format = "csv"
	XLSX  Format = "xlsx"
	VCard Format = "vcard"
)

var extensions = map[Format]string{CSV: ".csv", XLSX: ".xlsx", VCard: ".vcf"}

// Limits of an export.
const (
	Kept       = 7 * 24 * time.Hour // how long the file can be taken
	MinReason  = 3                  // characters of the reason
	MaxReason  = 500
	MaxColumns = 300
	maxFile    = 32 << 30 // bytes
)

// Errors of exports.
var (
	ErrReason   = errs.New(errs.Invalid, "export.reason", "Say why the contacts are taken out: from 3 to 500 characters. It goes to the log of actions.")
	ErrFormat   = errs.New(errs.Invalid, "export.format", "The format must be csv, xlsx or vcard.")
	ErrColumn   = errs.New(errs.Invalid, "export.column", "There is no such column.")
	ErrNobody   = errs.New(errs.Invalid, "export.nobody", "There is nobody to export: no contact matches. Change the filter.")
	ErrNotReady = errs.New(errs.Conflict, "export.not_ready", "The file is not ready. Wait until the export ends.")
	ErrGone     = errs.New(errs.Conflict, "export.gone", "The file was kept for 7 days and is deleted. Export the contacts again.")
	ErrEnded    = errs.New(errs.Conflict, "export.ended", "The export has ended, so there is nothing to cancel.")
	ErrBusy     = errs.New(errs.Conflict, "export.busy", "The export is running. Cancel it first.")
)

// Export is one file of contacts.
type Export struct {
	ID         ID
	Tenant     id.Tenant
	State      State
	Ask        Ask
	Filename   string
	Rows       int64    // contacts in the file
	Size       int64    // bytes of it
	Job        jobs.ID  // that works on it, zero when none does
	Failure    *Failure // with Failed
	Downloads  int      // how often the file was taken
	CreatedBy  id.Member
	CreatedAt  time.Time
	FinishedAt time.Time
	ExpiresAt  time.Time // when the file goes

	blob string
}

// Failure is why an export stopped.
type Failure struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Ask is what a member wants to have.
type Ask struct {
	Format  Format    `json:"format"`
	Filter  Filter    `json:"filter"`
	Columns []string  `json:"columns"` // in their order; none = all. A vCard leaves out what it has no word for.
	Reason  string    `json:"-"`       // has a column of its own
	Lang    lang.Lang `json:"lang"`    // of headings
	Zone    string    `json:"zone"`    // IANA time zone of times; empty = UTC
}

// Filter says which contacts. Its zero value is all of them; conditions add up.
type Filter struct {
	Search  string            `json:"search,omitempty"`
	List    contact.ListID    `json:"list,omitempty"`
	Tag     contact.TagID     `json:"tag,omitempty"`
	Segment contact.SegmentID `json:"segment,omitempty"`
	Consent contact.Action    `json:"consent,omitempty"` // to advertising by e-mail
}

func (f Filter) contacts() contact.Filter {
	return contact.Filter{Search: f.Search, List: f.List, Tag: f.Tag, Segment: f.Segment, Consent: f.Consent, Sort: "created_at"}
}

// Columns beside custom fields, which are "field." and the key, and consent, which is "consent." and the channel.
const (
	colEmail    = "email"
	colPhone    = "phone"
	colFirst    = "first_name"
	colLast     = "last_name"
	colLang     = "lang"
	colExternal = "external_id"
	colTags     = "tags"
	colLists    = "lists"
	colStop     = "stop_list"
	colCreated  = "created_at"
	colUpdated  = "updated_at"

	fieldPrefix   = "field."
	consentPrefix = "consent."
)

// Builtin lists the columns that every account has, in the order of a file with all of them; custom fields stand before colTags.
var Builtin = func() []string {
	out := []string{colEmail, colPhone, colFirst, colLast, colLang, colExternal, colTags, colLists}
	for _, ch := range contact.Channels {
		out = append(out, consentPrefix+string(ch))
	}
	return append(out, colStop, colCreated, colUpdated)
}()

// resolve checks the columns and fills in all when none were chosen.
func (a *Ask) resolve(custom []contact.Field) error {
	known := make([]string, 0, len(Builtin)+len(custom))
	for _, c := range Builtin {
		if c == colTags {
			for _, f := range custom {
				known = append(known, fieldPrefix+f.Key)
			}
		}
		known = append(known, c)
	}
	if len(a.Columns) == 0 {
		a.Columns = known
		return nil
	}
	for _, c := range a.Columns {
		if !slices.Contains(known, c) {
			return errs.ErrInvalid.At(errs.Field{Path: "columns", Code: ErrColumn.Code, Text: ErrColumn.Text, Params: map[string]any{"column": c}})
		}
	}
	if len(a.Columns) > MaxColumns {
		return errs.ErrInvalid.At(errs.Field{Path: "columns", Code: "too_many", Text: "There are too many columns.", Params: map[string]any{"limit": MaxColumns}})
	}
	a.Columns = slices.Compact(a.Columns)
	return nil
}

func (a *Ask) check() error {
	if _, ok := extensions[a.Format]; !ok {
		return errs.ErrInvalid.At(errs.Field{Path: "format", Code: ErrFormat.Code, Text: ErrFormat.Text})
	}
	a.Reason = contact.CleanText(a.Reason)
	if n := utf8.RuneCountInString(a.Reason); n < MinReason || n > MaxReason {
		return errs.ErrInvalid.At(errs.Field{Path: "reason", Code: ErrReason.Code, Text: ErrReason.Text})
	}
	if _, err := time.LoadLocation(a.Zone); err != nil {
		a.Zone = ""
	}
	return nil
}

// filename is what the file will be called, with the account's time: "Контакты 2026-11-24 16-38.xlsx".
func (a Ask) filename(now time.Time) string {
	zone, err := time.LoadLocation(a.Zone)
	if err != nil {
		zone = time.UTC
	}
	return titleWord.In(a.Lang) + " " + now.In(zone).Format("2006-01-02 15-04") + extensions[a.Format]
}

// about is what the log of actions keeps of a filter: no address that was searched for.
func (f Filter) about() map[string]any {
	out := map[string]any{}
	if f.Search != "" {
		out["search"] = true
	}
	for name, v := range map[string]string{"list": f.List.String(), "tag": f.Tag.String(), "segment": f.Segment.String(), "consent": string(f.Consent)} {
		if v != "" {
			out[name] = v
		}
	}
	return out
}

var titleWord = lang.Text{Ru: "Контакты", Kk: "Контактілер", En: "Contacts"}

var headings = map[string]lang.Text{
	colEmail:    {Ru: "Электронная почта", Kk: "Электрондық пошта", En: "Email"},
	colPhone:    {Ru: "Телефон", Kk: "Телефон", En: "Phone"},
	colFirst:    {Ru: "Имя", Kk: "Аты", En: "First name"},
	colLast:     {Ru: "Фамилия", Kk: "Тегі", En: "Last name"},
	colLang:     {Ru: "Язык", Kk: "Тілі", En: "Language"},
	colExternal: {Ru: "Внешний ID", Kk: "Сыртқы ID", En: "External ID"},
	colTags:     {Ru: "Метки", Kk: "Белгілер", En: "Tags"},
	colLists:    {Ru: "Списки", Kk: "Тізімдер", En: "Lists"},
	colStop:     {Ru: "В стоп-листе", Kk: "Тыйым тізімінде", En: "On the suppression list"},
	colCreated:  {Ru: "Добавлен", Kk: "Қосылған", En: "Added"},
	colUpdated:  {Ru: "Изменён", Kk: "Өзгертілген", En: "Changed"},
}

var consentHeading = lang.Text{Ru: "Согласие на рекламу: ", Kk: "Жарнамаға келісім: ", En: "Consent to advertising: "}

var channelWords = map[channel.Kind]lang.Text{
	channel.Email: {Ru: "почта", Kk: "пошта", En: "e-mail"}, channel.SMS: {Ru: "SMS", Kk: "SMS", En: "SMS"}, channel.Viber: {Ru: "Viber", Kk: "Viber", En: "Viber"},
	channel.WhatsApp: {Ru: "WhatsApp", Kk: "WhatsApp", En: "WhatsApp"}, channel.Telegram: {Ru: "Telegram", Kk: "Telegram", En: "Telegram"}, channel.Instagram: {Ru: "Instagram", Kk: "Instagram", En: "Instagram"},
}

var consentWords = map[contact.Action]lang.Text{
	contact.Granted:   {Ru: "есть", Kk: "бар", En: "granted"},
	contact.Withdrawn: {Ru: "отозвано", Kk: "қайтарып алынған", En: "withdrawn"},
}

var stopWords = map[contact.StopReason]lang.Text{
	contact.Complaint:    {Ru: "жалоба на спам", Kk: "спамға шағым", En: "spam complaint"},
	contact.HardBounce:   {Ru: "адрес не существует", Kk: "мекенжай жоқ", En: "the address does not exist"},
	contact.Unsubscribed: {Ru: "отписка", Kk: "жазылымнан шықты", En: "unsubscribed"},
}

var stopOther = lang.Text{Ru: "внесён вручную", Kk: "қолмен енгізілген", En: "entered by hand"}

// heading names a column in the language of the file.
func heading(column string, fields map[string]contact.Field, l lang.Lang) string {
	if key, ok := strings.CutPrefix(column, fieldPrefix); ok {
		return fields[key].Label
	}
	if ch, ok := strings.CutPrefix(column, consentPrefix); ok {
		return consentHeading.In(l) + channelWords[channel.Kind(ch)].In(l)
	}
	return headings[column].In(l)
}
