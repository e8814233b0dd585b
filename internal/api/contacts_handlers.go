package api

import (
	"context"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
)

func (a *API) listContacts(ctx context.Context, who access.Actor, in *ContactsInput) (List[Contact], error) {
	f, err := in.filter()
	if err != nil {
		return List[Contact]{}, err
	}
	got, err := a.Contacts.List(ctx, who, f)
	if err != nil {
		return List[Contact]{}, err
	}
	l := listOf(got, contactOf)
	if in.Cursor == "" {
		t, err := a.Contacts.Count(ctx, who, f)
		if err != nil {
			return List[Contact]{}, err
		}
		l.Total = &Total{N: t.N, Approx: t.Approx}
	}
	return l, nil
}

func (in *ContactsInput) filter() (contact.Filter, error) {
	ask, err := in.ask()
	if err != nil {
		return contact.Filter{}, err
	}
	list, err := reference[contact.ListID]("list", in.List)
	if err != nil {
		return contact.Filter{}, err
	}
	tag, err := reference[contact.TagID]("tag", in.Tag)
	if err != nil {
		return contact.Filter{}, err
	}
	segment, err := reference[contact.SegmentID]("segment", in.Segment)
	if err != nil {
		return contact.Filter{}, err
	}
	return contact.Filter{Search: in.Search, List: list, Tag: tag, Segment: segment, Consent: contact.Action(in.Consent), Sort: in.Sort, Ask: ask}, nil
}

func contactOf(v contact.View) Contact {
	return Contact{ID: v.ID.String(), Email: v.Email, Phone: v.Phone, FirstName: v.FirstName, LastName: v.LastName, Lang: v.Lang,
		Fields: fieldValues(v.Fields), Version: v.Version, CreatedAt: v.CreatedAt, UpdatedAt: v.UpdatedAt,
		Lists: many(v.Lists, contact.ListID.String), Consents: many(v.Consents, consentStateOf), Tags: many(v.Tags, contact.TagID.String), Stops: many(v.Suppressed, suppressionOf),
		Pauses: many(v.Pauses, func(p contact.Pause) ContactPause { return ContactPause{Channel: string(p.Channel), Until: p.Until} })}
}

func consentStateOf(s contact.State) ConsentState {
	return ConsentState{Channel: string(s.Channel), Purpose: string(s.Purpose), Topic: s.Topic.String(), State: string(s.Action), At: s.At}
}

func (a *API) getContact(ctx context.Context, who access.Actor, in *ContactPath) (Contact, error) {
	id, err := parse[contact.ID](in.ID)
	if err != nil {
		return Contact{}, err
	}
	return a.contact(ctx, who, id)
}

func (a *API) contact(ctx context.Context, who access.Actor, id contact.ID) (Contact, error) {
	v, err := a.Contacts.Get(ctx, who, id)
	if err != nil {
		return Contact{}, err
	}
	return contactOf(v), nil
}

func (a *API) createContact(ctx context.Context, who access.Actor, in *CreateContactInput) (Contact, error) {
	b := in.Body
	lists, err := references[contact.ListID]("lists", b.Lists)
	if err != nil {
		return Contact{}, err
	}
	tags, err := references[contact.TagID]("tags", b.Tags)
	if err != nil {
		return Contact{}, err
	}
	d := contact.Draft{Email: b.Email, Phone: b.Phone, FirstName: b.FirstName, LastName: b.LastName, Lang: b.Lang, Fields: values(b.Fields), Lists: lists, Tags: tags}
	if b.Consent != nil {
		key, err := keyOf(b.Consent.Channel, b.Consent.Purpose, b.Consent.Topic)
		if err != nil {
			return Contact{}, err
		}
		d.Consent = &contact.Given{Key: key, Proof: b.Consent.proof(who)}
	}
	c, err := a.Contacts.Create(ctx, who, d)
	if err != nil {
		return Contact{}, err
	}
	return a.contact(ctx, who, c.ID)
}

