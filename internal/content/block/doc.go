// Package block is the document of a letter built from blocks: its shape, its reading, its rendering to HTML and text, and what can be
// said about its quality. It is pure: what a letter may name and who receives it is the matter of content. See README.md.
package block

import (
	"encoding/json"

	"keruen/internal/lang"
)

// Version of the documents that this program writes.
const Version = 1

// Doc is a letter: rows of columns of blocks. Nothing nests deeper. It is stored as the editor sent it; this is how it is read.
type Doc struct {
	V     int   `json:"v" minimum:"1" maximum:"1" doc:"Version of the shape."`
	Meta  Meta  `json:"meta"`
	Theme Theme `json:"theme"`
	Rows  []Row `json:"rows" maxItems:"100"`
}

// Meta is about the whole letter. Subject and preheader are for the languages other than the letter's own; in its own they count only where the
// letter has none beside the document.
type Meta struct {
	Title       string      `json:"title,omitempty" maxLength:"200"`
	Subject     Words       `json:"subject,omitempty" doc:"Per language. In default_lang the subject of the letter goes before it."`
	Preheader   Words       `json:"preheader,omitempty" doc:"Per language. In default_lang the preheader of the letter goes before it."`
	Langs       []lang.Lang `json:"langs" minItems:"1" maxItems:"3" enum:"ru,kk,en"`
	DefaultLang lang.Lang   `json:"default_lang" enum:"ru,kk,en" doc:"For contacts whose language is none of langs."`
}

// Theme is the look that blocks share. Lengths are whole pixels; colours here are #RRGGBB.
type Theme struct {
	Width     int    `json:"width" minimum:"320" maximum:"800"`
	Bg        string `json:"bg" pattern:"^#[0-9A-Fa-f]{6}$" doc:"Around the letter."`
	Surface   string `json:"surface" pattern:"^#[0-9A-Fa-f]{6}$" doc:"Of the letter."`
	Text      string `json:"text" pattern:"^#[0-9A-Fa-f]{6}$"`
	Muted     string `json:"muted" pattern:"^#[0-9A-Fa-f]{6}$"`
	Link      string `json:"link" pattern:"^#[0-9A-Fa-f]{6}$"`
	LinkDark  string `json:"link_dark" pattern:"^#[0-9A-Fa-f]{6}$" doc:"Of links in the dark scheme."`
	Primary   string `json:"primary" pattern:"^#[0-9A-Fa-f]{6}$"`
	OnPrimary string `json:"on_primary" pattern:"^#[0-9A-Fa-f]{6}$"`
	Font      string `json:"font" enum:"arial,verdana,tahoma,trebuchet,georgia,times"`
	Size      int    `json:"size" minimum:"12" maximum:"24" doc:"Of text, in pixels."`
	Radius    int    `json:"radius" minimum:"0" maximum:"40"`
	Gap       int    `json:"gap" minimum:"0" maximum:"64" doc:"Between columns."`
}

// Row holds columns side by side.
type Row struct {
	ID    string `json:"id" minLength:"1" maxLength:"40"`
	Pad   *Pad   `json:"pad,omitempty"`
	Bg    *Color `json:"bg,omitempty"`
	Stack string `json:"stack,omitempty" enum:"normal,reverse,keep" doc:"What columns do on a phone: one below the other, the last first, or stay."`
	Show  *Show  `json:"show,omitempty"`
	Cols  []Col  `json:"cols" minItems:"1" maxItems:"4"`
}

// Col is a column. The spans of a row add up to 12.
type Col struct {
	Span   int     `json:"span" minimum:"1" maximum:"12"`
	VAlign string  `json:"valign,omitempty" enum:"top,middle,bottom"`
	Blocks []Block `json:"blocks" maxItems:"50"`
}

// Pad is top, right, bottom and left in whole pixels.
type Pad [4]int

// Color is a name of the theme's colours, or #RRGGBB.
type Color string

// Show says who sees a row or a block. All that is set must hold.
type Show struct {
	Device string          `json:"device,omitempty" enum:"desktop,phone"`
	Langs  []lang.Lang     `json:"langs,omitempty" enum:"ru,kk,en"`
	When   json.RawMessage `json:"when,omitempty" doc:"A Condition over attributes, fields, tags and lists of the contact."`
}

// Words are one line per language.
type Words map[lang.Lang]string

// Texts are rich text per language.
type Texts map[lang.Lang]Rich

// Rich is a text: paragraphs and lists. It is a tree, not HTML, so there is nothing to sanitise.
type Rich []Node

// Node is a paragraph (content) or a list (items).
type Node struct {
	Type    string     `json:"type" enum:"paragraph,list"`
	Align   string     `json:"align,omitempty" enum:"left,center,right"`
	Content []Inline   `json:"content,omitempty"`
	Ordered bool       `json:"ordered,omitempty"`
	Items   [][]Inline `json:"items,omitempty"`
}

// Inline is a piece of text, a break, or a personal field, with its marks.
type Inline struct {
	Type     string `json:"type" enum:"text,break,field"`
	Text     string `json:"text,omitempty"`
	Path     string `json:"path,omitempty" maxLength:"60" doc:"Of a field: its key, as letters name it."`
	Fallback string `json:"fallback,omitempty" maxLength:"200" doc:"Of a field: words for contacts that lack it."`
	Format   string `json:"format,omitempty" maxLength:"40" doc:"Of a field: date, date long, number, number 2, money, money KZT, upper, lower."`
	B        bool   `json:"b,omitempty"`
	I        bool   `json:"i,omitempty"`
	U        bool   `json:"u,omitempty"`
	S        bool   `json:"s,omitempty"`
	Color    Color  `json:"color,omitempty"`
	Link     string `json:"link,omitempty" maxLength:"2000"`
}

// Block is a part of a column. Body is by its type; a type of a newer program is Unknown, kept and left out of the letter.
type Block struct {
	ID   string
	Type string
	Pad  Pad
	Show *Show
	Body Body
}

type head struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	Pad  *Pad   `json:"pad"`
	Show *Show  `json:"show"`
}

// UnmarshalJSON reads a block by its type.
func (b *Block) UnmarshalJSON(text []byte) error {
	var h head
	if err := json.Unmarshal(text, &h); err != nil {
		return err
	}
	*b = Block{ID: h.ID, Type: h.Type, Show: h.Show, Body: &Unknown{}}
	if h.Pad != nil {
		b.Pad = *h.Pad
	}
	if empty, ok := Kinds[h.Type]; ok {
		b.Body = empty()
	}
	return json.Unmarshal(text, b.Body)
}
