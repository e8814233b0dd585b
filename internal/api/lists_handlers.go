package api

import (
	"context"

	"keruen/internal/access"
	"keruen/internal/channel"
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

func suppressionOf(s contact.Suppression) Suppression {
	return Suppression{ID: s.ID.String(), Address: s.Address, Channel: string(s.Channel), Scope: string(s.Scope), Reason: string(s.Reason),
		Detail: s.Detail, CanRelease: s.CanRelease(), At: s.At}
}

func (a *API) listSuppressions(ctx context.Context, who access.Actor, in *SuppressionsInput) (List[Suppression], error) {
	ask, err := in.ask()
	if err != nil {
		return List[Suppression]{}, err
	}
	got, err := a.Contacts.Suppressions(ctx, who, in.Search, ask)
	if err != nil {
		return List[Suppression]{}, err
	}
	return listOf(got, suppressionOf), nil
}

func (a *API) suppress(ctx context.Context, who access.Actor, in *SuppressInput) (Suppression, error) {
	s, err := a.Contacts.Suppress(ctx, who, channel.Kind(in.Body.Channel), in.Body.Address, in.Body.Note)
	if err != nil {
		return Suppression{}, err
	}
	return suppressionOf(s), nil
}

func (a *API) release(ctx context.Context, who access.Actor, in *SuppressionPath) (None, error) {
	id, err := parse[contact.SuppressionID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Contacts.Release(ctx, who, id)
}
