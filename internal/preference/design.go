package preference

import (
	"fmt"
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

type logoKind struct{}

func (logoKind) Prefix() string { return "lgo" }

// LogoID identifies a picture that an account put on its page. A picture never changes.
type LogoID = id.Of[logoKind]

// Design is what an account says and shows on its preference page. What it cannot change: leaving everything is always there,
// one press away, and what a contact has agreed to is always shown.
type Design struct {
	Title    lang.Text         `json:"title"`    // empty = the built-in words
	Intro    lang.Text         `json:"intro"`    // may be empty
	Farewell lang.Text         `json:"farewell"` // to who left; may be empty
	Logo     LogoID            `json:"logo"`     // zero = none
	Colour   string            `json:"colour"`   // #rrggbb; empty = the product's
	Channels []channel.Kind    `json:"channels"` // offered, in this order; e-mail is always among them
	Topics   []contact.TopicID `json:"topics"`   // in this order; topics that are not named follow in the account's order
	Hidden   []contact.TopicID `json:"hidden"`   // topics that are not offered
	Pause    bool              `json:"pause"`    // offers a pause
	Others   bool              `json:"others"`   // offers consent to third-party offers

	LogoWidth, LogoHeight int // of the picture itself; SaveDraft sets them
}

// Limits of a design.
const (
	MaxTitle    = 80  // characters
	MaxIntro    = 600 // characters
	MaxFarewell = 300 // characters
	maxTopics   = 200
)

// Errors of designs.
var (
	ErrColour  = errs.New(errs.Invalid, "preference.colour", "A colour is written #rrggbb, for example #08768b.")
	ErrChannel = errs.New(errs.Invalid, "preference.channel", "There is no such channel on the page, or it is named twice. Choose among e-mail, SMS, Viber, WhatsApp, Telegram and Instagram.")
	ErrTopic   = errs.New(errs.Invalid, "preference.topic", "There is no such topic, or it is named twice.")
	ErrLogo    = errs.New(errs.Invalid, "preference.logo", "The logo must be a PNG, JPEG or GIF of at most 200 KB and 2,000 × 2,000 points.")
	ErrNothing = errs.New(errs.Conflict, "preference.unchanged", "The draft is the same as the published page.")
)

// FirstDesign is what an account has before it has designed anything: a page that works.
func FirstDesign() Design {
	return Design{Channels: []channel.Kind{channel.Email}, Pause: true}
}

// checked returns the design as it is kept, or errs.ErrInvalid with every wrong place.
func (d Design) checked() (Design, error) {
	var wrong []errs.Field
	for _, t := range []struct {
		path  string
		text  *lang.Text
		limit int
		lines bool
	}{{"title", &d.Title, MaxTitle, false}, {"intro", &d.Intro, MaxIntro, true}, {"farewell", &d.Farewell, MaxFarewell, true}} {
		for _, in := range []struct {
			lang lang.Lang
			text *string
		}{{lang.Russian, &t.text.Ru}, {lang.Kazakh, &t.text.Kk}, {lang.English, &t.text.En}} {
			*in.text = clean(*in.text, t.lines)
			if utf8.RuneCountInString(*in.text) > t.limit {
				wrong = append(wrong, errs.Field{Path: t.path + "." + string(in.lang), Code: "too_long", Text: "The value is too long.", Params: map[string]any{"limit": t.limit}})
			}
		}
	}
	if c, ok := frame.ParseColour(d.Colour); ok {
		d.Colour = c
	} else if d.Colour != "" {
		wrong = append(wrong, blame("colour", ErrColour))
	}
	if !slices.Contains(d.Channels, channel.Email) {
		d.Channels = append([]channel.Kind{channel.Email}, d.Channels...)
	}
	for i, c := range d.Channels {
		if !slices.Contains(contact.Channels, c) || slices.Contains(d.Channels[:i], c) {
			wrong = append(wrong, blame(fmt.Sprintf("channels.%d", i), ErrChannel))
		}
	}
	if len(d.Topics)+len(d.Hidden) > maxTopics || repeats(append(slices.Clone(d.Topics), d.Hidden...)) {
		wrong = append(wrong, blame("topics", ErrTopic))
	}
	if len(wrong) > 0 {
		return d, errs.ErrInvalid.At(wrong...)
	}
	return d, nil
}

func repeats(list []contact.TopicID) bool {
	for i, t := range list {
		if slices.Contains(list[:i], t) {
			return true
		}
	}
	return false
}

func blame(path string, e *errs.Error) errs.Field {
	return errs.Field{Path: path, Code: e.Code, Text: e.Text}
}

// clean makes a text safe to show: one line, or for longer ones paragraphs without empty runs.
func clean(s string, lines bool) string {
	if !lines {
		return contact.CleanText(s)
	}
	var out []string
	for line := range strings.Lines(s) {
		if line = contact.CleanText(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// Page is an account's preference page: what is published, and the draft of the next version.
type Page struct {
	Tenant    id.Tenant
	Key       string // of its public address
	Draft     Design
	Published Design
	Version   int64 // of what is published; 0 when nothing ever was
	Edit      int64 // version of the draft, for If-Match
	ChangedAt time.Time
	At        time.Time // when it was published; zero when never
	Changes   []string  // names of what the draft changes, in the order of the screen
}

// differences names what the draft changes.
func differences(old, now Design) []string {
	out := []string{}
	add := func(name string, same bool) {
		if !same {
			out = append(out, name)
		}
	}
	add("title", old.Title == now.Title)
	add("intro", old.Intro == now.Intro)
	add("farewell", old.Farewell == now.Farewell)
	add("logo", old.Logo == now.Logo)
	add("colour", old.Colour == now.Colour)
	add("channels", slices.Equal(old.Channels, now.Channels))
	add("topics", slices.Equal(old.Topics, now.Topics) && slices.Equal(old.Hidden, now.Hidden))
	add("pause", old.Pause == now.Pause)
	add("others", old.Others == now.Others)
	return out
}
