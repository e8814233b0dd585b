package api

import (
	"context"

	"keruen/internal/access"
	"keruen/internal/contact"
)

func (a *API) listFields(ctx context.Context, who access.Actor, _ *Nothing) (Fields, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return Fields{}, err
	}
	custom, err := a.Contacts.Fields(ctx, who.Tenant)
	if err != nil {
		return Fields{}, err
	}
	all := make([]Field, 0, len(builtinFields)+len(custom))
	for _, key := range builtinFields {
		all = append(all, Field{Key: key, Label: key, Type: "text", Builtin: true})
	}
	for _, f := range custom {
		all = append(all, fieldWire(f))
	}
	return Fields{Items: all}, nil
}

// builtinFields are what every contact has; the cabinet has their names in three languages.
var builtinFields = []string{"email", "phone", "first_name", "last_name", "lang"}

func fieldWire(f contact.Field) Field {
	return Field{ID: f.ID.String(), Key: f.Key, Label: f.Label, Type: string(f.Kind), Options: f.Options, Version: f.Version}
}

func (a *API) createField(ctx context.Context, who access.Actor, in *CreateFieldInput) (Field, error) {
	b := in.Body
	f, err := a.Contacts.CreateField(ctx, who, contact.FieldDraft{Key: b.Key, Label: b.Label, Kind: contact.FieldKind(b.Type), Options: b.Options})
	return fieldWire(f), err
}
