// Package content owns what messages say: templates, their immutable revisions, and rendering.
package content

import (
	"time"

	"keruen/internal/id"
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
}

// Revision is a letter frozen for sending, compiled and checked.
type Revision struct {
	ID        RevisionID
	Tenant    id.Tenant
	Letter    Letter
	Links     []string // distinct link targets in order; a tracked link names its index here
	CreatedAt time.Time
}
