package api

import (
	"context"

	"keruen/internal/access"
	"keruen/internal/contact"
)

func contactListOf(l contact.List) ContactList {
	return ContactList{ID: l.ID.String(), Name: l.Name, Contacts: l.Members, Version: l.Version, CreatedAt: l.CreatedAt}
}

func (a *API) listLists(ctx context.Context, who access.Actor, _ *Nothing) (List[ContactList], error) {
	all, err := a.Contacts.Lists(ctx, who)
	if err != nil {
		return List[ContactList]{}, err
	}
	return whole(all, contactListOf), nil
}

func (a *API) createList(ctx context.Context, who access.Actor, in *CreateListInput) (ContactList, error) {
	l, err := a.Contacts.CreateList(ctx, who, in.Body.Name)
	return contactListOf(l), err
}

func (a *API) renameList(ctx context.Context, who access.Actor, in *RenameListInput) (ContactList, error) {
	id, err := parse[contact.ListID](in.ID)
	if err != nil {
		return ContactList{}, err
	}
	v, err := in.version()
	if err != nil {
		return ContactList{}, err
	}
	l, err := a.Contacts.RenameList(ctx, who, id, v, in.Body.Name)
	return contactListOf(l), err
}

func (a *API) deleteList(ctx context.Context, who access.Actor, in *ListPath) (None, error) {
	id, err := parse[contact.ListID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Contacts.DeleteList(ctx, who, id)
}
