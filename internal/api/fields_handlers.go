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
		all = append(all, Field{Key: key, Label: key, Kind: "text", Builtin: true})
	}
	for _, f := range custom {
		all = append(all, fieldWire(f))
	}
	return Fields{Items: all}, nil
}

// builtinFields are what every contact has; the cabinet has their names in three languages.
var builtinFields = []string{"email", "phone", "first_name", "last_name", "lang"}

func fieldWire(f contact.Field) Field {
	return Field{ID: f.ID.String(), Key: f.Key, Label: f.Label, Kind: string(f.Kind), Options: f.Options, Turning: f.Turning != "", Version: f.Version}
}

func (a *API) createField(ctx context.Context, who access.Actor, in *CreateFieldInput) (Field, error) {
	b := in.Body
	f, err := a.Contacts.CreateField(ctx, who, contact.FieldDraft{Key: b.Key, Label: b.Label, Kind: contact.FieldKind(b.Kind), Options: b.Options})
	return fieldWire(f), err
}

func (c FieldChange) inside() contact.FieldChange {
	return contact.FieldChange{Label: c.Label, Kind: contact.FieldKind(c.Kind), Options: c.Options}
}

func (a *API) previewField(ctx context.Context, who access.Actor, in *PreviewFieldInput) (FieldPreview, error) {
	id, err := parse[contact.FieldID](in.ID)
	if err != nil {
		return FieldPreview{}, err
	}
	p, err := a.FieldWork.Preview(ctx, who, id, in.Body.inside())
	return FieldPreview(p), err
}

func (a *API) patchField(ctx context.Context, who access.Actor, in *PatchFieldInput) (Field, error) {
	id, err := parse[contact.FieldID](in.ID)
	if err != nil {
		return Field{}, err
	}
	v, err := in.version()
	if err != nil {
		return Field{}, err
	}
	f, job, err := a.FieldWork.Change(ctx, who, id, v, in.Body.inside(), in.Body.Confirm)
	out := fieldWire(f)
	out.Job = job.String()
	return out, err
}

func (a *API) deleteField(ctx context.Context, who access.Actor, in *FieldPath) (Deletion, error) {
	id, err := parse[contact.FieldID](in.ID)
	if err != nil {
		return Deletion{}, err
	}
	job, err := a.FieldWork.Delete(ctx, who, id)
	return Deletion{Job: job.String()}, err
}
