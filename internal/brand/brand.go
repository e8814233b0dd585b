// Package brand owns how the letters of an account look: logo, colours, font, and what stands in their footer. See README.md.
package brand

import (
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"keruen/internal/errs"
	"keruen/internal/frame"
	"keruen/internal/id"
	"keruen/internal/media"
)

// Kit is the look of an account's letters. Colours are #rrggbb. Nothing applies it to a letter yet.
type Kit struct {
	Logo     Logo `json:"logo"`
	LogoDark Logo `json:"logo_dark"` // on a dark ground; zero = the same

	Primary string `json:"primary"` // of buttons
	Link    string `json:"link"`
	Text    string `json:"text"`
	Muted   string `json:"muted"` // of what is less important
	Bg      string `json:"bg"`    // around the letter
	Surface string `json:"surface"`
	Font    string `json:"font"`
	Radius  int    `json:"radius"` // of buttons, in pixels

	Company string   `json:"company"` // in the footer; empty = the account's name
	Address string   `json:"address"`
	Phone   string   `json:"phone"`
	Email   string   `json:"email"`
	Social  []Social `json:"social"`
}

// Logo is a picture of the library, as it was when it was chosen. Zero is none.
type Logo struct {
	ID     media.ID `json:"id"`
	Path   string   `json:"path"` // public address on our host
	Width  int      `json:"width"`
	Height int      `json:"height"`
	Alt    string   `json:"alt"`
}

// Social is a link to a page of the account.
type Social struct {
	Network string `json:"network"`
	Link    string `json:"link"`
}

// Brand is an account's kit with its version; 0 before anything was saved.
type Brand struct {
	Tenant    id.Tenant
	Kit       Kit
	Version   int64
	UpdatedAt time.Time
}

// Fonts are those that every mail program has, by the names that documents of blocks use.
var Fonts = []string{"arial", "verdana", "tahoma", "trebuchet", "georgia", "times"}

// Networks are those that blocks of social links know.
var Networks = []string{"instagram", "telegram", "whatsapp", "youtube", "tiktok", "facebook", "vk", "x", "linkedin", "threads", "site", "email"}

// Limits of a kit.
const (
	MaxText   = 200 // characters of a line of the footer
	MaxSocial = 12
	MaxRadius = 40
	enough    = 4.5 // contrast of words (WCAG 2.2 §1.4.3)
)

// Errors of kits.
var (
	ErrColour  = errs.New(errs.Invalid, "brand.colour", "A colour is written #rrggbb, for example #08768b.")
	ErrFont    = errs.New(errs.Invalid, "brand.font", "Mail programs do not have this font. Choose one of the list.")
	ErrRadius  = errs.New(errs.Invalid, "brand.radius", "The rounding of buttons is 0 to 40 pixels.")
	ErrLong    = errs.New(errs.Invalid, "brand.too_long", "The text is longer than 200 characters.")
	ErrEmail   = errs.New(errs.Invalid, "brand.email", "This is no e-mail address.")
	ErrNetwork = errs.New(errs.Invalid, "brand.network", "There is no such network.")
	ErrLink    = errs.New(errs.Invalid, "brand.link", "The address must begin with https:// or http://, that of e-mail with mailto:.")
	ErrMany    = errs.New(errs.Invalid, "brand.many", "A footer has at most 12 links to networks.")
	ErrLogo    = errs.New(errs.Invalid, "brand.logo", "The logo must be a picture of the library.")
)

// First is the kit of an account that has none: the product's own look.
func First() Kit {
	return Kit{Primary: frame.DefaultColour, Link: "#086b7e", Text: "#14212b", Muted: "#51626e", Bg: "#f5f7f8", Surface: "#ffffff", Font: "arial", Radius: 8, Social: []Social{}}
}

// OnPrimary is the colour of words on a button: black or white, whichever can be read better.
func (k Kit) OnPrimary() string { return frame.PaletteOf(k.Primary).OnIt }

// LinkDark is the colour of links in the dark scheme, light enough to be read there.
func (k Kit) LinkDark() string { return frame.PaletteOf(k.Link).Dark }

// Weak names the colours in which words are hard to read on the letter's surface: text, muted, link.
func (k Kit) Weak() []string {
	out := []string{}
	for _, c := range [][2]string{{"text", k.Text}, {"muted", k.Muted}, {"link", k.Link}} {
		if frame.Contrast(c[1], k.Surface) < enough {
			out = append(out, c[0])
		}
	}
	return out
}

// check returns the kit as it is kept, or errs.ErrInvalid with every wrong place.
func (k Kit) check() (Kit, error) {
	var wrong []errs.Field
	blame := func(path string, e *errs.Error) {
		wrong = append(wrong, errs.Field{Path: path, Code: e.Code, Text: e.Text})
	}
	first := First()
	for _, c := range []struct {
		path  string
		value *string
		usual string
	}{{"primary", &k.Primary, first.Primary}, {"link", &k.Link, first.Link}, {"text", &k.Text, first.Text}, {"muted", &k.Muted, first.Muted}, {"bg", &k.Bg, first.Bg}, {"surface", &k.Surface, first.Surface}} {
		if *c.value == "" {
			*c.value = c.usual
		}
		clean, ok := frame.ParseColour(*c.value)
		if !ok {
			blame(c.path, ErrColour)
			continue
		}
		*c.value = clean
	}
	if k.Font == "" {
		k.Font = first.Font
	}
	if !slices.Contains(Fonts, k.Font) {
		blame("font", ErrFont)
	}
	if k.Radius < 0 || k.Radius > MaxRadius {
		blame("radius", ErrRadius)
	}
	k.checkFooter(blame)
	if len(wrong) > 0 {
		return k, errs.ErrInvalid.At(wrong...)
	}
	return k, nil
}

func (k *Kit) checkFooter(blame func(string, *errs.Error)) {
	for _, t := range []struct {
		path string
		text *string
	}{{"company", &k.Company}, {"address", &k.Address}, {"phone", &k.Phone}, {"email", &k.Email}} {
		*t.text = strings.Join(strings.Fields(strings.ToValidUTF8(*t.text, "")), " ")
		if utf8.RuneCountInString(*t.text) > MaxText {
			blame(t.path, ErrLong)
		}
	}
	if a, err := mail.ParseAddress(k.Email); k.Email != "" && (err != nil || a.Address != k.Email) {
		blame("email", ErrEmail)
	}
	if len(k.Social) > MaxSocial {
		blame("social", ErrMany)
	}
	for i := range k.Social {
		s := &k.Social[i]
		s.Link = strings.TrimSpace(s.Link)
		if !slices.Contains(Networks, s.Network) {
			blame(fmt.Sprintf("social[%d].network", i), ErrNetwork)
		}
		if !leads(s.Network, s.Link) {
			blame(fmt.Sprintf("social[%d].link", i), ErrLink)
		}
	}
}

// leads tells whether a link may stand in a letter: a page, or for e-mail an address.
func leads(network, link string) bool {
	if utf8.RuneCountInString(link) > 2000 {
		return false
	}
	if network == "email" {
		a, err := mail.ParseAddress(strings.TrimPrefix(link, "mailto:"))
		return err == nil && "mailto:"+a.Address == link
	}
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
