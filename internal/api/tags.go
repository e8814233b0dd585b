package api

import (
	"context"
	"time"

	"keruen/internal/access"
	"keruen/internal/contact"
)

// Tag marks contacts with a word.
type Tag struct {
	ID        string    `json:"id" example:"tag_0d3f8k2m9q1zr"`
	Name      string    `json:"name"`
	Contacts  int64     `json:"contacts" doc:"How many contacts have it."`
	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"created_at"`
}

func (t Tag) version() int64 { return t.Version }

// TagPath names a tag.
type TagPath struct {
	ID string `path:"id" maxLength:"40"`
}

// CreateTagInput makes a tag.
type CreateTagInput struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"60"`
	}
}

// RenameTagInput renames a tag.
type RenameTagInput struct {
	TagPath
	IfMatch
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"60"`
	}
}

// TagContactsInput gives tags to contacts and takes tags off them.
type TagContactsInput struct {
	Body struct {
		Contacts []string `json:"contacts" minItems:"1" maxItems:"1000" doc:"Ids of contacts."`
		Add      []string `json:"add,omitempty" maxItems:"50" doc:"Ids of tags to give."`
		Remove   []string `json:"remove,omitempty" maxItems:"50" doc:"Ids of tags to take off."`
	}
}

func (a *API) registerTags(r routes) {
	private(r, get("/tags").needs(viewContacts).as("listTags", "contacts", "Tags by name"), a.listTags)
	private(r, post("/tags").needs(editContacts).as("createTag", "contacts", "Make a tag").gives(201).once(), a.createTag)
	private(r, patch("/tags/{id}").needs(editContacts).as("renameTag", "contacts", "Rename a tag"), a.renameTag)
	private(r, del("/tags/{id}").needs(editContacts).as("deleteTag", "contacts", "Delete a tag; its contacts stay"), a.deleteTag)
	private(r, post("/contacts/tags").needs(editContacts).as("tagContacts", "contacts", "Give tags to contacts, or take them off"), a.tagContacts)
}

func tagOf(t contact.Tag) Tag {
	return Tag{ID: t.ID.String(), Name: t.Name, Contacts: t.Members, Version: t.Version, CreatedAt: t.CreatedAt}
}

func (a *API) listTags(ctx context.Context, who access.Actor, _ *Nothing) (List[Tag], error) {
	all, err := a.Contacts.Tags(ctx, who)
	return whole(all, tagOf), err
}

func (a *API) createTag(ctx context.Context, who access.Actor, in *CreateTagInput) (Tag, error) {
	t, err := a.Contacts.CreateTag(ctx, who, in.Body.Name)
	return tagOf(t), err
}

func (a *API) renameTag(ctx context.Context, who access.Actor, in *RenameTagInput) (Tag, error) {
	id, err := parse[contact.TagID](in.ID)
	if err != nil {
		return Tag{}, err
	}
	v, err := in.version()
	if err != nil {
		return Tag{}, err
	}
	t, err := a.Contacts.RenameTag(ctx, who, id, v, in.Body.Name)
	return tagOf(t), err
}

func (a *API) deleteTag(ctx context.Context, who access.Actor, in *TagPath) (None, error) {
	id, err := parse[contact.TagID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Contacts.DeleteTag(ctx, who, id)
}

func (a *API) tagContacts(ctx context.Context, who access.Actor, in *TagContactsInput) (None, error) {
	contacts, err := references[contact.ID]("contacts", in.Body.Contacts)
	if err != nil {
		return None{}, err
	}
	add, err := references[contact.TagID]("add", in.Body.Add)
	if err != nil {
		return None{}, err
	}
	remove, err := references[contact.TagID]("remove", in.Body.Remove)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Contacts.Retag(ctx, who, contacts, add, remove)
}
