// Package showcase owns "Our clients" on the public site: a customer allows its name and logo to be shown, an operator looks at them, and
// they disappear six months after the customer's last mailing, or at once when the customer takes the permission back (CMP-10).
package showcase

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/jpeg"
	"image/png"
	"net/url"
	"strings"
	"time"

	"keruen/internal/errs"
	"keruen/internal/id"
)

type clientKind struct{}

func (clientKind) Prefix() string { return "cli" }

// ID identifies a client on the page.
type ID = id.Of[clientKind]

// State says where a permission stands.
type State string

// States. An account without a permission has none.
const (
	Waiting State = "waiting" // for an operator
	Shown   State = "shown"
	Refused State = "refused"
	Ended   State = "ended" // six months without a mailing
)

// Limits of what is shown.
const (
	MaxName    = 80        // characters
	MaxLogo    = 200 << 10 // bytes
	MinSide    = 48        // points
	MaxSide    = 2000
	maxShape   = 6 // a side may be so many times the other
	stayMonths = 6 // after the last mailing (CMP-10)
)

// Errors of the page.
var (
	ErrLogo     = errs.New(errs.Invalid, "showcase.logo", "The logo must be a PNG or JPEG of at most 200 KB, from 48 to 2,000 points a side, and no side longer than six times the other.")
	ErrName     = errs.New(errs.Invalid, "showcase.name", "Write the name that stands under the logo, at most 80 characters.")
	ErrSite     = errs.New(errs.Invalid, "showcase.site", "Write the whole address of your site, such as https://example.kz, or leave it empty.")
	ErrNoMail   = errs.New(errs.Conflict, "showcase.no_mailing", "This customer has sent no mailing in the last six months.")
	ErrReason   = errs.New(errs.Invalid, "showcase.reason", "Say why: the customer reads it.")
	ErrDecided  = errs.New(errs.Conflict, "showcase.changed", "The customer has changed or withdrawn it meanwhile. Look again.")
	ErrNotAsked = errs.New(errs.NotFound, "showcase.absent", "This account has not allowed its logo to be shown.")
)

// Client is what one account allows to be shown.
type Client struct {
	ID         ID
	Tenant     id.Tenant
	State      State
	Name       string
	Site       string // https://example.kz; may be empty
	Logo       Logo   // without its bytes in lists
	Reason     string // why it was refused
	AllowedAt  time.Time
	DecidedAt  time.Time
	ShownUntil time.Time
}

// Logo is a picture, written anew by us: nothing but the picture itself is kept of the file.
type Logo struct {
	Type          string
	Width, Height int
	Hash          string // of Picture; part of its address, so that a picture never changes
	Picture       []byte
}

// LogoPath is where the public page finds the picture.
func (c Client) LogoPath() string { return LogoPath + c.ID.String() + "/" + c.Logo.Hash }

// LogoPath begins the addresses of pictures.
const LogoPath = "/clients/logo/"

// Offer is what a customer allows.
type Offer struct {
	Name string
	Site string
	Logo []byte // PNG or JPEG; nil keeps the one that is there
}

func (o Offer) check() (Offer, error) {
	o.Name, o.Site = strings.TrimSpace(o.Name), strings.TrimSpace(o.Site)
	var wrong []errs.Field
	if o.Name == "" || len([]rune(o.Name)) > MaxName {
		wrong = append(wrong, blame("name", ErrName))
	}
	if o.Site != "" && !isSite(o.Site) {
		wrong = append(wrong, blame("site", ErrSite))
	}
	if len(wrong) > 0 {
		return o, errs.ErrInvalid.At(wrong...)
	}
	return o, nil
}

// isSite takes an address of a site that strangers may be sent to: no password, no script.
func isSite(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && strings.Contains(u.Hostname(), ".") && u.User == nil && len(s) <= 200
}

// readLogo looks at a picture by its content and writes it anew, so that neither hidden data nor another kind of file comes along.
func readLogo(file []byte) (Logo, error) {
	if len(file) == 0 || len(file) > MaxLogo {
		return Logo{}, ErrLogo
	}
	size, format, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil || !fits(size.Width, size.Height) || format != "png" && format != "jpeg" {
		return Logo{}, ErrLogo
	}
	picture, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return Logo{}, ErrLogo
	}
	var out bytes.Buffer
	if format == "png" {
		err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, picture)
	} else {
		err = jpeg.Encode(&out, picture, &jpeg.Options{Quality: 90})
	}
	if err != nil {
		return Logo{}, ErrLogo
	}
	sum := sha256.Sum256(out.Bytes())
	return Logo{Type: "image/" + format, Width: size.Width, Height: size.Height, Hash: hex.EncodeToString(sum[:8]), Picture: out.Bytes()}, nil
}

func fits(w, h int) bool {
	short, long := min(w, h), max(w, h)
	return short >= MinSide && long <= MaxSide && long <= short*maxShape
}

// until tells when a client leaves the page: six months after its last mailing. Zero for one that has never sent any.
func until(last time.Time) time.Time {
	if last.IsZero() {
		return time.Time{}
	}
	return last.AddDate(0, stayMonths, 0)
}

func blame(path string, e *errs.Error) errs.Field {
	return errs.Field{Path: path, Code: e.Code, Text: e.Text}
}
