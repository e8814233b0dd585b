package api

import "time"

// Letter is what an e-mail says before personalisation.
type Letter struct {
	Subject   string `json:"subject" maxLength:"500"`
	Preheader string `json:"preheader" maxLength:"500"`
	HTML      string `json:"html" maxLength:"1000000" doc:"May be empty: then the letter is plain text."`
	Text      string `json:"text" maxLength:"500000" doc:"May be empty: then it is made from the HTML."`
	// Doc makes it a letter of blocks.
	Doc LetterDoc `json:"doc,omitempty"`
}

// Template is a saved letter.
type Template struct {
	ID        string     `json:"id" example:"tpl_0d3f8k2m9q1zr"`
	Name      string     `json:"name"`
	Letter    Letter     `json:"letter"`
	Builtin   bool       `json:"builtin" doc:"Comes with the product; can be copied, not changed."`
	Lang      string     `json:"lang" enum:",ru,kk,en"`
	Version   int64      `json:"version"`
	CreatedAt *time.Time `json:"created_at,omitempty"`
	UpdatedAt *time.Time `json:"updated_at,omitempty"`
}

func (t Template) version() int64 { return t.Version }

// CreateTemplateInput saves a letter.
type CreateTemplateInput struct {
	Body struct {
		Name   string `json:"name" minLength:"1" maxLength:"120"`
		Letter Letter `json:"letter"`
		Lang   string `json:"lang,omitempty" enum:",ru,kk,en"`
	}
}

// TemplatePath names a template.
type TemplatePath struct {
	ID string `path:"id" maxLength:"40"`
}

// PatchTemplateInput changes a template. Absent fields stay as they are.
type PatchTemplateInput struct {
	TemplatePath
	IfMatch
	Body struct {
		Name   *string `json:"name,omitempty" minLength:"1" maxLength:"120"`
		Letter *Letter `json:"letter,omitempty"`
		Lang   *string `json:"lang,omitempty" enum:",ru,kk,en"`
	}
}

// LetterProblem is something wrong in a letter, with its place.
type LetterProblem struct {
	Severity string         `json:"severity" enum:"error,warning,notice" doc:"Only an error stops the sending; a notice tells what is done for the author."`
	Path     string         `json:"path" enum:"subject,preheader,html,text"`
	Line     int            `json:"line" doc:"From 1; 0 when the whole is meant."`
	Column   int            `json:"column" doc:"From 1; 0 when the whole line is meant."`
	Block    string         `json:"block,omitempty" doc:"Id of the block or the row, in a letter of blocks."`
	Code     string         `json:"code"`
	Text     string         `json:"text"`
	Params   map[string]any `json:"params,omitempty"`
}

// LetterCheck is the result of looking a letter over.
type LetterCheck struct {
	Problems []LetterProblem `json:"problems" doc:"Errors: stop the sending."`
	Warnings []LetterProblem `json:"warnings" doc:"Warnings and notices: do not stop the sending."`
	Size     int             `json:"size" doc:"Bytes of the HTML as it would be sent. Mailboxes cut near 102 KB."`
	Links    []string        `json:"links" doc:"Distinct link targets in order."`
	Footer   bool            `json:"footer" doc:"The platform's footer with the way out will be added."`
}

// CheckLetterInput asks to look a letter over.
type CheckLetterInput struct {
	Body struct {
		Letter  Letter `json:"letter"`
		Purpose string `json:"purpose" enum:"transactional,advertising,third_party"`
	}
}

// PreviewLetterInput asks for a preview.
type PreviewLetterInput struct {
	Body struct {
		Lang    string `json:"lang,omitempty" enum:"ru,kk,en" doc:"Of the sample values and the footer; the account's when absent."`
		Letter  Letter `json:"letter"`
		Purpose string `json:"purpose,omitempty" enum:"transactional,advertising,third_party" default:"advertising"`
		Contact string `json:"contact,omitempty" maxLength:"40" doc:"As this contact will see it; empty for sample values."`
		Dark    bool   `json:"dark,omitempty" doc:"With the dark scheme."`
	}
}

// LetterPreview is a letter as one contact will see it.
type LetterPreview struct {
	Preview  string          `json:"preview" doc:"Id of the page."`
	URL      string          `json:"url" doc:"Address of the HTML for a frame; lives for an hour." example:"/api/v1/previews/prv_0d3f8k2m9q1zr"`
	Subject  string          `json:"subject"`
	Text     string          `json:"text"`
	Problems []LetterProblem `json:"problems" doc:"Of every severity."`
	Size     int             `json:"size" doc:"Bytes of the HTML as it would be sent. Mailboxes cut near 102 KB."`
	Links    []LetterLink    `json:"links" doc:"Tracked links in order."`
}

// LetterLink is a link of a letter.
type LetterLink struct {
	URL   string `json:"url"`
	Place string `json:"place" doc:"In a letter of blocks block:index, the index being that in the block; empty elsewhere." example:"b1:0"`
}

// PreviewPath names a preview.
type PreviewPath struct {
	ID string `path:"id" maxLength:"60"`
}

func (a *API) registerContent(r routes) {
	private(r, get("/templates").needs(viewCampaigns).as("listTemplates", "content", "Templates, own and built in"), a.listTemplates)
	private(r, post("/templates").needs(editCampaigns).as("createTemplate", "content", "Save a template").gives(201).once(), a.createTemplate)
	private(r, get("/templates/{id}").needs(viewCampaigns).as("getTemplate", "content", "A template"), a.getTemplate)
	private(r, patch("/templates/{id}").needs(editCampaigns).as("updateTemplate", "content", "Change a template"), a.patchTemplate)
	private(r, del("/templates/{id}").needs(editCampaigns).as("deleteTemplate", "content", "Delete a template"), a.deleteTemplate)
	private(r, post("/letters/check").needs(viewCampaigns).as("checkLetter", "content", "Look a letter over"), a.checkLetter)
	private(r, post("/letters/preview").needs(viewCampaigns).as("previewLetter", "content", "Render a letter for the eye"), a.previewLetter)
	download(r, get("/previews/{id}").needs(viewCampaigns).as("getPreview", "content", "HTML of a preview, with a policy of its own"), "text/html", a.getPreview)
}
