// Package content owns what messages say: templates, their immutable revisions, and rendering. See README.md.
package content

import (
	"encoding/json"
	"time"
	"unicode/utf8"

	"keruen/internal/content/block"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

type revisionKind struct{}

func (revisionKind) Prefix() string { return "rev" }

// RevisionID identifies an immutable revision of a letter. Parts of a campaign point to one.
type RevisionID = id.Of[revisionKind]

type templateKind struct{}

func (templateKind) Prefix() string { return "tpl" }

// TemplateID identifies a saved template.
type TemplateID = id.Of[templateKind]

// Letter is what an e-mail says before personalisation. HTML may be empty: then the letter is plain text.
// Text may be empty: then it is made from the HTML.
type Letter struct {
	Subject   string `json:"subject"`
	Preheader string `json:"preheader"`
	HTML      string `json:"html"`
	Text      string `json:"text"`
	// Doc makes it a letter of blocks (package block), as the editor wrote it; HTML and text are then made from it.
	Doc json.RawMessage `json:"doc,omitempty"`
}

// Revision is a letter frozen for sending, compiled and checked.
type Revision struct {
	ID        RevisionID
	Tenant    id.Tenant
	Letter    Letter
	Options   Options
	Links     []string // link targets in order, each once in a place; a tracked link names its index here
	Places    []string // of those, "block:index" in a letter of blocks; as long as Links, or empty
	CreatedAt time.Time
}

// Template is a saved letter that campaigns begin with. One that is built in can be copied, not changed.
type Template struct {
	ID        TemplateID
	Tenant    id.Tenant
	Name      string
	Lang      lang.Lang // empty when it was not said
	Letter    Letter
	Builtin   bool
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Limits of a saved letter.
const (
	maxName      = 120     // characters
	maxSubject   = 500     // characters of the subject and of the preheader
	MaxHTML      = 1 << 20 // bytes of HTML and of text, as a draft; sending has a lower limit
	MaxTemplates = 1000    // of one account
)

// Errors of templates.
var (
	ErrName    = errs.New(errs.Invalid, "template.name", "A template needs a name of at most 120 characters.")
	ErrBuiltin = errs.New(errs.Conflict, "template.builtin", "Built-in templates cannot be changed. Make a copy and change that.")
	ErrMany    = errs.New(errs.Conflict, "template.limit", "An account may have at most 1,000 templates.")
)

// Check returns errs.ErrInvalid with the parts that are too long to keep, even as a draft.
func (l Letter) Check() error {
	var wrong []errs.Field
	long := func(path string, n, limit int) {
		if n > limit {
			wrong = append(wrong, errs.Field{Path: path, Code: "too_long", Text: "The value is too long.", Params: map[string]any{"limit": limit}})
		}
	}
	long("subject", utf8.RuneCountInString(l.Subject), maxSubject)
	long("preheader", utf8.RuneCountInString(l.Preheader), maxSubject)
	long("html", len(l.HTML), MaxHTML)
	long("text", len(l.Text), MaxHTML)
	if l.ofBlocks() && len(wrong) == 0 {
		_, err := block.Read(l.Doc)
		return err
	}
	if len(wrong) > 0 {
		return errs.ErrInvalid.At(wrong...)
	}
	return nil
}
