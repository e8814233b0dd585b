// Package media owns the pictures and files that letters show and link to. See README.md.
package media

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"keruen/internal/errs"
	"keruen/internal/id"
)

type mediaKind struct{}

func (mediaKind) Prefix() string { return "med" }

// ID identifies a picture or a file in the library of an account.
type ID = id.Of[mediaKind]

// Kind tells pictures, which letters show, from files, which they link to.
type Kind string

// Kinds.
const (
	Image Kind = "image"
	File  Kind = "file"
)

// Media is a picture or a file of an account. What is shown under its address never changes.
type Media struct {
	ID           ID
	Tenant       id.Tenant
	Key          string // of the public address
	Kind         Kind
	Name         string
	Alt          string // what a picture shows, in words
	Folder       string // empty = none
	Type         string // media type of what is shown
	Size         int64  // bytes of what is shown
	Width        int    // pixels of what is shown; 0 for files
	Height       int
	Animated     bool
	OriginalSize int64 // bytes of what was uploaded
	SHA256       string
	Version      int64
	By           id.Member
	CreatedAt    time.Time
	UpdatedAt    time.Time

	blob, original string
}

// PublicPath is where media are shown to everybody who has the address.
const PublicPath = "/m/"

// Path is the public address on our host. The name in it is for people and programs that save files; it is not looked at.
func (m Media) Path() string { return PublicPath + m.Key + "/" + url.PathEscape(m.filename()) }

// filename is the name with the ending of its type, which a picture may have changed.
func (m Media) filename() string {
	ending := endings[m.Type]
	if ending == "" {
		return m.Name
	}
	return strings.TrimSuffix(m.Name, path.Ext(m.Name)) + ending
}

var endings = map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif"}

// Limits of the library.
const (
	MaxPicture  = 10 << 20   // bytes of a picture as it is uploaded
	MaxFile     = 25 << 20   // bytes of a file
	MaxPixels   = 40_000_000 // of a picture, or of all frames of a GIF together
	MaxWidth    = 1200       // pixels of what is shown: twice the 600 of a letter, for dense screens
	MaxMedia    = 5000       // of one account
	MaxSpace    = 2 << 30    // bytes of one account, originals counted
	maxName     = 120        // characters
	maxAlt      = 300
	maxFolder   = 60
	jpegQuality = 85
)

// Errors of media.
var (
	ErrLarge    = errs.New(errs.TooLarge, "media.too_large", "The file is larger than allowed: 10 MB for a picture, 25 MB for a file.")
	ErrType     = errs.New(errs.Invalid, "media.type", "Files of this type cannot be kept. Pictures: PNG, JPEG, GIF, WebP. Files: PDF, Word, Excel, PowerPoint, text, CSV, calendar, MP3, MP4.")
	ErrSVG      = errs.New(errs.Invalid, "media.svg", "SVG pictures can hold programs, and mail programs do not show them. Save the picture as PNG.")
	ErrHEIC     = errs.New(errs.Invalid, "media.heic", "Mail programs do not show HEIC and AVIF pictures. Save the picture as JPEG.")
	ErrPicture  = errs.New(errs.Invalid, "media.broken", "The picture cannot be read. It is damaged, or it is an animated WebP: save it as GIF.")
	ErrPixels   = errs.New(errs.Invalid, "media.pixels", "The picture has more than 40 million pixels. Make it smaller.")
	ErrFull     = errs.New(errs.Conflict, "media.full", "The library is full: 2 GB or 5,000 files. Delete what is not used.")
	ErrUsed     = errs.New(errs.Conflict, "media.used", "Letters use this file, so it cannot be deleted: readers would see a hole.")
	ErrName     = errs.New(errs.Invalid, "media.name", "A name has 1 to 120 characters.")
	ErrTooLong  = errs.New(errs.Invalid, "media.too_long", "The text is too long.")
	ErrNotImage = errs.New(errs.Invalid, "media.not_image", "This is no picture.")
)

// files are the types that are kept as they are, by the ending of the name, with the bytes that they begin with; "" for texts.
var files = map[string]struct{ mime, begins string }{
	".pdf": {"application/pdf", "%PDF-"}, ".txt": {"text/plain; charset=utf-8", ""}, ".csv": {"text/csv; charset=utf-8", ""}, ".ics": {"text/calendar; charset=utf-8", "BEGIN:VCALENDAR"},
	".docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK\x03\x04"},
	".xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK\x03\x04"},
	".pptx": {"application/vnd.openxmlformats-officedocument.presentationml.presentation", "PK\x03\x04"},
	".mp3":  {"audio/mpeg", ""}, ".mp4": {"video/mp4", ""},
}

// fileType tells the media type of a file that is kept as it is. head is its beginning.
func fileType(name string, head []byte) (string, error) {
	ending := strings.ToLower(path.Ext(name))
	f, ok := files[ending]
	text := strings.TrimPrefix(string(head), "\ufeff")
	switch {
	case ending == ".svg" || ending == ".svgz":
		return "", ErrSVG
	case ending == ".heic" || ending == ".heif" || ending == ".avif":
		return "", ErrHEIC
	case !ok, !strings.HasPrefix(text, f.begins):
		return "", ErrType
	case ending == ".mp3":
		ok = strings.HasPrefix(text, "ID3") || len(head) > 1 && head[0] == 0xff && head[1]&0xe0 == 0xe0
	case ending == ".mp4":
		ok = len(head) > 12 && string(head[4:8]) == "ftyp"
	case f.begins == "":
		ok = plain(head)
	}
	if !ok {
		return "", ErrType
	}
	return f.mime, nil
}

// plain tells a text: no zero bytes, and nothing that a browser would run if it guessed.
func plain(head []byte) bool {
	low := strings.ToLower(strings.TrimSpace(string(head)))
	return !slices.Contains(head, 0) && !strings.HasPrefix(low, "<")
}

// Change is what to alter. Nil leaves a value.
type Change struct{ Name, Alt, Folder *string }

func (m *Media) apply(c Change) error {
	var wrong []errs.Field
	set := func(path string, to *string, from *string, limit int, e *errs.Error) {
		if from == nil {
			return
		}
		*to = clean(*from)
		if n := utf8.RuneCountInString(*to); n > limit || path == "name" && n == 0 {
			wrong = append(wrong, errs.Field{Path: path, Code: e.Code, Text: e.Text, Params: map[string]any{"limit": limit}})
		}
	}
	set("name", &m.Name, c.Name, maxName, ErrName)
	set("alt", &m.Alt, c.Alt, maxAlt, ErrTooLong)
	set("folder", &m.Folder, c.Folder, maxFolder, ErrTooLong)
	if len(wrong) > 0 {
		return errs.ErrInvalid.At(wrong...)
	}
	return nil
}

// clean makes a text one line without anything that cannot be seen at its ends.
func clean(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
}

// Use is one place where a file is used.
type Use struct {
	What string // template, campaign, letter, saved_block, brand
	ID   string // empty for letters that were sent and for the brand
	Name string
}
