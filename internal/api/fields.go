package api

import (
	"github.com/danielgtaylor/huma/v2"

	"keruen/internal/contact"
)

// FieldValue is the value of a custom field: a text, a number, a day as text, true or false, or a list of texts. A text is taken for
// any kind and read as people write it; an empty text or null is no value.
type FieldValue struct{ contact.Value }

// Schema tells the forms.
func (FieldValue) Schema(huma.Registry) *huma.Schema {
	limit, items := 8000, contact.MaxListItems
	return &huma.Schema{
		Description: "Text, number, day (2026-03-31), true or false, or a list of texts. A text is accepted for any kind and read as people write it; an empty one or null is no value.",
		Nullable:    true,
		OneOf: []*huma.Schema{
			{Type: huma.TypeString, MaxLength: &limit}, {Type: huma.TypeNumber}, {Type: huma.TypeBoolean},
			{Type: huma.TypeArray, MaxItems: &items, Items: &huma.Schema{Type: huma.TypeString, MaxLength: &limit}},
		},
	}
}

func fieldValues(in map[string]contact.Value) map[string]FieldValue {
	out := make(map[string]FieldValue, len(in))
	for k, v := range in {
		out[k] = FieldValue{v}
	}
	return out
}

func values(in map[string]FieldValue) map[string]contact.Value {
	out := make(map[string]contact.Value, len(in))
	for k, v := range in {
		out[k] = v.Value
	}
	return out
}

// Field is a field of contacts.
type Field struct {
	ID      string   `json:"id,omitempty" example:"fld_0d3f8k2m9q1zr" doc:"Empty for builtin fields."`
	Key     string   `json:"key" doc:"Name in templates: {{key}}."`
	Label   string   `json:"label"`
	Kind    string   `json:"kind" enum:"text,number,date,boolean,choice,list"`
	Options []string `json:"options,omitempty" doc:"Allowed values of a choice or a list; a list without any is free."`
	Builtin bool     `json:"builtin" doc:"E-mail, names and the like; cannot be removed."`
	Turning bool     `json:"turning,omitempty" doc:"A job is turning the values of contacts into the present type."`
	Job     string   `json:"job,omitempty" doc:"The job that this change started."`
	Version int64    `json:"version,omitempty"`
}

func (f Field) version() int64 { return f.Version }

// Fields are the fields that templates and imports may use.
type Fields struct {
	Items []Field `json:"items"`
}

// CreateFieldInput adds a custom field.
type CreateFieldInput struct {
	Body struct {
		Key     string   `json:"key" required:"false" pattern:"^([a-z][a-z0-9_]{0,39})?$" patternDescription:"lower-case latin letters, digits and _, beginning with a letter" doc:"Empty: made from the label."`
		Label   string   `json:"label" minLength:"1" maxLength:"80"`
		Kind    string   `json:"kind,omitempty" enum:"text,number,date,boolean,choice,list" default:"text"`
		Options []string `json:"options,omitempty" maxItems:"100" doc:"Of a choice (needed) or a list."`
	}
}

// FieldPath names a custom field.
type FieldPath struct {
	ID string `path:"id" maxLength:"40"`
}

// FieldChange holds the new values of a field; absent ones stay.
type FieldChange struct {
	Label   string    `json:"label,omitempty" maxLength:"80"`
	Kind    string    `json:"kind,omitempty" enum:"text,number,date,boolean,choice,list"`
	Options *[]string `json:"options,omitempty" maxItems:"100"`
}

// PreviewFieldInput asks what a change would cost.
type PreviewFieldInput struct {
	FieldPath
	Body FieldChange
}

// FieldPreview tells what a change would do to the values of contacts.
type FieldPreview struct {
	Values   int64    `json:"values" doc:"Contacts that have a value."`
	Lost     int64    `json:"lost" doc:"Of them, those whose value does not fit and would be removed."`
	Examples []string `json:"examples" doc:"Values that would be lost, at most 20 different ones."`
}

// PatchFieldInput changes a field.
type PatchFieldInput struct {
	FieldPath
	IfMatch
	Body struct {
		FieldChange
		Confirm bool `json:"confirm,omitempty" doc:"Needed for a change that may cost values: another type, options taken away."`
	}
}

// Deletion is work that a deletion goes on with.
type Deletion struct {
	Job string `json:"job" doc:"The job that removes the values."`
}

func (a *API) registerFields(r routes) {
	private(r, get("/fields").needs(viewContacts).as("listFields", "contacts", "Fields of contacts"), a.listFields)
	private(r, post("/fields").needs(editContacts).as("createField", "contacts", "Add a custom field").gives(201).once(), a.createField)
	private(r, post("/fields/{id}/preview").needs(editContacts).as("previewField", "contacts", "What a change of a field would cost"), a.previewField)
	private(r, patch("/fields/{id}").needs(editContacts).as("updateField", "contacts", "Change a field; a job turns the values of contacts"), a.patchField)
	private(r, del("/fields/{id}").needs(editContacts).as("deleteField", "contacts", "Delete a field; a job removes the values of contacts").gives(200), a.deleteField)
}