func (a *API) patchContact(ctx context.Context, who access.Actor, in *PatchContactInput) (Contact, error) {
	id, err := parse[contact.ID](in.ID)
	if err != nil {
		return Contact{}, err
	}
	v, err := in.version()
	if err != nil {
		return Contact{}, err
	}
	b := in.Body
	ch := contact.Change{Email: b.Email, Phone: b.Phone, FirstName: b.FirstName, LastName: b.LastName, Lang: b.Lang, Fields: map[string]*contact.Value{}}
	for key, value := range b.Fields {
		ch.Fields[key] = &value.Value
	}
	if b.Lists != nil {
		lists, err := references[contact.ListID]("lists", *b.Lists)
		if err != nil {
			return Contact{}, err
		}
		ch.Lists = &lists
	}
	if b.Tags != nil {
		tags, err := references[contact.TagID]("tags", *b.Tags)
		if err != nil {
			return Contact{}, err
		}
		ch.Tags = &tags
	}
	if _, err := a.Contacts.Update(ctx, who, id, v, ch); err != nil {
		return Contact{}, err
	}
	return a.contact(ctx, who, id)
}

// keyOf reads what a consent is about.
func keyOf(ch, purpose, topic string) (contact.ConsentKey, error) {
	t, err := reference[contact.TopicID]("topic", topic)
	return contact.ConsentKey{Channel: channel.Kind(ch), Purpose: channel.Purpose(purpose), Topic: t}, err
}

func (a *API) deleteContact(ctx context.Context, who access.Actor, in *ContactPath) (None, error) {
	id, err := parse[contact.ID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Contacts.Delete(ctx, who, id)
}

func (a *API) listConsents(ctx context.Context, who access.Actor, in *ContactPath) (List[Consent], error) {
	id, err := parse[contact.ID](in.ID)
	if err != nil {
		return List[Consent]{}, err
	}
	all, err := a.Contacts.History(ctx, who, id)
	if err != nil {
		return List[Consent]{}, err
	}
	return whole(all, consentOf), nil
}

func consentOf(c contact.Consent) Consent {
	return Consent{ID: c.ID.String(), Channel: string(c.Channel), Purpose: string(c.Purpose), Topic: c.Topic.String(), Action: string(c.Action),
		Source: string(c.Source), Wording: c.Wording, WordingID: c.WordingID.String(), WordingVersion: c.Version, Evidence: c.Evidence.V, IP: c.IP, Member: c.Member.String(), At: c.At,
		ObtainedAt: instant(c.Obtained)}
}

// proof takes the source that is stated. That a form was filled in is believed from the customer's own site, which comes
// with a key; what a member types is by hand. Neither revives what was withdrawn (AUD-3).
func (g GrantConsent) proof(who access.Actor) contact.Proof {
	source := contact.Source(g.Source)
	if who.Via != access.ByKey {
		source = contact.ByHand
	}
	return contact.Proof{Source: source, Wording: g.Wording, Evidence: g.Evidence, Obtained: orZero(g.ObtainedAt)}
}

func (a *API) grantConsent(ctx context.Context, who access.Actor, in *GrantConsentInput) (Contact, error) {
	id, err := parse[contact.ID](in.ID)
	if err != nil {
		return Contact{}, err
	}
	g := in.Body
	key, err := keyOf(g.Channel, g.Purpose, g.Topic)
	if err != nil {
		return Contact{}, err
	}
	if err := a.Contacts.Grant(ctx, who, id, key, g.proof(who)); err != nil {
		return Contact{}, err
	}
	return a.contact(ctx, who, id)
}

func (a *API) withdrawConsent(ctx context.Context, who access.Actor, in *WithdrawInput) (Contact, error) {
	id, err := parse[contact.ID](in.ID)
	if err != nil {
		return Contact{}, err
	}
	proof := contact.Proof{Source: contact.ByHand, Wording: in.Body.Note}
	if who.Via == access.ByKey {
		proof.Source = contact.FromAPI
	}
	key, err := keyOf(in.Body.Channel, in.Body.Purpose, in.Body.Topic)
	if err != nil {
		return Contact{}, err
	}
	if err := a.Contacts.Withdraw(ctx, who, id, key, proof); err != nil {
		return Contact{}, err
	}
	return a.contact(ctx, who, id)
}
